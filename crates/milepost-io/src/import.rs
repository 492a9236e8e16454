//! From a file into a store, all of it or nothing.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use milepost::{Receipt, Store};

use crate::bulk::{BulkFile, Tuning};
use crate::observations::read_with_progress;
use crate::{Error, ImportOptions, ImportProgress, Observations, Result};

/// Bytes from which on a file is large: a hundred thousand rows or so.
const LARGE_BYTES: u64 = 4 << 20;

/// What an import did.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImportReport {
    /// The file's name as the caller gave it.
    pub file: String,
    /// How many rows the file has, the skipped ones included.
    pub rows: u64,
    /// How many rows have an empty value and were skipped.
    pub skipped_missing: u64,
    /// How many rows withdraw a figure.
    pub withdrawals: u64,
    /// The columns of the file that were not read.
    pub ignored: Vec<String>,
    /// What the store made of the others.
    pub receipt: Receipt,
}

/// Imports a file of observations in the long format, as one commit.
///
/// The columns are those of [`read_observations`](crate::read_observations). A
/// figure that the store has already is one fact with it: importing a file a
/// second time changes nothing.
///
/// # Errors
///
/// A file that cannot be read, every cell of it that does not fit, and what the
/// store refuses, such as another value for a figure of the same publication.
/// Nothing is imported then.
pub fn import_file(
    store: &mut Store,
    path: impl AsRef<Path>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport> {
    let path = path.as_ref();
    if is_large(path) {
        BulkFile::open(path, options, Tuning::default())?.import(store, progress)
    } else {
        read_observations_file(path, options, progress)?.commit(store)
    }
}

/// Reads a file of observations and keeps nothing, for who wants to know that it is sound before a
/// store is touched.
///
/// # Errors
///
/// As [`read_observations`](crate::read_observations).
pub fn check_file(
    path: impl AsRef<Path>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<()> {
    let path = path.as_ref();
    if is_large(path) {
        BulkFile::open(path, options, Tuning::default())?.check(progress)
    } else {
        read_observations_file(path, options, progress).map(|_| ())
    }
}

/// Whether a file is read by all cores: a small one is read as quickly by one, and its commit goes
/// into the log. What is no file, a pipe for example, cannot be read twice.
fn is_large(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() >= LARGE_BYTES)
}

/// Reads a file of observations for a commit that follows, as [`import_file`]
/// does: for who wants to know that a file is sound before a store is touched.
///
/// # Errors
///
/// As [`read_observations`](crate::read_observations).
pub fn read_observations_file(
    path: impl AsRef<Path>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<Observations> {
    let path = path.as_ref();
    let file = path.display().to_string();
    let opened = File::open(path).and_then(|input| {
        let length = input.metadata()?.len();
        Ok((input, length))
    });
    match opened {
        Ok((input, length)) => read_with_progress(input, &file, options, Some(length), progress),
        Err(source) => Err(Error::Io { file, source }),
    }
}

/// Imports observations from any input, as [`import_file`]; `file` names the
/// input in messages.
///
/// ```
/// use milepost_io::{ImportOptions, import_reader};
///
/// let mut store = milepost::Store::in_memory();
/// let file = "indicator,region,period,value\nhi.coverage,VN,2023,93.35\n";
/// let options = ImportOptions::default();
/// let report = import_reader(&mut store, file.as_bytes(), "input", &options, &mut |_| {})?;
/// assert_eq!(report.receipt.added, 1);
///
/// let again = import_reader(&mut store, file.as_bytes(), "input", &options, &mut |_| {})?;
/// assert_eq!((again.receipt.added, again.receipt.unchanged), (0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`import_file`].
pub fn import_reader(
    store: &mut Store,
    reader: impl Read,
    file: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport> {
    read_with_progress(reader, file, options, None, progress)?.commit(store)
}

impl Observations {
    /// Commits the observations, all of them or none.
    ///
    /// # Errors
    ///
    /// What the store refuses, with the line that says it.
    pub fn commit(self, store: &mut Store) -> Result<ImportReport> {
        let Self { file, batch, rows, skipped_missing, withdrawals, lines, ignored } = self;
        match store.commit(batch) {
            Ok(receipt) => {
                Ok(ImportReport { file, rows, skipped_missing, withdrawals, ignored, receipt })
            }
            Err(source) => Err(match source.position().and_then(|position| lines.get(position)) {
                Some(&line) => Error::Row { file, line, source },
                None => Error::Store(source),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read_catalogue_file, write_csv};
    use proptest::prelude::*;
    use std::fmt::Write as _;
    use std::io::Write as _;

    const HEADER: &str = "indicator,region,period,value,status,published\n";

    fn import_text(store: &mut Store, file: &str) -> Result<ImportReport> {
        import_reader(store, file.as_bytes(), "a.csv", &ImportOptions::default(), &mut |_| {})
    }

    fn sample(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../milepost-shell/data").join(name)
    }

    fn answer(store: &Store, query: &str) -> String {
        let mut csv = Vec::new();
        write_csv(&store.query(query).unwrap(), &mut csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        csv.lines().nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn the_sample_loads_and_a_second_import_changes_nothing() {
        let mut store = Store::in_memory();
        let files = ["milestones.csv", "regions.csv", "indicators.csv"];
        let definitions =
            files.into_iter().flat_map(|file| read_catalogue_file(sample(file)).unwrap());
        store.define_all(definitions).unwrap();
        let mut import = || {
            let options = ImportOptions { strict: true, ..ImportOptions::default() };
            import_file(&mut store, sample("observations.csv"), &options, &mut |_| {}).unwrap()
        };
        let first = import();
        assert_eq!((first.rows, first.receipt.added, first.receipt.unchanged), (65, 65, 0));
        let second = import();
        assert_eq!((second.rows, second.receipt.added, second.receipt.unchanged), (65, 0, 65));
        assert_eq!(
            answer(&store, "voluntary_si.participants in VN at 2018"),
            "VN,Việt Nam,2018,,277000,persons,actual,,,2020-05-23"
        );
    }

    #[test]
    fn undeclared_names_are_registered_or_refused() {
        let mut store = Store::in_memory();
        let file = format!("{HEADER}i,VN,2020,1,,\ni,VN-1,2020,1,,\n");
        let strict = ImportOptions { strict: true, ..ImportOptions::default() };
        let refused = import_reader(&mut store, file.as_bytes(), "a", &strict, &mut |_| {});
        assert!(matches!(
            refused,
            Err(Error::Row { line: 2, source: milepost::Error::Name { .. }, .. })
        ));
        let report = import_text(&mut store, &file).unwrap();
        assert_eq!(report.receipt.registered.indicators, ["i"]);
        assert_eq!(report.receipt.registered.regions, ["VN", "VN-1"]);
    }

    #[test]
    fn nothing_is_imported_when_a_line_is_bad() {
        let mut store = Store::in_memory();
        let error = import_text(&mut store, &format!("{HEADER}i,VN,2020,1,,\ni,VN,2021,?,,\n"));
        assert!(matches!(error, Err(Error::Data(faults)) if faults.count() == 1));
        assert_eq!(store.snapshot().catalogue().indicators().count(), 0);
    }

    #[test]
    fn what_the_file_states_wins_over_the_options() {
        let mut store = Store::in_memory();
        let options = ImportOptions {
            published: "2024-02-01".parse().ok(),
            source: Some("options".to_owned()),
            strict: false,
        };
        let file = format!("{HEADER}i,VN,2020,1,,\ni,VN,2021,1,,2024-01-01\n");
        import_reader(&mut store, file.as_bytes(), "a", &options, &mut |_| {}).unwrap();
        assert_eq!(answer(&store, "i in VN at 2020"), "VN,VN,2020,,1,,actual,,,2024-02-01");
        assert_eq!(answer(&store, "i in VN at 2021"), "VN,VN,2021,,1,,actual,,,2024-01-01");
    }

    #[test]
    fn a_withdrawal_leaves_the_figure_missing() {
        let mut store = Store::in_memory();
        import_text(&mut store, &format!("{HEADER}i,VN,2020,1,,2024-01-01\n")).unwrap();
        let report =
            import_text(&mut store, &format!("{HEADER}i,VN,2020,,O,2024-02-01\n")).unwrap();
        assert_eq!((report.withdrawals, report.receipt.withdrawn), (1, 1));
        assert!(answer(&store, "i in VN at 2020").contains("withdrawn"));
    }

    #[test]
    fn another_value_of_the_same_publication_is_a_conflict() {
        let mut store = Store::in_memory();
        import_text(&mut store, &format!("{HEADER}i,VN,2020,1,,2024-01-01\n")).unwrap();
        let error = import_text(&mut store, &format!("{HEADER}i,VN,2020,2,,2024-01-01\n"));
        assert!(matches!(
            error,
            Err(Error::Row { line: 2, source: milepost::Error::Conflict(_), .. })
        ));
    }

    #[test]
    fn a_large_file_is_imported_from_disk() {
        let rows: u32 = 40_000;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{HEADER}").unwrap();
        for row in 0..rows {
            let (region, month) = (row % 200, row / 200);
            let (year, month) = (2000 + month / 12, month % 12 + 1);
            writeln!(file, "i,VN-{region:03},{year}-{month:02},{row},,").unwrap();
        }
        file.flush().unwrap();
        let mut store = Store::in_memory();
        let mut last = None;
        let report = import_file(&mut store, file.path(), &ImportOptions::default(), &mut |now| {
            last = Some(now);
        })
        .unwrap();
        assert_eq!((report.rows, report.receipt.added), (u64::from(rows), u64::from(rows)));
        let last = last.unwrap();
        assert_eq!((last.rows, Some(last.bytes)), (u64::from(rows), last.bytes_total));
        assert!(answer(&store, "i in VN-007 at 2000-02").contains(",207,"));
    }

    proptest! {
        /// A figure comes out of a store as it stood in the file.
        #[test]
        fn figures_come_back_digit_for_digit(
            figures in proptest::collection::btree_map(1900..2100_u16, any::<i64>(), 1..20),
            scale in 0..10_u8,
        ) {
            let mut store = Store::in_memory();
            let rows: Vec<(u16, milepost::Decimal)> = figures
                .into_iter()
                .map(|(year, digits)| (year, milepost::Decimal::new(digits.into(), scale).unwrap()))
                .collect();
            let mut file = HEADER.to_owned();
            for (year, value) in &rows {
                writeln!(file, "i,VN,{year},{value},,2024-01-01").unwrap();
            }
            import_text(&mut store, &file).unwrap();
            for (year, value) in rows {
                prop_assert_eq!(
                    answer(&store, &format!("i in VN at {year}")),
                    format!("VN,VN,{year},,{value},,actual,,,2024-01-01")
                );
            }
        }
    }
}
