//! Segments as a whole: what is written is read, what is damaged is noticed.

use super::*;
use crate::frame::{CellRecord, CellSet, DirectoryEntry, FrameContent, FrameShape, encode, weave};
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
        writer.append(number / 3, number, &frame).unwrap();
    }
    let (bytes, seal) = writer.finish().unwrap();
    assert_eq!((seal.length, seal.frames), (bytes.len() as u64, frames));
    bytes
}

/// Figures of 600 regions in a month, with some holes, smooth enough to lean on those before.
fn month(number: u32, last: u16) -> FrameContent {
    let mut content = FrameContent::default();
    for cell in (0..last).filter(|cell| !(u32::from(*cell) * 7 + number).is_multiple_of(23)) {
        let mantissa = i64::from(cell) * i64::from(cell) + i64::from(number * 3);
        let record = CellRecord {
            value: Some((mantissa + i64::from(cell) * i64::from(number) % 11, 0)),
            status: 0,
            published: Some(20_000),
            recorded: 20_010,
            precision: 0,
            source: 3,
            note: 0,
        };
        content.insert(cell, record).unwrap();
        if number == 4 && cell == 100 {
            let revised =
                CellRecord { value: Some((mantissa, 0)), published: Some(20_005), ..record };
            content.insert(cell, revised).unwrap();
        }
    }
    content
}

/// A segment with eight months of two blocks of regions, and what they hold.
fn woven() -> (Vec<u8>, Vec<FrameContent>) {
    let (mut frames, mut contents) = (Vec::new(), Vec::new());
    for number in 0..8 {
        for (block, last) in [(0, 1024), (1, 600)] {
            let content = month(number + block * 30, last);
            frames.push((3, number * 512 + block, encode(&content).unwrap()));
            contents.push(content);
        }
    }
    weave(FrameShape::for_regions(1024), &mut frames).unwrap();
    let mut writer = SegmentWriter::new(Vec::new(), ID).unwrap();
    for (sheet, number, frame) in &frames {
        writer.append(*sheet, *number, frame).unwrap();
    }
    (writer.finish().unwrap().0, contents)
}

#[test]
fn frames_that_lean_on_keys_are_read_as_they_were() {
    let (bytes, contents) = woven();
    let length = bytes.len();
    let segment = open(bytes).unwrap();
    let leaning = segment.entries().iter().filter(|entry| entry.lean > 0).count();
    let keys = segment.entries().iter().filter(|entry| entry.is_key()).count();
    // Windows begin two months into any multiple of six: four windows of two blocks.
    assert_eq!((leaning, keys), (12, 4));
    segment.will_need(3..16);
    segment.verify_all().unwrap();
    let mut alone = SegmentWriter::new(Vec::new(), 7).unwrap();
    for (index, content) in contents.iter().enumerate() {
        let view = segment.frame(index).unwrap();
        assert_eq!(&view.decode().unwrap(), content);
        let again = encode(content).unwrap();
        assert_eq!(view.alone().unwrap(), again);
        let other = again.view().unwrap();
        for cells in [0..1024, 0..1, 5..800, 31..65, 590..610, 1000..2000] {
            assert_eq!(view.sum_range(cells.clone()), other.sum_range(cells));
        }
        let ranges = || [0..9, 3..700, 600..1024].into_iter();
        let (mut sums, mut others) = (Vec::new(), Vec::new());
        assert!(view.sum_ranges(ranges(), |sum| sums.push(sum)));
        assert!(other.sum_ranges(ranges(), |sum| others.push(sum)));
        assert_eq!(sums, others);
        for cell in 0..1025 {
            assert_eq!(view.get(cell).unwrap(), other.get(cell).unwrap());
            assert_eq!(view.mantissa(cell), other.mantissa(cell));
        }
        let known = CellSet::of_range(7..900).and(&view.values());
        let (mut some, mut others) = (vec![1; 700], vec![2; 700]);
        view.mantissas_of(300..1000, &known, &mut some);
        other.mantissas_of(300..1000, &known, &mut others);
        assert_eq!(some, others);
        let entry = segment.entries()[index];
        alone.append(entry.sheet, entry.frame, &again).unwrap();
    }
    assert!(length + 2000 < alone.finish().unwrap().0.len());
}

