//! `matched`: what is left of an area where only members count that are present throughout.

use std::collections::BTreeSet;

use milepost_model::{Period, RegionId};

use super::cut::Cut;
use super::tally::Tally;
use super::{Figure, Rollup, trace};
use crate::answer::{Coverage, MissingReason};
use crate::area;

/// Names of an area that can only be compared together, with what is left of them.
#[derive(Debug)]
pub(super) struct Unit {
    /// One, or several that share their past.
    names: Vec<RegionId>,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    /// Nothing lacks at any of the periods.
    All,
    /// These of all members.
    Some { cut: Cut, of: Vec<RegionId> },
    /// No figure at one of the periods, and nothing to narrow.
    Nothing,
}

impl Rollup {
    /// Narrows the area to the members that have a figure at every one of some periods.
    pub(crate) fn match_at(&self, periods: &[Period]) {
        self.unmatch();
        let units = self.units(periods).into_iter().map(|names| {
            let kept = self.kept(&names, periods);
            Unit { names, kept }
        });
        let mut units: Vec<Unit> = units.collect();
        if units.len() > 1 {
            // A name that falls short of the rule at one period counts at none.
            for unit in &mut units {
                if !periods.iter().all(|period| self.of_unit(unit, *period).is_ok()) {
                    unit.kept = Kept::Nothing;
                }
            }
        }
        // Where nothing is left out the figure is what it was.
        if !matches!(units.as_slice(), [Unit { kept: Kept::Nothing | Kept::All, .. }]) {
            *self.matched.borrow_mut() = Some(units);
        }
        self.read.borrow_mut().clear();
    }

    /// Takes every member again.
    pub(crate) fn unmatch(&self) {
        if self.matched.take().is_some() {
            self.read.borrow_mut().clear();
        }
    }

    /// Whether the area is narrowed to members that are present throughout.
    pub(crate) fn is_matched(&self) -> bool {
        self.matched.borrow().is_some()
    }

    /// The names, those together that came of the same ground within the periods.
    fn units(&self, periods: &[Period]) -> Vec<Vec<RegionId>> {
        let mut units: Vec<Vec<RegionId>> =
            self.area.names.iter().map(|name| vec![*name]).collect();
        if units.len() < 2 || !self.area.except.is_empty() {
            return units;
        }
        for period in periods {
            let known = |id| matches!(self.own(id, *period), Ok(Some(_)));
            let names = &self.area.names;
            let traced = trace::trace(self.catalogue(), names, period.last_day(), known);
            for group in traced.groups {
                let shares = |unit: &Vec<RegionId>| unit.iter().any(|n| group.members.contains(n));
                let (joined, mut others): (Vec<_>, Vec<_>) = units.into_iter().partition(shares);
                others.push(joined.concat());
                units = others;
            }
        }
        units
    }

    /// What is left of some names.
    fn kept(&self, names: &[RegionId], periods: &[Period]) -> Kept {
        let whole = |period: &Period| {
            let figure = self.of_names(names, *period);
            figure.is_ok_and(|f| f.coverage.is_none_or(|c| c.present == c.expected))
        };
        if periods.iter().all(whole) {
            return Kept::All;
        }
        let [name] = names else { return Kept::Nothing };
        let mut best: Option<(Cut, Vec<RegionId>)> = None;
        for cut in self.cuts_for(*name) {
            if periods.iter().all(|period| self.present(&cut, *period).is_empty()) {
                continue;
            }
            let kept = self.present_throughout(&cut, periods);
            let better = best.as_ref().is_none_or(|(best, of)| {
                kept.members.len().saturating_mul(of.len())
                    > best.members.len().saturating_mul(cut.members.len())
            });
            if better {
                best = Some((kept, cut.members.to_vec()));
            }
        }
        best.map_or(Kept::Nothing, |(cut, of)| Kept::Some { cut, of })
    }

    /// The members of a cut that have a figure at every period, also without the others: of
    /// members that share their past all are left or none.
    fn present_throughout(&self, cut: &Cut, periods: &[Period]) -> Cut {
        let mut kept = cut.clone();
        loop {
            let present: Vec<_> = periods.iter().map(|p| self.present(&kept, *p)).collect();
            let mut members = kept.members.to_vec();
            members.retain(|member| present.iter().all(|present| present.contains(member)));
            if members.len() == kept.members.len() {
                return kept;
            }
            kept = kept.with(members);
        }
    }

