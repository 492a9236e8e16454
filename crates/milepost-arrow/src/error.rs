//! What can go wrong between record batches and a store.

use arrow_schema::ArrowError;

use crate::Faults;

/// Why batches were not imported. Nothing of them is in the store then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The iterator gave an error in place of a batch.
    #[error("batch {batch}: {source}")]
    Source {
        /// The batch, counted from 0.
        batch: u64,
        /// What the iterator said.
        source: ArrowError,
    },
    /// Something in the batches does not fit.
    #[error("{0}")]
    Data(Faults),
    /// The store refused what a row says.
    #[error("batch {batch}, row {row}: {source}")]
    Row {
        /// The batch, counted from 0.
        batch: u64,
        /// The row in the batch, counted from 0.
        row: u64,
        /// Why it was refused.
        source: milepost::Error,
    },
    /// The store refused the import.
    #[error(transparent)]
    Store(#[from] milepost::Error),
}

/// The result of an import.
pub type Result<T, E = Error> = std::result::Result<T, E>;
