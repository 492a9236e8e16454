//! The rows that become one, and what they come to.

use std::collections::HashMap;

use milepost_lang::Span;
use milepost_lang::ast::ReducerKind;
use milepost_model::{Number, Period, Precision, Status, Strength};

use super::{Dimension, Item};
use crate::answer::{Coverage, MissingReason, Origin, Reading, RegionLabel, Row};
use crate::measure::{Measured, in_range, whole};
use crate::watch::Watch;
use crate::{Result, diagnostics};

/// Rows that differ along one axis only.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) items: Vec<Item>,
    /// The region of the rows, or the one that was divided into theirs.
    pub(super) label: RegionLabel,
    /// Which group is meant, where there are several: `Hà Nội: `, `Việt Nam at 2023: `.
    pub(super) name: String,
}

/// Divides rows into groups, in the order in which they begin.
///
/// # Errors
///
/// A limit on the query that was met.
pub(super) fn groups(
    items: Vec<Item>,
    axis: &Dimension,
    (by_region, by_time): (bool, bool),
    watch: &Watch,
) -> Result<Vec<Group>> {
    type Key = (String, Option<Period>, Vec<String>);
    let across_regions = *axis == Dimension::Region;
    let by_region = by_region && !across_regions;
    let by_time = by_time && *axis != Dimension::Time;
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        watch.check_at(at)?;
        let label = if by_region { &item.row.region } else { &item.whole };
        let mut columns = item.row.axes.clone();
        if let Dimension::Column(at) = axis
            && let Some(column) = columns.get_mut(*at)
        {
            column.clear();
        }
        let key = (label.uid.clone(), item.row.period.filter(|_| by_time), columns);
        let place = *places.entry(key).or_insert(groups.len());
        if let Some(group) = groups.get_mut(place) {
            group.items.push(item);
        } else {
            let period = item.row.period.filter(|_| by_time);
            let at = period.map(|period| format!(" at {period}")).unwrap_or_default();
            let name = format!("{}{at}: ", label.name);
            groups.push(Group { label: label.clone(), items: vec![item], name });
        }
    }
    if let [only] = groups.as_mut_slice() {
        only.name.clear();
    }
    Ok(groups)
}

impl Group {
    /// Refuses rows that hold some of the same days, such as a year and its months.
    pub(super) fn check_overlap(&self, span: Span) -> Result<()> {
        let mut periods: Vec<Period> =
            self.items.iter().filter_map(|item| item.row.period).collect();
        periods.sort_by_key(|period| (period.first_day(), period.last_day()));
        match periods
            .windows(2)
            .find(|pair| matches!(pair, [a, b] if b.first_day() <= a.last_day()))
        {
            Some([one, other]) => Err(diagnostics::mixed_lengths(*one, *other, span)),
            _ => Ok(()),
        }
    }

    /// How many rows have a value.
    pub(super) fn count(&self, axis: &Dimension, known: usize) -> Item {
        let count = i64::try_from(known).unwrap_or(i64::MAX);
        let unit = String::new();
        self.item(axis, Ok(whole(count)), unit)
    }

    /// The total, mean or median of the known rows.
    pub(super) fn aggregate(&self, axis: &Dimension, kind: ReducerKind, known: &[&Item]) -> Item {
        let values: Vec<Number> = known.iter().filter_map(|item| item.row.value).collect();
        let value = if values.is_empty() {
            let missing = self.items.iter().find_map(|item| item.row.missing);
            Err(missing.unwrap_or(MissingReason::NoData))
        } else {
            middle(kind, values).map_err(MissingReason::from)
        };
        // A row without a base does not say what an index is 100 at.
        let known = known.first().copied().or(self.items.first());
        let unit = known.map(|item| item.row.unit.clone()).unwrap_or_default();
        self.item(axis, value, unit)
    }

