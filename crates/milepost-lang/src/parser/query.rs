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
use crate::ast::{Query, Statement};
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
        map(preceded(keyword("explain"), query), Statement::Explain),
        map(definition, |(name, query)| Statement::Let { name, query }),
        map(spanned(listing), |((what, like), span)| Statement::List { what, like, span }),
        map(preceded(keyword("describe"), anything), Statement::Describe),
        map(query, Statement::Query),
    ))
    .parse(input)
}

/// The name of whatever the catalogue holds.
fn anything(input: Tokens<'_>) -> Parsed<'_, crate::ast::Name> {
    let _ = take(Expectation::Region, |_| false)(input);
    let _ = take(Expectation::Milestone, |_| false)(input);
    name(Expectation::Indicator, None)(input)
}

/// A sentence.
pub(super) fn query(input: Tokens<'_>) -> Parsed<'_, Query> {
    let sentence = |input| {
        let (rest, _) = opt(show).parse(input)?;
        let (rest, reducers) = many0(reducer).parse(rest)?;
        let (rest, measure) = opt(measure).parse(rest)?;
        let (rest, transforms) = many0(transform).parse(rest)?;
        if let Some(diagnostic) = verb::misplaced(rest, measure.as_ref()) {
            return refuse(diagnostic);
        }
        let (rest, expression) = expression(rest)?;
        let (rest, clauses) = clauses(rest)?;
        Ok((rest, (reducers, measure, transforms, expression, clauses)))
    };
    map(spanned(sentence), |((reducers, measure, transforms, expression, clauses), span)| Query {
        reducers,
        measure,
        transforms,
        expression,
        clauses,
        span,
    })
    .parse(input)
}
