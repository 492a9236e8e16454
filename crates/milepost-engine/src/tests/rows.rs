//! Laws of reducers, conditions, transforms and parts over whole queries.

use milepost_lang::parse;
use milepost_model::{Basis, Definition, Fact, Indicator, Number, Period, Region};
use milepost_store::{Batch, Snapshot, Store};
use proptest::prelude::*;

use crate::{Answer, Outcome, Parameters, Session, execute};

/// Provinces `A` to `D` of `R` with a stock in 2020 and 2021 that adds up to that of `R`, and for
/// `R` a monthly flow of 2020, once by month and once as totals since January.
fn store(provinces: &[(i64, i64)], months: &[i64]) -> Snapshot {
    let mut store = Store::in_memory();
    let province = |code: &str| Region::new(code).kind("province").level(1).parent("R");
    let mut definitions = vec![
        Definition::Indicator(Indicator::stock("x").unit("persons")),
        Definition::Indicator(Indicator::flow("f").unit("VND")),
        Definition::Indicator(Indicator::flow("g").unit("VND").basis(Basis::Ytd)),
        Definition::Region(Region::new("R").kind("country").level(0)),
    ];
    let codes = ["A", "B", "C", "D"];
    definitions.extend(codes.map(|code| Definition::Region(province(code))));
    store.define(definitions).unwrap();
    let catalogue = store.snapshot().catalogue().clone();
    let fact = |name: &str, region: &str, period: Period, value: i64| {
        let indicator = catalogue.find_indicator(name).found().unwrap();
        let region = catalogue.find_regions(region)[0];
        Fact::new(indicator, region, period, Some(value.into()))
    };
    let year = |year: i16| Period::year(year).unwrap();
    let mut facts = Vec::new();
    for (code, (before, after)) in codes.iter().zip(provinces) {
        facts.push(fact("x", code, year(2020), *before));
        facts.push(fact("x", code, year(2021), *after));
    }
    facts.push(fact("x", "R", year(2020), provinces.iter().map(|(before, _)| before).sum()));
    facts.push(fact("x", "R", year(2021), provinces.iter().map(|(_, after)| after).sum()));
    let mut total = 0;
    for (month, value) in (1..).zip(months) {
        let period = Period::month(2020, month).unwrap();
        total += value;
        facts.push(fact("f", "R", period, *value));
        facts.push(fact("g", "R", period, total));
    }
    store.commit(Batch { facts, ..Batch::default() }).unwrap();
    store.snapshot()
}

fn ask(snapshot: &Snapshot, text: &str) -> Answer {
    let script = parse(text).unwrap();
    let statement = script.statements.first().unwrap();
    match execute(snapshot, &mut Session::new(), statement, &Parameters::new()) {
        Ok(Outcome::Answer(answer)) => answer,
        other => panic!("{text}: {other:?}"),
    }
}

fn values(snapshot: &Snapshot, text: &str) -> Vec<Option<Number>> {
    ask(snapshot, text).rows.iter().map(|row| row.value).collect()
}

fn value(snapshot: &Snapshot, text: &str) -> Number {
    values(snapshot, text).first().copied().flatten().unwrap()
}

fn number(value: i64) -> Number {
    Number::Exact(value.into())
}

fn count(rows: usize) -> Number {
    number(i64::try_from(rows).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_make_up_the_whole(
        provinces in prop::collection::vec((1i64..1_000_000, 0i64..1_000_000), 1..=4)
    ) {
        let snapshot = store(&provinces, &[]);
        let shares = value(&snapshot, "total of share of x by province in R at 2020").to_f64();
        prop_assert!((shares - 100.0).abs() < 1e-9);
        let parts = value(&snapshot, "total of contribution of x by province in R since 2020").to_f64();
        let growth = value(&snapshot, "growth of x in R since 2020").to_f64();
        prop_assert!((parts - growth).abs() < 1e-9 * growth.abs().max(1.0));
        let total = value(&snapshot, "total of x by province in R at 2021");
        prop_assert_eq!(total, value(&snapshot, "x in R at 2021"));
        let inside = value(&snapshot, "(x in R) - (total of x by province in R) at 2021");
        prop_assert_eq!(inside, number(0));
    }

    #[test]
    fn ranks_and_tops_agree(
        provinces in prop::collection::vec((1i64..6, 1i64..6), 4),
        first in 1usize..6,
    ) {
        let snapshot = store(&provinces, &[]);
        let ranks = values(&snapshot, "rank of x by province in R at 2020");
        prop_assert_eq!(ranks.len(), 4);
        let all = values(&snapshot, "x by province in R at 2020");
        let sorted = values(&snapshot, "top 4 of x by province in R at 2020");
        for (rank, figure) in ranks.iter().zip(sorted) {
            let greater = all.iter().filter(|other| **other > figure).count();
            prop_assert_eq!(*rank, Some(count(greater + 1)));
        }
        let top = values(&snapshot, &format!("top {first} of x by province in R at 2020"));
        let within = ranks.iter().filter(|rank| **rank <= Some(count(first))).count();
        prop_assert_eq!(top.len(), within);
    }

    #[test]
    fn a_condition_and_its_opposite_divide_the_rows(
        provinces in prop::collection::vec((1i64..100, 1i64..100), 4),
        limit in 0i64..100,
    ) {
        let snapshot = store(&provinces, &[]);
        let fitting = |condition: &str| {
            ask(&snapshot, &format!("x by province in R at 2020 where {condition}")).rows.len()
        };
        let above = fitting(&format!("value > {limit}"));
        prop_assert_eq!(above, provinces.iter().filter(|(before, _)| *before > limit).count());
        prop_assert_eq!(above + fitting(&format!("not value > {limit}")), 4);
        prop_assert_eq!(above + fitting(&format!("value < {limit} or value = {limit}")), 4);
    }

    #[test]
    fn running_totals_come_apart_and_together(
        months in prop::collection::vec(-1_000i64..1_000, 1..=12)
    ) {
        let snapshot = store(&[], &months);
        for query in ["IND in R by month", "ytd of IND in R by month", "IND in R at 2020-Q1"] {
            let [by_month, as_totals] =
                ["f", "g"].map(|name| values(&snapshot, &query.replace("IND", name)));
            prop_assert_eq!(by_month, as_totals);
        }
        let total = value(&snapshot, "total of f in R");
        prop_assert_eq!(total, number(months.iter().sum()));
        prop_assert_eq!(value(&snapshot, "ytd of g in R"), total);
        let one = values(&snapshot, "rolling 1 month total of g in R by month");
        prop_assert_eq!(one, values(&snapshot, "f in R by month"));
        let mean = value(&snapshot, "mean of f in R").to_f64();
        let all = count(months.len()).to_f64();
        prop_assert!((mean * all - total.to_f64()).abs() < 1e-6);
    }

    #[test]
    fn filling_keeps_what_is_known(
        months in prop::collection::vec(0i64..1_000, 2..=12), fill in 0usize..2
    ) {
        let snapshot = store(&[], &months);
        let word = ["previous", "linear"][fill];
        let filled = values(&snapshot, &format!("f in R by month fill {word}"));
        prop_assert_eq!(filled, values(&snapshot, "f in R by month"));
    }
}
