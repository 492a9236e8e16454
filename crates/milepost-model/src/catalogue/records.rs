//! Append-only records that clones share, and where each identity stands.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Indicator, Milestone, Region};

/// Records under their positions. A clone is one counter; changing a shared list
/// copies pointers, never records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Records<T>(Arc<Vec<Arc<T>>>);

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Records<T> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, position: u32) -> Option<&T> {
        self.0.get(position as usize).map(Arc::as_ref)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (u32, &T)> {
        self.0.iter().enumerate().map(|(position, record)| (to_position(position), record.as_ref()))
    }

    /// The position that the next record will take; `None` when there is no room.
    pub(super) fn next_position(&self) -> Option<u32> {
        u32::try_from(self.0.len()).ok()
    }

    /// Puts a record at a position taken before, otherwise at the end.
    pub(super) fn put(&mut self, position: u32, record: T) {
        let records = Arc::make_mut(&mut self.0);
        match records.get_mut(position as usize) {
            Some(place) => *place = Arc::new(record),
            None => records.push(Arc::new(record)),
        }
    }
}

/// `next_position` admits no more than `u32::MAX` records.
fn to_position(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

impl<T: Serialize> Serialize for Records<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Arc::as_ref))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Records<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = Vec::<T>::deserialize(deserializer)?;
        Ok(Self(Arc::new(records.into_iter().map(Arc::new).collect())))
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
