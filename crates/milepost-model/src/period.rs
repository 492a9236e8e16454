//! Reference periods: what an observation is about.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::date::{YearLabel, days_in_month, is_leap_year};
use crate::{Date, DateError, Frequency};

/// A span of whole days, first and last included, that an observation is about.
///
/// A period *is* its two days: a span that happens to be a calendar period is that period, however
/// it was written, so equal days mean equal periods. A stock holds at the close of the last day; a
/// flow accrues over all days.
///
/// Periods are ordered by their close, and of those that close on one day the longest comes first.
///
/// ```
/// use milepost_model::{Frequency, Period};
///
/// let half: Period = "2024-H1".parse()?;
/// assert_eq!(half.last_day().to_string(), "2024-06-30");
/// assert_eq!(half, "2024-01-01/P6M".parse()?);
/// assert_eq!(half.one_year_earlier().unwrap().to_string(), "2023-H1");
///
/// let quarters: Vec<String> =
///     half.subperiods(Frequency::Quarter).unwrap().map(|quarter| quarter.to_string()).collect();
/// assert_eq!(quarters, ["2024-Q1", "2024-Q2"]);
/// # Ok::<(), milepost_model::PeriodError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(Date, Date)", into = "(Date, Date)")]
pub struct Period {
    // The derived order compares the close first.
    last: Date,
    first: Date,
}

/// Why a period does not exist or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// A year has no such half, quarter, month, week or day.
    #[error(
        "{frequency} {number} of {} does not exist: its {} run from 1 to {most}",
        YearLabel(*.year), .frequency.plural()
    )]
    Part {
        /// What the number counts.
        frequency: Frequency,
        /// The number that was given.
        number: u16,
        /// The year, for weeks the ISO week year.
        year: i16,
        /// The greatest number that this year has.
        most: u16,
    },
    /// A day of the period does not exist.
    #[error(transparent)]
    Date(#[from] DateError),
    /// The first day lies after the last.
    #[error("a period cannot run from {first} back to {last}")]
    Reversed {
        /// The first day that was given.
        first: Date,
        /// The last day that was given.
        last: Date,
    },
    /// The period does not lie within the years -9999 to 9999.
    #[error("the period reaches outside the years -9999 to 9999")]
    OutOfRange,
    /// The text does not begin with a year of four digits.
    #[error("`{0}` does not begin with a year of four digits")]
    Year(String),
    /// What follows `/` is neither a day nor a duration.
    #[error("`{0}` is not a duration such as P4M, P1Y, P2W or P10D")]
    Duration(String),
    /// The text has none of the spellings of a period.
    #[error(
        "`{0}` is not a period: 2024, 2024-H1, 2024-Q2, 2024-06, 2024-W05, 2024-07-10 and \
         2020-01-01/P4M are"
    )]
    Format(String),
}

impl Period {
    /// A calendar year, -9999 to 9999.
    ///
    /// # Errors
    /// Outside those years.
    pub fn year(year: i16) -> Result<Period, PeriodError> {
        Period::part(Frequency::Year, year, 1)
    }

    /// The half 1 or 2 of a year.
    ///
    /// # Errors
    /// Names the part that does not exist.
    pub fn half(year: i16, half: u8) -> Result<Period, PeriodError> {
        Period::part(Frequency::Half, year, u16::from(half))
    }

    /// The third (four months) 1 to 3 of a year.
    ///
    /// # Errors
    /// Names the part that does not exist.
    pub fn third(year: i16, third: u8) -> Result<Period, PeriodError> {
        Period::part(Frequency::Third, year, u16::from(third))
    }

    /// The quarter 1 to 4 of a year.
    ///
    /// # Errors
    /// Names the part that does not exist.
    pub fn quarter(year: i16, quarter: u8) -> Result<Period, PeriodError> {
        Period::part(Frequency::Quarter, year, u16::from(quarter))
    }

    /// The month 1 to 12 of a year.
    ///
    /// # Errors
    /// Names the part that does not exist.
    ///
    /// ```
    /// use milepost_model::Period;
    ///
    /// assert_eq!(
    ///     Period::month(2024, 13).unwrap_err().to_string(),
    ///     "month 13 of 2024 does not exist: its months run from 1 to 12"
    /// );
    /// ```
    pub fn month(year: i16, month: u8) -> Result<Period, PeriodError> {
        Period::part(Frequency::Month, year, u16::from(month))
    }

    /// The ISO 8601 week 1 to 52 or 53 of an ISO week year, Monday to Sunday.
    ///
    /// Week 1 is the one with the year's first Thursday, so that it may begin in December.
    ///
    /// # Errors
    /// Names the week that does not exist, or says that it reaches past 9999-12-31 or
    /// -9999-01-01.
    pub fn week(iso_year: i16, week: u8) -> Result<Period, PeriodError> {
        Period::part(Frequency::Week, iso_year, u16::from(week))
    }

