//! Regions as versions: a place between two changes of its boundary or rank.
#![expect(clippy::needless_pass_by_value, reason = "a builder takes a date or a literal alike")]

use serde::{Deserialize, Serialize};

use crate::{Date, Label};

/// One version of a place: it is valid from a day (inclusive) to another (exclusive).
///
/// A code names a place through its changes, a uid one version of it.
///
/// ```
/// use milepost_model::Region;
///
/// let region = Region::new("VN-49")
///     .name("Vĩnh Long")
///     .name("Vinh Long")
///     .kind("province")
///     .level(2)
///     .parent("VN-RG-MKD")
///     .valid_from("2025-07-01");
/// assert_eq!(region.uid(), "VN-49@2025");
/// assert_eq!(region.official_name(), "Vĩnh Long");
/// assert!(region.is_valid_on("2025-07-01".parse()?));
/// assert!(!region.is_valid_on("2025-06-30".parse()?));
/// # Ok::<(), milepost_model::DateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// The name of this version; empty for `code@year of valid_from`, or `code@0`.
    pub uid: String,
    /// The code of the place, ISO 3166-2 where it has one.
    pub code: String,
    /// Codes of other schemes: scheme and code.
    pub codes: Vec<(String, String)>,
    /// The names; the first is the official one.
    pub names: Vec<Label>,
    /// The type: `province`, `municipality`, `macro_region`; empty when not stated.
    pub kind: String,
    /// The depth below the root, 0 for a country; `None` when undeclared.
    pub level: Option<u8>,
    /// The uid of the parent, or its code: then the version valid on the day asked.
    pub parent: Option<String>,
    /// The first day of validity; `None` for always.
    pub valid_from: Option<Date>,
    /// The first day on which it is no longer valid; `None` while it is.
    pub valid_to: Option<Date>,
    /// What became of it.
    pub successors: Vec<Successor>,
    /// A remark.
    pub note: Option<String>,
    pub(crate) fault: Option<String>,
}

/// A version that goes on where another ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Successor {
    /// The uid of the version that follows.
    pub uid: String,
    /// Whether only a part was transferred, written `~uid`.
    pub partial: bool,
}

impl Region {
    /// A region with a code and nothing else: undeclared, never rolled up.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            uid: String::new(),
            code: code.into(),
            codes: Vec::new(),
            names: Vec::new(),
            kind: String::new(),
            level: None,
            parent: None,
            valid_from: None,
            valid_to: None,
            successors: Vec::new(),
            note: None,
            fault: None,
        }
    }

    /// Names the version; without it the uid is made of code and year.
    #[must_use]
    pub fn with_uid(mut self, uid: impl Into<String>) -> Self {
        self.uid = uid.into();
        self
    }

    /// Adds a name whose language is not stated; the first one added is official.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.names.push(Label::plain(name));
        self
    }

    /// Adds a name in a language (BCP 47 tag); the first one added is official.
    #[must_use]
    pub fn label(mut self, language: impl Into<String>, name: impl Into<String>) -> Self {
        self.names.push(Label::new(language, name));
        self
    }

    /// Adds the code of another scheme, such as `gso`.
    #[must_use]
    pub fn other_code(mut self, scheme: impl Into<String>, code: impl Into<String>) -> Self {
        self.codes.push((scheme.into(), code.into()));
        self
    }

    /// Sets the type: `province`, `macro_region`.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = kind.into();
        self
    }

    /// Sets the depth below the root, 0 for a country.
    #[must_use]
    pub fn level(mut self, level: u8) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets the parent, by uid or by code.
    #[must_use]
    pub fn parent(mut self, parent: impl Into<String>) -> Self {
        self.parent = Some(parent.into());
        self
    }

    /// Sets the first day of validity: a [`Date`] or its text. A text that is no
    /// date is reported when the region is defined.
    #[must_use]
    pub fn valid_from(mut self, date: impl ToString) -> Self {
        self.valid_from = self.day("valid_from", &date.to_string());
        self
    }

    /// Sets the first day on which it is no longer valid, as [`Region::valid_from`].
    #[must_use]
    pub fn valid_to(mut self, date: impl ToString) -> Self {
        self.valid_to = self.day("valid_to", &date.to_string());
        self
    }

    /// Adds the uid of a version that follows; `~uid` where only a part goes there.
    #[must_use]
    pub fn successor(mut self, uid: &str) -> Self {
        let (uid, partial) = match uid.strip_prefix('~') {
            Some(rest) => (rest, true),
            None => (uid, false),
        };
        self.successors.push(Successor { uid: uid.to_owned(), partial });
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The uid: the one given, otherwise code and year of `valid_from`, or `code@0`.
    pub fn uid(&self) -> String {
        match self.valid_from {
            _ if !self.uid.is_empty() => self.uid.clone(),
            Some(date) => format!("{}@{}", self.code, date.year()),
            None => format!("{}@0", self.code),
        }
    }

    /// The official name; the code where no name is given.
    pub fn official_name(&self) -> &str {
        self.names.first().map_or(&self.code, |label| &label.text)
    }

    /// Whether the version is valid on a day.
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date < to)
    }

    fn day(&mut self, what: &str, text: &str) -> Option<Date> {
        text.parse()
            .inspect_err(|error: &crate::DateError| {
                self.fault.get_or_insert_with(|| format!("{what} {text:?}: {error}"));
            })
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_made_of_code_and_year() {
        assert_eq!(Region::new("VN").uid(), "VN@0");
        assert_eq!(Region::new("VN-26").valid_from("2025-07-01").uid(), "VN-26@2025");
        assert_eq!(Region::new("VN-26").with_uid("VN-26@2025-07").uid(), "VN-26@2025-07");
    }

    #[test]
    fn a_tilde_marks_a_partial_transfer() {
        let region = Region::new("VN-04").successor("VN-04@1997").successor("~VN-53@1997");
        let partial: Vec<_> =
            region.successors.iter().map(|s| (s.uid.as_str(), s.partial)).collect();
        assert_eq!(partial, [("VN-04@1997", false), ("VN-53@1997", true)]);
    }

    #[test]
    fn the_code_stands_in_for_a_name() {
        assert_eq!(Region::new("XK").official_name(), "XK");
    }
}