    /// The figure of what is left.
    ///
    /// # Errors
    ///
    /// `incomplete` where that falls short of the rule, `no data` where nothing is left.
    pub(super) fn find_matched(
        &self,
        units: &[Unit],
        period: Period,
    ) -> Result<Figure, MissingReason> {
        if let [unit] = units {
            return self.of_unit(unit, period);
        }
        let mut tally = Tally::of(self.area.names.len());
        let mut coverage = Coverage { present: 0, expected: 0 };
        for unit in units {
            let count = u32::try_from(unit.names.len()).unwrap_or(u32::MAX);
            match self.of_unit(unit, period) {
                Ok(figure) => {
                    let whole = Coverage { present: count, expected: count };
                    coverage = coverage.and(figure.coverage.unwrap_or(whole));
                    tally.add_below(figure.part.below)?;
                    tally.add(&figure.part, unit.names.len())?;
                }
                // The rest of several regions is known where that of each is.
                Err(reason) if !self.area.except.is_empty() => return Err(reason),
                Err(_) => {
                    coverage = coverage.and(Coverage { present: 0, expected: count });
                    let labels = self.rule.labels(&unit.names);
                    let places = self.rule.places(&labels, period);
                    for below in unit.names.iter().filter_map(|n| self.rule.below(*n, &places)) {
                        tally.add_below(below)?;
                    }
                }
            }
        }
        self.if_enough(&tally, Some(coverage))
    }

    fn of_unit(&self, unit: &Unit, period: Period) -> Result<Figure, MissingReason> {
        let (cut, of) = match &unit.kept {
            Kept::All => return self.of_names(&unit.names, period),
            Kept::Nothing => return Err(MissingReason::NoData),
            Kept::Some { cut, of } => (cut, of),
        };
        let figure = self.of_cut(cut, period)?.ok_or(MissingReason::NoData)?;
        let expected = u32::try_from(of.len()).unwrap_or(u32::MAX);
        let coverage = figure.coverage.map(|coverage| Coverage { expected, ..coverage });
        match coverage {
            Some(short) if !self.completeness.is_met(short) => {
                Err(MissingReason::Incomplete(short))
            }
            coverage => Ok(Figure { coverage, ..figure }),
        }
    }

    /// The figure of some names with every member.
    pub(super) fn of_names(
        &self,
        names: &[RegionId],
        period: Period,
    ) -> Result<Figure, MissingReason> {
        match (names, self.area.except.is_empty()) {
            ([name], true) => self.figure(*name, period),
            (names, true) => self.together(names, period),
            (names, false) => self.rest(names, period),
        }
    }

    /// The members of what is matched at a period, and those of them that are not left.
    pub(super) fn matched_members(&self, period: Period) -> Option<(Vec<RegionId>, Vec<RegionId>)> {
        let (mut members, mut missing) = (Vec::new(), Vec::new());
        for unit in self.matched.borrow().as_ref()? {
            match &unit.kept {
                Kept::All => members.extend(self.members_of(&unit.names, period)),
                Kept::Nothing => {
                    members.extend(&unit.names);
                    missing.extend(&unit.names);
                }
                Kept::Some { cut, of } => {
                    let left: BTreeSet<RegionId> = cut.members.iter().copied().collect();
                    missing.extend(of.iter().filter(|member| !left.contains(member)));
                    members.extend(of);
                }
            }
        }
        Some((members, missing))
    }

    /// What the figure of some names is put together from, where no member lacks.
    fn members_of(&self, names: &[RegionId], period: Period) -> Vec<RegionId> {
        let coverage = self.of_names(names, period).ok().and_then(|figure| figure.coverage);
        let of = |name: RegionId| {
            let expected = usize::try_from(coverage?.expected).ok()?;
            let cuts = self.cuts_for(name);
            cuts.into_iter()
                .map(|cut| cut.members.to_vec())
                .find(|members| members.len() == expected)
        };
        match names {
            [name] => of(*name).unwrap_or_else(|| vec![*name]),
            names => names.to_vec(),
        }
    }

    /// The cuts of a name, less what is left out of it.
    fn cuts_for(&self, name: RegionId) -> Vec<Cut> {
        if self.area.except.is_empty() {
            return self.cuts_of(name).to_vec();
        }
        let day = area::day_within(self.catalogue(), name, self.boundaries);
        self.cuts_outside(name, &self.left_out(name, day), day)
    }
}
