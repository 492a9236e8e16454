//! A file with a header: columns by name, faults gathered by line.

use std::io::BufRead;

use milepost::Label;

use crate::fault::Faults;
use crate::records::{Broken, Record, Records};
use crate::{Error, Result};

/// The longest name or code, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 1 << 10;
/// The longest note, in bytes.
pub(crate) const NOTE_BYTES_MAX: usize = 1 << 16;

pub(crate) const NEEDED: &str = "the cell is empty; a value is needed here";

/// The column names of a file, matched in any case.
#[derive(Debug)]
pub(crate) struct Header {
    names: Vec<String>,
    line: u64,
}

impl Header {
    /// The position of a column, if the file has it.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known.eq_ignore_ascii_case(name))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The columns called `prefix_xx`, as `xx` and position.
    pub(crate) fn suffixed(&self, prefix: &str) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().enumerate().filter_map(move |(index, name)| {
            let (start, suffix) = name.split_once('_')?;
            let wanted = start.eq_ignore_ascii_case(prefix) && !suffix.is_empty();
            wanted.then_some((suffix, index))
        })
    }

    pub(crate) fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(String::as_str)
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The names that are none of those known.
    pub(crate) fn names_besides(&self, known: &[&str]) -> Vec<String> {
        let is_known = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.names.iter().filter(|name| !is_known(name)).cloned().collect()
    }

    /// The physical line on which it stands.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Refuses other separators and two columns of one name. A column without one is ignored.
    fn read(record: Record<'_>, faults: &mut Faults) -> Self {
        let (names, line) = (record.cells().map(str::to_owned).collect::<Vec<_>>(), record.line());
        if let [only] = names.as_slice()
            && let Some(separator) = only.chars().find(|c| matches!(c, ';' | '\t' | '|'))
        {
            let message =
                format!("the header is separated by {separator:?}; commas would separate columns");
            faults.add(line, None, message);
        }
        for (index, name) in names.iter().enumerate() {
            let earlier = names.iter().take(index);
            if !name.is_empty() && earlier.into_iter().any(|other| other.eq_ignore_ascii_case(name))
            {
                let message = "the header has this name twice; each column needs its own";
                faults.add(line, Some(name), message);
            }
        }
        Self { names, line }
    }
}

/// A file whose header has been read.
#[derive(Debug)]
pub(crate) struct Table<R> {
    pub(crate) header: Header,
    records: Records<R>,
    faults: Faults,
}

/// What one record is made into, or why it cannot be.
pub(crate) struct Line<'a> {
    pub(crate) record: Record<'a>,
    pub(crate) header: &'a Header,
    pub(crate) faults: &'a mut Faults,
}

