//! Days of the proleptic Gregorian calendar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A day of the proleptic Gregorian calendar, from -9999-01-01 to 9999-12-31.
///
/// "Proleptic" means that today's leap year rule holds for all years, before 1582 too; year 0 is
/// the year before year 1. A day is the smallest unit of time: there is no hour and no time zone.
///
/// ```
/// use milepost_model::Date;
///
/// let effective: Date = "2018-05-23".parse()?;
/// assert_eq!((effective.year(), effective.month(), effective.day()), (2018, 5, 23));
/// assert_eq!(effective.previous().unwrap().to_string(), "2018-05-22");
/// assert_eq!(effective.weekday(), 3); // a Wednesday
/// # Ok::<(), milepost_model::DateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Date(i32);

/// Why a date does not exist or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DateError {
    /// The year is outside the calendar.
    #[error("year {0} is outside -9999 to 9999")]
    Year(i16),
    /// No such month.
    #[error("month {month} of {year:04} does not exist: months run from 1 to 12")]
    Month {
        /// The year that was given.
        year: i16,
        /// The month that was given.
        month: u8,
    },
    /// No such day in that month.
    #[error("day {day} of {year:04}-{month:02} does not exist: its days run from 1 to {last}")]
    Day {
        /// The year that was given.
        year: i16,
        /// The month that was given.
        month: u8,
        /// The day that was given.
        day: u8,
        /// The last day of that month.
        last: u8,
    },
    /// A day number outside the calendar.
    #[error("day number {0} is outside -9999-01-01 to 9999-12-31")]
    DayNumber(i32),
    /// The text is not of the form `YYYY-MM-DD`.
    #[error("`{0}` is not a date of the form YYYY-MM-DD")]
    Format(String),
}

impl Date {
    /// The first day, -9999-01-01.
    pub const MIN: Date = Date(days_from_civil(-9999, 1, 1));
    /// The last day, 9999-12-31.
    pub const MAX: Date = Date(days_from_civil(9999, 12, 31));

    /// The day `day` of the month `month` (1 to 12) of `year`.
    ///
    /// # Errors
    /// Names the first of year, month and day that does not exist.
    ///
    /// ```
    /// use milepost_model::Date;
    ///
    /// assert!(Date::new(2024, 2, 29).is_ok());
    /// assert_eq!(
    ///     Date::new(2023, 2, 29).unwrap_err().to_string(),
    ///     "day 29 of 2023-02 does not exist: its days run from 1 to 28"
    /// );
    /// ```
    pub fn new(year: i16, month: u8, day: u8) -> Result<Date, DateError> {
        if !(-9999..=9999).contains(&year) {
            return Err(DateError::Year(year));
        }
        if !(1..=12).contains(&month) {
            return Err(DateError::Month { year, month });
        }
        let last = days_in_month(year, month);
        if !(1..=last).contains(&day) {
            return Err(DateError::Day { year, month, day, last });
        }
        Ok(Date(days_from_civil(i32::from(year), i32::from(month), i32::from(day))))
    }

    /// The day that lies `number` days after 1970-01-01; `None` outside the calendar.
    pub fn from_day_number(number: i32) -> Option<Date> {
        (Date::MIN.0..=Date::MAX.0).contains(&number).then_some(Date(number))
    }

    /// Days since 1970-01-01, negative before it.
    pub const fn day_number(self) -> i32 {
        self.0
    }

    /// Year, month (1 to 12) and day of the month (from 1) at once.
    pub fn year_month_day(self) -> (i16, u8, u8) {
        civil_from_days(self.0)
    }

    /// The year, -9999 to 9999.
    pub fn year(self) -> i16 {
        self.year_month_day().0
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.year_month_day().1
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.year_month_day().2
    }

