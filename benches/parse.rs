//! How long a query takes from text to tree, and back to text.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use milepost_lang::parse;

/// The signature query, and the longest of the language's own examples.
const QUERIES: [(&str, &str); 2] = [
    ("signature", "growth of voluntary_si.participants in VN since Resolution 28 until 2019"),
    (
        "long",
        "let informal = labour_force - si.participants in VN; \
         (voluntary_si.participants + compulsory_si.participants) as % of labour_force \
         in Vinh Long, \"Cần Thơ\", VN by year since 2015 including projections",
    ),
];

fn parsing(criterion: &mut Criterion) {
    for (name, text) in QUERIES {
        criterion.bench_function(&format!("parse/{name}"), |bencher| {
            bencher.iter(|| parse(black_box(text)));
        });
        let Ok(script) = parse(text) else { continue };
        criterion.bench_function(&format!("print/{name}"), |bencher| {
            bencher.iter(|| black_box(&script).to_string());
        });
    }
}

criterion_group!(benches, parsing);
criterion_main!(benches);
