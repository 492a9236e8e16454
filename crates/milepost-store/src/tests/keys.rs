//! Frames that lean on keys: whatever is done with their segments, they say what they were given.

use milepost_model::Decimal;

use super::*;
use crate::{StoreError, Verify};

const COMMUNES: u32 = 1_100;
const MONTHS: [&str; 8] =
    ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"];

/// A store of more regions than a frame has cells, and the same facts in memory, where no frame
/// leans on another.
fn stores(memory: &Memory) -> (Store, Store) {
    let mut pair = (
        Store::create_on(Arc::new(memory.clone()), options()).unwrap(),
        Store::in_memory_with(options()),
    );
    for store in [&mut pair.0, &mut pair.1] {
        let mut definitions = vec![Indicator::stock("a").into(), Indicator::stock("b").into()];
        definitions.extend((0..COMMUNES).map(|n| Region::new(format!("C{n}")).level(3).into()));
        store.define(definitions).unwrap();
    }
    pair
}

/// Smooth figures with holes: of each commune, one of eleven months is missing.
fn facts() -> Vec<Fact> {
    let mut facts = Vec::new();
    for (month, text) in (0..).zip(MONTHS) {
        for commune in (0..COMMUNES).filter(|commune| (commune * 5 + month) % 11 != 0) {
            let size = i128::from(commune) * i128::from(commune) % 9_973;
            let value = size * 10 + i128::from(month) * 5 + i128::from(commune ^ month) % 7;
            facts.push(published(
                Fact {
                    region: RegionId(commune),
                    value: Decimal::new(value, 1),
                    ..fact(text, "0")
                },
                "2024-07-10",
            ));
        }
    }
    facts
}

/// How many sealed frames lean on keys.
fn leaning(store: &Store) -> usize {
    let segments = &store.state().segments;
    let entries = segments.iter().flat_map(|sealed| sealed.segment.entries());
    entries.filter(|entry| entry.lean > 0).count()
}

/// Compares every way of reading.
fn compare(one: &Store, other: &Store) {
    let (reported, a) = (Scenario::reported(), IndicatorId(0));
    let regions: Vec<RegionId> = (0..COMMUNES).map(RegionId).collect();
    let snapshots = [one.snapshot(), other.snapshot()];
    let of_both = |question: &dyn Fn(&Snapshot) -> String| {
        let [one, other] = [question(&snapshots[0]), question(&snapshots[1])];
        assert!(one == other, "{one}\nis not\n{other}");
    };
    let months = MONTHS.map(period);
    for as_of in [None, Some(date("2024-07-20"))] {
        for month in months {
            of_both(&|snapshot| {
                let selection = snapshot.selection(&regions[90..]);
                let read = snapshot.cross_section(a, &reported, &selection, month, as_of);
                let read = read.unwrap();
                format!(
                    "{:?}",
                    (0..selection.len()).map(|p| read.observation(p)).collect::<Vec<_>>()
                )
            });
        }
        for parts in [1, 7, 1_100] {
            of_both(&|snapshot| {
                let members =
                    regions.iter().map(|region| (*region, region.0 as usize / (1_100 / parts)));
                let partition = snapshot.partition(members.filter(|(region, _)| region.0 != 5));
                let totals = snapshot.totals(a, &reported, &partition, &months, as_of).unwrap();
                let total = |(month, part)| totals.total(month, part);
                let all =
                    (0..months.len()).flat_map(|month| (0..parts).map(move |part| (month, part)));
                format!("{:?}", all.map(total).collect::<Vec<_>>())
            });
        }
        for region in [0, 1, 88, 1_023, 1_024, 1_099].map(RegionId) {
            of_both(&|snapshot| {
                format!("{:?}", snapshot.series(a, region, &reported, as_of).unwrap())
            });
            of_both(&|snapshot| {
                let read = snapshot.time_section(a, region, &reported, &months, as_of).unwrap();
                format!("{:?}", (0..months.len()).map(|p| read.observation(p)).collect::<Vec<_>>())
            });
        }
    }
}

#[test]
fn frames_lean_on_keys_through_loads_checkpoints_and_merges() {
    let memory = Memory::default();
    let (mut store, mut in_memory) = stores(&memory);
    let batch = || Batch { facts: facts(), ..Batch::default() };
    in_memory.commit(batch()).unwrap();
    super::bulk::load(&mut store, batch(), 1_000, u64::MAX).unwrap();
    // Two windows: of two months and of six, each of two blocks of regions.
    assert_eq!(leaning(&store), 12);
    compare(&store, &in_memory);
    store.verify().unwrap();

    // Of a key, a frame that leans on it, and the last block: revised, withdrawn, added.
    let revise = |text: &str, region: u32, value: Option<&str>| {
        let value = value.map(|value| value.parse().unwrap());
        let fact = Fact { region: RegionId(region), value, ..fact(text, "0") };
        published(fact, "2024-08-01")
    };
    let revised = vec![
        revise("2024-01", 7, Some("1e6")),
        revise("2024-03", 9, None),
        revise("2024-04", 1_050, Some("12.25")),
        revise("2024-05", 0, Some("-3")),
    ];
    for store in [&mut store, &mut in_memory] {
        commit(store, revised.clone()).unwrap();
    }
    compare(&store, &in_memory);
    store.checkpoint().unwrap();
    compare(&store, &in_memory);
    drop(store);
    let mut store = reopen(&memory).unwrap();
    store.merge().unwrap();
    // The key with a million has become none.
    assert_eq!(leaning(&store), 6);
    compare(&store, &in_memory);
    store.verify().unwrap();
    assert_eq!(store.statistics().points, in_memory.statistics().points);
}

