//! Names, parameters, counts and frequencies.

use milepost_model::Frequency;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::map;

use super::input::{Expectation, Parsed, Tokens, one_of, refuse, spanned, take, take_from};
use crate::ast::{Name, Parameter, Text, Word};
use crate::diagnostic::{Diagnostic, code};
use crate::token::{Token, TokenKind};
use crate::words::{self, FREQUENCIES};

/// Whether the token is a word that may stand in a bare name.
pub(super) fn is_free_word(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Word && !words::is_reserved(token.text)
}

/// Whether the token is a whole number that may go on a bare name: four digits are a year.
fn is_name_number(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Number
        && !token.is_year()
        && token.text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a bare name would go on with the token.
pub(super) fn continues_name(token: &Token<'_>) -> bool {
    is_free_word(token) || is_name_number(token)
}

/// `"…"`
pub(super) fn text(input: Tokens<'_>) -> Parsed<'_, Text> {
    let quoted = take(Expectation::Text, |token| token.kind == TokenKind::Text);
    map(quoted, |token| Text { text: token.content().to_owned(), span: token.span }).parse(input)
}

/// `$name`
pub(super) fn parameter(input: Tokens<'_>) -> Parsed<'_, Parameter> {
    let token = take(Expectation::Parameter, |token| token.kind == TokenKind::Parameter);
    map(token, |token| Parameter { name: token.content().to_owned(), span: token.span })
        .parse(input)
}

/// A word that is not reserved.
pub(super) fn word<'t>(expectation: Expectation) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Word> {
    move |input| {
        let token = take(expectation, is_free_word);
        map(token, |token| Word { text: token.text.to_owned(), span: token.span }).parse(input)
    }
}

/// A name: a quoted string, a parameter, or a run of bare words and numbers that ends at
/// reserved words and at the word `stop`.
pub(super) fn name<'t>(
    expectation: Expectation,
    stop: Option<&'static str>,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Name> {
    move |input| {
        let quoted = take(expectation, |token| token.kind == TokenKind::Text);
        alt((
            map(quoted, |token| Name::Literal {
                text: token.content().to_owned(),
                span: token.span,
            }),
            map(parameter, Name::Parameter),
            move |input| bare_name(input, expectation, stop),
        ))
        .parse(input)
    }
}

/// `compared to`: a clause in English, of which a name would leave a goal.
fn compares(input: Tokens<'_>) -> bool {
    let is = |at: usize, words: &[&str]| {
        input.ahead(at).is_some_and(|token| words.iter().any(|word| token.is_word(word)))
    };
    is(0, &words::COMPARING) && is(1, &["to"])
}

fn bare_name<'t>(
    input: Tokens<'t>,
    expectation: Expectation,
    stop: Option<&'static str>,
) -> Parsed<'t, Name> {
    let stops = |token: &Token<'_>| stop.is_some_and(|word| token.is_word(word));
    let words = |input: Tokens<'t>| {
        let from = input.position();
        let first = take(expectation, |token| is_free_word(token) && !stops(token));
        let (mut rest, first) = { first }(input)?;
        let mut text = first.text.to_owned();
        let further = |token: &Token<'t>| continues_name(token) && !stops(token);
        while !compares(rest)
            && let Ok((after, token)) = take_from(from, expectation, further)(rest)
        {
            text.push(' ');
            text.push_str(token.text);
            rest = after;
        }
        Ok((rest, text))
    };
    map(spanned(words), |(text, span)| Name::Literal { text, span }).parse(input)
}

/// A whole number of at least one.
pub(super) fn count(input: Tokens<'_>) -> Parsed<'_, u32> {
    let (rest, token) = take(Expectation::Number, |token| token.kind == TokenKind::Number)(input)?;
    match token.text.replace('_', "").parse() {
        Ok(count) if count > 0 => Ok((rest, count)),
        _ => refuse(
            Diagnostic::error(
                code::NUMBER_RANGE,
                token.span,
                format!("`{}` is not a count", token.text),
            )
            .with_label("a whole number from 1 to 4294967295 fits here"),
        ),
    }
}

/// `year`, `months`
pub(super) fn frequency(input: Tokens<'_>) -> Parsed<'_, Frequency> {
    one_of(&FREQUENCIES, words::is_word_or_plural)(input)
}
