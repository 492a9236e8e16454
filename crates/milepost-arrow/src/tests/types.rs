//! Every type of Arrow that has figures, periods or days.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::*;
use arrow_buffer::i256;
use milepost::{Frequency, Indicator, Region, Store};

use super::{batch, import};
use crate::{Columns, ImportOptions, Role};

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn texts(text: &str, rows: usize) -> ArrayRef {
    array(StringArray::from(vec![text; rows]))
}

/// The figures of a column of values as the store has them afterwards.
fn figures(values: ArrayRef) -> Vec<String> {
    let rows = values.len();
    let years = Int32Array::from_iter_values((2000..).take(rows));
    let columns = [
        ("indicator", texts("a", rows)),
        ("region", texts("VN", rows)),
        ("period", array(years)),
        ("value", values),
    ];
    let mut store = Store::in_memory();
    store.define_all([Indicator::stock("a").into(), Region::new("VN").into()]).unwrap();
    let report = import(&mut store, &[batch(columns)], &ImportOptions::default()).unwrap();
    assert_eq!(report.receipt.added + report.skipped_missing, rows as u64);
    let figure = |year: usize| {
        let answer = store.query(&format!("a in VN at {}", 2000 + year)).unwrap();
        answer.rows[0].value.map_or_else(|| "-".to_owned(), |value| value.to_string())
    };
    (0..rows).map(figure).collect()
}

#[test]
fn integers_are_figures() {
    let expected = ["7", "-", "0", "100"];
    let some = [Some(7), None, Some(0), Some(100)];
    assert_eq!(figures(array(some.into_iter().collect::<Int8Array>())), expected);
    let some = some.map(|figure| figure.map(i16::from));
    assert_eq!(figures(array(some.into_iter().collect::<Int16Array>())), expected);
    let some = some.map(|figure| figure.map(i32::from));
    assert_eq!(figures(array(some.into_iter().collect::<Int32Array>())), expected);
    let some = some.map(|figure| figure.map(i64::from));
    assert_eq!(figures(array(some.into_iter().collect::<Int64Array>())), expected);
    let some = [Some(7), None, Some(0), Some(100)];
    assert_eq!(figures(array(some.into_iter().collect::<UInt8Array>())), expected);
    let some = some.map(|figure| figure.map(u16::from));
    assert_eq!(figures(array(some.into_iter().collect::<UInt16Array>())), expected);
    let some = some.map(|figure| figure.map(u32::from));
    assert_eq!(figures(array(some.into_iter().collect::<UInt32Array>())), expected);
    let some = some.map(|figure| figure.map(u64::from));
    assert_eq!(figures(array(some.into_iter().collect::<UInt64Array>())), expected);
    assert_eq!(
        figures(array(Int64Array::from(vec![i64::MIN, i64::MAX]))),
        ["-9223372036854775808", "9223372036854775807"]
    );
}

#[test]
fn decimals_are_figures() {
    let narrow = Decimal32Array::from(vec![Some(-1250), None, Some(100)]);
    let narrow = narrow.with_precision_and_scale(9, 2).unwrap();
    assert_eq!(figures(array(narrow)), ["-12.5", "-", "1"]);
    let long = Decimal64Array::from(vec![Some(12), None]).with_precision_and_scale(18, -3).unwrap();
    assert_eq!(figures(array(long)), ["12000", "-"]);
    let huge = Decimal128Array::from(vec![i128::from(i64::MAX) * 1000, 1, 0]);
    let huge = huge.with_precision_and_scale(38, 3).unwrap();
    assert_eq!(figures(array(huge)), ["9223372036854775807", "0.001", "0"]);
    let power = i256::from_i128(10).wrapping_pow(70);
    let wide = Decimal256Array::from(vec![power, i256::MINUS_ONE.wrapping_mul(power)]);
    let wide = wide.with_precision_and_scale(76, 72).unwrap();
    assert_eq!(figures(array(wide)), ["0.01", "-0.01"]);
}

#[test]
fn floats_are_their_shortest_decimals() {
    assert_eq!(
        figures(array(Float32Array::from(vec![Some(0.1), None, Some(16_777_216.0)]))),
        ["0.1", "-", "16777216"]
    );
    assert_eq!(
        figures(array(Float64Array::from(vec![0.1, 0.1 + 0.2, -0.0, 93.35, 1e18, 1.5e-9]))),
        ["0.1", "0.30000000000000004", "0", "93.35", "1000000000000000000", "0.0000000015"]
    );
}

#[test]
fn texts_are_figures() {
    let figure_texts = vec![Some("1.50"), None, Some(" -2 "), Some(""), Some("1.2e6")];
    let expected = ["1.5", "-", "-2", "-", "1200000"];
    assert_eq!(figures(array(StringArray::from(figure_texts.clone()))), expected);
    assert_eq!(figures(array(LargeStringArray::from(figure_texts.clone()))), expected);
    assert_eq!(figures(array(StringViewArray::from(figure_texts.clone()))), expected);
    let dictionary: DictionaryArray<Int32Type> = figure_texts.into_iter().collect();
    assert_eq!(figures(array(dictionary)), expected);
}

