//! Sums over regions, by province and by time.

mod asking;

use criterion::{Criterion, criterion_group, criterion_main};

fn rollups(criterion: &mut Criterion) {
    asking::ask(criterion, "rollup", &["q4", "q5", "q6", "q7"]);
}

criterion_group!(benches, rollups);
criterion_main!(benches);
