//! An embedded, columnar, append-only store for *statistical indicators* keyed by
//! region and date, with **Since**, a small query language whose signature is a
//! comparison with a milestone.
//!
//! ```
//! use milepost::{Batch, Indicator, Milestone, Region, Store};
//!
//! let mut store = Store::in_memory(); // or Store::open_or_create("vss.milepost")?
//! store.define(Indicator::stock("voluntary_si.participants").unit("persons"))?;
//! store.define(Region::new("VN").name("Việt Nam").label("en", "Viet Nam"))?;
//! store.define(Milestone::new("Resolution 28").alias("28-NQ/TW").on("2018-05-23"))?;
//!
//! let mut batch = Batch::new().published("2020-05-23")?.source("VSS");
//! batch.push("voluntary_si.participants", "VN", "2017", "224000")?;
//! batch.push("voluntary_si.participants", "VN", "2019", "574000")?;
//! store.commit(batch)?; // durable when it returns
//!
//! let answer = store
//!     .query("growth of voluntary_si.participants in Viet Nam since Resolution 28 until 2019")?;
//! let row = &answer.rows[0];
//! assert_eq!(row.value.unwrap().to_string(), "156.25");
//! assert_eq!(row.unit, "%");
//! assert_eq!(row.base.as_ref().unwrap().period.to_string(), "2017");
//! println!("{answer}");
//! # Ok::<(), milepost::Error>(())
//! ```
//!
//! # What it is for
//!
//! Figures of official statistics: participants, coverage, revenue. Such figures
//! have a *kind* (a stock may not be added along time), are revised (so a value
//! belongs to a publication date), stand for regions that merge and split, and
//! are compared with events. A [`Store`] keeps all of that, and a query uses it.
//!
//! # The main types
//!
//! * [`Store`] is a directory on disk, or memory. [`Store::commit`] takes a
//!   [`Batch`] whole or not at all; [`Store::query`] answers.
//! * [`Indicator`], [`Region`] and [`Milestone`] make up the [`Catalogue`].
//! * [`Snapshot`] is the store at one moment; [`Prepared`] is a query with parameters.
//! * [`Limits`] are what a query may take: a deadline, a [`CancelToken`], memory.
//! * [`Answer`] has [`Row`]s that say what they compare, in what unit, with what
//!   status, and why a value is missing; its notes name everything implicit.
//! * [`Error`] has few variants; a [`QueryError`] draws the place and offers a fix.
//!
//! # Missing, estimated, revised
//!
//! Missing is never zero and carries a [`MissingReason`]. Actual, provisional
//! and estimated figures are used unless a query says `only`; projections and
//! targets are used only when asked for (`including projections`). For one
//! period the strongest admitted status wins, and a result is as weak as the
//! weakest figure in it. `as of` answers with what was published by that day.
//!
//! # Does not do
//!
//! Network access, several writers, user-defined functions, series of floating
//! point noise. Values are exact decimals; a value that does not fit a 64-bit
//! mantissa is refused.

#![forbid(unsafe_code)]

mod batch;
mod bulk;
mod error;
mod limits;
mod prepared;
mod resolve;
mod row;
mod shared;
mod snapshot;
mod store;
mod texts;

pub use milepost_engine::{
    Answer, Coverage, Explanation, Listing, MissingReason, Outcome, ParameterValue, Parameters,
    Reading, RegionLabel, Row, Rows, Session, code_title, grouped,
};
pub use milepost_lang::{Diagnostic, Fix, Severity, Span};
pub use milepost_model::{
    Basis, Catalogue, CatalogueError, Date, Decimal, Definition, Direction, Frequency, Indicator,
    IndicatorId, Kind, Label, Lookup, Milestone, MilestoneId, Number, Outline, Period, Precision,
    Region, RegionId, Scenario, Status, Strength, Successor, Unit, fold,
};
pub use milepost_store::{
    AttributesId, Backend, BulkAttributes, BulkPeriod, CancelToken, CommitId, Conflict, Durability,
    Options, Progress, Statistics, StoreError, Verify,
};

pub use batch::{Batch, Observation};
pub use bulk::{Bulk, BulkEncoding, BulkWriter, RegionName};
pub use error::{Error, QueryError, Result};
pub use limits::Limits;
pub use prepared::Prepared;
pub use resolve::Registered;
pub use shared::SharedStore;
pub use snapshot::Snapshot;
pub use store::{Receipt, Store};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
