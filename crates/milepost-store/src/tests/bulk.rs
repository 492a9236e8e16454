//! Bulk loads do what batches do.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{
    model::{PERIODS, any_fact},
    *,
};
use crate::{
    BulkAttributes, BulkPeriod, BulkWriter, StoreError,
    head::{Manifest, encode_head},
    io::Disk,
};

/// Commits a batch as a bulk load in pieces of so many rows, ended in no particular order.
pub(super) fn load(store: &mut Store, batch: Batch, rows: usize, memory: u64) -> Result<Receipt> {
    let mut bulk = store.bulk(batch.definitions)?.with_memory(memory);
    if let Some((producer, number)) = batch.token {
        bulk = bulk.with_token(producer, number)?;
    }
    let mut writers = [bulk.writer(), bulk.writer()];
    let pieces: Vec<&[Fact]> = batch.facts.chunks(rows).collect();
    for (number, facts) in pieces.into_iter().enumerate().rev() {
        let writer = &mut writers[number % 2];
        for fact in facts {
            let region = bulk.region(fact.region).unwrap();
            push(writer, fact, region)?;
        }
        assert_eq!(writer.rows() as usize, facts.len());
        writer.end_piece(number as u64)?;
    }
    drop(writers);
    let encoding = bulk.encode()?;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| encoding.run());
        }
    });
    encoding.commit()
}

fn push(writer: &mut BulkWriter<'_>, fact: &Fact, region: crate::BulkRegion) -> Result<()> {
    let attributes = writer.attributes(&BulkAttributes {
        scenario: &fact.scenario,
        status: fact.status,
        published: fact.published,
        precision: fact.precision,
        source: fact.source.as_deref(),
        note: fact.note.as_deref(),
    })?;
    let value = fact.value.map(|value| value.to_stored().unwrap());
    writer.push(fact.indicator, region, BulkPeriod::from(fact.period), attributes, value);
    Ok(())
}

/// All that a store says, and the numbers by which it does.
fn contents(store: &Store) -> (String, Vec<u8>) {
    let snapshot = store.snapshot();
    let mut contents = String::new();
    for (indicator, region) in (0..2).flat_map(|i| (0..REGIONS).map(move |r| (i, r))) {
        for scenario in [Scenario::reported(), Scenario::target()] {
            let (i, r) = (IndicatorId(indicator), RegionId(region));
            for text in PERIODS {
                let known = snapshot.revisions(i, r, &scenario, period(text)).unwrap();
                write!(contents, "{known:?}").unwrap();
            }
            let series = snapshot.series(i, r, &scenario, None).unwrap();
            writeln!(contents, "{series:?}").unwrap();
        }
    }
    let manifest = Manifest { segments: Vec::new(), ..store.state().manifest(0) };
    (contents, encode_head(0, &manifest).unwrap())
}

