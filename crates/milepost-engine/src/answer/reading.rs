//! One figure with everything that qualifies it.

use std::fmt;

use milepost_model::{Date, Decimal, Number, Period, Precision, Status, Strength};

/// A figure at a period, stored or computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The period that was asked for, or the observation's own where a date was.
    pub period: Period,
    /// The figure, in the unit of its expression.
    pub value: Number,
    /// The status flags, united over what was used.
    pub status: Status,
    /// The weakest status used.
    pub strength: Strength,
    /// How exactly the figure was printed; about, when computed from inexact figures.
    pub precision: Precision,
    /// The latest day on which a figure used was published.
    pub published: Option<Date>,
    /// Members present of members expected, where figures were added up.
    pub coverage: Option<Coverage>,
    /// Where the figure comes from.
    pub origin: Origin,
}

impl Reading {
    /// A reading without a value that is as good as the weakest of the readings it is computed
    /// from: flags united, weakest status, latest publication, worst coverage.
    pub(crate) fn combine<'r>(
        period: Period,
        readings: impl IntoIterator<Item = &'r Reading>,
    ) -> Self {
        let nothing = Self {
            period,
            value: Number::Exact(Decimal::ZERO),
            status: Status::ACTUAL,
            strength: Strength::Actual,
            precision: Precision::Exact,
            published: None,
            coverage: None,
            origin: Origin::Computed,
        };
        readings.into_iter().fold(nothing, |all, reading| Self {
            status: all.status | reading.status,
            strength: all.strength.max(reading.strength),
            precision: if reading.precision == Precision::Exact {
                all.precision
            } else {
                Precision::About
            },
            published: all.published.max(reading.published),
            coverage: Coverage::worse(all.coverage, reading.coverage),
            ..all
        })
    }
}

/// Where a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// It is stored.
    Stored,
    /// Sub-periods of a flow were added up.
    Summed,
    /// It was put together from figures of several regions.
    Regions,
    /// A ratio was computed from its numerator and denominator.
    Parts,
    /// The indicator did not exist yet: a structural zero.
    BeforeBeginning,
    /// A hole was filled from the figures beside it.
    Filled,
    /// It is a quantity of the query.
    Quantity,
    /// It was computed from other readings.
    Computed,
}

/// Members present of members expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// How many members have a figure.
    pub present: u32,
    /// How many there should be.
    pub expected: u32,
}

impl Coverage {
    /// Members of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            present: self.present.saturating_add(other.present),
            expected: self.expected.saturating_add(other.expected),
        }
    }

    /// The smaller share of two; what was not added up has no coverage.
    pub(crate) fn worse(left: Option<Self>, right: Option<Self>) -> Option<Self> {
        match (left, right) {
            (Some(left), Some(right)) => {
                let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
                let left_is_worse =
                    product(left.present, right.expected) < product(right.present, left.expected);
                Some(if left_is_worse { left } else { right })
            }
            (one, other) => one.or(other),
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.present, self.expected)
    }
}
