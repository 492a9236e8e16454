//! The interleaved layout for both word sizes: 32 lanes of u32 and 16 lanes of u64.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::inline_always,
    reason = "shifts and indices are bounded by the frame's 1,024 cells and the word's bits"
)]

/// What is done with each row of cells. More than a few instructions must be a type of their own,
/// whose method is inlined always: the compiler may not inline a closure, see `dispatch`.
pub(super) trait EachRow<W, const LANES: usize> {
    /// Takes the number and the values of a row.
    fn row(&mut self, row: usize, values: &[W; LANES]);
}

/// Where the rows of cells come from.
pub(super) trait Source<W, const LANES: usize>: Copy {
    /// The numbers of a row; `None` if the payload is too short for it.
    fn row(self, row: usize) -> Option<[W; LANES]>;
}

/// A few instructions.
struct Closure<F>(F);

impl<W, const LANES: usize, F: FnMut(usize, &[W; LANES])> EachRow<W, LANES> for Closure<F> {
    #[inline(always)]
    fn row(&mut self, row: usize, values: &[W; LANES]) {
        self.0(row, values);
    }
}

/// Writes one module for a word type: the two differ in nothing else.
macro_rules! lanes_of {
    ($(#[$documentation:meta])* $name:ident, $word:ty) => {
        $(#[$documentation])*
        pub(super) mod $name {
            use super::{Closure, EachRow, Source};
            use super::super::{CELLS, UNIT};
            use std::ops::Range;

            type Word = $word;
            const BITS: usize = Word::BITS as usize;
            const WORD_BYTES: usize = size_of::<Word>();
            pub(in super::super) const LANES: usize = UNIT / WORD_BYTES;
            const _: () = assert!(LANES * BITS == CELLS);

            #[inline(always)]
            fn load(unit: &[u8; UNIT]) -> [Word; LANES] {
                let mut words = [0; LANES];
                for (word, bytes) in words.iter_mut().zip(unit.as_chunks::<WORD_BYTES>().0) {
                    *word = Word::from_le_bytes(*bytes);
                }
                words
            }

            /// Numbers of one width, 1..=`BITS`.
            #[derive(Clone, Copy)]
            pub(in super::super) struct Packed<'a> {
                units: &'a [[u8; UNIT]],
                width: usize,
            }

            impl<'a> Packed<'a> {
                #[inline(always)]
                pub(in super::super) fn new(payload: &'a [u8], width: u8) -> Self {
                    Self { units: payload.as_chunks().0, width: usize::from(width).min(BITS) }
                }
            }

            impl Source<Word, LANES> for Packed<'_> {
                #[inline(always)]
                fn row(self, row: usize) -> Option<[Word; LANES]> {
                    let Self { units, width } = self;
                    let mask = Word::MAX >> (BITS - width);
                    let (index, shift) = (row * width / BITS, row * width % BITS);
                    let mut values = load(units.get(index)?);
                    for value in &mut values {
                        *value >>= shift;
                    }
                    if shift + width > BITS {
                        for (value, high) in values.iter_mut().zip(load(units.get(index + 1)?)) {
                            *value |= high << (BITS - shift);
                        }
                    }
                    for value in &mut values {
                        *value &= mask;
                    }
                    Some(values)
                }
            }

            /// Calls `each`, a few instructions, as [`rows`] does.
            #[inline(always)]
            pub(in super::super) fn for_each_row(
                source: impl Source<Word, LANES>,
                range: Range<usize>,
                each: impl FnMut(usize, &[Word; LANES]),
            ) {
                rows(source, range, Closure(each));
            }

            /// Gives `each` the number and the values of every row of cells in `range`.
            /// Stops early if a payload is too short.
            #[inline(always)]
            pub(in super::super) fn rows(
                source: impl Source<Word, LANES>,
                range: Range<usize>,
                mut each: impl EachRow<Word, LANES>,
            ) {
                for row in range {
                    let Some(values) = source.row(row) else { return };
                    each.row(row, &values);
                }
            }

            /// Packs `values`, each below 2^`width`, into `width` units appended to `out`.
            pub(in super::super) fn pack(values: &[u64; CELLS], width: usize, out: &mut Vec<u8>) {
                let mut words = [[0 as Word; LANES]; BITS];
                for (row, values) in values.as_chunks::<LANES>().0.iter().enumerate() {
                    let (index, shift) = (row * width / BITS, row * width % BITS);
                    #[allow(
                        clippy::cast_possible_truncation,
                        trivial_numeric_casts,
                        reason = "values have at most as many bits as a word"
                    )]
                    let values = values.map(|value| value as Word);
                    if let Some(low) = words.get_mut(index) {
                        for (word, value) in low.iter_mut().zip(values) {
                            *word |= value << shift;
                        }
                    }
                    if shift + width > BITS && let Some(high) = words.get_mut(index + 1) {
                        for (word, value) in high.iter_mut().zip(values) {
                            *word |= value >> (BITS - shift);
                        }
                    }
                }
                for word in words.iter().take(width).flatten() {
                    out.extend_from_slice(&word.to_le_bytes());
                }
            }

            /// The value of one cell, or `None` if the payload is too short for it.
            #[inline]
            pub(in super::super) fn get(payload: &[u8], width: usize, cell: usize) -> Option<Word> {
                let (row, lane) = (cell / LANES, cell % LANES);
                let (index, shift) = (row * width / BITS, row * width % BITS);
                let word = |index: usize| {
                    let bytes = payload.get(index * UNIT + lane * WORD_BYTES..)?;
                    Some(Word::from_le_bytes(*bytes.first_chunk()?))
                };
                let mut value = word(index)? >> shift;
                if shift + width > BITS {
                    value |= word(index + 1)? << (BITS - shift);
                }
                Some(value & (Word::MAX >> (BITS - width)))
            }
        }
    };
}

lanes_of!(
    /// Widths 1..=32.
    narrow,
    u32
);
lanes_of!(
    /// Widths 33..=64.
    wide,
    u64
);

/// Numbers on top of those of a key, both of a width at which no sum exceeds 32 bits.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a>(pub(super) narrow::Packed<'a>, pub(super) narrow::Packed<'a>);

impl Source<u32, { narrow::LANES }> for Pair<'_> {
    #[inline(always)]
    fn row(self, row: usize) -> Option<[u32; narrow::LANES]> {
        let (mut sums, others) = (self.0.row(row)?, self.1.row(row)?);
        for (sum, other) in sums.iter_mut().zip(others) {
            *sum = sum.wrapping_add(other);
        }
        Some(sums)
    }
}
