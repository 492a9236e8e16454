//! Laws of the language over random data: where each is tested, and those over regions and holes.
//!
//! `the_index_names_tests_that_exist` reads this table.
//!
//! | law (LANGUAGE.md) | tests |
//! | --- | --- |
//! | lexing is total and lossless | `milepost-lang/tests/roundtrip/main.rs`: `any_text_is_read_without_panic`, `any_bytes_of_the_language_are_read_without_panic`, `mutated_queries_are_read_without_panic` |
//! | a printed tree reads back as the same tree | `milepost-lang/tests/roundtrip/main.rs`: `printed_trees_read_back`; `milepost-lang/tests/document.rs`: `every_example_parses_and_prints_back` |
//! | clause order never changes the answer | `tests/all/oracle/laws.rs`: `the_order_of_clauses_never_changes_an_answer`; `tests/all/laws.rs`: `the_order_of_clauses_never_changes_an_answer_over_regions` |
//! | Σ change(steps) = change(span); Π(1 + growth(steps)) = 1 + growth(span); index(end)/100 = multiple(span) | `milepost-engine/src/tests/laws.rs`: `steps_make_up_the_span`; `tests/all/oracle/laws.rs`: `steps_make_up_the_span`; `tests/all/laws.rs`: `steps_of_sums_make_up_the_span` |
//! | contributions sum to growth | `tests/all/laws.rs`: `contributions_sum_to_growth` |
//! | shares sum to 100 % | `tests/all/laws.rs`: `shares_sum_to_a_hundred_percent` |
//! | sums do not depend on layout or order | `tests/all/oracle/laws.rs`: `batches_and_upkeep_never_change_an_answer`; `tests/all/laws.rs`: `a_whole_is_the_total_of_its_parts` |

use std::fs;

use milepost::{Answer, Batch, Indicator, Number, Region, Snapshot, Store};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use crate::oracle::configuration;

const YEARS: [i16; 5] = [2016, 2017, 2018, 2019, 2020];
const INDICATORS: [&str; 2] = ["stock", "flow"];

/// A country of provinces, some of districts, with yearly figures of the undivided ones.
#[derive(Clone, Debug)]
struct Land {
    provinces: Vec<Vec<Place>>,
}

/// Figures of one region in tenths, for each indicator and year; None is a hole.
type Place = Vec<Option<u32>>;

impl Land {
    fn has_holes(&self) -> bool {
        self.provinces.iter().flatten().flatten().any(Option::is_none)
    }

    fn is_flat(&self) -> bool {
        self.provinces.iter().all(|districts| districts.len() == 1)
    }

    fn store(&self) -> Store {
        let mut store = Store::in_memory();
        store.define(Indicator::stock("stock").unit("persons")).unwrap();
        store.define(Indicator::flow("flow").unit("persons")).unwrap();
        store.define(Region::new("C").kind("country").level(0)).unwrap();
        let mut batch = Batch::new();
        for (number, districts) in self.provinces.iter().enumerate() {
            let province = format!("P{number}");
            let region = Region::new(&province).kind("province").level(1).parent("C");
            store.define(region).unwrap();
            for (part, figures) in districts.iter().enumerate() {
                let mut code = province.clone();
                if districts.len() > 1 {
                    code = format!("{province}-{part}");
                    let region = Region::new(&code).kind("district").level(2).parent(&province);
                    store.define(region).unwrap();
                }
                let cells = INDICATORS.iter().flat_map(|name| YEARS.map(|year| (name, year)));
                for ((indicator, year), tenths) in cells.zip(figures) {
                    let Some(tenths) = tenths else { continue };
                    let value = format!("{}.{}", tenths / 10, tenths % 10);
                    batch.push(indicator, &code, &year.to_string(), &value).unwrap();
                }
            }
        }
        store.commit(batch).unwrap();
        store
    }
}

/// Half of the lands have no holes.
fn land() -> impl Strategy<Value = Land> {
    let place = |holes: bool| {
        let figure = (1..10_000_u32, 0..6_u8);
        let figure = figure.prop_map(move |(tenths, die)| (!holes || die > 0).then_some(tenths));
        vec(figure, INDICATORS.len() * YEARS.len())
    };
    (any::<bool>(), any::<bool>()).prop_flat_map(move |(holes, flat)| {
        let most = if flat { 2 } else { 4 };
        let provinces = vec(vec(place(holes), 1..most), 1..6);
        provinces.prop_map(|provinces| Land { provinces })
    })
}

/// Two different years, the earlier one first.
fn span() -> impl Strategy<Value = (i16, i16)> {
    subsequence(YEARS.to_vec(), 2).prop_map(|years| (years[0], years[1]))
}

