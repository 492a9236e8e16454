//! Where the cells of a plain line are, and figures in them.

/// The most columns that the fast way knows.
pub(super) const COLUMNS_MAX: usize = 32;

/// The cells of one line, or why it is not a plain one.
#[derive(Debug)]
pub(super) struct Cells {
    /// Where the comma, or the line's end, after each cell is.
    ends: [usize; COLUMNS_MAX],
    start: usize,
    count: usize,
    has_quote: bool,
}

impl Cells {
    pub(super) fn new() -> Self {
        Self { ends: [0; COLUMNS_MAX], start: 0, count: 0, has_quote: false }
    }

    /// Finds the cells of the line that begins at `start`; gives where its line end, or the end of
    /// the bytes, is.
    pub(super) fn split(&mut self, bytes: &[u8], start: usize) -> usize {
        (self.start, self.count, self.has_quote) = (start, 0, false);
        let mut at = start;
        while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let word = u64::from_le_bytes(*word);
            let mut found = equal(word, b',') | equal(word, b'\n') | equal(word, b'"');
            while found != 0 {
                let position = at + (found.trailing_zeros() / 8) as usize;
                if self.take(bytes, position) {
                    return position;
                }
                found &= found - 1;
            }
            at += 8;
        }
        for position in at..bytes.len() {
            if self.take(bytes, position) {
                return position;
            }
        }
        self.end_cell(bytes.len());
        bytes.len()
    }

    /// Notes what a byte means; true for the end of the line.
    #[inline]
    fn take(&mut self, bytes: &[u8], position: usize) -> bool {
        match bytes.get(position) {
            Some(b',') => self.end_cell(position),
            Some(b'\n') => {
                self.end_cell(position);
                return true;
            }
            Some(b'"') => self.has_quote = true,
            _ => {}
        }
        false
    }

    #[inline]
    fn end_cell(&mut self, position: usize) {
        if let Some(end) = self.ends.get_mut(self.count) {
            *end = position;
        }
        self.count += 1;
    }

    pub(super) fn has_quote(&self) -> bool {
        self.has_quote
    }

    /// How many cells there are, those beyond the most included.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// A cell without the blanks around it.
    #[inline]
    pub(super) fn get<'a>(&self, text: &'a str, index: usize) -> &'a str {
        let start = match index.checked_sub(1) {
            None => self.start,
            Some(before) => self.ends.get(before).map_or(self.start, |end| end + 1),
        };
        let end = self.ends.get(index).copied().unwrap_or(start);
        let cell = text.get(start..end).unwrap_or_default();
        let is_plain = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'!'..=b'~'));
        if is_plain(cell.as_bytes().first()) && is_plain(cell.as_bytes().last()) {
            cell
        } else {
            cell.trim()
        }
    }
}

/// The highest bit of each byte that is `wanted`.
#[inline]
fn equal(word: u64, wanted: u8) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x7F; 8]);
    let difference = word ^ u64::from_le_bytes([wanted; 8]);
    !(((difference & LOW) + LOW) | difference | LOW)
}

/// The mantissa and the digits after the point of a plain figure in lowest terms; `None` leaves the
/// text to the parser of decimals.
#[inline]
pub(super) fn figure(text: &str) -> Option<(i64, u8)> {
    let (is_negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.len() > 18 {
        return None;
    }
    let (mut mantissa, mut scale, mut has_point) = (0_i64, 0_u8, false);
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa * 10 + i64::from(digit);
            scale += u8::from(has_point);
        } else if byte == b'.' && !has_point {
            has_point = true;
        } else {
            return None;
        }
    }
    if digits.len() == usize::from(has_point) {
        return None;
    }
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Some((if is_negative { -mantissa } else { mantissa }, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> (Vec<&str>, usize, bool) {
        let mut cells = Cells::new();
        let end = cells.split(text.as_bytes(), 0);
        ((0..cells.len()).map(|index| cells.get(text, index)).collect(), end, cells.has_quote())
    }

    #[test]
    fn lines_are_split_at_commas() {
        assert_eq!(split("i,VN, 2024 ,1\nx"), (vec!["i", "VN", "2024", "1"], 13, false));
        assert_eq!(split("a,\u{a0}đ\u{3000},\r"), (vec!["a", "đ", ""], 11, false));
        assert!(split("long.name.of.it,\"b\"").2);
        assert_eq!(split(&",".repeat(COLUMNS_MAX)).0.len(), COLUMNS_MAX + 1);
        assert_eq!(split("").0, [""]);
    }

    #[test]
    fn figures_are_read_or_left() {
        for (text, figure) in [
            ("0", Some((0, 0))),
            ("-17.50", Some((-175, 1))),
            ("1200", Some((1200, 0))),
            (".5", Some((5, 1))),
            ("5.", Some((5, 0))),
            ("0.00", Some((0, 0))),
            ("999999999999999999", Some((999_999_999_999_999_999, 0))),
            ("1000000000000000000", None),
            ("", None),
            ("-", None),
            (".", None),
            ("1.2.3", None),
            ("+1", None),
            ("1e3", None),
            ("1,5", None),
        ] {
            assert_eq!(super::figure(text), figure, "{text}");
        }
    }

    proptest! {
        #[test]
        fn cells_are_those_of_a_naive_split(text in "[a ,đ\r]{0,40}", before in 0..9usize) {
            let line = "\n".repeat(before) + &text + "\nz,z";
            let mut cells = Cells::new();
            prop_assert_eq!(cells.split(line.as_bytes(), before), before + text.len());
            let found: Vec<&str> = (0..cells.len().min(COLUMNS_MAX)).map(|i| cells.get(&line, i)).collect();
            let expected: Vec<&str> = text.split(',').map(str::trim).take(COLUMNS_MAX).collect();
            prop_assert_eq!(found, expected);
        }

        /// Whatever is read at all is what the parser of decimals reads.
        #[test]
        fn figures_are_those_of_the_parser(text in "-?[0-9]{0,12}\\.?[0-9]{0,8}") {
            if let Some(figure) = figure(&text) {
                let decimal: milepost::Decimal = text.parse().unwrap();
                prop_assert_eq!(decimal.to_stored(), Some(figure));
            }
        }
    }
}
