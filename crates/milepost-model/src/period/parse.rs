//! Reading periods.

use std::str::FromStr;

use super::{Period, PeriodError};
use crate::date::excerpt;
use crate::{Date, Frequency};

impl FromStr for Period {
    type Err = PeriodError;

    /// Reads the ISO 8601 and SDMX spellings, in either case.
    ///
    /// | period | spellings |
    /// | --- | --- |
    /// | year | `2024`, `2024-A1`, `2024A1` |
    /// | half | `2024-H1`, `2024-S1`, `2024H1`, `2024S1` |
    /// | third | `2024-T1`, `2024T1` |
    /// | quarter | `2024-Q2`, `2024Q2` |
    /// | month | `2024-06`, `2024-M06`, `2024M06` |
    /// | week | `2024-W05`, `2024W05` |
    /// | day | `2024-07-10`, `2024-D192` (the day of the year) |
    /// | span | `2020-01-01/P4M` (`P` and counts of `Y`, `M`, `W`, `D`), `2022-07-14/2024-02-02` |
    ///
    /// # Errors
    /// Names what is wrong: the part that does not exist, the missing year, or the text.
    ///
    /// ```
    /// use milepost_model::Period;
    ///
    /// assert_eq!("2024s1".parse::<Period>()?.to_string(), "2024-H1");
    /// assert_eq!("2024-01-01/P1Y".parse::<Period>()?.to_string(), "2024");
    /// assert_eq!(
    ///     "2024-13".parse::<Period>().unwrap_err().to_string(),
    ///     "month 13 of 2024 does not exist: its months run from 1 to 12"
    /// );
    /// # Ok::<(), milepost_model::PeriodError>(())
    /// ```
    fn from_str(text: &str) -> Result<Period, PeriodError> {
        if let Some((first, rest)) = text.split_once('/') {
            return span(first.parse()?, rest);
        }
        let unreadable = || PeriodError::Format(excerpt(text));
        let (year, rest) = text.as_bytes().split_at_checked(4).ok_or_else(unreadable)?;
        let year = match number(year) {
            Some(year) => i16::try_from(year).map_err(|_| unreadable())?,
            None => return Err(PeriodError::Year(excerpt(text))),
        };
        match *rest {
            [] => Period::year(year),
            [b'-', tens, ones] if tens.is_ascii_digit() => {
                let month = number(&[tens, ones]).ok_or_else(unreadable)?;
                Period::part(Frequency::Month, year, month)
            }
            [b'-', _, _, b'-', _, _] => Ok(Period::day(text.parse()?)),
            [b'-', code, ref digits @ ..] | [code, ref digits @ ..] => {
                let frequency =
                    Frequency::from_code(char::from(code)).ok_or_else(|| not_a_part(text))?;
                let most_digits = match frequency {
                    Frequency::Month | Frequency::Week => 2,
                    Frequency::Day => 3,
                    _ => 1,
                };
                let part = number(digits).filter(|_| digits.len() <= most_digits);
                Period::part(frequency, year, part.ok_or_else(unreadable)?)
            }
        }
    }
}

/// What is wrong with a text that goes on after a year, but not with the code of a frequency.
fn not_a_part(text: &str) -> PeriodError {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        PeriodError::Year(excerpt(text))
    } else {
        PeriodError::Format(excerpt(text))
    }
}

/// The span from `first` to what is written after the slash: a last day or a duration.
fn span(first: Date, rest: &str) -> Result<Period, PeriodError> {
    let Some(duration) = rest.strip_prefix(['P', 'p']) else {
        return Period::span(first, rest.parse()?);
    };
    let (months, days) =
        months_and_days(duration).ok_or_else(|| PeriodError::Duration(excerpt(rest)))?;
    // Counted from close to close, so that a month from the 1st ends with its month.
    let last = first
        .previous()
        .and_then(|opening| opening.checked_add_months(months))
        .and_then(|date| date.checked_add_days(days))
        .ok_or(PeriodError::OutOfRange)?;
    Period::span(first, last)
}

/// Reads `1Y6M`: counts of years, months, weeks and days, in this order, at least one, none zero.
fn months_and_days(text: &str) -> Option<(i32, i32)> {
    const UNITS: [(u8, i32, i32); 4] = [(b'Y', 12, 0), (b'M', 1, 0), (b'W', 0, 7), (b'D', 0, 1)];
    let (mut months, mut days) = (0_i32, 0_i32);
    let mut units = UNITS.iter();
    let mut rest = text.as_bytes();
    loop {
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, tail) = rest.split_at_checked(length)?;
        let count = i32::from(number(digits).filter(|&count| count > 0)?);
        let (code, tail) = tail.split_first()?;
        let (_, unit_months, unit_days) =
            units.find(|(unit, _, _)| code.eq_ignore_ascii_case(unit))?;
        months = months.checked_add(count.checked_mul(*unit_months)?)?;
        days = days.checked_add(count.checked_mul(*unit_days)?)?;
        if tail.is_empty() {
            return Some((months, days));
        }
        rest = tail;
    }
}

/// A number written with digits alone, at least one of them.
fn number(digits: &[u8]) -> Option<u16> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let (first, rest) = digits.split_first()?;
    rest.iter()
        .try_fold(digit(first)?, |value, byte| value.checked_mul(10)?.checked_add(digit(byte)?))
}
