//! The periods under which figures may be stored.

use std::sync::Arc;

use milepost_model::{Date, Period};

/// Periods in order, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels(Vec<Period>);

impl Labels {
    pub(crate) fn new(mut periods: Vec<Period>) -> Self {
        periods.sort_unstable();
        periods.dedup();
        Self(periods)
    }

    /// All of several sets.
    pub(crate) fn together(mut sets: Vec<Arc<Self>>) -> Arc<Self> {
        sets.retain(|set| !set.0.is_empty());
        sets.sort_by_key(Arc::as_ptr);
        sets.dedup_by(|one, other| Arc::ptr_eq(one, other));
        match sets.as_slice() {
            [] => Arc::default(),
            [set] => Arc::clone(set),
            sets => {
                Arc::new(Self::new(sets.iter().flat_map(|set| set.0.iter().copied()).collect()))
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, period: Period) -> bool {
        self.closing_on(period.last_day()).contains(&period)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Period> + '_ {
        self.0.iter().copied()
    }

    /// The periods that close on a day, in order. Periods are ordered by their close.
    pub(crate) fn closing_on(&self, close: Date) -> &[Period] {
        let from = self.0.partition_point(|period| period.last_day() < close);
        let rest = self.0.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|period| period.last_day() == close).count();
        rest.get(..count).unwrap_or_default()
    }

    /// The periods, together with those of the same close, in order.
    pub(crate) fn closes(&self) -> impl DoubleEndedIterator<Item = (Date, &[Period])> {
        let runs = self.0.chunk_by(|one, other| one.last_day() == other.last_day());
        runs.filter_map(|run| Some((run.first()?.last_day(), run)))
    }

    /// Whether a shorter period lies inside one.
    pub(crate) fn divide(&self, period: Period) -> bool {
        let from = self.0.partition_point(|part| part.last_day() < period.first_day());
        let parts = self.0.iter().skip(from).take_while(|p| p.last_day() <= period.last_day());
        parts.into_iter().any(|part| *part != period && period.covers(*part))
    }
}
