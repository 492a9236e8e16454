//! Arrow record batches into a [`milepost`] store.
//!
//! [`import_batches`] takes whatever gives record batches, such as a reader of Parquet or of Arrow
//! files, and makes one durable commit of all of them, or none. Numbers become exact decimals
//! without a text between them, and memory stays bounded whatever comes.
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, Decimal128Array, Int32Array, StringArray};
//! use milepost::{Indicator, Region, Store};
//! use milepost_arrow::{Columns, ImportOptions, RecordBatch, Role, import_batches};
//!
//! let mut store = Store::in_memory();
//! store.define(Indicator::stock("hi.participants").unit("persons"))?;
//! store.define(Region::new("VN").name("Việt Nam"))?;
//!
//! let thousands = Decimal128Array::from(vec![Some(91_200), Some(93_307), None]);
//! let columns: [(&str, ArrayRef); 4] = [
//!     ("indicator", Arc::new(StringArray::from(vec!["hi.participants"; 3]))),
//!     ("country", Arc::new(StringArray::from(vec!["VN"; 3]))),
//!     ("period", Arc::new(Int32Array::from(vec![2022, 2023, 2024]))),
//!     ("value", Arc::new(thousands.with_precision_and_scale(9, -3)?)),
//! ];
//! let batch = RecordBatch::try_from_iter(columns)?;
//!
//! let options = ImportOptions {
//!     published: Some("2024-11-24".parse()?),
//!     columns: Columns::default().with(Role::Region, "country"),
//!     ..ImportOptions::default()
//! };
//! let report = import_batches(&mut store, [Ok(batch)], &options, &mut |_| {})?;
//! assert_eq!((report.rows, report.skipped_missing, report.receipt.added), (3, 1, 2));
//!
//! let answer = store.query("growth of hi.participants in VN between 2022 and 2023")?;
//! assert_eq!(answer.rows[0].end.as_ref().unwrap().value.to_string(), "93307000");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Columns
//!
//! They are those of a CSV file with the same rows, found by name in any case and in any order;
//! [`Columns`] gives them other names. Columns of unknown names are not read, and listed.
//!
//! | column | types | nothing in it means |
//! | --- | --- | --- |
//! | `indicator`, `region` | texts | a fault |
//! | `period` | texts such as `2024-06`; integers of 16 to 64 bits that are years; dates and moments, if [`ImportOptions::dates`] says what they stand for | a fault |
//! | `value` | integers, decimals of any scale, floats of 32 and 64 bits, texts | missing: the row is counted and skipped, or withdraws a figure if its status has `O` |
//! | `status`, `scenario`, `precision` | texts | `A`, `reported`, `exact` |
//! | `published` | texts such as `2024-07-10`, dates, moments | [`ImportOptions::published`] |
//! | `source`, `note` | texts | [`ImportOptions::source`], none |
//!
//! A text is `Utf8`, `LargeUtf8` or `Utf8View`; blanks around it do not count, and an empty one is
//! as good as null. Each type may be that of the values of a dictionary, each of which is then
//! looked up once. A moment is a `Date64` or a `Timestamp` in UTC or without a time zone, and the
//! first of its day.
//!
//! A float is the decimal with the fewest digits that reads back as it: `0.1`, and not the digits of
//! the nearest double. NaN and the infinities are refused: what is missing is null. A number of
//! more than 64 bits without the zeros at the end of its decimals is refused too.
//!
//! All batches have the names and types of the first.
//!
//! # Not here
//!
//! Run-end encoded and nested columns, 16-bit floats, time zones, and the reading of files: `parquet`
//! and `arrow-ipc` give batches. Answers as record batches.

#![forbid(unsafe_code)]

mod attributes;
mod columns;
mod error;
mod fault;
mod figures;
mod import;
mod interned;
mod loader;
mod moment;
mod number;
mod options;
mod pieces;
mod places;
mod reading;
mod repeated;
mod report;
#[cfg(test)]
mod tests;

pub use arrow_array::RecordBatch;
pub use arrow_schema::ArrowError;

pub use error::{Error, Result};
pub use fault::{Fault, Faults};
pub use import::{ImportProgress, ImportReport, import_batches};
pub use options::{Columns, ImportOptions, Role};
