//! The manifest: everything a store knows that is not a figure (FORMAT.md, section 3).

use std::{ops::Range, sync::Arc};

use milepost_model::{Catalogue, Indicator, Milestone};
use serde::{Deserialize, Serialize};

use super::{
    regions::EncodedRegions,
    wire::{self, WireError},
};
use crate::map::Bytes;

/// The manifest as it is stored; the order of the fields is the format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The last commit contained.
    pub(crate) sequence: u64,
    /// The smallest segment id never used.
    pub(crate) next_segment: u64,
    /// Oldest first.
    pub(crate) segments: Vec<SegmentRecord>,
    /// Interned texts; number 0 is empty and means none.
    pub(crate) strings: Vec<String>,
    pub(crate) groups: Vec<GroupRecord>,
    pub(crate) sheets: Vec<SheetRecord>,
    /// The last batch of each producer.
    pub(crate) producers: Vec<(String, u64)>,
    pub(crate) catalogue: Catalogue,
}

/// The fields of a manifest before its catalogue, in their order.
type Fields = (
    u64,
    u64,
    Vec<SegmentRecord>,
    Vec<String>,
    Vec<GroupRecord>,
    Vec<SheetRecord>,
    Vec<(String, u64)>,
);

impl Manifest {
    /// The manifest that the bytes of a range are, or those up to their end; its regions are
    /// decoded when they are needed.
    pub(crate) fn decode(
        version: u32,
        bytes: &Arc<Bytes>,
        range: Range<usize>,
    ) -> Result<Self, WireError> {
        fn next<T: serde::de::DeserializeOwned>(
            version: u32,
            bytes: &[u8],
            at: &mut usize,
        ) -> Result<T, WireError> {
            let rest = bytes.get(*at..).unwrap_or_default();
            let (value, used) = wire::decode_first(version, rest)?;
            *at = at.saturating_add(used);
            Ok(value)
        }
        let end = range.end.min(bytes.len());
        let all = bytes.get(..end).unwrap_or_default();
        let mut at = range.start;
        let fields: Fields = next(version, all, &mut at)?;
        let (sequence, next_segment, segments, strings, groups, sheets, producers) = fields;
        let indicators: Vec<Indicator> = next(version, all, &mut at)?;
        let regions = EncodedRegions::walk(Arc::clone(bytes), at..end);
        let (regions, gazetteer) = regions.ok_or(WireError::Region)?;
        at = regions.end();
        let milestones: Vec<Milestone> = next(version, all, &mut at)?;
        match end.saturating_sub(at) {
            0 => {}
            left => return Err(WireError::Trailing(left)),
        }
        let catalogue = Catalogue::lazy(indicators, gazetteer, Arc::new(regions), milestones);
        Ok(Self { sequence, next_segment, segments, strings, groups, sheets, producers, catalogue })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SegmentRecord {
    pub(crate) id: u64,
    pub(crate) length: u64,
    /// The checksum in the segment's footer.
    pub(crate) checksum: u64,
}

/// Regions of one level, in the order of their ordinals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroupRecord {
    pub(crate) level: Option<u8>,
    pub(crate) regions: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SheetRecord {
    pub(crate) indicator: u32,
    pub(crate) scenario: u32,
    pub(crate) group: u32,
    /// The index of the frequency; 255 for spans.
    pub(crate) frequency: u8,
    /// Regions side by side in a frame: a power of two.
    pub(crate) regions: u16,
    /// First and last days of spans, in the order of their ordinals.
    pub(crate) spans: Vec<(i32, i32)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes are the format: this test is never changed, only joined by others.
    #[test]
    fn the_bytes_of_a_manifest_are_pinned() {
        let manifest = Manifest {
            sequence: 7,
            next_segment: 2,
            segments: vec![SegmentRecord { id: 1, length: 0x1234, checksum: 0xfeed }],
            strings: vec![String::new(), "reported".to_owned()],
            groups: vec![
                GroupRecord { level: None, regions: vec![] },
                GroupRecord { level: Some(1), regions: vec![3] },
            ],
            sheets: vec![SheetRecord {
                indicator: 0,
                scenario: 1,
                group: 1,
                frequency: 255,
                regions: 64,
                spans: vec![(-1, 2)],
            }],
            producers: vec![("p".to_owned(), 9)],
            catalogue: Catalogue::default(),
        };
        let bytes = wire::encode(1, &manifest).unwrap();
        let expected: Vec<u8> = [
            &[7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0][..],
            &[1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x34, 0x12, 0, 0, 0, 0, 0, 0],
            &[0xed, 0xfe, 0, 0, 0, 0, 0, 0],
            &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0],
            b"reported",
            &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0],
            &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 255, 64, 0],
            &[1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 2, 0, 0, 0],
            &[1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'p', 9, 0, 0, 0, 0, 0, 0, 0],
            &[0; 24],
        ]
        .concat();
        assert_eq!(bytes, expected);
        assert_eq!(
            Manifest::decode(1, &Arc::new(bytes.clone().into()), 0..bytes.len()).unwrap(),
            manifest
        );
        assert_eq!(wire::decode::<Manifest>(1, &bytes).unwrap(), manifest);
        for length in 0..bytes.len() {
            assert!(Manifest::decode(1, &Arc::new(bytes.clone().into()), 0..length).is_err());
        }
        let longer = [bytes, vec![0]].concat();
        let left = Manifest::decode(1, &Arc::new(longer.into()), 0..usize::MAX);
        assert!(matches!(left, Err(WireError::Trailing(1))));
    }
}
