//! What is known about a figure besides its value.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The status of an observation: a set of SDMX observation status letters.
///
/// The letters are those of the SDMX cross-domain code list `CL_OBS_STATUS`,
/// version 2.2 (<https://sdmx.org/?page_id=3215/>); [`Status::describe`] gives
/// the meaning of each. The empty set and `A` both say that the value is normal,
/// and are one and the same [`Status::ACTUAL`].
///
/// ```
/// use milepost_model::{Status, Strength};
///
/// let status: Status = "E;P".parse()?;
/// assert_eq!(status, Status::ESTIMATE | Status::PROVISIONAL);
/// assert_eq!(status.to_string(), "EP");
/// assert_eq!(status.strength(), Strength::Estimate);
/// assert_eq!(Status::default().to_string(), "A");
/// # Ok::<(), milepost_model::StatusError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "u32", into = "u32")]
pub struct Status(u32);

const fn letter(letter: u8) -> Status {
    Status(1 << (letter - b'A'))
}

impl Status {
    /// `A`: nothing particular about the value.
    pub const ACTUAL: Self = Self(0);
    /// `B`: the value does not compare with the one before it.
    pub const BREAK: Self = letter(b'B');
    /// `D`: another definition than the rest of the series.
    pub const DEFINITION_DIFFERS: Self = letter(b'D');
    /// `E`: estimated by whoever publishes it.
    pub const ESTIMATE: Self = letter(b'E');
    /// `F`: a projection, in SDMX "forecast value".
    pub const PROJECTION: Self = letter(b'F');
    /// `I`: imputed by whoever received the data.
    pub const IMPUTED: Self = letter(b'I');
    /// `K`: the data are counted under another category.
    pub const INCLUDED_ELSEWHERE: Self = letter(b'K');
    /// `O`: withdrawn; in SDMX a value that is missing.
    pub const WITHDRAWN: Self = letter(b'O');
    /// `P`: provisional, a revision is expected.
    pub const PROVISIONAL: Self = letter(b'P');
    /// `U`: of low reliability.
    pub const LOW_RELIABILITY: Self = letter(b'U');
    /// `V`: not validated.
    pub const UNVALIDATED: Self = letter(b'V');
    /// `W`: data of another category are counted here.
    pub const INCLUDES_OTHER: Self = letter(b'W');

    const LETTERS: u32 = (1 << 26) - 1;
    const NORMAL: u32 = 1;

    /// The set as bits: bit 0 is `A` (never set), bit 1 is `B`, bit 25 is `Z`.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set of stored bits; bit 0 (`A`) and bits beyond `Z` carry no meaning
    /// and are dropped.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::LETTERS & !Self::NORMAL)
    }

    /// The letters of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every letter of `other` is in this set; every set contains `ACTUAL`.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing particular is said about the value.
    pub const fn is_normal(self) -> bool {
        self.0 == 0
    }

    /// Whether the value was withdrawn.
    pub const fn is_withdrawn(self) -> bool {
        self.contains(Self::WITHDRAWN)
    }

    /// How far a figure of this status can be relied on: the weakest of its letters.
    ///
    /// `F` is a projection, `E` and `I` are estimates, `P` and `V` provisional;
    /// every other letter leaves the figure actual.
    pub const fn strength(self) -> Strength {
        let estimate = Self::ESTIMATE.0 | Self::IMPUTED.0;
        let provisional = Self::PROVISIONAL.0 | Self::UNVALIDATED.0;
        if self.0 & Self::PROJECTION.0 != 0 {
            Strength::Projection
        } else if self.0 & estimate != 0 {
            Strength::Estimate
        } else if self.0 & provisional != 0 {
            Strength::Provisional
        } else {
            Strength::Actual
        }
    }

    /// The letters of the set in alphabetical order; `A` alone for a normal value.
    pub fn letters(self) -> impl Iterator<Item = char> {
        let bits = if self.is_normal() { Self::NORMAL } else { self.0 };
        ('A'..='Z').enumerate().filter(move |(bit, _)| bits >> bit & 1 == 1).map(|(_, c)| c)
    }

    /// The meaning of a letter in the code list; `None` for a letter it does not have.
    ///
    /// ```
    /// use milepost_model::Status;
    ///
    /// assert_eq!(Status::describe('B'), Some("time series break"));
    /// assert_eq!(Status::describe('Z'), None);
    /// ```
    pub const fn describe(letter: char) -> Option<&'static str> {
        Some(match letter {
            'A' => "normal value",
            'B' => "time series break",
            'D' => "definition differs",
            'E' => "estimated value",
            'F' => "forecast value",
            'G' => "experimental value",
            'H' => "missing value; holiday or weekend",
            'I' => "value imputed by a receiving agency",
            'J' => "derogation",
            'K' => "data included in another category",
            'L' => "missing value; data exist but were not collected",
            'M' => "missing value; data cannot exist",
            'N' => "not significant",
            'O' => "missing value; withdrawn where one was published before",
            'P' => "provisional value",
            'Q' => "missing value; suppressed",
            'S' => "strike and other special events",
            'U' => "low reliability",
            'V' => "unvalidated value",
            'W' => "includes data from another category",
            _ => return None,
        })
    }
}

