//! Statements and sentences.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map, opt};
use nom::multi::many0;
use nom::sequence::{pair, preceded};

use super::clause::clauses;
use super::expression::expression;
use super::input::{Expectation, Parsed, Tokens, keyword, one_of, refuse, sign, spanned, take};
use super::name::{name, text, word};
use super::verb::{self, measure, reducer, show, transform};
use crate::ast::{Measure, Name, Query, Reducer, Statement, Transform};
use crate::token::TokenKind;
use crate::words::LISTINGS;

/// One statement.
pub(super) fn statement(input: Tokens<'_>) -> Parsed<'_, Statement> {
    let definition = pair(
        preceded(keyword("let"), word(Expectation::NewName)),
        preceded(sign("=", TokenKind::Equal), cut(query)),
    );
    let listing = pair(
        preceded(keyword("list"), one_of(&LISTINGS, str::eq_ignore_ascii_case)),
        opt(preceded(keyword("like"), text)),
    );
    alt((
        map(preceded(keyword("explain"), query), |query| Statement::Explain(*query)),
        map(definition, |(name, query)| Statement::Let { name, query: *query }),
        map(spanned(listing), |((what, like), span)| Statement::List { what, like, span }),
        map(preceded(keyword("describe"), anything), Statement::Describe),
        map(query, |query| Statement::Query(*query)),
    ))
    .parse(input)
}

/// The name of whatever the catalogue holds.
fn anything(input: Tokens<'_>) -> Parsed<'_, Name> {
    let _ = take(Expectation::Region, |_| false)(input);
    let _ = take(Expectation::Milestone, |_| false)(input);
    name(Expectation::Indicator, None)(input)
}

/// A sentence.
pub(super) fn query(input: Tokens<'_>) -> Parsed<'_, Box<Query>> {
    input.count_node()?;
    let (rest, (reducers, measure, transforms)) = verbs(input)?;
    let (rest, expression) = expression(rest)?;
    let (rest, clauses) = clauses(rest)?;
    let span = input.up_to(&rest);
    Ok((rest, Box::new(Query { reducers, measure, transforms, expression, clauses, span })))
}

type Verbs = (Vec<Reducer>, Option<Measure>, Vec<Transform>);

/// The verbs that a sentence begins with.
fn verbs(input: Tokens<'_>) -> Parsed<'_, Verbs> {
    let (rest, (_, reducers, measure, transforms)) =
        (opt(show), many0(reducer), opt(measure), many0(transform)).parse(input)?;
    match verb::misplaced(rest, measure.as_ref()) {
        Some(diagnostic) => refuse(diagnostic),
        None => Ok((rest, (reducers, measure, transforms))),
    }
}