proptest! {
    #![proptest_config(configuration(16))]

    #[test]
    fn contributions_sum_to_growth(land in land(), (from, to) in span()) {
        let store = land.store();
        let snapshot = store.snapshot();
        for indicator in INDICATORS {
            for rule in ["", " matched", " complete 40%"] {
                let times = format!("in C between {from} and {to}{rule}");
                let parts = ask(&snapshot, &format!("contribution of {indicator} by province {times}"));
                let whole = ask(&snapshot, &format!("growth of {indicator} {times}"));
                let Some(growth) = only(&whole) else { continue };
                let all = parts.rows.iter().all(|row| row.value.is_some());
                let exact = !land.has_holes() || (land.is_flat() && all);
                sums_to(&parts, growth, exact, &times)?;
            }
        }
    }

    #[test]
    fn shares_sum_to_a_hundred_percent(land in land(), year in 2016_i16..=2020) {
        let store = land.store();
        let snapshot = store.snapshot();
        for indicator in INDICATORS {
            for rule in ["", " complete 40%"] {
                let times = format!("in C at {year}{rule}");
                let parts = ask(&snapshot, &format!("share of {indicator} by province {times}"));
                let whole = ask(&snapshot, &format!("{indicator} {times}"));
                if only(&whole).is_some() {
                    sums_to(&parts, 100.0, !land.has_holes() || land.is_flat(), &times)?;
                }
            }
        }
    }

    #[test]
    fn a_whole_is_the_total_of_its_parts(land in land(), year in 2016_i16..=2020) {
        let store = land.store();
        let snapshot = store.snapshot();
        for indicator in INDICATORS {
            let whole = ask(&snapshot, &format!("{indicator} in C at {year} complete 40%"));
            let total = format!("total of {indicator} by province in C at {year} complete 40%");
            // The reducer refuses one single row.
            let (Ok(total), Some(whole)) = (snapshot.query(&total), exact(&whole)) else { continue };
            if land.is_flat() || !land.has_holes() {
                prop_assert_eq!(exact(&total), Some(whole), "{} at {}", indicator, year);
            }
        }
    }

    #[test]
    fn steps_of_sums_make_up_the_span(land in land(), (from, to) in span()) {
        let store = land.store();
        let snapshot = store.snapshot();
        let mut regions = vec!["C".to_owned()];
        regions.extend((0..land.provinces.len()).map(|number| format!("P{number}")));
        if land.provinces.len() > 1 {
            regions.push(format!("P0 + P{}", land.provinces.len() - 1));
        }
        for indicator in INDICATORS {
            for region in &regions {
                for rule in ["", " complete", " complete 40%", " matched"] {
                    let span = format!("{indicator} in {region} between {from} and {to}{rule}");
                    steps_make_up(&snapshot, &span)?;
                }
            }
        }
    }

    #[test]
    fn the_order_of_clauses_never_changes_an_answer_over_regions(
        land in land(),
        head in proptest::sample::select(&HEADS[..]),
        picks in vec(any::<Index>(), CLAUSES.len()),
        order in vec(any::<Index>(), 8),
    ) {
        let store = land.store();
        let snapshot = store.snapshot();
        let mut clauses: Vec<&str> = CLAUSES
            .iter()
            .zip(picks)
            .map(|(choices, pick)| *pick.get(choices))
            .filter(|clause| !clause.is_empty())
            .collect();
        let written = format!("{head} {}", clauses.join(" "));
        for (at, index) in (0..clauses.len()).zip(order.iter().cycle()) {
            let other = index.index(clauses.len());
            clauses.swap(at, other);
        }
        let shuffled = format!("{head} {}", clauses.join(" "));
        prop_assert_eq!(told(&snapshot, &written), told(&snapshot, &shuffled), "{}", shuffled);
    }
}

const HEADS: [&str; 6] = [
    "stock",
    "change of flow",
    "top 2 of growth of stock",
    "share of stock",
    "mean of contribution of flow",
    "stock / flow",
];

/// Of each kind of clause, what may stand.
const CLAUSES: [&[&str]; 10] = [
    &["in C", "in C, P0", "in P0 + P1", "in C except P0"],
    &["", "by province", "by province, year", "by year"],
    &["", "since 2017", "over last 2 years", "during 2019"],
    &["", "until 2019", "at 2020"],
    &["", "as of 2030"],
    &["", "fill linear", "fill previous"],
    &["", "complete", "complete 40%", "matched"],
    &["", "where value > 5", "where flow > 50 or value < 0"],
    &["", "including projections", "only actual"],
    &["", "on boundaries 2020"],
];

