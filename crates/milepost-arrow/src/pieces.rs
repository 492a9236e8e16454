//! The batches of an import, in pieces of about one size whatever the size of the batches.

use std::iter::Fuse;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};

use crate::{Error, Fault, Faults, Result};

/// How large pieces are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Rows of a piece at least, if so many are left.
    pub(crate) piece_rows: usize,
    /// Rows of a part at most, so that what is worked out of them stays in the cache of a core.
    pub(crate) part_rows: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { piece_rows: 1 << 16, part_rows: 1 << 13 }
    }
}

/// Successive rows of some batches.
#[derive(Debug)]
pub(crate) struct Piece {
    /// Counted from 0.
    pub(crate) number: u64,
    pub(crate) parts: Vec<Part>,
}

/// Successive rows of one batch.
#[derive(Debug)]
pub(crate) struct Part {
    /// The batch, counted from 0.
    pub(crate) batch: u64,
    /// The first row in the batch, counted from 0.
    pub(crate) first_row: u64,
    pub(crate) rows: RecordBatch,
}

/// Cuts batches into pieces, and makes sure that all have the schema of the first.
pub(crate) struct Pieces<'a> {
    batches: Fuse<Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + 'a>>,
    sizes: Sizes,
    /// The number of the next piece.
    next: u64,
    schema: Option<SchemaRef>,
    /// What is left of the last batch.
    rest: Option<Part>,
    /// What ended the batches, to be said after the rows before it.
    failure: Option<Error>,
    has_failed: bool,
    /// For each batch its rows and those of all before.
    ends: Vec<u64>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>> + 'a,
        sizes: Sizes,
    ) -> Self {
        let batches: Box<dyn Iterator<Item = _> + 'a> = Box::new(batches);
        Self {
            batches: batches.fuse(),
            sizes,
            next: 0,
            schema: None,
            rest: None,
            failure: None,
            has_failed: false,
            ends: Vec::new(),
        }
    }

    /// The schema of all batches; `None` if there is no batch.
    ///
    /// # Errors
    /// When there is something else in the place of the first batch.
    pub(crate) fn schema(&mut self) -> Result<Option<SchemaRef>> {
        self.fill()?;
        Ok(self.schema.clone())
    }

    /// How many batches have come so far.
    pub(crate) fn batches(&self) -> u64 {
        self.ends.len() as u64
    }

    /// The next piece; `None` when all batches have been.
    ///
    /// # Errors
    /// When there is something else than a batch of the same schema.
    pub(crate) fn next(&mut self) -> Result<Option<Piece>> {
        let (mut parts, mut rows) = (Vec::new(), 0);
        while rows < self.sizes.piece_rows {
            match self.part() {
                Ok(Some(part)) => {
                    rows += part.rows.num_rows();
                    parts.push(part);
                }
                Ok(None) => break,
                Err(error) => {
                    (self.failure, self.has_failed) = (Some(error), true);
                    break;
                }
            }
        }
        if parts.is_empty() {
            return self.failure.take().map_or(Ok(None), Err);
        }
        let number = self.next;
        self.next += 1;
        Ok(Some(Piece { number, parts }))
    }

    fn part(&mut self) -> Result<Option<Part>> {
        if !self.has_failed {
            self.fill()?;
        }
        let Some(mut part) = self.rest.take() else { return Ok(None) };
        let (rows, most) = (part.rows.num_rows(), self.sizes.part_rows);
        if rows > most {
            self.rest = Some(Part {
                batch: part.batch,
                first_row: part.first_row + most as u64,
                rows: part.rows.slice(most, rows - most),
            });
            part.rows = part.rows.slice(0, most);
        }
        Ok(Some(part))
    }

    /// Fetches batches until there are rows, or no batch is left.
    fn fill(&mut self) -> Result<()> {
        while self.rest.is_none() {
            let batch = self.batches();
            let rows = match self.batches.next() {
                None => return Ok(()),
                Some(rows) => rows.map_err(|source| Error::Source { batch, source })?,
            };
            let schema = rows.schema();
            let first = self.schema.get_or_insert_with(|| rows.schema());
            if let Some((column, message)) = difference(first, &schema) {
                let mut faults = Faults::default();
                faults.add(Fault { batch, row: None, column, message });
                return Err(Error::Data(faults));
            }
            let before = self.ends.last().copied().unwrap_or(0);
            self.ends.push(before + rows.num_rows() as u64);
            if rows.num_rows() > 0 {
                self.rest = Some(Part { batch, first_row: 0, rows });
            }
        }
        Ok(())
    }

    /// The batch of a row of all, and the row in it.
    pub(crate) fn place(&self, row: u64) -> (u64, u64) {
        let batch = self.ends.partition_point(|end| *end <= row);
        let before = batch.checked_sub(1).and_then(|last| self.ends.get(last));
        (batch as u64, row - before.copied().unwrap_or(0))
    }
}

/// The first column in which a schema differs from that of the first batch, and how.
fn difference(first: &SchemaRef, schema: &SchemaRef) -> Option<(Option<String>, String)> {
    if std::sync::Arc::ptr_eq(first, schema) {
        return None;
    }
    for (before, field) in first.fields().iter().zip(schema.fields()) {
        if before.name() != field.name() {
            let message = format!("batch 0 has the column {} in this place", before.name());
            return Some((Some(field.name().clone()), message));
        }
        if before.data_type() != field.data_type() {
            let (before, now) = (before.data_type(), field.data_type());
            let message = format!("it is of type {now}, and in batch 0 of type {before}");
            return Some((Some(field.name().clone()), message));
        }
    }
    let (before, now) = (first.fields().len(), schema.fields().len());
    (before != now).then(|| (None, format!("it has {now} columns, and batch 0 has {before}")))
}
