//! Comma- and tab-separated values and Markdown, a line for each row.

use crate::escape::escape;
use crate::grid::Column;

/// Adds a line of RFC 4180. Cells with a comma, a quote or blanks at an end are quoted.
pub(crate) fn csv<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    line(out, cells, ",", |out, cell| {
        let is_plain = !cell.contains([',', '"']) && cell.trim().len() == cell.len();
        if is_plain {
            out.push_str(cell);
        } else {
            out.extend(["\"", &cell.replace('"', "\"\""), "\""]);
        }
    });
}

/// Adds a line of tab-separated values; tabs and line feeds inside a cell are spelt out, so nothing
/// is quoted.
pub(crate) fn tsv<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    line(out, cells, "\t", String::push_str);
}

/// Adds a row of a Markdown table.
pub(crate) fn markdown<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    out.push_str("| ");
    line(out, cells, " | ", |out, cell| {
        out.push_str(&cell.replace('\\', "\\\\").replace('|', "\\|"));
    });
    out.push_str(" |");
}

/// Adds what stands below the names of a Markdown table: numbers are aligned right.
pub(crate) fn markdown_rule(out: &mut String, columns: &[Column]) {
    let rules = columns.iter().map(|column| if column.is_number { "---:" } else { "---" });
    markdown(out, rules);
}

/// Cells that are safe to show, with a mark between them.
fn line<'a>(
    out: &mut String,
    cells: impl Iterator<Item = &'a str>,
    mark: &str,
    add: impl Fn(&mut String, &str),
) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push_str(mark);
        }
        add(out, &escape(cell));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(add: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        add(&mut out);
        out
    }

    #[test]
    fn separated_values() {
        let (plain, odd) = (["VSS, \"2024\"", "1.5"], [" a|b\tc\nd", ""]);
        assert_eq!(added(|out| csv(out, plain.into_iter())), "\"VSS, \"\"2024\"\"\",1.5");
        assert_eq!(added(|out| csv(out, odd.into_iter())), "\" a|b\\u{9}c\\u{a}d\",");
        assert_eq!(added(|out| tsv(out, plain.into_iter())), "VSS, \"2024\"\t1.5");
        assert_eq!(added(|out| tsv(out, odd.into_iter())), " a|b\\u{9}c\\u{a}d\t");
    }

    #[test]
    fn markdown_keeps_its_cells_apart() {
        let columns = [Column::text("name"), Column::number("value")];
        assert_eq!(added(|out| markdown_rule(out, &columns)), "| --- | ---: |");
        let cells = ["a|b\tc", ""].into_iter();
        assert_eq!(added(|out| markdown(out, cells)), "| a\\|b\\\\u{9}c |  |");
    }
}
