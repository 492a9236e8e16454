//! What an expression is worth at a period, in one region: loops over the facts.

use std::collections::{BTreeMap, BTreeSet};

use milepost::{Basis, Date, Frequency, Indicator, Kind, Period, Status, Strength, Unit};
use milepost_lang::ast::{AddOperator, Expression, Magnitude, MultiplyOperator, Name, Quantity};

use super::context::Context;
use super::facts::Fact;
use super::rational::Rational;

/// A figure with what qualifies it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: Rational,
    /// The weakest status used.
    pub(crate) strength: Strength,
    /// The flags of all that was used.
    pub(crate) status: Status,
    /// The latest publication used.
    pub(crate) published: Option<Date>,
}

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missing {
    NoData,
    NotYet,
    BeforeSeries,
    Incomplete(usize, usize),
    Undefined,
    NoParts,
    NoTarget,
    NotKnownThen,
    Withdrawn,
}

/// Reasons, one of which an answer has to tell.
pub(crate) type Why = BTreeSet<Missing>;

/// The question has no answer at all; both sides must say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

impl Figure {
    /// A number that stands for itself.
    pub(crate) fn constant(value: Rational) -> Self {
        let (strength, status) = (Strength::Actual, Status::ACTUAL);
        Self { value, strength, status, published: None }
    }

    fn zero() -> Self {
        Self::constant(Rational::ZERO)
    }

    /// The figure with another value.
    pub(crate) fn with(self, value: Rational) -> Self {
        Self { value, ..self }
    }

    /// A value computed from two figures.
    pub(crate) fn combined(self, other: Self, value: Rational) -> Self {
        Self {
            value,
            strength: self.strength.max(other.strength),
            status: self.status | other.status,
            published: self.published.max(other.published),
        }
    }
}

impl Missing {
    /// The word of the answer's column.
    pub(crate) fn word(self) -> String {
        match self {
            Self::NoData => "no data",
            Self::NotYet => "not yet",
            Self::BeforeSeries => "before series",
            Self::Incomplete(present, expected) => {
                return format!("incomplete {present}/{expected}");
            }
            Self::Undefined => "undefined",
            Self::NoParts => "no parts",
            Self::NoTarget => "no target",
            Self::NotKnownThen => "not known then",
            Self::Withdrawn => "withdrawn",
        }
        .to_owned()
    }
}

/// The factor that turns a figure in one unit into one in the other.
pub(crate) fn conversion(from: &Unit, to: &Unit) -> Result<Rational, Refused> {
    let same = from.same_dimension(to);
    same.then(|| Rational::ten_to(from.power_of_ten() - to.power_of_ten())).ok_or(Refused)
}

/// A pure number without a scale, and the factor that takes it there; other units as they are.
fn plain(unit: &Unit) -> (Unit, Rational) {
    if unit.is_pure() {
        (Unit::pure(), Rational::ten_to(unit.power_of_ten()))
    } else {
        (unit.clone(), Rational::ONE)
    }
}

/// What a product makes of its factors' units.
struct Factors {
    unit: Option<Unit>,
    /// What each figure is multiplied by before.
    scales: Vec<Rational>,
    /// What the product is multiplied by.
    last: Rational,
}

/// A written quantity in its unit.
pub(crate) fn quantity(quantity: &Quantity) -> Result<(Rational, Unit), Refused> {
    let power = match quantity.magnitude {
        None => 0,
        Some(Magnitude::Thousand) => 3,
        Some(Magnitude::Million) => 6,
        Some(Magnitude::Billion) => 9,
        Some(Magnitude::Trillion) => 12,
    };
    let unit = match &quantity.unit {
        None => Unit::pure(),
        Some(word) => word.text.parse().map_err(|_| Refused)?,
    };
    Ok((Rational::from(quantity.number) * Rational::ten_to(power), unit))
}

/// The text of a name; the generator uses no parameters.
pub(crate) fn text(name: &Name) -> &str {
    match name {
        Name::Literal { text, .. } => text,
        Name::Parameter(parameter) => &parameter.name,
    }
}

