//! Periods and days, from texts, years and dates.

use std::fmt::Display;
use std::str::FromStr;

use milepost::{Date, Frequency, Period};

use crate::columns::Reading;
use crate::repeated::Cell;

/// The period that a cell says.
pub(crate) fn period(
    cell: Cell<'_>,
    reading: Reading,
    dates: Option<Frequency>,
) -> Result<Period, String> {
    match (cell, reading) {
        (Cell::Text(text), _) => parse(text),
        (Cell::Integer(number), Reading::Date { per_day }) => {
            period_of(day_of(number, per_day)?, dates.unwrap_or(Frequency::Day))
        }
        (Cell::Integer(number), _) => {
            let year = i16::try_from(number).ok().and_then(|year| Period::year(year).ok());
            year.ok_or_else(|| {
                format!(
                    "{number} is not a year within -9999 and 9999; a text such as 2024-06 would fit"
                )
            })
        }
    }
}

/// The day that a cell says.
pub(crate) fn day(cell: Cell<'_>, reading: Reading) -> Result<Date, String> {
    match (cell, reading) {
        (Cell::Integer(number), Reading::Date { per_day }) => day_of(number, per_day),
        (Cell::Integer(number), _) => day_of(number, 1),
        (Cell::Text(text), _) => parse(text),
    }
}

/// Reads a text; the message has all of it, which can be searched for in the source where what an
/// error quotes of it cannot.
pub(crate) fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| {
        let message = error.to_string();
        if message.contains(text) { message } else { format!("{text:?}: {message}") }
    })
}

/// The day that begins at a moment.
fn day_of(moment: i64, per_day: i64) -> Result<Date, String> {
    let (days, rest) = (moment.div_euclid(per_day), moment.rem_euclid(per_day));
    let day = i32::try_from(days).ok().and_then(Date::from_day_number).ok_or_else(|| {
        format!("the day {days} from 1970-01-01 on lies outside of the years -9999 to 9999")
    })?;
    if rest == 0 {
        return Ok(day);
    }
    let second = i128::from(rest) * 86_400 / i128::from(per_day);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Err(format!(
        "{day}T{hour:02}:{minute:02}:{second:02} is a moment within a day; a date, or the moment \
         at which a day begins, would fit"
    ))
}

/// The period of a frequency that begins or ends on a day.
fn period_of(day: Date, frequency: Frequency) -> Result<Period, String> {
    let period = Period::containing(frequency, day);
    let is_meant = |period: &Period| period.first_day() == day || period.last_day() == day;
    period.filter(is_meant).ok_or_else(|| {
        let plural = frequency.plural();
        format!("no {frequency} begins or ends on {day}; the first or the last day of one would fit, as `dates` says that {plural} are meant")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: Reading = Reading::Date { per_day: 1 };
    const MILLISECONDS: Reading = Reading::Date { per_day: 86_400_000 };

    fn period_of_day(day: &str, frequency: Frequency) -> Result<String, String> {
        let number = i64::from(day.parse::<Date>().unwrap().day_number());
        period(Cell::Integer(number), DAYS, Some(frequency)).map(|period| period.to_string())
    }

    #[test]
    fn a_date_stands_for_the_period_that_begins_or_ends_on_it() {
        for (day, frequency, expected) in [
            ("2024-06-30", Frequency::Day, "2024-06-30"),
            ("2024-06-30", Frequency::Month, "2024-06"),
            ("2024-06-01", Frequency::Month, "2024-06"),
            ("2024-06-30", Frequency::Quarter, "2024-Q2"),
            ("2024-01-01", Frequency::Year, "2024"),
            ("2024-12-31", Frequency::Half, "2024-H2"),
            ("2024-01-29", Frequency::Week, "2024-W05"),
        ] {
            assert_eq!(period_of_day(day, frequency).as_deref(), Ok(expected), "{day}");
        }
        assert_eq!(
            period_of_day("2024-06-01", Frequency::Quarter).unwrap_err(),
            "no quarter begins or ends on 2024-06-01; the first or the last day of one would fit, \
             as `dates` says that quarters are meant"
        );
    }

    #[test]
    fn moments_are_the_days_that_begin_then() {
        let day = |moment| day(Cell::Integer(moment), MILLISECONDS);
        assert_eq!(day(-86_400_000).unwrap().to_string(), "1969-12-31");
        assert_eq!(
            day(-1).unwrap_err(),
            "1969-12-31T23:59:59 is a moment within a day; a date, or the moment at which a day \
             begins, would fit"
        );
        for moment in [i64::MIN, i64::MAX] {
            assert!(day(moment).unwrap_err().contains("outside of the years"));
        }
    }

    #[test]
    fn integers_are_years() {
        let year = |number| period(Cell::Integer(number), Reading::Year, Some(Frequency::Month));
        assert_eq!(year(2024).unwrap().to_string(), "2024");
        assert_eq!(year(-44).unwrap().to_string(), "-0044");
        assert_eq!(
            year(202_406).unwrap_err(),
            "202406 is not a year within -9999 and 9999; a text such as 2024-06 would fit"
        );
    }
}
