//! Damaged files: an error with a place, or the full right answer.

use super::*;
use crate::{StoreError, Verify};

/// A store with two segments and three commits in its log.
fn store(memory: &Memory) -> Store {
    let mut store = on(memory);
    for year in 2001..=2002 {
        commit(&mut store, vec![fact(&format!("{year}"), "1")]).unwrap();
        store.checkpoint().unwrap();
    }
    for year in 2003..=2005 {
        commit(&mut store, vec![fact(&format!("{year}"), "1")]).unwrap();
    }
    store
}

fn names(memory: &Memory) -> Vec<String> {
    use crate::io::Disk;
    memory.list().unwrap()
}

fn bytes(memory: &Memory, name: &str) -> Vec<u8> {
    let mut copy = Vec::new();
    memory.patch(name, |bytes| copy = bytes.clone());
    copy
}

/// Every figure, or the error that kept it from being read.
fn read_all(memory: &Memory) -> Result<Vec<Option<String>>> {
    let disk = Arc::new(memory.clone());
    let store = Store::read_on(disk, options().with_verify(Verify::Full))?;
    Ok((2001..=2005).map(|year| value(&store.snapshot(), &format!("{year}"), None)).collect())
}

#[test]
fn every_flipped_bit_of_a_closed_store_is_noticed_or_harmless() {
    let memory = Memory::journalled();
    store(&memory).close().unwrap();
    let right = read_all(&memory).unwrap();
    assert!(right.iter().all(Option::is_some));
    let (mut errors, mut harmless) = (0, 0);
    for name in names(&memory) {
        let length = bytes(&memory, &name).len();
        // A different bit of each byte: all of them would take minutes unoptimised.
        for byte in 0..length {
            memory.patch(&name, |bytes| bytes[byte] ^= 1 << (byte % 8));
            match read_all(&memory) {
                Ok(figures) => {
                    assert_eq!(figures, right, "{name}, byte {byte}");
                    harmless += 1;
                }
                Err(
                    StoreError::Corrupt { file, .. } | StoreError::NotAStore { path: file, .. },
                ) => {
                    assert!(file.ends_with(&name), "{file:?} is not {name}");
                    errors += 1;
                }
                Err(other) => panic!("{name}, byte {byte}: {other}"),
            }
            memory.patch(&name, |bytes| bytes[byte] ^= 1 << (byte % 8));
        }
    }
    assert_eq!(harmless, 48, "the closing mark alone says nothing of its own");
    assert!(errors > 2_000, "{errors}");
}

/// Behind the checksum: bytes that were written wrongly, or by someone who can compute one.
#[test]
fn every_byte_changed_under_a_right_checksum_is_an_answer_or_an_error() {
    let memory = Memory::journalled();
    store(&memory).close().unwrap();
    let whole = bytes(&memory, "head");
    let log = whole.windows(4).position(|window| window == b"MPLF").unwrap();
    let mut errors = 0;
    for at in 0..log - 8 {
        for value in [0, 1, whole[at] ^ 0x10, 0x7f, 0xff] {
            memory.patch("head", |bytes| {
                bytes.clone_from(&whole);
                bytes[at] = value;
                reseal(bytes, log);
            });
            errors += u32::from(read_all(&memory).is_err());
        }
    }
    assert!(errors > 1_000, "{errors}");
}

/// Computes the checksum before the log anew.
fn reseal(bytes: &mut [u8], log: usize) {
    let epoch = u64::from_le_bytes(bytes[24..32].try_into().unwrap());
    let checksum = xxhash_rust::xxh3::xxh3_64_with_seed(&bytes[..log - 8], epoch);
    bytes[log - 8..log].copy_from_slice(&checksum.to_le_bytes());
}

