//! Sets of regions, prepared once and read many times.

use std::ops::RangeInclusive;

use milepost_model::RegionId;

use super::Snapshot;

/// Regions in the order in which the store keeps them: what cross-sections are read of.
///
/// Made by [`Snapshot::selection`]; it fits every later snapshot of the store as well.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    regions: Vec<RegionId>,
    positions: Vec<u32>,
    runs: Vec<Run>,
}

/// Neighbouring regions of a group.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) group: u32,
    pub(super) ordinals: RangeInclusive<u32>,
    pub(super) to: To,
}

/// What becomes of the figures of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// They stand in a selection, from this position on.
    Positions(usize),
    /// They belong to this part.
    Part(usize),
}

impl Selection {
    /// Each region once, level by level and neighbours side by side. Position i of a
    /// cross-section is about region i of these.
    pub fn regions(&self) -> &[RegionId] {
        &self.regions
    }

    /// For each of the regions asked for, in the order in which they were, its position in
    /// [`Selection::regions`].
    pub fn positions(&self) -> &[u32] {
        &self.positions
    }

    /// How many regions there are, each counted once.
    pub fn len(&self) -> usize {
        self.regions.len()
    }

    /// Whether there is no region.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }
}

/// Regions divided into parts: what grouped totals are of.
///
/// Made by [`Snapshot::partition`]; it fits every later snapshot of the store as well.
#[derive(Clone, Debug, Default)]
pub struct Partition {
    parts: usize,
    runs: Vec<Run>,
}

impl Partition {
    /// How many parts there are: one more than the greatest number given.
    pub fn parts(&self) -> usize {
        self.parts
    }

    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }
}

impl Snapshot {
    /// Prepares regions to be read together; ids that the catalogue does not have are regions
    /// without figures.
    ///
    /// ```
    /// use milepost_model::Region;
    /// use milepost_store::Store;
    ///
    /// let mut store = Store::in_memory();
    /// let region = |code, parent| Region::new(code).level(1).parent(parent).into();
    /// let parents = ["A", "B"].map(|code| Region::new(code).level(0).into());
    /// store.define(parents.to_vec())?;
    /// store.define(vec![region("1", "B"), region("2", "A"), region("3", "B")])?;
    ///
    /// let snapshot = store.snapshot();
    /// let id = |uid| snapshot.catalogue().region_with_uid(uid).unwrap();
    /// let selection = snapshot.selection(&[id("3@0"), id("1@0"), id("3@0")]);
    /// assert_eq!(selection.regions(), [id("1@0"), id("3@0")]);
    /// assert_eq!(selection.positions(), [1, 0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn selection(&self, regions: &[RegionId]) -> Selection {
        let place =
            |id: &RegionId| (self.state.groups.place(id.0).unwrap_or((u32::MAX, id.0)), id.0);
        let mut selection = Selection { positions: vec![0; regions.len()], ..Selection::default() };
        selection.regions.reserve(regions.len());
        let mut add = |index: usize| {
            let Some(&region) = regions.get(index) else { return };
            let ((group, ordinal), _) = place(&region);
            if selection.regions.last() != Some(&region) {
                if group != u32::MAX {
                    let to = To::Positions(selection.regions.len());
                    extend(&mut selection.runs, group, ordinal, to);
                }
                selection.regions.push(region);
            }
            let position = u32::try_from(selection.regions.len().saturating_sub(1));
            if let Some(place) = selection.positions.get_mut(index) {
                *place = position.unwrap_or(u32::MAX);
            }
        };
        if regions.is_sorted_by_key(place) {
            (0..regions.len()).for_each(add);
        } else {
            let mut order: Vec<usize> = (0..regions.len()).collect();
            order.sort_by_cached_key(|index| regions.get(*index).map(place));
            order.into_iter().for_each(&mut add);
        }
        selection
    }

    /// Divides regions into numbered parts, such as communes into provinces. A region counts once
    /// in each part that it is given; a part may be empty.
    ///
    /// See [`Snapshot::totals`] for an example.
    pub fn partition(&self, members: impl IntoIterator<Item = (RegionId, usize)>) -> Partition {
        let mut parts = 0;
        let mut runs = Vec::new();
        for (region, part) in members {
            parts = parts.max(part.saturating_add(1));
            if let Some((group, ordinal)) = self.state.groups.place(region.0) {
                extend(&mut runs, group, ordinal, To::Part(part));
            }
        }
        join(&mut runs);
        runs.sort_by_key(|run: &Run| (run.group, *run.ordinals.start()));
        Partition { parts, runs }
    }
}

/// Adds a region to the last run, if it is the neighbour of its last one, or begins another.
fn extend(runs: &mut Vec<Run>, group: u32, ordinal: u32, to: To) {
    if let Some(last) = runs.last_mut()
        && last.group == group
        && (last.to == to || matches!(to, To::Positions(_)))
        && last.ordinals.end().checked_add(1) == Some(ordinal)
    {
        last.ordinals = *last.ordinals.start()..=ordinal;
        return;
    }
    runs.push(Run { group, ordinals: ordinal..=ordinal, to });
}

/// Joins the runs of a part that are neighbours or have a region in common.
fn join(runs: &mut Vec<Run>) {
    let part = |run: &Run| match run.to {
        To::Positions(position) => position,
        To::Part(part) => part,
    };
    runs.sort_unstable_by_key(|run| (part(run), run.group, *run.ordinals.start()));
    runs.dedup_by(|next, run| {
        let (start, end) = (*next.ordinals.start(), *run.ordinals.end());
        let meets = next.to == run.to && next.group == run.group && start <= end.saturating_add(1);
        if meets {
            run.ordinals = *run.ordinals.start()..=end.max(*next.ordinals.end());
        }
        meets
    });
}
