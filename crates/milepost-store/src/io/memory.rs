//! Files in memory: for stores that are never kept, and for tests that cut the power.

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Disk, DiskFile, Identity, LockGuard};
use crate::{map::Bytes, options::Backend};

#[cfg(test)]
mod power;
#[cfg(test)]
pub(crate) use power::{Fault, Left};

/// A directory in memory; clones are the same directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    /// Every file that ever was; names come and go. Shared with who has it open as a sealed file.
    files: Vec<Arc<Vec<u8>>>,
    names: BTreeMap<String, usize>,
    is_locked: bool,
    /// What was done, if that is to be remembered.
    journal: Option<Vec<Operation>>,
    /// What the disk does wrong.
    #[cfg(test)]
    wrongs: power::Wrongs,
    /// Bytes written in all.
    #[cfg(test)]
    written: u64,
}

/// What changes a directory or a file, or makes a change durable.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Name(String, usize),
    Unname(String),
    Rename(String, String),
    SyncNames,
    Write(usize, u64, Vec<u8>),
    #[cfg_attr(not(test), expect(dead_code, reason = "what a power cut leaves depends on it"))]
    Sync(usize),
    /// A sync that failed: what was not on disk then never gets there.
    #[cfg(test)]
    Loss(usize),
}

impl Memory {
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    /// The file of a name.
    fn find(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Forgets what was in a file without a name, unless a power cut may bring it back.
    fn free(&mut self, file: Option<usize>) {
        let file = file.and_then(|file| self.files.get_mut(file));
        if let (Some(file), None) = (file, &self.journal) {
            *file = Arc::default();
        }
    }

    /// Carries an operation out.
    fn run(&mut self, operation: Operation) -> io::Result<()> {
        #[cfg(test)]
        if let Some(outcome) = self.go_wrong(&operation) {
            return outcome;
        }
        self.apply(operation)
    }

    fn apply(&mut self, operation: Operation) -> io::Result<()> {
        if let Some(journal) = &mut self.journal {
            journal.push(operation.clone());
        }
        match operation {
            Operation::Name(name, file) => {
                self.names.insert(name, file);
            }
            Operation::Unname(name) => {
                let former = self.names.remove(&name);
                self.free(former);
            }
            Operation::Rename(from, to) => {
                if let Some(file) = self.names.remove(&from) {
                    let former = self.names.insert(to, file);
                    self.free(former);
                }
            }
            Operation::Write(file, offset, bytes) => {
                #[cfg(test)]
                self.count(bytes.len());
                let file = self.files.get_mut(file).ok_or(io::ErrorKind::NotFound)?;
                write(Arc::make_mut(file), offset, &bytes)?;
            }
            Operation::SyncNames | Operation::Sync(_) => {}
            #[cfg(test)]
            Operation::Loss(_) => {}
        }
        Ok(())
    }
}

/// Writes into a file, with zeros in between if it was shorter.
fn write(file: &mut Vec<u8>, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let start = usize::try_from(offset).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let end = start.checked_add(bytes.len()).ok_or(io::ErrorKind::OutOfMemory)?;
    if file.len() < end {
        file.resize(end, 0);
    }
    if let Some(place) = file.get_mut(start..end) {
        place.copy_from_slice(bytes);
    }
    Ok(())
}

impl Disk for Memory {
    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from("memory").join(name)
    }

    fn create_new(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut contents = self.contents();
        if contents.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = contents.files.len();
        contents.run(Operation::Name(name.to_owned(), file))?;
        contents.files.push(Arc::default());
        Ok(Box::new(MemoryFile { directory: self.clone(), file }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = self.contents().find(name)?;
        Ok(Box::new(MemoryFile { directory: self.clone(), file }))
    }

    fn map(&self, name: &str, length: u64, _backend: Backend) -> io::Result<Bytes> {
        let contents = self.contents();
        let file = contents.files.get(contents.find(name)?).ok_or(io::ErrorKind::NotFound)?;
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        if length == file.len() {
            return Ok(Bytes::from(Arc::clone(file)));
        }
        let start = file.get(..length).ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Bytes::from(start.to_vec()))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut contents = self.contents();
        contents.find(from)?;
        contents.run(Operation::Rename(from.to_owned(), to.to_owned()))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut contents = self.contents();
        contents.find(name)?;
        contents.run(Operation::Unname(name.to_owned()))
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.contents().run(Operation::SyncNames)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.contents().names.keys().cloned().collect())
    }

    fn identity(&self, name: &str) -> io::Result<Identity> {
        self.contents().find(name).map(|file| Identity(0, crate::head::length(file)))
    }

    fn lock(&self) -> io::Result<Option<LockGuard>> {
        let mut contents = self.contents();
        if contents.is_locked {
            return Ok(None);
        }
        contents.is_locked = true;
        Ok(Some(Box::new(MemoryLock(self.clone()))))
    }
}

struct MemoryLock(Memory);

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.0.contents().is_locked = false;
    }
}

#[derive(Debug)]
struct MemoryFile {
    directory: Memory,
    file: usize,
}

impl DiskFile for MemoryFile {
    fn read_at(&self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let contents = self.directory.contents();
        let file = contents.files.get(self.file).ok_or(io::ErrorKind::NotFound)?;
        let bounded =
            |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(file.len());
        let range = bounded(offset)..bounded(offset.saturating_add(length));
        Ok(file.get(range).unwrap_or_default().to_vec())
    }

    fn map(&self, length: u64, _backend: Backend) -> io::Result<Bytes> {
        self.read_at(0, length).map(Bytes::from)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.directory.contents().run(Operation::Write(self.file, offset, bytes.to_vec()))
    }

    fn sync(&self) -> io::Result<()> {
        self.directory.contents().run(Operation::Sync(self.file))
    }

    fn length(&self) -> io::Result<u64> {
        let contents = self.directory.contents();
        Ok(crate::head::length(contents.files.get(self.file).map_or(0, |file| file.len())))
    }

    fn identity(&self) -> io::Result<Identity> {
        Ok(Identity(0, crate::head::length(self.file)))
    }

    fn protect(&self) {}
}
