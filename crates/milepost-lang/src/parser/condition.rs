//! Conditions of `where`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, value};
use nom::multi::separated_list1;
use nom::sequence::preceded;

use super::expression::expression;
use super::input::{Parsed, Tokens, keyword, nested, sign, spanned};
use crate::ast::{Comparison, Condition};
use crate::token::TokenKind;

/// `a > 1 and b < 2 or not c = 3`
pub(super) fn condition(input: Tokens<'_>) -> Parsed<'_, Condition> {
    let alternatives = separated_list1(keyword("or"), conjunction);
    map(alternatives, |conditions| flat(conditions, Condition::Any)).parse(input)
}

fn conjunction(input: Tokens<'_>) -> Parsed<'_, Condition> {
    let demands = separated_list1(keyword("and"), test);
    map(demands, |conditions| flat(conditions, Condition::All)).parse(input)
}

/// A list of one stands for itself.
fn flat(mut conditions: Vec<Condition>, node: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        Some(last) => {
            conditions.push(last);
            node(conditions)
        }
        None => node(conditions),
    }
}

fn test(input: Tokens<'_>) -> Parsed<'_, Condition> {
    alt((
        map(spanned(preceded(keyword("not"), nested(test))), |(inner, span)| {
            Condition::Not(Box::new(inner), span)
        }),
        map(spanned((expression, comparison, expression)), |((left, operator, right), span)| {
            Condition::Compare { left, operator, right, span }
        }),
    ))
    .parse(input)
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
