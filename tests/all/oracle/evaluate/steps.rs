//! The steps of `by`: single periods, or so many at a time.

use milepost::{Date, Frequency, Kind, Period};
use milepost_lang::ast::Axis;

use super::Sentence;
use crate::oracle::context::Context;
use crate::oracle::time::Pick;

impl Sentence<'_> {
    /// The steps of `by`: so many periods of a frequency. What makes a period of its own is that.
    pub(super) fn steps(&self) -> Option<(u32, Frequency)> {
        let axes = &self.query.clauses.by.as_ref()?.value;
        let (count, frequency) = axes.iter().find_map(|axis| match axis {
            Axis::Time { count, frequency, .. } => Some((*count, *frequency)),
            Axis::Word(_) => None,
        })?;
        let months = |frequency: Frequency| frequency.months().map(u32::from);
        let all = months(frequency).map(|months| months * count);
        let whole = Frequency::ALL.into_iter().find(|other| all.is_some() && months(*other) == all);
        Some(whole.map_or((count, frequency), |whole| (1, whole)))
    }

    /// Their frequency.
    pub(super) fn step(&self) -> Option<Frequency> {
        self.steps().map(|(_, frequency)| frequency)
    }

    /// The step of so many periods that is one of them for what holds at its close, and all of
    /// their days for what adds up.
    fn joined(&self, periods: &[Period]) -> Option<Period> {
        let (first, last) = (periods.first()?, periods.last()?);
        let adds_up = |(_, name): &(Context<'_>, &str)| {
            let kind = self.world.indicator(name).kind;
            matches!(kind, Some(Kind::Flow | Kind::Ratio)) && self.contexts[0].accrues(name)
        };
        let wide = self.accrues && self.contexts[0].leaves(&self.expression).iter().any(adds_up);
        if wide { Period::span(first.first_day(), last.last_day()).ok() } else { Some(*last) }
    }

    /// Of a base the step that closes with it, where a step is more than one period.
    pub(super) fn as_step(&self, base: Pick) -> Pick {
        let (Some((count, frequency)), Pick::Found(period)) = (self.steps(), base) else {
            return base;
        };
        let last = Period::containing(frequency, period.last_day())
            .filter(|last| last.last_day() == period.last_day());
        let count = i32::try_from(count).expect("a small count");
        let Some(last) = last.filter(|_| count > 1 && self.accrues) else { return base };
        let first = last.checked_add(1 - count).expect("a period");
        self.joined(&[first, last]).map_or(base, Pick::Found)
    }

    /// The steps that close after one day, up to another: they count from the first one.
    pub(super) fn stepped(&self, after: Date, until: Date) -> Vec<Period> {
        let Some((count, frequency)) = self.steps() else { return Vec::new() };
        let first = after.next().and_then(|day| Period::containing(frequency, day));
        let periods: Vec<Period> = std::iter::successors(first, |period| period.next())
            .take_while(|period| period.last_day() <= until)
            .collect();
        let count = usize::try_from(count).expect("a small count");
        let whole = periods.chunks(count).filter(|periods| periods.len() == count);
        whole.filter_map(|periods| self.joined(periods)).collect()
    }
}
