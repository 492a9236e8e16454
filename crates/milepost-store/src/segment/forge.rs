//! Segments changed by someone who can compute checksums.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::frame::{DirectoryEntry, Format};

/// Makes the checksums of frames, directory and footer fit the bytes again, where it can.
pub(crate) fn reseal(bytes: &mut [u8], id: u64) {
    let footer = bytes.len() - 128;
    let number = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
    let format = Format::from_number(number).unwrap_or(Format::LATEST);
    let start = usize::try_from(u64::from_le_bytes(bytes[footer..][..8].try_into().unwrap()));
    let start = start.ok().filter(|start| *start < footer).unwrap_or(footer);
    let entries = u32::from_le_bytes(bytes[footer + 8..][..4].try_into().unwrap()) as usize;
    let end = entries.saturating_mul(64).saturating_add(start).min(footer);
    let mut frames = Vec::new();
    for at in (start..end.saturating_sub(63)).step_by(64) {
        let entry = DirectoryEntry::from_bytes(bytes[at..].first_chunk().unwrap(), format, 0);
        frames.extend(entry.ok().map(|entry| (at, entry)));
    }
    let offset = |entry: &DirectoryEntry| usize::try_from(entry.offset_bytes()).unwrap();
    let mut tail = frames.last().map_or(0, |(_, last)| offset(last) + last.body_bytes());
    for (at, entry) in frames {
        let body = bytes.get(offset(&entry)..offset(&entry) + entry.body_bytes());
        let tail_bytes = bytes.get(tail..tail + entry.tail_bytes());
        tail += entry.tail_bytes();
        let (Some(body), Some(tail_bytes)) = (body, tail_bytes) else { continue };
        let checksum = entry.checksum_of(body, tail_bytes, id);
        bytes[at + 12..][..4].copy_from_slice(&checksum.to_le_bytes());
    }
    let directory = xxh3_64_with_seed(&bytes[start..end], id);
    bytes[footer + 40..][..8].copy_from_slice(&directory.to_le_bytes());
    let checksum = xxh3_64_with_seed(&bytes[footer..][..112], id);
    bytes[footer + 112..][..8].copy_from_slice(&checksum.to_le_bytes());
}
