//! Where a sentence stands: a region, or several taken as one.

use std::cell::Cell;

use milepost_lang::Span;
use milepost_lang::ast::{Name, RegionExpression};
use milepost_model::{Catalogue, Date, RegionId, fold};

use crate::answer::RegionLabel;
use crate::names;

/// Regions added up, less others that lie in them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// Two regions of which one lies in the other or got ground from it, or one that is left out
    /// without lying in any.
    pub(crate) fn check(
        &self,
        catalogue: &Catalogue,
        day: Date,
    ) -> Result<(), (RegionId, Option<RegionId>)> {
        let inside = |one: RegionId, other: RegionId| {
            lies_in(catalogue, one, other, day_within(catalogue, one, day))
        };
        let overlaps =
            |one: RegionId, other: RegionId| inside(one, other) || came_of(catalogue, one, other);
        for list in [&self.names, &self.except] {
            for (at, one) in list.iter().enumerate() {
                let others = list.iter().enumerate().filter(|(other, _)| *other != at);
                if let Some((_, other)) =
                    others.into_iter().find(|(_, other)| overlaps(*one, **other))
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
        if let Some(region) = self.region() {
            return names::label(catalogue, region);
        }
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
const NO_TERRITORY: &str = "reporting_unit";

/// Which regions count among those of their level, where the level is asked for by a word:
/// territories do, and reporting units where the word means them.
pub(crate) struct Membership<'c> {
    catalogue: &'c Catalogue,
    of_units: bool,
    /// The type judged last: neighbours are of one type more often than not.
    last: Cell<Option<(&'c str, bool)>>,
}

impl<'c> Membership<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue, word: Option<&str>) -> Self {
        let of_units = word.is_some_and(|word| is_type(NO_TERRITORY, word));
        Self { catalogue, of_units, last: Cell::default() }
    }

    pub(crate) fn has(&self, region: RegionId) -> bool {
        let kind = self.catalogue.outline(region).kind.as_str();
        if let Some((last, judged)) = self.last.get()
            && last == kind
        {
            return judged;
        }
        let judged = is_type(kind, NO_TERRITORY) == self.of_units;
        self.last.set(Some((kind, judged)));
        judged
    }
}

/// Whether a word, in singular or plural, names a type of regions.
pub(crate) fn is_type(kind: &str, word: &str) -> bool {
    let (kind, word) = (fold(kind), fold(word));
    let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    word == kind || word.strip_suffix('s') == Some(&kind) || singular.as_deref() == Some(&kind)
}

/// The day on which what lies in a region is asked: that of the boundaries, or the nearest one on
/// which the region exists.
pub(crate) fn day_within(catalogue: &Catalogue, region: RegionId, boundaries: Date) -> Date {
    let outline = catalogue.outline(region);
    let last = outline.valid_to.and_then(Date::previous).unwrap_or(Date::MAX);
    boundaries.min(last).max(outline.valid_from.unwrap_or(Date::MIN))
}

/// Whether a region is another one or lies in it.
pub(crate) fn lies_in(catalogue: &Catalogue, region: RegionId, other: RegionId, day: Date) -> bool {
    region == other || catalogue.ancestors(region, day).any(|ancestor| ancestor == other)
}

/// Whether a region got ground from another one, be it over several changes.
fn came_of(catalogue: &Catalogue, region: RegionId, other: RegionId) -> bool {
    let mut earlier = vec![region];
    let mut at = 0;
    while let Some(region) = earlier.get(at).copied() {
        for predecessor in catalogue.predecessors_of(region) {
            if predecessor == other {
                return true;
            }
            if !earlier.contains(&predecessor) {
                earlier.push(predecessor);
            }
        }
        at += 1;
    }
    false
}
