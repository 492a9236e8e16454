//! The answer as a plain, aligned table with its notes.

use std::fmt::{self, Write as _};

use milepost_lang::Severity;
use milepost_model::{Precision, Strength};

use super::{Answer, Reading, Row, figure, grouped};

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (header, rows, right) = self.cells();
        f.write_str(&plain_table(&header, &rows, &right))?;
        for note in &self.notes {
            let word = if note.severity == Severity::Note { "note" } else { "error" };
            writeln!(f, "{word}: {}", note.message)?;
            if let Some(help) = &note.help {
                writeln!(f, "  help: {help}")?;
            }
        }
        Ok(())
    }
}

/// A column of the table: its title, whether it is aligned right, its text in a row.
type Column<'a> = (String, bool, Box<dyn Fn(&Row) -> String + 'a>);

impl Answer {
    /// The table of people: columns that say nothing in any row are left out.
    fn cells(&self) -> (Vec<String>, Vec<Vec<String>>, Vec<bool>) {
        let compares = self.rows.iter().any(|row| row.base.is_some());
        let mut columns: Vec<Column<'_>> = Vec::new();
        columns.push(("region".into(), false, Box::new(|row| row.region.name.clone())));
        for (at, axis) in self.axes.iter().enumerate() {
            let text = move |row: &Row| row.axes.get(at).cloned().unwrap_or_default();
            columns.push((axis.clone(), false, Box::new(text)));
        }
        if compares {
            columns.push(("base".into(), false, Box::new(|row| period(row.base.as_ref()))));
            columns.push(("from".into(), true, Box::new(|row| reading(row.base.as_ref()))));
        }
        let end = |row: &Row| row.period.map(|period| period.to_string()).unwrap_or_default();
        columns.push(("period".into(), false, Box::new(end)));
        if compares {
            columns.push(("to".into(), true, Box::new(|row| reading(row.end.as_ref()))));
        }
        columns.push(("value".into(), true, Box::new(value)));
        columns.push(("unit".into(), false, Box::new(|row| row.unit.clone())));
        let status = |row: &Row| row.strength.map(Strength::word).unwrap_or_default().to_owned();
        columns.push(("status".into(), false, Box::new(status)));
        let coverage = |row: &Row| row.coverage.map(|c| c.to_string()).unwrap_or_default();
        columns.push(("coverage".into(), false, Box::new(coverage)));
        let missing = |row: &Row| row.missing.map(|why| why.to_string()).unwrap_or_default();
        columns.push(("missing".into(), false, Box::new(missing)));
        columns.retain(|(title, _, text)| {
            matches!(title.as_str(), "region" | "period" | "value")
                || self.rows.iter().any(|row| !text(row).is_empty())
        });
        let header = columns.iter().map(|(title, ..)| title.clone()).collect();
        let right = columns.iter().map(|(_, right, _)| *right).collect();
        let rows = self
            .rows
            .iter()
            .map(|row| columns.iter().map(|(_, _, text)| text(row)).collect())
            .collect();
        (header, rows, right)
    }
}

fn period(reading: Option<&Reading>) -> String {
    reading.map(|reading| reading.period.to_string()).unwrap_or_default()
}

fn reading(reading: Option<&Reading>) -> String {
    reading.map(|reading| figure(reading.value, reading.precision)).unwrap_or_default()
}

/// A level with its precision word; a comparison of inexact figures with `≈`.
fn value(row: &Row) -> String {
    let Some(value) = row.value else { return "–".to_owned() };
    let ends = [row.base.as_ref(), row.end.as_ref()];
    let level = row.base.is_none() && row.end.as_ref().is_some_and(|end| end.value == value);
    if let (true, Some(end)) = (level, row.end.as_ref()) {
        return figure(value, end.precision);
    }
    let inexact = ends.into_iter().flatten().any(|end| end.precision != Precision::Exact);
    format!("{}{}", if inexact { "≈ " } else { "" }, grouped(value))
}

/// Columns two blanks apart under a header and a rule, each line without blanks at its end.
pub(crate) fn plain_table(header: &[String], rows: &[Vec<String>], right: &[bool]) -> String {
    let lines = || std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
    let widths: Vec<usize> = (0..header.len())
        .map(|at| lines().filter_map(|line| line.get(at)).map(|cell| width(cell)).max())
        .map(Option::unwrap_or_default)
        .collect();
    let mut out = String::new();
    for (number, line) in lines().enumerate() {
        let mut text = String::new();
        for ((cell, width_max), right) in line.iter().zip(&widths).zip(right) {
            let blanks = " ".repeat(width_max.saturating_sub(width(cell)));
            let (before, after) =
                if *right { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
            let _ = write!(text, "{before}{cell}{after}  ");
        }
        out.push_str(text.trim_end());
        out.push('\n');
        if number == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            out.push_str(&rule.join("  "));
            out.push('\n');
        }
    }
    out
}

/// Columns on a terminal: combining marks take none. (Names are stored composed; wide scripts
/// are left to front ends.)
fn width(text: &str) -> usize {
    text.chars().filter(|c| !matches!(u32::from(*c), 0x300..=0x36F | 0x200B..=0x200D)).count()
}
