//! What the rest of the store asks of packed numbers.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::inline_always,
    reason = "indices are bounded by 1,024 cells; 1,024 numbers of 32 bits cannot overflow a u64"
)]

use std::ops::Range;

use super::dispatch::{Level, Operation};
use super::lanes::{EachRow, Pair, Source, narrow, wide};
use super::{CELLS, Numbers, Packed};

/// Widest number that is packed into u32 words.
const NARROW_WIDTH: u8 = 32;

/// A bit for each cell: bit i of word w stands for cell `64 * w + i`.
pub type Bits = [u64; CELLS / 64];

/// Appends `values`, each below 2^`width`, in `width` units of 128 bytes.
pub fn pack(values: &[u64; CELLS], width: u8, out: &mut Vec<u8>) {
    match width {
        0 => {}
        1..=NARROW_WIDTH => narrow::pack(values, usize::from(width), out),
        _ => wide::pack(values, usize::from(width.min(64)), out),
    }
}

/// The number of one cell, or `None` if the payload or the frame ends before it.
#[inline]
pub(crate) fn get(numbers: Numbers<'_>, cell: usize) -> Option<u64> {
    let number = get_packed(numbers.packed, cell)?;
    match numbers.key {
        None => Some(number),
        Some(key) => Some(number.wrapping_add(get_packed(key, cell)?)),
    }
}

#[inline]
fn get_packed(Packed { payload, width }: Packed<'_>, cell: usize) -> Option<u64> {
    if cell >= CELLS {
        return None;
    }
    match width {
        0 => Some(0),
        1..=NARROW_WIDTH => narrow::get(payload, usize::from(width), cell).map(u64::from),
        _ => wide::get(payload, usize::from(width.min(64)), cell),
    }
}

/// Writes `base` plus the number of every cell, wrapping as two's complement does.
///
/// Cells beyond the end of a short payload keep what `out` held.
#[inline]
pub(crate) fn unpack(numbers: Numbers<'_>, base: i64, out: &mut [i64; CELLS]) {
    unpack_cells(numbers, base, 0..CELLS, None, out);
}

/// [`Level::unpack`] at the best level of this processor.
#[inline]
pub(crate) fn unpack_cells(
    numbers: Numbers<'_>,
    base: i64,
    cells: Range<usize>,
    present: Option<&Bits>,
    out: &mut [i64],
) {
    Level::detect().unpack(numbers, base, cells, present, out);
}

/// [`Level::sum`] at the best level of this processor.
#[inline]
pub(crate) fn sum(numbers: Numbers<'_>, cells: Range<usize>, present: Option<&Bits>) -> u128 {
    Level::detect().sum(numbers, cells, present)
}

/// [`Level::sums`] at the best level of this processor.
#[inline]
pub(crate) fn sums(
    numbers: Numbers<'_>,
    present: Option<&Bits>,
    ranges: impl Iterator<Item = Range<usize>>,
    each: impl FnMut(u128),
) {
    Level::detect().sums(numbers, present, ranges, each);
}

impl Level {
    /// Writes `base` plus the number of each cell of `cells` to `out`, which has as many places; 0
    /// for a cell whose bit in `present` is 0.
    ///
    /// Cells beyond the end of a short payload keep what `out` held.
    #[inline]
    pub fn unpack(
        self,
        numbers: Numbers<'_>,
        base: i64,
        cells: Range<usize>,
        present: Option<&Bits>,
        out: &mut [i64],
    ) {
        match present {
            Some(present) => {
                let present = Masked(present);
                self.run(Unpack { numbers, base, cells, present, out });
            }
            None => self.run(Unpack { numbers, base, cells, present: All, out }),
        }
    }

    /// Sum of the numbers of the cells in `cells`, those left out whose bit in `present` is 0.
    #[inline]
    pub fn sum(self, numbers: Numbers<'_>, cells: Range<usize>, present: Option<&Bits>) -> u128 {
        match present {
            Some(present) => self.run(Sum { numbers, cells, present: Masked(present) }),
            None => self.run(Sum { numbers, cells, present: All }),
        }
    }

