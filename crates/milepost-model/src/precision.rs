//! How exactly a figure was printed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How exactly a figure was printed. The discriminants are stored and never change.
///
/// ```
/// use milepost_model::Precision;
///
/// assert_eq!("more than".parse(), Ok(Precision::Over));
/// assert_eq!(format!("{}18", Precision::Under.prefix()), "nearly 18");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum Precision {
    /// The figure as printed.
    #[default]
    Exact = 0,
    /// Near the figure, on either side.
    About = 1,
    /// More than the figure.
    Over = 2,
    /// Less than the figure, but nearly as much.
    Under = 3,
}

impl Precision {
    /// Every precision, in the order of the discriminants.
    pub const ALL: [Self; 4] = [Self::Exact, Self::About, Self::Over, Self::Under];

    /// The precision with a stored discriminant.
    pub fn from_index(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }

    /// The word used in files: `exact`, `about`, `over`, `under`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::About => "about",
            Self::Over => "over",
            Self::Under => "under",
        }
    }

    /// What is printed before a figure, its blank included; nothing for an exact one.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::About => "about ",
            Self::Over => "over ",
            Self::Under => "nearly ",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Precision {
    type Err = PrecisionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match crate::fold(text).as_str() {
            "" | "exact" => Ok(Self::Exact),
            "about" => Ok(Self::About),
            "over" | "more than" => Ok(Self::Over),
            "under" | "nearly" => Ok(Self::Under),
            _ => Err(PrecisionError(text.to_owned())),
        }
    }
}

/// A word that names no precision.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not a precision; exact, about, over (more than) or under (nearly) would be")]
pub struct PrecisionError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_discriminants_round_trip() {
        for precision in Precision::ALL {
            assert_eq!(precision.to_string().parse(), Ok(precision));
            assert_eq!(Precision::from_index(precision as u8), Some(precision));
        }
        assert_eq!(Precision::from_index(4), None);
        assert_eq!("".parse(), Ok(Precision::Exact));
        assert!("circa".parse::<Precision>().is_err());
    }
}
