//! What a block of a file came to.

use crate::Faults;

/// What a block of a file came to. Lines are counted from that of its beginning, as 0.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) number: u64,
    pub(super) bytes: u64,
    /// Line ends.
    pub(super) lines: u64,
    /// Rows, those without a value included.
    pub(super) rows: u64,
    pub(super) skipped_missing: u64,
    pub(super) withdrawals: u64,
    pub(super) observations: Lines,
    pub(super) faults: Faults,
    /// Nothing after the block can be read.
    pub(super) is_cut: bool,
    /// Names that the catalogue lacks, noted by each thread where it first meets them.
    pub(super) unknown: Vec<Unknown>,
    /// The first observation that is refused, by its number in the block.
    pub(super) refused: Option<(u32, milepost::Error)>,
    /// What stops the whole load.
    pub(super) failure: Option<milepost::Error>,
}

/// A name that the catalogue lacks, and the observation that has it.
#[derive(Debug)]
pub(super) struct Unknown {
    /// `indicator` or `region`
    pub(super) what: &'static str,
    pub(super) name: String,
    pub(super) observation: u32,
}

/// The lines of observations: runs of them that stand on successive lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// First observation and first line of each run.
    runs: Vec<(u32, u64)>,
    count: u32,
}

impl Lines {
    /// How many observations there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Notes the line of the next observation.
    #[inline]
    pub(super) fn push(&mut self, line: u64) {
        let is_next = |run: &(u32, u64)| run.1 + u64::from(self.count - run.0) == line;
        if !self.runs.last().is_some_and(is_next) {
            self.runs.push((self.count, line));
        }
        self.count += 1;
    }

    /// The line of an observation.
    pub(super) fn of(&self, observation: u32) -> Option<u64> {
        let after = self.runs.partition_point(|run| run.0 <= observation);
        let (first, line) = *self.runs.get(after.checked_sub(1)?)?;
        (observation < self.count).then(|| line + u64::from(observation - first))
    }
}

impl Report {
    pub(super) fn of(number: u64, file: &str) -> Self {
        Self {
            number,
            bytes: 0,
            lines: 0,
            rows: 0,
            skipped_missing: 0,
            withdrawals: 0,
            observations: Lines::default(),
            faults: Faults::of(file),
            is_cut: false,
            unknown: Vec::new(),
            refused: None,
            failure: None,
        }
    }

    /// Notes that the observation at hand is refused.
    pub(super) fn refuse(&mut self, error: milepost::Error) {
        let observation = self.observations.count();
        self.refused.get_or_insert((observation, error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_again() {
        let stated = [5, 6, 7, 9, 10, 30, 31, 31, 32];
        let mut lines = Lines::default();
        for line in stated {
            lines.push(line);
        }
        assert_eq!((lines.count(), lines.runs.len()), (9, 4));
        assert!((0..9).map(|number| lines.of(number)).eq(stated.map(Some)));
        assert_eq!((lines.of(9), Lines::default().of(0)), (None, None));
    }
}
