//! Append-only records that clones share, and where each identity stands.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Indicator, Milestone, Region};

/// Where records are decoded from when they are first needed.
type Source<T> = Arc<dyn Fn(u32) -> T + Send + Sync>;

/// Records under their positions. A clone is one counter; changing a shared list
/// copies pointers, never records.
#[derive(Clone)]
pub(super) struct Records<T> {
    list: Arc<Vec<OnceLock<Arc<T>>>>,
    /// What gives the records that are not there yet; none are awaited without it.
    source: Option<Source<T>>,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { list: Arc::default(), source: None }
    }
}

impl<T: fmt::Debug> fmt::Debug for Records<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(_, record)| record)).finish()
    }
}

impl<T: PartialEq> PartialEq for Records<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Eq> Eq for Records<T> {}

impl<T> Records<T> {
    pub(super) fn of(records: Vec<T>) -> Self {
        let list = records.into_iter().map(|record| OnceLock::from(Arc::new(record))).collect();
        Self { list: Arc::new(list), source: None }
    }

    /// So many records, each given by `source` when it is first asked for.
    pub(super) fn lazy(count: usize, source: Source<T>) -> Self {
        let list = (0..count).map(|_| OnceLock::new()).collect();
        Self { list: Arc::new(list), source: Some(source) }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn get(&self, position: u32) -> Option<&T> {
        Some(self.record(position, self.list.get(position as usize)?))
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (u32, &T)> {
        self.list.iter().enumerate().map(|(position, place)| {
            let position = to_position(position);
            (position, self.record(position, place))
        })
    }

    /// The position that the next record will take; `None` when there is no room.
    pub(super) fn next_position(&self) -> Option<u32> {
        u32::try_from(self.list.len()).ok()
    }

    fn record<'a>(&'a self, position: u32, place: &'a OnceLock<Arc<T>>) -> &'a T {
        place.get_or_init(|| {
            let source = self.source.as_ref().expect("without a source every record is there");
            Arc::new(source(position))
        })
    }
}

impl<T: Clone> Records<T> {
    /// Puts a record at a position taken before, otherwise at the end.
    pub(super) fn put(&mut self, position: u32, record: T) {
        let records = Arc::make_mut(&mut self.list);
        let record = OnceLock::from(Arc::new(record));
        match records.get_mut(position as usize) {
            Some(place) => *place = record,
            None => records.push(record),
        }
    }
}

/// `next_position` admits no more than `u32::MAX` records.
fn to_position(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

impl<T: Serialize> Serialize for Records<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(_, record)| record))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Records<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(Vec::deserialize(deserializer)?))
    }
}

/// Where the identities stand. Kept up to date by every definition, so that
/// defining many regions takes no longer for each than defining a few.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities {
    pub(super) indicators: HashMap<String, u32>,
    pub(super) regions: HashMap<String, u32>,
    pub(super) milestones: HashMap<String, u32>,
    pub(super) codes: HashMap<String, Vec<u32>>,
}

impl Identities {
    pub(super) fn of(
        indicators: &Records<Indicator>,
        regions: &Records<Region>,
        milestones: &Records<Milestone>,
    ) -> Self {
        let mut identities = Self::default();
        for (position, indicator) in indicators.iter() {
            identities.indicators.insert(indicator.name.clone(), position);
        }
        for (position, region) in regions.iter() {
            identities.add_region(position, region, None);
        }
        for (position, milestone) in milestones.iter() {
            identities.milestones.insert(milestone.id(), position);
        }
        identities
    }

    pub(super) fn add_region(&mut self, position: u32, region: &Region, replaced: Option<&Region>) {
        if let Some(old) = replaced
            && let Some(versions) = self.codes.get_mut(&old.code)
        {
            versions.retain(|&version| version != position);
            if versions.is_empty() {
                self.codes.remove(&old.code);
            }
        }
        self.regions.insert(region.uid(), position);
        let versions = self.codes.entry(region.code.clone()).or_default();
        versions.push(position);
        versions.sort_unstable();
    }
}
