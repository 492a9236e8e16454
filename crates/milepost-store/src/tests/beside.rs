//! Checkpoints and merges that go on beside the commits.

use super::*;
use crate::{
    StoreError, Work,
    io::{Disk, Fault},
};

/// A store whose log should become a segment from five rows on.
fn with_short_log(memory: &Memory) -> Store {
    let options = options().with_log_bound(5, 1 << 20);
    let mut store = Store::create_on(Arc::new(memory.clone()), options).unwrap();
    define(&mut store);
    store
}

fn year(year: i32) -> Fact {
    fact(&format!("{year:04}"), &format!("{year}"))
}

fn commit_years(store: &mut Store, years: std::ops::Range<i32>) {
    for n in years {
        commit(store, vec![year(n)]).unwrap();
    }
}

/// The names that a store has, its lock and its head excepted.
fn segments(memory: &Memory) -> Vec<String> {
    let names = memory.list().unwrap();
    names.into_iter().filter(|name| name != "LOCK" && name != "head").collect()
}

fn holds(store: &Store, years: std::ops::Range<i32>) {
    let snapshot = store.snapshot();
    assert_eq!(snapshot.statistics().points, u64::try_from(years.len()).unwrap());
    for n in years {
        assert_eq!(value(&snapshot, &format!("{n:04}"), None), Some(n.to_string()));
    }
}

#[test]
fn a_checkpoint_goes_on_beside_commits_and_has_them_all() {
    let memory = Memory::default();
    let mut store = with_short_log(&memory);
    commit_years(&mut store, 1..5);
    assert!(store.work().is_none());
    commit_years(&mut store, 5..6);
    let epoch = store.snapshot().id().epoch;
    let before = store.snapshot();
    let mut work = store.work().unwrap();
    assert!(store.work().is_none(), "somebody does it");
    let mut next = 6;
    while work.step() {
        commit_years(&mut store, next..next + 1);
        next += 1;
        assert_eq!(store.statistics().segments, 0);
    }
    assert!(next > 9, "{next} is few steps");
    commit_years(&mut store, next..next + 1);
    assert_eq!(store.statistics().segments, 1, "taken over by a commit");
    assert!(store.snapshot().id().epoch > epoch);
    holds(&store, 1..next + 1);
    assert_eq!(before.statistics().points, 5, "a snapshot does not change");
    assert_eq!(segments(&memory), ["seg-0000000000000001"]);
    let reader = Store::read_on(Arc::new(memory.clone()), options()).unwrap();
    holds(&reader, 1..next + 1);
    drop(store);
    holds(&reopen(&memory).unwrap(), 1..next + 1);
}

#[test]
fn frames_that_commits_touch_meanwhile_stay_in_memory() {
    let mut store = with_short_log(&Memory::default());
    commit_years(&mut store, 2000..2006);
    let mut work = store.work().unwrap();
    let revised = published(fact("2003", "7"), "2025-02-01");
    let elsewhere = Fact { indicator: IndicatorId(1), ..fact("2003", "8") };
    commit(&mut store, vec![revised, elsewhere]).unwrap();
    while work.step() {}
    store.settle().unwrap();
    assert_eq!((store.statistics().segments, store.statistics().fresh_frames), (1, 2));
    assert_eq!(value(&store.snapshot(), "2003", None).as_deref(), Some("7"));
    assert_eq!(value(&store.snapshot(), "2003", Some("2025-01-01")).as_deref(), Some("2003"));
    // What nothing touched is in memory no more.
    commit_years(&mut store, 2006..2010);
    store.work().unwrap().run();
    store.settle().unwrap();
    assert_eq!(store.statistics().fresh_frames, 0);
    store.verify().unwrap();
}

#[test]
fn a_merge_beside_leaves_the_removal_to_whoever_has_time() {
    let memory = Memory::default();
    let mut store = with_short_log(&memory);
    for n in 1..5 {
        commit_years(&mut store, n..n + 1);
        store.checkpoint().unwrap();
    }
    assert_eq!(segments(&memory).len(), 4);
    let mut merge = store.merge_beside().unwrap();
    while merge.step() {}
    commit_years(&mut store, 5..6);
    assert_eq!(store.statistics().segments, 1);
    assert_eq!(segments(&memory).len(), 5, "commits remove no files");
    let removal = store.work().unwrap();
    assert!(store.work().is_none());
    removal.run();
    assert_eq!(segments(&memory), ["seg-0000000000000005"]);
    holds(&store, 1..6);
}

#[test]
fn work_that_is_let_go_is_handed_out_again() {
    let mut store = with_short_log(&Memory::default());
    commit_years(&mut store, 1..7);
    let mut work = store.work().unwrap();
    work.step();
    assert!(store.work().is_none());
    drop(work);
    let work = store.work().unwrap();
    work.run();
    store.settle().unwrap();
    assert_eq!(store.statistics().segments, 1);
}