fn without_id(outcome: Result<Receipt>) -> std::result::Result<Receipt, String> {
    outcome
        .map(|receipt| Receipt { id: crate::CommitId::default(), ..receipt })
        .map_err(|error| format!("{error:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_bulk_load_is_the_commit_of_a_batch(
        before in proptest::collection::vec(any_fact(), 0..8),
        is_sealed: bool,
        facts in proptest::collection::vec(any_fact(), 0..30),
        rows in 1..12usize,
        memory in prop_oneof![Just(0u64), Just(200), Just(u64::MAX)],
    ) {
        let memories = [Memory::default(), Memory::default()];
        let [mut one, mut other] = memories.each_ref().map(|memory| {
            let mut store = on(memory);
            // What contradicts itself is refused, and then nothing is there before.
            drop(commit(&mut store, before.clone()));
            if is_sealed {
                store.checkpoint().unwrap();
            }
            store
        });
        let batch = Batch {
            definitions: vec![Region::new("VN-04").level(1).parent("VN").into()],
            facts,
            token: None,
        };
        let expected = without_id(one.commit(batch.clone()));
        let outcome = without_id(load(&mut other, batch.clone(), rows, memory));
        prop_assert_eq!(&outcome, &expected);
        prop_assert_eq!(contents(&other), contents(&one));
        other.verify().unwrap();
        prop_assert_eq!(contents(&Store::read_on(Arc::new(memories[1].clone()), options()).unwrap()), contents(&one));
        // Nothing waits on disk any more, and the same again is no news.
        let names = memories[1].list().unwrap();
        let segments = names.iter().filter(|name| name.starts_with("seg-")).count();
        prop_assert_eq!(segments, other.state().segments.len());
        if outcome.is_ok() {
            let again = load(&mut other, batch.clone(), rows, memory).unwrap();
            prop_assert_eq!(again.unchanged, batch.facts.len() as u64);
            prop_assert_eq!(again.id, other.snapshot().id());
        }
    }
}

#[test]
fn definitions_may_come_between_pieces() {
    let definitions =
        vec![Region::new("VN-09").level(1).parent("VN").into(), Indicator::stock("c").into()];
    let [mut one, mut other] = [in_memory(), in_memory()];
    let later = one.snapshot().catalogue().regions().len();
    let later = Fact { region: RegionId(u32::try_from(later).unwrap()), ..fact("2024", "2") };
    let facts = vec![fact("2024", "1"), later.clone()];
    let expected = one.commit(Batch { definitions: definitions.clone(), facts, token: None });

    let mut bulk = other.bulk(Vec::new()).unwrap();
    assert_eq!(bulk.region(later.region), None);
    let mut writer = bulk.writer();
    push(&mut writer, &fact("2024", "1"), bulk.region(RegionId(0)).unwrap()).unwrap();
    writer.end_piece(0).unwrap();
    drop(writer);
    bulk.define(definitions).unwrap();
    let mut writer = bulk.writer();
    push(&mut writer, &later, bulk.region(later.region).unwrap()).unwrap();
    writer.end_piece(1).unwrap();
    drop(writer);
    let outcome = bulk.encode().unwrap().commit();
    assert_eq!(without_id(outcome), without_id(expected));
    assert_eq!(contents(&other), contents(&one));
}

#[test]
fn a_load_of_many_frames_is_read_back() {
    let mut store = Store::in_memory_with(options());
    let regions = (0..40).map(|n| Region::new(format!("r{n}")).level(3).into());
    store.define(std::iter::once(Indicator::stock("a").into()).chain(regions).collect()).unwrap();
    let facts: Vec<Fact> = (0..40u32)
        .flat_map(|region| (0..1_100i32).map(move |month| (region, month)))
        .filter(|(region, month)| (region * 31 + month.unsigned_abs()) % 97 != 0)
        .map(|(region, month)| {
            let period =
                Period::from_ordinal(milepost_model::Frequency::Month, month * 20).unwrap();
            let mantissa = i128::from(month) * 1_000_000_000 + i128::from(region);
            let value = milepost_model::Decimal::new(mantissa, 1);
            Fact::new(IndicatorId(0), RegionId(region), period, value)
        })
        .collect();
    let batch = Batch { facts, ..Batch::default() };
    let rows = batch.facts.len();
    let receipt = load(&mut store, batch.clone(), 10_000, 200_000).unwrap();
    assert_eq!(receipt.added, rows as u64);
    assert_eq!(store.statistics().points, rows as u64);
    let snapshot = store.snapshot();
    for fact in batch.facts.iter().step_by(997) {
        let scenario = Scenario::reported();
        let read = snapshot.observation(IndicatorId(0), fact.region, &scenario, fact.period, None);
        assert_eq!(read.unwrap().unwrap().value, fact.value);
    }
    store.verify().unwrap();
}

#[test]
fn a_token_makes_a_load_that_is_repeated_harmless() {
    let mut store = in_memory();
    let batch = |number, value| Batch {
        facts: vec![fact("2024", value)],
        token: Some(("press".to_owned(), number)),
        ..Batch::default()
    };
    assert_eq!(load(&mut store, batch(7, "1"), 9, 0).unwrap().added, 1);
    assert!(load(&mut store, batch(7, "2"), 9, 0).unwrap().already_applied);
    assert!(store.commit(batch(6, "2")).unwrap().already_applied);
    assert!(matches!(load(&mut store, batch(8, "2"), 9, 0), Err(StoreError::Conflict(_))));
    assert_eq!(load(&mut store, batch(9, "1.0"), 9, 0).unwrap().unchanged, 1);
    assert_eq!(store.snapshot().last_batch("press"), Some(9));
    assert!(matches!(
        store.bulk(Vec::new()).unwrap().with_token("", 1),
        Err(StoreError::NoProducer { .. })
    ));
}

#[test]
fn a_load_that_is_given_up_leaves_nothing() {
    let memory = Memory::default();
    let mut store = on(&memory);
    let names = memory.list().unwrap();
    let bulk = store.bulk(vec![Indicator::stock("c").into()]).unwrap().with_memory(0);
    assert_eq!(bulk.catalogue().indicators().len(), 3);
    assert_eq!(bulk.region(RegionId(99)), None);
    let mut writer = bulk.writer();
    push(&mut writer, &fact("2024", "1"), bulk.region(RegionId(0)).unwrap()).unwrap();
    writer.end_piece(0).unwrap();
    assert_eq!(memory.list().unwrap().len(), names.len() + 1, "what has no room waits on disk");
    bulk.abandon();
    assert_eq!(memory.list().unwrap(), names);
    let bulk = store.bulk(Vec::new()).unwrap().with_memory(0);
    let mut writer = bulk.writer();
    push(&mut writer, &fact("2024", "1"), bulk.region(RegionId(0)).unwrap()).unwrap();
    writer.end_piece(0).unwrap();
    let encoding = bulk.encode().unwrap();
    encoding.run();
    encoding.abandon();
    assert_eq!(memory.list().unwrap(), names);
    assert_eq!(
        (store.statistics().points, store.snapshot().catalogue().indicators().len()),
        (0, 2)
    );
    let mut reader = Store::read_on(Arc::new(memory), options()).unwrap();
    assert!(matches!(reader.bulk(Vec::new()), Err(StoreError::ReadOnly)));
}
