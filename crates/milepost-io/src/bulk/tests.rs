//! Large files are imported as small ones are.

use std::fmt::Write as _;

use milepost::{Indicator, Region};
use milepost_store::{Options, StoreError};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::import_reader;

/// A row by columns, the optional ones last.
type Cells = (&'static str, &'static str, &'static str, &'static str, [&'static str; 6]);

const COLUMNS: &str = "indicator,region,period,value";
const OPTIONALS: [&str; 6] = ["status", "published", "note", "source", "scenario", "precision"];

fn any_row(is_sound: bool) -> impl Strategy<Value = Cells> {
    let bad = move |sound: &[&'static str], bad: &[&'static str]| {
        let weight = u32::from(!is_sound);
        let (sound, bad) = (select(sound.to_vec()), select(bad.to_vec()));
        prop_oneof![40 => sound, weight => bad]
    };
    let optional = (
        bad(&["", "", "A", "E", " P", "\"E;P\""], &["O", "??"]),
        bad(&["", "", "2024-01-01", "2024-02-01"], &["2024-13-01"]),
        bad(&["", "", "press", "\"two, parts\"", "\"a\nline\"", "\"say \"\"x\"\"\""], &["a\"b"]),
        bad(&["", "", "VSS", "Quốc hội"], &["\"x\"y"]),
        bad(&["", "", "", "target"], &["reported"]),
        bad(&["", "", "over"], &["so so"]),
    );
    (
        bad(&["a", "a", "a", "b", " b ", "\"a\"", "c"], &["", "both", "new", "NEW", "new one"]),
        bad(&["VN", "VN-01", "VN-02", "vn-02", "đ"], &["VN-80", "", "elsewhere", "Elsewhere"]),
        bad(
            &["2020", "2020-06", "2020-07", "2020M08", "2024-Q1", "2020-01-05/2020-03-09"],
            &["2020-13", ""],
        ),
        bad(&["1", "1", "1", "1.0", " 1 ", "1e0", "", "+1"], &["2", "-2.50", "x", "1 0"]),
        optional.prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f]),
    )
}

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let tail: [&[u8]; 3] = [b"a,\"VN", b"a,VN,2020,\xE9\n", b"a;VN\n"];
    let tail = prop_oneof![20 => Just(&b""[..]), 1 => select(tail.to_vec())];
    let rows =
        any::<bool>().prop_flat_map(|is_sound| proptest::collection::vec(any_row(is_sound), 0..40));
    let kept = proptest::collection::vec(any::<bool>(), 6);
    let end = select(vec!["\n", "\r\n", "\n\n", "\n,\n"]);
    (rows, kept, any::<bool>(), end, tail).prop_map(|(rows, kept, is_reversed, end, tail)| {
        let line = |mut cells: Vec<&str>| {
            if is_reversed {
                cells.reverse();
            }
            cells.join(",")
        };
        let kept = |all: [&'static str; 6]| {
            let all = all.into_iter().zip(kept.clone());
            all.filter(|(_, is_kept)| *is_kept).map(|(cell, _)| cell)
        };
        let mut file = line(COLUMNS.split(',').chain(kept(OPTIONALS)).collect());
        for (indicator, region, period, value, others) in rows {
            let cells = [indicator, region, period, value].into_iter().chain(kept(others));
            write!(file, "{end}{}", line(cells.collect())).unwrap();
        }
        file += end;
        [file.as_bytes(), tail].concat()
    })
}

fn define(store: &mut Store) {
    let stock = |name: &str| Indicator::stock(name);
    store
        .define_all([
            stock("a").into(),
            stock("b").label("en", "both").into(),
            stock("c").label("en", "both").into(),
            Region::new("VN").name("Việt Nam").level(0).into(),
            Region::new("VN-01").level(1).parent("VN").into(),
            Region::new("VN-02").level(1).parent("VN").into(),
            Region::new("VN-80").level(1).parent("VN").valid_to("2020-07-01").into(),
            Region::new("VN-80").level(1).parent("VN").valid_from("2021-01-01").into(),
            Region::new("d").name("đ").level(1).into(),
        ])
        .unwrap();
}

/// What an import said, besides when it was.
fn said(outcome: Result<ImportReport>) -> String {
    match outcome {
        Ok(report) => {
            let ImportReport { rows, skipped_missing, withdrawals, ignored, receipt, .. } = report;
            let milepost::Receipt { added, revised, unchanged, withdrawn, registered, .. } =
                receipt;
            format!(
                "{rows} {skipped_missing} {withdrawals} {ignored:?}: \
                 {added} {revised} {unchanged} {withdrawn} {registered:?}"
            )
        }
        Err(error) => format!("{error}"),
    }
}

