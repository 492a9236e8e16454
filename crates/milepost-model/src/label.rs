//! A name in a language.

use serde::{Deserialize, Serialize};

/// A name and the language it is written in.
///
/// ```
/// use milepost_model::Label;
///
/// let label = Label::new("vi", "Đồng Tháp");
/// assert_eq!(label.text, "Đồng Tháp");
/// assert_eq!(label.language.as_deref(), Some("vi"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Label {
    /// The BCP 47 tag of the language, where it is known.
    pub language: Option<String>,
    /// The name as it is spelt in that language.
    pub text: String,
}

impl Label {
    /// A name in the language of a BCP 47 tag (`vi`, `en`).
    pub fn new(language: impl Into<String>, text: impl Into<String>) -> Self {
        Self { language: Some(language.into()), text: text.into() }
    }

    /// A name whose language is not stated.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { language: None, text: text.into() }
    }
}
