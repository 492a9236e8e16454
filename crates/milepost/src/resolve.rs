//! From the names of a batch to the identities of the catalogue.

use std::collections::HashMap;

use milepost_model::{
    Catalogue, Date, Definition, Fact, Indicator, IndicatorId, Lookup, Region, RegionId, Scenario,
    fold,
};

use crate::batch::{Row, TextId};
use crate::{Batch, Error};

/// A batch in terms of the catalogue, and what had to be registered for it.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) batch: milepost_store::Batch,
    pub(crate) registered: Registered,
}

/// Names that a commit registered as undeclared: they are shown and compared,
/// and never rolled up until their kind or their place in the hierarchy is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// Indicators without a kind.
    pub indicators: Vec<String>,
    /// Regions without a level or a parent.
    pub regions: Vec<String>,
}

/// A version that a region's name may mean, and when it is valid.
#[derive(Clone, Copy, Debug)]
struct Version {
    id: RegionId,
    valid_from: Date,
    valid_to: Date,
}

/// Looks up every name of the batch once and turns its rows into facts.
///
/// # Errors
/// [`Error::Name`] for a name that is ambiguous, not valid at the row's date, or
/// unknown in a strict batch; [`Error::Input`] for a scenario that is no name.
pub(crate) fn resolve(batch: Batch, catalogue: &Catalogue) -> Result<Resolved, Error> {
    let registered = register(&batch, catalogue)?;
    let mut extended;
    let mut catalogue = catalogue;
    let definitions = registered.definitions();
    if !definitions.is_empty() {
        extended = catalogue.clone();
        for definition in definitions.clone() {
            extended.define(definition)?;
        }
        catalogue = &extended;
    }
    let names = Names::of(&batch, catalogue)?;
    let facts = batch
        .rows
        .iter()
        .map(|row| names.fact(&batch, row, catalogue))
        .collect::<Result<_, _>>()?;
    let batch = milepost_store::Batch { definitions, facts, token: batch.token };
    Ok(Resolved { batch, registered })
}

/// The identities behind the texts of a batch.
struct Names {
    indicators: HashMap<TextId, IndicatorId>,
    regions: HashMap<TextId, Vec<Version>>,
    scenarios: HashMap<TextId, Scenario>,
}

impl Names {
    fn of(batch: &Batch, catalogue: &Catalogue) -> Result<Self, Error> {
        let mut names =
            Self { indicators: HashMap::new(), regions: HashMap::new(), scenarios: HashMap::new() };
        for row in &batch.rows {
            if let std::collections::hash_map::Entry::Vacant(slot) =
                names.indicators.entry(row.indicator)
            {
                slot.insert(indicator(catalogue, batch.texts.get(row.indicator))?);
            }
            names
                .regions
                .entry(row.region)
                .or_insert_with(|| versions(catalogue, batch.texts.get(row.region)));
            if let std::collections::hash_map::Entry::Vacant(slot) =
                names.scenarios.entry(row.scenario)
            {
                slot.insert(scenario(batch.texts.get(row.scenario))?);
            }
        }
        Ok(names)
    }

    fn fact(&self, batch: &Batch, row: &Row, catalogue: &Catalogue) -> Result<Fact, Error> {
        let text = |id| batch.texts.get(id).to_owned();
        let versions = self.regions.get(&row.region).map_or(&[][..], Vec::as_slice);
        let region = version_on(versions, row.period.last_day()).map_err(|reason| Error::Name {
            what: "region",
            name: text(row.region),
            reason: reason.describe(versions, row.period.last_day(), catalogue),
        })?;
        let unknown = |what, id| Error::Name { what, name: text(id), reason: "unknown".to_owned() };
        Ok(Fact {
            indicator: *self
                .indicators
                .get(&row.indicator)
                .ok_or_else(|| unknown("indicator", row.indicator))?,
            region,
            period: row.period,
            scenario: self
                .scenarios
                .get(&row.scenario)
                .ok_or_else(|| unknown("scenario", row.scenario))?
                .clone(),
            value: row.value,
            status: row.status,
            published: row.published,
            precision: row.precision,
            source: row.source.map(text),
            note: row.note.map(text),
        })
    }
}

