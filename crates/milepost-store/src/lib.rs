//! The columnar, append-only store of milepost: segments, frames, commit protocol

mod frame;
mod kernel;
mod map;
mod segment;
