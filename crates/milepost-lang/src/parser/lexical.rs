//! Tokens that fit nowhere, and what they are meant for.

use super::name::continues_name;
use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::words;

/// Tokens that fit nowhere. `begun` is where the bare name before them began, if there is one.
pub(super) fn lexical(
    source: &str,
    tokens: &[Token<'_>],
    position: usize,
    begun: Option<usize>,
) -> Option<Diagnostic> {
    let found = tokens.get(position)?;
    match found.kind {
        TokenKind::Unknown => {
            let run = touching(tokens, position);
            let name = begun.map_or(run, |start| name_from(start, tokens, position, run));
            Some(
                dotted_number(source, found, run)
                    .or_else(|| foreign_quotes(source, found))
                    .unwrap_or_else(|| unknown_character(source, found, name)),
            )
        }
        TokenKind::UnterminatedText => Some(unterminated(source, found, begun)),
        TokenKind::CommaNumber => {
            let groups: Vec<&str> = found.text.split(',').collect();
            let thousands = groups.iter().skip(1).all(|group| group.len() == 3);
            let replacement = if thousands { groups.concat() } else { groups.join(".") };
            let message = format!("`{}` has a comma inside a number", found.text);
            Some(
                Diagnostic::error(code::COMMA_IN_NUMBER, found.span, message)
                    .with_label("commas separate places, axes and statuses")
                    .with_help("thousands are written 20000 or 20_000, fractions 1.5")
                    .with_fix(found.span, replacement),
            )
        }
        _ => None,
    }
}

/// A quote without its partner: the one that opens is missing where the quote touches the name
/// before it, else the one that closes, which belongs before the next word of the language.
fn unterminated(source: &str, found: &Token<'_>, begun: Option<usize>) -> Diagnostic {
    let close = match found.text.chars().next() {
        Some('“') => '”',
        Some(quote) => quote,
        None => '"',
    };
    let diagnostic = Diagnostic::error(
        code::UNTERMINATED_TEXT,
        found.span,
        "a quoted string ends on its own line",
    )
    .with_label(format!("no closing {close}"));
    let touches_name = source
        .get(..found.span.start)
        .and_then(|before| before.chars().next_back())
        .is_some_and(char::is_alphanumeric);
    if let (Some(start), true) = (begun, touches_name) {
        return diagnostic.with_fix(Span::new(start, start), close);
    }
    if let (Some(at), '”') = (found.text.find('"'), close) {
        let name = found.text.get('“'.len_utf8()..at).unwrap_or_default();
        let end = found.span.start.saturating_add(at).saturating_add(1);
        return diagnostic.with_fix(Span::new(found.span.start, end), format!("\"{name}\""));
    }
    let mut end = 0_usize;
    for word in found.text.split_inclusive(' ') {
        if end > 0 && words::CLAUSES.iter().any(|clause| word.trim().eq_ignore_ascii_case(clause)) {
            break;
        }
        end = end.saturating_add(word.len());
    }
    let name = found.text.get(..end).unwrap_or_default().trim_end();
    let end = found.span.start.saturating_add(name.len());
    diagnostic.with_fix(Span::new(end, end), close)
}

/// `1.000.000`: points between the digits of thousands.
fn dotted_number(source: &str, found: &Token<'_>, run: Span) -> Option<Diagnostic> {
    let number = source.get(run.start..run.end).filter(|_| found.text == ".")?;
    let groups: Vec<&str> = number.split('.').collect();
    let digits = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()));
    let thousands = groups.iter().skip(1).all(|group| group.len() == 3);
    (digits && thousands && groups.len() > 2).then(|| {
        Diagnostic::error(
            code::COMMA_IN_NUMBER,
            run,
            format!("`{number}` has points inside a number"),
        )
        .with_label("one point at most, before the fraction")
        .with_help("thousands are written 20000 or 20_000, fractions 1.5")
        .with_fix(run, groups.concat())
    })
}

