//! Anchors: places on the line of closes.

use milepost_model::Period;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, not, peek};
use nom::sequence::{pair, terminated};

use super::input::{Expectation, Parsed, Tokens, keyword, mismatch, nested, refuse, spanned, take};
use super::name::{continues_name, name};
use crate::ast::Anchor;
use crate::diagnostic::{Diagnostic, code};
use crate::token::{Token, TokenKind};

/// A year, a period, a milestone, `latest`, `first`, `start of …` or `end of …`.
pub(super) fn anchor(input: Tokens<'_>) -> Parsed<'_, Anchor> {
    anchor_before(None)(input)
}

/// An anchor whose bare name ends at the word `stop`.
pub(super) fn anchor_before<'t>(
    stop: Option<&'static str>,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Anchor> {
    move |input| {
        alt((
            map(spanned(edge("start", stop)), |(inner, span)| Anchor::StartOf(inner, span)),
            map(spanned(edge("end", stop)), |(inner, span)| Anchor::EndOf(inner, span)),
            map(spanned(alone("latest", stop)), |((), span)| Anchor::Latest(span)),
            map(spanned(alone("first", stop)), |((), span)| Anchor::First(span)),
            map(spanned(period), |(period, span)| Anchor::Period(period, span)),
            map(name(Expectation::Milestone, stop), Anchor::Name),
        ))
        .parse(input)
    }
}

/// `start of ANCHOR`, `end of ANCHOR`
fn edge<'t>(
    word: &'static str,
    stop: Option<&'static str>,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Box<Anchor>> {
    move |input| {
        let (rest, _) = pair(keyword(word), keyword("of")).parse(input)?;
        let (rest, inner) = nested(rest, anchor_before(stop))?;
        Ok((rest, Box::new(inner)))
    }
}

/// A word that is not the beginning of a longer bare name.
fn alone<'t>(
    word: &'static str,
    stop: Option<&'static str>,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, ()> {
    move |input| {
        let longer = |input: Tokens<'t>| match input.first() {
            Some(token) if continues_name(token) && !stop.is_some_and(|s| token.is_word(s)) => {
                Ok((input, ()))
            }
            _ => mismatch(),
        };
        map(terminated(keyword(word), peek(not(longer))), |_| ()).parse(input)
    }
}

/// `1995`, `2024-H1`, `2018-05-23`
fn period(input: Tokens<'_>) -> Parsed<'_, Period> {
    let is_period = |token: &Token<'_>| token.kind == TokenKind::Period || token.is_year();
    let (rest, token) = take(Expectation::Period, is_period)(input)?;
    match token.text.parse() {
        Ok(period) => Ok((rest, period)),
        Err(_) => refuse(
            Diagnostic::error(
                code::NO_SUCH_PERIOD,
                token.span,
                format!("the calendar has no period `{}`", token.text),
            )
            .with_label("no such period")
            .with_help("periods are written 2024, 2024-H1, 2024-Q2, 2024-06, 2024-W05, 2024-07-10"),
        ),
    }
}
