//! Names: bare where the grammar reads them back, quoted elsewhere.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::ast::Name;
use crate::lexer::tokenize;
use crate::token::TokenKind;
use crate::words;

/// Words that mean something of their own where a name may begin.
const CONTEXTUAL: [&str; 8] =
    ["show", "explain", "let", "list", "describe", "latest", "first", "target"];

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal { text, .. } if is_bare(text) => f.write_str(text),
            Self::Literal { text, .. } => f.write_str(&quoted(text)),
            Self::Parameter(parameter) => parameter.fmt(f),
        }
    }
}

/// The name of an indicator: one bare word, or a quoted label.
pub(super) fn indicator(text: &str) -> Cow<'_, str> {
    if is_bare(text) && !text.contains(' ') { Cow::Borrowed(text) } else { quoted(text).into() }
}

/// The text in the first quotes that it does not contain.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains('"') {
        format!("\"{text}\"")
    } else if !text.contains('\'') {
        format!("'{text}'")
    } else {
        format!("“{text}”")
    }
}

/// Whether a bare name with this text is read back as it is.
fn is_bare(text: &str) -> bool {
    let tokens = tokenize(text);
    let alternates = tokens.iter().enumerate().all(|(index, token)| match token.kind {
        TokenKind::Word => {
            let contextual = CONTEXTUAL.iter().any(|word| token.is_word(word));
            let compares = index > 0 && words::COMPARING.iter().any(|word| token.is_word(word));
            index % 2 == 0 && !words::is_reserved(token.text) && !contextual && !compares
        }
        TokenKind::Number => {
            let whole = token.text.bytes().all(|b| b.is_ascii_digit());
            index % 2 == 0 && index > 0 && whole && !token.is_year()
        }
        TokenKind::Blank => index % 2 == 1 && token.text == " ",
        _ => false,
    });
    alternates && tokens.len() % 2 == 1
}
