//! Commits that are in the log, but not in what a checkpoint writes down.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::head::length;

/// A commit as the log has it.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) sequence: u64,
    pub(crate) payload: Arc<Vec<u8>>,
    pub(crate) rows: u64,
}

/// Commits since the state that a checkpoint writes down: the writer adds to them, the checkpoint
/// copies them into the log of the new head.
#[derive(Debug, Default)]
pub(super) struct Tail(Mutex<Commits>);

#[derive(Debug, Default)]
struct Commits {
    /// Those that were not copied yet.
    waiting: Vec<Logged>,
    /// All of them, and their rows.
    rows: u64,
}

impl Tail {
    pub(super) fn push(&self, commits: &[Logged]) {
        let mut all = self.commits();
        let rows = commits.iter().fold(0u64, |rows, commit| rows.saturating_add(commit.rows));
        all.rows = all.rows.saturating_add(rows);
        all.waiting.extend_from_slice(commits);
    }

    /// The commits that came since the last call.
    pub(super) fn take(&self) -> Vec<Logged> {
        std::mem::take(&mut self.commits().waiting)
    }

    /// Bytes of the commits that were not taken yet.
    pub(super) fn waiting(&self) -> u64 {
        let all = self.commits();
        let bytes = all.waiting.iter().map(|commit| length(commit.payload.len()));
        bytes.fold(0, u64::saturating_add)
    }

    /// Rows of all commits.
    pub(super) fn rows(&self) -> u64 {
        self.commits().rows
    }

    fn commits(&self) -> MutexGuard<'_, Commits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
