//! Writing to a store of 100,000 series on disk: a month of all of them, single figures from one
//! thread and from many, and how long commits and readers are kept waiting by what goes on beside.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use milepost::{
    Batch, Date, Decimal, Definition, Durability, Frequency, Indicator, Observation, Options,
    Period, Region, SharedStore, Store,
};
use tempfile::TempDir;

const INDICATORS: u32 = 10;
const COMMUNES: u32 = 10_000;
/// Months of a store before anything is measured.
const MONTHS: i32 = 12;
/// The month after them, as an ordinal.
const NEXT_MONTH: i32 = 2024 * 12;

/// A store of a year, merged, in a directory of its own.
fn store() -> (TempDir, Store) {
    store_with(Durability::Sync)
}

fn store_with(durability: Durability) -> (TempDir, Store) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is room");
    let options = Options::default().with_durability(durability);
    let store = Store::create_with(directory.path().join("write.milepost"), options);
    let mut store = store.expect("it is made");
    let indicators = (0..INDICATORS).map(|n| Indicator::stock(format!("i{n}")).into());
    let communes = (0..COMMUNES).map(|n| Region::new(format!("c{n}")).level(3).into());
    let definitions: Vec<Definition> = indicators.chain(communes).collect();
    store.define_all(definitions).expect("they are defined");
    for month in NEXT_MONTH - MONTHS..NEXT_MONTH {
        store.commit(all_of(month, month)).expect("the month is committed");
    }
    store.merge().expect("it is merged");
    (directory, store)
}

fn figure(indicator: u32, commune: u32, month: i32, told: i32) -> Option<(Period, Decimal)> {
    let level = i64::from(20_000 + commune % 977 * 40 + indicator * 1_000);
    let moved = i64::from(told) * 7 + i64::from(month % 12);
    let period = Period::from_ordinal(Frequency::Month, month)?;
    Some((period, Decimal::new((level + moved).into(), 0)?))
}

/// The figures of a month, as published in the month `told`: 100,000.
fn all_of(month: i32, told: i32) -> Batch {
    let mut batch = Batch::new().source("VSS");
    let published = Date::from_day_number(19_000 + (told - NEXT_MONTH) * 30).expect("it is a day");
    let communes: Vec<String> = (0..COMMUNES).map(|n| format!("c{n}")).collect();
    for indicator in 0..INDICATORS {
        let name = format!("i{indicator}");
        for (commune, code) in (0..).zip(&communes) {
            let (period, value) = figure(indicator, commune, month, told).expect("it is a figure");
            batch.add(Observation::new(&name, code, period, value).published(published));
        }
    }
    batch
}

/// One figure that no other call gives.
fn another() -> Batch {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = u32::try_from(NEXT.fetch_add(1, Ordering::Relaxed)).expect("there are few");
    let mut batch = Batch::new();
    let month = NEXT_MONTH + 1_000 + (number / (INDICATORS * COMMUNES)).cast_signed();
    let (indicator, commune) = (number % INDICATORS, number / INDICATORS * 7 % COMMUNES);
    let (period, value) = figure(indicator, commune, month, month).expect("it is a figure");
    let (name, code) = (format!("i{indicator}"), format!("c{commune}"));
    batch.add(Observation::new(&name, &code, period, value));
    batch
}

