//! A sentence in one region: an expression, how it is compared, and with what.

use milepost_lang::ast::MeasureKind;
use milepost_model::{Date, Frequency, Number, Period, Unit, years_between};

use crate::answer::{MissingReason, Reading, Undefined};
use crate::goal::{Goal, GoalReading, begins};
use crate::line::{Line, Series, Timing};
use crate::measure::{self, Measured};
use crate::steps::Steps;

/// An expression and its measure. At a period it is worth the measure up to that period.
#[derive(Clone, Debug)]
pub(crate) struct Sentence {
    pub(crate) line: Line,
    pub(crate) measure: Option<MeasureKind>,
    pub(crate) base: BaseRule,
    pub(crate) goal: Option<Goal>,
    /// The one period that the sentence speaks about, where it says so itself.
    pub(crate) fixed: Option<Period>,
    /// The steps of `by`.
    pub(crate) steps: Option<Steps>,
    /// The unit of the result; None where an indicator declares none.
    pub(crate) unit: Option<Unit>,
    /// Power of ten from the measure's own unit to `unit`.
    pub(crate) power: i8,
    /// Whether each comparison is one of the members that are present at both of its ends.
    pub(crate) matched: bool,
}

/// Which period a measure starts from, given the period where it ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BaseRule {
    /// There is no base.
    None,
    /// The same for every end.
    Fixed(Period),
    /// There should be one, and none was found.
    Missing(MissingReason),
    /// The same period of the year before.
    YearBefore,
    /// The step before; the first step starts from the base of the span.
    StepBefore {
        /// The base of the span; None where the sentence states none.
        first: Option<Result<Period, MissingReason>>,
        /// The close from which the steps start.
        from: Date,
        steps: Steps,
    },
    /// A number of periods earlier.
    Back { count: u32, frequency: Frequency },
}

impl BaseRule {
    /// The base for an end.
    pub(crate) fn of(&self, end: Period) -> Result<Option<Period>, MissingReason> {
        match self {
            Self::None => Ok(None),
            Self::Fixed(period) => Ok(Some(*period)),
            Self::Missing(reason) => Err(*reason),
            Self::YearBefore => end.one_year_earlier().map(Some).ok_or(MissingReason::NoData),
            Self::StepBefore { first, from, steps } => {
                let before = steps.before(end).ok_or(MissingReason::BeforeSeries)?;
                let first = first.filter(|_| before.last_day() <= *from);
                first.unwrap_or(Ok(before)).map(Some)
            }
            Self::Back { count, frequency } => {
                back(end, *count, *frequency).map(Some).ok_or(MissingReason::NoData)
            }
        }
    }
}

/// The period of the same length that closes a number of periods of a frequency earlier; None
/// where that is no whole number of periods.
pub(crate) fn back(end: Period, count: u32, frequency: Frequency) -> Option<Period> {
    let count = i32::try_from(count).ok()?;
    let own = end.frequency()?;
    if own == frequency {
        return end.checked_add(count.checked_neg()?);
    }
    if own == Frequency::Day {
        let day = match frequency.months() {
            Some(months) => {
                let months = i32::from(months).checked_mul(count)?;
                end.last_day().checked_add_months(months.checked_neg()?)?
            }
            None => end.last_day().checked_add_days(count.checked_mul(-7)?)?,
        };
        return Some(Period::day(day));
    }
    let months = i32::from(frequency.months()?).checked_mul(count)?;
    let length = i32::from(own.months()?);
    if months % length == 0 { end.checked_add(-(months / length)) } else { None }
}

/// What a sentence is worth at a period, and what that was computed from.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) base: Option<Result<Reading, MissingReason>>,
    pub(crate) end: Result<Reading, MissingReason>,
    pub(crate) goal: Option<Result<GoalReading, MissingReason>>,
    pub(crate) value: Result<Number, MissingReason>,
}

