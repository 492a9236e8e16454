//! Looks at what limits a query, in the loops that build its answer.

use std::thread;

use milepost_store::{Guard, Snapshot};

use crate::{Result, diagnostics};

/// The guard of the snapshot that is asked, if it has one.
///
/// Reads look at it by themselves. What builds rows without reading looks at it here, at least once
/// for every [`ROWS`](Self::ROWS) rows, and counts what grows with the figures before it is
/// allocated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch(Option<Guard>);

impl Watch {
    /// Rows that may be built between two looks.
    pub(crate) const ROWS: usize = 1_024;

    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        Self(snapshot.guard().cloned())
    }

    pub(crate) fn over(guard: &Guard) -> Self {
        Self(Some(guard.clone()))
    }

    /// Looks at the deadline and the token.
    ///
    /// # Errors
    ///
    /// The limit that was met.
    pub(crate) fn check(&self) -> Result<()> {
        let Some(guard) = &self.0 else { return Ok(()) };
        guard.check().map_err(diagnostics::stopped)
    }

    /// Whether a limit was met, for what has no error of its own: what it comes to then does not
    /// matter, because whoever asked is told of the limit instead.
    pub(crate) fn is_over(&self) -> bool {
        self.check().is_err()
    }

    /// The same for the row of a number, where one takes less than a look at a clock.
    ///
    /// # Errors
    ///
    /// The limit that was met.
    #[inline]
    pub(crate) fn check_at(&self, row: usize) -> Result<()> {
        if row.is_multiple_of(Self::ROWS) { self.check() } else { Ok(()) }
    }

    /// Counts so many things, in the plural, of so many bytes each.
    ///
    /// # Errors
    ///
    /// The limit of memory, or another one that was met before.
    pub(crate) fn hold(&self, what: &'static str, count: usize, each: usize) -> Result<()> {
        let Some(guard) = &self.0 else { return Ok(()) };
        guard.hold(what, count, each).map_err(diagnostics::stopped)
    }

    /// The same for as long as what is given back lives.
    ///
    /// # Errors
    ///
    /// The limit of memory, or another one that was met before.
    pub(crate) fn hold_while(&self, what: &'static str, count: usize, each: usize) -> Result<Held> {
        self.hold(what, count, each)?;
        Ok(Held { watch: self.clone(), count, each })
    }

    /// Takes things off the count.
    pub(crate) fn release(&self, count: usize, each: usize) {
        if let Some(guard) = &self.0 {
            guard.release(u64::try_from(count.saturating_mul(each)).unwrap_or(u64::MAX));
        }
    }

    /// How many threads may share the work: as many as the machine runs at once, unless it is said.
    pub(crate) fn threads(&self) -> usize {
        let said = self.0.as_ref().and_then(Guard::threads);
        said.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from)).max(1)
    }

    /// The bytes that are held.
    pub(crate) fn held(&self) -> u64 {
        self.0.as_ref().map_or(0, Guard::held)
    }

    /// Takes off the count what was held since it was so much, and is not any more.
    pub(crate) fn release_to(&self, before: u64) {
        if let Some(guard) = &self.0 {
            guard.release(guard.held().saturating_sub(before));
        }
    }

    /// The limit that was met at any time. What was made since knows of a part of the figures
    /// only, however whole it looks.
    ///
    /// # Errors
    ///
    /// That limit.
    pub(crate) fn stopped(&self) -> Result<()> {
        let stop = self.0.as_ref().and_then(Guard::stopped);
        stop.map_or(Ok(()), |stop| Err(diagnostics::stopped(stop)))
    }
}

/// Memory that is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    watch: Watch,
    count: usize,
    each: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.watch.release(self.count, self.each);
    }
}
