//! The power fails at every operation: what is left is a prefix of the commits.

use std::sync::Mutex;

use super::*;
use crate::{
    Durability, StoreError, Work,
    io::{Fault, Left},
};

/// Disks that a power cut may leave: all of them if they are at most `most`, otherwise the emptiest,
/// the fullest and a sample.
fn disks(memory: &Memory, operations: usize, most: usize) -> Vec<Memory> {
    let mut disks = Vec::new();
    // What fate decides, each time with the number of outcomes: counted up like an odometer.
    let mut script: Vec<(usize, usize)> = Vec::new();
    while disks.len() < most {
        let mut position = 0;
        disks.push(memory.after_power_cut(operations, |outcomes| {
            if position == script.len() {
                script.push((0, outcomes));
            }
            position += 1;
            script[position - 1].0
        }));
        while script.pop_if(|(fate, outcomes)| *fate + 1 == *outcomes).is_some() {}
        match script.last_mut() {
            Some((fate, _)) => *fate += 1,
            None => return disks,
        }
    }
    let mut random = Random(operations as u64);
    disks.clear();
    disks.push(memory.after_power_cut(operations, |_| 0));
    disks.push(memory.after_power_cut(operations, |outcomes| outcomes - 1));
    while disks.len() < most {
        disks.push(memory.after_power_cut(operations, |outcomes| random.below(outcomes)));
    }
    disks
}

/// Numbers that look random and are the same in each run (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

const COMMITS: u64 = 9;

fn batch(number: u64) -> Batch {
    let facts = (0..=number % 3).map(|n| fact(&format!("{}", 2000 + number * 3 + n), "1"));
    let definitions = if number == 4 { vec![Region::new("new").into()] } else { Vec::new() };
    Batch { definitions, facts: facts.collect(), token: Some(("test".to_owned(), number)) }
}

/// Figures in the store once the definitions and some batches are in.
fn points(batches: u64) -> u64 {
    (1..=batches).map(|number| number % 3 + 1).sum()
}

/// How batches get into a store.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Commit,
    /// As bulk loads, whose rows have no room in memory.
    Load,
    /// Three at a time, with one sync.
    Group,
    /// One by one, with so many steps of a checkpoint or a merge after each.
    Beside(usize),
    /// The same, only that the steps are before the commit is written, when it is too late for it
    /// to take over what is finished.
    Within(usize),
}

impl Way {
    /// Batches that may be on their way at once.
    fn in_flight(self) -> u64 {
        if self == Self::Group { 3 } else { 1 }
    }
}

/// Commits batches with checkpoints and merges in between; calls `acknowledge` after each.
fn run(store: &mut Store, way: Way, mut acknowledge: impl FnMut(u64)) -> Result<()> {
    match way {
        Way::Beside(steps) => return run_beside(store, 0, steps, acknowledge),
        Way::Within(steps) => return run_beside(store, steps, 0, acknowledge),
        _ => {}
    }
    for number in 1..=COMMITS {
        match way {
            Way::Load => drop(super::bulk::load(store, batch(number), 2, 0)?),
            Way::Group if number % 3 == 0 => commit_together(store, number - 2..=number)?,
            Way::Group => continue,
            _ => drop(store.commit(batch(number))?),
        }
        acknowledge(number);
        match number {
            3 | 5 => store.checkpoint()?,
            7 => store.merge()?,
            _ => {}
        }
    }
    Ok(())
}

/// Commits batches with one sync; one that contradicts them comes last, and is refused alone.
fn commit_together(store: &mut Store, numbers: std::ops::RangeInclusive<u64>) -> Result<()> {
    let mut batches: Vec<Batch> = numbers.clone().map(batch).collect();
    let facts = vec![fact(&format!("{}", 2000 + numbers.end() * 3), "2")];
    batches.push(Batch { facts, ..Batch::default() });
    let mut outcomes = together(store, batches);
    let last = outcomes.pop().unwrap();
    outcomes.into_iter().collect::<Result<Vec<_>>>()?;
    assert!(matches!(last, Err(StoreError::Conflict(_))), "{last:?}");
    Ok(())
}