    /// Sums of the numbers of several ranges of cells, handed to `each` in their order; cells are
    /// left out whose bit in `present` is 0.
    ///
    /// Unpacks the frame once, so it pays where the ranges are many.
    #[inline]
    pub fn sums(
        self,
        numbers: Numbers<'_>,
        present: Option<&Bits>,
        ranges: impl Iterator<Item = Range<usize>>,
        each: impl FnMut(u128),
    ) {
        match present {
            Some(present) => {
                self.run(Sums { numbers, present: Masked(present), ranges, each });
            }
            None => self.run(Sums { numbers, present: All, ranges, each }),
        }
    }
}

/// Which cells of a row are wanted: bit i for lane i.
trait Present: Copy {
    fn bits<const LANES: usize>(self, row: usize) -> Option<u64>;

    /// Whether a cell is wanted.
    #[inline(always)]
    fn has(self, cell: usize) -> bool {
        self.bits::<1>(cell).is_none_or(|bits| bits & 1 == 1)
    }
}

/// Every cell, at no cost.
#[derive(Clone, Copy)]
struct All;

impl Present for All {
    #[inline(always)]
    fn bits<const LANES: usize>(self, _: usize) -> Option<u64> {
        None
    }
}

#[derive(Clone, Copy)]
struct Masked<'a>(&'a Bits);

impl Present for Masked<'_> {
    #[inline(always)]
    fn bits<const LANES: usize>(self, row: usize) -> Option<u64> {
        let cell = row * LANES;
        Some(self.0.get(cell / 64).map_or(0, |word| word >> (cell % 64)))
    }
}

struct Unpack<'a, P> {
    numbers: Numbers<'a>,
    base: i64,
    cells: Range<usize>,
    present: P,
    out: &'a mut [i64],
}

impl<P: Present> Operation for Unpack<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Unpack { numbers, base, cells, present, out } = self;
        let cells = cells.start..cells.end.min(CELLS);
        if cells.is_empty() {
            return;
        }
        let rows = |lanes: usize| cells.start / lanes..cells.end.div_ceil(lanes);
        let (narrow_rows, wide_rows) = (rows(narrow::LANES), rows(wide::LANES));
        let mut write = WriteRows { base, present, cells, out };
        match Form::of(numbers) {
            Form::Zeros => narrow_rows.for_each(|row| write.row(row, &[0_u32; narrow::LANES])),
            Form::Narrow(packed) => narrow::rows(packed, narrow_rows, write),
            Form::Pair(pair) => narrow::rows(pair, narrow_rows, write),
            Form::Wide(packed) => wide::rows(packed, wide_rows, write),
        }
    }
}

/// Numbers by how their rows are read.
enum Form<'a> {
    Zeros,
    Narrow(narrow::Packed<'a>),
    Pair(Pair<'a>),
    Wide(wide::Packed<'a>),
}

impl<'a> Form<'a> {
    #[inline(always)]
    fn of(numbers: Numbers<'a>) -> Self {
        let Numbers { packed: Packed { payload, width }, key } = numbers;
        match width {
            0 => Self::Zeros,
            1..=NARROW_WIDTH => {
                let packed = narrow::Packed::new(payload, width);
                match key {
                    None => Self::Narrow(packed),
                    Some(key) => {
                        Self::Pair(Pair(packed, narrow::Packed::new(key.payload, key.width)))
                    }
                }
            }
            _ => Self::Wide(wide::Packed::new(payload, width)),
        }
    }
}

/// Writes the numbers of rows that lie in `cells`; `out` begins with the first of `cells`.
struct WriteRows<'a, P> {
    base: i64,
    present: P,
    cells: Range<usize>,
    out: &'a mut [i64],
}

impl<W: Copy + Into<u64>, P: Present, const LANES: usize> EachRow<W, LANES> for WriteRows<'_, P> {
    #[inline(always)]
    fn row(&mut self, row: usize, values: &[W; LANES]) {
        let mut numbers = [0; LANES];
        for (number, value) in numbers.iter_mut().zip(values) {
            *number = self.base.wrapping_add((*value).into().cast_signed());
        }
        if let Some(bits) = self.present.bits::<LANES>(row) {
            for (lane, number) in numbers.iter_mut().enumerate() {
                *number &= 0_i64.wrapping_sub((bits >> lane & 1).cast_signed());
            }
        }
        let first = row * LANES;
        if first >= self.cells.start && first + LANES <= self.cells.end {
            let out = self.out.get_mut(first - self.cells.start..);
            if let Some(out) = out.and_then(<[i64]>::first_chunk_mut) {
                *out = numbers;
            }
            return;
        }
        for (cell, number) in (first..).zip(numbers) {
            if self.cells.contains(&cell)
                && let Some(out) = self.out.get_mut(cell - self.cells.start)
            {
                *out = number;
            }
        }
    }
}

