//! Header and footer: what stands around the frames of a segment.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::frame::{Format, FormatError, UNIT};

pub(super) const HEADER_BYTES: usize = UNIT;
pub(super) const FOOTER_BYTES: usize = UNIT;

const MAGIC: [u8; 8] = *b"MPSEG\r\n\x1a";
const END_MAGIC: [u8; 8] = *b"MPSEGEND";

/// Why a segment cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    /// The bytes do not follow the format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A later version wrote them.
    #[error("the segment has format {found} and features {features:#x}")]
    Newer { found: u32, features: u32 },
}

/// The first 128 bytes.
pub(super) fn header(id: u64, format: Format) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    put(&mut bytes, 0, &MAGIC);
    put(&mut bytes, 8, &format.number().to_le_bytes());
    put(&mut bytes, 16, &id.to_le_bytes());
    seal(&mut bytes, 120, id);
    bytes
}

/// Checks the first 128 bytes; returns the format that they name.
pub(super) fn check_header(bytes: &[u8; HEADER_BYTES], id: u64) -> Result<Format, OpenError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(FormatError::new(0, "the file does not begin as a segment does").into());
    }
    if u64_at(bytes, 16) != id {
        return Err(FormatError::new(16, "the segment has another id than its name").into());
    }
    if !is_sealed(bytes, 120, id) {
        return Err(FormatError::new(120, "the header's checksum does not fit").into());
    }
    let (found, features) = (u32_at(bytes, 8), u32_at(bytes, 12));
    let format = Format::from_number(found).filter(|_| features == 0);
    let format = format.ok_or(OpenError::Newer { found, features })?;
    if *bytes != header(id, format) {
        return Err(FormatError::new(24, "the header has unknown parts").into());
    }
    Ok(format)
}

/// The last 128 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) directory_offset: u64,
    pub(super) entries: u32,
    /// Values in all frames.
    pub(super) values: u64,
    /// Length of the file.
    pub(super) length: u64,
    pub(super) directory_checksum: u64,
}

impl Footer {
    pub(super) fn to_bytes(self, id: u64) -> [u8; FOOTER_BYTES] {
        let mut bytes = [0; FOOTER_BYTES];
        put(&mut bytes, 0, &self.directory_offset.to_le_bytes());
        put(&mut bytes, 8, &self.entries.to_le_bytes());
        put(&mut bytes, 16, &self.values.to_le_bytes());
        put(&mut bytes, 24, &self.length.to_le_bytes());
        put(&mut bytes, 32, &id.to_le_bytes());
        put(&mut bytes, 40, &self.directory_checksum.to_le_bytes());
        seal(&mut bytes, 112, id);
        put(&mut bytes, 120, &END_MAGIC);
        bytes
    }

    /// Reads the last 128 bytes, which begin at `offset`.
    pub(super) fn from_bytes(
        bytes: &[u8; FOOTER_BYTES],
        id: u64,
        offset: u64,
    ) -> Result<Footer, FormatError> {
        if !bytes.ends_with(&END_MAGIC) {
            return Err(FormatError::new(offset, "the file does not end as a segment does"));
        }
        if !is_sealed(bytes, 112, id) {
            return Err(FormatError::new(offset, "the footer's checksum does not fit"));
        }
        let footer = Footer {
            directory_offset: u64_at(bytes, 0),
            entries: u32_at(bytes, 8),
            values: u64_at(bytes, 16),
            length: u64_at(bytes, 24),
            directory_checksum: u64_at(bytes, 40),
        };
        if *bytes != footer.to_bytes(id) {
            return Err(FormatError::new(offset, "the footer has unknown parts or another id"));
        }
        Ok(footer)
    }
}

/// The footer's own checksum, which the head keeps.
pub(super) fn footer_checksum(bytes: &[u8; FOOTER_BYTES]) -> u64 {
    u64_at(bytes, 112)
}

pub(super) fn directory_checksum(directory: &[u8], id: u64) -> u64 {
    xxh3_64_with_seed(directory, id)
}

/// Writes the checksum of what stands before `at`.
fn seal(bytes: &mut [u8], at: usize, id: u64) {
    let checksum = xxh3_64_with_seed(bytes.get(..at).unwrap_or_default(), id);
    put(bytes, at, &checksum.to_le_bytes());
}

fn is_sealed(bytes: &[u8], at: usize, id: u64) -> bool {
    xxh3_64_with_seed(bytes.get(..at).unwrap_or_default(), id) == u64_at(bytes, at)
}

fn put(bytes: &mut [u8], at: usize, field: &[u8]) {
    let place = bytes.get_mut(at..).and_then(|rest| rest.get_mut(..field.len()));
    debug_assert!(place.is_some(), "a field at {at} lies within 128 bytes");
    if let Some(place) = place {
        place.copy_from_slice(field);
    }
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk);
    debug_assert!(field.is_some(), "a field at {at} lies within 128 bytes");
    field.copied().map_or(0, u64::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk);
    debug_assert!(field.is_some(), "a field at {at} lies within 128 bytes");
    field.copied().map_or(0, u32::from_le_bytes)
}
