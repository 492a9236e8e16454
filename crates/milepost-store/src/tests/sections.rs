//! Sections and totals of any regions are what reading and adding each figure gives.

use milepost_model::{Decimal, Precision, Status};
use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::{Section, Total};

/// More than a frame has cells, some dozens, and a few of no level.
const LEVELS: [(Option<u8>, u32); 3] = [(Some(2), 1_100), (Some(1), 40), (None, 3)];
const ALL: u32 = 1_100 + 40 + 3;
const MONTHS: [&str; 3] = ["2024-01", "2024-02", "2024-12"];
const STEPS: [&str; 2] = ["checkpoint", "merge"];

/// A figure of a region, or of it and its neighbours.
#[derive(Clone, Debug)]
struct News {
    region: u32,
    neighbours: u32,
    month: usize,
    value: Option<(i64, u8)>,
    published: Option<i32>,
    kind: u8,
}

fn any_news() -> impl Strategy<Value = News> {
    let value = prop_oneof![
        8 => (-99_999..99_999i64, 0..4u8),
        2 => (1..9i64, Just(0u8)).prop_map(|(m, scale)| (m * 1_000_000, scale)),
        1 => (any::<i64>(), 0..18u8),
    ];
    let region = prop_oneof![3 => 0..ALL, 1 => 1_000..1_160u32];
    let neighbours = prop_oneof![3 => Just(1u32), 1 => 1..1_200u32];
    (region, neighbours, 0..3usize, option::weighted(0.9, value), option::of(0..4i32), 0..9u8)
        .prop_map(|(region, neighbours, month, value, published, kind)| News {
            region: region % ALL,
            neighbours,
            month,
            value,
            published,
            kind,
        })
}

impl News {
    fn facts(&self) -> Vec<Fact> {
        let regions = self.region..(self.region + self.neighbours).min(ALL);
        // Of several months the figures are near each other: their frames lean on a key.
        let months = if self.kind > 5 { 0..MONTHS.len() } else { self.month..self.month + 1 };
        let fact = |(month, region): (usize, u32)| {
            // Neighbours differ, and some are left out.
            let number = i64::from(region - self.region);
            let further = number * 37 % 5_000 + number * i64::try_from(month).unwrap() % 7;
            let value = self.value.map(|(m, scale)| (m.saturating_add(further), scale));
            let value = value.and_then(|(m, scale)| Decimal::new(m.into(), scale));
            let month = period(MONTHS[month]);
            let mut fact = Fact::new(IndicatorId(0), RegionId(region), month, value);
            fact.published = self.published.and_then(|day| Date::from_day_number(20_080 + day));
            match self.kind {
                1 => fact.status = Status::ESTIMATE,
                2 => fact.precision = Precision::About,
                3 => fact.source = Some("VSS".into()),
                4 if number % 2 == 0 => fact.note = Some("press".into()),
                _ => {}
            }
            (self.kind != 5 || number % 3 != 1).then_some(fact)
        };
        let each = |month| regions.clone().map(move |region| (month, region));
        months.flat_map(each).filter_map(fact).collect()
    }
}

fn define(store: &mut Store) {
    let mut definitions = vec![Indicator::stock("a").into()];
    for (level, count) in LEVELS {
        for number in 0..count {
            let region = Region::new(format!("{level:?}-{number}"));
            definitions.push(match level {
                Some(level) => region.level(level).into(),
                None => region.into(),
            });
        }
    }
    store.define(definitions).unwrap();
}

/// The figures of some regions one by one.
fn one_by_one(
    snapshot: &Snapshot,
    regions: &[RegionId],
    month: Period,
    as_of: Option<Date>,
) -> Vec<Option<Observation>> {
    let read = |region: &RegionId| {
        snapshot.observation(IndicatorId(0), *region, &Scenario::reported(), month, as_of).unwrap()
    };
    regions.iter().map(read).collect()
}

fn total<'a>(figures: impl Iterator<Item = &'a Option<Observation>>) -> Total {
    let mut total =
        Total { sum: Some(Decimal::ZERO), count: 0, status: Status::default(), exact: true };
    for figure in figures.flatten() {
        let Some(value) = figure.value else { continue };
        total.sum = total.sum.and_then(|sum| sum.checked_add(value));
        total.count += 1;
        total.status = total.status.union(figure.status);
        total.exact &= figure.precision == Precision::Exact;
    }
    total
}

fn check_section(snapshot: &Snapshot, regions: &[RegionId], month: Period, as_of: Option<Date>) {
    let selection = snapshot.selection(regions);
    assert_eq!(selection.positions().len(), regions.len());
    for (region, position) in regions.iter().zip(selection.positions()) {
        assert_eq!(selection.regions()[*position as usize], *region);
    }
    let (a, reported) = (IndicatorId(0), Scenario::reported());
    let section = snapshot.cross_section(a, &reported, &selection, month, as_of).unwrap();
    let figures = one_by_one(snapshot, selection.regions(), month, as_of);
    assert_eq!(section.len(), selection.len());
    compare(&section, &figures);
}

/// One region along time, with a month and a quarter that have no figure.
fn check_series(snapshot: &Snapshot, region: RegionId, as_of: Option<Date>) {
    let periods = ["2024-01", "2024-02", "2024-03", "2024-12", "2024-Q4", "2024-01"].map(period);
    let (a, reported) = (IndicatorId(0), Scenario::reported());
    let section = snapshot.time_section(a, region, &reported, &periods, as_of).unwrap();
    let figures: Vec<_> =
        periods.iter().flat_map(|month| one_by_one(snapshot, &[region], *month, as_of)).collect();
    assert_eq!(section.len(), periods.len());
    compare(&section, &figures);
}

