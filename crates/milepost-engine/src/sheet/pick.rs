//! The first or the last rows of all, without writing out the others.

use std::collections::HashMap;

use milepost_lang::ast::{Reducer, ReducerKind};

use super::grid::Grid;
use crate::answer::{Answer, Columns, Row};
use crate::reduce;
use crate::watch::Watch;

/// The rows that `top` or `bottom` leaves, each with the number of its region, and its notes on
/// the answer; None where rows are of several areas, each of which has rows of its own, and where a
/// limit on the query is met.
pub(super) fn first(
    answer: &mut Answer,
    reducer: &Reducer,
    grid: &Grid,
    watch: &Watch,
) -> Option<(Vec<Row>, Vec<usize>)> {
    let (count, greatest) = match reducer.kind {
        ReducerKind::Top(count) => (count, true),
        ReducerKind::Bottom(count) => (count, false),
        _ => return None,
    };
    if !grid.is_of_one_area() {
        return None;
    }
    let all = Columns::len(grid);
    watch.hold("values", all, size_of::<f64>()).ok()?;
    let mut values: Vec<f64> = (0..all).filter_map(|at| grid.double(at)).collect();
    let known = values.len();
    // Doubles tell the edge but for numbers that differ in digits which doubles do not have: all
    // rows at the edge are looked at.
    let wanted = usize::try_from(count).ok()?.saturating_sub(1);
    let edge = (wanted < known).then(|| {
        let order = |one: &f64, other: &f64| {
            if greatest { other.total_cmp(one) } else { one.total_cmp(other) }
        };
        *values.select_nth_unstable_by(wanted, order).1
    });
    let is_inside = |value: f64| match edge {
        None => true,
        Some(edge) if greatest => value >= edge,
        Some(edge) => value <= edge,
    };
    let inside = (0..all).filter(|at| grid.double(*at).is_some_and(is_inside));
    let written = |at: usize| watch.check().ok().and_then(|()| Some((at, grid.row(at, 0)?)));
    let inside: Vec<(usize, Row)> = inside.map_while(written).collect();
    watch.check().ok()?;
    watch.release(all, size_of::<f64>());
    let numbers: HashMap<String, usize> =
        inside.iter().map(|(at, row)| (row.region.uid.clone(), *at)).collect();
    let rows = inside.into_iter().map(|(_, row)| row).collect();
    let rows = reduce::pick(answer, reducer, rows, (known, all));
    let number = |row: &Row| numbers.get(&row.region.uid).copied();
    let numbers = rows.iter().filter_map(number).collect();
    Some((rows, numbers))
}
