//! Expressions: arithmetic over indicators, quantities and sentences in parentheses.

use milepost_model::Decimal;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt, value};

use super::input::{
    Expectation, Parsed, Tokens, mismatch, nested, one_of, refuse, sign, spanned, take,
};
use super::name::{parameter, word};
use super::query::query;
use super::verb;
use crate::ast::{AddOperator, Expression, MultiplyOperator, Name, Quantity, Query, Word};
use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::words::MAGNITUDES;

// From a sentence to the sentences inside it the parser is written out rather than composed:
// combinators of a debug build would need megabytes of stack for 64 levels.

/// `a + b - c`
pub(super) fn expression(input: Tokens<'_>) -> Parsed<'_, Expression> {
    chain(input, term, add_operator, AddOperator::Add, Expression::Sum)
}

fn add_operator(input: Tokens<'_>) -> Parsed<'_, AddOperator> {
    alt((
        value(AddOperator::Add, sign("+", TokenKind::Plus)),
        value(AddOperator::Subtract, sign("-", TokenKind::Minus)),
    ))
    .parse(input)
}

/// `a * b / c`
fn term(input: Tokens<'_>) -> Parsed<'_, Expression> {
    chain(input, factor, multiply_operator, MultiplyOperator::Multiply, Expression::Product)
}

fn multiply_operator(input: Tokens<'_>) -> Parsed<'_, MultiplyOperator> {
    alt((
        value(MultiplyOperator::Multiply, sign("*", TokenKind::Star)),
        value(MultiplyOperator::Divide, sign("/", TokenKind::Slash)),
    ))
    .parse(input)
}

/// A left-associative chain as one flat node; a single operand stands for itself.
fn chain<'t, O>(
    input: Tokens<'t>,
    operand: fn(Tokens<'t>) -> Parsed<'t, Expression>,
    operator: fn(Tokens<'t>) -> Parsed<'t, O>,
    leading: O,
    node: fn(Vec<(O, Expression)>, Span) -> Expression,
) -> Parsed<'t, Expression> {
    input.count_node()?;
    let (mut rest, first) = operand(input)?;
    let Ok((after, second)) = operator(rest) else { return Ok((rest, first)) };
    let mut operands = vec![(leading, first)];
    let mut next = Some((after, second));
    while let Some((after, operator_read)) = next {
        let (after, further) = operand(after)?;
        operands.push((operator_read, further));
        rest = after;
        next = operator(rest).ok();
    }
    Ok((rest, node(operands, input.up_to(&rest))))
}

/// The one place where expressions nest.
fn factor(input: Tokens<'_>) -> Parsed<'_, Expression> {
    match leaf(input) {
        Err(nom::Err::Error(_)) => {}
        result => return result,
    }
    if let Ok((rest, _)) = sign("-", TokenKind::Minus)(input) {
        let (rest, operand) = nested(rest, factor)?;
        return Ok((rest, Expression::Negate(Box::new(operand), input.up_to(&rest))));
    }
    let (rest, query) = parenthesised(input)?;
    Ok((rest, Expression::Query(query)))
}

fn leaf(input: Tokens<'_>) -> Parsed<'_, Expression> {
    alt((
        map(indicator, Expression::Indicator),
        map(quantity, Expression::Quantity),
        map(parameter, |parameter| Expression::Indicator(Name::Parameter(parameter))),
        misplaced,
    ))
    .parse(input)
}

/// `( sentence )`
pub(super) fn parenthesised(input: Tokens<'_>) -> Parsed<'_, Box<Query>> {
    let (rest, _) = sign("(", TokenKind::Open)(input)?;
    let (rest, query) = nested(rest, query)?;
    let (rest, _) = sign(")", TokenKind::Close)(rest)?;
    Ok((rest, query))
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
