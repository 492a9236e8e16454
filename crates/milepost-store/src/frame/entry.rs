use super::cell::MAX_DAY;
use super::error::ensure;
use super::{CELLS, FormatError, UNIT, scale};

/// One frame as the directory of a segment describes it (FORMAT.md, "Directory entry").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryEntry {
    pub(crate) sheet: u32,
    pub(crate) frame: u32,
    /// Where the payload begins in the segment, in units of 128 bytes.
    pub(crate) offset_units: u32,
    pub(crate) checksum: u32,
    /// Least mantissa.
    pub(crate) base: i64,
    /// Greatest mantissa.
    pub(crate) max: i64,
    /// Exact sum of the mantissas.
    pub(crate) sum: i128,
    /// Cells with a value.
    pub(crate) count: u16,
    /// Bits of a residual.
    pub(crate) width: u8,
    /// A mantissa stands for `mantissa * 10^-scale`.
    pub(crate) scale: i8,
    pub(crate) flags: u16,
    pub(crate) sidecar_units: u16,
    /// Least knowledge date of the cells.
    pub(crate) known_min: i32,
    /// Greatest knowledge date of the cells.
    pub(crate) known_max: i32,
}

/// Some cells are withdrawn; the sidecar has their bitmap.
pub(super) const WITHDRAWN: u16 = 1;
/// No common scale fits: the sidecar has the scale of each cell.
pub(super) const MIXED_SCALES: u16 = 2;
/// The sidecar has a details block.
pub(super) const DETAILS: u16 = 4;
/// The sidecar has superseded values.
pub(super) const HISTORY: u16 = 8;
const KNOWN_FLAGS: u16 = WITHDRAWN | MIXED_SCALES | DETAILS | HISTORY;

/// Bytes of an entry.
pub(crate) const ENTRY_BYTES: usize = 64;
const _: () = assert!(4 * 4 + 2 * 8 + 16 + 2 + 1 + 1 + 2 + 2 + 2 * 4 == ENTRY_BYTES);

impl DirectoryEntry {
    /// Of a frame that nothing is known about.
    pub(super) const EMPTY: DirectoryEntry = DirectoryEntry {
        sheet: 0,
        frame: 0,
        offset_units: 0,
        checksum: 0,
        base: 0,
        max: 0,
        sum: 0,
        count: 0,
        width: 0,
        scale: 0,
        flags: 0,
        sidecar_units: 0,
        known_min: 0,
        known_max: 0,
    };

    /// What directories are sorted by.
    pub(crate) fn key(&self) -> (u32, u32) {
        (self.sheet, self.frame)
    }

    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Whether the sidecar says more of some figure than its value.
    pub(crate) fn has_details(&self) -> bool {
        self.has(DETAILS)
    }

    /// Whether the entry has the sum of the frame's figures.
    pub(crate) fn has_sum(&self) -> bool {
        !self.has(MIXED_SCALES)
    }

    /// Bytes of the payload.
    pub(crate) fn payload_bytes(&self) -> usize {
        usize::from(self.width).saturating_mul(UNIT)
    }

    /// Bytes of payload and sidecar.
    pub(crate) fn frame_bytes(&self) -> usize {
        usize::from(self.sidecar_units).saturating_mul(UNIT).saturating_add(self.payload_bytes())
    }

    /// Where the payload begins in the segment.
    pub(crate) fn offset_bytes(&self) -> u64 {
        u64::from(self.offset_units).saturating_mul(UNIT as u64)
    }

    /// The checksum that the entry must have for these frame bytes in segment `segment_id`.
    pub(crate) fn checksum_of(&self, frame: &[u8], segment_id: u64) -> u32 {
        use xxhash_rust::xxh3::xxh3_64_with_seed;
        let blank = DirectoryEntry { checksum: 0, ..*self };
        let hash = xxh3_64_with_seed(frame, xxh3_64_with_seed(&blank.to_bytes(), segment_id));
        #[expect(clippy::cast_possible_truncation, reason = "the format keeps the low half")]
        let low_half = hash as u32;
        low_half
    }

