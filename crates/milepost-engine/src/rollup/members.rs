//! Which members have figures, and when.

use std::collections::BTreeSet;
use std::sync::Arc;

use milepost_model::{Date, IndicatorId, Period, RegionId};

use super::cut::{Cut, Layer};
use super::{Rollup, trace};
use crate::answer::{Coverage, MissingReason};
use crate::labels::Labels;
use crate::line::Timing;
use crate::transform::since_january;

/// Members that are named where some lack a figure.
pub(crate) const NAMED_MAX: usize = 5;

impl Rollup {
    /// The periods that have a figure, in order; of those of one close the first. With `before`,
    /// only those that close before a day.
    pub(crate) fn natives(&self, before: Option<Date>) -> Vec<Period> {
        let fits = |period: &Period| before.is_none_or(|day| period.last_day() < day);
        let mut natives: Vec<Period> = self.candidates().iter().filter(fits).collect();
        if self.rule.first().nature.running_total {
            natives = self.steps(natives);
        }
        natives.retain(|period| self.read(*period).is_ok());
        if self.rule.timing() == Timing::Close {
            natives.dedup_by_key(|period| period.last_day());
        }
        natives
    }

    /// What lies between the totals since 1 January that there are, given their labels.
    fn steps(&self, labels: Vec<Period>) -> Vec<Period> {
        let totals = labels.into_iter().filter_map(|label| since_january(label.last_day()));
        let mut totals: Vec<Period> = totals.filter(|total| self.read(*total).is_ok()).collect();
        totals.dedup();
        let mut steps = Vec::with_capacity(totals.len());
        let mut before: Option<Period> = None;
        for total in totals {
            let earlier = before.filter(|earlier| total.covers(*earlier));
            let first = earlier.and_then(|earlier| earlier.last_day().next());
            let first = first.unwrap_or(total.first_day());
            steps.extend(Period::span(first, total.last_day()));
            before = Some(total);
        }
        steps
    }

    /// The last of the periods that have a figure and close by a day.
    pub(crate) fn last_native(&self, until: Date) -> Option<Period> {
        if self.rule.first().nature.running_total {
            return self.natives(until.next()).pop();
        }
        let has_figure = |period: &Period| self.read(*period).is_ok();
        let candidates = self.candidates();
        let mut closes = candidates.closes().rev().skip_while(|(close, _)| *close > until);
        match self.rule.timing() {
            Timing::Close => {
                closes.find_map(|(_, periods)| periods.iter().copied().find(has_figure))
            }
            Timing::Span => {
                closes.find_map(|(_, periods)| periods.iter().rev().copied().find(has_figure))
            }
        }
    }

    /// The first of the periods that have a figure and close on a day or later.
    pub(crate) fn first_native(&self, from: Date) -> Option<Period> {
        if self.rule.first().nature.running_total {
            return self.natives(None).into_iter().find(|period| period.last_day() >= from);
        }
        let candidates = self.candidates();
        let mut closes = candidates.closes().skip_while(|(close, _)| *close < from);
        closes.find_map(|(_, periods)| periods.iter().copied().find(|p| self.read(*p).is_ok()))
    }

    /// The last period of which some members have a figure, but too few, with how many.
    pub(crate) fn newest_incomplete(&self) -> Option<(Period, Coverage)> {
        self.candidates().iter().rev().find_map(|period| match self.read(period) {
            Err(MissingReason::Incomplete(coverage)) => Some(Some((period, coverage))),
            Err(_) => None,
            Ok(_) => Some(None),
        })?
    }

    /// The last day on which anything closes that figures may be put together from, on whatever
    /// boundaries.
    pub(crate) fn newest_label(&self) -> Option<Date> {
        let types = self.rule.first().index.types(self.catalogue()).iter();
        let mut levels: Vec<(Option<u8>, RegionId)> = types.map(|t| (t.level, t.first)).collect();
        levels.dedup_by_key(|(level, _)| *level);
        let [labels, _] = self.rule.labels_at(&levels);
        labels.closes().next_back().map(|(close, _)| close)
    }

