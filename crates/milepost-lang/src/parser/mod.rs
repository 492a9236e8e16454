//! The parser: significant tokens in, a tree or diagnostics out. Only the factor of an
//! expression recurses, under a depth counter.

mod anchor;
mod clause;
mod condition;
mod explain;
mod expression;
mod fixes;
mod goal;
mod input;
mod lexical;
mod name;
mod query;
mod unit;
mod verb;

pub use self::input::Expectation;
pub(crate) use self::input::Trace;
use self::input::{Stop, Tokens, end};
use crate::ast::{Query, Script, Statement};
use crate::diagnostic::{Diagnostic, QueryError, code};
use crate::lexer::tokenize;
use crate::phrasebook;
use crate::span::Span;
use crate::token::{Token, TokenKind};

/// Bytes that a statement may have.
const MAX_BYTES: usize = 64 * 1024;

/// Words and signs that a statement may have.
const MAX_TOKENS: usize = 16 * 1024;

/// Reads statements separated by `;`.
///
/// # Errors
/// One diagnostic for each statement that does not fit; see [`codes`](crate::codes). A
/// statement is limited to 64 KiB, 16,384 words and signs, 64 levels and 10,000 parts.
///
/// ```
/// # fn main() -> Result<(), milepost_lang::QueryError> {
/// let script = milepost_lang::parse("let a = si.participants; growth of a since 2015")?;
/// assert_eq!(script.statements.len(), 2);
/// let error = milepost_lang::parse("si.participants in VN sinse 1995").unwrap_err();
/// assert_eq!(error.diagnostics[0].code, "MP0122");
/// assert_eq!(error.diagnostics[0].fix.as_ref().unwrap().replacement, "since");
/// # Ok(())
/// # }
/// ```
pub fn parse(source: &str) -> Result<Script, QueryError> {
    let tokens = significant(source);
    let mut script = Script::default();
    let mut diagnostics = Vec::new();
    for statement in statements(&tokens) {
        match parse_statement(source, statement) {
            Ok(statement) => script.statements.push(statement),
            Err(diagnostic) => {
                let span = Span::new(
                    statement.first().map_or(0, |token| token.span.start),
                    statement.last().map_or(source.len(), |token| token.span.end),
                );
                diagnostics.push(fixes::followed(source, span, diagnostic));
            }
        }
    }
    if diagnostics.is_empty() { Ok(script) } else { Err(QueryError::new(diagnostics)) }
}

/// Reads exactly one query.
///
/// # Errors
/// As [`parse`]; also when the text holds no query, more than one, or another statement.
pub fn parse_query(source: &str) -> Result<Query, QueryError> {
    let mut statements = parse(source)?.statements.into_iter();
    match (statements.next(), statements.next()) {
        (Some(Statement::Query(query)), None) => Ok(query),
        (None, _) => Err(Diagnostic::error(code::EMPTY, Span::default(), "there is no query")
            .with_help("a query names a series: `si.participants in VN at 2019`")
            .into()),
        _ => {
            let whole = Span::new(0, source.len());
            Err(Diagnostic::error(code::UNEXPECTED, whole, "exactly one query fits here").into())
        }
    }
}

/// The tokens that the parser sees.
pub(crate) fn significant(source: &str) -> Vec<Token<'_>> {
    tokenize(source).into_iter().filter(Token::is_significant).collect()
}

/// The runs of tokens between semicolons that are not empty.
pub(crate) fn statements<'t>(
    tokens: &'t [Token<'t>],
) -> impl Iterator<Item = &'t [Token<'t>]> + use<'t> {
    tokens
        .split(|token| token.kind == TokenKind::Semicolon)
        .filter(|statement| !statement.is_empty())
}

fn parse_statement(source: &str, tokens: &[Token<'_>]) -> Result<Statement, Diagnostic> {
    check_size(tokens)?;
    let trace = Trace::new(tokens);
    match run(&trace) {
        Ok(statement) => Ok(statement),
        Err(Stop(Some(diagnostic))) => Err(phrasebook::better(source, tokens, *diagnostic)),
        Err(Stop(None)) => {
            Err(phrasebook::better(source, tokens, explain::failure(source, tokens, &trace)))
        }
    }
}

/// Parses a statement up to its end; what was expected is left in the trace.
pub(crate) fn run(trace: &Trace<'_>) -> Result<Statement, Stop> {
    let input = Tokens::new(trace);
    let result = query::statement(input).and_then(|(rest, statement)| {
        let (rest, ()) = end(rest)?;
        Ok((rest, statement))
    });
    match result {
        Ok((_, statement)) => Ok(statement),
        Err(nom::Err::Error(stop) | nom::Err::Failure(stop)) => Err(stop),
        Err(nom::Err::Incomplete(_)) => Err(Stop(None)),
    }
}

fn check_size(tokens: &[Token<'_>]) -> Result<(), Diagnostic> {
    let Some((first, last)) = tokens.first().zip(tokens.last()) else { return Ok(()) };
    let span = first.span.to(last.span);
    if span.end.saturating_sub(span.start) > MAX_BYTES {
        let message = "a statement is limited to 64 KiB";
        return Err(Diagnostic::error(code::TEXT_TOO_LONG, first.span, message)
            .with_help("`;` separates statements"));
    }
    if tokens.len() > MAX_TOKENS {
        let message = format!("a statement is limited to {MAX_TOKENS} words and signs");
        return Err(Diagnostic::error(code::TOO_MANY_TOKENS, first.span, message));
    }
    Ok(())
}
