//! The line of one indicator in one region: stored figures, flows added up along time, ratios
//! from their parts.

use std::collections::BTreeMap;

use milepost_model::{
    Date, Direction, IndicatorId, Kind, Number, Period, Precision, RegionId, Status, Strength, Unit,
};

use super::tiling;
use crate::answer::{Coverage, MissingReason, Origin, Reading, Undefined};
use crate::cells::{Cell, Cells};
use crate::measure::{in_range, scaled, whole};
use crate::transform;

/// When two periods hold the same figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timing {
    /// When they close on the same day, whatever their length: stocks, and ratios of stocks.
    Close,
    /// When they are the same span: all that accrues or is not declared.
    Span,
}

/// An indicator's line.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) declared: Declared,
    cells: Cells,
    /// Of a flow that is published as running totals, those totals.
    totals: BTreeMap<Period, Cell>,
    /// For [`Timing::Close`]: the winning label of each close.
    closes: BTreeMap<Date, Period>,
    parts: Option<Box<Parts>>,
}

/// What a ratio is computed from.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) numerator: Series,
    pub(crate) denominator: Series,
    /// Power of ten from the quotient's unit to the ratio's.
    pub(crate) power: i8,
}

impl Parts {
    /// A ratio of stocks holds at a close, any other one over its span.
    pub(crate) fn timing(&self) -> Timing {
        match (self.numerator.declared.timing, self.denominator.declared.timing) {
            (Timing::Close, Timing::Close) => Timing::Close,
            _ => Timing::Span,
        }
    }
}

/// What is declared about a line: the indicator's entry in the catalogue and its territory.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) id: IndicatorId,
    pub(crate) region: RegionId,
    /// The indicator's name in the catalogue.
    pub(crate) name: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) direction: Option<Direction>,
    pub(crate) unit: Option<Unit>,
    pub(crate) timing: Timing,
    /// Whether sub-periods add up to their period.
    pub(crate) adds_up: bool,
    /// Whether figures are published from the start of their year.
    pub(crate) running_total: bool,
    pub(crate) begins: Option<Date>,
    /// Before this day the territory was drawn otherwise.
    pub(crate) drawn_on: Option<Date>,
}

impl Series {
    pub(crate) fn new(declared: Declared, mut cells: Cells, parts: Option<Parts>) -> Self {
        let mut totals = BTreeMap::new();
        if declared.running_total {
            let split = transform::split(&cells.admitted);
            (cells.admitted, totals) = (split.steps, split.totals);
        }
        let timing = declared.timing;
        let mut closes: BTreeMap<Date, Period> = BTreeMap::new();
        if timing == Timing::Close {
            for (period, cell) in &cells.admitted {
                let rank = |cell: &Cell| (cell.strength, std::cmp::Reverse(cell.known));
                let better = closes
                    .get(&period.last_day())
                    .and_then(|other| cells.admitted.get(other))
                    .is_none_or(|other| rank(cell) < rank(other));
                if better {
                    closes.insert(period.last_day(), *period);
                }
            }
        }
        Self { declared, cells, totals, closes, parts: parts.map(Box::new) }
    }

    /// The periods that have a figure without adding up, in order.
    pub(crate) fn natives(&self) -> Vec<Period> {
        let mut natives: Vec<Period> = match self.declared.timing {
            Timing::Close => self.closes.values().copied().collect(),
            Timing::Span => self.cells.admitted.keys().copied().collect(),
        };
        if let Some(parts) = &self.parts {
            let mut computed = parts.numerator.natives();
            computed.retain(|period| {
                self.stored(*period).is_none() && parts.denominator.read(*period).is_ok()
            });
            natives.extend(computed);
            natives.sort_unstable();
        }
        natives
    }

    /// The stored figure that holds for a period: of the labels of one close the strongest figure,
    /// the period's own label before others.
    pub(crate) fn stored(&self, period: Period) -> Option<&Cell> {
        let cell = |period: &Period| self.cells.admitted.get(period);
        match self.declared.timing {
            Timing::Close => {
                let best = self.closes.get(&period.last_day()).and_then(cell)?;
                cell(&period).filter(|own| own.strength <= best.strength).or(Some(best))
            }
            Timing::Span => cell(&period).or_else(|| self.totals.get(&period)),
        }
    }

