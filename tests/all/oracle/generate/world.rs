//! Catalogues of a few indicators of every kind, and sparse, revised figures.

use milepost::{
    Basis, Date, Decimal, Frequency, Indicator, Kind, Milestone, Period, Region, Status,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::oracle::facts::{Fact, World};

/// The root and two regions in it.
pub(crate) const REGIONS: [&str; 3] = ["VN", "VN-01", "VN-02"];
/// A day and a span.
pub(crate) const MILESTONES: [&str; 2] = ["Reform", "Epidemic"];

/// Every indicator that a world may have.
fn blueprints() -> Vec<Indicator> {
    vec![
        Indicator::stock("insured").unit("persons"),
        Indicator::stock("workers").unit("persons"),
        Indicator::stock("pupils").unit("thousand persons"),
        Indicator::flow("revenue").unit("VND"),
        Indicator::flow("spending").unit("million VND"),
        Indicator::flow("collected").unit("VND").basis(Basis::Ytd),
        Indicator::ratio("coverage").unit("%").of("insured", "workers"),
        Indicator::ratio("burden").unit("%").of("spending", "revenue"),
        Indicator::ratio("poverty").unit("%"),
        Indicator::index("prices"),
        Indicator::intensity("wage").unit("VND/person"),
        Indicator::undeclared("loose"),
    ]
}

/// A world with at most six indicators, the parts of its ratios among them.
pub(crate) fn world() -> impl Strategy<Value = World> {
    (subsequence(blueprints(), 2..=4), 1..=REGIONS.len(), milestones(), weighted(0.7, frequency()))
        .prop_map(|(indicators, regions, milestones, frequency)| {
            (with_parts(indicators), REGIONS[..regions].to_vec(), milestones, frequency)
        })
        .prop_flat_map(|(indicators, regions, milestones, frequency)| {
            let series: Vec<_> =
                indicators.iter().map(|i| series(i, &regions, frequency)).collect();
            let begins = vec(weighted(0.2, day(2016..=2018)), indicators.len());
            (Just((indicators, regions, milestones)), series, begins)
        })
        .prop_map(|((mut indicators, regions, milestones), series, begins)| {
            for (indicator, begins) in indicators.iter_mut().zip(begins) {
                // Of spans that begin inside a period it is not said which sub-periods count.
                indicator.begins = begins.filter(|_| indicator.kind == Some(Kind::Stock));
            }
            let regions = regions.into_iter().map(region).collect();
            World::new(indicators, regions, milestones, series.concat())
        })
}

fn with_parts(mut indicators: Vec<Indicator>) -> Vec<Indicator> {
    let parts: Vec<String> = indicators
        .iter()
        .flat_map(|indicator| [indicator.numerator.clone(), indicator.denominator.clone()])
        .flatten()
        .collect();
    for blueprint in blueprints() {
        let missing = indicators.iter().all(|indicator| indicator.name != blueprint.name);
        if missing && parts.contains(&blueprint.name) {
            indicators.push(blueprint);
        }
    }
    indicators
}

fn region(code: &str) -> Region {
    let region = Region::new(code).name(format!("Region {code}"));
    // Nothing is put together from reporting units, so every figure is a region's own.
    let region = region.kind("reporting_unit");
    if code == REGIONS[0] { region.level(0) } else { region.level(1).parent(REGIONS[0]) }
}

fn milestones() -> impl Strategy<Value = Vec<Milestone>> {
    (day(2017..=2019), day(2017..=2019), 0..200_i32).prop_map(|(reform, first, length)| {
        let last = first.checked_add_days(length).unwrap();
        vec![
            Milestone::new(MILESTONES[0]).on(reform),
            Milestone::new(MILESTONES[1]).from(first).until(last),
        ]
    })
}

/// A day that is often the first of a month.
pub(crate) fn day(years: std::ops::RangeInclusive<i16>) -> impl Strategy<Value = Date> {
    (years, 1..=12_u8, prop_oneof![Just(1_u8), 1..=28_u8])
        .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

/// The frequencies at which figures are published.
pub(crate) fn frequency() -> impl Strategy<Value = Frequency> {
    prop_oneof![
        4 => Just(Frequency::Year),
        2 => Just(Frequency::Half),
        3 => Just(Frequency::Quarter),
        2 => Just(Frequency::Month),
    ]
}

/// The figures of an indicator in all regions, published at one frequency: that of the world, or
/// one of its own.
fn series(
    indicator: &Indicator,
    regions: &[&'static str],
    shared: Option<Frequency>,
) -> impl Strategy<Value = Vec<Fact>> + use<> {
    let name = blueprint_name(&indicator.name);
    let regions = regions.to_vec();
    let own = match shared {
        Some(shared) => Just(shared).boxed(),
        None => frequency().boxed(),
    };
    own.prop_flat_map(move |frequency| {
        let cells: Vec<_> = regions
            .iter()
            .flat_map(|region| {
                let reported = periods(frequency).into_iter().map(|p| (*region, p, false));
                let targets =
                    [2019, 2022, 2025].map(|year| (*region, Period::year(year).unwrap(), true));
                reported.chain(targets).collect::<Vec<_>>()
            })
            .map(move |(region, period, target)| cell(name, region, period, target))
            .collect();
        cells.prop_map(|cells| cells.concat())
    })
}

/// Names of facts outlive the strategy.
fn blueprint_name(name: &str) -> &'static str {
    const NAMES: [&str; 12] = [
        "insured",
        "workers",
        "pupils",
        "revenue",
        "spending",
        "collected",
        "coverage",
        "burden",
        "poverty",
        "prices",
        "wage",
        "loose",
    ];
    NAMES.into_iter().find(|known| *known == name).expect("the name of a blueprint")
}

/// The window in which a series has figures.
fn periods(frequency: Frequency) -> Vec<Period> {
    let (first, count) = match frequency {
        Frequency::Year => ("2016", 5),
        Frequency::Half => ("2017-H1", 7),
        Frequency::Quarter => ("2017-Q1", 11),
        _ => ("2017-09", 18),
    };
    let first: Period = first.parse().unwrap();
    (0..count).filter_map(|ahead| first.checked_add(ahead)).collect()
}

/// No, one or several vintages of a figure.
fn cell(
    indicator: &'static str,
    region: &'static str,
    period: Period,
    target: bool,
) -> impl Strategy<Value = Vec<Fact>> {
    let vintage = (weighted(0.93, value()), status());
    let days = prop_oneof![
        6 => Just(vec![40]),
        1 => subsequence(vec![-90, 20, 200, 500], 1..=3),
    ];
    let present = if target { 0.3 } else { 0.85 };
    weighted(present, (days, vec(vintage, 3))).prop_map(move |published| {
        let (days, vintages) = published.unwrap_or_default();
        let fact = |(days, (value, status)): (i32, (Option<Decimal>, Status))| Fact {
            indicator,
            region,
            period,
            target,
            value,
            status: match value {
                None => Status::WITHDRAWN,
                Some(_) if target => Status::ACTUAL,
                Some(_) => status,
            },
            published: if target {
                Date::new(2016, 6, 1).unwrap().checked_add_days(days).unwrap()
            } else {
                period.last_day().checked_add_days(days).unwrap()
            },
        };
        days.into_iter().zip(vintages).map(fact).collect()
    })
}

/// Figures with up to two decimals; zero and negative ones are rare.
pub(super) fn value() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![12 => 1..2_000_i128, 1 => -50..=0_i128];
    (mantissa, 0..=2_u8).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale).unwrap())
}

pub(super) fn status() -> impl Strategy<Value = Status> {
    prop_oneof![
        8 => Just(Status::ACTUAL),
        2 => select(vec![Status::PROVISIONAL, Status::ESTIMATE, Status::ESTIMATE | Status::BREAK]),
        1 => Just(Status::PROJECTION),
    ]
}
