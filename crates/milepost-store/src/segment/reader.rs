use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::directory::{Directory, Link, Run};
use super::layout::{self, FOOTER_BYTES, Footer, HEADER_BYTES, OpenError};
use super::writer::Seal;
use crate::frame::{DirectoryEntry, FormatError, FrameView, Key};
use crate::map::Bytes;

/// A sealed segment, its directory and its frames read in place.
#[derive(Debug)]
pub(crate) struct Segment {
    bytes: Bytes,
    seal: Seal,
    directory: Directory,
    /// A bit for each frame whose checksum was found right.
    checked: Vec<AtomicU64>,
    /// A bit for each frame found to have no figures but actual ones printed exactly.
    plain: Vec<AtomicU64>,
}

impl Segment {
    /// Checks header, footer and directory; frames are checked when they are first touched.
    pub(crate) fn open(bytes: Bytes, id: u64) -> Result<Segment, OpenError> {
        let short = || FormatError::new(0, "the file is too short for a segment");
        let header = bytes.first_chunk::<HEADER_BYTES>().ok_or_else(short)?;
        let format = layout::check_header(header, id)?;
        let (before, footer) = bytes.split_last_chunk::<FOOTER_BYTES>().ok_or_else(short)?;
        let checksum = layout::footer_checksum(footer);
        let footer = Footer::from_bytes(footer, id, before.len() as u64)?;
        if footer.length != bytes.len() as u64 {
            return Err(FormatError::new(0, "the segment has another length than it had").into());
        }
        let start = usize::try_from(footer.directory_offset).unwrap_or(usize::MAX);
        bytes.will_need(start..bytes.len());
        let directory = Directory::read(before, &footer, id, format)?;
        let words = directory.len().div_ceil(64);
        let bits = || (0..words).map(|_| AtomicU64::new(0)).collect();
        let Footer { values, length, entries: frames, .. } = footer;
        let seal = Seal { id, length, frames, values, checksum };
        Ok(Segment { bytes, seal, directory, checked: bits(), plain: bits() })
    }

    /// What the head knows of the segment, from the segment itself.
    pub(crate) fn seal(&self) -> Seal {
        self.seal
    }

    /// How many frames there are.
    pub(crate) fn frames(&self) -> usize {
        self.directory.len()
    }

    /// The frames of each sheet, in ascending order.
    pub(crate) fn sheets(&self) -> &[Run] {
        self.directory.sheets()
    }

    /// The frame numbers at some positions of the directory, ascending within a sheet.
    pub(crate) fn numbers(&self, positions: Range<u32>) -> impl Iterator<Item = u32> {
        self.directory.numbers(&self.bytes, positions)
    }

    /// A frame's entry.
    #[inline]
    pub(crate) fn entry(&self, index: usize) -> Result<&DirectoryEntry, FormatError> {
        self.directory.entry(&self.bytes, index).map(|(entry, _)| entry)
    }

    /// Whether any cell of a frame has a value or is withdrawn, as far as its entry says, whose
    /// rules are only checked when the frame is read.
    pub(crate) fn has_cells(&self, index: usize) -> bool {
        self.directory.unchecked(&self.bytes, index).is_some_and(|entry| entry.has_cells())
    }