#[test]
fn dictionaries_may_have_any_figures_and_nothing_but_nulls() {
    let keys = vec![Some(1), None, Some(0), Some(2), Some(1)];
    let values = array(Float64Array::from(vec![Some(0.5), Some(2.0), None]));
    let dictionary = DictionaryArray::<Int8Type>::new(keys.into(), values);
    assert_eq!(figures(array(dictionary.clone())), ["2", "-", "0.5", "-", "2"]);
    assert_eq!(figures(array(dictionary.slice(1, 3))), ["-", "0.5", "-"]);
    let empty = array(Int64Array::from(Vec::<i64>::new()));
    let nulls = DictionaryArray::<UInt16Type>::new(vec![None, None].into(), empty);
    assert_eq!(figures(array(nulls)), ["-", "-"]);
    assert_eq!(figures(array(NullArray::new(2))), ["-", "-"]);
}

/// Makes sure that the cells of a column are these periods, each of which is a single cell's.
fn check_periods(column: ArrayRef, dates: Option<Frequency>, expected: &[&str]) {
    let rows = column.len();
    let columns = [
        ("indicator", texts("a", rows)),
        ("region", texts("VN", rows)),
        ("period", column),
        ("value", array(Int32Array::from_iter_values((1..).take(rows)))),
    ];
    let mut store = Store::in_memory();
    let options = ImportOptions { dates, ..ImportOptions::default() };
    import(&mut store, &[batch(columns)], &options).unwrap();
    assert_eq!(store.statistics().points, expected.len() as u64);
    for (period, row) in expected.iter().zip(1..) {
        let answer = store.query(&format!("a in VN at {period}")).unwrap();
        assert_eq!(answer.rows[0].value.unwrap().to_string(), format!("{row}"), "{period}");
    }
}

#[test]
fn years_are_periods() {
    let check = |column| check_periods(column, None, &["1995", "2024"]);
    check(array(Int16Array::from(vec![1995, 2024])));
    check(array(Int32Array::from(vec![1995, 2024])));
    check(array(Int64Array::from(vec![1995, 2024])));
    check(array(UInt16Array::from(vec![1995, 2024])));
    check(array(UInt32Array::from(vec![1995, 2024])));
}

#[test]
fn dates_are_periods_of_the_frequency_that_is_said() {
    // 2024-03-31 and 2024-04-01.
    let days = array(Date32Array::from(vec![19_813, 19_814]));
    for (frequency, expected) in [
        (Frequency::Day, ["2024-03-31", "2024-04-01"]),
        (Frequency::Month, ["2024-03", "2024-04"]),
        (Frequency::Quarter, ["2024-Q1", "2024-Q2"]),
    ] {
        check_periods(Arc::clone(&days), Some(frequency), &expected);
    }
    let check = |column| check_periods(column, Some(Frequency::Month), &["2024-03", "2024-04"]);
    let seconds = [19_813_i64, 19_814].map(|day| day * 86_400);
    let of = |factor: i64| seconds.map(|second| second * factor).to_vec();
    check(array(Date64Array::from(of(1_000))));
    let of_seconds = TimestampSecondArray::from(of(1));
    check(array(of_seconds.clone()));
    check(array(of_seconds.with_timezone("UTC")));
    check(array(TimestampMillisecondArray::from(of(1_000))));
    check(array(TimestampMicrosecondArray::from(of(1_000_000))));
    check(array(TimestampNanosecondArray::from(of(1_000_000_000))));
    let days = array(Date32Array::from(vec![19_814, 0, 19_813]));
    let dictionary = DictionaryArray::<Int8Type>::new(vec![Some(2), Some(0)].into(), days);
    check(array(dictionary));
}

#[test]
fn days_of_publication_are_dates_or_texts() {
    let columns = |published: ArrayRef| {
        batch([
            ("indicator", texts("a", 2)),
            ("region", texts("VN", 2)),
            ("period", texts("2023", 2)),
            ("figure", array(Int64Array::from(vec![1, 2]))),
            ("published", published),
        ])
    };
    let options = ImportOptions {
        published: Some("2024-01-01".parse().unwrap()),
        columns: Columns::default().with(Role::Value, "FIGURE"),
        ..ImportOptions::default()
    };
    for published in [
        array(Date32Array::from(vec![None, Some(19_814)])),
        array(TimestampSecondArray::from(vec![None, Some(19_814 * 86_400)])),
        array(StringViewArray::from(vec![None, Some("2024-04-01")])),
    ] {
        let mut store = Store::in_memory();
        import(&mut store, &[columns(published)], &options).unwrap();
        let value = |query| store.query(query).unwrap().rows[0].value.unwrap().to_string();
        assert_eq!(value("a in VN at 2023 as of 2024-03-31"), "1");
        assert_eq!(value("a in VN at 2023 as of 2024-04-01"), "2");
    }
}