    fn item(&self, axis: &Dimension, value: Result<Number, MissingReason>, unit: String) -> Item {
        let known = || self.items.iter().map(|item| &item.row).filter(|row| row.value.is_some());
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let all = Coverage { present: number(known().count()), expected: number(self.items.len()) };
        let mut coverage = Some(all);
        for row in known() {
            coverage = Coverage::worse(row.coverage, coverage);
        }
        let status = known().fold(Status::ACTUAL, |all, row| all | row.status);
        let strength = known().filter_map(|row| row.strength).max().unwrap_or(Strength::Actual);
        let published = known().filter_map(|row| row.published).max();
        let exact = known().all(|row| precision(row) == Precision::Exact);
        let period = match axis {
            Dimension::Time => self.span(),
            _ => self.items.iter().find_map(|item| item.row.period),
        };
        let first = self.items.first();
        let mut axes = first.map(|item| item.row.axes.clone()).unwrap_or_default();
        if let Dimension::Column(at) = axis
            && let Some(column) = axes.get_mut(*at)
        {
            column.clear();
        }
        let end = value.as_ref().ok().zip(period).map(|(value, period)| Reading {
            period,
            value: *value,
            status,
            strength,
            precision: if exact { Precision::Exact } else { Precision::About },
            published,
            coverage,
            origin: Origin::Computed,
        });
        let row = Row {
            region: self.label.clone(),
            axes,
            period,
            base: None,
            end,
            unit,
            status,
            strength: value.is_ok().then_some(strength),
            coverage,
            missing: value.as_ref().err().copied(),
            value: value.ok(),
            published,
        };
        let whole = first.map_or_else(|| self.label.clone(), |item| item.whole.clone());
        Item { row, whole }
    }

    /// From the first day of the first row to the close of the last one.
    fn span(&self) -> Option<Period> {
        let periods = || self.items.iter().filter_map(|item| item.row.period);
        let first = periods().map(Period::first_day).min()?;
        let last = periods().map(Period::last_day).max()?;
        Period::span(first, last).ok()
    }
}

/// How exactly a row is known: a level as it was printed, all else as well as its parts.
pub(crate) fn precision(row: &Row) -> Precision {
    let readings = [row.base.as_ref(), row.end.as_ref()];
    let exact = readings.into_iter().flatten().all(|r| r.precision == Precision::Exact);
    if exact { Precision::Exact } else { Precision::About }
}

/// The total, the mean or the median of some values.
pub(super) fn middle(kind: ReducerKind, values: Vec<Number>) -> Measured {
    match kind {
        ReducerKind::Total => total(&values),
        ReducerKind::Mean => mean(&values),
        _ => median(values),
    }
}

/// The sum, exact for decimals.
fn total(values: &[Number]) -> Measured {
    let sum = values.iter().try_fold(whole(0), |sum, value| sum.checked_add(*value));
    in_range(sum)
}

/// The sum divided once by the number of values.
fn mean(values: &[Number]) -> Measured {
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    in_range(total(values)?.checked_div(whole(count)))
}

/// The value in the middle, or the mean of the two there.
fn median(mut values: Vec<Number>) -> Measured {
    values.sort_unstable();
    let half = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let middle = values.get(half.saturating_sub(usize::from(!odd))..=half).unwrap_or_default();
    mean(middle)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(values: &[i64]) -> Vec<Number> {
        values.iter().copied().map(whole).collect()
    }

    #[test]
    fn middles_are_found() {
        assert_eq!(median(numbers(&[3, 1, 2])), Ok(whole(2)));
        assert_eq!(median(numbers(&[4, 1, 2, 3])), Ok(Number::Exact("2.5".parse().unwrap())));
        assert_eq!(median(numbers(&[7])), Ok(whole(7)));
    }

    proptest! {
        #[test]
        fn the_mean_lies_between_the_least_and_the_greatest(
            values in prop::collection::vec(-1_000_000i64..1_000_000, 1..30)
        ) {
            let all = numbers(&values);
            let (least, greatest) = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
            for middle in [mean(&all).unwrap(), median(all.clone()).unwrap()] {
                prop_assert!(least <= middle && middle <= greatest);
            }
            let sum = total(&all).unwrap();
            prop_assert_eq!(sum, whole(values.iter().sum()));
        }
    }
}
