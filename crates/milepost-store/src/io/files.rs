//! Real files.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{Disk, DiskFile, Identity, LockGuard};
use crate::{map::Bytes, options::Backend};

const LOCK: &str = "LOCK";

/// A directory of the file system.
#[derive(Debug)]
pub(crate) struct Files {
    directory: PathBuf,
}

impl Files {
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Makes the directory and those it lies in, and their names durable.
    pub(crate) fn create_directory(&self) -> io::Result<()> {
        let is_absent = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let absent: Vec<&Path> = self.directory.ancestors().take_while(is_absent).collect();
        fs::create_dir_all(&self.directory)?;
        absent.into_iter().filter_map(Path::parent).try_for_each(|parent| {
            let is_here = parent.as_os_str().is_empty();
            sync_directory(if is_here { Path::new(".") } else { parent })
        })
    }
}

impl Disk for Files {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn create_new(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file =
            OpenOptions::new().read(true).write(true).create_new(true).open(self.path(name))?;
        Ok(Box::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(File::open(self.path(name))?))
    }

    fn map(&self, name: &str, length: u64, backend: Backend) -> io::Result<Bytes> {
        DiskFile::map(&File::open(self.path(name))?, length, backend)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        sync_directory(&self.directory)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        fs::read_dir(&self.directory)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    fn identity(&self, name: &str) -> io::Result<Identity> {
        identity_of(&fs::metadata(self.path(name))?)
    }

    fn lock(&self) -> io::Result<Option<LockGuard>> {
        let path = self.path(LOCK);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// A directory cannot be opened as a file everywhere; where it cannot, its names need no sync.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "fails elsewhere")]
fn identity_of(metadata: &fs::Metadata) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    Ok(Identity(metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity_of(metadata: &fs::Metadata) -> io::Result<Identity> {
    let created = metadata.created()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Identity(created.as_secs(), u64::from(created.subsec_nanos())))
}

impl DiskFile for File {
    fn read_at(&self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let there = self.metadata()?.len().saturating_sub(offset).min(length);
        let mut bytes = Vec::new();
        let capacity = usize::try_from(there).map_err(|_| io::ErrorKind::OutOfMemory)?;
        bytes.try_reserve_exact(capacity).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut file = self;
        file.seek(SeekFrom::Start(offset))?;
        file.take(there).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn map(&self, length: u64, backend: Backend) -> io::Result<Bytes> {
        if self.metadata()?.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match backend {
            Backend::Mmap => Bytes::map(self, length),
            Backend::Heap => Ok(Bytes::from(self.read_at(0, length)?)),
        }
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut file = self;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn identity(&self) -> io::Result<Identity> {
        identity_of(&self.metadata()?)
    }

    fn protect(&self) {
        // Elsewhere a file that is protected cannot be removed either.
        #[cfg(unix)]
        if let Ok(metadata) = self.metadata() {
            use std::os::unix::fs::PermissionsExt;
            let mode = metadata.permissions().mode() & !0o222;
            // Not every file system has permissions; nothing depends on them.
            drop(self.set_permissions(fs::Permissions::from_mode(mode)));
        }
    }
}
