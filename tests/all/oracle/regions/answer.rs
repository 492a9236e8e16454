//! A question, answered: where and when it is asked, then row by row.

use std::collections::BTreeSet;

use milepost::{Date, Frequency, Indicator, Kind, Period, Strength};
use milepost_lang::ast::MeasureKind;

use super::map::{Map, Refusal};
use super::own::{Coverage, Figure, Figures, worse};
use super::question::{Anchor, Question, Time, Written};
use super::rollup::{Area, Reason, Rollup, Why, because};
use crate::oracle::facts::{Fact, World};
use crate::oracle::measure::Value;
use crate::oracle::rational::Rational;
use crate::oracle::series;

/// One row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) region: String,
    pub(crate) period: Option<Period>,
    pub(crate) base: Option<Period>,
    pub(crate) value: Result<Value, Why>,
    pub(crate) unit: String,
    pub(crate) strength: Option<Strength>,
    pub(crate) published: Option<Date>,
    pub(crate) coverage: Option<Coverage>,
    /// Whether periods are spans, not closes.
    pub(crate) accrues: bool,
}

/// What a question answers.
pub(crate) fn answer(world: &World, question: &Question) -> Result<Vec<Row>, Refusal> {
    let mut statuses =
        BTreeSet::from([Strength::Actual, Strength::Provisional, Strength::Estimate]);
    if question.projections {
        statuses.insert(Strength::Projection);
    }
    let figures = Figures::new(world, &statuses);
    let mut sentence = Sentence::new(&figures, question)?;
    sentence.settle()?;
    sentence.rows()
}

/// A figure as it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(super) value: Rational,
    pub(super) strength: Strength,
    pub(super) published: Option<Date>,
    pub(super) coverage: Option<Coverage>,
}

/// A region of the answer and what `by` a level divided into it.
type Place = (Area, Option<Area>);

/// What a row is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Base {
    None,
    /// There should be one, and there is none.
    Missing,
    At(Period),
}

impl Base {
    pub(crate) fn of(period: Option<Period>) -> Self {
        period.map_or(Self::Missing, Self::At)
    }

    pub(crate) fn period(self) -> Option<Period> {
        match self {
            Self::At(period) => Some(period),
            Self::None | Self::Missing => None,
        }
    }
}

pub(crate) struct Sentence<'f> {
    pub(super) figures: &'f Figures<'f>,
    pub(super) question: &'f Question,
    pub(super) indicator: &'f Indicator,
    /// What it is a percentage of.
    pub(super) whole: Option<&'f Indicator>,
    pub(super) enough: (usize, usize),
    pub(super) boundaries: Date,
    pub(super) places: Vec<Place>,
    /// The periods that have a figure, of each place.
    own_periods: Vec<BTreeSet<Period>>,
    /// Those of all places.
    pub(super) pool: BTreeSet<Period>,
    /// The day after which nothing is meant.
    newest: Date,
    /// The closes of all periods that have one, of whatever length.
    pub(super) closes: BTreeSet<Date>,
    /// The periods at which `matched` compares.
    pub(super) compared: Vec<Period>,
}

impl<'f> Sentence<'f> {
    fn new(figures: &'f Figures<'f>, question: &'f Question) -> Result<Self, Refusal> {
        let indicator = figures.world.indicator(question.indicator);
        let enough = match question.complete {
            None => (2, 3),
            Some(percent) => (percent, 100),
        };
        let sentence = Self {
            figures,
            question,
            indicator,
            whole: question.whole.map(|whole| figures.world.indicator(whole)),
            enough,
            boundaries: Date::MAX,
            places: Vec::new(),
            own_periods: Vec::new(),
            pool: BTreeSet::new(),
            newest: Date::MAX,
            closes: BTreeSet::new(),
            compared: Vec::new(),
        };
        let known =
            |text: &String| !matches!(sentence.map().resolve(text, Date::MAX), Err("MP0301"));
        let texts =
            question.places.iter().flat_map(|written| written.names.iter().chain(&written.except));
        if !texts.into_iter().all(known) {
            return Err("MP0301");
        }
        if question.level.is_some_and(|level| !sentence.map().has_type(level)) {
            return Err("MP0301");
        }
        Ok(sentence)
    }

