//! The command line.

use std::path::PathBuf;

use milepost_benches::Failure;
use milepost_benches::workload::Size;

use crate::engines::PEERS;

pub(crate) const HELP: &str = "\
Times milepost and its peers on one workload.

  --size SIZE       1/16 (the default), 1/4 or 1
  --engines LIST    milepost,duckdb,parquet,polars,sqlite,tsink; all by default
  --threads LIST    1,2 by default
  --runs N          how often a question is asked at most: 30
  --quickest        shows the quickest run, for a machine that has other work, too
  --into FILE       writes the table between <!-- peers --> and <!-- /peers --> of a file
  --reload          loads every store anew, though it is there
";

/// What is to be done.
pub(crate) enum Command {
    Compare(Comparison),
    // The others are processes that a comparison starts.
    Load { engine: String, size: Size },
    Ask { engine: String, size: Size, threads: usize, runs: usize },
    First { engine: String, size: Size },
    Help,
}

/// What is compared.
pub(crate) struct Comparison {
    pub(crate) size: Size,
    pub(crate) engines: Vec<String>,
    pub(crate) threads: Vec<usize>,
    pub(crate) runs: usize,
    pub(crate) quickest: bool,
    pub(crate) into: Option<PathBuf>,
    pub(crate) reload: bool,
}

/// Reads the arguments after the program's name.
pub(crate) fn arguments(mut words: impl Iterator<Item = String>) -> Result<Command, Failure> {
    let mut comparison = Comparison {
        size: Size::Sixteenth,
        engines: PEERS.iter().map(|peer| peer.name.to_owned()).collect(),
        threads: vec![1, 2],
        runs: 30,
        quickest: false,
        into: None,
        reload: false,
    };
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or_else(|| format!("{word} takes a value"));
        match word.as_str() {
            "--size" => comparison.size = next()?.parse()?,
            "--engines" => comparison.engines = next()?.split(',').map(str::to_owned).collect(),
            "--threads" => {
                let threads: Result<_, _> = next()?.split(',').map(str::parse).collect();
                comparison.threads = threads?;
            }
            "--runs" => comparison.runs = next()?.parse()?,
            "--into" => comparison.into = Some(next()?.into()),
            "--quickest" => comparison.quickest = true,
            "--reload" => comparison.reload = true,
            "--help" | "-h" => return Ok(Command::Help),
            "load" => return Ok(Command::Load { engine: next()?, size: next()?.parse()? }),
            "first" => return Ok(Command::First { engine: next()?, size: next()?.parse()? }),
            "ask" => {
                let (engine, size) = (next()?, next()?.parse()?);
                let (threads, runs) = (next()?.parse()?, next()?.parse()?);
                return Ok(Command::Ask { engine, size, threads, runs });
            }
            _ => return Err(format!("{word:?} is no argument here\n\n{HELP}").into()),
        }
    }
    Ok(Command::Compare(comparison))
}