#[test]
fn damage_before_the_durable_mark_is_an_error_with_a_place() {
    let memory = Memory::journalled();
    drop(store(&memory));
    let whole = bytes(&memory, "head");
    let third_last = whole.windows(4).enumerate().filter(|(_, w)| w == b"MPLF").count();
    assert_eq!(third_last, 4, "a mark and three commits");
    let starts: Vec<_> =
        whole.windows(4).enumerate().filter(|(_, w)| w == b"MPLF").map(|(at, _)| at).collect();
    memory.patch("head", |bytes| bytes[starts[1] + 60] ^= 1);
    match read_all(&memory) {
        Err(StoreError::Corrupt { file, offset, .. }) => {
            assert_eq!((file, offset), ("memory/head".into(), starts[1] as u64));
        }
        other => panic!("{other:?}"),
    }
    assert!(reopen(&memory).is_err());
    assert_eq!(bytes(&memory, "head").len(), whole.len(), "nothing is cut off");
    // The last commit was written, but nothing says that it was on disk.
    memory.patch("head", |bytes| {
        bytes[starts[1] + 60] ^= 1;
        bytes[starts[3] + 60] ^= 1;
    });
    assert_eq!(read_all(&memory).unwrap()[4], None);
    assert_eq!(read_all(&memory).unwrap()[3].as_deref(), Some("1"));
}

