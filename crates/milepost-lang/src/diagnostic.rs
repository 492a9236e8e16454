//! What is said about a query: errors, and notes on answers.

use std::fmt;

use crate::span::Span;

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// There is no answer.
    Error,
    /// There is an answer, and something worth knowing about it.
    Note,
}

/// A replacement that turns the text into one that fits better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The bytes replaced; an empty span inserts.
    pub span: Span,
    /// What stands there instead.
    pub replacement: String,
}

impl Fix {
    /// The text with the replacement made.
    ///
    /// A span that does not lie on character boundaries of `source` changes nothing.
    ///
    /// ```
    /// use milepost_lang::{Fix, Span};
    /// let fix = Fix { span: Span::new(6, 10), replacement: "since".to_owned() };
    /// assert_eq!(fix.apply("in VN from 1995"), "in VN since 1995");
    /// ```
    #[must_use]
    pub fn apply(&self, source: &str) -> String {
        match (source.get(..self.span.start), source.get(self.span.end..)) {
            (Some(before), Some(after)) if self.span.start <= self.span.end => {
                format!("{before}{}{after}", self.replacement)
            }
            _ => source.to_owned(),
        }
    }
}

/// A second place that a diagnostic points at, such as the first of two equal clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub span: Span,
    /// What stands there.
    pub label: String,
}

/// An error in a query or a note on an answer, as data; [`Diagnostic::render`] draws it.
///
/// Small enough (120 bytes) to be returned as an error without a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable code such as `MP0120`, explained in LANGUAGE.md.
    pub code: &'static str,
    /// Error or note.
    pub severity: Severity,
    /// What does not fit, in one sentence without a full stop.
    pub message: String,
    /// Where it shows. The default span (`0..0`) means the text as a whole.
    pub span: Span,
    /// A few words beside the caret; may be empty.
    pub label: Box<str>,
    /// A second place that matters.
    pub related: Option<Box<Related>>,
    /// What would fit.
    pub help: Option<String>,
    /// A change to the text that would fit.
    pub fix: Option<Box<Fix>>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            label: Box::default(),
            related: None,
            help: None,
            fix: None,
        }
    }

    /// A note on an answer.
    pub fn note(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, span, message) }
    }

    /// The same with words beside the caret.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into().into_boxed_str();
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a second place.
    #[must_use]
    pub fn with_related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some(Box::new(Related { span, label: label.into() }));
        self
    }

    /// The same with a change to the text.
    #[must_use]
    pub fn with_fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Box::new(Fix { span, replacement: replacement.into() }));
        self
    }
}

const _: () = assert!(size_of::<Diagnostic>() <= 120);

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Note => "note",
        };
        write!(f, "{severity}[{}]: {}", self.code, self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// A text that is not a script, with one diagnostic for each statement that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", .diagnostics.first().map(ToString::to_string).unwrap_or_default())]
pub struct QueryError {
    /// What does not fit, in the order of the text; at least one.
    pub diagnostics: Vec<Diagnostic>,
}

impl QueryError {
    /// Wraps what was found.
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }

    /// Draws every diagnostic, one after another.
    pub fn render(&self, source: &str) -> String {
        let rendered: Vec<String> = self.diagnostics.iter().map(|d| d.render(source)).collect();
        rendered.join("\n")
    }
}

impl From<Diagnostic> for QueryError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::new(vec![diagnostic])
    }
}

