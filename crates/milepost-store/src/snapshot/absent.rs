//! Which of many regions have no figure.

use milepost_model::{Date, IndicatorId, Period, RegionId, Scenario, Status};

use super::{Snapshot, pieces::Sheets, read};
use crate::{
    error::Result,
    frame::{Address, CellSet, FrameView},
    state::{Place, Sheet, frequency_of},
};

/// Regions that have no figure in a period.
///
/// Made by [`Snapshot::absent`], which has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absent {
    /// Those without a figure, withdrawn ones included, in the order in which they were asked for.
    pub regions: Vec<RegionId>,
    /// What is known about any figure of those that were looked at, and of their neighbours.
    pub status: Status,
}

impl Snapshot {
    /// Of some regions those without a figure in a period, so many at most: the first ones.
    ///
    /// It reads which figures there are and not what they are, and no further than it takes to find
    /// so many.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, Region, RegionId, Scenario, Status};
    /// use milepost_store::{Batch, Store};
    ///
    /// let mut store = Store::in_memory();
    /// let region = |number| Region::new(format!("C{number}")).level(3).into();
    /// store.define(vec![Indicator::stock("si.participants").into()])?;
    /// store.define((0..4).map(region).collect())?;
    /// let indicator = store.snapshot().catalogue().indicator_named("si.participants").unwrap();
    /// let fact = Fact::new(indicator, RegionId(2), "2024".parse()?, "19.5".parse().ok());
    /// store.commit(Batch { facts: vec![fact], ..Batch::default() })?;
    ///
    /// let snapshot = store.snapshot();
    /// let communes = [3, 2, 1, 0].map(RegionId);
    /// let (reported, year) = (Scenario::reported(), "2024".parse()?);
    /// let absent = snapshot.absent(indicator, &reported, &communes, year, None, 2)?;
    /// assert_eq!(absent.regions, [3, 1].map(RegionId));
    /// assert_eq!(absent.status, Status::default());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Corrupt`](crate::StoreError::Corrupt) if a frame is damaged.
    pub fn absent(
        &self,
        indicator: IndicatorId,
        scenario: &Scenario,
        regions: &[RegionId],
        period: Period,
        as_of: Option<Date>,
        most: usize,
    ) -> Result<Absent> {
        let mut absent = Absent::default();
        let sheets = Sheets::of(self, indicator, scenario);
        let mut looker = Looker { snapshot: self, sheets, period, as_of, group: None, frame: None };
        for region in regions {
            if absent.regions.len() >= most {
                break;
            }
            let known = looker.look(*region)?;
            absent.status = absent.status.union(Status::from_bits(known.status));
            if !known.has_value {
                absent.regions.push(*region);
            }
        }
        Ok(absent)
    }
}

/// What is known of a region in the period.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    has_value: bool,
    /// That of all figures of the frame, where they have the same.
    status: u32,
}

/// Looks at one region after another.
struct Looker<'a> {
    snapshot: &'a Snapshot,
    /// None where the store has no figures of the scenario.
    sheets: Option<Sheets<'a>>,
    period: Period,
    as_of: Option<Date>,
    /// The group of the last region, with its sheet and the number of the period there.
    group: Option<(u32, Option<(&'a Sheet, i32)>)>,
    /// The frame of the last region by group and number, where there is one: neighbours lie in it.
    frame: Option<((u32, u32), Option<Frame<'a>>)>,
}

/// A frame, and where they are all of one status and known the cells that have a value.
struct Frame<'a> {
    place: Place<'a>,
    view: FrameView<'a>,
    values: Option<(CellSet, u32)>,
}

impl<'a> Looker<'a> {
    fn look(&mut self, region: RegionId) -> Result<Known> {
        let nothing = Ok(Known::default());
        let Some((group, ordinal)) = self.snapshot.state.groups.place(region.0) else {
            return nothing;
        };
        let Some((sheet, period)) = self.sheet(group) else { return nothing };
        let Some(Address { frame, cell }) = sheet.shape.locate(ordinal, period) else {
            return nothing;
        };
        if self.frame.as_ref().is_none_or(|(place, _)| *place != (group, frame)) {
            let found = sheet.find(frame).map(|place| self.frame(place)).transpose()?;
            self.frame = Some(((group, frame), found));
        }
        let Some((_, Some(frame))) = &self.frame else { return nothing };
        if let Some((values, status)) = &frame.values {
            return Ok(Known { has_value: values.contains(cell.into()), status: *status });
        }
        let record = read(&frame.view, cell, self.as_of);
        let record = record.map_err(|error| self.snapshot.state.damage(frame.place, error))?;
        let known = record.map(|r| Known { has_value: r.value.is_some(), status: r.status });
        Ok(known.unwrap_or_default())
    }

    /// The sheet of a group, where the period has a number in it, and that number.
    fn sheet(&mut self, group: u32) -> Option<(&'a Sheet, i32)> {
        if let Some((_, known)) = self.group.filter(|(known, _)| *known == group) {
            return known;
        }
        let sheet = self.sheets.as_mut()?.sheet(group, frequency_of(self.period));
        let found = sheet.and_then(|sheet| Some((sheet, sheet.ordinal(self.period)?)));
        self.group = Some((group, found));
        found
    }

    fn frame(&self, place: Place<'a>) -> Result<Frame<'a>> {
        let view = self.snapshot.view(place)?;
        let is_latest = self.as_of.is_none_or(|day| view.is_latest_as_of(day.day_number()));
        let status = view.uniform_status().filter(|_| is_latest);
        let values = status.map(|(status, _)| (view.values(), status));
        Ok(Frame { place, view, values })
    }
}
