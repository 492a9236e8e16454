//! From record batches into a store, all of them or nothing.

use std::{iter, thread};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use milepost::{Receipt, Registered, Store};

use crate::columns::Layout;
use crate::loader::Loader;
use crate::pieces::{Pieces, Sizes};
use crate::reading::Reading;
use crate::{Error, Fault, Faults, ImportOptions, Result};

/// The most threads that load and encode: a few locks are shared by all of them.
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    pub(crate) threads: usize,
    pub(crate) sizes: Sizes,
    /// Bytes of packed rows in memory; as the store has it if `None`.
    pub(crate) memory: Option<u64>,
}

impl Default for Tuning {
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        Self { threads, sizes: Sizes::default(), memory: None }
    }
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
        let loader = || Loader::new(layout, options);
        let mut loaders: Vec<_> = iter::repeat_with(loader).take(tuning.threads).collect();
        if let Err(error) = reading.read(&mut pieces, &mut loaders, &mut bulk, progress) {
            bulk.abandon();
            return Err(error);
        }
    }
    let encoded = bulk.encode().and_then(|encoding| {
        thread::scope(|scope| {
            for _ in 1..tuning.threads {
                scope.spawn(|| encoding.run());
            }
            encoding.run();
        });
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
