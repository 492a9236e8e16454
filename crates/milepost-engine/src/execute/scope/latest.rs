//! Without a stated end, the latest figure decides the end, the versions and the boundaries.

use std::collections::BTreeSet;

use milepost_model::{Catalogue, Date, Period};

use super::{Asked, Question};
use crate::build::Builder;
use crate::index::Index;
use crate::time::Cut;
use crate::{Result, names};

/// The first and the last day between two changes.
type Age = (Date, Date);

impl Question<'_> {
    /// Of the ages between two changes the newest with a figure is meant (the oldest, for `first`);
    /// without any figure, the newest in which every name holds.
    pub(super) fn at_latest(&self, builder: &mut Builder<'_>) -> Result<Asked> {
        let is_first = self.scope.times.end == Cut::First;
        let catalogue = builder.catalogue;
        let index = Index::of(builder.snapshot);
        let every_change = || index.changes(catalogue).iter().copied();
        let mut ages = ages(self.changes(catalogue), is_first);
        let mut by_every_change = is_first;
        let mut without_figures = None;
        while let Some((mut first, last)) = ages.pop() {
            if self.has_no_meaning(catalogue, last) {
                continue;
            }
            let asked = match self.at(builder, last) {
                Err(error) if error.code == "MP0315" => continue,
                // Names that hold today are not those of an age in which they overlapped.
                Err(error) if overlaps(error.code) && without_figures.is_some() => continue,
                asked => asked?,
            };
            if !by_every_change && is_put_together(&asked) {
                // A sum depends on the boundaries of all that lies below.
                by_every_change = true;
                ages = self::ages(every_change().collect(), false);
                ages.retain(|(opening, _)| *opening <= last);
                first = ages.pop().map_or(first, |(opening, _)| opening);
            }
            if let Some(end) = end(&asked, (first, last), is_first) {
                let changes = every_change().rev().find(|change| *change <= last);
                let asked = match changes {
                    Some(change) if end < change => self.at(builder, end)?,
                    _ => asked,
                };
                return Ok(asked.ending_by((!is_first).then_some(last)));
            }
            if let Some(newest) = newest_label(&asked).filter(|_| !is_first) {
                ages.retain(|(opening, _)| *opening <= newest);
            }
            without_figures.get_or_insert(asked);
        }
        without_figures.map_or_else(|| self.at(builder, Date::MAX), Ok)
    }

    /// Whether a name stands for no region or for several on a day.
    fn has_no_meaning(&self, catalogue: &Catalogue, day: Date) -> bool {
        let mut names = self.places.iter().flat_map(|place| &place.names);
        names.any(|name| names::region_on(catalogue, &name.text, name.span, day).is_err())
    }

    /// The days on which what the names and the level stand for changed.
    fn changes(&self, catalogue: &Catalogue) -> BTreeSet<Date> {
        let named = self.places.iter().flat_map(|place| &place.names);
        let named = named.flat_map(|name| &name.versions).map(|id| catalogue.outline(*id));
        let levels = self.level.iter().flat_map(|level| &level.levels).copied();
        let levels: Vec<Option<u8>> = levels.map(Some).collect();
        let all = catalogue.outlines().map(|(_, outline)| outline);
        let outlines = named.chain(all.filter(|outline| levels.contains(&outline.level)));
        outlines.flat_map(|outline| [outline.valid_from, outline.valid_to]).flatten().collect()
    }
}

impl Asked {
    /// The same without any figure after a day as the latest one.
    fn ending_by(mut self, day: Option<Date>) -> Self {
        self.scope.times.newest = day;
        self
    }
}

/// The ages between some changes; the one to be looked at first is the last.
fn ages(changes: BTreeSet<Date>, oldest_first: bool) -> Vec<Age> {
    let mut opening = Date::MIN;
    let mut ages = Vec::new();
    for change in changes {
        if let Some(close) = change.previous() {
            ages.push((opening, close));
            opening = change;
        }
    }
    ages.push((opening, Date::MAX));
    if oldest_first {
        ages.reverse();
    }
    ages
}

/// The latest close of an age with a figure, or the first one.
fn end(asked: &Asked, (first, last): Age, is_first: bool) -> Option<Date> {
    let lines = asked.sentences.iter().map(|sentence| &sentence.line);
    if is_first {
        let opening = lines.filter_map(|line| line.first_native(first)).min();
        return opening.map(Period::last_day).filter(|close| *close <= last);
    }
    let closing = lines.filter_map(|line| line.last_native(last)).max();
    closing.map(Period::last_day).filter(|close| *close >= first)
}

/// Whether a diagnostic says that names do not go together as one area.
fn overlaps(code: &str) -> bool {
    matches!(code, "MP0312" | "MP0313")
}

fn is_put_together(asked: &Asked) -> bool {
    let mut leaves = asked.sentences.iter().flat_map(|sentence| sentence.line.leaves());
    leaves.any(crate::line::Series::lacks_own)
}

/// The last close under which anything is stored that the figures may be put together from: later
/// ages have none. None where figures are a region's own alone, which another one may have.
fn newest_label(asked: &Asked) -> Option<Date> {
    // All sentences have the same indicators.
    let leaves = asked.sentences.first()?.line.leaves();
    let mut newest = Date::MIN;
    for series in leaves {
        if series.with_parts().len() > 1 {
            // A ratio may be published where its parts are not.
            return None;
        }
        let label = series.rollup.as_ref()?.newest_label();
        newest = newest.max(label.unwrap_or(Date::MIN));
    }
    Some(newest)
}
