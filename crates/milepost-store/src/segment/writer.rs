use std::io::{self, Write};

use super::layout::{self, Footer, HEADER_BYTES};
use crate::frame::{DirectoryEntry, ENTRY_BYTES, EncodedFrame, Format, UNIT};

/// Writes a segment from front to back: create, append every frame in order, finish.
///
/// The writer makes nothing durable: the caller syncs the file and its directory.
#[derive(Debug)]
pub(crate) struct SegmentWriter<W> {
    sink: W,
    id: u64,
    /// Where the next frame begins, in units of 128 bytes.
    next_units: u32,
    tails: Vec<u8>,
    directory: Vec<u8>,
    last_key: Option<(u32, u32)>,
    entries: u32,
    values: u64,
}

/// What the head must know of a finished segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) id: u64,
    /// Length of the file in bytes.
    pub(crate) length: u64,
    pub(crate) frames: u32,
    /// Values in all frames.
    pub(crate) values: u64,
    /// The footer's checksum, which vouches for the whole file.
    pub(crate) checksum: u64,
}

impl<W: Write> SegmentWriter<W> {
    /// Begins a segment. Frames come in many small writes: `sink` should buffer them.
    pub(crate) fn new(mut sink: W, id: u64) -> io::Result<SegmentWriter<W>> {
        sink.write_all(&layout::header(id, Format::LATEST))?;
        Ok(SegmentWriter {
            sink,
            id,
            next_units: 1,
            tails: Vec::new(),
            directory: Vec::new(),
            last_key: None,
            entries: 0,
            values: 0,
        })
    }

    /// Appends a frame under the key (`sheet`, `number`), which must be above the last. What it
    /// leans on must be there already.
    pub(crate) fn append(
        &mut self,
        sheet: u32,
        number: u32,
        frame: &EncodedFrame,
    ) -> io::Result<()> {
        if self.last_key >= Some((sheet, number)) {
            let what = "frames of a segment are appended in ascending order of sheet and number";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let (body, tail) = frame.parts();
        let offset_units = self.next_units;
        let units = body.len().checked_div(UNIT).and_then(|units| units.try_into().ok());
        let next_units = units.and_then(|units| offset_units.checked_add(units));
        self.next_units = next_units.ok_or(io::ErrorKind::FileTooLarge)?;

        let mut entry =
            DirectoryEntry { sheet, frame: number, offset_units, checksum: 0, ..frame.entry };
        entry.checksum = entry.checksum_of(body, tail, self.id);
        self.sink.write_all(body)?;
        self.tails.extend_from_slice(tail);
        self.directory.extend_from_slice(&entry.to_bytes());
        self.last_key = Some((sheet, number));
        self.entries = self.entries.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        self.values = self.values.saturating_add(u64::from(entry.count));
        Ok(())
    }

    /// Writes tails, directory and footer, and flushes the sink.
    pub(crate) fn finish(mut self) -> io::Result<(W, Seal)> {
        let directory_checksum = layout::directory_checksum(&self.directory, self.id);
        self.directory.resize(self.directory.len().next_multiple_of(UNIT), 0);
        self.tails.resize(self.tails.len().next_multiple_of(UNIT), 0);
        let directory_offset = u64::from(self.next_units)
            .saturating_mul(UNIT as u64)
            .saturating_add(self.tails.len() as u64);
        let length = directory_offset
            .saturating_add(self.directory.len() as u64)
            .saturating_add(layout::FOOTER_BYTES as u64);
        let (entries, values) = (self.entries, self.values);
        let footer = Footer { directory_offset, entries, values, length, directory_checksum };
        let footer = footer.to_bytes(self.id);
        self.sink.write_all(&self.tails)?;
        self.sink.write_all(&self.directory)?;
        self.sink.write_all(&footer)?;
        self.sink.flush()?;
        let checksum = layout::footer_checksum(&footer);
        Ok((self.sink, Seal { id: self.id, length, frames: entries, values, checksum }))
    }
}

const _: () = assert!(HEADER_BYTES == UNIT && UNIT == 2 * ENTRY_BYTES);
