//! Files in and out of a [`milepost`] store.
//!
//! Reading:
//!
//! * [`read_catalogue_file`] reads indicators, regions or milestones from a CSV
//!   file, whichever its header says; [`read_indicators`], [`read_regions`] and
//!   [`read_milestones`] read one sort from any input and list its columns.
//! * [`import_file`] imports observations in the long format as one commit;
//!   [`read_observations`] stops at the [`Batch`](milepost::Batch). A file of
//!   4 MiB or more is read by all cores, straight into the frames of the store,
//!   with the same outcome; memory stays bounded whatever its size.
//!
//! Writing: [`write_csv`], [`write_tsv`], [`write_json`] and [`write_jsonl`]
//! write an [`Answer`](milepost::Answer).
//!
//! Columns are found by name in any order; those of unknown names are ignored.
//! Input is UTF-8, with or without a byte order mark, with lines ended by `\n`
//! or `\r\n`, and quoted as RFC 4180 says. A file is used as a whole or not at
//! all: [`Faults`] names what does not fit by file, line and column, and says
//! what would. Limits: a record takes up to 1 MiB, a name 1 KiB, a note 64 KiB.
//!
//! ```
//! use milepost_io::{ImportOptions, import_reader, read_catalogue};
//!
//! let mut store = milepost::Store::in_memory();
//! let indicators = "name,kind,unit\nhi.coverage,ratio,%\n";
//! store.define_all(read_catalogue(indicators.as_bytes(), "indicators.csv")?)?;
//!
//! let figures = "indicator,region,period,value,status\nhi.coverage,VN,2024,94.2,F\n";
//! let options = ImportOptions { published: Some("2024-11-24".parse()?), ..Default::default() };
//! let report =
//!     import_reader(&mut store, figures.as_bytes(), "figures.csv", &options, &mut |_| {})?;
//! assert_eq!((report.rows, report.receipt.added), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod answers;
mod bulk;
mod catalogue;
mod error;
mod fault;
mod import;
mod indicators;
mod milestones;
mod observations;
mod records;
mod regions;
mod table;
mod unique;
mod value;

pub use answers::{write_csv, write_json, write_jsonl, write_tsv};
pub use catalogue::{read_catalogue, read_catalogue_file};
pub use error::{Error, Result};
pub use fault::{Fault, Faults};
pub use import::{ImportReport, check_file, import_file, import_reader, read_observations_file};
pub use indicators::read_indicators;
pub use milestones::read_milestones;
pub use observations::{ImportOptions, ImportProgress, Observations, read_observations};
pub use regions::read_regions;