    /// A single day.
    pub fn day(date: Date) -> Period {
        Period { last: date, first: date }
    }

    /// The days from `first` to `last`, both included.
    ///
    /// # Errors
    /// When `last` lies before `first`.
    pub fn span(first: Date, last: Date) -> Result<Period, PeriodError> {
        if first > last {
            return Err(PeriodError::Reversed { first, last });
        }
        Ok(Period { last, first })
    }

    /// The period of that frequency with that [`ordinal`](Period::ordinal); `None` when it
    /// reaches outside the calendar.
    pub fn from_ordinal(frequency: Frequency, ordinal: i32) -> Option<Period> {
        let (first, last) = match (frequency, frequency.months()) {
            (_, Some(months)) => {
                let first_month = ordinal.checked_mul(i32::from(months))?;
                let next_first = first_month.checked_add(i32::from(months))?;
                let last = match first_of_month(next_first) {
                    Some(date) => date.previous()?,
                    // Only the last month of all is followed by no day.
                    None if next_first == 120_000 => Date::MAX,
                    None => return None,
                };
                (first_of_month(first_month)?, last)
            }
            (Frequency::Week, None) => {
                let monday = ordinal.checked_mul(7)?.checked_sub(3)?;
                (Date::from_day_number(monday)?, Date::from_day_number(monday.checked_add(6)?)?)
            }
            (_, None) => {
                let date = Date::from_day_number(ordinal)?;
                (date, date)
            }
        };
        Some(Period { last, first })
    }

    /// The position among the periods of its frequency; `None` for a span that is no calendar
    /// period.
    ///
    /// Years count as themselves, halves as `2 * year + half - 1`, thirds, quarters and months
    /// alike (from year 0), weeks from the one of 1970-01-01, and days from 1970-01-01. These
    /// numbers are stored.
    ///
    /// ```
    /// use milepost_model::{Frequency, Period};
    ///
    /// let month = Period::month(2024, 6)?;
    /// assert_eq!(month.ordinal(), Some(2024 * 12 + 5));
    /// assert_eq!(Period::from_ordinal(Frequency::Month, 2024 * 12 + 5), Some(month));
    /// # Ok::<(), milepost_model::PeriodError>(())
    /// ```
    pub fn ordinal(self) -> Option<i32> {
        self.place().map(|(_, ordinal)| ordinal)
    }

    /// The frequency; `None` for a span that is no calendar period.
    pub fn frequency(self) -> Option<Frequency> {
        self.place().map(|(frequency, _)| frequency)
    }

