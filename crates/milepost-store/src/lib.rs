//! The columnar, append-only store of milepost: segments, frames, commit protocol
