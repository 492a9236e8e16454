//! Anchors: cuts of the line of closes, and the periods that they pick.

use std::collections::BTreeSet;

use milepost::{Date, Frequency, Period};
use milepost_lang::ast::{Anchor, Clauses};

use super::facts::World;
use super::rational::Rational;
use super::series::{Refused, text};

/// Where an anchor cuts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cut {
    /// Exactly that period.
    Exactly(Period),
    /// The last period that closes by that day.
    By(Date),
    /// The last period of all.
    Latest,
    /// The first period of all.
    First,
}

impl Cut {
    /// What an anchor says.
    pub(crate) fn of(world: &World, anchor: &Anchor) -> Result<Self, Refused> {
        Ok(match anchor {
            Anchor::Period(period, _) if period.frequency() == Some(Frequency::Day) => {
                Self::By(period.last_day())
            }
            Anchor::Period(period, _) => Self::Exactly(*period),
            Anchor::Name(name) => {
                Self::By(world.milestone(text(name)).opening().previous().ok_or(Refused)?)
            }
            Anchor::Latest(_) => Self::Latest,
            Anchor::First(_) => Self::First,
            Anchor::StartOf(inner, _) => Self::By(span(world, inner)?.0.previous().ok_or(Refused)?),
            Anchor::EndOf(inner, _) => Self::By(span(world, inner)?.1),
        })
    }

    /// `at or before`: a period's own close is enough.
    pub(crate) fn or_before(self) -> Self {
        match self {
            Self::Exactly(period) => Self::By(period.last_day()),
            other => other,
        }
    }

    /// What is picked among the periods that have a figure.
    pub(crate) fn pick(self, periods: &BTreeSet<Period>) -> Pick {
        match self {
            Self::Exactly(period) => Pick::Found(period),
            Self::By(day) => {
                let last = periods.iter().filter(|period| period.last_day() <= day).max();
                last.map_or(Pick::Before(day), |period| Pick::Found(*period))
            }
            Self::Latest => periods.iter().max().map_or(Pick::Nothing, |last| Pick::Found(*last)),
            Self::First => periods.iter().min().map_or(Pick::Nothing, |first| Pick::Found(*first)),
        }
    }
}

/// What a cut picks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pick {
    Found(Period),
    /// No period closes by that day.
    Before(Date),
    /// No period closes after the base.
    After,
    /// There is no period at all.
    Nothing,
}

impl Pick {
    pub(crate) fn found(self) -> Option<Period> {
        match self {
            Self::Found(period) => Some(period),
            _ => None,
        }
    }
}

/// The first and the last day of what an anchor names.
pub(crate) fn span(world: &World, anchor: &Anchor) -> Result<(Date, Date), Refused> {
    match anchor {
        Anchor::Period(period, _) => Ok((period.first_day(), period.last_day())),
        Anchor::Name(name) => {
            let milestone = world.milestone(text(name));
            Ok((milestone.opening(), milestone.close()))
        }
        Anchor::StartOf(inner, _) => span(world, inner).map(|(first, _)| (first, first)),
        Anchor::EndOf(inner, _) => span(world, inner).map(|(_, last)| (last, last)),
        Anchor::Latest(_) | Anchor::First(_) => Err(Refused),
    }
}

/// The longest calendar period, days aside, that the time clauses name.
pub(crate) fn named_frequency(clauses: &Clauses) -> Option<Frequency> {
    let between = clauses.between.iter().flat_map(|c| [&c.value.0, &c.value.1]);
    let single = [&clauses.since, &clauses.until, &clauses.during];
    let single = single.into_iter().flatten().map(|clause| &clause.value);
    let at = clauses.at.iter().filter(|at| !at.value.or_before).map(|at| &at.value.anchor);
    single
        .chain(between)
        .chain(at)
        .filter_map(|anchor| match anchor {
            Anchor::Period(period, _) => period.frequency(),
            _ => None,
        })
        .filter(|frequency| *frequency != Frequency::Day)
        .min()
}

/// The period that lies that far before another; the distance is a whole number of such periods.
pub(crate) fn before(end: Period, count: u32, frequency: Frequency) -> Result<Period, Refused> {
    let months = |frequency: Frequency| frequency.months().map(i32::from).ok_or(Refused);
    let count = i32::try_from(count).map_err(|_| Refused)?;
    let own = end.frequency().ok_or(Refused)?;
    if own == frequency {
        return end.checked_add(-count).ok_or(Refused);
    }
    let distance = count * months(frequency)?;
    let length = months(own)?;
    if distance % length != 0 {
        return Err(Refused);
    }
    end.checked_add(-distance / length).ok_or(Refused)
}

/// Years between two closes: whole months over 12, otherwise days over 365.2425.
pub(crate) fn years(from: Date, to: Date) -> Rational {
    if from.day() == to.day() || (from.is_month_end() && to.is_month_end()) {
        let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        Rational::new(i128::from(months(to) - months(from)), 12)
    } else {
        Rational::new(i128::from(to.day_number() - from.day_number()) * 10_000, 3_652_425)
    }
}
