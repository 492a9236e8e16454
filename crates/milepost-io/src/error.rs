//! What can go wrong between a file and a store.

use std::io;

use crate::Faults;

/// Why a file was not read, imported or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read or written.
    #[error("{file}: {source}")]
    Io {
        /// The file's name as the caller gave it.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file was read, and something in it does not fit. Nothing of it is used.
    #[error("{0}")]
    Data(Faults),
    /// The store refused what a row of the file says; nothing of the file is used.
    #[error("{file}: line {line}: {source}")]
    Row {
        /// The file's name as the caller gave it.
        file: String,
        /// The line on which the row begins.
        line: u64,
        /// Why it was refused.
        source: milepost::Error,
    },
    /// The store refused what the file says.
    #[error(transparent)]
    Store(#[from] milepost::Error),
}

/// The result of reading or writing a file.
pub type Result<T, E = Error> = std::result::Result<T, E>;
