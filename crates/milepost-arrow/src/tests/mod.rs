//! What an import promises.

mod beside_csv;
mod refusals;
mod types;

use arrow_array::{ArrayRef, RecordBatch};
use milepost::Store;

use crate::{ImportOptions, ImportReport, Result, import_batches};

fn batch<'a>(columns: impl IntoIterator<Item = (&'a str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn import(
    store: &mut Store,
    batches: &[RecordBatch],
    options: &ImportOptions,
) -> Result<ImportReport> {
    import_batches(store, batches.iter().cloned().map(Ok), options, &mut |_| {})
}
