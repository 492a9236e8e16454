//! The engine beside a naive oracle: plain loops over a list of facts, written from the
//! definition of the language without the engine's code.
//!
//! A case is a small world (a catalogue and its facts) and a few queries as trees. The oracle
//! answers each from the facts with fractions; the engine answers its printed text from a store.
//! Both must refuse, or have the same rows: region, period, base, value, unit, status and day of
//! publication, or the same reason why a value is missing.
//! Nothing that is drawn is left out but `only` beside vintages and statuses. `regions` does the
//! same for questions about regions that change over time.
//!
//! Every run of the tests compares 200,000 answers, always the same ones, and prints how many they
//! were. `MILEPOST_ORACLE=2_000_000 cargo test --release -p milepost-tests --test all oracle`
//! compares that many, drawn afresh; `PROPTEST_CASES` does the same for the laws.

mod answer;
mod compare;
mod condition;
mod context;
mod divide;
mod evaluate;
mod facts;
mod fill;
mod generate;
mod laws;
mod measure;
mod rational;
mod reduce;
mod regions;
mod revisions;
mod running_total;
mod series;
mod tally;
mod time;
mod transform;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Fresh cases, as many as the environment says; otherwise a few that are always the same.
pub(crate) fn configuration(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(cases),
        rng_seed: if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) },
        failure_persistence: None,
        max_shrink_time: 20_000,
        ..ProptestConfig::default()
    }
}
