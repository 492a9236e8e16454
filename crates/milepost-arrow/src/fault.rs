//! What does not fit in record batches, and where.

use std::fmt;

/// How many faults of one import are kept; the others are only counted.
const KEPT: usize = 20;

/// One thing in the batches that does not fit, and what would.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The batch, counted from 0.
    pub batch: u64,
    /// The row in the batch, counted from 0; `None` when the schema is at fault.
    pub row: Option<u64>,
    /// The column's name as the schema spells it, when one column is at fault.
    pub column: Option<String>,
    /// What was found and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "batch {}", self.batch)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Every fault of one import: the first 20 in full, and how many there are.
///
/// Batches with a fault are not used at all, so that mending them and importing
/// them again never leaves half of them behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    kept: Vec<Fault>,
    count: usize,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(fault);
        }
    }

    /// Adds the faults of what follows.
    pub(crate) fn append(&mut self, other: Self) {
        self.count += other.count;
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.into_iter().take(room));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The faults in the order of batches and rows, at most 20.
    pub fn faults(&self) -> &[Fault] {
        &self.kept
    }

    /// How many faults there are, those beyond the first 20 included.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// One line a fault.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.kept.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        match self.count - self.kept.len() {
            0 => Ok(()),
            1 => f.write_str("\n1 more fault"),
            more => write!(f, "\n{more} more faults"),
        }
    }
}
