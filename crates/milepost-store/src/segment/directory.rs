use super::layout::{self, Footer, HEADER_BYTES};
use crate::frame::{DirectoryEntry, ENTRY_BYTES, Format, FormatError, UNIT};

/// The directory of a segment, and what follows from it.
#[derive(Debug)]
pub(super) struct Directory {
    /// In ascending order of sheet and frame number.
    pub(super) entries: Vec<DirectoryEntry>,
    /// Of each entry; none in segments of format 1.
    links: Vec<Link>,
    /// Where the tails begin in the segment.
    pub(super) tails: usize,
}

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
        let mut reading = Reading::new(format, entries.len());
        for bytes in entries.as_chunks().0 {
            reading.take(bytes, at)?;
        }
        reading.finish(frames, footer)
    }

    #[inline]
    pub(super) fn link(&self, index: usize) -> Link {
        self.links.get(index).copied().unwrap_or_default()
    }
}

/// A directory as far as it is read.
struct Reading {
    format: Format,
    entries: Vec<DirectoryEntry>,
    links: Vec<Link>,
    /// Where the next frame begins in the segment.
    next: u64,
    /// Where the next tail begins among the tails.
    next_tail: u32,
    values: u64,
    /// The position after that of the last key: often, that is the next.
    near: usize,
}

impl Reading {
    fn new(format: Format, bytes: usize) -> Reading {
        let entries = bytes / ENTRY_BYTES;
        Reading {
            format,
            entries: Vec::with_capacity(entries),
            links: Vec::with_capacity(if format == Format::One { 0 } else { entries }),
            next: HEADER_BYTES as u64,
            next_tail: 0,
            values: 0,
            near: 0,
        }
    }

    /// Takes the next entry of the directory, which begins at `start`.
    fn take(&mut self, bytes: &[u8; ENTRY_BYTES], start: u64) -> Result<(), FormatError> {
        let at = start.saturating_add(self.entries.len().saturating_mul(ENTRY_BYTES) as u64);
        let wrong = |what: &'static str| FormatError::new(at, what);
        let entry = DirectoryEntry::from_bytes(bytes, self.format, at)?;
        if self.entries.last().map(DirectoryEntry::key) >= Some(entry.key()) {
            return Err(wrong("directory entries are not in order"));
        }
        if entry.offset_bytes() != self.next {
            return Err(wrong("a frame does not begin where the last one ends"));
        }
        if self.format >= Format::Two {
            let key = if entry.lean == 0 {
                None
            } else {
                Some(self.key_of(&entry).ok_or_else(|| wrong("a frame leans on what is no key"))?)
            };
            self.links.push(Link { tail: self.next_tail, key });
            let length = u32::try_from(entry.tail_bytes()).ok();
            let next = length.and_then(|length| self.next_tail.checked_add(length));
            self.next_tail = next.ok_or_else(|| wrong("the tails take more than 4 GiB"))?;
        }
        self.next = self.next.saturating_add(entry.body_bytes() as u64);
        self.values = self.values.saturating_add(u64::from(entry.count));
        self.entries.push(entry);
        Ok(())
    }

    /// The position of the key that an entry leans on: mostly the one after the last that was.
    fn key_of(&mut self, entry: &DirectoryEntry) -> Option<u32> {
        let wanted = entry.key_of_lean()?;
        let is_wanted = |at: &usize| self.entries.get(*at).is_some_and(|e| e.key() == wanted);
        let found = Some(self.near).filter(is_wanted);
        let found = match found {
            Some(near) => near,
            None => self.entries.binary_search_by_key(&wanted, DirectoryEntry::key).ok()?,
        };
        self.near = found.saturating_add(1);
        let fits = self.entries.get(found).is_some_and(|key| entry.fits_key(key));
        u32::try_from(found).ok().filter(|_| fits)
    }

    /// Checks what all entries have in common against the bytes before the directory.
    fn finish(self, frames: &[u8], footer: &Footer) -> Result<Directory, FormatError> {
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
        Ok(Directory { entries: self.entries, links: self.links, tails: start })
    }
}

fn is_padded(length: usize, padding: usize) -> bool {
    length.is_multiple_of(UNIT) && padding < UNIT
}
