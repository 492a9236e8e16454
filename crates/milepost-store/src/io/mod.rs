//! All access to files: one small trait, real files behind it, or memory whose power can be cut.

mod files;
mod memory;

use std::{any::Any, fmt, io, path::PathBuf};

pub(crate) use files::Files;
pub(crate) use memory::Memory;
#[cfg(test)]
pub(crate) use memory::{Fault, Left};

use crate::{map::Bytes, options::Backend};

/// What tells a file from another one that had or has the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity(pub(crate) u64, pub(crate) u64);

/// The directory of one store.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// Where a file is, for messages.
    fn path(&self, name: &str) -> PathBuf;
    /// A new file, open for writing; an error if the name exists.
    fn create_new(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// An existing file, open for reading.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// The first `length` bytes of a file that is never written again.
    fn map(&self, name: &str, length: u64, backend: Backend) -> io::Result<Bytes>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a name.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes the names durable.
    fn sync_dir(&self) -> io::Result<()>;
    /// The names in the directory.
    fn list(&self) -> io::Result<Vec<String>>;
    /// What the name refers to now.
    fn identity(&self, name: &str) -> io::Result<Identity>;
    /// The writer's lock, held until the guard is dropped; `None` if another writer has it.
    fn lock(&self) -> io::Result<Option<LockGuard>>;
}

/// Holds the writer's lock while it lives.
pub(crate) type LockGuard = Box<dyn Any + Send + Sync>;

/// An open file.
pub(crate) trait DiskFile: fmt::Debug + Send + Sync {
    /// As many bytes from an offset on as there are, at most `length`.
    fn read_at(&self, offset: u64, length: u64) -> io::Result<Vec<u8>>;
    /// The first `length` bytes of a file, which are never written again.
    fn map(&self, length: u64, backend: Backend) -> io::Result<Bytes>;
    /// Writes all bytes at an offset.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes contents and length durable.
    fn sync(&self) -> io::Result<()>;
    /// The length in bytes.
    fn length(&self) -> io::Result<u64>;
    /// What tells the file from others.
    fn identity(&self) -> io::Result<Identity>;
    /// Keeps others from writing to the file by accident, where that is possible.
    fn protect(&self);
}
