//! Reads columns.

use std::collections::HashMap;

use milepost_model::{Period, RegionId};
use milepost_store::Section;

use super::column::Column;
use super::leaf::{From, Leaf};
use super::{Sheet, share};
use crate::execute::Below;
use crate::line::Timing;

/// Regions whose figures are read one region after another, if it is for many periods.
const FEW_REGIONS: usize = 4;
const FEW_PERIODS: usize = 8;

/// What a row takes in a column: its figure, its bits, and the day that may differ.
const ROW_BYTES: usize = 16;
/// What a sum takes while it is one.
const SUM_BYTES: usize = 48;

/// Periods that are added up before it is decided whether several threads add up the others.
const FIRST_PERIODS: usize = 16;
/// Figures that a frame has at most.
const FRAME_FIGURES: usize = 1_024;

impl Sheet {
    /// The figures of an indicator at a period; None where the general way is needed for all rows.
    pub(super) fn column(&self, number: usize, period: Period) -> Option<Column> {
        if let Some(known) = self.columns.borrow().get(&(number, period)) {
            return known.clone();
        }
        let column = self.read(number, &[period]).and_then(|mut columns| columns.pop());
        self.columns.borrow_mut().insert((number, period), column.clone());
        column
    }

    /// The same at several periods, in order. What was read before is not read again.
    pub(super) fn columns(&self, number: usize, periods: &[Period]) -> Option<Vec<Column>> {
        let known = self.columns.borrow();
        // Mostly, none of many periods was read before: one look tells.
        let between = periods.first().zip(periods.last());
        let is_any_known = between.is_some_and(|(first, last)| {
            first > last || known.range((number, *first)..=(number, *last)).next().is_some()
        });
        if !is_any_known {
            return self.read(number, periods);
        }
        let is_new = |period: &Period| !known.contains_key(&(number, *period));
        let new: Vec<Period> = periods.iter().copied().filter(is_new).collect();
        let mut read = self.read(number, &new)?.into_iter();
        let column = |period: &Period| match known.get(&(number, *period)) {
            Some(known) => known.clone(),
            None => read.next(),
        };
        periods.iter().map(column).collect()
    }

    fn read(&self, number: usize, periods: &[Period]) -> Option<Vec<Column>> {
        let leaf = self.leaves.get(number)?;
        let is_early = |period: &Period| leaf.begins.is_some_and(|day| period.last_day() < day);
        if periods.iter().any(is_early) {
            return None;
        }
        match &leaf.from {
            From::Own { alone } => self.read_own(leaf, periods, *alone),
            From::Below { .. } => self.read_below(leaf, periods),
        }
    }

    /// Published figures.
    fn read_own(&self, leaf: &Leaf, periods: &[Period], alone: bool) -> Option<Vec<Column>> {
        let (reader, members) = (&leaf.reader, &self.side.members);
        let figures = members.len().saturating_mul(periods.len());
        self.side.asked.watch.hold("figures", figures, ROW_BYTES).ok()?;
        let labels = leaf.labels_of(periods);
        let is_void = |(label, period): (&Option<Period>, &Period)| match label {
            Some(_) => Some(false),
            None => (alone && !leaf.labels.divide(*period)).then_some(true),
        };
        let voids: Vec<bool> = labels.iter().zip(periods).map(is_void).collect::<Option<_>>()?;
        let labels: Vec<Period> = labels.into_iter().flatten().collect();
        let (indicator, as_of, scenario) = (reader.indicator, reader.as_of, &leaf.scenario);
        let read = if members.len() <= FEW_REGIONS && labels.len() > FEW_PERIODS {
            let read = |(region, _): (RegionId, usize)| {
                let read =
                    reader.snapshot.time_section(indicator, region, scenario, &labels, as_of);
                read.ok().filter(Section::is_regular)
            };
            let sections: Vec<Section> = members.rows().map(read).collect::<Option<_>>()?;
            Column::of_series(&sections, labels.len(), members, alone)
        } else {
            let snapshot = &reader.snapshot;
            share::read(&labels, figures, &self.side.asked.watch, |labels| {
                let column = |label: &Period| {
                    let selection = &members.selection;
                    let read =
                        snapshot.cross_section(indicator, scenario, selection, *label, as_of);
                    let section = read.ok().filter(Section::is_regular)?;
                    Some(Column::of_regions(&section, members, alone))
                };
                labels.iter().map(column).collect()
            })?
        };
        let mut read = read.into_iter();
        let void = || Column::void(members.len(), |row| !members.is_unchanged(row));
        voids.into_iter().map(|is_void| if is_void { Some(void()) } else { read.next() }).collect()
    }