    /// The ISO 8601 day of the week: Monday is 1, Sunday is 7.
    #[expect(clippy::cast_possible_truncation, reason = "1 to 7")]
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        ((self.0 + 3).rem_euclid(7) + 1) as u8
    }

    /// Whether this is the last day of its month.
    pub fn is_month_end(self) -> bool {
        let (year, month, day) = self.year_month_day();
        day == days_in_month(year, month)
    }

    /// The day `days` later, or earlier when negative; `None` outside the calendar.
    pub fn checked_add_days(self, days: i32) -> Option<Date> {
        Date::from_day_number(self.0.checked_add(days)?)
    }

    /// The same day of the month `months` later, or earlier when negative.
    ///
    /// The last day of a month stays a last day, and a day that the other month lacks becomes its
    /// last one. `None` outside the calendar.
    ///
    /// ```
    /// use milepost_model::Date;
    ///
    /// let date = |text: &str| text.parse::<Date>().unwrap();
    /// assert_eq!(date("2024-04-30").checked_add_months(1), Some(date("2024-05-31")));
    /// assert_eq!(date("2024-01-30").checked_add_months(1), Some(date("2024-02-29")));
    /// assert_eq!(date("2024-02-29").checked_add_months(-12), Some(date("2023-02-28")));
    /// assert_eq!(date("2024-05-15").checked_add_months(120_000), None);
    /// ```
    pub fn checked_add_months(self, months: i32) -> Option<Date> {
        let (year, month, day) = self.year_month_day();
        let index = (i32::from(year) * 12 + i32::from(month) - 1).checked_add(months)?;
        let target_year = i16::try_from(index.div_euclid(12)).ok()?;
        let target_month = u8::try_from(index.rem_euclid(12) + 1).ok()?;
        let last = days_in_month(target_year, target_month);
        let was_month_end = day == days_in_month(year, month);
        Date::new(target_year, target_month, if was_month_end { last } else { day.min(last) }).ok()
    }

    /// The next day; `None` after 9999-12-31.
    pub fn next(self) -> Option<Date> {
        self.checked_add_days(1)
    }

    /// The day before; `None` before -9999-01-01.
    pub fn previous(self) -> Option<Date> {
        self.checked_add_days(-1)
    }
}

impl fmt::Display for Date {
    /// ISO 8601, `2024-07-10`; years before 0 with a minus, `-0044-03-15`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        f.pad(&format!("{}-{month:02}-{day:02}", YearLabel(year)))
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `YYYY-MM-DD`: four, two and two digits, years 0000 to 9999.
    fn from_str(text: &str) -> Result<Date, DateError> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return Err(DateError::Format(excerpt(text)));
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0, |value: i16, digit| {
                digit.is_ascii_digit().then(|| value * 10 + i16::from(digit - b'0'))
            })
        };
        let pair = |digits: &[u8]| number(digits).and_then(|value| u8::try_from(value).ok());
        match (number(&[y1, y2, y3, y4]), pair(&[m1, m2]), pair(&[d1, d2])) {
            (Some(year), Some(month), Some(day)) => Date::new(year, month, day),
            _ => Err(DateError::Format(excerpt(text))),
        }
    }
}

impl TryFrom<i32> for Date {
    type Error = DateError;

    /// From days since 1970-01-01.
    fn try_from(number: i32) -> Result<Date, DateError> {
        Date::from_day_number(number).ok_or(DateError::DayNumber(number))
    }
}

impl From<Date> for i32 {
    fn from(date: Date) -> i32 {
        date.day_number()
    }
}

/// Writes a year with at least four digits, as ISO 8601 has it.
pub(crate) struct YearLabel(pub(crate) i16);

impl fmt::Display for YearLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}", self.0.unsigned_abs())
    }
}

/// The start of a text, so that an error about a megabyte does not carry a megabyte.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST: usize = 40;
    let mut characters = text.chars();
    let mut start: String = characters.by_ref().take(MOST).collect();
    if characters.next().is_some() {
        start.push('…');
    }
    start
}

pub(crate) const fn is_leap_year(year: i16) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) const fn days_in_month(year: i16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Years are counted from -10000, so that no number below is negative: the calendar repeats after 400
/// years, and this is 25 times as long.
const SHIFT: i32 = 25 * 400;
/// Days from -10000-03-01 to 1970-01-01.
const EPOCH: i32 = 25 * 146_097 + 719_468;

/// Days from 1970-01-01 to a day of the civil calendar.
///
/// The years are counted from March, so that the leap day ends them (Neri and Schneider, *Euclidean
/// affine functions and their application to calendar algorithms*, 2023).
const fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let (year, month) = if month <= 2 { (year - 1, month + 12) } else { (year, month) };
    let year = year + SHIFT;
    let century = year / 100;
    let before = 1461 * year / 4 - century + century / 4;
    before + (979 * month - 2919) / 32 + day - 1 - EPOCH
}

