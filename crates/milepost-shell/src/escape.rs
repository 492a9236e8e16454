//! Text from data made safe to print: nothing in a store can move the cursor, change
//! colours or reorder what stands around it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Spells out control, bidirectional and other format characters as `\u{…}`.
///
/// Letters, combining marks and blanks stay as they are, so names in any script print as
/// written.
///
/// ```
/// use milepost_shell::escape;
/// assert_eq!(escape("Vĩnh Long"), "Vĩnh Long");
/// assert_eq!(escape("red \u{1b}[31m"), "red \\u{1b}[31m");
/// assert_eq!(escape("\u{202e}gnol"), "\\u{202e}gnol");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The same for text of several lines, whose line feeds stay.
pub(crate) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// Whether a character acts on the text around it instead of showing: the categories Cc, Cf,
/// Zl and Zp of Unicode 16, variation selectors and tags.
pub(crate) fn is_unsafe(c: char) -> bool {
    // Nearly every character is one of these.
    let is_ascii_text = matches!(c, ' '..='~');
    !is_ascii_text && (c.is_control() || is_format(c))
}

fn is_format(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x61C | 0x180E
        | 0x600..=0x605 | 0x6DD | 0x70F | 0x890..=0x891 | 0x8E2
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
        | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF9..=0xFFFB
        | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(escape("Bà Rịa - Vũng Tàu"), Cow::Borrowed(_)));
        let decomposed = "Vi\u{0303}nh";
        assert_eq!(escape(decomposed), decomposed);
    }

    #[test]
    fn what_acts_is_spelt_out() {
        for c in
            ['\u{0}', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{200b}', '\u{2066}', '\u{feff}']
        {
            let shown = escape(&c.to_string()).into_owned();
            assert_eq!(shown, format!("\\u{{{:x}}}", u32::from(c)));
        }
        assert_eq!(escape("a\nb\tc"), "a\\u{a}b\\u{9}c");
        assert_eq!(escape_lines("a\nb\tc"), "a\nb\\u{9}c");
    }
}