    /// Every entry.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> Vec<DirectoryEntry> {
        (0..self.frames()).map(|index| *self.entry(index).unwrap()).collect()
    }

    /// The entry of the frame that the one at a position leans on.
    pub(crate) fn key_entry(&self, index: usize) -> Option<&DirectoryEntry> {
        let (_, link) = self.directory.entry(&self.bytes, index).ok()?;
        self.entry(link.key? as usize).ok()
    }

    /// The frame at a position of the directory; its checksum, and that of the frame that it leans
    /// on, are computed on the first touch.
    #[inline]
    pub(crate) fn frame(&self, index: usize) -> Result<FrameView<'_>, FormatError> {
        let (entry, link, body) = self.checked(index)?;
        let within = |error: FormatError| error.within(entry.offset_bytes());
        let key = match link.key {
            None => None,
            Some(key) => {
                let (entry, _, body) = self.checked(key as usize)?;
                Some(Key::new(entry, body).map_err(within)?)
            }
        };
        FrameView::new(entry, body, self.tail(entry, link), key).map_err(within)
    }

    #[inline]
    fn checked(&self, index: usize) -> Result<(&DirectoryEntry, Link, &[u8]), FormatError> {
        let missing = || FormatError::new(0, "the segment has no frame with that number");
        let (entry, link) = self.directory.entry(&self.bytes, index)?;
        let body = self.bytes.get(range(entry)).ok_or_else(missing)?;
        if !is_set(&self.checked, index) {
            self.check(entry, body, self.tail(entry, link))?;
            set(&self.checked, index);
        }
        Ok((entry, link, body))
    }

    #[inline]
    fn tail_start(&self, link: Link) -> usize {
        self.directory.tails.saturating_add(link.tail as usize)
    }

    #[inline]
    fn tail(&self, entry: &DirectoryEntry, link: Link) -> &[u8] {
        let start = self.tail_start(link);
        self.bytes.get(start..start.saturating_add(entry.tail_bytes())).unwrap_or_default()
    }

    /// The entry of a frame that is known to have no figures but actual ones printed exactly.
    #[inline]
    pub(crate) fn plain_entry(&self, index: usize) -> Option<&DirectoryEntry> {
        let entry = self.entry(index).ok()?;
        (!entry.has_details() || is_set(&self.plain, index)).then_some(entry)
    }

    /// Remembers that a frame has no figures but actual ones printed exactly.
    pub(crate) fn set_plain(&self, index: usize) {
        set(&self.plain, index);
    }

    /// Asks the operating system to start reading some frames, unless all were touched before.
    pub(crate) fn will_need(&self, frames: Range<usize>) {
        let is_new = |index: &usize| !is_set(&self.checked, *index);
        let (Some(first), Some(last)) = (frames.clone().find(is_new), frames.rev().find(is_new))
        else {
            return;
        };
        let entry = |index: usize| self.directory.entry(&self.bytes, index);
        let (Ok((from, first)), Ok((to, last))) = (entry(first), entry(last)) else { return };
        // Keys lie before the frames that lean on them.
        let key = first.key.and_then(|key| self.entry(key as usize).ok()).unwrap_or(from);
        self.bytes.will_need(range(key).start..range(to).end);
        let (first, last) = (self.tail_start(first), self.tail_start(last));
        if from.tail_bytes() > 0 || first < last {
            self.bytes.will_need(first..last.saturating_add(to.tail_bytes()));
        }
    }

    /// Reads every byte and checks every rule of the format.
    pub(crate) fn verify_all(&self) -> Result<(), FormatError> {
        for index in 0..self.frames() {
            let (entry, link) = self.directory.entry(&self.bytes, index)?;
            // Also the frames that were right before: a disk may have changed its mind.
            let tail = self.tail(entry, link);
            self.check(entry, self.bytes.get(range(entry)).unwrap_or_default(), tail)?;
            self.frame(index)?.verify().map_err(|error| error.within(entry.offset_bytes()))?;
        }
        Ok(())
    }

    #[cold]
    fn check(&self, entry: &DirectoryEntry, body: &[u8], tail: &[u8]) -> Result<(), FormatError> {
        if entry.checksum_of(body, tail, self.seal.id) == entry.checksum {
            Ok(())
        } else {
            Err(FormatError::new(entry.offset_bytes(), "a frame's checksum does not fit"))
        }
    }
}

#[inline]
fn is_set(bits: &[AtomicU64], index: usize) -> bool {
    let word = bits.get(index / 64).map_or(0, |word| word.load(Ordering::Relaxed));
    word >> (index % 64) & 1 == 1
}

/// Relaxed: two threads at worst find out the same twice.
fn set(bits: &[AtomicU64], index: usize) {
    if let Some(word) = bits.get(index / 64) {
        word.fetch_or(1 << (index % 64), Ordering::Relaxed);
    }
}

/// Where a frame lies in its segment, a tail excepted.
fn range(entry: &DirectoryEntry) -> Range<usize> {
    // On machines with 32 bits a file that large cannot be mapped: an empty range results.
    let start = usize::try_from(entry.offset_bytes()).unwrap_or(usize::MAX);
    start..start.saturating_add(entry.body_bytes())
}
