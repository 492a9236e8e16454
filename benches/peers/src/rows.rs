//! What an engine answers, in one form for all, so that answers can be compared.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use milepost_benches::Failure;

/// How far quotients may lie apart: engines round them at different steps.
const TOLERANCE: f64 = 1e-12;

/// One row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// The code of the region; for `q10` the name of the indicator.
    pub(crate) place: String,
    /// The month as months since the year 0, the last one of a longer period.
    pub(crate) month: u16,
    /// Exact figures: a sum, or what was compared.
    pub(crate) figures: Vec<i128>,
    /// A quotient, where one was asked for.
    pub(crate) value: Option<f64>,
}

/// Writes rows to a file, one a line, by place and month.
pub(crate) fn write_rows(path: &Path, mut rows: Vec<Row>) -> Result<(), Failure> {
    rows.sort_by(|a, b| (&a.place, a.month).cmp(&(&b.place, b.month)));
    let mut text = String::new();
    for Row { place, month, figures, value } in rows {
        let figures: Vec<String> = figures.iter().map(i128::to_string).collect();
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        writeln!(text, "{place}\t{month}\t{}\t{value}", figures.join(" "))?;
    }
    Ok(fs::write(path, text)?)
}

/// Compares two files of rows: exact figures digit for digit, quotients but for
/// the last bits.
///
/// # Errors
///
/// The first line that differs.
pub(crate) fn compare(one: &Path, other: &Path) -> Result<usize, Failure> {
    let (first, second) = (fs::read_to_string(one)?, fs::read_to_string(other)?);
    let (count, other_count) = (first.lines().count(), second.lines().count());
    for (line, other_line) in first.lines().zip(second.lines()) {
        if !is_equal(line, other_line) {
            let (one, other) = (one.display(), other.display());
            return Err(format!("{one} has {line:?} where {other} has {other_line:?}").into());
        }
    }
    if count != other_count {
        let (one, other) = (one.display(), other.display());
        return Err(format!("{one} has {count} rows, {other} has {other_count}").into());
    }
    Ok(count)
}

fn is_equal(line: &str, other: &str) -> bool {
    let (Some((exact, value)), Some((other_exact, other_value))) =
        (line.rsplit_once('\t'), other.rsplit_once('\t'))
    else {
        return false;
    };
    let close = match (value.parse::<f64>(), other_value.parse::<f64>()) {
        (Ok(value), Ok(other)) => (value - other).abs() <= TOLERANCE * value.abs().max(1.0),
        _ => value == other_value,
    };
    exact == other_exact && close
}

#[cfg(test)]
mod tests {
    use super::is_equal;

    #[test]
    fn sums_are_equal_to_the_last_digit_and_quotients_nearly() {
        assert!(is_equal("VN\t24299\t1 2\t3.5", "VN\t24299\t1 2\t3.5000000000000004"));
        assert!(!is_equal("VN\t24299\t1 2\t3.5", "VN\t24299\t1 2\t3.50001"));
        assert!(!is_equal("VN\t24299\t1 2\t3.5", "VN\t24299\t1 3\t3.5"));
        assert!(!is_equal("VN\t24299\t1\t", "VN\t24299\t1\t1"));
    }
}
