//! The catalogue: what the names in data and queries stand for.

mod buckets;
mod check;
mod definition;
mod gazetteer;
mod hierarchy;
mod index;
mod lazy;
mod numbered;
mod outline;
mod records;
mod region_view;
mod similar;

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

pub use self::{
    check::CatalogueWarning,
    definition::{CatalogueError, Definition},
    gazetteer::Gazetteer,
    hierarchy::Ancestors,
    lazy::RegionSource,
    outline::Outline,
    region_view::RegionView,
};
use self::{
    index::{Index, NameIndex},
    records::{Identities, Records},
};
use crate::{Indicator, Milestone, Region};

/// The position of an indicator in a catalogue; it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IndicatorId(pub u32);

/// The position of a region version in a catalogue; it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RegionId(pub u32);

/// The position of a milestone in a catalogue; it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MilestoneId(pub u32);

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// One thing.
    Found(T),
    /// Several things, equally well: all of them, in the order of definition.
    Ambiguous(Vec<T>),
    /// Nothing.
    Unknown,
}

impl<T> Lookup<T> {
    /// The one thing found, if it is one.
    pub fn found(self) -> Option<T> {
        match self {
            Self::Found(id) => Some(id),
            Self::Ambiguous(_) | Self::Unknown => None,
        }
    }

    fn of(mut ids: Vec<T>) -> Self {
        match ids.len() {
            0 | 1 => ids.pop().map_or(Self::Unknown, Self::Found),
            _ => Self::Ambiguous(ids),
        }
    }
}

/// Indicators, regions and milestones, each under a stable id.
///
/// Definitions are only ever added or replaced. A clone shares everything with
/// its original until either defines something; the indexes for lookups are
/// built when first needed and not serialised.
///
/// Names are looked up exactly first, diacritics and all, and folded otherwise
/// (see [`fold`](crate::fold)).
///
/// ```
/// use milepost_model::{Catalogue, Indicator, Lookup, Milestone, Region};
///
/// let mut catalogue = Catalogue::default();
/// catalogue.define(Indicator::stock("si.participants").unit("persons"))?;
/// catalogue.define(Region::new("VN-49").name("Vĩnh Long").valid_to("2025-07-01"))?;
/// catalogue.define(Region::new("VN-49").name("Vĩnh Long").valid_from("2025-07-01"))?;
/// catalogue.define(Milestone::new("Law passed").alias("the law").on("2024-06-29"))?;
/// catalogue.define(Milestone::new("Law in force").alias("the law").on("2025-07-01"))?;
///
/// assert!(matches!(catalogue.find_indicator("SI.Participants"), Lookup::Found(_)));
/// assert_eq!(catalogue.find_regions("vinh long").len(), 2);
/// assert_eq!(catalogue.find_regions("VN-49@2025").len(), 1);
/// assert!(matches!(catalogue.find_milestone("The Law"), Lookup::Ambiguous(both) if both.len() == 2));
/// # Ok::<(), milepost_model::CatalogueError>(())
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Content", into = "Content")]
pub struct Catalogue {
    indicators: Records<Indicator>,
    regions: Records<Region>,
    milestones: Records<Milestone>,
    /// Kept up to date while things are defined; without it regions are found in the gazetteer.
    identities: OnceLock<Arc<Identities>>,
    gazetteer: OnceLock<Arc<Gazetteer>>,
    index: Arc<Index>,
}

/// What of a catalogue is serialised.
#[derive(Serialize, Deserialize)]
struct Content {
    indicators: Records<Indicator>,
    regions: Records<Region>,
    milestones: Records<Milestone>,
}

impl From<Content> for Catalogue {
    fn from(content: Content) -> Self {
        let Content { indicators, regions, milestones } = content;
        Self { indicators, regions, milestones, ..Self::default() }
    }
}

impl From<Catalogue> for Content {
    fn from(catalogue: Catalogue) -> Self {
        let Catalogue { indicators, regions, milestones, .. } = catalogue;
        Self { indicators, regions, milestones }
    }
}

impl PartialEq for Catalogue {
    fn eq(&self, other: &Self) -> bool {
        self.indicators == other.indicators
            && self.regions == other.regions
            && self.milestones == other.milestones
    }
}

impl Eq for Catalogue {}

impl Catalogue {
    /// A catalogue without definitions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is defined.
    pub fn is_empty(&self) -> bool {
        self.indicators.len() + self.regions.len() + self.milestones.len() == 0
    }

    /// Every indicator with its id, in the order of definition.
    pub fn indicators(&self) -> impl ExactSizeIterator<Item = (IndicatorId, &Indicator)> {
        self.indicators.iter().map(|(position, record)| (IndicatorId(position), record))
    }

    /// Every region version with its id, in the order of definition.
    pub fn regions(&self) -> impl ExactSizeIterator<Item = (RegionId, &Region)> {
        self.regions.iter().map(|(position, record)| (RegionId(position), record))
    }

    /// Every milestone with its id, in the order of definition.
    pub fn milestones(&self) -> impl ExactSizeIterator<Item = (MilestoneId, &Milestone)> {
        self.milestones.iter().map(|(position, record)| (MilestoneId(position), record))
    }

    /// An indicator by id; `None` for an id this catalogue did not give out.
    pub fn get_indicator(&self, id: IndicatorId) -> Option<&Indicator> {
        self.indicators.get(id.0)
    }

    /// A region version by id; `None` for an id this catalogue did not give out.
    pub fn get_region(&self, id: RegionId) -> Option<&Region> {
        self.regions.get(id.0)
    }

    /// A milestone by id; `None` for an id this catalogue did not give out.
    pub fn get_milestone(&self, id: MilestoneId) -> Option<&Milestone> {
        self.milestones.get(id.0)
    }

