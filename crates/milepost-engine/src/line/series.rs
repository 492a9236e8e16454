//! The line of one indicator in one region: stored figures, flows added up along time, ratios
//! from their parts.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use milepost_model::{
    Date, Direction, IndicatorId, Kind, Number, Period, Precision, Status, Strength, Unit,
};

use super::tiling;
use crate::answer::{Coverage, MissingReason, Origin, Reading, Undefined};
use crate::area::Area;
use crate::cells::Cell;
use crate::figures::Figures;
use crate::measure::{in_range, scaled, whole};
use crate::reader::Reader;
use crate::rollup::Rollup;

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
    figures: Figures,
    parts: Option<Box<Parts>>,
    /// The figures of the area from those of other regions; None where the kind has no rule.
    pub(crate) rollup: Option<Rc<Rollup>>,
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
    pub(crate) area: Area,
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
    /// Whether the area is made up of other regions.
    pub(crate) has_members: bool,
    /// Before this day the territory was drawn otherwise.
    pub(crate) drawn_on: Option<Date>,
}

impl Series {
    pub(crate) fn new(
        declared: Declared,
        figures: Figures,
        parts: Option<Parts>,
        rollup: Option<Rc<Rollup>>,
    ) -> Self {
        Self { declared, figures, parts: parts.map(Box::new), rollup }
    }

    /// What reads the figures of the area itself.
    pub(crate) fn reader(&self) -> &Rc<Reader> {
        self.figures.reader()
    }

    /// Whether the series is a ratio of two others.
    pub(crate) fn has_parts(&self) -> bool {
        self.parts.is_some()
    }

    /// The periods that have a figure without adding up sub-periods, in order. An area that has
    /// figures of its own speaks of those alone, and of those of its predecessors: what could be
    /// added up beside them may be another thing, as a nation is more than its provinces.
    pub(crate) fn natives(&self) -> Vec<Period> {
        let mut natives = self.own_natives();
        let Some(rollup) = &self.rollup else { return natives };
        if natives.is_empty() {
            return rollup.natives(None);
        }
        if let Some(day) = self.declared.drawn_on {
            let mut earlier = rollup.natives(Some(day));
            earlier.retain(|period| self.stored(*period).is_none());
            natives.extend(earlier);
            natives.sort_unstable();
        }
        natives
    }

    /// Whether the first and the last of [`Series::natives`] can be found without the others.
    pub(crate) fn knows_its_ends(&self) -> bool {
        let joined = self.declared.drawn_on.is_some() && self.rollup.is_some();
        self.parts.is_none() && !(joined && self.figures.has_any())
    }

    /// The last of [`Series::natives`] that closes by a day, of a series that knows its ends.
    pub(crate) fn last_native(&self, until: Date) -> Option<Period> {
        match &self.rollup {
            Some(rollup) if !self.figures.has_any() => rollup.last_native(until),
            _ => self.figures.last_native(until),
        }
    }

    /// The first of [`Series::natives`] that closes on a day or later, of a series that knows its
    /// ends.
    pub(crate) fn first_native(&self, from: Date) -> Option<Period> {
        match &self.rollup {
            Some(rollup) if !self.figures.has_any() => rollup.first_native(from),
            _ => self.figures.first_native(from),
        }
    }

    /// The series and those that it is a ratio of.
    pub(crate) fn with_parts(&self) -> Vec<&Self> {
        let parts = self.parts.iter().flat_map(|parts| [&parts.numerator, &parts.denominator]);
        std::iter::once(self).chain(parts).collect()
    }

    /// The periods that have a figure of the area itself.
    fn own_natives(&self) -> Vec<Period> {
        let mut natives = self.figures.natives();
        if let Some(parts) = &self.parts {
            let mut computed = parts.numerator.own_natives();
            computed.extend(parts.denominator.own_natives());
            computed.retain(|period| {
                self.stored(*period).is_none()
                    && self.of_own_parts(*period).is_some_and(|quotient| quotient.is_ok())
            });
            natives.extend(computed);
            natives.sort_unstable();
            let at_close = self.declared.timing == Timing::Close;
            natives.dedup_by(|one, other| {
                one == other || (at_close && one.last_day() == other.last_day())
            });
        }
        natives
    }

