//! Windows that move along with their end.

use milepost_lang::ast::RollingAggregate;
use milepost_model::{Frequency, Period};

use crate::answer::{Coverage, MissingReason, Origin, Reading};
use crate::line::{Line, Series};
use crate::measure::{in_range, whole};
use crate::sentence::at_steps;
use crate::steps::Steps;

/// Members of a window that are read between two looks at the limits on the query.
const LOOK: u32 = 256;

/// The total or mean of the last periods up to a close.
#[derive(Clone, Debug)]
pub(crate) struct Rolling {
    pub(crate) line: Line,
    pub(crate) count: u32,
    pub(crate) frequency: Frequency,
    pub(crate) aggregate: RollingAggregate,
}

impl Rolling {
    /// # Errors
    ///
    /// The reason of the last period where it is missing; `incomplete 11/12` where another one is;
    /// `no data` where the period does not close together with a period of the window.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        let last = self.last(period).ok_or(MissingReason::NoData)?;
        let mut readings = vec![self.line.read(last)?];
        // What had not begun is zero before its series.
        let begins = self.line.leaves().iter().any(|series| series.declared.begins.is_some());
        let mut member = last.previous();
        for at in 1..self.count {
            let Some(period) = member else { break };
            if self.is_over_at(at) {
                return Err(MissingReason::NoData);
            }
            match self.line.read(period) {
                Ok(reading) => readings.push(reading),
                // Nothing is earlier still.
                Err(MissingReason::BeforeSeries) if !begins => break,
                Err(_) => {}
            }
            member = period.previous();
        }
        let present = u32::try_from(readings.len()).unwrap_or(u32::MAX);
        let coverage = Coverage { present, expected: self.count };
        if present < self.count {
            return Err(MissingReason::Incomplete(coverage));
        }
        let sum = readings.iter().try_fold(whole(0), |sum, r| sum.checked_add(r.value));
        let value = match self.aggregate {
            RollingAggregate::Total => sum,
            RollingAggregate::Mean => {
                sum.and_then(|sum| sum.checked_div(whole(i64::from(self.count))))
            }
        };
        let combined = Reading::combine(period, &readings);
        let coverage = Coverage::worse(combined.coverage, Some(coverage));
        Ok(Reading { value: in_range(value)?, coverage, origin: Origin::Computed, ..combined })
    }

    /// The last period of the window that closes with a period.
    fn last(&self, period: Period) -> Option<Period> {
        let close = period.last_day();
        Period::containing(self.frequency, close).filter(|last| last.last_day() == close)
    }

    /// Whether a limit on the query was met, looked at once for so many members: a window over a
    /// window over a window takes as long as it likes.
    fn is_over_at(&self, member: u32) -> bool {
        member % LOOK == 1 && self.line.is_stopped()
    }

    /// See `Line::places`.
    pub(crate) fn places(&self, period: Period) -> Vec<(&Series, Period)> {
        let Some(last) = self.last(period) else { return Vec::new() };
        let mut places = Vec::new();
        let mut member = Some(last);
        for at in 0..self.count {
            let Some(period) = member else { break };
            if self.is_over_at(at) {
                break;
            }
            let all = self.line.places(period).into_iter();
            places.extend(all.filter(|(series, at)| *at == last || series.lacks_members(*at)));
            member = period.previous();
        }
        places
    }

    /// The periods at whose close the window is complete.
    pub(crate) fn natives(&self) -> Vec<Period> {
        let mut natives = at_steps(&self.line, Steps::each(self.frequency));
        natives.retain(|period| self.read(*period).is_ok());
        natives
    }
}
