//! The rows of an answer.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use milepost_model::Number;
use milepost_store::Guard;

use super::Row;
use crate::Result;
use crate::watch::Watch;

/// The rows of an [`Answer`](super::Answer): a slice of [`Row`]s.
///
/// The answer about many regions at once holds its figures as columns. They are worked out with the
/// answer, and [`Rows::len`] and [`Rows::doubles`] look at them as they are; whole rows, with names
/// and readings, are written out once, when one is looked at first. [`Rows::stream`] writes them out
/// one after the other and keeps none, which millions of rows are for.
///
/// ```
/// use milepost_engine::Answer;
///
/// let answer = Answer::default();
/// assert_eq!(answer.rows.len(), 0);
/// assert_eq!(answer.rows.doubles().count(), 0);
/// assert!(answer.rows.iter().all(|row| row.value.is_some()));
/// ```
#[derive(Clone, Default)]
pub struct Rows {
    /// Where there are columns, these are the rows and `rows` is empty.
    columns: Option<Unwritten>,
    rows: Vec<Row>,
}

/// Columns, and their rows once one was looked at.
#[derive(Clone)]
struct Unwritten {
    columns: Arc<dyn Columns>,
    rows: OnceLock<Vec<Row>>,
}

/// Rows that are kept as columns.
pub(crate) trait Columns: fmt::Debug + Send + Sync {
    /// How many rows there are.
    fn len(&self) -> usize;

    /// The value of a row as the nearest double.
    fn double(&self, at: usize) -> Option<f64>;

    /// The rows one after the other, each written out when it is asked for.
    fn stream(&self) -> Box<dyn Iterator<Item = Row> + '_>;

    /// All rows, written out.
    ///
    /// # Errors
    ///
    /// A limit that was met meanwhile.
    fn rows(&self, watch: &Watch) -> Result<Vec<Row>> {
        let mut rows = Vec::with_capacity(self.len());
        for row in self.stream() {
            watch.check()?;
            rows.push(row);
        }
        Ok(rows)
    }
}

impl Rows {
    /// Rows to be written out when one is looked at.
    pub(crate) fn of(columns: Arc<dyn Columns>) -> Self {
        Self { columns: Some(Unwritten { columns, rows: OnceLock::new() }), rows: Vec::new() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.columns.as_ref().map_or(self.rows.len(), |unwritten| unwritten.columns.len())
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes all rows out now, if they are not yet, as looking at one of them would do without
    /// any limit.
    ///
    /// # Errors
    ///
    /// The limit that was met: the deadline (MP0603), a cancellation (MP0604), memory (MP0605).
    ///
    /// ```
    /// use milepost_engine::Answer;
    /// use milepost_store::Guard;
    ///
    /// let guard = Guard::new(None, None, 1 << 20);
    /// assert!(Answer::default().rows.write_out(&guard).is_ok());
    /// ```
    pub fn write_out(&self, guard: &Guard) -> Result<()> {
        self.write_within(&Watch::over(guard))
    }

    /// The same within the limits of a query.
    pub(crate) fn write_within(&self, watch: &Watch) -> Result<()> {
        let Some(unwritten) = &self.columns else { return Ok(()) };
        if unwritten.rows.get().is_none() {
            watch.hold("rows", self.len(), Row::BYTES)?;
            let rows = unwritten.columns.rows(watch)?;
            unwritten.rows.get_or_init(|| rows);
        }
        Ok(())
    }

    /// The rows one after the other. Those that are not written out yet are not kept either, so that
    /// an answer of any length is read in the memory that its columns take.
    ///
    /// ```
    /// use milepost_engine::Answer;
    ///
    /// let answer = Answer::default();
    /// assert_eq!(answer.rows.stream().filter(|row| row.value.is_none()).count(), 0);
    /// ```
    pub fn stream(&self) -> impl Iterator<Item = Cow<'_, Row>> {
        let columns = self.columns.as_ref();
        let written = columns.map_or(Some(&self.rows), |unwritten| unwritten.rows.get());
        let unwritten = columns.filter(|_| written.is_none());
        let made = unwritten.map(|unwritten| unwritten.columns.stream());
        let kept = written.into_iter().flatten().map(Cow::Borrowed);
        kept.chain(made.into_iter().flatten().map(Cow::Owned))
    }

    /// The same up to a limit, which is then the last item.
    ///
    /// # Errors
    ///
    /// The limit that was met: the deadline (MP0603) or a cancellation (MP0604).
    ///
    /// ```
    /// use milepost_engine::Answer;
    /// use milepost_store::Guard;
    ///
    /// let guard = Guard::new(None, None, 1 << 20);
    /// assert!(Answer::default().rows.stream_within(&guard).all(|row| row.is_ok()));
    /// ```
    pub fn stream_within<'a>(
        &'a self,
        guard: &Guard,
    ) -> impl Iterator<Item = Result<Cow<'a, Row>>> + use<'a> {
        let watch = Watch::over(guard);
        let mut is_over = false;
        let rows = self.stream().enumerate();
        rows.map_while(move |(at, row)| {
            let looked = watch.check_at(at);
            let before = std::mem::replace(&mut is_over, looked.is_err());
            (!before).then(|| looked.map(|()| row))
        })
    }

    /// The value of each row as the nearest double; None where there is none. [`Row::value`] has
    /// every digit, and [`Row::missing`] the reason.
    pub fn doubles(&self) -> impl Iterator<Item = Option<f64>> {
        (0..self.len()).map(|at| match &self.columns {
            Some(unwritten) => unwritten.columns.double(at),
            None => self.rows.get(at)?.value.map(Number::to_f64),
        })
    }

    /// The rows, to be changed.
    pub(crate) fn to_mut(&mut self) -> &mut Vec<Row> {
        if let Some(unwritten) = self.columns.take() {
            let written = unwritten.rows.into_inner();
            self.rows = written.unwrap_or_else(|| every_row(&*unwritten.columns));
        }
        &mut self.rows
    }
}

/// All rows, whatever that takes.
fn every_row(columns: &dyn Columns) -> Vec<Row> {
    columns.stream().collect()
}

impl Deref for Rows {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        match &self.columns {
            Some(unwritten) => unwritten.rows.get_or_init(|| every_row(&*unwritten.columns)),
            None => &self.rows,
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl From<Vec<Row>> for Rows {
    fn from(rows: Vec<Row>) -> Self {
        Self { columns: None, rows }
    }
}

impl FromIterator<Row> for Rows {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        Vec::from_iter(rows).into()
    }
}

impl IntoIterator for Rows {
    type Item = Row;
    type IntoIter = std::vec::IntoIter<Row>;

    fn into_iter(mut self) -> Self::IntoIter {
        std::mem::take(self.to_mut()).into_iter()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
