//! Flows that are published as totals since 1 January, taken apart.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use milepost::{Date, Frequency, Period};

use super::context::Context;
use super::series::{Figure, Missing, Why, place};
use super::transform::since_january;

impl Context<'_> {
    /// What is published at each close: the strongest of its labels, then the one known last.
    fn closes(&self, name: &str) -> Vec<(Date, Figure)> {
        let labels = self.labels(name);
        let closes: BTreeSet<Date> = labels.iter().map(|label| label.last_day()).collect();
        let best = |close: Date| {
            let same = labels.iter().filter(|label| label.last_day() == close);
            let figures = same.filter_map(|label| self.stored(name, *label));
            figures.min_by_key(|figure| (figure.strength, Reverse(figure.published)))
        };
        closes.into_iter().filter_map(|close| Some((close, best(close)?))).collect()
    }

    /// What was added from one close of a year to the next.
    pub(crate) fn added(&self, name: &str) -> Vec<(Period, Figure)> {
        let closes = self.closes(name);
        let step = |at: usize| {
            let (close, total) = closes[at];
            let before = closes[..at].last().filter(|(day, _)| day.year() == close.year());
            match before {
                None => (since_january(close), total),
                Some((day, earlier)) => {
                    let first = day.next().expect("a day later");
                    let span = Period::span(first, close).expect("a span");
                    (span, total.combined(*earlier, total.value - earlier.value))
                }
            }
        };
        (0..closes.len()).map(step).collect()
    }

    /// What accrued over a period: a total since January, a step, or steps without a gap.
    pub(crate) fn accrued(&self, name: &str, at: Period) -> Option<Figure> {
        if at == since_january(at.last_day())
            && let Some((_, total)) =
                self.closes(name).into_iter().find(|(close, _)| *close == at.last_day())
        {
            return Some(total);
        }
        let mut next = at.first_day();
        let mut sum: Option<Figure> = None;
        for (step, figure) in self.added(name).into_iter().filter(|(step, _)| at.covers(*step)) {
            if step.first_day() != next {
                break;
            }
            sum = Some(sum.map_or(figure, |sum| sum.combined(figure, sum.value + figure.value)));
            if step.last_day() == at.last_day() {
                return sum;
            }
            next = step.last_day().next().expect("a day later");
        }
        None
    }

    /// Why nothing accrued: how many of the periods are there depends on the frequency that is
    /// counted.
    pub(crate) fn reasons_of_steps(&self, name: &str, at: Period) -> Why {
        let mut why = Why::from([place(&self.periods_of(name), at)]);
        let labels = self.labels(name).into_iter();
        for label in labels.filter(|label| label.last_day() == at.last_day()) {
            why.extend(self.is_withdrawn(name, label).then_some(Missing::Withdrawn));
        }
        for label in self.labels(name) {
            let inside = at.covers(label) || at.last_day() == label.last_day();
            let later = inside && self.is_known_later(name, label);
            why.extend(later.then_some(Missing::NotKnownThen));
        }
        let steps = self.added(name);
        for frequency in Frequency::ALL {
            let present = steps
                .iter()
                .filter(|(step, _)| at.covers(*step) && step.frequency() == Some(frequency));
            let present = present.count();
            if let (Some(all), true) = (at.subperiods(frequency), present > 0) {
                why.insert(Missing::Incomplete(present, all.count()));
            }
        }
        why
    }
}