#[test]
fn damage_to_a_segment_that_the_log_changes_is_that_of_the_segment() {
    let memory = Memory::journalled();
    let mut store = store(&memory);
    // Of the same frame as the figures in the second segment.
    commit(&mut store, vec![published(fact("2002", "7"), "2025-02-01")]).unwrap();
    drop(store);
    memory.patch("seg-0000000000000002", |bytes| bytes[130] ^= 1);
    match reopen(&memory) {
        Err(StoreError::Corrupt { file, offset, .. }) => {
            assert_eq!((file, offset), ("memory/seg-0000000000000002".into(), 128));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_torn_tail_is_dropped_in_silence() {
    let memory = Memory::journalled();
    drop(store(&memory));
    let whole = bytes(&memory, "head").len();
    for cut in [1, 20, 60, 100] {
        let copy = memory.after_power_cut(memory.operations(), |outcomes| outcomes - 1);
        copy.patch("head", |bytes| bytes.truncate(whole - cut));
        let store = reopen(&copy).unwrap();
        assert_eq!(value(&store.snapshot(), "2004", None).as_deref(), Some("1"));
        assert_eq!(value(&store.snapshot(), "2005", None), None);
    }
}

#[test]
fn every_truncation_of_a_head_or_a_segment_is_noticed_or_a_prefix() {
    let memory = Memory::journalled();
    drop(store(&memory));
    for name in names(&memory) {
        let whole = bytes(&memory, &name);
        for length in (0..whole.len()).step_by(7) {
            memory.patch(&name, |bytes| bytes.truncate(length));
            if let Ok(figures) = read_all(&memory) {
                assert_eq!(name, "head");
                assert!(figures.is_sorted_by(|a, b| a >= b), "a prefix: {figures:?}");
            }
            memory.patch(&name, |bytes| *bytes = whole.clone());
        }
    }
}

#[test]
fn files_in_each_others_place_are_never_taken_for_one_another() {
    let (memory, other) = (Memory::journalled(), Memory::journalled());
    let mut store = store(&memory);
    let old_head = bytes(&memory, "head");
    commit(&mut store, vec![published(fact("2001", "2"), "2025-02-01")]).unwrap();
    store.merge().unwrap();
    commit(&mut store, vec![published(fact("2002", "2"), "2025-02-01")]).unwrap();
    store.checkpoint().unwrap();
    drop(store);
    let mut store = self::store(&other);
    store.merge().unwrap();
    commit(&mut store, vec![fact("2006", "9")]).unwrap();
    store.checkpoint().unwrap();
    drop(store);
    let segments: Vec<String> = names(&memory).into_iter().filter(|n| n != "head").collect();
    assert_eq!(segments.len(), 2);
    assert_eq!(names(&memory), names(&other));
    let [first, second] = [0, 1].map(|at| bytes(&memory, &segments[at]));
    let foreign = [0, 1].map(|at| bytes(&other, &segments[at]));
    let replacements = [
        ("head", old_head),
        ("head", bytes(&other, "head")),
        (&segments[0], second.clone()),
        (&segments[1], first),
        (&segments[0], foreign[0].clone()),
        (&segments[1], foreign[1].clone()),
        (&segments[1], second[..second.len() - 128].to_vec()),
    ];
    for (name, replacement) in replacements {
        let whole = bytes(&memory, name);
        memory.patch(name, |bytes| *bytes = replacement);
        for outcome in [read_all(&memory).map(drop), reopen(&memory).map(drop)] {
            assert!(matches!(outcome, Err(StoreError::Corrupt { .. })), "{name}: {outcome:?}");
        }
        memory.patch(name, |bytes| *bytes = whole);
    }
    read_all(&memory).unwrap();
}

/// A store in which a merge is due: of each of its frames there are three versions.
fn store_to_merge() -> Memory {
    let memory = Memory::default();
    let mut store = on(&memory);
    for version in 1..=3 {
        // One frame for each fact; the last version of the first is in the second segment.
        let days = (0..600).skip(usize::from(version == 3)).map(|n| n * 1024);
        let facts = days.map(|day| Fact {
            period: Period::day(Date::from_day_number(day).unwrap()),
            ..published(fact("2024", &version.to_string()), &format!("2025-01-0{version}"))
        });
        commit(&mut store, facts.collect()).unwrap();
        if version < 3 {
            store.checkpoint().unwrap();
        }
    }
    assert_eq!(store.statistics().segments, 2);
    memory
}

#[test]
fn a_merge_that_is_due_but_impossible_stops_no_commit() {
    use crate::io::Fault;
    let memory = store_to_merge();
    let mut store = reopen(&memory).unwrap();
    memory.fail_after(1, Fault::Once);
    store.checkpoint().unwrap();
    assert_eq!(store.statistics().segments, 3, "no room for all frames, but for the new ones");
    commit(&mut store, vec![fact("2001", "1")]).unwrap();
    store.checkpoint().unwrap();
    assert_eq!((store.statistics().segments, store.statistics().superseded_frames), (1, 0));
    drop(store);

    let memory = store_to_merge();
    memory.patch("seg-0000000000000002", |bytes| bytes[130] ^= 1);
    let mut store = reopen(&memory).unwrap();
    store.checkpoint().unwrap();
    commit(&mut store, vec![fact("2001", "1")]).unwrap();
    assert_eq!(store.statistics().segments, 3);
    let outcome = store.merge();
    assert!(matches!(outcome, Err(StoreError::Corrupt { .. })), "{outcome:?}");
    assert_eq!(names(&memory).len(), 4, "nothing of the merge is left");
    assert_eq!(value(&store.snapshot(), "2001", None).as_deref(), Some("1"));
}

#[test]
fn segments_without_a_head_are_never_an_empty_store() {
    use crate::io::Disk;
    let memory = Memory::journalled();
    drop(store(&memory));
    memory.remove("head").unwrap();
    assert!(matches!(reopen(&memory), Err(StoreError::Corrupt { .. })));
    let create = Store::create_on(Arc::new(memory), options());
    assert!(matches!(create, Err(StoreError::AlreadyExists { .. })));
}

#[test]
fn files_of_a_later_format_are_refused_with_both_numbers() {
    let memory = Memory::journalled();
    drop(on(&memory));
    memory.patch("head", |bytes| {
        bytes[8] = 2;
        // The checksum stands before the first frame of the log.
        let log = bytes.windows(4).position(|window| window == b"MPLF").unwrap();
        reseal(bytes, log);
    });
    let error = reopen(&memory).unwrap_err();
    assert_eq!(
        error.to_string(),
        "memory/head has format 2 (features 0x0); this version reads format 1"
    );
}
