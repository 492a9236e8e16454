//! Figures of an area from those of its members: what lies in it, what covered the same ground
//! before, or the regions that a sentence adds up.

mod cut;
mod matched;
mod members;
mod peers;
mod rule;
mod tally;
mod trace;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use milepost_model::{Catalogue, Date, Frequency, Period, Precision, RegionId};

use crate::answer::{Coverage, MissingReason, Origin, Reading, Undefined};
use crate::area::{self, Area};
use crate::index::Index;
use crate::labels::Labels;
use crate::measure::{in_range, scaled};
use crate::names;
use crate::reader::Places;

use cut::Cut;
pub(crate) use cut::Layer;
use matched::Unit;
use tally::{Part, Tally};

pub(crate) use members::{NAMED_MAX, Source};
pub(crate) use peers::{Peers, Slot};
pub(crate) use rule::Rule;
pub(crate) use tally::Completeness;

/// The figures of one indicator over an area.
///
/// Of the cuts below a region the nearest that is complete is added up, otherwise the one that
/// covers most. The members of a cut are those of one day; earlier figures come from the regions
/// that covered the same ground, exactly. Figures are read when a period is asked for.
#[derive(Debug)]
pub(crate) struct Rollup {
    area: Area,
    rule: Rule,
    completeness: Completeness,
    /// The day whose boundaries hold.
    boundaries: Date,
    /// The regions that are put together beside this one.
    peers: Option<Rc<Peers>>,
    cuts: RefCell<BTreeMap<RegionId, Rc<Vec<Cut>>>>,
    read: RefCell<BTreeMap<Period, Result<Reading, MissingReason>>>,
    /// The periods that may have a figure.
    candidates: OnceCell<Arc<Labels>>,
    /// What `matched` leaves.
    matched: RefCell<Option<Vec<Unit>>>,
}

/// A figure of a region: its own, or put together.
#[derive(Clone, Copy, Debug)]
struct Figure {
    part: Part,
    /// None for its own.
    coverage: Option<Coverage>,
}

/// Regions, alone or with those that share their past.
struct Piece {
    members: Vec<RegionId>,
    /// Those that had their ground at the period; none where that cannot be told.
    parts: Vec<RegionId>,
    /// The figures of the parts, if all have one.
    figures: Option<Vec<Figure>>,
}

impl Rollup {
    pub(crate) fn new(
        area: Area,
        rule: Rule,
        completeness: Completeness,
        boundaries: Date,
        peers: Option<Rc<Peers>>,
    ) -> Self {
        Self {
            area,
            rule,
            completeness,
            boundaries,
            peers,
            cuts: RefCell::default(),
            read: RefCell::default(),
            candidates: OnceCell::new(),
            matched: RefCell::default(),
        }
    }

    fn catalogue(&self) -> &Catalogue {
        self.rule.first().snapshot.catalogue()
    }

