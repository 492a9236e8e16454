//! The regions of a level, worked out once for all statements on a snapshot.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use milepost_model::{Catalogue, Date, RegionId, fold};
use milepost_store::{Partition, Selection, Snapshot};

use super::Level;
use crate::area::{self, Area, Membership};
use crate::build::Builder;
use crate::index::{Index, Known};
use crate::{Result, diagnostics, names, rollup};

/// The regions of a level that lie in some areas on a day, each once; without areas, all.
#[derive(Debug)]
pub(crate) struct Members {
    /// Each with the number of its area.
    rows: Vec<(RegionId, usize)>,
    /// The day whose boundaries hold.
    day: Date,
    /// The level, where they are all on one.
    pub(crate) level: Option<u8>,
    pub(crate) selection: Selection,
    /// Whether the selection has them in the same order.
    pub(crate) is_in_order: bool,
    /// Which of them never had another name, code or boundary.
    is_unchanged: Vec<bool>,
    below: Known<u8, Option<Below>>,
}

/// What lies below the members on one level, and is all of each of them.
#[derive(Debug)]
pub(crate) struct Below {
    /// A part for each member.
    pub(crate) partition: Partition,
    /// How many regions each part has.
    pub(crate) expected: Vec<u32>,
    /// From this day on all of these regions exist.
    pub(crate) from: Date,
    /// Until the day before this one none of these regions ended.
    pub(crate) until: Date,
}

impl Members {
    /// Finds the members of a level.
    ///
    /// # Errors
    ///
    /// No region of the level lies in the areas.
    pub(super) fn of(
        builder: &Builder<'_>,
        level: &Level,
        areas: &[Area],
        day: Date,
    ) -> Result<Arc<Self>> {
        let catalogue = builder.catalogue;
        let index = Index::of(builder.snapshot);
        let place = (fold(&level.word.text), areas.to_vec(), index.since(catalogue, day));
        index.members(place, || {
            let rows = find(catalogue, level, areas, day);
            if rows.is_empty() {
                let word = &level.word;
                return Err(diagnostics::no_members(&word.text, day, word.span));
            }
            Ok(Self::new(builder.snapshot, rows, day))
        })
    }

    /// Regions that are named, each of which stands for itself; None where one is no single region
    /// or two are the same.
    pub(super) fn named(builder: &Builder<'_>, areas: &[Area], day: Date) -> Option<Arc<Self>> {
        let regions: Vec<RegionId> = areas.iter().map(Area::region).collect::<Option<_>>()?;
        if regions.is_empty() || BTreeSet::from_iter(&regions).len() < regions.len() {
            return None;
        }
        let index = Index::of(builder.snapshot);
        let place = (String::new(), areas.to_vec(), index.since(builder.catalogue, day));
        let rows = || regions.into_iter().map(|id| (id, usize::MAX)).collect();
        index.members(place, || Ok(Self::new(builder.snapshot, rows(), day))).ok()
    }

