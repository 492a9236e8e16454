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
        self.region_with_uid(text)
            .or_else(|| self.versions_of(text).into_iter().find(|id| self.is_valid_on(*id, date)))
    }

    /// Whether a region is valid on a day. While regions are defined there is no gazetteer, nor is
    /// one made for this.
    fn is_valid_on(&self, region: RegionId, date: Date) -> bool {
        match self.gazetteer.get() {
            Some(gazetteer) => gazetteer.outline(region.0).is_some_and(|o| o.is_valid_on(date)),
            None => self.get_region(region).is_some_and(|region| region.is_valid_on(date)),
        }
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
        let gazetteer = self.gazetteer();
        let valid = |child: &&u32| gazetteer.outline(**child).is_some_and(|o| o.is_valid_on(date));
        let [by_uid, by_code] = gazetteer.children_as_written(region.0);
        if by_uid.is_empty() && by_code.is_empty() {
            return Vec::new();
        }
        let mut children: Vec<u32> = by_uid.iter().filter(valid).copied().collect();
        // A uid always means its version, a code the one that it stands for on the day.
        if !by_code.is_empty()
            && let Some(code) = gazetteer.code(region.0)
            && self.region_on(code, date) == Some(region)
        {
            children.extend(by_code.iter().filter(valid));
            children.sort_unstable();
            children.dedup();
        }
        children.into_iter().map(RegionId).collect()
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
        self.gazetteer().predecessors_of(region.0).map(RegionId).collect()
    }

    /// The regions of a level (0 is the country), of all times, in the order of definition.
    pub fn at_level(&self, level: u8) -> impl Iterator<Item = RegionId> {
        self.gazetteer().at_level(level).map(RegionId)
    }

    /// The regions of a level valid on a day, in the order of definition.
    pub fn regions_at_level(&self, level: u8, date: Date) -> Vec<RegionId> {
        self.at_level(level).filter(|id| self.outline(*id).is_valid_on(date)).collect()
    }

    /// The other regions of the same level in the same parent on a day.
    pub fn siblings_of(&self, region: RegionId, date: Date) -> Vec<RegionId> {
        let Some(parent) = self.parent_of(region, date) else { return Vec::new() };
        let level = self.outline(region).level;
        let mut siblings = self.children_of(parent, date);
        siblings.retain(|id| *id != region && self.outline(*id).level == level);
        siblings
    }

    /// The level of the regions whose type is this word, in singular or plural:
    /// `provinces`, `macro_region`, `Macro Regions`.
    ///
    /// Types may share a level, as provinces and municipalities do. A type with
    /// regions on several levels stands for the level defined first.
    pub fn level_of_word(&self, word: &str) -> Option<u8> {
        self.gazetteer().level_of_word(word)
    }
}