    pub(super) fn map(&self) -> &Map<'f> {
        &self.figures.map
    }

    /// Decides on boundaries, regions and the periods that have figures.
    fn settle(&mut self) -> Result<(), Refusal> {
        let stated = self.question.boundaries.map(|anchor| match anchor {
            Anchor::Period(period) => period.last_day(),
            Anchor::Milestone(name) => self.figures.world.milestone(name).opening(),
        });
        match stated.or_else(|| self.end_day()) {
            Some(day) => self.ask_on(day)?,
            None => self.ask_at_latest()?,
        }
        self.check()
    }

    /// The day with which the span ends, where the question says so.
    fn end_day(&self) -> Option<Date> {
        match self.question.time {
            Time::At(anchor) | Time::Between(_, anchor) => Some(self.cut(anchor).1),
            Time::During(period) => Some(period.last_day()),
            Time::Open | Time::Since(_) => None,
        }
    }

    /// The period that an anchor names, or else the day by which one has to close.
    pub(super) fn cut(&self, anchor: Anchor) -> (Option<Period>, Date) {
        match anchor {
            Anchor::Period(period) => (Some(period), period.last_day()),
            Anchor::Milestone(name) => {
                let opening = self.figures.world.milestone(name).opening();
                (None, opening.previous().expect("a day before"))
            }
        }
    }

    /// The boundaries are those of the latest figure.
    fn ask_at_latest(&mut self) -> Result<(), Refusal> {
        let used = self.used();
        let facts = self.figures.world.facts.iter().filter(|fact| used.contains(fact.indicator));
        let mut days: BTreeSet<Date> = facts.map(|fact| fact.period.last_day()).collect();
        days.extend(self.map().last_days());
        let mut newest = None;
        for close in days.into_iter().rev() {
            match self.ask_on(close) {
                Ok(()) if self.closes.contains(&close) => {
                    for own in &mut self.own_periods {
                        own.retain(|period| period.last_day() <= close);
                    }
                    self.newest = self.end_of_age(close);
                    self.gather();
                    return Ok(());
                }
                Ok(()) => newest = newest.or(Some(close)),
                // A name that means nothing then, or two things, may mean one on another day.
                Err("MP0302" | "MP0303" | "MP0315") => {}
                // Names that hold on a newer day are not those of a day on which they overlapped.
                Err("MP0312" | "MP0313") if newest.is_some() => {}
                Err(code) => return Err(code),
            }
        }
        // Without any figure, the newest boundaries on which every name holds.
        self.ask_on(newest.unwrap_or(Date::MAX))
    }

    /// The last day on which the names, and the level that they are divided into, mean what they do
    /// on a day; where figures are put together, that on which all other regions are the same.
    fn end_of_age(&self, day: Date) -> Date {
        let map = self.map();
        let put_together = |(area, _): &Place| {
            let versions = area.region().map(|region| map.same_ground(region).0);
            let used = self.used();
            let own = versions.into_iter().flatten().any(|id| {
                let facts =
                    |name: &&str| self.figures.labels(self.figures.world.indicator(name), id);
                used.iter().any(|name| !facts(name).is_empty())
            });
            !own && self.rollup(self.indicator).is_some()
        };
        if self.places.iter().any(put_together) {
            return map.end_of_age(day, |_| true);
        }
        let texts = self.question.places.iter().flat_map(|w| w.names.iter().chain(&w.except));
        let named: BTreeSet<usize> = texts.flat_map(|text| map.meanings(text)).collect();
        let level = self.question.level.and_then(|word| map.level_of(word));
        let counts = |id| named.contains(&id) || level.is_some() && map.region(id).level == level;
        map.end_of_age(day, counts)
    }

    /// The indicators of which a figure has to be there: of a ratio the numerator.
    fn used(&self) -> BTreeSet<&str> {
        let all = [Some(self.indicator), self.whole].into_iter().flatten();
        all.flat_map(|i| [Some(i.name.as_str()), i.numerator.as_deref()]).flatten().collect()
    }

    /// Asks with the names and boundaries of a day.
    fn ask_on(&mut self, day: Date) -> Result<(), Refusal> {
        self.boundaries = day;
        for written in &self.question.places {
            for name in written.names.iter().chain(&written.except) {
                self.map().resolve(name, day)?;
            }
        }
        let mut areas: Vec<Area> = Vec::new();
        for written in &self.question.places {
            let area = self.area(written, day)?;
            if areas.contains(&area) {
                return Err("MP0312");
            }
            areas.push(area);
        }
        self.places = match self.question.level {
            None => areas.into_iter().map(|area| (area, None)).collect(),
            Some(level) => self.members(level, &areas, day)?,
        };
        self.own_periods = self.places.iter().map(|(area, _)| self.periods(area)).collect();
        self.gather();
        Ok(())
    }

    /// Puts the periods of all places together, of spans those as long as what is compared.
    fn gather(&mut self) {
        self.pool = self.own_periods.iter().flatten().copied().collect();
        if !self.accrues() {
            self.pool = series::one_for_each_close(&self.pool);
        }
        self.closes = self.pool.iter().map(|period| period.last_day()).collect();
        if let (true, Some(length)) = (self.accrues(), self.length()) {
            self.pool = self.on_grid(length);
        }
    }

    fn area(&self, written: &Written, day: Date) -> Result<Area, Refusal> {
        let map = self.map();
        let resolve = |names: &[String]| {
            names.iter().map(|name| map.resolve(name, day)).collect::<Result<Vec<_>, _>>()
        };
        let area = Area { names: resolve(&written.names)?, except: resolve(&written.except)? };
        let inside = |one, other| map.lies_in(one, other, map.day_within(one, day));
        for list in [&area.names, &area.except] {
            for (at, one) in list.iter().enumerate() {
                for (other_at, other) in list.iter().enumerate() {
                    if at != other_at && (inside(*one, *other) || map.came_of(*one, *other)) {
                        return Err("MP0312");
                    }
                }
            }
        }
        let stray = |out: &usize| !area.names.iter().any(|name| inside(*out, *name));
        if area.except.iter().any(stray) { Err("MP0313") } else { Ok(area) }
    }

    /// The regions of a level, each once and with what was divided.
    fn members(&self, level: &str, areas: &[Area], day: Date) -> Result<Vec<Place>, Refusal> {
        let map = self.map();
        let mut members: Vec<Place> = Vec::new();
        for area in areas {
            for name in &area.names {
                let day = map.day_within(*name, day);
                for id in map.of_level(level, day) {
                    let out = area.except.iter().any(|out| map.lies_in(id, *out, day));
                    let one = Area::one(id);
                    let told = members.iter().any(|(other, _)| *other == one);
                    if map.lies_in(id, *name, day) && !out && !told {
                        members.push((one, Some(area.clone())));
                    }
                }
            }
        }
        if areas.is_empty() {
            members =
                map.of_level(level, day).into_iter().map(|id| (Area::one(id), None)).collect();
        }
        if members.is_empty() { Err("MP0315") } else { Ok(members) }
    }

    /// What a sentence of this sort refuses.
    fn check(&self) -> Result<(), Refusal> {
        let additive = matches!(self.indicator.kind, Some(Kind::Stock | Kind::Flow));
        let parts =
            matches!(self.question.measure, Some(MeasureKind::Share | MeasureKind::Contribution));
        let undeclared = self.indicator.kind.is_none();
        if undeclared && self.places.iter().any(|(area, _)| area.region().is_none()) {
            return Err("MP0520");
        }
        if parts && (!additive || self.whole.is_some()) {
            return Err("MP0516");
        }
        Ok(())
    }

    /// Whether figures belong to spans, not to closes.
    pub(super) fn accrues(&self) -> bool {
        !self.figures.at_closes(self.indicator)
    }

    fn rollup<'s>(&'s self, indicator: &'s Indicator) -> Option<Rollup<'s>> {
        let rule = self.figures.rule(indicator)?;
        let (figures, boundaries) = (self.figures, self.boundaries);
        Some(Rollup { figures, indicator, rule, boundaries, enough: self.enough })
    }

    /// The periods in which an area has figures: its own and those of its predecessors or, without
    /// any of its own, those that can be put together.
    pub(super) fn periods(&self, area: &Area) -> BTreeSet<Period> {
        let own = self.periods_of(self.indicator, area);
        let Some(whole) = self.whole else { return own };
        let all: BTreeSet<Period> = own.union(&self.periods_of(whole, area)).copied().collect();
        all.into_iter().filter(|period| self.value(area, *period).is_ok()).collect()
    }

    fn periods_of(&self, indicator: &Indicator, area: &Area) -> BTreeSet<Period> {
        let (mut own, mut drawn_on) = (BTreeSet::new(), None);
        if let Some(region) = area.region() {
            let (versions, drawn) = self.map().same_ground(region);
            drawn_on = drawn;
            let parts = [&indicator.numerator, &indicator.denominator].into_iter().flatten();
            let parts = parts.map(|name| self.figures.world.indicator(name));
            for label in parts.chain([indicator]) {
                let labels = versions.iter().flat_map(|id| self.figures.labels(label, *id));
                let figure = |p: &Period| self.figures.own(indicator, region, *p);
                own.extend(labels.filter(|p| figure(p).is_some_and(is_defined)));
            }
        }
        let Some(rollup) = self.rollup(indicator) else { return own };
        let name = indicator.numerator.as_ref().unwrap_or(&indicator.name);
        let names = [Some(name), indicator.denominator.as_ref()];
        let of = |fact: &&Fact| names.into_iter().flatten().any(|name| name == fact.indicator);
        let facts = self.figures.world.facts.iter().filter(of);
        let labels: BTreeSet<Period> = facts.map(|fact| fact.period).collect();
        let earlier = |p: &Period| match (own.is_empty(), drawn_on) {
            (true, _) => true,
            (false, Some(day)) => p.last_day() < day && !own.contains(p),
            (false, None) => false,
        };
        let put_together = |p: &Period| rollup.area(area, *p).is_ok_and(is_defined);
        let more: Vec<Period> = labels.into_iter().filter(earlier).filter(put_together).collect();
        own.extend(more);
        own
    }

    /// The figure of an area, as a number.
    pub(super) fn value(&self, area: &Area, period: Period) -> Result<Reading, Why> {
        let figure = self.figure(self.indicator, area, period);
        let Some(whole) = self.whole else { return figure };
        let whole = self.figure(whole, area, period);
        match (figure, whole) {
            (Ok(figure), Ok(whole)) => {
                let value = figure.value.over(whole.value).ok_or(because(Reason::Undefined))?;
                Ok(combined([figure, whole], value * Rational::from(100)))
            }
            (figure, whole) => {
                let why = figure.err().into_iter().chain(whole.err()).flatten();
                Err(why.chain([Reason::NoData, Reason::NotYet, Reason::BeforeSeries]).collect())
            }
        }
    }

    fn figure(&self, indicator: &Indicator, area: &Area, period: Period) -> Result<Reading, Why> {
        let is_whole = |reading: Reading| {
            reading.coverage.is_none_or(|(present, expected)| present == expected)
        };
        let whole = |period: &Period| self.all(indicator, area, *period).is_ok_and(is_whole);
        if self.compared.is_empty() || self.compared.iter().all(whole) {
            return self.all(indicator, area, period);
        }
        if let (Some(rollup), Some(region)) = (self.rollup(indicator), area.region())
            && let Some(matched) = rollup.matched(region, &self.compared)
        {
            return rollup.of_matched(&matched, period).and_then(reading);
        }
        self.of_members(indicator, area, period, &|part| self.figure(part, area, period))
    }

    /// The figure of an area of all of its members, whatever they have at other periods.
    fn all(&self, indicator: &Indicator, area: &Area, period: Period) -> Result<Reading, Why> {
        self.of_members(indicator, area, period, &|part| self.all(part, area, period))
    }

    /// The figure of an area, its own or put together; `part` reads what a ratio consists of.
    fn of_members(
        &self,
        indicator: &Indicator,
        area: &Area,
        period: Period,
        part: &dyn Fn(&Indicator) -> Result<Reading, Why>,
    ) -> Result<Reading, Why> {
        let rollup = self.rollup(indicator);
        let own = area.region().and_then(|id| self.figures.own(indicator, id, period));
        if let Some(own) = own {
            return reading(own);
        }
        let Some(rollup) = rollup else {
            let any = [Reason::NoParts, Reason::BoundaryBreak, Reason::NoData];
            return Err(any.into_iter().chain([Reason::NotYet, Reason::BeforeSeries]).collect());
        };
        let together = rollup.area(area, period).and_then(reading);
        together.or_else(|why| {
            let parts = self.of_whole_parts(indicator, part);
            parts.unwrap_or_else(|| Err(self.placed(indicator, area, period, why)))
        })
    }

    /// A ratio of a numerator and a denominator neither of which lacks any member.
    fn of_whole_parts(
        &self,
        indicator: &Indicator,
        read: &dyn Fn(&Indicator) -> Result<Reading, Why>,
    ) -> Option<Result<Reading, Why>> {
        let part = |name: &Option<String>| {
            let part = self.figures.world.indicator(name.as_deref()?);
            let reading = read(part).ok()?;
            reading.coverage.is_none_or(|(present, all)| present == all).then_some((part, reading))
        };
        let (above, numerator) = part(&indicator.numerator)?;
        let (below, denominator) = part(&indicator.denominator)?;
        let unit = above.parsed_unit()?.divide(&below.parsed_unit()?);
        let factor = series::conversion(&unit, &indicator.parsed_unit()?).ok()?;
        let value = numerator.value.over(denominator.value);
        Some(match value {
            None => Err(because(Reason::Undefined)),
            Some(value) => Ok(combined([numerator, denominator], value * factor)),
        })
    }

    /// Where nothing else is to be said, the place of a period among those with figures is.
    fn placed(&self, indicator: &Indicator, area: &Area, period: Period, mut why: Why) -> Why {
        if why.remove(&Reason::NoData) {
            let periods = self.periods_of(indicator, area);
            why.insert(match series::place(&periods, period) {
                series::Missing::BeforeSeries => Reason::BeforeSeries,
                series::Missing::NotYet => Reason::NotYet,
                _ => Reason::NoData,
            });
            if let (Some(region), Some(Kind::Flow)) = (area.region(), indicator.kind) {
                why.extend(self.figures.begun(indicator, region, period).map(Reason::Incomplete));
            }
            if periods.is_empty() && indicator.numerator.is_some() {
                why.insert(Reason::NoParts);
            }
        }
        why
    }

    /// Spans are compared with spans of equal length: that of the steps, of a period that the
    /// question names, or of the latest figure.
    fn length(&self) -> Option<Frequency> {
        let question = self.question;
        if question.measure.is_none_or(|kind| kind == MeasureKind::Share) {
            return question.step;
        }
        let exact = |anchor: Anchor| match anchor {
            Anchor::Period(period) => period.frequency(),
            Anchor::Milestone(_) => None,
        };
        let named = match question.time {
            Time::Open => None,
            Time::At(anchor) | Time::Since(anchor) => exact(anchor),
            Time::Between(from, to) => exact(to).or(exact(from)),
            Time::During(period) => period.frequency(),
        };
        question.step.or(named).or_else(|| self.pool.iter().max()?.frequency())
    }

    /// The periods of a frequency in which some place has a figure, around one of its own: what
    /// another place has makes no step of it.
    pub(super) fn on_grid(&self, grid: Frequency) -> BTreeSet<Period> {
        let steps = |((area, _), periods): (&Place, &BTreeSet<Period>)| {
            let around = periods.iter().filter_map(|p| Period::containing(grid, p.last_day()));
            let around: BTreeSet<Period> =
                around.filter(|step| step.last_day() <= self.newest).collect();
            around.into_iter().filter(|step| self.value(area, *step).is_ok()).collect::<Vec<_>>()
        };
        self.places.iter().zip(&self.own_periods).flat_map(steps).collect()
    }

    pub(super) fn pick(&self, anchor: Anchor) -> Option<Period> {
        let (exact, day) = self.cut(anchor);
        exact.or_else(|| {
            let found =
                self.pool.iter().filter(|period| period.last_day() <= day).max().copied()?;
            let closing = self.question.step.filter(|_| self.accrues());
            let closing = closing.and_then(|step| Period::containing(step, found.last_day()));
            Some(closing.filter(|p| p.last_day() == found.last_day()).unwrap_or(found))
        })
    }

    pub(super) fn latest(&self) -> Option<Period> {
        match self.question.step {
            Some(step) => self.on_grid(step).into_iter().max(),
            None => self.pool.iter().max().copied(),
        }
    }
}

/// Whether a figure is none over zero.
fn is_defined(figure: Figure) -> bool {
    figure.below != Some(Rational::ZERO)
}

/// A figure as a number: of a ratio the quotient.
fn reading(figure: Figure) -> Result<Reading, Why> {
    let value = match figure.below {
        None => figure.above,
        Some(below) => figure.above.over(below).ok_or_else(|| because(Reason::Undefined))?,
    };
    let Figure { strength, published, coverage, .. } = figure;
    Ok(Reading { value, strength, published, coverage })
}

fn combined([left, right]: [Reading; 2], value: Rational) -> Reading {
    Reading {
        value,
        strength: left.strength.max(right.strength),
        published: left.published.max(right.published),
        coverage: worse(left.coverage, right.coverage),
    }
}