/// The inverse of [`days_from_civil`], by the same source.
#[expect(clippy::cast_possible_truncation, reason = "a `Date` is in range")]
const fn civil_from_days(number: i32) -> (i16, u8, u8) {
    let quarters = 4 * (number + EPOCH).cast_unsigned() + 3;
    let (century, of_century) = (quarters / 146_097, quarters % 146_097 / 4);
    // A division by 1461 of what is below 146 097, as a multiplication.
    let product = 2_939_745 * (4 * of_century + 3) as u64;
    let (year, of_year) = ((product >> 32) as u32, product as u32 / 2_939_745 / 4);
    let month_and_day = 2_141 * of_year + 197_913;
    let (month, day) = (month_and_day >> 16, (month_and_day & 0xffff) / 2_141 + 1);
    let (more, month) = if of_year >= 306 { (1, month - 12) } else { (0, month) };
    let year = (100 * century + year).cast_signed() - SHIFT + more;
    (year as i16, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use jiff::{Span, civil};
    use proptest::prelude::*;

    use super::*;

    fn oracle(date: Date) -> civil::Date {
        let (year, month, day) = date.year_month_day();
        civil::date(year, month.cast_signed(), day.cast_signed())
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (Date::MIN.0..=Date::MAX.0).prop_map(Date)
    }

    #[test]
    fn every_day_follows_the_one_before_it() {
        let mut expected = (-9999, 1, 1);
        for number in Date::MIN.0..=Date::MAX.0 {
            assert_eq!(civil_from_days(number), expected);
            let (year, month, day) = expected;
            assert_eq!(days_from_civil(year.into(), month.into(), day.into()), number);
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == days_in_month(year, month) => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }

    #[test]
    fn every_day_from_1800_to_2200_agrees_with_jiff() {
        let mut expected = civil::date(1800, 1, 1);
        let mut date = Date::new(1800, 1, 1).unwrap();
        while expected.year() <= 2200 {
            assert_eq!(oracle(date), expected);
            assert_eq!(date.weekday(), expected.weekday().to_monday_one_offset().cast_unsigned());
            assert_eq!(date.is_month_end(), expected.day() == expected.days_in_month());
            assert_eq!(date.to_string().parse(), Ok(date));
            assert_eq!(date.next().and_then(Date::previous), Some(date));
            expected = expected.tomorrow().unwrap();
            date = date.next().unwrap();
        }
    }

    #[test]
    fn the_calendar_ends_where_it_says() {
        assert_eq!(Date::MIN.to_string(), "-9999-01-01");
        assert_eq!(Date::MAX.to_string(), "9999-12-31");
        assert_eq!((Date::MIN.previous(), Date::MAX.next()), (None, None));
        assert_eq!(Date::MAX.checked_add_days(i32::MAX), None);
        assert_eq!(Date::MIN.checked_add_months(i32::MIN), None);
        assert_eq!(Date::new(1970, 1, 1).map(Date::day_number), Ok(0));
        assert_eq!(Date::new(10_000, 1, 1), Err(DateError::Year(10_000)));
        assert_eq!(Date::try_from(i32::MAX), Err(DateError::DayNumber(i32::MAX)));
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let message = |text: &str| text.parse::<Date>().unwrap_err().to_string();
        assert_eq!(
            message("2024-13-01"),
            "month 13 of 2024 does not exist: months run from 1 to 12"
        );
        assert_eq!(
            message("2024-04-31"),
            "day 31 of 2024-04 does not exist: its days run from 1 to 30"
        );
        for text in ["", "2024-4-31", "20240431", "+024-01-01", "2024-01-0x", "２024-01-01"] {
            assert_eq!(message(text), format!("`{text}` is not a date of the form YYYY-MM-DD"));
        }
    }

    proptest! {
        #[test]
        fn days_agree_with_jiff_over_the_whole_calendar(date in any_date()) {
            let (year, month, day) = date.year_month_day();
            prop_assert_eq!(Date::new(year, month, day), Ok(date));
            let days = oracle(date).since(civil::date(1970, 1, 1)).unwrap().get_days();
            prop_assert_eq!(date.day_number(), days);
        }

        #[test]
        fn months_agree_with_jiff(date in any_date(), months in -250_000_i32..250_000) {
            // jiff refuses spans of more months than its calendar has.
            let expected = Span::new().try_months(months).and_then(|span| oracle(date).checked_add(span));
            match (date.checked_add_months(months), expected) {
                (Some(sum), Ok(expected)) if date.is_month_end() => {
                    prop_assert!(sum.is_month_end());
                    prop_assert_eq!(oracle(sum).first_of_month(), expected.first_of_month());
                }
                (Some(sum), Ok(expected)) => prop_assert_eq!(oracle(sum), expected),
                (sum, expected) => prop_assert!(sum.is_none() && expected.is_err()),
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,12}") {
            prop_assert!(text.parse::<Date>().is_ok_and(|date| date.to_string() == text)
                || text.parse::<Date>().is_err());
        }
    }
}