/// Commits batches, and carries a checkpoint or a merge on by some steps before each is written,
/// and by some after it.
fn run_beside(
    store: &mut Store,
    within: usize,
    after: usize,
    mut acknowledge: impl FnMut(u64),
) -> Result<()> {
    let mut work = None;
    for number in 1..=COMMITS {
        work = work.or_else(|| store.work());
        let (returned, given) = (Arc::new(Mutex::new(None)), work.take());
        let back = Arc::clone(&returned);
        let request = Box::new(move |_: &_| {
            *back.lock().unwrap() = steps(given, within);
            Some(batch(number).boxed())
        });
        let outcome = store.commit_all(vec![request]).pop().flatten().unwrap();
        work = returned.lock().unwrap().take();
        outcome?;
        acknowledge(number);
        if number == 6 {
            work = store.merge_beside();
        }
        work = steps(work.or_else(|| store.work()), after);
    }
    store.settle()
}

/// Goes on by some steps; nothing once it is over.
fn steps(work: Option<Work>, steps: usize) -> Option<Work> {
    (0..steps).fold(work, |work, _| work.and_then(|mut work| work.step().then_some(work)))
}

/// The batches a store holds; it must hold nothing else.
fn batches(store: &Store) -> u64 {
    let last = store.snapshot().last_batch("test").unwrap_or(0);
    assert_eq!(store.statistics().points, points(last), "whole batches only");
    let regions = store.snapshot().catalogue().regions().len();
    assert_eq!(regions, REGIONS as usize + usize::from(last >= 4));
    for number in 1..=last {
        for fact in batch(number).facts {
            assert!(value(&store.snapshot(), &fact.period.to_string(), None).is_some());
        }
    }
    last
}

fn read(memory: &Memory) -> Result<Store> {
    Store::read_on(Arc::new(memory.clone()), options())
}

/// A run on a journalled disk, where it began, and how many batches had returned after how many
/// operations.
struct History {
    memory: Memory,
    ready: usize,
    returned: Vec<(usize, u64)>,
    way: Way,
}

impl History {
    fn new(way: Way, log_rows: u64, left: Option<Left>) -> Self {
        let memory = Memory::journalled();
        let options = options().with_log_bound(log_rows, 1 << 20);
        let mut store = Store::create_on(Arc::new(memory.clone()), options).unwrap();
        define(&mut store);
        if let Some(left) = left {
            memory.leave_out(left);
        }
        let ready = memory.operations();
        let mut returned = vec![(ready, 0)];
        run(&mut store, way, |number| returned.push((memory.operations(), number))).unwrap();
        Self { memory, ready, returned, way }
    }

    fn acknowledged(&self, operations: usize) -> u64 {
        self.returned.iter().rfind(|(at, _)| *at <= operations).unwrap().1
    }
}

#[test]
fn after_any_crash_a_store_holds_a_prefix_and_all_that_had_returned() {
    // A log for all, and one so short that batches go past it or fill it.
    let counts =
        [100, 2].map(|log_rows| survive_crashes(&History::new(Way::Commit, log_rows, None), 80));
    let [(a, b), (c, d)] = counts;
    assert!(a + c > 1_500 && b + d > 6_000, "{counts:?} disks, and after a second crash");
}

#[test]
fn after_any_crash_a_prefix_of_a_group_is_there() {
    let counts = survive_crashes(&History::new(Way::Group, 100, None), 80);
    assert!(counts.0 > 400 && counts.1 > 1_400, "{counts:?} disks, and after a second crash");
}

/// The same with a checkpoint or a merge between any two operations of commits, and the reverse.
#[test]
fn after_any_crash_beside_a_checkpoint_nothing_is_lost() {
    let (mut first, mut second) = (0, 0);
    let ways = (1..=7).flat_map(|steps| [Way::Beside(steps), Way::Within(steps)]);
    for way in ways {
        let counts = survive_crashes(&History::new(way, 3, None), 16);
        (first, second) = (first + counts.0, second + counts.1);
    }
    assert!(first > 4_000 && second > 16_000, "{first} disks, {second} after a second crash");
}

