//! The figures of all rows: what an answer keeps until a row is looked at.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use milepost_lang::ast::MeasureKind;
use milepost_model::{
    Date, Decimal, Number, Period, Precision, RegionId, Status, Strength, Unit, years_between,
};
use milepost_store::Snapshot;

use super::bits::Bits;
use super::column::Column;
use super::expression::Expression;
use super::leaf::Source;
use crate::answer::{Columns, Coverage, MissingReason, Origin, Reading, RegionLabel, Row};
use crate::build::display_unit;
use crate::execute::{Members, written};
use crate::figures::Figures;
use crate::measure::scaled;
use crate::reader::{Fault, Reader};
use crate::reduce::Part;
use crate::sentence::{Comparison, Sentence, between};
use crate::watch::Watch;
use crate::{Result, names};

/// Below this, a hundred times the difference of two whole numbers is exact as a double.
const EXACT_MAX: i64 = 1 << 45;

/// Regions by steps; the rows of a region stand together, in time.
#[derive(Debug)]
pub(crate) struct Grid {
    snapshot: Snapshot,
    members: Arc<Members>,
    parts: Parts,
    measure: Option<MeasureKind>,
    /// Those of the figures and of the result.
    units: (Option<Unit>, Option<Unit>),
    power: i8,
    /// Where base and end of each row of a region stand among the periods.
    places: Vec<(Option<usize>, usize)>,
    /// The values of plain rows; NaN where there is none. Empty where they are the figures.
    doubles: Vec<f64>,
    /// Rows that the general way made, by number.
    others: BTreeMap<usize, Row>,
}

/// What a grid is put together from.
#[derive(Debug)]
pub(super) struct Parts {
    /// Leaf by leaf, one for each period.
    pub(super) columns: Vec<Column>,
    /// In order.
    pub(super) periods: Vec<Period>,
    /// The base and the end of each row of a region.
    pub(super) steps: Vec<(Option<Period>, Period)>,
    pub(super) leaves: Vec<Source>,
    pub(super) expression: Expression,
    /// Regions of which some row is not plain.
    pub(super) odd: Bits,
}

impl Grid {
    pub(super) fn new(
        snapshot: &Snapshot,
        members: Arc<Members>,
        of: &Sentence,
        parts: Parts,
    ) -> Self {
        let place = |period: Period| parts.periods.binary_search(&period).unwrap_or(usize::MAX);
        let mut next = 0;
        let mut place_near = |period: Period| {
            let is_next = parts.periods.get(next) == Some(&period);
            let at = if is_next { next } else { place(period) };
            next = at.saturating_add(1);
            at
        };
        let steps = parts.steps.iter();
        let places = steps.map(|(base, end)| (base.map(place), place_near(*end))).collect();
        Self {
            // Rows are written out after the answer was given, and its guard with it.
            snapshot: snapshot.unguarded(),
            members,
            places,
            parts,
            measure: of.measure,
            units: (of.line.unit.clone(), of.unit.clone()),
            power: of.power,
            doubles: Vec::new(),
            others: BTreeMap::new(),
        }
    }

    pub(crate) fn regions(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn steps(&self) -> &[(Option<Period>, Period)] {
        &self.parts.steps
    }

    /// Where base and end of each row of a region stand among the periods.
    pub(crate) fn places(&self) -> &[(Option<usize>, usize)] {
        &self.places
    }

    /// The periods of the steps, each once.
    pub(crate) fn periods(&self) -> &[Period] {
        &self.parts.periods
    }

    /// Whether any figure is a sum of those of members.
    pub(crate) fn has_sums(&self) -> bool {
        self.parts.columns.iter().any(Column::is_of_sums)
    }

    /// Whether some row of a region is not plain.
    pub(crate) fn is_odd(&self, region: usize) -> bool {
        self.parts.odd.has(region)
    }

    /// Whether a row uses nothing but figures as they are, or lacks them for good.
    pub(crate) fn is_plain(&self, region: usize, step: usize) -> bool {
        if !self.parts.odd.has(region) {
            return true;
        }
        let Some((base, end)) = self.parts.steps.get(step) else { return false };
        let plain = |period: &Period| {
            self.at(*period).is_some_and(|at| self.columns_at(at).all(|c| !c.is_odd(region)))
        };
        plain(end) && base.iter().all(plain)
    }

    /// Sets a row that the general way made.
    pub(super) fn put(&mut self, region: usize, step: usize, row: Row) {
        self.others.insert(region * self.parts.steps.len() + step, row);
    }

    /// A row that the general way made.
    pub(crate) fn other(&self, region: usize, step: usize) -> Option<&Row> {
        self.others.get(&(region * self.parts.steps.len() + step))
    }

    /// All rows that the general way made, in order.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Row> {
        self.others.values()
    }