#[test]
fn frames_lean_on_keys_only() {
    let (bytes, _) = woven();
    let directory = bytes.len() - 128 - 16 * 64;
    let place = |index: usize| directory + index * 64;
    let leaning = open(bytes.clone()).unwrap();
    let leaning = leaning.entries().iter().position(|entry| entry.lean > 0).unwrap();
    let key = (0..leaning).find(|at| bytes[place(*at) + 52] & 32 != 0).unwrap();
    let changes: [(usize, &dyn Fn(u8) -> u8); 4] = [
        // The key is none; its scale is another; the distance leads nowhere; or to the frame itself.
        (place(key) + 52, &|flags| flags & !32),
        (place(key) + 51, &|_| 3),
        (place(leaning) + 53, &|rows| rows & 31 | 6 << 5),
        (place(leaning) + 53, &|rows| rows & 31 | 7 << 5),
    ];
    for (at, change) in changes {
        let mut bytes = bytes.clone();
        bytes[at] = change(bytes[at]);
        forge::reseal(&mut bytes, ID);
        let segment = open(bytes).unwrap();
        let error = segment.frame(leaning).unwrap_err().to_string();
        assert!(error.contains("leans on what is no key"), "{error}");
        assert_eq!(segment.verify_all().unwrap_err().to_string(), error);
    }
}

fn open(bytes: Vec<u8>) -> Result<Segment, OpenError> {
    Segment::open(Bytes::from(bytes), ID)
}

/// Everything that can be read.
fn read_all(segment: &Segment) -> Option<Vec<(DirectoryEntry, FrameContent)>> {
    (0..segment.frames())
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
        assert_eq!(segment.frames(), frames as usize);
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
        let frame = first.frame(index).unwrap().alone().unwrap();
        writer.append(entry.sheet, entry.frame, &frame).unwrap();
    }
    let (bytes, seal) = writer.finish().unwrap();
    let second = Segment::open(Bytes::from(bytes), 7).unwrap();
    assert_eq!(second.seal(), seal);
    let [moved, before] = [second.frame(1), first.frame(2)].map(|view| view.unwrap().alone());
    assert_eq!(moved.unwrap().bytes, before.unwrap().bytes);
    second.verify_all().unwrap();
}

#[test]
fn frames_out_of_order_are_refused() {
    let frame = encode(&content(1)).unwrap();
    let mut writer = SegmentWriter::new(Vec::new(), ID).unwrap();
    writer.append(1, 5, &frame).unwrap();
    assert!(writer.append(1, 5, &frame).is_err());
    assert!(writer.append(0, 6, &frame).is_err());
    writer.append(2, 0, &frame).unwrap();
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
    for (bytes, step) in [(segment(3), 1), (woven().0, 3)] {
        for at in (0..bytes.len()).step_by(step) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            let Ok(segment) = open(damaged) else { continue };
            assert!(read_all(&segment).is_none(), "byte {at} of {}", bytes.len());
            assert!(segment.verify_all().is_err(), "byte {at} of {}", bytes.len());
        }
    }
}

#[test]
fn another_segment_and_a_later_format_are_told_apart() {
    let bytes = segment(1);
    assert!(Segment::open(Bytes::from(bytes.clone()), ID + 1).is_err());
    let mut later = bytes;
    later[8] = 3;
    let checksum = xxhash_rust::xxh3::xxh3_64_with_seed(&later[..120], ID);
    later[120..128].copy_from_slice(&checksum.to_le_bytes());
    assert_eq!(open(later).unwrap_err(), OpenError::Newer { found: 3, features: 0 });
}

proptest! {
    #[test]
    fn damage_never_changes_what_is_read(
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        keep in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
        is_woven: bool,
    ) {
        let bytes = if is_woven { woven().0 } else { segment(4) };
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
        is_woven: bool,
        in_directory: bool,
    ) {
        let mut bytes = if is_woven { woven().0 } else { segment(4) };
        let length = bytes.len();
        let start = if in_directory { length - 128 - 16 * 64 } else { 128 };
        for (at, bit) in flips {
            bytes[start + at.index(length - start)] ^= 1 << bit;
        }
        forge::reseal(&mut bytes, ID);
        let Ok(segment) = open(bytes) else { return Ok(()) };
        for index in 0..segment.frames() {
            let Ok(view) = segment.frame(index) else { continue };
            let _ = (view.verify(), view.get(9), view.get_as_of(90, 20_001), view.history(0));
            view.mantissas(&mut [0; 1024]);
            view.mantissas_of(9..1024, &CellSet::of_range(3..900), &mut [0; 1015]);
            let _ = (view.sum_range(1..1000), view.uniform_status(), view.alone());
            view.sum_ranges([0..7, 3..1024].into_iter(), |_| ());
        }
    }
}
