//! What work may take: time, memory, and the patience of whoever waits for it.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use thiserror::Error;

use crate::CancelToken;

/// Why a guard stopped the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Stop {
    /// The token was cancelled.
    #[error("it was cancelled")]
    Cancelled,
    /// The deadline passed.
    #[error("its deadline passed")]
    DeadlineExceeded,
    /// Something would not fit the memory that may be held.
    #[error(
        "{count} {what} would take it to {} of memory, and its limit is {}",
        Bytes(*needed),
        Bytes(*limit)
    )]
    MemoryExceeded {
        /// What was to be held, in the plural.
        what: &'static str,
        /// How many of it.
        count: u64,
        /// The bytes that would be held then.
        needed: u64,
        /// The bytes that may be.
        limit: u64,
    },
}

/// Limits on one piece of work, which looks at them while it goes on: a deadline, a
/// [`CancelToken`], and a count of the bytes that it holds.
///
/// Clones are one guard. The first limit that is met stops the work for good:
/// [`Guard::check`] says the same from then on, so that nothing that was made of half of the
/// figures passes for a result.
///
/// ```
/// use milepost_store::{Guard, Stop};
///
/// let guard = Guard::new(None, None, 1 << 20);
/// guard.hold("rows", 1_000, 100)?;
/// assert_eq!(guard.held(), 100_000);
/// let refused = guard.hold("rows", 10_000, 100).unwrap_err();
/// assert!(matches!(refused, Stop::MemoryExceeded { limit: 1_048_576, .. }));
/// assert_eq!(guard.check(), Err(refused));
/// # Ok::<(), Stop>(())
/// ```
#[derive(Clone, Debug)]
pub struct Guard {
    inner: Arc<Inner>,
    threads: Option<usize>,
}

#[derive(Debug)]
struct Inner {
    deadline: Option<Instant>,
    token: Option<CancelToken>,
    bytes_max: u64,
    held: AtomicU64,
    stopped: OnceLock<Stop>,
}

impl Guard {
    /// A guard over work that begins now and may hold so many bytes.
    pub fn new(deadline: Option<Instant>, token: Option<CancelToken>, bytes_max: u64) -> Self {
        let (held, stopped) = (AtomicU64::new(0), OnceLock::new());
        Self { inner: Arc::new(Inner { deadline, token, bytes_max, held, stopped }), threads: None }
    }

    /// The same over work that is shared by so many threads at most, the one that begins it
    /// included.
    ///
    /// This store starts none: it is for whoever reads a snapshot with several.
    ///
    /// ```
    /// use milepost_store::Guard;
    ///
    /// let guard = Guard::new(None, None, u64::MAX);
    /// assert_eq!((guard.threads(), guard.with_threads(2).threads()), (None, Some(2)));
    /// ```
    #[must_use]
    pub fn with_threads(&self, most: usize) -> Self {
        Self { inner: Arc::clone(&self.inner), threads: Some(most) }
    }

    /// How many threads may share the work, where that is said.
    pub fn threads(&self) -> Option<usize> {
        self.threads
    }

