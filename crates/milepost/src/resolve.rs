//! From the names of a batch to the identities of the catalogue.

use std::{collections::HashSet, sync::Arc};

use milepost_model::{
    Catalogue, Date, Definition, Fact, Indicator, IndicatorId, Lookup, Region, RegionId, fold,
};

use crate::row::Row;
use crate::{Batch, Error};

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

/// A batch in terms of the catalogue, and what has to be registered for it. Every name is looked up
/// once.
///
/// # Errors
/// [`Error::Name`] for a name that is ambiguous, not valid at the row's date, or
/// unknown in a strict batch.
pub(crate) fn resolve(
    mut batch: Batch,
    catalogue: &Catalogue,
) -> Result<(milepost_store::Batch<impl ExactSizeIterator<Item = Fact> + use<>>, Registered), Error>
{
    let mut names = Names::of(&batch, catalogue);
    let registered = names.register()?;
    let definitions = registered.definitions();
    let mut extended = catalogue.clone();
    if !definitions.is_empty() {
        for definition in definitions.clone() {
            extended.define(definition)?;
        }
        names = Names::of(&batch, &extended);
    }
    let identities = names.identities()?;
    let token = batch.token.take();
    let facts = facts(batch, identities);
    Ok((milepost_store::Batch { definitions, facts, token }, registered))
}

/// The rows of a batch as facts, given what each is about.
fn facts(
    batch: Batch,
    identities: Vec<(IndicatorId, RegionId)>,
) -> impl ExactSizeIterator<Item = Fact> {
    (0..identities.len()).map(move |position| {
        let (indicator, region) = identities[position];
        let row = &batch.rows[position];
        let attributes = &batch.attributes[row.attributes];
        let text = |id| Arc::clone(batch.texts.get(id));
        Fact {
            indicator,
            region,
            period: row.period,
            scenario: attributes.scenario.clone(),
            value: row.value.decimal(),
            status: attributes.status,
            published: attributes.published,
            precision: attributes.precision,
            source: attributes.source.map(text),
            note: attributes.note.map(text),
        }
    })
}

/// What the names of a batch mean, by number of the name.
struct Names<'a> {
    batch: &'a Batch,
    catalogue: &'a Catalogue,
    indicators: Vec<Lookup<IndicatorId>>,
    regions: Vec<Vec<Version>>,
}

impl<'a> Names<'a> {
    fn of(batch: &'a Batch, catalogue: &'a Catalogue) -> Self {
        let indicators = batch.indicators.iter().map(|name| catalogue.find_indicator(name));
        let regions = batch.regions.iter().map(|name| versions(catalogue, name));
        Self { batch, catalogue, indicators: indicators.collect(), regions: regions.collect() }
    }

    /// Names that the catalogue does not have, each spelling that folds alike once.
    fn register(&self) -> Result<Registered, Error> {
        let are_unknown = self.indicators.iter().map(|found| *found == Lookup::Unknown);
        let indicators = distinct(self.batch.indicators.iter().zip(are_unknown));
        let are_unknown = self.regions.iter().map(Vec::is_empty);
        let regions = distinct(self.batch.regions.iter().zip(are_unknown));
        let registered = Registered { indicators, regions };
        let refused = self.batch.strict && !registered.is_empty();
        refused.then(|| self.undeclared()).flatten().map_or(Ok(registered), Err)
    }

    /// What each row is about.
    fn identities(&self) -> Result<Vec<(IndicatorId, RegionId)>, Error> {
        let mut identities = Vec::with_capacity(self.batch.rows.len());
        for (position, row) in self.batch.rows.iter().enumerate() {
            let identity = self.indicator(row).and_then(|found| Ok((found, self.region(row)?)));
            identities.push(identity.map_err(|error| error.at(position))?);
        }
        Ok(identities)
    }

    fn indicator(&self, row: &Row) -> Result<IndicatorId, Error> {
        single(self.catalogue, &self.indicators[row.indicator.index()]).map_err(|reason| {
            unclear("indicator", self.batch.indicators.get(row.indicator), reason)
        })
    }

    fn region(&self, row: &Row) -> Result<RegionId, Error> {
        let (versions, day) = (&self.regions[row.region.index()], row.period.last_day());
        version_on(versions, day).map_err(|none| {
            let reason = none.describe(versions, day, self.catalogue);
            unclear("region", self.batch.regions.get(row.region), reason)
        })
    }

    /// What is wrong with the first row that has a name which the catalogue lacks.
    fn undeclared(&self) -> Option<Error> {
        let mut rows = self.batch.rows.iter().enumerate();
        rows.find_map(|(position, row)| {
            let (what, name) = if self.indicators[row.indicator.index()] == Lookup::Unknown {
                ("indicator", self.batch.indicators.get(row.indicator))
            } else if self.regions[row.region.index()].is_empty() {
                ("region", self.batch.regions.get(row.region))
            } else {
                return None;
            };
            Some(Error::undeclared(what, &**name).at(position))
        })
    }
}

