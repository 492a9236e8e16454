//! Aligned columns for reading: table and plain modes.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::colour::Palette;
use crate::escape::escape;
use crate::grid::Grid;

/// Rows shown on a terminal before the middle is left out.
const ROWS_MAX: usize = 40;
/// The narrowest a column is cut to so that a line fits the terminal.
const WIDTH_MIN: usize = 12;

/// How columns are drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) palette: Palette,
    /// The rule under the header.
    pub(crate) rule: char,
    /// Shows 40 rows at most: head, tail and count.
    pub(crate) is_cut: bool,
    /// Columns of the terminal, if lines should fit it.
    pub(crate) width_max: Option<usize>,
}

impl Layout {
    /// The same bytes everywhere.
    pub(crate) const PLAIN: Self =
        Self { palette: Palette::PLAIN, rule: '-', is_cut: false, width_max: None };
}

/// Draws a grid: header, rule, rows; numbers right-aligned; no blanks at line ends. Where the
/// columns do not fit beside each other, every row is drawn as a record, a line for each cell.
pub(crate) fn draw(grid: &Grid, layout: Layout) -> String {
    let (head, tail) = shown(grid.rows.len(), layout.is_cut);
    let skipped = grid.rows.len() - head - tail;
    let rows: Vec<Vec<String>> = grid
        .rows
        .iter()
        .enumerate()
        .filter(|(at, _)| *at < head || *at >= head + skipped)
        .map(|(_, row)| row.iter().map(|cell| escape(cell).into_owned()).collect())
        .collect();
    let header: Vec<String> = grid.columns.iter().map(|c| escape(&c.name).into_owned()).collect();
    let widths = widths(grid, &header, &rows, layout.width_max);

    let are_records = layout.width_max.is_some_and(|max| total(&widths) > max);

    let mut out = String::new();
    if !are_records {
        out.push_str(&line(grid, &header, &widths, |text| layout.palette.bold(text)));
        let rules: Vec<String> =
            widths.iter().map(|w| layout.rule.to_string().repeat(*w)).collect();
        out.push_str(&layout.palette.dim(&rules.join("  ")));
        out.push('\n');
    }
    for (at, row) in rows.iter().enumerate() {
        if at == head && skipped > 0 {
            out.push_str(&layout.palette.dim(&format!("… {skipped} more rows …")));
            out.push('\n');
        }
        if are_records {
            let gap = if at > 0 { "\n" } else { "" };
            out.push_str(gap);
            out.push_str(&record(&header, row, layout.palette));
        } else {
            out.push_str(&line(grid, row, &widths, str::to_owned));
        }
    }
    if skipped > 0 {
        let count = format!("{} rows, {} shown", grid.rows.len(), head + tail);
        out.push_str(&layout.palette.dim(&count));
        out.push('\n');
    }
    out
}

/// How many rows of the head and of the tail are shown.
fn shown(rows: usize, is_cut: bool) -> (usize, usize) {
    if is_cut && rows > ROWS_MAX { (ROWS_MAX / 2, ROWS_MAX / 2) } else { (rows, 0) }
}

/// The widths of the columns; the widest columns of words shrink until a line fits.
fn widths(grid: &Grid, header: &[String], rows: &[Vec<String>], max: Option<usize>) -> Vec<usize> {
    let lines = || std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
    let mut widths: Vec<usize> = (0..header.len())
        .map(|at| lines().filter_map(|line| line.get(at)).map(|cell| cell.width()).max())
        .map(Option::unwrap_or_default)
        .collect();
    while max.is_some_and(|max| total(&widths) > max) {
        let shrinkable = widths
            .iter_mut()
            .zip(&grid.columns)
            .filter(|(width, column)| !column.is_number && **width > WIDTH_MIN);
        match shrinkable.map(|(width, _)| width).max() {
            Some(widest) => *widest -= 1,
            None => break,
        }
    }
    widths
}

/// The width of a line of columns with two blanks between them.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)
}

