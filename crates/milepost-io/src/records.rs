//! CSV records as RFC 4180 has them, each with its physical line.
//!
//! A reader of its own, because a figure must not get lost quietly: a quote
//! that is never closed would swallow every row after it, and a message has to
//! name the line that a text editor shows, quoted line ends or not. Blanks
//! around a cell are dropped, and empty lines are skipped.

use std::io::{self, BufRead, Read as _};
use std::ops::Range;

/// The longest record, in bytes, its line ends included.
pub(crate) const RECORD_BYTES_MAX: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a record could not be read.
#[derive(Debug)]
pub(crate) enum Broken {
    Io(io::Error),
    /// This record cannot be read; the next one can.
    Record {
        line: u64,
        message: String,
    },
    /// Where the next record begins cannot be told.
    Rest {
        line: u64,
        message: String,
    },
}

/// The records of one file, in one reused buffer.
#[derive(Debug)]
pub(crate) struct Records<R> {
    input: R,
    raw: Vec<u8>,
    unquoted: String,
    cells: Vec<Range<usize>>,
    /// The physical line that is read next.
    next_line: u64,
    bytes: u64,
}

/// One record: its cells without quotes and surrounding blanks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    text: &'a str,
    cells: &'a [Range<usize>],
    line: u64,
}

impl<'a> Record<'a> {
    /// The physical line on which the record begins, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A cell by its position; empty when there is none.
    pub(crate) fn cell(&self, index: usize) -> &'a str {
        self.cells.get(index).and_then(|cell| self.text.get(cell.clone())).unwrap_or("").trim()
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a str> {
        let record = *self;
        (0..self.len()).map(move |index| record.cell(index))
    }
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(input: R) -> Self {
        let (raw, unquoted, cells) = (Vec::new(), String::new(), Vec::new());
        Self { input, raw, unquoted, cells, next_line: 1, bytes: 0 }
    }

    /// The records of a part of a file that begins at a line and is not its beginning.
    pub(crate) fn resume(input: R, line: u64) -> Self {
        Self { next_line: line, ..Self::new(input) }
    }

    /// The physical line that is read next.
    pub(crate) fn next_line(&self) -> u64 {
        self.next_line
    }

