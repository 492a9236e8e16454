//! Reading decimals.

use std::str::FromStr;

use super::{Decimal, DecimalError, normalised, strip_zeros};
use crate::date::excerpt;

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads a sign, digits, a point and an exponent, as in `-1234.5` or `1.2e6`.
    ///
    /// At least one digit is needed, before or after the point. Blanks, separators of thousands,
    /// NaN and infinities are refused.
    ///
    /// # Errors
    /// Names the first character that does not fit and its position.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// assert_eq!("-1234.50".parse::<Decimal>()?.to_string(), "-1234.5");
    /// assert_eq!("1.2e6".parse::<Decimal>()?, Decimal::from(1_200_000));
    /// let error = "12 345".parse::<Decimal>().unwrap_err();
    /// assert_eq!(error.to_string(), "unexpected ' ' at position 3 of a number");
    /// assert!("1,234".parse::<Decimal>().unwrap_err().to_string().contains("commas"));
    /// # Ok::<(), milepost_model::DecimalError>(())
    /// ```
    fn from_str(text: &str) -> Result<Decimal, DecimalError> {
        Decimal::parse_bytes(text.as_bytes())
    }
}

impl Decimal {
    /// Reads the bytes of a cell like [`str::parse`]; they need not be UTF-8.
    ///
    /// # Errors
    /// Names the first character that does not fit and its position.
    pub fn parse_bytes(text: &[u8]) -> Result<Decimal, DecimalError> {
        match parse_short(text) {
            Some(decimal) => Ok(decimal),
            None => parse_any(text),
        }
    }
}

/// The common case, without exponent and with so few digits that they cannot overflow.
fn parse_short(text: &[u8]) -> Option<Decimal> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if digits.len() > 19 {
        return None;
    }
    let mut value = 0_u64;
    let mut point = None;
    for (position, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else if byte == b'.' && point.is_none() {
            point = Some(position);
        } else {
            return None;
        }
    }
    if digits.len() == usize::from(point.is_some()) {
        return None;
    }
    let scale = point.map_or(0, |point| digits.len() - point - 1);
    let mut scale = u8::try_from(scale).ok()?;
    while scale > 0 && value.is_multiple_of(10) {
        value /= 10;
        scale -= 1;
    }
    let magnitude = i128::from(value);
    Some(strip_zeros(if negative { -magnitude } else { magnitude }, scale))
}

/// Every case, and every error.
fn parse_any(text: &[u8]) -> Result<Decimal, DecimalError> {
    let (negative, start) = match text {
        [] => return Err(DecimalError::Empty),
        [b'-', ..] => (true, 1),
        [b'+', ..] => (false, 1),
        _ => (false, 0),
    };
    let mut digits = Digits::default();
    let mut exponent = 0;
    let mut point = false;
    for (position, &byte) in text.iter().enumerate().skip(start) {
        match byte {
            b'0'..=b'9' => digits.push(byte - b'0', point),
            b'.' if !point => point = true,
            b'e' | b'E' if digits.seen => {
                exponent = parse_exponent(text, position + 1)?;
                break;
            }
            _ => return Err(unexpected(text, position)),
        }
    }
    if !digits.seen {
        return Err(DecimalError::Digit);
    }
    digits.into_decimal(negative, exponent).ok_or(DecimalError::OutOfRange)
}

/// The digits read so far: `mantissa * 10^zeros / 10^decimals`.
#[derive(Default)]
struct Digits {
    mantissa: i128,
    /// Zeros at the end that the mantissa does not have yet; most often none will follow them.
    zeros: u64,
    decimals: i64,
    seen: bool,
    overflow: bool,
}

impl Digits {
    fn push(&mut self, digit: u8, after_point: bool) {
        self.seen = true;
        self.decimals += i64::from(after_point);
        if digit == 0 {
            self.zeros += u64::from(self.mantissa != 0);
            return;
        }
        let factor = match u32::try_from(self.zeros + 1) {
            Ok(power) if self.mantissa != 0 => 10_i128.checked_pow(power),
            _ => Some(0),
        };
        let longer = factor
            .and_then(|factor| self.mantissa.checked_mul(factor))
            .and_then(|longer| longer.checked_add(i128::from(digit)));
        match longer {
            Some(longer) => self.mantissa = longer,
            None => self.overflow = true,
        }
        self.zeros = 0;
    }

    fn into_decimal(self, negative: bool, exponent: i64) -> Option<Decimal> {
        if self.overflow {
            return None;
        }
        let mantissa = if negative { -self.mantissa } else { self.mantissa };
        let zeros = i64::try_from(self.zeros).ok()?;
        normalised(mantissa, self.decimals.checked_sub(zeros)?.checked_sub(exponent)?)
    }
}

/// The exponent that begins at `start` and ends with the text; beyond ±10^17 it stays there.
fn parse_exponent(text: &[u8], start: usize) -> Result<i64, DecimalError> {
    const ENOUGH: i64 = 100_000_000_000_000_000;
    let (negative, start) = match text.get(start) {
        Some(b'-') => (true, start + 1),
        Some(b'+') => (false, start + 1),
        _ => (false, start),
    };
    if start == text.len() {
        return Err(DecimalError::Digit);
    }
    let mut exponent = 0_i64;
    for (position, &byte) in text.iter().enumerate().skip(start) {
        if !byte.is_ascii_digit() {
            return Err(unexpected(text, position));
        }
        exponent = (exponent * 10 + i64::from(byte - b'0')).min(ENOUGH);
    }
    Ok(if negative { -exponent } else { exponent })
}

/// The error for the byte at `index`, which no number has there.
fn unexpected(text: &[u8], index: usize) -> DecimalError {
    let word = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let special: [&[u8]; 3] = [b"nan", b"inf", b"infinity"];
    if special.iter().any(|special| word.eq_ignore_ascii_case(special)) {
        return DecimalError::NotANumber(excerpt(&String::from_utf8_lossy(text)));
    }
    let (before, from) = text.split_at_checked(index).unwrap_or((text, &[]));
    let position = String::from_utf8_lossy(before).chars().count() + 1;
    match String::from_utf8_lossy(from).chars().next() {
        Some(',') => DecimalError::Comma { position },
        Some(found) => DecimalError::Character { found, position },
        None => DecimalError::Digit,
    }
}
