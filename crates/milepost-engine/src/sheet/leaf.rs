//! An indicator of which all rows have figures of the same sort.

use std::rc::Rc;
use std::sync::Arc;

use milepost_model::{Date, Frequency, IndicatorId, Kind, Period, Scenario};
use milepost_store::Snapshot;

use crate::admission::Admission;
use crate::execute::{Below, Members};
use crate::index::Index;
use crate::labels::Labels;
use crate::line::{Series, Timing};
use crate::reader::{Nature, Reader};
use crate::rollup::Completeness;

/// Periods after an end that are looked at for figures.
const BEYOND_MAX: usize = 12;

/// An indicator: where its figures are stored, and under which periods.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) reader: Rc<Reader>,
    pub(super) scenario: Scenario,
    pub(super) labels: Arc<Labels>,
    /// The periods that may have a figure in any row: a row without any of its own has those of
    /// what lies below.
    pub(super) candidates: Arc<Labels>,
    pub(super) frequency: Frequency,
    pub(super) from: From,
    /// Figures are zero before.
    pub(super) begins: Option<Date>,
}

/// Whose figures are taken.
#[derive(Debug)]
pub(super) enum From {
    /// Those of the rows. `alone`: a row that has none has none from elsewhere either.
    Own { alone: bool },
    /// Those of what lies below, added up, with how many of each row are enough.
    Below { below: Arc<Option<Below>>, enough: Vec<u32> },
}

/// What tells why a region has no figure, long after the question was answered.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) indicator: IndicatorId,
    pub(super) nature: Nature,
    pub(super) admission: Admission,
}

impl Leaf {
    /// The leaf of a series, which stands for those of all rows; None where figures of several
    /// scenarios, levels or frequencies would have to be chosen from.
    pub(super) fn of(series: &Series, members: &Members, snapshot: &Snapshot) -> Option<Self> {
        let declared = &series.declared;
        let reader = Rc::clone(series.reader());
        // A ratio has figures where its parts have, too.
        let is_plain = !declared.running_total && !series.has_parts();
        let scenario = reader.only_scenario().filter(|_| is_plain)?.clone();
        let catalogue = snapshot.catalogue();
        let mut stored: Vec<(Option<u8>, Arc<Labels>)> = Vec::new();
        for kind in Index::of(snapshot).types(catalogue) {
            if stored.iter().all(|(level, _)| *level != kind.level) {
                stored.push((kind.level, reader.labels_at((kind.level, kind.first))));
            }
        }
        stored.retain(|(_, labels)| !labels.is_empty());
        let adds_up = matches!(declared.kind, Some(Kind::Stock | Kind::Flow));
        let own = stored.iter().find(|(level, _)| *level == members.level);
        let (labels, from) = match (own, stored.as_slice()) {
            (Some((_, labels)), all) => {
                let alone = all.len() == 1 && adds_up && reader.as_of.is_none();
                (labels, From::Own { alone })
            }
            (None, [(Some(level), labels)]) if adds_up => {
                let below = members.below(snapshot, *level);
                let completeness = series.rollup.as_ref()?.completeness();
                let expected = below.as_ref().as_ref()?.expected.iter();
                let enough = expected.map(|expected| enough(completeness, *expected)).collect();
                (labels, From::Below { below, enough })
            }
            _ => return None,
        };
        let (labels, begins) = (Arc::clone(labels), declared.begins);
        let frequency = labels.only_frequency()?;
        let candidates = Labels::together(stored.into_iter().map(|(_, labels)| labels).collect());
        Some(Self { reader, scenario, labels, candidates, frequency, from, begins })
    }

    pub(super) fn timing(&self) -> Timing {
        self.reader.nature.timing
    }

    pub(super) fn is_own(&self) -> bool {
        matches!(self.from, From::Own { .. })
    }

    /// Whether a row may have stored figures that close after a day, whatever their status.
    pub(super) fn goes_beyond(&self, day: Date, members: &Members) -> bool {
        if !self.is_own() {
            return false;
        }
        let beyond = self.labels.iter().rev().take_while(|label| label.last_day() > day);
        let has_any = |label: Period| {
            let Reader { ref snapshot, indicator, as_of, .. } = *self.reader;
            let (scenario, selection) = (&self.scenario, &members.selection);
            let section = snapshot.cross_section(indicator, scenario, selection, label, as_of);
            section.map_or(true, |section| section.count() > 0 || section.has_withdrawn())
        };
        beyond.enumerate().any(|(number, label)| number >= BEYOND_MAX || has_any(label))
    }

    pub(super) fn source(&self) -> Source {
        let Reader { indicator, nature, ref admission, .. } = *self.reader;
        Source { indicator, nature, admission: admission.clone() }
    }
}

/// The least number of members that are enough of so many.
fn enough(completeness: Completeness, expected: u32) -> u32 {
    let is_met = |present| completeness.is_met(crate::answer::Coverage { present, expected });
    let (mut low, mut high) = (0, expected.saturating_add(1));
    // What is enough stays so with more.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_met(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_that_is_enough_is_found() {
        let of = |expected| enough(Completeness::TwoThirds, expected);
        assert_eq!([1, 2, 3, 4, 63, 168].map(of), [1, 2, 2, 3, 42, 112]);
        let percent = Completeness::Percent(milepost_model::Decimal::from(100));
        assert_eq!(enough(percent, 7), 7);
        assert_eq!(enough(Completeness::Percent(milepost_model::Decimal::ZERO), 7), 1);
    }
}