/// A month of 100,000 series in one commit, durable when it returns, and what of that is not the
/// sync.
fn months(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    group.sample_size(20).throughput(Throughput::Elements(u64::from(INDICATORS * COMMUNES)));
    for (name, durability) in [
        ("commit a month of 100,000 series", Durability::Sync),
        ("commit a month of 100,000 series without a sync", Durability::Os),
    ] {
        let (_directory, mut store) = store_with(durability);
        let mut month = NEXT_MONTH;
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    month += 1;
                    all_of(month, month)
                },
                |batch| store.commit(batch).expect("the batch is committed"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// A month of 100,000 series from texts, as whoever reads them from a form or a file has them.
fn pushes(criterion: &mut Criterion) {
    let texts = |number: u32, prefix| (0..number).map(|n| format!("{prefix}{n}")).collect();
    let (indicators, communes): (Vec<_>, Vec<_>) = (texts(INDICATORS, "i"), texts(COMMUNES, "c"));
    let mut group = criterion.benchmark_group("write");
    group.sample_size(20).throughput(Throughput::Elements(u64::from(INDICATORS * COMMUNES)));
    group.bench_function("push a month of 100,000 series", |bencher| {
        bencher.iter_with_large_drop(|| {
            let mut batch = Batch::new().source("VSS");
            for indicator in &indicators {
                for commune in &communes {
                    batch.push(indicator, commune, "2025-01", "20350").expect("it is a figure");
                }
            }
            batch
        });
    });
    group.finish();
}

/// Commits of one figure, each durable when it returns.
fn figures(criterion: &mut Criterion) {
    let (_directory, store) = store();
    let store = store.into_shared();
    let mut group = criterion.benchmark_group("write");
    group.sample_size(20).throughput(Throughput::Elements(1));
    for threads in [1, 8, 32] {
        let name = format!("commit a figure, {threads} at once");
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|commits| together(&store, threads, commits));
        });
    }
    group.finish();
}

/// How long so many commits take so many threads.
fn together(store: &SharedStore, threads: u64, commits: u64) -> Duration {
    let left = AtomicU64::new(commits);
    let take = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while take().is_ok() {
                    store.commit(another()).expect("the figure is committed");
                }
            });
        }
    });
    start.elapsed()
}

/// The longest that a commit of one figure, or a reader of one, is kept waiting while a checkpoint
/// of three months or a merge of a year goes on: the figure is that of the worst wait of each run.
fn stalls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    group.sample_size(10);
    for (name, prepare) in [("checkpoint", fill_log as Prepare), ("merge", supersede)] {
        for (who, pick) in [("commit", 0), ("reader", 1)] {
            let name = format!("longest wait of a {who} beside a {name}");
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|runs| {
                    (0..runs).map(|_| longest_waits(prepare)[pick]).sum::<Duration>()
                });
            });
        }
    }
    group.finish();
}

/// Brings a store to where a checkpoint or a merge begins; whether it is over.
type Prepare = fn(&SharedStore) -> fn(&SharedStore) -> bool;

fn fill_log(store: &SharedStore) -> fn(&SharedStore) -> bool {
    for month in 1..=3 {
        let batch = all_of(NEXT_MONTH + month, NEXT_MONTH + month);
        store.commit(batch).expect("the month is committed");
    }
    |store| store.statistics().segments > 1
}

fn supersede(store: &SharedStore) -> fn(&SharedStore) -> bool {
    let revise = |month: i32, told: i32| {
        store.commit(all_of(month, told)).expect("the revisions are committed");
    };
    for month in NEXT_MONTH - MONTHS..NEXT_MONTH {
        revise(month, NEXT_MONTH + 1);
        if month % 3 == 2 {
            store.checkpoint().expect("it is made");
        }
    }
    // Half of the frames are superseded now: the next checkpoint merges.
    (NEXT_MONTH - 3..NEXT_MONTH).for_each(|month| revise(month, NEXT_MONTH + 2));
    |store| store.statistics().superseded_frames < 1_000
}

/// The longest waits of a commit and of a reader until what goes on beside is over.
fn longest_waits(prepare: Prepare) -> [Duration; 2] {
    let (_directory, store) = store();
    let store = store.into_shared();
    let is_over = prepare(&store);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut longest = Duration::ZERO;
            while !is_done.load(Ordering::Relaxed) {
                let start = Instant::now();
                store.query("i3 in c77 at 2023-05").expect("it is answered");
                longest = longest.max(start.elapsed());
                thread::sleep(Duration::from_micros(100));
            }
            longest
        });
        let mut longest = Duration::ZERO;
        while !is_over(&store) {
            let batch = another();
            let start = Instant::now();
            store.commit(batch).expect("the figure is committed");
            longest = longest.max(start.elapsed());
        }
        is_done.store(true, Ordering::Relaxed);
        [longest, reading.join().expect("the reader has not failed")]
    })
}

criterion_group!(benches, pushes, months, figures, stalls);
criterion_main!(benches);
