//! A phrasebook: what people say in English, SQL, spreadsheets and other query languages, and
//! what Since says. It is looked into only where a text does not fit, so it refuses nothing.

mod matching;
mod table;
mod time;

use self::matching::{Match, matching};
use self::table::{PHRASES, Phrase};
use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::token::Token;

/// Tokens before an error where a phrase may begin that reaches it.
const REACH: usize = 12;

/// What is said with more than the phrasebook knows.
const EXACT: [&str; 9] = [
    code::UNTERMINATED_TEXT,
    code::COMMA_IN_NUMBER,
    code::NUMBER_RANGE,
    code::NO_SUCH_PERIOD,
    code::YOY_PLACE,
    code::TEXT_TOO_LONG,
    code::TOO_MANY_TOKENS,
    code::TOO_DEEP,
    code::TOO_MANY_NODES,
];

/// Words after which a time stands.
const BEFORE_TIME: [&str; 13] = [
    "at", "since", "until", "between", "during", "of", "and", "before", "after", "from", "to",
    "by", "the",
];

/// The diagnostic of a phrase that lies where the error shows, or else the diagnostic itself.
pub(crate) fn better(source: &str, tokens: &[Token<'_>], diagnostic: Diagnostic) -> Diagnostic {
    if EXACT.contains(&diagnostic.code) {
        return diagnostic;
    }
    let place = diagnostic.span;
    let first = tokens.iter().take_while(|token| token.span.end <= place.start).count();
    let last = tokens.iter().take_while(|token| token.span.start < place.end).count();
    let last = last.saturating_sub(1).max(first);
    let touches = |at: usize, length: usize| at <= last && at.saturating_add(length) >= first;
    let found =
        (first.saturating_sub(REACH)..=last).find_map(|at| phrase_at(source, tokens, at, &touches));
    found.unwrap_or(diagnostic)
}

/// The first phrase inside a name that nobody knows, where the name itself is the text.
pub(crate) fn inside(name: &str, tokens: &[Token<'_>]) -> Option<Diagnostic> {
    // A name of more words than this is no name.
    let places = tokens.len().min(64);
    (0..places).find_map(|at| phrase_at(name, tokens, at, &|_, _| true))
}

/// How Since writes a time that stands there alone, quotes and all.
pub(crate) fn as_time(tokens: &[Token<'_>]) -> Option<String> {
    time::time(tokens).filter(|time| time.length == tokens.len()).map(|time| time.text)
}

/// The longest phrase at a place, or a time that is written otherwise.
fn phrase_at(
    source: &str,
    tokens: &[Token<'_>],
    at: usize,
    touches: &dyn Fn(usize, usize) -> bool,
) -> Option<Diagnostic> {
    let mut longest: Option<(&Phrase, Match)> = None;
    for phrase in PHRASES {
        if let Some(found) = matching(phrase.said, tokens, at)
            && touches(at, found.length)
            && !is_said_so(source, tokens, at, phrase, &found)
            && longest.as_ref().is_none_or(|(_, known)| known.length < found.length)
        {
            longest = Some((phrase, found));
        }
    }
    match longest {
        Some((phrase, found)) => Some(say(source, tokens, at, phrase, &found)),
        None => foreign_time(source, tokens, at, touches),
    }
}

/// Whether the phrase is what Since says.
fn is_said_so(
    source: &str,
    tokens: &[Token<'_>],
    at: usize,
    phrase: &Phrase,
    found: &Match,
) -> bool {
    let said = span_of(tokens, at, found.length).and_then(|span| source.get(span.start..span.end));
    let since = phrase.since.map(|template| found.fill(template));
    said.zip(since).is_some_and(|(said, since)| said.eq_ignore_ascii_case(&since))
}

/// A time after a word such as `at` that is not written as Since writes it.
fn foreign_time(
    source: &str,
    tokens: &[Token<'_>],
    at: usize,
    touches: &dyn Fn(usize, usize) -> bool,
) -> Option<Diagnostic> {
    let before = at.checked_sub(1).and_then(|index| tokens.get(index))?;
    let time = time::time(tokens.get(at..)?)?;
    let follows = BEFORE_TIME.iter().any(|word| before.is_word(word));
    if time.is_native || !follows || !touches(at, time.length) {
        return None;
    }
    let span = span_of(tokens, at, time.length)?;
    let said = source.get(span.start..span.end)?;
    Some(written_otherwise(said, span, &time.text))
}

/// A time that is not written as Since writes it.
pub(crate) fn written_otherwise(said: &str, span: Span, since: &str) -> Diagnostic {
    Diagnostic::error(code::FOREIGN_TIME, span, format!("Since writes `{since}`, not `{said}`"))
        .with_label("a time")
        .with_help("periods are written 2024, 2024-H1, 2024-Q2, 2024-06, 2024-W05, 2024-07-10")
        .with_fix(span, since)
}

/// The diagnostic of a phrase.
fn say(
    source: &str,
    tokens: &[Token<'_>],
    at: usize,
    phrase: &Phrase,
    found: &Match,
) -> Diagnostic {
    let span = span_of(tokens, at, found.length).unwrap_or_default();
    let said = source.get(span.start..span.end).unwrap_or_default();
    let since = phrase.since.map(|template| found.fill(template));
    let message = match since.as_deref() {
        None => format!("`{said}` is not a phrase of Since"),
        Some("") => format!("Since leaves `{said}` out"),
        Some(since) => format!("Since says `{since}` rather than `{said}`"),
    };
    let label = match since.as_deref() {
        Some("") => "not needed",
        _ => "Since says it otherwise",
    };
    let diagnostic = Diagnostic::error(code::FOREIGN_WORD, span, message)
        .with_label(label)
        .with_help(phrase.help);
    match since {
        None => diagnostic,
        Some(since) if since.is_empty() => {
            let end = at.saturating_add(found.length);
            let gap = match (tokens.get(end), at.checked_sub(1).and_then(|i| tokens.get(i))) {
                (Some(next), _) => Span::new(span.start, next.span.start),
                (None, Some(before)) => Span::new(before.span.end, span.end),
                (None, None) => span,
            };
            diagnostic.with_fix(gap, "")
        }
        Some(since) => diagnostic.with_fix(span, spaced(source, span, &since)),
    }
}

/// A replacement with blanks where it would run into what stands beside it.
fn spaced(source: &str, span: Span, replacement: &str) -> String {
    let before = source.get(..span.start).and_then(|text| text.chars().next_back());
    let after = source.get(span.end..).and_then(|text| text.chars().next());
    let runs_on = |c: Option<char>| {
        c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | ')' | '"' | '$' | '_'))
    };
    let left = if runs_on(before) && before != Some('(') { " " } else { "" };
    let right = if runs_on(after) && after != Some(')') { " " } else { "" };
    format!("{left}{replacement}{right}")
}

fn span_of(tokens: &[Token<'_>], at: usize, length: usize) -> Option<Span> {
    let last = at.checked_add(length)?.checked_sub(1)?;
    Some(tokens.get(at)?.span.to(tokens.get(last)?.span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_use_what_their_phrases_capture() {
        let captures = ["TIME", "FOREIGN", "NUMBER", "FREQUENCY", "LEVEL", "NAME"];
        for phrase in PHRASES {
            let captured = phrase.said.split(' ').filter(|e| captures.contains(e)).count();
            let used = phrase.since.map_or(0, |since| since.matches('$').count());
            assert!(used <= captured, "{}", phrase.said);
            assert!(!phrase.help.is_empty() && !phrase.help.ends_with('.'), "{}", phrase.said);
            let is_lower = |word: &str| !word.chars().any(char::is_uppercase);
            for element in phrase.said.split(' ') {
                let known = captures.contains(&element) || element == "OF";
                assert!(known || is_lower(element), "{}: {element}", phrase.said);
            }
        }
    }

    #[test]
    fn no_phrase_stands_twice() {
        let mut said: Vec<&str> = PHRASES.iter().map(|phrase| phrase.said).collect();
        said.sort_unstable();
        let all = said.len();
        said.dedup();
        assert_eq!(said.len(), all);
    }
}
