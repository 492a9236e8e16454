//! What may be defined, and what is refused.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use thiserror::Error;

use super::{Catalogue, records::Identities};
use crate::{Date, Indicator, Kind, Milestone, Region, Unit, UnitError};

/// Something to add to a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Definition {
    /// An indicator; its name is its identity.
    Indicator(Indicator),
    /// A region version; its uid is its identity.
    Region(Region),
    /// A milestone; its identifier is its identity.
    Milestone(Milestone),
}

impl From<Indicator> for Definition {
    fn from(indicator: Indicator) -> Self {
        Self::Indicator(indicator)
    }
}

impl From<Region> for Definition {
    fn from(region: Region) -> Self {
        Self::Region(region)
    }
}

impl From<Milestone> for Definition {
    fn from(milestone: Milestone) -> Self {
        Self::Milestone(milestone)
    }
}

/// A definition that cannot be taken into a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// A name or code is empty.
    #[error("the {what} is empty; a text of at least one visible character would do")]
    Empty {
        /// Which text.
        what: String,
    },
    /// A text is too long to be a name or code.
    #[error("the {what} takes {bytes} bytes; at most {MOST_BYTES} would do")]
    TooLong {
        /// Which text.
        what: String,
        /// How long it is.
        bytes: usize,
    },
    /// A text has control characters.
    #[error("the {what} {text:?} has control characters; printable ones would do")]
    ControlCharacter {
        /// Which text.
        what: String,
        /// The text.
        text: String,
    },
    /// A date or period given as text cannot be read, or is absent.
    #[error("{name:?}: {reason}")]
    Malformed {
        /// What was to be defined.
        name: String,
        /// What does not fit.
        reason: String,
    },
    /// The unit of an indicator cannot be read.
    #[error("the unit of {indicator:?}: {source}")]
    Unit {
        /// The name of the indicator.
        indicator: String,
        /// What does not fit.
        source: UnitError,
    },
    /// A basis is declared for something that is not a flow.
    #[error("{indicator:?} has a basis but is no flow; kind `flow` or no basis would do")]
    BasisWithoutFlow {
        /// The name of the indicator.
        indicator: String,
    },
    /// An indicator is made of itself.
    #[error("{indicator:?} is its own {part}; another indicator would do")]
    SelfReference {
        /// The name of the indicator.
        indicator: String,
        /// `numerator`, `denominator` or `weight`.
        part: &'static str,
    },
    /// A region version ends before it begins.
    #[error("{uid:?} is valid from {from} to {to}; a `valid_to` after {from} would do")]
    EmptyValidity {
        /// The uid of the version.
        uid: String,
        /// Its first day.
        from: Date,
        /// The first day on which it is no longer valid.
        to: Date,
    },
    /// A region lies within itself.
    #[error("{uid:?} lies within itself: {}; a parent outside of it would do", path.join(" in "))]
    ParentCycle {
        /// The uid of the version.
        uid: String,
        /// The uids from the version up to itself.
        path: Vec<String>,
    },
    /// A milestone ends before it starts.
    #[error("{name:?} ends on {close}, before it starts on {opening}; a later end would do")]
    EndsBeforeStart {
        /// The name of the milestone.
        name: String,
        /// Its first day.
        opening: Date,
        /// Its last day.
        close: Date,
    },
    /// No id is left.
    #[error("the catalogue is full; 4294967295 definitions of a sort are the most")]
    Full,
}

/// The longest name, code or remark in bytes.
const MOST_BYTES: usize = 1024;

