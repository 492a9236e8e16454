//! JSON, written by hand because exact decimals must not pass through a binary double.

use std::fmt::Write as _;

use crate::escape::is_unsafe;
use crate::grid::Grid;

/// One array of objects, an object a line; absent values are null.
pub(crate) fn array(grid: &Grid) -> String {
    let objects: Vec<String> = objects(grid).collect();
    if objects.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n  {}\n]\n", objects.join(",\n  "))
}

/// An object a line.
pub(crate) fn lines(grid: &Grid) -> String {
    objects(grid).map(|object| object + "\n").collect()
}

fn objects(grid: &Grid) -> impl Iterator<Item = String> {
    grid.rows.iter().map(|row| {
        let members = grid.columns.iter().zip(row).map(|(column, cell)| {
            let value = match cell.as_str() {
                "" => "null".to_owned(),
                number if column.is_number && is_number(number) => number.to_owned(),
                text => string(text),
            };
            format!("{}: {value}", string(&column.name))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
    })
}

/// Whether a text is a number of JSON as it stands.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(decimals) && (whole == "0" || !whole.starts_with('0'))
}

/// A JSON string; control and format characters are escaped, so that it is safe to show.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            _ if is_unsafe(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Column;

    #[test]
    fn exact_numbers_and_nulls() {
        let mut grid = Grid::new(vec![Column::text("region"), Column::number("value")]);
        grid.push(vec!["Vĩnh \"Long\"\u{202e}".to_owned(), "12345678901234567890.5".to_owned()]);
        grid.push(vec!["VN".to_owned(), String::new()]);
        assert_eq!(
            lines(&grid),
            "{\"region\": \"Vĩnh \\\"Long\\\"\\u202e\", \"value\": 12345678901234567890.5}\n\
             {\"region\": \"VN\", \"value\": null}\n"
        );
        assert!(array(&grid).starts_with("[\n  {\"region\""));
        grid.rows.clear();
        assert_eq!(array(&grid), "[]\n");
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
        assert_eq!(string("\u{e0001}"), "\"\\udb40\\udc01\"");
    }
}
