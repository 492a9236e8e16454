//! Laws of the measures over whole queries.

use milepost_lang::parse;
use milepost_model::{Definition, Fact, Indicator, Period, Region};
use milepost_store::{Batch, Snapshot, Store};
use proptest::prelude::*;

use crate::{Answer, Outcome, Parameters, Session, execute};

/// A store of one yearly stock from 2000 on.
fn yearly(values: &[i64]) -> Snapshot {
    let mut store = Store::in_memory();
    let definitions = vec![
        Definition::Indicator(Indicator::stock("x").unit("persons")),
        Definition::Region(Region::new("R")),
    ];
    store.define(definitions).unwrap();
    let catalogue = store.snapshot().catalogue().clone();
    let indicator = catalogue.find_indicator("x").found().unwrap();
    let region = catalogue.find_regions("R")[0];
    let facts = (2000..)
        .zip(values)
        .map(|(year, value)| {
            let period = Period::year(year).unwrap();
            Fact::new(indicator, region, period, Some((*value).into()))
        })
        .collect();
    store.commit(Batch { facts, ..Batch::default() }).unwrap();
    store.snapshot()
}

fn ask(snapshot: &Snapshot, text: &str) -> Answer {
    let script = parse(text).unwrap();
    let statement = script.statements.first().unwrap();
    match execute(snapshot, &mut Session::new(), statement, &Parameters::new()).unwrap() {
        Outcome::Answer(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn values(snapshot: &Snapshot, text: &str) -> Vec<f64> {
    ask(snapshot, text).rows.iter().map(|row| row.value.unwrap().to_f64()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn steps_make_up_the_span(figures in prop::collection::vec(1i64..1_000_000, 2..15)) {
        let snapshot = yearly(&figures);
        let steps: f64 = values(&snapshot, "change of x in R since 2000 by year").iter().sum();
        let span = values(&snapshot, "change of x in R since 2000");
        prop_assert_eq!(vec![steps], span);

        let factors = values(&snapshot, "growth of x in R since 2000 by year");
        let product: f64 = factors.iter().map(|growth| 1.0 + growth / 100.0).product();
        let growth = values(&snapshot, "growth of x in R since 2000");
        prop_assert!((product / (1.0 + growth[0] / 100.0) - 1.0).abs() < 1e-9);

        let index = values(&snapshot, "index of x in R since 2000 by year");
        let multiple = values(&snapshot, "multiple of x in R since 2000");
        prop_assert!((index[index.len() - 1] / 100.0 / multiple[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_clauses_changes_nothing(
        clauses in Just(vec!["in R", "since 2001", "until 2003", "by year", "as of 2030"]).prop_shuffle()
    ) {
        let snapshot = yearly(&[5, 7, 11, 13, 17]);
        let ordered = ask(&snapshot, "growth of x in R since 2001 until 2003 by year as of 2030");
        let shuffled = ask(&snapshot, &format!("growth of x {}", clauses.join(" ")));
        prop_assert_eq!(ordered.to_string(), shuffled.to_string());
    }
}
