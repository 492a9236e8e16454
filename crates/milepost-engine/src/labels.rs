//! The periods under which figures may be stored.

use std::sync::Arc;

use milepost_model::{Date, Frequency, Period};

/// Periods in order, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    periods: Vec<Period>,
    /// The lengths that occur.
    frequencies: Vec<Frequency>,
    /// Whether each has a frequency.
    are_regular: bool,
}

impl Labels {
    pub(crate) fn new(mut periods: Vec<Period>) -> Self {
        periods.sort_unstable();
        periods.dedup();
        let mut frequencies: Vec<Frequency> =
            periods.iter().filter_map(|period| period.frequency()).collect();
        let are_regular = frequencies.len() == periods.len();
        frequencies.sort_unstable();
        frequencies.dedup();
        Self { periods, frequencies, are_regular }
    }

    /// All of several sets.
    pub(crate) fn together(mut sets: Vec<Arc<Self>>) -> Arc<Self> {
        sets.retain(|set| !set.periods.is_empty());
        sets.sort_by_key(Arc::as_ptr);
        sets.dedup_by(|one, other| Arc::ptr_eq(one, other) || one == other);
        match sets.as_slice() {
            [] => Arc::default(),
            [set] => Arc::clone(set),
            sets => Arc::new(Self::new(
                sets.iter().flat_map(|set| set.periods.iter().copied()).collect(),
            )),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    /// The frequency of all of them, if they have one and the same.
    pub(crate) fn only_frequency(&self) -> Option<Frequency> {
        let [only] = self.frequencies.as_slice() else { return None };
        self.are_regular.then_some(*only)
    }

    /// The frequencies whose periods are among them, the longest first.
    pub(crate) fn frequencies(&self) -> &[Frequency] {
        &self.frequencies
    }

    pub(crate) fn contains(&self, period: Period) -> bool {
        self.closing_on(period.last_day()).contains(&period)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Period> + '_ {
        self.periods.iter().copied()
    }

    /// The periods that close on a day, in order. Periods are ordered by their close.
    pub(crate) fn closing_on(&self, close: Date) -> &[Period] {
        let from = self.periods.partition_point(|period| period.last_day() < close);
        let rest = self.periods.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|period| period.last_day() == close).count();
        rest.get(..count).unwrap_or_default()
    }

    /// The same for closes that are asked for in order: `near` is where the last ones ended.
    pub(crate) fn closing_near(&self, close: Date, near: &mut usize) -> &[Period] {
        let is_before = |at: usize| self.periods.get(at).is_some_and(|p| p.last_day() < close);
        let is_near = !is_before(*near) && near.checked_sub(1).is_none_or(is_before);
        if !is_near {
            *near = self.periods.partition_point(|period| period.last_day() < close);
        }
        let rest = self.periods.get(*near..).unwrap_or_default();
        let count = rest.iter().take_while(|period| period.last_day() == close).count();
        *near += count;
        rest.get(..count).unwrap_or_default()
    }

    /// The periods, together with those of the same close, in order.
    pub(crate) fn closes(&self) -> impl DoubleEndedIterator<Item = (Date, &[Period])> {
        let runs = self.periods.chunk_by(|one, other| one.last_day() == other.last_day());
        runs.filter_map(|run| Some((run.first()?.last_day(), run)))
    }

    /// Whether a shorter period lies inside one.
    pub(crate) fn divide(&self, period: Period) -> bool {
        let from = self.periods.partition_point(|part| part.last_day() < period.first_day());
        let parts =
            self.periods.iter().skip(from).take_while(|p| p.last_day() <= period.last_day());
        parts.into_iter().any(|part| *part != period && period.covers(*part))
    }
}