/// Names that the catalogue does not have, each spelling that folds alike once.
fn register(batch: &Batch, catalogue: &Catalogue) -> Result<Registered, Error> {
    let mut registered = Registered::default();
    let mut seen: HashMap<(&'static str, TextId), ()> = HashMap::new();
    let mut folded: HashMap<(&'static str, String), ()> = HashMap::new();
    for row in &batch.rows {
        for (what, id) in [("indicator", row.indicator), ("region", row.region)] {
            if seen.insert((what, id), ()).is_some() {
                continue;
            }
            let name = batch.texts.get(id);
            let known = if what == "indicator" {
                !matches!(catalogue.find_indicator(name), Lookup::Unknown)
            } else {
                !catalogue.find_regions(name).is_empty()
            };
            if known || folded.insert((what, fold(name)), ()).is_some() {
                continue;
            }
            if batch.strict {
                let reason = "not in the catalogue, and the batch is strict".to_owned();
                return Err(Error::Name { what, name: name.to_owned(), reason });
            }
            if what == "indicator" {
                registered.indicators.push(name.to_owned());
            } else {
                registered.regions.push(name.to_owned());
            }
        }
    }
    Ok(registered)
}

impl Registered {
    /// Whether nothing had to be registered.
    pub fn is_empty(&self) -> bool {
        self.indicators.is_empty() && self.regions.is_empty()
    }

    fn definitions(&self) -> Vec<Definition> {
        let indicators = self.indicators.iter().map(|name| Indicator::undeclared(name).into());
        let regions = self.regions.iter().map(|code| Region::new(code).name(code).into());
        indicators.chain(regions).collect()
    }
}

fn indicator(catalogue: &Catalogue, name: &str) -> Result<IndicatorId, Error> {
    match catalogue.find_indicator(name) {
        Lookup::Found(id) => Ok(id),
        Lookup::Ambiguous(ids) => {
            let candidates: Vec<&str> =
                ids.iter().map(|&id| catalogue.indicator(id).name.as_str()).collect();
            let reason = format!("may be any of {}", candidates.join(", "));
            Err(Error::Name { what: "indicator", name: name.to_owned(), reason })
        }
        Lookup::Unknown => Err(Error::Name {
            what: "indicator",
            name: name.to_owned(),
            reason: "not in the catalogue".to_owned(),
        }),
    }
}

fn versions(catalogue: &Catalogue, name: &str) -> Vec<Version> {
    let version = |id| {
        let region = catalogue.region(id);
        Version {
            id,
            valid_from: region.valid_from.unwrap_or(Date::MIN),
            valid_to: region.valid_to.unwrap_or(Date::MAX),
        }
    };
    catalogue.find_regions(name).into_iter().map(version).collect()
}

fn scenario(text: &str) -> Result<Scenario, Error> {
    Scenario::new(text).map_err(|error| Error::Input {
        part: "scenario",
        text: text.to_owned(),
        reason: error.to_string(),
    })
}

/// Why no version could be chosen.
enum NoVersion {
    NoneValid,
    SeveralValid,
}

/// The one version that is valid on the day.
fn version_on(versions: &[Version], day: Date) -> Result<RegionId, NoVersion> {
    // `valid_to` is exclusive, except that an open end includes the last day there is.
    let valid = |version: &&Version| {
        version.valid_from <= day && (day < version.valid_to || version.valid_to == Date::MAX)
    };
    let mut valid = versions.iter().filter(valid);
    match (valid.next(), valid.next()) {
        (Some(one), None) => Ok(one.id),
        (Some(_), Some(_)) => Err(NoVersion::SeveralValid),
        (None, _) => Err(NoVersion::NoneValid),
    }
}

impl NoVersion {
    fn describe(&self, versions: &[Version], day: Date, catalogue: &Catalogue) -> String {
        let list: Vec<String> = versions
            .iter()
            .map(|version| {
                let region = catalogue.region(version.id);
                let bound =
                    |day: Option<Date>| day.map_or_else(|| "…".to_owned(), |d| d.to_string());
                let (from, to) = (bound(region.valid_from), bound(region.valid_to));
                format!("{} ({}, {from} to {to})", region.uid(), region.official_name())
            })
            .collect();
        match self {
            Self::NoneValid => format!("no version of it is valid on {day}: {}", list.join("; ")),
            Self::SeveralValid => format!("may be any of {} on {day}", list.join("; ")),
        }
    }
}
