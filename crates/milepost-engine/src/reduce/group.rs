//! The rows that become one, and what they come to.

use std::collections::HashMap;

use milepost_lang::Span;
use milepost_lang::ast::ReducerKind;
use milepost_model::{Number, Period, Precision};

use super::merged::{Merged, Part};
use super::{Dimension, Item};
use crate::answer::{RegionLabel, Row};
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

    /// How many rows have a value, or the total, mean or median of these.
    pub(super) fn aggregate(&self, axis: &Dimension, kind: ReducerKind) -> Item {
        let mut merged = Merged::default();
        self.items.iter().for_each(|item| merged.add(&Part::of(&item.row)));
        let row = merged.row(kind, self.label.clone(), *axis == Dimension::Time);
        let first = self.items.first();
        let mut axes = first.map(|item| item.row.axes.clone()).unwrap_or_default();
        if let Dimension::Column(at) = axis
            && let Some(column) = axes.get_mut(*at)
        {
            column.clear();
        }
        let whole = first.map_or_else(|| self.label.clone(), |item| item.whole.clone());
        Item { row: Row { axes, ..row }, whole }
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
