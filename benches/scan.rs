//! Questions that touch every figure of an indicator, or of all of them.

mod asking;

use criterion::{Criterion, criterion_group, criterion_main};

fn scans(criterion: &mut Criterion) {
    asking::ask(criterion, "scan", &["q10", "q11"]);
}

criterion_group!(benches, scans);
criterion_main!(benches);
