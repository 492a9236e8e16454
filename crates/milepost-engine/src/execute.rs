//! From a statement to its outcome.

mod levels;
mod matched;
mod revisions;
mod rows;
mod scope;
mod triangle;

use std::fmt;

use milepost_lang::ast::{MeasureKind, Query, Statement};
use milepost_model::Period;
use milepost_store::Snapshot;

use crate::answer::{Answer, Row, Rows};
use crate::build::{Builder, Scope};
use crate::explain::{self, Explanation};
use crate::listing::Listing;
use crate::parameters::{self, Parameters};
use crate::plan::{self, Plan};
use crate::session::Session;
use crate::time::Base;
use crate::watch::Watch;
use crate::{Result, condition, describe, diagnostics, foreign, listing, notes, reduce, sheet};

pub(crate) use rows::{row, row_at, written};
pub(crate) use scope::{Asked, Below, Members, SideBySide, ask, side_by_side};
pub(crate) use triangle::Attribute;

/// Rows that an answer may have.
pub(crate) const ROWS_MAX: usize = 10_000_000;

/// What a statement comes to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The answer to a question.
    Answer(Answer),
    /// What `list` and `describe` show.
    Listing(Listing),
    /// How a question is answered.
    Explanation(Explanation),
    /// A name now stands for a sentence.
    Defined {
        /// The name as it was written.
        name: String,
        /// The sentence in canonical form.
        sentence: String,
    },
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(answer) => answer.fmt(f),
            Self::Listing(listing) => listing.fmt(f),
            Self::Explanation(explanation) => explanation.fmt(f),
            Self::Defined { name, sentence } => writeln!(f, "{name} = {sentence}"),
        }
    }
}

/// Runs one statement against a snapshot.
///
/// Names are resolved in the snapshot's catalogue and in the session; `$names` take their values
/// from `parameters`. A question whose figures are missing has an answer with reasons, not an
/// error.
///
/// # Errors
///
/// A diagnostic with the place in the text: names that are unknown or mean several things,
/// clauses that do not go together, units that do not convert, and a store that cannot be read.
/// Where the snapshot has a guard, the limit of it that was met: a deadline (MP0603), a
/// cancellation (MP0604), memory (MP0605).
///
/// ```
/// use milepost_engine::{Outcome, Parameters, Session, execute};
/// use milepost_lang::parse;
/// use milepost_model::{Definition, Indicator};
/// use milepost_store::Store;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut store = Store::in_memory();
/// store.define(vec![Definition::Indicator(Indicator::stock("si.participants"))])?;
/// let script = parse("list indicators like \"si\"")?;
/// let mut session = Session::new();
/// for statement in &script.statements {
///     match execute(&store.snapshot(), &mut session, statement, &Parameters::new())? {
///         Outcome::Listing(listing) => assert_eq!(listing.rows.len(), 1),
///         other => panic!("{other:?}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub fn execute(
    snapshot: &Snapshot,
    session: &mut Session,
    statement: &Statement,
    parameters: &Parameters,
) -> Result<Outcome> {
    let watch = Watch::of(snapshot);
    watch.check()?;
    let outcome = outcome(snapshot, session, statement, parameters);
    // A read that was stopped looks like a figure that is missing to some of what asks for it.
    watch.stopped()?;
    outcome
}

fn outcome(
    snapshot: &Snapshot,
    session: &mut Session,
    statement: &Statement,
    parameters: &Parameters,
) -> Result<Outcome> {
    match parameters::bind(statement, parameters)? {
        Statement::Query(query) => answer(snapshot, session, &query).map(Outcome::Answer),
        Statement::Explain(query) => {
            explain::explain(snapshot, session, &query).map(Outcome::Explanation)
        }
        Statement::Let { name, query } => {
            let sentence = query.to_string();
            let defined = session.define(&name, query);
            if !defined {
                return Err(diagnostics::session_full(name.span));
            }
            Ok(Outcome::Defined { name: name.text, sentence })
        }
        Statement::List { what, like, .. } => {
            let like = like.map(|like| like.text);
            Ok(Outcome::Listing(listing::list(snapshot.catalogue(), what, like.as_deref())))
        }
        Statement::Describe(name) => {
            describe::describe(snapshot, session, &name).map(Outcome::Listing)
        }
    }
}

/// An answer and how it came about.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) answer: Answer,
    pub(crate) trace: Vec<(&'static str, String)>,
    /// The sentence with everything implicit spelt out, where it is explained.
    pub(crate) canonical: Option<Query>,
}

/// Answers a question: side by side where that is possible, otherwise row by row.
pub(crate) fn answer(snapshot: &Snapshot, session: &Session, query: &Query) -> Result<Answer> {
    let mut builder = Builder::new(snapshot, session, false);
    let watch = Watch::of(snapshot);
    let held = watch.held();
    // Where the fast way meets an error, the general one tells it.
    if let Ok(Some(answer)) = sheet::answer(&mut builder, query)
        && builder.shared.fault.take().is_none()
    {
        return Ok(answer);
    }
    watch.stopped()?;
    drop(builder);
    watch.release_to(held);
    Ok(run(snapshot, session, query)?.answer)
}

/// Answers a question row by row.
pub(crate) fn run(snapshot: &Snapshot, session: &Session, query: &Query) -> Result<Run> {
    run_with(snapshot, session, query, false)
}

