//! A sentence, answered: one base and one end for the whole query, then row by row.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use milepost::{Date, Frequency, Kind, Period, Status, Strength, Unit};
use milepost_lang::ast::{
    Anchor, Clause, Expression, Goal, MeasureKind, MultiplyOperator, Query, UnitName,
};

use super::context::Context;
use super::facts::World;
use super::measure::{self, At, Value};
use super::rational::Rational;
use super::reduce::{check_transforms, takes_all_time};
use super::series::{Figure, Missing, Refused, Why, conversion, place, quantity, text};
use super::time::{Cut, Pick, before, named_frequency, span};

/// One row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) region: String,
    /// What tells it apart besides region and period.
    pub(crate) columns: Vec<Column>,
    /// The period of the value.
    pub(crate) period: Option<Period>,
    /// The period of the row, which may have no value.
    pub(crate) asked: Option<Period>,
    pub(crate) base: Option<Period>,
    pub(crate) value: Result<Value, Why>,
    /// The size of the numbers whose difference the value is.
    pub(crate) size: f64,
    pub(crate) unit: String,
    pub(crate) strength: Option<Strength>,
    /// The flags of all that was used.
    pub(crate) status: Status,
    pub(crate) published: Option<Date>,
    /// How many of how many rows it came from; `None` where it is no sum of rows.
    pub(crate) coverage: Option<(usize, usize)>,
    /// Whether periods are spans, not closes.
    pub(crate) accrues: bool,
}

/// What a further axis says of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column {
    Text(String),
    /// A figure and its unit.
    Figure(Value, String),
}

/// What a query answers.
pub(crate) fn answer(world: &World, query: &Query) -> Result<Vec<Row>, Refused> {
    rows(&Sentence::new(world, query)?)
}

/// What a query answers between a base and an end that were chosen before.
pub(crate) fn answer_between(
    world: &World,
    query: &Query,
    times: Times,
) -> Result<Vec<Row>, Refused> {
    let sentence = Sentence::new(world, query)?;
    let mut sentence = Sentence { given: Some(times), ..sentence };
    if let Some(length) = sentence.length() {
        sentence.periods = sentence.on_grid(length);
    }
    rows(&sentence)
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    ends: Span,
    length: Option<Frequency>,
    /// Whether the targets themselves are listed.
    lists_targets: bool,
}

/// The base and the end of a query.
pub(crate) fn times(world: &World, query: &Query) -> Result<Times, Refused> {
    let sentence = Sentence::new(world, query)?;
    let (ends, length) = (sentence.ends()?, sentence.length());
    Ok(Times { ends, length, lists_targets: sentence.only_targets() })
}

/// The factor from the unit of an expression to that of levels.
pub(crate) fn factor_of(world: &World, query: &Query) -> Result<Rational, Refused> {
    Sentence::new(world, query).map(|sentence| sentence.factor)
}

fn rows(sentence: &Sentence<'_>) -> Result<Vec<Row>, Refused> {
    if let (Some(name), None) = (sentence.lists_targets(), sentence.given) {
        return sentence.targets(name);
    }
    let mut rows = Vec::new();
    for context in &sentence.contexts {
        for (base, end) in sentence.spans(context)? {
            rows.push(sentence.row(context, base, end)?);
        }
    }
    Ok(rows)
}

/// The unit of the values of a query; `None` where none is declared.
pub(crate) fn unit_of_values(world: &World, query: &Query) -> Result<Option<Unit>, Refused> {
    let levels = Sentence::new(world, query)?.unit;
    Ok(match query.measure.as_ref().map(|measure| measure.kind) {
        None => levels,
        Some(MeasureKind::Change | MeasureKind::Gap) => levels.as_ref().map(Unit::points),
        Some(MeasureKind::Pace) => {
            let year = "years".parse().expect("a unit");
            levels.map(|unit| unit.points().divide(&year))
        }
        Some(MeasureKind::Growth | MeasureKind::Progress) => Some(Unit::percent()),
        Some(MeasureKind::Cagr) => "%/year".parse().ok(),
        Some(_) => Some(Unit::pure()),
    })
}

