//! Any history of commits, checkpoints, merges and reopenings against a naive model.

use std::collections::BTreeMap;

use milepost_model::{Decimal, Precision, Status};
use proptest::prelude::*;

use super::*;
use crate::{StoreError, Work};

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Fact>),
    /// The same by a bulk load, in pieces of so many facts.
    Bulk(Vec<Fact>, usize),
    Checkpoint,
    Merge,
    /// So many steps of what goes on beside the commits, or of a merge that takes its place.
    Work(usize, bool),
    Reopen,
    /// The clock goes on by so many days.
    Wait(i32),
}

pub(super) const PERIODS: [&str; 8] = [
    "2023",
    "2024",
    "2024-06",
    "2024-07",
    "2024-Q2",
    "1999-12-31",
    "2020-01-05/2020-03-09",
    "2022-07-14/2024-02-02",
];

pub(super) fn any_fact() -> impl Strategy<Value = Fact> {
    (
        (0..2u32, 0..REGIONS, proptest::sample::select(PERIODS.to_vec())),
        (proptest::option::weighted(0.9, (-3..4i64, 0..3u8)), 0..3usize, 0..12u8),
        proptest::option::of(0..6i32),
    )
        .prop_map(|((indicator, region, text), (value, attribute, kind), day)| {
            let value = value.map(|(m, s)| Decimal::new(i128::from(m), s).unwrap());
            let source = ["", "VSS", "Quốc hội"][attribute];
            let fact = Fact::new(IndicatorId(indicator), RegionId(region), period(text), value);
            Fact {
                status: if kind == 1 { Status::ESTIMATE } else { fact.status },
                precision: if kind == 2 { Precision::Over } else { Precision::Exact },
                note: (kind == 3).then(|| "press".into()),
                published: day.map(|day| Date::from_day_number(20_000 + day).unwrap()),
                source: (!source.is_empty()).then(|| source.into()),
                scenario: if attribute == 2 { Scenario::target() } else { Scenario::reported() },
                ..fact
            }
        })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => proptest::collection::vec(any_fact(), 0..12).prop_map(Step::Commit),
        3 => (proptest::collection::vec(any_fact(), 0..12), 1..9usize)
            .prop_map(|(facts, rows)| Step::Bulk(facts, rows)),
        1 => Just(Step::Checkpoint),
        1 => Just(Step::Merge),
        4 => (1..5usize, any::<bool>()).prop_map(|(steps, merge)| Step::Work(steps, merge)),
        1 => Just(Step::Reopen),
        1 => (1..3i32).prop_map(Step::Wait),
    ]
}

type Key = (u32, u32, Scenario, Period);
/// What may not be contradicted: value, status, precision.
type Figure = (Option<Decimal>, Status, Precision);
/// What is known of a fact, besides when: the figure, the day recorded, source and note.
type Known = (Figure, Date, [Option<Arc<str>>; 2]);

/// All facts, by what tells them apart; the day of publication may not be stated.
#[derive(Clone, Default)]
struct Model(BTreeMap<Key, BTreeMap<Option<Date>, Known>>);

impl Model {
    /// Takes a batch in: how many facts were new; `None` if one contradicts another.
    fn commit(&mut self, facts: &[Fact], today: Date) -> Option<u64> {
        let mut next = self.clone();
        let mut new = 0;
        for fact in facts {
            let key = (fact.indicator.0, fact.region.0, fact.scenario.clone(), fact.period);
            let figure = (fact.value, fact.status, fact.precision);
            let known = (figure, today, [&fact.source, &fact.note].map(Clone::clone));
            let facts = next.0.entry(key).or_default();
            match facts.get(&fact.published) {
                Some(old) if old.0 != known.0 => return None,
                Some(_) => {}
                None => {
                    facts.insert(fact.published, known);
                    new += 1;
                }
            }
        }
        *self = next;
        Some(new)
    }

    /// The facts of a key, oldest knowledge first.
    fn revisions(&self, key: &Key) -> Vec<(Date, Option<Date>, Known)> {
        let facts = self.0.get(key).into_iter().flatten();
        let mut facts: Vec<_> = facts
            .map(|(published, known)| (published.unwrap_or(known.1), *published, known.clone()))
            .collect();
        facts.sort_by_key(|(known, published, _)| (*known, *published));
        facts
    }
}

