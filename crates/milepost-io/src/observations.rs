//! Observations in the long format: one figure a row.

use std::collections::HashMap;
use std::io::{BufReader, Read};

use milepost::{Batch, Date, Decimal, Observation, Period, Precision, Scenario, Status};

use crate::Result;
use crate::table::{
    Header, Line, NAME_BYTES_MAX, NEEDED, NOTE_BYTES_MAX, Table, quoting, too_long,
};
use crate::value::parse_value;

pub(crate) const REQUIRED: &[&str] = &["indicator", "region", "period", "value"];
pub(crate) const OPTIONAL: &[&str] =
    &["status", "scenario", "published", "precision", "source", "note"];

/// How many rows pass between two calls of a progress callback.
const ROWS_BETWEEN_PROGRESS: u64 = 8192;

/// What a file does not say itself.
///
/// ```
/// use milepost_io::ImportOptions;
///
/// let options = ImportOptions { source: Some("VSS".to_owned()), ..ImportOptions::default() };
/// assert!(!options.strict);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The day of publication of rows that do not state one.
    pub published: Option<Date>,
    /// The source of rows that do not state one.
    pub source: Option<String>,
    /// Whether indicators and regions that the catalogue lacks are refused
    /// rather than registered as undeclared.
    pub strict: bool,
}

/// How far the reading of a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportProgress {
    /// Rows read.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes of the whole input, where that is known.
    pub bytes_total: Option<u64>,
}

/// The observations of a file, not yet committed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Observations {
    /// The file's name as the caller gave it.
    pub file: String,
    /// What is to be committed.
    pub batch: Batch,
    /// How many rows the file has, the skipped ones included.
    pub rows: u64,
    /// How many rows have an empty value, which adds nothing to the batch.
    pub skipped_missing: u64,
    /// How many rows withdraw a figure.
    pub withdrawals: u64,
    /// The line in the file of each observation of the batch, in its order.
    pub lines: Vec<u64>,
    /// The columns of other names, which are not read.
    pub ignored: Vec<String>,
}

/// Reads observations in the long format; `file` names the input in messages.
///
/// The columns `indicator`, `region`, `period` and `value` are required;
/// `status`, `scenario`, `published`, `precision`, `source` and `note` may be
/// there too, in any order; columns of other names are not read, and listed. An empty
/// value with status `O` withdraws a figure; any other empty value is a missing
/// cell, which is counted and adds nothing.
///
/// ```
/// use milepost_io::{ImportOptions, read_observations};
///
/// let file = "indicator,region,period,value\nhi.coverage,VN,2023,93.35\nhi.coverage,VN,2022,\n";
/// let options = ImportOptions::default();
/// let read = read_observations(file.as_bytes(), "coverage.csv", &options)?;
/// assert_eq!((read.batch.len(), read.skipped_missing), (1, 1));
///
/// let file = "indicator,region,period,value\nhi.coverage,VN,2023,\"93,35\"\n";
/// let error = read_observations(file.as_bytes(), "coverage.csv", &options).unwrap_err();
/// assert!(error.to_string().starts_with("coverage.csv: line 2, column value: "));
/// # Ok::<(), milepost_io::Error>(())
/// ```
///
/// # Errors
///
/// Every cell that does not fit, by line and column; there is no batch then.
pub fn read_observations(
    reader: impl Read,
    file: &str,
    options: &ImportOptions,
) -> Result<Observations> {
    read_with_progress(reader, file, options, None, &mut |_| {})
}