    /// Sums over what lies below, those of longer periods of a flow added up along time.
    fn read_below(&self, leaf: &Leaf, periods: &[Period]) -> Option<Vec<Column>> {
        let labels = leaf.labels_of(periods);
        let parts = |(label, period): (&Option<Period>, &Period)| match label {
            Some(label) => Some(vec![*label]),
            None => leaf.sub_periods(*period),
        };
        if labels.iter().all(Option::is_some) {
            let labels: Vec<Period> = labels.into_iter().flatten().collect();
            return self.totals(leaf, &labels);
        }
        let parts: Vec<Option<Vec<Period>>> = labels.iter().zip(periods).map(parts).collect();
        let mut all: Vec<Period> = parts.iter().flatten().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        let read: HashMap<Period, Column> =
            all.iter().copied().zip(self.totals(leaf, &all)?).collect();
        let column = |parts: Option<Vec<Period>>| match parts.as_deref() {
            // The general way tells the reason.
            None => Some(Column::void(self.side.members.len(), |_| true)),
            Some([label]) => read.get(label).cloned(),
            Some(parts) => {
                let parts = parts.iter().map(|part| read.get(part).cloned());
                Column::in_turn(&parts.collect::<Option<Vec<_>>>()?)
            }
        };
        parts.into_iter().map(column).collect()
    }

    fn totals(&self, leaf: &Leaf, labels: &[Period]) -> Option<Vec<Column>> {
        let From::Below { below, enough } = &leaf.from else { return None };
        let Below { partition, from, until, .. } = below.as_ref().as_ref()?;
        let is_within = |label: &Period| *from <= label.first_day() && label.last_day() < *until;
        if !labels.iter().all(is_within) {
            return None;
        }
        let (reader, watch) = (&leaf.reader, &self.side.asked.watch);
        let sums = labels.len().saturating_mul(partition.parts());
        watch.hold("figures", sums, ROW_BYTES).ok()?;
        watch.hold("sums", sums, SUM_BYTES).ok()?;
        let (indicator, scenario, as_of) = (reader.indicator, &leaf.scenario, reader.as_of);
        let (snapshot, members) = (&reader.snapshot, &self.side.members);
        let read = |labels: &[Period]| {
            let totals = snapshot.totals(indicator, scenario, partition, labels, as_of).ok()?;
            let columns = Column::of_totals(&totals, labels.len(), members, (below, enough));
            Some((columns, totals.frames()))
        };
        // Sums that are kept take no time: the first periods tell how much has to be unpacked.
        let (first, rest) = labels.split_at(labels.len().min(FIRST_PERIODS));
        let (mut columns, frames) = read(first)?;
        let figures = frames.saturating_mul(FRAME_FIGURES).saturating_mul(rest.len());
        let figures = figures / first.len().max(1);
        columns.extend(share::read(rest, figures, watch, |rest| Some(read(rest)?.0))?);
        watch.release(sums, SUM_BYTES);
        Some(columns)
    }
}

impl Leaf {
    /// The labels under which the figures of some periods are stored: what holds at a close has the
    /// one of that close, for there is one frequency only.
    fn labels_of(&self, periods: &[Period]) -> Vec<Option<Period>> {
        let mut near = 0;
        let label = |period: &Period| {
            let closing = self.labels.closing_near(period.last_day(), &mut near);
            match self.timing() {
                Timing::Close => closing.first().copied(),
                Timing::Span => closing.contains(period).then_some(*period),
            }
        };
        periods.iter().map(label).collect()
    }

    /// The periods that make up a longer one of a flow, if all of them have figures.
    fn sub_periods(&self, period: Period) -> Option<Vec<Period>> {
        let parts = period.subperiods(self.frequency).filter(|_| self.reader.nature.adds_up)?;
        let parts: Vec<Period> = parts.collect();
        let all = parts.len() > 1 && parts.iter().all(|part| self.labels.contains(*part));
        all.then_some(parts)
    }
}
