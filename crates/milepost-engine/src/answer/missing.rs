//! Why a row has no value.

use std::fmt;

use super::Coverage;

/// Why a row has no value. Missing is never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingReason {
    /// The series has no figure for the period.
    NoData,
    /// The period lies after the latest figure.
    NotYet,
    /// The period lies before the first figure.
    BeforeSeries,
    /// Too few members of a sum are present.
    Incomplete(Coverage),
    /// The arithmetic has no result.
    Undefined(Undefined),
    /// A ratio that would have to be computed has no numerator or denominator there.
    NoParts,
    /// The territory changed its boundary between the period and the end of the span.
    BoundaryBreak,
    /// No ancestor of the region has a figure.
    NoParent,
    /// There is no target to compare with.
    NoTarget,
    /// The figure was known only after the `as of` date.
    NotKnownThen,
    /// The figure was withdrawn.
    Withdrawn,
    /// A condition or a reducer inside an expression leaves the row out.
    LeftOut,
}

/// Why arithmetic has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undefined {
    /// The base is zero.
    BaseZero,
    /// The base is negative.
    BaseNegative,
    /// The base is positive and the end negative.
    SignChange,
    /// The end is not positive where both ends must be.
    EndNotPositive,
    /// The base and the end, or the end and the goal, share one close.
    NoTimeBetween,
    /// A goal without a date leaves no years to count.
    GoalWithoutDate,
    /// The goal equals the base.
    GoalIsBase,
    /// A divisor is zero.
    DivisorZero,
    /// The result is outside the range of numbers.
    OutOfRange,
}

impl MissingReason {
    /// The reason in machine formats: `no data`, `not yet`, `before series`, `incomplete 11/12`,
    /// `undefined`, `no parts`, `boundary break`, `no parent`, `no target`, `not known then`, `withdrawn`,
    /// `left out`.
    pub fn word(&self) -> String {
        match self {
            Self::Incomplete(coverage) => format!("incomplete {coverage}"),
            Self::Undefined(_) => "undefined".to_owned(),
            Self::NoData => "no data".to_owned(),
            Self::NotYet => "not yet".to_owned(),
            Self::BeforeSeries => "before series".to_owned(),
            Self::NoParts => "no parts".to_owned(),
            Self::BoundaryBreak => "boundary break".to_owned(),
            Self::NoParent => "no parent".to_owned(),
            Self::NoTarget => "no target".to_owned(),
            Self::NotKnownThen => "not known then".to_owned(),
            Self::Withdrawn => "withdrawn".to_owned(),
            Self::LeftOut => "left out".to_owned(),
        }
    }
}

impl From<Undefined> for MissingReason {
    fn from(why: Undefined) -> Self {
        Self::Undefined(why)
    }
}

impl fmt::Display for MissingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined(why) => write!(f, "undefined: {why}"),
            _ => f.write_str(&self.word()),
        }
    }
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BaseZero => "the base is zero",
            Self::BaseNegative => "the base is negative",
            Self::SignChange => "the sign changes",
            Self::EndNotPositive => "the end is not positive",
            Self::NoTimeBetween => "no time passes",
            Self::GoalWithoutDate => "the goal has no date",
            Self::GoalIsBase => "the goal equals the base",
            Self::DivisorZero => "division by zero",
            Self::OutOfRange => "outside the range of numbers",
        })
    }
}
