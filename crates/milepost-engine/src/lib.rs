//! Answers Since queries over a milepost store: names are resolved, periods chosen, figures read
//! and compared.
//!
//! [`execute`] takes one parsed statement through the stages that the modules are named after:
//! *parameters* are bound, *names* and *time* clauses resolved, *lines* built (what an expression
//! is worth at every period, in one region), a *plan* made (one base and one end for the whole
//! query), and the *measure* taken row by row. Every answer carries its base, its status, its
//! unit and notes; what is missing carries a reason.
//!
//! Questions about many regions or many periods that use figures as they are take a shorter way,
//! the *sheet*: all rows side by side, a column of figures for each period. It comes to the same
//! rows and notes, which a property test holds it to, and what it does not know how to answer is
//! left to the stages above, be it one region among thousands.
//!
//! Decisions that a reader of answers may want to know:
//!
//! * A period of an expression is a period in which every indicator in it has a figure; `latest`,
//!   dates and milestones choose among those.
//! * A stock holds at a close, so figures under different labels of one close are the same figure;
//!   a flow is compared over spans of equal length: those of `by`, of a period that the sentence
//!   names, or of its latest figure.
//! * `during` and `over last` are windows: a level shows what lies inside; after `since` and
//!   `between` it shows its base as well.
//! * The names in [`Session`] see only what was defined before them.
#![forbid(unsafe_code)]

mod admission;
mod answer;
mod area;
mod build;
mod cells;
mod condition;
mod describe;
mod diagnostics;
mod execute;
mod explain;
mod figures;
mod foreign;
mod goal;
mod index;
mod inner;
mod interval;
mod labels;
mod line;
mod listing;
mod measure;
mod names;
mod notes;
mod parameters;
mod plan;
mod pool;
mod reader;
mod reduce;
mod rollup;
mod sentence;
mod session;
mod sheet;
mod steps;
mod time;
mod trace;
mod transform;
mod watch;

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;

use milepost_lang::Diagnostic;

pub use crate::answer::{
    Answer, Coverage, MissingReason, Origin, Reading, RegionLabel, Row, Rows, Undefined, grouped,
};
pub use crate::diagnostics::{code_title, codes};
pub use crate::execute::{Outcome, execute};
pub use crate::explain::Explanation;
pub use crate::listing::Listing;
pub use crate::parameters::{ParameterValue, Parameters};
pub use crate::session::Session;

/// What a stage gives, or the diagnostic that ends the statement. The diagnostic is boxed because
/// it is many times larger than most results.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;
