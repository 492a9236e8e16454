//! The steps of `by`: periods of a frequency, or so many of them at a time.

use milepost_model::{Date, Frequency, Period};

/// Periods that a step may have: more than 270 years of days.
pub(crate) const COUNT_MAX: u32 = 100_000;

/// Steps without gaps, each of so many periods of a frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    count: i32,
    pub(crate) frequency: Frequency,
    /// The number of a period before which a step begins.
    origin: i32,
    /// Whether a step stands for all of its days; otherwise for its last period.
    wide: bool,
}

impl Steps {
    /// Steps aligned to the calendar: `5 years` end with 1995, 2000, 2005. What makes a period of
    /// its own is that period, as `3 months` are a quarter. None for more than [`COUNT_MAX`].
    pub(crate) fn new(count: u32, frequency: Frequency) -> Option<Self> {
        let months = |frequency: Frequency| frequency.months().map(u32::from);
        let all = months(frequency).and_then(|months| months.checked_mul(count));
        let whole = Frequency::ALL.into_iter().find(|other| all.is_some() && months(*other) == all);
        let (count, frequency) = match whole {
            Some(whole) if count > 1 => (1, whole),
            _ => (count, frequency),
        };
        let count = i32::try_from(count).ok().filter(|_| (1..=COUNT_MAX).contains(&count))?;
        // Years are numbered from 1, all else from 0.
        let origin = i32::from(frequency == Frequency::Year);
        Some(Self { count, frequency, origin, wide: false })
    }

    /// Each period of a frequency.
    pub(crate) fn each(frequency: Frequency) -> Self {
        Self { count: 1, frequency, origin: 0, wide: false }
    }

    /// Whether a step is more than one period.
    pub(crate) fn is_several(self) -> bool {
        self.count > 1
    }

    /// The same counted forwards from a close.
    #[must_use]
    pub(crate) fn counted_from(self, close: Date) -> Self {
        let next = close.next().and_then(|day| Period::containing(self.frequency, day));
        let origin = next.and_then(Period::ordinal);
        Self { origin: origin.unwrap_or(self.origin), ..self }
    }

    /// The same, with a step standing for all of its days.
    #[must_use]
    pub(crate) fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// The step that holds a day.
    pub(crate) fn containing(self, day: Date) -> Option<Period> {
        let period = Period::containing(self.frequency, day)?;
        if self.count == 1 {
            return Some(period);
        }
        let at = period.ordinal()?.checked_sub(self.origin)?;
        let first = self.origin.checked_add(at.checked_sub(at.rem_euclid(self.count))?)?;
        let last = Period::from_ordinal(self.frequency, first.checked_add(self.count - 1)?)?;
        let first = Period::from_ordinal(self.frequency, first)?;
        let all = Period::span(first.first_day(), last.last_day()).ok()?;
        Some(if self.wide || all.frequency().is_some() { all } else { last })
    }

    /// The step that closes with a period; the period itself where none does.
    pub(crate) fn closing_with(self, period: Period) -> Period {
        let step = self.containing(period.last_day());
        step.filter(|step| step.last_day() == period.last_day()).unwrap_or(period)
    }

    /// The step after one.
    pub(crate) fn after(self, step: Period) -> Option<Period> {
        self.containing(step.last_day().next()?)
    }

    /// A step and those after it.
    pub(crate) fn from(self, step: Period) -> impl Iterator<Item = Period> {
        let first =
            step.place().filter(|(frequency, _)| self.count == 1 && *frequency == self.frequency);
        let mut next = Some(step);
        let mut ordinal = first.map(|(_, ordinal)| ordinal);
        std::iter::from_fn(move || {
            let step = next?;
            ordinal = ordinal.and_then(|ordinal| ordinal.checked_add(1));
            next = match ordinal {
                Some(ordinal) => Period::from_ordinal(self.frequency, ordinal),
                None => self.after(step),
            };
            Some(step)
        })
    }

    /// The step before one.
    pub(crate) fn before(self, step: Period) -> Option<Period> {
        if self.count == 1 {
            return step.previous();
        }
        let last = Period::containing(self.frequency, step.last_day())?;
        let earlier = last.checked_add(self.count.checked_neg()?)?;
        self.containing(earlier.last_day())
    }

    /// Whether a period is one of the steps.
    pub(crate) fn holds(self, period: Period) -> bool {
        self.containing(period.last_day()) == Some(period)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    fn steps(count: u32, frequency: Frequency) -> Steps {
        Steps::new(count, frequency).unwrap()
    }

    #[test]
    fn steps_follow_the_calendar_or_count_from_a_close() {
        let years = steps(5, Frequency::Year);
        assert_eq!(years.containing(period("1996").last_day()), Some(period("2000")));
        assert_eq!(years.containing(period("2000").last_day()), Some(period("2000")));
        let years = years.counted_from(period("2002").last_day());
        assert_eq!(years.containing(period("2003").last_day()), Some(period("2007")));
        let all = period("2003-01-01/2007-12-31");
        assert_eq!(years.wide().containing(period("2003").last_day()), Some(all));
        let halves = steps(2, Frequency::Quarter);
        assert_eq!(halves.containing(period("2020-Q1").last_day()), Some(period("2020-H1")));
        let months = steps(5, Frequency::Month);
        assert_eq!(months.before(period("2020-05")), Some(period("2019-12")));
        assert!(Steps::new(COUNT_MAX + 1, Frequency::Day).is_none());
    }

    proptest! {
        #[test]
        fn steps_leave_no_gap(
            count in 1u32..40,
            frequency in prop::sample::select(Frequency::ALL.to_vec()),
            day in -200_000i32..200_000,
            from in -200_000i32..200_000,
        ) {
            let day = Date::from_day_number(day).unwrap();
            let from = Date::from_day_number(from).unwrap();
            let steps = steps(count, frequency).counted_from(from).wide();
            let step = steps.containing(day).unwrap();
            prop_assert!(step.first_day() <= day && day <= step.last_day());
            let next = steps.after(step).unwrap();
            prop_assert_eq!(step.last_day().next(), Some(next.first_day()));
            prop_assert_eq!(steps.before(next), Some(step));
            prop_assert!(steps.from(step).take(2).eq([step, next]));
            prop_assert!(steps.holds(step));
        }
    }
}