    /// How many bytes of the file have been used.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next record, or `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Broken> {
        let Some(line) = self.fill()? else {
            return Ok(None);
        };
        let text =
            std::str::from_utf8(&self.raw).map_err(|error| not_utf8(&self.raw, line, error))?;
        let text = text.trim_end_matches(['\r', '\n']);
        self.cells.clear();
        if !text.contains('"') {
            split_plain(text, &mut self.cells);
            return Ok(Some(Record { text, cells: &self.cells, line }));
        }
        self.unquoted.clear();
        match split_quoted(text, &mut self.unquoted, &mut self.cells) {
            Ok(()) => Ok(Some(Record { text: &self.unquoted, cells: &self.cells, line })),
            Err((rest, what)) => {
                let before = text.len().saturating_sub(rest);
                let line = line + line_ends(text.as_bytes().get(..before));
                Err(Broken::Record { line, message: what.to_owned() })
            }
        }
    }

    /// Fills the buffer with one whole record, which ends at the first line
    /// end with an even number of quotes before it; gives its first line.
    fn fill(&mut self) -> Result<Option<u64>, Broken> {
        loop {
            let line = self.next_line;
            self.raw.clear();
            if self.append_line(line)? == 0 {
                return Ok(None);
            }
            if line == 1 {
                self.drop_byte_order_mark()?;
            }
            let mut quotes = count(&self.raw, b'"');
            while quotes % 2 == 1 {
                let seen = self.raw.len();
                if self.append_line(line)? == 0 {
                    let message = "a quote opens here and is never closed".to_owned();
                    return Err(Broken::Rest { line, message });
                }
                quotes += self.raw.get(seen..).map_or(0, |more| count(more, b'"'));
            }
            if !self.raw.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// Appends one physical line and gives its length; 0 at the end of the file.
    fn append_line(&mut self, record_line: u64) -> Result<usize, Broken> {
        let room = (RECORD_BYTES_MAX + 1).saturating_sub(self.raw.len());
        let mut limited = self.input.by_ref().take(room as u64);
        let length = limited.read_until(b'\n', &mut self.raw).map_err(Broken::Io)?;
        self.bytes += length as u64;
        self.next_line += 1;
        if self.raw.len() > RECORD_BYTES_MAX {
            let message = "the record is longer than 1 MiB; a quote may be open, \
                           or the line ends may be missing";
            return Err(Broken::Rest { line: record_line, message: message.to_owned() });
        }
        Ok(length)
    }

    fn drop_byte_order_mark(&mut self) -> Result<(), Broken> {
        if self.raw.starts_with(BYTE_ORDER_MARK) {
            self.raw.drain(..BYTE_ORDER_MARK.len());
        } else if self.raw.starts_with(b"\xFF\xFE") || self.raw.starts_with(b"\xFE\xFF") {
            let message = "the file is in UTF-16; UTF-8 is read".to_owned();
            return Err(Broken::Rest { line: 1, message });
        }
        Ok(())
    }
}

fn not_utf8(raw: &[u8], line: u64, error: std::str::Utf8Error) -> Broken {
    let before = error.valid_up_to();
    let byte = raw.get(before).copied().unwrap_or_default();
    let line = line + line_ends(raw.get(..before));
    Broken::Record { line, message: format!("byte {byte:#04X} is not UTF-8; UTF-8 is read") }
}

pub(crate) fn count(bytes: &[u8], wanted: u8) -> usize {
    // Sums of bytes are what vector code is good at.
    let count = |part: &[u8]| part.iter().map(|&byte| u8::from(byte == wanted)).sum::<u8>();
    bytes.chunks(usize::from(u8::MAX)).map(|part| usize::from(count(part))).sum()
}

fn line_ends(bytes: Option<&[u8]>) -> u64 {
    bytes.map_or(0, |bytes| count(bytes, b'\n') as u64)
}

fn split_plain(text: &str, cells: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for (index, byte) in text.bytes().enumerate() {
        if byte == b',' {
            cells.push(start..index);
            start = index + 1;
        }
    }
    cells.push(start..text.len());
}

/// Splits a record that has quotes. The error gives how many bytes were left
/// and what did not fit.
fn split_quoted(
    text: &str,
    unquoted: &mut String,
    cells: &mut Vec<Range<usize>>,
) -> Result<(), (usize, &'static str)> {
    let mut rest = text;
    loop {
        let start = unquoted.len();
        let after = if let Some(quoted) = rest.trim_start().strip_prefix('"') {
            unquote(quoted, unquoted)?
        } else {
            let (cell, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            if let Some(quote) = cell.find('"') {
                return Err((
                    rest.len() - quote,
                    "a quote stands inside a cell that does not begin with one; \
                     such a cell is quoted as a whole, and the quote doubled",
                ));
            }
            unquoted.push_str(cell);
            after
        };
        cells.push(start..unquoted.len());
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Ok(()),
        }
    }
}

/// Copies a quoted cell up to its closing quote; gives what follows it, which
/// begins with a comma or is empty.
fn unquote<'a>(quoted: &'a str, unquoted: &mut String) -> Result<&'a str, (usize, &'static str)> {
    let mut rest = quoted;
    loop {
        let Some((piece, after)) = rest.split_once('"') else {
            return Err((quoted.len(), "a quote opens here and is never closed"));
        };
        unquoted.push_str(piece);
        if let Some(more) = after.strip_prefix('"') {
            unquoted.push('"');
            rest = more;
            continue;
        }
        let after = after.trim_start();
        if after.is_empty() || after.starts_with(',') {
            return Ok(after);
        }
        return Err((
            after.len(),
            "text follows a closing quote; a comma or the line's end would fit, \
             and a quote inside a quoted cell is doubled",
        ));
    }
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use std::fmt::Write as _;

    /// Each record as `line: [cells]`, then what stopped the reading.
    fn read(bytes: &[u8]) -> String {
        let mut records = Records::new(bytes);
        let mut out = String::new();
        loop {
            match records.next() {
                Ok(None) => return out,
                Ok(Some(record)) => {
                    let cells: Vec<&str> = record.cells().collect();
                    writeln!(out, "{}: {cells:?}", record.line()).unwrap();
                }
                Err(Broken::Record { line, message }) => {
                    writeln!(out, "{line}: {message}").unwrap();
                }
                Err(Broken::Rest { line, message }) => {
                    return out + &format!("{line}: {message}; the rest is not read\n");
                }
                Err(Broken::Io(error)) => return out + &error.to_string(),
            }
        }
    }

    fn check(bytes: impl AsRef<[u8]>, expected: &Expect) {
        expected.assert_eq(&read(bytes.as_ref()));
    }

    #[test]
    fn lines_are_the_ones_of_an_editor() {
        check(
            "\u{FEFF}a,b\r\n\r\n 1 ,\"two\r\nlines\" \r\n\n3,\"say \"\"x\"\"\"\n4,",
            &expect![[r#"
                1: ["a", "b"]
                3: ["1", "two\r\nlines"]
                6: ["3", "say \"x\""]
                7: ["4", ""]
            "#]],
        );
    }

    #[test]
    fn quotes_that_do_not_fit_are_refused() {
        check(
            "a\n\"b\nc\" d\n5\" pipe, 6\" pipe\ne\n\"open\nf\n",
            &expect![[r#"
                1: ["a"]
                3: text follows a closing quote; a comma or the line's end would fit, and a quote inside a quoted cell is doubled
                4: a quote stands inside a cell that does not begin with one; such a cell is quoted as a whole, and the quote doubled
                5: ["e"]
                6: a quote opens here and is never closed; the rest is not read
            "#]],
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named() {
        check(
            b"a\n\"x\n\xE9\",1\nb\n",
            &expect![[r#"
                1: ["a"]
                3: byte 0xE9 is not UTF-8; UTF-8 is read
                4: ["b"]
            "#]],
        );
        check(
            b"\xFF\xFEa\0",
            &expect![[r#"
                1: the file is in UTF-16; UTF-8 is read; the rest is not read
            "#]],
        );
    }

    #[test]
    fn a_record_is_at_most_a_mebibyte() {
        let longest = "x".repeat(RECORD_BYTES_MAX);
        assert_eq!(read(longest.as_bytes()), format!("1: [{longest:?}]\n"));
        check(
            format!("a\n{longest}x"),
            &expect![[r#"
                1: ["a"]
                2: the record is longer than 1 MiB; a quote may be open, or the line ends may be missing; the rest is not read
            "#]],
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(
            prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b' '), any::<u8>()],
            0..60,
        )) {
            read(&bytes);
        }

        /// What the csv crate writes is what is read.
        #[test]
        fn written_records_come_back(rows in proptest::collection::vec(
            proptest::collection::vec("[a-z\"\n,]{0,4}x|[đ\"]", 2..4),
            1..6,
        )) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let mut records = Records::new(bytes.as_slice());
            for row in &rows {
                let record = records.next().unwrap().unwrap();
                let expected: Vec<&str> = row.iter().map(|cell| cell.trim()).collect();
                prop_assert_eq!(record.cells().collect::<Vec<_>>(), expected);
            }
            prop_assert!(records.next().unwrap().is_none());
        }
    }
}