pub(crate) fn read_with_progress(
    reader: impl Read,
    file: &str,
    options: &ImportOptions,
    bytes_total: Option<u64>,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<Observations> {
    let table = Table::open(BufReader::with_capacity(1 << 18, reader), file)?.require(REQUIRED)?;
    let batch = if options.strict { Batch::new().strict() } else { Batch::new() };
    let mut read = Observations {
        file: file.to_owned(),
        batch,
        rows: 0,
        skipped_missing: 0,
        withdrawals: 0,
        lines: Vec::new(),
        ignored: table.header.names_besides(&[REQUIRED, OPTIONAL].concat()),
    };
    let mut columns = Columns::of(&table.header);
    let bytes = table.read(|line, bytes| {
        read.rows += 1;
        if read.rows.is_multiple_of(ROWS_BETWEEN_PROGRESS) {
            progress(ImportProgress { rows: read.rows, bytes, bytes_total });
        }
        let number = line.number();
        match columns.read(line, options) {
            Ok(Some(row)) => {
                read.withdrawals += u64::from(row.value.is_none());
                read.batch.add(row.observation());
                read.lines.push(number);
            }
            Ok(None) => read.skipped_missing += 1,
            Err(Noted) => {}
        }
    })?;
    progress(ImportProgress { rows: read.rows, bytes, bytes_total });
    Ok(read)
}

/// A cell does not fit, and the fault has been noted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Noted;

/// What a row says.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) indicator: &'a str,
    pub(crate) region: &'a str,
    pub(crate) period: Period,
    /// `None` withdraws the figure.
    pub(crate) value: Option<Decimal>,
    pub(crate) status: Status,
    pub(crate) scenario: Scenario,
    pub(crate) precision: Precision,
    pub(crate) published: Option<Date>,
    pub(crate) source: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
}

impl Row<'_> {
    fn observation(&self) -> Observation<'_> {
        let observation = match self.value {
            Some(value) => Observation::new(self.indicator, self.region, self.period, value),
            None => Observation::withdrawn(self.indicator, self.region, self.period),
        };
        let mut observation = observation
            .status(self.status)
            .scenario(self.scenario.clone())
            .precision(self.precision);
        if let Some(day) = self.published {
            observation = observation.published(day);
        }
        if let Some(source) = self.source {
            observation = observation.source(source);
        }
        if let Some(note) = self.note {
            observation = observation.note(note);
        }
        observation
    }
}

/// Where the columns are, and what their texts meant before: a million rows
/// share a few hundred periods, dates and statuses.
#[derive(Debug)]
pub(crate) struct Columns {
    indicator: Option<usize>,
    region: Option<usize>,
    value: Option<usize>,
    source: Option<usize>,
    note: Option<usize>,
    period: Remembered<Period>,
    status: Remembered<Status>,
    scenario: Remembered<Scenario>,
    published: Remembered<Date>,
    precision: Remembered<Precision>,
}

impl Columns {
    pub(crate) fn of(header: &Header) -> Self {
        Self {
            indicator: header.position("indicator"),
            region: header.position("region"),
            value: header.position("value"),
            source: header.position("source"),
            note: header.position("note"),
            period: Remembered::of(header, "period"),
            status: Remembered::of(header, "status"),
            scenario: Remembered::of(header, "scenario"),
            published: Remembered::of(header, "published"),
            precision: Remembered::of(header, "precision"),
        }
    }

