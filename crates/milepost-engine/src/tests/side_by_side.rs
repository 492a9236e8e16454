//! Rows that are worked out side by side against the same rows one by one.
//!
//! A world is a land of provinces and communes, some of which change, with figures of every sort;
//! the questions are those that the fast way takes and some that it has to leave. Rows with all
//! they carry, and notes word for word, must be the same.

use std::cell::Cell;

use milepost_lang::ast::Statement;
use milepost_lang::parse;
use milepost_model::{Definition, Fact, Indicator, Milestone, Period, Region, Scenario, Status};
use milepost_store::{Batch, Snapshot, Store};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use crate::build::Builder;
use crate::{Answer, Session, execute, sheet};

const PROVINCES: usize = 4;
const COMMUNES: usize = 13;
const FIRST_MONTH: i32 = 2019 * 12;
const MONTHS: i32 = 30;

/// What the figures are like.
#[derive(Clone, Debug)]
struct World {
    /// Figures missing, in percent.
    holes: u32,
    /// Figures that are not plain, in percent.
    odd: u32,
    /// Whether provinces have some figures of their own.
    has_provinces: bool,
    /// Whether some communes began, ended or were renamed within the time.
    changes: bool,
    /// Whether figures of several frequencies are stored.
    is_mixed: bool,
    seed: u32,
}

fn world() -> impl Strategy<Value = World> {
    (
        select(vec![0, 3, 10, 40]),
        select(vec![0, 0, 0, 2]),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.15),
        any::<u32>(),
    )
        .prop_map(|(holes, odd, has_provinces, changes, is_mixed, seed)| World {
            holes,
            odd,
            has_provinces,
            changes,
            is_mixed,
            seed,
        })
}

/// Numbers that look drawn, and are the same for the same world.
struct Dice(Cell<u32>);

impl Dice {
    fn next(&self, below: u32) -> u32 {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        self.0.set(x);
        x % below
    }
}

fn regions(world: &World) -> Vec<Definition> {
    let mut regions = vec![Region::new("L").name("Land").kind("country").level(0)];
    for number in 0..PROVINCES {
        let province = Region::new(format!("P{number}")).name(format!("Province {number}"));
        regions.push(province.kind("province").level(2).parent("L"));
    }
    for number in 0..COMMUNES {
        let code = format!("C{number}");
        let parent = format!("P{}", number % PROVINCES);
        let commune = |from: Option<&str>, to: Option<&str>| {
            let commune = Region::new(code.clone()).name(format!("Commune {number}"));
            let commune = commune.kind("commune").level(3).parent(parent.clone());
            let commune = match from {
                Some(day) => commune.valid_from(day),
                None => commune,
            };
            match to {
                Some(day) => commune.valid_to(day),
                None => commune,
            }
        };
        match number {
            3 if world.changes => {
                let earlier = commune(None, Some("2020-07-01")).successor("C3@2020");
                regions.extend([earlier, commune(Some("2020-07-01"), None)]);
            }
            5 if world.changes => regions.push(commune(Some("2020-01-01"), None)),
            7 if world.changes => regions.push(commune(None, Some("2021-01-01"))),
            _ => regions.push(commune(None, None)),
        }
    }
    regions.into_iter().map(Definition::Region).collect()
}

fn store(world: &World) -> Snapshot {
    let dice = Dice(Cell::new(world.seed | 1));
    let mut store = Store::in_memory();
    store.define(regions(world)).unwrap();
    let indicators = [
        Indicator::stock("people").unit("persons"),
        Indicator::stock("insured").unit("persons"),
        Indicator::flow("money").unit("VND"),
        Indicator::ratio("rate").unit("%"),
        Indicator::undeclared("loose"),
        Indicator::stock("young").unit("persons").begins("2019-06-01"),
    ];
    let milestone = Milestone::new("Reform").on("2020-03-15");
    let names: Vec<String> = indicators.iter().map(|i| i.name.clone()).collect();
    store.define(indicators.map(Definition::Indicator).to_vec()).unwrap();
    store.define(vec![Definition::Milestone(milestone)]).unwrap();
    let catalogue = store.snapshot().catalogue().clone();
    let mut facts = Vec::new();
    for name in &names {
        let indicator = catalogue.find_indicator(name).found().unwrap();
        for (region, record) in catalogue.regions() {
            let is_province = record.level == Some(2);
            if record.level == Some(0) || is_province && !world.has_provinces {
                continue;
            }
            for month in 0..MONTHS {
                if dice.next(100) < world.holes || is_province && dice.next(3) > 0 {
                    continue;
                }
                let label =
                    Period::from_ordinal(milepost_model::Frequency::Month, FIRST_MONTH + month);
                let mut period = label.unwrap();
                if world.is_mixed && month % 3 == 2 && dice.next(4) == 0 {
                    let day = period.last_day();
                    period = Period::containing(milepost_model::Frequency::Quarter, day).unwrap();
                }
                let size = [9, 1_000, 2_000_000_000][name.len() % 3];
                let value = i64::from(dice.next(size)) - i64::from(dice.next(50) == 0) * 5;
                let mut fact = Fact::new(indicator, region, period, Some(value.into()));
                fact.published = Some("2022-01-01".parse().unwrap());
                if dice.next(100) < world.odd {
                    match dice.next(5) {
                        0 => fact.status = "E".parse::<Status>().unwrap(),
                        1 => fact.status = "F".parse::<Status>().unwrap(),
                        2 => (fact.value, fact.status) = (None, "O".parse::<Status>().unwrap()),
                        3 => fact.precision = milepost_model::Precision::About,
                        _ => fact.scenario = Scenario::target(),
                    }
                }
                facts.push(fact);
            }
        }
    }
    store.commit(Batch { facts, ..Batch::default() }).unwrap();
    store.snapshot()
}

