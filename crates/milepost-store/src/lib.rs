//! The columnar, append-only store of milepost: frames of figures in immutable segments, a head
//! with a log, one writer and any number of readers. `FORMAT.md` beside this crate has the bytes,
//! and why the commit protocol is correct.
//!
//! A [`Store`] takes a [`Batch`] of definitions and facts in, atomically and durably; a
//! [`Snapshot`] reads observations, series and revisions, and never changes.
//!
//! The files of a store are mapped into memory, so nobody but the store may change them while it is
//! open; [`Backend::Heap`] is for places where that cannot be promised.

#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation
    )
)]

mod batch;
mod bulk;
mod cancel;
mod checkpoint;
mod error;
mod frame;
mod group;
mod guard;
mod head;
mod io;
mod kernel;
mod load;
mod map;
mod options;
mod segment;
mod shared;
mod snapshot;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod unsealed;
mod writer;

pub use batch::{Batch, CommitId, Progress, Receipt};
pub use bulk::{
    AttributesId, Bulk, BulkAttributes, BulkEncoding, BulkPeriod, BulkRegion, BulkWriter,
};
pub use cancel::CancelToken;
pub use checkpoint::Work;
pub use error::{BadFact, Conflict, Result, StoreError};
pub use guard::{Guard, Stop};
pub use options::{Backend, Durability, Options, Verify};
pub use shared::SharedStore;
pub use snapshot::{
    Absent, Observation, Partition, Reads, Section, Selection, Snapshot, Statistics, Total, Totals,
};
pub use store::Store;

/// The kernels by themselves, at a level of the processor that is chosen rather than detected, so
/// that benchmarks count what each takes. No part of the API.
#[doc(hidden)]
pub mod kernels {
    pub use crate::kernel::{Bits, CELLS, Level, Numbers, Packed, pack};
}
