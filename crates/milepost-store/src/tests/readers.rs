//! Stores in files: several handles, readers beside the writer.

use super::*;
use crate::{Backend, StoreError, Verify};

#[test]
fn a_store_in_files_is_reopened_with_all_it_held() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/store");
    let mut store = Store::create(&path, options()).unwrap();
    define(&mut store);
    commit(&mut store, vec![fact("2023", "10"), fact("2022-01-05/2022-03-09", "3")]).unwrap();
    store.checkpoint().unwrap();
    commit(&mut store, vec![published(fact("2023", "11"), "2025-03-01")]).unwrap();
    let id = store.snapshot().id();
    store.close().unwrap();
    for backend in [Backend::Mmap, Backend::Heap] {
        let options = options().with_backend(backend).with_verify(Verify::Full);
        let store = Store::open(&path, options).unwrap();
        assert_eq!(value(&store.snapshot(), "2023", None).as_deref(), Some("11"));
        assert_eq!(value(&store.snapshot(), "2022-01-05/2022-03-09", None).as_deref(), Some("3"));
        assert_eq!(store.snapshot().id().sequence, id.sequence);
        assert!(store.snapshot().id().epoch > id.epoch);
        assert_eq!(store.snapshot().catalogue().indicators().len(), 2);
        store.verify().unwrap();
    }
    let mut names: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["LOCK", "head", "seg-0000000000000001"]);
}

#[test]
fn there_is_one_writer() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(directory.path(), options()).unwrap();
    let second = Store::open(directory.path(), options());
    assert!(matches!(second, Err(StoreError::Locked { .. })));
    drop(store);
    Store::open_or_create(directory.path(), options()).unwrap();
}

#[test]
fn a_reader_sees_commits_checkpoints_and_merges_but_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Store::create(directory.path(), options()).unwrap();
    let mut reader = Store::open_read_only(directory.path(), options()).unwrap();
    assert!(!reader.refresh().unwrap());
    define(&mut writer);
    assert!(reader.refresh().unwrap());
    assert!(!reader.refresh().unwrap());
    for year in 2001..2013 {
        let text = format!("{year}");
        commit(&mut writer, vec![fact(&text, &text)]).unwrap();
        match year % 4 {
            0 => writer.checkpoint().unwrap(),
            1 => writer.merge().unwrap(),
            _ => {}
        }
        let old = reader.snapshot();
        assert!(reader.refresh().unwrap());
        assert_eq!(value(&reader.snapshot(), &text, None), Some(text.clone()));
        assert_eq!(value(&old, &text, None), None);
        assert_eq!(reader.snapshot().id(), writer.snapshot().id());
    }
    assert!(matches!(commit(&mut reader, vec![]), Err(StoreError::ReadOnly)));
    assert!(matches!(reader.checkpoint(), Err(StoreError::ReadOnly)));
    reader.close().unwrap();
    commit(&mut writer, vec![fact("2014", "1")]).unwrap();
}

#[test]
fn a_reader_beside_a_busy_writer_sees_prefixes_that_only_grow() {
    const BATCHES: i32 = 300;
    let directory = tempfile::tempdir().unwrap();
    let mut writer =
        Store::create(directory.path(), options().with_log_bound(20, 1 << 20)).unwrap();
    define(&mut writer);
    let mut reader = Store::open_read_only(directory.path(), options()).unwrap();
    let writing = std::thread::spawn(move || {
        for year in 1..=BATCHES {
            let facts = [fact(&format!("{year:04}"), "1"), fact(&format!("{year:04}-06"), "1")];
            commit(&mut writer, facts.to_vec()).unwrap();
            if year % 50 == 0 {
                writer.merge().unwrap();
            }
        }
    });
    let mut seen = 0;
    while seen < u64::try_from(BATCHES).unwrap() {
        reader.refresh().unwrap();
        let statistics = reader.statistics();
        assert_eq!(statistics.points % 2, 0, "whole batches only");
        assert_eq!(statistics.points / 2 + 1, statistics.commits);
        assert!(statistics.points / 2 >= seen, "never back");
        seen = statistics.points / 2;
        if seen > 0 {
            assert_eq!(
                value(&reader.snapshot(), &format!("{seen:04}"), None).as_deref(),
                Some("1")
            );
        }
        Store::open_read_only(directory.path(), options()).unwrap();
    }
    writing.join().unwrap();
}

#[test]
fn nothing_is_written_to_what_is_no_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    assert!(matches!(Store::open(path, options()), Err(StoreError::NotAStore { .. })));
    assert!(matches!(Store::open(path.join("none"), options()), Err(StoreError::NotAStore { .. })));
    std::fs::write(path.join("head"), "a text about heads").unwrap();
    for outcome in [
        Store::open(path, options()),
        Store::open_or_create(path, options()),
        Store::open_read_only(path, options()),
        Store::open(path.join("head"), options()),
    ] {
        assert!(matches!(outcome, Err(StoreError::NotAStore { .. })), "{outcome:?}");
    }
    let create = Store::create(path, options());
    assert!(matches!(create, Err(StoreError::AlreadyExists { .. })));
    let create = Store::create(path.join("head"), options());
    assert!(matches!(create, Err(StoreError::AlreadyExists { .. })));
    // However long it is, only its beginning is read.
    let long = std::fs::OpenOptions::new().write(true).open(path.join("head")).unwrap();
    long.set_len(1 << 40).unwrap();
    assert!(matches!(Store::open(path, options()), Err(StoreError::NotAStore { .. })));
    assert!(matches!(Store::open_read_only(path, options()), Err(StoreError::NotAStore { .. })));
    long.set_len(18).unwrap();
    let names: Vec<_> = std::fs::read_dir(path).unwrap().collect();
    assert_eq!(names.len(), 1, "no lock, no new head");
    assert_eq!(std::fs::read(path.join("head")).unwrap(), b"a text about heads");
}
