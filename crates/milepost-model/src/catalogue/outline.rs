//! What many regions have in common.

use super::RegionView;
use crate::Date;

/// Level, type and days of validity: what there is to know of a region without its names.
///
/// Neighbours mostly share an outline, so a catalogue of thousands of regions has a few of them
/// and tells them without reading a single region.
///
/// ```
/// use milepost_model::{Catalogue, Region};
///
/// let mut catalogue = Catalogue::default();
/// let province = |code: &str| Region::new(code).kind("province").level(1);
/// catalogue.define(province("VN-49"))?;
/// catalogue.define(province("VN-41").valid_to("2025-07-01"))?;
/// catalogue.define(province("VN-HN"))?;
///
/// let outlines: Vec<_> = catalogue.outlines().collect();
/// assert_eq!(outlines.len(), 2);
/// let (first, outline) = outlines[1];
/// assert_eq!(catalogue.region(first).code, "VN-41");
/// assert_eq!((outline.kind.as_str(), outline.level), ("province", Some(1)));
/// assert!(!outline.is_valid_on("2025-07-01".parse()?));
/// assert_eq!(catalogue.outline(first), outline);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Outline {
    /// The depth below the root, 0 for a country; `None` when undeclared.
    pub level: Option<u8>,
    /// The type: `province`, `municipality`, `macro_region`; empty when not stated.
    pub kind: String,
    /// The first day of validity; `None` for always.
    pub valid_from: Option<Date>,
    /// The first day on which it is no longer valid; `None` while it is.
    pub valid_to: Option<Date>,
}

impl Outline {
    /// Whether regions like this are valid on a day.
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date < to)
    }

    /// Whether it is that of a region.
    pub(super) fn is_of(&self, region: &RegionView<'_>) -> bool {
        let RegionView { kind, level, valid_from, valid_to, .. } = *region;
        self.kind == kind
            && (self.level, self.valid_from, self.valid_to) == (level, valid_from, valid_to)
    }
}

impl From<&RegionView<'_>> for Outline {
    fn from(region: &RegionView<'_>) -> Self {
        let RegionView { kind, level, valid_from, valid_to, .. } = *region;
        Self { level, kind: kind.to_owned(), valid_from, valid_to }
    }
}
