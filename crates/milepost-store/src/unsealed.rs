//! A segment on its way to disk.

use std::{
    io::{self, Write},
    sync::Arc,
};

use crate::{
    error::Result,
    frame::EncodedFrame,
    head::{SegmentRecord, length},
    io::{Disk, DiskFile},
    load::{io_error, open_segment, segment_name},
    options::Options,
    segment::SegmentWriter,
    state::Sealed,
    writer::SEGMENT_BYTES,
};

/// Bytes that are written at once.
pub(crate) const BLOCK: usize = 1 << 20;

/// A segment being written, which nothing refers to.
#[derive(Debug)]
pub(crate) struct Unsealed {
    name: String,
    writer: SegmentWriter<Blocks>,
    /// Bytes of frames in it.
    bytes: u64,
}

impl Unsealed {
    /// Begins a segment, to be synced after so many blocks each, or at its end only.
    pub(crate) fn create(disk: &dyn Disk, id: u64, between_syncs: Option<u32>) -> Result<Self> {
        let name = segment_name(id);
        let failed = || io_error(disk, &name);
        let file = disk.create_new(&name).map_err(failed())?;
        let buffer = Vec::with_capacity(BLOCK);
        let blocks = Blocks { file, buffer, end: 0, unsynced: 0, between_syncs };
        let writer = SegmentWriter::new(blocks, id).map_err(failed())?;
        Ok(Self { name, writer, bytes: 0 })
    }

    /// Whether so many bytes are better put here than into a segment of their own.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.bytes == 0 || self.bytes.saturating_add(length(bytes)) <= SEGMENT_BYTES
    }

    /// Appends the next frame.
    pub(crate) fn append(
        &mut self,
        disk: &dyn Disk,
        sheet: u32,
        number: u32,
        frame: &EncodedFrame,
    ) -> Result<()> {
        self.bytes = self.bytes.saturating_add(length(frame.bytes.len()));
        self.writer.append(sheet, number, frame).map_err(io_error(disk, &self.name))
    }

    /// Ends the segment, makes its bytes durable, its name excepted, and opens it for reading.
    pub(crate) fn seal(self, disk: &dyn Disk, options: Options) -> Result<Arc<Sealed>> {
        let failed = || io_error(disk, &self.name);
        let (blocks, seal) = self.writer.finish().map_err(failed())?;
        blocks.file.sync().map_err(failed())?;
        blocks.file.protect();
        let record = SegmentRecord { id: seal.id, length: seal.length, checksum: seal.checksum };
        Ok(Arc::new(open_segment(disk, record, options)?))
    }
}

/// A file that is written in large blocks.
#[derive(Debug)]
struct Blocks {
    file: Box<dyn DiskFile>,
    buffer: Vec<u8>,
    end: u64,
    /// Blocks written since the last sync.
    unsynced: u32,
    /// Blocks after which the file is synced, though it goes on.
    between_syncs: Option<u32>,
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BLOCK {
            self.flush()?;
            self.unsynced = self.unsynced.saturating_add(1);
            if self.between_syncs.is_some_and(|blocks| self.unsynced >= blocks) {
                self.file.sync()?;
                self.unsynced = 0;
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