struct Sums<'a, P, R, E> {
    numbers: Numbers<'a>,
    present: P,
    ranges: R,
    each: E,
}

impl<P: Present, R: Iterator<Item = Range<usize>>, E: FnMut(u128)> Operation for Sums<'_, P, R, E> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Sums { numbers, present, ranges, mut each } = self;
        match Form::of(numbers) {
            Form::Zeros => ranges.for_each(|_| each(0)),
            Form::Narrow(packed) => narrow_sums(packed, present, ranges, each),
            Form::Pair(pair) => narrow_sums(pair, present, ranges, each),
            Form::Wide(packed) => {
                let mut numbers = [[0u64; wide::LANES]; CELLS / wide::LANES];
                let rows = 0..numbers.len();
                wide::rows(packed, rows, KeepRows { present, numbers: &mut numbers });
                for range in ranges {
                    // Halves of at most 32 bits each cannot overflow in 1,024 additions.
                    let numbers = numbers.as_flattened().get(range).unwrap_or_default();
                    let (low, high) = numbers.iter().fold((0u64, 0u64), |(low, high), number| {
                        let half = number & u64::from(u32::MAX);
                        (low.wrapping_add(half), high.wrapping_add(number >> 32))
                    });
                    each(u128::from(low) + (u128::from(high) << 32));
                }
            }
        }
    }
}

#[inline(always)]
fn narrow_sums(
    source: impl Source<u32, { narrow::LANES }>,
    present: impl Present,
    ranges: impl Iterator<Item = Range<usize>>,
    mut each: impl FnMut(u128),
) {
    let mut numbers = [[0u32; narrow::LANES]; CELLS / narrow::LANES];
    let rows = 0..numbers.len();
    narrow::rows(source, rows, KeepRows { present, numbers: &mut numbers });
    for range in ranges {
        let numbers = numbers.as_flattened().get(range).unwrap_or_default();
        let add = |sum: u64, number: &u32| sum.wrapping_add(u64::from(*number));
        each(u128::from(numbers.iter().fold(0, add)));
    }
}

/// Keeps the numbers of rows, 0 for a cell that is not wanted.
struct KeepRows<'a, W, P, const LANES: usize> {
    present: P,
    numbers: &'a mut [[W; LANES]],
}

impl<W: Word, P: Present, const LANES: usize> EachRow<W, LANES> for KeepRows<'_, W, P, LANES> {
    #[inline(always)]
    fn row(&mut self, row: usize, values: &[W; LANES]) {
        if let Some(numbers) = self.numbers.get_mut(row) {
            *numbers = wanted(self.present, row, values);
        }
    }
}

/// What a word must be able to do.
trait Word: Copy {
    /// Itself if `bit` is 1, 0 if it is 0.
    fn times(self, bit: u64) -> Self;
}