/// The same; where it `explains`, with all that `explain` tells.
pub(crate) fn run_with(
    snapshot: &Snapshot,
    session: &Session,
    query: &Query,
    explains: bool,
) -> Result<Run> {
    let mut builder = Builder::new(snapshot, session, explains);
    if let Some(otherwise) = foreign::condition(&builder, query) {
        return Err(otherwise);
    }
    let divided = triangle::divide(query);
    let undivided = divided.as_ref().map_or(query, |divided| &divided.query);
    let outer = builder.outermost(query.span);
    let mut asked = scope::ask(&mut builder, undivided, &outer)?;
    let kind = query.measure.as_ref().map(|measure| measure.kind);
    check_goal(query)?;
    let mut last = None;
    let mut answer = if kind == Some(MeasureKind::Revisions) {
        revisions::answer(&mut builder, query, &asked)?
    } else if asked.scope.admission.only_targets()
        && query.reducers.is_empty()
        && query.is_plain_level()
        && !matches!(asked.scope.times.base, Base::Back { .. })
        && asked.sentences.iter().all(|sentence| sentence.line.indicator().is_some())
    {
        levels::targets(&mut builder, &asked)?
    } else {
        let times = asked.scope.times.clone();
        let only_targets = asked.scope.admission.only_targets();
        let strict = session.is_strict();
        let plan = plan::settle(&mut asked.sentences, undivided, &times, only_targets, strict)?;
        if query.clauses.matched.is_some() {
            matched::narrow(&asked, &plan);
        }
        let mut answer = rows::answer(undivided, &asked, &plan)?;
        let shown = match &divided {
            None => shown(&answer, &mut builder, query, &asked, &plan)?,
            Some(_) => None,
        };
        notes::add(&mut answer, shown.as_deref(), query, &asked, &plan, &builder);
        last = last_period(&answer);
        if explains {
            explain::trace_plan(&mut builder.trace, query, &asked, &plan);
            explain::trace_rollups(&mut builder.trace, &asked, &answer);
            explain::trace_digits(&mut builder.trace, &asked, &answer);
        }
        if let Some(divided) = &divided {
            answer = triangle::answer(&builder, divided, &asked, &outer, &plan, answer)?;
        }
        reduce::apply(&mut answer, query, &asked, &plan)?;
        answer
    };
    let last = last.or_else(|| last_period(&answer));
    let canonical = explains.then(|| explain::canonical(query, &asked, last));
    condition::apply(&mut answer, &mut builder, query, &asked)?;
    if let Some(error) = builder.shared.fault.take() {
        return Err(error);
    }
    Ok(Run { answer, trace: builder.trace.into_entries(), canonical })
}

/// The rows of a sentence inside an expression, and what reducers and a condition leave of them.
pub(crate) fn rows_of(
    builder: &mut Builder<'_>,
    query: &Query,
    asked: &mut Asked,
    outer: &Scope,
) -> Result<(Vec<Row>, Answer)> {
    let divided = triangle::divide(query);
    let undivided = divided.as_ref().map_or(query, |divided| &divided.query);
    let times = asked.scope.times.clone();
    let only_targets = asked.scope.admission.only_targets();
    let strict = builder.session.is_strict();
    let plan = plan::settle(&mut asked.sentences, undivided, &times, only_targets, strict)?;
    if query.clauses.matched.is_some() {
        matched::narrow(asked, &plan);
    }
    let mut answer = rows::answer(undivided, asked, &plan)?;
    if let Some(divided) = &divided {
        answer = triangle::answer(builder, divided, asked, outer, &plan, answer)?;
    }
    let rows = answer.rows.to_vec();
    reduce::apply(&mut answer, query, asked, &plan)?;
    condition::apply(&mut answer, builder, query, asked)?;
    Ok((rows, answer))
}

/// The rows that reducers and a condition pick, where none of them is computed: those that notes
/// speak of.
fn shown(
    answer: &Answer,
    builder: &mut Builder<'_>,
    query: &Query,
    asked: &Asked,
    plan: &Plan,
) -> Result<Option<Vec<Row>>> {
    let kept = reduce::kept(answer, query, asked, plan)?;
    if query.clauses.condition.is_none() || (kept.is_none() && !query.reducers.is_empty()) {
        return Ok(kept);
    }
    let mut judged =
        Answer { rows: kept.map_or_else(|| answer.rows.clone(), Rows::from), ..Answer::default() };
    judged.axes.clone_from(&answer.axes);
    condition::apply(&mut judged, builder, query, asked)?;
    Ok(Some(judged.rows.into_iter().collect()))
}

/// The last period of an answer.
fn last_period(answer: &Answer) -> Option<Period> {
    answer.rows.iter().filter_map(|row| row.period).max()
}

/// Refuses a goal without a measure that compares with one, and the other way round.
pub(crate) fn check_goal(query: &Query) -> Result<()> {
    let kind = query.measure.as_ref().map(|measure| measure.kind);
    let goal = query.clauses.to.as_ref();
    let span = query.measure.as_ref().map_or(query.span, |measure| measure.span);
    match (kind, goal) {
        (Some(kind @ (MeasureKind::Gap | MeasureKind::Progress)), None) => {
            Err(diagnostics::needs_goal(kind, span))
        }
        (Some(MeasureKind::Gap | MeasureKind::Progress | MeasureKind::Pace), Some(_))
        | (_, None) => Ok(()),
        (_, Some(clause)) => Err(diagnostics::unused_goal(clause, query.clauses.since.is_some())),
    }
}

/// Questions about the shape of a sentence.
trait Shape {
    /// Whether the sentence shows figures as they are, without a measure and without steps.
    fn is_plain_level(&self) -> bool;
}

impl Shape for Query {
    fn is_plain_level(&self) -> bool {
        self.measure.is_none() && self.clauses.by.is_none() && self.clauses.percent_of.is_none()
    }
}
