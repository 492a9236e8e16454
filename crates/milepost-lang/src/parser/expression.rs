//! Expressions: arithmetic over indicators, quantities and sentences in parentheses.

use milepost_model::Decimal;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt, value};
use nom::multi::many0;
use nom::sequence::{delimited, pair};

use super::input::{
    Expectation, Parsed, Stop, Tokens, mismatch, nested, one_of, refuse, sign, spanned, take,
};
use super::name::{parameter, word};
use super::query::query;
use super::verb;
use crate::ast::{AddOperator, Expression, MultiplyOperator, Name, Quantity, Query, Word};
use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::words::MAGNITUDES;

/// `a + b - c`
pub(super) fn expression(input: Tokens<'_>) -> Parsed<'_, Expression> {
    let operator = |input| {
        alt((
            value(AddOperator::Add, sign("+", TokenKind::Plus)),
            value(AddOperator::Subtract, sign("-", TokenKind::Minus)),
        ))
        .parse(input)
    };
    chain(term, operator, AddOperator::Add, Expression::Sum)(input)
}

/// `a * b / c`
fn term(input: Tokens<'_>) -> Parsed<'_, Expression> {
    let operator = |input| {
        alt((
            value(MultiplyOperator::Multiply, sign("*", TokenKind::Star)),
            value(MultiplyOperator::Divide, sign("/", TokenKind::Slash)),
        ))
        .parse(input)
    };
    chain(factor, operator, MultiplyOperator::Multiply, Expression::Product)(input)
}

/// A left-associative chain as one flat node; a single operand stands for itself.
fn chain<'t, O: Copy>(
    operand: fn(Tokens<'t>) -> Parsed<'t, Expression>,
    operator: impl Parser<Tokens<'t>, Output = O, Error = Stop>,
    leading: O,
    node: fn(Vec<(O, Expression)>, Span) -> Expression,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Expression> {
    let mut parts = spanned(pair(operand, many0(pair(operator, operand))));
    move |input| {
        let (rest, ((first, further), span)) = parts(input)?;
        if further.is_empty() {
            return Ok((rest, first));
        }
        let operands = std::iter::once((leading, first)).chain(further).collect();
        Ok((rest, node(operands, span)))
    }
}

/// The one place where expressions nest.
fn factor(input: Tokens<'_>) -> Parsed<'_, Expression> {
    alt((
        map(quantity, Expression::Quantity),
        map(parenthesised, |query| Expression::Query(Box::new(query))),
        negation,
        map(indicator, Expression::Indicator),
        map(parameter, |parameter| Expression::Indicator(Name::Parameter(parameter))),
        misplaced,
    ))
    .parse(input)
}

/// `( sentence )`
pub(super) fn parenthesised(input: Tokens<'_>) -> Parsed<'_, Query> {
    delimited(sign("(", TokenKind::Open), nested(query), sign(")", TokenKind::Close)).parse(input)
}

fn negation(input: Tokens<'_>) -> Parsed<'_, Expression> {
    map(spanned(pair(sign("-", TokenKind::Minus), nested(factor))), |((_, operand), span)| {
        Expression::Negate(Box::new(operand), span)
    })
    .parse(input)
}

/// `20 million persons`, `95%`
pub(super) fn quantity(input: Tokens<'_>) -> Parsed<'_, Quantity> {
    let percent = map(sign("%", TokenKind::Percent), |token| Word {
        text: token.text.to_owned(),
        span: token.span,
    });
    let parts = (
        number,
        opt(one_of(&MAGNITUDES, str::eq_ignore_ascii_case)),
        opt(alt((percent, word(Expectation::Unit)))),
    );
    map(spanned(parts), |((number, magnitude, unit), span)| Quantity {
        number,
        magnitude,
        unit,
        span,
    })
    .parse(input)
}

/// `20`, `3.5`, `1_000_000`
pub(super) fn number(input: Tokens<'_>) -> Parsed<'_, Decimal> {
    let (rest, token) = take(Expectation::Number, |token| token.kind == TokenKind::Number)(input)?;
    match token.text.replace('_', "").parse() {
        Ok(number) => Ok((rest, number)),
        Err(_) => refuse(
            Diagnostic::error(
                code::NUMBER_RANGE,
                token.span,
                format!("`{}` has too many digits", token.text),
            )
            .with_label("no exact decimal holds this number"),
        ),
    }
}

/// A bare word or a quoted label.
fn indicator(input: Tokens<'_>) -> Parsed<'_, Name> {
    if let Some(diagnostic) = verb::misplaced(input, None) {
        return refuse(diagnostic);
    }
    let quoted = take(Expectation::Indicator, |token| token.kind == TokenKind::Text);
    alt((
        map(quoted, |token| Name::Literal { text: token.content().to_owned(), span: token.span }),
        map(word(Expectation::Indicator), |word| Name::Literal {
            text: word.text,
            span: word.span,
        }),
    ))
    .parse(input)
}

/// A period where a figure is expected has an advice of its own.
fn misplaced(input: Tokens<'_>) -> Parsed<'_, Expression> {
    match input.first() {
        Some(token @ Token { kind: TokenKind::Period, .. }) => refuse(
            Diagnostic::error(
                code::PERIOD_IN_EXPRESSION,
                token.span,
                format!("`{}` is a period, and an expression is made of figures", token.text),
            )
            .with_label("a period")
            .with_help(
                "a time stands in a clause, as in `at 2024-06`; a difference of numbers needs \
                 blanks around the minus",
            ),
        ),
        _ => mismatch(),
    }
}
