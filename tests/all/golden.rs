//! Stores written by earlier versions are read, appended to and answer as they did.
//!
//! `tests/golden/vN/NAME` was written once by the version that introduced
//! format N and is never written again: a missing one is made by this test (so
//! that a new format gets its own), an existing one is only ever compared.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use milepost::{Batch, Error, Options, Store, StoreError};
use milepost_io::{ImportOptions, import_reader, read_catalogue, write_csv};
use tempfile::TempDir;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::storage::sample;

/// The kinds of store that format 1 must go on reading.
const NAMES: [&str; 6] = ["empty", "log", "segments", "merged", "vintages", "unsealed"];

/// Those of format 2, which is new in segments only.
const NAMES_OF_2: [&str; 4] = ["segments", "merged", "vintages", "keys"];

/// What each store is asked; the answers stand beside it in `expected.txt`.
const QUERIES: [&str; 4] = [
    "growth of voluntary_si.participants in VN since Resolution 28 until 2019",
    "si.coverage in VN-49, VN at 2023",
    "revisions of hi.participants in VN at 2023",
    "hi.participants in VN since 1995 as of 2024-08-01",
];

/// What the store whose frames lean on keys is asked.
const QUERIES_OF_KEYS: [&str; 6] = [
    "y in VN-49-7 by month since 2023-01 until 2023-09",
    "y in VN-49-519 by month since 2023-01 until 2023-09",
    "y in VN-49-8 at 2023-02",
    "y in VN-49-7 at 2023-08 as of 2024-01-15",
    "revisions of y in VN-49-7 at 2023-08",
    "y by commune in VN-49 at 2023-09 where value > 269000",
];

fn folder(format: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden")).join(format)
}

fn options() -> Options {
    Options::default().with_today("2025-01-02".parse().unwrap())
}

#[test]
fn stores_of_format_1_answer_as_they_did() {
    stores_answer_as_they_did("v1", &NAMES);
}

#[test]
fn stores_of_format_2_answer_as_they_did() {
    stores_answer_as_they_did("v2", &NAMES_OF_2);
    let keys = folder("v2").join("keys");
    let format = |name: &str| fs::read(keys.join(name)).unwrap()[8];
    assert_eq!((format("head"), format("seg-0000000000000001")), (1, 2));
}

fn stores_answer_as_they_did(format: &str, names: &[&str]) {
    for name in names {
        let golden = folder(format).join(name);
        if !golden.exists() {
            write(name, &golden);
            fs::write(golden.join("expected.txt"), answers(name, &golden)).unwrap();
        }
        let expected = fs::read_to_string(golden.join("expected.txt")).unwrap();
        assert_eq!(expected, answers(name, &golden), "{name}: read only");
        let copy = copied(&golden);
        let mut store = Store::open_with(copy.path(), options()).unwrap();
        store.verify().unwrap();
        let mut batch = Batch::new();
        batch.push("x", "VN", "2024", "1").unwrap();
        store.commit(batch).unwrap();
        store.checkpoint().unwrap();
        store.merge().unwrap();
        assert_eq!(store.query("x in VN").unwrap().rows.len(), 1, "{name}: appended to");
        store.close().unwrap();
        assert_eq!(expected, answers(name, copy.path()), "{name}: after an append and a merge");
    }
}

#[test]
fn a_store_of_a_later_format_is_refused_with_both_numbers() {
    let copy = copied(&folder("v1").join("segments"));
    let head = copy.path().join("head");
    let mut bytes = fs::read(&head).unwrap();
    bytes[8..12].copy_from_slice(&2_u32.to_le_bytes());
    let epoch = u64::from_le_bytes(bytes[24..32].try_into().unwrap());
    let manifest = u64::from_le_bytes(bytes[32..40].try_into().unwrap());
    let end = usize::try_from((48 + manifest).next_multiple_of(8)).unwrap();
    let checksum = xxh3_64_with_seed(&bytes[..end], epoch);
    bytes[end..end + 8].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&head, &bytes).unwrap();
    for opened in [Store::open(copy.path()), Store::open_read_only(copy.path())] {
        let error = opened.unwrap_err();
        assert!(matches!(error, Error::Store(StoreError::NewerFormat { .. })), "{error}");
        assert!(error.to_string().contains("format 2"), "{error}");
        assert!(error.to_string().contains("format 1"), "{error}");
    }
    assert_eq!(
        fs::read(&head).unwrap(),
        bytes,
        "nothing is written into a store of a later format"
    );
}

