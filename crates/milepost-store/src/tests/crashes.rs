//! The power fails at every operation: what is left is a prefix of the commits.

use super::*;
use crate::{Durability, StoreError, io::Kept};

/// What of the unsynced changes survives: nothing, everything, and what lies between.
const KEPT: [Kept; 6] = [
    Kept { writes: 0, torn: 0, names: 0 },
    Kept { writes: 0, torn: 50, names: 0 },
    Kept { writes: 0, torn: 97, names: 1 },
    Kept { writes: 1, torn: 10, names: 1 },
    Kept { writes: usize::MAX, torn: 0, names: 0 },
    Kept { writes: usize::MAX, torn: 0, names: usize::MAX },
];

const COMMITS: u64 = 9;

fn batch(number: u64) -> Batch {
    let facts = (0..=number % 3).map(|n| fact(&format!("{}", 2000 + number * 3 + n), "1"));
    Batch { facts: facts.collect(), token: Some(("test".to_owned(), number)), ..Batch::default() }
}

/// Figures in the store once the definitions and some batches are in.
fn points(batches: u64) -> u64 {
    (1..=batches).map(|number| number % 3 + 1).sum()
}

/// Commits batches with checkpoints and merges in between; calls `acknowledge` after each.
fn run(store: &mut Store, from: u64, mut acknowledge: impl FnMut(u64)) -> Result<()> {
    for number in from..=COMMITS {
        store.commit(batch(number))?;
        acknowledge(number);
        match number {
            3 | 5 => store.checkpoint()?,
            7 => store.merge()?,
            _ => {}
        }
    }
    Ok(())
}

/// The batches a store holds; it must hold nothing else.
fn batches(store: &Store) -> u64 {
    let last = store.snapshot().last_batch("test").unwrap_or(0);
    assert_eq!(store.statistics().points, points(last), "whole batches only");
    for number in 1..=last {
        for fact in batch(number).facts {
            assert!(value(&store.snapshot(), &fact.period.to_string(), None).is_some());
        }
    }
    last
}

#[test]
fn after_any_crash_a_store_holds_a_prefix_and_all_that_had_returned() {
    let memory = Memory::journalled();
    let mut store = on(&memory);
    let ready = memory.operations();
    let mut returned = vec![(ready, 0)];
    run(&mut store, 1, |number| returned.push((memory.operations(), number))).unwrap();
    let mut states = 0;
    for operations in ready..=memory.operations() {
        let acknowledged = returned.iter().rfind(|(at, _)| *at <= operations).unwrap().1;
        for kept in KEPT {
            let disk = memory.after_power_cut(operations, kept);
            let start = disk.operations();
            let mut store = reopen(&disk).unwrap();
            let held = batches(&store);
            assert!((acknowledged..=acknowledged + 1).contains(&held), "{held}, {acknowledged}");
            drop(store);
            // A second crash, at each operation of the recovery.
            for second in start..=disk.operations() {
                let again = disk.after_power_cut(second, kept);
                assert_eq!(batches(&reopen(&again).unwrap()), held);
                states += 1;
            }
            // The producer sends everything again, and goes on.
            store = reopen(&disk).unwrap();
            run(&mut store, 1, |_| ()).unwrap();
            assert_eq!(batches(&store), COMMITS);
        }
    }
    assert!(states > 1_500, "{states} states after a second crash");
}

/// The proof above is worth something only if it fails when a sync is left out.
#[test]
fn a_disk_that_lies_about_syncs_is_found_out() {
    for (names, files) in [(true, false), (false, true)] {
        let memory = Memory::journalled();
        let mut store = on(&memory);
        let ready = memory.operations();
        memory.lie(names, files);
        let mut returned = vec![(ready, 0)];
        run(&mut store, 1, |number| returned.push((memory.operations(), number))).unwrap();
        let is_lost = |operations, kept| {
            let acknowledged = returned.iter().rfind(|(at, _)| *at <= operations).unwrap().1;
            let store = reopen(&memory.after_power_cut(operations, kept));
            store.map_or(true, |store| {
                store.snapshot().last_batch("test").unwrap_or(0) < acknowledged
            })
        };
        let mut operations = ready..=memory.operations();
        assert!(operations.any(|at| KEPT.iter().any(|kept| is_lost(at, *kept))), "{names} {files}");
    }
}

#[test]
fn a_crash_during_create_leaves_a_store_or_room_for_one() {
    let memory = Memory::journalled();
    drop(Store::create_on(Arc::new(memory.clone()), options()).unwrap());
    for operations in 0..=memory.operations() {
        for kept in KEPT {
            let disk = memory.after_power_cut(operations, kept);
            match reopen(&disk) {
                Ok(_) => {}
                Err(StoreError::NotAStore { .. }) => drop(on(&disk)),
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn a_failing_operation_is_reported_and_loses_nothing_that_had_returned() {
    let whole = Memory::journalled();
    let mut store = on(&whole);
    let ready = whole.operations();
    run(&mut store, 1, |_| ()).unwrap();
    for operations in 0..(whole.operations() - ready) as u64 {
        let memory = Memory::journalled();
        let mut store = on(&memory);
        memory.fail_after(operations);
        let mut returned = 0;
        let outcome = run(&mut store, 1, |number| returned = number);
        // Removing leftovers may fail without anyone's loss.
        if let Err(error) = outcome {
            assert!(matches!(error, StoreError::Io { .. }), "{error}");
        }
        batches(&store);
        let before = store.snapshot().last_batch("test").unwrap_or(0);
        memory.repair();
        match store.commit(batch(COMMITS + 1)) {
            Ok(_) => assert!(store.snapshot().last_batch("test") == Some(COMMITS + 1)),
            Err(StoreError::Poisoned) => {
                assert!(matches!(store.checkpoint(), Err(StoreError::Poisoned)));
                assert_eq!(store.snapshot().last_batch("test").unwrap_or(0), before);
            }
            Err(other) => panic!("{other}"),
        }
        drop(store);
        let kept = Kept { writes: 0, torn: 0, names: 0 };
        let disk = memory.after_power_cut(memory.operations(), kept);
        let held = reopen(&disk).unwrap().snapshot().last_batch("test").unwrap_or(0);
        assert!(held >= returned, "{held} of {returned}");
    }
}

#[test]
fn without_a_sync_a_prefix_survives_and_nothing_looks_damaged() {
    let memory = Memory::journalled();
    let weak = options().with_durability(Durability::Os);
    let mut store = Store::create_on(Arc::new(memory.clone()), weak).unwrap();
    define(&mut store);
    store.sync().unwrap();
    let ready = memory.operations();
    for number in 1..=4 {
        store.commit(batch(number)).unwrap();
    }
    store.close().unwrap();
    for operations in ready..=memory.operations() {
        for kept in KEPT {
            batches(&reopen(&memory.after_power_cut(operations, kept)).unwrap());
        }
    }
    let kept = Kept { writes: 0, torn: 0, names: 0 };
    let closed = memory.after_power_cut(memory.operations(), kept);
    assert_eq!(batches(&reopen(&closed).unwrap()), 4);
}
