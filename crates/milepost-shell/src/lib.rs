//! The REPL and the command line of milepost.
//!
//! The binary `milepost` defines, imports, checks and asks stores; the REPL is `milepost repl`,
//! or `cargo run --release --example repl` in the repository. Without a store of its own it
//! opens figures of Viet Nam Social Security ([`sample_store`]).
//!
//! Programs link [`milepost`](https://docs.rs/milepost) itself; this crate is for people. What
//! it offers to Rust is what another front end or a test needs: the two programs as functions,
//! the sample store with its first queries, and [`escape`], without which text from a store
//! should reach no terminal.
//!
//! ```
//! let store = milepost_shell::sample_store()?;
//! let answer = store.query("si.coverage in VN at 2023")?;
//! assert_eq!(answer.rows[0].value.unwrap().to_string(), "39.25");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod answer;
mod arguments;
mod colour;
mod columns;
mod commands;
mod completion;
mod delimited;
mod dot;
mod editor;
mod escape;
mod failure;
mod grid;
mod help;
mod history;
mod interrupt;
mod json;
mod mode;
mod printer;
mod progress;
mod records;
mod repl;
mod run;
mod sample;
mod script;
mod shell;
mod timeout;
mod topics;

pub use crate::escape::escape;
pub use crate::mode::{Mode, UnknownMode};
pub use crate::run::{main, repl_main};
pub use crate::sample::{GREETINGS, sample_store};