/// Where a period without a figure lies: after the series, before it, or in a hole of it.
pub(crate) fn place(periods: &BTreeSet<Period>, at: Period) -> Missing {
    let closes: Vec<Date> = periods.iter().map(|period| period.last_day()).collect();
    match (closes.iter().min(), closes.iter().max()) {
        (Some(first), _) if at.last_day() < *first => Missing::BeforeSeries,
        (_, Some(last)) if *last < at.last_day() => Missing::NotYet,
        _ => Missing::NoData,
    }
}

/// Of the labels of one close the longest, which comes first in order.
pub(crate) fn one_for_each_close(periods: &BTreeSet<Period>) -> BTreeSet<Period> {
    let first = |period: &&Period| {
        periods.iter().find(|other| other.last_day() == period.last_day()) == Some(*period)
    };
    periods.iter().filter(first).copied().collect()
}

impl Context<'_> {
    /// The unit of an expression; `None` where no unit is declared.
    pub(crate) fn unit(&self, expression: &Expression) -> Result<Option<Unit>, Refused> {
        match expression {
            Expression::Indicator(name) => Ok(self.world.indicator(text(name)).parsed_unit()),
            Expression::Quantity(written) => quantity(written).map(|(_, unit)| Some(unit)),
            Expression::Negate(inner, _) => self.unit(inner),
            Expression::Query(inner) => self.inner(inner)?.unit(&inner.expression),
            Expression::Sum(terms, _) => {
                let first = self.unit(&terms[0].1)?;
                for (_, term) in &terms[1..] {
                    match (&first, &self.unit(term)?) {
                        (Some(first), Some(own)) => drop(conversion(own, first)?),
                        (None, None) => {}
                        _ => return Err(Refused),
                    }
                }
                let less = terms.iter().any(|(operator, _)| *operator == AddOperator::Subtract);
                Ok(if less { first.as_ref().map(Unit::points) } else { first })
            }
            Expression::Product(factors, _) => Ok(self.factors(factors)?.unit),
        }
    }

    /// The figure of an expression at a period. Units were checked before.
    pub(crate) fn figure(&self, expression: &Expression, at: Period) -> Result<Figure, Why> {
        match expression {
            Expression::Indicator(name) => self.indicator(text(name), at),
            Expression::Quantity(written) => {
                quantity(written).map(|(value, _)| Figure::constant(value)).map_err(|_| Why::new())
            }
            Expression::Negate(inner, _) => {
                self.figure(inner, at).map(|figure| figure.with(-figure.value))
            }
            Expression::Query(inner) => {
                let context = self.inner(inner).map_err(|_| Why::new())?;
                context.figure(&inner.expression, at)
            }
            Expression::Sum(terms, _) => self.sum(terms, at),
            Expression::Product(factors, _) => self.product(factors, at),
        }
    }

    /// The figures of all operands, or why the first that has none is missing.
    fn all<'e>(
        &self,
        operands: impl Iterator<Item = &'e Expression>,
        at: Period,
    ) -> Result<Vec<Figure>, Why> {
        operands.map(|operand| self.figure(operand, at)).collect()
    }

    /// Terms are converted to the unit of the first.
    fn sum(&self, terms: &[(AddOperator, Expression)], at: Period) -> Result<Figure, Why> {
        let figures = self.all(terms.iter().map(|(_, term)| term), at)?;
        let unit_of = |term| self.unit(term).ok().flatten().unwrap_or_else(Unit::pure);
        let unit = unit_of(&terms[0].1);
        let mut sum = Figure::constant(Rational::ZERO);
        for ((operator, term), figure) in terms.iter().zip(figures) {
            let factor = conversion(&unit_of(term), &unit).map_err(|_| Why::new())?;
            let value = figure.value * factor;
            let value = if *operator == AddOperator::Add { value } else { -value };
            sum = sum.combined(figure, sum.value + value);
        }
        Ok(sum)
    }

    /// The units of factors, and by how much each figure is scaled first: where two of them have
    /// a unit, a percent is a hundredth; persons times percents are persons.
    fn factors(&self, factors: &[(MultiplyOperator, Expression)]) -> Result<Factors, Refused> {
        let units: Vec<Option<Unit>> =
            factors.iter().map(|(_, factor)| self.unit(factor)).collect::<Result<_, _>>()?;
        let Some(units) = units.into_iter().collect::<Option<Vec<Unit>>>() else {
            let scales = vec![Rational::ONE; factors.len()];
            return Ok(Factors { unit: None, scales, last: Rational::ONE });
        };
        let measured = units.iter().filter(|unit| !unit.is_pure() || unit.power_of_ten() != 0);
        let kept = measured.count() < 2;
        let units =
            units.into_iter().map(|unit| if kept { (unit, Rational::ONE) } else { plain(&unit) });
        let mut unit = Unit::pure();
        let mut scales = Vec::new();
        for ((operator, _), (own, scale)) in factors.iter().zip(units) {
            unit = match operator {
                MultiplyOperator::Multiply => unit.multiply(&own),
                MultiplyOperator::Divide => unit.divide(&own),
            };
            scales.push(scale);
        }
        let (unit, last) = if unit.is_percent() { (unit, Rational::ONE) } else { plain(&unit) };
        Ok(Factors { unit: Some(unit), scales, last })
    }

    fn product(
        &self,
        factors: &[(MultiplyOperator, Expression)],
        at: Period,
    ) -> Result<Figure, Why> {
        let Factors { scales, last, .. } = self.factors(factors).map_err(|_| Why::new())?;
        let figures = self.all(factors.iter().map(|(_, factor)| factor), at)?;
        let mut product = Figure::constant(last);
        for (((operator, _), figure), scale) in factors.iter().zip(figures).zip(scales) {
            let scaled = figure.value * scale;
            let value = match operator {
                MultiplyOperator::Multiply => product.value * scaled,
                MultiplyOperator::Divide => {
                    product.value.over(scaled).ok_or_else(|| Why::from([Missing::Undefined]))?
                }
            };
            product = product.combined(figure, value);
        }
        Ok(product)
    }

    /// The figure of an indicator, or why there is none.
    pub(crate) fn indicator(&self, name: &str, at: Period) -> Result<Figure, Why> {
        if self.fill.is_some() {
            return self.filled(name, at);
        }
        match self.value(name, at) {
            Some(found) => found.map_err(|why| Why::from([why])),
            None if self.is_running_total(name) => Err(self.reasons_of_steps(name, at)),
            None => Err(Why::from([self.reason(name, at)])),
        }
    }

    /// Published, rolled up, computed from parts, or the structural zero before the beginning; a
    /// quotient over zero is undefined.
    fn value(&self, name: &str, at: Period) -> Option<Result<Figure, Missing>> {
        let indicator = self.world.indicator(name);
        let found = match indicator.kind {
            None | Some(Kind::Index | Kind::Intensity) => self.stored(name, at).map(Ok),
            Some(Kind::Flow) => self.flow(name, at).map(Ok),
            Some(Kind::Stock) => self.at_close(name, at).map(Ok),
            Some(Kind::Ratio) => self.ratio(indicator, at),
        };
        let before = indicator.begins.is_some_and(|begins| at.last_day() < begins);
        found.or_else(|| before.then(|| Ok(Figure::zero())))
    }

    /// Why there is no figure: it became known later, was withdrawn, lacks sub-periods, and
    /// otherwise where the period lies among those that have one.
    fn reason(&self, name: &str, at: Period) -> Missing {
        let indicator = self.world.indicator(name);
        let spans = self.accrues(name);
        let same = |label: &Period| {
            if spans { *label == at } else { label.last_day() == at.last_day() }
        };
        let labels: Vec<Period> = self.labels(name).into_iter().filter(same).collect();
        if labels.iter().any(|label| self.is_known_later(name, *label)) {
            return Missing::NotKnownThen;
        }
        if labels.iter().any(|label| self.is_withdrawn(name, *label)) {
            return Missing::Withdrawn;
        }
        if let (Some(Kind::Flow), Some((present, expected))) =
            (indicator.kind, self.holes(name, at))
        {
            return Missing::Incomplete(present, expected);
        }
        let periods = self.periods_of(name);
        if periods.is_empty() && indicator.numerator.is_some() {
            return Missing::NoParts;
        }
        place(&periods, at)
    }

    /// The facts of a series.
    pub(crate) fn facts<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Fact> {
        self.world.series(name, self.region).iter()
    }

    /// What is stored for exactly that period: the strongest admitted status, of the latest
    /// publication, among what was known and is not withdrawn.
    pub(crate) fn stored(&self, name: &str, at: Period) -> Option<Figure> {
        let known = self.known(name, at);
        let stands = |fact: &&Fact| {
            let superseded = |later: &&Fact| {
                later.target == fact.target
                    && later.value.is_none()
                    && later.published > fact.published
            };
            fact.value.is_some() && !known.iter().any(superseded)
        };
        let admitted = |fact: &&Fact| self.statuses.contains(&fact.strength());
        let best = known
            .iter()
            .copied()
            .filter(stands)
            .filter(admitted)
            .min_by_key(|fact| (fact.strength(), std::cmp::Reverse(fact.published)))?;
        Some(Figure {
            value: best.value.map_or(Rational::ZERO, Rational::from),
            strength: best.strength(),
            status: best.status,
            published: Some(best.published),
        })
    }

    /// The vintages of a period that were known.
    fn known<'f>(&'f self, name: &'f str, at: Period) -> Vec<&'f Fact> {
        let known = |fact: &&Fact| self.known.is_none_or(|known| fact.published <= known);
        self.facts(name).filter(|fact| fact.period == at).filter(known).collect()
    }

    /// Whether what is stored for a period became known later.
    pub(crate) fn is_known_later(&self, name: &str, at: Period) -> bool {
        let today = Self { known: None, ..self.clone() };
        self.stored(name, at).is_none() && today.stored(name, at).is_some()
    }

    /// Whether the last word on a period was that it is withdrawn.
    pub(crate) fn is_withdrawn(&self, name: &str, at: Period) -> bool {
        let known = self.known(name, at);
        let targets = self.statuses.contains(&Strength::Target);
        let reported = self.statuses.iter().any(|strength| *strength != Strength::Target);
        [(false, reported), (true, targets)].into_iter().any(|(target, read)| {
            let same = known.iter().filter(|fact| fact.target == target);
            let last = same.max_by_key(|fact| fact.published);
            read && last.is_some_and(|fact| fact.value.is_none())
        })
    }

    /// What holds at the period's close: of all labels of that close the strongest figure, the
    /// period's own before others.
    fn at_close(&self, name: &str, at: Period) -> Option<Figure> {
        let labels: BTreeSet<Period> = self
            .facts(name)
            .map(|fact| fact.period)
            .filter(|period| period.last_day() == at.last_day())
            .collect();
        let found = labels.iter().filter_map(|label| Some((*label, self.stored(name, *label)?)));
        found.min_by_key(|(label, figure)| (figure.strength, *label != at)).map(|(_, best)| best)
    }

    /// What accrued over the period: published, or the sum of all its sub-periods.
    fn flow(&self, name: &str, at: Period) -> Option<Figure> {
        if self.is_running_total(name) {
            return self.accrued(name, at);
        }
        let zero = Figure::zero();
        let sum = |sum: Figure, part: Figure| sum.combined(part, sum.value + part.value);
        self.stored(name, at).or_else(|| Some(self.tiles(name, at)?.into_iter().fold(zero, sum)))
    }

    /// The fewest figures that make up a period without gap or overlap.
    fn tiles(&self, name: &str, at: Period) -> Option<Vec<Figure>> {
        // By the day that comes next.
        let mut reached = BTreeMap::from([(at.first_day(), Vec::new())]);
        for label in self.labels(name).into_iter().filter(|label| at.covers(*label)) {
            let before: Option<&Vec<Figure>> = reached.get(&label.first_day());
            let (Some(before), Some(figure)) = (before, self.stored(name, label)) else { continue };
            let tiles: Vec<Figure> = before.iter().copied().chain([figure]).collect();
            let next = label.last_day().next()?;
            if reached.get(&next).is_none_or(|other| tiles.len() < other.len()) {
                reached.insert(next, tiles);
            }
        }
        reached.remove(&at.last_day().next()?)
    }

    /// How many of how many sub-periods have a figure, of the frequency that has most of them.
    fn holes(&self, name: &str, at: Period) -> Option<(usize, usize)> {
        let counted =
            self.sub_periods(name, at).map(|parts| (parts.iter().flatten().count(), parts.len()));
        let more = |one: (usize, usize), other: (usize, usize)| {
            if one.0 * other.1 < other.0 * one.1 { other } else { one }
        };
        counted.filter(|(present, _)| *present > 0).reduce(more)
    }

    /// The figures of the sub-periods of each frequency.
    fn sub_periods<'s>(
        &'s self,
        name: &'s str,
        at: Period,
    ) -> impl Iterator<Item = Vec<Option<Figure>>> + 's {
        let divided = Frequency::ALL.into_iter().filter_map(move |frequency| {
            let parts: Vec<Period> = at.subperiods(frequency)?.filter(|part| *part != at).collect();
            Some(parts).filter(|parts| !parts.is_empty())
        });
        divided.map(|parts| parts.into_iter().map(|part| self.stored(name, part)).collect())
    }

    /// A published ratio, otherwise its numerator over its denominator.
    fn ratio(&self, indicator: &Indicator, at: Period) -> Option<Result<Figure, Missing>> {
        let published = if self.accrues(&indicator.name) {
            self.stored(&indicator.name, at)
        } else {
            self.at_close(&indicator.name, at)
        };
        if published.is_some() {
            return published.map(Ok);
        }
        let (above, below) = (indicator.numerator.as_ref()?, indicator.denominator.as_ref()?);
        let unit = |name: &str| self.world.indicator(name).parsed_unit().unwrap_or_else(Unit::pure);
        let factor = conversion(&unit(above).divide(&unit(below)), &unit(&indicator.name)).ok()?;
        let numerator = self.value(above, at)?.ok()?;
        let denominator = self.value(below, at)?.ok()?;
        let quotient = numerator.value.over(denominator.value);
        let figure = quotient.map(|quotient| numerator.combined(denominator, quotient * factor));
        Some(figure.ok_or(Missing::Undefined))
    }

    fn is_running_total(&self, name: &str) -> bool {
        self.world.indicator(name).basis == Some(Basis::Ytd)
    }

    /// Whether an indicator is about whole spans rather than their closes.
    pub(crate) fn accrues(&self, name: &str) -> bool {
        let indicator = self.world.indicator(name);
        match indicator.kind {
            Some(Kind::Stock) => false,
            Some(Kind::Ratio) => [&indicator.numerator, &indicator.denominator]
                .into_iter()
                .flatten()
                .any(|part| self.accrues(part)),
            None | Some(Kind::Flow | Kind::Index | Kind::Intensity) => true,
        }
    }

    /// Whether anything in an expression is about whole spans.
    pub(crate) fn is_flow(&self, expression: &Expression) -> bool {
        self.leaves(expression).iter().any(|(_, name)| self.accrues(name))
    }

    /// The periods in which an indicator has a published figure.
    pub(crate) fn published(&self, name: &str) -> BTreeSet<Period> {
        if self.is_running_total(name) {
            return self.added(name).into_iter().map(|(step, _)| step).collect();
        }
        let own = |period: &Period| self.stored(name, *period).is_some();
        self.labels(name).into_iter().filter(own).collect()
    }

    /// The periods under which a series is stored.
    pub(crate) fn labels(&self, name: &str) -> BTreeSet<Period> {
        self.facts(name).map(|fact| fact.period).collect()
    }

    /// The periods in which an indicator has a figure of its own, published or from parts.
    pub(crate) fn periods_of(&self, name: &str) -> BTreeSet<Period> {
        self.periods_with_parts(name, Self::periods_of)
    }

    /// The periods in which an indicator has a published figure, or one from parts at periods of
    /// those.
    fn periods_with_parts(
        &self,
        name: &str,
        of_part: impl Fn(&Self, &str) -> BTreeSet<Period>,
    ) -> BTreeSet<Period> {
        let indicator = self.world.indicator(name);
        let mut periods = self.published(name);
        let closes: BTreeSet<Date> = periods.iter().map(|period| period.last_day()).collect();
        for part in [&indicator.numerator, &indicator.denominator].into_iter().flatten() {
            let computed = |period: &Period| {
                let published = !self.accrues(name) && closes.contains(&period.last_day());
                !published && self.value(name, *period).is_some_and(|found| found.is_ok())
            };
            periods.extend(of_part(self, part).into_iter().filter(computed));
        }
        periods
    }

    /// The periods in which an expression has a figure: those of its parts at which it has a
    /// value, one for each close where only closes matter. Beside spans, what holds at closes
    /// counts where it is published as finely: a year's close is not that of its December.
    pub(crate) fn periods(&self, expression: &Expression) -> BTreeSet<Period> {
        let operands: Vec<&Expression> = match expression {
            Expression::Indicator(name) => return self.own_periods(text(name)),
            Expression::Quantity(_) => return BTreeSet::new(),
            Expression::Negate(inner, _) => return self.periods(inner),
            Expression::Query(inner) => {
                let context = self.inner(inner);
                return context.map_or(BTreeSet::new(), |c| c.periods(&inner.expression));
            }
            Expression::Sum(terms, _) => terms.iter().map(|(_, term)| term).collect(),
            Expression::Product(factors, _) => factors.iter().map(|(_, factor)| factor).collect(),
        };
        let varying: Vec<(&Expression, BTreeSet<Period>)> = operands
            .into_iter()
            .filter(|operand| !self.leaves(operand).is_empty())
            .map(|operand| (operand, self.periods(operand)))
            .collect();
        let spans = self.is_flow(expression);
        let as_fine = |(operand, own): &(&Expression, BTreeSet<Period>), at: Period| {
            let fine = |label: &Period| {
                label.last_day() == at.last_day() && label.first_day() >= at.first_day()
            };
            // Of the labels of one close any does.
            let labels = match operand {
                Expression::Indicator(name) => self.periods_of(text(name)),
                _ => own.clone(),
            };
            self.is_flow(operand) || labels.iter().any(fine)
        };
        let counts = |at: &Period| {
            // What is filled in counts beside any figure.
            let beside = spans && varying.len() > 1 && self.fill.is_none();
            let fits = !beside || varying.iter().all(|part| as_fine(part, *at));
            fits && self.figure(expression, *at).is_ok()
        };
        let all: BTreeSet<Period> = varying.iter().flat_map(|(_, own)| own).copied().collect();
        let periods = all.into_iter().filter(counts).collect();
        if spans { periods } else { one_for_each_close(&periods) }
    }

    /// The periods of an indicator; what holds at a close is known by the label that wins there.
    fn own_periods(&self, name: &str) -> BTreeSet<Period> {
        let periods = self.periods_with_parts(name, Self::own_periods);
        if self.accrues(name) {
            return periods;
        }
        let mut winners: BTreeMap<Date, Period> = BTreeMap::new();
        let strength = |label: Period| self.stored(name, label).map(|figure| figure.strength);
        for label in periods {
            let winner = winners.entry(label.last_day()).or_insert(label);
            if strength(label) < strength(*winner) {
                *winner = label;
            }
        }
        winners.into_values().collect()
    }

    /// The indicators of an expression, each with the context in which it stands.
    pub(crate) fn leaves<'e>(&self, expression: &'e Expression) -> Vec<(Self, &'e str)> {
        match expression {
            Expression::Indicator(name) => vec![(self.clone(), text(name))],
            Expression::Quantity(_) => Vec::new(),
            Expression::Negate(inner, _) => self.leaves(inner),
            Expression::Query(inner) => {
                self.inner(inner).map_or(Vec::new(), |context| context.leaves(&inner.expression))
            }
            Expression::Sum(terms, _) => terms.iter().flat_map(|(_, e)| self.leaves(e)).collect(),
            Expression::Product(factors, _) => {
                factors.iter().flat_map(|(_, e)| self.leaves(e)).collect()
            }
        }
    }
}
