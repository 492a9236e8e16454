//! Rows that are printed as they come: the modes that need no more than one at a time.

use crate::grid::Column;
use crate::mode::Mode;
use crate::{delimited, json};

/// How a mode writes rows, and what it writes around and between them.
pub(crate) struct Records<'c> {
    mode: Mode,
    columns: &'c [Column],
    first: String,
    between: &'static str,
    last: &'static str,
}

impl<'c> Records<'c> {
    /// None where columns are as wide as their widest cell, so that all rows have to be known.
    pub(crate) fn new(mode: Mode, columns: &'c [Column], has_header: bool) -> Option<Self> {
        let names = || columns.iter().map(|column| column.name.as_str());
        let mut first = String::new();
        let (between, last) = match mode {
            Mode::Table | Mode::Plain => return None,
            Mode::Json => {
                first.push_str("[\n  ");
                (",\n  ", "\n]\n")
            }
            Mode::Markdown => {
                delimited::markdown(&mut first, names());
                first.push('\n');
                delimited::markdown_rule(&mut first, columns);
                first.push('\n');
                ("\n", "\n")
            }
            Mode::Csv | Mode::Tsv if has_header => {
                let header = if mode == Mode::Csv { delimited::csv } else { delimited::tsv };
                header(&mut first, names());
                first.push('\n');
                ("\n", "\n")
            }
            Mode::Csv | Mode::Tsv | Mode::Jsonl => ("\n", "\n"),
        };
        Some(Self { mode, columns, first, between, last })
    }

    /// Adds a row with what stands before it.
    pub(crate) fn row(&self, out: &mut String, number: usize, cells: &[String]) {
        out.push_str(if number == 0 { &self.first } else { self.between });
        let texts = cells.iter().map(String::as_str);
        match self.mode {
            Mode::Csv => delimited::csv(out, texts),
            Mode::Tsv => delimited::tsv(out, texts),
            Mode::Markdown => delimited::markdown(out, texts),
            _ => json::object(out, self.columns, cells),
        }
    }

    /// What ends so many rows.
    pub(crate) fn end(&self, count: usize) -> &str {
        match (count, self.mode) {
            (0, Mode::Json) => "[]\n",
            (0, _) => &self.first,
            _ => self.last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(mode: Mode, rows: &[[&str; 2]]) -> String {
        let columns = [Column::text("name"), Column::number("value")];
        let records = Records::new(mode, &columns, true).unwrap();
        let mut out = String::new();
        for (at, cells) in rows.iter().enumerate() {
            records.row(&mut out, at, &cells.map(str::to_owned));
        }
        out + records.end(rows.len())
    }

    #[test]
    fn what_stands_around_rows() {
        let rows = [["a", "1"], ["b", ""]];
        assert_eq!(written(Mode::Csv, &rows), "name,value\na,1\nb,\n");
        assert_eq!(written(Mode::Tsv, &rows), "name\tvalue\na\t1\nb\t\n");
        assert_eq!(
            written(Mode::Json, &rows),
            "[\n  {\"name\": \"a\", \"value\": 1},\n  {\"name\": \"b\", \"value\": null}\n]\n"
        );
        assert_eq!(written(Mode::Jsonl, &rows[..1]), "{\"name\": \"a\", \"value\": 1}\n");
        assert_eq!(
            written(Mode::Markdown, &rows[..1]),
            "| name | value |\n| --- | ---: |\n| a | 1 |\n"
        );
    }

    #[test]
    fn no_rows() {
        assert_eq!(written(Mode::Csv, &[]), "name,value\n");
        assert_eq!(written(Mode::Json, &[]), "[]\n");
        assert_eq!(written(Mode::Jsonl, &[]), "");
        assert_eq!(written(Mode::Markdown, &[]), "| name | value |\n| --- | ---: |\n");
        assert!(Records::new(Mode::Table, &[], true).is_none());
    }
}