    /// The stored figure that holds for a period: of the labels of one close the strongest figure,
    /// the period's own label before others.
    pub(crate) fn stored(&self, period: Period) -> Option<Cell> {
        self.figures.at(period)
    }

    /// The figure of a period: stored, from parts, added up over sub-periods, the zero before the
    /// beginning, or put together from other regions.
    ///
    /// # Errors
    ///
    /// The reason why there is none.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        let matched = self.rollup.as_ref().filter(|rollup| rollup.is_matched());
        if let Some(rollup) = matched.filter(|_| !self.is_withdrawn(period)) {
            return rollup.read(period);
        }
        if let Some(plain) = self.read_plain(period) {
            return plain;
        }
        // What its publisher withdrew is not put together again.
        let rollup = self.rollup.as_ref().filter(|_| !self.is_withdrawn(period));
        let of_regions = rollup.map(|rollup| rollup.read(period));
        match of_regions {
            Some(Ok(reading)) => Ok(reading),
            other => self
                .of_whole_parts(period)
                .unwrap_or_else(|| Err(self.reason(period, other.and_then(Result::err)))),
        }
    }

    /// Periods whose figures became known only after the `as of` date.
    pub(crate) fn later(&self) -> &BTreeSet<Period> {
        self.figures.later()
    }

    /// Whether figures that close after a day may be stored, whatever their status.
    pub(crate) fn may_go_beyond(&self, day: Date) -> bool {
        self.figures.may_go_beyond(day)
    }

    /// Periods whose figures have no status that is admitted.
    pub(crate) fn excluded(&self) -> &BTreeMap<Period, Strength> {
        self.figures.excluded()
    }

    /// Whether the area itself has a figure at a period.
    pub(crate) fn is_own(&self, period: Period) -> bool {
        matches!(self.read_plain(period), Some(Ok(_)))
    }

    /// Whether a period is zero because what is counted did not exist yet.
    pub(crate) fn is_before_beginning(&self, period: Period) -> bool {
        let plain = self.read_plain(period).and_then(Result::ok);
        plain.is_some_and(|reading| reading.origin == Origin::BeforeBeginning)
    }

    /// Whether the area has a figure at a period in which no member lacks.
    pub(crate) fn is_whole(&self, period: Period) -> bool {
        let whole = |reading: &Reading| reading.coverage.is_none_or(|c| c.present == c.expected);
        self.read(period).is_ok_and(|reading| whole(&reading))
    }

    /// Whether the figure of a period is put together from members of which some have none.
    pub(crate) fn lacks_members(&self, period: Period) -> bool {
        self.rollup.as_ref().is_some_and(|rollup| rollup.lacks_members(period))
    }

    /// Whether no figure is stored of the area itself and others could make it.
    pub(crate) fn lacks_own(&self) -> bool {
        self.rollup.is_some() && !self.figures.has_any()
    }

    /// Whether every figure of the area is put together from other regions.
    pub(crate) fn is_put_together(&self) -> bool {
        self.rollup.is_some() && self.own_natives().is_empty()
    }

    /// The figure that a stored one stands in for: of parts, of sub-periods or of other regions.
    pub(crate) fn computed(&self, period: Period) -> Option<Reading> {
        let parts = self.of_own_parts(period).and_then(Result::ok);
        let sub_periods = || self.add_up(period).filter(|_| self.declared.adds_up);
        let of_regions = || self.rollup.as_ref()?.members_only(period).ok();
        parts.or_else(sub_periods).or_else(of_regions)
    }

    fn of_own_parts(&self, period: Period) -> Option<Result<Reading, MissingReason>> {
        let parts = self.parts.as_ref()?;
        let numerator = parts.numerator.read_plain(period)?.ok()?;
        let denominator = parts.denominator.read_plain(period)?.ok()?;
        Some(quotient(period, &numerator, &denominator, parts.power))
    }

    /// The figure of the area itself, as it is stored or follows from what is.
    fn read_plain(&self, period: Period) -> Option<Result<Reading, MissingReason>> {
        if let Some(cell) = self.stored(period) {
            return Some(Ok(stored_reading(period, &cell)));
        }
        if let Some(computed) = self.of_own_parts(period) {
            return Some(computed);
        }
        if self.declared.adds_up
            && let Some(reading) = self.add_up(period)
        {
            return Some(Ok(reading));
        }
        let begins = self.declared.begins;
        begins.is_some_and(|begins| period.last_day() < begins).then(|| Ok(structural_zero(period)))
    }

    /// The ratio of parts that were put together from other regions, where no member lacks.
    fn of_whole_parts(&self, period: Period) -> Option<Result<Reading, MissingReason>> {
        let parts = self.parts.as_ref()?;
        let whole = |part: &Self| part.read(period).ok().filter(|_| part.is_whole(period));
        let (numerator, denominator) = (whole(&parts.numerator)?, whole(&parts.denominator)?);
        Some(quotient(period, &numerator, &denominator, parts.power))
    }

    fn add_up(&self, period: Period) -> Option<Reading> {
        let tiles = tiling::tile(self.figures.parts_of(period)?, period)?;
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
        if !self.declared.running_total {
            return Vec::new();
        }
        let falls = |cell: &Cell| cell.value.signum() < 0;
        let steps = self.figures.admitted().iter();
        let steps = steps.filter(|(step, cell)| period.covers(**step) && falls(cell));
        steps.map(|(step, _)| *step).collect()
    }

    fn is_withdrawn(&self, period: Period) -> bool {
        self.figures.is_withdrawn(period)
    }

    /// Whether the kind is declared and figures of several regions still make none.
    fn has_no_rule(&self) -> bool {
        self.rollup.is_none() && self.declared.kind.is_some()
    }

    /// Why a period has no figure, given why other regions do not make one; None where the kind
    /// has no rule for that.
    fn reason(&self, period: Period, of_regions: Option<MissingReason>) -> MissingReason {
        match of_regions {
            None if self.is_withdrawn(period) => {}
            None if self.declared.area.region().is_none() => return MissingReason::NoParts,
            None if self.declared.has_members
                && self.has_no_rule()
                && self.natives().is_empty() =>
            {
                return MissingReason::NoParts;
            }
            None if self.declared.drawn_on.is_some_and(|day| period.last_day() < day) => {
                let is_undeclared = self.declared.kind.is_none();
                return if is_undeclared {
                    MissingReason::BoundaryBreak
                } else {
                    MissingReason::NoParts
                };
            }
            None | Some(MissingReason::NoData) => {}
            Some(reason) => return reason,
        }
        if self.figures.is_later(period) {
            return MissingReason::NotKnownThen;
        }
        if self.is_withdrawn(period) {
            return MissingReason::Withdrawn;
        }
        if self.declared.adds_up
            && let Some(parts) = self.figures.parts_of(period)
            && let Some(coverage) = tiling::coverage(parts, period)
        {
            return MissingReason::Incomplete(coverage);
        }
        let (first, last) = if self.knows_its_ends() {
            (self.first_native(Date::MIN), self.last_native(Date::MAX))
        } else {
            let natives = self.natives();
            (natives.first().copied(), natives.last().copied())
        };
        match (first, last) {
            (Some(first), _) if period.last_day() < first.last_day() => MissingReason::BeforeSeries,
            (_, Some(last)) if period.last_day() > last.last_day() => MissingReason::NotYet,
            (None, _) if self.parts.is_some() => MissingReason::NoParts,
            _ => MissingReason::NoData,
        }
    }
}

/// A ratio from its parts, and the power of ten to its unit.
fn quotient(
    period: Period,
    numerator: &Reading,
    denominator: &Reading,
    power: i8,
) -> Result<Reading, MissingReason> {
    if denominator.value.is_zero() {
        return Err(Undefined::DivisorZero.into());
    }
    let value = in_range(numerator.value.checked_div(denominator.value))?;
    let combined = Reading::combine(period, [numerator, denominator]);
    Ok(Reading { value: scaled(value, power)?, origin: Origin::Parts, ..combined })
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