/// Quotes that other texts use: `‘…’`, `«…»`, backquotes.
fn foreign_quotes(source: &str, found: &Token<'_>) -> Option<Diagnostic> {
    let close = match found.text {
        "‘" | "’" => '’',
        "«" => '»',
        "„" => '“',
        "`" | "´" => '`',
        _ => return None,
    };
    let diagnostic = Diagnostic::error(
        code::UNKNOWN_CHARACTER,
        found.span,
        format!("the language does not use the quote `{}`", found.text),
    )
    .with_label("unknown quote")
    .with_help("names stand in \"…\", '…' or “…”");
    let rest = source.get(found.span.end..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    Some(match line.find(close).and_then(|at| Some((at, line.get(..at)?))) {
        Some((at, name)) => {
            let end = found.span.end.saturating_add(at).saturating_add(close.len_utf8());
            diagnostic.with_fix(Span::new(found.span.start, end), format!("\"{name}\""))
        }
        None => diagnostic,
    })
}

fn unknown_character(source: &str, found: &Token<'_>, run: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        code::UNKNOWN_CHARACTER,
        found.span,
        format!("the language does not use the character `{}`", found.text),
    )
    .with_label("unknown character");
    let replacement = match found.text {
        "−" | "–" | "—" => {
            let spaced = source.get(found.span.end..).is_some_and(|s| s.starts_with(' '));
            Some(if spaced { "-" } else { " - " })
        }
        "×" | "·" => Some("*"),
        "÷" => Some("/"),
        "≥" => Some(">="),
        "≤" => Some("<="),
        "≠" => Some("!="),
        "[" | "{" => Some("("),
        "]" | "}" => Some(")"),
        _ => None,
    };
    match replacement {
        Some(replacement) => diagnostic.with_fix(found.span, replacement),
        None if found.text == "$" => diagnostic.with_help("a parameter has a name: `$when`"),
        None if matches!(found.text, "?" | "." | "!") && is_last(source, found) => {
            diagnostic.with_help("a sentence has no mark at its end").with_fix(found.span, "")
        }
        None => {
            let diagnostic = diagnostic.with_help("a name with signs in it stands in quotes");
            match source.get(run.start..run.end) {
                Some(name) if name.len() > found.text.len() && !name.contains('"') => {
                    diagnostic.with_fix(run, format!("\"{name}\""))
                }
                _ => diagnostic,
            }
        }
    }
}

/// Whether nothing but blanks follows in the statement.
fn is_last(source: &str, found: &Token<'_>) -> bool {
    let rest = source.get(found.span.end..).unwrap_or_default();
    rest.split(';').next().is_some_and(|rest| rest.trim().is_empty())
}

/// The bare name that began at `start` and goes on with signs that no bare name has.
fn name_from(start: usize, tokens: &[Token<'_>], position: usize, run: Span) -> Span {
    let further = tokens.iter().skip(position).skip_while(|token| token.span.start < run.end);
    let last = further.take_while(|token| continues_name(token)).last();
    Span::new(start, last.map_or(run.end, |token| token.span.end))
}

/// The span of the tokens that stand around a token without a blank between them; brackets,
/// commas and comparisons bound it.
pub(super) fn touching(tokens: &[Token<'_>], position: usize) -> Span {
    let (before, after) = tokens.split_at_checked(position).unwrap_or((tokens, &[]));
    let mut span = after.first().map_or(Span::default(), |token| token.span);
    let in_name = |token: &&Token<'_>| {
        matches!(
            token.kind,
            TokenKind::Word
                | TokenKind::Number
                | TokenKind::Period
                | TokenKind::Minus
                | TokenKind::Slash
                | TokenKind::Unknown
        )
    };
    for token in after.iter().skip(1).take_while(in_name) {
        if token.span.start == span.end {
            span = span.to(token.span);
        }
    }
    for token in before.iter().rev().take_while(in_name) {
        if token.span.end == span.start {
            span = span.to(token.span);
        }
    }
    span
}
