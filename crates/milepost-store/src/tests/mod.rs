//! The store as a whole.

mod amplification;
mod beside;
mod bulk;
mod commits;
mod crashes;
mod damage;
mod forgery;
mod groups;
mod guards;
mod keys;
mod model;
mod readers;
mod sections;

use std::sync::Arc;

use milepost_model::{Date, Fact, Indicator, IndicatorId, Period, Region, RegionId, Scenario};

use crate::{Batch, Observation, Options, Receipt, Result, Snapshot, Store, io::Memory};

/// Stocks `a` and `b`; `VN` with three provinces; a place that nobody declared.
const REGIONS: u32 = 5;

fn options() -> Options {
    Options::default().with_today(date("2025-01-01"))
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// Defines what the facts of the tests refer to.
fn define(store: &mut Store) {
    let mut definitions = vec![
        Indicator::stock("a").unit("persons").into(),
        Indicator::stock("b").into(),
        Region::new("VN").level(0).into(),
        Region::new("Elsewhere").into(),
    ];
    for code in ["VN-01", "VN-02", "VN-03"] {
        definitions.push(Region::new(code).level(1).parent("VN").into());
    }
    store.define(definitions).unwrap();
}

fn in_memory() -> Store {
    let mut store = Store::in_memory_with(options());
    define(&mut store);
    store
}

fn on(memory: &Memory) -> Store {
    let mut store = Store::create_on(Arc::new(memory.clone()), options()).unwrap();
    define(&mut store);
    store
}

fn reopen(memory: &Memory) -> Result<Store> {
    Store::open_on(Arc::new(memory.clone()), options())
}

/// A fact about `a` in `VN`.
fn fact(period_text: &str, value: &str) -> Fact {
    let value = Some(value.parse().unwrap());
    Fact::new(IndicatorId(0), RegionId(0), period(period_text), value)
}

fn published(fact: Fact, day: &str) -> Fact {
    Fact { published: Some(date(day)), ..fact }
}

fn commit(store: &mut Store, facts: Vec<Fact>) -> Result<Receipt> {
    store.commit(Batch { facts, ..Batch::default() })
}

/// Commits batches with one sync: what came of each.
fn together(store: &mut Store, batches: Vec<Batch>) -> Vec<Result<Receipt>> {
    let request = |batch: Batch| -> crate::group::Request { Box::new(|_| Some(batch.boxed())) };
    let requests = batches.into_iter().map(request);
    store.commit_all(requests.collect()).into_iter().map(Option::unwrap).collect()
}

fn value(snapshot: &Snapshot, period_text: &str, as_of: Option<&str>) -> Option<String> {
    shown(snapshot.observation(
        IndicatorId(0),
        RegionId(0),
        &Scenario::reported(),
        period(period_text),
        as_of.map(date),
    ))
}

/// The figure as text, `-` where it was withdrawn.
fn shown(observation: Result<Option<Observation>>) -> Option<String> {
    observation.unwrap().map(|o| o.value.map_or_else(|| "-".to_owned(), |v| v.to_string()))
}
