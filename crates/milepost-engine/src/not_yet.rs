//! What the language has and the engine does not answer yet: refused, never answered wrongly.
#![expect(clippy::unnecessary_box_returns, reason = "every result carries its error boxed")]

use crate::diagnostics;
use milepost_lang::{Diagnostic, Span};

fn refusal(span: Span, what: &str, instead: &str) -> Box<Diagnostic> {
    let refusal = diagnostics::error("MP0901", span, format!("{what} is not yet answered"));
    diagnostics::help(refusal, instead)
}

/// Revisions that are told apart by something else than time.
pub(crate) fn attribute_of_revisions(span: Span) -> Box<Diagnostic> {
    refusal(span, "an attribute in `by` with `revisions of`", "`by vintage` without `revisions of`")
}

/// Two attributes of figures in one `by`.
pub(crate) fn two_attributes(span: Span) -> Box<Diagnostic> {
    refusal(span, "`by` two of status, source and vintage", "one of them at a time")
}

/// Sources of anything but one indicator's figures.
pub(crate) fn sources_of_expression(span: Span) -> Box<Diagnostic> {
    refusal(span, "`by source` of a measure or an expression", "the indicators themselves")
}

/// Vintages or sources of figures that were rolled up from other regions.
pub(crate) fn attributes_of_rollup(word: &str, span: Span) -> Box<Diagnostic> {
    let what = format!("`by {word}` of figures rolled up from other regions");
    refusal(span, &what, "the regions themselves; `as of` shows a rolled-up figure as it was known")
}
