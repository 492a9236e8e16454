//! Whether a phrase stands at a place.

use super::time::{says, time};
use crate::token::{Token, TokenKind};
use crate::words;

/// A phrase that was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Tokens that it takes.
    pub(super) length: usize,
    /// What was captured, in order.
    pub(super) captured: Vec<String>,
}

impl Match {
    /// A template with `$1`, `$2` … replaced by what was captured.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut text = template.to_owned();
        for (number, captured) in (1_usize..).zip(&self.captured) {
            text = text.replace(&format!("${number}"), captured);
        }
        text
    }
}

/// Levels of regions, plural and singular.
const LEVELS: [(&str, &str); 6] = [
    ("provinces", "province"),
    ("province", "province"),
    ("districts", "district"),
    ("district", "district"),
    ("communes", "commune"),
    ("commune", "commune"),
];

/// Matches a phrase with the tokens from `at` on. A phrase is made of words parted by blanks:
///
/// * `a|b` is one of several words or signs, `a?` may be left out;
/// * `^` is the beginning of the statement, `!a|b` anything but these words before the phrase;
/// * `TIME`, `NUMBER`, `FREQUENCY`, `LEVEL` and `NAME` capture what they say, `FOREIGN` a time
///   that is not written as Since writes it;
/// * `OF` is `of`, or an opening parenthesis after the phrase: a call.
pub(super) fn matching(said: &str, tokens: &[Token<'_>], at: usize) -> Option<Match> {
    let mut next = at;
    let mut captured = Vec::new();
    for element in said.split(' ') {
        let rest = tokens.get(next..)?;
        if element == "^" {
            if at > 0 {
                return None;
            }
        } else if let Some(words) = element.strip_prefix('!') {
            let before = at.checked_sub(1).and_then(|index| tokens.get(index));
            if before.is_some_and(|token| is_one_of(token, words)) {
                return None;
            }
        } else if let Some(words) = element.strip_suffix('?') {
            let skip = rest.first().is_some_and(|token| is_one_of(token, words));
            next = next.saturating_add(usize::from(skip));
        } else {
            let (length, capture) = step(element, rest)?;
            captured.extend(capture);
            next = next.saturating_add(length);
        }
    }
    let length = next.checked_sub(at).filter(|length| *length > 0)?;
    Some(Match { length, captured })
}

/// One element that must be there: the tokens that it takes, and what it captures.
fn step(element: &str, rest: &[Token<'_>]) -> Option<(usize, Option<String>)> {
    let first = rest.first()?;
    let own = |token: &Token<'_>| (1, Some(token.text.to_owned()));
    match element {
        "TIME" => time(rest).map(|time| (time.length, Some(time.text))),
        "FOREIGN" => {
            let time = time(rest).filter(|time| !time.is_native)?;
            Some((time.length, Some(time.text)))
        }
        "NUMBER" => {
            let is_number = first.kind == TokenKind::Number && !first.is_year();
            is_number.then(|| own(first))
        }
        "FREQUENCY" => {
            let is_frequency = |word: &str| {
                words::FREQUENCIES.iter().any(|(known, _)| words::is_word_or_plural(word, known))
            };
            is_frequency(first.text).then(|| own(first))
        }
        "LEVEL" => {
            let (_, level) = LEVELS.iter().find(|(word, _)| first.is_word(word))?;
            Some((1, Some((*level).to_owned())))
        }
        "NAME" => {
            // These begin something else than a name: a verb, `over last`.
            let is_verb = words::verbs().chain(["the"]).any(|word| first.is_word(word));
            let is_word =
                first.kind == TokenKind::Word && !words::is_reserved(first.text) && !is_verb;
            (is_word || first.kind == TokenKind::Text).then(|| own(first))
        }
        "OF" if first.kind == TokenKind::Open => Some((0, None)),
        "OF" => first.is_word("of").then_some((1, None)),
        words => is_one_of(first, words).then_some((1, None)),
    }
}

fn is_one_of(token: &Token<'_>, words: &str) -> bool {
    words.split('|').any(|word| says(token, &[word]))
}
