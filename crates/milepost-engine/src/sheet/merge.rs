//! What the rows of each region come to along time, without writing them out.

use milepost_model::Number;

use super::grid::Grid;
use crate::Result;
use crate::answer::RegionLabel;
use crate::reduce::{Merged, Part};
use crate::watch::Watch;

impl Grid {
    /// The rows of each region, added to each other.
    ///
    /// # Errors
    ///
    /// A limit on the query that was met.
    pub(super) fn merged(&self, watch: &Watch) -> Result<Vec<(RegionLabel, Merged)>> {
        watch.hold("values", self.regions() * self.steps().len(), size_of::<Number>())?;
        let unit = self.is_of_figures().then(|| self.unit());
        let merged = |region: usize| {
            let mut merged = Merged::default();
            for step in 0..self.steps().len() {
                watch.check_at(step)?;
                let figure = unit.as_ref().and_then(|unit| self.figure((region, step), unit));
                if let Some(figure) = figure {
                    merged.add(&figure);
                } else if let Some(row) = self.row(region, step) {
                    merged.add(&Part::of(&row));
                }
            }
            if merged.known() == 0 {
                // The first row says why.
                merged = Merged::default();
                let rows = (0..self.steps().len()).filter_map(|step| self.row(region, step));
                rows.for_each(|row| merged.add(&Part::of(&row)));
            }
            Ok((self.label(region), merged))
        };
        (0..self.regions()).map(merged).collect()
    }
}