impl<'a> Line<'a> {
    /// The cell of a column; empty when the file lacks the column.
    pub(crate) fn text(&self, column: &str) -> &'a str {
        self.at(self.header.position(column))
    }

    pub(crate) fn at(&self, position: Option<usize>) -> &'a str {
        position.map_or("", |index| self.record.cell(index))
    }

    /// The line of the file on which the record begins.
    pub(crate) fn number(&self) -> u64 {
        self.record.line()
    }

    /// A cell that is not empty, as owned text.
    pub(crate) fn owned(&mut self, column: &str, bytes_max: usize) -> Option<String> {
        let text = self.text(column);
        if text.len() > bytes_max {
            self.fault(column, too_long(text, bytes_max));
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A cell that may not be empty.
    pub(crate) fn required(&mut self, column: &str) -> Option<String> {
        let name = self.owned(column, NAME_BYTES_MAX);
        if name.is_none() {
            self.fault(column, NEEDED);
        }
        name
    }

    /// The names in a cell, separated by `separator`.
    pub(crate) fn list(&mut self, column: &str, separator: char) -> Vec<String> {
        let text = self.text(column);
        let names = text.split(separator).map(str::trim).filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }

    /// The cells of `column` (language not stated) and `column_xx` (language
    /// `xx`) that are not empty, as labels.
    pub(crate) fn labels(&self, column: &str) -> Vec<Label> {
        let plain = Some(self.text(column)).filter(|text| !text.is_empty()).map(Label::plain);
        let others = self.header.suffixed(column).filter_map(|(language, index)| {
            let text = self.record.cell(index);
            (!text.is_empty()).then(|| Label::new(language, text))
        });
        plain.into_iter().chain(others).collect()
    }

    /// A cell read by `parse`; `None` when it is empty, or when it does not
    /// fit, which is then noted as a fault.
    pub(crate) fn parsed<T, E: std::fmt::Display>(
        &mut self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        parse(text).map_err(|error| self.fault(column, quoting(text, &error))).ok()
    }

    /// Notes a fault in a column, which is named as the header spells it.
    pub(crate) fn fault(&mut self, column: &str, message: impl Into<String>) {
        let index = self.header.position(column);
        let spelt = index.and_then(|index| self.header.name(index)).unwrap_or(column);
        self.faults.add(self.record.line(), Some(spelt), message);
    }
}

impl<R: BufRead> Table<R> {
    /// Reads the header.
    pub(crate) fn open(input: R, file: &str) -> Result<Self> {
        let mut records = Records::new(input);
        let mut faults = Faults::of(file);
        let header = match records.next() {
            Ok(Some(record)) => Some(Header::read(record, &mut faults)),
            Ok(None) => {
                faults.add(1, None, "the file is empty; a header with column names would fit");
                None
            }
            Err(broken) => {
                note(broken, &mut faults)?;
                None
            }
        };
        match header {
            Some(header) if faults.is_empty() => Ok(Self { header, records, faults }),
            _ => Err(Error::Data(faults)),
        }
    }

    /// Makes sure that the header has some columns.
    pub(crate) fn require(mut self, columns: &[&str]) -> Result<Self> {
        for column in columns {
            if !self.header.has(column) {
                let names = self.header.names().join(", ");
                let message = format!("the header has no such column; its columns are {names}");
                self.faults.add(self.header.line(), Some(column), message);
            }
        }
        if self.faults.is_empty() { Ok(self) } else { Err(Error::Data(self.faults)) }
    }

    /// The header, and the line and the byte after it.
    pub(crate) fn into_header(self) -> (Header, u64, u64) {
        (self.header, self.records.next_line(), self.records.bytes())
    }

    /// Gives every record, and how many bytes came before it, to `use_line`;
    /// gives the length of the file. Faults, those that `use_line` notes
    /// included, are gathered to the end and then returned together. Records
    /// whose cells are all empty are skipped.
    pub(crate) fn read(mut self, mut use_line: impl FnMut(Line<'_>, u64)) -> Result<u64> {
        let Self { header, records, faults } = &mut self;
        loop {
            let bytes = records.bytes();
            if !read_record(records.next(), header, faults, |line| use_line(line, bytes))? {
                break;
            }
        }
        let bytes = self.records.bytes();
        if self.faults.is_empty() { Ok(bytes) } else { Err(Error::Data(self.faults)) }
    }
}

/// Gives a record to `use_line` if it has the cells of the header; false when nothing after it can
/// be read.
pub(crate) fn read_record<'a>(
    record: Result<Option<Record<'a>>, Broken>,
    header: &'a Header,
    faults: &'a mut Faults,
    use_line: impl FnOnce(Line<'a>),
) -> Result<bool> {
    match record {
        Ok(None) => return Ok(false),
        // Spreadsheets write empty rows as commas.
        Ok(Some(record)) if record.cells().all(str::is_empty) => {}
        Ok(Some(record)) if record.len() == header.names.len() => {
            use_line(Line { record, header, faults });
        }
        Ok(Some(record)) => faults.add(record.line(), None, ragged(record, header)),
        Err(broken) => return Ok(!note(broken, faults)?),
    }
    Ok(true)
}

/// Notes a broken record; true when nothing after it can be read.
fn note(broken: Broken, faults: &mut Faults) -> Result<bool> {
    match broken {
        Broken::Io(source) => Err(Error::Io { file: faults.file().to_owned(), source }),
        Broken::Record { line, message } => {
            faults.add(line, None, message);
            Ok(false)
        }
        Broken::Rest { line, message } => {
            faults.add(line, None, message);
            Ok(true)
        }
    }
}

/// What an error says of a cell, with the whole cell, which can be searched for in the file where
/// what the error quotes of it cannot.
pub(crate) fn quoting(cell: &str, error: &impl std::fmt::Display) -> String {
    let message = error.to_string();
    if message.contains(cell) { message } else { format!("{cell:?}: {message}") }
}

pub(crate) fn too_long(text: &str, bytes_max: usize) -> String {
    format!("a text of {} bytes does not fit; at most {bytes_max} bytes do", text.len())
}

fn ragged(record: Record<'_>, header: &Header) -> String {
    let (found, expected) = (record.len(), header.names.len());
    let hint = if found > expected { "; a cell with a comma in it is quoted" } else { "" };
    let cells = if found == 1 { "cell" } else { "cells" };
    format!("the record has {found} {cells} and the header {expected}{hint}")
}
