//! What the rest of the store asks of packed numbers.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::inline_always,
    reason = "indices are bounded by 1,024 cells; 1,024 numbers of 32 bits cannot overflow a u64"
)]

use std::ops::Range;

use super::CELLS;
use super::dispatch::{Level, Operation};
use super::lanes::{EachRow, narrow, wide};

/// Widest number that is packed into u32 words.
const NARROW_WIDTH: u8 = 32;

/// Appends `values`, each below 2^`width`, in `width` units of 128 bytes.
pub(crate) fn pack(values: &[u64; CELLS], width: u8, out: &mut Vec<u8>) {
    match width {
        0 => {}
        1..=NARROW_WIDTH => narrow::pack(values, usize::from(width), out),
        _ => wide::pack(values, usize::from(width.min(64)), out),
    }
}

/// The number of one cell, or `None` if the payload or the frame ends before it.
#[inline]
pub(crate) fn get(payload: &[u8], width: u8, cell: usize) -> Option<u64> {
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
pub(crate) fn unpack(payload: &[u8], width: u8, base: i64, out: &mut [i64; CELLS]) {
    unpack_cells(payload, width, base, 0..CELLS, None, out);
}

/// Writes `base` plus the number of each cell of `cells` to `out`, which has as many places; 0 for
/// a cell whose bit in `present` is 0.
///
/// Cells beyond the end of a short payload keep what `out` held.
#[inline]
pub(crate) fn unpack_cells(
    payload: &[u8],
    width: u8,
    base: i64,
    cells: Range<usize>,
    present: Option<&[u64; CELLS / 64]>,
    out: &mut [i64],
) {
    match present {
        Some(present) => {
            let present = Masked(present);
            Level::detect().run(Unpack { payload, width, base, cells, present, out });
        }
        None => Level::detect().run(Unpack { payload, width, base, cells, present: All, out }),
    }
}

/// Sum of the numbers of the cells in `cells`.
#[inline]
pub(crate) fn sum(payload: &[u8], width: u8, cells: Range<usize>) -> u128 {
    Level::detect().run(Sum { payload, width, cells })
}

/// Sums of the numbers of several ranges of cells, handed to `each` in their order.
///
/// Unpacks the frame once, so it pays where the ranges are many.
#[inline]
pub(crate) fn sums(
    payload: &[u8],
    width: u8,
    ranges: impl Iterator<Item = Range<usize>>,
    each: impl FnMut(u128),
) {
    Level::detect().run(Sums { payload, width, ranges, each });
}

/// Which cells of a row are wanted: bit i for lane i.
trait Present: Copy {
    fn bits<const LANES: usize>(self, row: usize) -> Option<u64>;
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
struct Masked<'a>(&'a [u64; CELLS / 64]);

impl Present for Masked<'_> {
    #[inline(always)]
    fn bits<const LANES: usize>(self, row: usize) -> Option<u64> {
        let cell = row * LANES;
        Some(self.0.get(cell / 64).map_or(0, |word| word >> (cell % 64)))
    }
}

struct Unpack<'a, P> {
    payload: &'a [u8],
    width: u8,
    base: i64,
    cells: Range<usize>,
    present: P,
    out: &'a mut [i64],
}

impl<P: Present> Operation for Unpack<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Unpack { payload, width, base, cells, present, out } = self;
        let cells = cells.start..cells.end.min(CELLS);
        if cells.is_empty() {
            return;
        }
        let rows = |lanes: usize| cells.start / lanes..cells.end.div_ceil(lanes);
        let (narrow_rows, wide_rows) = (rows(narrow::LANES), rows(wide::LANES));
        let mut write = WriteRows { base, present, cells, out };
        let count = usize::from(width.min(64));
        match width {
            0 => narrow_rows.for_each(|row| write.row(row, &[0_u32; narrow::LANES])),
            1..=NARROW_WIDTH => narrow::rows(payload, count, narrow_rows, write),
            _ => wide::rows(payload, count, wide_rows, write),
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

struct Sums<'a, R, E> {
    payload: &'a [u8],
    width: u8,
    ranges: R,
    each: E,
}

