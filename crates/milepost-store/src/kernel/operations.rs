//! What the rest of the store asks of packed numbers.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::inline_always,
    reason = "indices are bounded by 1,024 cells; 1,024 numbers of 32 bits cannot overflow a u64"
)]

use std::ops::Range;

use super::CELLS;
use super::dispatch::{Level, Operation};
use super::lanes::{narrow, wide};

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
    Level::detect().run(Unpack { payload, width, base, out });
}

/// Sum of the numbers of the cells in `cells`.
#[inline]
pub(crate) fn sum(payload: &[u8], width: u8, cells: Range<usize>) -> u128 {
    Level::detect().run(Sum { payload, width, cells })
}

struct Unpack<'a> {
    payload: &'a [u8],
    width: u8,
    base: i64,
    out: &'a mut [i64; CELLS],
}

impl Operation for Unpack<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Unpack { payload, width, base, out } = self;
        let count = usize::from(width.min(64));
        match width {
            0 => out.fill(base),
            1..=NARROW_WIDTH => {
                let out = out.as_chunks_mut::<{ narrow::LANES }>().0;
                narrow::for_each_row(payload, count, 0..out.len(), |row, values| {
                    if let Some(out) = out.get_mut(row) {
                        for (out, value) in out.iter_mut().zip(values) {
                            *out = base.wrapping_add(i64::from(*value));
                        }
                    }
                });
            }
            _ => {
                let out = out.as_chunks_mut::<{ wide::LANES }>().0;
                wide::for_each_row(payload, count, 0..out.len(), |row, values| {
                    if let Some(out) = out.get_mut(row) {
                        for (out, value) in out.iter_mut().zip(values) {
                            *out = base.wrapping_add(value.cast_signed());
                        }
                    }
                });
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
                level.run(Unpack { payload: &payload, width, base: -5, out: &mut out });
                let expected = values.map(|value| value.cast_signed().wrapping_sub(5));
                assert_eq!(out, expected, "width {width} at {level:?}");
                let total = level.run(Sum { payload: &payload, width, cells: 0..CELLS });
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
        fn short_payloads_do_no_harm(width in 0..=255u8, bytes: Vec<u8>, cell: usize) {
            let mut out = [0; CELLS];
            unpack(&bytes, width, 0, &mut out);
            sum(&bytes, width, 0..usize::MAX);
            prop_assert!(width == 0 || get(&bytes, width, cell).is_none() || cell < CELLS);
        }
    }
}
