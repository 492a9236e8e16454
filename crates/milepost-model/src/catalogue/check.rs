//! What a catalogue refers to but does not define.

use std::fmt;

use super::Catalogue;
use crate::{Date, Region};

/// Something in a catalogue that will be missing when it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatalogueWarning {
    /// An indicator is made of one that is not defined.
    UndefinedIndicator {
        /// The indicator.
        indicator: String,
        /// `numerator`, `denominator` or `weight`.
        part: &'static str,
        /// The name that is not defined.
        reference: String,
    },
    /// A region lies in one that is not defined.
    UndefinedParent {
        /// The uid of the region.
        uid: String,
        /// The uid or code that is not defined.
        parent: String,
    },
    /// A region goes on as one that is not defined.
    UndefinedSuccessor {
        /// The uid of the region.
        uid: String,
        /// The uid that is not defined.
        successor: String,
    },
    /// Two versions of a place are valid on the same day.
    Overlap {
        /// The uid of the version defined first.
        first: String,
        /// The uid of the other.
        second: String,
    },
}

impl fmt::Display for CatalogueWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UndefinedIndicator { indicator, part, reference } => {
                write!(f, "the {part} of {indicator:?}, {reference:?}, is not defined")
            }
            Self::UndefinedParent { uid, parent } => {
                write!(f, "the parent of {uid:?}, {parent:?}, is not defined")
            }
            Self::UndefinedSuccessor { uid, successor } => {
                write!(f, "the successor of {uid:?}, {successor:?}, is not defined")
            }
            Self::Overlap { first, second } => {
                write!(f, "{first:?} and {second:?} have one code and are valid on the same day")
            }
        }
    }
}

impl Catalogue {
    /// References that lead nowhere and versions that overlap, in the order of
    /// definition.
    ///
    /// ```
    /// use milepost_model::{Catalogue, Region};
    ///
    /// let mut catalogue = Catalogue::default();
    /// catalogue.define(Region::new("VN-49").parent("VN"))?;
    /// let warnings = catalogue.check();
    /// assert_eq!(warnings[0].to_string(), r#"the parent of "VN-49@0", "VN", is not defined"#);
    ///
    /// catalogue.define(Region::new("VN"))?;
    /// assert!(catalogue.check().is_empty());
    /// # Ok::<(), milepost_model::CatalogueError>(())
    /// ```
    pub fn check(&self) -> Vec<CatalogueWarning> {
        let mut warnings = Vec::new();
        for (_, indicator) in self.indicators() {
            for (part, reference) in [
                ("numerator", &indicator.numerator),
                ("denominator", &indicator.denominator),
                ("weight", &indicator.weight),
            ] {
                let reference = reference.as_ref();
                if let Some(name) = reference.filter(|name| self.indicator_named(name).is_none()) {
                    let (indicator, reference) = (indicator.name.clone(), name.clone());
                    warnings.push(CatalogueWarning::UndefinedIndicator {
                        indicator,
                        part,
                        reference,
                    });
                }
            }
        }
        for (_, region) in self.regions() {
            self.check_region(region, &mut warnings);
        }
        warnings
    }

    fn check_region(&self, region: &Region, warnings: &mut Vec<CatalogueWarning>) {
        let identities = self.identities();
        if let Some(parent) = &region.parent
            && !identities.regions.contains_key(parent)
            && !identities.codes.contains_key(parent)
        {
            let (uid, parent) = (region.uid.clone(), parent.clone());
            warnings.push(CatalogueWarning::UndefinedParent { uid, parent });
        }
        for successor in &region.successors {
            if !identities.regions.contains_key(&successor.uid) {
                let (uid, successor) = (region.uid.clone(), successor.uid.clone());
                warnings.push(CatalogueWarning::UndefinedSuccessor { uid, successor });
            }
        }
        let versions = identities.codes.get(&region.code).into_iter().flatten();
        for other in versions.filter_map(|&id| self.regions.get(id)) {
            if region.uid == other.uid {
                // Each pair is told once, by its second version.
                break;
            }
            if first_day(region) < end(other) && first_day(other) < end(region) {
                let (first, second) = (other.uid.clone(), region.uid.clone());
                warnings.push(CatalogueWarning::Overlap { first, second });
            }
        }
    }
}

fn first_day(region: &Region) -> Date {
    region.valid_from.unwrap_or(Date::MIN)
}

fn end(region: &Region) -> Date {
    region.valid_to.unwrap_or(Date::MAX)
}