/// The answer or the refusal as people see it; places in the text are left out.
fn told(snapshot: &Snapshot, text: &str) -> Result<String, Vec<String>> {
    match snapshot.query(text) {
        Ok(answer) => Ok(answer.to_string()),
        Err(milepost::Error::Query(error)) => {
            Err(error.diagnostics.iter().map(|d| d.code.to_owned()).collect())
        }
        Err(other) => panic!("{text}: {other}"),
    }
}

fn ask(snapshot: &Snapshot, text: &str) -> Answer {
    snapshot.query(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn values(answer: &Answer) -> Option<Vec<Number>> {
    answer.rows.iter().map(|row| row.value).collect()
}

/// The value of an answer of one row.
fn only(answer: &Answer) -> Option<f64> {
    exact(answer).map(Number::to_f64)
}

fn exact(answer: &Answer) -> Option<Number> {
    values(answer).filter(|values| values.len() == 1).map(|values| values[0])
}

/// The parts of a whole add up to it, and where they need not, a note says what is left over.
fn sums_to(parts: &Answer, whole: f64, exact: bool, text: &str) -> Result<(), TestCaseError> {
    let present: Vec<f64> =
        parts.rows.iter().filter_map(|row| row.value).map(Number::to_f64).collect();
    let sum: f64 = present.iter().sum();
    if (sum - whole).abs() > 1e-7 && (exact || !present.is_empty()) {
        let rest = |note: &str| note.ends_with("lie elsewhere") || note.ends_with("remain");
        let told = parts.notes.iter().any(|note| note.code == "MP0821" && rest(&note.message));
        prop_assert!(told && !exact, "{text}: {sum} of {whole}\n{parts}");
    }
    Ok(())
}

/// Changes of steps add up to the change of the span, and so on; under `matched` the span is that
/// of the members which are present at every step, so that its ends are read from the steps.
fn steps_make_up(snapshot: &Snapshot, span: &str) -> Result<(), TestCaseError> {
    let matched = span.ends_with("matched");
    let steps = |measure: &str| ask(snapshot, &format!("{measure} of {span} by year"));
    let whole = |measure: &str| only(&ask(snapshot, &format!("{measure} of {span}")));
    let multiples = steps("multiple");
    let changes = steps("change");
    let Some(all) = values(&changes) else { return Ok(()) };
    let last = values(&multiples).and_then(|values| values.last().copied()).map(Number::to_f64);
    let end = changes.rows.last().and_then(|row| row.end.clone());
    let base = changes.rows.first().and_then(|row| row.base.clone());
    let (Some(multiple), Some(end), Some(base)) = (last, end, base) else {
        return Err(TestCaseError::fail(format!("{span}: steps without a span\n{multiples}")));
    };
    let zero = Number::Exact(0.into());
    let sum = all.into_iter().try_fold(zero, Number::checked_add).unwrap();
    prop_assert_eq!(Some(sum), end.value.checked_sub(base.value), "change of {}", span);
    let close = |one: f64, other: f64| (one - other).abs() <= 1e-9 * other.abs();
    let growths = values(&steps("growth")).unwrap();
    let product: f64 = growths.iter().map(|growth| 1.0 + growth.to_f64() / 100.0).product();
    prop_assert!(close(product, multiple), "growth of {span}: {product} {multiple}");
    let indices = values(&steps("index")).unwrap();
    prop_assert!(close(indices[indices.len() - 1].to_f64() / 100.0, multiple), "index of {span}");
    if !matched {
        prop_assert_eq!(whole("change"), Some(sum.to_f64()), "change of {}", span);
        let growth = whole("growth").unwrap();
        prop_assert!(close(1.0 + growth / 100.0, multiple), "growth of {span}");
        prop_assert_eq!(whole("multiple"), Some(multiple), "multiple of {}", span);
    }
    Ok(())
}

#[test]
fn the_index_names_tests_that_exist() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let this = fs::read_to_string(format!("{root}/tests/all/laws.rs")).unwrap();
    let mut tests = 0;
    for line in this.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let mut source = String::new();
        for word in line.split('`').skip(1).step_by(2) {
            if let Some(path) = word.strip_suffix(".rs") {
                let folder = if path.starts_with("tests/") { "" } else { "crates/" };
                source = fs::read_to_string(format!("{root}/{folder}{path}.rs")).unwrap();
            } else {
                assert!(source.contains(&format!("fn {word}(")), "{word} is no test");
                tests += 1;
            }
        }
    }
    assert!(tests >= 12, "{tests}");
}
