//! Frames: 1,024 cells of one sheet, packed (FORMAT.md, "Frames").
//!
//! [`FrameContent`] is the form that commits change, [`EncodedFrame`] its bytes, and
//! [`FrameView`] reads the bytes in place, wherever they are.

mod bits;
mod cell;
mod column;
mod content;
mod encode;
mod entry;
mod error;
mod format;
mod history;
mod holes;
mod scale;
mod shape;
mod tail;
mod view;
mod weave;

pub(crate) use bits::CellSet;
pub(crate) use cell::{CellRecord, day_to_key, key_to_day};
pub(crate) use column::{Attribute, Column};
pub(crate) use content::{Conflict, FrameContent, Inserted};
pub(crate) use encode::{EncodedFrame, encode};
pub(crate) use entry::{DirectoryEntry, ENTRY_BYTES};
pub(crate) use error::FormatError;
pub(crate) use format::Format;
pub(crate) use history::HistoryRecord;
pub(crate) use shape::{Address, FrameShape};
pub(crate) use view::{FrameView, Key, RangeSum};
pub(crate) use weave::{Keyed, weave};

pub(crate) use crate::kernel::{CELLS, UNIT};

#[cfg(test)]
mod tests;
