//! Bit-unpacking and sums: the loops that touch every value.
//!
//! The numbers of a frame are packed in an interleaved layout that keeps their order (FORMAT.md,
//! "Frames"), so that one plain loop over lanes becomes vector code at every level of the
//! processor: the source exists once and is compiled for each level in [`dispatch`].

mod dispatch;
mod lanes;
mod numbers;
mod operations;

pub(crate) use numbers::{MOST_IN_PAIR, Numbers, Packed};
pub(crate) use operations::{Bits, get, pack, sum, sums, unpack, unpack_cells};

/// Cells in a frame.
pub(crate) const CELLS: usize = 1024;

/// Bytes in a unit: a payload has one for each bit of its width, and files are aligned to it.
pub(crate) const UNIT: usize = 128;
