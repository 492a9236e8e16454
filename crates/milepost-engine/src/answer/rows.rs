//! The rows of an answer.

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
/// and readings, are written out once, when one is looked at first.
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

    /// All rows, written out.
    ///
    /// # Errors
    ///
    /// A limit that was met meanwhile.
    fn rows(&self, watch: &Watch) -> Result<Vec<Row>>;

    /// All rows, whatever that takes.
    fn every_row(&self) -> Vec<Row> {
        self.rows(&Watch::default()).unwrap_or_default()
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
            self.rows = written.unwrap_or_else(|| unwritten.columns.every_row());
        }
        &mut self.rows
    }
}

impl Deref for Rows {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        match &self.columns {
            Some(unwritten) => unwritten.rows.get_or_init(|| unwritten.columns.every_row()),
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