    /// [`Period::frequency`] and [`Period::ordinal`] at once.
    ///
    /// ```
    /// use milepost_model::{Frequency, Period};
    ///
    /// let quarter: Period = "2024-Q2".parse()?;
    /// assert_eq!(quarter.place(), Some((Frequency::Quarter, 4 * 2024 + 1)));
    /// assert_eq!(Period::span(quarter.first_day(), "2024-05-31".parse()?)?.place(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place(self) -> Option<(Frequency, i32)> {
        let days = self.last.day_number() - self.first.day_number();
        match days {
            0 => return Some((Frequency::Day, self.first.day_number())),
            6 if self.first.weekday() == 1 => {
                return Some((Frequency::Week, ordinal_of(Frequency::Week, self.first)));
            }
            27..=365 => {}
            _ => return None,
        }
        // Some months together have 30 days each and at most four less or five more.
        let (months, frequency) = match (days + 4) / 30 {
            1 => (1, Frequency::Month),
            3 => (3, Frequency::Quarter),
            4 => (4, Frequency::Third),
            6 => (6, Frequency::Half),
            12 => (12, Frequency::Year),
            _ => return None,
        };
        let (year, first, day) = self.first.year_month_day();
        if day != 1 || !(first - 1).is_multiple_of(months) {
            return None;
        }
        let all = (first..first + months).map(|month| i32::from(days_in_month(year, month)));
        let ordinal = i32::from(year) * i32::from(12 / months) + i32::from((first - 1) / months);
        (all.sum::<i32>() == days + 1).then_some((frequency, ordinal))
    }

    /// The first day, included.
    pub const fn first_day(self) -> Date {
        self.first
    }

    /// The last day, included: the day at whose close a stock holds.
    pub const fn last_day(self) -> Date {
        self.last
    }

    /// The period of that frequency that the day lies in; `None` for a week that reaches outside
    /// the calendar.
    pub fn containing(frequency: Frequency, date: Date) -> Option<Period> {
        Period::from_ordinal(frequency, ordinal_of(frequency, date))
    }

    /// The period after this one, of the same frequency; `None` for a span and at the end of the
    /// calendar.
    pub fn next(self) -> Option<Period> {
        self.checked_add(1)
    }

    /// The period before this one, of the same frequency; `None` for a span and at the start of
    /// the calendar.
    pub fn previous(self) -> Option<Period> {
        self.checked_add(-1)
    }

    /// The period `periods` later (earlier when negative), of the same frequency; `None` for a
    /// span and outside the calendar.
    pub fn checked_add(self, periods: i32) -> Option<Period> {
        let frequency = self.frequency()?;
        Period::from_ordinal(frequency, ordinal_of(frequency, self.first).checked_add(periods)?)
    }

    /// The period with the same label one year earlier, for comparisons "over the same period last
    /// year" (OECD).
    ///
    /// 29 February becomes 28 February; week 53 has no counterpart, so `None`. A span is shifted
    /// at both of its closes (the day before it, and its last day), where month ends stay month
    /// ends; spans that follow each other without a hole still do so a year earlier.
    ///
    /// ```
    /// use milepost_model::Period;
    ///
    /// let earlier = |text: &str| {
    ///     text.parse::<Period>().unwrap().one_year_earlier().map(|period| period.to_string())
    /// };
    /// assert_eq!(earlier("2024-H1").as_deref(), Some("2023-H1"));
    /// assert_eq!(earlier("2024-02-29").as_deref(), Some("2023-02-28"));
    /// assert_eq!(earlier("2020-W53"), None);
    /// assert_eq!(earlier("2024-01-01/P2M").as_deref(), Some("2023-01-01/2023-02-28"));
    /// ```
    pub fn one_year_earlier(self) -> Option<Period> {
        let Some(frequency) = self.frequency() else {
            let opening = self.first.previous()?.checked_add_months(-12)?;
            let close = self.last.checked_add_months(-12)?;
            return Period::span(opening.next()?, close).ok();
        };
        match (frequency, frequency.periods_per_year()) {
            (_, Some(periods)) => self.checked_add(-i32::from(periods)),
            (Frequency::Week, None) => {
                let (year, week) = iso_week(self.first);
                Period::part(Frequency::Week, year.checked_sub(1)?, week).ok()
            }
            (_, None) => {
                let (year, month, day) = self.first.year_month_day();
                let day = if (month, day) == (2, 29) { 28 } else { day };
                Date::new(year.checked_sub(1)?, month, day).ok().map(Period::day)
            }
        }
    }

    /// Whether every day of `other` lies in this period.
    pub fn covers(self, other: Period) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// The periods of that frequency that make up this one, in order; `None` when they do not fit
    /// into it exactly.
    ///
    /// A period is made up of itself. Weeks fit into no month, days into everything.
    pub fn subperiods(self, frequency: Frequency) -> Option<Subperiods> {
        let head = Period::containing(frequency, self.first)?;
        let tail = Period::containing(frequency, self.last)?;
        (head.first == self.first && tail.last == self.last).then(|| Subperiods {
            frequency,
            ordinals: ordinal_of(frequency, self.first)..ordinal_of(frequency, self.last) + 1,
        })
    }

    /// The part `number` of a year, for weeks of an ISO week year.
    fn part(frequency: Frequency, year: i16, number: u16) -> Result<Period, PeriodError> {
        if !(-9999..=9999).contains(&year) {
            return Err(DateError::Year(year).into());
        }
        let most = match (frequency, frequency.periods_per_year()) {
            (_, Some(periods)) => u16::from(periods),
            (Frequency::Week, None) => weeks_in(year),
            (_, None) => 365 + u16::from(is_leap_year(year)),
        };
        if !(1..=most).contains(&number) {
            return Err(PeriodError::Part { frequency, number, year, most });
        }
        let before = i32::from(number) - 1;
        let ordinal = match (frequency, frequency.periods_per_year()) {
            (_, Some(periods)) => i32::from(year) * i32::from(periods) + before,
            // The 4th of January always lies in week 1.
            (Frequency::Week, None) => ordinal_of(frequency, Date::new(year, 1, 4)?) + before,
            (_, None) => ordinal_of(frequency, Date::new(year, 1, 1)?) + before,
        };
        Period::from_ordinal(frequency, ordinal).ok_or(PeriodError::OutOfRange)
    }
}

/// The periods that make up a longer one, see [`Period::subperiods`].
#[derive(Debug, Clone)]
pub struct Subperiods {
    frequency: Frequency,
    ordinals: std::ops::Range<i32>,
}

impl Iterator for Subperiods {
    type Item = Period;