impl From<u32> for Status {
    fn from(bits: u32) -> Self {
        Self::from_bits(bits)
    }
}

impl From<Status> for u32 {
    fn from(status: Status) -> Self {
        status.bits()
    }
}

impl std::ops::BitOr for Status {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl std::ops::BitOrAssign for Status {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.union(other);
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.letters().collect::<String>())
    }
}

impl FromStr for Status {
    type Err = StatusError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bits = 0;
        for character in text.chars() {
            match character {
                'A'..='Z' => bits |= 1 << (u32::from(character) - u32::from('A')),
                ';' | ',' | ' ' => {}
                _ => return Err(StatusError(text.to_owned())),
            }
        }
        Ok(Self::from_bits(bits))
    }
}

/// A text that is not a set of status letters.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not a status; letters of the SDMX list would be, as in A, E or `E;P`")]
pub struct StatusError(String);

/// How far a figure can be relied on; the strongest is the smallest.
///
/// For one reference period the strongest admitted figure wins, and a result is
/// as weak as the weakest figure it uses.
///
/// ```
/// use milepost_model::Strength;
///
/// assert!(Strength::Actual < Strength::Provisional);
/// assert_eq!(Strength::Projection.word(), "projection");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Strength {
    /// Measured and final.
    Actual,
    /// Measured, a revision is expected.
    Provisional,
    /// Estimated or imputed.
    Estimate,
    /// Projected.
    Projection,
    /// Aimed at. No status letter says so: the scenario does.
    Target,
}

impl Strength {
    /// Every strength, the strongest first.
    pub const ALL: [Self; 5] =
        [Self::Actual, Self::Provisional, Self::Estimate, Self::Projection, Self::Target];

    /// The word used in queries.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Provisional => "provisional",
            Self::Estimate => "estimate",
            Self::Projection => "projection",
            Self::Target => "target",
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_empty_set_and_a_are_one_status() {
        for text in ["", "A", "A;A"] {
            assert_eq!(text.parse(), Ok(Status::ACTUAL));
        }
        assert_eq!("AE".parse(), Ok(Status::ESTIMATE));
        assert_eq!(Status::ACTUAL.to_string(), "A");
    }

    #[test]
    fn strength_is_that_of_the_weakest_letter() {
        for (text, strength) in [
            ("A", Strength::Actual),
            ("B", Strength::Actual),
            ("PB", Strength::Provisional),
            ("V", Strength::Provisional),
            ("EP", Strength::Estimate),
            ("I", Strength::Estimate),
            ("EF", Strength::Projection),
        ] {
            assert_eq!(text.parse::<Status>().map(Status::strength), Ok(strength), "{text}");
        }
        assert!(Strength::ALL.is_sorted());
    }

    #[test]
    fn the_code_list_has_twenty_letters() {
        assert_eq!(('A'..='Z').filter(|&c| Status::describe(c).is_some()).count(), 20);
    }

    #[test]
    fn other_characters_are_refused() {
        assert!("e".parse::<Status>().is_err());
        assert!("E|P".parse::<Status>().is_err());
    }

    proptest! {
        #[test]
        fn bits_and_text_round_trip(bits: u32) {
            let status = Status::from_bits(bits);
            prop_assert_eq!(Status::from_bits(status.bits()), status);
            prop_assert_eq!(status.to_string().parse(), Ok(status));
        }

        #[test]
        fn a_union_is_as_weak_as_its_weaker_part(a: u32, b: u32) {
            let (a, b) = (Status::from_bits(a), Status::from_bits(b));
            prop_assert!((a | b).contains(a) && (a | b).contains(b));
            prop_assert_eq!((a | b).strength(), a.strength().max(b.strength()));
        }
    }
}
