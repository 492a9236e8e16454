//! Frames on their way out: encoded in any order, written in theirs.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    error::Result,
    frame::{EncodedFrame, FrameShape, Keyed},
    io::Disk,
    options::Options,
    state::Sealed,
    unsealed::Unsealed,
    writer::Writer,
};

/// Segments being written.
#[derive(Debug)]
pub(super) struct Output {
    disk: Arc<dyn Disk>,
    options: Options,
    open: Option<Unsealed>,
    /// Sheet and window of the last frame.
    last: Option<(u32, u32)>,
    segments: Vec<Arc<Sealed>>,
    /// The job whose frames are written next, and those of later ones.
    next: usize,
    waiting: BTreeMap<usize, (FrameShape, Vec<Keyed>)>,
}

impl Output {
    pub(super) fn new(disk: Arc<dyn Disk>, options: Options) -> Self {
        Self {
            disk,
            options,
            open: None,
            last: None,
            segments: Vec::new(),
            next: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Takes the frames of a job, and writes all whose turn it is.
    pub(super) fn take(
        &mut self,
        job: usize,
        shape: FrameShape,
        frames: Vec<Keyed>,
        reserve: impl Fn() -> u64,
    ) -> Result<()> {
        self.waiting.insert(job, (shape, frames));
        while let Some((shape, frames)) = self.waiting.remove(&self.next) {
            self.next = self.next.saturating_add(1);
            for (sheet, number, frame) in frames {
                // What frames lean on must be in their segment.
                let together = Some((sheet, shape.window(number)));
                let is_together = std::mem::replace(&mut self.last, together) == together;
                let has_room =
                    self.open.as_ref().is_none_or(|open| open.has_room(frame.bytes.len()));
                if !is_together && !has_room {
                    self.seal()?;
                }
                self.append(sheet, number, &frame, &reserve)?;
            }
        }
        Ok(())
    }

    fn append(
        &mut self,
        sheet: u32,
        number: u32,
        frame: &EncodedFrame,
        reserve: &impl Fn() -> u64,
    ) -> Result<()> {
        let disk = self.disk.as_ref();
        let open = match self.open.take() {
            Some(open) => open,
            None => Unsealed::create(disk, reserve(), None)?,
        };
        self.open.insert(open).append(disk, sheet, number, frame)
    }

    /// Ends the segment that is open.
    fn seal(&mut self) -> Result<()> {
        if let Some(open) = self.open.take() {
            self.segments.push(open.seal(self.disk.as_ref(), self.options)?);
        }
        Ok(())
    }

    /// The segments, once all frames are there.
    pub(super) fn finish(mut self) -> Result<Vec<Arc<Sealed>>> {
        self.seal()?;
        Ok(self.segments)
    }
}

/// The id of another segment.
pub(super) fn reserve(writer: &std::sync::Mutex<&mut Writer>) -> u64 {
    super::unlocked(writer).reserve_segment()
}
