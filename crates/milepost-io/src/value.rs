//! Figures as they are written in files.

use milepost::Decimal;

/// Marks that files of statistics use for a missing figure.
const MISSING_MARKS: &[&str] = &[
    "..", "...", "…", ".", ":", "-", "–", "—", "x", "n/a", "n.a.", "na", "nan", "null", "nil",
    "none", "#n/a",
];

/// Reads an exact decimal. The message says what would fit.
pub(crate) fn parse_value(text: &str) -> Result<Decimal, String> {
    let value: Decimal = text.parse().map_err(|error| explain(text, &error))?;
    match value.to_stored() {
        Some(_) => Ok(value),
        None => Err(format!(
            "{text:?} has more digits than a figure can keep; up to 18 significant digits would fit"
        )),
    }
}

fn explain(text: &str, error: &impl std::fmt::Display) -> String {
    let lower = text.to_lowercase();
    if MISSING_MARKS.contains(&lower.as_str()) {
        format!("{text:?} is not a number; an empty cell means missing")
    } else if text.contains(',') {
        format!("{text:?} has a comma; digits with at most one point would fit, as in 1234.5")
    } else if text.contains(char::is_whitespace) {
        format!("{text:?} has a blank in it; digits with at most one point would fit, as in 1234.5")
    } else if text.ends_with('%') {
        format!(
            "{text:?} has a unit; the unit belongs to the indicator, and the bare number would fit"
        )
    } else {
        format!("{text:?} is not a number: {error}")
    }
}
