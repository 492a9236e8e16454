//! Which periods have a figure in any row.

use milepost_model::{Date, Period};

use super::Sheet;
use super::column::Column;
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
        let rows = self.side.members.len();
        let defined = self.expression.defined(rows, |leaf| columns.get(leaf));
        let is_void = columns.iter().any(Column::is_void);
        let is_odd = |column: &Column| column.odd().iter().any(|word| *word != 0);
        if defined.is_empty() && !is_void && columns.iter().any(is_odd) {
            self.is_unsure.set(true);
        }
        !defined.is_empty()
    }

    /// The period itself, or the step that it lies in.
    fn of_step(steps: Option<Steps>, label: Period) -> Option<Period> {
        steps.map_or(Some(label), |steps| steps.containing(label.last_day()))
    }
}

impl Periods for Sheet {
    fn all(&self, steps: Option<Steps>) -> Vec<Period> {
        let mut all: Vec<Period> =
            self.labels.iter().filter_map(|label| Self::of_step(steps, label)).collect();
        all.dedup();
        all.retain(|period| self.has_any(*period));
        all
    }

    fn first(&self, steps: Option<Steps>) -> Option<Period> {
        let mut last = None;
        for label in self.labels.iter() {
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
        for label in self.labels.iter().rev().skip_while(|label| label.last_day() > until) {
            let period = Self::of_step(steps, label)?;
            if last != Some(period) && period.last_day() <= until && self.has_any(period) {
                return Some(period);
            }
            last = Some(period);
        }
        None
    }
}