#[test]
fn any_cell_takes_two_frames_and_whole_sums_take_none() {
    let memory = Memory::default();
    let (mut store, _) = stores(&memory);
    commit(&mut store, facts()).unwrap();
    store.checkpoint().unwrap();
    let (a, reported) = (IndicatorId(0), Scenario::reported());
    let all = store.snapshot().counting();
    for text in MONTHS {
        let snapshot = store.snapshot().counting();
        // A region without a hole.
        snapshot.observation(a, RegionId(9), &reported, period(text), None).unwrap().unwrap();
        let is_key = ["2023-11", "2024-01"].contains(&text);
        assert_eq!(snapshot.reads().frames, if is_key { 1 } else { 2 }, "{text}");
        all.observation(a, RegionId(9), &reported, period(text), None).unwrap();
    }
    assert_eq!(all.reads().frames, 8, "keys are counted once");
    let snapshot = store.snapshot().counting();
    let regions: Vec<RegionId> = (0..COMMUNES).map(RegionId).collect();
    let total = snapshot.total(a, &regions, &reported, period("2024-03"), None).unwrap();
    let reads = snapshot.reads();
    assert_eq!((total.count, reads.frames, reads.bytes, reads.sums), (1_000, 0, 0, 2));
}

#[test]
fn damage_to_a_key_is_noticed_by_what_leans_on_it() {
    let memory = Memory::default();
    let (mut store, _) = stores(&memory);
    commit(&mut store, facts()).unwrap();
    store.checkpoint().unwrap();
    let (key, leaning) = {
        let entries = store.state().segments[0].segment.entries();
        let leaning = entries.iter().find(|entry| entry.lean > 0).unwrap();
        let key = entries.iter().find(|entry| Some(entry.key()) == leaning.key_of_lean()).unwrap();
        (usize::try_from(key.offset_bytes()).unwrap(), leaning.offset_bytes())
    };
    drop(store);
    memory.patch("seg-0000000000000001", |bytes| bytes[key + 5] ^= 1);
    let store = Store::read_on(Arc::new(memory.clone()), options()).unwrap();
    let (a, reported) = (IndicatorId(0), Scenario::reported());
    // The frame that leans is read first: the place is that of the key all the same.
    match store.snapshot().observation(a, RegionId(3), &reported, period("2023-12"), None) {
        Err(StoreError::Corrupt { offset, .. }) => {
            assert!(offset != leaning && offset == key as u64, "{offset}");
        }
        other => panic!("{other:?}"),
    }
    assert!(store.verify().is_err());
}

/// Bytes of a segment with keys changed under right checksums: an answer or an error.
#[test]
fn forged_keys_do_no_harm() {
    let memory = Memory::default();
    let (mut store, _) = stores(&memory);
    commit(&mut store, facts()).unwrap();
    store.checkpoint().unwrap();
    let directory = {
        let entries = store.state().segments[0].segment.entries().len();
        let length = usize::try_from(store.state().segments[0].record.length).unwrap();
        length - 128 - entries * 64
    };
    drop(store);
    let name = "seg-0000000000000001";
    let (mut whole, mut head) = (Vec::new(), Vec::new());
    memory.patch(name, |bytes| whole.clone_from(bytes));
    memory.patch("head", |bytes| head.clone_from(bytes));
    let (reported, a) = (Scenario::reported(), IndicatorId(0));
    let regions: Vec<RegionId> = (0..COMMUNES).step_by(3).map(RegionId).collect();
    let (mut cases, mut errors) = (0_usize, 0);
    // Here and there in payloads and tails, and most of the directory.
    let places = (128..directory).step_by(463).chain((directory..whole.len() - 128).step_by(3));
    for at in places {
        memory.patch(name, |bytes| {
            bytes.clone_from(&whole);
            bytes[at] ^= [1, 0x10, 0x80, 0xff][cases % 4];
        });
        memory.patch("head", |bytes| bytes.clone_from(&head));
        super::forgery::reseal_segment(&memory, 1);
        cases += 1;
        let disk = || Arc::new(memory.clone());
        let Ok(store) = Store::read_on(disk(), options()) else {
            errors += 1;
            continue;
        };
        let snapshot = store.snapshot();
        let selection = snapshot.selection(&regions);
        let mut is_right = true;
        for month in MONTHS.map(period) {
            let as_of = Some(date("2024-07-01"));
            is_right &= snapshot.cross_section(a, &reported, &selection, month, None).is_ok();
            is_right &= snapshot.cross_section(a, &reported, &selection, month, as_of).is_ok();
            is_right &= snapshot.total(a, &regions, &reported, month, None).is_ok();
        }
        is_right &= snapshot.series(a, RegionId(7), &reported, None).is_ok();
        let verified = Store::read_on(disk(), options().with_verify(Verify::Full)).is_ok();
        assert!(is_right || !verified, "byte {at} passes the full check but cannot be read");
        errors += usize::from(!verified);
    }
    assert!(cases > 300 && errors > cases / 2, "{errors} errors in {cases} cases");
}
