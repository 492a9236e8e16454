//! Holes filled from the figures beside them, because the sentence asks for it.

use milepost_lang::ast::Fill;
use milepost_model::{Period, Status, Strength};

use crate::answer::{MissingReason, Origin, Reading};
use crate::line::{Line, Timing};
use crate::measure::{in_range, whole};
use crate::time::is_as_long;

/// A line of one indicator whose holes are filled. What is filled is flagged as imputed, and is an
/// estimate.
#[derive(Clone, Debug)]
pub(crate) struct Filled {
    pub(crate) line: Line,
    pub(crate) fill: Fill,
}

impl Filled {
    /// The figure, or one made from the figures beside it: what holds at a close from those of
    /// other closes, what accrues from spans as long as its own.
    ///
    /// # Errors
    ///
    /// Why there is no figure, where none can be filled in either: `previous` needs an earlier one,
    /// `linear` one on either side, and sums that lack a member stay missing.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        let reason = match self.line.read(period) {
            Ok(reading) => return Ok(reading),
            Err(
                reason @ (MissingReason::Incomplete(_)
                | MissingReason::Undefined(_)
                | MissingReason::BoundaryBreak),
            ) => return Err(reason),
            Err(reason) => reason,
        };
        let (before, after) = self.beside(period);
        let before = before.ok_or(reason)?;
        let filled = match self.fill {
            Fill::None => return Err(reason),
            Fill::Previous => flagged(period, before.value, [&before]),
            Fill::Linear => {
                let after = after.ok_or(reason)?;
                let days = |from: &Reading, to: Period| {
                    let (from, to) = (from.period.last_day(), to.last_day());
                    whole(i64::from(to.day_number()) - i64::from(from.day_number()))
                };
                let rise = in_range(after.value.checked_sub(before.value))?;
                let part = in_range(rise.checked_mul(days(&before, period)))?;
                let part = in_range(part.checked_div(days(&before, after.period)))?;
                let value = in_range(before.value.checked_add(part))?;
                flagged(period, value, [&before, &after])
            }
        };
        Ok(filled)
    }

    /// The last figure before a period and the first after it.
    fn beside(&self, period: Period) -> (Option<Reading>, Option<Reading>) {
        let comparable = |other: &&Period| match self.line.timing() {
            Timing::Close => true,
            Timing::Span => is_as_long(**other, period),
        };
        let natives = self.line.natives();
        let at = natives.partition_point(|other| other.last_day() < period.last_day());
        let (earlier, later) = natives.split_at_checked(at).unwrap_or_default();
        let read = |found: Option<&Period>| found.and_then(|period| self.line.read(*period).ok());
        let before = read(earlier.iter().rev().find(comparable));
        let later = later.iter().filter(|other| other.last_day() > period.last_day());
        (before, read(later.into_iter().find(comparable)))
    }
}

fn flagged<'r>(
    period: Period,
    value: milepost_model::Number,
    readings: impl IntoIterator<Item = &'r Reading>,
) -> Reading {
    let combined = Reading::combine(period, readings);
    Reading {
        value,
        status: combined.status | Status::IMPUTED,
        strength: combined.strength.max(Strength::Estimate),
        origin: Origin::Filled,
        ..combined
    }
}
