//! From the trace of a failed run to a diagnostic that says what would fit.

use super::input::{Expectation, Trace};
use super::lexical::{lexical, touching};
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
    let next = tokens.get(position.saturating_add(1));
    let begun_at = begun.and_then(|index| tokens.get(index)).map(|token| token.span.start);
    spoken_comma(found, before, next, &expected)
        .or_else(|| lexical(source, tokens, position, begun_at))
        .or_else(|| missing_of(tokens, position, &expected))
        .or_else(|| foreign(found, next))
        .or_else(|| misspelt(found, before, &expected))
        .or_else(|| parameter(found, &expected))
        .or_else(|| reserved(source, tokens, position, begun))
        .or_else(|| time_after_name(found, before, &expected))
        .or_else(|| unquoted(source, tokens, position, &expected))
        .or_else(|| several_words(source, tokens, position, &expected))
        .or_else(|| parted_number(source, found, before))
        .unwrap_or_else(|| unexpected(found, &expected))
}

/// A word or sign that does not fit, with the clause or place that such a thing has.
fn unexpected(found: &Token<'_>, expected: &[Expectation]) -> Diagnostic {
    let message = format!("{}, found `{}`", sentence(expected), found.text);
    let diagnostic =
        Diagnostic::error(code::UNEXPECTED, found.span, message).with_label("not here");
    let after_clause = expected.contains(&Expectation::Keyword("where"))
        && !expected.contains(&Expectation::Sign("*"));
    let help = match found.kind {
        TokenKind::Plus | TokenKind::Minus | TokenKind::Star | TokenKind::Slash if after_clause => {
            "arithmetic stands before the clauses, as in `a * 2 in VN`, or around a sentence in \
             parentheses: `(a in VN) * 2`"
        }
        TokenKind::Equal
        | TokenKind::NotEqual
        | TokenKind::Less
        | TokenKind::LessOrEqual
        | TokenKind::Greater
        | TokenKind::GreaterOrEqual
            if expected.contains(&Expectation::Keyword("where")) =>
        {
            "a condition stands after `where`: `where value > 20 million`"
        }
        TokenKind::Comma if expected.contains(&Expectation::Keyword("in")) => {
            "a sentence shows one series; `;` separates sentences: `a in VN; b in VN`"
        }
        TokenKind::Open if expected.contains(&Expectation::Region) => {
            "places are listed without parentheses: `in VN, Hanoi`"
        }
        TokenKind::Star if expected.contains(&Expectation::Region) => {
            "places are listed by name: `in VN, Hanoi`; `by province in VN` has all of a level"
        }
        _ => return diagnostic,
    };
    diagnostic.with_help(help)
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
    tokens: &[Token<'_>],
    position: usize,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let found = tokens.get(position)?;
    let before = |n: usize| position.checked_sub(n).and_then(|index| tokens.get(index));
    let verb = before(1).filter(|_| expected.contains(&Expectation::Keyword("of")))?;
    // `top 5` is one verb.
    let ranked = before(2).filter(|_| verb.kind == TokenKind::Number);
    let (span, phrase) = match ranked {
        Some(top) => (top.span.to(verb.span), format!("{} {}", top.text, verb.text)),
        None => (verb.span, verb.text.to_owned()),
    };
    let begins = matches!(found.kind, TokenKind::Text | TokenKind::Open | TokenKind::Parameter)
        || (found.kind == TokenKind::Word && !words::is_reserved(found.text));
    if !begins {
        return None;
    }
    let after = Span::new(verb.span.end, verb.span.end);
    let message = format!("`{phrase}` needs `of` before `{}`", found.text);
    let of = if found.span.start == verb.span.end { " of " } else { " of" };
    Some(
        Diagnostic::error(code::MISSING_OF, span, message)
            .with_label("a verb stands before `of`")
            .with_fix(after, of),
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
    next: Option<&Token<'_>>,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let places = expected.contains(&Expectation::Keyword("except"));
    let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Text);
    let joins = ["vs", "versus"].iter().any(|word| found.is_word(word)) || found.text == "&";
    let spoken = found.is_word("and")
        || found.is_word("or")
        || (joins && places && next.is_some_and(is_name));
    if !spoken || !expected.contains(&Expectation::Sign(",")) {
        return None;
    }
    let gap = Span::new(before?.span.end, found.span.end);
    let message = format!("Since says `,` rather than `{}` in a list", found.text);
    let diagnostic = Diagnostic::error(code::FOREIGN_WORD, found.span, message)
        .with_label("a comma fits here")
        .with_fix(gap, ",");
    Some(if places {
        diagnostic.with_help("`in A, B` makes two rows, `in A + B` one region of both")
    } else {
        diagnostic
    })
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
    if name.bytes().all(|b| b.is_ascii_digit()) {
        let message = format!("`{name}` is neither a year, a period nor a bare name");
        return Some(
            Diagnostic::error(code::UNQUOTED_NAME, span, message)
                .with_label("a year has four digits")
                .with_help("a name that is a number stands in quotes"),
        );
    }
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

/// `20 000`: a blank between the digits of thousands.
fn parted_number(
    source: &str,
    found: &Token<'_>,
    before: Option<&Token<'_>>,
) -> Option<Diagnostic> {
    let is_number = |token: &&Token<'_>| token.kind == TokenKind::Number;
    let before = before.filter(is_number)?;
    let span = before.span.to(found.span);
    let number = source.get(span.start..span.end)?;
    (is_number(&found) && found.text.len() == 3).then(|| {
        Diagnostic::error(code::COMMA_IN_NUMBER, span, format!("`{number}` is two numbers"))
            .with_label("a blank between digits")
            .with_help("thousands are written 20000 or 20_000, fractions 1.5")
            .with_fix(span, format!("{}{}", before.text, found.text))
    })
}

/// `health insurance participants in VN`: a name of several words stands in quotes.
/// `hi.participants VN`: a place needs its clause.
fn several_words(
    source: &str,
    tokens: &[Token<'_>],
    position: usize,
    expected: &[Expectation],
) -> Option<Diagnostic> {
    let is_free =
        |token: &&Token<'_>| token.kind == TokenKind::Word && !words::is_reserved(token.text);
    let is_code = |token: &Token<'_>| token.text.contains(['.', '_']);
    let found = tokens.get(position).filter(is_free)?;
    let first = position.checked_sub(1).and_then(|index| tokens.get(index)).filter(is_free)?;
    let listing = expected.contains(&Expectation::Keyword("indicators"));
    if listing || !expected.contains(&Expectation::Sign("*")) || is_code(found) {
        return None;
    }
    if is_code(first) {
        let message = format!("{}, found `{}`", sentence(expected), found.text);
        let start = Span::new(found.span.start, found.span.start);
        return Some(
            Diagnostic::error(code::UNEXPECTED, found.span, message)
                .with_label("a place stands in a clause")
                .with_fix(start, "in "),
        );
    }
    let last = tokens.iter().skip(position).take_while(is_free).last()?;
    let span = first.span.to(last.span);
    let name = source.get(span.start..span.end)?;
    let message = format!("`{name}` is a name of several words, without quotes");
    Some(
        Diagnostic::error(code::UNQUOTED_NAME, span, message)
            .with_label("an indicator is one bare word, or stands in quotes")
            .with_fix(span, format!("\"{name}\"")),
    )
}

/// "expected a, b or c", what is likeliest first.
fn sentence(expected: &[Expectation]) -> String {
    let arithmetic = expected.contains(&Expectation::Sign("*"));
    let mut ranked: Vec<(u8, String)> = Vec::new();
    let compares = expected.contains(&Expectation::Sign("<"));
    for what in expected {
        let (rank, shown) = describe(*what, arithmetic);
        let one_of_many = (*what == Expectation::Sign("-") && !arithmetic)
            || (*what == Expectation::Sign("=") && compares);
        if !one_of_many && !ranked.iter().any(|(_, known)| *known == shown) {
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
        Expectation::Sign("!=" | "<" | "<=" | ">" | ">=") => {
            in_words(3, "a comparison such as `>`")
        }
        Expectation::Keyword(word) | Expectation::Sign(word) => (3, format!("`{word}`")),
        Expectation::Parameter => in_words(6, "a parameter"),
        Expectation::End => in_words(7, "the end"),
    }
}
