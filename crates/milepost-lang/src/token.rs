//! Tokens: the words, numbers and signs of a text, each with its place.

use crate::span::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Blanks and line ends.
    Blank,
    /// `# …` to the end of the line, the pragma `#! since 1` included.
    Comment,
    /// A bare word; keywords are words.
    Word,
    /// `20`, `3.5`, `1_000_000`.
    Number,
    /// `20,000`: never a number, kept in one piece so that the message can help.
    CommaNumber,
    /// `2024-H1`, `2024-06`, `2024-07-10`, `2020-01-01/P4M`. A bare year is a number.
    Period,
    /// A quoted string.
    Text,
    /// A string without its closing quote, up to the end of the line.
    UnterminatedText,
    /// `$name`
    Parameter,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// A character that the language does not use.
    Unknown,
    /// The cursor, where completion asks what may stand.
    Cursor,
}

/// A token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: TokenKind,
    /// The token as written.
    pub text: &'s str,
    /// Where it stands.
    pub span: Span,
}

impl<'s> Token<'s> {
    /// Whether the parser sees the token; blanks and comments only separate.
    pub fn is_significant(&self) -> bool {
        !matches!(self.kind, TokenKind::Blank | TokenKind::Comment)
    }

    /// Whether the token is this word, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether the token is four digits, a year where time is meant.
    pub fn is_year(&self) -> bool {
        self.kind == TokenKind::Number
            && self.text.len() == 4
            && self.text.bytes().all(|b| b.is_ascii_digit())
    }

    /// The token without its quotes or `$`.
    pub fn content(&self) -> &'s str {
        let mut chars = self.text.chars();
        match self.kind {
            TokenKind::Text => {
                chars.next();
                chars.next_back();
            }
            TokenKind::Parameter => {
                chars.next();
            }
            _ => {}
        }
        chars.as_str()
    }
}
