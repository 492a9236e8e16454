use std::ops::Range;
use std::sync::OnceLock;

use super::layout::{self, Footer, HEADER_BYTES};
use crate::frame::{DirectoryEntry, ENTRY_BYTES, Format, FormatError, UNIT};

/// The directory of a segment, and what follows from it.
///
/// When a segment is opened, the directory's checksum is compared and its entries are looked at as
/// a whole: their order, that their frames tile the file, how many values they have. What an entry
/// says by itself is checked when the first one of its block is asked for.
#[derive(Debug)]
pub(super) struct Directory {
    format: Format,
    /// Where the entries are in the segment.
    entries: Range<usize>,
    /// Where the tails begin in the segment.
    pub(super) tails: usize,
    /// Neighbouring entries of a sheet.
    sheets: Vec<Run>,
    blocks: Vec<Block>,
}

/// The entries of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) sheet: u32,
    /// Positions in the directory.
    pub(crate) entries: Range<u32>,
}

/// Entries that are decoded together.
#[derive(Debug)]
struct Block {
    /// Where the tail of the first one begins among the tails.
    tail: u32,
    entries: OnceLock<Box<[(DirectoryEntry, Link)]>>,
}

/// How many entries a block has.
const BLOCK: usize = 64;

/// What else belongs to a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    /// Where its tail begins among the tails.
    pub(super) tail: u32,
    /// The position in the directory of the frame that it leans on.
    pub(super) key: Option<u32>,
}

impl Directory {
    /// Reads the directory, which ends where `before` (all but the footer) ends.
    pub(super) fn read(
        before: &[u8],
        footer: &Footer,
        id: u64,
        format: Format,
    ) -> Result<Directory, FormatError> {
        let at = footer.directory_offset;
        let wrong = |what: &'static str| FormatError::new(at, what);
        let start = usize::try_from(at).ok().filter(|at| *at <= before.len());
        let start = start.ok_or_else(|| wrong("the directory lies beyond the file"))?;
        let (frames, directory) = before.split_at_checked(start).unwrap_or_default();
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
        let mut survey = Survey::new(entries.len());
        for bytes in entries.as_chunks().0 {
            let entry = DirectoryEntry::parse(bytes, format);
            survey.take(&entry.ok_or_else(|| wrong("a directory entry is cut short"))?, at)?;
        }
        let tails = survey.finish(frames, footer)?;
        let entries = start..start.saturating_add(entries.len());
        let Survey { sheets, blocks, .. } = survey;
        Ok(Directory { format, entries, tails, sheets, blocks })
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len() / ENTRY_BYTES
    }

    /// The entries of each sheet, ascending.
    pub(super) fn sheets(&self) -> &[Run] {
        &self.sheets
    }

    /// The frame numbers of some entries.
    pub(super) fn numbers<'a>(
        &self,
        segment: &'a [u8],
        entries: Range<u32>,
    ) -> impl Iterator<Item = u32> + use<'a> {
        let all = self.raw(segment);
        let entries = all.get(entries.start as usize..entries.end as usize).unwrap_or_default();
        entries.iter().map(|bytes| DirectoryEntry::key_in(bytes).1)
    }

    /// What an entry says, whether or not it follows the rules.
    pub(super) fn unchecked(&self, segment: &[u8], index: usize) -> Option<DirectoryEntry> {
        DirectoryEntry::parse(self.raw(segment).get(index)?, self.format)
    }

    /// An entry, checked, and what belongs to its frame.
    #[inline]
    pub(super) fn entry(
        &self,
        segment: &[u8],
        index: usize,
    ) -> Result<(&DirectoryEntry, Link), FormatError> {
        let missing = || FormatError::new(0, "the segment has no frame with that number");
        let block = self.blocks.get(index / BLOCK).ok_or_else(missing)?;
        let entries = match block.entries.get() {
            Some(entries) => entries,
            None => self.decode(segment, block, index / BLOCK)?,
        };
        entries.get(index % BLOCK).map(|(entry, link)| (entry, *link)).ok_or_else(missing)
    }

    /// Decodes and checks the entries of a block.
    #[cold]
    fn decode<'a>(
        &self,
        segment: &[u8],
        block: &'a Block,
        position: usize,
    ) -> Result<&'a [(DirectoryEntry, Link)], FormatError> {
        let all = self.raw(segment);
        let first = position.saturating_mul(BLOCK);
        let last = first.saturating_add(BLOCK).min(all.len());
        let mut entries = Vec::with_capacity(BLOCK);
        let mut tail = block.tail;
        // The position after that of the last key: often, that is the next.
        let mut near = 0;
        for (position, bytes) in (first..).zip(all.get(first..last).unwrap_or_default()) {
            let at = self.entries.start.saturating_add(position.saturating_mul(ENTRY_BYTES)) as u64;
            let entry = DirectoryEntry::from_bytes(bytes, self.format, at)?;
            let key = if entry.lean == 0 {
                None
            } else {
                let key = key_of(&entry, all, self.format, &mut near);
                Some(key.ok_or_else(|| FormatError::new(at, "a frame leans on what is no key"))?)
            };
            entries.push((entry, Link { tail, key }));
            tail = tail.saturating_add(u32::try_from(entry.tail_bytes()).unwrap_or(u32::MAX));
        }
        Ok(block.entries.get_or_init(|| entries.into_boxed_slice()))
    }

    fn raw<'a>(&self, segment: &'a [u8]) -> &'a [[u8; ENTRY_BYTES]] {
        segment.get(self.entries.clone()).unwrap_or_default().as_chunks().0
    }
}