    /// Looks at the deadline and the token.
    ///
    /// It costs a few nanoseconds, and some tens where there is a deadline: once for a frame or a
    /// row is not felt, once for a figure is.
    ///
    /// # Errors
    /// The limit that was met first.
    #[inline]
    pub fn check(&self) -> Result<(), Stop> {
        let inner = &*self.inner;
        if let Some(stop) = inner.stopped.get() {
            return Err(*stop);
        }
        if inner.token.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(self.stop(Stop::Cancelled));
        }
        if inner.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(self.stop(Stop::DeadlineExceeded));
        }
        Ok(())
    }

    /// Counts what is about to be allocated: so many things of so many bytes each.
    ///
    /// # Errors
    /// [`Stop::MemoryExceeded`] if that is more than may be held; nothing is counted then.
    pub fn hold(&self, what: &'static str, count: usize, each: usize) -> Result<(), Stop> {
        if let Some(stop) = self.stopped() {
            return Err(stop);
        }
        let bytes = length(count).saturating_mul(length(each));
        let limit = self.inner.bytes_max;
        let add = |held: u64| held.checked_add(bytes).filter(|held| *held <= limit);
        match self.inner.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(_) => Ok(()),
            Err(held) => {
                let (count, needed) = (length(count), held.saturating_add(bytes));
                Err(self.stop(Stop::MemoryExceeded { what, count, needed, limit }))
            }
        }
    }

    /// Takes off the count what is not held any more.
    pub fn release(&self, bytes: u64) {
        let less = |held: u64| Some(held.saturating_sub(bytes));
        let _ = self.inner.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// The bytes that are held.
    pub fn held(&self) -> u64 {
        self.inner.held.load(Ordering::Relaxed)
    }

    /// Which limit was met, if any was: unlike [`Guard::check`] it does not look anew, so that
    /// work that came to its end in time is not refused afterwards.
    pub fn stopped(&self) -> Option<Stop> {
        self.inner.stopped.get().copied()
    }

    /// Stops the work; says why it was stopped first.
    #[cold]
    fn stop(&self, why: Stop) -> Stop {
        *self.inner.stopped.get_or_init(|| why)
    }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A size as people read it: `1 GiB`, `1.5 MiB`.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        let Some((unit, name)) = units.into_iter().find(|(unit, _)| self.0 >= *unit) else {
            return write!(f, "{} bytes", self.0);
        };
        // Rounded up: what exceeds a limit by a little is more than it on paper, too.
        let tenths = u128::from(self.0).saturating_mul(10).div_ceil(u128::from(unit));
        match (tenths.checked_div(10), tenths.checked_rem(10)) {
            (Some(whole), Some(0)) => write!(f, "{whole} {name}"),
            (Some(whole), Some(tenth)) => write!(f, "{whole}.{tenth} {name}"),
            _ => write!(f, "{} bytes", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_first_limit_that_is_met_stays() {
        let token = CancelToken::new();
        let guard = Guard::new(None, Some(token.clone()), 100);
        assert_eq!(guard.check(), Ok(()));
        token.cancel();
        assert_eq!(guard.stopped(), None, "it was not looked at yet");
        assert_eq!(guard.check(), Err(Stop::Cancelled));
        assert_eq!(guard.hold("rows", 2, 100), Err(Stop::Cancelled));
        assert_eq!(guard.hold("rows", 1, 1), Err(Stop::Cancelled));
        assert_eq!(guard.stopped(), Some(Stop::Cancelled));
    }

    #[test]
    fn a_deadline_is_a_moment() {
        let now = Instant::now();
        let later = now.checked_add(Duration::from_secs(3_600));
        assert_eq!(Guard::new(later, None, 0).check(), Ok(()));
        assert_eq!(Guard::new(Some(now), None, 0).check(), Err(Stop::DeadlineExceeded));
    }

    #[test]
    fn bytes_are_counted_up_and_down() {
        let guard = Guard::new(None, None, 1_000);
        assert_eq!(guard.hold("rows", 0, 100), Ok(()));
        assert_eq!(guard.hold("rows", 10, 100), Ok(()));
        guard.release(400);
        assert_eq!(guard.hold("rows", 4, 100), Ok(()));
        assert_eq!(guard.held(), 1_000);
        let stop = guard.hold("periods", 1, 24).unwrap_err();
        assert_eq!(
            stop.to_string(),
            "1 periods would take it to 1 KiB of memory, and its limit is 1000 bytes"
        );
        assert_eq!(guard.held(), 1_000, "what was refused is not held");
        guard.release(5_000);
        assert_eq!(guard.held(), 0);
        let guard = Guard::new(None, None, u64::MAX);
        assert!(guard.hold("rows", usize::MAX, usize::MAX).is_ok());
        assert!(guard.hold("rows", 1, 1).is_err(), "a count that does not fit is more than any");
    }

    #[test]
    fn sizes_are_rounded_up() {
        let text = |bytes: u64| Bytes(bytes).to_string();
        assert_eq!(text(1 << 30), "1 GiB");
        assert_eq!(text((1 << 30) + 1), "1.1 GiB");
        assert_eq!(text(3 << 19), "1.5 MiB");
        assert_eq!(text(1_000), "1000 bytes");
    }
}
