//! From the texts of rows to a load.

use std::collections::HashMap;

use milepost::{
    AttributesId, BulkAttributes, BulkPeriod, BulkWriter, Catalogue, IndicatorId, Lookup,
    RegionName,
};

use super::cells::figure;
use super::interned::Interned;
use super::report::{Report, Unknown};
use crate::observations::Row;

/// How many sets of attributes of a block are remembered.
const ATTRIBUTES_MAX: usize = 1 << 12;

/// What becomes of rows.
#[derive(Debug)]
pub(super) enum Sink<'a> {
    /// They are loaded; the catalogue has their names.
    Load(Box<BulkWriter<'a>>, &'a Catalogue),
    /// They are checked, and the names that the catalogue lacks are noted.
    Check(&'a Catalogue),
}

/// Takes rows in, and remembers what their texts mean.
#[derive(Debug)]
pub(super) struct Loader<'a> {
    sink: Sink<'a>,
    indicators: Interned<Name<IndicatorId>>,
    regions: Interned<Name<RegionName>>,
    periods: Interned<BulkPeriod>,
    attributes: Attributes,
}

/// The texts of a row that every row has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain<'a> {
    pub(super) indicator: &'a str,
    pub(super) region: &'a str,
    pub(super) period: &'a str,
    pub(super) value: &'a str,
}

/// What a name means to a load; rows that are only checked need not know.
type Name<T> = Option<T>;

/// Attributes of rows that have a figure, by the texts of their cells. They belong to a block.
#[derive(Debug, Default)]
struct Attributes {
    key: String,
    last: Option<(String, Set)>,
    all: HashMap<String, Set>,
}

/// The number of a set of attributes; rows that are only checked have none.
#[derive(Clone, Copy, Debug)]
struct Set(Option<AttributesId>);

impl<'a> Loader<'a> {
    pub(super) fn new(sink: Sink<'a>) -> Self {
        Self {
            sink,
            indicators: Interned::new(),
            regions: Interned::new(),
            periods: Interned::new(),
            attributes: Attributes::default(),
        }
    }