    fn new(snapshot: &Snapshot, rows: Vec<(RegionId, usize)>, day: Date) -> Self {
        let catalogue = snapshot.catalogue();
        let regions: Vec<RegionId> = rows.iter().map(|(id, _)| *id).collect();
        let mut levels = regions.iter().map(|id| catalogue.outline(*id).level);
        let first = levels.next().flatten();
        let is_unchanged = |id: &RegionId| {
            let territory = names::territory(catalogue, *id);
            territory.versions.len() == 1 && territory.drawn_on.is_none()
        };
        let selection = snapshot.selection(&regions);
        Self {
            level: first.filter(|first| levels.all(|level| level == Some(*first))),
            is_in_order: selection.positions().iter().zip(0..).all(|(place, at)| *place == at),
            selection,
            is_unchanged: regions.iter().map(is_unchanged).collect(),
            below: Known::default(),
            rows,
            day,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The regions, each with the number of its area.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (RegionId, usize)> {
        self.rows.iter().copied()
    }

    /// A region, with the number of its area.
    pub(crate) fn row(&self, at: usize) -> Option<(RegionId, usize)> {
        self.rows.get(at).copied()
    }

    /// Whether a region never had another name, code or boundary.
    pub(crate) fn is_unchanged(&self, at: usize) -> bool {
        self.is_unchanged.get(at).copied().unwrap_or(false)
    }

    /// What lies on a level below; None where that is not all of each member, or lies in more than
    /// one of the cuts through what is below.
    pub(crate) fn below(&self, snapshot: &Snapshot, level: u8) -> Arc<Option<Below>> {
        let made: Result<_, Infallible> =
            self.below.find(level, || Ok(self.find_below(snapshot, level)));
        match made {
            Ok(below) => below,
        }
    }

    fn find_below(&self, snapshot: &Snapshot, level: u8) -> Option<Below> {
        let catalogue = snapshot.catalogue();
        let index = Index::of(snapshot);
        let mut parts: Vec<(RegionId, usize)> = Vec::new();
        let mut expected = Vec::with_capacity(self.rows.len());
        let (mut from, mut until) = (Date::MIN, Date::MAX);
        for (part, (region, _)) in self.rows.iter().enumerate() {
            let cuts = rollup::cuts_below(&index, catalogue, *region, self.day);
            let is_on = |id: &RegionId| catalogue.outline(*id).level == Some(level);
            let layers = cuts.iter().map(|layer| &layer.members);
            let mut holding = layers.filter(|members| members.iter().any(is_on));
            let cut = holding.next().filter(|members| members.iter().all(is_on))?;
            if holding.next().is_some() {
                return None;
            }
            for id in cut.iter().chain([region]) {
                let outline = catalogue.outline(*id);
                from = from.max(outline.valid_from.unwrap_or(Date::MIN));
                until = until.min(outline.valid_to.unwrap_or(Date::MAX));
            }
            expected.push(u32::try_from(cut.len()).ok()?);
            parts.extend(cut.iter().map(|id| (*id, part)));
        }
        Some(Below { partition: snapshot.partition(parts), expected, from, until })
    }
}

/// The regions of a level in some areas, each once and with the number of its area.
fn find(catalogue: &Catalogue, level: &Level, areas: &[Area], day: Date) -> Vec<(RegionId, usize)> {
    let mut members = Vec::new();
    let mut seen = BTreeSet::new();
    for (number, area) in areas.iter().enumerate() {
        for name in &area.names {
            let day = area::day_within(catalogue, *name, day);
            let inside = |id: RegionId, other| area::lies_in(catalogue, id, other, day);
            for id in of_type(catalogue, level, day, |id| inside(id, *name)) {
                let is_left_out = area.except.iter().any(|out| inside(id, *out));
                if !is_left_out && seen.insert(id) {
                    members.push((id, number));
                }
            }
        }
    }
    if areas.is_empty() {
        let all = of_type(catalogue, level, day, |_| true).into_iter();
        // There is no area to be told by its number.
        members.extend(all.map(|id| (id, usize::MAX)));
    }
    members
}

/// The regions of a day that are on the level on which the word stands for a type, among those
/// that are `inside`.
fn of_type(
    catalogue: &Catalogue,
    level: &Level,
    day: Date,
    inside: impl Fn(RegionId) -> bool,
) -> Vec<RegionId> {
    let word = &level.word.text;
    let members = Membership::new(catalogue, Some(word));
    for number in &level.levels {
        let mut regions = catalogue.regions_at_level(*number, day);
        regions.retain(|id| members.has(*id) && inside(*id));
        let is_named = |id: &RegionId| area::is_type(&catalogue.outline(*id).kind, word);
        if level.levels.len() == 1 || regions.iter().any(is_named) {
            return regions;
        }
    }
    Vec::new()
}
