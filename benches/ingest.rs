//! Figures on their way in: made up, imported from CSV, committed in batches.

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use milepost::{Batch, Decimal, Frequency, Observation, Period, Store};
use milepost_benches::workload::{INDICATORS, LAST_MONTH, Point, Size, Workload, commune_code};
use milepost_benches::{files, load};

/// How long the generator takes: what is to be taken off measurements that use it.
fn generating(criterion: &mut Criterion) {
    let workload = Workload::new(Size::Sixteenth);
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(10).throughput(Throughput::Elements(workload.points().count() as u64));
    group.bench_function("make the workload up", |bencher| {
        bencher.iter(|| workload.points().map(|point| black_box(point).digits).sum::<i64>());
    });
    group.finish();
}

/// The whole workload from its CSV file to a closed store on disk.
fn importing(criterion: &mut Criterion) {
    let workload = Workload::new(Size::Sixteenth);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let files = files(&workload, directory).expect("the workload's files are written");
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(10).throughput(Throughput::Elements(workload.points().count() as u64));
    group.bench_function("import the CSV", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir_in(directory).expect("a directory is made"),
            |place| {
                let store = load(&files, &place.path().join("vss.milepost"));
                store.and_then(|store| Ok(store.close()?)).expect("the files are imported");
                place
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Batches into a store on disk, each durable when it returns: a month of every
/// commune and indicator, and a single figure.
fn committing(criterion: &mut Criterion) {
    let workload = Workload::new(Size::Sixteenth);
    let month: Vec<Point> = workload.points().filter(|point| point.month == LAST_MONTH).collect();
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(10);
    for (name, points) in [("commit a month", &month[..]), ("commit a figure", &month[..1])] {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        let directory = directory.expect("a directory is made");
        let mut store = Store::create(directory.path().join("vss.milepost")).expect("it is made");
        let mut later = 0;
        group.throughput(Throughput::Elements(points.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    later += 1;
                    batch(points, later)
                },
                |batch| store.commit(batch).expect("the batch is committed"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// The points as a batch, moved on by some months.
fn batch(points: &[Point], later: i32) -> Batch {
    let mut batch = Batch::new();
    for point in points {
        let indicator = &INDICATORS[point.indicator];
        let month = Period::from_ordinal(Frequency::Month, i32::from(point.month) + later);
        let value = Decimal::new(point.digits.into(), indicator.decimals);
        if let (Some(month), Some(value)) = (month, value) {
            let commune = commune_code(point.commune);
            batch.add(Observation::new(indicator.name, &commune, month, value));
        }
    }
    batch
}

criterion_group!(benches, generating, importing, committing);
criterion_main!(benches);
