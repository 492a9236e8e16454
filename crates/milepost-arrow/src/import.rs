//! From record batches into a store, all of them or nothing.

use std::thread;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use milepost::{Bulk, BulkEncoding, Receipt, Registered, Store};

use crate::columns::Layout;
use crate::loader::{Loader, Target};
use crate::pieces::{Part, Pieces, Sizes};
use crate::places::Places;
use crate::report::{Refusal, Report};
use crate::{Error, Fault, Faults, ImportOptions, Result};

/// The most threads that encode: one lock is shared by all of them.
const THREADS_MAX: usize = 16;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportProgress {
    /// Batches fetched.
    pub batches: u64,
    /// Rows read.
    pub rows: u64,
}

/// What an import did.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImportReport {
    /// How many batches there were.
    pub batches: u64,
    /// How many rows they have, the skipped ones included.
    pub rows: u64,
    /// How many rows have no value and were skipped.
    pub skipped_missing: u64,
    /// How many rows withdraw a figure.
    pub withdrawals: u64,
    /// The columns that were not read.
    pub ignored: Vec<String>,
    /// What the store made of the others.
    pub receipt: Receipt,
}

/// What the rows came to.
#[derive(Debug, Default)]
struct Reading {
    skipped_missing: u64,
    withdrawals: u64,
    places: Places,
    faults: Faults,
    undeclared: Option<Refusal>,
    refused: Option<Refusal>,
}

/// Imports record batches as one commit.
///
/// [The crate](crate) says what they may hold. A figure that the store has already is one fact with
/// it: importing the batches a second time changes nothing. Memory stays bounded however many
/// batches come, and however large they are.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow_array::{ArrayRef, Date32Array, Float64Array, StringArray};
/// use milepost_arrow::{ImportOptions, RecordBatch, import_batches};
///
/// let batch = |value| {
///     let columns: [(&str, ArrayRef); 4] = [
///         ("indicator", Arc::new(StringArray::from(vec!["hi.coverage"]))),
///         ("region", Arc::new(StringArray::from(vec!["VN"]))),
///         ("period", Arc::new(Date32Array::from(vec![19_722]))), // 2023-12-31
///         ("value", Arc::new(Float64Array::from(vec![value]))),
///     ];
///     RecordBatch::try_from_iter(columns)
/// };
/// let mut store = milepost::Store::in_memory();
/// let options =
///     ImportOptions { dates: Some(milepost::Frequency::Year), ..ImportOptions::default() };
/// import_batches(&mut store, [batch(93.35)], &options, &mut |_| {})?;
/// assert_eq!(store.query("hi.coverage in VN at 2023")?.rows[0].value.unwrap().to_string(), "93.35");
///
/// let again = import_batches(&mut store, [batch(93.35)], &options, &mut |_| {})?;
/// assert_eq!((again.receipt.added, again.receipt.unchanged), (0, 1));
///
/// let error = import_batches(&mut store, [batch(f64::NAN)], &options, &mut |_| {}).unwrap_err();
/// let expected = "batch 0, row 0, column value: \"NaN\" is not a number; null means missing";
/// assert_eq!(error.to_string(), expected);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A batch that cannot be fetched, every cell that does not fit, and what the store refuses, such
/// as another value for a figure of the same publication. Nothing is imported then.
pub fn import_batches(
    store: &mut Store,
    batches: impl IntoIterator<Item = Result<RecordBatch, ArrowError>>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport> {
    import_with(store, batches, options, Tuning::default(), progress)
}

/// What tests do otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tuning {
    pub(crate) sizes: Sizes,
    /// Bytes of packed rows in memory; as the store has it if `None`.
    pub(crate) memory: Option<u64>,
}

