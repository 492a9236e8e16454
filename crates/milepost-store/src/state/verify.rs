//! What frames say, against what the rest of the store knows.

use milepost_model::{Date, Decimal};

use super::{Sheet, State};
use crate::{
    error::StoreError,
    frame::{Address, CellRecord, FormatError, FrameView},
};

impl State {
    /// Checks that every figure, superseded ones included, belongs to a region and a period, and
    /// refers to texts that there are. The bytes of the frames are checked elsewhere.
    pub(crate) fn verify(&self) -> Result<(), StoreError> {
        for sheet in &self.sheets {
            for (frame, place) in sheet.frames() {
                self.verify_frame(sheet, frame, &self.view(place)?)
                    .map_err(|error| self.damage(place, error))?;
            }
        }
        Ok(())
    }

    fn verify_frame(
        &self,
        sheet: &Sheet,
        frame: u32,
        view: &FrameView<'_>,
    ) -> Result<(), FormatError> {
        let content = view.decode()?;
        let latest = content.iter();
        let superseded = content.history().iter().map(|known| (known.cell, &known.record));
        for (cell, record) in latest.chain(superseded) {
            self.verify_record(sheet, Address { frame, cell }, record)?;
        }
        Ok(())
    }

    fn verify_record(
        &self,
        sheet: &Sheet,
        address: Address,
        record: &CellRecord,
    ) -> Result<(), FormatError> {
        let is_day = |day: i32| Date::from_day_number(day).is_some();
        let is_text = |number: &u32| self.strings.get(*number).is_some();
        let is_decimal = |(mantissa, decimals): (i64, u8)| {
            Decimal::new(i128::from(mantissa), decimals).is_some()
        };
        let region = usize::try_from(sheet.shape.region(address)).unwrap_or(usize::MAX);
        let wrong = if region >= self.groups.size(sheet.key.group) {
            "a figure lies in a region that does not exist"
        } else if sheet.period(sheet.shape.ordinal(address)).is_none() {
            "a figure lies in a period that does not exist"
        } else if !record.published.into_iter().chain([record.recorded]).all(is_day) {
            "a day lies outside the calendar"
        } else if !record.value.is_none_or(is_decimal) {
            "a figure has too many decimals"
        } else if ![record.source, record.note].iter().all(is_text) {
            "a text has no such number"
        } else {
            return Ok(());
        };
        Err(FormatError::new(0, wrong))
    }
}
