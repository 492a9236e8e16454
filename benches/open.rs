//! From a closed store to the first answer.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use milepost::Store;
use milepost_benches::workload::{Size, Workload};
use milepost_benches::{question, store};

fn opening(criterion: &mut Criterion) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let workload = Workload::new(Size::Sixteenth);
    drop(store(&workload, directory).expect("the workload's store is made or opened"));
    let path = directory.join(milepost_benches::store_name(&workload));
    let text = &question("q3").since[0];
    let mut group = criterion.benchmark_group("open");
    group.sample_size(20);
    group.bench_function("open", |bencher| {
        bencher.iter(|| Store::open_read_only(&path).expect("the store opens"));
    });
    group.bench_function("open and first answer", |bencher| {
        bencher.iter(|| {
            let store = Store::open_read_only(&path).expect("the store opens");
            black_box(store.query(text).expect("the text is answered"))
        });
    });
    group.finish();
}

criterion_group!(benches, opening);
criterion_main!(benches);