impl Word for u32 {
    #[inline(always)]
    fn times(self, bit: u64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a bit is 0 or 1")]
        let bit = bit as u32;
        self & 0_u32.wrapping_sub(bit)
    }
}

impl Word for u64 {
    #[inline(always)]
    fn times(self, bit: u64) -> Self {
        self & 0_u64.wrapping_sub(bit)
    }
}

/// The values of a row, 0 for a cell that is not wanted.
#[inline(always)]
fn wanted<W: Word, const LANES: usize>(
    present: impl Present,
    row: usize,
    values: &[W; LANES],
) -> [W; LANES] {
    let mut values = *values;
    if let Some(bits) = present.bits::<LANES>(row) {
        for (lane, value) in values.iter_mut().enumerate() {
            *value = value.times(bits >> lane & 1);
        }
    }
    values
}

struct Sum<'a, P> {
    numbers: Numbers<'a>,
    cells: Range<usize>,
    present: P,
}

impl<P: Present> Operation for Sum<'_, P> {
    type Output = u128;

    #[inline(always)]
    fn run(self) -> u128 {
        let Sum { numbers, cells, present } = self;
        let cells = cells.start..cells.end.min(CELLS);
        let form = Form::of(numbers);
        let lanes = if matches!(form, Form::Wide(_)) { wide::LANES } else { narrow::LANES };
        // Whole rows go through the loop over lanes; cells of broken rows, one by one.
        let rows = cells.start.div_ceil(lanes)..cells.end / lanes;
        if matches!(form, Form::Zeros) || cells.is_empty() {
            return 0;
        }
        if rows.is_empty() {
            return one_by_one(numbers, cells, present);
        }
        let before = one_by_one(numbers, cells.start..rows.start * lanes, present);
        let after = one_by_one(numbers, rows.end * lanes..cells.end, present);
        let whole = match form {
            Form::Zeros => 0,
            Form::Narrow(packed) => sum_narrow_rows(packed, rows, present),
            Form::Pair(pair) => sum_narrow_rows(pair, rows, present),
            Form::Wide(packed) => sum_wide_rows(packed, rows, present),
        };
        before + whole + after
    }
}

#[inline(always)]
fn one_by_one(numbers: Numbers<'_>, cells: Range<usize>, present: impl Present) -> u128 {
    let wanted = cells.filter(|cell| present.has(*cell));
    wanted.filter_map(|cell| get(numbers, cell)).map(u128::from).sum()
}

#[inline(always)]
fn sum_narrow_rows(
    source: impl Source<u32, { narrow::LANES }>,
    rows: Range<usize>,
    present: impl Present,
) -> u128 {
    let mut totals = [0u64; narrow::LANES];
    narrow::for_each_row(source, rows, |row, values| {
        for (total, value) in totals.iter_mut().zip(wanted(present, row, values)) {
            *total = total.wrapping_add(u64::from(value));
        }
    });
    u128::from(totals.iter().sum::<u64>())
}