    /// Where a period stands among the periods.
    pub(crate) fn at(&self, period: Period) -> Option<usize> {
        self.parts.periods.binary_search(&period).ok()
    }

    fn columns_at(&self, at: usize) -> impl Iterator<Item = &Column> {
        self.parts.columns.iter().skip(at).step_by(self.parts.periods.len())
    }

    /// The figures of an indicator at a period, both by number.
    pub(crate) fn column(&self, leaf: usize, at: usize) -> Option<&Column> {
        let periods = self.parts.periods.len();
        // A period that is none of these has no column, and no number to be reckoned with.
        let place = (at < periods).then(|| leaf * periods + at)?;
        self.parts.columns.get(place)
    }

    pub(crate) fn leaves(&self) -> usize {
        self.parts.leaves.len()
    }

    /// Whether the figure of an indicator is a sum that lacks some of its members.
    pub(crate) fn lacks_members(&self, region: usize, leaf: usize, at: usize) -> bool {
        self.column(leaf, at).is_some_and(|column| column.lacks_members(region))
    }

    /// Whether the figures are those of an indicator and nothing is computed from them first.
    pub(crate) fn is_of_one_indicator(&self) -> bool {
        matches!(self.parts.expression, Expression::Leaf)
    }

    /// Whether a region has a value at a period, given by number.
    pub(crate) fn is_defined(&self, region: usize, at: usize) -> bool {
        let divides = |leaf| self.column(leaf, at).is_some_and(|c| c.mantissa(region) != Some(0));
        self.columns_at(at).all(|column| column.has(region))
            && self.parts.expression.divisors().all(divides)
    }

    /// How many members a sum has at a period, given by number, where the row has one.
    pub(crate) fn present(&self, region: usize, at: usize) -> Option<u32> {
        let column = self.column(0, at).filter(|column| column.has(region))?;
        column.members(region).map(|(present, _)| present)
    }

    /// Whether the figure of an indicator is a sum, all of whose members are there.
    pub(crate) fn is_whole_sum(&self, region: usize, leaf: usize, at: usize) -> bool {
        self.column(leaf, at).is_some_and(|column| {
            column.is_of_sums() && column.has(region) && !column.lacks_members(region)
        })
    }

    /// Whether any row lacks a figure.
    pub(crate) fn lacks_any(&self) -> bool {
        let lacks =
            |row: &Row| row.missing.is_some_and(|why| !matches!(why, MissingReason::Undefined(_)));
        self.others.values().any(lacks)
            || (0..self.regions()).any(|region| self.absent(region).next().is_some())
    }

    /// Whether any row lacks a figure of a period after the last one that its region has.
    pub(crate) fn lacks_later(
        &self,
        last: impl Fn(usize) -> Option<Period>,
        watch: &Watch,
    ) -> bool {
        let not_yet = |row: &Row| row.missing == Some(MissingReason::NotYet);
        if !self.is_of_one_indicator() {
            let held = watch.hold_while("rows", Columns::len(self), Row::BYTES);
            let rows = held.and_then(|_held| self.rows(watch));
            return rows.is_ok_and(|rows| rows.iter().any(not_yet));
        }
        let is_later = |region: usize| {
            let Some(last) = last(region).map(Period::last_day) else { return false };
            let is_later = |period: &Period| period.last_day() > last;
            self.parts.periods.last().is_some_and(is_later)
                && self.absent(region).any(|period| is_later(&period))
        };
        self.others.values().any(not_yet) || (0..self.regions()).any(is_later)
    }

