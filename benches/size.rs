//! What a figure costs on disk, by part of a frame: `cargo bench --bench size -- 1/4` for another
//! size than 1/16. Reads the directories of segments as FORMAT.md has them.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use milepost_benches::workload::{Size, Workload};
use milepost_benches::{Failure, store, store_name};

const DIRECTORY_ENTRY: usize = 64;
const FOOTER: usize = 128;
const UNIT: u64 = 128;

fn main() -> Result<(), Failure> {
    let size = env::args().skip(1).find_map(|argument| argument.parse::<Size>().ok());
    let workload = Workload::new(size.unwrap_or(Size::Sixteenth));
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    drop(store(&workload, directory)?);
    let (mut parts, mut length, mut figures) = (BTreeMap::new(), 0, 0);
    for entry in fs::read_dir(directory.join(store_name(&workload)))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("seg-") {
            let bytes = fs::read(entry.path())?;
            length += bytes.len() as u64;
            figures += add_segment(&bytes, &mut parts).ok_or("a segment is cut short")?;
        }
    }
    parts.insert("segments, whole", length);
    println!("size {}, {figures} figures, in bytes a figure", workload.size());
    for (part, bytes) in parts {
        let hundredths = bytes * 10_000 / figures.max(1);
        println!("{part:<20} {}.{:04}", hundredths / 10_000, hundredths % 10_000);
    }
    Ok(())
}

/// Adds the bytes of a segment's parts up; returns the number of its figures.
fn add_segment(bytes: &[u8], parts: &mut BTreeMap<&str, u64>) -> Option<u64> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let format = number(8)?;
    let footer = bytes.len().checked_sub(FOOTER)?;
    let (start, entries) = (number(footer)? as usize, number(footer + 8)? as usize);
    let directory = bytes.get(start..start + entries * DIRECTORY_ENTRY)?;
    let mut figures = 0;
    for entry in directory.as_chunks::<DIRECTORY_ENTRY>().0 {
        let half = |at: usize| u64::from(u16::from_le_bytes([entry[at], entry[at + 1]]));
        let (width, flags, sidecar) = (u64::from(entry[50]), entry[52], half(54));
        let rows_and_key = if format == 1 { 0 } else { entry[53] };
        let rows = 32 - u64::from(rows_and_key & 31);
        let payload = match (rows_and_key >> 5, flags & 32) {
            (0, 0) => "payload, alone",
            (0, _) => "payload, keys",
            _ => "payload, leaning",
        };
        let (part, length) = match flags & 16 {
            0 => ("sidecars", sidecar * UNIT),
            _ => ("tails", sidecar),
        };
        *parts.entry(payload).or_default() += (rows * width).div_ceil(32) * UNIT;
        *parts.entry(part).or_default() += length;
        *parts.entry("directory").or_default() += DIRECTORY_ENTRY as u64;
        figures += half(48);
    }
    Some(figures)
}
