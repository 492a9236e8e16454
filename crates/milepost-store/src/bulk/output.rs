//! Frames on their way out: encoded in any order, written in theirs.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use crate::{
    error::Result,
    frame::{EncodedFrame, FrameShape, Keyed},
    head::SegmentRecord,
    io::{Disk, DiskFile},
    load::{io_error, open_segment, segment_name},
    options::Options,
    segment::SegmentWriter,
    state::Sealed,
    writer::{SEGMENT_BYTES, Writer},
};

/// Bytes that are written at once.
const BLOCK: usize = 1 << 20;

/// Segments being written.
#[derive(Debug)]
pub(super) struct Output {
    disk: Arc<dyn Disk>,
    options: Options,
    open: Option<(String, SegmentWriter<Sink>)>,
    bytes: u64,
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
            bytes: 0,
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
                let length = crate::head::length(frame.bytes.len());
                // What frames lean on must be in their segment.
                let together = Some((sheet, shape.window(number)));
                let is_together = std::mem::replace(&mut self.last, together) == together;
                if !is_together && self.bytes.saturating_add(length) > SEGMENT_BYTES {
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
        let length = crate::head::length(frame.bytes.len());
        if self.open.is_none() {
            let id = reserve();
            let name = segment_name(id);
            let failed = |error| io_error(self.disk.as_ref(), &name)(error);
            let file = self.disk.create_new(&name).map_err(failed)?;
            let sink = Sink { file, buffer: Vec::with_capacity(BLOCK), end: 0 };
            let writer = SegmentWriter::new(sink, id).map_err(failed)?;
            self.open = Some((name, writer));
        }
        self.bytes = self.bytes.saturating_add(length);
        if let Some((name, writer)) = &mut self.open {
            writer.append(sheet, number, frame).map_err(io_error(self.disk.as_ref(), name))?;
        }
        Ok(())
    }

    /// Makes the segment that is open durable, its name excepted.
    fn seal(&mut self) -> Result<()> {
        let Some((name, writer)) = self.open.take() else { return Ok(()) };
        self.bytes = 0;
        let failed = |error| io_error(self.disk.as_ref(), &name)(error);
        let (sink, seal) = writer.finish().map_err(failed)?;
        sink.file.sync().map_err(failed)?;
        sink.file.protect();
        let record = SegmentRecord { id: seal.id, length: seal.length, checksum: seal.checksum };
        self.segments.push(Arc::new(open_segment(self.disk.as_ref(), record, self.options)?));
        Ok(())
    }

    /// The segments, once all frames are there.
    pub(super) fn finish(mut self) -> Result<Vec<Arc<Sealed>>> {
        self.seal()?;
        Ok(self.segments)
    }
}

/// A file that is written in large blocks.
#[derive(Debug)]
struct Sink {
    file: Box<dyn DiskFile>,
    buffer: Vec<u8>,
    end: u64,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BLOCK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.file.write_at(&self.buffer, self.end)?;
            self.end = self.end.saturating_add(crate::head::length(self.buffer.len()));
            self.buffer.clear();
        }
        Ok(())
    }
}

/// The id of another segment.
pub(super) fn reserve(writer: &std::sync::Mutex<&mut Writer>) -> u64 {
    super::unlocked(writer).reserve_segment()
}
