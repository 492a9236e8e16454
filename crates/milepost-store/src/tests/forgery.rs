//! Files written by someone who can compute checksums: an answer or an error, whatever is done with
//! the store afterwards. Never a panic, and nothing allocated that the file does not have.

use super::*;
use crate::{StoreError, Verify};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A store with two segments and a log of all sorts of facts.
fn store() -> (Memory, Store) {
    let memory = Memory::journalled();
    let mut store = on(&memory);
    for text in ["2023", "2024", "2024-06", "2020-01-05/2020-03-09"] {
        let mut early = published(fact(text, "1.5"), "2024-01-10");
        early.source = Some("VSS".into());
        let late = published(fact(text, "120"), "2024-06-10");
        commit(&mut store, vec![early, late]).unwrap();
        if text != "2024" {
            store.checkpoint().unwrap();
        }
    }
    let withdrawn = Fact { value: None, status: "O".parse().unwrap(), ..fact("2023", "1") };
    let mut odd = published(fact("2021-W05", "-0.25"), "2024-01-10");
    odd.note = Some("seen".into());
    let definitions = vec![Region::new("VN-04").level(1).parent("VN").into()];
    let token = Some(("press".to_owned(), 3));
    let facts = vec![published(withdrawn, "2024-09-01"), odd];
    store.commit(Batch { definitions, facts, token }).unwrap();
    commit(&mut store, vec![Fact { region: RegionId(5), ..fact("2024", "3") }]).unwrap();
    (memory, store)
}

fn copy_of(memory: &Memory) -> Memory {
    memory.after_power_cut(memory.operations(), |outcomes| outcomes - 1)
}

fn bytes(memory: &Memory, name: &str) -> Vec<u8> {
    let mut copy = Vec::new();
    memory.patch(name, |bytes| copy = bytes.clone());
    copy
}

/// Reads all there is to read, then writes, tidies up and reads again, as far as there is no error.
fn use_it(memory: &Memory) -> Result<()> {
    let disk = || Arc::new(memory.clone());
    let reader = Store::read_on(disk(), options())?;
    let outcome = read_all(&reader);
    // What passes the full check can be read.
    match (Store::read_on(disk(), options().with_verify(Verify::Full)), &outcome) {
        (Ok(_), Err(error)) => panic!("{error}"),
        (Err(_), _) => assert!(reader.verify().is_err()),
        (Ok(_), Ok(())) => reader.verify().map(drop).unwrap(),
    }
    let mut writer = Store::open_on(disk(), options())?;
    commit(&mut writer, vec![published(fact("2024", "7"), "2025-03-01"), fact("2019", "7")])?;
    writer.checkpoint()?;
    writer.merge()?;
    read_all(&writer)?;
    outcome
}

fn read_all(store: &Store) -> Result<()> {
    let snapshot = store.snapshot();
    let _ = store.statistics();
    let regions: Vec<RegionId> = (0..8).map(RegionId).collect();
    let selection = snapshot.selection(&regions);
    for indicator in [0, 1, 9].map(IndicatorId) {
        let mut scenarios = snapshot.scenarios(indicator);
        scenarios.push(Scenario::target());
        for (region, scenario) in
            regions.iter().flat_map(|r| scenarios.iter().map(move |s| (*r, s)))
        {
            for observation in snapshot.series(indicator, region, scenario, None)? {
                let period = observation.period;
                snapshot.revisions(indicator, region, scenario, period)?;
                let as_of = Some(date("2024-05-01"));
                snapshot.observation(indicator, region, scenario, period, as_of)?;
                snapshot.total(indicator, &regions, scenario, period, as_of)?;
                snapshot.total(indicator, &regions, scenario, period, None)?;
                for as_of in [as_of, None] {
                    snapshot.cross_section(indicator, scenario, &selection, period, as_of)?;
                    snapshot.time_section(indicator, region, scenario, &[period], as_of)?;
                    snapshot.absent(indicator, scenario, &regions, period, as_of, regions.len())?;
                }
            }
            snapshot.has_data(indicator, region, scenario)?;
        }
    }
    Ok(())
}

