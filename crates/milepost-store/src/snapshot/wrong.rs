//! What no reader of columns takes for a figure.

use milepost_model::{Date, Decimal, Precision};

use super::Snapshot;
use crate::{
    error::StoreError,
    frame::{Attribute, CellRecord, FormatError, key_to_day},
    state::{Place, Strings},
};

/// What is wrong with a frame.
pub(super) enum Wrong {
    Format(FormatError),
    Figure(&'static str),
}

impl Wrong {
    /// The error of the frame in which it was found.
    pub(super) fn at(self, snapshot: &Snapshot, place: Place<'_>) -> StoreError {
        match self {
            Self::Format(error) => snapshot.state.damage(place, error),
            Self::Figure(what) => snapshot.damage(place, what),
        }
    }
}

impl From<FormatError> for Wrong {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}

/// Refuses what no attribute of a figure can be.
pub(super) fn check(strings: &Strings, attribute: Attribute, value: i64) -> Result<(), Wrong> {
    let is_day = |value: u32| {
        let day = key_to_day(value).ok().flatten();
        day.is_some_and(|day| Date::from_day_number(day).is_some())
    };
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    let (is_right, what) = match attribute {
        Attribute::Status => (value >> 26 == 0, "a status has letters beyond Z"),
        Attribute::Published => (value == 0 || is_day(value), "a day lies outside the calendar"),
        Attribute::Recorded => (is_day(value), "a day lies outside the calendar"),
        Attribute::Precision => {
            let precision = u8::try_from(value).ok().and_then(Precision::from_index);
            (precision.is_some(), "a precision is unknown")
        }
        Attribute::Source | Attribute::Note => {
            (strings.get(value).is_some(), "a text has no such number")
        }
    };
    if is_right { Ok(()) } else { Err(Wrong::Figure(what)) }
}

/// Refuses what no figure can be.
pub(super) fn check_record(strings: &Strings, record: &CellRecord) -> Result<(), Wrong> {
    let is_day = |day: i32| Date::from_day_number(day).is_some();
    if !record.published.into_iter().chain([record.recorded]).all(is_day) {
        return Err(Wrong::Figure("a day lies outside the calendar"));
    }
    let is_decimal = |(mantissa, scale): (i64, u8)| Decimal::new(mantissa.into(), scale).is_some();
    if !record.value.is_none_or(is_decimal) {
        return Err(Wrong::Figure("a figure has too many decimals"));
    }
    check(strings, Attribute::Precision, record.precision.into())?;
    check(strings, Attribute::Source, record.source.into())?;
    check(strings, Attribute::Note, record.note.into())
}