fn compare(section: &Section, figures: &[Option<Observation>]) {
    for (position, figure) in figures.iter().enumerate() {
        assert_eq!(section.observation(position), *figure, "position {position}");
        let value = figure.as_ref().and_then(|figure| figure.value);
        assert_eq!(section.value(position), value);
        assert_eq!(section.is_withdrawn(position), figure.is_some() && value.is_none());
        if section.is_regular() || value.is_none() {
            let mantissa = i128::from(section.mantissas()[position]);
            let expected = value.unwrap_or(Decimal::ZERO);
            assert_eq!(Decimal::new(mantissa, section.scale()), Some(expected));
        }
    }
    let is_plain = |figure: &Observation| {
        figure.value.is_some() && figure.status.is_normal() && figure.precision == Precision::Exact
    };
    assert!(!section.is_plain() || figures.iter().flatten().all(is_plain));
    assert_eq!(section.count(), figures.iter().flatten().filter(|f| f.value.is_some()).count());
}

fn check_absent(snapshot: &Snapshot, regions: &[RegionId], month: Period, as_of: Option<Date>) {
    let figures = one_by_one(snapshot, regions, month, as_of);
    let lacks = |(_, figure): &(&RegionId, &Option<Observation>)| {
        figure.as_ref().is_none_or(|figure| figure.value.is_none())
    };
    let all = || regions.iter().zip(&figures);
    for most in [0, 1, 5, usize::MAX] {
        let (a, reported) = (IndicatorId(0), Scenario::reported());
        let absent = snapshot.absent(a, &reported, regions, month, as_of, most).unwrap();
        let expected = all().filter(lacks).take(most).map(|(region, _)| *region);
        assert_eq!(absent.regions, expected.collect::<Vec<_>>());
        let last = all()
            .enumerate()
            .filter(|(_, pair)| lacks(pair))
            .map(|(at, _)| at)
            .nth(most.saturating_sub(1));
        let looked_at =
            all().take(if most == 0 { 0 } else { last.map_or(usize::MAX, |at| at + 1) });
        for (_, figure) in looked_at.filter(|(_, figure)| figure.is_some()) {
            let status = figure.as_ref().map(|figure| figure.status).unwrap();
            assert_eq!(absent.status.union(status), absent.status);
        }
    }
}

fn check_totals(snapshot: &Snapshot, members: &[(RegionId, usize)], as_of: Option<Date>) {
    let partition = snapshot.partition(members.iter().copied());
    let months = MONTHS.map(period);
    let (a, reported) = (IndicatorId(0), Scenario::reported());
    let totals = snapshot.totals(a, &reported, &partition, &months, as_of).unwrap();
    let distinct: std::collections::BTreeSet<_> = members.iter().copied().collect();
    let members: Vec<_> = distinct.into_iter().collect();
    let regions: Vec<_> = members.iter().map(|(region, _)| *region).collect();
    for (number, month) in months.into_iter().enumerate() {
        let figures = one_by_one(snapshot, &regions, month, as_of);
        for part in 0..partition.parts() {
            let of_part = members.iter().zip(&figures).filter(|((_, of), _)| *of == part);
            let expected = total(of_part.map(|(_, figure)| figure));
            assert_eq!(totals.total(number, part), expected, "part {part} in {month}");
            assert_eq!(totals.count(number, part), expected.count);
        }
        assert_eq!(totals.total(number, partition.parts()).count, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn sections_and_totals_are_observations(
        base in vec(any_news(), 0..3),
        history in vec((any_news(), option::of(proptest::sample::select(STEPS.to_vec()))), 0..10),
        asked in vec((0..ALL + 2, 1..60u32), 1..8),
        parts in 1..4usize,
        as_of in option::of(20_080..20_100i32),
    ) {
        let memory = Memory::default();
        let mut store = Store::create_on(Arc::new(memory.clone()), options()).unwrap();
        define(&mut store);
        let base = base.into_iter().map(|news| (News { region: 0, neighbours: ALL, ..news }, None));
        for (day, (news, step)) in (0..).zip(base.chain(history)) {
            drop(store);
            let today = Date::from_day_number(20_080 + day).unwrap();
            store = Store::open_on(Arc::new(memory.clone()), options().with_today(today)).unwrap();
            // Contradictions are refused, which leaves as good a store as any.
            let _ = commit(&mut store, news.facts());
            match step {
                Some("checkpoint") => store.checkpoint().unwrap(),
                Some("merge") => store.merge().unwrap(),
                _ => {}
            }
        }
        let snapshot = store.snapshot();
        let as_of = as_of.and_then(Date::from_day_number);
        let some = asked.iter().flat_map(|(region, count)| *region..region + count);
        let some: Vec<RegionId> = some.map(RegionId).collect();
        let all: Vec<RegionId> = (0..ALL).map(RegionId).collect();
        for month in MONTHS {
            check_section(&snapshot, &all, period(month), as_of);
            check_section(&snapshot, &some, period(month), as_of);
            check_absent(&snapshot, &some, period(month), as_of);
        }
        some.iter().step_by(11).for_each(|region| check_series(&snapshot, *region, as_of));
        let part = |region: &RegionId| (*region, region.0 as usize / 7 % parts);
        let whole = all.iter().map(|region| (*region, parts));
        let members: Vec<_> = some.iter().map(part).chain(whole).collect();
        check_totals(&snapshot, &members, as_of);
        // Once more, with what the first time has found out about the frames.
        check_totals(&snapshot, &members, None);
        check_totals(&snapshot, &members, as_of);
    }
}