#[inline(always)]
fn sum_wide_rows(
    source: impl Source<u64, { wide::LANES }>,
    rows: Range<usize>,
    present: impl Present,
) -> u128 {
    // Halves of at most 32 bits each, so that no lane can overflow at any width.
    let (mut low, mut high) = ([0u64; wide::LANES], [0u64; wide::LANES]);
    wide::for_each_row(source, rows, |row, values| {
        let values = wanted(present, row, values);
        for ((low, high), value) in low.iter_mut().zip(&mut high).zip(values) {
            *low = low.wrapping_add(value & u64::from(u32::MAX));
            *high = high.wrapping_add(value >> 32);
        }
    });
    let whole = |halves: &[u64]| halves.iter().map(|half| u128::from(*half)).sum::<u128>();
    whole(&low) + (whole(&high) << 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::MOST_IN_PAIR;
    use proptest::prelude::*;

    /// Numbers below 2^width that look random and contain both extremes.
    fn numbers(width: u8, seed: u64) -> [u64; CELLS] {
        let mask = if width == 0 { 0 } else { u64::MAX >> (64 - width) };
        let mut state = seed;
        let mut values = std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state ^ (state >> 29)) & mask
        });
        values[7] = mask;
        values[1023] = 0;
        values
    }

    /// Reads number `cell` bit by bit, as FORMAT.md words it.
    fn by_the_book(payload: &[u8], width: usize, cell: usize) -> u64 {
        let (lanes, bits) = if width <= 32 { (32, 32) } else { (16, 64) };
        let (lane, number) = (cell % lanes, cell / lanes);
        (0..width).fold(0, |value, i| {
            let bit = number * width + i;
            let byte = (bit / bits) * 128 + lane * (bits / 8) + (bit % bits) / 8;
            value | u64::from(payload[byte] >> (bit % 8) & 1) << i
        })
    }

    #[test]
    fn every_width_and_level_agrees_with_the_definition() {
        for width in 0..=64u8 {
            let values = numbers(width, 42 + u64::from(width));
            let mut payload = Vec::new();
            pack(&values, width, &mut payload);
            assert_eq!(payload.len(), usize::from(width) * 128);
            for (cell, value) in values.iter().enumerate() {
                assert_eq!(
                    get(Numbers::of(&payload, width), cell),
                    Some(*value),
                    "width {width} cell {cell}"
                );
                assert_eq!(by_the_book(&payload, usize::from(width), cell), *value);
            }
            for level in Level::available() {
                let mut out = [1; CELLS];
                let (numbers, present) = (Numbers::of(&payload, width), All);
                level.run(Unpack { numbers, base: -5, cells: 0..CELLS, present, out: &mut out });
                let expected = values.map(|value| value.cast_signed().wrapping_sub(5));
                assert_eq!(out, expected, "width {width} at {level:?}");
                let total = level.run(Sum { numbers, cells: 0..CELLS, present });
                assert_eq!(total, values.iter().map(|value| u128::from(*value)).sum::<u128>());
            }
        }
    }

    proptest! {
        #[test]
        fn range_sums_equal_naive_sums(
            width in 0..=64u8, seed: u64, start in 0..1100usize, length in 0..1100usize,
        ) {
            let values = numbers(width, seed);
            let mut payload = Vec::new();
            pack(&values, width, &mut payload);
            let cells = start..start + length;
            let naive = values.iter().take(cells.end).skip(start).map(|v| u128::from(*v)).sum();
            for level in Level::available() {
                let (numbers, present) = (Numbers::of(&payload, width), All);
                let total: u128 = level.run(Sum { numbers, cells: cells.clone(), present });
                prop_assert_eq!(total, naive);
            }
        }

        #[test]
        fn ranges_with_holes_are_what_get_reads(
            width in 0..=64u8, seed: u64, base: i64, start in 0..1100usize, length in 0..1100usize,
            present: [u64; CELLS / 64],
        ) {
            let values = numbers(width, seed);
            let mut payload = Vec::new();
            pack(&values, width, &mut payload);
            let (numbers, cells) = (Numbers::of(&payload, width), start..start + length);
            let inside = values.iter().enumerate().take(cells.end).skip(start);
            let expected: Vec<i64> = inside
                .map(|(cell, value)| match present[cell / 64] >> (cell % 64) & 1 {
                    0 => 0,
                    _ => base.wrapping_add(value.cast_signed()),
                })
                .collect();
            for level in Level::available() {
                let mut out = vec![1; expected.len()];
                let (cells, present) = (cells.clone(), Masked(&present));
                level.run(Unpack { numbers, base, cells, present, out: &mut out });
                prop_assert_eq!(&out, &expected);
            }
        }

        #[test]
        fn sums_of_ranges_equal_single_sums(
            width in 0..=64u8, seed: u64,
            bounds in proptest::collection::vec((0..CELLS, 0..CELLS), 0..9),
        ) {
            let mut payload = Vec::new();
            pack(&numbers(width, seed), width, &mut payload);
            let numbers = Numbers::of(&payload, width);
            let ranges = bounds.iter().map(|(a, b)| *a.min(b)..*a.max(b));
            let expected: Vec<u128> =
                ranges.clone().map(|range| sum(numbers, range, None)).collect();
            for level in Level::available() {
                let mut found = Vec::new();
                let (ranges, each) = (ranges.clone(), |sum| found.push(sum));
                level.run(Sums { numbers, present: All, ranges, each });
                prop_assert_eq!(&found, &expected);
            }
        }

        /// Pairs against the scalar twin: the numbers of both, added one by one.
        #[test]
        fn pairs_and_masks_are_what_get_reads(
            width in 0..=MOST_IN_PAIR, key_width in 0..=MOST_IN_PAIR, seed: u64, base: i64,
            start in 0..1100usize, length in 0..1100usize, present: Bits,
            alone: bool, lone_width in 0..=64u8,
        ) {
            let (mut payload, mut key) = (Vec::new(), Vec::new());
            let width = if alone { lone_width } else { width };
            let (numbers, keys) = (numbers(width, seed), numbers(key_width, !seed));
            pack(&numbers, width, &mut payload);
            pack(&keys, key_width, &mut key);
            let expected: Vec<u64> = numbers
                .iter()
                .zip(keys)
                .map(|(number, key)| if alone { *number } else { number + key })
                .collect();
            let packed = Packed { payload: &payload, width };
            let key = Packed { payload: &key, width: key_width };
            let numbers = if alone { Numbers::of(&payload, width) } else { Numbers::over(key, packed) };
            for (cell, expected) in expected.iter().enumerate() {
                prop_assert_eq!(get(numbers, cell), Some(*expected));
            }
            let cells = start..(start + length).min(CELLS);
            let is_present = |cell: usize| present[cell / 64] >> (cell % 64) & 1 == 1;
            let wanted = cells.clone().filter(|cell| is_present(*cell));
            let total: u128 = wanted.map(|cell| u128::from(expected[cell])).sum();
            let whole: u128 = cells.clone().map(|cell| u128::from(expected[cell])).sum();
            for level in Level::available() {
                let present = Masked(&present);
                prop_assert_eq!(level.run(Sum { numbers, cells: cells.clone(), present }), total);
                prop_assert_eq!(level.run(Sum { numbers, cells: cells.clone(), present: All }), whole);
                let mut found = Vec::new();
                let (ranges, each) = (std::iter::once(cells.start.min(cells.end)..cells.end), |sum| found.push(sum));
                level.run(Sums { numbers, present, ranges, each });
                prop_assert_eq!(found, [total]);
                let mut out = vec![1; cells.len()];
                level.run(Unpack { numbers, base, cells: cells.clone(), present, out: &mut out });
                for (cell, found) in cells.clone().zip(out) {
                    let number = base.wrapping_add(expected[cell].cast_signed());
                    prop_assert_eq!(found, if is_present(cell) { number } else { 0 });
                }
            }
        }

        #[test]
        fn short_payloads_do_no_harm(width in 0..=255u8, bytes: Vec<u8>, cell: usize) {
            let mut out = [0; CELLS];
            for numbers in [
                Numbers::of(&bytes, width),
                Numbers::over(Packed { payload: &bytes, width }, Packed { payload: &[7; 128], width: 1 }),
                Numbers::over(Packed { payload: &[7; 128], width: 1 }, Packed { payload: &bytes, width }),
            ] {
                unpack(numbers, 0, &mut out);
                unpack_cells(numbers, 0, 3..usize::MAX, None, &mut out[..9]);
                sum(numbers, 0..usize::MAX, None);
                sums(numbers, None, std::iter::once(0..usize::MAX), |_| ());
                let is_there = get(numbers, cell).is_some();
                prop_assert!(width == 0 || !is_there || cell < CELLS);
            }
        }
    }
}