/// A row as lines of a name and a cell; empty cells say nothing.
fn record(header: &[String], cells: &[String], palette: Palette) -> String {
    let width = header.iter().map(|name| name.width()).max().unwrap_or_default();
    let mut out = String::new();
    for (name, cell) in header.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        let blanks = " ".repeat(width.saturating_sub(name.width()));
        let _ = writeln!(out, "{}{blanks}  {cell}", palette.bold(name));
    }
    out
}

fn line(grid: &Grid, cells: &[String], widths: &[usize], paint: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let last = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
    for (at, ((cell, width), column)) in
        cells.iter().zip(widths).zip(&grid.columns).take(last).enumerate()
    {
        let cell = cut(cell, *width);
        let blanks = " ".repeat(width.saturating_sub(cell.width()));
        if at > 0 {
            out.push_str("  ");
        }
        if column.is_number {
            out.push_str(&blanks);
            out.push_str(&paint(&cell));
        } else {
            out.push_str(&paint(&cell));
            if at + 1 < last {
                out.push_str(&blanks);
            }
        }
    }
    out.push('\n');
    out
}

/// A cell cut to a width, with `…` where something is left out.
fn cut(cell: &str, width: usize) -> String {
    if cell.width() <= width {
        return cell.to_owned();
    }
    let mut out = String::new();
    for c in cell.chars() {
        let longer = format!("{out}{c}");
        if longer.width() >= width {
            break;
        }
        out = longer;
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::grid::Column;

    fn provinces() -> Grid {
        let mut grid = Grid::new(vec![
            Column::text("region"),
            Column::number("value"),
            Column::text("status"),
        ]);
        for (region, value, status) in [
            ("Vĩnh Long", "31", "actual"),
            ("Việt Nam", "39.25", ""),
            ("bad \u{1b}[31m", "–", "estimate"),
        ] {
            grid.push([region, value, status].map(str::to_owned).to_vec());
        }
        grid
    }

    #[test]
    fn columns_are_aligned() {
        expect![[r"
            region          value  status
            --------------  -----  --------
            Vĩnh Long          31  actual
            Việt Nam        39.25
            bad \u{1b}[31m      –  estimate
        "]]
        .assert_eq(&draw(&provinces(), Layout::PLAIN));
    }

    #[test]
    fn long_answers_are_cut_only_when_asked() {
        let mut grid = Grid::new(vec![Column::number("n")]);
        for n in 0..100 {
            grid.push(vec![n.to_string()]);
        }
        let cut = draw(&grid, Layout { is_cut: true, ..Layout::PLAIN });
        assert_eq!(cut.lines().count(), 2 + 40 + 2);
        assert!(cut.contains("\n19\n… 60 more rows …\n80\n"));
        assert!(cut.ends_with("\n99\n100 rows, 40 shown\n"));
        let whole = draw(&grid, Layout::PLAIN);
        assert_eq!(whole.lines().count(), 102);
        assert!(!whole.contains('…'));
    }

    #[test]
    fn rows_that_do_not_fit_become_records() {
        let narrow = draw(&provinces(), Layout { width_max: Some(20), ..Layout::PLAIN });
        expect![[r"
            region  Vĩnh Long
            value   31
            status  actual

            region  Việt Nam
            value   39.25

            region  bad \u{1b}[31m
            value   –
            status  estimate
        "]]
        .assert_eq(&narrow);
    }

    #[test]
    fn wide_columns_of_words_shrink() {
        let mut grid = Grid::new(vec![Column::text("name"), Column::number("value")]);
        grid.push(vec!["Coordination Regulation No. 04".to_owned(), "123456789".to_owned()]);
        let narrow = draw(&grid, Layout { width_max: Some(30), ..Layout::PLAIN });
        assert!(narrow.contains("Coordination Regul…  123456789"), "{narrow}");
        assert!(narrow.lines().all(|line| line.width() <= 30));
    }
}