/// Makes the store that `name` stands for, at `path`.
fn write(name: &str, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut store = Store::create_with(path, options()).unwrap();
    if name != "empty" {
        for file in ["indicators", "regions", "milestones"] {
            let definitions = read_catalogue(sample(file).as_bytes(), file).unwrap();
            store.define_all(definitions).unwrap();
        }
        import(&mut store, &sample("observations"));
    }
    if name == "segments" || name == "merged" {
        store.checkpoint().unwrap();
        import(&mut store, "indicator,region,period,value,published\nx,VN,2020,3.25,2021-01-01\n");
        store.checkpoint().unwrap();
    }
    if name == "vintages" {
        let csv = "indicator,region,period,value,status,published\n\
                   hi.participants,VN,2023,93600000,P,2024-01-10\n\
                   hi.participants,VN,2023,,O,2024-12-01\n\
                   hi.participants,VN,2022,-1.5,E,\n";
        import(&mut store, csv);
        store.checkpoint().unwrap();
        import(
            &mut store,
            "indicator,region,period,value,published\nx,VN,2023-W05,1e12,2024-01-01\n",
        );
    }
    if name == "keys" {
        communes(&mut store);
        store.checkpoint().unwrap();
    }
    if name == "merged" {
        store.merge().unwrap();
    }
    if name != "unsealed" {
        store.close().unwrap();
    }
}

/// Many regions of one level, so that each frame has one period, and figures so smooth that frames
/// lean on each other; one in nine is missing, one revised, one withdrawn.
fn communes(store: &mut Store) {
    let mut regions = "code,type,level,parent\n".to_owned();
    let mut figures = "indicator,region,period,value,status,published\n".to_owned();
    for commune in 0..520_u32 {
        writeln!(regions, "VN-49-{commune},commune,3,VN-49@0").unwrap();
        for month in (1..=9).filter(|month| (commune + month) % 9 != 0) {
            let value = commune * commune + month * 3 + (commune ^ month) % 7;
            writeln!(figures, "y,VN-49-{commune},2023-{month:02},{value}.5,,2024-01-01").unwrap();
        }
    }
    figures += "y,VN-49-7,2023-08,1.25,,2024-02-01\ny,VN-49-8,2023-02,,O,2024-02-01\n";
    store.define_all(read_catalogue(regions.as_bytes(), "regions").unwrap()).unwrap();
    import(store, &figures);
}

fn import(store: &mut Store, csv: &str) {
    let options = ImportOptions::default();
    import_reader(store, csv.as_bytes(), "golden", &options, &mut |_| {}).unwrap();
}

/// A copy that may be written to.
fn copied(golden: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(golden).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "expected.txt" {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    copy
}

/// What the store answers to each query, opened for reading: figures only, so
/// that a better wording is not a difference.
fn answers(name: &str, path: &Path) -> String {
    let snapshot = Store::open_read_only(path).unwrap().snapshot();
    let mut text = String::new();
    let queries = if name == "keys" { &QUERIES_OF_KEYS[..] } else { &QUERIES };
    for query in queries {
        let mut csv = Vec::new();
        match snapshot.query(query) {
            Ok(answer) => write_csv(&answer, &mut csv).unwrap(),
            Err(_) => csv.extend(b"refused\n"),
        }
        writeln!(text, "{query}\n{}", String::from_utf8(csv).unwrap()).unwrap();
    }
    text
}
