//! Rows by their value: competition ranking, the first and the last of it.

use std::cmp::Reverse;

use super::Item;
use crate::answer::Answer;
use crate::measure::whole;

/// The column that keeps the figure of a ranked row.
const RANKED: &str = "ranked";

/// The first rows, the greatest or the least value first, and how many more there are because
/// they tie with the last of them. Rows that tie keep their order.
pub(super) fn first_of(mut items: Vec<Item>, count: usize, greatest: bool) -> (Vec<Item>, usize) {
    if greatest {
        items.sort_by_key(|item| Reverse(item.row.value));
    } else {
        items.sort_by_key(|item| item.row.value);
    }
    let edge = count.checked_sub(1).and_then(|at| items.get(at)).and_then(|item| item.row.value);
    let Some(edge) = edge else { return (items, 0) };
    let inside = |item: &Item| {
        item.row.value.is_some_and(|value| if greatest { value >= edge } else { value <= edge })
    };
    items.retain(inside);
    let ties = items.len().saturating_sub(count);
    (items, ties)
}

/// Every row with its place for a value, the greatest first; equal figures share a place, and the
/// places after it stay free. The figure moves to a column of its own.
pub(super) fn ranked(items: Vec<Item>, answer: &mut Answer) -> Vec<Item> {
    let column = answer.axes.iter().position(|axis| axis == RANKED);
    if column.is_none() {
        answer.axes.push(RANKED.to_owned());
    }
    let (mut items, _) = first_of(items, 0, true);
    let values: Vec<_> = items.iter().map(|item| item.row.value).collect();
    let mut place = 0;
    for (at, item) in items.iter_mut().enumerate() {
        if at == 0 || values.get(at - 1) != values.get(at) {
            place = i64::try_from(at + 1).unwrap_or(i64::MAX);
        }
        let figure = item.row.value.map(|value| value.to_string()).unwrap_or_default();
        let figure = format!("{figure} {}", item.row.unit).trim_end().to_owned();
        item.row.axes.push(figure);
        (item.row.base, item.row.end) = (None, None);
        item.row.value = Some(whole(place));
        item.row.unit = String::new();
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::answer;

    fn items(values: &[i64]) -> Vec<Item> {
        let mut row = answer("hi.coverage in VN at 2023").rows[0].clone();
        values
            .iter()
            .map(|value| {
                row.value = Some(whole(*value));
                Item { row: row.clone(), whole: row.region.clone() }
            })
            .collect()
    }

    fn values(items: &[Item]) -> Vec<String> {
        items.iter().filter_map(|item| item.row.value).map(|value| value.to_string()).collect()
    }

    #[test]
    fn ties_at_the_edge_are_all_in() {
        let (kept, ties) = first_of(items(&[1, 5, 3, 3]), 2, true);
        assert_eq!((values(&kept).join(" "), ties), ("5 3 3".to_owned(), 1));
        let (kept, ties) = first_of(items(&[1, 5, 3, 3]), 1, false);
        assert_eq!((values(&kept).join(" "), ties), ("1".to_owned(), 0));
        let (kept, ties) = first_of(items(&[2]), 5, true);
        assert_eq!((values(&kept).join(" "), ties), ("2".to_owned(), 0));
    }

    #[test]
    fn equal_figures_share_a_place() {
        let ranked = ranked(items(&[7, 9, 7, 1]), &mut Answer::default());
        assert_eq!(values(&ranked), ["1", "2", "2", "4"]);
    }
}
