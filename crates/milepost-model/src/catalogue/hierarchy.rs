//! Which region lies in which, on a day.

use super::{Catalogue, RegionId};
use crate::Date;

/// The regions above a region, the nearest first; see [`Catalogue::ancestors`].
#[derive(Clone, Debug)]
pub struct Ancestors<'a> {
    catalogue: &'a Catalogue,
    date: Date,
    path: Vec<RegionId>,
}

impl Iterator for Ancestors<'_> {
    type Item = RegionId;

    fn next(&mut self) -> Option<RegionId> {
        let parent = self.catalogue.parent_of(*self.path.last()?, self.date)?;
        if self.path.contains(&parent) {
            return None;
        }
        self.path.push(parent);
        Some(parent)
    }
}

impl Catalogue {
    /// The version that a uid or code stands for on a day: a uid always means its
    /// version, a code the version valid on the day.
    pub fn region_on(&self, text: &str, date: Date) -> Option<RegionId> {
        self.region_with_uid(text).or_else(|| {
            let valid = |id: &RegionId| self.get_region(*id).is_some_and(|r| r.is_valid_on(date));
            self.versions_of(text).into_iter().find(valid)
        })
    }

    /// The region in which a region lies on a day.
    pub fn parent_of(&self, region: RegionId, date: Date) -> Option<RegionId> {
        self.region_on(self.get_region(region)?.parent.as_deref()?, date)
    }

    /// The regions above a region on a day, the nearest first. A cycle of parents
    /// ends the walk before any region comes twice.
    pub fn ancestors(&self, region: RegionId, date: Date) -> Ancestors<'_> {
        Ancestors { catalogue: self, date, path: vec![region] }
    }

    /// The regions valid on a day whose parent on that day is this region, in the
    /// order of definition.
    pub fn children_of(&self, region: RegionId, date: Date) -> Vec<RegionId> {
        let Some(parent) = self.get_region(region) else { return Vec::new() };
        let index = self.places();
        // Of many children the parent is written alike: a uid means this region, and a code the
        // one that it stands for on the day.
        let by_code = std::cell::OnceCell::new();
        let means_it = || self.region_on(&parent.code, date) == Some(region);
        let lies_here = |child: RegionId, written: Option<&str>| match written {
            Some(written) if written == parent.uid => true,
            Some(written) if written == parent.code => *by_code.get_or_init(means_it),
            _ => self.parent_of(child, date) == Some(region),
        };
        let mut children: Vec<_> = index
            .children_of(&parent.uid)
            .chain(index.children_of(&parent.code))
            .map(RegionId)
            .filter(|&child| {
                self.get_region(child).is_some_and(|record| {
                    record.is_valid_on(date) && lies_here(child, record.parent.as_deref())
                })
            })
            .collect();
        children.sort_unstable();
        children.dedup();
        children
    }

    /// The regions that passed territory on to this one, all of it or a part, in the order of
    /// definition.
    ///
    /// ```
    /// use milepost_model::{Catalogue, Region};
    ///
    /// let mut catalogue = Catalogue::default();
    /// catalogue.define(Region::new("E").valid_to("2025-07-01").successor("E@2025"))?;
    /// catalogue.define(Region::new("W").valid_to("2025-07-01").successor("E@2025"))?;
    /// catalogue.define(Region::new("E").valid_from("2025-07-01"))?;
    /// let merged = catalogue.region_with_uid("E@2025").unwrap();
    /// assert_eq!(catalogue.predecessors_of(merged).len(), 2);
    /// # Ok::<(), milepost_model::CatalogueError>(())
    /// ```
    pub fn predecessors_of(&self, region: RegionId) -> Vec<RegionId> {
        let Some(record) = self.get_region(region) else { return Vec::new() };
        let mut predecessors: Vec<_> = self
            .places()
            .predecessors_of(&record.uid)
            .map(RegionId)
            .filter(|&other| {
                let other = self.get_region(other);
                other.is_some_and(|other| other.successors.iter().any(|s| s.uid == record.uid))
            })
            .collect();
        predecessors.dedup();
        predecessors
    }

    /// The regions of a level (0 is the country) valid on a day, in the order of
    /// definition.
    pub fn regions_at_level(&self, level: u8, date: Date) -> Vec<RegionId> {
        let members = self.places().at_level(level).map(RegionId);
        members.filter(|&id| self.get_region(id).is_some_and(|r| r.is_valid_on(date))).collect()
    }

    /// The other regions of the same level in the same parent on a day.
    pub fn siblings_of(&self, region: RegionId, date: Date) -> Vec<RegionId> {
        let Some(parent) = self.parent_of(region, date) else { return Vec::new() };
        let level = self.get_region(region).and_then(|region| region.level);
        let mut siblings = self.children_of(parent, date);
        siblings.retain(|&id| {
            id != region && self.get_region(id).is_some_and(|other| other.level == level)
        });
        siblings
    }

    /// The level of the regions whose type is this word, in singular or plural:
    /// `provinces`, `macro_region`, `Macro Regions`.
    ///
    /// Types may share a level, as provinces and municipalities do. A type with
    /// regions on several levels stands for the level defined first.
    pub fn level_of_word(&self, word: &str) -> Option<u8> {
        self.places().level_of_word(word)
    }
}
