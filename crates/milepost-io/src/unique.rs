//! Names that a file may use once.

use std::collections::HashMap;

use crate::table::Line;

/// The lines on which names were first seen.
#[derive(Debug, Default)]
pub(crate) struct Unique {
    lines: HashMap<String, u64>,
}

impl Unique {
    /// Notes a fault when an earlier line has the same name.
    pub(crate) fn check(&mut self, line: &mut Line<'_>, column: &str, name: &str) {
        let here = line.record.line();
        if let Some(earlier) = self.lines.insert(name.to_owned(), here) {
            let message =
                format!("{name:?} is on line {earlier} already; each row needs its own {column}");
            line.fault(column, message);
        }
    }
}