impl<R: Iterator<Item = Range<usize>>, E: FnMut(u128)> Operation for Sums<'_, R, E> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Sums { payload, width, ranges, mut each } = self;
        let count = usize::from(width.min(64));
        if width == 0 {
            ranges.for_each(|_| each(0));
        } else if width <= NARROW_WIDTH {
            let mut numbers = [[0u32; narrow::LANES]; CELLS / narrow::LANES];
            narrow::for_each_row(payload, count, 0..numbers.len(), |row, values| {
                if let Some(numbers) = numbers.get_mut(row) {
                    *numbers = *values;
                }
            });
            for range in ranges {
                let numbers = numbers.as_flattened().get(range).unwrap_or_default();
                let add = |sum: u64, number: &u32| sum.wrapping_add(u64::from(*number));
                each(u128::from(numbers.iter().fold(0, add)));
            }
        } else {
            let mut numbers = [[0u64; wide::LANES]; CELLS / wide::LANES];
            wide::for_each_row(payload, count, 0..numbers.len(), |row, values| {
                if let Some(numbers) = numbers.get_mut(row) {
                    *numbers = *values;
                }
            });
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

struct Sum<'a> {
    payload: &'a [u8],
    width: u8,
    cells: Range<usize>,
}

impl Operation for Sum<'_> {
    type Output = u128;

    #[inline(always)]
    fn run(self) -> u128 {
        let Sum { payload, width, cells } = self;
        let cells = cells.start..cells.end.min(CELLS);
        let lanes = if width <= NARROW_WIDTH { narrow::LANES } else { wide::LANES };
        // Whole rows go through the loop over lanes; cells of broken rows, one by one.
        let rows = cells.start.div_ceil(lanes)..cells.end / lanes;
        if width == 0 || cells.is_empty() {
            return 0;
        }
        if rows.is_empty() {
            return one_by_one(payload, width, cells);
        }
        let before = one_by_one(payload, width, cells.start..rows.start * lanes);
        let after = one_by_one(payload, width, rows.end * lanes..cells.end);
        let whole = if width <= NARROW_WIDTH {
            sum_narrow_rows(payload, usize::from(width), rows)
        } else {
            sum_wide_rows(payload, usize::from(width.min(64)), rows)
        };
        before + whole + after
    }
}

#[inline(always)]
fn one_by_one(payload: &[u8], width: u8, cells: Range<usize>) -> u128 {
    cells.filter_map(|cell| get(payload, width, cell)).map(u128::from).sum()
}

#[inline(always)]
fn sum_narrow_rows(payload: &[u8], width: usize, rows: Range<usize>) -> u128 {
    let mut totals = [0u64; narrow::LANES];
    narrow::for_each_row(payload, width, rows, |_, values| {
        for (total, value) in totals.iter_mut().zip(values) {
            *total = total.wrapping_add(u64::from(*value));
        }
    });
    u128::from(totals.iter().sum::<u64>())
}

#[inline(always)]
fn sum_wide_rows(payload: &[u8], width: usize, rows: Range<usize>) -> u128 {
    // Halves of at most 32 bits each, so that no lane can overflow at any width.
    let (mut low, mut high) = ([0u64; wide::LANES], [0u64; wide::LANES]);
    wide::for_each_row(payload, width, rows, |_, values| {
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
                assert_eq!(get(&payload, width, cell), Some(*value), "width {width} cell {cell}");
                assert_eq!(by_the_book(&payload, usize::from(width), cell), *value);
            }
            for level in Level::available() {
                let mut out = [1; CELLS];
                let (payload, cells) = (payload.as_slice(), 0..CELLS);
                let present = All;
                level.run(Unpack { payload, width, base: -5, cells, present, out: &mut out });
                let expected = values.map(|value| value.cast_signed().wrapping_sub(5));
                assert_eq!(out, expected, "width {width} at {level:?}");
                let total = level.run(Sum { payload, width, cells: 0..CELLS });
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
                let total: u128 =
                    level.run(Sum { payload: &payload, width, cells: cells.clone() });
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
            let (payload, cells) = (payload.as_slice(), start..start + length);
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
                level.run(Unpack { payload, width, base, cells, present, out: &mut out });
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
            let payload = payload.as_slice();
            let ranges = bounds.iter().map(|(a, b)| *a.min(b)..*a.max(b));
            let expected: Vec<u128> =
                ranges.clone().map(|range| sum(payload, width, range)).collect();
            for level in Level::available() {
                let mut found = Vec::new();
                let (ranges, each) = (ranges.clone(), |sum| found.push(sum));
                level.run(Sums { payload, width, ranges, each });
                prop_assert_eq!(&found, &expected);
            }
        }

        #[test]
        fn short_payloads_do_no_harm(width in 0..=255u8, bytes: Vec<u8>, cell: usize) {
            let mut out = [0; CELLS];
            unpack(&bytes, width, 0, &mut out);
            unpack_cells(&bytes, width, 0, 3..usize::MAX, None, &mut out[..9]);
            sum(&bytes, width, 0..usize::MAX);
            sums(&bytes, width, std::iter::once(0..usize::MAX), |_| ());
            prop_assert!(width == 0 || get(&bytes, width, cell).is_none() || cell < CELLS);
        }
    }
}