    /// An indicator by id.
    ///
    /// # Panics
    ///
    /// For an id this catalogue did not give out; an id read from a file goes
    /// through [`Catalogue::get_indicator`] first.
    pub fn indicator(&self, id: IndicatorId) -> &Indicator {
        self.get_indicator(id).expect("the id is of this catalogue")
    }

    /// A region version by id.
    ///
    /// # Panics
    ///
    /// For an id this catalogue did not give out; an id read from a file goes
    /// through [`Catalogue::get_region`] first.
    pub fn region(&self, id: RegionId) -> &Region {
        self.get_region(id).expect("the id is of this catalogue")
    }

    /// A milestone by id.
    ///
    /// # Panics
    ///
    /// For an id this catalogue did not give out; an id read from a file goes
    /// through [`Catalogue::get_milestone`] first.
    pub fn milestone(&self, id: MilestoneId) -> &Milestone {
        self.get_milestone(id).expect("the id is of this catalogue")
    }

    /// Level, type and validity of a region, without reading all of it.
    ///
    /// # Panics
    ///
    /// For an id this catalogue did not give out, as [`Catalogue::region`].
    pub fn outline(&self, id: RegionId) -> &Outline {
        self.gazetteer().outline(id.0).expect("the id is of this catalogue")
    }

    /// Every [`Outline`] with the first region of it, in the order of these.
    pub fn outlines(&self) -> impl ExactSizeIterator<Item = (RegionId, &Outline)> {
        self.gazetteer().outlines().map(|(first, outline)| (RegionId(first), outline))
    }

    /// The indicator with exactly this name, looked up without the name index.
    pub fn indicator_named(&self, name: &str) -> Option<IndicatorId> {
        // A few are compared faster than an index of everything is built.
        if self.identities.get().is_none() && self.indicators.len() < 64 {
            let mut indicators = self.indicators();
            return indicators.find(|(_, indicator)| indicator.name == name).map(|(id, _)| id);
        }
        self.identities().indicators.get(name).copied().map(IndicatorId)
    }

    /// The region version with exactly this uid, looked up without the name index.
    pub fn region_with_uid(&self, uid: &str) -> Option<RegionId> {
        let found = match self.identities.get() {
            Some(identities) => identities.regions.get(uid).copied(),
            None => self.gazetteer().with_uid(uid),
        };
        found.map(RegionId)
    }

    /// The milestone with exactly this identifier, looked up without the name index.
    pub fn milestone_with_id(&self, id: &str) -> Option<MilestoneId> {
        self.identities().milestones.get(id).copied().map(MilestoneId)
    }

    /// Every version of the place with exactly this code, in the order of definition.
    pub fn versions_of(&self, code: &str) -> Vec<RegionId> {
        let found = match self.identities.get() {
            Some(identities) => identities.codes.get(code).cloned().unwrap_or_default(),
            None => self.gazetteer().with_code(code),
        };
        found.into_iter().map(RegionId).collect()
    }

    /// The indicator that a text names: by name, then by label or alias, then folded.
    pub fn find_indicator(&self, text: &str) -> Lookup<IndicatorId> {
        let index = self.index.indicators.get_or_init(|| NameIndex::of(&self.indicators));
        let ids = index.find(text, |id| self.indicators.get(id));
        Lookup::of(ids.into_iter().map(IndicatorId).collect())
    }

    /// The region versions that a text names.
    ///
    /// A uid goes before a code, a code before an exact name, an exact name before
    /// the code of another scheme (`80` or `gso:80`), and that before a folded
    /// name. Every version of the best rank is returned, in the order of
    /// definition; which of them is meant on a day is for the caller to choose.
    pub fn find_regions(&self, text: &str) -> Vec<RegionId> {
        if self.index.regions.get().is_none()
            && let Some(exact) = self.regions_by_identity(text.trim())
        {
            return exact;
        }
        let index = self.index.regions.get_or_init(|| NameIndex::of(&self.regions));
        let ids = index.find(text, |id| self.regions.get(id));
        ids.into_iter().map(RegionId).collect()
    }

    /// The milestone that a text names: by identifier, name, alias, then folded,
    /// then folded without the parenthesised parts of its name.
    pub fn find_milestone(&self, text: &str) -> Lookup<MilestoneId> {
        let index = self.index.milestones.get_or_init(|| NameIndex::of(&self.milestones));
        let ids = index.find(text, |id| self.milestones.get(id));
        Lookup::of(ids.into_iter().map(MilestoneId).collect())
    }

    /// The region whose uid is a text, otherwise those whose code it is: no name counts then. `None`
    /// if there are none, or if other spellings might be meant as well.
    fn regions_by_identity(&self, text: &str) -> Option<Vec<RegionId>> {
        if !text.is_ascii() || !self.gazetteer().is_ascii() {
            return None;
        }
        let exact = self.region_with_uid(text).map(|region| vec![region]);
        exact.or_else(|| Some(self.versions_of(text)).filter(|versions| !versions.is_empty()))
    }

    fn identities(&self) -> &Identities {
        self.identities.get_or_init(|| {
            Arc::new(Identities::of(&self.indicators, &self.regions, &self.milestones))
        })
    }

    fn gazetteer(&self) -> &Gazetteer {
        self.gazetteer.get_or_init(|| {
            let mut gazetteer = Gazetteer::default();
            for (_, region) in self.regions.iter() {
                let room = gazetteer.push(&RegionView::from(region));
                room.expect("there is room for what the records have room for");
            }
            Arc::new(gazetteer)
        })
    }
}

#[cfg(test)]
mod tests;
