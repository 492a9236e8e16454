//! Laws of answers that hold whatever the figures are: no oracle is asked.

use milepost::{Date, Number, Period, Snapshot, Store};
use milepost_lang::ast::{Clauses, Query};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::configuration;
use super::facts::{Fact, World, batch, options};
use super::generate::{Case, case, world};
use super::rational::Rational;

proptest! {
    #![proptest_config(configuration(40))]

    #[test]
    fn the_order_of_clauses_never_changes_an_answer(
        Case { world, queries } in case(7),
        order in vec(any::<Index>(), 20),
    ) {
        let store = world.store();
        let snapshot = store.snapshot();
        for query in &queries {
            let (head, mut clauses) = pieces(query);
            let written = told(&snapshot, &format!("{head}{}", clauses.concat()));
            shuffle(&mut clauses, &order);
            let shuffled = told(&snapshot, &format!("{head}{}", clauses.concat()));
            prop_assert_eq!(written, shuffled, "{}{}", head, clauses.concat());
        }
    }

    #[test]
    fn batches_and_upkeep_never_change_an_answer(
        Case { world, queries } in case(7),
        order in vec(any::<Index>(), 64),
        steps in vec((0..40_usize, upkeep()), 0..6),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store");
        let mut store = Store::create_with(&path, options()).unwrap();
        store.define_all(world.definitions()).unwrap();
        let mut facts: Vec<Fact> = world.facts.clone();
        shuffle(&mut facts, &order);
        let mut rest = facts.as_slice();
        for (count, upkeep) in steps {
            let (now, later) = rest.split_at(count.min(rest.len()));
            store.commit(batch(now)).unwrap();
            rest = later;
            match upkeep {
                Upkeep::None => {}
                Upkeep::Checkpoint => store.checkpoint().unwrap(),
                Upkeep::Merge => {
                    store.checkpoint().unwrap();
                    store.merge().unwrap();
                }
                Upkeep::Reopen => {
                    store.close().unwrap();
                    store = Store::open_with(&path, options()).unwrap();
                }
            }
        }
        store.commit(batch(rest)).unwrap();
        let plain = world.store();
        let (plain, kept) = (plain.snapshot(), store.snapshot());
        for query in &queries {
            let text = query.to_string();
            prop_assert_eq!(told(&plain, &text), told(&kept, &text), "{}", text);
        }
    }

    #[test]
    fn steps_make_up_the_span((world, pairs) in pairs()) {
        let store = world.store();
        let snapshot = store.snapshot();
        for (from, to) in &pairs {
            steps_add_up(&snapshot, from, to)?;
        }
    }
}

/// What is done between two commits.
#[derive(Clone, Copy, Debug)]
enum Upkeep {
    None,
    Checkpoint,
    Merge,
    Reopen,
}

fn upkeep() -> impl Strategy<Value = Upkeep> {
    prop_oneof![
        Just(Upkeep::None),
        Just(Upkeep::Checkpoint),
        Just(Upkeep::Merge),
        Just(Upkeep::Reopen),
    ]
}

/// The answer or the refusal as people see it; places in the text are left out.
fn told(snapshot: &Snapshot, text: &str) -> Result<String, Vec<String>> {
    match snapshot.query(text) {
        Ok(answer) => {
            let records: Vec<String> = answer.records().map(|record| record.join(",")).collect();
            Ok(format!("{answer}{}", records.join("\n")))
        }
        Err(milepost::Error::Query(error)) => {
            Err(error.diagnostics.iter().map(|d| format!("{} {}", d.code, d.message)).collect())
        }
        Err(other) => Err(vec![other.to_string()]),
    }
}

fn shuffle<T>(items: &mut [T], order: &[Index]) {
    if items.is_empty() || order.is_empty() {
        return;
    }
    for (at, index) in (0..items.len()).zip(order.iter().cycle()) {
        items.swap(at, index.index(items.len()));
    }
}

/// A sentence without its clauses, and each clause as it is printed.
fn pieces(query: &Query) -> (String, Vec<String>) {
    let bare = Query { clauses: Box::default(), ..query.clone() };
    let head = bare.to_string();
    let clauses = &*query.clauses;
    let none = Clauses::default;
    let alone = vec![
        Clauses { regions: clauses.regions.clone(), ..none() },
        Clauses { by: clauses.by.clone(), ..none() },
        Clauses { since: clauses.since.clone(), ..none() },
        Clauses { until: clauses.until.clone(), ..none() },
        Clauses { between: clauses.between.clone(), ..none() },
        Clauses { during: clauses.during.clone(), ..none() },
        Clauses { at: clauses.at.clone(), ..none() },
        Clauses { over_last: clauses.over_last.clone(), ..none() },
        Clauses { as_of: clauses.as_of.clone(), ..none() },
        Clauses { percent_of: clauses.percent_of.clone(), ..none() },
        Clauses { unit: clauses.unit.clone(), ..none() },
        Clauses { including: clauses.including.clone(), ..none() },
        Clauses { only: clauses.only.clone(), ..none() },
        Clauses { to: clauses.to.clone(), ..none() },
    ];
    let text = |clauses: Clauses| {
        let whole = Query { clauses: Box::new(clauses), ..query.clone() }.to_string();
        whole.strip_prefix(&head).map(str::to_owned).filter(|clause| !clause.is_empty())
    };
    (head.clone(), alone.into_iter().filter_map(text).collect())
}

