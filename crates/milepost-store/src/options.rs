//! How a store is opened.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use milepost_model::Date;

/// How sealed segments, and heads up to their logs, are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backend {
    /// Mapped into memory: nothing is read before it is needed.
    #[default]
    Mmap,
    /// Read into memory when the store is opened: for network shares and places others write to.
    Heap,
}

/// What a commit has survived when it returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// It is on the disk: it survives the loss of power.
    #[default]
    Sync,
    /// As with `Sync`; where many threads commit to a [`SharedStore`](crate::SharedStore), the
    /// first of a group waits so long for others, so that one sync is for more of them.
    Group(Duration),
    /// It is with the operating system: it survives the end of the process; after a loss of power a
    /// prefix of the commits is there.
    Os,
}

/// How much is checked when a store is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verify {
    /// The head, the log and each segment's directory; frames when they are first touched.
    #[default]
    Quick,
    /// Every byte, and that every figure has a region, a period and the texts it refers to.
    Full,
}

/// How a store is opened. The defaults are safe and fast.
///
/// ```
/// use milepost_store::{Backend, Options};
///
/// let options = Options::default().with_backend(Backend::Heap);
/// assert_eq!(options.backend, Backend::Heap);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How sealed segments, and heads up to their logs, are read.
    pub backend: Backend,
    /// What a commit has survived when it returns.
    pub durability: Durability,
    /// How much is checked when the store is opened.
    pub verify: Verify,
    /// The day commits are recorded under; the day of the system's clock (UTC) if `None`.
    pub today: Option<Date>,
    /// Rows from which on the log should be turned into a segment; 1,000,000 by default. At four
    /// times as many a commit waits for that.
    pub log_rows: u64,
    /// Bytes from which on the log should be turned into a segment; 16 MiB by default. At four times
    /// as many a commit waits for that.
    pub log_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            backend: Backend::default(),
            durability: Durability::default(),
            verify: Verify::default(),
            today: None,
            log_rows: 1_000_000,
            log_bytes: 16 << 20,
        }
    }
}

impl Options {
    /// With another way of reading segments.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend, ..self }
    }

    /// With another durability.
    #[must_use]
    pub fn with_durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    /// With more or less checking at the start.
    #[must_use]
    pub fn with_verify(self, verify: Verify) -> Self {
        Self { verify, ..self }
    }

    /// With a fixed day for what is recorded, so that a result can be repeated.
    #[must_use]
    pub fn with_today(self, today: Date) -> Self {
        Self { today: Some(today), ..self }
    }

    /// With another bound of the log.
    #[must_use]
    pub fn with_log_bound(self, rows: u64, bytes: u64) -> Self {
        Self { log_rows: rows, log_bytes: bytes, ..self }
    }

    /// The day a commit made now is recorded under.
    pub(crate) fn recorded(&self) -> Date {
        self.today.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let days = i32::try_from(since.as_secs() / 86_400).unwrap_or_default();
            Date::from_day_number(days).unwrap_or(Date::MAX)
        })
    }
}
