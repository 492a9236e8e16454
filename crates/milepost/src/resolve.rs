//! From the names of a batch to the identities of the catalogue.

use std::collections::HashSet;

use milepost_model::{
    Catalogue, Date, Definition, Fact, Indicator, IndicatorId, Lookup, Region, RegionId, fold,
};

use crate::batch::TextId;
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
pub(crate) struct Version {
    pub(crate) id: RegionId,
    pub(crate) valid_from: Date,
    pub(crate) valid_to: Date,
}

/// Looks up every name of the batch once and turns its rows into facts.
///
/// # Errors
/// [`Error::Name`] for a name that is ambiguous, not valid at the row's date, or
/// unknown in a strict batch.
pub(crate) fn resolve(batch: Batch, catalogue: &Catalogue) -> Result<Resolved, Error> {
    let registered = register(&batch, catalogue)?;
    let definitions = registered.definitions();
    let mut extended = catalogue.clone();
    for definition in definitions.clone() {
        extended.define(definition)?;
    }
    let mut names = Names::new(&batch, &extended);
    let facts = (0..batch.rows.len()).map(|at| names.fact(at)).collect::<Result<_, _>>()?;
    let batch = milepost_store::Batch { definitions, facts, token: batch.token };
    Ok(Resolved { batch, registered })
}

/// The identities behind the texts of a batch, by number of the text.
struct Names<'a> {
    batch: &'a Batch,
    catalogue: &'a Catalogue,
    indicators: Vec<Option<IndicatorId>>,
    regions: Vec<Option<Vec<Version>>>,
}

impl<'a> Names<'a> {
    fn new(batch: &'a Batch, catalogue: &'a Catalogue) -> Self {
        let texts = batch.texts.len();
        Self { batch, catalogue, indicators: vec![None; texts], regions: vec![None; texts] }
    }

    /// The row at a position as a fact.
    fn fact(&mut self, at: usize) -> Result<Fact, Error> {
        let row = &self.batch.rows[at];
        let name_error = |what, id, reason| Error::Name {
            what,
            name: self.batch.texts.get(id).to_owned(),
            reason,
            position: at,
        };
        let indicator = self
            .indicator(row.indicator)
            .map_err(|reason| name_error("indicator", row.indicator, reason))?;
        let region = self
            .region(row.region, row.period.last_day())
            .map_err(|reason| name_error("region", row.region, reason))?;
        let text = |id| self.batch.texts.get(id).to_owned();
        Ok(Fact {
            indicator,
            region,
            period: row.period,
            scenario: self.batch.scenarios[row.scenario].clone(),
            value: row.value,
            status: row.status,
            published: row.published,
            precision: row.precision,
            source: row.source.map(text),
            note: row.note.map(text),
        })
    }

    fn indicator(&mut self, id: TextId) -> Result<IndicatorId, String> {
        if let Some(known) = self.indicators[id.index()] {
            return Ok(known);
        }
        let found = indicator(self.catalogue, self.batch.texts.get(id))?;
        self.indicators[id.index()] = Some(found);
        Ok(found)
    }

    fn region(&mut self, id: TextId, day: Date) -> Result<RegionId, String> {
        let (catalogue, texts) = (self.catalogue, &self.batch.texts);
        let versions =
            self.regions[id.index()].get_or_insert_with(|| versions(catalogue, texts.get(id)));
        version_on(versions, day).map_err(|none| none.describe(versions, day, catalogue))
    }
}

/// Names that the catalogue does not have, each spelling that folds alike once.
fn register(batch: &Batch, catalogue: &Catalogue) -> Result<Registered, Error> {
    let mut registered = Registered::default();
    // Each text is looked up once for either part.
    let mut seen = vec![[false; 2]; batch.texts.len()];
    let mut folded: HashSet<(&'static str, String)> = HashSet::new();
    for (position, row) in batch.rows.iter().enumerate() {
        for (part, (what, id)) in
            [("indicator", row.indicator), ("region", row.region)].into_iter().enumerate()
        {
            if std::mem::replace(&mut seen[id.index()][part], true) {
                continue;
            }
            let name = batch.texts.get(id);
            let is_known = if what == "indicator" {
                !matches!(catalogue.find_indicator(name), Lookup::Unknown)
            } else {
                !catalogue.find_regions(name).is_empty()
            };
            if is_known || !folded.insert((what, fold(name))) {
                continue;
            }
            if batch.strict {
                return Err(Error::undeclared(what, name).at(position));
            }
            let list = if what == "indicator" {
                &mut registered.indicators
            } else {
                &mut registered.regions
            };
            list.push(name.to_owned());
        }
    }
    Ok(registered)
}

impl Registered {
    /// Whether nothing had to be registered.
    pub fn is_empty(&self) -> bool {
        self.indicators.is_empty() && self.regions.is_empty()
    }

    pub(crate) fn definitions(&self) -> Vec<Definition> {
        let indicators = self.indicators.iter().map(|name| Indicator::undeclared(name).into());
        let regions = self.regions.iter().map(|code| Region::new(code).name(code).into());
        indicators.chain(regions).collect()
    }
}

pub(crate) fn indicator(catalogue: &Catalogue, name: &str) -> Result<IndicatorId, String> {
    match catalogue.find_indicator(name) {
        Lookup::Found(id) => Ok(id),
        Lookup::Ambiguous(ids) => {
            let candidates: Vec<&str> =
                ids.iter().map(|&id| catalogue.indicator(id).name.as_str()).collect();
            Err(format!("may be any of {}", candidates.join(", ")))
        }
        Lookup::Unknown => Err("not in the catalogue".to_owned()),
    }
}

/// The versions that a name may mean. A uid means its version on any day, so that figures which are
/// computed back to before a region existed can be its own.
pub(crate) fn versions(catalogue: &Catalogue, name: &str) -> Vec<Version> {
    if let Some(id) = catalogue.region_with_uid(name) {
        return vec![Version { id, valid_from: Date::MIN, valid_to: Date::MAX }];
    }
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

/// Why no version could be chosen.
pub(crate) enum NoVersion {
    NoneValid,
    SeveralValid,
}

/// The one version that is valid on the day.
pub(crate) fn version_on(versions: &[Version], day: Date) -> Result<RegionId, NoVersion> {
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
    pub(crate) fn describe(
        &self,
        versions: &[Version],
        day: Date,
        catalogue: &Catalogue,
    ) -> String {
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
