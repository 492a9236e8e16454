//! What regions themselves have: stored figures, sums of them over time, ratios of them.

use std::collections::{BTreeMap, BTreeSet};

use milepost::{Date, Frequency, Indicator, Kind, Period, Strength};

use super::map::{Id, Map};
use crate::oracle::facts::{Fact, World};
use crate::oracle::rational::Rational;
use crate::oracle::series::conversion;

/// How many members have a figure, of how many.
pub(crate) type Coverage = (usize, usize);

/// A figure with what qualifies it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    /// The figure, the numerator, or the figure times its weight.
    pub(crate) above: Rational,
    /// The denominator or the weight; `None` of what is added up.
    pub(crate) below: Option<Rational>,
    /// The weakest status used.
    pub(crate) strength: Strength,
    /// The latest publication used; none of what is put together from regions.
    pub(crate) published: Option<Date>,
    /// `None` of what was not added up.
    pub(crate) coverage: Option<Coverage>,
}

impl Figure {
    /// What nothing adds up to.
    pub(crate) fn nothing() -> Self {
        Self {
            above: Rational::ZERO,
            below: None,
            strength: Strength::Actual,
            published: None,
            coverage: None,
        }
    }

    /// Both together, with the worse coverage.
    pub(crate) fn plus(self, other: Self) -> Self {
        let below = self.below.into_iter().chain(other.below).reduce(|sum, below| sum + below);
        Self {
            above: self.above + other.above,
            below,
            strength: self.strength.max(other.strength),
            published: self.published.max(other.published),
            coverage: worse(self.coverage, other.coverage),
        }
    }

    /// One without the other, as good as both.
    pub(crate) fn minus(self, other: Self) -> Self {
        let below = other.below.map(|below| -below);
        self.plus(Self { above: -other.above, below, ..other })
    }

    pub(crate) fn covered(self, coverage: Option<Coverage>) -> Self {
        Self { coverage, ..self }
    }

    /// Whether nothing lacks in it.
    pub(crate) fn is_whole(&self) -> bool {
        self.coverage.is_none_or(|(present, expected)| present == expected)
    }
}

/// The smaller share.
pub(crate) fn worse(left: Option<Coverage>, right: Option<Coverage>) -> Option<Coverage> {
    match (left, right) {
        (Some(left), Some(right)) => {
            Some(if left.0 * right.1 < right.0 * left.1 { left } else { right })
        }
        (left, right) => left.or(right),
    }
}

/// How figures of several regions make one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule<'w> {
    Sum,
    /// The sum of numerators over the sum of denominators, times a factor.
    Quotient(&'w Indicator, &'w Indicator, Rational),
    /// The mean by weight.
    Mean(&'w Indicator),
}

/// A world and what its sentences admit.
pub(crate) struct Figures<'w> {
    pub(crate) world: &'w World,
    pub(crate) map: Map<'w>,
    admitted: BTreeMap<(&'w str, Id), Vec<&'w Fact>>,
}

impl<'w> Figures<'w> {
    pub(crate) fn new(world: &'w World, statuses: &BTreeSet<Strength>) -> Self {
        let map = Map::new(world);
        let mut admitted: BTreeMap<(&str, Id), Vec<&Fact>> = BTreeMap::new();
        for fact in world.facts.iter().filter(|fact| statuses.contains(&fact.strength())) {
            let region = map.version(fact.region).expect("a known version");
            admitted.entry((fact.indicator, region)).or_default().push(fact);
        }
        Self { world, map, admitted }
    }

    /// Whether only the close of a period matters.
    pub(crate) fn at_closes(&self, indicator: &Indicator) -> bool {
        match (indicator.kind, self.parts(indicator)) {
            (Some(Kind::Stock), _) | (Some(Kind::Ratio), None) => true,
            (Some(Kind::Ratio), Some((above, below, _))) => {
                self.at_closes(above) && self.at_closes(below)
            }
            _ => false,
        }
    }

    /// The numerator and the denominator of a ratio, and the factor to its unit.
    fn parts(&self, indicator: &Indicator) -> Option<(&'w Indicator, &'w Indicator, Rational)> {
        let above = self.world.indicator(indicator.numerator.as_deref()?);
        let below = self.world.indicator(indicator.denominator.as_deref()?);
        let unit = above.parsed_unit()?.divide(&below.parsed_unit()?);
        Some((above, below, conversion(&unit, &indicator.parsed_unit()?).ok()?))
    }

