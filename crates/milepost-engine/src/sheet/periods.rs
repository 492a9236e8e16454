//! Which periods have a figure in any row.

use milepost_model::{Date, Period};

use super::Sheet;
use super::bits::Bits;
use crate::pool::Periods;
use crate::steps::Steps;

impl Sheet {
    /// Whether any row has a figure at a period.
    fn has_any(&self, period: Period) -> bool {
        let columns = (0..self.leaves.len()).map(|leaf| self.column(leaf, period));
        let Some(columns) = columns.collect::<Option<Vec<_>>>() else {
            self.is_unsure.set(true);
            return false;
        };
        let mut known = Bits::of(self.side.members.len(), |_| true);
        columns.iter().for_each(|column| known.keep(&column.known));
        if known.is_empty() && columns.iter().any(|column| !column.odd.is_empty()) {
            self.is_unsure.set(true);
        }
        !known.is_empty()
    }

    /// The periods under which figures may be stored, in order.
    fn labels(&self) -> impl DoubleEndedIterator<Item = Period> {
        self.leaves.first().into_iter().flat_map(|leaf| leaf.labels.iter())
    }

    /// The period itself, or the step that it lies in.
    fn of_step(steps: Option<Steps>, label: Period) -> Option<Period> {
        steps.map_or(Some(label), |steps| steps.containing(label.last_day()))
    }
}

impl Periods for Sheet {
    fn all(&self, steps: Option<Steps>) -> Vec<Period> {
        let mut all: Vec<Period> =
            self.labels().filter_map(|label| Self::of_step(steps, label)).collect();
        all.dedup();
        all.retain(|period| self.has_any(*period));
        all
    }

    fn first(&self, steps: Option<Steps>) -> Option<Period> {
        let mut last = None;
        for label in self.labels() {
            let period = Self::of_step(steps, label)?;
            if last != Some(period) && self.has_any(period) {
                return Some(period);
            }
            last = Some(period);
        }
        None
    }

    fn last(&self, steps: Option<Steps>, until: Date) -> Option<Period> {
        let mut last = None;
        for label in self.labels().rev().skip_while(|label| label.last_day() > until) {
            let period = Self::of_step(steps, label)?;
            if last != Some(period) && period.last_day() <= until && self.has_any(period) {
                return Some(period);
            }
            last = Some(period);
        }
        None
    }
}
