//! What an expression is worth at a period, in one region: loops over the facts.

use std::collections::BTreeSet;

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
    /// Whether a zero from before the beginning of an indicator was used.
    pub(crate) unbegun: bool,
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

/// Every reason that holds: where two figures are missing, an answer may tell either.
pub(crate) type Why = BTreeSet<Missing>;

/// The question has no answer at all; both sides must say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

impl Figure {
    /// A number that stands for itself.
    pub(crate) fn constant(value: Rational) -> Self {
        let (strength, status) = (Strength::Actual, Status::ACTUAL);
        Self { value, strength, status, published: None, unbegun: false }
    }

    /// The zero of an indicator that has not begun.
    fn unbegun() -> Self {
        Self { unbegun: true, ..Self::constant(Rational::ZERO) }
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
            unbegun: self.unbegun || other.unbegun,
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

    /// The figures of all operands, or every reason why some are missing.
    fn all<'e>(
        &self,
        operands: impl Iterator<Item = &'e Expression>,
        at: Period,
    ) -> Result<Vec<Figure>, Why> {
        let mut figures = Vec::new();
        let mut why = Why::new();
        for operand in operands {
            match self.figure(operand, at) {
                Ok(figure) => figures.push(figure),
                Err(reasons) => why.extend(reasons),
            }
        }
        if why.is_empty() { Ok(figures) } else { Err(why) }
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

    /// The figure of an indicator: published, rolled up, computed from parts, or the structural
    /// zero before it begins.
    pub(crate) fn indicator(&self, name: &str, at: Period) -> Result<Figure, Why> {
        if self.fill.is_some() {
            return self.filled(name, at);
        }
        let indicator = self.world.indicator(name);
        let found = match indicator.kind {
            None | Some(Kind::Index | Kind::Intensity) => self.stored(name, at),
            Some(Kind::Flow) => self.flow(name, at),
            Some(Kind::Stock) => self.at_close(name, at),
            Some(Kind::Ratio) => self.ratio(indicator, at),
        };
        let before = indicator.begins.is_some_and(|begins| at.last_day() < begins);
        match found {
            Err(_) if before => Ok(Figure::unbegun()),
            Err(why) if why.contains(&Missing::NoData) || self.known.is_some() => {
                let place = place(&self.periods_of(name), at);
                let inside =
                    |fact: &Fact| at.covers(fact.period) || at.last_day() == fact.period.last_day();
                let later = self.facts(name).any(|fact| {
                    inside(fact) && self.known.is_some_and(|known| known < fact.published)
                });
                let unknown = later.then_some(Missing::NotKnownThen);
                let others = why.into_iter().filter(|why| *why != Missing::NoData);
                Err(others.chain([place]).chain(unknown).collect())
            }
            found => found,
        }
    }

    /// The facts of a series.
    pub(crate) fn facts<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Fact> {
        self.world.series(name, self.region).iter()
    }

    /// What is stored for exactly that period: the strongest admitted status, of the latest
    /// publication, among what was known and is not withdrawn.
    pub(crate) fn stored(&self, name: &str, at: Period) -> Result<Figure, Why> {
        let all: Vec<&Fact> = self.facts(name).filter(|fact| fact.period == at).collect();
        if all.is_empty() {
            return Err(Why::from([Missing::NoData]));
        }
        let known: Vec<&Fact> =
            all.into_iter().filter(|fact| self.known.is_none_or(|k| fact.published <= k)).collect();
        if known.is_empty() {
            return Err(Why::from([Missing::NotKnownThen]));
        }
        let stands = |fact: &&Fact| {
            let superseded = |later: &&Fact| {
                later.target == fact.target
                    && later.value.is_none()
                    && later.published > fact.published
            };
            fact.value.is_some() && !known.iter().any(superseded)
        };
        let best = known
            .iter()
            .copied()
            .filter(stands)
            .filter(|fact| self.statuses.contains(&fact.strength()))
            .min_by_key(|fact| (fact.strength(), std::cmp::Reverse(fact.published)));
        let targets = self.statuses.contains(&Strength::Target);
        let withdrawn = || {
            [false, true].into_iter().any(|target| {
                let same = known.iter().filter(|fact| fact.target == target);
                let last = same.max_by_key(|fact| fact.published);
                (targets || !target) && last.is_some_and(|fact| fact.value.is_none())
            })
        };
        match best {
            Some(fact) => Ok(Figure {
                value: fact.value.map_or(Rational::ZERO, Rational::from),
                strength: fact.strength(),
                status: fact.status,
                published: Some(fact.published),
                unbegun: false,
            }),
            None if withdrawn() => Err(Why::from([Missing::Withdrawn])),
            None => Err(Why::from([Missing::NoData])),
        }
    }

    /// What holds at the period's close: of all labels of that close the strongest figure, the
    /// period's own before others.
    fn at_close(&self, name: &str, at: Period) -> Result<Figure, Why> {
        let labels: BTreeSet<Period> = self
            .facts(name)
            .map(|fact| fact.period)
            .filter(|period| period.last_day() == at.last_day())
            .collect();
        let found =
            labels.iter().filter_map(|label| Some((*label, self.stored(name, *label).ok()?)));
        let best = found.min_by_key(|(label, figure)| (figure.strength, *label != at));
        best.map(|(_, figure)| figure).ok_or_else(|| {
            let reasons: Why = labels
                .iter()
                .filter_map(|label| self.stored(name, *label).err())
                .flatten()
                .collect();
            if reasons.is_empty() { Why::from([Missing::NoData]) } else { reasons }
        })
    }

    /// What accrued over the period: published, or the sum of all its sub-periods.
    fn flow(&self, name: &str, at: Period) -> Result<Figure, Why> {
        if self.is_running_total(name) {
            return self.accrued(name, at);
        }
        let exact = self.stored(name, at);
        if exact.is_ok() {
            return exact;
        }
        let begins = self.world.indicator(name).begins;
        let mut best = None;
        for frequency in Frequency::ALL {
            let Some(parts) = at.subperiods(frequency) else { continue };
            let parts: Vec<Period> = parts.filter(|part| *part != at).collect();
            let figures: Vec<Figure> = parts
                .iter()
                .filter_map(|part| match self.stored(name, *part) {
                    Err(_) if begins.is_some_and(|begins| part.last_day() < begins) => {
                        Some(Figure::unbegun())
                    }
                    stored => stored.ok(),
                })
                .collect();
            if !parts.is_empty() && figures.len() == parts.len() {
                let zero = Figure::constant(Rational::ZERO);
                let sum = |sum: Figure, part: Figure| sum.combined(part, sum.value + part.value);
                return Ok(figures.into_iter().fold(zero, sum));
            }
            let published = figures.iter().any(|figure| figure.published.is_some());
            if published && best.is_none_or(|(present, _)| present < figures.len()) {
                best = Some((figures.len(), parts.len()));
            }
        }
        match (exact, best) {
            (_, Some((present, expected))) => {
                Err(Why::from([Missing::Incomplete(present, expected)]))
            }
            (missing, None) => missing,
        }
    }

    /// A published ratio, otherwise its numerator over its denominator.
    fn ratio(&self, indicator: &Indicator, at: Period) -> Result<Figure, Why> {
        let published = if self.accrues(&indicator.name) {
            self.stored(&indicator.name, at)
        } else {
            self.at_close(&indicator.name, at)
        };
        let (Some(above), Some(below)) = (&indicator.numerator, &indicator.denominator) else {
            return published;
        };
        if published.is_ok() {
            return published;
        }
        let plain = Self { fill: None, ..self.clone() };
        let parts = [above, below].map(|part| plain.indicator(part, at));
        let [Ok(numerator), Ok(denominator)] = parts else {
            let reasons = parts.into_iter().filter_map(Result::err).flatten();
            let own = published.err().unwrap_or_default();
            return Err(reasons.chain(own).chain([Missing::NoParts]).collect());
        };
        let unit = |name: &str| self.world.indicator(name).parsed_unit().unwrap_or_else(Unit::pure);
        let factor = conversion(&unit(above).divide(&unit(below)), &unit(&indicator.name))
            .map_err(|_| Why::from([Missing::NoParts]))?;
        let quotient = numerator.value.over(denominator.value);
        let quotient = quotient.ok_or_else(|| Why::from([Missing::Undefined]))?;
        Ok(numerator.combined(denominator, quotient * factor))
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
        let own = |period: &Period| self.stored(name, *period).is_ok();
        self.labels(name).into_iter().filter(own).collect()
    }

    /// The periods under which a series is stored.
    pub(crate) fn labels(&self, name: &str) -> BTreeSet<Period> {
        self.facts(name).map(|fact| fact.period).collect()
    }

    /// The periods in which an indicator has a figure of its own, published or from parts.
    pub(crate) fn periods_of(&self, name: &str) -> BTreeSet<Period> {
        let plain = Self { fill: None, ..self.clone() };
        let indicator = self.world.indicator(name);
        let mut periods = self.published(name);
        if let (Some(above), Some(below)) = (&indicator.numerator, &indicator.denominator) {
            let parts: Vec<Period> =
                [above, below].into_iter().flat_map(|part| self.periods_of(part)).collect();
            let own =
                |part: &String, at| plain.indicator(part, at).is_ok_and(|figure| !figure.unbegun);
            let both = |p: &Period| own(above, *p) && own(below, *p);
            periods.extend(parts.into_iter().filter(both));
        }
        periods
    }

    /// The periods in which every indicator of an expression has a figure, one for each close
    /// where only closes matter.
    pub(crate) fn periods(&self, expression: &Expression) -> BTreeSet<Period> {
        let leaves = self.leaves(expression);
        let all: BTreeSet<Period> =
            leaves.iter().flat_map(|(context, name)| context.periods_of(name)).collect();
        let known = |period: &Period| {
            leaves.iter().all(|(context, name)| {
                context.indicator(name, *period).is_ok_and(|figure| !figure.unbegun)
            })
        };
        let periods: BTreeSet<Period> = all.into_iter().filter(known).collect();
        if self.is_flow(expression) { periods } else { one_for_each_close(&periods) }
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
