//! Where a sentence stands: a region, or several taken as one.

use milepost_lang::Span;
use milepost_lang::ast::{Name, RegionExpression};
use milepost_model::{Catalogue, Date, RegionId, fold};

use crate::answer::RegionLabel;
use crate::names;

/// Regions added up, less others that lie in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    /// One or more, each once.
    pub(crate) names: Vec<RegionId>,
    /// Each lies in one of the names.
    pub(crate) except: Vec<RegionId>,
}

impl Area {
    /// A region by itself.
    pub(crate) fn one(region: RegionId) -> Self {
        Self { names: vec![region], except: Vec::new() }
    }

    /// The region, where the area is nothing else.
    pub(crate) fn region(&self) -> Option<RegionId> {
        match (self.names.as_slice(), self.except.as_slice()) {
            ([region], []) => Some(*region),
            _ => None,
        }
    }

    /// Whether no region is counted twice and all that is left out was there to begin with.
    ///
    /// # Errors
    ///
    /// Two regions of which one lies in the other, or one that is left out without lying in any.
    pub(crate) fn check(
        &self,
        catalogue: &Catalogue,
        day: Date,
    ) -> Result<(), (RegionId, Option<RegionId>)> {
        let inside = |one: RegionId, other: RegionId| {
            lies_in(catalogue, one, other, day_within(catalogue, one, day))
        };
        for list in [&self.names, &self.except] {
            for (at, one) in list.iter().enumerate() {
                let others = list.iter().enumerate().filter(|(other, _)| *other != at);
                if let Some((_, other)) =
                    others.into_iter().find(|(_, other)| inside(*one, **other))
                {
                    return Err((*one, Some(*other)));
                }
            }
        }
        let stray =
            self.except.iter().find(|out| !self.names.iter().any(|name| inside(**out, *name)));
        stray.map_or(Ok(()), |out| Err((*out, None)))
    }

    /// The versions under which figures of the area itself may be stored: of an area that is put
    /// together there are none.
    pub(crate) fn versions(&self, catalogue: &Catalogue) -> Vec<RegionId> {
        self.region().map(|region| names::territory(catalogue, region).versions).unwrap_or_default()
    }

    /// The area as it is written in a sentence, by code.
    pub(crate) fn written(&self, catalogue: &Catalogue, span: Span) -> RegionExpression {
        let names = |regions: &[RegionId]| {
            let code = |id: &RegionId| catalogue.region(*id).code.clone();
            regions.iter().map(|id| Name::Literal { text: code(id), span }).collect()
        };
        RegionExpression { names: names(&self.names), except: names(&self.except), span }
    }

    /// How an answer names the area: `Hà Nội + Hải Phòng`, `Việt Nam except Hà Nội`.
    pub(crate) fn label(&self, catalogue: &Catalogue) -> RegionLabel {
        let join = |regions: &[RegionId], part: fn(RegionLabel) -> String| {
            let parts: Vec<String> =
                regions.iter().map(|id| part(names::label(catalogue, *id))).collect();
            parts.join(" + ")
        };
        let text = |part: fn(RegionLabel) -> String| match self.except.as_slice() {
            [] => join(&self.names, part),
            except => format!("{} except {}", join(&self.names, part), join(except, part)),
        };
        RegionLabel { uid: text(|l| l.uid), code: text(|l| l.code), name: text(|l| l.name) }
    }
}

/// The type of regions that report figures without being territory, as an army's insurance does:
/// they are asked for by name or by their type and are a member of nothing.
const NO_TERRITORY: &str = "reporting unit";

/// Whether a region is a territory, or is of this type without being one.
pub(crate) fn is_member(catalogue: &Catalogue, region: RegionId, kind: Option<&str>) -> bool {
    let own = fold(&catalogue.region(region).kind);
    let asks_for_units = kind.is_some_and(is_reporting_unit);
    (own == NO_TERRITORY) == asks_for_units
}

/// Whether a type word means reporting units.
fn is_reporting_unit(word: &str) -> bool {
    let word = fold(word);
    word.strip_suffix('s').unwrap_or(&word) == NO_TERRITORY
}

/// The day on which what lies in a region is asked: that of the boundaries, or the nearest one on
/// which the region exists.
pub(crate) fn day_within(catalogue: &Catalogue, region: RegionId, boundaries: Date) -> Date {
    let record = catalogue.region(region);
    let last = record.valid_to.and_then(Date::previous).unwrap_or(Date::MAX);
    boundaries.min(last).max(record.valid_from.unwrap_or(Date::MIN))
}

/// Whether a region is another one or lies in it.
pub(crate) fn lies_in(catalogue: &Catalogue, region: RegionId, other: RegionId, day: Date) -> bool {
    region == other || catalogue.ancestors(region, day).any(|ancestor| ancestor == other)
}
