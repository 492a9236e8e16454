//! JSON, written by hand because exact decimals must not pass through a binary double.

use std::fmt::Write as _;

use crate::escape::is_unsafe;
use crate::grid::Column;

/// Adds an object on one line; absent values are null.
pub(crate) fn object(out: &mut String, columns: &[Column], cells: &[String]) {
    out.push('{');
    for (at, (column, cell)) in columns.iter().zip(cells).enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        string(out, &column.name);
        out.push_str(": ");
        match cell.as_str() {
            "" => out.push_str("null"),
            number if column.is_number && is_number(number) => out.push_str(number),
            text => string(out, text),
        }
    }
    out.push('}');
}

/// Whether a text is a number of JSON as it stands.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(decimals) && (whole == "0" || !whole.starts_with('0'))
}

/// Adds a JSON string; control and format characters are escaped, so that it is safe to show.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for piece in text.split_inclusive(|c| matches!(c, '"' | '\\') || is_unsafe(c)) {
        let mut rest = piece.chars();
        match rest.next_back() {
            Some(c @ ('"' | '\\')) => out.extend([rest.as_str(), "\\", c.encode_utf8(&mut [0; 4])]),
            Some(c) if is_unsafe(c) => {
                out.push_str(rest.as_str());
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push_str(piece),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_numbers_and_nulls() {
        let columns = [Column::text("region"), Column::number("value")];
        let object = |cells: [&str; 2]| {
            let mut out = String::new();
            object(&mut out, &columns, &cells.map(str::to_owned));
            out
        };
        assert_eq!(
            object(["Vĩnh \"Long\"\u{202e}", "12345678901234567890.5"]),
            "{\"region\": \"Vĩnh \\\"Long\\\"\\u202e\", \"value\": 12345678901234567890.5}"
        );
        assert_eq!(object(["VN", ""]), "{\"region\": \"VN\", \"value\": null}");
    }

    #[test]
    fn only_numbers_stand_bare() {
        for text in ["0", "-1", "0.5", "100", "-0.25"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "01", ".5", "1.", "inf", "NaN", "1e5x", "1/2"] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn characters_beyond_the_basic_plane_become_pairs() {
        let mut out = String::new();
        string(&mut out, "a\u{e0001}b\u{1}");
        assert_eq!(out, "\"a\\udb40\\udc01b\\u0001\"");
    }
}
