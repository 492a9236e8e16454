//! The periods that a search for a base or an end looks at.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;

use milepost_model::{Date, Period};

use crate::line::Line;
use crate::sentence::{Sentence, at_steps};
use crate::steps::Steps;

/// Where periods that have a figure in any region are looked for: those of steps, or as they are
/// published.
pub(crate) trait Periods: fmt::Debug {
    /// All of them, in order.
    fn all(&self, steps: Option<Steps>) -> Vec<Period>;

    /// The first one.
    fn first(&self, steps: Option<Steps>) -> Option<Period>;

    /// The last one that closes by a day.
    fn last(&self, steps: Option<Steps>, until: Date) -> Option<Period>;
}

impl Periods for &[Sentence] {
    fn all(&self, steps: Option<Steps>) -> Vec<Period> {
        let mut all = BTreeSet::new();
        for sentence in *self {
            if sentence.line.is_stopped() {
                break;
            }
            match steps {
                None => all.extend(sentence.line.natives().iter().copied()),
                Some(steps) => all.extend(at_steps(&sentence.line, steps)),
            }
        }
        all.into_iter().collect()
    }

    fn first(&self, steps: Option<Steps>) -> Option<Period> {
        let first = |line: &Line| match steps {
            None => line.first_native(Date::MIN),
            Some(steps) => first_step(line, steps),
        };
        self.iter().filter_map(|sentence| first(&sentence.line)).min()
    }

    fn last(&self, steps: Option<Steps>, until: Date) -> Option<Period> {
        let last = |line: &Line| match steps {
            None => line.last_native(until),
            Some(steps) => last_step(line, steps, until),
        };
        self.iter().filter_map(|sentence| last(&sentence.line)).max()
    }
}

/// Periods with a figure in any region, at the steps of `by` or as they are published. They are looked
/// for from the ends: most searches need one of them.
#[derive(Debug)]
pub(crate) struct Pool<'s> {
    periods: &'s dyn Periods,
    steps: Option<Steps>,
    all: OnceCell<Vec<Period>>,
}

impl<'s> Pool<'s> {
    pub(crate) fn new(periods: &'s dyn Periods, steps: Option<Steps>) -> Self {
        Self { periods, steps, all: OnceCell::new() }
    }

    /// All of them, in order.
    pub(crate) fn all(&self) -> &[Period] {
        self.all.get_or_init(|| self.periods.all(self.steps))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.last(Date::MAX).is_none()
    }

    /// The first one.
    pub(crate) fn first(&self) -> Option<Period> {
        self.periods.first(self.steps)
    }

    /// The last one that closes by a day.
    pub(crate) fn last(&self, until: Date) -> Option<Period> {
        self.periods.last(self.steps, until)
    }
}

/// The first of [`at_steps`].
fn first_step(line: &Line, steps: Steps) -> Option<Period> {
    let mut from = Date::MIN;
    loop {
        let native = line.first_native(from)?;
        let step = steps.containing(native.last_day());
        if let Some(step) = step.filter(|step| line.read(*step).is_ok()) {
            return Some(step);
        }
        from = step.unwrap_or(native).last_day().next()?;
    }
}

/// The last of [`at_steps`] that closes by a day.
fn last_step(line: &Line, steps: Steps, until: Date) -> Option<Period> {
    let mut by = until;
    loop {
        let native = line.last_native(by)?;
        let step = steps.containing(native.last_day());
        let fits = |step: &Period| step.last_day() <= until && line.read(*step).is_ok();
        if let Some(step) = step.filter(fits) {
            return Some(step);
        }
        let before = step.map_or(native.last_day(), Period::first_day).previous()?;
        by = before.min(native.last_day().previous()?);
    }
}
