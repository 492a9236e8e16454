//! The engines, behind one seam: how each loads the workload and answers.

#[cfg(feature = "duckdb")]
mod duckdb;
mod milepost;
#[cfg(feature = "polars")]
mod polars;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "tsink")]
mod tsink;

use std::path::Path;

use milepost_benches::Failure;
use milepost_benches::workload::Workload;

use crate::questions::Question;
use crate::rows::Row;

/// An answer that the engine has given in its own form; called, it becomes rows.
pub(crate) type Answer = Box<dyn FnOnce() -> Result<Vec<Row>, Failure>>;

pub(crate) type Opened = Result<Box<dyn Engine>, Failure>;

/// An engine with its store open.
pub(crate) trait Engine {
    /// Answers a question: what is timed.
    fn ask(&mut self, question: &Question) -> Result<Answer, Failure>;
}

/// An engine that can be measured.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// The name in the table.
    pub(crate) title: &'static str,
    /// Whether it works on several threads if it may.
    pub(crate) is_parallel: bool,
    /// Imports the CSV files of a workload into a store at a path.
    pub(crate) load: fn(workload: &Workload, files: &Path, store: &Path) -> Result<(), Failure>,
    /// Opens the store for reading.
    pub(crate) open: fn(store: &Path, threads: usize) -> Opened,
    /// The peer whose store it reads, where it has none of its own.
    pub(crate) store_of: Option<&'static str>,
}

/// The engines that this program was built with, milepost first.
pub(crate) const PEERS: &[Peer] = &[
    milepost::PEER,
    #[cfg(feature = "duckdb")]
    duckdb::PEER,
    #[cfg(feature = "polars")]
    polars::PARQUET,
    #[cfg(feature = "polars")]
    polars::MEMORY,
    #[cfg(feature = "sqlite")]
    sqlite::PEER,
    #[cfg(feature = "tsink")]
    tsink::PEER,
];

/// The engine of that name.
pub(crate) fn peer(name: &str) -> Result<Peer, Failure> {
    let names: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
    let found = PEERS.iter().find(|peer| peer.name == name).copied();
    found.ok_or_else(|| format!("{name:?} is no engine here; {} are", names.join(", ")).into())
}
