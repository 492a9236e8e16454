//! Comma- and tab-separated values.

use crate::escape::escape;
use crate::grid::Grid;

/// RFC 4180 with line feeds: a header, then a line for each row. Cells with a comma, a quote or
/// blanks at an end are quoted.
pub(crate) fn csv(grid: &Grid, has_header: bool) -> String {
    lines(grid, has_header, ",", |cell| {
        let cell = escape(cell);
        let is_plain = !cell.contains([',', '"']) && cell.trim() == cell;
        if is_plain { cell.into_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
    })
}

/// Tab-separated values; tabs and line feeds inside a cell are spelt out, so nothing is quoted.
pub(crate) fn tsv(grid: &Grid, has_header: bool) -> String {
    lines(grid, has_header, "\t", |cell| escape(cell).into_owned())
}

/// A Markdown table, numbers aligned right.
pub(crate) fn markdown(grid: &Grid) -> String {
    let cell = |text: &str| escape(text).replace('\\', "\\\\").replace('|', "\\|");
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = row(grid.columns.iter().map(|column| cell(&column.name)).collect());
    let rules = grid.columns.iter().map(|column| if column.is_number { "---:" } else { "---" });
    out.push_str(&row(rules.map(str::to_owned).collect()));
    for cells in &grid.rows {
        out.push_str(&row(cells.iter().map(|text| cell(text)).collect()));
    }
    out
}

fn lines(grid: &Grid, has_header: bool, mark: &str, quote: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    if has_header {
        let names: Vec<String> = grid.columns.iter().map(|column| quote(&column.name)).collect();
        out.push_str(&names.join(mark));
        out.push('\n');
    }
    for row in &grid.rows {
        let cells: Vec<String> = row.iter().map(|cell| quote(cell)).collect();
        out.push_str(&cells.join(mark));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Column;

    fn sample() -> Grid {
        let mut grid = Grid::new(vec![Column::text("name"), Column::number("value")]);
        grid.push(vec!["VSS, \"2024\"".to_owned(), "1.5".to_owned()]);
        grid.push(vec!["a|b\tc\nd".to_owned(), String::new()]);
        grid
    }

    #[test]
    fn separated_values() {
        assert_eq!(
            csv(&sample(), true),
            "name,value\n\"VSS, \"\"2024\"\"\",1.5\na|b\\u{9}c\\u{a}d,\n"
        );
        assert_eq!(tsv(&sample(), false), "VSS, \"2024\"\t1.5\na|b\\u{9}c\\u{a}d\t\n");
    }

    #[test]
    fn markdown_keeps_its_cells_apart() {
        let table = markdown(&sample());
        assert!(table.starts_with("| name | value |\n| --- | ---: |\n"));
        assert!(table.ends_with("| a\\|b\\\\u{9}c\\\\u{a}d |  |\n"), "{table}");
    }
}
