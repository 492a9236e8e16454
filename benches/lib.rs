//! What the measurements have in common: one workload, a store that holds it, and
//! the questions. The Criterion suites are the files beside this one; `peers`
//! compares milepost with other engines.

#![forbid(unsafe_code)]

mod questions;
mod store;
mod table;
pub mod workload;

pub use questions::{COMMUNE, Question, question, questions};
pub use store::{Failure, files, load, store, store_name};
pub use table::{milliseconds, ratio, write_between_markers};