    /// The periods under which figures of the area, of what lies in it or of its predecessors may
    /// be stored.
    fn candidates(&self) -> Arc<Labels> {
        let find = || {
            let mut regions = self.area.names.clone();
            let mut seen: BTreeSet<RegionId> = regions.iter().copied().collect();
            let mut at = 0;
            // A numerator may add up to a period of its denominator; of closes it has each itself.
            let readers = if self.rule.timing() == Timing::Span { 2 } else { 1 };
            let mut labels = Vec::new();
            while let Some(region) = regions.get(at).copied() {
                let predecessors = self.catalogue().predecessors_of(region).into_iter();
                regions.extend(predecessors.filter(|predecessor| seen.insert(*predecessor)));
                let cuts = self.cuts_of(region);
                let of_cuts = cuts.iter().flat_map(|cut| cut.labels.iter().take(readers));
                labels.extend(of_cuts.map(Arc::clone));
                at += 1;
            }
            labels.extend(self.rule.labels(&regions).into_iter().take(readers));
            Labels::together(labels)
        };
        Arc::clone(self.candidates.get_or_init(find))
    }

    /// The indicators and regions whose figures are put together.
    pub(crate) fn ground(&self) -> (Vec<IndicatorId>, Vec<RegionId>) {
        let mut regions = self.area.names.clone();
        regions.extend(&self.area.except);
        let mut seen: BTreeSet<RegionId> = regions.iter().copied().collect();
        let mut at = 0;
        while let Some(region) = regions.get(at).copied() {
            let mut others = self.catalogue().predecessors_of(region);
            others.extend(self.cuts_of(region).iter().flat_map(|cut| cut.members.iter()));
            regions.extend(others.into_iter().filter(|other| seen.insert(*other)));
            at += 1;
        }
        (self.rule.indicators(), regions)
    }

    /// The members of a cut that have a figure at a period.
    pub(super) fn present(&self, cut: &Cut, period: Period) -> BTreeSet<RegionId> {
        let at_once = self.present_at(cut, period);
        if !self.rule.accrues() || at_once.len() == cut.members.len() {
            return at_once;
        }
        let in_turn = self.rule.sub_periods(&cut.labels, period).into_iter().map(|parts| {
            let each = parts.into_iter().map(|part| self.present_at(cut, part));
            each.reduce(|all, other| &all & &other).unwrap_or_default()
        });
        in_turn.fold(at_once, |best, other| if other.len() > best.len() { other } else { best })
    }

    fn present_at(&self, cut: &Cut, period: Period) -> BTreeSet<RegionId> {
        let places = self.rule.places(&cut.labels, period);
        let known = |id: RegionId| self.rule.is_known(id, &places);
        let traced = trace::trace(self.catalogue(), &cut.members, period.last_day(), known);
        let mut present: BTreeSet<RegionId> =
            traced.same.into_iter().filter(|id| known(*id)).collect();
        for group in traced.groups {
            if group.parts.iter().all(|part| known(*part)) {
                present.extend(group.members);
            }
        }
        present
    }

    /// Whether a region's figure is put together from what lies in it, and some of that has none.
    pub(crate) fn lacks_members(&self, period: Period) -> bool {
        let Some(region) = self.area.region() else { return false };
        let from = self.catalogue().outline(region).valid_from;
        let coverage = match self.read(period) {
            Ok(reading) => reading.coverage,
            Err(MissingReason::Incomplete(coverage)) => Some(coverage),
            Err(_) => None,
        };
        from.is_none_or(|from| from <= period.last_day())
            && coverage.is_some_and(|coverage| coverage.present < coverage.expected)
    }

    /// Members of which none lacks a figure, as they were at a period.
    fn at_the_time(&self, cut: &Cut, period: Period) -> Vec<RegionId> {
        let (close, members) = (period.last_day(), &cut.members);
        if cut.begins <= close {
            return members.to_vec();
        }
        let known = |id| matches!(self.own(id, period), Ok(Some(_)));
        let traced = trace::trace(self.catalogue(), members, close, known);
        let parts = traced.groups.into_iter().flat_map(|group| group.parts);
        traced.same.into_iter().chain(parts).collect()
    }