    /// The row of a line; `None` if its value is missing.
    pub(crate) fn read<'a>(
        &mut self,
        mut line: Line<'a>,
        options: &'a ImportOptions,
    ) -> Result<Option<Row<'a>>, Noted> {
        // Every cell is looked at before giving up, so that all faults show at once.
        let indicator = text(&mut line, self.indicator, "indicator", NAME_BYTES_MAX);
        let region = text(&mut line, self.region, "region", NAME_BYTES_MAX);
        let source = text(&mut line, self.source, "source", NAME_BYTES_MAX);
        let note = text(&mut line, self.note, "note", NOTE_BYTES_MAX);
        for (column, name) in [("indicator", indicator), ("region", region)] {
            if name.is_none() {
                line.fault(column, NEEDED);
            }
        }
        let period = self.period.read(&mut line);
        if period == Ok(None) {
            line.fault("period", NEEDED);
        }
        let status = self.status.read(&mut line);
        let scenario = self.scenario.read(&mut line);
        let published = self.published.read(&mut line);
        let precision = self.precision.read(&mut line);
        let value = value(&mut line, self.value, status.unwrap_or_default());

        let (Some(indicator), Some(region), Some(period)) = (indicator, region, period?) else {
            return Err(Noted);
        };
        let (status, scenario, value) = (status?, scenario?, value?);
        let (published, precision) = (published?, precision?);
        if value.is_none() && !status.is_some_and(is_withdrawal) {
            return Ok(None);
        }
        Ok(Some(Row {
            indicator,
            region,
            period,
            value,
            status: status.unwrap_or(Status::ACTUAL),
            scenario: scenario.unwrap_or_else(Scenario::reported),
            precision: precision.unwrap_or_default(),
            published: published.or(options.published),
            source: source.or(options.source.as_deref()),
            note,
        }))
    }
}

fn is_withdrawal(status: Status) -> bool {
    status.contains(Status::WITHDRAWN)
}

fn text<'a>(
    line: &mut Line<'a>,
    position: Option<usize>,
    column: &str,
    bytes_max: usize,
) -> Option<&'a str> {
    let text = line.at(position);
    if text.len() > bytes_max {
        line.fault(column, too_long(text, bytes_max));
    }
    (!text.is_empty()).then_some(text)
}

/// The value; `None` when the cell is empty.
fn value(
    line: &mut Line<'_>,
    position: Option<usize>,
    status: Option<Status>,
) -> Result<Option<Decimal>, Noted> {
    let text = line.at(position);
    if text.is_empty() {
        return Ok(None);
    }
    if status.is_some_and(is_withdrawal) {
        let message = format!(
            "{text:?} stands in a row of status O, which withdraws a figure; \
             an empty cell would fit"
        );
        line.fault("value", message);
        return Err(Noted);
    }
    parse_value(text).map(Some).map_err(|message| {
        line.fault("value", message);
        Noted
    })
}

/// A column whose texts repeat, with what each of them means.
#[derive(Debug)]
struct Remembered<T> {
    column: &'static str,
    position: Option<usize>,
    last: (String, Option<T>),
    known: HashMap<String, T>,
}

/// How many texts of a column are remembered: more than the days of a century.
const REMEMBERED_MAX: usize = 1 << 16;

impl<T: Clone + std::str::FromStr<Err: std::fmt::Display>> Remembered<T> {
    fn of(header: &Header, column: &'static str) -> Self {
        let position = header.position(column);
        Self { column, position, last: (String::new(), None), known: HashMap::new() }
    }

    /// What the cell says; `None` when it is empty.
    fn read(&mut self, line: &mut Line<'_>) -> Result<Option<T>, Noted> {
        let text = line.at(self.position);
        if text != self.last.0 {
            self.last.1 = if text.is_empty() { None } else { Some(self.look_up(text, line)?) };
            self.last.0.clear();
            self.last.0.push_str(text);
        }
        Ok(self.last.1.clone())
    }

    fn look_up(&mut self, text: &str, line: &mut Line<'_>) -> Result<T, Noted> {
        if let Some(known) = self.known.get(text) {
            return Ok(known.clone());
        }
        let meaning: T = text.parse().map_err(|error: T::Err| {
            line.fault(self.column, quoting(text, &error));
            Noted
        })?;
        if self.known.len() >= REMEMBERED_MAX {
            self.known.clear();
        }
        self.known.insert(text.to_owned(), meaning.clone());
        Ok(meaning)
    }
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn read(file: impl AsRef<[u8]>) -> Result<Observations> {
        read_observations(file.as_ref(), "a.csv", &ImportOptions::default())
    }

    /// The messages for rows below a header of every column.
    fn check(rows: &str, expected: &Expect) {
        let header = "indicator,region,period,value,status,scenario,published,precision,note\n";
        check_file(format!("{header}{rows}"), expected);
    }

