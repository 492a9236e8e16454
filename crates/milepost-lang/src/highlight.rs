//! Classes of tokens, for colours while typing.

use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::words;

/// What a token is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// A word before `of`, with what belongs to it.
    Verb,
    /// A name of an indicator, region, milestone, level or unit.
    Name,
    /// A number.
    Number,
    /// A period or year.
    Period,
    /// A quoted string.
    Text,
    /// `$name`
    Parameter,
    /// A sign.
    Sign,
    /// A comment.
    Comment,
    /// A character or word that the language does not use.
    Error,
}

/// The class of every token except blanks, in the order of the text. A text under way needs
/// not parse; contextual words are told by their neighbours.
///
/// ```
/// use milepost_lang::{Class, highlight};
/// let classes: Vec<_> = highlight("growth of x since 1995").iter().map(|(_, c)| *c).collect();
/// assert_eq!(classes, [Class::Verb, Class::Keyword, Class::Name, Class::Keyword, Class::Period]);
/// ```
pub fn highlight(source: &str) -> Vec<(Span, Class)> {
    let tokens = crate::lexer::tokenize(source);
    let shown: Vec<&Token<'_>> = tokens.iter().filter(|t| t.kind != TokenKind::Blank).collect();
    let neighbour = |index: Option<usize>| index.and_then(|index| shown.get(index)).copied();
    shown
        .iter()
        .enumerate()
        .map(|(index, token)| {
            let before = neighbour(index.checked_sub(1));
            let after = neighbour(index.checked_add(1));
            (token.span, class(token, before, after))
        })
        .collect()
}

fn class(token: &Token<'_>, before: Option<&Token<'_>>, after: Option<&Token<'_>>) -> Class {
    match token.kind {
        TokenKind::Word => word(token, before, after),
        TokenKind::Number if token.is_year() && is_time(before) => Class::Period,
        TokenKind::Number => Class::Number,
        TokenKind::Period => Class::Period,
        TokenKind::Text => Class::Text,
        TokenKind::Parameter => Class::Parameter,
        TokenKind::Comment => Class::Comment,
        TokenKind::Unknown | TokenKind::UnterminatedText | TokenKind::CommaNumber => Class::Error,
        _ => Class::Sign,
    }
}

/// Whether a time is expected after the token.
fn is_time(before: Option<&Token<'_>>) -> bool {
    const TIME: [&str; 9] =
        ["since", "until", "between", "and", "during", "at", "before", "of", "to"];
    before.is_some_and(|token| TIME.iter().any(|word| token.is_word(word)))
}

fn word(token: &Token<'_>, before: Option<&Token<'_>>, after: Option<&Token<'_>>) -> Class {
    let after_is = |word: &str| after.is_some_and(|token| token.is_word(word));
    let after_is_number = after.is_some_and(|token| token.kind == TokenKind::Number);
    let before_is =
        |known: &[&str]| before.is_some_and(|token| known.iter().any(|word| token.is_word(word)));
    let before_is_kind = |kind| before.is_some_and(|token| token.kind == kind);
    let is = |known: &[&str]| known.iter().any(|word| token.is_word(word));
    let is_or_plural = |singular: &str| words::is_word_or_plural(token.text, singular);

    if words::is_reserved(token.text) {
        let foreign = words::FOREIGN.iter().any(|(word, ..)| token.is_word(word));
        let used = (token.is_word("before") && before_is(&["or"])) || token.is_word("per");
        return if foreign && !used { Class::Error } else { Class::Keyword };
    }
    let verb = words::verbs().any(|verb| token.is_word(verb)) && after_is("of");
    let phrase = (is(&["top", "bottom", "rolling"]) && after_is_number)
        || (token.is_word("yoy") && after.is_some_and(|t| words::is_measure(t.text)));
    if verb || phrase {
        return Class::Verb;
    }
    let opens = before.is_none() || before_is_kind(TokenKind::Semicolon);
    let named = after.is_some_and(|t| !words::is_reserved(t.text));
    let in_list = before_is_kind(TokenKind::Comma);
    let frequency = words::FREQUENCIES.iter().any(|(word, _)| is_or_plural(word));
    let status = words::STATUSES.iter().any(|(word, _)| is_or_plural(word));
    let keyword = (opens && named && is(&["show", "explain", "let", "list", "describe"]))
        || (before_is(&["explain", "="]) && token.is_word("show"))
        || (frequency && (before_is(&["by"]) || in_list || before_is_kind(TokenKind::Number)))
        || (status && (before_is(&["including", "only"]) || in_list))
        || (before_is(&["fill"]) && is(&["none", "previous", "linear"]))
        || (before_is(&["on"]) && token.is_word("boundaries"))
        || (before_is(&["over"]) && token.is_word("last"))
        || (before_is(&["to"]) && is(&["parent", "target"]))
        || (token.is_word("target") && before.is_some_and(Token::is_year))
        || (is(&["start", "end"]) && after_is("of"))
        || (is_time(before) && is(&["latest", "first"]));
    if keyword { Class::Keyword } else { Class::Name }
}
