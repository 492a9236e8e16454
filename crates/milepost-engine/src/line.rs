//! A line of closes: what an expression is worth at every period, in one region.

mod nature;
mod series;
mod tiling;

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use milepost_model::{Date, Kind, Number, Period, Precision, Status, Strength, Unit};

use crate::answer::{MissingReason, Origin, Reading, Undefined};
use crate::area::Area;
use crate::inner::Inner;
use crate::measure::{in_range, scaled, whole};
use crate::sentence::Sentence;
use crate::transform::{Filled, Rolling, YearToDate, since_january};
use crate::watch::Watch;

pub(crate) use nature::Nature;
pub(crate) use series::{Declared, Parts, Series, Timing, stored_reading};

/// An expression in one region.
///
/// A period of a line is a period in which every indicator of the expression has a figure.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) node: Node,
    /// The unit of the values; None where an indicator declares none.
    pub(crate) unit: Option<Unit>,
    /// Asked for again and again, and costly for a deep expression.
    natives: OnceCell<Vec<Period>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A quantity of the query: the same at every period.
    Quantity(Number),
    Series(Box<Series>),
    /// Added and subtracted terms, converted to the unit of the line.
    Sum(Vec<Term>),
    /// Multiplied and divided factors; the product is then scaled.
    Product(Vec<Factor>, i8),
    Negate(Box<Line>),
    Sentence(Box<Sentence>),
    YearToDate(Box<YearToDate>),
    Rolling(Box<Rolling>),
    Filled(Box<Filled>),
    Inner(Rc<Inner>),
    /// `value` in a condition: that of the row which is judged.
    RowValue(Rc<Cell<Option<Number>>>),
}

#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) negative: bool,
    pub(crate) line: Line,
    /// Power of ten from the term's unit to the sum's.
    pub(crate) power: i8,
}

#[derive(Clone, Debug)]
pub(crate) struct Factor {
    pub(crate) divides: bool,
    pub(crate) line: Line,
}

impl Line {
    pub(crate) fn new(node: Node, unit: Option<Unit>) -> Self {
        Self { node, unit, natives: OnceCell::new() }
    }