    /// What the figure of a period was put together from, for notes.
    pub(crate) fn source(&self, period: Period) -> Option<Source> {
        let coverage = match self.read(period) {
            Ok(reading) => reading.coverage?,
            Err(MissingReason::Incomplete(coverage)) => coverage,
            Err(_) => return None,
        };
        if let Some((members, missing)) = self.matched_members(period) {
            return Some(Source::members(members, missing));
        }
        let close = period.last_day();
        if let Some(region) = self.area.region()
            && let Some(day) = self.catalogue().outline(region).valid_from.filter(|d| close < *d)
        {
            let known = |id| matches!(self.own(id, period), Ok(Some(_)));
            let traced = trace::trace(self.catalogue(), &[region], close, known);
            let mut parts = traced.groups.into_iter().next()?.parts;
            let code = |id: &RegionId| self.catalogue().region(*id).code.as_str();
            parts.sort_by_key(|part| code(part) != code(&region));
            return Some(Source::Predecessors { parts, day });
        }
        let [name] = self.area.names.as_slice() else {
            let (pieces, _) = self.pieces(&self.area.names, period);
            let lacking = pieces.iter().filter(|piece| piece.figures.is_none());
            let missing: Vec<_> = lacking.flat_map(|piece| &piece.members).copied().collect();
            if missing.is_empty() {
                // Those that had the ground at the time.
                let members = pieces.into_iter().flat_map(|piece| piece.parts).collect();
                return Some(Source::members(members, missing));
            }
            return Some(Source::members(self.area.names.clone(), missing));
        };
        if !self.area.except.is_empty() {
            return None;
        }
        // What accrued before a change within the period and after it has other members each.
        let record = self.catalogue().outline(*name);
        if self.rule.accrues() && record.valid_from.is_some_and(|from| period.first_day() < from) {
            return None;
        }
        let expected = usize::try_from(coverage.expected).ok()?;
        let cut = self.cuts_of(*name).iter().find(|c| c.members.len() == expected).cloned()?;
        if coverage.present == coverage.expected {
            let members = self.at_the_time(&cut, period);
            return Some(Source::members(members, Vec::new()));
        }
        let lacks = coverage.expected.saturating_sub(coverage.present);
        let (missing, lacks) = self.lacking(&cut, period, usize::try_from(lacks).ok()?);
        Some(Source::Members { members: cut.members, missing, lacks, layer: cut.layer })
    }

    /// Members of a cut without a figure, the first few at least, and how many they are, where the
    /// sum lacks so many.
    fn lacking(&self, cut: &Cut, period: Period, lacks: usize) -> (Vec<RegionId>, usize) {
        let of = |period, most| {
            self.rule.lacking(&cut.members, &self.rule.places(&cut.labels, period), most)
        };
        let accrues = self.rule.accrues();
        let ways = self.rule.sub_periods(&cut.labels, period);
        let is_at_once = !accrues || ways.is_empty();
        if is_at_once && cut.begins <= period.last_day() {
            return (of(period, NAMED_MAX), lacks);
        }
        let missing: Vec<RegionId> = if accrues && cut.begins <= period.first_day() {
            let all = |period| of(period, usize::MAX);
            let in_turn = ways.into_iter().map(|parts| parts.into_iter().flat_map(all).collect());
            let at_once = BTreeSet::from_iter(all(period));
            let least =
                in_turn.fold(
                    at_once,
                    |least, other: BTreeSet<RegionId>| {
                        if other.len() < least.len() { other } else { least }
                    },
                );
            cut.members.iter().filter(|id| least.contains(id)).copied().collect()
        } else {
            let present = self.present(cut, period);
            cut.members.iter().filter(|id| !present.contains(id)).copied().collect()
        };
        let lacks = missing.len();
        (missing, lacks)
    }
}

/// What a figure was put together from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Regions that lie in the area or are it, the first few of them that have no figure, and how
    /// many these are.
    Members {
        members: Arc<Vec<RegionId>>,
        missing: Vec<RegionId>,
        lacks: usize,
        layer: Option<Arc<Layer>>,
    },
    /// The regions that covered the same ground before a day.
    Predecessors { parts: Vec<RegionId>, day: Date },
}

impl Source {
    fn members(members: Vec<RegionId>, missing: Vec<RegionId>) -> Self {
        let lacks = missing.len();
        Self::Members { members: Arc::new(members), missing, lacks, layer: None }
    }
}