const TIMES: &[&str] = &[
    " at 2020-12",
    " at 2020",
    " at 2021-03-20",
    " since 2019-02",
    " since 2019 until 2020",
    " since Reform",
    " since Reform until 2021-05",
    " between 2019-Q2 and 2020-Q4",
    " since first",
    " since start of 2020",
    " until 2020-10",
    "",
];

fn question() -> impl Strategy<Value = String> {
    let measure = select(vec![
        "",
        "",
        "growth of ",
        "change of ",
        "multiple of ",
        "cagr of ",
        "index of ",
        "pace of ",
        "yoy growth of ",
        "yoy change of ",
    ]);
    let subject = select(vec![
        "people",
        "people",
        "insured",
        "money",
        "rate",
        "loose",
        "young",
        "people + insured",
        "insured / people",
        "money / people",
        "people - 3",
        "2 * people",
        "insured as % of people",
    ]);
    let axes = prop_oneof![
        4 => (
            select(vec!["", "", "", "top 3 of ", "bottom 2 of "]),
            select(vec!["commune", "province", "communes"]),
            select(vec!["", "", ", month", ", quarter", ", year"]),
            select(vec![" in L", " in L", " in P1", " in P0, P2", ""]),
        ),
        3 => (
            select(vec!["", "", "", "mean of ", "total of ", "median of ", "count of "]),
            select(vec!["month", "quarter", "year", "half"]),
            select(vec!["", ""]),
            select(vec![" in L", " in P1", " in C2", " in C3", " in C5, C7", " in C1, P2", " in P0, P3"]),
        ),
    ];
    let time = select(TIMES);
    let more = select(vec![
        "",
        "",
        "",
        " complete",
        " complete 80%",
        " as of 2021-12-31",
        " including projections",
        " on boundaries 2019",
        " as thousand persons",
    ]);
    (measure, subject, axes, time, more).prop_map(
        |(measure, subject, (reducer, axis, steps, place), time, more)| {
            format!("{reducer}{measure}{subject} by {axis}{steps}{place}{time}{more}")
        },
    )
}

/// Everything that an answer says, a line for each row and each note.
fn told(answer: &Answer) -> Vec<String> {
    let rows = answer.rows.iter().map(|row| format!("{row:?}"));
    let notes = answer.notes.iter();
    let notes = notes.map(|note| format!("{} {} {:?}", note.code, note.message, note.help));
    rows.chain(notes).collect()
}

/// The first lines that differ.
fn difference((one, other): (Vec<String>, Vec<String>)) -> Result<(), String> {
    let differ = one.iter().zip(&other).find(|(one, other)| one != other);
    match differ {
        Some((one, other)) => Err(format!("\n  side by side {one}\n  one by one   {other}")),
        None if one.len() == other.len() => Ok(()),
        None => {
            let least = one.len().min(other.len());
            let rest = one.iter().skip(least).chain(other.iter().skip(least)).collect::<Vec<_>>();
            Err(format!("{} lines and {}: {rest:#?}", one.len(), other.len()))
        }
    }
}

/// Both answers as texts; None where the fast way leaves the question to the other.
fn both(snapshot: &Snapshot, text: &str) -> Option<(Vec<String>, Vec<String>)> {
    let script = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let Some(Statement::Query(query)) = script.statements.first() else { panic!("{text}") };
    let session = Session::new();
    let mut builder = Builder::new(snapshot, &session, false);
    let fast = sheet::answer(&mut builder, query).ok().flatten()?;
    let doubles: Vec<Option<f64>> = fast.rows.doubles().collect();
    let values = fast.rows.iter().map(|row| row.value.map(milepost_model::Number::to_f64));
    assert_eq!(doubles, values.collect::<Vec<_>>(), "{text}");
    let one_by_one = execute::run(snapshot, &session, query);
    let one_by_one = one_by_one.unwrap_or_else(|error| panic!("{text}: {error:?}")).answer;
    Some((told(&fast), told(&one_by_one)))
}

/// As many fresh cases as the environment says; otherwise some that are always the same.
fn configuration() -> ProptestConfig {
    let is_fresh = std::env::var_os("PROPTEST_CASES").is_some();
    let rng_seed = if is_fresh { RngSeed::Random } else { RngSeed::Fixed(1) };
    ProptestConfig { rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(configuration())]

    #[test]
    fn rows_side_by_side_are_the_rows_one_by_one(
        world in world(),
        questions in prop::collection::vec(question(), 12..40),
    ) {
        let snapshot = store(&world);
        for text in questions {
            if let Some(both) = both(&snapshot, &text) {
                let same = difference(both);
                prop_assert!(same.is_ok(), "{}: {}", text, same.unwrap_err());
            }
        }
    }
}

/// The questions that it is there for are not left to the other way.
#[test]
fn what_is_plain_is_answered_side_by_side() {
    let world =
        World { holes: 3, odd: 0, has_provinces: false, changes: false, is_mixed: false, seed: 7 };
    let snapshot = store(&world);
    for text in [
        "people by commune in L at 2020-12",
        "yoy growth of people by commune in L at 2020-12",
        "top 3 of growth of people by commune in L since 2019-05",
        "cagr of people by commune in L since 2019-01",
        "growth of people by province in L since Reform",
        "people by province, year in L since 2019",
        "money by province, quarter in L since 2019",
        "insured / people by province, month in L since 2019-01",
        "people by month in L since 2019-01",
        "people by month in C2 since 2019-01",
        "growth of money by year in P0, P1 since 2019",
        "mean of people by month in L since first",
    ] {
        let both = both(&snapshot, text).unwrap_or_else(|| panic!("{text}"));
        difference(both).unwrap_or_else(|differ| panic!("{text}: {differ}"));
    }
}
