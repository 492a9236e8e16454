//! A head that is on disk, but under a name of its own.

use std::ops::Range;

use crate::{
    error::Result,
    head::{HEAD, length},
    io::{Disk, DiskFile},
    load::io_error,
};

const NEW_HEAD: &str = "head.new.";

/// A head to be.
#[derive(Debug)]
pub(crate) struct NewHead {
    name: String,
    file: Box<dyn DiskFile>,
    end: u64,
}

impl NewHead {
    /// Writes it under a name that no head had before: even a name whose removal did not reach
    /// the disk is then never taken for this one.
    pub(crate) fn write(disk: &dyn Disk, epoch: u64, bytes: &[u8]) -> Result<Self> {
        let name = new_head_name(epoch);
        let file = disk.create_new(&name).map_err(io_error(disk, &name))?;
        let mut head = Self { name, file, end: 0 };
        head.append(disk, bytes)?;
        Ok(head)
    }

    /// Writes at its end.
    pub(crate) fn append(&mut self, disk: &dyn Disk, bytes: &[u8]) -> Result<()> {
        if !bytes.is_empty() {
            let written = self.file.write_at(bytes, self.end);
            written.map_err(|error| self.failed(disk, error))?;
            self.end = self.end.saturating_add(length(bytes.len()));
        }
        Ok(())
    }

    /// Makes it durable, its name excepted.
    pub(crate) fn sync(&self, disk: &dyn Disk) -> Result<()> {
        self.file.sync().map_err(|error| self.failed(disk, error))
    }

    /// The disk may be full: opening the store again and again must not fill it further.
    fn failed(&self, disk: &dyn Disk, error: std::io::Error) -> crate::StoreError {
        drop(disk.remove(&self.name));
        io_error(disk, &self.name)(error)
    }

    /// Makes it the head, durably: the file, and where its log is, given where that begins.
    pub(crate) fn switch(
        self,
        disk: &dyn Disk,
        log_start: u64,
    ) -> Result<(Box<dyn DiskFile>, Range<u64>)> {
        disk.rename(&self.name, HEAD).map_err(io_error(disk, HEAD))?;
        disk.sync_dir().map_err(io_error(disk, ""))?;
        Ok((self.file, log_start..self.end))
    }
}

/// The name of a new head with an epoch.
pub(crate) fn new_head_name(epoch: u64) -> String {
    format!("{NEW_HEAD}{epoch}")
}

/// The epoch in the name of a new head.
pub(crate) fn head_number(name: &str) -> Option<u64> {
    let number = name.strip_prefix(NEW_HEAD)?.parse().ok()?;
    (new_head_name(number) == name).then_some(number)
}
