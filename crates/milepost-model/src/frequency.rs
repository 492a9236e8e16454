//! How long a period is.

use serde::{Deserialize, Serialize};

/// The length of a calendar period.
///
/// The codes are those of the SDMX code list `CL_FREQ`; a third (four months) is `T` there. The
/// discriminants are part of the storage format and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Frequency {
    /// A calendar year.
    Year = 0,
    /// Six months, from January or July.
    Half = 1,
    /// Four months, from January, May or September.
    Third = 2,
    /// Three months, from January, April, July or October.
    Quarter = 3,
    /// A calendar month.
    Month = 4,
    /// An ISO 8601 week, Monday to Sunday.
    Week = 5,
    /// A day.
    Day = 6,
}

impl Frequency {
    /// Every frequency, from the longest to the shortest, in the order of the discriminants.
    pub const ALL: [Frequency; 7] = [
        Frequency::Year,
        Frequency::Half,
        Frequency::Third,
        Frequency::Quarter,
        Frequency::Month,
        Frequency::Week,
        Frequency::Day,
    ];

    /// The discriminant, as it is stored.
    pub const fn index(self) -> u8 {
        self as u8
    }

    /// The frequency with that discriminant.
    ///
    /// ```
    /// use milepost_model::Frequency;
    ///
    /// assert_eq!(Frequency::from_index(3), Some(Frequency::Quarter));
    /// assert_eq!(Frequency::from_index(7), None);
    /// ```
    pub fn from_index(index: u8) -> Option<Frequency> {
        Frequency::ALL.get(usize::from(index)).copied()
    }

    /// The SDMX code, such as `'Q'`.
    pub const fn code(self) -> char {
        match self {
            Frequency::Year => 'A',
            Frequency::Half => 'S',
            Frequency::Third => 'T',
            Frequency::Quarter => 'Q',
            Frequency::Month => 'M',
            Frequency::Week => 'W',
            Frequency::Day => 'D',
        }
    }

    /// The frequency with that SDMX code, in either case; `H` is a half too.
    pub const fn from_code(code: char) -> Option<Frequency> {
        Some(match code.to_ascii_uppercase() {
            'A' => Frequency::Year,
            'S' | 'H' => Frequency::Half,
            'T' => Frequency::Third,
            'Q' => Frequency::Quarter,
            'M' => Frequency::Month,
            'W' => Frequency::Week,
            'D' => Frequency::Day,
            _ => return None,
        })
    }

    /// The English word, such as `"quarter"`.
    pub const fn name(self) -> &'static str {
        match self {
            Frequency::Year => "year",
            Frequency::Half => "half",
            Frequency::Third => "third",
            Frequency::Quarter => "quarter",
            Frequency::Month => "month",
            Frequency::Week => "week",
            Frequency::Day => "day",
        }
    }

    /// The English plural, such as `"halves"`.
    pub const fn plural(self) -> &'static str {
        match self {
            Frequency::Year => "years",
            Frequency::Half => "halves",
            Frequency::Third => "thirds",
            Frequency::Quarter => "quarters",
            Frequency::Month => "months",
            Frequency::Week => "weeks",
            Frequency::Day => "days",
        }
    }

    /// The frequency that a word names: singular or plural, in any case.
    ///
    /// ```
    /// use milepost_model::Frequency;
    ///
    /// assert_eq!(Frequency::from_word("Years"), Some(Frequency::Year));
    /// assert_eq!(Frequency::from_word("halves"), Some(Frequency::Half));
    /// assert_eq!(Frequency::from_word("decade"), None);
    /// ```
    pub fn from_word(word: &str) -> Option<Frequency> {
        if word.eq_ignore_ascii_case("halfs") {
            return Some(Frequency::Half);
        }
        Frequency::ALL.into_iter().find(|frequency| {
            word.eq_ignore_ascii_case(frequency.name())
                || word.eq_ignore_ascii_case(frequency.plural())
        })
    }

    /// How many months a period has; `None` for weeks and days, which no month holds evenly.
    pub const fn months(self) -> Option<u8> {
        match self {
            Frequency::Year => Some(12),
            Frequency::Half => Some(6),
            Frequency::Third => Some(4),
            Frequency::Quarter => Some(3),
            Frequency::Month => Some(1),
            Frequency::Week | Frequency::Day => None,
        }
    }

    /// How many periods a year has; `None` for weeks and days, where it depends on the year.
    pub const fn periods_per_year(self) -> Option<u8> {
        match self.months() {
            Some(months) => Some(12 / months),
            None => None,
        }
    }
}

impl std::fmt::Display for Frequency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_codes_and_indexes_lead_back() {
        for frequency in Frequency::ALL {
            assert_eq!(Frequency::from_word(frequency.name()), Some(frequency));
            assert_eq!(Frequency::from_word(&frequency.plural().to_uppercase()), Some(frequency));
            assert_eq!(Frequency::from_code(frequency.code()), Some(frequency));
            assert_eq!(Frequency::from_index(frequency.index()), Some(frequency));
        }
        assert_eq!(Frequency::from_code('h'), Some(Frequency::Half));
        assert_eq!(Frequency::from_code('X'), None);
    }

    #[test]
    fn stored_numbers_are_pinned() {
        assert_eq!(Frequency::ALL.map(Frequency::index), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(Frequency::ALL.map(Frequency::code), ['A', 'S', 'T', 'Q', 'M', 'W', 'D']);
    }

    #[test]
    fn months_and_periods_make_a_year() {
        for frequency in Frequency::ALL {
            let product = frequency.months().zip(frequency.periods_per_year());
            assert!(product.is_none_or(|(months, periods)| months * periods == 12), "{frequency}");
        }
        assert_eq!(Frequency::Week.months(), None);
        assert_eq!(Frequency::Day.periods_per_year(), None);
    }
}
