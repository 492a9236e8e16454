//! A reducer inside an expression: what a sentence comes to over the regions of a level.

use milepost_lang::ast::{Axis, Query, Reducer, ReducerKind, Word};
use milepost_model::{Number, Period};

use super::group;
use crate::answer::{Coverage, MissingReason, Origin, Reading};
use crate::area::Area;
use crate::line::{Line, Nature};
use crate::measure::{in_range, whole};

/// One figure of the lines of several regions at each period.
#[derive(Clone, Debug)]
pub(crate) struct OverRegions {
    pub(crate) kind: ReducerKind,
    pub(crate) lines: Vec<Line>,
    /// Where the regions lie.
    pub(crate) area: Area,
}

/// The reducer of a sentence and the level that it acts along, where it has these two and no more.
pub(crate) fn over_level(query: &Query) -> Option<(&Reducer, &Word)> {
    let [reducer] = query.reducers.as_slice() else { return None };
    let by = query.clauses.by.as_ref()?;
    let [Axis::Word(word)] = by.value.as_slice() else { return None };
    let computes = matches!(
        reducer.kind,
        ReducerKind::Total
            | ReducerKind::Mean
            | ReducerKind::Median
            | ReducerKind::Min
            | ReducerKind::Max
            | ReducerKind::Count
    );
    let alone = query.clauses.condition.is_none() && query.clauses.matched.is_none();
    (computes && alone).then_some((reducer, word))
}

impl OverRegions {
    /// Regions without a figure are left out, which the coverage says.
    ///
    /// # Errors
    ///
    /// The reason of the first region where none has a figure.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        let mut readings = Vec::with_capacity(self.lines.len());
        let mut missing = MissingReason::NoData;
        for line in self.lines.iter().rev() {
            match line.read(period) {
                Ok(reading) => readings.push(reading),
                Err(reason) => missing = reason,
            }
        }
        readings.reverse();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (present, expected) = (number(readings.len()), number(self.lines.len()));
        if readings.is_empty() && self.kind != ReducerKind::Count {
            return Err(missing);
        }
        let values: Vec<Number> = readings.iter().map(|reading| reading.value).collect();
        let value = match self.kind {
            ReducerKind::Count => whole(i64::from(present)),
            ReducerKind::Min => in_range(values.into_iter().min())?,
            ReducerKind::Max => in_range(values.into_iter().max())?,
            kind => group::middle(kind, values)?,
        };
        let combined = Reading::combine(period, &readings);
        let coverage = Coverage::worse(combined.coverage, Some(Coverage { present, expected }));
        Ok(Reading { value, coverage, origin: Origin::Computed, ..combined })
    }

    /// The periods in which any of the regions has a figure.
    pub(crate) fn natives(&self) -> Vec<Period> {
        let mut natives: Vec<Period> = self.lines.iter().flat_map(Line::natives).copied().collect();
        natives.sort_unstable();
        natives.dedup();
        natives
    }

    /// A total is what its members are; all else is no count.
    pub(crate) fn nature(&self) -> Nature {
        match self.lines.first() {
            Some(line) if self.kind == ReducerKind::Total => line.nature(),
            _ => Nature::Rate,
        }
    }
}
