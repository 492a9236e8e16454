//! The store at one moment, for asking.

use milepost_engine::{Outcome, Parameters, Session, execute};
use milepost_model::Catalogue;

use crate::{Answer, Prepared, QueryError, Result, prepared::parse};

/// The contents of a store at one moment.
///
/// Cheap to clone, `Send` and `Sync`, and never changed by later commits: two
/// queries over one snapshot agree with each other.
#[derive(Clone, Debug)]
pub struct Snapshot {
    inner: milepost_store::Snapshot,
}

impl Snapshot {
    pub(crate) fn new(inner: milepost_store::Snapshot) -> Self {
        Self { inner }
    }

    pub(crate) fn inner(&self) -> &milepost_store::Snapshot {
        &self.inner
    }

    /// The indicators, regions and milestones.
    pub fn catalogue(&self) -> &Catalogue {
        self.inner.catalogue()
    }

    /// Asks one question.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) with the place and the cause.
    pub fn query(&self, text: &str) -> Result<Answer> {
        Prepared::new(text)?.query(self)
    }

    /// Runs a script: statements separated by `;`. Names given with `let` live
    /// on in the session, and so does the context set in it.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) of the first statement that fails;
    /// those before it had their effect on the session.
    ///
    /// ```
    /// use milepost::{Outcome, Session, Store};
    ///
    /// let store = Store::in_memory();
    /// let mut session = Session::new();
    /// let outcomes = store.snapshot().run("list indicators; list regions", &mut session)?;
    /// assert_eq!(outcomes.len(), 2);
    /// assert!(matches!(outcomes[0], Outcome::Listing(_)));
    /// # Ok::<(), milepost::Error>(())
    /// ```
    pub fn run(&self, text: &str, session: &mut Session) -> Result<Vec<Outcome>> {
        let parameters = Parameters::new();
        let statements = parse(text)?.statements;
        statements
            .iter()
            .map(|statement| {
                execute(&self.inner, session, statement, &parameters)
                    .map_err(|diagnostic| QueryError::new(text, vec![*diagnostic]).into())
            })
            .collect()
    }
}
