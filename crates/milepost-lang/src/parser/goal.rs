//! Goals: what a gap, a pace or progress is measured against.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::sequence::terminated;

use super::anchor::anchor_before;
use super::expression::{parenthesised, quantity};
use super::input::{Parsed, Tokens, keyword, spanned};
use super::name::{parameter, text};
use crate::ast::{Expression, Goal, Name, Query};

/// `2025 target "Resolution 28"`, `parent`, `95%`, `(…)`, `$goal`
pub(super) fn goal(input: Tokens<'_>) -> Parsed<'_, Goal> {
    let target = terminated(opt(anchor_before(Some("target"))), keyword("target"));
    alt((
        map(spanned((target, opt(text))), |((at, source), span)| Goal::Target { at, source, span }),
        map(spanned(keyword("parent")), |(_, span)| Goal::Parent(span)),
        map(quantity, Goal::Quantity),
        map(parenthesised, Goal::Query),
        map(parameter, |parameter| {
            let span = parameter.span;
            Goal::Query(Box::new(Query {
                reducers: Vec::new(),
                measure: None,
                transforms: Vec::new(),
                expression: Expression::Indicator(Name::Parameter(parameter)),
                clauses: Box::default(),
                span,
            }))
        }),
    ))
    .parse(input)
}
