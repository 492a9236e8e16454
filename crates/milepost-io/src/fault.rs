//! What does not fit in a file, and where.

use std::fmt;

/// How many faults of one file are kept; the others are only counted.
const KEPT: usize = 20;

/// One thing in a file that does not fit, and what would.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The physical line, counted from 1, on which the record begins.
    pub line: u64,
    /// The column's name as the header spells it, when one column is at fault.
    pub column: Option<String>,
    /// What was found and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Every fault of one file: the first 20 in full, and how many there are.
///
/// A file with a fault is not used at all, so that mending it and reading it
/// again never leaves half of it behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    file: String,
    kept: Vec<Fault>,
    count: usize,
}

impl Faults {
    pub(crate) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), kept: Vec::new(), count: 0 }
    }

    pub(crate) fn add(&mut self, line: u64, column: Option<&str>, message: impl Into<String>) {
        self.count += 1;
        if self.kept.len() < KEPT {
            let column = column.map(str::to_owned);
            self.kept.push(Fault { line, column, message: message.into() });
        }
    }

    /// Adds the faults of a part of the file whose lines were counted from others on.
    pub(crate) fn append(&mut self, other: Self, lines_before: u64) {
        self.count += other.count;
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.into_iter().take(room).map(|fault| {
            let line = fault.line + lines_before;
            Fault { line, ..fault }
        }));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The file's name as the caller gave it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The faults in the order of their lines, at most 20.
    pub fn faults(&self) -> &[Fault] {
        &self.kept
    }

    /// How many faults there are, those beyond the first 20 included.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// One line a fault, each beginning with the file's name.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.kept.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: {fault}", self.file)?;
        }
        match self.count - self.kept.len() {
            0 => Ok(()),
            1 => write!(f, "\n{}: 1 more fault", self.file),
            more => write!(f, "\n{}: {more} more faults", self.file),
        }
    }
}
