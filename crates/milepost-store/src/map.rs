//! The bytes of files that are never written again: mapped, or read into memory.
//!
//! The one place that maps files. What makes it sound is a promise to users of the store: nobody
//! changes or shortens its files (the store itself seals a segment read-only and never writes to it
//! again; to a head it only appends, beyond what is mapped). Where that cannot be promised,
//! [`Backend::Heap`](crate::Backend) reads the file.

#![allow(unsafe_code, reason = "mapping a file")]

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};
use std::sync::Arc;

use memmap2::{Mmap, MmapOptions};

/// The bytes of a file, from its first on.
#[derive(Debug)]
pub(crate) struct Bytes(Source);

#[derive(Debug)]
enum Source {
    Mapped(Mmap),
    Heap(Arc<Vec<u8>>),
}

impl Bytes {
    /// Maps the first `length` bytes of a file, which are never written again.
    ///
    /// Fails if the file is shorter: touching a page beyond its end would stop the process.
    pub(crate) fn map(file: &File, length: u64) -> io::Result<Bytes> {
        if file.metadata()?.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        if length == 0 {
            return Ok(Bytes::from(Vec::new()));
        }
        // SAFETY: this crate never writes to these bytes again and never shortens a file, and the
        // documentation of the store forbids it to everyone else. The map is read only, covers no
        // byte beyond the end of the file, and is unmapped when dropped.
        let map = unsafe { MmapOptions::new().len(length).map(file)? };
        // Frames are touched here and there. With the usual read-ahead each first touch would
        // wait for megabytes; see `will_need` for what is about to be read.
        #[cfg(unix)]
        map.advise(memmap2::Advice::Random)?;
        Ok(Bytes(Source::Mapped(map)))
    }

    /// Asks the operating system to start reading a range; out of range or in memory: nothing.
    pub(crate) fn will_need(&self, range: Range<usize>) {
        let length = range.end.saturating_sub(range.start);
        match &self.0 {
            #[cfg(unix)]
            Source::Mapped(map) if length > 0 && range.end <= map.len() => {
                // Advice only: without it, reading is slower and still right.
                let _ = map.advise_range(memmap2::Advice::WillNeed, range.start, length);
            }
            _ => {}
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes::from(Arc::new(bytes))
    }
}

impl From<Arc<Vec<u8>>> for Bytes {
    fn from(bytes: Arc<Vec<u8>>) -> Bytes {
        Bytes(Source::Heap(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Source::Mapped(map) => map,
            Source::Heap(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_map_shows_the_file_and_never_more() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 10_000]).unwrap();
        let bytes = Bytes::map(&file, 9_000).unwrap();
        assert_eq!(*bytes, [7; 9_000]);
        bytes.will_need(5_000..6_000);
        bytes.will_need(5_000..60_000);
        assert!(Bytes::map(&file, 0).unwrap().is_empty());
        let error = Bytes::map(&file, 10_001).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
