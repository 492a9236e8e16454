//! A region that is read where it lies.

use crate::{Date, Region};

/// The parts of a region that say which it is and where it belongs, borrowed from wherever they
/// are; the fields mean what those of [`Region`] of the same name do.
///
/// ```
/// use milepost_model::{Region, RegionView};
///
/// let region = Region::new("VN-49").with_uid("VN-49@0").parent("VN").successor("~VN-41@2025");
/// let view = RegionView::from(&region);
/// assert_eq!((view.uid, view.parent), ("VN-49@0", Some("VN")));
/// assert_eq!(view.successors, ["VN-41@2025"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct RegionView<'a> {
    /// Never empty.
    pub uid: &'a str,
    /// The code of the place.
    pub code: &'a str,
    /// The type; empty when not stated.
    pub kind: &'a str,
    /// The depth below the root.
    pub level: Option<u8>,
    /// The uid of the parent, or its code.
    pub parent: Option<&'a str>,
    /// The first day of validity.
    pub valid_from: Option<Date>,
    /// The first day on which it is no longer valid.
    pub valid_to: Option<Date>,
    /// The uids of the versions that follow.
    pub successors: Vec<&'a str>,
}

impl<'a> From<&'a Region> for RegionView<'a> {
    fn from(region: &'a Region) -> Self {
        let successors = region.successors.iter();
        Self {
            uid: &region.uid,
            code: &region.code,
            kind: &region.kind,
            level: region.level,
            parent: region.parent.as_deref(),
            valid_from: region.valid_from,
            valid_to: region.valid_to,
            successors: successors.map(|successor| successor.uid.as_str()).collect(),
        }
    }
}