/// A query with what its rows have in common.
struct Sentence<'w> {
    world: &'w World,
    query: &'w Query,
    contexts: Vec<Context<'w>>,
    expression: Expression,
    /// The unit of levels; `None` where none is declared.
    unit: Option<Unit>,
    /// From the expression's own unit to that one.
    factor: Rational,
    /// Whether figures belong to spans, not to closes.
    accrues: bool,
    /// The periods that have a figure, of each region.
    own_periods: Vec<BTreeSet<Period>>,
    /// Those of all regions.
    periods: BTreeSet<Period>,
    /// The base, the end and the length, where another query chose them.
    given: Option<Times>,
    /// Those among which an end is looked for: with `by` the steps.
    ends: BTreeSet<Period>,
}

/// The base, where there is one, and the end of a row.
type Span = (Option<Pick>, Pick);

impl<'w> Sentence<'w> {
    fn new(world: &'w World, query: &'w Query) -> Result<Self, Refused> {
        let contexts = Context::of(world, query)?;
        let clauses = &query.clauses;
        let mut expression = query.expression.clone();
        if let Some(whole) = &clauses.percent_of {
            let parts = vec![
                (MultiplyOperator::Multiply, expression),
                (MultiplyOperator::Divide, whole.value.clone()),
            ];
            expression = Expression::Product(parts, query.span);
        }
        let first = contexts.first().ok_or(Refused)?;
        let own = first.unit(&expression)?;
        let unit = match (&clauses.percent_of, &clauses.unit) {
            (None, None) => own.clone(),
            (Some(_), None) => Some(Unit::percent()),
            (_, Some(named)) => match &named.value {
                UnitName::Literal { text, .. } => Some(text.parse().map_err(|_| Refused)?),
                UnitName::Parameter(_) => return Err(Refused),
            },
        };
        // `as %` of a difference of percents leaves it in points.
        let unit = match &own {
            Some(own) if own.is_points() && unit == Some(Unit::percent()) => Some(own.clone()),
            _ => unit,
        };
        let factor = match (&own, &unit) {
            (_, None) => Rational::ONE,
            (None, Some(_)) => return Err(Refused),
            (Some(own), Some(unit)) => conversion(own, unit)?,
        };
        let transforms = &query.transforms;
        check_transforms(world, transforms, &expression)?;
        // What runs up to a close belongs to the close.
        let accrues = transforms.is_empty() && first.is_flow(&expression);
        let known = |context: &Context<'_>| context.transformed_periods(transforms, &expression);
        let own_periods: Vec<BTreeSet<Period>> = contexts.iter().map(known).collect();
        let mut periods: BTreeSet<Period> = own_periods.iter().flatten().copied().collect();
        if !accrues {
            // Of the labels that regions have for a close the finest.
            let closes: BTreeMap<Date, Period> =
                periods.into_iter().map(|period| (period.last_day(), period)).collect();
            periods = closes.into_values().collect();
        }
        let mut sentence = Self {
            world,
            query,
            contexts,
            expression,
            unit,
            factor,
            accrues,
            own_periods,
            periods,
            given: None,
            ends: BTreeSet::new(),
        };
        sentence.check_goal()?;
        if let Some(length) = sentence.length() {
            sentence.periods = sentence.on_grid(length);
        }
        sentence.ends = match sentence.step() {
            Some(step) => sentence.on_grid(step),
            None => sentence.periods.clone(),
        };
        Ok(sentence)
    }

    /// A goal is set for an indicator, or has a unit that converts.
    fn check_goal(&self) -> Result<(), Refused> {
        let Some(to) = &self.query.clauses.to else { return Ok(()) };
        match &to.value {
            Goal::Parent(_) => Err(Refused),
            Goal::Target { .. } => {
                let bare = self.query.transforms.is_empty();
                let one = bare && matches!(self.expression, Expression::Indicator(_));
                one.then_some(()).ok_or(Refused)
            }
            Goal::Quantity(written) if written.unit.is_none() => Ok(()),
            Goal::Quantity(written) => self.to_own(Some(&quantity(written)?.1)).map(drop),
            Goal::Query(inner) => {
                let unit = self.contexts[0].inner(inner)?.unit(&inner.expression)?;
                self.to_own(unit.as_ref()).map(drop)
            }
        }
    }