impl Catalogue {
    /// Adds a definition; one of the same identity (name, uid, identifier) is
    /// replaced and keeps its id.
    ///
    /// Names that are not defined yet may be referred to: [`Catalogue::check`]
    /// lists those that never were.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] says what does not fit; the catalogue is then unchanged.
    ///
    /// ```
    /// use milepost_model::{Catalogue, CatalogueError, Indicator, Region};
    ///
    /// let mut catalogue = Catalogue::default();
    /// let own = Indicator::ratio("si.coverage").of("si.coverage", "labour_force");
    /// assert!(matches!(catalogue.define(own), Err(CatalogueError::SelfReference { .. })));
    /// assert!(catalogue.define(Region::new("VN").valid_from("a day")).is_err());
    /// assert!(catalogue.is_empty());
    /// ```
    pub fn define(&mut self, definition: impl Into<Definition>) -> Result<(), CatalogueError> {
        match definition.into() {
            Definition::Indicator(indicator) => self.define_indicator(indicator)?,
            Definition::Region(region) => self.define_region(region)?,
            Definition::Milestone(milestone) => self.define_milestone(milestone)?,
        }
        self.index = Arc::default();
        Ok(())
    }

    fn define_indicator(&mut self, mut indicator: Indicator) -> Result<(), CatalogueError> {
        check_indicator(&mut indicator)?;
        let known = self.identities().indicators.get(&indicator.name).copied();
        let position =
            known.or_else(|| self.indicators.next_position()).ok_or(CatalogueError::Full)?;
        self.identities_mut().indicators.insert(indicator.name.clone(), position);
        self.indicators.put(position, indicator);
        Ok(())
    }

    fn define_region(&mut self, mut region: Region) -> Result<(), CatalogueError> {
        check_region(&mut region)?;
        self.check_parents(&region)?;
        let known = self.identities().regions.get(&region.uid).copied();
        let position =
            known.or_else(|| self.regions.next_position()).ok_or(CatalogueError::Full)?;
        let replaced = self.regions.get(position).cloned();
        self.identities_mut().add_region(position, &region, replaced.as_ref());
        self.gazetteer = OnceLock::new();
        self.regions.put(position, region);
        Ok(())
    }

    fn define_milestone(&mut self, mut milestone: Milestone) -> Result<(), CatalogueError> {
        check_milestone(&mut milestone)?;
        let known = self.identities().milestones.get(&milestone.id).copied();
        let position =
            known.or_else(|| self.milestones.next_position()).ok_or(CatalogueError::Full)?;
        self.identities_mut().milestones.insert(milestone.id.clone(), position);
        self.milestones.put(position, milestone);
        Ok(())
    }

    fn identities_mut(&mut self) -> &mut Identities {
        let identities = match self.identities.take() {
            Some(identities) => identities,
            None => Arc::new(Identities::of(&self.indicators, &self.regions, &self.milestones)),
        };
        self.identities.get_or_init(|| identities);
        Arc::make_mut(self.identities.get_mut().expect("set on the line before"))
    }

    /// Follows the parents of a region about to be defined, on its first and last day.
    fn check_parents(&self, region: &Region) -> Result<(), CatalogueError> {
        let first = region.valid_from.unwrap_or(Date::MIN);
        let last = region.valid_to.and_then(Date::previous).unwrap_or(Date::MAX);
        for date in [first, last] {
            let mut path = vec![region.uid.clone()];
            let mut parent = region.parent.as_deref();
            while let Some(text) = parent {
                if text == region.uid || text == region.code {
                    path.push(region.uid.clone());
                    return Err(CatalogueError::ParentCycle { uid: region.uid.clone(), path });
                }
                let version = self.region_on(text, date).and_then(|id| self.get_region(id));
                let Some(version) = version.filter(|version| !path.contains(&version.uid)) else {
                    break;
                };
                path.push(version.uid.clone());
                parent = version.parent.as_deref();
            }
        }
        Ok(())
    }
}