/// The position of the key that an entry leans on, tried at `near` first.
fn key_of(
    entry: &DirectoryEntry,
    all: &[[u8; ENTRY_BYTES]],
    format: Format,
    near: &mut usize,
) -> Option<u32> {
    let wanted = entry.key_of_lean()?;
    let found = match all.get(*near).filter(|bytes| DirectoryEntry::key_in(bytes) == wanted) {
        Some(_) => *near,
        None => all.binary_search_by_key(&wanted, DirectoryEntry::key_in).ok()?,
    };
    *near = found.saturating_add(1);
    let key = DirectoryEntry::parse(all.get(found)?, format)?;
    u32::try_from(found).ok().filter(|_| entry.fits_key(&key))
}

/// A directory as far as it is looked at.
struct Survey {
    sheets: Vec<Run>,
    blocks: Vec<Block>,
    last: Option<(u32, u32)>,
    entries: u32,
    /// Where the next frame begins in the segment.
    next: u64,
    /// Where the next tail begins among the tails.
    next_tail: u32,
    values: u64,
}

impl Survey {
    fn new(bytes: usize) -> Survey {
        Survey {
            sheets: Vec::new(),
            blocks: Vec::with_capacity((bytes / ENTRY_BYTES).div_ceil(BLOCK)),
            last: None,
            entries: 0,
            next: HEADER_BYTES as u64,
            next_tail: 0,
            values: 0,
        }
    }

    /// Takes the next entry of the directory, which begins at `start`.
    #[inline]
    fn take(&mut self, entry: &DirectoryEntry, start: u64) -> Result<(), FormatError> {
        let wrong = |what: &'static str| {
            let before = u64::from(self.entries).saturating_mul(ENTRY_BYTES as u64);
            Err(FormatError::new(start.saturating_add(before), what))
        };
        if self.last >= Some(entry.key()) {
            return wrong("directory entries are not in order");
        }
        if entry.offset_bytes() != self.next {
            return wrong("a frame does not begin where the last one ends");
        }
        let length = u32::try_from(entry.tail_bytes()).ok();
        let Some(next_tail) = length.and_then(|length| self.next_tail.checked_add(length)) else {
            return wrong("the tails take more than 4 GiB");
        };
        if (self.entries as usize).is_multiple_of(BLOCK) {
            self.blocks.push(Block { tail: self.next_tail, entries: OnceLock::new() });
        }
        let end = self.entries.saturating_add(1);
        match self.sheets.last_mut().filter(|run| run.sheet == entry.sheet) {
            Some(run) => run.entries.end = end,
            None => self.sheets.push(Run { sheet: entry.sheet, entries: self.entries..end }),
        }
        self.last = Some(entry.key());
        self.next = self.next.saturating_add(entry.body_bytes() as u64);
        self.next_tail = next_tail;
        self.values = self.values.saturating_add(u64::from(entry.count));
        self.entries = end;
        Ok(())
    }

    /// Checks what all entries have in common against the bytes before the directory; says where
    /// the tails begin.
    fn finish(&self, frames: &[u8], footer: &Footer) -> Result<usize, FormatError> {
        let wrong = |what: &'static str| FormatError::new(footer.directory_offset, what);
        let counted = || wrong("the frames are not those that the footer counts");
        let start = usize::try_from(self.next).map_err(|_| counted())?;
        let tails = frames.get(start..).ok_or_else(counted)?;
        let padding = tails.get(self.next_tail as usize..).ok_or_else(counted)?;
        if padding.len() >= UNIT || self.values != footer.values {
            return Err(counted());
        }
        if !frames.len().is_multiple_of(UNIT) || padding.iter().any(|byte| *byte != 0) {
            return Err(wrong("the tails are followed by other bytes than zeros"));
        }
        Ok(start)
    }
}

fn is_padded(length: usize, padding: usize) -> bool {
    length.is_multiple_of(UNIT) && padding < UNIT
}
