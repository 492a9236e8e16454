//! Answers in the form of any serde format.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::Answer;
use milepost_lang::Diagnostic;

/// `{"columns": […], "rows": [{column: text or null}], "notes": [{"code", "message", "help"}]}`.
///
/// Rows have the columns of [`Answer::columns`] and the texts of [`Answer::records`]; an absent
/// one is null. `value` is a text with every digit of the figure, for a number of a format may
/// hold fewer.
///
/// ```
/// use milepost_engine::Answer;
///
/// let json = serde_json::to_value(Answer::default())?;
/// assert_eq!(json["columns"][0], "region_code");
/// assert_eq!(json["rows"].as_array().map(Vec::len), Some(0));
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.columns();
        let rows: Vec<Record<'_>> =
            self.records().map(|cells| Record { columns: &columns, cells }).collect();
        let notes: Vec<Note<'_>> = self.notes.iter().map(Note).collect();
        let mut answer = serializer.serialize_struct("Answer", 3)?;
        answer.serialize_field("columns", &columns)?;
        answer.serialize_field("rows", &rows)?;
        answer.serialize_field("notes", &notes)?;
        answer.end()
    }
}

/// A row by column.
struct Record<'a> {
    columns: &'a [String],
    cells: Vec<String>,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, cell) in self.columns.iter().zip(&self.cells) {
            record.serialize_entry(column, &Some(cell).filter(|cell| !cell.is_empty()))?;
        }
        record.end()
    }
}

/// A note without its place, which means nothing away from the text of the query.
struct Note<'a>(&'a Diagnostic);

impl Serialize for Note<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut note = serializer.serialize_struct("Note", 3)?;
        note.serialize_field("code", self.0.code)?;
        note.serialize_field("message", &self.0.message)?;
        note.serialize_field("help", &self.0.help)?;
        note.end()
    }
}
