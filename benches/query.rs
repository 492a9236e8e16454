//! Questions about one region or few dates.

mod asking;

use criterion::{Criterion, criterion_group, criterion_main};

fn queries(criterion: &mut Criterion) {
    asking::ask(criterion, "query", &["q1", "q2", "q3", "q8", "q9", "q12"]);
}

criterion_group!(benches, queries);
criterion_main!(benches);
