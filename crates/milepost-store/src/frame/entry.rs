use super::cell::MAX_DAY;
use super::error::ensure;
use super::{CELLS, Format, FormatError, UNIT, scale, tail};
use crate::kernel::MOST_IN_PAIR;

/// One frame as the directory of a segment describes it (FORMAT.md, "Directory entry").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryEntry {
    /// That of the segment; it is not in the bytes.
    pub(crate) format: Format,
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
    /// Rows of 32 cells at the end that have no value and are not stored.
    pub(crate) rows_left_out: u8,
    /// How many periods before this one the key lies; 0 for a frame that leans on none.
    pub(crate) lean: u8,
    /// What a mantissa exceeds that of the key by at least.
    pub(crate) lean_base: i32,
    /// Length of the sidecar: in bytes if it is a tail, in units of 128 otherwise.
    pub(crate) sidecar: u16,
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
/// The sidecar is a tail.
pub(super) const TAIL: u16 = 16;
/// Other frames may lean on this one: absent cells have numbers too.
pub(super) const KEY: u16 = 32;

/// Greatest distance to a key.
pub(super) const MOST_LEAN: u8 = 7;
/// What the frame number of the period before is less, for frames of one period.
pub(super) const NUMBERS_IN_PERIOD: u32 = 512;

/// Cells that a payload is shortened by at a time.
pub(super) const ROW_CELLS: usize = 32;
const ROWS: usize = CELLS / ROW_CELLS;
/// Bits of the byte with both the rows left out and the distance to the key.
const ROWS_BITS: u32 = 5;

/// Bytes of an entry.
pub(crate) const ENTRY_BYTES: usize = 64;
/// Bytes of a sum from format 2 on.
const SUM_BYTES: usize = 12;
const _: () = assert!(4 * 4 + 2 * 8 + 16 + 2 + 1 + 1 + 2 + 2 + 2 * 4 == ENTRY_BYTES);

