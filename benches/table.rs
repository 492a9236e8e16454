//! Tables of measurements, as a document has them.

use std::fs;
use std::path::Path;

use crate::Failure;

/// Milliseconds with three figures that count.
pub fn milliseconds(milliseconds: f64) -> String {
    match milliseconds {
        ..0.1 => format!("{milliseconds:.4}"),
        ..1.0 => format!("{milliseconds:.3}"),
        ..10.0 => format!("{milliseconds:.2}"),
        _ => format!("{milliseconds:.1}"),
    }
}

/// A ratio with two or three figures that count.
pub fn ratio(ratio: f64) -> String {
    match ratio {
        ..0.1 => format!("{ratio:.4}"),
        ..10.0 => format!("{ratio:.2}"),
        _ => format!("{ratio:.0}"),
    }
}

/// Replaces what stands between the markers of a name in a file, `<!-- name -->` and
/// `<!-- /name -->`; adds them at its end where it has none.
pub fn write_between_markers(file: &Path, name: &str, table: &str) -> Result<(), Failure> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, after) = match (text.find(&begin), text.find(&end)) {
        (Some(from), Some(to)) if from < to => (&text[..from], &text[to + end.len()..]),
        _ => (text.as_str(), "\n"),
    };
    Ok(fs::write(file, format!("{before}{begin}\n{table}{end}{after}"))?)
}
