//! Frames on their way into segments, block by block.

use std::{
    io::{self, Write},
    sync::Arc,
};

use super::Site;
use crate::{
    error::Result,
    frame::DirectoryEntry,
    head::{SegmentRecord, length},
    io::DiskFile,
    load::{io_error, open_segment, segment_name},
    segment::SegmentWriter,
    state::{Place, Sealed, State},
    writer::SEGMENT_BYTES,
};

/// Bytes that are written at once.
const BLOCK: usize = 1 << 20;
/// Blocks after which a segment is synced, though it goes on: a sync of everything at its end would
/// keep the disk from the commits beside it for as long as that takes.
const BLOCKS_BETWEEN_SYNCS: u32 = 4;

/// Frames of a state that go into new segments.
#[derive(Debug)]
pub(super) struct Frames {
    /// Sheet and number of each frame that is still to come, the last one first.
    rest: Vec<(u32, u32)>,
    open: Option<Open>,
    done: Vec<Arc<Sealed>>,
}

/// A segment being written.
#[derive(Debug)]
struct Open {
    name: String,
    writer: SegmentWriter<Sink>,
    /// Bytes of frames in it, and those that came since the last step.
    bytes: u64,
    recent: usize,
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
        Self { rest, open: None, done: Vec::new() }
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
                None => Open::create(site)?,
            };
            let open = self.open.insert(open);
            for (sheet, number, frame) in state.woven(&window)? {
                let failed = io_error(site.disk.as_ref(), &open.name);
                open.writer.append(sheet, number, &frame).map_err(failed)?;
            }
            open.bytes = open.bytes.saturating_add(length(bytes));
            open.recent = open.recent.saturating_add(bytes);
            self.rest.truncate(self.rest.len().saturating_sub(window.len()));
            if open.recent >= BLOCK {
                open.recent = 0;
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

    /// Ends the open segment, makes its bytes durable, and opens it for reading.
    fn seal(&mut self, site: &Site) -> Result<()> {
        let Some(Open { name, writer, .. }) = self.open.take() else { return Ok(()) };
        let failed = || io_error(site.disk.as_ref(), &name);
        let (sink, seal) = writer.finish().map_err(failed())?;
        sink.file.sync().map_err(failed())?;
        sink.file.protect();
        let record = SegmentRecord { id: seal.id, length: seal.length, checksum: seal.checksum };
        self.done.push(Arc::new(open_segment(site.disk.as_ref(), record, site.options)?));
        Ok(())
    }
}

impl Open {
    fn create(site: &Site) -> Result<Self> {
        let id = site.numbers.reserve();
        let name = segment_name(id);
        site.numbers.keep(&name);
        let failed = || io_error(site.disk.as_ref(), &name);
        let file = site.disk.create_new(&name).map_err(failed())?;
        let sink = Sink { file, buffer: Vec::new(), end: 0, blocks: 0 };
        let writer = SegmentWriter::new(sink, id).map_err(failed())?;
        Ok(Self { name, writer, bytes: 0, recent: 0 })
    }

    /// Whether a frame is better put here than into a segment of its own.
    fn has_room(&self, bytes: usize) -> bool {
        self.bytes == 0 || self.bytes.saturating_add(length(bytes)) <= SEGMENT_BYTES
    }
}

/// A file that is written in large blocks.
#[derive(Debug)]
struct Sink {
    file: Box<dyn DiskFile>,
    buffer: Vec<u8>,
    end: u64,
    /// Blocks written since the last sync.
    blocks: u32,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BLOCK {
            self.flush()?;
            self.blocks = self.blocks.saturating_add(1);
            if self.blocks >= BLOCKS_BETWEEN_SYNCS {
                self.file.sync()?;
                self.blocks = 0;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.file.write_at(&self.buffer, self.end)?;
            self.end = self.end.saturating_add(length(self.buffer.len()));
            self.buffer.clear();
        }
        Ok(())
    }
}
