//! Segments: immutable files of frames (FORMAT.md, "Segments").

mod layout;
mod reader;
mod writer;

pub(crate) use layout::{FORMAT_VERSION, OpenError};
pub(crate) use reader::Segment;
pub(crate) use writer::SegmentWriter;

#[cfg(test)]
mod tests;
