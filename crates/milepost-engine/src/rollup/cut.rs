//! What a region consists of: cuts through the hierarchy below it, the nearest first.

use std::collections::BTreeSet;
use std::sync::Arc;

use milepost_model::{Catalogue, Date, RegionId};

use super::Rule;
use super::peers::Slot;
use crate::area;
use crate::labels::Labels;

/// Regions that together are all of an area.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) members: Vec<RegionId>,
    /// The last day on which one of the members began.
    pub(super) begins: Date,
    /// Where figures of the members and their predecessors may be stored: those of the rule's
    /// first indicator, and of its second.
    pub(super) labels: [Arc<Labels>; 2],
    /// Where the members stand among those of other rows.
    pub(super) slot: Option<Slot>,
}

impl Cut {
    pub(super) fn new(catalogue: &Catalogue, members: Vec<RegionId>, rule: &Rule) -> Self {
        let begins = members.iter().filter_map(|id| catalogue.region(*id).valid_from).max();
        let mut all = members.clone();
        let mut at = 0;
        let mut seen: BTreeSet<RegionId> = members.iter().copied().collect();
        while let Some(region) = all.get(at).copied() {
            if catalogue.region(region).valid_from.is_some() {
                let predecessors = catalogue.predecessors_of(region).into_iter();
                all.extend(predecessors.filter(|predecessor| seen.insert(*predecessor)));
            }
            at += 1;
        }
        Self { members, begins: begins.unwrap_or(Date::MIN), labels: rule.labels(&all), slot: None }
    }

    /// The same with fewer members.
    pub(super) fn with(&self, members: Vec<RegionId>) -> Self {
        Self { members, slot: None, ..self.clone() }
    }
}

/// The members of each cut below a region on a day. Where a branch is shorter than others, its
/// last region stands for itself in the cuts further down, so that every cut is the whole.
pub(super) fn cuts(catalogue: &Catalogue, region: RegionId, day: Date) -> Vec<Vec<RegionId>> {
    let level = |id: RegionId| catalogue.region(id).level;
    let below = |id: RegionId| {
        let mut children = catalogue.children_of(id, day);
        children.retain(|child| area::is_member(catalogue, *child, None));
        children
    };
    let mut cuts = Vec::new();
    let mut frontier: Vec<(RegionId, u32)> = below(region).into_iter().map(|id| (id, 1)).collect();
    // Depth stands in for levels that are not declared.
    let rank = |(id, depth): &(RegionId, u32)| level(*id).map_or(*depth, u32::from);
    let mut seen: BTreeSet<RegionId> = BTreeSet::from([region]);
    while !frontier.is_empty() {
        cuts.push(frontier.iter().map(|(id, _)| *id).collect());
        seen.extend(frontier.iter().map(|(id, _)| *id));
        let mut branches: Vec<(usize, Vec<RegionId>)> = Vec::new();
        for (at, (id, _)) in frontier.iter().enumerate() {
            let children: Vec<_> = below(*id).into_iter().filter(|c| !seen.contains(c)).collect();
            if !children.is_empty() {
                branches.push((at, children));
            }
        }
        let Some(nearest) = branches.iter().filter_map(|(at, _)| frontier.get(*at)).map(rank).min()
        else {
            break;
        };
        let mut next = Vec::new();
        let mut branches = branches.into_iter().peekable();
        for (at, node) in frontier.iter().enumerate() {
            let children = branches.next_if(|(of, _)| *of == at).map(|(_, children)| children);
            match children {
                Some(children) if rank(node) == nearest => {
                    let depth = node.1.saturating_add(1);
                    next.extend(children.into_iter().map(|child| (child, depth)));
                }
                _ => next.push(*node),
            }
        }
        frontier = next;
    }
    cuts
}