/// The names that are wanted, each spelling that folds alike once.
fn distinct<'a>(names: impl Iterator<Item = (&'a str, bool)>) -> Vec<String> {
    let mut folded = HashSet::new();
    let wanted = names.filter(|(name, is_wanted)| *is_wanted && folded.insert(fold(name)));
    wanted.map(|(name, _)| name.to_owned()).collect()
}

/// A name that is not clear.
fn unclear(what: &'static str, name: &str, reason: String) -> Error {
    Error::Name { what, name: name.to_owned(), reason, position: 0 }
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
    single(catalogue, &catalogue.find_indicator(name))
}

/// The one indicator that was found.
fn single(catalogue: &Catalogue, found: &Lookup<IndicatorId>) -> Result<IndicatorId, String> {
    match found {
        Lookup::Found(id) => Ok(*id),
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

#[cfg(test)]
mod tests {
    use milepost_model::{Decimal, Indicator, Region, RegionId, Scenario};

    use crate::{Batch, Observation, Store};

    fn store() -> Store {
        let mut store = Store::in_memory();
        let stock = |name: &str| Indicator::stock(name);
        store
            .define_all([
                stock("known").into(),
                stock("one").label("en", "both").into(),
                stock("other").label("en", "both").into(),
                Region::new("VN").into(),
                Region::new("VN-80").valid_to("2020-07-01").into(),
                Region::new("VN-80").valid_from("2021-01-01").into(),
                Region::new("A").name("alike").into(),
                Region::new("B").name("alike").into(),
            ])
            .unwrap();
        store
    }

    fn batch(rows: &[[&str; 3]]) -> Batch {
        let mut batch = Batch::new();
        for [indicator, region, period] in rows {
            batch.push(indicator, region, period, "1").unwrap();
        }
        batch
    }

    /// The position and the text of what a commit of rows says.
    fn refusal(batch: Batch) -> (Option<usize>, String) {
        let error = store().commit(batch).unwrap_err();
        (error.position(), error.to_string())
    }

    #[test]
    fn what_is_refused_is_the_first_row_that_does_not_fit() {
        let known = ["known", "VN", "2024"];
        for (rows, position, text) in [
            ([known, ["both", "VN", "2024"], ["known", "alike", "2024"]], 1, "one, other"),
            ([known, ["known", "alike", "2024"], ["both", "VN", "2024"]], 1, "on 2024-12-31"),
            ([["known", "VN-80", "2019"], known, ["known", "VN-80", "2020"]], 2, "no version"),
            ([known, ["both", "VN-80", "2020"], ["new", "VN", "2024"]], 1, "\"both\""),
        ] {
            let (stated, said) = refusal(batch(&rows));
            assert_eq!(stated, Some(position), "{said}");
            assert!(said.contains(text), "{said}");
        }
        let rows = [known, known, ["known", "new", "2024"], ["new", "new", "2024"]];
        let (position, said) = refusal(batch(&rows).strict());
        assert_eq!((position, said.contains("region \"new\"")), (Some(2), true), "{said}");
        let (position, said) = refusal(batch(&rows[3..]).strict());
        assert_eq!((position, said.contains("indicator \"new\"")), (Some(0), true), "{said}");
    }

    #[test]
    fn a_value_that_no_store_takes_is_named_by_the_commit() {
        let mut batch = batch(&[["known", "VN", "2024"]]);
        batch.push("known", "VN", "2025", "12345678901234567890.5").unwrap();
        let (position, said) = refusal(batch);
        assert_eq!(position, Some(1));
        assert!(said.contains("12345678901234567890.5 does not fit"), "{said}");
    }

    #[test]
    fn attributes_are_those_of_each_row() {
        let mut store = store();
        let mut batch = Batch::new().source("press");
        for (year, note) in [("2020", ""), ("2021", "x"), ("2022", "x"), ("2023", "")] {
            let value = Decimal::new(-175, 1).unwrap();
            let of = Observation::new("known", "VN", year.parse().unwrap(), value);
            batch.add(if note.is_empty() { of } else { of.note(note).source("VSS") });
        }
        assert_eq!(store.commit(batch).unwrap().added, 4);
        let snapshot = store.inner.snapshot();
        let known = snapshot.catalogue().indicator_named("known").unwrap();
        let series = snapshot.series(known, RegionId(0), &Scenario::reported(), None).unwrap();
        let texts = series.iter().map(|o| (o.source.as_deref(), o.note.as_deref()));
        let (press, vss) = ((Some("press"), None), (Some("VSS"), Some("x")));
        assert_eq!(texts.collect::<Vec<_>>(), [press, vss, vss, press]);
    }

    #[test]
    fn what_is_registered_may_be_what_another_name_means() {
        let mut store = store();
        let rows = [["New", "place", "2023"], ["new", "PLACE", "2024"], ["new", "place@0", "2025"]];
        let registered = store.commit(batch(&rows)).unwrap().registered;
        assert_eq!(registered.indicators, ["New"]);
        assert_eq!(registered.regions, ["place", "place@0"]);
        // `place@0` is the uid of `place`.
        let answer = store.query("New in \"place@0\" by year since 2023 until 2025").unwrap();
        assert_eq!(answer.rows.iter().filter(|row| row.value.is_some()).count(), 3);
    }
}
