//! Every figure of one region.

use milepost_model::{Date, Decimal, IndicatorId, RegionId, Scenario};

use super::{Observation, Snapshot, frequencies, read};
use crate::{
    error::Result,
    frame::FrameView,
    state::{Place, Sheet},
};

impl Snapshot {
    /// All figures of a region, whatever their frequency, ordered by period.
    ///
    /// Periods whose figure was withdrawn are there, without a value.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`](crate::StoreError::Corrupt) if a frame is damaged.
    pub fn series(
        &self,
        indicator: IndicatorId,
        region: RegionId,
        scenario: &Scenario,
        as_of: Option<Date>,
    ) -> Result<Vec<Observation>> {
        let mut reader = Reader { snapshot: self, as_of, like: None, series: Vec::new() };
        for frequency in frequencies() {
            let Some((sheet, ordinal)) = self.sheet(indicator, region, scenario, frequency) else {
                continue;
            };
            let frames = sheet.frames_of(ordinal);
            self.will_need(frames.iter().map(|(_, place)| *place));
            reader.series.reserve(frames.len());
            for (frame, place) in frames {
                self.check()?;
                self.count(place);
                reader.read(sheet, ordinal, (frame, place), &self.state.view(place)?)?;
            }
        }
        let mut series = reader.series;
        if !series.is_sorted_by_key(|observation| observation.period) {
            series.sort_by_key(|observation| observation.period);
        }
        Ok(series)
    }
}

/// Collects the figures of a region.
struct Reader<'a> {
    snapshot: &'a Snapshot,
    as_of: Option<Date>,
    /// An earlier figure, and its attributes as its frame has them: those of neighbouring periods
    /// are mostly the same.
    like: Option<([u32; 6], Observation)>,
    series: Vec<Observation>,
}

impl Reader<'_> {
    /// Takes the figures of one frame over.
    fn read(
        &mut self,
        sheet: &Sheet,
        region: u32,
        (frame, place): (u32, Place<'_>),
        view: &FrameView<'_>,
    ) -> Result<()> {
        let is_latest = self.as_of.is_none_or(|day| view.is_latest_as_of(day.day_number()));
        let attributes = view.uniform_attributes().filter(|_| is_latest);
        for (cell, number) in sheet.cells_of(region, frame) {
            let period = || {
                let wrong = "a figure lies in a period that does not exist";
                sheet.period(number).ok_or_else(|| self.snapshot.damage(place, wrong))
            };
            if let Some((_, like)) =
                self.like.as_ref().filter(|(like, _)| Some(*like) == attributes)
                && let Some(value) = view.mantissa(cell)
                && let Some(value) = decimal(value, view.entry().scale)
            {
                let period = period()?;
                self.series.push(Observation { period, value: Some(value), ..like.clone() });
                continue;
            }
            let damage = |error| self.snapshot.state.damage(place, error);
            let Some(record) = read(view, cell, self.as_of).map_err(damage)? else { continue };
            let observation = self.snapshot.observe(place, period()?, &record)?;
            if let Some(attributes) = attributes {
                self.like = Some((attributes, observation.clone()));
            }
            self.series.push(observation);
        }
        Ok(())
    }
}

/// A frame's mantissa as a figure; `None` where that takes more than a look at the scale.
fn decimal(mantissa: i64, scale: i8) -> Option<Decimal> {
    Decimal::new(mantissa.into(), u8::try_from(scale).ok()?)
}