/// All that is in the store in a directory.
fn contents(directory: &Path) -> std::result::Result<String, StoreError> {
    let store = milepost_store::Store::open_read_only(directory, Options::default())?;
    store.verify()?;
    let snapshot = store.snapshot();
    let catalogue = snapshot.catalogue();
    let mut contents = String::new();
    for (indicator, record) in catalogue.indicators() {
        for (region, place) in catalogue.regions() {
            for scenario in snapshot.scenarios(indicator) {
                let series = snapshot.series(indicator, region, &scenario, None)?;
                for observation in series {
                    let known =
                        snapshot.revisions(indicator, region, &scenario, observation.period)?;
                    let names = (&record.name, &place.uid, &scenario);
                    writeln!(contents, "{names:?} {known:?}").unwrap();
                }
            }
        }
    }
    Ok(contents)
}

/// Imports files one after another, each the one way and the other way, and compares.
fn compare(files: &[Vec<u8>], options: &ImportOptions, tuning: Tuning) {
    let directory = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| directory.path().join(name));
    let mut stores = [&one, &other].map(|path| Store::create(path).unwrap());
    stores.iter_mut().for_each(define);
    for bytes in files {
        let path = directory.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
        let file = path.display().to_string();
        let [small, large] = &mut stores;
        let expected = said(import_reader(small, &bytes[..], &file, options, &mut |_| {}));
        let mut last = None;
        let mut progress = |now: ImportProgress| last = Some(now);
        let outcome = BulkFile::open(&path, options, tuning)
            .and_then(|file| file.import(large, &mut progress));
        if outcome.is_ok() && last.is_some() {
            assert_eq!(last.map(|now| now.bytes), Some(bytes.len() as u64));
        }
        assert_eq!(said(outcome), expected);
    }
    for store in stores {
        store.close().unwrap();
    }
    assert_eq!(contents(&other).unwrap(), contents(&one).unwrap());
}

/// Of rows that say the same twice, and contradict what is known, the first is blamed.
#[test]
fn the_first_of_equal_rows_is_blamed() {
    let files = [
        &b"indicator,region,period,value,precision\na,VN-01,2020-06,1,over\n"[..],
        b"indicator,region,period,value\na,VN-01,2020-06,1\na,VN-01,2020-06,1\n",
    ];
    let files = files.map(<[u8]>::to_vec);
    let tuning = Tuning { threads: 1, block_bytes: 1, memory: None };
    compare(&files, &ImportOptions::default(), tuning);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_large_file_is_imported_as_a_small_one(
        files in proptest::collection::vec(any_file(), 1..3),
        strict in proptest::bool::weighted(0.2),
        published in proptest::option::of(Just("2024-03-01")),
        source in proptest::option::of(Just("options")),
        (threads, block_bytes) in (1..4usize, 1..400usize),
        memory in proptest::option::of(Just(0)),
    ) {
        let options = ImportOptions {
            published: published.map(|day| day.parse().unwrap()),
            source: source.map(str::to_owned),
            strict,
        };
        compare(&files, &options, Tuning { threads, block_bytes, memory });
    }
}

#[test]
fn every_fault_of_a_long_file_is_counted_and_the_first_are_told() {
    let mut file = format!("{COLUMNS}\n");
    for row in 0..3_000 {
        let value = if row % 50 == 7 { "?" } else { "1" };
        writeln!(file, "a,VN-0{},{},{value}", row % 2 + 1, 1000 + row / 2).unwrap();
    }
    let tuning = Tuning { threads: 3, block_bytes: 1_000, memory: None };
    compare(&[file.clone().into_bytes()], &ImportOptions::default(), tuning);
    // A record that is too long ends the reading, whatever follows.
    let long = "x".repeat(crate::records::RECORD_BYTES_MAX);
    let files = [
        format!("{file}a,VN,{long}\n{file}"),
        format!("{COLUMNS}\na,VN,2020,1\n\"{long}\n{file}"),
        COLUMNS.to_owned(),
        format!("{COLUMNS}\nnew,VN,2020,1\nNew,here,2020,1\n"),
        format!("{COLUMNS}\na,VN,2021,1\na,VN,2021,1.0\na,VN,2021,2\n"),
    ];
    compare(&files.map(String::into_bytes), &ImportOptions::default(), tuning);
}

#[test]
fn a_file_that_is_checked_leaves_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file.csv");
    let options = ImportOptions::default();
    let check = |bytes: &str| {
        std::fs::write(&path, bytes).unwrap();
        BulkFile::open(&path, &options, Tuning::default())?.check(&mut |_| {})
    };
    check(&format!("{COLUMNS}\na,VN,2020,1\n")).unwrap();
    assert!(matches!(check(&format!("{COLUMNS}\na,VN,2020,x\n")), Err(Error::Data(_))));
    assert!(matches!(check("indicator,value\n"), Err(Error::Data(_))));
    drop(std::fs::remove_file(&path));
    let absent = BulkFile::open(&path, &options, Tuning::default());
    assert!(matches!(absent, Err(Error::Io { .. })));
}