#[test]
fn after_any_crash_a_bulk_load_is_there_or_not() {
    let counts = survive_crashes(&History::new(Way::Load, 100, None), 24);
    assert!(counts.0 > 1_500 && counts.1 > 6_000, "{counts:?} disks, and after a second crash");
}

/// Cuts the power wherever a history can be cut, and looks at up to `most` disks each time: the
/// number of disks looked at, and of those after a second crash.
fn survive_crashes(history: &History, most: usize) -> (usize, usize) {
    let (mut first, mut second) = (0, 0);
    for operations in history.ready..=history.memory.operations() {
        let acknowledged = history.acknowledged(operations);
        for disk in disks(&history.memory, operations, most) {
            first += 1;
            let seen = batches(&read(&disk).unwrap());
            let start = disk.operations();
            let mut store = reopen(&disk).unwrap();
            let held = batches(&store);
            assert_eq!(seen, held, "readers see what a writer recovers");
            let most = acknowledged + history.way.in_flight();
            assert!((acknowledged..=most).contains(&held), "{held}, {acknowledged}");
            drop(store);
            // A second crash, at each operation of every third recovery.
            let recovery = start..=disk.operations();
            for at in recovery.filter(|_| first % 4 == 0) {
                for again in disks(&disk, at, 3) {
                    assert_eq!(batches(&read(&again).unwrap()), held);
                    assert_eq!(batches(&reopen(&again).unwrap()), held);
                    second += 1;
                }
            }
            if first % 8 == 0 {
                // The producer sends everything again, and goes on.
                store = reopen(&disk).unwrap();
                run(&mut store, history.way, |_| ()).unwrap();
                assert_eq!(batches(&store), COMMITS);
            }
        }
    }
    (first, second)
}

/// The proof above is worth something only if it fails when a sync is left out.
#[test]
fn each_sync_that_is_left_out_is_found_out() {
    let of_files = [Left::NewHead, Left::Segment, Left::SegmentNames, Left::Switch];
    let all = of_files.map(|left| (Way::Load, left)).into_iter();
    let all = all.chain(of_files.map(|left| (Way::Commit, left)));
    let all = all.chain(of_files.map(|left| (Way::Beside(3), left)));
    let all = all.chain([Way::Commit, Way::Group].map(|way| (way, Left::Commit)));
    for (way, left) in all.chain([(Way::Within(3), Left::NewHeadAgain)]) {
        let log_rows = if matches!(way, Way::Beside(_) | Way::Within(_)) { 3 } else { 100 };
        let history = History::new(way, log_rows, Some(left));
        let is_lost = |operations, disk: &Memory| {
            let store = read(disk);
            store.map_or(true, |store| {
                let held = store.snapshot().last_batch("test").unwrap_or(0);
                held < history.acknowledged(operations) || store.verify().is_err()
            })
        };
        let mut operations = history.ready..=history.memory.operations();
        let is_found = operations
            .any(|at| disks(&history.memory, at, 24).iter().any(|disk| is_lost(at, disk)));
        assert!(is_found, "{left:?} may be left out of {way:?}");
    }
}

