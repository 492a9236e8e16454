//! Segments as a whole: what is written is read, what is damaged is noticed.

use super::*;
use crate::frame::{CellRecord, DirectoryEntry, FrameContent, encode};
use crate::map::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

const ID: u64 = 0x5eed;

fn content(number: i64) -> FrameContent {
    let mut content = FrameContent::default();
    for cell in 0..1024u16 {
        if i64::from(cell) % 25 == number % 25 {
            continue;
        }
        let record = CellRecord {
            value: (cell % 100 != 3).then_some((i64::from(cell) * number - 500, 2)),
            status: u32::from(cell % 7 == 0),
            published: Some(20_000),
            recorded: 20_010,
            precision: 0,
            source: 3,
            note: 0,
        };
        content.insert(cell, record).unwrap();
        if cell % 90 == 0 {
            content.insert(cell, CellRecord { published: Some(20_005), ..record }).unwrap();
        }
    }
    content
}

/// A segment with `frames` frames in two sheets, alternately rich and constant.
fn segment(frames: u32) -> Vec<u8> {
    let mut writer = SegmentWriter::new(Vec::new(), ID).unwrap();
    for number in 0..frames {
        let content =
            if number % 2 == 0 { content(i64::from(number)) } else { FrameContent::default() };
        let frame = encode(&content).unwrap();
        writer.append(number / 3, number, frame.view().unwrap()).unwrap();
    }
    let (bytes, seal) = writer.finish().unwrap();
    assert_eq!((seal.length, seal.frames), (bytes.len() as u64, frames));
    bytes
}

fn open(bytes: Vec<u8>) -> Result<Segment, OpenError> {
    Segment::open(Bytes::from(bytes), ID)
}

/// Everything that can be read.
fn read_all(segment: &Segment) -> Option<Vec<(DirectoryEntry, FrameContent)>> {
    (0..segment.entries().len())
        .map(|index| {
            let view = segment.frame(index).ok()?;
            Some((*view.entry(), view.decode().ok()?))
        })
        .collect()
}

#[test]
fn what_is_written_is_read() {
    for frames in [0, 1, 2, 7] {
        let segment = open(segment(frames)).unwrap();
        assert_eq!(segment.entries().len(), frames as usize);
        for number in (0..frames).step_by(2) {
            let index = number as usize;
            assert_eq!(segment.entries()[index].key(), (number / 3, number));
            segment.will_need(index..index + 1);
            let view = segment.frame(index).unwrap();
            assert_eq!(view.decode().unwrap(), content(i64::from(number)));
        }
        assert!(segment.frame(frames as usize).is_err());
        segment.will_need(0..frames as usize + 1);
        segment.verify_all().unwrap();
    }
}

#[test]
fn frames_move_between_segments_unchanged() {
    let first = open(segment(5)).unwrap();
    let mut writer = SegmentWriter::new(Vec::new(), 7).unwrap();
    for (index, entry) in first.entries().iter().enumerate().skip(1) {
        writer.append(entry.sheet, entry.frame, first.frame(index).unwrap()).unwrap();
    }
    let (bytes, seal) = writer.finish().unwrap();
    let second = Segment::open(Bytes::from(bytes), 7).unwrap();
    assert_eq!(second.seal(), seal);
    assert_eq!(second.frame(1).unwrap().bytes(), first.frame(2).unwrap().bytes());
    second.verify_all().unwrap();
}

#[test]
fn frames_out_of_order_are_refused() {
    let frame = encode(&content(1)).unwrap();
    let mut writer = SegmentWriter::new(Vec::new(), ID).unwrap();
    writer.append(1, 5, frame.view().unwrap()).unwrap();
    assert!(writer.append(1, 5, frame.view().unwrap()).is_err());
    assert!(writer.append(0, 6, frame.view().unwrap()).is_err());
    writer.append(2, 0, frame.view().unwrap()).unwrap();
}

