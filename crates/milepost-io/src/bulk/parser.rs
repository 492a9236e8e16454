//! One block of a file, line by line: plain lines the fast way, all others as records.

use super::cells::{COLUMNS_MAX, Cells};
use super::loader::{Loader, Plain, Sink};
use super::report::Report;
use crate::observations::{Columns, OPTIONAL};
use crate::records::{Broken, RECORD_BYTES_MAX, Records};
use crate::table::{Header, read_record};
use crate::{Faults, ImportOptions};

/// The number that lines of a block are counted from while it is read: not that of the first line of
/// a file, which a byte order mark may precede.
pub(super) const FIRST_LINE: u64 = 2;

/// Reads blocks, one after another; each thread has its own.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    file: &'a str,
    header: &'a Header,
    options: &'a ImportOptions,
    columns: Columns,
    places: Option<Places>,
    cells: Cells,
    loader: Loader<'a>,
}

/// Positions of the columns.
#[derive(Debug)]
struct Places {
    indicator: usize,
    region: usize,
    period: usize,
    value: usize,
    optional: Vec<usize>,
    columns: usize,
}

impl Places {
    /// `None` if the header has more columns than the fast way knows.
    fn of(header: &Header) -> Option<Self> {
        let columns = header.names().len();
        (columns <= COLUMNS_MAX).then_some(())?;
        Some(Self {
            indicator: header.position("indicator")?,
            region: header.position("region")?,
            period: header.position("period")?,
            value: header.position("value")?,
            optional: OPTIONAL.iter().filter_map(|name| header.position(name)).collect(),
            columns,
        })
    }
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        file: &'a str,
        header: &'a Header,
        options: &'a ImportOptions,
        sink: Sink<'a>,
    ) -> Self {
        Self {
            file,
            header,
            options,
            columns: Columns::of(header),
            places: Places::of(header),
            cells: Cells::new(),
            loader: Loader::new(sink),
        }
    }

    /// Reads a block as one piece.
    pub(super) fn read(&mut self, number: u64, block: &[u8]) -> Report {
        let mut report = Report::of(number, self.file);
        let mut line = FIRST_LINE;
        match std::str::from_utf8(block) {
            Ok(text) => self.read_text(text, &mut line, &mut report),
            // The records that are not UTF-8 are named, and the others read.
            Err(_) => {
                self.read_records(block, &mut line, usize::MAX, &mut report);
            }
        }
        report.bytes = block.len() as u64;
        report.lines = line - FIRST_LINE;
        self.loader.end(&mut report);
        report
    }

    fn read_text(&mut self, text: &str, line: &mut u64, report: &mut Report) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() && !report.is_cut {
            let end = self.cells.split(bytes, at);
            if self.read_plain(text, end - at, *line - FIRST_LINE, report) {
                at = end + 1;
                *line += 1;
            } else {
                // One record, which goes on beyond the line only if it has a quote.
                let limit = if self.cells.has_quote() { bytes.len() } else { end + 1 };
                let record = bytes.get(at..limit.min(bytes.len())).unwrap_or_default();
                at += self.read_records(record, line, 1, report);
            }
        }
    }

    /// Reads the line whose cells were found, if it is a plain one.
    #[inline]
    fn read_plain(&mut self, text: &str, length: usize, line: u64, report: &mut Report) -> bool {
        let cells = &self.cells;
        if cells.has_quote() || length >= RECORD_BYTES_MAX {
            return false;
        }
        let cell = |index: usize| cells.get(text, index);
        match &self.places {
            Some(places) if cells.len() == places.columns => {
                let plain = Plain {
                    indicator: cell(places.indicator),
                    region: cell(places.region),
                    period: cell(places.period),
                    value: cell(places.value),
                };
                let optional = places.optional.iter().map(|&index| cell(index));
                self.loader.add_plain(&plain, optional, line, report)
            }
            // An empty line.
            _ => cells.len() == 1 && cell(0).is_empty(),
        }
    }

    /// Reads records, at most so many, and gives how many bytes they have.
    fn read_records(
        &mut self,
        bytes: &[u8],
        line: &mut u64,
        most: usize,
        report: &mut Report,
    ) -> usize {
        let Self { header, options, columns, places, loader, .. } = self;
        let optional = places.as_ref().map_or(&[][..], |places| places.optional.as_slice());
        let mut records = Records::resume(bytes, *line);
        for _ in 0..most {
            let record = records.next();
            report.is_cut |= matches!(record, Err(Broken::Rest { .. }));
            let mut faults = std::mem::replace(&mut report.faults, Faults::of(""));
            let goes_on = read_record(record, header, &mut faults, |line| {
                report.rows += 1;
                let number = line.number() - FIRST_LINE;
                let period = line.text("period");
                let optional = optional.iter().map(|&index| line.at(Some(index)));
                let optional: Vec<&str> = optional.collect();
                match columns.read(line, options) {
                    Ok(Some(row)) => loader.add(&row, period, &optional, number, report),
                    Ok(None) => report.skipped_missing += 1,
                    Err(_) => {}
                }
            });
            report.faults = faults;
            if !matches!(goes_on, Ok(true)) {
                break;
            }
        }
        *line = records.next_line();
        usize::try_from(records.bytes()).unwrap_or(usize::MAX)
    }
}
