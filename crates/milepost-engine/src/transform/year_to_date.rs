//! Running totals of the calendar year: from a flow, and apart into a flow.

use std::collections::BTreeMap;

use milepost_model::{Date, Period, Precision};

use crate::answer::{MissingReason, Reading};
use crate::cells::Cell;
use crate::line::Line;

/// What a flow comes to from 1 January to the close of a period.
#[derive(Clone, Debug)]
pub(crate) struct YearToDate {
    pub(crate) line: Line,
}

impl YearToDate {
    /// # Errors
    ///
    /// Why the flow has no figure for the span since 1 January.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        let span = since_january(period.last_day()).ok_or(MissingReason::NoData)?;
        let reading = self.line.read(span)?;
        Ok(Reading { period, ..reading })
    }

    /// The periods of the flow at whose close the year so far is known.
    pub(crate) fn natives(&self) -> Vec<Period> {
        let mut natives = self.line.natives().to_vec();
        natives.dedup_by_key(|period| period.last_day());
        natives.retain(|period| self.read(*period).is_ok());
        natives
    }
}

/// The days from 1 January to a day.
pub(crate) fn since_january(close: Date) -> Option<Period> {
    let first = Date::new(close.year(), 1, 1).ok()?;
    Period::span(first, close).ok()
}

/// A flow that is published as running totals of the year.
#[derive(Clone, Debug, Default)]
pub(crate) struct Split {
    /// What was added between two closes of a year: `d_1 = c_1`, `d_k = c_k - c_(k-1)`. After a
    /// close without a figure the span is longer; it is never taken for a month.
    pub(crate) steps: BTreeMap<Period, Cell>,
    /// The totals since 1 January, under the spans that they hold for.
    pub(crate) totals: BTreeMap<Period, Cell>,
}

/// Takes running totals apart. What a figure is labelled does not matter, for it runs from
/// 1 January to the label's close: of several labels of one close the strongest counts, then the
/// one known last. A total that is lower than the one before it, after a revision, makes a
/// negative step, which is kept.
pub(crate) fn split(published: &BTreeMap<Period, Cell>) -> Split {
    let mut closes: BTreeMap<Date, &Cell> = BTreeMap::new();
    for (period, cell) in published {
        let rank = |cell: &Cell| (cell.strength, std::cmp::Reverse(cell.known));
        let close = period.last_day();
        if closes.get(&close).is_none_or(|other| rank(cell) < rank(other)) {
            closes.insert(close, cell);
        }
    }
    let mut split = Split::default();
    let mut before: Option<&Cell> = None;
    for (close, cell) in closes {
        let Some(year) = since_january(close) else { continue };
        split.totals.insert(year, Cell { period: year, ..cell.clone() });
        let earlier = before.filter(|earlier| earlier.period.last_day().year() == close.year());
        let step = match earlier {
            Some(earlier) => step(earlier, cell),
            None => Some(Cell { period: year, ..cell.clone() }),
        };
        split.steps.extend(step.map(|step| (step.period, step)));
        before = Some(cell);
    }
    split
}

/// What was added between the closes of two totals of one year.
pub(crate) fn step(other: &Cell, cell: &Cell) -> Option<Cell> {
    let (opening, close) = (other.period.last_day().next()?, cell.period.last_day());
    let exact = cell.precision == Precision::Exact && other.precision == Precision::Exact;
    Some(Cell {
        period: Period::span(opening, close).ok()?,
        value: cell.value.checked_sub(other.value)?,
        status: cell.status | other.status,
        strength: cell.strength.max(other.strength),
        precision: if exact { Precision::Exact } else { Precision::About },
        published: cell.published.max(other.published),
        known: cell.known.max(other.known),
        ..cell.clone()
    })
}

#[cfg(test)]
mod tests {
    use milepost_model::{Scenario, Status, Strength};
    use proptest::prelude::*;

    use super::*;

    fn cells(figures: &[(Period, i64)]) -> BTreeMap<Period, Cell> {
        let cell = |(period, value): &(Period, i64)| {
            let cell = Cell {
                period: *period,
                value: (*value).into(),
                status: Status::ACTUAL,
                strength: Strength::Actual,
                precision: Precision::Exact,
                published: None,
                known: Date::MIN,
                scenario: Scenario::reported(),
                source: None,
            };
            (*period, cell)
        };
        figures.iter().map(cell).collect()
    }

    fn shown(cells: &BTreeMap<Period, Cell>) -> Vec<String> {
        cells.iter().map(|(period, cell)| format!("{period} {}", cell.value)).collect()
    }

    #[test]
    fn a_gap_is_a_longer_interval_and_years_start_anew() {
        let figures = [("2023-11", 50), ("2024-01", 3), ("2024-H1", 10), ("2024-07", 9)]
            .map(|(period, value)| (period.parse().unwrap(), value));
        let split = split(&cells(&figures));
        assert_eq!(
            shown(&split.steps),
            ["2023-01-01/2023-11-30 50", "2024-01 3", "2024-02-01/2024-06-30 7", "2024-07 -1"]
        );
        assert_eq!(
            shown(&split.totals),
            ["2023-01-01/2023-11-30 50", "2024-01 3", "2024-H1 10", "2024-01-01/2024-07-31 9"]
        );
    }

    proptest! {
        #[test]
        fn steps_add_up_to_the_totals(
            figures in prop::collection::btree_map(1u8..=12, -1_000i64..1_000, 1..12)
        ) {
            let figures: Vec<(Period, i64)> = figures
                .into_iter()
                .map(|(month, value)| (Period::month(2024, month).unwrap(), value))
                .collect();
            let split = split(&cells(&figures));
            let mut sum = milepost_model::Decimal::ZERO;
            for (step, (_, total)) in split.steps.values().zip(&figures) {
                sum = sum.checked_add(step.value).unwrap();
                prop_assert_eq!(sum, (*total).into());
            }
            prop_assert_eq!(split.steps.len(), figures.len());
        }
    }
}
