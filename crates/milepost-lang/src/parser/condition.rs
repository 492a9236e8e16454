//! Conditions of `where`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::value;

use super::expression::expression;
use super::input::{Parsed, Tokens, keyword, nested, sign};
use crate::ast::{Comparison, Condition, Expression};
use crate::token::TokenKind;

/// `a > 1 and b < 2 or not c = 3`; boxed and written out, like all that nests.
pub(super) fn condition(input: Tokens<'_>) -> Parsed<'_, Box<Condition>> {
    separated(input, "or", conjunction, Condition::Any)
}

fn conjunction(input: Tokens<'_>) -> Parsed<'_, Box<Condition>> {
    separated(input, "and", test, Condition::All)
}

/// Conditions with a word between them; one alone stands for itself.
fn separated<'t>(
    input: Tokens<'t>,
    word: &'static str,
    parser: fn(Tokens<'t>) -> Parsed<'t, Box<Condition>>,
    node: fn(Vec<Condition>) -> Condition,
) -> Parsed<'t, Box<Condition>> {
    let (mut rest, first) = parser(input)?;
    let mut further = Vec::new();
    while let Ok((after, _)) = keyword(word)(rest) {
        let (after, condition) = parser(after)?;
        further.push(condition);
        rest = after;
    }
    if further.is_empty() {
        return Ok((rest, first));
    }
    let conditions = std::iter::once(first).chain(further).map(|condition| *condition).collect();
    Ok((rest, Box::new(node(conditions))))
}

fn test(input: Tokens<'_>) -> Parsed<'_, Box<Condition>> {
    input.count_node()?;
    if let Ok((rest, _)) = keyword("not")(input) {
        let (rest, inner) = nested(rest, test)?;
        return Ok((rest, Box::new(Condition::Not(inner, input.up_to(&rest)))));
    }
    let (rest, left) = side(input)?;
    let (rest, operator) = comparison(rest)?;
    let (rest, right) = side(rest)?;
    let (left, right, span) = (*left, *right, input.up_to(&rest));
    Ok((rest, Box::new(Condition::Compare { left, operator, right, span })))
}

fn side(input: Tokens<'_>) -> Parsed<'_, Box<Expression>> {
    let (rest, expression) = expression(input)?;
    Ok((rest, Box::new(expression)))
}

fn comparison(input: Tokens<'_>) -> Parsed<'_, Comparison> {
    alt((
        value(Comparison::Equal, sign("=", TokenKind::Equal)),
        value(Comparison::NotEqual, sign("!=", TokenKind::NotEqual)),
        value(Comparison::Less, sign("<", TokenKind::Less)),
        value(Comparison::LessOrEqual, sign("<=", TokenKind::LessOrEqual)),
        value(Comparison::Greater, sign(">", TokenKind::Greater)),
        value(Comparison::GreaterOrEqual, sign(">=", TokenKind::GreaterOrEqual)),
    ))
    .parse(input)
}
