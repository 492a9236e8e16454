//! What is refused, and how it is told; nothing is imported then.
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_buffer::i256;
use arrow_schema::ArrowError;
use expect_test::{Expect, expect};
use milepost::{Frequency, Indicator, Region, Store};

use super::{batch, import};
use crate::attributes::NAME_BYTES_MAX;
use crate::{Columns, Error, ImportOptions, Role, import_batches};

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn texts(texts: &[&str]) -> ArrayRef {
    array(StringArray::from(texts.to_vec()))
}

/// Columns that fit, for so many rows, with others in their place or beside them.
fn columns(rows: usize, others: &[(&'static str, ArrayRef)]) -> RecordBatch {
    let mut columns = vec![
        ("indicator", texts(&vec!["a"; rows])),
        ("region", texts(&vec!["VN"; rows])),
        ("period", array(Int32Array::from_iter_values((2000..).take(rows)))),
        ("value", array(Int64Array::from_iter_values((1..).take(rows)))),
    ];
    for (name, column) in others {
        match columns.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = Arc::clone(column),
            None => columns.push((name, Arc::clone(column))),
        }
    }
    batch(columns)
}

fn defined() -> Store {
    let mut store = Store::in_memory();
    store
        .define_all([
            Indicator::stock("a").into(),
            Indicator::stock("b").label("en", "both").into(),
            Indicator::stock("c").label("en", "both").into(),
            Region::new("VN").into(),
            Region::new("VN-80").valid_to("2020-07-01").into(),
        ])
        .unwrap();
    store
}

/// The refusal of batches; the store is as it was.
fn check_with(options: &ImportOptions, batches: &[RecordBatch], expected: &Expect) {
    let mut store = defined();
    let catalogue = store.snapshot().catalogue().clone();
    let error = import(&mut store, batches, options).expect_err("something does not fit");
    expected.assert_eq(&error.to_string());
    assert_eq!(store.statistics().points, 0);
    assert_eq!(*store.snapshot().catalogue(), catalogue);
    // A load that was given up is in nobody's way.
    import(&mut store, &[columns(3, &[])], &ImportOptions::default()).unwrap();
}

fn check(batches: &[RecordBatch], expected: &Expect) {
    check_with(&ImportOptions::default(), batches, expected);
}

#[test]
fn schemas_that_do_not_fit_are_named_by_column() {
    let stranger = batch([("Period", texts(&["2020"])), ("period", texts(&["2020"]))]);
    check(
        &[stranger],
        &expect![[r#"
        batch 0, column indicator: the schema has no such column; its columns are Period, period
        batch 0, column region: the schema has no such column; its columns are Period, period
        batch 0, column period: the schema has this name twice; each column needs its own
        batch 0, column value: the schema has no such column; its columns are Period, period"#]],
    );
    let zone = TimestampSecondArray::from(vec![0]).with_timezone("Asia/Ho_Chi_Minh");
    let types = columns(
        1,
        &[
            ("indicator", array(Int32Array::from(vec![1]))),
            ("region", array(BooleanArray::from(vec![true]))),
            ("period", array(zone)),
            ("value", array(BinaryArray::from(vec![&b"1"[..]]))),
            ("status", array(Int8Array::from(vec![1]))),
            ("published", array(Int32Array::from(vec![20_240_101]))),
        ],
    );
    check(
        &[types],
        &expect![[r#"
        batch 0, column indicator: its type Int32 does not fit; texts would
        batch 0, column region: its type Boolean does not fit; texts would
        batch 0, column period: its type Timestamp(s, "Asia/Ho_Chi_Minh") does not fit; texts, integer years, dates, and moments in UTC or without a time zone would
        batch 0, column value: its type Binary does not fit; integers, decimals, floats of 32 or 64 bits and texts would
        batch 0, column status: its type Int8 does not fit; texts would
        batch 0, column published: its type Int32 does not fit; texts, dates, and moments in UTC or without a time zone would"#]],
    );
    check(
        &[columns(1, &[("period", array(Date32Array::from(vec![0])))])],
        &expect![
            "batch 0, column period: a date may stand for its day, or for the month or the year that begins or ends on it; the option `dates` would say which, or a text such as 2024-06"
        ],
    );
    let named = ImportOptions {
        columns: Columns::default().with(Role::Note, "remark").with(Role::Note, "comment"),
        ..ImportOptions::default()
    };
    check_with(
        &named,
        &[columns(1, &[])],
        &expect![
            "batch 0, column comment: the schema has no such column; its columns are indicator, region, period, value"
        ],
    );
}

#[test]
fn cells_without_what_is_needed_are_named() {
    let long = "x".repeat(NAME_BYTES_MAX + 1);
    let nothing = columns(
        3,
        &[
            ("indicator", array(StringArray::from(vec![None, Some(" "), Some(&long)]))),
            ("region", array(StringArray::from(vec![None, Some(&*long), Some("VN")]))),
            ("period", array(Int32Array::from(vec![None, Some(10_000), Some(2020)]))),
            ("source", array(StringArray::from(vec![None, None, Some(&*long)]))),
        ],
    );
    check(
        &[columns(2, &[("source", texts(&["", "press"]))]), nothing],
        &expect![[r#"
            batch 1, row 0, column indicator: there is nothing in the cell; a value is needed here
            batch 1, row 0, column region: there is nothing in the cell; a value is needed here
            batch 1, row 0, column period: there is nothing in the cell; a value is needed here
            batch 1, row 1, column indicator: there is nothing in the cell; a value is needed here
            batch 1, row 1, column region: a text of 1025 bytes does not fit; at most 1024 bytes do
            batch 1, row 1, column period: 10000 is not a year within -9999 and 9999; a text such as 2024-06 would fit
            batch 1, row 2, column indicator: a text of 1025 bytes does not fit; at most 1024 bytes do
            batch 1, row 2, column source: a text of 1025 bytes does not fit; at most 1024 bytes do"#]],
    );
}

#[test]
fn periods_that_do_not_fit_are_named() {
    check(
        &[columns(2, &[("period", texts(&["2024-13", "June 2024"]))])],
        &expect![[r#"
        batch 0, row 0, column period: "2024-13": month 13 of 2024 does not exist: its months run from 1 to 12
        batch 0, row 1, column period: `June 2024` does not begin with a year of four digits"#]],
    );
    let quarters = ImportOptions { dates: Some(Frequency::Quarter), ..ImportOptions::default() };
    let days = array(Date32Array::from(vec![19_814, 19_815, i32::MAX]));
    check_with(
        &quarters,
        &[columns(3, &[("period", days)])],
        &expect![[r#"
        batch 0, row 1, column period: no quarter begins or ends on 2024-04-02; the first or the last day of one would fit, as `dates` says that quarters are meant
        batch 0, row 2, column period: the day 2147483647 from 1970-01-01 on lies outside of the years -9999 to 9999"#]],
    );
    let moments = array(TimestampMillisecondArray::from(vec![1_719_900_000_000, i64::MAX]));
    check_with(
        &quarters,
        &[columns(2, &[("period", moments)])],
        &expect![[r#"
        batch 0, row 0, column period: 2024-07-02T06:00:00 is a moment within a day; a date, or the moment at which a day begins, would fit
        batch 0, row 1, column period: the day 106751991167 from 1970-01-01 on lies outside of the years -9999 to 9999"#]],
    );
}

#[test]
fn values_that_are_no_figures_are_named() {
    let values = |values: ArrayRef| columns(values.len(), &[("value", values)]);
    check(
        &[values(array(Float64Array::from(vec![f64::NAN, f64::NEG_INFINITY, 1e300])))],
        &expect![[r#"
            batch 0, row 0, column value: "NaN" is not a number; null means missing
            batch 0, row 1, column value: "-inf" is not a number; null means missing
            batch 0, row 2, column value: "1e300" has more digits than a figure can keep; up to 18 significant digits would fit"#]],
    );
    check(
        &[values(array(Float32Array::from(vec![f32::INFINITY, f32::MAX])))],
        &expect![[r#"
        batch 0, row 0, column value: "inf" is not a number; null means missing
        batch 0, row 1, column value: "3.4028235e38" has more digits than a figure can keep; up to 18 significant digits would fit"#]],
    );
    check(
        &[values(array(UInt64Array::from(vec![0, u64::MAX])))],
        &expect![[
            r#"batch 0, row 1, column value: "18446744073709551615" has more digits than a figure can keep; up to 18 significant digits would fit"#
        ]],
    );
    let long = Decimal128Array::from(vec![i128::MAX, 1]).with_precision_and_scale(38, 2).unwrap();
    check(
        &[values(array(long))],
        &expect![[
            r#"batch 0, row 0, column value: "170141183460469231731687303715884105727e-2" has more digits than a figure can keep; up to 18 significant digits would fit"#
        ]],
    );
    let wide = Decimal256Array::from(vec![i256::MAX]).with_precision_and_scale(76, -5).unwrap();
    check(
        &[values(array(wide))],
        &expect![[
            r#"batch 0, row 0, column value: "57896044618658097711785492504343953926634992332820282019728792003956564819967e5" has more digits than a figure can keep; up to 18 significant digits would fit"#
        ]],
    );
    let dictionary: DictionaryArray<Int32Type> =
        vec!["1,5", "..", "1 5", "NaN", "123456789012345678901", "1"].into_iter().collect();
    check(
        &[values(array(dictionary))],
        &expect![[r#"
        batch 0, row 0, column value: "1,5" is not a number: commas are not allowed in numbers (position 2): thousands are written without a separator, decimals after a point
        batch 0, row 1, column value: ".." is not a number; null means missing
        batch 0, row 2, column value: "1 5" is not a number: unexpected ' ' at position 2 of a number
        batch 0, row 3, column value: "NaN" is not a number; null means missing
        batch 0, row 4, column value: "123456789012345678901" has more digits than a figure can keep; up to 18 significant digits would fit"#]],
    );
    let status = ("status", texts(&["O", "O"]));
    check(
        &[columns(2, &[status])],
        &expect![[r#"
        batch 0, row 0, column value: "1" stands in a row of status O, which withdraws a figure; null would fit
        batch 0, row 1, column value: "2" stands in a row of status O, which withdraws a figure; null would fit"#]],
    );
}

#[test]
fn attributes_that_do_not_fit_are_named() {
    let others = columns(
        1,
        &[
            ("status", texts(&["e"])),
            ("scenario", texts(&["a//b"])),
            ("published", texts(&["2024"])),
            ("precision", texts(&["circa"])),
            ("note", texts(&[&"x".repeat((1 << 16) + 1)])),
        ],
    );
    check(
        &[others],
        &expect![[r#"
        batch 0, row 0, column status: "e" is not a status; letters of the SDMX list would be, as in A, E or `E;P`
        batch 0, row 0, column scenario: "a//b" is not a scenario name; words parted by `/` would be, as in `target/stretch`
        batch 0, row 0, column published: `2024` is not a date of the form YYYY-MM-DD
        batch 0, row 0, column precision: "circa" is not a precision; exact, about, over (more than) or under (nearly) would be
        batch 0, row 0, column note: a text of 65537 bytes does not fit; at most 65536 bytes do"#]],
    );
}

#[test]
fn faults_beyond_twenty_are_counted() {
    let late = array(Int32Array::from(vec![10_000; 25]));
    let batches = [columns(2, &[]), columns(2, &[]), columns(25, &[("period", late)])];
    let Err(Error::Data(faults)) = import(&mut defined(), &batches, &ImportOptions::default())
    else {
        panic!("there are faults");
    };
    assert_eq!((faults.count(), faults.faults().len()), (25, 20));
    let last = &faults.faults()[19];
    assert_eq!((last.batch, last.row, last.column.as_deref()), (2, Some(19), Some("period")));
    assert!(faults.to_string().ends_with("\n5 more faults"));
}

#[test]
fn names_that_the_store_refuses_are_named_by_row() {
    let strict = ImportOptions { strict: true, ..ImportOptions::default() };
    let names = columns(3, &[("region", texts(&["VN", "VN-1", "VN-2"]))]);
    check_with(
        &strict,
        &[columns(2, &[]), names],
        &expect![[
            r#"batch 1, row 1: region "VN-1": not in the catalogue, and undeclared names are refused"#
        ]],
    );
    check(
        &[columns(2, &[("indicator", texts(&["a", "both"]))])],
        &expect![[r#"batch 0, row 1: indicator "both": may be any of b, c"#]],
    );
    let late =
        columns(2, &[("region", texts(&["VN", "VN-80"])), ("period", texts(&["2020", "2021"]))]);
    check(
        &[late],
        &expect![[
            r#"batch 0, row 1: region "VN-80": no version of it is valid on 2021-12-31: VN-80@0 (VN-80, … to 2020-07-01)"#
        ]],
    );
}

#[test]
fn a_name_of_marks_alone_cannot_be_registered() {
    let names = columns(2, &[("region", texts(&["VN-1", "\u{301}"]))]);
    check(
        &[names],
        &expect![[
            r#"batch 0, row 1: region "\u{301}": a name has at least one character that is visible by itself"#
        ]],
    );
}

#[test]
fn figures_that_contradict_are_named_by_row() {
    let published = "2024-01-01".parse().ok();
    let options = ImportOptions { published, ..ImportOptions::default() };
    let other = columns(2, &[("value", array(Int64Array::from(vec![1, 3])))]);
    check_with(
        &options,
        &[columns(2, &[]), other.clone()],
        &expect![
            "batch 1, row 1: a in VN@0, 2001 (reported), published 2024-01-01: 3 contradicts 2, which is known; a revision has a later day of publication"
        ],
    );
    let years = array(Int32Array::from(vec![2000, 2000, 2001]));
    check_with(
        &options,
        &[columns(3, &[("period", years)])],
        &expect![
            "batch 0, row 1: a in VN@0, 2000 (reported), published 2024-01-01: 2 contradicts 1, which is known; a revision has a later day of publication"
        ],
    );
    let mut store = defined();
    import(&mut store, &[columns(2, &[])], &options).unwrap();
    let error = import(&mut store, &[other], &options).unwrap_err();
    assert!(matches!(error, Error::Row { batch: 0, row: 1, source: milepost::Error::Conflict(_) }));
}

#[test]
fn a_schema_that_changes_is_named_by_batch() {
    let fits = columns(2, &[]);
    let wide = columns(2, &[("note", texts(&["", ""]))]);
    check(
        &[fits.clone(), fits.clone(), wide.clone()],
        &expect!["batch 2: it has 5 columns, and batch 0 has 4"],
    );
    check(&[wide, fits.clone()], &expect!["batch 1: it has 4 columns, and batch 0 has 5"]);
    let floats = columns(1, &[("value", array(Float64Array::from(vec![1.0])))]);
    check(
        &[fits.clone(), floats],
        &expect!["batch 1, column value: it is of type Float64, and in batch 0 of type Int64"],
    );
    let turned = fits.project(&[1, 0, 2, 3]).unwrap();
    // What comes before is looked at all the same, and what comes after is not.
    let bad = columns(1, &[("indicator", texts(&[""]))]);
    let new = columns(1, &[("indicator", texts(&["new"]))]);
    check(
        &[new, bad.clone(), turned, bad],
        &expect![[r#"
            batch 1, row 0, column indicator: there is nothing in the cell; a value is needed here
            batch 2, column region: batch 0 has the column indicator in this place"#]],
    );
}

#[test]
fn what_gives_the_batches_may_fail() {
    let failure = || Err(ArrowError::ParseError("the file ends here".to_owned()));
    let mut store = defined();
    for (before, expected) in [
        (0, "batch 0: Parser error: the file ends here"),
        (3, "batch 3: Parser error: the file ends here"),
    ] {
        let batches = (0..before).map(|_| Ok(columns(1, &[]))).chain([failure()]);
        let options = ImportOptions::default();
        let error = import_batches(&mut store, batches, &options, &mut |_| {}).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(store.statistics().points, 0);
    }
}

#[test]
fn batches_without_rows_and_no_batches_are_no_fault() {
    let mut store = defined();
    let report = import(&mut store, &[], &ImportOptions::default()).unwrap();
    assert_eq!((report.batches, report.rows, report.receipt.added), (0, 0, 0));
    let batches = [columns(0, &[]), columns(2, &[]), columns(0, &[])];
    let mut last = None;
    let all = batches.iter().cloned().map(Ok);
    let report = import_batches(&mut store, all, &ImportOptions::default(), &mut |now| {
        last = Some((now.batches, now.rows));
    })
    .unwrap();
    assert_eq!((report.batches, report.rows, report.receipt.added), (3, 2, 2));
    assert_eq!(last, Some((3, 2)));
}

#[test]
fn a_store_that_is_open_for_reading_takes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    Store::create(&path).unwrap().close().unwrap();
    let mut store = Store::open_read_only(&path).unwrap();
    let error = import(&mut store, &[columns(1, &[])], &ImportOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "the store is open for reading only");
}
