//! Bit-unpacking and sums: the loops that touch every value.
//!
//! The numbers of a frame are packed in an interleaved layout that keeps their order (FORMAT.md,
//! "Frames"), so that one plain loop over lanes becomes vector code at every level of the
//! processor: the source exists once and is compiled for each level in [`dispatch`].

mod dispatch;
mod lanes;
mod numbers;
mod operations;

pub use dispatch::Level;
pub(crate) use numbers::MOST_IN_PAIR;
pub use numbers::{Numbers, Packed};
pub use operations::{Bits, pack};
pub(crate) use operations::{get, sum, sums, unpack, unpack_cells};

/// Cells in a frame.
pub const CELLS: usize = 1024;

/// Bytes in a unit: a payload has one for each bit of its width, and files are aligned to it.
pub(crate) const UNIT: usize = 128;