#[test]
fn a_crash_during_create_leaves_a_store_or_room_for_one() {
    let memory = Memory::journalled();
    drop(Store::create_on(Arc::new(memory.clone()), options()).unwrap());
    for operations in 0..=memory.operations() {
        for disk in disks(&memory, operations, 100) {
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
    for way in [
        Way::Commit,
        Way::Load,
        Way::Group,
        Way::Beside(1),
        Way::Beside(4),
        Way::Within(2),
        Way::Within(3),
    ] {
        fail_everywhere(way);
    }
}

/// A log so short that a checkpoint beside is due.
fn with_short_log(memory: &Memory, way: Way) -> Store {
    let log_rows = if matches!(way, Way::Beside(_) | Way::Within(_)) { 3 } else { 100 };
    let options = options().with_log_bound(log_rows, 1 << 20);
    let mut store = Store::create_on(Arc::new(memory.clone()), options).unwrap();
    define(&mut store);
    store
}

fn fail_everywhere(way: Way) {
    let whole = Memory::journalled();
    let mut store = with_short_log(&whole, way);
    let ready = whole.operations();
    run(&mut store, way, |_| ()).unwrap();
    for operations in 0..(whole.operations() - ready) as u64 {
        for fault in [Fault::Once, Fault::Half, Fault::Lasting] {
            let memory = Memory::journalled();
            let mut store = with_short_log(&memory, way);
            memory.fail_after(operations, fault);
            let mut returned = 0;
            let outcome = run(&mut store, way, |number| returned = number);
            // Removing leftovers may fail without anyone's loss.
            if let Err(error) = outcome {
                assert!(matches!(error, StoreError::Io { .. }), "{error}");
            }
            assert_eq!(batches(&store), returned);
            memory.repair();
            goes_on_or_is_poisoned(&mut store, returned);
            drop(store);
            // Nothing that had returned is lost with the power.
            let disk = memory.after_power_cut(memory.operations(), |_| 0);
            let held = reopen(&disk).unwrap().snapshot().last_batch("test").unwrap_or(0);
            assert!(held >= returned, "{held} of {returned}");
            // Without a power cut, opening the store anew and sending everything again is enough;
            // what is there then has been synced.
            let mut store = reopen(&memory).unwrap();
            run(&mut store, way, |_| ()).unwrap();
            let disk = memory.after_power_cut(memory.operations(), |_| 0);
            for store in [store, reopen(&disk).unwrap()] {
                assert!(store.snapshot().last_batch("test").unwrap() >= COMMITS);
                store.verify().unwrap();
            }
        }
    }
}

fn goes_on_or_is_poisoned(store: &mut Store, returned: u64) {
    match store.commit(batch(returned + 1)) {
        Ok(_) => assert_eq!(batches(store), returned + 1),
        Err(StoreError::Poisoned) => {
            assert!(matches!(store.checkpoint(), Err(StoreError::Poisoned)));
            assert!(matches!(store.sync(), Err(StoreError::Poisoned)));
            assert_eq!(batches(store), returned);
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn opening_a_store_on_a_full_disk_again_and_again_leaves_nothing_behind() {
    use crate::io::Disk;
    let memory = Memory::default();
    let mut store = on(&memory);
    run(&mut store, Way::Commit, |_| ()).unwrap();
    drop(store);
    let names = memory.list().unwrap();
    for fault in [Fault::Once, Fault::Half] {
        // After the new head is created: writing it and syncing it fail.
        for operations in [1, 2] {
            memory.fail_after(operations, fault);
            assert!(matches!(reopen(&memory), Err(StoreError::Io { .. })));
            assert_eq!(memory.list().unwrap(), names);
        }
    }
    assert_eq!(batches(&read(&memory).unwrap()), COMMITS);
    assert_eq!(batches(&reopen(&memory).unwrap()), COMMITS);
}

#[test]
fn no_number_of_a_segment_or_a_new_head_is_used_twice() {
    use crate::io::Disk;
    let memory = Memory::default();
    let mut store = on(&memory);
    let epoch = store.snapshot().id().epoch;
    run(&mut store, Way::Commit, |_| ()).unwrap();
    drop(store);
    // What a writer that died leaves: a segment no head names, and a head that is none.
    memory.create_new("seg-00000000000000ff").unwrap();
    let leftover = epoch + (1 << 62);
    memory.create_new(&format!("head.new.{leftover}")).unwrap();
    for _ in 0..2 {
        drop(reopen(&memory).unwrap());
        assert!(memory.list().unwrap().iter().all(|name| !name.contains("ff")));
    }
    let mut store = reopen(&memory).unwrap();
    assert!(store.snapshot().id().epoch > leftover);
    commit(&mut store, vec![fact("1990", "1")]).unwrap();
    store.checkpoint().unwrap();
    assert!(memory.list().unwrap().contains(&"seg-0000000000000100".to_owned()));
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
        for disk in disks(&memory, operations, 100) {
            batches(&reopen(&disk).unwrap());
        }
    }
    let closed = memory.after_power_cut(memory.operations(), |_| 0);
    assert_eq!(batches(&reopen(&closed).unwrap()), 4);
}
