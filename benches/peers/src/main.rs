//! milepost beside the engines that people would pick instead: one workload,
//! twelve questions, equal answers, and how long each takes.
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- --size 1/16 --into README.md
//! ```
//!
//! Every engine is measured in a process of its own, so that none warms another's
//! caches or keeps its memory. Progress goes to standard error, the table to
//! standard output and, with `--into`, between two markers of a file.

#![forbid(unsafe_code)]

mod arguments;
mod engines;
mod lines;
mod measure;
mod questions;
mod report;
mod rows;
mod sql;
mod workplace;

use std::process::ExitCode;

use milepost_benches::Failure;

use arguments::{Command, arguments};

fn main() -> ExitCode {
    let begun = std::time::Instant::now();
    let done = arguments(std::env::args().skip(1)).and_then(|command| match command {
        Command::Compare(comparison) => report::compare_engines(&comparison),
        Command::Load { engine, size } => measure::load(&engine, size),
        Command::Ask { engine, size, threads, runs } => measure::ask(&engine, size, threads, runs),
        Command::First { engine, size } => measure::first(&engine, size, begun),
        Command::Help => {
            println!("{}", arguments::HELP);
            Ok(())
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    eprintln!("{failure}");
    ExitCode::FAILURE
}
