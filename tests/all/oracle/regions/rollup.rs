//! Figures of an area that are put together from those of regions.

use std::collections::BTreeSet;

use milepost::{Date, Frequency, Indicator, Kind, Period};

use super::map::Id;
use super::own::{Coverage, Figure, Figures, Rule, worse};
use crate::oracle::rational::Rational;

/// Regions as one, without others that lie in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) names: Vec<Id>,
    pub(crate) except: Vec<Id>,
}

impl Area {
    pub(crate) fn one(region: Id) -> Self {
        Self { names: vec![region], except: Vec::new() }
    }

    pub(crate) fn region(&self) -> Option<Id> {
        match (self.names.as_slice(), self.except.as_slice()) {
            ([region], []) => Some(*region),
            _ => None,
        }
    }
}

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    NoData,
    NotYet,
    BeforeSeries,
    Incomplete(Coverage),
    Undefined,
    NoParts,
    NoParent,
    BoundaryBreak,
    /// No period could be chosen, for whatever reason.
    Nowhere,
}

/// Every reason that holds.
pub(crate) type Why = BTreeSet<Reason>;

pub(crate) fn because(reason: Reason) -> Why {
    Why::from([reason])
}

/// How an indicator's figures are put together.
#[derive(Clone, Copy)]
pub(crate) struct Rollup<'f> {
    pub(crate) figures: &'f Figures<'f>,
    pub(crate) indicator: &'f Indicator,
    pub(crate) rule: Rule<'f>,
    /// The day whose boundaries hold.
    pub(crate) boundaries: Date,
    /// The share of members that is enough.
    pub(crate) enough: (usize, usize),
}

/// What members have together.
struct Tally {
    sum: Figure,
    present: usize,
    expected: usize,
    /// The known denominators of all members.
    below: Rational,
}

impl Tally {
    fn of(expected: usize) -> Self {
        Self { sum: Figure::nothing(), present: 0, expected, below: Rational::ZERO }
    }

    fn add(&mut self, figure: Figure, members: usize) {
        self.sum = self.sum.plus(figure);
        self.present += members;
    }

    fn coverage(&self) -> Coverage {
        (self.present, self.expected)
    }
}

fn number(count: usize) -> Rational {
    Rational::from(i32::try_from(count).expect("a small count"))
}

/// Of two outcomes the one that covers more, the first of equal ones.
fn better(best: Option<Result<Figure, Why>>, other: Result<Figure, Why>) -> Result<Figure, Why> {
    let Some(best) = best else { return other };
    let share = |outcome: &Result<Figure, Why>| match outcome {
        Ok(figure) => figure.coverage.unwrap_or((1, 1)),
        Err(why) => why
            .iter()
            .find_map(|why| match why {
                Reason::Incomplete(coverage) => Some(*coverage),
                _ => None,
            })
            .unwrap_or((0, 1)),
    };
    let (left, right) = (share(&best), share(&other));
    let more = left.0 * right.1 < right.0 * left.1;
    match (&best, &other) {
        (Err(_), Ok(_)) => other,
        (Ok(_), Ok(_)) | (Err(_), Err(_)) if more => other,
        _ => best,
    }
}

