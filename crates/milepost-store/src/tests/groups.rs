//! Batches that are committed together, and threads that commit at once.

use std::{thread, time::Duration};

use super::*;
use crate::{Durability, SharedStore, StoreError, Verify, io::Fault};

fn one(facts: Vec<Fact>) -> Batch {
    Batch { facts, ..Batch::default() }
}

fn numbered(number: u64, facts: Vec<Fact>) -> Batch {
    Batch { token: Some(("press".to_owned(), number)), ..one(facts) }
}

#[test]
fn a_bad_batch_of_a_group_fails_alone() {
    let memory = Memory::journalled();
    let mut store = on(&memory);
    let before = memory.operations();
    let unknown = Fact { region: RegionId(REGIONS), ..fact("2020", "1") };
    let new_text = Fact { source: Some("new".into()), ..fact("2016", "1") };
    let outcomes = together(
        &mut store,
        vec![
            one(vec![fact("2016", "1")]),
            one(vec![fact("2017", "1"), unknown]),
            one(vec![fact("2016", "2"), fact("2018", "1")]),
            one(vec![fact("2018", "3")]),
            one(vec![new_text]),
            one(vec![fact("2019", "4"), fact("2018", "3")]),
        ],
    );
    assert_eq!(memory.operations() - before, 2, "one write, one sync");
    let sequences: Vec<_> =
        outcomes.iter().map(|outcome| outcome.as_ref().map(|r| r.id.sequence).ok()).collect();
    assert_eq!(sequences, [Some(2), None, None, Some(3), Some(3), Some(4)]);
    assert!(matches!(&outcomes[1], Err(StoreError::Value(bad)) if bad.position == 1));
    assert!(matches!(&outcomes[2], Err(StoreError::Conflict(conflict)) if conflict.position == 0));
    assert_eq!(outcomes[4].as_ref().unwrap().unchanged, 1);
    let last = outcomes[5].as_ref().unwrap();
    assert_eq!((last.added, last.unchanged), (1, 1));
    drop(store);
    for _ in 0..2 {
        let store = reopen(&memory).unwrap();
        store.verify().unwrap();
        let snapshot = store.snapshot();
        let values = ["2016", "2017", "2018", "2019", "2020"].map(|y| value(&snapshot, y, None));
        let expected = [Some("1"), None, Some("3"), Some("4"), None];
        assert_eq!(values, expected.map(|value| value.map(str::to_owned)));
        assert_eq!(snapshot.id().sequence, 4);
    }
}

#[test]
fn a_token_counts_within_a_group() {
    let mut store = in_memory();
    let outcomes = together(
        &mut store,
        vec![
            numbered(1, vec![fact("2016", "1")]),
            numbered(1, vec![fact("2016", "5")]),
            numbered(2, vec![fact("2016", "2")]),
            numbered(2, vec![fact("2017", "2")]),
        ],
    );
    let again = outcomes[1].as_ref().unwrap();
    assert!(again.already_applied);
    assert_eq!(again.id, outcomes[0].as_ref().unwrap().id);
    assert!(matches!(outcomes[2], Err(StoreError::Conflict(_))));
    assert!(!outcomes[3].as_ref().unwrap().already_applied, "what was refused took no token");
    assert_eq!(store.snapshot().last_batch("press"), Some(2));
}

#[test]
fn a_batch_beyond_the_bound_of_the_log_comes_in_its_turn() {
    for fault in [None, Some(Fault::Once)] {
        let memory = Memory::journalled();
        let options = options().with_log_bound(10, 1 << 20);
        let mut store = Store::create_on(Arc::new(memory.clone()), options).unwrap();
        define(&mut store);
        let long = || one((1..=11).map(|year| fact(&format!("{year:04}"), "1")).collect());
        let batches = vec![one(vec![fact("2016", "1")]), long(), one(vec![fact("2017", "1")])];
        if let Some(fault) = fault {
            // The write and the sync of the first, then the segment of the second.
            memory.fail_after(2, fault);
        }
        let outcomes = together(&mut store, batches);
        let is_taken: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
        assert_eq!(is_taken, [true, fault.is_none(), true]);
        assert_eq!(store.statistics().points, if fault.is_none() { 13 } else { 2 });
        drop(store);
        let disk = memory.after_power_cut(memory.operations(), |_| 0);
        let store = reopen(&disk).unwrap();
        assert_eq!(store.statistics().points, if fault.is_none() { 13 } else { 2 });
    }
}

