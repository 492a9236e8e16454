//! Regions whose figures are put together side by side: the rows of a level.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use milepost_model::{Date, RegionId};
use milepost_store::Partition;

use crate::reader::Reader;

/// What lies in each of them is added up in one go, whatever their number.
#[derive(Debug)]
pub(crate) struct Peers {
    regions: Vec<RegionId>,
    positions: HashMap<RegionId, usize>,
    /// By the day of the boundaries and the depth of the cuts.
    partitions: RefCell<BTreeMap<(Date, usize), Arc<Partition>>>,
}

impl Peers {
    pub(crate) fn new(regions: Vec<RegionId>) -> Self {
        let positions = regions.iter().copied().zip(0..).collect();
        Self { regions, positions, partitions: RefCell::default() }
    }

    /// The members of every peer's cut of a depth, a part for each peer.
    fn partition(&self, reader: &Reader, boundaries: Date, depth: usize) -> Arc<Partition> {
        let make = || {
            let catalogue = reader.snapshot.catalogue();
            if let [only] = self.regions.as_slice() {
                let cuts = super::cuts_below(&reader.index, catalogue, *only, boundaries);
                let layer = cuts.get(depth).map(|layer| layer.whole(&reader.snapshot));
                return layer.unwrap_or_default();
            }
            let mut members: Vec<(RegionId, usize)> = Vec::new();
            for (part, region) in self.regions.iter().enumerate() {
                let cuts = super::cuts_below(&reader.index, catalogue, *region, boundaries);
                let own = cuts.get(depth).into_iter().flat_map(|layer| layer.members.iter());
                members.extend(own.map(|member| (*member, part)));
            }
            Arc::new(reader.snapshot.partition(members))
        };
        let mut partitions = self.partitions.borrow_mut();
        Arc::clone(partitions.entry((boundaries, depth)).or_insert_with(make))
    }
}

/// Where the members of a cut stand among those of its peers.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) peers: Rc<Peers>,
    pub(crate) boundaries: Date,
    pub(crate) depth: usize,
    pub(crate) part: usize,
}

impl Slot {
    /// The place of a region's cut of a depth, if the region is a peer.
    pub(super) fn of(
        peers: &Rc<Peers>,
        region: RegionId,
        boundaries: Date,
        depth: usize,
    ) -> Option<Self> {
        let part = *peers.positions.get(&region)?;
        Some(Self { peers: Rc::clone(peers), boundaries, depth, part })
    }

    pub(crate) fn partition(&self, reader: &Reader) -> Arc<Partition> {
        self.peers.partition(reader, self.boundaries, self.depth)
    }
}
