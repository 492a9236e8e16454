//! Names of indicators and regions, resolved in the catalogue.

use milepost_lang::ast::Name;
use milepost_lang::{Diagnostic, Span, name_hint};
use milepost_model::{Catalogue, Date, IndicatorId, Lookup, RegionId, fold};

use crate::answer::RegionLabel;
use crate::{Result, diagnostics};

/// The text of a name.
///
/// # Errors
///
/// A parameter that was not bound.
pub(crate) fn literal(name: &Name) -> Result<(&str, Span)> {
    match name {
        Name::Literal { text, span } => Ok((text, *span)),
        Name::Parameter(parameter) => Err(diagnostics::unbound_parameter(parameter)),
    }
}

/// The indicator of a name, label or alias.
pub(crate) fn indicator(catalogue: &Catalogue, text: &str, span: Span) -> Result<IndicatorId> {
    match catalogue.find_indicator(text) {
        Lookup::Found(id) => Ok(id),
        Lookup::Ambiguous(ids) => {
            let names: Vec<String> =
                ids.into_iter().map(|id| catalogue.indicator(id).name.clone()).collect();
            Err(diagnostics::ambiguous("indicator", text, span, &names))
        }
        Lookup::Unknown => Err(unknown_indicator(catalogue, text, span)),
    }
}

#[expect(clippy::unnecessary_box_returns, reason = "every result carries its error boxed")]
/// `a-b` is one word; where both sides are indicators, a minus was meant.
fn unknown_indicator(catalogue: &Catalogue, text: &str, span: Span) -> Box<Diagnostic> {
    let known = |part: &str| matches!(catalogue.find_indicator(part), Lookup::Found(_));
    for (at, _) in text.match_indices('-') {
        if let (Some(left), Some(right)) = (text.get(..at), text.get(at + 1..))
            && known(left)
            && known(right)
        {
            return diagnostics::minus_needs_blanks(span, left, right);
        }
    }
    unknown(catalogue, "indicator", text, span, &catalogue.similar_indicators(text, 3))
}

#[expect(clippy::unnecessary_box_returns, reason = "every result carries its error boxed")]
/// A name that nothing of its sort has: of what other sort it is, what it has swallowed, or what
/// is near.
pub(crate) fn unknown(
    catalogue: &Catalogue,
    what: &str,
    text: &str,
    span: Span,
    similar: &[String],
) -> Box<Diagnostic> {
    let sorts = [
        ("an indicator", catalogue.find_indicator(text) != Lookup::Unknown),
        ("a region", !catalogue.find_regions(text).is_empty()),
        ("a milestone", catalogue.find_milestone(text) != Lookup::Unknown),
    ];
    if let Some((sort, _)) = sorts.iter().find(|(_, known)| *known) {
        return diagnostics::of_another_sort(what, sort, text, span);
    }
    match name_hint(text, span) {
        Some(hint) => Box::new(hint),
        None => diagnostics::unknown(what, text, span, similar),
    }
}

/// Every version of the regions that a name can mean.
pub(crate) fn region_versions(
    catalogue: &Catalogue,
    text: &str,
    span: Span,
) -> Result<Vec<RegionId>> {
    let versions = catalogue.find_regions(text);
    if versions.is_empty() {
        let similar = catalogue.similar_regions(text, 3);
        return Err(unknown(catalogue, "region", text, span, &similar));
    }
    Ok(versions)
}

/// The region that a name means on a day. A uid always means its version.
pub(crate) fn region_on(
    catalogue: &Catalogue,
    text: &str,
    span: Span,
    day: Date,
) -> Result<RegionId> {
    let versions = region_versions(catalogue, text, span)?;
    if let [only] = versions.as_slice()
        && catalogue.region(*only).uid() == text
    {
        return Ok(*only);
    }
    let valid: Vec<RegionId> =
        versions.iter().copied().filter(|id| catalogue.outline(*id).is_valid_on(day)).collect();
    let candidates = |ids: &[RegionId]| -> Vec<String> {
        ids.iter().map(|id| candidate(catalogue, *id)).collect()
    };
    match valid.as_slice() {
        [region] => Ok(*region),
        [] => Err(diagnostics::not_valid_then(text, span, day, &candidates(&versions))),
        several => Err(diagnostics::ambiguous("region", text, span, &candidates(several))),
    }
}

/// Whether a word of `by` means an attribute of figures and not a level of regions.
pub(crate) fn is_attribute(word: &str) -> bool {
    matches!(fold(word).as_str(), "status" | "source" | "vintage")
}

/// How an answer names a region.
pub(crate) fn label(catalogue: &Catalogue, region: RegionId) -> RegionLabel {
    let region = catalogue.region(region);
    RegionLabel {
        uid: region.uid(),
        code: region.code.clone(),
        name: region.official_name().to_owned(),
    }
}

/// A region with its code and the days of its life.
fn candidate(catalogue: &Catalogue, region: RegionId) -> String {
    let region = catalogue.region(region);
    let life = match (region.valid_from, region.valid_to) {
        (None, None) => String::new(),
        (Some(from), None) => format!(", since {from}"),
        (None, Some(to)) => format!(", before {to}"),
        (Some(from), Some(to)) => format!(", {from} to {to}"),
    };
    format!("{} \"{}\"{life}", region.uid(), region.official_name())
}

/// The versions of one territory, and the day on which its boundary came about by a change.
#[derive(Clone, Debug)]
pub(crate) struct Territory {
    /// The version asked for and those before it that differ in name or code only.
    pub(crate) versions: Vec<RegionId>,
    /// Before this day the territory was drawn otherwise.
    pub(crate) drawn_on: Option<Date>,
}

/// Follows renames backwards: a version whose only predecessor passed on all of its territory to
/// it alone is the same territory.
pub(crate) fn territory(catalogue: &Catalogue, region: RegionId) -> Territory {
    let mut versions = vec![region];
    let mut current = region;
    loop {
        let Some(from) = catalogue.outline(current).valid_from else {
            return Territory { versions, drawn_on: None };
        };
        let mut predecessors = catalogue.predecessors_of(current);
        predecessors.retain(|id| *id != current);
        let [predecessor] = predecessors.as_slice() else {
            let drawn_on = (!predecessors.is_empty()).then_some(from);
            return Territory { versions, drawn_on };
        };
        let other = catalogue.region(*predecessor);
        let is_same = other.successors.iter().all(|successor| !successor.partial)
            && other.successors.len() == 1
            && other.valid_to == Some(from)
            && !versions.contains(predecessor);
        if !is_same {
            return Territory { versions, drawn_on: Some(from) };
        }
        versions.push(*predecessor);
        current = *predecessor;
    }
}