    fn next(&mut self) -> Option<Period> {
        Period::from_ordinal(self.frequency, self.ordinals.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ordinals.size_hint()
    }
}

impl DoubleEndedIterator for Subperiods {
    fn next_back(&mut self) -> Option<Period> {
        Period::from_ordinal(self.frequency, self.ordinals.next_back()?)
    }
}

impl ExactSizeIterator for Subperiods {}

impl fmt::Display for Period {
    /// The canonical spelling: `2024`, `2024-H1`, `2020-T1`, `2024-Q2`, `2024-06`, `2024-W05`,
    /// `2024-07-10`, `2022-07-14/2024-02-02`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(frequency) = self.frequency() else {
            return f.pad(&format!("{}/{}", self.first, self.last));
        };
        let (year, month, _) = self.first.year_month_day();
        let label = YearLabel(year);
        // The frequency is known, so the months divide evenly.
        let part = frequency.months().map_or(0, |months| (month - 1) / months + 1);
        match frequency {
            Frequency::Year => f.pad(&format!("{label}")),
            Frequency::Half => f.pad(&format!("{label}-H{part}")),
            Frequency::Third => f.pad(&format!("{label}-T{part}")),
            Frequency::Quarter => f.pad(&format!("{label}-Q{part}")),
            Frequency::Month => f.pad(&format!("{label}-{part:02}")),
            Frequency::Week => {
                let (year, week) = iso_week(self.first);
                f.pad(&format!("{}-W{week:02}", YearLabel(year)))
            }
            Frequency::Day => fmt::Display::fmt(&self.first, f),
        }
    }
}

impl TryFrom<(Date, Date)> for Period {
    type Error = PeriodError;

    /// From the first and the last day.
    fn try_from((first, last): (Date, Date)) -> Result<Period, PeriodError> {
        Period::span(first, last)
    }
}

impl From<Period> for (Date, Date) {
    fn from(period: Period) -> (Date, Date) {
        (period.first, period.last)
    }
}

impl From<Date> for Period {
    fn from(date: Date) -> Period {
        Period::day(date)
    }
}

/// Years between two closes, negative when `to` lies first.
///
/// Whole months divided by 12 when both days are month ends or the same day of the month,
/// otherwise days divided by 365.2425, the mean length of a Gregorian year.
///
/// ```
/// use milepost_model::{Date, years_between};
///
/// let date = |text: &str| text.parse::<Date>().unwrap();
/// assert_eq!(years_between(date("1995-12-31"), date("2023-12-31")), 28.0);
/// assert_eq!(years_between(date("2023-12-31"), date("2024-06-30")), 0.5);
/// assert_eq!(years_between(date("2024-01-01"), date("2024-01-02")), 1.0 / 365.2425);
/// ```
pub fn years_between(from_close: Date, to_close: Date) -> f64 {
    let (from_year, from_month, from_day) = from_close.year_month_day();
    let (to_year, to_month, to_day) = to_close.year_month_day();
    if from_day == to_day || (from_close.is_month_end() && to_close.is_month_end()) {
        let years = i32::from(to_year) - i32::from(from_year);
        let months = years * 12 + i32::from(to_month) - i32::from(from_month);
        f64::from(months) / 12.0
    } else {
        f64::from(to_close.day_number() - from_close.day_number()) / 365.2425
    }
}

/// The first day of the month with that ordinal.
fn first_of_month(ordinal: i32) -> Option<Date> {
    let year = i16::try_from(ordinal.div_euclid(12)).ok()?;
    let month = u8::try_from(ordinal.rem_euclid(12) + 1).ok()?;
    Date::new(year, month, 1).ok()
}

/// The ordinal of the period of that frequency that the day lies in.
fn ordinal_of(frequency: Frequency, date: Date) -> i32 {
    match (frequency, frequency.months()) {
        (_, Some(months)) => {
            let (year, month, _) = date.year_month_day();
            (i32::from(year) * 12 + i32::from(month) - 1).div_euclid(i32::from(months))
        }
        // The week of 1970-01-01, a Thursday, began three days earlier.
        (Frequency::Week, None) => (date.day_number() + 3).div_euclid(7),
        (_, None) => date.day_number(),
    }
}

/// ISO week year and week of the week that begins on that Monday.
fn iso_week(monday: Date) -> (i16, u16) {
    // A week belongs to the year that has its Thursday.
    let thursday = monday.checked_add_days(3).unwrap_or(Date::MAX);
    let year = thursday.year();
    let first = Date::new(year, 1, 4).map_or(0, |date| ordinal_of(Frequency::Week, date));
    let week = ordinal_of(Frequency::Week, monday) - first + 1;
    (year, u16::try_from(week).unwrap_or(0))
}

/// 53 for ISO years that begin on a Thursday, or on a Wednesday when they are leap years.
fn weeks_in(iso_year: i16) -> u16 {
    let weekday = Date::new(iso_year, 1, 1).map_or(1, Date::weekday);
    52 + u16::from(weekday == 4 || (weekday == 3 && is_leap_year(iso_year)))
}
