//! Frames as they stand in a segment (FORMAT.md, "Keys").

use super::{Place, State};
use crate::{
    error::Result,
    frame::{Keyed, weave},
};

impl State {
    /// What frames that must stand in one segment have in common.
    pub(crate) fn window(&self, sheet: u32, number: u32) -> (u32, u32) {
        (sheet, self.sheet(sheet).map_or(number, |sheet| sheet.shape.window(number)))
    }

    /// The frames of one window, ascending, as they stand in a segment: wherever they are now, they
    /// lean on each other anew.
    pub(crate) fn woven(&self, frames: &[(u32, u32, Place<'_>)]) -> Result<Vec<Keyed>> {
        let mut woven = Vec::with_capacity(frames.len());
        for &(sheet, number, place) in frames {
            let alone = self.view(place)?.alone();
            woven.push((sheet, number, alone.map_err(|error| self.damage(place, error))?));
        }
        if let [(sheet, _, place), ..] = frames
            && let Some(sheet) = self.sheet(*sheet)
        {
            weave(sheet.shape, &mut woven).map_err(|error| self.damage(*place, error))?;
        }
        Ok(woven)
    }
}