#[test]
fn all_of_a_group_are_in_doubt_when_the_disk_fails() {
    for operations in [0, 1] {
        let memory = Memory::journalled();
        let mut store = on(&memory);
        let id = store.snapshot().id();
        memory.fail_after(operations, Fault::Half);
        let batches = vec![
            one(Vec::new()),
            one(vec![fact("2016", "1")]),
            one(vec![fact("2016", "1")]),
            one(vec![fact("2016", "2")]),
            one(vec![fact("2017", "1")]),
        ];
        let outcomes = together(&mut store, batches);
        assert!(outcomes[0].is_ok(), "it depends on nothing that is in doubt");
        for outcome in &outcomes[1..] {
            let error = outcome.as_ref().unwrap_err().to_string();
            assert!(error.contains("in doubt"), "{error}");
        }
        assert_eq!(store.snapshot().id(), id, "nobody sees it");
        for outcome in together(&mut store, vec![one(vec![fact("2018", "1")])]) {
            assert!(matches!(outcome, Err(StoreError::Poisoned)));
        }
    }
}

#[test]
fn threads_commit_together_and_nothing_is_lost_or_twice() {
    const THREADS: u64 = 8;
    const EACH: u64 = 60;
    for durability in [Durability::Sync, Durability::Group(Duration::from_micros(200))] {
        let directory = tempfile::tempdir().unwrap();
        let options = options().with_log_bound(50, 1 << 20).with_durability(durability);
        let mut store = Store::create(directory.path(), options).unwrap();
        define(&mut store);
        let first = store.snapshot().id().sequence;
        let store = store.into_shared();
        let mut sequences: Vec<u64> = thread::scope(|scope| {
            let work = |thread| {
                let store = store.clone();
                scope.spawn(move || commit_many(&store, thread, EACH))
            };
            let threads: Vec<_> = (0..THREADS).map(work).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        sequences.sort_unstable();
        let expected: Vec<u64> = (first + 1..=first + THREADS * EACH).collect();
        assert_eq!(sequences, expected);
        let store = store.into_store().unwrap();
        assert_eq!(store.statistics().points, THREADS * EACH);
        assert!(store.statistics().segments > 0, "checkpoints went on beside");
        store.close().unwrap();
        let store = Store::open(directory.path(), options.with_verify(Verify::Full)).unwrap();
        assert_eq!(store.statistics().points, THREADS * EACH);
        assert_eq!(store.statistics().commits, first + THREADS * EACH);
    }
}

/// Commits one figure after the other, bad batches in between; the sequences they were given.
fn commit_many(store: &SharedStore, thread: u64, each: u64) -> Vec<u64> {
    let mut sequences = Vec::new();
    for number in 0..each {
        let year = format!("{:04}", 1000 + thread * each + number);
        let receipt = store.commit(one(vec![fact(&year, "1")])).unwrap();
        sequences.push(receipt.id.sequence);
        let seen = value(&store.snapshot(), &year, None);
        assert_eq!(seen.as_deref(), Some("1"), "its own commit");
        if number % 7 == 0 {
            let bad = store.commit(one(vec![fact(&year, "2")]));
            assert!(matches!(bad, Err(StoreError::Conflict(_))));
        }
        if let Some(work) = store.work() {
            thread::spawn(move || work.run());
        }
    }
    sequences
}

#[test]
fn a_batch_is_made_for_the_catalogue_it_is_committed_on() {
    let store = in_memory().into_shared();
    thread::scope(|scope| {
        for thread in 0..6u32 {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0..20 {
                    let code = format!("new-{thread}-{number}");
                    let made = store.commit_made(move |catalogue| {
                        let next = u32::try_from(catalogue.regions().len()).unwrap();
                        let fact = Fact { region: RegionId(next), ..fact("2020", "1") };
                        let definitions = vec![Region::new(&code).into()];
                        Ok::<_, StoreError>(Batch { definitions, ..one(vec![fact]) })
                    });
                    assert_eq!(made.unwrap().added, 1);
                }
            });
        }
    });
    assert_eq!(store.snapshot().statistics().points, 120);
    let refused = store.commit_made(|_| -> Result<Batch> { Err(StoreError::unfit(3, "no")) });
    assert!(matches!(refused, Err(StoreError::Value(bad)) if bad.position == 3));
    assert_eq!(store.snapshot().statistics().commits, 121);
}

#[test]
fn a_leader_that_panics_leaves_nobody_waiting() {
    let store = in_memory().into_shared();
    let panicking = store.clone();
    let outcome = thread::spawn(move || {
        panicking.commit_made(|_| -> Result<Batch> { panic!("made nothing") })
    });
    assert!(outcome.join().is_err());
    assert_eq!(store.commit(one(vec![fact("2020", "1")])).unwrap().added, 1);
}

#[test]
fn only_the_last_handle_gives_the_store_back() {
    let store = in_memory().into_shared();
    let other = store.clone();
    let store = store.into_store().unwrap_err();
    drop(other);
    store.checkpoint().unwrap();
    store.merge().unwrap();
    store.sync().unwrap();
    store.settle().unwrap();
    commit(&mut store.into_store().unwrap(), vec![fact("2020", "1")]).unwrap();
}