    /// The figure of a period: stored, from parts, added up, or the zero before the beginning.
    ///
    /// # Errors
    ///
    /// The reason why there is none.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        if let Some(cell) = self.stored(period) {
            return Ok(stored_reading(period, cell));
        }
        if let Some(computed) = self.of_parts(period) {
            return computed;
        }
        if self.declared.adds_up
            && let Some(reading) = self.add_up(period)
        {
            return Ok(reading);
        }
        if self.declared.begins.is_some_and(|begins| period.last_day() < begins) {
            return Ok(structural_zero(period));
        }
        Err(self.reason(period))
    }

    /// The ratio of the parts, where both have a figure.
    fn of_parts(&self, period: Period) -> Option<Result<Reading, MissingReason>> {
        let parts = self.parts.as_ref()?;
        let numerator = parts.numerator.read(period).ok()?;
        let denominator = parts.denominator.read(period).ok()?;
        if denominator.value.is_zero() {
            return Some(Err(Undefined::DivisorZero.into()));
        }
        let value = in_range(numerator.value.checked_div(denominator.value));
        let combined = Reading::combine(period, [&numerator, &denominator]);
        Some(match value.and_then(|value| scaled(value, parts.power)) {
            Ok(value) => Ok(Reading { value, origin: Origin::Parts, ..combined }),
            Err(undefined) => Err(undefined.into()),
        })
    }

    fn add_up(&self, period: Period) -> Option<Reading> {
        let tiles = tiling::tile(&self.cells.admitted, period)?;
        let mut sum = whole(0);
        let mut readings = Vec::with_capacity(tiles.len());
        for tile in tiles {
            let reading = stored_reading(tile.period, tile);
            sum = sum.checked_add(reading.value)?;
            readings.push(reading);
        }
        let combined = Reading::combine(period, &readings);
        let members = u32::try_from(readings.len()).unwrap_or(u32::MAX);
        let coverage = Some(Coverage { present: members, expected: members });
        Some(Reading { value: sum, coverage, origin: Origin::Summed, ..combined })
    }

    /// The steps inside a period that lower the running total of the year.
    pub(crate) fn lowered(&self, period: Period) -> Vec<Period> {
        let steps = self.cells.admitted.iter().filter(|(step, cell)| {
            self.declared.running_total && period.covers(**step) && cell.value.signum() < 0
        });
        steps.map(|(step, _)| *step).collect()
    }

    /// Why a period has no figure.
    fn reason(&self, period: Period) -> MissingReason {
        let same = |other: &Period| match self.declared.timing {
            Timing::Close => other.last_day() == period.last_day(),
            Timing::Span => *other == period,
        };
        if self.declared.drawn_on.is_some_and(|day| period.last_day() < day) {
            return MissingReason::BoundaryBreak;
        }
        if self.cells.later.iter().any(same) {
            return MissingReason::NotKnownThen;
        }
        if self.cells.withdrawn.iter().any(same) {
            return MissingReason::Withdrawn;
        }
        if self.declared.adds_up
            && let Some(coverage) = tiling::coverage(&self.cells.admitted, period)
        {
            return MissingReason::Incomplete(coverage);
        }
        let natives = self.natives();
        match (natives.first(), natives.last()) {
            (Some(first), _) if period.last_day() < first.last_day() => MissingReason::BeforeSeries,
            (_, Some(last)) if period.last_day() > last.last_day() => MissingReason::NotYet,
            (None, _) if self.parts.is_some() => MissingReason::NoParts,
            _ => MissingReason::NoData,
        }
    }
}

/// A stored figure as a reading of the period asked for.
pub(crate) fn stored_reading(period: Period, cell: &Cell) -> Reading {
    Reading {
        period,
        value: Number::Exact(cell.value),
        status: cell.status,
        strength: cell.strength,
        precision: cell.precision,
        published: cell.published,
        coverage: None,
        origin: Origin::Stored,
    }
}

fn structural_zero(period: Period) -> Reading {
    Reading {
        period,
        value: whole(0),
        status: Status::ACTUAL,
        strength: Strength::Actual,
        precision: Precision::Exact,
        published: None,
        coverage: None,
        origin: Origin::BeforeBeginning,
    }
}