impl Rollup<'_> {
    /// The figure of an area, put together.
    pub(crate) fn area(&self, area: &Area, period: Period) -> Result<Figure, Why> {
        match (area.region(), area.except.is_empty()) {
            (Some(region), _) => self.region(region, period),
            (None, true) => self.together(&area.names, period),
            (None, false) => self.without(area, period),
        }
    }

    fn own(&self, region: Id, period: Period) -> Option<Figure> {
        self.figures.whole(self.indicator, self.rule, region, period)
    }

    fn member(&self, region: Id, period: Period) -> Option<Figure> {
        self.figures.member(self.indicator, self.rule, region, period)
    }

    /// A region's own figure, that of what lies in it, or that of those before it.
    pub(crate) fn region(&self, region: Id, period: Period) -> Result<Figure, Why> {
        if let Some(own) = self.own(region, period) {
            return Ok(own);
        }
        let record = self.figures.map.region(region);
        let close = period.last_day();
        if record.valid_from.is_some_and(|from| close < from) {
            return self.before(region, period);
        }
        if record.valid_to.is_some_and(|to| to <= close) {
            return Err(because(Reason::NoData));
        }
        let below = self.below(&self.cuts(region), period);
        let drawn = record.valid_from.is_some_and(|from| period.first_day() < from);
        if !drawn || self.indicator.kind != Some(Kind::Flow) {
            return below;
        }
        // What accrued before a change within the period and after it.
        Frequency::ALL.into_iter().fold(below, |best, frequency| {
            let parts: Vec<Period> = period.subperiods(frequency).into_iter().flatten().collect();
            if parts.len() < 2 {
                return best;
            }
            let mut figures = parts.iter().map(|part| self.region(region, *part));
            let sum = figures.try_fold(Figure::nothing(), |sum, part| Ok(sum.plus(part?)));
            if sum.is_ok() { better(Some(best), sum) } else { best }
        })
    }

    fn cuts(&self, region: Id) -> Vec<Vec<Id>> {
        let map = &self.figures.map;
        map.cuts(region, map.day_within(region, self.boundaries))
    }

    /// All of those that had the ground before.
    fn before(&self, region: Id, period: Period) -> Result<Figure, Why> {
        let known = |id: Id| self.own(id, period).is_some();
        let ground = self.figures.map.ground(&[region], period.last_day(), &known);
        let Some((_, parts)) = ground.groups.first() else {
            let is_break = !ground.broken.is_empty();
            return Err(because(if is_break { Reason::BoundaryBreak } else { Reason::NoData }));
        };
        let mut tally = Tally::of(parts.len());
        let mut why = Why::new();
        for part in parts {
            match self.region(*part, period) {
                Ok(figure) => tally.add(figure, 1),
                Err(reasons) => why.extend(reasons),
            }
        }
        match tally.present {
            0 => Err(why),
            present if present == parts.len() => {
                Ok(tally.sum.covered(worse(Some(tally.coverage()), tally.sum.coverage)))
            }
            _ => Err(because(Reason::Incomplete(tally.coverage()))),
        }
    }

    /// Of the cuts the first that is whole, otherwise the one that covers most.
    fn below(&self, cuts: &[Vec<Id>], period: Period) -> Result<Figure, Why> {
        let mut best = None;
        for cut in cuts {
            let outcome = self.cut(cut, period);
            if outcome.as_ref().is_ok_and(Figure::is_whole) {
                return outcome;
            }
            best = Some(match (best, outcome) {
                // Of which sub-periods members lack, any may be told.
                (Some(Err(why)), Err(more)) if self.indicator.kind == Some(Kind::Flow) => {
                    Err(&why | &more)
                }
                (best, outcome) => better(best, outcome),
            });
        }
        best.unwrap_or_else(|| Err(because(Reason::NoData)))
    }

    /// The members of a cut at once or, of what accrues, sub-period by sub-period, whichever
    /// covers more.
    fn cut(&self, members: &[Id], period: Period) -> Result<Figure, Why> {
        let mut best = self.if_enough(&self.tally(members, period));
        let adds_up = self.indicator.kind == Some(Kind::Flow);
        if !adds_up || best.as_ref().is_ok_and(Figure::is_whole) {
            return best;
        }
        for frequency in Frequency::ALL {
            let parts: Vec<Period> = period.subperiods(frequency).into_iter().flatten().collect();
            if parts.len() > 1 {
                best = match (best, self.in_turn(members, &parts)) {
                    (Err(why), Err(more)) => Err(&why | &more),
                    (best, in_turn) => better(Some(best), in_turn),
                };
            }
        }
        best
    }

    fn in_turn(&self, members: &[Id], periods: &[Period]) -> Result<Figure, Why> {
        periods.iter().try_fold(Figure::nothing(), |sum, period| {
            self.if_enough(&self.tally(members, *period)).map(|figure| sum.plus(figure))
        })
    }

    /// The members that have a figure of their own, or had one between them before a change.
    fn tally(&self, members: &[Id], period: Period) -> Tally {
        let mut tally = Tally::of(members.len());
        let known = |id: Id| self.member(id, period).is_some();
        let below = |id: Id| self.figures.below(self.rule, id, period).unwrap_or(Rational::ZERO);
        let ground = self.figures.map.ground(members, period.last_day(), &known);
        for id in ground.same {
            tally.below = tally.below + below(id);
            if let Some(figure) = self.member(id, period) {
                tally.add(figure, 1);
            }
        }
        for (members, parts) in ground.groups {
            let figures: Option<Vec<Figure>> =
                parts.iter().map(|part| self.member(*part, period)).collect();
            tally.below = parts.iter().fold(tally.below, |sum, part| sum + below(*part));
            if let Some(figures) = figures {
                let sum = figures.into_iter().fold(Figure::nothing(), Figure::plus);
                tally.add(sum, members.len());
            }
        }
        tally
    }

    fn if_enough(&self, tally: &Tally) -> Result<Figure, Why> {
        if tally.present == 0 {
            return Err(because(Reason::NoData));
        }
        let (share, of) = self.enough;
        let members = tally.present * of >= tally.expected * share;
        let below = tally.sum.below.unwrap_or(Rational::ZERO);
        let denominators = below * number(of) >= tally.below * number(share);
        if members && denominators {
            return Ok(tally.sum.covered(Some(tally.coverage())));
        }
        Err(because(Reason::Incomplete(tally.coverage())))
    }

    /// Several regions as one: each is a member, and covers what it was put together from.
    fn together(&self, names: &[Id], period: Period) -> Result<Figure, Why> {
        let known = |id: Id| self.own(id, period).is_some();
        let ground = self.figures.map.ground(names, period.last_day(), &known);
        let same = ground.same.iter().map(|id| (1, vec![*id]));
        let groups = ground.groups.iter();
        let groups =
            groups.map(|(members, parts)| (members.len(), parts.iter().copied().collect()));
        let lost = ground.broken.iter().chain(&ground.new).map(|_| (1, Vec::new()));
        let mut tally = Tally::of(names.len());
        let mut covered = (0, 0);
        for (members, parts) in same.chain(groups).chain(lost) {
            let found: Vec<Figure> =
                parts.iter().filter_map(|part| self.region(*part, period).ok()).collect();
            let known = |id: &Id| self.figures.below(self.rule, *id, period);
            if found.is_empty() || found.len() < parts.len() {
                covered.1 += members;
                let below = parts.iter().filter_map(known);
                tally.below = below.fold(tally.below, |sum, below| sum + below);
                continue;
            }
            let sum = found.into_iter().fold(Figure::nothing(), Figure::plus);
            let (present, expected) = sum.coverage.unwrap_or((members, members));
            covered = (covered.0 + present, covered.1 + expected);
            tally.below = tally.below + sum.below.unwrap_or(Rational::ZERO);
            tally.add(sum, members);
        }
        self.if_enough(&tally).map(|figure| figure.covered(Some(covered))).map_err(|why| {
            if ground.broken.is_empty() { why } else { because(Reason::BoundaryBreak) }
        })
    }

    /// Regions without others: the difference where a region has its own figure, otherwise the
    /// members outside; where those are too few, the difference after all.
    fn without(&self, area: &Area, period: Period) -> Result<Figure, Why> {
        let map = &self.figures.map;
        let mut rest: Option<Figure> = None;
        for name in &area.names {
            let day = map.day_within(*name, self.boundaries);
            let out: Vec<Id> =
                area.except.iter().copied().filter(|id| map.lies_in(*id, *name, day)).collect();
            let figure = match self.own(*name, period) {
                Some(own) => self.less(own, &out, period)?,
                None => self.outside(*name, &out, day, period)?,
            };
            rest = Some(rest.map_or(figure, |rest| rest.plus(figure)));
        }
        rest.ok_or_else(|| because(Reason::NoData))
    }

    fn outside(&self, name: Id, out: &[Id], day: Date, period: Period) -> Result<Figure, Why> {
        let map = &self.figures.map;
        let mut cuts = self.cuts(name);
        let tells_apart = |cut: &Vec<Id>| {
            out.iter().all(|out| cut.iter().any(|member| map.lies_in(*member, *out, day)))
        };
        cuts.retain(tells_apart);
        for cut in &mut cuts {
            cut.retain(|member| !out.iter().any(|out| map.lies_in(*member, *out, day)));
        }
        self.below(&cuts, period).or_else(|why| {
            let whole = self.region(name, period).map_err(|_| why)?;
            self.less(whole, out, period)
        })
    }

    /// A figure less those of regions, of which nothing may lack.
    fn less(&self, figure: Figure, out: &[Id], period: Period) -> Result<Figure, Why> {
        let coverage = figure.coverage;
        let mut rest = figure;
        for region in out {
            let figure = self.region(*region, period)?;
            match figure.coverage {
                Some(coverage) if !figure.is_whole() => {
                    return Err(because(Reason::Incomplete(coverage)));
                }
                _ => rest = rest.minus(figure),
            }
        }
        Ok(rest.covered(coverage))
    }

    /// The cut of which most members have a figure at every one of some periods: those members, of
    /// how many.
    pub(crate) fn matched(&self, region: Id, periods: &[Period]) -> Option<(Vec<Id>, usize)> {
        let mut best: Option<(Vec<Id>, usize)> = None;
        for cut in self.cuts(region) {
            let present: Vec<BTreeSet<Id>> =
                periods.iter().map(|period| self.present(&cut, *period)).collect();
            if present.iter().all(BTreeSet::is_empty) {
                continue;
            }
            let all = cut.len();
            let kept = self.present_throughout(cut, periods);
            let more = best.as_ref().is_none_or(|(best, of)| kept.len() * of > best.len() * all);
            if more {
                best = Some((kept, all));
            }
        }
        best
    }

    /// Members that need one that goes, as they share its past, go with it.
    fn present_throughout(&self, mut members: Vec<Id>, periods: &[Period]) -> Vec<Id> {
        loop {
            let all = members.len();
            for period in periods {
                let present = self.present(&members, *period);
                members.retain(|id| present.contains(id));
            }
            if members.len() == all {
                return members;
            }
        }
    }

    fn present(&self, cut: &[Id], period: Period) -> BTreeSet<Id> {
        let mut best = self.present_at(cut, period);
        if self.indicator.kind != Some(Kind::Flow) {
            return best;
        }
        for frequency in Frequency::ALL {
            let parts = period.subperiods(frequency).into_iter().flatten();
            let each = parts.filter(|part| *part != period).map(|part| self.present_at(cut, part));
            let in_turn = each.reduce(|all, other| &all & &other).unwrap_or_default();
            if in_turn.len() > best.len() {
                best = in_turn;
            }
        }
        best
    }

    fn present_at(&self, cut: &[Id], period: Period) -> BTreeSet<Id> {
        let known = |id: Id| self.member(id, period).is_some();
        let ground = self.figures.map.ground(cut, period.last_day(), &known);
        let whole = |(_, parts): &&(BTreeSet<Id>, BTreeSet<Id>)| parts.iter().all(|id| known(*id));
        let groups = ground.groups.iter().filter(whole).flat_map(|(members, _)| members);
        ground.same.iter().filter(|id| known(**id)).chain(groups).copied().collect()
    }

    /// The figure of what `matched` leaves of a cut.
    pub(crate) fn of_matched(
        &self,
        (kept, of): &(Vec<Id>, usize),
        period: Period,
    ) -> Result<Figure, Why> {
        let figure = self.cut(kept, period)?;
        let (present, _) = figure.coverage.unwrap_or_default();
        if present * self.enough.1 < of * self.enough.0 {
            return Err(because(Reason::Incomplete((present, *of))));
        }
        Ok(figure.covered(Some((present, *of))))
    }
}
