//! A row of a batch: a million of them are an ordinary import, so it is small.

use milepost_model::{Date, Decimal, Period, Precision, Scenario, Status};

use crate::texts::TextId;

/// An observation with its texts as numbers.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) indicator: TextId,
    pub(crate) region: TextId,
    pub(crate) period: Period,
    pub(crate) value: Value,
    /// Position in the batch's attributes.
    pub(crate) attributes: usize,
}

/// What rows in succession mostly have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) scenario: Scenario,
    pub(crate) status: Status,
    pub(crate) precision: Precision,
    pub(crate) published: Option<Date>,
    pub(crate) source: Option<TextId>,
    pub(crate) note: Option<TextId>,
}

/// A figure, or that one was withdrawn.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Withdrawn,
    /// As a store takes it: mantissa, and digits after the point.
    Stored(i64, u8),
    /// One that no store takes, kept for the commit to name it.
    Long(Box<Decimal>),
}

impl From<Option<Decimal>> for Value {
    fn from(value: Option<Decimal>) -> Self {
        match value.map(|value| (value, value.to_stored())) {
            None => Self::Withdrawn,
            Some((_, Some((mantissa, scale)))) => Self::Stored(mantissa, scale),
            Some((value, None)) => Self::Long(Box::new(value)),
        }
    }
}

impl Value {
    pub(crate) fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Withdrawn => None,
            Self::Stored(mantissa, scale) => Decimal::new(i128::from(*mantissa), *scale),
            Self::Long(value) => Some(**value),
        }
    }
}
