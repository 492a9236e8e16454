//! What a region consists of: cuts through the hierarchy below it, the nearest first.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use milepost_model::{Catalogue, Date, Outline, RegionId};
use milepost_store::{Partition, Snapshot};

use super::Rule;
use super::peers::Slot;
use crate::area::Membership;
use crate::labels::Labels;

/// What a cut consists of, worked out once for all statements on a snapshot.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) members: Arc<Vec<RegionId>>,
    /// The last day on which one of the members began.
    begins: Date,
    /// The levels of the members and of their predecessors, each with one region of it.
    levels: Vec<(Option<u8>, RegionId)>,
    /// The types of the members, in the order in which they occur.
    pub(crate) types: Vec<String>,
    /// The members as one part.
    whole: OnceLock<Arc<Partition>>,
}

impl Layer {
    fn new(catalogue: &Catalogue, members: Vec<RegionId>) -> Self {
        let begins = members.iter().filter_map(|id| catalogue.outline(*id).valid_from).max();
        let mut all = members.clone();
        if begins.is_some() {
            let mut seen: BTreeSet<RegionId> = members.iter().copied().collect();
            let mut at = 0;
            while let Some(region) = all.get(at).copied() {
                if catalogue.outline(region).valid_from.is_some() {
                    let predecessors = catalogue.predecessors_of(region).into_iter();
                    all.extend(predecessors.filter(|predecessor| seen.insert(*predecessor)));
                }
                at += 1;
            }
        }
        let (mut levels, mut types): (Vec<(Option<u8>, RegionId)>, Vec<String>) =
            Default::default();
        let mut last: Option<&Outline> = None;
        for (at, id) in all.iter().enumerate() {
            let outline = catalogue.outline(*id);
            // Neighbours are alike more often than not.
            if last.is_some_and(|last| std::ptr::eq(last, outline)) {
                continue;
            }
            last = Some(outline);
            let Outline { level, kind, .. } = outline;
            if levels.iter().all(|(other, _)| other != level) {
                levels.push((*level, *id));
            }
            if at < members.len() && !types.contains(kind) {
                types.push(kind.clone());
            }
        }
        let (members, begins) = (Arc::new(members), begins.unwrap_or(Date::MIN));
        Self { members, begins, levels, types, whole: OnceLock::new() }
    }

    /// The members as one part.
    pub(super) fn whole(&self, snapshot: &Snapshot) -> Arc<Partition> {
        let make = || Arc::new(snapshot.partition(self.members.iter().map(|id| (*id, 0))));
        Arc::clone(self.whole.get_or_init(make))
    }
}

/// Regions that together are all of an area.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) members: Arc<Vec<RegionId>>,
    /// The last day on which one of the members began.
    pub(super) begins: Date,
    /// Where figures of the members and their predecessors may be stored: those of the rule's
    /// first indicator, and of its second.
    pub(super) labels: [Arc<Labels>; 2],
    /// Where the members stand among those of other rows.
    pub(super) slot: Option<Slot>,
    /// The same, unless members were left out.
    pub(super) layer: Option<Arc<Layer>>,
}

impl Cut {
    pub(super) fn new(layer: &Arc<Layer>, rule: &Rule, slot: Option<Slot>) -> Self {
        let labels = rule.labels_at(&layer.levels);
        let members = Arc::clone(&layer.members);
        Self { members, begins: layer.begins, labels, slot, layer: Some(Arc::clone(layer)) }
    }

    /// The same with fewer members.
    pub(super) fn with(&self, members: Vec<RegionId>) -> Self {
        Self { members: Arc::new(members), slot: None, layer: None, ..self.clone() }
    }
}

/// The members of each cut below a region on a day. Where a branch is shorter than others, its
/// last region stands for itself in the cuts further down, so that every cut is the whole.
pub(super) fn cuts(catalogue: &Catalogue, region: RegionId, day: Date) -> Vec<Arc<Layer>> {
    let level = |id: RegionId| catalogue.outline(id).level;
    let members = Membership::new(catalogue, None);
    let below = |id: RegionId| {
        let mut children = catalogue.children_of(id, day);
        children.retain(|child| *child != region && members.has(*child));
        children
    };
    let mut cuts = Vec::new();
    let mut frontier: Vec<(RegionId, u32)> = below(region).into_iter().map(|id| (id, 1)).collect();
    // Depth stands in for levels that are not declared.
    let rank = |(id, depth): &(RegionId, u32)| level(*id).map_or(*depth, u32::from);
    // Every region lies in one other, so none comes twice; whoever forges a file may see to it that
    // one does, and is not followed in circles.
    let mut divided: BTreeSet<RegionId> = BTreeSet::from([region]);
    while !frontier.is_empty() {
        let members = frontier.iter().map(|(id, _)| *id).collect();
        cuts.push(Arc::new(Layer::new(catalogue, members)));
        let mut branches: Vec<(usize, Vec<RegionId>)> = Vec::new();
        for (at, (id, _)) in frontier.iter().enumerate() {
            let children = below(*id);
            if !children.is_empty() && !divided.contains(id) {
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
                    divided.insert(node.0);
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