    /// The factor from a unit to that of levels.
    fn to_own(&self, unit: Option<&Unit>) -> Result<Rational, Refused> {
        match (unit, &self.unit) {
            (None, None) => Ok(Rational::ONE),
            (Some(unit), Some(own)) => conversion(unit, own),
            _ => Err(Refused),
        }
    }

    /// Spans are compared with spans of equal length: that of the steps, of a period that the
    /// sentence names, or of the latest figure. Closes have no length.
    fn length(&self) -> Option<Frequency> {
        if let Some(times) = self.given {
            return times.length;
        }
        if !self.accrues {
            return None;
        }
        // The rows of a series that has no base are each compared over their own length.
        let measure = self.query.measure.as_ref();
        let based = measure.is_some_and(|measure| match measure.kind {
            MeasureKind::Gap => false,
            MeasureKind::Pace => !takes_all_time(self.query) || self.query.clauses.to.is_none(),
            _ => !measure.yoy,
        });
        if measure.is_none() || !based && self.is_window() {
            return self.step();
        }
        let named = || named_frequency(&self.query.clauses);
        // Of the latest figures the shortest that has a label.
        let latest = || {
            let last = self.periods.iter().map(|period| period.last_day()).max();
            let latest = self.periods.iter().filter(|period| Some(period.last_day()) == last);
            latest.filter_map(|period| period.frequency()).max()
        };
        self.step().or_else(named).or_else(latest)
    }

    /// The periods of that frequency that have a figure in some region, and around one of its own:
    /// what another region published makes no step of it.
    fn on_grid(&self, grid: Frequency) -> BTreeSet<Period> {
        let steps = |(context, periods): (&Context<'w>, &BTreeSet<Period>)| {
            let around = periods.iter().filter_map(|p| Period::containing(grid, p.last_day()));
            let around: BTreeSet<Period> = around.collect();
            let known = around.into_iter().filter(|step| self.at(context, *step).is_ok());
            known.collect::<Vec<_>>()
        };
        self.contexts.iter().zip(&self.own_periods).flat_map(steps).collect()
    }

    /// The expression's figure in the unit of levels.
    fn at(&self, context: &Context<'_>, period: Period) -> Result<Figure, Why> {
        let transforms = &self.query.transforms;
        let found = context.transformed(transforms, &self.expression, period);
        let figure = found.map_err(|mut why| {
            if self.is_made() {
                // Where the figures of the whole line lie is as good a reason.
                let periods = context.transformed_periods(transforms, &self.expression);
                why.insert(place(&periods, period));
            }
            why
        })?;
        Ok(figure.with(figure.value * self.factor))
    }

    /// Whether the line is made from others, or holes are filled: why something is missing there
    /// may be told of the line or of what it is made from.
    fn is_made(&self) -> bool {
        !self.query.transforms.is_empty()
            || self.contexts.iter().any(|context| context.fill.is_some())
    }

    fn kind(&self) -> Option<MeasureKind> {
        self.query.measure.as_ref().map(|measure| measure.kind)
    }

    /// What a cut picks; where spans are cut into steps, the step that closes with it.
    fn pick(&self, cut: Cut, among: &BTreeSet<Period>) -> Pick {
        let picked = match cut.pick(among) {
            Pick::Before(day) => self.beginning(day).map_or(Pick::Before(day), Pick::Found),
            picked => picked,
        };
        let (true, Some(step), Pick::Found(period)) = (self.accrues, self.step(), picked) else {
            return picked;
        };
        let closing = Period::containing(step, period.last_day())
            .filter(|closing| closing.last_day() == period.last_day());
        closing.map_or(picked, Pick::Found)
    }

