//! Numbers of segments, and names that work beside the writer is using.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Given out to the writer and to a checkpoint beside it, each number once.
#[derive(Debug)]
pub(crate) struct Numbers(Mutex<Given>);

#[derive(Debug)]
struct Given {
    next_segment: u64,
    /// Files that no head names yet, though they are not left over.
    in_work: Vec<String>,
}

impl Numbers {
    /// The next one is the smallest that was never used.
    pub(crate) fn from(next_segment: u64) -> Self {
        Self(Mutex::new(Given { next_segment, in_work: Vec::new() }))
    }

    /// The smallest number never used.
    pub(crate) fn next_segment(&self) -> u64 {
        self.given().next_segment
    }

    /// The number of another segment.
    pub(crate) fn reserve(&self) -> u64 {
        let mut given = self.given();
        let number = given.next_segment;
        given.next_segment = number.saturating_add(1);
        number
    }

    /// Keeps a file from being collected, before it is there.
    pub(super) fn keep(&self, name: &str) {
        self.given().in_work.push(name.to_owned());
    }

    /// The files in work have been removed, or a head names those that count.
    pub(super) fn release(&self) -> Vec<String> {
        std::mem::take(&mut self.given().in_work)
    }

    /// Whether a file is in work.
    pub(crate) fn is_in_work(&self, name: &str) -> bool {
        self.given().in_work.iter().any(|kept| kept == name)
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
