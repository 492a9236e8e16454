//! The store at one moment, for asking.

use std::time::Instant;

use milepost_engine::{Outcome, Parameters, Session, execute};
use milepost_model::Catalogue;

use crate::{Answer, Limits, Prepared, QueryError, Result, prepared::parse};

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

    /// The snapshot as a query with limits reads it.
    pub(crate) fn within(
        &self,
        limits: &Limits,
        ends: Option<Instant>,
    ) -> milepost_store::Snapshot {
        self.inner.guarded(limits.guard(ends))
    }

    /// The indicators, regions and milestones.
    pub fn catalogue(&self) -> &Catalogue {
        self.inner.catalogue()
    }

    /// Asks one question, within the default [`Limits`].
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) with the place and the cause.
    pub fn query(&self, text: &str) -> Result<Answer> {
        self.query_with(text, &Limits::default())
    }

    /// [`Snapshot::query`] within other limits; [`Limits`] has an example.
    ///
    /// # Errors
    /// Those of [`Snapshot::query`], and the limit that was met, with a code of its own.
    pub fn query_with(&self, text: &str, limits: &Limits) -> Result<Answer> {
        Prepared::new(text)?.query_with(self, limits)
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
        self.run_with(text, session, &Limits::default())
    }

    /// [`Snapshot::run`] within other limits: the time is for all statements together, the memory
    /// for each.
    ///
    /// # Errors
    /// Those of [`Snapshot::run`], and the limit that was met, with a code of its own.
    ///
    /// ```
    /// use std::time::Duration;
    /// use milepost::{Error, Limits, Session, Store};
    ///
    /// let (store, mut session) = (Store::in_memory(), Session::new());
    /// let none = Limits::default().deadline(Duration::ZERO);
    /// let error = store.snapshot().run_with("list regions", &mut session, &none).unwrap_err();
    /// let Error::Query(error) = error else { panic!("{error}") };
    /// assert_eq!(error.diagnostics[0].code, "MP0603");
    /// ```
    pub fn run_with(
        &self,
        text: &str,
        session: &mut Session,
        limits: &Limits,
    ) -> Result<Vec<Outcome>> {
        let parameters = Parameters::new();
        let ends = limits.ends();
        let statements = parse(text)?.statements;
        statements
            .iter()
            .map(|statement| {
                execute(&self.within(limits, ends), session, statement, &parameters)
                    .map_err(|diagnostic| QueryError::new(text, vec![*diagnostic]).into())
            })
            .collect()
    }
}