    fn check_file(file: impl AsRef<[u8]>, expected: &Expect) {
        let error = read(file).expect_err("the file has a fault");
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn the_figures_of_the_sample_are_read() {
        let sample = include_bytes!("../../milepost-shell/data/observations.csv");
        let read = read(sample).unwrap();
        assert_eq!((read.rows, read.batch.len()), (65, 65));
        assert_eq!((read.skipped_missing, read.withdrawals), (0, 0));
    }

    #[test]
    fn values_that_are_no_figures_are_named() {
        check(
            "i,VN,2020,\"1,234\",,,,,\ni,VN,2021,1 234,,,,,\ni,VN,2022,..,,,,,\ni,VN,2023,NA,,,,,\n\
             i,VN,2024,39%,,,,,\ni,VN,2025,NaN,,,,,\ni,VN,2026,12p,,,,,\n\
             i,VN,2027,123456789012345678901,,,,,\ni,VN,2028,5,O,,,,\n",
            &expect![[r#"
                a.csv: line 2, column value: "1,234" has a comma; digits with at most one point would fit, as in 1234.5
                a.csv: line 3, column value: "1 234" has a blank in it; digits with at most one point would fit, as in 1234.5
                a.csv: line 4, column value: ".." is not a number; an empty cell means missing
                a.csv: line 5, column value: "NA" is not a number; an empty cell means missing
                a.csv: line 6, column value: "39%" has a unit; the unit belongs to the indicator, and the bare number would fit
                a.csv: line 7, column value: "NaN" is not a number; an empty cell means missing
                a.csv: line 8, column value: "12p" is not a number: unexpected 'p' at position 3 of a number
                a.csv: line 9, column value: "123456789012345678901" has more digits than a figure can keep; up to 18 significant digits would fit
                a.csv: line 10, column value: "5" stands in a row of status O, which withdraws a figure; an empty cell would fit"#]],
        );
    }

    #[test]
    fn cells_that_do_not_fit_are_named() {
        check(
            ",,,5,,,,,\ni,VN,2020-13,5,1,a//b,2020,circa,\ni,VN,2020-13,5,,,2020-02-30,,\n",
            &expect![[r#"
                a.csv: line 2, column indicator: the cell is empty; a value is needed here
                a.csv: line 2, column region: the cell is empty; a value is needed here
                a.csv: line 2, column period: the cell is empty; a value is needed here
                a.csv: line 3, column period: "2020-13": month 13 of 2020 does not exist: its months run from 1 to 12
                a.csv: line 3, column status: "1" is not a status; letters of the SDMX list would be, as in A, E or `E;P`
                a.csv: line 3, column scenario: "a//b" is not a scenario name; words parted by `/` would be, as in `target/stretch`
                a.csv: line 3, column published: `2020` is not a date of the form YYYY-MM-DD
                a.csv: line 3, column precision: "circa" is not a precision; exact, about, over (more than) or under (nearly) would be
                a.csv: line 4, column period: "2020-13": month 13 of 2020 does not exist: its months run from 1 to 12
                a.csv: line 4, column published: "2020-02-30": day 30 of 2020-02 does not exist: its days run from 1 to 29"#]],
        );
        let long = "x".repeat(NOTE_BYTES_MAX + 1);
        check(
            &format!("{long},VN,2020,5,,,,,{long}\n"),
            &expect![[r#"
            a.csv: line 2, column indicator: a text of 65537 bytes does not fit; at most 1024 bytes do
            a.csv: line 2, column note: a text of 65537 bytes does not fit; at most 65536 bytes do"#]],
        );
    }

    #[test]
    fn rows_and_headers_that_do_not_fit_are_named() {
        check(
            "i,VN,2020,1,234,,,,,,\n\"i\nj\",VN\n\n\ni,VN,2020,?,,,,,\n",
            &expect![[r#"
            a.csv: line 2: the record has 11 cells and the header 9; a cell with a comma in it is quoted
            a.csv: line 3: the record has 2 cells and the header 9
            a.csv: line 7, column value: "?" is not a number: unexpected '?' at position 1 of a number"#]],
        );
        check_file(
            "",
            &expect!["a.csv: line 1: the file is empty; a header with column names would fit"],
        );
        check_file(
            "Indicator,place,Period,period,VALUE\n",
            &expect![
                "a.csv: line 1, column period: the header has this name twice; each column needs its own"
            ],
        );
        check_file(
            "Indicator,place,Period\n",
            &expect![[r#"
            a.csv: line 1, column region: the header has no such column; its columns are Indicator, place, Period
            a.csv: line 1, column value: the header has no such column; its columns are Indicator, place, Period"#]],
        );
        check_file(
            b"indicator,region,period,value\ni,V\xE9,2020,1\n",
            &expect!["a.csv: line 2: byte 0xE9 is not UTF-8; UTF-8 is read"],
        );
    }

    #[test]
    fn faults_beyond_twenty_are_counted() {
        let rows: String = (0..25).map(|_| "i,VN,2020,?,,,,,\n").collect();
        let header = "indicator,region,period,value,status,scenario,published,precision,note\n";
        let Err(crate::Error::Data(faults)) = read(format!("{header}{rows}")) else {
            panic!("the file has faults");
        };
        assert_eq!((faults.count(), faults.faults().len()), (25, 20));
        assert_eq!(faults.faults()[19].line, 21);
        assert!(faults.to_string().ends_with("a.csv: 5 more faults"));
    }

    #[test]
    fn columns_may_stand_in_any_order_and_others_are_ignored() {
        let file = "\u{FEFF}Value , extra,PERIOD,region,indicator,\r\n 1.50 ,x,2024-Q2, VN ,i,\r\n";
        assert_eq!(read(file).unwrap().batch.len(), 1);
    }

    #[test]
    fn empty_values_are_missing_or_withdrawn() {
        let file = "indicator,region,period,value,status\n\
                    i,VN,2020,,\ni,VN,2021,,M\ni,VN,2022,,O\n, ,,,\ni,VN,2023,0,\n,\n";
        let read = read(file).unwrap();
        assert_eq!((read.rows, read.skipped_missing, read.withdrawals), (4, 2, 1));
        assert_eq!(read.batch.len(), 2);
    }

    #[test]
    fn progress_ends_at_the_end_of_the_file() {
        let rows = ROWS_BETWEEN_PROGRESS + 1;
        let row = "i,VN,2020,1\n";
        let file = format!(
            "indicator,region,period,value\n{}",
            row.repeat(usize::try_from(rows).unwrap())
        );
        let mut seen = Vec::new();
        let total = file.len() as u64;
        let options = ImportOptions::default();
        read_with_progress(file.as_bytes(), "a", &options, Some(total), &mut |now| seen.push(now))
            .unwrap();
        let [first, last] = seen[..] else { panic!("two calls, found {seen:?}") };
        assert_eq!((first.rows, last.rows), (ROWS_BETWEEN_PROGRESS, rows));
        assert!(first.bytes < last.bytes);
        assert_eq!((last.bytes, last.bytes_total), (total, Some(total)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = read(&bytes);
            let _ = read([b"indicator,region,period,value\n".as_slice(), &bytes].concat());
        }

        #[test]
        fn any_cells_are_read_or_refused(
            cells in proptest::collection::vec("[-+0-9.eE:,O%~/PQ]{0,12}|.{0,6}", 6),
        ) {
            let file = format!("indicator,region,period,value,status,published\n{}", cells.join(","));
            if let Ok(read) = read(file) {
                prop_assert_eq!(read.rows, read.batch.len() as u64 + read.skipped_missing);
            }
        }
    }
}
