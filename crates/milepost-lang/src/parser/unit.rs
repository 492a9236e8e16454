//! Display units.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many1;
use nom::sequence::preceded;

use super::input::{Expectation, Parsed, Tokens, keyword, sign, spanned};
use super::name::{parameter, word};
use crate::ast::UnitName;
use crate::token::TokenKind;

/// `%`, `million persons`, `VND/person`, `VND per person`, `$unit`
pub(super) fn unit(input: Tokens<'_>) -> Parsed<'_, UnitName> {
    alt((
        map(spanned(literal), |(text, span)| UnitName::Literal { text, span }),
        map(parameter, UnitName::Parameter),
    ))
    .parse(input)
}

fn literal(input: Tokens<'_>) -> Parsed<'_, String> {
    let percent = map(sign("%", TokenKind::Percent), |token| token.text.to_owned());
    let words = map(many1(word(Expectation::Unit)), |words| {
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    });
    let per = alt((sign("/", TokenKind::Slash), keyword("per")));
    let (rest, numerator) = alt((percent, words)).parse(input)?;
    let (rest, denominator) = opt(preceded(per, word(Expectation::Unit))).parse(rest)?;
    let text = match denominator {
        Some(denominator) => format!("{numerator}/{}", denominator.text),
        None => numerator,
    };
    Ok((rest, text))
}
