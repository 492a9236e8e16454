//! A file for packed rows that memory has no room for.

use std::{borrow::Cow, sync::Arc};

use super::run::{Run, Stored};
use crate::{
    error::{Result, StoreError},
    head::length,
    io::{Disk, DiskFile},
    load::{io_error, segment_name},
};

/// Packed rows, one run after another. The file has the name of a segment that no head names, so
/// that whatever happens the next writer removes it.
#[derive(Debug)]
pub(super) struct Spill {
    disk: Arc<dyn Disk>,
    name: String,
    file: Box<dyn DiskFile>,
    end: u64,
}

impl Spill {
    pub(super) fn create(disk: Arc<dyn Disk>, id: u64) -> Result<Self> {
        let name = segment_name(id);
        let file = disk.create_new(&name).map_err(io_error(disk.as_ref(), &name))?;
        Ok(Self { disk, name, file, end: 0 })
    }

    /// Moves the bytes of a run into the file.
    pub(super) fn take(&mut self, run: &mut Run) -> Result<()> {
        let Stored::Memory(bytes) = &run.bytes else { return Ok(()) };
        let (offset, length) = (self.end, length(bytes.len()));
        self.file.write_at(bytes, offset).map_err(io_error(self.disk.as_ref(), &self.name))?;
        self.end = offset.saturating_add(length);
        run.bytes = Stored::Spilled { offset, length };
        Ok(())
    }

    /// The bytes at a place in the file.
    pub(super) fn read(&self, offset: u64, length: u64) -> Result<Cow<'static, [u8]>> {
        let failed = |error| io_error(self.disk.as_ref(), &self.name)(error);
        let bytes = self.file.read_at(offset, length).map_err(failed)?;
        if crate::head::length(bytes.len()) == length {
            return Ok(Cow::Owned(bytes));
        }
        Err(StoreError::Io {
            path: self.disk.path(&self.name),
            source: std::io::ErrorKind::UnexpectedEof.into(),
        })
    }
}