    /// The cut itself, where nothing lies before it and what is asked for had not begun: zero.
    fn beginning(&self, day: Date) -> Option<Period> {
        let span = match self.length() {
            None => Period::day(day),
            Some(length) => {
                let around = Period::containing(length, day)?;
                if around.last_day() == day { around } else { around.previous()? }
            }
        };
        // Nothing that was published stands behind a zero.
        let zero = |context: &Context<'_>| {
            let unfilled = Context { fill: None, ..context.clone() };
            self.at(&unfilled, span).is_ok_and(|figure| figure.published.is_none())
        };
        self.contexts.iter().any(zero).then_some(span)
    }

    fn base(&self, anchor: &Anchor) -> Result<Pick, Refused> {
        Ok(self.pick(Cut::of(self.world, anchor)?, &self.periods))
    }

    fn end(&self, anchor: &Anchor) -> Result<Pick, Refused> {
        Ok(self.pick_end(Cut::of(self.world, anchor)?))
    }

    fn pick_end(&self, cut: Cut) -> Pick {
        match self.pick(cut, &self.ends) {
            Pick::Before(_) if self.ends.is_empty() => Pick::Nothing,
            picked => picked,
        }
    }

    /// The base and the end that the time clauses say; without a clause the end is the latest.
    fn ends(&self) -> Result<Span, Refused> {
        let clauses = &self.query.clauses;
        let latest = Cut::Latest.pick(&self.ends);
        if let Some(at) = &clauses.at {
            let cut = Cut::of(self.world, &at.value.anchor)?;
            let cut = if at.value.or_before { cut.or_before() } else { cut };
            return Ok((None, self.pick_end(cut)));
        }
        if let Some(between) = &clauses.between {
            return Ok((Some(self.base(&between.value.0)?), self.end(&between.value.1)?));
        }
        if let Some(during) = &clauses.during {
            let (first, last) = span(self.world, &during.value)?;
            let base = self.pick(Cut::By(first.previous().ok_or(Refused)?), &self.periods);
            let end = match &during.value {
                Anchor::Period(period, _) => Cut::Exactly(*period),
                _ => Cut::By(last),
            };
            return Ok((Some(base), self.pick_end(end)));
        }
        if let Some(over) = &clauses.over_last {
            let Some(end) = latest.found() else { return Ok((Some(Pick::Nothing), latest)) };
            let base = before(end, over.value.count, over.value.frequency)?;
            return Ok((Some(Pick::Found(base)), latest));
        }
        let base = clauses.since.as_ref().map(|since| self.base(&since.value)).transpose()?;
        let end = match &clauses.until {
            Some(until) => self.end(&until.value)?,
            // A comparison needs a later figure than its base.
            None => match base.and_then(Pick::found).zip(latest.found()) {
                Some((base, latest)) if self.differ_in_length(base, latest) => return Err(Refused),
                Some((base, latest)) if latest.last_day() < base.last_day() => Pick::After,
                Some((base, latest))
                    if self.kind().is_some() && base.last_day() == latest.last_day() =>
                {
                    Pick::After
                }
                _ => latest,
            },
        };
        Ok((base, end))
    }

    /// The base and the end of each row of a region; the choice is the same for all of them.
    fn spans(&self, context: &Context<'_>) -> Result<Vec<Span>, Refused> {
        let (base, end) = match self.given {
            Some(times) => times.ends,
            None => self.ends()?,
        };
        if let (Some(base), Some(end)) = (base.and_then(Pick::found), end.found()) {
            let backwards = end.last_day() < base.last_day();
            if backwards || self.differ_in_length(base, end) {
                return Err(Refused);
            }
        }
        if self.query.measure.as_ref().is_some_and(|measure| measure.yoy) {
            let ends = if self.is_window() { self.levels(context, base, end)? } else { vec![end] };
            let year = |end: Pick| {
                let earlier = end.found().and_then(Period::one_year_earlier);
                (Some(earlier.map_or(Pick::Nothing, Pick::Found)), end)
            };
            return Ok(ends.into_iter().map(year).collect());
        }
        match self.kind() {
            None | Some(MeasureKind::Gap) if self.is_window() => {
                Ok(self.levels(context, base, end)?.into_iter().map(|end| (None, end)).collect())
            }
            Some(MeasureKind::Pace) if base.is_none() && takes_all_time(self.query) => {
                Ok(self.levels(context, base, end)?.into_iter().map(|end| (None, end)).collect())
            }
            None | Some(MeasureKind::Gap) => Ok(vec![(None, end)]),
            Some(MeasureKind::Pace) if base.is_none() && self.query.clauses.to.is_some() => {
                Ok(vec![(None, end)])
            }
            Some(kind) => self.compared(kind, base.ok_or(Refused)?, end),
        }
    }

    /// The indicator whose targets are listed: `only targets` without anything else.
    fn lists_targets(&self) -> Option<&str> {
        let clauses = &self.query.clauses;
        let plain = self.query.reducers.is_empty()
            && self.query.transforms.is_empty()
            && self.kind().is_none()
            && clauses.by.is_none()
            && clauses.percent_of.is_none()
            && clauses.over_last.is_none();
        match &self.expression {
            Expression::Indicator(name) if plain && self.only_targets() => Some(text(name)),
            _ => None,
        }
    }

    /// The targets that are set, each as it was set; one row where a region has none.
    fn targets(&self, name: &str) -> Result<Vec<Row>, Refused> {
        let closes = |context: &Context<'_>| {
            context.published(name).iter().map(|target| target.last_day()).collect::<Vec<_>>()
        };
        let closes: BTreeSet<Date> = self.contexts.iter().flat_map(closes).collect();
        let pick = |anchor: &Anchor, or_before: bool| {
            let cut = Cut::of(self.world, anchor)?;
            Ok(match if or_before { cut.or_before() } else { cut } {
                Cut::Exactly(period) => Some(period.last_day()),
                Cut::By(day) => closes.iter().filter(|close| **close <= day).max().copied(),
                Cut::Latest => closes.iter().max().copied(),
                Cut::First => closes.iter().min().copied(),
            })
        };
        let clauses = &self.query.clauses;
        let between = clauses.between.as_ref().map(|clause| &clause.value);
        let since = clauses.since.as_ref().map(|clause| &clause.value);
        let until = clauses.until.as_ref().map(|clause| &clause.value);
        let (mut first, mut last) = (None, closes.iter().max().copied());
        if let Some(anchor) = since.or(between.map(|ends| &ends.0)) {
            first = pick(anchor, false)?;
        }
        if let Some(anchor) = until.or(between.map(|ends| &ends.1)) {
            last = pick(anchor, false)?;
        }
        if let Some(at) = &clauses.at {
            last = pick(&at.value.anchor, at.value.or_before)?;
            first = last;
        }
        if let Some(during) = &clauses.during {
            let (from, to) = span(self.world, &during.value)?;
            (first, last) = (Some(from), Some(to));
        }
        let shown = |target: &Period| {
            let close = target.last_day();
            first.is_none_or(|first| first <= close) && last.is_some_and(|last| close <= last)
        };
        let mut rows = Vec::new();
        for context in &self.contexts {
            let targets = context.published(name).into_iter().filter(shown);
            let mut own: Vec<Row> = targets
                .map(|target| {
                    let figure = context.stored(name, target);
                    let figure = figure.map(|figure| figure.with(figure.value * self.factor));
                    let at = figure.map(|figure| (target, figure));
                    self.level(context, at.ok_or_else(Why::new))
                })
                .collect();
            if own.is_empty() {
                own.push(self.level(context, Err(Why::from([Missing::NoTarget]))));
            }
            rows.extend(own);
        }
        Ok(rows)
    }

    /// A figure as a row, or why there is none.
    fn level(&self, context: &Context<'_>, figure: Result<At, Why>) -> Row {
        let at = figure.as_ref().ok().copied();
        Row {
            region: context.region.to_owned(),
            columns: vec![Column::Text(at.map_or("", |_| "target").to_owned())],
            period: at.map(|(period, _)| period),
            asked: at.map(|(period, _)| period),
            base: None,
            value: figure.map(|(_, figure)| Value::Exact(figure.value)),
            size: 0.0,
            unit: self.unit.as_ref().map(Unit::to_string).unwrap_or_default(),
            strength: at.map(|(_, figure)| figure.strength),
            status: at.map_or(Status::ACTUAL, |(_, figure)| figure.status),
            published: at.and_then(|(_, figure)| figure.published),
            coverage: None,
            accrues: self.accrues,
        }
    }

    /// Whether two spans cannot be compared.
    fn differ_in_length(&self, base: Period, end: Period) -> bool {
        let days = |p: Period| p.last_day().day_number() - p.first_day().day_number();
        let length = |period: Period| period.frequency().ok_or_else(|| days(period));
        self.kind().is_some() && self.accrues && length(base) != length(end)
    }

    /// Whether the clauses ask for more than one period: `only targets` are the targets themselves.
    fn is_window(&self) -> bool {
        let clauses = &self.query.clauses;
        clauses.at.is_none()
            && (self.given.map_or(self.only_targets(), |times| times.lists_targets)
                && self.kind().is_none()
                || takes_all_time(self.query)
                || clauses.by.is_some()
                || clauses.since.is_some()
                || clauses.until.is_some()
                || clauses.between.is_some()
                || clauses.during.is_some()
                || clauses.over_last.is_some())
    }

    fn only_targets(&self) -> bool {
        self.contexts[0].statuses == BTreeSet::from([Strength::Target])
    }

    /// The periods of levels: the base itself after `since` and `between`, and what follows; a
    /// period that was named is told even where it has no figure.
    fn levels(
        &self,
        context: &Context<'_>,
        base: Option<Pick>,
        end: Pick,
    ) -> Result<Vec<Pick>, Refused> {
        let clauses = &self.query.clauses;
        let window = clauses.during.is_some() || clauses.over_last.is_some();
        if end == Pick::Nothing {
            return Ok(vec![end]);
        }
        if matches!(end, Pick::Before(_)) && !window {
            return Ok(vec![end]);
        }
        let (after, until) = self.limits(base, end)?;
        let shown = base.filter(|base| matches!(base, Pick::Found(_)) && !window);
        let mut rows: Vec<Pick> = shown.into_iter().map(|base| self.as_step(base)).collect();
        let stated = clauses.until.as_ref().map(|clause| &clause.value);
        let stated = stated.or(clauses.between.as_ref().map(|clause| &clause.value.1));
        let named = stated.is_some_and(|anchor| match anchor {
            Anchor::Period(period, _) => period.frequency() != Some(Frequency::Day),
            _ => false,
        });
        let (Some(after), Some(until)) = (after, until) else {
            // A list has no row of a zero that nobody published, unless the sentence names it.
            let told = end.found().is_none() || self.step().is_some() || named;
            if rows.is_empty() && told {
                rows.push(end);
            }
            return Ok(rows);
        };
        rows.extend(self.inside(context, after, until).into_iter().map(Pick::Found));
        if let (true, None, Some(named)) = (named, self.step(), end.found()) {
            let told = |row: &Pick| {
                let same = |row: Period| {
                    row == named || !self.accrues && row.last_day() == named.last_day()
                };
                row.found().is_some_and(same)
            };
            if !rows.iter().any(told) {
                rows.push(end);
            }
        }
        Ok(rows)
    }

    /// The closes between which rows lie: those of a window, otherwise of the base and the end.
    fn limits(
        &self,
        base: Option<Pick>,
        end: Pick,
    ) -> Result<(Option<Date>, Option<Date>), Refused> {
        if let Some(during) = &self.query.clauses.during {
            let (first, _) = span(self.world, &during.value)?;
            return Ok((first.previous(), end.found().map(Period::last_day)));
        }
        let after = match base {
            Some(Pick::Found(base)) => Some(base.last_day()),
            Some(Pick::Before(day)) => Some(day),
            _ => self.ends.iter().min().and_then(|first| first.last_day().previous()),
        };
        Ok((after, end.found().map(Period::last_day)))
    }

    /// The periods that close after one day, up to another: every step where `by` asks for steps,
    /// otherwise those with a figure, which is published and not filled in or added up.
    fn inside(&self, context: &Context<'_>, after: Date, until: Date) -> Vec<Period> {
        if self.step().is_some() {
            return self.stepped(after, until);
        }
        let own = context.transformed_periods(&self.query.transforms, &self.expression);
        own.into_iter().filter(|p| after < p.last_day() && p.last_day() <= until).collect()
    }

    /// The spans of a comparison: one, or step by step.
    fn compared(&self, kind: MeasureKind, base: Pick, end: Pick) -> Result<Vec<Span>, Refused> {
        let (after, until) = self.limits(Some(base), end)?;
        let (Some(_), Some(after), Some(until)) = (self.step(), after, until) else {
            return Ok(vec![(Some(base), end)]);
        };
        let base = self.as_step(base);
        let fixed =
            matches!(kind, MeasureKind::Index | MeasureKind::Multiple | MeasureKind::Progress);
        let mut spans = Vec::new();
        let mut last = base;
        for period in self.stepped(after, until) {
            spans.push((Some(last), Pick::Found(period)));
            last = if fixed { base } else { Pick::Found(period) };
        }
        Ok(spans)
    }

    fn row(&self, context: &Context<'_>, base: Option<Pick>, end: Pick) -> Result<Row, Refused> {
        let goal = match (&self.query.clauses.to, end.found()) {
            (Some(to), Some(end)) => Some(self.goal(context, &to.value, end)?),
            _ => None,
        };
        let asked = end.found();
        let base = base.map(|base| match (base, self.read(context, base)) {
            // Without any base to pick one reason is told for all regions.
            (Pick::Nothing, Err(why)) => Err(&why | &Why::from([Missing::NoData])),
            (_, read) => read,
        });
        let end = self.read(context, end);
        let start = base.as_ref().and_then(|base| base.as_ref().ok()).map(|(period, _)| *period);
        let unit = match self.kind() {
            None => self.unit.as_ref().map(Unit::to_string).unwrap_or_default(),
            Some(kind) => measure::unit(kind, self.unit.as_ref(), start),
        };
        // A target is no figure of the series: it does not make a gap weaker.
        let aimed = |to: &Clause<Goal>| matches!(to.value, Goal::Target { .. });
        let used: Vec<Figure> = base
            .iter()
            .chain([&end])
            .chain(goal.iter().filter(|_| !self.query.clauses.to.as_ref().is_some_and(aimed)))
            .filter_map(|figure| figure.as_ref().ok())
            .map(|(_, figure)| *figure)
            .collect();
        Ok(Row {
            region: context.region.to_owned(),
            columns: Vec::new(),
            asked: asked.or(end.as_ref().ok().map(|(period, _)| *period)),
            coverage: None,
            period: end.as_ref().ok().map(|(period, _)| *period),
            base: start,
            size: self.size(base.as_ref(), &end, goal.as_ref()),
            value: self.value(base, end, goal),
            unit,
            strength: used.iter().map(|figure| figure.strength).max(),
            status: used.iter().fold(Status::ACTUAL, |all, figure| all | figure.status),
            published: used.iter().filter_map(|figure| figure.published).max(),
            accrues: self.accrues,
        })
    }

    /// The figure at what was picked.
    fn read(&self, context: &Context<'_>, pick: Pick) -> Result<At, Why> {
        match pick {
            Pick::Found(period) => Ok((period, self.at(context, period)?)),
            Pick::Before(_) => Err(Why::from([Missing::BeforeSeries])),
            Pick::After => Err(Why::from([Missing::NotYet])),
            Pick::Nothing => Err(Why::from([self.why_nothing(context)])),
        }
    }

    /// Why there is no figure at any period: that of the first part that has none.
    fn why_nothing(&self, context: &Context<'_>) -> Missing {
        let leaves = context.leaves(&self.expression);
        let empty = leaves.iter().find(|(context, name)| context.periods_of(name).is_empty());
        let later = |(context, name): &(Context<'_>, &str)| {
            let indicator = self.world.indicator(name);
            let parts = [&indicator.numerator, &indicator.denominator].into_iter().flatten();
            let mut names = parts.map(String::as_str).chain([*name]);
            names
                .any(|name| context.labels(name).iter().any(|at| context.is_known_later(name, *at)))
        };
        if empty.is_some_and(later) { Missing::NotKnownThen } else { Missing::NoData }
    }

    fn size(
        &self,
        base: Option<&Result<At, Why>>,
        end: &Result<At, Why>,
        goal: Option<&Result<At, Why>>,
    ) -> f64 {
        let known = |at: Option<&Result<At, Why>>| at.and_then(|at| at.as_ref().ok()).copied();
        let (Some(kind), Some(end)) = (self.kind(), known(Some(end))) else { return 0.0 };
        measure::size(kind, known(base), end, known(goal))
    }

    fn value(
        &self,
        base: Option<Result<At, Why>>,
        end: Result<At, Why>,
        goal: Option<Result<At, Why>>,
    ) -> Result<Value, Why> {
        // Of several reasons the first is told.
        let end = end?;
        let base = base.transpose()?;
        let goal = goal.transpose()?;
        let value = match (self.kind(), base, goal) {
            (None, ..) => Ok(Value::Exact(end.1.value)),
            (Some(MeasureKind::Gap), _, Some(goal)) => Ok(measure::gap(end.1, goal.1)),
            (Some(MeasureKind::Pace), None, Some(goal)) => measure::required(end, goal),
            (Some(MeasureKind::Progress), Some(base), Some(goal)) => {
                measure::progress(base.1, end.1, goal.1)
            }
            (Some(kind), Some(base), _) => measure::between(kind, base, end),
            _ => Err(Missing::NoData),
        };
        value.map_err(|why| Why::from([why]))
    }

    /// What `to` names, seen from the end of the comparison, with the period that it is set for.
    fn goal(
        &self,
        context: &Context<'_>,
        goal: &Goal,
        end: Period,
    ) -> Result<Result<At, Why>, Refused> {
        match goal {
            Goal::Parent(_) => Err(Refused),
            Goal::Quantity(written) => {
                let (value, unit) = quantity(written)?;
                // A bare number is in the unit of what is measured.
                let bare = written.unit.is_none();
                let factor = if bare { Rational::ONE } else { self.to_own(Some(&unit))? };
                let value = value * factor;
                Ok(Ok((end, Figure::constant(value))))
            }
            Goal::Query(inner) => {
                let context = context.inner(inner)?;
                let factor = self.to_own(context.unit(&inner.expression)?.as_ref())?;
                let figure = context.figure(&inner.expression, end);
                Ok(figure.map(|figure| (end, figure.with(figure.value * factor))))
            }
            Goal::Target { at, .. } => {
                let aims =
                    Context { statuses: BTreeSet::from([Strength::Target]), ..context.clone() };
                let Expression::Indicator(name) = &self.expression else { return Err(Refused) };
                // A target is set, never computed from the targets of parts.
                let periods = aims.published(text(name));
                let stated = at.as_ref().map(|anchor| Cut::of(self.world, anchor)).transpose()?;
                let meant = |target: &&Period| match stated {
                    Some(Cut::Exactly(period)) => period.last_day() == target.last_day(),
                    Some(_) => false,
                    None => target.last_day() > end.last_day(),
                };
                // The target of a flow is the total of its period: what is held against it is a
                // first part of that, or a total over as long a period.
                let flow = self.world.indicator(text(name)).kind == Some(Kind::Flow);
                let comparable = |target: &&Period| {
                    !flow
                        || target.frequency() == end.frequency()
                        || target.first_day() == end.first_day() && target.covers(end)
                };
                let period = periods.iter().filter(comparable).find(meant).copied();
                let figure = period.and_then(|period| Some((period, self.at(&aims, period).ok()?)));
                Ok(figure.ok_or_else(|| Why::from([Missing::NoTarget])))
            }
        }
    }
}