#[test]
fn every_truncation_is_noticed() {
    let bytes = segment(3);
    for length in 0..bytes.len() {
        assert!(open(bytes[..length].to_vec()).is_err(), "{length} of {} bytes", bytes.len());
    }
    let longer = [bytes.as_slice(), &[0; 128]].concat();
    assert!(open(longer).is_err());
}

#[test]
fn every_flipped_bit_is_noticed() {
    let bytes = segment(3);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        let Ok(segment) = open(damaged) else { continue };
        assert!(read_all(&segment).is_none(), "byte {at} of {}", bytes.len());
        assert!(segment.verify_all().is_err(), "byte {at} of {}", bytes.len());
    }
}

#[test]
fn another_segment_and_a_later_format_are_told_apart() {
    let bytes = segment(1);
    assert!(Segment::open(Bytes::from(bytes.clone()), ID + 1).is_err());
    let mut later = bytes;
    later[8] = 2;
    let checksum = xxhash_rust::xxh3::xxh3_64_with_seed(&later[..120], ID);
    later[120..128].copy_from_slice(&checksum.to_le_bytes());
    assert_eq!(open(later).unwrap_err(), OpenError::Newer { found: 2, features: 0 });
}

proptest! {
    #[test]
    fn damage_never_changes_what_is_read(
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        keep in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let bytes = segment(4);
        let mut damaged = bytes.clone();
        for (at, byte) in flips {
            damaged[at.index(bytes.len())] = byte;
        }
        if let Some(keep) = keep {
            damaged.truncate(keep.index(bytes.len()));
        }
        if let Some(read) = open(damaged).ok().as_ref().and_then(read_all) {
            prop_assert_eq!(read, read_all(&open(bytes).unwrap()).unwrap());
        }
    }

    /// As above, but with checksums that fit: as if a forger had written them.
    #[test]
    fn forged_segments_never_panic(
        flips in vec((any::<prop::sample::Index>(), 0..8u8), 1..6),
    ) {
        let mut bytes = segment(4);
        let length = bytes.len();
        for (at, bit) in flips {
            bytes[128 + at.index(length - 128)] ^= 1 << bit;
        }
        forge(&mut bytes);
        let Ok(segment) = open(bytes) else { return Ok(()) };
        for index in 0..segment.entries().len() {
            let Ok(view) = segment.frame(index) else { continue };
            let _ = (view.verify(), view.get(9), view.get_as_of(90, 20_001), view.history(0));
            view.mantissas(&mut [0; 1024]);
            let _ = (view.sum_range(1..1000), view.uniform_status());
        }
    }
}

/// Makes the checksums of frames, directory and footer fit the bytes again, where it can.
fn forge(bytes: &mut [u8]) {
    use xxhash_rust::xxh3::xxh3_64_with_seed;
    let end = bytes.len() - 128;
    let directory = usize::try_from(u64::from_le_bytes(bytes[end..][..8].try_into().unwrap()));
    let Ok(directory) = directory else { return };
    for at in (directory..end.min(directory.saturating_add(4 * 64))).step_by(64) {
        let Ok(entry) = DirectoryEntry::from_bytes(bytes[at..][..64].try_into().unwrap(), 0) else {
            continue;
        };
        let start = usize::try_from(entry.offset_bytes()).unwrap();
        let Some(frame) = bytes.get(start..start + entry.frame_bytes()) else { continue };
        let checksum = entry.checksum_of(frame, ID);
        bytes[at + 12..][..4].copy_from_slice(&checksum.to_le_bytes());
    }
    if let Some(entries) = bytes.get(directory..directory.saturating_add(4 * 64)) {
        let checksum = xxh3_64_with_seed(entries, ID);
        bytes[end + 40..][..8].copy_from_slice(&checksum.to_le_bytes());
    }
    let checksum = xxh3_64_with_seed(&bytes[end..][..112], ID);
    bytes[end + 112..][..8].copy_from_slice(&checksum.to_le_bytes());
}