impl Comparison {
    /// The readings that the value was computed from. A target is what the figures are held
    /// against and not one of them, so that the status stays that of the figures.
    pub(crate) fn readings(&self) -> impl Iterator<Item = &Reading> {
        let base = self.base.as_ref().and_then(|base| base.as_ref().ok());
        let goal = self.goal.as_ref().and_then(|goal| goal.as_ref().ok());
        let goal = goal.filter(|goal| !goal.is_target).map(|goal| &goal.reading);
        base.into_iter().chain(self.end.as_ref().ok()).chain(goal)
    }
}

impl Sentence {
    /// Measures up to a period.
    pub(crate) fn compare(&self, end: Period) -> Comparison {
        if self.matched {
            let base = self.base.of(end).ok().flatten();
            let periods: Vec<Period> = base.into_iter().chain([end]).collect();
            self.line.narrow(&periods);
            let comparison = self.compared(end);
            self.line.widen();
            return comparison;
        }
        self.compared(end)
    }

    fn compared(&self, end: Period) -> Comparison {
        let base = self.base.of(end).transpose().map(|base| base.and_then(|p| self.line.read(p)));
        let end_reading = self.line.read(end);
        let goal = self.goal.as_ref().map(|goal| {
            // What a part contributes is related to the whole at the base.
            let at = match (self.measure, &base) {
                (Some(MeasureKind::Contribution), Some(base)) => {
                    base.as_ref().map_err(|reason| *reason)?.period
                }
                _ => end,
            };
            goal.at(at, self.line.accrues())
        });
        let value = self
            .measured(base.as_ref(), &end_reading, goal.as_ref())
            .and_then(|value| Ok(measure::scaled(value, self.power)?));
        Comparison { base, end: end_reading, goal, value }
    }

    /// The measure over a base, an end and a goal.
    pub(crate) fn measured(
        &self,
        base: Option<&Result<Reading, MissingReason>>,
        end: &Result<Reading, MissingReason>,
        goal: Option<&Result<GoalReading, MissingReason>>,
    ) -> Result<Number, MissingReason> {
        let end = end.as_ref().map_err(|reason| *reason)?;
        let x1 = end.value;
        let base = || base.ok_or(MissingReason::NoData)?.as_ref().map_err(|reason| *reason);
        let goal = || goal.ok_or(MissingReason::NoTarget)?.as_ref().map_err(|reason| *reason);
        let measured = match self.measure {
            None | Some(MeasureKind::Revisions) => Ok(x1),
            Some(
                kind @ (MeasureKind::Change
                | MeasureKind::Growth
                | MeasureKind::Multiple
                | MeasureKind::Index
                | MeasureKind::Cagr),
            ) => between(kind, base()?, end),
            Some(MeasureKind::Pace) if self.goal.is_none() => {
                between(MeasureKind::Pace, base()?, end)
            }
            Some(MeasureKind::Pace) => {
                let goal = goal()?;
                let set_for = goal.period.ok_or(Undefined::GoalWithoutDate)?;
                let left = years_between(end.period.last_day(), set_for.last_day());
                measure::pace(x1, goal.reading.value, left)
            }
            Some(MeasureKind::Gap) => measure::gap(x1, goal()?.reading.value),
            // A flow towards the total of its own period starts from nothing.
            Some(MeasureKind::Progress) if self.base == BaseRule::None => {
                let goal = goal()?;
                if goal.period.is_some_and(|period| !begins(period, end.period)) {
                    return Err(MissingReason::NoTarget);
                }
                measure::progress(measure::whole(0), x1, goal.reading.value)
            }
            Some(MeasureKind::Progress) => {
                measure::progress(base()?.value, x1, goal()?.reading.value)
            }
            Some(MeasureKind::Share) => measure::share(x1, goal()?.reading.value),
            Some(MeasureKind::Contribution) => {
                measure::contribution(base()?.value, x1, goal()?.reading.value)
            }
        };
        Ok(measured?)
    }

