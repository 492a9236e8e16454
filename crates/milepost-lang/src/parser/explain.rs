//! From the trace of a failed run to a diagnostic that says what would fit.

use super::input::{Expectation, Trace};
use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::words;

/// Expectations that a message lists at most.
const MAX_LISTED: usize = 6;

/// What stopped the parser, as exactly as it can be said.
pub(super) fn failure(source: &str, tokens: &[Token<'_>], trace: &Trace<'_>) -> Diagnostic {
    let position = trace.furthest();
    let traced = trace.expected();
    let begun = traced.iter().filter(|(_, from)| *from < position).map(|(_, from)| *from).min();
    let expected: Vec<Expectation> =
        traced.iter().filter(|(_, from)| *from == position).map(|(what, _)| *what).collect();
    let before = position.checked_sub(1).and_then(|index| tokens.get(index));
    let Some(found) = tokens.get(position) else {
        return unfinished(tokens, &expected, before);
    };
    lexical(source, tokens, position)
        .or_else(|| missing_of(found, before, &expected))
        .or_else(|| foreign(found, tokens.get(position.saturating_add(1))))
        .or_else(|| spoken_comma(found, before, &expected))
        .or_else(|| misspelt(found, before, &expected))
        .or_else(|| parameter(found, &expected))
        .or_else(|| reserved(source, tokens, position, begun))
        .or_else(|| time_after_name(found, before, &expected))
        .or_else(|| unquoted(source, tokens, position, &expected))
        .unwrap_or_else(|| {
            let message = format!("{}, found `{}`", sentence(&expected), found.text);
            Diagnostic::error(code::UNEXPECTED, found.span, message).with_label("not here")
        })
}

/// Tokens that fit nowhere.
fn lexical(source: &str, tokens: &[Token<'_>], position: usize) -> Option<Diagnostic> {
    let found = tokens.get(position)?;
    match found.kind {
        TokenKind::Unknown => Some(unknown_character(source, found, touching(tokens, position))),
        TokenKind::UnterminatedText => {
            let close = match found.text.chars().next() {
                Some('“') => '”',
                Some(quote) => quote,
                None => '"',
            };
            let end = Span::new(found.span.end, found.span.end);
            let message = "a quoted string ends on its own line";
            let line_ends = source.get(found.span.end..).unwrap_or_default();
            let diagnostic = Diagnostic::error(code::UNTERMINATED_TEXT, found.span, message)
                .with_label(format!("no closing {close}"));
            let at_end = line_ends.trim().is_empty();
            Some(if at_end { diagnostic.with_fix(end, close) } else { diagnostic })
        }
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

/// The span of the tokens that stand around a token without a blank between them; brackets,
/// commas and comparisons bound it.
fn touching(tokens: &[Token<'_>], position: usize) -> Span {
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

/// The statement ends where something is still needed.
fn unfinished(
    tokens: &[Token<'_>],
    expected: &[Expectation],
    before: Option<&Token<'_>>,
) -> Diagnostic {
    let end = before.map_or(0, |token| token.span.end);
    let message = format!("{}, found the end", sentence(expected));
    let diagnostic =
        Diagnostic::error(code::UNFINISHED, Span::new(end, end), message).with_label("ends here");
    let unclosed = unclosed(tokens);
    match unclosed {
        Some(open) if expected.contains(&Expectation::Sign(")")) => diagnostic
            .with_related(open.span, "this parenthesis is open")
            .with_fix(Span::new(end, end), ")"),
        _ => diagnostic,
    }
}

/// The innermost parenthesis without its partner.
fn unclosed<'t>(tokens: &'t [Token<'t>]) -> Option<&'t Token<'t>> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::Open => open.push(token),
            TokenKind::Close => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// `growth x`: the verb lacks its `of`.
fn missing_of(
    found: &Token<'_>,
    before: Option<&Token<'_>>,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let verb = before.filter(|_| expected.contains(&Expectation::Keyword("of")))?;
    let begins = matches!(found.kind, TokenKind::Text | TokenKind::Open | TokenKind::Parameter)
        || (found.kind == TokenKind::Word && !words::is_reserved(found.text));
    if !begins {
        return None;
    }
    let after = Span::new(verb.span.end, verb.span.end);
    let message = format!("`{}` needs `of` before `{}`", verb.text, found.text);
    Some(
        Diagnostic::error(code::MISSING_OF, verb.span, message)
            .with_label("a verb is a word followed by `of`")
            .with_fix(after, " of"),
    )
}

/// A word that another language uses.
fn foreign(found: &Token<'_>, next: Option<&Token<'_>>) -> Option<Diagnostic> {
    let (word, replacement, help) = words::FOREIGN.iter().find(|(word, ..)| found.is_word(word))?;
    let message = match replacement {
        Some(replacement) => format!("Since says `{replacement}` rather than `{word}`"),
        None => format!("`{word}` is not a word of Since"),
    };
    let diagnostic = Diagnostic::error(code::FOREIGN_WORD, found.span, message)
        .with_label("Since says it otherwise")
        .with_help(*help);
    Some(match (*word, next) {
        ("group", Some(by)) if by.is_word("by") => {
            diagnostic.with_fix(found.span.to(by.span), "by")
        }
        _ => match replacement {
            Some(replacement) => diagnostic.with_fix(found.span, *replacement),
            None => diagnostic,
        },
    })
}

/// A near miss at the token, or at a bare word just before it that a name has swallowed.
fn misspelt(
    found: &Token<'_>,
    before: Option<&Token<'_>>,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let keywords = expected.iter().filter_map(|what| match what {
        Expectation::Keyword(word) => Some(*word),
        Expectation::Verb(phrase) => phrase.split(' ').next(),
        _ => None,
    });
    let is_word =
        |token: &&Token<'_>| token.kind == TokenKind::Word && !words::is_reserved(token.text);
    let here = Some(found)
        .filter(is_word)
        .and_then(|token| words::nearest(token.text, keywords).map(|word| (token, word)));
    let one_back = || {
        let swallowed = before.filter(is_word).filter(|token| token.text.chars().count() >= 4)?;
        words::nearest(swallowed.text, words::CLAUSES).map(|word| (swallowed, word))
    };
    let (token, word) = here.or_else(one_back)?;
    let message = format!("`{}` may be meant as `{word}`", token.text);
    Some(
        Diagnostic::error(code::MISSPELT, token.span, message)
            .with_label(format!("like `{word}`"))
            .with_fix(token.span, word),
    )
}

/// A parameter where no value can stand.
fn parameter(found: &Token<'_>, expected: &[Expectation]) -> Option<Diagnostic> {
    (found.kind == TokenKind::Parameter).then(|| {
        let message = format!("{}, found a parameter", sentence(expected));
        Diagnostic::error(code::PARAMETER_PLACE, found.span, message)
            .with_label("not here")
            .with_help("parameters stand for names, anchors, numbers and units")
    })
}

/// `in VN and Hanoi`: lists are written with commas.
fn spoken_comma(
    found: &Token<'_>,
    before: Option<&Token<'_>>,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let spoken = found.is_word("and") || found.is_word("or");
    if !spoken || !expected.contains(&Expectation::Sign(",")) {
        return None;
    }
    let gap = Span::new(before?.span.end, found.span.end);
    let message = format!("Since says `,` rather than `{}` in a list", found.text);
    Some(
        Diagnostic::error(code::FOREIGN_WORD, found.span, message)
            .with_label("a comma fits here")
            .with_help("`in A, B` makes two rows, `in A + B` one region of both")
            .with_fix(gap, ","),
    )
}

/// A reserved word inside a bare name that began at the token `begun`.
fn reserved(
    source: &str,
    tokens: &[Token<'_>],
    position: usize,
    begun: Option<usize>,
) -> Option<Diagnostic> {
    let found = tokens.get(position).filter(|token| words::is_reserved(token.text))?;
    let first = tokens.get(begun?)?;
    let further = tokens.get(position.saturating_add(1)..)?;
    let last = further
        .iter()
        .take_while(|token| token.kind == TokenKind::Word && !words::is_reserved(token.text))
        .last()?;
    let span = first.span.to(last.span);
    let name = source.get(span.start..span.end)?;
    let message = format!("`{}` is a word of the language and ends a bare name", found.text);
    Some(
        Diagnostic::error(code::RESERVED_IN_NAME, found.span, message)
            .with_label("not part of the name")
            .with_help("a name with such a word in it stands in quotes")
            .with_fix(span, format!("\"{name}\"")),
    )
}

/// `in VN 2019`: a time needs its clause.
fn time_after_name(
    found: &Token<'_>,
    before: Option<&Token<'_>>,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let is_time = found.is_year() || found.kind == TokenKind::Period;
    if !is_time || before.is_none() || !expected.contains(&Expectation::Keyword("at")) {
        return None;
    }
    let message = format!("{}, found `{}`", sentence(expected), found.text);
    let start = Span::new(found.span.start, found.span.start);
    Some(
        Diagnostic::error(code::UNEXPECTED, found.span, message)
            .with_label("a time stands in a clause")
            .with_help("a bare name does not go on with a year; a name with one stands in quotes")
            .with_fix(start, "at "),
    )
}

/// `since 28-NQ/TW`: signs or leading digits in a name.
fn unquoted(
    source: &str,
    tokens: &[Token<'_>],
    position: usize,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let begins_name =
        expected.iter().any(|what| matches!(what, Expectation::Region | Expectation::Milestone));
    let found = tokens.get(position)?;
    let starts_with_digit = matches!(found.kind, TokenKind::Number | TokenKind::Period);
    if !begins_name || !starts_with_digit {
        return None;
    }
    let span = Span::new(found.span.start, touching(tokens, position).end);
    let name = source.get(span.start..span.end)?;
    Some(
        Diagnostic::error(
            code::UNQUOTED_NAME,
            span,
            format!("`{name}` is neither a year, a period nor a bare name"),
        )
        .with_label("a bare name begins with a letter")
        .with_fix(span, format!("\"{name}\"")),
    )
}

/// "expected a, b or c", what is likeliest first.
fn sentence(expected: &[Expectation]) -> String {
    let arithmetic = expected.contains(&Expectation::Sign("*"));
    let mut ranked: Vec<(u8, String)> = Vec::new();
    for what in expected {
        let (rank, shown) = describe(*what, arithmetic);
        let prefix = *what == Expectation::Sign("-") && !arithmetic;
        if !prefix && !ranked.iter().any(|(_, known)| *known == shown) {
            ranked.push((rank, shown));
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut listed: Vec<String> = ranked.into_iter().map(|(_, shown)| shown).collect();
    let left_out = listed.len().saturating_sub(MAX_LISTED);
    listed.truncate(MAX_LISTED);
    match listed.split_last() {
        None => "nothing more fits".to_owned(),
        Some((last, [])) => format!("expected {last}"),
        Some((last, others)) if left_out == 0 => {
            format!("expected {} or {last}", others.join(", "))
        }
        Some(_) => format!("expected {} or others", listed.join(", ")),
    }
}

/// An expectation in words with its rank; words of one class share one description.
fn describe(what: Expectation, arithmetic: bool) -> (u8, String) {
    let in_words = |rank: u8, shown: &str| (rank, shown.to_owned());
    let is_frequency = |word| words::FREQUENCIES.iter().any(|(known, _)| *known == word);
    let is_magnitude = |word| words::MAGNITUDES.iter().any(|(known, _)| *known == word);
    match what {
        Expectation::Indicator => in_words(0, "an indicator"),
        Expectation::Region => in_words(0, "a region"),
        Expectation::Period => in_words(0, "a year or period"),
        Expectation::Milestone => in_words(1, "a milestone"),
        Expectation::Number => in_words(1, "a number"),
        Expectation::Unit => in_words(1, "a unit"),
        Expectation::Level => in_words(1, "a region level"),
        Expectation::Text => in_words(1, "a quoted string"),
        Expectation::NewName => in_words(1, "a new name"),
        Expectation::Verb(_) => in_words(2, "a verb such as `growth of`"),
        Expectation::Keyword("show") => in_words(6, "`show`"),
        Expectation::Keyword(word) if words::CLAUSES.contains(&word) => {
            in_words(5, "a clause such as `in`, `by` or `since`")
        }
        Expectation::Keyword(word) if is_frequency(word) => {
            in_words(0, "a frequency such as `year`")
        }
        Expectation::Keyword(word) if is_magnitude(word) => {
            in_words(3, "a magnitude such as `million`")
        }
        Expectation::Sign("+" | "-" | "*" | "/") if arithmetic => in_words(4, "an operator"),
        Expectation::Sign("=" | "!=" | "<" | "<=" | ">" | ">=") => {
            in_words(3, "a comparison such as `>`")
        }
        Expectation::Keyword(word) | Expectation::Sign(word) => (3, format!("`{word}`")),
        Expectation::Parameter => in_words(6, "a parameter"),
        Expectation::End => in_words(7, "the end"),
    }
}
