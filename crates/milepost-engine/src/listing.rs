//! What the catalogue holds: `list` and `describe`.

use std::collections::BTreeMap;
use std::fmt;

use milepost_lang::ast::Listing as What;
use milepost_model::{Catalogue, fold};

use crate::answer::plain_table;

/// A table of texts: what `list` and `describe` show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a text for every column.
    pub rows: Vec<Vec<String>>,
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain_table(&self.columns, &self.rows, &vec![false; self.columns.len()]))
    }
}

impl Listing {
    pub(crate) fn new<const N: usize>(columns: [&str; N]) -> Self {
        Self { columns: columns.map(str::to_owned).to_vec(), rows: Vec::new() }
    }
}

/// Lists what any of whose names holds the text, spelling aside, ordered by name; regions are
/// ordered by code and age.
pub(crate) fn list(catalogue: &Catalogue, what: What, like: Option<&str>) -> Listing {
    let wanted = like.map(fold);
    let fits = |names: &[&str]| {
        wanted.as_ref().is_none_or(|wanted| names.iter().any(|name| fold(name).contains(wanted)))
    };
    let mut listing = match what {
        What::Indicators => indicators(catalogue, &fits),
        What::Regions => regions(catalogue, &fits),
        What::Milestones => milestones(catalogue, &fits),
        What::Units => units(catalogue, &fits),
    };
    listing.rows.sort();
    listing
}

fn indicators(catalogue: &Catalogue, fits: &impl Fn(&[&str]) -> bool) -> Listing {
    let mut listing = Listing::new(["name", "kind", "unit", "label"]);
    for (_, indicator) in catalogue.indicators() {
        let mut names = vec![indicator.name.as_str()];
        names.extend(indicator.labels.iter().map(|label| label.text.as_str()));
        names.extend(indicator.aliases.iter().map(String::as_str));
        if fits(&names) {
            let kind = indicator.kind.map(|kind| kind.to_string()).unwrap_or_default();
            let label = indicator.labels.first().map(|label| label.text.clone());
            let row = vec![
                indicator.name.clone(),
                kind,
                indicator.unit.clone(),
                label.unwrap_or_default(),
            ];
            listing.rows.push(row);
        }
    }
    listing
}

fn regions(catalogue: &Catalogue, fits: &impl Fn(&[&str]) -> bool) -> Listing {
    let mut listing = Listing::new(["code", "uid", "name", "type", "valid from", "valid to"]);
    for (_, region) in catalogue.regions() {
        let uid = region.uid();
        let mut names = vec![region.code.as_str(), uid.as_str()];
        names.extend(region.names.iter().map(|label| label.text.as_str()));
        if fits(&names) {
            let day = |day: Option<milepost_model::Date>| {
                day.map(|day| day.to_string()).unwrap_or_default()
            };
            let (from, to) = (day(region.valid_from), day(region.valid_to));
            let name = region.official_name().to_owned();
            let row = vec![region.code.clone(), uid, name, region.kind.clone(), from, to];
            listing.rows.push(row);
        }
    }
    listing
}

fn milestones(catalogue: &Catalogue, fits: &impl Fn(&[&str]) -> bool) -> Listing {
    let mut listing = Listing::new(["start", "end", "name", "aliases"]);
    for (_, milestone) in catalogue.milestones() {
        let id = milestone.id();
        let mut names = vec![id.as_str(), milestone.name.as_str()];
        names.extend(milestone.aliases.iter().map(String::as_str));
        if fits(&names) {
            listing.rows.push(vec![
                milestone.start.to_string(),
                milestone.end.map(|end| end.to_string()).unwrap_or_default(),
                milestone.name.clone(),
                milestone.aliases.join(", "),
            ]);
        }
    }
    listing
}

fn units(catalogue: &Catalogue, fits: &impl Fn(&[&str]) -> bool) -> Listing {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, indicator) in catalogue.indicators() {
        if !indicator.unit.is_empty() && fits(&[&indicator.unit]) {
            *counts.entry(&indicator.unit).or_default() += 1;
        }
    }
    let mut listing = Listing::new(["unit", "indicators"]);
    listing.rows = counts.into_iter().map(|(u, n)| vec![u.to_owned(), n.to_string()]).collect();
    listing
}