fn tuple(o: &Observation) -> (Date, Option<Date>, Known) {
    let texts = [&o.source, &o.note].map(Clone::clone);
    (o.known(), o.published, ((o.value, o.status, o.precision), o.recorded, texts))
}

/// Compares all that can be read.
fn compare(snapshot: &Snapshot, model: &Model) {
    for (indicator, region) in (0..2).flat_map(|i| (0..REGIONS).map(move |r| (i, r))) {
        for scenario in [Scenario::reported(), Scenario::target()] {
            let (i, r) = (IndicatorId(indicator), RegionId(region));
            let mut expected: BTreeMap<Option<Date>, Vec<_>> = BTreeMap::new();
            for text in PERIODS {
                let key = (indicator, region, scenario.clone(), period(text));
                let revisions = model.revisions(&key);
                let read = snapshot.revisions(i, r, &scenario, period(text)).unwrap();
                assert_eq!(read.iter().map(tuple).collect::<Vec<_>>(), revisions, "{key:?}");
                for day in [None, Some(date("2024-10-04")), Some(date("2024-10-06"))] {
                    let known =
                        revisions.iter().rfind(|(known, ..)| day.is_none_or(|day| *known <= day));
                    let read = snapshot.observation(i, r, &scenario, period(text), day).unwrap();
                    assert_eq!(read.as_ref().map(tuple).as_ref(), known, "{key:?} as of {day:?}");
                    expected.entry(day).or_default().extend(read);
                }
            }
            for (day, mut expected) in expected {
                expected.sort_by_key(|o| o.period);
                assert_eq!(snapshot.series(i, r, &scenario, day).unwrap(), expected);
                if day.is_none() {
                    let has_data = snapshot.has_data(i, r, &scenario).unwrap();
                    assert_eq!(has_data, !expected.is_empty());
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_store_is_a_set_of_facts(
        steps in proptest::collection::vec(any_step(), 1..14),
        log_rows in 3u64..40,
    ) {
        let memory = Memory::default();
        let mut options = options().with_log_bound(log_rows, 1 << 20);
        let mut store = Store::create_on(Arc::new(memory.clone()), options).unwrap();
        let mut reader = Store::read_on(Arc::new(memory.clone()), options).unwrap();
        define(&mut store);
        let mut model = Model::default();
        // Kept when the store is opened anew: it must then do nothing.
        let mut work = None;
        for step in steps {
            match step {
                Step::Commit(_) | Step::Bulk(..) => {
                    let (facts, rows) = match step {
                        Step::Bulk(facts, rows) => (facts, Some(rows)),
                        Step::Commit(facts) => (facts, None),
                        _ => unreachable!(),
                    };
                    let expected = model.commit(&facts, options.recorded());
                    let outcome = match rows {
                        Some(rows) => {
                            let batch = Batch { facts, ..Batch::default() };
                            super::bulk::load(&mut store, batch, rows, 300)
                        }
                        None => commit(&mut store, facts),
                    };
                    match (outcome, expected) {
                        (Ok(receipt), Some(new)) => {
                            prop_assert_eq!(receipt.added + receipt.revised + receipt.withdrawn, new);
                        }
                        (Err(StoreError::Conflict(_)), None) => {}
                        (outcome, expected) => {
                            return Err(TestCaseError::fail(format!("{outcome:?}, {expected:?}")));
                        }
                    }
                }
                Step::Work(steps, merge) => {
                    work = if merge { store.merge_beside() } else { work.or_else(|| store.work()) };
                    for _ in 0..steps {
                        work = work.and_then(|mut work: Work| work.step().then_some(work));
                    }
                }
                Step::Checkpoint => store.checkpoint().unwrap(),
                Step::Merge => {
                    store.merge().unwrap();
                    prop_assert_eq!(store.statistics().superseded_frames, 0);
                }
                Step::Reopen | Step::Wait(_) => {
                    if let Step::Wait(days) = step {
                        options = options.with_today(options.recorded().checked_add_days(days).unwrap());
                    }
                    drop(store);
                    store = Store::open_on(Arc::new(memory.clone()), options).unwrap();
                }
            }
            prop_assert_eq!(store.snapshot().id().sequence, store.statistics().commits);
        }
        compare(&store.snapshot(), &model);
        reader.refresh().unwrap();
        compare(&reader.snapshot(), &model);
        store.verify().unwrap();
    }
}
