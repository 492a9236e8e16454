//! Queries that are parsed once and asked many times.

use std::sync::Arc;

use milepost_engine::{Outcome, ParameterValue, Parameters, Session, execute};
use milepost_lang::{
    Diagnostic, Span,
    ast::{Script, Statement},
};

use crate::{Answer, Error, Limits, QueryError, Result, Snapshot};

/// A query that was parsed; names in it are looked up when it is asked.
///
/// Parameters (`$name`) stand for names, periods, numbers and units. They are
/// bound as values, so no text is pasted into the query.
///
/// ```
/// use milepost::{Batch, Indicator, Region, Store};
///
/// let mut store = Store::in_memory();
/// store.define(Indicator::stock("si.participants").unit("persons"))?;
/// store.define(Region::new("VN").name("Việt Nam"))?;
/// let mut batch = Batch::new();
/// batch.push("si.participants", "VN", "2022", "17500000")?;
/// batch.push("si.participants", "VN", "2023", "18200000")?;
/// store.commit(batch)?;
///
/// let growth = store.prepare("growth of $what in $where since $when")?;
/// let answer = growth
///     .bind("what", "si.participants")
///     .bind("where", "VN")
///     .bind("when", "2022")
///     .query(&store.snapshot())?;
/// assert_eq!(answer.rows[0].value.unwrap().to_f64(), 4.0);
/// # Ok::<(), milepost::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prepared {
    text: Arc<str>,
    statement: Arc<Statement>,
    parameters: Parameters,
}

impl Prepared {
    pub(crate) fn new(text: &str) -> Result<Self> {
        let mut statements = parse(text)?.statements;
        let (Some(statement), true) = (statements.pop(), statements.is_empty()) else {
            return Err(QueryError::new(text, vec![not_one_question()]).into());
        };
        Ok(Self {
            text: text.into(),
            statement: Arc::new(statement),
            parameters: Parameters::new(),
        })
    }

    /// The query with a parameter bound; the name is written without `$`.
    #[must_use]
    pub fn bind(&self, name: &str, value: impl Into<ParameterValue>) -> Self {
        let mut bound = self.clone();
        bound.parameters.set(name, value);
        bound
    }

    /// Asks the query, within the default [`Limits`].
    ///
    /// # Errors
    /// [`Error::Query`] when a parameter is not bound or bound to no use, when a
    /// name is unknown, and when the question has no answer in principle.
    pub fn query(&self, snapshot: &Snapshot) -> Result<Answer> {
        self.query_with(snapshot, &Limits::default())
    }

    /// [`Prepared::query`] within other limits.
    ///
    /// # Errors
    /// Those of [`Prepared::query`], and the limit that was met, with a code of its own.
    ///
    /// ```
    /// use milepost::{CancelToken, Error, Limits, Store};
    ///
    /// let store = Store::in_memory();
    /// let coverage = store.prepare("si.coverage in $where")?.bind("where", "VN");
    /// let token = CancelToken::new();
    /// token.cancel();
    /// let limits = Limits::default().cancel(&token);
    /// let Err(Error::Query(error)) = coverage.query_with(&store.snapshot(), &limits) else {
    ///     panic!("answered all the same");
    /// };
    /// assert_eq!(error.diagnostics[0].code, "MP0604");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn query_with(&self, snapshot: &Snapshot, limits: &Limits) -> Result<Answer> {
        match self.run(snapshot, &mut Session::new(), limits)? {
            Outcome::Answer(answer) => Ok(answer),
            _ => Err(self.error(not_one_question())),
        }
    }

    fn run(&self, snapshot: &Snapshot, session: &mut Session, limits: &Limits) -> Result<Outcome> {
        let guarded = snapshot.within(limits, limits.ends());
        execute(&guarded, session, &self.statement, &self.parameters)
            .map_err(|diagnostic| self.error(*diagnostic))
    }

    fn error(&self, diagnostic: Diagnostic) -> Error {
        QueryError::new(&self.text, vec![diagnostic]).into()
    }
}

/// Reads a script.
pub(crate) fn parse(text: &str) -> Result<Script> {
    milepost_lang::parse(text).map_err(|error| QueryError::new(text, error.diagnostics).into())
}

/// One question was expected, with rows as its answer.
fn not_one_question() -> Diagnostic {
    Diagnostic::error(
        "MP0001",
        Span::default(),
        "one question with rows as its answer is expected here",
    )
    .with_help("scripts, `let`, `list`, `describe` and `explain` are run in a session")
}