/// Counts errors, which name what is wrong with the store and never what is wrong with the test.
fn is_error(memory: &Memory) -> bool {
    match use_it(memory) {
        Ok(()) => false,
        Err(
            StoreError::Corrupt { .. }
            | StoreError::NotAStore { .. }
            | StoreError::NewerFormat { .. }
            | StoreError::Conflict(_)
            | StoreError::Value(_)
            | StoreError::Limit { .. },
        ) => true,
        Err(other) => panic!("{other}"),
    }
}

fn frames(head: &[u8]) -> Vec<usize> {
    (0..head.len()).step_by(8).filter(|at| head[*at..].starts_with(b"MPLF")).collect()
}

/// Gives the frame of a log from `start` to `end` the checksums that fit its bytes.
fn reseal_frame(head: &mut [u8], start: usize, end: usize) {
    let epoch = u64::from_le_bytes(head[24..32].try_into().unwrap());
    let header = xxh3_64_with_seed(&head[start..start + 32], epoch);
    head[start + 32..start + 40].copy_from_slice(&header.to_le_bytes());
    let whole = xxh3_64_with_seed(&head[start..end - 8], epoch);
    head[end - 8..end].copy_from_slice(&whole.to_le_bytes());
}

#[test]
fn every_byte_of_the_log_changed_under_right_checksums() {
    let (memory, store) = store();
    drop(store);
    let whole = bytes(&memory, "head");
    let mut starts = frames(&whole);
    starts.push(whole.len());
    let (mut cases, mut errors) = (0, 0);
    for frame in starts.windows(2) {
        for at in frame[0]..frame[1] - 8 {
            for value in [whole[at] ^ 0x11, 0xff] {
                let memory = copy_of(&memory);
                memory.patch("head", |bytes| {
                    bytes[at] = value;
                    reseal_frame(bytes, frame[0], frame[1]);
                });
                cases += 1;
                errors += u32::from(is_error(&memory));
            }
        }
    }
    assert!(cases > 800 && errors > cases / 4, "{errors} errors in {cases} cases");
}

/// Gives the frames, the directory and the footer of a segment the checksums that fit its bytes, and
/// the head the footer's.
pub(super) fn reseal_segment(memory: &Memory, id: u64) {
    let name = crate::load::segment_name(id);
    let (mut before, mut after) = ([0; 8], [0; 8]);
    memory.patch(&name, |bytes| {
        let footer = bytes.len() - 128;
        before.copy_from_slice(&bytes[footer + 112..][..8]);
        crate::segment::forge::reseal(bytes, id);
        after.copy_from_slice(&bytes[footer + 112..][..8]);
    });
    memory.patch("head", |bytes| {
        let at = bytes.windows(8).position(|window| window == before).unwrap();
        bytes[at..at + 8].copy_from_slice(&after);
        let log = frames(bytes)[0];
        let epoch = u64::from_le_bytes(bytes[24..32].try_into().unwrap());
        let checksum = xxh3_64_with_seed(&bytes[..log - 8], epoch);
        bytes[log - 8..log].copy_from_slice(&checksum.to_le_bytes());
    });
}

#[test]
fn bytes_of_segments_changed_under_right_checksums() {
    let (memory, store) = store();
    drop(store);
    let (mut cases, mut errors) = (0u32, 0);
    for id in 1..=3u64 {
        let whole = bytes(&memory, &crate::load::segment_name(id));
        // Every byte of what is not empty, one of those that are zero here and there.
        let places = (128..whole.len() - 16).filter(|at| whole[*at] != 0 || at % 19 == 0);
        for at in places {
            let change = [1, 0x10, 0x80, 0xff][cases as usize % 4];
            let memory = copy_of(&memory);
            memory.patch(&crate::load::segment_name(id), |bytes| bytes[at] ^= change);
            reseal_segment(&memory, id);
            cases += 1;
            errors += u32::from(is_error(&memory));
        }
    }
    assert!(cases > 250 && errors > cases / 3, "{errors} errors in {cases} cases");
}