    /// The periods at which a region lacks a figure in plain rows: of the end or, where that has a
    /// value, of the base.
    fn absent(&self, region: usize) -> impl Iterator<Item = Period> {
        let lacks = move |at: usize| self.columns_at(at).any(|column| !column.has(region));
        let rows = self.places.iter().enumerate();
        let plain = rows.filter(move |(step, _)| self.is_plain(region, *step));
        let absent = plain.filter_map(move |(_, (base, end))| {
            let of_base = || base.filter(|base| self.is_defined(region, *end) && lacks(*base));
            Some(*end).filter(|end| lacks(*end)).or_else(of_base)
        });
        absent.filter_map(|at| self.parts.periods.get(at).copied())
    }

    /// How many regions have no figure at a period, those apart of which the general way tells.
    pub(crate) fn lacking(&self, period: Period) -> usize {
        let Some(at) = self.at(period) else { return 0 };
        let column = |leaf| self.column(leaf, at);
        let mut told = self.parts.expression.defined(self.regions(), column);
        told.add(self.parts.odd.words());
        self.regions() - told.count()
    }

    /// Whether all regions are of one area.
    pub(super) fn is_of_one_area(&self) -> bool {
        let mut areas = self.members.rows().map(|(_, area)| area);
        let first = areas.next();
        areas.all(|area| Some(area) == first)
    }

    /// How an answer names a region.
    pub(crate) fn label(&self, region: usize) -> RegionLabel {
        let row = self.members.row(region);
        row.map_or_else(RegionLabel::default, |(id, _)| names::label(self.snapshot.catalogue(), id))
    }

    /// Works out the values of all plain rows.
    ///
    /// # Errors
    ///
    /// A limit on the query that was met.
    pub(super) fn work_out(&mut self, watch: &Watch) -> Result<()> {
        if self.is_of_figures() {
            return Ok(());
        }
        let steps = self.parts.steps.len();
        watch.hold("values", Columns::len(self), size_of::<f64>())?;
        let mut doubles = vec![f64::NAN; self.regions() * steps];
        for (number, (base, end)) in self.parts.steps.iter().enumerate() {
            let mut places = doubles.iter_mut().skip(number).step_by(steps);
            let mut put = |value: f64| {
                if let Some(place) = places.next() {
                    *place = value;
                }
            };
            watch.check()?;
            if !self.work_out_fast(*base, *end, &mut put) {
                let sources = self.readers();
                for region in 0..self.regions() {
                    // Why a figure is missing is read without a guard.
                    watch.check()?;
                    let value = self.compare(&sources, region, *base, *end).value;
                    put(value.map_or(f64::NAN, Number::to_f64));
                }
            }
        }
        self.doubles = doubles;
        Ok(())
    }

