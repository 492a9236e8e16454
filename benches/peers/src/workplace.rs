//! Where files lie: below the target directory, so that `cargo clean` removes them.

use std::fs;
use std::path::{Path, PathBuf};

use milepost_benches::Failure;
use milepost_benches::workload::Size;

use crate::engines::Peer;

/// The folder of everything that belongs to a size; made if it is not there.
pub(crate) fn folder(size: Size) -> Result<PathBuf, Failure> {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
    };
    let folder = target.join("peers").join(size.file_name());
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The store of an engine: a file or a directory.
pub(crate) fn store(peer: &Peer, size: Size) -> Result<PathBuf, Failure> {
    Ok(folder(size)?.join(format!("store-{}", peer.store_of.unwrap_or(peer.name))))
}

/// The file with the rows of an engine's answer.
pub(crate) fn rows(peer: &Peer, size: Size, question: &str) -> Result<PathBuf, Failure> {
    let folder = folder(size)?.join("rows");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{question}-{}.tsv", peer.name)))
}

/// How many bytes a file has, or all files below a directory.
pub(crate) fn bytes(path: &Path) -> Result<u64, Failure> {
    if path.is_file() {
        return Ok(fs::metadata(path)?.len());
    }
    let mut sum = 0;
    for entry in fs::read_dir(path)? {
        sum += bytes(&entry?.path())?;
    }
    Ok(sum)
}

/// Removes a file or a directory, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}
