//! Rows of text under column names: what every output mode prints.

/// Rows of text under named columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A column of a [`Grid`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// Numbers: aligned right for people, bare in JSON.
    pub(crate) is_number: bool,
}

impl Column {
    /// A column of words.
    pub(crate) fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_number: false }
    }

    /// A column of numbers.
    pub(crate) fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_number: true }
    }
}

impl Grid {
    /// A grid without rows.
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; cells beyond the columns are dropped, absent ones are empty.
    pub(crate) fn push(&mut self, mut row: Vec<String>) {
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// Leaves out columns that are empty in every row, except the first.
    pub(crate) fn without_empty_columns(mut self) -> Self {
        let keep: Vec<bool> = (0..self.columns.len())
            .map(|at| {
                at == 0 || self.rows.iter().any(|row| row.get(at).is_some_and(|c| !c.is_empty()))
            })
            .collect();
        retain(&mut self.columns, &keep);
        for row in &mut self.rows {
            retain(row, &keep);
        }
        self
    }
}

fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    items.retain(|_| keep.next().copied().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_columns_go_and_the_first_stays() {
        let mut grid = Grid::new(vec![Column::text("a"), Column::text("b"), Column::number("c")]);
        grid.push(vec![String::new(), String::new(), "1".to_owned()]);
        grid.push(vec![String::new()]);
        let grid = grid.without_empty_columns();
        let names: Vec<&str> = grid.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(grid.rows, [vec!["", "1"], vec!["", ""]]);
    }
}
