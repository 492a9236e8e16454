//! What a query may take.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use milepost_engine::{Answer, Row};
use milepost_store::{CancelToken, Guard};

use crate::{QueryError, Result};

/// Bytes that a query may hold unless something else is said: 1 GiB.
const MEMORY_BYTES: u64 = 1 << 30;

/// What a query may take: time, memory, and the patience of whoever asked.
///
/// A query looks at its limits wherever it reads or builds, at least once for every 1,024 figures
/// or rows; the first limit that is met ends it with [`Error::Query`](crate::Error::Query) and a
/// code of its own:
///
/// | limit | unless it is set | code |
/// | --- | --- | --- |
/// | [`deadline`](Self::deadline) | none | `MP0603` |
/// | [`cancel`](Self::cancel) | nobody cancels | `MP0604` |
/// | [`memory_bytes`](Self::memory_bytes) | 1 GiB | `MP0605` |
///
/// ```
/// use std::time::Duration;
/// use milepost::{Batch, CancelToken, Error, Indicator, Limits, Region, Store};
///
/// let mut store = Store::in_memory();
/// store.define(Indicator::stock("si.participants").unit("persons"))?;
/// store.define(Region::new("VN").name("Việt Nam"))?;
/// let mut batch = Batch::new();
/// batch.push("si.participants", "VN", "2023", "18200000")?;
/// store.commit(batch)?;
///
/// let token = CancelToken::new(); // a clone of it goes to whoever may cancel
/// let limits = Limits::default()
///     .deadline(Duration::from_secs(30))
///     .cancel(&token)
///     .memory_bytes(64 << 20);
/// let answer = store.query_with("si.participants in VN at 2023", &limits)?;
/// assert_eq!(answer.rows.len(), 1);
///
/// token.cancel();
/// let error = store.query_with("si.participants in VN at 2023", &limits).unwrap_err();
/// let Error::Query(error) = error else { panic!("{error}") };
/// assert_eq!(error.diagnostics[0].code, "MP0604");
///
/// let small = Limits::default().memory_bytes(100);
/// let error = store.query_with("si.participants in VN at 2023", &small).unwrap_err();
/// assert!(error.to_string().contains("its limit is 100 bytes"), "{error}");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    deadline: Option<Duration>,
    token: Option<CancelToken>,
    memory_bytes: u64,
    threads: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { deadline: None, token: None, memory_bytes: MEMORY_BYTES, threads: None }
    }
}

impl Limits {
    /// The same with so much time for each call, from its beginning on. A call that runs a script
    /// has it once, for all of its statements together.
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// The same, to be ended by a token. It stays cancelled: what is asked with it later ends at
    /// once.
    #[must_use]
    pub fn cancel(mut self, token: &CancelToken) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// The same with so many bytes for each query, beyond what the store itself takes.
    ///
    /// What grows with the data is counted, before it is allocated: regions, rows, figures, sums
    /// and periods. It is an estimate, measured to be within a factor of two of what is allocated
    /// at most, some kilobytes aside.
    #[must_use]
    pub fn memory_bytes(mut self, bytes: u64) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// The same with so many threads for each query, the one that asks it included; unless this is
    /// set, as many as the machine runs at once. Only a query that reads more than a million figures
    /// takes more than one. Answers are the same with any number.
    ///
    /// ```
    /// use milepost::{Batch, Indicator, Limits, Region, Store};
    ///
    /// let mut store = Store::in_memory();
    /// store.define(Indicator::stock("si.participants").unit("persons"))?;
    /// store.define(Region::new("VN").name("Việt Nam"))?;
    /// let mut batch = Batch::new();
    /// batch.push("si.participants", "VN", "2023", "18200000")?;
    /// store.commit(batch)?;
    /// let alone = Limits::default().threads(1);
    /// assert_eq!(store.query_with("si.participants in VN at 2023", &alone)?.rows.len(), 1);
    /// # Ok::<(), milepost::Error>(())
    /// ```
    #[must_use]
    pub fn threads(mut self, most: usize) -> Self {
        self.threads = Some(most);
        self
    }

    /// Writes the rows of an answer out, if they are not yet, as looking at one of them would do
    /// without any limit: the answer about many regions holds columns until then, see
    /// [`Rows`](crate::Rows). It has the time and the memory of a query of its own.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) with the limit that was met.
    ///
    /// ```
    /// use milepost::{Limits, Store};
    ///
    /// let answer = milepost::Answer::default();
    /// Limits::default().write_out(&answer)?;
    /// assert!(answer.rows.is_empty());
    /// # Ok::<(), milepost::Error>(())
    /// ```
    pub fn write_out(&self, answer: &Answer) -> Result<()> {
        let guard = self.guard(self.ends());
        answer.rows.write_out(&guard).map_err(|met| QueryError::new("", vec![*met]).into())
    }

    /// The rows of an answer one after the other, as [`Rows::stream`](crate::Rows::stream) gives
    /// them: none is kept, so that millions of rows take no memory. It has the time of a query of
    /// its own, from here on.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) with the limit that was met; it is the last item.
    ///
    /// ```
    /// use milepost::{Batch, Indicator, Limits, Region, Store};
    ///
    /// let mut store = Store::in_memory();
    /// store.define(Indicator::stock("si.participants").unit("persons"))?;
    /// store.define(Region::new("VN").name("Việt Nam"))?;
    /// let mut batch = Batch::new();
    /// batch.push("si.participants", "VN", "2023", "18200000")?;
    /// store.commit(batch)?;
    ///
    /// let answer = store.query("si.participants in VN at 2023")?;
    /// for row in Limits::default().stream(&answer) {
    ///     assert_eq!(row?.record()[2..5], ["2023", "", "18200000"]);
    /// }
    /// # Ok::<(), milepost::Error>(())
    /// ```
    pub fn stream<'a>(
        &self,
        answer: &'a Answer,
    ) -> impl Iterator<Item = Result<Cow<'a, Row>>> + use<'a> {
        let guard = self.guard(self.ends());
        let rows = answer.rows.stream_within(&guard);
        rows.map(|row| row.map_err(|met| QueryError::new("", vec![*met]).into()))
    }

    /// When a call that begins now has to be over.
    pub(crate) fn ends(&self) -> Option<Instant> {
        // A time that no clock reaches is none.
        self.deadline.and_then(|time| Instant::now().checked_add(time))
    }

    /// The guard of one query.
    pub(crate) fn guard(&self, ends: Option<Instant>) -> Guard {
        let guard = Guard::new(ends, self.token.clone(), self.memory_bytes);
        self.threads.map_or_else(|| guard.clone(), |most| guard.with_threads(most))
    }
}
