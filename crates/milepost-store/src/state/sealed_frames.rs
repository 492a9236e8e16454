//! Where the frames of a sheet are in segments.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use super::{Location, Sealed};

/// The frames of one sheet in all segments, listed when the first one is looked for.
#[derive(Debug, Default)]
pub(crate) struct SealedFrames {
    stretches: Vec<Stretch>,
    list: OnceLock<Vec<(u32, Location)>>,
}

/// The frames of the sheet in one segment.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    /// The position of the segment.
    pub(crate) segment: u32,
    pub(crate) sealed: Arc<Sealed>,
    /// Positions in its directory.
    pub(crate) entries: Range<u32>,
}

impl SealedFrames {
    /// The frames of some stretches; of a frame that is in several the last one counts.
    pub(crate) fn of(stretches: Vec<Stretch>) -> Self {
        Self { stretches, list: OnceLock::new() }
    }

    /// Every frame by number, ascending.
    pub(crate) fn list(&self) -> &[(u32, Location)] {
        self.list.get_or_init(|| {
            let stretches = self.stretches.iter();
            let frames = stretches.flat_map(|Stretch { segment, sealed, entries }| {
                let numbers = sealed.segment.numbers(entries.clone());
                let location = |entry| Location { segment: *segment, entry };
                numbers.zip(entries.clone().map(location))
            });
            in_order(frames.collect())
        })
    }
}

/// The same frames, ascending; of one that comes several times the last one counts.
fn in_order(mut frames: Vec<(u32, Location)>) -> Vec<(u32, Location)> {
    if !frames.is_sorted_by(|(a, _), (b, _)| a < b) {
        frames.reverse();
        frames.sort_by_key(|(frame, _)| *frame);
        frames.dedup_by_key(|(frame, _)| *frame);
    }
    frames
}

/// Tests need no segments.
#[cfg(test)]
impl From<Vec<(u32, Location)>> for SealedFrames {
    fn from(frames: Vec<(u32, Location)>) -> Self {
        Self { stretches: Vec::new(), list: in_order(frames).into() }
    }
}
