//! What regions have together: sums, or sums of numerators over sums of denominators.

use milepost_model::{Number, Precision, Status, Strength};

use crate::answer::{Coverage, Undefined};
use crate::cells::Cell;
use crate::measure::{in_range, whole};

/// A figure that can be added to others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The figure, the numerator, or the figure times its weight.
    pub(super) above: Number,
    /// The denominator, or the weight; 0 for a plain figure.
    pub(super) below: Number,
    pub(super) status: Status,
    pub(super) strength: Strength,
    pub(super) exact: bool,
}

impl Part {
    /// Nothing yet.
    pub(super) fn nothing() -> Self {
        Self {
            above: whole(0),
            below: whole(0),
            status: Status::ACTUAL,
            strength: Strength::Actual,
            exact: true,
        }
    }

    pub(super) fn of(cell: &Cell) -> Self {
        Self {
            above: Number::Exact(cell.value),
            below: whole(0),
            status: cell.status,
            strength: cell.strength,
            exact: cell.precision == Precision::Exact,
        }
    }

    /// The same over a denominator.
    pub(super) fn over(self, below: &Cell) -> Self {
        let below = Self::of(below);
        Self { below: below.above, ..self.as_good_as(&below) }
    }

    /// The same times a weight, over the weight.
    pub(super) fn weighted(self, weight: &Cell) -> Result<Self, Undefined> {
        let above = in_range(self.above.checked_mul(Number::Exact(weight.value)))?;
        Ok(Self { above, ..self.over(weight) })
    }

    fn as_good_as(self, other: &Self) -> Self {
        Self {
            status: self.status | other.status,
            strength: self.strength.max(other.strength),
            exact: self.exact && other.exact,
            ..self
        }
    }

    pub(super) fn plus(self, other: &Self) -> Result<Self, Undefined> {
        let above = in_range(self.above.checked_add(other.above))?;
        let below = in_range(self.below.checked_add(other.below))?;
        Ok(Self { above, below, ..self.as_good_as(other) })
    }

    pub(super) fn minus(self, other: &Self) -> Result<Self, Undefined> {
        self.plus(&Self { above: -other.above, below: -other.below, ..*other })
    }
}

/// Members added up so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    pub(super) part: Part,
    pub(super) coverage: Coverage,
    /// The denominators of all members that have one, with or without a numerator.
    pub(super) whole_below: Number,
}

impl Tally {
    pub(super) fn of(expected: usize) -> Self {
        let expected = u32::try_from(expected).unwrap_or(u32::MAX);
        Self {
            part: Part::nothing(),
            coverage: Coverage { present: 0, expected },
            whole_below: whole(0),
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.coverage.present == self.coverage.expected
    }

    /// Adds what several members have together.
    pub(super) fn add(&mut self, part: &Part, members: usize) -> Result<(), Undefined> {
        self.part = self.part.plus(part)?;
        let members = u32::try_from(members).unwrap_or(u32::MAX);
        self.coverage.present = self.coverage.present.saturating_add(members);
        Ok(())
    }

    /// Adds a denominator that may have no numerator.
    pub(super) fn add_below(&mut self, below: Number) -> Result<(), Undefined> {
        self.whole_below = in_range(self.whole_below.checked_add(below))?;
        Ok(())
    }
}

/// How much of a sum has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// Two of three members: the rule by which the World Bank aggregates.
    TwoThirds,
    /// A share in percent.
    Percent(milepost_model::Decimal),
}

impl Completeness {
    /// Whether enough members are present; nothing is never enough.
    pub(crate) fn is_met(self, coverage: Coverage) -> bool {
        let whole = |number: u32| whole(i64::from(number));
        coverage.present > 0 && self.covers(whole(coverage.present), whole(coverage.expected))
    }

    /// Whether a part is enough of a whole.
    pub(super) fn covers(self, part: Number, all: Number) -> bool {
        let (share, of) = match self {
            Self::TwoThirds => (whole(2), whole(3)),
            Self::Percent(percent) => (Number::Exact(percent), whole(100)),
        };
        match (part.checked_mul(of), all.checked_mul(share)) {
            (Some(part), Some(needed)) => part.checked_sub(needed).is_some_and(|d| d.signum() >= 0),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_thirds_are_enough_and_less_is_not() {
        let met =
            |present, expected| Completeness::TwoThirds.is_met(Coverage { present, expected });
        assert!(met(2, 3) && met(42, 63) && met(1, 1));
        assert!(!met(1, 2) && !met(41, 63) && !met(0, 1) && !met(0, 0));
    }

    #[test]
    fn a_stated_share_is_exact() {
        let percent = |text: &str| Completeness::Percent(text.parse().unwrap());
        let of_ten = |present| Coverage { present, expected: 10 };
        assert!(percent("90").is_met(of_ten(9)) && !percent("90.1").is_met(of_ten(9)));
        assert!(percent("100").is_met(of_ten(10)) && !percent("100").is_met(of_ten(9)));
        assert!(!percent("0").is_met(of_ten(0)));
    }
}
