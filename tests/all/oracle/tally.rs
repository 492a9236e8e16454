//! How many questions a run compares, where they are drawn from, and that they were asked.

use std::io::Write;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};

use super::compare::agree;
use super::generate::{Case, case, reduced_case, revised_case, transformed_case};
use super::regions::smaller;

/// Questions that are compared in every run of the tests, by all oracles together.
const QUESTIONS: u64 = 200_000;
/// Questions about each world: a world takes as long as some twenty of them.
const PER_WORLD: usize = 100;

/// So many differences end a run: each takes as long as thousands of questions.
const DIFFERENCES: usize = 10;

/// What part of the questions a test asks, in percent.
const SENTENCES: [u64; 2] = [35, 35];
const REDUCERS: u64 = 12;
const LINES: u64 = 12;
const REGIONS: u64 = 6;
/// These ask everything once for each status, source or day, and come on top.
const VINTAGES: u64 = 1;
const VINTAGES_PER_WORLD: usize = 12;
const _: () = assert!(SENTENCES[0] + SENTENCES[1] + REDUCERS + LINES + REGIONS == 100);

/// Questions that one test has to compare.
pub(crate) struct Tally {
    wanted: u64,
    compared: u64,
    /// Where the engine and the oracle differed.
    differences: Vec<String>,
    /// Where the worlds come from; `None`: drawn afresh.
    seed: Option<u64>,
}

impl Tally {
    /// Of the questions that the environment says, drawn afresh; otherwise of those that every run
    /// compares, which are always the same.
    fn new(percent: u64, seed: u64) -> Self {
        let asked = std::env::var("MILEPOST_ORACLE").ok();
        let asked = asked.map(|text| text.replace('_', "").parse::<u64>().expect("a number"));
        let wanted = (asked.unwrap_or(QUESTIONS) * percent).div_ceil(100);
        Self {
            wanted,
            compared: 0,
            differences: Vec::new(),
            seed: Some(seed).filter(|_| asked.is_none()),
        }
    }

    /// That of the questions about regions over time.
    pub(crate) fn of_regions() -> Self {
        Self::new(REGIONS, 0)
    }

    pub(crate) fn seed(&self) -> Option<u64> {
        self.seed
    }

    pub(crate) fn is_full(&self) -> bool {
        self.compared >= self.wanted || self.differences.len() >= DIFFERENCES
    }

    pub(crate) fn count(&mut self) {
        self.compared += 1;
    }

    pub(crate) fn differ(&mut self, difference: String) {
        self.differences.push(difference);
    }

    /// Tells how many were compared; what macros print is shown of tests that fail alone.
    pub(crate) fn tell(&self, of: &str) {
        let Self { wanted, compared, differences, .. } = self;
        let count = differences.len();
        assert!(count == 0, "{count} of {compared} answers differ\n{}", differences.join("\n"));
        let mut shown = std::io::stderr();
        writeln!(shown, "oracle of {of}: {compared} answers compared").unwrap();
        assert!(compared >= wanted, "{compared} answers compared, not {wanted}");
    }

    /// Draws worlds and compares what is asked about them.
    fn compare(mut self, of: &str, cases: &impl Strategy<Value = Case>) {
        let rng_seed = self.seed.map_or(RngSeed::Random, RngSeed::Fixed);
        let mut runner = TestRunner::new(ProptestConfig { rng_seed, ..ProptestConfig::default() });
        while !self.is_full() {
            let Case { world, queries } = cases.new_tree(&mut runner).expect("a case").current();
            let snapshot = world.store().snapshot();
            for query in queries {
                if agree(&world, &snapshot, &query).is_err() {
                    let asked = |world: &_| agree(world, &world.store().snapshot(), &query);
                    let world = smaller(&world, |world| asked(world).is_err());
                    let told = asked(&world).err().unwrap_or_default();
                    let case = Case { world, queries: vec![query] };
                    self.differ(format!("{told}\n{case:?}"));
                }
                self.count();
            }
        }
        self.tell(of);
    }
}

/// Two halves, so that two cores work.
#[test]
fn the_engine_answers_as_the_oracle() {
    Tally::new(SENTENCES[0], 1).compare("sentences", &case(PER_WORLD));
}

#[test]
fn the_engine_answers_as_the_oracle_about_other_worlds() {
    Tally::new(SENTENCES[1], 2).compare("sentences", &case(PER_WORLD));
}

#[test]
fn rows_come_to_what_the_oracle_says() {
    Tally::new(REDUCERS, 3).compare("reducers", &reduced_case(PER_WORLD));
}

#[test]
fn lines_become_what_the_oracle_says() {
    Tally::new(LINES, 4).compare("lines", &transformed_case(PER_WORLD));
}

#[test]
fn what_was_known_is_what_the_oracle_says() {
    Tally::new(VINTAGES, 1).compare("vintages", &revised_case(VINTAGES_PER_WORLD));
}