    /// How much of a sum has to be there.
    pub(crate) fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// The figure of a period.
    ///
    /// # Errors
    ///
    /// `incomplete` where too few members have one, `boundary break` where the ground cannot be
    /// followed back, `no data` where no member has one.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        if let Some(known) = self.read.borrow().get(&period) {
            return known.clone();
        }
        let reading = self.find(period).and_then(|figure| self.reading(period, &figure));
        self.read.borrow_mut().insert(period, reading.clone());
        reading
    }

    /// The figure of a region from what lies in it or came before it, even where it has its own.
    ///
    /// # Errors
    ///
    /// Those of [`Rollup::read`].
    pub(crate) fn members_only(&self, period: Period) -> Result<Reading, MissingReason> {
        let region = self.area.region().ok_or(MissingReason::NoData)?;
        let from = self.catalogue().outline(region).valid_from;
        let figure = if from.is_some_and(|from| period.last_day() < from) {
            self.before(region, period)?
        } else {
            self.below(&self.cuts_of(region), period)?
        };
        self.reading(period, &figure)
    }

    fn find(&self, period: Period) -> Result<Figure, MissingReason> {
        match self.matched.borrow().as_ref() {
            Some(units) => self.find_matched(units, period),
            None => self.of_names(&self.area.names, period),
        }
    }

    fn reading(&self, period: Period, figure: &Figure) -> Result<Reading, MissingReason> {
        let Part { above, below, status, strength, exact } = figure.part;
        let value = match self.rule.power() {
            None => above,
            Some(_) if below.is_zero() => return Err(Undefined::DivisorZero.into()),
            Some(power) => scaled(in_range(above.checked_div(below))?, power)?,
        };
        let precision = if exact { Precision::Exact } else { Precision::About };
        Ok(Reading {
            period,
            value,
            status,
            strength,
            precision,
            published: None,
            coverage: figure.coverage,
            origin: Origin::Regions,
        })
    }

    /// The figure of a region: its own, that of what lies in it, or that of its predecessors.
    fn figure(&self, region: RegionId, period: Period) -> Result<Figure, MissingReason> {
        if let Some(part) = self.own(region, period)? {
            return Ok(Figure { part, coverage: None });
        }
        let record = self.catalogue().outline(region);
        let close = period.last_day();
        if record.valid_from.is_some_and(|from| close < from) {
            return self.before(region, period);
        }
        if record.valid_to.is_some_and(|to| to <= close) {
            return Err(MissingReason::NoData);
        }
        let below = self.below(&self.cuts_of(region), period);
        if !self.rule.accrues() || record.valid_from.is_none_or(|from| from <= period.first_day()) {
            return below;
        }
        self.across_a_change(region, period, below)
    }

    /// What accrued over a period within which a region was drawn: sub-period by sub-period, of
    /// those that had its ground before and of its own, where that covers more than what is known.
    fn across_a_change(
        &self,
        region: RegionId,
        period: Period,
        known: Result<Figure, MissingReason>,
    ) -> Result<Figure, MissingReason> {
        let mut best = known;
        for frequency in Frequency::ALL {
            let parts: Vec<Period> = period.subperiods(frequency).into_iter().flatten().collect();
            if parts.len() < 2 {
                continue;
            }
            let mut sum = Figure { part: Part::nothing(), coverage: None };
            let in_turn = parts.into_iter().try_for_each(|part| {
                let figure = self.figure(region, part)?;
                sum.part = sum.part.plus(&figure.part)?;
                sum.coverage = Coverage::worse(sum.coverage, figure.coverage);
                Ok::<(), MissingReason>(())
            });
            let more = match &best {
                Ok(best) => best.coverage.is_some_and(|best| is_worse(best, sum.coverage)),
                Err(_) => true,
            };
            if in_turn.is_ok() && more {
                best = Ok(sum);
            }
        }
        best
    }

    /// A region's own figure, or that of the same ground under an earlier name: stored under the
    /// period or, of what accrues, under periods that make it up.
    fn own(&self, region: RegionId, period: Period) -> Result<Option<Part>, Undefined> {
        let versions = names::territory(self.catalogue(), region).versions;
        let labels = self.rule.labels(&versions);
        let at = |period| {
            let places = self.rule.places(&labels, period);
            let stored = versions.iter().map(|version| self.rule.part(*version, &places));
            let stored: Vec<Option<Part>> = stored.collect::<Result<_, _>>()?;
            // Of equally strong figures that of the first version counts.
            Ok(stored.into_iter().flatten().min_by_key(|part| part.strength))
        };
        let whole = at(period)?;
        if whole.is_some() || !self.rule.accrues() {
            return Ok(whole);
        }
        for parts in self.rule.sub_periods(&labels, period) {
            let parts: Result<Option<Vec<Part>>, _> = parts.into_iter().map(at).collect();
            if let Some(parts) = parts? {
                let sum = parts.iter().try_fold(Part::nothing(), Part::plus);
                return sum.map(Some);
            }
        }
        Ok(None)
    }

    /// The figure of a region before it existed: all of its predecessors, where they covered the
    /// same ground.
    fn before(&self, region: RegionId, period: Period) -> Result<Figure, MissingReason> {
        let known = |id| matches!(self.own(id, period), Ok(Some(_)));
        let traced = trace::trace(self.catalogue(), &[region], period.last_day(), known);
        let Some(group) = traced.groups.first() else {
            let is_break = !traced.broken.is_empty();
            return Err(if is_break {
                MissingReason::BoundaryBreak
            } else {
                MissingReason::NoData
            });
        };
        let mut tally = Tally::of(group.parts.len());
        let mut coverage = None;
        let mut why = MissingReason::NoData;
        for part in &group.parts {
            match self.figure(*part, period) {
                Ok(figure) => {
                    tally.add(&figure.part, 1)?;
                    coverage = Coverage::worse(coverage, figure.coverage);
                }
                Err(reason) => why = reason,
            }
        }
        match tally.coverage.present {
            _ if tally.is_complete() => {
                let coverage = Coverage::worse(Some(tally.coverage), coverage);
                Ok(Figure { part: tally.part, coverage })
            }
            0 => Err(why),
            _ => Err(MissingReason::Incomplete(tally.coverage)),
        }
    }

    /// Several regions as one.
    fn together(&self, names: &[RegionId], period: Period) -> Result<Figure, MissingReason> {
        let mut tally = Tally::of(names.len());
        let mut coverage = Coverage { present: 0, expected: 0 };
        let (pieces, is_break) = self.pieces(names, period);
        for Piece { members, parts, figures } in &pieces {
            let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
            let Some(figures) = figures else {
                coverage = coverage.and(Coverage { present: 0, expected: count });
                let labels = self.rule.labels(parts);
                let places = self.rule.places(&labels, period);
                for below in parts.iter().filter_map(|part| self.rule.below(*part, &places)) {
                    tally.add_below(below)?;
                }
                continue;
            };
            let mut sum = Part::nothing();
            let mut put_together = None;
            for figure in figures {
                sum = sum.plus(&figure.part)?;
                put_together = Coverage::worse(put_together, figure.coverage);
            }
            let whole = Coverage { present: count, expected: count };
            coverage = coverage.and(put_together.unwrap_or(whole));
            tally.add_below(sum.below)?;
            tally.add(&sum, members.len())?;
        }
        self.if_enough(&tally, Some(coverage))
            .map_err(|reason| if is_break { MissingReason::BoundaryBreak } else { reason })
    }

    /// Regions, alone or with those that share their past, each with the figures that make theirs
    /// if all are there; and whether the ground of some cannot be followed back.
    fn pieces(&self, names: &[RegionId], period: Period) -> (Vec<Piece>, bool) {
        let known = |id| matches!(self.own(id, period), Ok(Some(_)));
        let traced = trace::trace(self.catalogue(), names, period.last_day(), known);
        let piece = |members: Vec<RegionId>, parts: Vec<RegionId>| {
            let figures = parts.iter().map(|part| self.figure(*part, period).ok()).collect();
            Piece { members, parts, figures }
        };
        let same = traced.same.into_iter().map(|id| piece(vec![id], vec![id]));
        let groups = traced.groups.into_iter().map(|group| piece(group.members, group.parts));
        let is_break = !traced.broken.is_empty();
        let lost = traced.broken.into_iter().chain(traced.new);
        let lost = lost.map(|id| Piece { members: vec![id], parts: Vec::new(), figures: None });
        (same.chain(groups).chain(lost).collect(), is_break)
    }

    fn if_enough(
        &self,
        tally: &Tally,
        coverage: Option<Coverage>,
    ) -> Result<Figure, MissingReason> {
        if tally.coverage.present == 0 {
            return Err(MissingReason::NoData);
        }
        let share = self.completeness.covers(tally.part.below, tally.whole_below);
        if self.completeness.is_met(tally.coverage) && share {
            return Ok(Figure { part: tally.part, coverage });
        }
        Err(MissingReason::Incomplete(tally.coverage))
    }

    /// Regions without those that are left out. Where all have published figures, the difference;
    /// otherwise the members that lie outside.
    fn rest(&self, names: &[RegionId], period: Period) -> Result<Figure, MissingReason> {
        let mut rest: Option<Figure> = None;
        for name in names {
            let day = area::day_within(self.catalogue(), *name, self.boundaries);
            let left_out = self.left_out(*name, day);
            let figure = if let Some(part) = self.own(*name, period)? {
                self.less(Figure { part, coverage: None }, &left_out, period)?
            } else {
                self.outside(*name, &left_out, day, period)?
            };
            rest = Some(match rest {
                None => figure,
                Some(rest) => Figure {
                    part: rest.part.plus(&figure.part)?,
                    coverage: Coverage::worse(rest.coverage, figure.coverage),
                },
            });
        }
        rest.ok_or(MissingReason::NoData)
    }

    /// What is left out of a region.
    fn left_out(&self, name: RegionId, day: Date) -> Vec<RegionId> {
        let inside = |id: &RegionId| area::lies_in(self.catalogue(), *id, name, day);
        self.area.except.iter().copied().filter(inside).collect()
    }

    /// What lies in a region and not in others: members outside, where the cut tells them apart,
    /// or the difference.
    fn outside(
        &self,
        name: RegionId,
        left_out: &[RegionId],
        day: Date,
        period: Period,
    ) -> Result<Figure, MissingReason> {
        let cuts = self.cuts_outside(name, left_out, day);
        let outside = self.below(&cuts, period);
        if outside.is_ok() {
            return outside;
        }
        let whole = self.figure(name, period).or(outside)?;
        self.less(whole, left_out, period)
    }

    /// The members outside of each cut that tells them from what is left out.
    fn cuts_outside(&self, name: RegionId, left_out: &[RegionId], day: Date) -> Vec<Cut> {
        let lies_in =
            |id: RegionId, other: RegionId| area::lies_in(self.catalogue(), id, other, day);
        let mut cuts = Vec::new();
        for cut in self.cuts_of(name).iter() {
            let whole = left_out
                .iter()
                .all(|out| *out == name || cut.members.iter().any(|member| lies_in(*member, *out)));
            if whole {
                let mut members = cut.members.to_vec();
                members.retain(|member| !left_out.iter().any(|out| lies_in(*member, *out)));
                cuts.push(cut.with(members));
            }
        }
        cuts
    }

    /// A figure less those of regions that are left out, all of which must be whole.
    fn less(
        &self,
        mut figure: Figure,
        left_out: &[RegionId],
        period: Period,
    ) -> Result<Figure, MissingReason> {
        for region in left_out {
            let out = self.figure(*region, period)?;
            if let Some(coverage) = out.coverage.filter(|c| c.present < c.expected) {
                return Err(MissingReason::Incomplete(coverage));
            }
            figure.part = figure.part.minus(&out.part)?;
        }
        Ok(figure)
    }

    /// The cuts below a region on the day of the boundaries.
    fn cuts_of(&self, region: RegionId) -> Rc<Vec<Cut>> {
        if let Some(cuts) = self.cuts.borrow().get(&region) {
            return Rc::clone(cuts);
        }
        let catalogue = self.catalogue();
        let cuts = cuts_below(&self.rule.first().index, catalogue, region, self.boundaries);
        let cuts = cuts.iter().enumerate().map(|(depth, layer)| {
            let peers = self.peers.as_ref();
            let slot = peers.and_then(|peers| Slot::of(peers, region, self.boundaries, depth));
            Cut::new(layer, &self.rule, slot)
        });
        let cuts: Rc<Vec<Cut>> = Rc::new(cuts.collect());
        self.cuts.borrow_mut().insert(region, Rc::clone(&cuts));
        cuts
    }

    /// Of some cuts the first that is complete, otherwise the one that covers most.
    fn below(&self, cuts: &[Cut], period: Period) -> Result<Figure, MissingReason> {
        let mut best: Result<Figure, MissingReason> = Err(MissingReason::NoData);
        for cut in cuts {
            match (self.of_cut(cut, period), &best) {
                (Ok(Some(figure)), best_yet) => {
                    let is_complete = figure
                        .coverage
                        .is_none_or(|coverage| coverage.present == coverage.expected);
                    if is_complete {
                        return Ok(figure);
                    }
                    let other = best_yet.as_ref().ok().and_then(|other| other.coverage);
                    if other.is_none_or(|other| is_worse(other, figure.coverage)) {
                        best = Ok(figure);
                    }
                }
                (Err(MissingReason::Incomplete(coverage)), Err(reason)) => {
                    let other = match reason {
                        MissingReason::Incomplete(other) => Some(*other),
                        _ => None,
                    };
                    if other.is_none_or(|other| is_worse(other, Some(coverage))) {
                        best = Err(MissingReason::Incomplete(coverage));
                    }
                }
                (Err(reason), Err(MissingReason::NoData)) => best = Err(reason),
                (Ok(None) | Err(_), _) => {}
            }
        }
        best
    }

    /// The members of a cut added up, at the period itself or, for what accrues, over periods that
    /// make it up, whichever covers more; None where no member has any figure.
    fn of_cut(&self, cut: &Cut, period: Period) -> Result<Option<Figure>, MissingReason> {
        let at_once = self.tally(cut, period)?;
        let mut found = (at_once.coverage.present > 0)
            .then(|| self.if_enough(&at_once, Some(at_once.coverage)));
        if self.rule.accrues() && !at_once.is_complete() {
            for parts in self.rule.sub_periods(&cut.labels, period) {
                let sum = self.in_turn(cut, &parts);
                let better = match (&found, &sum) {
                    (None, _) | (Some(Err(_)), Ok(_)) => true,
                    (Some(Ok(found)), Ok(sum)) => {
                        found.coverage.is_some_and(|found| is_worse(found, sum.coverage))
                    }
                    (Some(_), Err(_)) => false,
                };
                if better {
                    found = Some(sum);
                }
            }
        }
        found.transpose()
    }

    fn in_turn(&self, cut: &Cut, periods: &[Period]) -> Result<Figure, MissingReason> {
        let mut sum = Figure { part: Part::nothing(), coverage: None };
        for period in periods {
            let tally = self.tally(cut, *period)?;
            let figure = self.if_enough(&tally, Some(tally.coverage))?;
            sum.part = sum.part.plus(&figure.part)?;
            sum.coverage = Coverage::worse(sum.coverage, figure.coverage);
        }
        Ok(sum)
    }

    /// The members of a cut that have a figure of their own at a period, added up.
    fn tally(&self, cut: &Cut, period: Period) -> Result<Tally, Undefined> {
        let places = self.rule.places(&cut.labels, period);
        let mut tally = Tally::of(cut.members.len());
        if places.iter().all(Places::is_empty) {
            return Ok(tally);
        }
        if cut.begins <= period.last_day() {
            self.rule.add(&cut.members, cut.slot.as_ref(), &places, &mut tally)?;
            return Ok(tally);
        }
        let part = |id: RegionId| self.rule.part(id, &places);
        let known = |id| matches!(part(id), Ok(Some(_)));
        let traced = trace::trace(self.catalogue(), &cut.members, period.last_day(), known);
        self.rule.add(&traced.same, None, &places, &mut tally)?;
        for group in traced.groups {
            let mut own = Tally::of(group.parts.len());
            self.rule.add(&group.parts, None, &places, &mut own)?;
            tally.add_below(own.whole_below)?;
            if own.is_complete() {
                tally.add(&own.part, group.members.len())?;
            }
        }
        Ok(tally)
    }
}

/// The members of each cut below a region on the day of the boundaries.
pub(crate) fn cuts_below(
    index: &Index,
    catalogue: &Catalogue,
    region: RegionId,
    boundaries: Date,
) -> Arc<Vec<Arc<Layer>>> {
    let day = area::day_within(catalogue, region, boundaries);
    index.cuts(catalogue, (region, day), || cut::cuts(catalogue, region, day))
}

fn is_worse(coverage: Coverage, other: Option<Coverage>) -> bool {
    Coverage::worse(Some(coverage), other) == Some(coverage) && other != Some(coverage)
}
