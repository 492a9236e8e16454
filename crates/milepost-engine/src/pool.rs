//! The periods that a search for a base or an end looks at.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use milepost_model::{Date, Period};

use crate::line::Line;
use crate::sentence::{Sentence, at_steps};
use crate::steps::Steps;

/// Periods with a figure in any region, at the steps of `by` or as they are published. They are looked
/// for from the ends: most searches need one of them.
#[derive(Debug)]
pub(crate) struct Pool<'s> {
    sentences: &'s [Sentence],
    steps: Option<Steps>,
    all: OnceCell<Vec<Period>>,
}

impl<'s> Pool<'s> {
    pub(crate) fn new(sentences: &'s [Sentence], steps: Option<Steps>) -> Self {
        Self { sentences, steps, all: OnceCell::new() }
    }

    /// All of them, in order.
    pub(crate) fn all(&self) -> &[Period] {
        self.all.get_or_init(|| {
            let mut all = BTreeSet::new();
            for sentence in self.sentences {
                match self.steps {
                    None => all.extend(sentence.line.natives().iter().copied()),
                    Some(steps) => all.extend(at_steps(&sentence.line, steps)),
                }
            }
            all.into_iter().collect()
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.last(Date::MAX).is_none()
    }

    /// The first one.
    pub(crate) fn first(&self) -> Option<Period> {
        let first = |line: &Line| match self.steps {
            None => line.first_native(Date::MIN),
            Some(steps) => first_step(line, steps),
        };
        self.sentences.iter().filter_map(|sentence| first(&sentence.line)).min()
    }

    /// The last one that closes by a day.
    pub(crate) fn last(&self, until: Date) -> Option<Period> {
        let last = |line: &Line| match self.steps {
            None => line.last_native(until),
            Some(steps) => last_step(line, steps, until),
        };
        self.sentences.iter().filter_map(|sentence| last(&sentence.line)).max()
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