fn check_indicator(indicator: &mut Indicator) -> Result<(), CatalogueError> {
    let name = indicator.name.as_str();
    check_text(format_args!("name of an indicator"), name)?;
    let labels = indicator.labels.iter().map(|label| &label.text);
    for text in labels.chain(&indicator.aliases) {
        check_text(format_args!("label of {name:?}"), text)?;
    }
    check_note(name, indicator.note.as_deref())?;
    check_fault(name, indicator.fault.take())?;
    if !indicator.unit.is_empty()
        && let Err(source) = indicator.unit.parse::<Unit>()
    {
        return Err(CatalogueError::Unit { indicator: indicator.name.clone(), source });
    }
    if indicator.basis.is_some() && indicator.kind != Some(Kind::Flow) {
        return Err(CatalogueError::BasisWithoutFlow { indicator: indicator.name.clone() });
    }
    for (part, reference) in [
        ("numerator", &indicator.numerator),
        ("denominator", &indicator.denominator),
        ("weight", &indicator.weight),
    ] {
        let Some(reference) = reference else { continue };
        check_text(format_args!("{part} of {:?}", indicator.name), reference)?;
        if *reference == indicator.name {
            return Err(CatalogueError::SelfReference { indicator: indicator.name.clone(), part });
        }
    }
    Ok(())
}

fn check_region(region: &mut Region) -> Result<(), CatalogueError> {
    check_text(format_args!("code of a region"), &region.code)?;
    region.uid = region.uid();
    let uid = region.uid.as_str();
    check_text(format_args!("uid of {:?}", region.code), uid)?;
    for label in &region.names {
        check_text(format_args!("name of {uid:?}"), &label.text)?;
    }
    for (scheme, code) in &region.codes {
        check_text(format_args!("code scheme of {uid:?}"), scheme)?;
        check_text(format_args!("{scheme} code of {uid:?}"), code)?;
    }
    if !region.kind.is_empty() {
        check_text(format_args!("type of {uid:?}"), &region.kind)?;
    }
    if let Some(parent) = &region.parent {
        check_text(format_args!("parent of {uid:?}"), parent)?;
    }
    for successor in &region.successors {
        check_text(format_args!("successor of {uid:?}"), &successor.uid)?;
    }
    check_note(uid, region.note.as_deref())?;
    check_fault(uid, region.fault.take())?;
    match (region.valid_from, region.valid_to) {
        (Some(from), Some(to)) if to <= from => {
            Err(CatalogueError::EmptyValidity { uid: region.uid.clone(), from, to })
        }
        _ => Ok(()),
    }
}

fn check_milestone(milestone: &mut Milestone) -> Result<(), CatalogueError> {
    check_text(format_args!("name of a milestone"), &milestone.name)?;
    milestone.id = milestone.id();
    let name = milestone.name.as_str();
    check_text(format_args!("identifier of {name:?}"), &milestone.id)?;
    for alias in &milestone.aliases {
        check_text(format_args!("alias of {name:?}"), alias)?;
    }
    check_note(name, milestone.note.as_deref())?;
    check_fault(name, milestone.fault.take())?;
    let (opening, close) = (milestone.opening(), milestone.close());
    if close < opening {
        let name = milestone.name.clone();
        return Err(CatalogueError::EndsBeforeStart { name, opening, close });
    }
    Ok(())
}

fn check_text(what: fmt::Arguments<'_>, text: &str) -> Result<(), CatalogueError> {
    let what = || what.to_string();
    if crate::fold(text).is_empty() {
        Err(CatalogueError::Empty { what: what() })
    } else if text.len() > MOST_BYTES {
        Err(CatalogueError::TooLong { what: what(), bytes: text.len() })
    } else if text.chars().any(char::is_control) {
        Err(CatalogueError::ControlCharacter { what: what(), text: text.to_owned() })
    } else {
        Ok(())
    }
}

fn check_note(name: &str, note: Option<&str>) -> Result<(), CatalogueError> {
    note.filter(|note| !note.is_empty())
        .map_or(Ok(()), |note| check_text(format_args!("note of {name:?}"), note))
}

fn check_fault(name: &str, fault: Option<String>) -> Result<(), CatalogueError> {
    fault.map_or(Ok(()), |reason| Err(CatalogueError::Malformed { name: name.to_owned(), reason }))
}
