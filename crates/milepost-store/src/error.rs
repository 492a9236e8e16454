//! What can go wrong in a store.

use std::{io, path::PathBuf};

use milepost_model::CatalogueError;
use thiserror::Error;

use crate::Stop;

/// The result of an operation on a store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What can go wrong in a store.
///
/// ```
/// use milepost_store::{Store, StoreError};
///
/// let error = Store::open("no/such/place", milepost_store::Options::default()).unwrap_err();
/// assert!(matches!(error, StoreError::NotAStore { .. }));
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused an operation on a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The place holds no store, or something else; nothing was written there.
    #[error("{} is not a store: {what}", path.display())]
    NotAStore {
        /// The place.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// A store was to be created where something is.
    #[error("{} already exists; a store is created in an empty or a new directory", path.display())]
    AlreadyExists {
        /// The place.
        path: PathBuf,
    },
    /// A file does not hold what was written to it.
    #[error("{} is damaged at byte {offset}: {what}", file.display())]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// Where in the file, in bytes from its start.
        offset: u64,
        /// What does not fit.
        what: String,
    },
    /// The store was written by a later version that marked it as not readable by this one.
    #[error(
        "{} has format {found} (features {features:#x}); this version reads format {supported}",
        file.display()
    )]
    NewerFormat {
        /// The file.
        file: PathBuf,
        /// Its format number.
        found: u32,
        /// Its features that this version does not know.
        features: u32,
        /// The latest format this version reads.
        supported: u32,
    },
    /// Another writer has the store open.
    #[error("{} is open in another writer; a store has one writer at a time", path.display())]
    Locked {
        /// The store.
        path: PathBuf,
    },
    /// A fact contradicts one that is already known.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// An earlier failure left the last batch in doubt; opening the store anew recovers it.
    #[error(
        "an earlier write failed and left the last batch in doubt; opening the store anew recovers it"
    )]
    Poisoned,
    /// A token without the name of its producer would protect nothing.
    #[error("the token {number} has no producer; it needs the name of whoever counts the batches")]
    NoProducer {
        /// The number of the token.
        number: u64,
    },
    /// The store is open for reading only.
    #[error("the store is open for reading only")]
    ReadOnly,
    /// A limit of the format is exceeded.
    #[error("{what}: {found} is more than the limit of {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// What was asked for.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A fact cannot be stored as it is.
    #[error("{0}")]
    Value(Box<BadFact>),
    /// A definition does not fit the catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The guard of a snapshot stopped the reading.
    #[error("the reading was stopped: {0}")]
    Stopped(#[from] Stop),
}

impl StoreError {
    /// The fact at a position of its batch, from 0, cannot be stored; `what` says what does not fit.
    pub fn unfit(position: usize, what: impl Into<String>) -> Self {
        Self::Value(Box::new(BadFact { position, what: what.into() }))
    }
}

/// Two figures for one identity: indicator, region, period, scenario and day of publication.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{indicator} in {region}, {period} ({scenario}), {published}: {given} contradicts {known}, which is known; \
     {revision}"
)]
#[non_exhaustive]
pub struct Conflict {
    /// The position in the batch of the fact that was given, from 0.
    pub position: usize,
    /// The name of the indicator.
    pub indicator: String,
    /// The code of the region.
    pub region: String,
    /// The period.
    pub period: String,
    /// The scenario.
    pub scenario: String,
    /// `published` and the day, or that none was stated.
    pub published: String,
    /// What is known.
    pub known: String,
    /// What was given.
    pub given: String,
    /// What a fact needs in order to be taken as a revision: which day of publication.
    pub revision: String,
}

/// A fact that cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("fact {position}: {what}")]
#[non_exhaustive]
pub struct BadFact {
    /// Its position in the batch, from 0.
    pub position: usize,
    /// What does not fit, and what would.
    pub what: String,
}