    /// How figures of several regions make one, where the kind says so.
    pub(crate) fn rule(&self, indicator: &Indicator) -> Option<Rule<'w>> {
        match indicator.kind? {
            Kind::Stock | Kind::Flow => Some(Rule::Sum),
            Kind::Ratio if indicator.numerator.is_some() => {
                let (above, below, factor) = self.parts(indicator)?;
                Some(Rule::Quotient(above, below, factor))
            }
            _ => Some(Rule::Mean(self.world.indicator(indicator.weight.as_deref()?))),
        }
    }

    /// The periods under which a region has figures.
    pub(crate) fn labels(&self, indicator: &Indicator, region: Id) -> BTreeSet<Period> {
        let facts = self.admitted.get(&(indicator.name.as_str(), region)).into_iter().flatten();
        facts.map(|fact| fact.period).collect()
    }

    /// What is stored of any of some versions for a period, or for what holds at a close under any
    /// label of that close: the strongest figure, then that of the period's own label, then the
    /// one known last.
    fn stored(&self, indicator: &Indicator, versions: &[Id], period: Period) -> Option<Figure> {
        let at_closes = self.at_closes(indicator);
        let holds = |fact: &&&Fact| {
            fact.period == period || at_closes && fact.period.last_day() == period.last_day()
        };
        let facts = |id: &Id| self.admitted.get(&(indicator.name.as_str(), *id));
        let facts = versions.iter().filter_map(facts).flatten().filter(holds);
        let rank = |fact: &&&Fact| {
            (fact.strength(), fact.period != period, std::cmp::Reverse(fact.published))
        };
        let best = facts.min_by_key(rank)?;
        Some(Figure {
            above: Rational::from(best.value?),
            strength: best.strength(),
            published: Some(best.published),
            ..Figure::nothing()
        })
    }

    /// What is stored of any of some versions for a period, or for periods that it consists of.
    fn accrued(&self, indicator: &Indicator, versions: &[Id], period: Period) -> Option<Figure> {
        let stored = |period| self.stored(indicator, versions, period);
        let at_once = stored(period);
        if at_once.is_some() || indicator.kind != Some(Kind::Flow) {
            return at_once;
        }
        Frequency::ALL.into_iter().find_map(|frequency| {
            let parts: Vec<Period> = period.subperiods(frequency)?.collect();
            let figures: Option<Vec<Figure>> = parts.iter().map(|part| stored(*part)).collect();
            let figures = figures.filter(|_| parts.len() > 1)?;
            let sum = figures.iter().fold(Figure::nothing(), |sum, part| sum.plus(*part));
            Some(sum.covered(Some((parts.len(), parts.len()))))
        })
    }

    /// Of the periods that make up another one, how many are stored.
    pub(crate) fn begun(
        &self,
        indicator: &Indicator,
        region: Id,
        period: Period,
    ) -> impl Iterator<Item = Coverage> {
        let (versions, _) = self.map.same_ground(region);
        Frequency::ALL.into_iter().filter_map(move |frequency| {
            let parts: Vec<Period> = period.subperiods(frequency)?.collect();
            let stored = |part: &&Period| self.stored(indicator, &versions, **part).is_some();
            let present = parts.iter().filter(stored).count();
            (present > 0 && present < parts.len()).then_some((present, parts.len()))
        })
    }

    /// The figure of a region, be it that of the same ground under an earlier name.
    fn of_ground(&self, indicator: &Indicator, region: Id, period: Period) -> Option<Figure> {
        self.accrued(indicator, &self.map.same_ground(region).0, period)
    }

    /// A region's own figure: published, or of what it published itself.
    pub(crate) fn own(&self, indicator: &Indicator, region: Id, period: Period) -> Option<Figure> {
        let published = self.of_ground(indicator, region, period);
        let (None, Some(Rule::Quotient(above, below, factor))) = (published, self.rule(indicator))
        else {
            return published;
        };
        let above = self.of_ground(above, region, period)?;
        let below = self.of_ground(below, region, period)?;
        let both = above.plus(Figure { above: Rational::ZERO, ..below });
        Some(Figure { above: above.above * factor, below: Some(below.above), ..both })
    }

    /// What a region adds to a sum, as one member.
    pub(crate) fn member(
        &self,
        indicator: &Indicator,
        rule: Rule<'w>,
        region: Id,
        period: Period,
    ) -> Option<Figure> {
        let figure = match rule {
            Rule::Sum => self.stored(indicator, &[region], period)?,
            Rule::Quotient(above, below, factor) => {
                let above = self.accrued(above, &[region], period)?;
                let below = self.accrued(below, &[region], period)?;
                let both = above.plus(below);
                Figure { above: above.above * factor, below: Some(below.above), ..both }
            }
            Rule::Mean(weight) => {
                let value = self.stored(indicator, &[region], period)?;
                let weight = self.accrued(weight, &[region], period)?;
                let both = value.plus(weight);
                Figure { above: value.above * weight.above, below: Some(weight.above), ..both }
            }
        };
        Some(Figure { published: None, coverage: None, ..figure })
    }

    /// The denominator or the weight that a member has, with or without a figure.
    pub(crate) fn below(&self, rule: Rule<'w>, region: Id, period: Period) -> Option<Rational> {
        match rule {
            Rule::Sum => None,
            Rule::Quotient(_, below, _) | Rule::Mean(below) => {
                self.accrued(below, &[region], period).map(|below| below.above)
            }
        }
    }

    /// What a region has over a period in all, as part of a sum of regions.
    pub(crate) fn whole(
        &self,
        indicator: &Indicator,
        rule: Rule<'w>,
        region: Id,
        period: Period,
    ) -> Option<Figure> {
        let (versions, _) = self.map.same_ground(region);
        let figure = if matches!(rule, Rule::Sum) {
            self.accrued(indicator, &versions, period)
        } else {
            let of = |id: &Id| self.member(indicator, rule, *id, period);
            versions.iter().filter_map(of).min_by_key(|figure| figure.strength)
        };
        figure.map(|figure| Figure { published: None, coverage: None, ..figure })
    }
}