impl DirectoryEntry {
    /// Of a frame that nothing is known about.
    pub(super) const EMPTY: DirectoryEntry = DirectoryEntry {
        format: Format::LATEST,
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
        rows_left_out: 0,
        lean: 0,
        lean_base: 0,
        sidecar: 0,
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

    /// Whether the sidecar says more of some figure than its value and where it is from.
    pub(crate) fn has_details(&self) -> bool {
        self.has(DETAILS)
    }

    /// Whether any cell of the frame has a value or is withdrawn.
    pub(crate) fn has_cells(&self) -> bool {
        self.count > 0 || self.has(WITHDRAWN)
    }

    /// Whether the entry has the sum of the frame's figures.
    pub(crate) fn has_sum(&self) -> bool {
        !self.has(MIXED_SCALES)
    }

    /// Rows of 32 cells that the payload has room for.
    pub(super) fn rows(&self) -> usize {
        ROWS.saturating_sub(usize::from(self.rows_left_out))
    }

    /// Cells that the payload has room for.
    pub(super) fn cells(&self) -> usize {
        self.rows().saturating_mul(ROW_CELLS)
    }

    /// Bytes of the payload.
    pub(crate) fn payload_bytes(&self) -> usize {
        // A row of 32 cells has as many words as a unit, and takes `width` bits of each.
        let bits = self.rows().saturating_mul(usize::from(self.width));
        bits.div_ceil(ROWS).saturating_mul(UNIT)
    }

    /// Bytes from the payload's first to where the next frame begins.
    pub(crate) fn body_bytes(&self) -> usize {
        let sidecar = if self.has(TAIL) { 0 } else { usize::from(self.sidecar) };
        sidecar.saturating_mul(UNIT).saturating_add(self.payload_bytes())
    }

    /// Bytes of the tail.
    pub(crate) fn tail_bytes(&self) -> usize {
        if self.has(TAIL) { usize::from(self.sidecar) } else { 0 }
    }

    /// Bytes of payload and sidecar.
    pub(crate) fn frame_bytes(&self) -> usize {
        self.body_bytes().saturating_add(self.tail_bytes())
    }

    /// Whether frames may lean on this one.
    pub(crate) fn is_key(&self) -> bool {
        self.has(KEY)
    }

    /// Sheet and number of the frame that this one leans on.
    pub(crate) fn key_of_lean(&self) -> Option<(u32, u32)> {
        let before = u32::from(self.lean).saturating_mul(NUMBERS_IN_PERIOD);
        (self.lean > 0).then_some((self.sheet, self.frame.checked_sub(before)?))
    }

    /// Whether this frame, which leans on another, can lean on `key`.
    pub(crate) fn fits_key(&self, key: &DirectoryEntry) -> bool {
        key.is_key() && key.scale == self.scale && key.rows_left_out <= self.rows_left_out
    }

    /// Where the payload begins in the segment.
    pub(crate) fn offset_bytes(&self) -> u64 {
        u64::from(self.offset_units).saturating_mul(UNIT as u64)
    }

    /// The checksum that the entry must have for this frame in segment `segment_id`.
    pub(crate) fn checksum_of(&self, body: &[u8], tail: &[u8], segment_id: u64) -> u32 {
        use xxhash_rust::xxh3::xxh3_64_with_seed;
        let blank = DirectoryEntry { checksum: 0, ..*self };
        let mut seed = xxh3_64_with_seed(&blank.to_bytes(), segment_id);
        if self.has(TAIL) {
            seed = xxh3_64_with_seed(tail, seed);
        }
        let hash = xxh3_64_with_seed(body, seed);
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
        match self.format {
            Format::One => put(&self.sum.to_le_bytes()),
            Format::Two => {
                // No sum of 1,024 numbers of 64 bits needs more.
                put(self.sum.to_le_bytes().get(..SUM_BYTES).unwrap_or_default());
                put(&self.lean_base.to_le_bytes());
            }
        }
        put(&self.count.to_le_bytes());
        put(&self.width.to_le_bytes());
        put(&self.scale.to_le_bytes());
        let [low_flags, high_flags] = self.flags.to_le_bytes();
        let rows_and_lean = self.rows_left_out | self.lean << ROWS_BITS;
        put(&[low_flags, if self.format == Format::One { high_flags } else { rows_and_lean }]);
        put(&self.sidecar.to_le_bytes());
        put(&self.known_min.to_le_bytes());
        put(&self.known_max.to_le_bytes());
        bytes
    }

    /// Sheet and frame number alone.
    #[inline]
    pub(crate) fn key_in(bytes: &[u8; ENTRY_BYTES]) -> (u32, u32) {
        let [a, b, c, d, e, f, g, h, ..] = *bytes;
        (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
    }

    /// Reads an entry and checks every rule that needs no other bytes. `offset` is where the
    /// entry lies, for the error.
    pub(crate) fn from_bytes(
        bytes: &[u8; ENTRY_BYTES],
        format: Format,
        offset: u64,
    ) -> Result<DirectoryEntry, FormatError> {
        let entry = DirectoryEntry::parse(bytes, format)
            .ok_or_else(|| FormatError::new(offset, "a directory entry is cut short"))?;
        entry.check(offset)?;
        Ok(entry)
    }

    /// What an entry says, unchecked.
    #[inline]
    pub(crate) fn parse(bytes: &[u8; ENTRY_BYTES], format: Format) -> Option<DirectoryEntry> {
        fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
            let (field, after) = rest.split_first_chunk()?;
            *rest = after;
            Some(*field)
        }
        let rest = &mut bytes.as_slice();
        let mut entry = DirectoryEntry { format, ..DirectoryEntry::EMPTY };
        entry.sheet = u32::from_le_bytes(take(rest)?);
        entry.frame = u32::from_le_bytes(take(rest)?);
        entry.offset_units = u32::from_le_bytes(take(rest)?);
        entry.checksum = u32::from_le_bytes(take(rest)?);
        entry.base = i64::from_le_bytes(take(rest)?);
        entry.max = i64::from_le_bytes(take(rest)?);
        match format {
            Format::One => entry.sum = i128::from_le_bytes(take(rest)?),
            Format::Two => {
                let (low, high): ([u8; 8], [u8; 4]) = (take(rest)?, take(rest)?);
                let high = i128::from(i32::from_le_bytes(high)) << 64;
                entry.sum = high | i128::from(u64::from_le_bytes(low));
                entry.lean_base = i32::from_le_bytes(take(rest)?);
            }
        }
        entry.count = u16::from_le_bytes(take(rest)?);
        [entry.width] = take(rest)?;
        entry.scale = i8::from_le_bytes(take(rest)?);
        let [low, high] = take(rest)?;
        match format {
            Format::One => entry.flags = u16::from_le_bytes([low, high]),
            Format::Two => {
                entry.flags = u16::from(low);
                entry.rows_left_out = high & ((1 << ROWS_BITS) - 1);
                entry.lean = high >> ROWS_BITS;
            }
        }
        entry.sidecar = u16::from_le_bytes(take(rest)?);
        entry.known_min = i32::from_le_bytes(take(rest)?);
        entry.known_max = i32::from_le_bytes(take(rest)?);
        Some(entry)
    }

    fn known_flags(&self) -> u16 {
        match self.format {
            Format::One => WITHDRAWN | MIXED_SCALES | DETAILS | HISTORY,
            Format::Two => WITHDRAWN | MIXED_SCALES | DETAILS | HISTORY | TAIL | KEY,
        }
    }

    fn check(&self, at: u64) -> Result<(), FormatError> {
        ensure(self.flags & !self.known_flags() == 0, at, "a frame has unknown flags")?;
        ensure(
            usize::from(self.count) <= self.cells(),
            at,
            "a frame has more values than it has room for",
        )?;
        ensure(self.scale >= scale::COARSEST, at, "a frame's scale is below -18")?;
        let width = if self.has(MIXED_SCALES) { 64 } else { bits(self.base, self.max) };
        ensure(
            self.width == width || self.lean > 0,
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
        self.check_lean(at)?;
        self.check_sidecar(at)
    }

    fn check_lean(&self, at: u64) -> Result<(), FormatError> {
        ensure(
            self.lean > 0 || self.lean_base == 0,
            at,
            "a frame that leans on none differs from it",
        )?;
        let can_pair = !self.has(MIXED_SCALES) && self.width <= MOST_IN_PAIR && self.count > 0;
        ensure(
            can_pair || self.lean == 0 && !self.is_key(),
            at,
            "a frame leans on another, or is a key, that has no numbers of 31 bits",
        )?;
        ensure(!self.is_key() || self.lean == 0, at, "a key leans on another frame")
    }

    fn check_sidecar(&self, at: u64) -> Result<(), FormatError> {
        if self.has(TAIL) {
            ensure(
                !self.has(WITHDRAWN | MIXED_SCALES | HISTORY) && self.known_min == self.known_max,
                at,
                "a frame has a tail, but more than one has room for",
            )?;
            return ensure(
                (1..=tail::LONGEST).contains(&self.sidecar),
                at,
                "a tail has a length that none has",
            );
        }
        let fixed = u16::from(usize::from(self.count) < CELLS)
            .saturating_add(u16::from(self.has(WITHDRAWN)))
            .saturating_add(if self.has(MIXED_SCALES) { 8 } else { 0 });
        if self.has(DETAILS) {
            ensure(self.sidecar > fixed, at, "a frame's sidecar is too short")
        } else {
            ensure(!self.has(HISTORY), at, "a frame has a history but no details")?;
            ensure(
                self.known_min == self.known_max,
                at,
                "a frame without details has several knowledge dates",
            )?;
            ensure(self.sidecar == fixed, at, "a frame's sidecar has another length than its parts")
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
        format: Format::One,
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
        rows_left_out: 0,
        lean: 0,
        lean_base: 0,
        sidecar: 2,
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
        assert_eq!(DirectoryEntry::from_bytes(&bytes, Format::One, 0), Ok(ENTRY));
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
            DirectoryEntry { sidecar: 1, ..ENTRY },
            DirectoryEntry { flags: HISTORY, known_max: -10, sidecar: 1, ..ENTRY },
            DirectoryEntry { flags: 0, sidecar: 1, ..ENTRY },
            DirectoryEntry { flags: 0, known_max: -10, ..ENTRY },
        ];
        for entry in refused {
            assert!(
                DirectoryEntry::from_bytes(&entry.to_bytes(), entry.format, 0).is_err(),
                "{entry:?}"
            );
        }
        let widest = DirectoryEntry { base: i64::MIN, max: i64::MAX, width: 64, ..ENTRY };
        assert!(DirectoryEntry::from_bytes(&widest.to_bytes(), Format::One, 0).is_ok());
    }

    /// A frame that leans on another: one of 600 regions, three months after its key.
    const LEANING: DirectoryEntry = DirectoryEntry {
        format: Format::Two,
        frame: 5 * NUMBERS_IN_PERIOD,
        count: 590,
        sum: -70,
        width: 9,
        flags: TAIL,
        rows_left_out: 13,
        lean: 3,
        lean_base: -300,
        sidecar: 17,
        known_min: 11,
        ..ENTRY
    };

    #[test]
    fn entries_of_format_2_stand_where_the_format_says() {
        let bytes = LEANING.to_bytes();
        assert_eq!(bytes[32..44], (-70_i128).to_le_bytes()[..12]);
        assert_eq!(bytes[44..48], (-300_i32).to_le_bytes());
        assert_eq!(bytes[52..56], [16, 0b011_01101, 17, 0]);
        assert_eq!(DirectoryEntry::from_bytes(&bytes, Format::Two, 0), Ok(LEANING));
        // Nineteen rows of nine bits each, in words of 32 bits.
        assert_eq!((LEANING.cells(), LEANING.payload_bytes()), (608, 6 * 128));
        assert_eq!((LEANING.body_bytes(), LEANING.tail_bytes()), (6 * 128, 17));
        assert_eq!(LEANING.key_of_lean(), Some((1, 2 * NUMBERS_IN_PERIOD)));
        let extremes = [i128::from(i64::MIN) * 1024, i128::from(i64::MAX) * 1024];
        for (sum, mantissa) in extremes.into_iter().zip([i64::MIN, i64::MAX]) {
            let whole = DirectoryEntry { format: Format::Two, count: 1024, width: 0, sum, ..ENTRY };
            let whole = DirectoryEntry { base: mantissa, max: mantissa, ..whole };
            let read = DirectoryEntry::from_bytes(&whole.to_bytes(), Format::Two, 0);
            assert_eq!(read, Ok(whole));
        }
    }

    #[test]
    fn each_rule_of_format_2_is_checked() {
        let refused = [
            DirectoryEntry { flags: TAIL | 64, ..LEANING },
            DirectoryEntry { count: 609, ..LEANING },
            DirectoryEntry { width: 32, ..LEANING },
            DirectoryEntry { lean: 0, ..LEANING },
            DirectoryEntry { lean: 0, lean_base: 0, ..LEANING },
            DirectoryEntry { flags: TAIL | KEY, ..LEANING },
            DirectoryEntry { flags: TAIL | HISTORY, ..LEANING },
            DirectoryEntry { flags: TAIL | WITHDRAWN, ..LEANING },
            DirectoryEntry { known_min: 10, ..LEANING },
            DirectoryEntry { sidecar: 0, ..LEANING },
            DirectoryEntry { sidecar: tail::LONGEST + 1, ..LEANING },
            DirectoryEntry { count: 0, base: 0, max: 0, sum: 0, scale: 0, ..LEANING },
        ];
        for entry in refused {
            let read = DirectoryEntry::from_bytes(&entry.to_bytes(), Format::Two, 0);
            assert!(read.is_err(), "{entry:?}");
            let as_one = DirectoryEntry { format: Format::One, ..entry };
            let read = DirectoryEntry::from_bytes(&entry.to_bytes(), Format::One, 0);
            assert!(read.is_err(), "{as_one:?}");
        }
        let key = DirectoryEntry { flags: TAIL | KEY, lean: 0, lean_base: 0, width: 4, ..LEANING };
        assert!(DirectoryEntry::from_bytes(&key.to_bytes(), Format::Two, 0).is_ok());
        assert!(LEANING.fits_key(&key));
        assert!(!LEANING.fits_key(&DirectoryEntry { scale: 0, ..key }));
        assert!(!LEANING.fits_key(&DirectoryEntry { rows_left_out: 14, ..key }));
        assert!(!LEANING.fits_key(&LEANING));
    }

    #[test]
    fn the_checksum_covers_key_place_and_segment() {
        let sum = ENTRY.checksum_of(b"frame", b"", 9);
        assert_eq!(DirectoryEntry { checksum: 77, ..ENTRY }.checksum_of(b"frame", b"", 9), sum);
        assert_ne!(ENTRY.checksum_of(b"Frame", b"", 9), sum);
        assert_ne!(ENTRY.checksum_of(b"frame", b"", 8), sum);
        assert_ne!(DirectoryEntry { sheet: 0, ..ENTRY }.checksum_of(b"frame", b"", 9), sum);
        assert_ne!(DirectoryEntry { offset_units: 0, ..ENTRY }.checksum_of(b"frame", b"", 9), sum);
        let sum = LEANING.checksum_of(b"frame", b"tail", 9);
        assert_ne!(LEANING.checksum_of(b"frame", b"tall", 9), sum);
        assert_ne!(DirectoryEntry { lean: 2, ..LEANING }.checksum_of(b"frame", b"tail", 9), sum);
    }
}
