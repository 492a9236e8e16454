//! Frames on their way into segments, block by block.

use std::sync::Arc;

use super::Site;
use crate::{
    error::Result,
    frame::DirectoryEntry,
    load::segment_name,
    state::{Place, Sealed, State},
    unsealed::{BLOCK, Unsealed},
};

/// Blocks after which a segment is synced, though it goes on: a sync of everything at its end would
/// keep the disk from the commits beside it for as long as that takes.
const BLOCKS_BETWEEN_SYNCS: u32 = 4;

/// Frames of a state that go into new segments.
#[derive(Debug)]
pub(super) struct Frames {
    /// Sheet and number of each frame that is still to come, the last one first.
    rest: Vec<(u32, u32)>,
    open: Option<Unsealed>,
    /// Bytes of frames that came since the last step.
    recent: usize,
    done: Vec<Arc<Sealed>>,
}

impl Frames {
    /// All frames of a state, or those that are in no segment yet.
    pub(super) fn of(state: &State, all: bool) -> Self {
        let mut rest = Vec::new();
        for (number, sheet) in (0u32..).zip(&state.sheets) {
            let is_wanted = |place: &Place<'_>| all || matches!(place, Place::Fresh(_));
            let wanted = sheet.frames().filter(|(_, place)| is_wanted(place));
            rest.extend(wanted.map(|(frame, _)| (number, frame)));
        }
        rest.reverse();
        Self { rest, open: None, recent: 0, done: Vec::new() }
    }

    /// Writes about a block: the segments, once all frames are in them and on disk.
    pub(super) fn step(&mut self, state: &State, site: &Site) -> Result<Option<Vec<Arc<Sealed>>>> {
        while !self.rest.is_empty() {
            let window = self.window(state);
            if window.is_empty() {
                self.rest.pop();
                continue;
            }
            let bytes = |(_, _, place): &(u32, u32, Place<'_>)| {
                state.entry(*place).map_or(0, DirectoryEntry::frame_bytes)
            };
            let bytes = window.iter().map(bytes).fold(0usize, usize::saturating_add);
            if self.open.as_ref().is_some_and(|open| !open.has_room(bytes)) {
                self.seal(site)?;
                return Ok(None);
            }
            let open = match self.open.take() {
                Some(open) => open,
                None => create(site)?,
            };
            let open = self.open.insert(open);
            for (sheet, number, frame) in state.woven(&window)? {
                open.append(site.disk.as_ref(), sheet, number, &frame)?;
            }
            self.recent = self.recent.saturating_add(bytes);
            self.rest.truncate(self.rest.len().saturating_sub(window.len()));
            if self.recent >= BLOCK {
                self.recent = 0;
                return Ok(None);
            }
        }
        if self.open.is_some() {
            self.seal(site)?;
            return Ok(None);
        }
        Ok(Some(std::mem::take(&mut self.done)))
    }

    /// The next frames that lean on each other, which stand in one segment.
    fn window<'s>(&self, state: &'s State) -> Vec<(u32, u32, Place<'s>)> {
        let place = |&(sheet, number): &(u32, u32)| {
            let place = state.sheet(sheet).and_then(|sheet| sheet.find(number));
            place.map(|place| (sheet, number, place))
        };
        let frames = self.rest.iter().rev().map_while(place);
        let mut window: Vec<(u32, u32, Place<'s>)> = Vec::new();
        for frame in frames {
            let same = |first: &(u32, u32, Place<'s>)| {
                state.window(first.0, first.1) == state.window(frame.0, frame.1)
            };
            if !window.first().is_none_or(same) {
                break;
            }
            window.push(frame);
        }
        window
    }

    /// Ends the open segment.
    fn seal(&mut self, site: &Site) -> Result<()> {
        self.recent = 0;
        if let Some(open) = self.open.take() {
            self.done.push(open.seal(site.disk.as_ref(), site.options)?);
        }
        Ok(())
    }
}

/// Begins a segment that nobody else takes for a left one.
fn create(site: &Site) -> Result<Unsealed> {
    let id = site.numbers.reserve();
    site.numbers.keep(&segment_name(id));
    Unsealed::create(site.disk.as_ref(), id, Some(BLOCKS_BETWEEN_SYNCS))
}
