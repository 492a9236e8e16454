//! What can go wrong, in few variants.

use std::{fmt, io, path::PathBuf};

use milepost_lang::Diagnostic;
use milepost_model::CatalogueError;
use milepost_store::{Conflict, StoreError};

/// The result of an operation on a store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong.
///
/// ```
/// use milepost::{Error, Store};
///
/// let store = Store::in_memory();
/// let error = store.query("growth of si.participants in VN sinse 1995").unwrap_err();
/// assert!(matches!(error, Error::Query(_)));
/// assert!(error.to_string().contains("since"), "{error}");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused an operation on a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
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
    /// Another writer has the store open.
    #[error("{} is open in another writer; a store has one writer at a time", path.display())]
    Locked {
        /// The store.
        path: PathBuf,
    },
    /// A fact contradicts one that is already known; nothing of its batch was stored.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// A query cannot be read, or cannot be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A text is not what it should be: a period, a value, a publication date.
    #[error("the {part} {text:?} does not fit: {reason}")]
    Input {
        /// Which part of the input.
        part: &'static str,
        /// The text.
        text: String,
        /// Why it does not fit.
        reason: String,
    },
    /// A strict batch names an indicator or a region that is not in the catalogue, or a batch
    /// names one that is not clear.
    #[error("{what} {name:?}: {reason}")]
    Name {
        /// `indicator` or `region`.
        what: &'static str,
        /// The name in the batch.
        name: String,
        /// Why it does not do.
        reason: String,
        /// The position in the batch of the first observation that has the name, from 0.
        position: usize,
    },
    /// A definition does not fit the catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Anything else that a store says.
    #[error(transparent)]
    Store(StoreError),
}

impl Error {
    /// The position in its batch, from 0, of the observation that does not fit; so that what
    /// was read from a file can be told by its line.
    ///
    /// [`Error::at`] states another one.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Conflict(conflict) => Some(conflict.position),
            Self::Name { position, .. } => Some(*position),
            Self::Store(StoreError::Value(fact)) => Some(fact.position),
            _ => None,
        }
    }

    /// The same error about an observation at another position: for who counts them otherwise.
    #[must_use]
    pub fn at(mut self, position: usize) -> Self {
        match &mut self {
            Self::Conflict(conflict) => conflict.position = position,
            Self::Name { position: stated, .. } => *stated = position,
            Self::Store(StoreError::Value(fact)) => fact.position = position,
            _ => {}
        }
        self
    }

    /// A name that is refused because the catalogue does not have it; `what` is `indicator` or
    /// `region`.
    pub fn undeclared(what: &'static str, name: impl Into<String>) -> Self {
        let reason = "not in the catalogue, and undeclared names are refused".to_owned();
        Self::Name { what, name: name.into(), reason, position: 0 }
    }
}

/// A query that cannot be read or answered: its text and what is wrong with it.
///
/// `Display` draws each diagnostic below the line it is about, with help and, where there is one,
/// the corrected line.
#[derive(Clone, Debug)]
pub struct QueryError {
    /// The text of the query.
    pub text: String,
    /// What is wrong with it; at least one.
    pub diagnostics: Vec<Diagnostic>,
}

impl QueryError {
    pub(crate) fn new(text: &str, diagnostics: Vec<Diagnostic>) -> Self {
        Self { text: text.to_owned(), diagnostics }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.diagnostics.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            f.write_str(diagnostic.render(&self.text).trim_end())?;
        }
        Ok(())
    }
}

impl std::error::Error for QueryError {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Io { path, source } => Self::Io { path, source },
            StoreError::Corrupt { file, offset, what } => Self::Corrupt { file, offset, what },
            StoreError::Locked { path } => Self::Locked { path },
            StoreError::Conflict(conflict) => Self::Conflict(conflict),
            StoreError::Catalogue(error) => Self::Catalogue(error),
            other => Self::Store(other),
        }
    }
}
