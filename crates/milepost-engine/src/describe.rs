//! `describe NAME`: one indicator, region, milestone or session name.

use milepost_lang::Span;
use milepost_lang::ast::Name;
use milepost_model::{
    Catalogue, Indicator, IndicatorId, Lookup, Milestone, Region, RegionId, Strength,
};
use milepost_store::Snapshot;

use crate::admission::Admission;
use crate::answer::figure;
use crate::cells::{self, Request};
use crate::listing::Listing;
use crate::session::Session;
use crate::{Result, diagnostics, names};

/// Regions for which an indicator's figures are summed up.
const REGIONS_MAX: usize = 3;

/// Properties and values of whatever the name means: a session name first, then an indicator, a
/// milestone, a region.
pub(crate) fn describe(snapshot: &Snapshot, session: &Session, name: &Name) -> Result<Listing> {
    let catalogue = snapshot.catalogue();
    let (text, span) = names::literal(name)?;
    let mut listing = Listing::new(["property", "value"]);
    if let Some((_, query)) = session.lookup(text, session.horizon()) {
        add(&mut listing, "name", text);
        add(&mut listing, "stands for", query.to_string());
        return Ok(listing);
    }
    match (catalogue.find_indicator(text), catalogue.find_milestone(text)) {
        (Lookup::Found(id), _) => indicator(&mut listing, snapshot, id)?,
        (_, Lookup::Found(id)) => milestone(&mut listing, catalogue.milestone(id)),
        _ => regions(&mut listing, catalogue, text, span)?,
    }
    Ok(listing)
}

fn add(listing: &mut Listing, property: &str, value: impl Into<String>) {
    let value = value.into();
    if !value.is_empty() {
        listing.rows.push(vec![property.to_owned(), value]);
    }
}

fn indicator(listing: &mut Listing, snapshot: &Snapshot, id: IndicatorId) -> Result<()> {
    let catalogue = snapshot.catalogue();
    let indicator: &Indicator = catalogue.indicator(id);
    let kind = indicator.kind.map_or_else(|| "not declared".to_owned(), |kind| kind.to_string());
    add(listing, "indicator", &indicator.name);
    for label in &indicator.labels {
        let language = label.language.as_deref().map(|l| format!(" ({l})")).unwrap_or_default();
        add(listing, "label", format!("{}{language}", label.text));
    }
    add(listing, "aliases", indicator.aliases.join(", "));
    add(listing, "kind", kind);
    add(listing, "basis", indicator.basis.map(|basis| basis.to_string()).unwrap_or_default());
    add(listing, "unit", &indicator.unit);
    add(listing, "numerator", indicator.numerator.clone().unwrap_or_default());
    add(listing, "denominator", indicator.denominator.clone().unwrap_or_default());
    add(listing, "direction", indicator.direction.map(|d| d.to_string()).unwrap_or_default());
    add(listing, "begins", indicator.begins.map(|day| day.to_string()).unwrap_or_default());
    add(listing, "note", indicator.note.clone().unwrap_or_default());
    figures(listing, snapshot, id)
}

/// The extent and latest figure in the first regions that have any, and the targets there.
fn figures(listing: &mut Listing, snapshot: &Snapshot, id: IndicatorId) -> Result<()> {
    let catalogue = snapshot.catalogue();
    let mut with_figures = 0_usize;
    let scenarios = snapshot.scenarios(id);
    for (region, record) in catalogue.regions() {
        let mut has_data = false;
        for scenario in &scenarios {
            has_data |= snapshot
                .has_data(id, region, scenario)
                .map_err(|error| diagnostics::store(&error))?;
        }
        with_figures += usize::from(has_data);
        if !has_data || with_figures > REGIONS_MAX {
            continue;
        }
        let request = Request {
            indicator: id,
            regions: &[region],
            admission: &Admission::everything(),
            as_of: None,
        };
        let cells: Vec<_> = cells::read(snapshot, request)?.admitted.into_values().collect();
        let place = format!("{} \"{}\"", record.code, record.official_name());
        let reported: Vec<_> =
            cells.iter().filter(|cell| cell.strength != Strength::Target).collect();
        if let (Some(first), Some(last)) = (reported.first(), reported.last()) {
            let figure = figure(last.value.into(), last.precision);
            let text = match reported.len() {
                1 => format!("{}: {figure} ({})", last.period, last.strength),
                count => format!(
                    "{count} figures, {} to {}; latest {figure} ({})",
                    first.period, last.period, last.strength,
                ),
            };
            add(listing, &format!("in {place}"), text);
        }
        for cell in cells.iter().filter(|cell| cell.strength == Strength::Target) {
            let figure = figure(cell.value.into(), cell.precision);
            let text = format!("{} {}: {figure}", cell.period, cell.scenario);
            add(listing, &format!("target in {place}"), text);
        }
    }
    add(listing, "regions with figures", with_figures.to_string());
    Ok(())
}

fn milestone(listing: &mut Listing, milestone: &Milestone) {
    add(listing, "milestone", &milestone.name);
    add(listing, "id", milestone.id());
    add(listing, "aliases", milestone.aliases.join(", "));
    add(listing, "start", milestone.start.to_string());
    add(listing, "end", milestone.end.map(|end| end.to_string()).unwrap_or_default());
    let before = milestone.opening().previous().map(|day| day.to_string());
    add(listing, "`since` compares with the close of", before.unwrap_or_default());
    add(listing, "origin", milestone.origin.clone().unwrap_or_default());
    add(listing, "note", milestone.note.clone().unwrap_or_default());
}

fn regions(listing: &mut Listing, catalogue: &Catalogue, text: &str, span: Span) -> Result<()> {
    let versions = catalogue.find_regions(text);
    if versions.is_empty() {
        let mut similar = catalogue.similar_indicators(text, 2);
        similar.extend(catalogue.similar_regions(text, 2));
        similar.extend(catalogue.similar_milestones(text, 2));
        return Err(diagnostics::unknown("name", text, span, &similar));
    }
    for id in versions {
        version(listing, catalogue, id);
    }
    Ok(())
}

fn version(listing: &mut Listing, catalogue: &Catalogue, id: RegionId) {
    let region: &Region = catalogue.region(id);
    add(listing, "region", region.uid());
    let labels: Vec<&str> = region.names.iter().map(|label| label.text.as_str()).collect();
    add(listing, "names", labels.join(", "));
    add(listing, "type", &region.kind);
    add(listing, "parent", region.parent.clone().unwrap_or_default());
    let codes: Vec<String> = region.codes.iter().map(|(s, code)| format!("{s}:{code}")).collect();
    add(listing, "other codes", codes.join(", "));
    add(listing, "valid from", region.valid_from.map(|day| day.to_string()).unwrap_or_default());
    add(listing, "valid to", region.valid_to.map(|day| day.to_string()).unwrap_or_default());
    let successors: Vec<String> = region
        .successors
        .iter()
        .map(|successor| {
            let partial = if successor.partial { " (in part)" } else { "" };
            format!("{}{partial}", successor.uid)
        })
        .collect();
    add(listing, "successors", successors.join(", "));
    add(listing, "note", region.note.clone().unwrap_or_default());
}