    /// Takes a row in all of whose texts are known, or whose value is missing; false leaves it to
    /// [`Loader::add`].
    #[inline]
    pub(super) fn add_plain<'t>(
        &mut self,
        row: &Plain<'_>,
        optional: impl Iterator<Item = &'t str>,
        line: u64,
        report: &mut Report,
    ) -> bool {
        let (Some(&mut indicator), Some(&mut region), Some(&mut period), Some(Set(attributes))) = (
            self.indicators.get(row.indicator),
            self.regions.get(row.region),
            self.periods.get(row.period),
            self.attributes.find(optional),
        ) else {
            return false;
        };
        if row.value.is_empty() {
            report.rows += 1;
            report.skipped_missing += 1;
            return true;
        }
        let Some(value) = figure(row.value) else { return false };
        report.rows += 1;
        if let (Sink::Load(writer, _), Some(indicator), Some(region), Some(attributes)) =
            (&mut self.sink, indicator, region, attributes)
            && let Err(error) = writer.push(indicator, region, period, attributes, Some(value))
        {
            report.refuse(error);
        }
        report.observations.push(line);
        true
    }

    /// Takes any row in, and remembers its texts; `period` is that of its period.
    pub(super) fn add(
        &mut self,
        row: &Row<'_>,
        period: &str,
        optional: &[&str],
        line: u64,
        report: &mut Report,
    ) {
        report.withdrawals += u64::from(row.value.is_none());
        if self.periods.get(period).is_none() {
            self.periods.insert(period, row.period.into());
        }
        if let Err(error) = self.push(row, optional, report) {
            report.refuse(error);
        }
        report.observations.push(line);
    }

    fn push(
        &mut self,
        row: &Row<'_>,
        optional: &[&str],
        report: &mut Report,
    ) -> milepost::Result<()> {
        let indicator = self.indicator(row.indicator, report)?;
        let region = self.region(row.region, report)?;
        let period = BulkPeriod::from(row.period);
        let Sink::Load(writer, _) = &mut self.sink else {
            if row.value.is_some() {
                self.attributes.insert(optional, Set(None));
            }
            return Ok(());
        };
        let (Some(indicator), Some(region)) = (indicator, region) else { return Ok(()) };
        let attributes = writer.attributes(&BulkAttributes {
            scenario: &row.scenario,
            status: row.status,
            published: row.published,
            precision: row.precision,
            source: row.source,
            note: row.note,
        })?;
        if row.value.is_some() {
            self.attributes.insert(optional, Set(Some(attributes)));
        }
        // A value was checked to fit when it was read.
        let value = row.value.and_then(milepost::Decimal::to_stored);
        writer.push(indicator, region, period, attributes, value)
    }

    fn indicator(
        &mut self,
        name: &str,
        report: &mut Report,
    ) -> milepost::Result<Name<IndicatorId>> {
        if let Some(known) = self.indicators.get(name) {
            return Ok(*known);
        }
        let is_known =
            |catalogue: &Catalogue| !matches!(catalogue.find_indicator(name), Lookup::Unknown);
        let meaning = match &mut self.sink {
            Sink::Load(writer, catalogue) if is_known(catalogue) => Some(writer.indicator(name)?),
            Sink::Check(catalogue) if is_known(catalogue) => None,
            _ => return Ok(self.unknown("indicator", name, report)),
        };
        self.indicators.insert(name, meaning);
        Ok(meaning)
    }

    fn region(&mut self, name: &str, report: &mut Report) -> milepost::Result<Name<RegionName>> {
        if let Some(known) = self.regions.get(name) {
            return Ok(*known);
        }
        let is_known = |catalogue: &Catalogue| !catalogue.find_regions(name).is_empty();
        let meaning = match &mut self.sink {
            Sink::Load(writer, catalogue) if is_known(catalogue) => Some(writer.region(name)?),
            Sink::Check(catalogue) if is_known(catalogue) => None,
            _ => return Ok(self.unknown("region", name, report)),
        };
        self.regions.insert(name, meaning);
        Ok(meaning)
    }

    /// Notes a name that the catalogue lacks, once.
    fn unknown<T>(&mut self, what: &'static str, name: &str, report: &mut Report) -> Name<T> {
        let (name, observation) = (name.to_owned(), report.observations.count());
        match what {
            "indicator" => self.indicators.insert(&name, None),
            _ => self.regions.insert(&name, None),
        }
        report.unknown.push(Unknown { what, name, observation });
        None
    }

    /// Ends the block.
    pub(super) fn end(&mut self, report: &mut Report) {
        self.attributes = Attributes::default();
        if let Sink::Load(writer, _) = &mut self.sink
            && let Err(error) = writer.end_piece(report.number)
        {
            report.failure.get_or_insert(error);
        }
    }
}

impl Attributes {
    /// The attributes of a row with these cells, if another one had them.
    #[inline]
    fn find<'t>(&mut self, cells: impl Iterator<Item = &'t str>) -> Option<Set> {
        self.key.clear();
        for cell in cells {
            self.key.push_str(cell);
            self.key.push(',');
        }
        // Without such columns there is nothing to compare: a comparison of nothing at no address
        // takes some processors longer than all else that a row needs.
        if let Some((key, id)) = &self.last
            && (key.is_empty() && self.key.is_empty() || *key == self.key)
        {
            return Some(*id);
        }
        let id = *self.all.get(&self.key)?;
        self.last = Some((self.key.clone(), id));
        Some(id)
    }

    fn insert(&mut self, cells: &[&str], id: Set) {
        // Cells with a comma could not be told from two.
        if cells.iter().any(|cell| cell.contains(',')) {
            return;
        }
        if self.all.len() >= ATTRIBUTES_MAX {
            self.all.clear();
        }
        let key: String = cells.iter().flat_map(|cell| [*cell, ","]).collect();
        self.all.insert(key, id);
    }
}
