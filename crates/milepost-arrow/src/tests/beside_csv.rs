//! The same rows lead to equal stores and equal refusals, as CSV and as record batches.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{Int32Type, UInt8Type};
use arrow_array::{
    ArrayRef, DictionaryArray, LargeStringArray, RecordBatch, StringArray, StringViewArray,
};
use milepost::{Indicator, Receipt, Region, Store};
use milepost_store::Options;
use proptest::prelude::*;
use proptest::sample::select;

use super::batch;
use crate::import::{Tuning, import_with};
use crate::pieces::Sizes;
use crate::{Error, ImportOptions, ImportReport};

/// The columns, one of which is not read, but keeps a line of the file from being empty.
const COLUMNS: [&str; 11] = [
    "indicator",
    "region",
    "period",
    "value",
    "status",
    "published",
    "note",
    "source",
    "scenario",
    "precision",
    "extra",
];

type Row = [&'static str; COLUMNS.len()];

fn any_row(is_sound: bool) -> impl Strategy<Value = Row> {
    let bad = move |sound: &[&'static str], bad: &[&'static str]| {
        let weight = u32::from(!is_sound);
        let (sound, bad) = (select(sound.to_vec()), select(bad.to_vec()));
        prop_oneof![40 => sound, weight => bad]
    };
    let required = (
        bad(&["a", "a", "a", "b", " b ", "c"], &["", "both", "new", "NEW", "new one"]),
        bad(&["VN", "VN-01", "VN-02", "vn-02", "đ"], &["VN-80", "", "elsewhere", "Elsewhere"]),
        bad(
            &["2020", "2020-06", "2020-07", "2020M08", "2024-Q1", "2020-01-05/2020-03-09"],
            &["2020-13", ""],
        ),
        bad(&["1", "1", "1", "1.0", " 1 ", "1e0", "", "+1"], &["2", "-2.50", "x", "1 0", " "]),
    );
    let optional = (
        bad(&["", "", "A", "E", " P", "E;P"], &["O", "??"]),
        bad(&["", "", "2024-01-01", "2024-02-01"], &["2024-13-01"]),
        bad(&["", "", "press", "two parts"], &["  "]),
        bad(&["", "", "VSS", "Quốc hội"], &["x"]),
        bad(&["", "", "", "target"], &["reported", "a//b"]),
        bad(&["", "", "over"], &["so so"]),
    );
    (required, optional)
        .prop_map(|((a, b, c, d), (e, f, g, h, i, j))| [a, b, c, d, e, f, g, h, i, j, "x"])
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    any::<bool>().prop_flat_map(|is_sound| proptest::collection::vec(any_row(is_sound), 0..40))
}

fn csv(rows: &[Row], columns: &[usize]) -> String {
    let line = |row: &Row| columns.iter().map(|column| row[*column]).collect::<Vec<_>>().join(",");
    let mut file = line(&COLUMNS);
    for row in rows {
        write!(file, "\n{}", line(row)).unwrap();
    }
    file + "\n"
}

/// The texts of a column in one of the encodings that Arrow has for them.
fn encoded(texts: &[&str], encoding: u8) -> ArrayRef {
    // Null is as good as an empty text.
    let texts = texts.iter().map(|text| (!text.is_empty()).then_some(*text));
    match encoding {
        0 => Arc::new(texts.collect::<StringArray>()),
        1 => Arc::new(
            texts
                .map(Option::unwrap_or_default)
                .collect::<Vec<_>>()
                .into_iter()
                .map(Some)
                .collect::<LargeStringArray>(),
        ),
        2 => Arc::new(texts.collect::<StringViewArray>()),
        3 => Arc::new(texts.collect::<DictionaryArray<Int32Type>>()),
        _ => {
            // A dictionary with a null, an empty text and values that no row has.
            let mut values = vec![None, Some(""), Some("nobody has this")];
            let keys = texts.map(|text| {
                let known = values.iter().position(|value| *value == text);
                let place = known.unwrap_or_else(|| {
                    values.push(text);
                    values.len() - 1
                });
                u8::try_from(place).unwrap()
            });
            let keys: Vec<u8> = keys.collect();
            Arc::new(DictionaryArray::<UInt8Type>::new(
                keys.into(),
                Arc::new(StringArray::from(values)),
            ))
        }
    }
}

fn batches(
    rows: &[Row],
    columns: &[usize],
    encodings: &[u8],
    batch_rows: usize,
) -> Vec<RecordBatch> {
    let of = |rows: &[Row]| {
        batch(columns.iter().zip(encodings).map(|(column, encoding)| {
            let texts: Vec<&str> = rows.iter().map(|row| row[*column]).collect();
            (COLUMNS[*column], encoded(&texts, *encoding))
        }))
    };
    // A file without rows has columns, and so has a batch.
    if rows.is_empty() { vec![of(rows)] } else { rows.chunks(batch_rows).map(of).collect() }
}

fn define(store: &mut Store) {
    store
        .define_all([
            Indicator::stock("a").into(),
            Indicator::stock("b").label("en", "both").into(),
            Indicator::stock("c").label("en", "both").into(),
            Region::new("VN").name("Việt Nam").level(0).into(),
            Region::new("VN-01").level(1).parent("VN").into(),
            Region::new("VN-02").level(1).parent("VN").into(),
            Region::new("VN-80").level(1).parent("VN").valid_to("2020-07-01").into(),
            Region::new("VN-80").level(1).parent("VN").valid_from("2021-01-01").into(),
            Region::new("d").name("đ").level(1).into(),
        ])
        .unwrap();
}

/// What an import made of the rows, besides when.
fn made(rows: u64, skipped: u64, withdrawn: u64, ignored: &[String], receipt: &Receipt) -> String {
    let Receipt { added, revised, unchanged, withdrawn: news, registered, .. } = receipt;
    format!(
        "{rows} {skipped} {withdrawn} {ignored:?}: {added} {revised} {unchanged} {news} {registered:?}"
    )
}

/// Which cells do not fit; of many faults the rows only, and of those the first.
fn unfit(count: usize, mut cells: Vec<(u64, Option<String>)>) -> String {
    cells.sort();
    if count > cells.len() {
        format!("{count} from {:?}", cells[0].0)
    } else {
        format!("{cells:?}")
    }
}

fn said_of_csv(outcome: milepost_io::Result<milepost_io::ImportReport>) -> String {
    match outcome {
        Ok(report) => made(
            report.rows,
            report.skipped_missing,
            report.withdrawals,
            &report.ignored,
            &report.receipt,
        ),
        Err(milepost_io::Error::Data(faults)) => {
            let cells = faults.faults().iter();
            let cells = cells.map(|fault| (fault.line - 2, fault.column.clone())).collect();
            unfit(faults.count(), cells)
        }
        Err(milepost_io::Error::Row { line, source, .. }) => format!("{}: {source}", line - 2),
        Err(error) => error.to_string(),
    }
}

fn said(outcome: crate::Result<ImportReport>, batch_rows: usize) -> String {
    let of_all = |batch: u64, row: u64| batch * batch_rows as u64 + row;
    match outcome {
        Ok(report) => made(
            report.rows,
            report.skipped_missing,
            report.withdrawals,
            &report.ignored,
            &report.receipt,
        ),
        Err(Error::Data(faults)) => {
            let cells = faults
                .faults()
                .iter()
                .map(|fault| (of_all(fault.batch, fault.row.unwrap()), fault.column.clone()));
            unfit(faults.count(), cells.collect())
        }
        Err(Error::Row { batch, row, source }) => format!("{}: {source}", of_all(batch, row)),
        Err(error) => error.to_string(),
    }
}

/// All that is in the store in a directory.
fn contents(directory: &Path) -> String {
    let store = milepost_store::Store::open_read_only(directory, Options::default()).unwrap();
    store.verify().unwrap();
    let snapshot = store.snapshot();
    let catalogue = snapshot.catalogue();
    let mut contents = String::new();
    for (indicator, record) in catalogue.indicators() {
        for (region, place) in catalogue.regions() {
            for scenario in snapshot.scenarios(indicator) {
                let series = snapshot.series(indicator, region, &scenario, None).unwrap();
                for observation in series {
                    let period = observation.period;
                    let known = snapshot.revisions(indicator, region, &scenario, period).unwrap();
                    let names = (&record.name, &place.uid, &scenario);
                    writeln!(contents, "{names:?} {known:?}").unwrap();
                }
            }
        }
    }
    contents
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn batches_are_imported_as_a_file_is(
        imports in proptest::collection::vec(any_rows(), 1..3),
        kept in proptest::collection::vec(any::<bool>(), COLUMNS.len()),
        encodings in proptest::collection::vec(0..5_u8, COLUMNS.len()),
        (batch_rows, piece_rows, part_rows) in (1..12_usize, 1..25_usize, 1..9_usize),
        threads in 1..4_usize,
        strict in proptest::bool::weighted(0.2),
        published in proptest::option::of(Just("2024-03-01")),
        source in proptest::option::of(Just("options")),
        memory in proptest::option::of(Just(0)),
    ) {
        let is_kept = |column: &usize| *column < 4 || *column == 10 || kept[*column];
        let columns: Vec<usize> = (0..COLUMNS.len()).filter(is_kept).collect();
        let published = published.map(|day| day.parse().unwrap());
        let source = source.map(str::to_owned);
        let of_csv = milepost_io::ImportOptions { published, source: source.clone(), strict };
        let options = ImportOptions { published, source, strict, ..ImportOptions::default() };
        let tuning = Tuning { threads, sizes: Sizes { piece_rows, part_rows }, memory };

        let directory = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| directory.path().join(name));
        let mut stores = [&one, &other].map(|path| Store::create(path).unwrap());
        stores.iter_mut().for_each(define);
        for rows in imports {
            let [by_file, by_batches] = &mut stores;
            let file = csv(&rows, &columns);
            let expected = milepost_io::import_reader(
                by_file, file.as_bytes(), "a.csv", &of_csv, &mut |_| {},
            );
            let batches = batches(&rows, &columns, &encodings, batch_rows);
            let outcome = import_with(
                by_batches, batches.into_iter().map(Ok), &options, tuning, &mut |_| {},
            );
            prop_assert_eq!(said(outcome, batch_rows), said_of_csv(expected), "{}", file);
        }
        for store in stores {
            store.close().unwrap();
        }
        prop_assert_eq!(contents(&other), contents(&one));
    }
}
