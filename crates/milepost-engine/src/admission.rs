//! Which statuses a sentence admits.

use std::sync::Arc;

use milepost_lang::ast::StatusKind;
use milepost_model::{Scenario, Strength};

/// A set of strengths: actual, provisional and estimate, unless the sentence says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    statuses: [bool; 5],
    /// The one source whose figures are admitted; every source's, where it is None.
    source: Option<Arc<str>>,
}

impl Default for Admission {
    fn default() -> Self {
        Self { statuses: [true, true, true, false, false], source: None }
    }
}

impl Admission {
    /// The same and these.
    #[must_use]
    pub(crate) fn including(mut self, statuses: impl IntoIterator<Item = StatusKind>) -> Self {
        for status in statuses {
            if let Some(admitted) = self.statuses.get_mut(index(strength_of(status))) {
                *admitted = true;
            }
        }
        self
    }

    /// Only these.
    pub(crate) fn only(statuses: impl IntoIterator<Item = StatusKind>) -> Self {
        Self { statuses: [false; 5], source: None }.including(statuses)
    }

    /// The same of these statuses only.
    #[must_use]
    pub(crate) fn narrowed(self, statuses: impl IntoIterator<Item = StatusKind>) -> Self {
        Self { source: self.source, ..Self::only(statuses) }
    }

    /// The same of one source only; figures that name none have the empty one.
    #[must_use]
    pub(crate) fn of_source(self, source: &str) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Whether figures of a source are in the set.
    pub(crate) fn admits_source(&self, source: Option<&str>) -> bool {
        self.source.as_deref().is_none_or(|own| own == source.unwrap_or_default())
    }

    /// Whether figures of every source are in the set.
    pub(crate) fn is_of_every_source(&self) -> bool {
        self.source.is_none()
    }

    /// Every status.
    pub(crate) fn everything() -> Self {
        Self { statuses: [true; 5], source: None }
    }

    /// Whether a strength is in the set.
    pub(crate) fn admits(&self, strength: Strength) -> bool {
        self.statuses.get(index(strength)).copied().unwrap_or(false)
    }

    /// Whether nothing but targets is in the set.
    pub(crate) fn only_targets(&self) -> bool {
        self.statuses == Self::only([StatusKind::Target]).statuses
    }

    /// Whether the figures of a scenario can be in the set at all. Scenarios other than reported
    /// and target are asked for by no word of the language.
    pub(crate) fn reads(&self, scenario: &Scenario) -> bool {
        if scenario.is_target() {
            self.admits(Strength::Target)
        } else {
            scenario.is_reported() && !self.only_targets()
        }
    }

    /// The words of the set, in order of strength.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        Strength::ALL.into_iter().filter(|s| self.admits(*s)).map(Strength::word).collect()
    }
}

fn strength_of(status: StatusKind) -> Strength {
    match status {
        StatusKind::Actual => Strength::Actual,
        StatusKind::Provisional => Strength::Provisional,
        StatusKind::Estimate => Strength::Estimate,
        StatusKind::Projection => Strength::Projection,
        StatusKind::Target => Strength::Target,
    }
}

fn index(strength: Strength) -> usize {
    Strength::ALL.iter().position(|other| *other == strength).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projections_and_targets_are_asked_for() {
        let usual = Admission::default();
        assert_eq!(usual.words(), ["actual", "provisional", "estimate"]);
        let wider = usual.clone().including([StatusKind::Projection]);
        assert!(wider.admits(Strength::Projection) && !wider.admits(Strength::Target));
        assert!(!wider.reads(&Scenario::target()));
    }

    #[test]
    fn only_targets_reads_no_reported_figure() {
        let targets = Admission::only([StatusKind::Target]);
        assert!(targets.only_targets());
        assert!(!targets.reads(&Scenario::reported()));
        assert!(targets.reads(&Scenario::new("target/stretch").unwrap()));
    }
}
