//! The rows of a question: which periods, compared with what.

use milepost::{Date, Frequency, Period, Unit};
use milepost_lang::ast::MeasureKind;

use super::answer::{Base, Reading, Row, Sentence};
use super::map::Refusal;
use super::own::worse;
use super::question::{Anchor, Time};
use super::rollup::{Area, Reason, Why, because};
use crate::oracle::measure::{self, Value};
use crate::oracle::rational::Rational;
use crate::oracle::series;

/// The base and the end of a row.
type Span = (Base, Option<Period>);

impl Sentence<'_> {
    /// The rows of all places.
    pub(super) fn rows(&mut self) -> Result<Vec<Row>, Refusal> {
        let places = self.places.clone();
        let mut rows = Vec::new();
        for (area, whole) in &places {
            let spans = self.spans(area)?;
            if self.question.matched {
                let bases = spans.iter().filter_map(|(base, _)| base.period());
                self.compared = spans.iter().filter_map(|(_, end)| *end).chain(bases).collect();
            }
            for (base, end) in spans {
                rows.push(self.row(area, whole.as_ref(), base, end));
            }
            self.compared.clear();
        }
        Ok(rows)
    }

    /// The base and the end of each row of a place.
    fn spans(&self, area: &Area) -> Result<Vec<Span>, Refusal> {
        let before = |period: Period| period.first_day().previous();
        let by = |day: Date| self.pool.iter().filter(|p| p.last_day() <= day).max().copied();
        let (base, end) = match self.question.time {
            Time::Open => (Base::None, self.latest()),
            Time::At(anchor) => (Base::None, self.pick(anchor)),
            Time::Since(from) => {
                let (base, latest) = (self.pick(from), self.latest());
                let measured = self.question.measure.is_some_and(|kind| kind != MeasureKind::Share);
                let later = |end: &Period| match base {
                    Some(base) if measured => base.last_day() < end.last_day(),
                    Some(base) => base.last_day() <= end.last_day(),
                    None => true,
                };
                (Base::of(base), latest.filter(later))
            }
            Time::Between(from, to) => {
                let (base, end) = (self.pick(from), self.pick(to));
                if base.zip(end).is_some_and(|(base, end)| end.last_day() < base.last_day()) {
                    return Err("MP0409");
                }
                (Base::of(base), end)
            }
            Time::During(period) => (Base::of(before(period).and_then(by)), Some(period)),
        };
        if self.question.yoy {
            return Ok(vec![(Base::of(end.and_then(Period::one_year_earlier)), end)]);
        }
        Ok(match self.question.measure {
            None | Some(MeasureKind::Share) => {
                let ends = self.levels(area, base, end).into_iter();
                ends.map(|end| (Base::None, end)).collect()
            }
            Some(MeasureKind::Gap) => vec![(Base::None, end)],
            Some(kind) => self.steps(kind, base, end),
        })
    }

    /// The close after which rows lie.
    fn opening(&self, base: Base) -> Option<Date> {
        match (self.question.time, base) {
            (Time::During(period), _) => period.first_day().previous(),
            (_, Base::At(base)) => Some(base.last_day()),
            (Time::Since(from) | Time::Between(from, _), Base::Missing) => Some(self.cut(from).1),
            _ => {
                let steps = self.question.step.map(|step| self.on_grid(step));
                let first = steps.as_ref().unwrap_or(&self.pool).iter().min()?;
                first.last_day().previous()
            }
        }
    }

    /// The periods of levels: the base of a span and what follows it.
    fn levels(&self, area: &Area, base: Base, end: Option<Period>) -> Vec<Option<Period>> {
        let window = matches!(self.question.time, Time::During(_));
        let single = matches!(self.question.time, Time::At(_))
            || self.question.time == Time::Open && self.question.step.is_none();
        let shown = base.period().filter(|_| !window);
        if single || end.is_none() {
            // A base that is later than the latest figure is shown all the same.
            let since = matches!(self.question.time, Time::Since(_)) && self.latest().is_some();
            return vec![end.or(shown.filter(|_| since && !single))];
        }
        let mut rows: Vec<Option<Period>> = shown.into_iter().map(Some).collect();
        let (Some(after), Some(last)) = (self.opening(base), end) else { return vec![end] };
        let inside = |p: &Period| after < p.last_day() && p.last_day() <= last.last_day();
        if let Some(step) = self.question.step {
            rows.extend(steps(step, after, last.last_day()).into_iter().map(Some));
        } else {
            let mut own = self.periods(area);
            if !self.accrues() {
                own = series::one_for_each_close(&own);
            }
            rows.extend(own.into_iter().filter(inside).map(Some));
        }
        let named = matches!(self.question.time, Time::Between(_, Anchor::Period(_)));
        let told = |row: &Option<Period>| {
            row.is_some_and(|row| {
                row == last || !self.accrues() && row.last_day() == last.last_day()
            })
        };
        if named && self.question.step.is_none() && !rows.iter().any(told) {
            rows.push(Some(last));
        }
        rows
    }

    /// The spans of a comparison: one, or step by step.
    fn steps(&self, kind: MeasureKind, base: Base, end: Option<Period>) -> Vec<Span> {
        let base = if base == Base::None { Base::Missing } else { base };
        let (Some(step), Some(last)) = (self.question.step, end) else {
            return vec![(base, end)];
        };
        let Some(after) = self.opening(base) else { return vec![(base, end)] };
        let fixed = matches!(kind, MeasureKind::Index | MeasureKind::Multiple);
        let mut spans = Vec::new();
        let mut from = base;
        for period in steps(step, after, last.last_day()) {
            spans.push((from, Some(period)));
            from = if fixed { base } else { Base::At(period) };
        }
        spans
    }

    fn row(&self, area: &Area, whole: Option<&Area>, base: Base, end: Option<Period>) -> Row {
        let read = |period: Option<Period>| {
            let period = period.ok_or_else(|| because(Reason::Nowhere))?;
            self.value(area, period).map(|reading| (period, reading))
        };
        let first = (base != Base::None).then(|| read(base.period()));
        let last = read(end);
        let goal = self.goal(area, whole, first.as_ref(), end);
        let unit = self.unit(first.as_ref().and_then(|base| base.as_ref().ok()).map(|(p, _)| *p));
        let readings = first.iter().chain([&last]).filter_map(|at| at.as_ref().ok());
        let mut used: Vec<Reading> = readings.map(|(_, reading)| *reading).collect();
        used.extend(goal.iter().filter_map(|goal| goal.as_ref().ok()));
        let value = self.measured(first.as_ref(), &last, goal.as_ref());
        let known = value.is_ok();
        Row {
            region: self.label(area),
            period: last.as_ref().ok().map(|(period, _)| *period),
            base: first.as_ref().and_then(|base| base.as_ref().ok()).map(|(period, _)| *period),
            value,
            unit,
            strength: used.iter().map(|reading| reading.strength).max().filter(|_| known),
            published: used.iter().filter_map(|reading| reading.published).max().filter(|_| known),
            coverage: used.iter().fold(None, |all, reading| worse(all, reading.coverage)),
            accrues: self.accrues(),
        }
    }

    fn label(&self, area: &Area) -> String {
        let codes = |ids: &[usize]| {
            let codes: Vec<&str> =
                ids.iter().map(|id| self.map().region(*id).code.as_str()).collect();
            codes.join(" + ")
        };
        if area.except.is_empty() {
            return codes(&area.names);
        }
        format!("{} except {}", codes(&area.names), codes(&area.except))
    }

    fn unit(&self, base: Option<Period>) -> String {
        let own =
            if self.whole.is_some() { Some(Unit::percent()) } else { self.indicator.parsed_unit() };
        match self.question.measure {
            None => own.map(|unit| unit.to_string()).unwrap_or_default(),
            Some(MeasureKind::Share) => "%".to_owned(),
            Some(MeasureKind::Contribution) => "pp".to_owned(),
            Some(kind) => measure::unit(kind, own.as_ref(), base),
        }
    }

    /// What a gap, a share or a contribution is taken of.
    fn goal(
        &self,
        area: &Area,
        whole: Option<&Area>,
        base: Option<&Result<(Period, Reading), Why>>,
        end: Option<Period>,
    ) -> Option<Result<Reading, Why>> {
        let at = match self.question.measure? {
            MeasureKind::Gap | MeasureKind::Share => end,
            MeasureKind::Contribution => base?.as_ref().ok().map(|(period, _)| *period),
            _ => return None,
        };
        let Some(at) = at else { return Some(Err(Why::new())) };
        let above: Vec<Area> = match whole {
            Some(whole) if self.question.measure != Some(MeasureKind::Gap) => vec![whole.clone()],
            _ => self.above(area),
        };
        let found = above.iter().find_map(|area| self.value(area, at).ok());
        Some(found.ok_or_else(|| because(Reason::NoParent)))
    }

    /// The regions above all of an area, the nearest first.
    fn above(&self, area: &Area) -> Vec<Area> {
        let map = self.map();
        let first = area.names[0];
        let ended = map.region(first).valid_to.filter(|end| *end <= self.boundaries);
        let day = ended.and_then(Date::previous).unwrap_or(self.boundaries);
        let all = |id: &usize| area.names.iter().all(|name| map.lies_in(*name, *id, day));
        map.above(first, day).into_iter().filter(all).map(Area::one).collect()
    }

    fn measured(
        &self,
        base: Option<&Result<(Period, Reading), Why>>,
        end: &Result<(Period, Reading), Why>,
        goal: Option<&Result<Reading, Why>>,
    ) -> Result<Value, Why> {
        let mut why = end.as_ref().err().cloned().unwrap_or_default();
        why.extend(base.and_then(|base| base.as_ref().err()).into_iter().flatten());
        why.extend(goal.and_then(|goal| goal.as_ref().err()).into_iter().flatten());
        let (Ok(end), Ok(base), Ok(goal)) =
            (end.as_ref(), base.cloned().transpose(), goal.cloned().transpose())
        else {
            return Err(why);
        };
        let hundred = Rational::from(100);
        let value = match (self.question.measure, base, goal) {
            (None, ..) => Some(Value::Exact(end.1.value)),
            (Some(MeasureKind::Gap), _, Some(goal)) => Some(Value::Exact(goal.value - end.1.value)),
            (Some(MeasureKind::Share), _, Some(whole)) => {
                end.1.value.over(whole.value).map(|share| Value::Exact(share * hundred))
            }
            (Some(MeasureKind::Contribution), Some(base), Some(whole)) => {
                let positive = whole.value > Rational::ZERO;
                let part = (end.1.value - base.1.value).over(whole.value);
                part.filter(|_| positive).map(|part| Value::Exact(part * hundred))
            }
            (Some(kind), Some(base), _) => {
                let figure = |(period, reading): (Period, Reading)| {
                    (period, series::Figure::constant(reading.value))
                };
                measure::between(kind, figure(base), figure(*end)).ok()
            }
            _ => None,
        };
        value.ok_or_else(|| because(Reason::Undefined))
    }
}

/// The periods of a frequency that close after one day, up to another.
fn steps(step: Frequency, after: Date, until: Date) -> Vec<Period> {
    let first = Period::containing(step, after);
    let periods = std::iter::successors(first, |period| period.next());
    periods
        .take_while(|period| period.last_day() <= until)
        .filter(|period| after < period.last_day())
        .collect()
}