pub(crate) fn import_with(
    store: &mut Store,
    batches: impl IntoIterator<Item = Result<RecordBatch, ArrowError>>,
    options: &ImportOptions,
    tuning: Tuning,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport> {
    let mut pieces = Pieces::new(batches.into_iter(), tuning.sizes);
    let layout = match pieces.schema()? {
        Some(schema) => Some(Layout::of(&schema, options).map_err(unfit)?),
        None => None,
    };
    let mut bulk = store.bulk(Registered::default())?;
    if let Some(bytes) = tuning.memory {
        bulk = bulk.with_memory(bytes);
    }
    let mut reading = Reading::default();
    if let Some(layout) = &layout {
        let loader = Loader::new(layout, options);
        if let Err(error) = reading.read(&mut pieces, loader, &mut bulk, progress) {
            bulk.abandon();
            return Err(error);
        }
    }
    let encoded = bulk.encode().and_then(|encoding| {
        run(&encoding);
        encoding.commit()
    });
    let receipt = encoded.map_err(|error| reading.error(&pieces, error))?;
    Ok(ImportReport {
        batches: pieces.batches(),
        rows: reading.places.rows(),
        skipped_missing: reading.skipped_missing,
        withdrawals: reading.withdrawals,
        ignored: layout.map(|layout| layout.ignored).unwrap_or_default(),
        receipt,
    })
}

/// The faults of the schema.
fn unfit(columns: Vec<(String, String)>) -> Error {
    let mut faults = Faults::default();
    for (column, message) in columns {
        faults.add(Fault { batch: 0, row: None, column: Some(column), message });
    }
    Error::Data(faults)
}

/// Encodes on all cores.
fn run(encoding: &BulkEncoding<'_>) {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| encoding.run());
        }
        encoding.run();
    });
}

impl Reading {
    /// Loads all pieces.
    fn read<I: Iterator<Item = Result<RecordBatch, ArrowError>>>(
        &mut self,
        pieces: &mut Pieces<I>,
        mut loader: Loader<'_>,
        bulk: &mut Bulk<'_>,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<()> {
        let mut number = 0;
        let mut next = self.next(pieces)?;
        while next.is_some() {
            let mut unknown = Registered::default();
            let mut target = Target::of(bulk);
            while let Some(piece) = &next {
                let report = loader.load(piece, &mut target);
                if !report.unknown.is_empty() {
                    unknown = report.unknown;
                    break;
                }
                target.writer.end_piece(number)?;
                number += 1;
                self.take(report);
                progress(ImportProgress { batches: pieces.batches(), rows: self.places.rows() });
                next = self.next(pieces)?;
            }
            // The piece that has unknown names begins anew with another writer.
            drop(target);
            bulk.register(unknown)?;
            loader.forget_names();
        }
        self.verdict(pieces)
    }

    /// The next piece. A batch that does not fit ends them, and is a fault beside those before.
    fn next<I>(&mut self, pieces: &mut Pieces<I>) -> Result<Option<Vec<Part>>>
    where
        I: Iterator<Item = Result<RecordBatch, ArrowError>>,
    {
        pieces.next().or_else(|error| match error {
            Error::Data(faults) => {
                self.faults.append(faults);
                Ok(None)
            }
            error => Err(error),
        })
    }

    /// Takes the report of the next piece.
    fn take(&mut self, report: Report) {
        let before = self.places.observations();
        self.skipped_missing += report.skipped_missing;
        self.withdrawals += report.withdrawals;
        self.faults.append(report.faults);
        let earlier = |earlier: Option<Refusal>, later: Option<Refusal>| {
            earlier.or_else(|| later.map(|refusal| refusal.after(before)))
        };
        self.undeclared = earlier(self.undeclared.take(), report.undeclared);
        self.refused = earlier(self.refused.take(), report.refused);
        self.places.push(report.marks);
    }

    /// The first that did not fit, if anything did not: faults come before names.
    fn verdict<I>(&mut self, pieces: &Pieces<I>) -> Result<()>
    where
        I: Iterator<Item = Result<RecordBatch, ArrowError>>,
    {
        if !self.faults.is_empty() {
            return Err(Error::Data(std::mem::take(&mut self.faults)));
        }
        match self.undeclared.take().or(self.refused.take()) {
            Some(Refusal { observation, error }) => {
                let position = usize::try_from(observation).unwrap_or(usize::MAX);
                Err(self.error(pieces, error.at(position)))
            }
            None => Ok(()),
        }
    }

    /// What the store refused, with the batch and the row that say it.
    fn error<I>(&self, pieces: &Pieces<I>, source: milepost::Error) -> Error
    where
        I: Iterator<Item = Result<RecordBatch, ArrowError>>,
    {
        match source.position().and_then(|position| self.places.row(position as u64)) {
            Some(row) => {
                let (batch, row) = pieces.place(row);
                Error::Row { batch, row, source }
            }
            None => Error::Store(source),
        }
    }
}
