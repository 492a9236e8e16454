//! What may stand at the cursor, and whether a text is a whole script.

use crate::parser::{Expectation, Trace, run, significant, statements};
use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::words;

/// Something that may stand at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What may stand there. Names are for the caller to fill in from a catalogue.
    pub what: Expectation,
    /// The part of the text that it replaces, up to the cursor: empty, the word under way,
    /// or the whole bare name under way.
    pub span: Span,
}

/// What the grammar allows at the end of `prefix`, in the order of the grammar. Keywords are
/// kept when they begin with the word under way; nothing is offered after an error.
///
/// ```
/// use milepost_lang::{Expectation, complete};
/// let candidates = complete("growth of si.participants si");
/// assert_eq!(candidates.len(), 1);
/// assert_eq!(candidates[0].what, Expectation::Keyword("since"));
/// assert_eq!(candidates[0].span.start, 26);
/// let candidates = complete("si.participants in Vinh L");
/// assert_eq!(candidates[0].what, Expectation::Region);
/// assert_eq!(candidates[0].span.start, 19);
/// ```
pub fn complete(prefix: &str) -> Vec<Candidate> {
    let all = crate::lexer::tokenize(prefix);
    if all.last().is_some_and(|token| token.kind == TokenKind::Comment) {
        return Vec::new();
    }
    let partial = all.last().copied().filter(|token| is_partial(token.kind));
    let mut tokens = significant(prefix);
    if partial.is_some() {
        tokens.pop();
    }
    let end = Span::new(prefix.len(), prefix.len());
    let start = partial.map_or(end.start, |token| token.span.start);
    tokens.push(Token { kind: TokenKind::Cursor, text: "", span: Span::new(start, end.end) });
    let Some(statement) = statements(&tokens).last() else { return Vec::new() };
    let trace = Trace::new(statement);
    let _ = run(&trace);
    if trace.furthest().saturating_add(1) != statement.len() {
        return Vec::new();
    }
    let used = used_clauses(statement);
    let mut candidates = Vec::new();
    for (what, from) in trace.expected() {
        let from = statement.get(from).map_or(start, |token| token.span.start);
        let fits = match what {
            Expectation::Keyword(word) => fits(word, partial) && !used.contains(&word),
            Expectation::Verb(phrase) => fits(phrase, partial),
            Expectation::Sign(_) => partial.is_none(),
            Expectation::End => false,
            Expectation::Number => partial.is_none_or(|t| t.kind == TokenKind::Number),
            Expectation::Parameter => partial.is_none_or(|t| t.kind == TokenKind::Parameter),
            Expectation::Period => {
                partial.is_none_or(|t| matches!(t.kind, TokenKind::Number | TokenKind::Period))
            }
            Expectation::Text => partial.is_none_or(|t| t.kind == TokenKind::UnterminatedText),
            Expectation::Indicator
            | Expectation::Region
            | Expectation::Milestone
            | Expectation::Unit
            | Expectation::Level
            | Expectation::NewName => partial.is_none_or(|t| t.kind != TokenKind::Parameter),
        };
        let candidate = Candidate { what, span: Span::new(from, end.end) };
        if fits {
            candidates.push(candidate);
        }
    }
    candidates
}

/// Whether a token at the very end of the text may still be under way.
fn is_partial(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Word
            | TokenKind::Number
            | TokenKind::Period
            | TokenKind::Parameter
            | TokenKind::UnterminatedText
    )
}

/// Whether a keyword begins with the word under way.
fn fits(keyword: &str, partial: Option<Token<'_>>) -> bool {
    partial.is_none_or(|token| {
        token.kind == TokenKind::Word
            && keyword.get(..token.text.len()).is_some_and(|k| k.eq_ignore_ascii_case(token.text))
    })
}

/// The clauses that the sentence at the end of the tokens has already. `as` begins three.
fn used_clauses(tokens: &[Token<'_>]) -> Vec<&'static str> {
    let mut used = Vec::new();
    let mut closed = 0_usize;
    for token in tokens.iter().rev() {
        match token.kind {
            TokenKind::Close => closed = closed.saturating_add(1),
            TokenKind::Open if closed == 0 => break,
            TokenKind::Open => closed = closed.saturating_sub(1),
            TokenKind::Word if closed == 0 => {
                used.extend(
                    words::CLAUSES
                        .into_iter()
                        .filter(|clause| *clause != "as" && token.is_word(clause)),
                );
            }
            _ => {}
        }
    }
    used
}

/// Whether Enter may run the text: `false` only when its last statement parses up to its end
/// and needs more. A text with an error elsewhere is complete, so that the error shows.
///
/// ```
/// use milepost_lang::is_complete;
/// assert!(is_complete("growth of si.participants since 1995"));
/// assert!(!is_complete("growth of si.participants since"));
/// assert!(!is_complete("(si.participants in VN"));
/// assert!(is_complete("growth of ) since"));
/// ```
pub fn is_complete(source: &str) -> bool {
    let tokens = significant(source);
    let closed = tokens.last().is_none_or(|token| token.kind == TokenKind::Semicolon);
    let Some(statement) = statements(&tokens).last().filter(|_| !closed) else { return true };
    let trace = Trace::new(statement);
    match run(&trace) {
        Ok(_) => true,
        Err(stop) => stop.0.is_some() || !trace.ran_out(),
    }
}
