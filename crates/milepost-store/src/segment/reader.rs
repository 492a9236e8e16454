use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::layout::{self, FOOTER_BYTES, Footer, HEADER_BYTES, OpenError};
use super::writer::Seal;
use crate::frame::{DirectoryEntry, ENTRY_BYTES, FormatError, FrameView, UNIT};
use crate::map::Bytes;

/// A sealed segment, its directory checked and in memory, its frames read in place.
#[derive(Debug)]
pub(crate) struct Segment {
    bytes: Bytes,
    seal: Seal,
    /// In ascending order of sheet and frame number.
    directory: Vec<DirectoryEntry>,
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
        layout::check_header(header, id)?;
        let (before, footer) = bytes.split_last_chunk::<FOOTER_BYTES>().ok_or_else(short)?;
        let checksum = layout::footer_checksum(footer);
        let footer = Footer::from_bytes(footer, id, before.len() as u64)?;
        if footer.length != bytes.len() as u64 {
            return Err(FormatError::new(0, "the segment has another length than it had").into());
        }
        let directory = read_directory(before, &footer, id)?;
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

    /// Every frame's entry, in ascending order of sheet and frame number.
    pub(crate) fn entries(&self) -> &[DirectoryEntry] {
        &self.directory
    }

    /// The frame at a position of the directory; its checksum is computed on the first touch.
    #[inline]
    pub(crate) fn frame(&self, index: usize) -> Result<FrameView<'_>, FormatError> {
        let missing = || FormatError::new(0, "the segment has no frame with that number");
        let entry = self.directory.get(index).ok_or_else(missing)?;
        let bytes = self.bytes.get(range(entry)).ok_or_else(missing)?;
        if !is_set(&self.checked, index) {
            self.check(entry, bytes)?;
            set(&self.checked, index);
        }
        FrameView::new(entry, bytes).map_err(|error| error.within(entry.offset_bytes()))
    }

    /// The entry of a frame that is known to have no figures but actual ones printed exactly.
    #[inline]
    pub(crate) fn plain_entry(&self, index: usize) -> Option<&DirectoryEntry> {
        let entry = self.directory.get(index)?;
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
        if let (Some(first), Some(last)) = (self.directory.get(first), self.directory.get(last)) {
            self.bytes.will_need(range(first).start..range(last).end);
        }
    }

    /// Reads every byte and checks every rule of the format.
    pub(crate) fn verify_all(&self) -> Result<(), FormatError> {
        for (index, entry) in self.directory.iter().enumerate() {
            // Also the frames that were right before: a disk may have changed its mind.
            self.check(entry, self.bytes.get(range(entry)).unwrap_or_default())?;
            self.frame(index)?.verify().map_err(|error| error.within(entry.offset_bytes()))?;
        }
        Ok(())
    }

    #[cold]
    fn check(&self, entry: &DirectoryEntry, bytes: &[u8]) -> Result<(), FormatError> {
        if entry.checksum_of(bytes, self.seal.id) == entry.checksum {
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

/// Where a frame lies in its segment.
fn range(entry: &DirectoryEntry) -> Range<usize> {
    // On machines with 32 bits a file that large cannot be mapped: an empty range results.
    let start = usize::try_from(entry.offset_bytes()).unwrap_or(usize::MAX);
    start..start.saturating_add(entry.frame_bytes())
}

/// Reads the directory, which ends where `before` (all but the footer) ends.
fn read_directory(
    before: &[u8],
    footer: &Footer,
    id: u64,
) -> Result<Vec<DirectoryEntry>, FormatError> {
    let at = footer.directory_offset;
    let wrong = |what: &'static str| FormatError::new(at, what);
    let directory = usize::try_from(at).ok().and_then(|at| before.get(at..));
    let directory = directory.ok_or_else(|| wrong("the directory lies beyond the file"))?;
    let length = usize::try_from(footer.entries).ok().and_then(|n| n.checked_mul(ENTRY_BYTES));
    // The number of entries is bounded by the file's length before anything is allocated.
    let (entries, padding) = length
        .and_then(|length| directory.split_at_checked(length))
        .ok_or_else(|| wrong("the directory is shorter than its entries"))?;
    if !padding.iter().all(|byte| *byte == 0) || !is_padded(directory.len(), padding.len()) {
        return Err(wrong("the directory does not end at the footer"));
    }
    if layout::directory_checksum(entries, id) != footer.directory_checksum {
        return Err(wrong("the directory's checksum does not fit"));
    }
    let (mut next, mut last_key, mut values) = (HEADER_BYTES as u64, None, 0_u64);
    let mut directory = Vec::with_capacity(entries.as_chunks::<ENTRY_BYTES>().0.len());
    for bytes in entries.as_chunks().0 {
        let offset = at.saturating_add(directory.len().saturating_mul(ENTRY_BYTES) as u64);
        let entry = DirectoryEntry::from_bytes(bytes, offset)?;
        if last_key >= Some(entry.key()) {
            return Err(FormatError::new(offset, "directory entries are not in order"));
        }
        if entry.offset_bytes() != next {
            return Err(FormatError::new(offset, "a frame does not begin where the last one ends"));
        }
        last_key = Some(entry.key());
        next = next.saturating_add(entry.frame_bytes() as u64);
        values = values.saturating_add(u64::from(entry.count));
        directory.push(entry);
    }
    if next != at || values != footer.values {
        return Err(wrong("the frames are not those that the footer counts"));
    }
    Ok(directory)
}

fn is_padded(length: usize, padding: usize) -> bool {
    length.is_multiple_of(UNIT) && padding < UNIT
}
