//! What the language has and the engine does not answer yet: refused, never answered wrongly.
#![expect(clippy::unnecessary_box_returns, reason = "every result carries its error boxed")]

use milepost_lang::ast::{Axis, Clauses, Name, Query, RegionExpression};
use milepost_lang::{Diagnostic, Span};
use milepost_model::Frequency;

use crate::{Result, diagnostics};

fn refusal(span: Span, what: &str, instead: &str) -> Box<Diagnostic> {
    let refusal = diagnostics::error("MP0901", span, format!("{what} is not yet answered"));
    diagnostics::help(refusal, instead)
}

/// Refuses the parts of a sentence that are not answered yet.
pub(crate) fn check(query: &Query) -> Result<()> {
    clauses(&query.clauses)
}

/// Refuses the parts of a sentence that stand inside an expression.
pub(crate) fn check_inner(query: &Query) -> Result<()> {
    if let Some(reducer) = query.reducers.first() {
        let instead = "the outermost sentence may have reducers";
        return Err(refusal(reducer.span, "a reducer inside an expression", instead));
    }
    if let Some(clause) = &query.clauses.condition {
        let instead = "the outermost sentence may have a condition";
        return Err(refusal(clause.span, "a condition inside an expression", instead));
    }
    Ok(())
}

fn clauses(clauses: &Clauses) -> Result<()> {
    for axis in clauses.by.iter().flat_map(|clause| &clause.value) {
        if let Axis::Word(word) = axis {
            let what = format!("`by {}`", word.text);
            let instead = "`by year`; several regions can be listed: `in A, B`";
            return Err(refusal(word.span, &what, instead));
        }
    }
    let refused = [
        clauses.boundaries.as_ref().map(|c| (c.span, "`on boundaries`", "regions as they were")),
        clauses.complete.as_ref().map(|c| (c.span, "`complete`", "one region at a time")),
        clauses.matched.as_ref().map(|c| (c.span, "`matched`", "one region at a time")),
    ];
    match refused.into_iter().flatten().next() {
        Some((span, what, instead)) => Err(refusal(span, what, instead)),
        None => Ok(()),
    }
}

/// The one name of a region expression.
pub(crate) fn single_region(region: &RegionExpression) -> Result<&Name> {
    if let ([name], []) = (region.names.as_slice(), region.except.as_slice()) {
        return Ok(name);
    }
    let what = "a region added up from others";
    Err(refusal(region.span, what, "the regions can be listed: `in A, B`"))
}

/// Steps of several periods that are no period of their own.
pub(crate) fn uneven_steps(count: u32, frequency: Frequency, span: Span) -> Box<Diagnostic> {
    let what = format!("`by {count} {}`", frequency.plural());
    refusal(span, &what, "`by month`, `by quarter`, `by half` or `by year`")
}

/// A span that crosses a change of a region's boundary.
pub(crate) fn boundary_change(region: &str, span: Span) -> Box<Diagnostic> {
    let what = format!("a span over a change of the boundary of {region}");
    refusal(span, &what, "a span on one side of the change; its uid names a version")
}

/// Revisions of several periods at once.
pub(crate) fn steps_of_revisions(span: Span) -> Box<Diagnostic> {
    refusal(span, "`by` with `revisions of`", "`at` one period after another")
}