    /// The value at a period as a reading, for sentences inside expressions.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        let end = self.end(period)?;
        let comparison = self.compare(end);
        let value = comparison.value?;
        let origin =
            if self.is_bare() { comparison.end.as_ref().ok().map(|end| end.origin) } else { None };
        let precision = comparison.end.as_ref().ok().map(|end| end.precision);
        let combined = Reading::combine(period, comparison.readings());
        Ok(Reading {
            value,
            origin: origin.unwrap_or(combined.origin),
            precision: precision.filter(|_| self.measure.is_none()).unwrap_or(combined.precision),
            ..combined
        })
    }

    /// The end of what is compared at a period: the period itself, where it is one of `by`.
    pub(crate) fn end(&self, period: Period) -> Result<Period, MissingReason> {
        let fits = self.steps.is_none_or(|steps| steps.holds(period));
        match self.fixed {
            Some(fixed) => Ok(fixed),
            None if fits || self.is_at_close(period) => Ok(period),
            None => Err(MissingReason::NoData),
        }
    }

    /// See [`Line::lacking`]: what the end or the base lacks.
    pub(crate) fn lacking(&self, period: Period) -> Vec<(&Series, Period)> {
        let end = self.fixed.unwrap_or(period);
        let mut lacking = self.line.lacking(end);
        if let Ok(Some(base)) = self.base.of(end) {
            lacking.extend(self.line.lacking(base));
        }
        lacking
    }

    /// Whether a period closes together with a period of `by`, for lines that are read by close.
    fn is_at_close(&self, period: Period) -> bool {
        self.line.timing() == Timing::Close
            && self
                .steps
                .and_then(|steps| steps.containing(period.last_day()))
                .is_some_and(|step| step.last_day() == period.last_day())
    }

    /// The periods that have a value, in order.
    pub(crate) fn natives(&self) -> Vec<Period> {
        if self.fixed.is_some() {
            return Vec::new();
        }
        let mut natives = match self.steps {
            None => self.line.natives().to_vec(),
            Some(steps) => at_steps(&self.line, steps),
        };
        if self.measure.is_some() {
            natives.retain(|period| self.compare(*period).value.is_ok());
        }
        natives
    }

    /// See [`Line::timing`].
    pub(crate) fn timing(&self) -> Timing {
        // A step or a year belongs to its period, not to its close.
        match self.base {
            BaseRule::StepBefore { .. } => Timing::Span,
            _ => self.line.timing(),
        }
    }

    /// See [`Line::is_constant`].
    pub(crate) fn is_constant(&self) -> bool {
        self.fixed.is_some() || self.line.is_constant()
    }

    /// See [`Line::fixed_period`].
    pub(crate) fn fixed_period(&self) -> Option<Period> {
        self.fixed.or_else(|| self.line.fixed_period())
    }

    /// Whether the sentence adds nothing to its expression.
    pub(crate) fn is_bare(&self) -> bool {
        self.measure.is_none() && self.fixed.is_none() && self.steps.is_none() && self.power == 0
    }
}

/// A measure that needs nothing but a base and an end; the end itself for others.
pub(crate) fn between(kind: MeasureKind, base: &Reading, end: &Reading) -> Measured {
    let (x0, x1) = (base.value, end.value);
    let years = || years_between(base.period.last_day(), end.period.last_day());
    match kind {
        MeasureKind::Change => measure::change(x0, x1),
        MeasureKind::Growth => measure::growth(x0, x1),
        MeasureKind::Multiple => measure::multiple(x0, x1),
        MeasureKind::Index => measure::index(x0, x1),
        MeasureKind::Cagr => measure::cagr(x0, x1, years()),
        MeasureKind::Pace => measure::pace(x0, x1, years()),
        _ => Ok(x1),
    }
}

/// The steps at which a line has a value, in order.
pub(crate) fn at_steps(line: &Line, steps: Steps) -> Vec<Period> {
    let natives = line.natives().iter();
    let mut periods: Vec<Period> =
        natives.filter_map(|native| steps.containing(native.last_day())).collect();
    periods.dedup();
    periods.retain(|period| line.read(*period).is_ok());
    periods
}
