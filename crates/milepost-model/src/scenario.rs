//! Scenarios: what is reported and what is aimed at never mix by themselves.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The scenario of an observation: `reported`, `target`, `target/stretch`, …
///
/// Only `reported` figures form a series by default; every other scenario is
/// asked for by name.
///
/// ```
/// use milepost_model::Scenario;
///
/// assert!(Scenario::default().is_reported());
/// let stretch: Scenario = "target/stretch".parse()?;
/// assert!(stretch.is_target());
/// assert_eq!(stretch.as_str(), "target/stretch");
/// # Ok::<(), milepost_model::ScenarioError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scenario(Cow<'static, str>);

impl Scenario {
    /// The name of the default scenario: figures that were measured or estimated.
    pub const REPORTED: &'static str = "reported";
    /// The name of the scenario of official targets.
    pub const TARGET: &'static str = "target";

    /// A scenario by name; an empty name is `reported`.
    ///
    /// # Errors
    ///
    /// A name that is longer than 255 bytes or has blanks at its ends, control
    /// characters or an empty part between slashes.
    pub fn new(name: &str) -> Result<Self, ScenarioError> {
        match name {
            "" | Self::REPORTED => Ok(Self::reported()),
            Self::TARGET => Ok(Self::target()),
            _ if name.len() > 255 => Err(ScenarioError::TooLong(name.len())),
            _ if name.chars().any(char::is_control)
                || name.split('/').any(|part| part.is_empty() || part.trim() != part) =>
            {
                Err(ScenarioError::Malformed(name.to_owned()))
            }
            _ => Ok(Self(Cow::Owned(name.to_owned()))),
        }
    }

    /// Figures that were measured or estimated.
    pub const fn reported() -> Self {
        Self(Cow::Borrowed(Self::REPORTED))
    }

    /// Official targets.
    pub const fn target() -> Self {
        Self(Cow::Borrowed(Self::TARGET))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the default scenario.
    pub fn is_reported(&self) -> bool {
        self.0 == Self::REPORTED
    }

    /// Whether this is `target` or a variant of it (`target/stretch`).
    pub fn is_target(&self) -> bool {
        self.0.split('/').next() == Some(Self::TARGET)
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self::reported()
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Scenario {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text.trim())
    }
}

/// A scenario name that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The name takes more than 255 bytes.
    #[error("a scenario name of {0} bytes does not fit; at most 255 bytes would")]
    TooLong(usize),
    /// The name has control characters, an empty part or blanks around a part.
    #[error("{0:?} is not a scenario name; words parted by `/` would be, as in `target/stretch`")]
    Malformed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_of_a_target_are_targets() {
        assert!(Scenario::target().is_target());
        assert!(Scenario::new("target/resolution_28").is_ok_and(|s| s.is_target()));
        assert!(Scenario::new("targeted").is_ok_and(|s| !s.is_target()));
        assert!(!Scenario::reported().is_target());
    }

    #[test]
    fn an_empty_name_is_reported() {
        assert_eq!(" ".parse(), Ok(Scenario::reported()));
    }

    #[test]
    fn malformed_names_are_refused() {
        for name in ["target/", "/", "a//b", "a\nb", "target / x"] {
            assert_eq!(Scenario::new(name), Err(ScenarioError::Malformed(name.to_owned())));
        }
        assert_eq!(Scenario::new(&"x".repeat(256)), Err(ScenarioError::TooLong(256)));
    }
}