#[test]
fn a_commit_waits_for_a_log_that_is_far_too_long() {
    let mut store = with_short_log(&Memory::default());
    commit_years(&mut store, 1..7);
    let mut work = store.work().unwrap();
    work.step();
    commit_years(&mut store, 7..21);
    assert_eq!(store.statistics().segments, 0);
    commit_years(&mut store, 21..22);
    assert_eq!(store.statistics().segments, 1, "the commit did the rest of it");
    assert!(!work.step(), "nothing is left");
    holds(&store, 1..22);
}

#[test]
fn closing_ends_what_goes_on_and_dropping_gives_it_up() {
    for is_closed in [true, false] {
        let memory = Memory::default();
        let mut store = with_short_log(&memory);
        commit_years(&mut store, 1..7);
        let mut work = store.work().unwrap();
        for _ in 0..2 {
            assert!(work.step());
        }
        assert_eq!(segments(&memory).len(), 1);
        if is_closed {
            store.close().unwrap();
        } else {
            drop(store);
            assert!(segments(&memory).is_empty());
        }
        // Whoever still has the work cannot harm the next writer.
        let mut next = reopen(&memory).unwrap();
        let names = segments(&memory);
        assert!(!work.step());
        assert_eq!(segments(&memory), names);
        assert_eq!(next.statistics().segments, u64::from(is_closed));
        commit_years(&mut next, 7..8);
        holds(&next, 1..8);
    }
}

#[test]
fn a_checkpoint_of_ones_own_takes_the_place_of_what_goes_on() {
    let memory = Memory::default();
    let mut store = with_short_log(&memory);
    commit_years(&mut store, 1..7);
    let mut work = store.work().unwrap();
    assert!(work.step() && work.step());
    store.checkpoint().unwrap();
    assert!(!work.step());
    assert_eq!(segments(&memory), ["seg-0000000000000002"]);
    // A bulk load as well, and giving one up harms nothing that goes on.
    commit_years(&mut store, 7..13);
    let mut work = store.work().unwrap();
    assert!(work.step() && work.step());
    store.bulk(Vec::new()).unwrap().abandon();
    assert_eq!(segments(&memory).len(), 2);
    let batch = Batch { facts: vec![year(13)], ..Batch::default() };
    super::bulk::load(&mut store, batch, 1, 0).unwrap();
    assert!(!work.step());
    holds(&store, 1..14);
    assert_eq!(segments(&memory).len() as u64, store.statistics().segments);
}

#[test]
fn a_checkpoint_that_fails_is_told_and_tried_again() {
    for operations in 0..3 {
        let memory = Memory::default();
        let mut store = with_short_log(&memory);
        commit_years(&mut store, 1..6);
        let work = store.work().unwrap();
        // The segment cannot be created, written or synced.
        memory.fail_after(operations, Fault::Once);
        work.run();
        assert!(segments(&memory).is_empty());
        commit_years(&mut store, 6..7);
        assert!(store.work().is_none(), "not at once");
        assert!(matches!(store.settle(), Err(StoreError::Io { .. })));
        assert!(store.settle().is_ok(), "told once");
        commit_years(&mut store, 7..11);
        store.work().map(Work::run).unwrap();
        store.settle().unwrap();
        assert_eq!(store.statistics().segments, 1);
        holds(&store, 1..11);
    }
}

#[test]
fn a_disk_that_takes_no_segment_is_told_to_the_commit_that_needs_one() {
    let memory = Memory::default();
    let mut store = with_short_log(&memory);
    commit_years(&mut store, 1..21);
    memory.fail_after(0, Fault::Lasting);
    let error = commit(&mut store, vec![year(21)]).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }));
    memory.repair();
    commit_years(&mut store, 21..22);
    assert_eq!(store.statistics().segments, 1);
    holds(&store, 1..22);
}

#[test]
fn a_reader_that_has_the_old_head_follows_to_the_new_one() {
    let memory = Memory::default();
    let mut store = with_short_log(&memory);
    let mut reader = Store::read_on(Arc::new(memory.clone()), options()).unwrap();
    let mut work = None;
    for n in 1..40 {
        commit_years(&mut store, n..n + 1);
        work = work.or_else(|| store.work()).and_then(|mut work: Work| work.step().then_some(work));
        assert!(reader.refresh().unwrap());
        assert_eq!(reader.snapshot().id().sequence, store.snapshot().id().sequence);
        holds(&reader, 1..n + 1);
    }
    assert!(store.statistics().segments > 3);
}
