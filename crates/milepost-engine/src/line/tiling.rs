//! A flow's period from its parts: sub-periods that cover it without gap or overlap.

use std::collections::BTreeMap;

use milepost_model::{Date, Frequency, Period};

use crate::answer::Coverage;
use crate::cells::Cell;

/// The fewest stored periods that cover a period exactly, in order; None where a part is missing
/// or where the period itself would be the only tile.
pub(crate) fn tile(cells: &BTreeMap<Period, Cell>, period: Period) -> Option<Vec<&Cell>> {
    // How a day is reached: the number of tiles up to its close and the last of them.
    let mut reached: BTreeMap<Date, (usize, &Cell)> = BTreeMap::new();
    let before = period.first_day().previous()?;
    // Periods are ordered by their close, so every tile before this one is already placed.
    for (candidate, cell) in inside(cells, period) {
        let Some(start) = candidate.first_day().previous() else { continue };
        let tiles =
            if start == before { 0 } else { reached.get(&start).map_or(usize::MAX, |(n, _)| *n) };
        if tiles == usize::MAX {
            continue;
        }
        let close = candidate.last_day();
        if reached.get(&close).is_none_or(|(fewest, _)| tiles + 1 < *fewest) {
            reached.insert(close, (tiles + 1, cell));
        }
    }
    let mut tiles = Vec::new();
    let mut day = period.last_day();
    while day != before {
        let (_, cell) = reached.get(&day)?;
        tiles.push(*cell);
        day = cell.period.first_day().previous()?;
    }
    tiles.reverse();
    Some(tiles)
}

/// How many sub-periods are there, at the frequency of which the largest share is; None where no
/// part of the period is stored.
pub(crate) fn coverage(cells: &BTreeMap<Period, Cell>, period: Period) -> Option<Coverage> {
    let mut best: Option<Coverage> = None;
    for frequency in Frequency::ALL {
        let count = inside(cells, period).filter(|(p, _)| p.frequency() == Some(frequency)).count();
        let expected = period.subperiods(frequency).map_or(0, Iterator::count);
        if count == 0 || expected == 0 || period.frequency() == Some(frequency) {
            continue;
        }
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let here = Coverage { present: number(count), expected: number(expected) };
        if Coverage::worse(best, Some(here)) != Some(here) || best.is_none() {
            best = Some(here);
        }
    }
    best
}

fn inside(cells: &BTreeMap<Period, Cell>, period: Period) -> impl Iterator<Item = (Period, &Cell)> {
    // Of the periods that close on the first day, only that day itself can lie inside.
    cells
        .range(Period::day(period.first_day())..)
        .take_while(move |(p, _)| p.last_day() <= period.last_day())
        .filter(move |(p, _)| period.covers(**p) && **p != period)
        .map(|(p, cell)| (*p, cell))
}
