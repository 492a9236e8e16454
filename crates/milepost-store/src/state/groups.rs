//! Region ordinals: the column of a region in the sheets of its level (FORMAT.md, section 4).

use std::collections::{HashMap, HashSet};

use milepost_model::{Catalogue, Date, RegionId};

use crate::head::GroupRecord;

/// Regions by level, each with a place that never changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    groups: Vec<GroupRecord>,
    /// Group and ordinal, by region id.
    places: Vec<(u32, u32)>,
}

impl Groups {
    /// Groups as the manifest has them; `None` unless each of `regions` regions is in one of them, once.
    pub(crate) fn from_records(groups: Vec<GroupRecord>, regions: usize) -> Option<Self> {
        let nowhere = (u32::MAX, u32::MAX);
        let mut places = vec![nowhere; regions];
        for (group, record) in (0..).zip(&groups) {
            for (ordinal, &region) in (0..).zip(&record.regions) {
                let place = places.get_mut(usize::try_from(region).ok()?)?;
                if std::mem::replace(place, (group, ordinal)) != nowhere {
                    return None;
                }
            }
        }
        places.iter().all(|place| *place != nowhere).then_some(Self { groups, places })
    }

    pub(crate) fn records(&self) -> &[GroupRecord] {
        &self.groups
    }

    /// Group and ordinal of a region.
    pub(crate) fn place(&self, region: u32) -> Option<(u32, u32)> {
        self.places.get(usize::try_from(region).ok()?).copied()
    }

    /// How many regions a group has.
    pub(crate) fn size(&self, group: u32) -> usize {
        let index = usize::try_from(group).ok();
        index.and_then(|index| self.groups.get(index)).map_or(0, |group| group.regions.len())
    }

    /// Whether a region without a place is in the catalogue.
    pub(crate) fn lacks(&self, catalogue: &Catalogue) -> bool {
        catalogue.regions().len() > self.places.len()
    }

    /// Gives places to the regions that have none yet, depth first.
    pub(crate) fn extend(&mut self, catalogue: &Catalogue) {
        let start = self.places.len();
        let new: Vec<RegionId> = catalogue.regions().map(|(id, _)| id).skip(start).collect();
        let is_new: HashSet<RegionId> = new.iter().copied().collect();
        let mut children: HashMap<RegionId, Vec<RegionId>> = HashMap::new();
        let mut roots = Vec::new();
        for &region in &new {
            match parent(catalogue, region).filter(|parent| is_new.contains(parent)) {
                Some(parent) => children.entry(parent).or_default().push(region),
                None => roots.push(region),
            }
        }
        self.places.resize(start.saturating_add(new.len()), (0, 0));
        let mut stack: Vec<RegionId> = roots.into_iter().rev().collect();
        while let Some(region) = stack.pop() {
            stack.extend(children.remove(&region).unwrap_or_default().into_iter().rev());
            self.append(catalogue, region);
        }
        // Regions that lie within each other have no root; they come last.
        let mut circular: Vec<RegionId> = children.into_values().flatten().collect();
        circular.sort_unstable();
        for region in circular {
            self.append(catalogue, region);
        }
    }

    fn append(&mut self, catalogue: &Catalogue, region: RegionId) {
        let level = catalogue.get_region(region).and_then(|region| region.level);
        let found = self.groups.iter().position(|group| group.level == level);
        let group = found.unwrap_or_else(|| {
            self.groups.push(GroupRecord { level, regions: Vec::new() });
            self.groups.len().saturating_sub(1)
        });
        if let (Some(record), Ok(group)) = (self.groups.get_mut(group), u32::try_from(group)) {
            let ordinal = u32::try_from(record.regions.len()).unwrap_or(u32::MAX);
            record.regions.push(region.0);
            let place = usize::try_from(region.0).ok().and_then(|index| self.places.get_mut(index));
            if let Some(place) = place {
                *place = (group, ordinal);
            }
        }
    }
}

/// The parent on the day a region begins; without such a day, the earliest version of the parent.
fn parent(catalogue: &Catalogue, region: RegionId) -> Option<RegionId> {
    let record = catalogue.get_region(region)?;
    let day = record.valid_from.unwrap_or(Date::MIN);
    catalogue
        .parent_of(region, day)
        .or_else(|| catalogue.versions_of(record.parent.as_deref()?).into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use milepost_model::Region;

    fn ordinals(groups: &Groups, level: Option<u8>) -> Vec<u32> {
        groups.groups.iter().find(|group| group.level == level).unwrap().regions.clone()
    }

    #[test]
    fn the_communes_of_a_province_are_neighbours() {
        let mut catalogue = Catalogue::default();
        for (code, level, parent) in [
            ("c1", 2, "B"),
            ("c2", 2, "A"),
            ("VN", 0, ""),
            ("A", 1, "VN"),
            ("B", 1, "VN"),
            ("c3", 2, "B"),
            ("c4", 2, "A"),
        ] {
            let region = Region::new(code).level(level);
            let region = if parent.is_empty() { region } else { region.parent(parent) };
            catalogue.define(region).unwrap();
        }
        let mut groups = Groups::default();
        groups.extend(&catalogue);
        assert_eq!(ordinals(&groups, Some(2)), [1, 6, 0, 5]);
        assert_eq!(ordinals(&groups, Some(1)), [3, 4]);
        assert_eq!(groups.place(6), groups.place(6));

        catalogue.define(Region::new("c5").level(2).parent("A")).unwrap();
        catalogue.define(Region::new("c1").level(1).parent("VN")).unwrap();
        catalogue.define(Region::new("x")).unwrap();
        groups.extend(&catalogue);
        assert_eq!(ordinals(&groups, Some(2)), [1, 6, 0, 5, 7], "places never change");
        assert_eq!(ordinals(&groups, None), [8]);

        let records = groups.records().to_vec();
        let read = Groups::from_records(records.clone(), 9).unwrap();
        assert_eq!(read.places, groups.places);
        assert!(Groups::from_records(records.clone(), 10).is_none());
        assert!(Groups::from_records(records, 8).is_none());
    }
}
