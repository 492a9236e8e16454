//! From a file into a store, all of it or nothing.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use milepost::{Receipt, Store};

use crate::observations::read_with_progress;
use crate::{Error, ImportOptions, ImportProgress, Result};

/// What an import did.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImportReport {
    /// The file's name as the caller gave it.
    pub file: String,
    /// How many rows the file has, the skipped ones included.
    pub rows: u64,
    /// How many rows have an empty value and were skipped.
    pub skipped_missing: u64,
    /// How many rows withdraw a figure.
    pub withdrawals: u64,
    /// What the store made of the others.
    pub receipt: Receipt,
}

/// Imports a file of observations in the long format, as one commit.
///
/// The columns are those of [`read_observations`](crate::read_observations). A
/// figure that the store has already is one fact with it: importing a file a
/// second time changes nothing.
///
/// # Errors
///
/// A file that cannot be read, every cell of it that does not fit, and what the
/// store refuses, such as another value for a figure of the same publication.
/// Nothing is imported then.
pub fn import_file(
    store: &mut Store,
    path: impl AsRef<Path>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport> {
    let path = path.as_ref();
    let file = path.display().to_string();
    let opened = File::open(path).and_then(|input| {
        let length = input.metadata()?.len();
        Ok((input, length))
    });
    match opened {
        Ok((input, length)) => import(store, input, file, options, Some(length), progress),
        Err(source) => Err(Error::Io { file, source }),
    }
}

/// Imports observations from any input, as [`import_file`]; `file` names the
/// input in messages.
///
/// ```
/// use milepost_io::{ImportOptions, import_reader};
///
/// let mut store = milepost::Store::in_memory();
/// let file = "indicator,region,period,value\nhi.coverage,VN,2023,93.35\n";
/// let options = ImportOptions::default();
/// let report = import_reader(&mut store, file.as_bytes(), "input", &options, &mut |_| {})?;
/// assert_eq!(report.receipt.added, 1);
///
/// let again = import_reader(&mut store, file.as_bytes(), "input", &options, &mut |_| {})?;
/// assert_eq!((again.receipt.added, again.receipt.unchanged), (0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`import_file`].
pub fn import_reader(
    store: &mut Store,
    reader: impl Read,
    file: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport> {
    import(store, reader, file.to_owned(), options, None, progress)
}

fn import(
    store: &mut Store,
    reader: impl Read,
    file: String,
    options: &ImportOptions,
    bytes_total: Option<u64>,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport> {
    let read = read_with_progress(reader, &file, options, bytes_total, progress)?;
    let receipt = store.commit(read.batch)?;
    Ok(ImportReport {
        file,
        rows: read.rows,
        skipped_missing: read.skipped_missing,
        withdrawals: read.withdrawals,
        receipt,
    })
}