    /// The same for whole numbers of one scale, where doubles lose nothing: the quotient of two
    /// exact doubles is rounded once, like that of the exact operands.
    fn work_out_fast(&self, base: Option<Period>, end: Period, put: &mut impl FnMut(f64)) -> bool {
        let column = |leaf: usize, period: Period| self.column(leaf, self.at(period)?);
        let (first, second, formula): (_, _, fn(f64, f64, f64) -> f64) =
            match (self.measure, base, self.parts.expression.quotient()) {
                (None, _, Some((above, below))) => {
                    (column(below, end), column(above, end), |below, above, _| {
                        if below == 0.0 { f64::NAN } else { above / below }
                    })
                }
                (Some(kind), Some(base), None)
                    if matches!(self.parts.expression, Expression::Leaf) =>
                {
                    let formula: fn(f64, f64, f64) -> f64 = match kind {
                        MeasureKind::Growth => |x0, x1, _| 100.0 * (x1 - x0) / positive(x0, x1),
                        MeasureKind::Multiple => |x0, x1, _| x1 / positive(x0, 0.0),
                        MeasureKind::Index => |x0, x1, _| 100.0 * x1 / positive(x0, 0.0),
                        MeasureKind::Cagr => |x0, x1, years| {
                            let ratio = x1 / positive(x0, x1);
                            100.0 * (positive(ratio, 0.0).ln() / years).exp_m1()
                        },
                        _ => return false,
                    };
                    (column(0, base), column(0, end), formula)
                }
                _ => return false,
            };
        let (Some(first), Some(second)) = (first, second) else { return false };
        let fits = |column: &Column| {
            column.mantissas().iter().all(|mantissa| (-EXACT_MAX..EXACT_MAX).contains(mantissa))
        };
        let years = base.map_or(1.0, |base| years_between(base.last_day(), end.last_day()));
        if self.power != 0
            || first.scale() != second.scale()
            || years <= 0.0
            || !fits(first)
            || !fits(second)
        {
            return false;
        }
        let mut known = Bits::from_words(first.known(), self.regions());
        known.keep(second.known());
        #[expect(clippy::cast_precision_loss, reason = "below 2^45")]
        for (row, (x0, x1)) in first.mantissas().iter().zip(second.mantissas()).enumerate() {
            put(if known.has(row) { formula(*x0 as f64, *x1 as f64, years) } else { f64::NAN });
        }
        true
    }

    /// What tells why figures are missing.
    fn readers(&self) -> Vec<Rc<Reader>> {
        let reader = |source: &Source| {
            let Source { indicator, nature, ref admission } = *source;
            let asked = (admission, None);
            Rc::new(Reader::new(&self.snapshot, indicator, nature, asked, Fault::default()))
        };
        self.parts.leaves.iter().map(reader).collect()
    }

    /// The comparison of a plain row.
    fn compare(
        &self,
        readers: &[Rc<Reader>],
        region: usize,
        base: Option<Period>,
        end: Period,
    ) -> Comparison {
        let read = |period: Period| {
            let at = self.at(period).ok_or(MissingReason::NoData)?;
            self.parts.expression.read(period, |leaf| {
                self.reading(readers, (region, leaf, at)).ok_or(MissingReason::NoData)?
            })
        };
        let base = base.map(read);
        let end = read(end);
        let value = end.as_ref().map_err(|why| *why).and_then(|end| match (self.measure, &base) {
            (None, _) => Ok(end.value),
            (Some(kind), Some(base)) => Ok(between(kind, base.as_ref().map_err(|why| *why)?, end)?),
            (Some(_), None) => Err(MissingReason::NoData),
        });
        let value = value.and_then(|value| Ok(scaled(value, self.power)?));
        Comparison { base, end, goal: None, value }
    }

    /// A figure as a reading, or why there is none.
    fn reading(
        &self,
        readers: &[Rc<Reader>],
        (region, leaf, at): (usize, usize, usize),
    ) -> Option<Result<Reading, MissingReason>> {
        let column = self.column(leaf, at)?;
        let period = *self.parts.periods.get(at)?;
        if !column.has(region) {
            let (id, _) = self.members.row(region)?;
            return Some(Err(reason(readers.get(leaf)?, id, period)));
        }
        let mantissa = i128::from(column.mantissa(region)?);
        let coverage = column.members(region);
        let coverage = coverage.map(|(present, expected)| Coverage { present, expected });
        Some(Ok(Reading {
            period,
            value: Number::Exact(Decimal::new(mantissa, column.scale())?),
            status: Status::ACTUAL,
            strength: Strength::Actual,
            precision: Precision::Exact,
            published: column.published(region),
            coverage,
            origin: if coverage.is_some() { Origin::Regions } else { Origin::Stored },
        }))
    }

    /// Whether the values are the figures of an indicator, at most in another unit.
    pub(super) fn is_of_figures(&self) -> bool {
        self.measure.is_none() && self.is_of_one_indicator()
    }

    /// The unit of values that are figures.
    pub(super) fn unit(&self) -> String {
        display_unit(self.measure, self.units.0.as_ref(), self.units.1.as_ref(), None)
    }

