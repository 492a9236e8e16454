//! Segments: immutable files of frames (FORMAT.md, "Segments").

mod directory;
mod layout;
mod reader;
mod writer;

pub(crate) use directory::Run;
pub(crate) use layout::OpenError;
pub(crate) use reader::Segment;
pub(crate) use writer::SegmentWriter;

#[cfg(test)]
pub(crate) mod forge;
#[cfg(test)]
mod tests;
