//! The lexer: lossless and total. Every byte of a text belongs to exactly one token.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while, take_while_m_n, take_while1};
use nom::character::complete::{anychar, char, one_of, satisfy};
use nom::combinator::{not, opt, peek, recognize, value};
use nom::multi::many1_count;
use nom::sequence::{pair, terminated};
use nom::{IResult, Parser};
use unicode_normalization::char::is_combining_mark;

use crate::span::Span;
use crate::token::{Token, TokenKind};

/// Splits a text into tokens; their texts joined are the text.
///
/// ```
/// use milepost_lang::{TokenKind, tokenize};
/// let kinds: Vec<_> = tokenize("a-b - 2024-H1").iter().map(|token| token.kind).collect();
/// use TokenKind::{Blank, Minus, Period, Word};
/// assert_eq!(kinds, [Word, Blank, Minus, Blank, Period]);
/// ```
pub fn tokenize(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut start = 0_usize;
    while let Ok((after, kind)) = token(rest) {
        let length = rest.len().saturating_sub(after.len());
        let Some(text) = rest.get(..length).filter(|text| !text.is_empty()) else { break };
        let end = start.saturating_add(length);
        tokens.push(Token { kind, text, span: Span::new(start, end) });
        (rest, start) = (after, end);
    }
    tokens
}

type Lexed<'s, T> = IResult<&'s str, T>;

/// One token; fails only at the end of the text.
fn token(input: &str) -> Lexed<'_, TokenKind> {
    alt((
        value(TokenKind::Blank, take_while1(char::is_whitespace)),
        value(TokenKind::Comment, pair(char('#'), take_till(|c| c == '\n'))),
        value(TokenKind::Word, word),
        value(TokenKind::Period, period),
        value(TokenKind::CommaNumber, recognize((digits, many1_count(pair(char(','), digits))))),
        value(TokenKind::Number, number),
        text,
        value(TokenKind::Parameter, (char('$'), take_while1(is_word_part))),
        sign,
        value(TokenKind::Unknown, anychar),
    ))
    .parse(input)
}

/// Whether a word may start with the character.
fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Whether a word may go on with the character, `.` and `-` apart.
pub(crate) fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

/// A letter, then word characters; `.` and `-` only between word characters.
fn word(input: &str) -> Lexed<'_, &str> {
    recognize((
        satisfy(is_word_start),
        take_while(is_word_part),
        nom::multi::many0_count(pair(one_of(".-"), take_while1(is_word_part))),
    ))
    .parse(input)
}

/// ASCII digits with `_` between them.
fn digits(input: &str) -> Lexed<'_, &str> {
    recognize((
        take_while1(|c: char| c.is_ascii_digit()),
        nom::multi::many0_count(pair(char('_'), take_while1(|c: char| c.is_ascii_digit()))),
    ))
    .parse(input)
}

/// `20`, `3.5`, `1_000_000`.
fn number(input: &str) -> Lexed<'_, &str> {
    recognize(pair(digits, opt(pair(char('.'), digits)))).parse(input)
}

/// Exactly `n` ASCII digits.
fn exactly<'s>(
    n: usize,
) -> impl Parser<&'s str, Output = &'s str, Error = nom::error::Error<&'s str>> {
    take_while_m_n(n, n, |c: char| c.is_ascii_digit())
}

/// The periods of ISO 8601 and SDMX, except a bare year. Whether the calendar has the
/// period is for the parser to say.
fn period(input: &str) -> Lexed<'_, &str> {
    let day = || recognize((exactly(4), char('-'), exactly(2), char('-'), exactly(2)));
    let length = recognize((
        one_of("Pp"),
        many1_count(pair(take_while1(|c: char| c.is_ascii_digit()), one_of("YMWDymwd"))),
    ));
    let dash = || opt(char('-'));
    terminated(
        recognize(alt((
            recognize((day(), char('/'), alt((day(), length)))),
            day(),
            recognize((exactly(4), dash(), one_of("AHSTQahstq"), exactly(1))),
            recognize((exactly(4), dash(), one_of("MWmw"), exactly(2))),
            recognize((exactly(4), char('-'), exactly(2))),
        ))),
        peek(not(satisfy(is_word_part))),
    )
    .parse(input)
}

/// A string in `"…"`, `'…'` or `“…”`, without escapes; it ends with its line at the latest.
fn text(input: &str) -> Lexed<'_, TokenKind> {
    let (rest, open) = one_of("\"'“")(input)?;
    let close = if open == '“' { '”' } else { open };
    let (rest, _) = take_till(|c| c == close || c == '\n').parse(rest)?;
    let (rest, closed) = opt(char(close)).parse(rest)?;
    Ok((rest, if closed.is_some() { TokenKind::Text } else { TokenKind::UnterminatedText }))
}

fn sign(input: &str) -> Lexed<'_, TokenKind> {
    alt((
        value(TokenKind::NotEqual, tag("!=")),
        value(TokenKind::LessOrEqual, tag("<=")),
        value(TokenKind::GreaterOrEqual, tag(">=")),
        value(TokenKind::Less, char('<')),
        value(TokenKind::Greater, char('>')),
        value(TokenKind::Equal, char('=')),
        value(TokenKind::Plus, char('+')),
        value(TokenKind::Minus, char('-')),
        value(TokenKind::Star, char('*')),
        value(TokenKind::Slash, char('/')),
        value(TokenKind::Percent, char('%')),
        value(TokenKind::Open, char('(')),
        value(TokenKind::Close, char(')')),
        value(TokenKind::Comma, char(',')),
        value(TokenKind::Semicolon, char(';')),
    ))
    .parse(input)
}