    /// The value of a plain row that is a figure, as far as others look at it that become one with
    /// it: where there is none, the row itself says why.
    pub(super) fn figure<'u>(
        &self,
        (region, step): (usize, usize),
        unit: &'u str,
    ) -> Option<Part<'u>> {
        if self.parts.odd.has(region) && !self.is_plain(region, step) {
            return None;
        }
        let (period, (_, at)) = (self.parts.steps.get(step)?.1, *self.places.get(step)?);
        let column = self.column(0, at)?;
        let mantissa = column.mantissa(region).filter(|_| column.has(region));
        let figure = mantissa.and_then(|mantissa| Decimal::new(mantissa.into(), column.scale()));
        let figure = figure.map(Number::Exact);
        let coverage = column.members(region).filter(|_| figure.is_some());
        Some(Part {
            period: Some(period),
            value: figure.and_then(|figure| scaled(figure, self.power).ok()),
            unit,
            status: Status::ACTUAL,
            strength: figure.map(|_| Strength::Actual),
            coverage: coverage.map(|(present, expected)| Coverage { present, expected }),
            missing: None,
            published: column.published(region),
            is_exact: true,
        })
    }

    /// A row, written out.
    pub(crate) fn row(&self, region: usize, step: usize) -> Option<Row> {
        self.row_with(&self.readers(), &self.label(region), region, step)
    }

    fn row_with(
        &self,
        readers: &[Rc<Reader>],
        label: &RegionLabel,
        region: usize,
        step: usize,
    ) -> Option<Row> {
        if let Some(other) = self.other(region, step) {
            return Some(other.clone());
        }
        let (base, end) = *self.parts.steps.get(step)?;
        let units = (self.units.0.as_ref(), self.units.1.as_ref());
        let comparison = self.compare(readers, region, base, end);
        Some(written(self.measure, units, label, end, comparison))
    }
}

impl Columns for Grid {
    fn len(&self) -> usize {
        self.regions() * self.parts.steps.len()
    }

    fn double(&self, at: usize) -> Option<f64> {
        if let Some(other) = self.others.get(&at) {
            return other.value.map(Number::to_f64);
        }
        if !self.doubles.is_empty() {
            return self.doubles.get(at).copied().filter(|value| !value.is_nan());
        }
        let steps = self.parts.steps.len();
        let (region, step) = (at / steps, at % steps);
        let (_, end) = self.places.get(step)?;
        let column = self.column(0, *end).filter(|column| column.has(region))?;
        let mantissa = i128::from(column.mantissa(region)?);
        let figure = Number::Exact(Decimal::new(mantissa, column.scale())?);
        scaled(figure, self.power).ok().map(Number::to_f64)
    }

    fn stream(&self) -> Box<dyn Iterator<Item = Row> + '_> {
        let readers = Rc::new(self.readers());
        let of_region = move |region: usize| {
            let (readers, label) = (Rc::clone(&readers), self.label(region));
            let steps = 0..self.parts.steps.len();
            steps.filter_map(move |step| self.row_with(&readers, &label, region, step))
        };
        Box::new((0..self.regions()).flat_map(of_region))
    }
}

/// Why a region has no figure of its own at a period, where nothing else can make one.
fn reason(reader: &Rc<Reader>, region: RegionId, period: Period) -> MissingReason {
    let figures = Figures::new(Rc::clone(reader), vec![region]);
    let (first, last) = (figures.first_native(Date::MIN), figures.last_native(Date::MAX));
    match (first, last) {
        (Some(first), _) if period.last_day() < first.last_day() => MissingReason::BeforeSeries,
        (_, Some(last)) if period.last_day() > last.last_day() => MissingReason::NotYet,
        _ => MissingReason::NoData,
    }
}

/// A base, where the measure has a meaning; NaN otherwise.
fn positive(x0: f64, x1: f64) -> f64 {
    if x0 > 0.0 && x1 >= 0.0 { x0 } else { f64::NAN }
}
