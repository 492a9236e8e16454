//! From the rows of batches to a load.

use milepost::{Bulk, BulkPeriod, BulkWriter, Catalogue, IndicatorId, Lookup, RegionName};

use crate::attributes::{Attributes, NAME_BYTES_MAX, too_long};
use crate::columns::{Column, Layout};
use crate::figures::{self, Figure};
use crate::moment::period;
use crate::pieces::Part;
use crate::repeated::{Cell, Repeated};
use crate::report::Report;
use crate::{Fault, Faults, ImportOptions};

const NEEDED: &str = "there is nothing in the cell; a value is needed here";

/// Takes rows in, and remembers what their cells mean.
#[derive(Debug)]
pub(crate) struct Loader<'o> {
    options: &'o ImportOptions,
    /// `None` stands for a name that the catalogue lacks.
    indicators: Repeated<Option<IndicatorId>>,
    regions: Repeated<Option<RegionName>>,
    periods: Repeated<BulkPeriod>,
    attributes: Attributes<'o>,
    values: Column,
    figures: Vec<Figure>,
}

/// Where rows go.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) writer: BulkWriter<'a>,
    pub(crate) catalogue: &'a Catalogue,
}

impl<'a> Target<'a> {
    pub(crate) fn of(bulk: &'a Bulk<'_>) -> Self {
        Self { writer: bulk.writer(), catalogue: bulk.catalogue() }
    }
}

impl<'o> Loader<'o> {
    pub(crate) fn new(layout: &Layout, options: &'o ImportOptions) -> Self {
        Self {
            options,
            indicators: Repeated::new(layout.indicator.clone()),
            regions: Repeated::new(layout.region.clone()),
            periods: Repeated::new(layout.period.clone()),
            attributes: Attributes::new(&layout.optional, options),
            values: layout.value.clone(),
            figures: Vec::new(),
        }
    }

    /// Forgets what names mean, for another target.
    pub(crate) fn forget_names(&mut self) {
        self.indicators.forget_meanings();
        self.regions.forget_meanings();
    }

    /// Takes the rows of a piece in, and leaves it to the caller to end it.
    pub(crate) fn load(&mut self, parts: &[Part], to: &mut Target<'_>) -> Report {
        self.indicators.make_room();
        self.regions.make_room();
        self.periods.make_room();
        self.attributes.begin();
        let mut report = Report::default();
        for part in parts {
            self.indicators.read(&part.rows);
            self.regions.read(&part.rows);
            self.periods.read(&part.rows);
            self.attributes.read(&part.rows);
            if let Some(values) = part.rows.columns().get(self.values.position) {
                figures::read(values, &mut self.figures);
            }
            for row in 0..part.rows.num_rows() {
                if !self.push_known(row, to, &mut report) {
                    let is_observation = self.push(row, part, to, &mut report);
                    report.marks.push(is_observation);
                }
            }
        }
        report
    }

    /// Takes a row in that has a figure, and all else of which is known.
    #[inline]
    fn push_known(&mut self, row: usize, to: &mut Target<'_>, report: &mut Report) -> bool {
        let (
            Some(Figure::Of(digits, scale)),
            Some(&Some(indicator)),
            Some(&Some(region)),
            Some(&period),
            Some(set),
        ) = (
            self.figures.get(row),
            self.indicators.known(row),
            self.regions.known(row),
            self.periods.known(row),
            self.attributes.known(row),
        )
        else {
            return false;
        };
        let Some(attributes) = set.id().filter(|_| !set.is_withdrawal()) else { return false };
        let value = Some((*digits, *scale));
        if let Err(error) = to.writer.push(indicator, region, period, attributes, value) {
            report.refuse(error);
        }
        report.marks.push(true);
        true
    }

    /// Takes any row in, and tells whether it is an observation.
    fn push(&mut self, row: usize, part: &Part, to: &mut Target<'_>, report: &mut Report) -> bool {
        let Some((period, value)) = self.examine(row, part, &mut report.faults) else {
            return false;
        };
        let Some(set) = self.attributes.known(row) else { return false };
        if value.is_none() && !set.is_withdrawal() {
            report.skipped_missing += 1;
            return false;
        }
        report.withdrawals += u64::from(value.is_none());
        let strict = self.options.strict;
        let indicator = self.indicators.meaning(row, |name| {
            if matches!(to.catalogue.find_indicator(name.text()), Lookup::Unknown) {
                return report.unknown("indicator", name.text(), strict).map(|()| None);
            }
            to.writer.indicator(name.text()).map(Some)
        });
        let region = self.regions.meaning(row, |name| {
            if to.catalogue.find_regions(name.text()).is_empty() {
                return report.unknown("region", name.text(), strict).map(|()| None);
            }
            to.writer.region(name.text()).map(Some)
        });
        let pushed = match (indicator, region) {
            (Err(error), _) | (_, Err(error)) => Err(error),
            (Ok(Some(Some(indicator))), Ok(Some(Some(region)))) => {
                let attributes = set.number(&mut to.writer);
                attributes.and_then(|attributes| {
                    to.writer.push(indicator, region, period, attributes, value)
                })
            }
            // A name is unknown, which has been noted.
            _ => Ok(()),
        };
        if let Err(error) = pushed {
            report.refuse(error);
        }
        true
    }

    /// The period and the value of a row, if each of its cells fits. All are looked at before
    /// giving up, so that all faults show at once.
    fn examine(
        &mut self,
        row: usize,
        part: &Part,
        faults: &mut Faults,
    ) -> Option<(BulkPeriod, Option<(i64, u8)>)> {
        let before = faults.count();
        let mut fault = |column: &Column, message: String| {
            let (row, column) = (Some(part.first_row + row as u64), Some(column.name.clone()));
            faults.add(Fault { batch: part.batch, row, column, message });
        };
        for (column, cell) in [
            (self.indicators.column(), self.indicators.cell(row)),
            (self.regions.column(), self.regions.cell(row)),
        ] {
            match cell.map(Cell::text) {
                None => fault(column, NEEDED.to_owned()),
                Some(name) if name.len() > NAME_BYTES_MAX => {
                    fault(column, too_long(name, NAME_BYTES_MAX));
                }
                Some(_) => {}
            }
        }
        let (reading, dates) = (self.periods.column().reading, self.options.dates);
        let meant =
            self.periods.meaning(row, |cell| period(cell, reading, dates).map(BulkPeriod::from));
        let period = meant.and_then(|period| period.ok_or_else(|| NEEDED.to_owned()));
        let period = period.map_err(|message| fault(self.periods.column(), message)).ok();
        let is_withdrawal = self.attributes.examine(row, &mut fault);
        let values = part.rows.columns().get(self.values.position)?;
        let value = match self.figures.get(row)? {
            Figure::Missing => None,
            _ if is_withdrawal => {
                let message = format!(
                    "{:?} stands in a row of status O, which withdraws a figure; null would fit",
                    figures::shown(values, row)
                );
                fault(&self.values, message);
                None
            }
            Figure::Of(digits, scale) => Some((*digits, *scale)),
            Figure::Unfit => {
                fault(&self.values, figures::describe(values, row));
                None
            }
        };
        if faults.count() == before { Some((period?, value)) } else { None }
    }
}