    /// The entry as it stands in a directory.
    pub(crate) fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        let mut rest = bytes.as_mut_slice();
        let mut put = |field: &[u8]| {
            if let Some(place) = rest.split_off_mut(..field.len()) {
                place.copy_from_slice(field);
            }
        };
        put(&self.sheet.to_le_bytes());
        put(&self.frame.to_le_bytes());
        put(&self.offset_units.to_le_bytes());
        put(&self.checksum.to_le_bytes());
        put(&self.base.to_le_bytes());
        put(&self.max.to_le_bytes());
        put(&self.sum.to_le_bytes());
        put(&self.count.to_le_bytes());
        put(&self.width.to_le_bytes());
        put(&self.scale.to_le_bytes());
        put(&self.flags.to_le_bytes());
        put(&self.sidecar_units.to_le_bytes());
        put(&self.known_min.to_le_bytes());
        put(&self.known_max.to_le_bytes());
        bytes
    }

    /// Reads an entry and checks every rule that needs no other bytes. `offset` is where the
    /// entry lies, for the error.
    pub(crate) fn from_bytes(
        bytes: &[u8; ENTRY_BYTES],
        offset: u64,
    ) -> Result<DirectoryEntry, FormatError> {
        let entry = DirectoryEntry::parse(bytes)
            .ok_or_else(|| FormatError::new(offset, "a directory entry is cut short"))?;
        entry.check(offset)?;
        Ok(entry)
    }

    fn parse(bytes: &[u8; ENTRY_BYTES]) -> Option<DirectoryEntry> {
        fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
            let (field, after) = rest.split_first_chunk()?;
            *rest = after;
            Some(*field)
        }
        let rest = &mut bytes.as_slice();
        Some(DirectoryEntry {
            sheet: u32::from_le_bytes(take(rest)?),
            frame: u32::from_le_bytes(take(rest)?),
            offset_units: u32::from_le_bytes(take(rest)?),
            checksum: u32::from_le_bytes(take(rest)?),
            base: i64::from_le_bytes(take(rest)?),
            max: i64::from_le_bytes(take(rest)?),
            sum: i128::from_le_bytes(take(rest)?),
            count: u16::from_le_bytes(take(rest)?),
            width: u8::from_le_bytes(take(rest)?),
            scale: i8::from_le_bytes(take(rest)?),
            flags: u16::from_le_bytes(take(rest)?),
            sidecar_units: u16::from_le_bytes(take(rest)?),
            known_min: i32::from_le_bytes(take(rest)?),
            known_max: i32::from_le_bytes(take(rest)?),
        })
    }

    fn check(&self, at: u64) -> Result<(), FormatError> {
        ensure(self.flags & !KNOWN_FLAGS == 0, at, "a frame has unknown flags")?;
        ensure(usize::from(self.count) <= CELLS, at, "a frame has more than 1,024 values")?;
        ensure(self.scale >= scale::COARSEST, at, "a frame's scale is below -18")?;
        let width = if self.has(MIXED_SCALES) { 64 } else { bits(self.base, self.max) };
        ensure(
            self.width == width,
            at,
            "a frame's width does not fit its least and greatest value",
        )?;
        ensure(self.base <= self.max, at, "a frame's least value is above its greatest")?;
        let count = i128::from(self.count);
        let product = |mantissa: i64| i128::from(mantissa).saturating_mul(count);
        ensure(
            (product(self.base)..=product(self.max)).contains(&self.sum),
            at,
            "a frame's sum lies outside what its values allow",
        )?;
        ensure(
            self.count > 0 || (self.base, self.max, self.scale) == (0, 0, 0),
            at,
            "a frame without values has some",
        )?;
        ensure(
            !self.has(MIXED_SCALES)
                || self.count > 0 && (self.base, self.max, self.scale) == (0, 0, 0),
            at,
            "a frame of mixed scales has a common one",
        )?;
        let days = -MAX_DAY..=MAX_DAY;
        ensure(
            self.known_min <= self.known_max
                && days.contains(&self.known_min)
                && days.contains(&self.known_max),
            at,
            "a frame's knowledge dates are out of range",
        )?;
        self.check_sidecar(at)
    }

    fn check_sidecar(&self, at: u64) -> Result<(), FormatError> {
        let fixed = u16::from(usize::from(self.count) < CELLS)
            .saturating_add(u16::from(self.has(WITHDRAWN)))
            .saturating_add(if self.has(MIXED_SCALES) { 8 } else { 0 });
        if self.has(DETAILS) {
            ensure(self.sidecar_units > fixed, at, "a frame's sidecar is too short")
        } else {
            ensure(!self.has(HISTORY), at, "a frame has a history but no details")?;
            ensure(
                self.known_min == self.known_max,
                at,
                "a frame without details has several knowledge dates",
            )?;
            ensure(
                self.sidecar_units == fixed,
                at,
                "a frame's sidecar has another length than its parts",
            )
        }
    }
}

