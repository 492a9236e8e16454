//! A process that commits in a loop is killed at any moment: nothing it had acknowledged is lost.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use milepost_model::{Fact, Indicator, IndicatorId, Period, Region, RegionId, Scenario};
use milepost_store::{Batch, Options, Store};

/// Where the child finds the store; its presence makes a run of this test the child.
const STORE: &str = "MILEPOST_TEST_STORE";
const TEST: &str = "a_killed_writer_loses_nothing_that_it_acknowledged";
const ROUNDS: u64 = 40;

#[test]
fn a_killed_writer_loses_nothing_that_it_acknowledged() {
    if let Some(path) = std::env::var_os(STORE) {
        write_until_killed(Path::new(&path));
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let (mut held, mut acknowledged) = (0, 0);
    for round in 0..ROUNDS {
        // At first while it creates or opens the store, then while it commits or merges.
        let moment = Duration::from_micros(round * round * 31 % 7_000);
        let batches_before = usize::try_from(round % 5).unwrap();
        acknowledged = acknowledged.max(kill_after(&path, batches_before, moment));
        // What a reader sees beside no writer at all, the next writer recovers.
        let Ok(reader) = Store::open_read_only(&path, Options::default()) else {
            assert_eq!(acknowledged, 0, "the child died while it created the store");
            continue;
        };
        let store = Store::open(&path, Options::default()).unwrap();
        assert_eq!(batches(&reader), batches(&store));
        held = batches(&store);
        // At most one commit was on its way.
        assert!((acknowledged..=acknowledged + 1).contains(&held), "{held}, {acknowledged}");
        acknowledged = held;
        if round % 8 == 7 {
            store.verify().unwrap();
        }
    }
    assert!(held >= ROUNDS, "only {held} commits in {ROUNDS} rounds");
}

/// Runs a child until it has acknowledged some batches, and a moment longer: the last batch that it
/// acknowledged, 0 if none.
fn kill_after(path: &Path, batches: usize, moment: Duration) -> u64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", TEST, "--nocapture"]).env(STORE, path).stdout(Stdio::piped());
    let mut child = Running(command.spawn().unwrap());
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let mut numbers = lines.map_while(Result::ok).filter_map(|line| line.parse().ok());
    let before = numbers.by_ref().take(batches + 1).last();
    assert!(before.is_some(), "the child came to nothing");
    thread::sleep(moment);
    drop(child);
    numbers.last().or(before).unwrap()
}

/// A child that does not outlive this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended by itself if it cannot be killed, and the test fails for that reason.
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// Commits batch after batch, and prints the number of each that returned.
fn write_until_killed(path: &Path) -> ! {
    // On a line of its own, whatever the test runner printed before.
    println!("\n0");
    let options = Options::default().with_log_bound(12, 1 << 20);
    let mut store = Store::open_or_create(path, options).unwrap();
    store.define(vec![Indicator::stock("a").into(), Region::new("VN").into()]).unwrap();
    let mut output = std::io::stdout();
    for number in store.snapshot().last_batch("child").unwrap_or(0) + 1.. {
        let token = Some(("child".to_owned(), number));
        store.commit(Batch { facts: facts(number), token, ..Batch::default() }).unwrap();
        writeln!(output, "{number}").unwrap();
        // A checkpoint goes on beside the next batches, and is killed with them.
        if let Some(work) = store.work() {
            thread::spawn(move || work.run());
        }
        if number % 31 == 0 {
            store.merge().unwrap();
        }
    }
    unreachable!("numbers do not end")
}

/// Two figures, so that half a batch would show.
fn facts(number: u64) -> Vec<Fact> {
    let day = i32::try_from(number).unwrap();
    let date = |day| milepost_model::Date::from_day_number(day).unwrap();
    let value = Some(number.to_string().parse().unwrap());
    [Period::day(date(day)), Period::span(date(-day - 1), date(day)).unwrap()]
        .map(|period| Fact::new(IndicatorId(0), RegionId(0), period, value))
        .to_vec()
}

/// The last batch a store holds, having looked that it holds all of each and nothing else.
fn batches(store: &Store) -> u64 {
    let snapshot = store.snapshot();
    let last = snapshot.last_batch("child").unwrap_or(0);
    assert_eq!(store.statistics().points, last * 2);
    for number in last.saturating_sub(20)..=last {
        for fact in facts(number) {
            let (i, r) = (fact.indicator, fact.region);
            let read = snapshot.observation(i, r, &Scenario::reported(), fact.period, None);
            let read = read.unwrap().and_then(|observation| observation.value);
            assert_eq!(read, fact.value.filter(|_| number > 0));
        }
    }
    last
}
