//! Answers as files for other programs.
//!
//! All of them have the columns of [`Answer::columns`] and figures in full: an
//! exact decimal, or the shortest text that reads back as the same double.
//! Nothing is rounded, grouped or translated, and what is absent is empty
//! (`null` in JSON), with its reason in the column `missing`. The notes of an
//! answer are not part of its rows.

use std::io::{self, Write};

use milepost::{Answer, Number, Row};

/// Writes an answer as CSV (RFC 4180, UTF-8, a header, lines ended by `\n`).
///
/// ```
/// let store = milepost_io::doc_store();
/// let answer = store.query("hi.coverage in VN at 2023")?;
/// let mut csv = Vec::new();
/// milepost_io::write_csv(&answer, &mut csv)?;
/// assert_eq!(
///     String::from_utf8(csv)?,
///     "region_code,region,period,base,value,unit,status,coverage,missing,published\n\
///      VN,Việt Nam,2023,,93.35,%,actual,,,2024-02-07\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What `writer` reports.
pub fn write_csv(answer: &Answer, writer: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(writer);
    csv.write_record(answer.columns())?;
    for record in answer.records() {
        csv.write_record(record)?;
    }
    csv.flush()
}

/// Writes an answer as tab-separated values with a header; a tab or line end
/// inside a text becomes a blank, as the format has no way to write it.
///
/// # Errors
///
/// What `writer` reports.
pub fn write_tsv(answer: &Answer, mut writer: impl Write) -> io::Result<()> {
    let line = |cells: Vec<String>| {
        let cells: Vec<String> =
            cells.iter().map(|cell| cell.replace(['\t', '\r', '\n'], " ")).collect();
        cells.join("\t") + "\n"
    };
    writer.write_all(line(answer.columns()).as_bytes())?;
    for record in answer.records() {
        writer.write_all(line(record).as_bytes())?;
    }
    writer.flush()
}

/// Writes an answer as one JSON array with an object a row.
///
/// `value` is a number with every digit of the figure, which can be more than a
/// double holds; all other columns are texts, or `null` where they are empty.
///
/// # Errors
///
/// What `writer` reports.
pub fn write_json(answer: &Answer, mut writer: impl Write) -> io::Result<()> {
    let columns = answer.columns();
    let mut before: &[u8] = b"[\n  ";
    for (row, record) in answer.rows.iter().zip(answer.records()) {
        writer.write_all(before)?;
        write_object(&columns, row, &record, &mut writer)?;
        before = b",\n  ";
    }
    writer.write_all(if answer.rows.is_empty() { b"[]\n" } else { b"\n]\n" })?;
    writer.flush()
}

/// Writes an answer as JSON lines: the objects of [`write_json`], one a line.
///
/// # Errors
///
/// What `writer` reports.
pub fn write_jsonl(answer: &Answer, mut writer: impl Write) -> io::Result<()> {
    let columns = answer.columns();
    for (row, record) in answer.rows.iter().zip(answer.records()) {
        write_object(&columns, row, &record, &mut writer)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()
}

fn write_object(
    columns: &[String],
    row: &Row,
    record: &[String],
    writer: &mut impl Write,
) -> io::Result<()> {
    // An axis could have the name of the column, which stands after all axes.
    let value_at = columns.iter().rposition(|column| column == "value");
    for (at, (column, text)) in columns.iter().zip(record).enumerate() {
        writer.write_all(if at == 0 { b"{" } else { b"," })?;
        serde_json::to_writer(&mut *writer, column)?;
        writer.write_all(b":")?;
        if Some(at) == value_at {
            writer.write_all(json_number(row.value.as_ref()).as_bytes())?;
        } else if text.is_empty() {
            writer.write_all(b"null")?;
        } else {
            serde_json::to_writer(&mut *writer, text)?;
        }
    }
    writer.write_all(b"}")
}

/// JSON has no infinities; a figure has none either, unless arithmetic is at fault.
fn json_number(value: Option<&Number>) -> String {
    match value {
        Some(Number::Double(double)) if !double.is_finite() => "null".to_owned(),
        Some(value) => value.to_string(),
        None => "null".to_owned(),
    }
}
