//! Regions that are decoded when they are first needed.

use std::{fmt, sync::Arc};

use super::{Catalogue, Gazetteer, records::Records};
use crate::{Indicator, Milestone, Region};

/// What the regions of a catalogue are decoded from, one at a time.
pub trait RegionSource: fmt::Debug + Send + Sync {
    /// The region at a position below the number of regions.
    fn region(&self, position: u32) -> Region;
}

impl Catalogue {
    /// A catalogue whose regions are decoded when they are first needed.
    ///
    /// The source gives the regions that the gazetteer was filled with, checked when they were
    /// first defined, whenever it is asked; in everything else the catalogue is as any other.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use milepost_model::{Catalogue, Gazetteer, Region, RegionSource, RegionView};
    ///
    /// #[derive(Debug)]
    /// struct Numbered;
    ///
    /// impl RegionSource for Numbered {
    ///     fn region(&self, position: u32) -> Region {
    ///         Region::new(format!("R{position}")).with_uid(format!("R{position}@0"))
    ///     }
    /// }
    ///
    /// let mut gazetteer = Gazetteer::default();
    /// for position in 0..3 {
    ///     gazetteer.push(&RegionView::from(&Numbered.region(position)))?;
    /// }
    /// let catalogue = Catalogue::lazy(vec![], gazetteer, Arc::new(Numbered), vec![]);
    /// let found = catalogue.region_with_uid("R2@0").unwrap();
    /// assert_eq!(catalogue.region(found).code, "R2");
    /// # Ok::<(), milepost_model::CatalogueError>(())
    /// ```
    pub fn lazy(
        indicators: Vec<Indicator>,
        gazetteer: Gazetteer,
        regions: Arc<dyn RegionSource>,
        milestones: Vec<Milestone>,
    ) -> Self {
        let source = Arc::new(move |at| regions.region(at));
        Self {
            indicators: Records::of(indicators),
            regions: Records::lazy(gazetteer.len(), source),
            milestones: Records::of(milestones),
            gazetteer: Arc::new(gazetteer).into(),
            ..Self::default()
        }
    }
}
