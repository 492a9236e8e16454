//! The same contents kept in four ways: an answer may not depend on which.

use std::fs;

use milepost::{Options, Store};
use milepost_io::{ImportOptions, import_reader, read_catalogue};
use tempfile::TempDir;

/// Where the contents of a script live while its queries run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Storage {
    /// In memory.
    Memory,
    /// On disk, closed and opened after each step: contents come from the log.
    Reopened,
    /// On disk, with a checkpoint after each step: contents come from many segments.
    Checkpointed,
    /// On disk, with a checkpoint and a merge after each step: one segment.
    Merged,
}

impl Storage {
    pub(crate) const ALL: [Self; 4] =
        [Self::Memory, Self::Reopened, Self::Checkpointed, Self::Merged];
}

/// A store that is kept in one of the ways.
pub(crate) struct Kept {
    storage: Storage,
    directory: TempDir,
    store: Option<Store>,
}

impl Kept {
    pub(crate) fn new(storage: Storage) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = match storage {
            Storage::Memory => Store::in_memory_with(options()),
            _ => Store::create_with(directory.path().join("store"), options()).unwrap(),
        };
        Self { storage, directory, store: Some(store) }
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// Defines what a CSV of indicators, regions or milestones says.
    pub(crate) fn define(&mut self, csv: &str) {
        let definitions =
            read_catalogue(csv.as_bytes(), "script").unwrap_or_else(|e| panic!("{e}"));
        self.store.as_mut().unwrap().define_all(definitions).unwrap_or_else(|e| panic!("{e}"));
        self.settle();
    }

    /// Imports observations from CSV.
    pub(crate) fn import(&mut self, csv: &str, import: &ImportOptions) {
        let store = self.store.as_mut().unwrap();
        import_reader(store, csv.as_bytes(), "script", import, &mut |_| {})
            .unwrap_or_else(|e| panic!("{e}"));
        self.settle();
    }

    /// Loads the figures of Viet Nam Social Security.
    pub(crate) fn use_sample(&mut self) {
        for name in ["indicators", "regions", "milestones"] {
            self.define(&sample(name));
        }
        self.import(&sample("observations"), &ImportOptions::default());
    }

    /// Puts the contents where this way of keeping has them.
    fn settle(&mut self) {
        let path = self.directory.path().join("store");
        match self.storage {
            Storage::Memory => {}
            Storage::Reopened => {
                self.store.take().unwrap().close().unwrap();
                self.store = Some(Store::open_with(path, options()).unwrap());
            }
            Storage::Checkpointed => self.store.as_mut().unwrap().checkpoint().unwrap(),
            Storage::Merged => {
                self.store.as_mut().unwrap().checkpoint().unwrap();
                self.store.as_mut().unwrap().merge().unwrap();
            }
        }
    }
}

/// One of the four files of the sample.
pub(crate) fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/milepost-shell/data");
    fs::read_to_string(format!("{folder}/{name}.csv")).unwrap()
}

/// Recorded on a fixed day, so that answers can be repeated.
fn options() -> Options {
    Options::default().with_today("2025-01-02".parse().unwrap())
}