/// Two reported figures of one series at calendar periods of one length, the earlier one first.
fn pairs() -> impl Strategy<Value = (World, Vec<(Fact, Fact)>)> {
    (world(), vec((any::<Index>(), any::<Index>()), 8)).prop_map(|(world, picks)| {
        let reported: Vec<&Fact> = world.facts.iter().filter(|fact| !fact.target).collect();
        let pairs = picks.into_iter().filter_map(|(first, second)| {
            let first = *reported.get(first.index(reported.len().max(1)))?;
            let same = |fact: &&&Fact| {
                fact.indicator == first.indicator
                    && fact.region == first.region
                    && fact.period > first.period
            };
            let later: Vec<&&Fact> = reported.iter().filter(same).collect();
            let second = later.get(second.index(later.len().max(1)))?;
            Some((first.clone(), (**second).clone()))
        });
        let pairs = pairs.collect();
        (world, pairs)
    })
}

/// Changes add up to the change, growths multiply to the growth, indices end at the multiple.
fn steps_add_up(snapshot: &Snapshot, from: &Fact, to: &Fact) -> Result<(), TestCaseError> {
    let Some(step) = from.period.frequency() else { return Ok(()) };
    let span =
        format!("{} in {} between {} and {}", from.indicator, from.region, from.period, to.period);
    let ask = |measure: &str, by: &str| values(snapshot, &format!("{measure} of {span}{by}"));
    let by = format!(" by {}", step.name());
    if let (Some(steps), Some(whole)) = (ask("change", &by), ask("change", "")) {
        if let (Some(steps), Some(whole)) = (exact(&steps), exact(&whole)) {
            let sum = steps.into_iter().fold(Rational::ZERO, |sum, step| sum + step);
            prop_assert_eq!(sum, whole[0], "change of {}", span);
        } else {
            // Ratios that are computed from parts are rounded.
            let sum: f64 = steps.iter().map(|step| step.to_f64()).sum();
            let size: f64 = steps.iter().map(|step| step.to_f64().abs()).sum();
            prop_assert!((sum - whole[0].to_f64()).abs() <= 1e-9 * size, "change of {span}");
        }
    }
    if let (Some(steps), Some(whole)) = (ask("growth", &by), ask("growth", "")) {
        let factors: Vec<f64> = steps.iter().map(|step| 1.0 + step.to_f64() / 100.0).collect();
        let product: f64 = factors.iter().product();
        let whole = 1.0 + whole[0].to_f64() / 100.0;
        // Close to -100 % a growth has lost the digits that it shares with it.
        let lost: f64 = factors.iter().map(|factor| 1e-15 / factor.abs()).sum();
        let tolerance = (1e-9 + lost) * whole.abs().max(1e-3);
        prop_assert!((product - whole).abs() <= tolerance, "growth of {span}");
    }
    if let (Some(index), Some(multiple)) = (ask("index", &by), ask("multiple", "")) {
        let last = index.last().map_or(f64::NAN, |last| last.to_f64() / 100.0);
        let whole = multiple[0].to_f64();
        prop_assert!((last - whole).abs() <= 1e-12 * whole.abs(), "index of {span}");
    }
    Ok(())
}

/// The values of all rows, where each has one.
fn values(snapshot: &Snapshot, text: &str) -> Option<Vec<Number>> {
    let answer = snapshot.query(text).ok()?;
    let values: Option<Vec<Number>> = answer.rows.iter().map(|row| row.value).collect();
    values.filter(|values| !values.is_empty())
}

/// The values as fractions, where none is rounded.
fn exact(values: &[Number]) -> Option<Vec<Rational>> {
    values.iter().map(|value| value.exact().map(Rational::from)).collect()
}

#[test]
fn years_are_those_of_the_model() {
    let days = ["2016-01-31", "2016-02-29", "2017-02-28", "2017-06-15", "2019-06-15", "2020-12-31"];
    let days: Vec<Date> = days.iter().map(|day| day.parse().unwrap()).collect();
    for from in &days {
        for to in &days {
            let own = super::time::years(*from, *to).to_f64();
            assert!((own - milepost_model::years_between(*from, *to)).abs() < 1e-12);
        }
    }
    assert_eq!(Period::day(days[0]).last_day(), days[0]);
}
