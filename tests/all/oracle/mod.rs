//! The engine beside a naive oracle: plain loops over a list of facts, written from the
//! definition of the language without the engine's code.
//!
//! A case is a small world (a catalogue and its facts) and a few queries as trees. The oracle
//! answers each from the facts with fractions; the engine answers its printed text from a store.
//! Both must refuse, or have the same rows: region, period, base, value, unit, status and day of
//! publication, or a reason that holds where a value is missing. `generate::disputed` lists the
//! shapes that are left out, and why.
//!
//! Without `PROPTEST_CASES` a run takes seconds and is the same every time; with it, that many
//! cases are drawn afresh.

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
mod time;
mod transform;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError};

use self::compare::agree;
use self::generate::{Case, case, reduced_case, revised_case, transformed_case};

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

proptest! {
    #![proptest_config(configuration(400))]

    #[test]
    fn the_engine_answers_as_the_oracle(Case { world, queries } in case()) {
        let store = world.store();
        let snapshot = store.snapshot();
        for query in &queries {
            agree(&world, &snapshot, query).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn rows_come_to_what_the_oracle_says(Case { world, queries } in reduced_case()) {
        let store = world.store();
        let snapshot = store.snapshot();
        for query in &queries {
            agree(&world, &snapshot, query).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn lines_become_what_the_oracle_says(Case { world, queries } in transformed_case()) {
        let store = world.store();
        let snapshot = store.snapshot();
        for query in &queries {
            agree(&world, &snapshot, query).map_err(TestCaseError::fail)?;
        }
    }
}

proptest! {
    #![proptest_config(configuration(60))]

    #[test]
    fn what_was_known_is_what_the_oracle_says(Case { world, queries } in revised_case()) {
        let store = world.store();
        let snapshot = store.snapshot();
        for query in &queries {
            agree(&world, &snapshot, query).map_err(TestCaseError::fail)?;
        }
    }
}
