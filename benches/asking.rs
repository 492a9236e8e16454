//! How a suite asks questions of the workload's store.

use std::hint::black_box;
use std::path::Path;

use criterion::Criterion;
use milepost::Prepared;
use milepost_benches::workload::{Size, Workload};
use milepost_benches::{question, store};

/// Times questions, from their text to their answer, to its rows, and as prepared
/// queries, on the size that takes seconds.
pub(crate) fn ask(criterion: &mut Criterion, group: &str, names: &[&str]) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let store = store(&Workload::new(Size::Sixteenth), directory)
        .expect("the workload's store is made or opened");
    let snapshot = store.snapshot();
    let mut group = criterion.benchmark_group(group);
    group.sample_size(20);
    for name in names {
        let texts = question(name).since;
        group.bench_function(format!("{name} from text"), |bencher| {
            bencher.iter(|| {
                for text in &texts {
                    black_box(snapshot.query(black_box(text)).expect("the text is answered"));
                }
            });
        });
        group.bench_function(format!("{name} from text to rows"), |bencher| {
            bencher.iter(|| {
                for text in &texts {
                    let answer = snapshot.query(black_box(text)).expect("the text is answered");
                    black_box(answer.rows.iter().next());
                }
            });
        });
        let prepared: Result<Vec<Prepared>, _> =
            texts.iter().map(|text| store.prepare(text)).collect();
        let prepared = prepared.expect("the text reads well");
        group.bench_function(format!("{name} prepared"), |bencher| {
            bencher.iter(|| {
                for query in &prepared {
                    black_box(query.query(&snapshot).expect("the query is answered"));
                }
            });
        });
    }
    group.finish();
}
