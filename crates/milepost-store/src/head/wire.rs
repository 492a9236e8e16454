//! bincode, pinned: the wire format of bincode 1 for the manifest and for definitions (FORMAT.md,
//! section 3). Called only with bytes whose checksum was right.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// The most bytes one value may take, and the most that decoding may allocate.
pub(crate) const MOST_BYTES: usize = 1 << 30;

/// A value that cannot be written or read.
#[derive(Debug, Error)]
pub(crate) enum WireError {
    #[error("version {0} is unknown")]
    Version(u32),
    #[error("{0}")]
    Encode(#[from] bincode::error::EncodeError),
    #[error("{0}")]
    Decode(#[from] bincode::error::DecodeError),
    #[error("a region is not what a region is made of")]
    Region,
    #[error("{0} bytes are left over")]
    Trailing(usize),
    #[error("{0} bytes are more than the limit of {MOST_BYTES}")]
    TooLong(usize),
}

/// Fixed-width little-endian integers: what bincode 1 writes by default.
fn configuration() -> Configuration<LittleEndian, Fixint, Limit<MOST_BYTES>> {
    bincode::config::legacy().with_limit::<MOST_BYTES>()
}

/// The bytes of a value in a version of the format.
pub(crate) fn encode<T: Serialize>(version: u32, value: &T) -> Result<Vec<u8>, WireError> {
    check(version)?;
    let bytes = bincode::serde::encode_to_vec(value, configuration())?;
    if bytes.len() > MOST_BYTES { Err(WireError::TooLong(bytes.len())) } else { Ok(bytes) }
}

/// The value of bytes, all of which belong to it.
pub(crate) fn decode<T: DeserializeOwned>(version: u32, bytes: &[u8]) -> Result<T, WireError> {
    let (value, used) = decode_first(version, bytes)?;
    match bytes.len().saturating_sub(used) {
        0 => Ok(value),
        left => Err(WireError::Trailing(left)),
    }
}

/// The value that bytes begin with, and how many are its.
pub(crate) fn decode_first<T: DeserializeOwned>(
    version: u32,
    bytes: &[u8],
) -> Result<(T, usize), WireError> {
    check(version)?;
    Ok(bincode::serde::decode_from_slice(bytes, configuration())?)
}

fn check(version: u32) -> Result<(), WireError> {
    if version == super::FORMAT { Ok(()) } else { Err(WireError::Version(version)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_over_or_absent_is_refused() {
        let mut bytes = encode(1, &vec![1u32, 2]).unwrap();
        assert_eq!(bytes, [2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
        assert_eq!(decode::<Vec<u32>>(1, &bytes).unwrap(), [1, 2]);
        bytes.push(0);
        assert!(matches!(decode::<Vec<u32>>(1, &bytes), Err(WireError::Trailing(1))));
        assert!(decode::<Vec<u32>>(1, &bytes[..12]).is_err());
        assert!(matches!(decode::<Vec<u32>>(2, &bytes), Err(WireError::Version(2))));
    }

    #[test]
    fn a_length_beyond_every_limit_allocates_nothing() {
        assert!(decode::<Vec<u64>>(1, &[0xff; 24]).is_err());
        assert!(decode::<Vec<String>>(1, &[0, 0, 0, 0, 1, 0, 0, 0]).is_err());
    }
}