/// Bits that residuals of values in `base..=max` need.
pub(super) fn bits(base: i64, max: i64) -> u8 {
    let widest = max.wrapping_sub(base).cast_unsigned();
    #[expect(clippy::cast_possible_truncation, reason = "at most 64")]
    let width = u64::BITS.saturating_sub(widest.leading_zeros()) as u8;
    width
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: DirectoryEntry = DirectoryEntry {
        sheet: 1,
        frame: 2,
        offset_units: 3,
        checksum: 4,
        base: -5,
        max: 6,
        sum: -7,
        count: 8,
        width: 4,
        scale: -2,
        flags: DETAILS,
        sidecar_units: 2,
        known_min: -10,
        known_max: 11,
    };

    #[test]
    fn entries_stand_where_the_format_says() {
        let bytes = ENTRY.to_bytes();
        let mut expected = [0; ENTRY_BYTES];
        for (at, byte) in [(0, 1), (4, 2), (8, 3), (12, 4), (24, 6), (48, 8), (50, 4), (51, 254)] {
            expected[at] = byte;
        }
        expected[16..24].copy_from_slice(&(-5_i64).to_le_bytes());
        expected[32..48].copy_from_slice(&(-7_i128).to_le_bytes());
        (expected[52], expected[54]) = (4, 2);
        expected[56..60].copy_from_slice(&(-10_i32).to_le_bytes());
        expected[60] = 11;
        assert_eq!(bytes, expected);
        assert_eq!(DirectoryEntry::from_bytes(&bytes, 0), Ok(ENTRY));
    }

    #[test]
    fn each_rule_is_checked() {
        let refused = [
            DirectoryEntry { flags: DETAILS | 16, ..ENTRY },
            DirectoryEntry { count: 1025, ..ENTRY },
            DirectoryEntry { scale: -19, ..ENTRY },
            DirectoryEntry { width: 5, ..ENTRY },
            DirectoryEntry { base: 7, ..ENTRY },
            DirectoryEntry { sum: 49, ..ENTRY },
            DirectoryEntry { count: 0, sum: 0, ..ENTRY },
            DirectoryEntry { flags: DETAILS | MIXED_SCALES, width: 64, ..ENTRY },
            DirectoryEntry { known_min: 12, ..ENTRY },
            DirectoryEntry { known_max: MAX_DAY + 1, ..ENTRY },
            DirectoryEntry { sidecar_units: 1, ..ENTRY },
            DirectoryEntry { flags: HISTORY, known_max: -10, sidecar_units: 1, ..ENTRY },
            DirectoryEntry { flags: 0, sidecar_units: 1, ..ENTRY },
            DirectoryEntry { flags: 0, known_max: -10, ..ENTRY },
        ];
        for entry in refused {
            assert!(DirectoryEntry::from_bytes(&entry.to_bytes(), 0).is_err(), "{entry:?}");
        }
        let widest = DirectoryEntry { base: i64::MIN, max: i64::MAX, width: 64, ..ENTRY };
        assert!(DirectoryEntry::from_bytes(&widest.to_bytes(), 0).is_ok());
    }

    #[test]
    fn the_checksum_covers_key_place_and_segment() {
        let sum = ENTRY.checksum_of(b"frame", 9);
        assert_eq!(DirectoryEntry { checksum: 77, ..ENTRY }.checksum_of(b"frame", 9), sum);
        assert_ne!(ENTRY.checksum_of(b"Frame", 9), sum);
        assert_ne!(ENTRY.checksum_of(b"frame", 8), sum);
        assert_ne!(DirectoryEntry { sheet: 0, ..ENTRY }.checksum_of(b"frame", 9), sum);
        assert_ne!(DirectoryEntry { offset_units: 0, ..ENTRY }.checksum_of(b"frame", 9), sum);
    }
}
