//! The head: header, manifest and log (FORMAT.md, sections 2, 3 and 5).

mod bytes;
mod commit;
mod log;
mod manifest;
mod regions;
mod wire;

use std::{path::Path, sync::Arc};

pub(crate) use bytes::length;
pub(crate) use commit::{Commit, Row};
pub(crate) use log::{Damage, Mark, Unfit, append_commit, append_mark, read_log};
pub(crate) use manifest::{GroupRecord, Manifest, SegmentRecord, SheetRecord};

use crate::{
    error::{Result, StoreError},
    map::Bytes,
};
use bytes::{Fields, checksum, seal};

/// The format that this version writes.
pub(crate) const FORMAT: u32 = 1;

/// The name of the head.
pub(crate) const HEAD: &str = "head";

/// What every head begins with.
const MAGIC: &[u8; 8] = b"MPHEAD\r\n";
/// Bytes of the header.
pub(crate) const HEADER: usize = 48;

/// A head without its log.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) epoch: u64,
    pub(crate) manifest: Manifest,
    /// Where the log starts.
    pub(crate) log_start: u64,
    /// Features without which the store can be read, but not written.
    pub(crate) ro_compat: u32,
}

/// The bytes of a head without frames.
pub(crate) fn encode_head(epoch: u64, manifest: &Manifest) -> Result<Vec<u8>> {
    let body = wire::encode(FORMAT, manifest).map_err(|_| StoreError::Limit {
        what: "bytes of the manifest",
        found: u64::MAX,
        limit: length(wire::MOST_BYTES),
    })?;
    let mut bytes = Vec::with_capacity(body.len().saturating_add(HEADER).saturating_add(16));
    bytes.extend_from_slice(MAGIC);
    for word in [FORMAT, 0, 0, 0] {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    for field in [epoch, length(body.len()), 0] {
        bytes.extend_from_slice(&field.to_le_bytes());
    }
    bytes.extend_from_slice(&body);
    seal(&mut bytes, 0, epoch);
    Ok(bytes)
}

/// What of a head is known before its manifest is decoded.
struct Header {
    format: u32,
    incompat: u32,
    ro_compat: u32,
    epoch: u64,
    /// From the start of the file to the end of the checksum.
    end: usize,
    manifest: usize,
}

/// Where the log of a head begins, by its header alone; `None` if it is none.
pub(crate) fn log_start(header: &[u8]) -> Option<u64> {
    let mut fields = Fields(header);
    (fields.take(8)? == MAGIC).then_some(())?;
    fields.take(24)?;
    let manifest = fields.u64()?;
    let covered = manifest.checked_add(length(HEADER))?.checked_next_multiple_of(8)?;
    covered.checked_add(8)
}

/// Checks magic, checksum and format, in that order, without decoding the manifest.
pub(crate) fn check_head(bytes: &[u8], file: &Path) -> Result<()> {
    header(bytes, file).map(drop)
}

fn header(bytes: &[u8], file: &Path) -> Result<Header> {
    let not_a_store = |what| StoreError::NotAStore { path: file.to_owned(), what };
    let corrupt = |offset, what: &str| StoreError::Corrupt {
        file: file.to_owned(),
        offset,
        what: what.to_owned(),
    };
    let mut fields = Fields(bytes);
    if fields.take(8) != Some(MAGIC) {
        return Err(not_a_store("its head starts with other bytes than that of a store"));
    }
    let mut word = || fields.u32();
    let words = (word(), word(), word(), word());
    let (Some(format), Some(incompat), Some(ro_compat), Some(_)) = words else {
        return Err(corrupt(8, "the header is cut short"));
    };
    let (Some(epoch), Some(manifest), Some(_)) = (fields.u64(), fields.u64(), fields.u64()) else {
        return Err(corrupt(24, "the header is cut short"));
    };
    let manifest = usize::try_from(manifest).unwrap_or(usize::MAX);
    let covered = manifest.checked_add(HEADER).and_then(|end| end.checked_next_multiple_of(8));
    let split = covered.and_then(|covered| bytes.split_at_checked(covered));
    let Some((covered, rest)) = split else {
        return Err(corrupt(32, "the manifest is longer than the file"));
    };
    if Fields(rest).u64() != Some(checksum(covered, epoch)) {
        return Err(corrupt(0, "the checksum of the header and the manifest does not fit"));
    }
    if format > FORMAT || incompat != 0 {
        return Err(StoreError::NewerFormat {
            file: file.to_owned(),
            found: format,
            features: incompat,
            supported: FORMAT,
        });
    }
    let end = covered.len().saturating_add(8);
    Ok(Header { format, incompat, ro_compat, epoch, end, manifest })
}

/// Reads a head, of which these are the bytes up to the log.
pub(crate) fn decode_head(bytes: &Arc<Bytes>, file: &Path) -> Result<Head> {
    let header = header(bytes, file)?;
    debug_assert_eq!(header.incompat, 0);
    let body = HEADER..HEADER.saturating_add(header.manifest);
    let manifest =
        Manifest::decode(header.format, bytes, body).map_err(|error| StoreError::Corrupt {
            file: file.to_owned(),
            offset: length(HEADER),
            what: format!("the manifest cannot be decoded: {error}"),
        })?;
    Ok(Head {
        epoch: header.epoch,
        manifest,
        log_start: length(header.end),
        ro_compat: header.ro_compat,
    })
}