/// The codes of this crate (`MP01xx`: words and grammar, `MP02xx`: the sentence) with a title
/// each, in order. The codes from `MP03xx` on belong to whoever runs queries.
pub fn codes() -> &'static [(&'static str, &'static str)] {
    &[
        (code::UNKNOWN_CHARACTER, "a character that the language does not use"),
        (code::UNTERMINATED_TEXT, "a quoted string without its closing quote"),
        (code::COMMA_IN_NUMBER, "commas, points or blanks between the digits of a number"),
        (code::NUMBER_RANGE, "a number that is too large or too small here"),
        (code::NO_SUCH_PERIOD, "a period that the calendar does not have"),
        (code::TEXT_TOO_LONG, "a statement over 64 KiB"),
        (code::TOO_MANY_TOKENS, "a statement of more than 16,384 words and signs"),
        (code::TOO_DEEP, "nesting over 64 levels"),
        (code::TOO_MANY_NODES, "a statement of more than 10,000 parts"),
        (code::EMPTY, "no query"),
        (code::UNEXPECTED, "a word or sign that does not fit here"),
        (code::UNFINISHED, "a statement that ends too early"),
        (code::MISSPELT, "a misspelt keyword"),
        (code::FOREIGN_WORD, "a word of English or SQL that Since says otherwise"),
        (code::RESERVED_IN_NAME, "a reserved word inside a bare name"),
        (code::MISSING_OF, "a verb without `of`"),
        (code::UNKNOWN_VERB, "an unknown verb"),
        (code::PARAMETER_PLACE, "a parameter where no value can stand"),
        (code::PERIOD_IN_EXPRESSION, "a period where a figure is expected"),
        (code::UNQUOTED_NAME, "a name that needs quotes"),
        (code::FOREIGN_TIME, "a time that Since writes otherwise"),
        (code::DUPLICATE_CLAUSE, "a clause that stands twice in a sentence"),
        (code::SECOND_MEASURE, "two measures in a sentence"),
        (code::BY_A_YEAR, "`by` with a calendar year"),
        (code::VERB_ORDER, "verbs in an order that has no meaning"),
        (code::YOY_PLACE, "`yoy` before a verb that it does not go with"),
    ]
}

/// The title of a code of this crate.
pub fn code_title(code: &str) -> Option<&'static str> {
    codes().iter().find(|(known, _)| *known == code).map(|(_, title)| *title)
}

/// The codes by name.
pub(crate) mod code {
    pub(crate) const UNKNOWN_CHARACTER: &str = "MP0101";
    pub(crate) const UNTERMINATED_TEXT: &str = "MP0102";
    pub(crate) const COMMA_IN_NUMBER: &str = "MP0103";
    pub(crate) const NUMBER_RANGE: &str = "MP0104";
    pub(crate) const NO_SUCH_PERIOD: &str = "MP0105";
    pub(crate) const TEXT_TOO_LONG: &str = "MP0106";
    pub(crate) const TOO_MANY_TOKENS: &str = "MP0107";
    pub(crate) const TOO_DEEP: &str = "MP0108";
    pub(crate) const TOO_MANY_NODES: &str = "MP0109";
    pub(crate) const EMPTY: &str = "MP0110";
    pub(crate) const UNEXPECTED: &str = "MP0120";
    pub(crate) const UNFINISHED: &str = "MP0121";
    pub(crate) const MISSPELT: &str = "MP0122";
    pub(crate) const FOREIGN_WORD: &str = "MP0123";
    pub(crate) const RESERVED_IN_NAME: &str = "MP0124";
    pub(crate) const MISSING_OF: &str = "MP0125";
    pub(crate) const UNKNOWN_VERB: &str = "MP0126";
    pub(crate) const PARAMETER_PLACE: &str = "MP0127";
    pub(crate) const PERIOD_IN_EXPRESSION: &str = "MP0128";
    pub(crate) const UNQUOTED_NAME: &str = "MP0129";
    pub(crate) const FOREIGN_TIME: &str = "MP0130";
    pub(crate) const DUPLICATE_CLAUSE: &str = "MP0201";
    pub(crate) const SECOND_MEASURE: &str = "MP0202";
    pub(crate) const BY_A_YEAR: &str = "MP0203";
    pub(crate) const VERB_ORDER: &str = "MP0204";
    pub(crate) const YOY_PLACE: &str = "MP0205";
}