    /// The value at a period.
    ///
    /// # Errors
    ///
    /// The reason why there is none: that of the first part that has none.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        match &self.node {
            Node::Quantity(value) => Ok(quantity(period, *value)),
            Node::RowValue(value) => {
                value.get().map(|value| quantity(period, value)).ok_or(MissingReason::NoData)
            }
            Node::Series(series) => series.read(period),
            Node::Sentence(sentence) => sentence.read(period),
            Node::YearToDate(sum) => sum.read(period),
            Node::Rolling(window) => window.read(period),
            Node::Filled(filled) => filled.read(period),
            Node::Inner(inner) => inner.read(period),
            Node::Negate(line) => line.read(period).map(|reading| Reading {
                value: -reading.value,
                origin: Origin::Computed,
                ..reading
            }),
            Node::Sum(terms) => {
                let readings = all(period, terms.iter().map(|term| &term.line))?;
                sum(period, terms.iter().map(|term| (term.negative, term.power)), &readings)
            }
            Node::Product(factors, power) => {
                let readings = all(period, factors.iter().map(|factor| &factor.line))?;
                product(period, factors.iter().map(|factor| factor.divides), *power, &readings)
            }
        }
    }

    /// The periods that have a value as the figures are published, in order: of an expression,
    /// those in which every part has a figure, the finer side added up to the coarser.
    pub(crate) fn natives(&self) -> &[Period] {
        self.natives.get_or_init(|| self.find_natives())
    }

    /// The last of [`Line::natives`] that closes by a day.
    pub(crate) fn last_native(&self, until: Date) -> Option<Period> {
        match self.open_series() {
            Some(series) => series.last_native(until),
            None => self.natives().iter().rev().find(|p| p.last_day() <= until).copied(),
        }
    }

    /// The first of [`Line::natives`] that closes on a day or later.
    pub(crate) fn first_native(&self, from: Date) -> Option<Period> {
        match self.open_series() {
            Some(series) => series.first_native(from),
            None => self.natives().iter().find(|p| p.last_day() >= from).copied(),
        }
    }

    /// The series, where the line is nothing but one whose periods are not known yet and need not
    /// be.
    fn open_series(&self) -> Option<&Series> {
        match &self.node {
            Node::Series(series) if self.natives.get().is_none() => {
                Some(&**series).filter(|series| series.knows_its_ends())
            }
            _ => None,
        }
    }

    fn find_natives(&self) -> Vec<Period> {
        match &self.node {
            Node::Quantity(_) | Node::RowValue(_) => Vec::new(),
            Node::Series(series) => series.natives(),
            Node::Sentence(sentence) => sentence.natives(),
            Node::YearToDate(sum) => sum.natives(),
            Node::Rolling(window) => window.natives(),
            Node::Filled(filled) => filled.line.natives().to_vec(),
            Node::Inner(inner) => inner.natives(),
            Node::Negate(line) => line.natives().to_vec(),
            Node::Sum(_) | Node::Product(..) => {
                let mut periods = BTreeSet::new();
                let parts: Vec<&Line> = self.parts().filter(|line| !line.is_constant()).collect();
                for part in &parts {
                    periods.extend(part.natives().iter().copied());
                }
                if let [_] = parts.as_slice() {
                    periods.retain(|period| self.read(*period).is_ok());
                    return periods.into_iter().collect();
                }
                let spans = self.timing() == Timing::Span;
                periods.retain(|period| {
                    let fits = !spans || parts.iter().all(|part| part.is_as_fine_as(*period));
                    fits && self.read(*period).is_ok()
                });
                let mut natives: Vec<Period> = periods.into_iter().collect();
                if !spans {
                    natives.dedup_by_key(|period| period.last_day());
                }
                natives
            }
        }
    }

    /// Whether periods hold the same value by their close or only as the same span.
    pub(crate) fn timing(&self) -> Timing {
        match &self.node {
            // Running totals and windows are told apart by their close alone.
            Node::Quantity(_) | Node::RowValue(_) | Node::YearToDate(_) | Node::Rolling(_) => {
                Timing::Close
            }
            Node::Filled(filled) => filled.line.timing(),
            Node::Inner(inner) => inner.timing(),
            Node::Series(series) => series.declared.timing,
            Node::Sentence(sentence) => sentence.timing(),
            Node::Negate(line) => line.timing(),
            Node::Sum(_) | Node::Product(..) => {
                let spans = |line: &Line| !line.is_constant() && line.timing() == Timing::Span;
                if self.parts().any(spans) { Timing::Span } else { Timing::Close }
            }
        }
    }

    /// Whether a value is the total of its period: a flow is part of the line.
    pub(crate) fn accrues(&self) -> bool {
        self.leaves().iter().any(|series| series.declared.kind == Some(Kind::Flow))
    }

    /// Whether a step of several periods is all of its days, over which figures add up.
    pub(crate) fn adds_up_over_steps(&self) -> bool {
        let adds_up = |series: &&Series| {
            let Declared { kind, timing, .. } = series.declared;
            timing == Timing::Span && matches!(kind, Some(Kind::Flow | Kind::Ratio))
        };
        self.timing() == Timing::Span && self.leaves().iter().any(adds_up)
    }

    /// Whether the value is the same at every period.
    pub(crate) fn is_constant(&self) -> bool {
        match &self.node {
            Node::Quantity(_) | Node::RowValue(_) => true,
            Node::Series(_) => false,
            Node::YearToDate(sum) => sum.line.is_constant(),
            Node::Rolling(window) => window.line.is_constant(),
            Node::Filled(filled) => filled.line.is_constant(),
            Node::Inner(inner) => inner.is_constant(),
            Node::Sentence(sentence) => sentence.is_constant(),
            Node::Negate(line) => line.is_constant(),
            Node::Sum(_) | Node::Product(..) => self.parts().all(Line::is_constant),
        }
    }

    /// Of a constant line, the latest period that a part of it is fixed to.
    pub(crate) fn fixed_period(&self) -> Option<Period> {
        match &self.node {
            Node::Quantity(_) | Node::RowValue(_) | Node::Series(_) => None,
            Node::Sentence(sentence) => sentence.fixed_period(),
            Node::YearToDate(sum) => sum.line.fixed_period(),
            Node::Rolling(window) => window.line.fixed_period(),
            Node::Filled(filled) => filled.line.fixed_period(),
            Node::Inner(inner) => inner.fixed_period(),
            Node::Negate(line) => line.fixed_period(),
            Node::Sum(_) | Node::Product(..) => self.parts().filter_map(Line::fixed_period).max(),
        }
    }

    /// The indicator, where the expression is nothing else.
    pub(crate) fn indicator(&self) -> Option<&Series> {
        match &self.node {
            Node::Series(series) => Some(series),
            Node::Filled(filled) => filled.line.indicator(),
            Node::Sentence(sentence) if sentence.is_bare() => sentence.line.indicator(),
            _ => None,
        }
    }

    /// Whether a limit on the query was met, so that nothing more is worth reading.
    pub(crate) fn is_stopped(&self) -> bool {
        let leaves = self.leaves();
        let first = leaves.first().map(|series| Watch::of(&series.reader().snapshot));
        first.is_some_and(|watch| watch.is_over())
    }

    /// Every indicator of the expression.
    pub(crate) fn leaves(&self) -> Vec<&Series> {
        match &self.node {
            Node::Quantity(_) | Node::RowValue(_) => Vec::new(),
            Node::Series(series) => vec![series],
            Node::Sentence(sentence) => sentence.line.leaves(),
            Node::YearToDate(sum) => sum.line.leaves(),
            Node::Rolling(window) => window.line.leaves(),
            Node::Filled(filled) => filled.line.leaves(),
            Node::Inner(inner) => inner.leaves(),
            Node::Negate(line) => line.leaves(),
            Node::Sum(_) | Node::Product(..) => self.parts().flat_map(Line::leaves).collect(),
        }
    }

    /// Every indicator of the expression with the periods at which it is looked up for a period:
    /// of a window those that lack members, or else the last.
    pub(crate) fn places(&self, period: Period) -> Vec<(&Series, Period)> {
        match &self.node {
            Node::YearToDate(sum) => {
                since_january(period.last_day()).map_or_else(Vec::new, |p| sum.line.places(p))
            }
            Node::Rolling(window) => window.places(period),
            Node::Filled(filled) => filled.line.places(period),
            Node::Negate(line) => line.places(period),
            Node::Sum(_) | Node::Product(..) => {
                self.parts().flat_map(|part| part.places(period)).collect()
            }
            _ => self.leaves().into_iter().map(|series| (series, period)).collect(),
        }
    }

    /// The areas that the expression speaks about: of a reducer over a level the one divided.
    pub(crate) fn areas(&self) -> Vec<&Area> {
        match &self.node {
            Node::Quantity(_) | Node::RowValue(_) => Vec::new(),
            Node::Series(series) => vec![&series.declared.area],
            Node::Inner(inner) => inner.areas(),
            Node::Sentence(sentence) => sentence.line.areas(),
            Node::YearToDate(sum) => sum.line.areas(),
            Node::Rolling(window) => window.line.areas(),
            Node::Filled(filled) => filled.line.areas(),
            Node::Negate(line) => line.areas(),
            Node::Sum(_) | Node::Product(..) => self.parts().flat_map(Line::areas).collect(),
        }
    }

    /// Narrows what is added up from members to those that are present at every one of some
    /// periods. An area whose figures lack no member at any of them has no holes and stays.
    pub(crate) fn narrow(&self, periods: &[Period]) {
        let is_whole = |series: &Series| periods.iter().all(|period| series.is_whole(*period));
        for series in self.leaves().into_iter().filter(|series| !is_whole(series)) {
            for series in series.with_parts() {
                if let Some(rollup) = series.rollup.as_ref().filter(|_| !is_whole(series)) {
                    rollup.match_at(periods);
                }
            }
        }
    }

    /// Takes every member again.
    pub(crate) fn widen(&self) {
        for series in self.leaves().into_iter().flat_map(Series::with_parts) {
            if let Some(rollup) = &series.rollup {
                rollup.unmatch();
            }
        }
    }

    /// The indicators without which there is no value at a period, each with the period at which
    /// it is read. None of them where a window or a reducer lacks a figure.
    pub(crate) fn lacking(&self, period: Period) -> Vec<(&Series, Period)> {
        match &self.node {
            Node::Series(series) if series.read(period).is_err() => vec![(series, period)],
            Node::Filled(filled) if self.read(period).is_err() => {
                filled.line.indicator().map(|series| (series, period)).into_iter().collect()
            }
            Node::Negate(line) => line.lacking(period),
            Node::Sentence(sentence) => sentence.lacking(period),
            Node::Sum(_) | Node::Product(..) => {
                self.parts().flat_map(|part| part.lacking(period)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn parts(&self) -> Box<dyn Iterator<Item = &Line> + '_> {
        match &self.node {
            Node::Sum(terms) => Box::new(terms.iter().map(|term| &term.line)),
            Node::Product(factors, _) => Box::new(factors.iter().map(|factor| &factor.line)),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// Whether `fill` closes the holes of every indicator, which is how to go finer.
    fn is_filled(&self) -> bool {
        match &self.node {
            Node::Filled(_) => true,
            Node::Negate(line) => line.is_filled(),
            Node::Sentence(sentence) => sentence.line.is_filled(),
            Node::Sum(_) | Node::Product(..) => {
                self.parts().all(|part| part.is_constant() || part.is_filled())
            }
            _ => false,
        }
    }

    /// Whether a part that holds at closes is published at least as finely as a period, so that
    /// a year's close is not taken for that of its December.
    fn is_as_fine_as(&self, period: Period) -> bool {
        let fine = |label: Period| {
            label.last_day() == period.last_day() && label.first_day() >= period.first_day()
        };
        // A ratio that nobody printed for that close has the labels of its parts.
        let has_fine_part = |series: &Series| {
            series.stored(period).is_none()
                && series
                    .with_parts()
                    .into_iter()
                    .filter_map(|part| part.stored(period))
                    .any(|cell| fine(cell.period))
        };
        self.timing() == Timing::Span
            || self.is_filled()
            || self.natives().iter().copied().any(fine)
            || matches!(&self.node, Node::Series(series) if has_fine_part(series))
    }
}

/// The readings of every line at a period, or the reason of the first that has none.
fn all<'l>(
    period: Period,
    lines: impl Iterator<Item = &'l Line>,
) -> Result<Vec<Reading>, MissingReason> {
    lines.map(|line| line.read(period)).collect()
}

/// Readings added up, each with its sign and the power of ten to the unit of the sum.
pub(crate) fn sum(
    period: Period,
    terms: impl Iterator<Item = (bool, i8)>,
    readings: &[Reading],
) -> Result<Reading, MissingReason> {
    let mut sum = None;
    for ((negative, power), reading) in terms.zip(readings) {
        let value = scaled(reading.value, power)?;
        let value = if negative { -value } else { value };
        sum = Some(match sum {
            None => value,
            Some(sum) => in_range(value.checked_add(sum))?,
        });
    }
    Ok(Reading { value: in_range(sum)?, ..Reading::combine(period, readings) })
}

/// Readings multiplied or, where they stand below, divided by, and then scaled by a power of ten.
pub(crate) fn product(
    period: Period,
    divides: impl Iterator<Item = bool>,
    power: i8,
    readings: &[Reading],
) -> Result<Reading, MissingReason> {
    let (mut above, mut below) = (whole(1), whole(1));
    for (divides, reading) in divides.zip(readings) {
        let side = if divides { &mut below } else { &mut above };
        *side = in_range(side.checked_mul(reading.value))?;
    }
    if below.is_zero() {
        return Err(Undefined::DivisorZero.into());
    }
    // One division in the end rounds once.
    let value = scaled(in_range(above.checked_div(below))?, power)?;
    Ok(Reading { value, ..Reading::combine(period, readings) })
}

/// A quantity of the query as a reading of any period.
pub(crate) fn quantity(period: Period, value: Number) -> Reading {
    Reading {
        period,
        value,
        status: Status::ACTUAL,
        strength: Strength::Actual,
        precision: Precision::Exact,
        published: None,
        coverage: None,
        origin: Origin::Quantity,
    }
}
