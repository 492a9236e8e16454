//! What sort of quantity an indicator is, and how it may be rolled up.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A word that names none of the values expected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{word:?} is not a {what}; {expected} would be")]
pub struct WordError {
    word: String,
    what: &'static str,
    expected: &'static str,
}

/// An enumeration of words, with `ALL`, `word`, `Display` and `FromStr`.
macro_rules! words {
    ($type:ident, $what:literal, $expected:literal, $($variant:ident => $word:literal),+) => {
        impl $type {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word used in files and queries.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $type {
            type Err = WordError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let word = text.trim();
                Self::ALL.iter().copied().find(|value| value.word().eq_ignore_ascii_case(word))
                    .ok_or_else(|| WordError {
                        word: word.to_owned(), what: $what, expected: $expected,
                    })
            }
        }
    };
}

/// The sort of quantity: it decides how figures are rolled up.
///
/// ```
/// use milepost_model::Kind;
///
/// assert_eq!("stock".parse(), Ok(Kind::Stock));
/// assert!(Kind::Flow.is_additive());
/// assert!(!Kind::Ratio.is_additive());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A level at the close of a day: participants, population.
    Stock,
    /// What accrues over a span: visits, contributions.
    Flow,
    /// A quotient of two quantities: coverage, debt ratio.
    Ratio,
    /// A level relative to a base period: consumer prices.
    Index,
    /// A price, a wage: an amount a unit of something else.
    Intensity,
}

impl Kind {
    /// Whether the figures of the parts of a region sum to the region's figure.
    pub fn is_additive(self) -> bool {
        matches!(self, Self::Stock | Self::Flow)
    }
}

words!(Kind, "kind", "stock, flow, ratio, index or intensity",
    Stock => "stock", Flow => "flow", Ratio => "ratio", Index => "index",
    Intensity => "intensity");

/// How the figures of a flow are published.
///
/// ```
/// use milepost_model::Basis;
///
/// assert_eq!("ytd".parse(), Ok(Basis::Ytd));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Basis {
    /// Each figure covers its own period.
    Period,
    /// Each figure covers the year from its first day to the period's close.
    Ytd,
}

words!(Basis, "basis", "period or ytd", Period => "period", Ytd => "ytd");

/// Which way an indicator is meant to go.
///
/// ```
/// use milepost_model::Direction;
///
/// assert_eq!(Direction::Down.to_string(), "down");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
}

words!(Direction, "direction", "up or down", Up => "up", Down => "down");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(*kind));
        }
        for basis in Basis::ALL {
            assert_eq!(basis.to_string().to_uppercase().parse(), Ok(*basis));
        }
        for direction in Direction::ALL {
            assert_eq!(format!(" {direction} ").parse(), Ok(*direction));
        }
    }

    #[test]
    fn an_unknown_word_names_what_would_fit() {
        let error = "stocks".parse::<Kind>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"stocks\" is not a kind; stock, flow, ratio, index or intensity would be"
        );
    }
}
