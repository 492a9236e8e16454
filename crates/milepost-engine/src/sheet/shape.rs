//! Questions that can be answered side by side.

use milepost_lang::ast::{Axis, MeasureKind, Query, ReducerKind};

use crate::execute::Attribute;

/// Whether a question is about the rows of a level and asks for nothing that looks at one region
/// after another: goals, conditions, transforms, filled holes, matched members.
pub(super) fn fits(query: &Query) -> bool {
    let clauses = &query.clauses;
    let is_plain = query.transforms.is_empty()
        && clauses.to.is_none()
        && clauses.fill.is_none()
        && clauses.matched.is_none()
        && clauses.condition.is_none()
        && clauses.over_last.is_none()
        && clauses.during.is_none();
    is_plain && measures(query) && (is_of_level(query) || is_of_names(query))
}

/// Whether the measure needs a base and an end and nothing else.
fn measures(query: &Query) -> bool {
    query.measure.as_ref().is_none_or(|measure| {
        matches!(
            measure.kind,
            MeasureKind::Change
                | MeasureKind::Growth
                | MeasureKind::Multiple
                | MeasureKind::Index
                | MeasureKind::Cagr
                | MeasureKind::Pace
        )
    })
}

/// Whether rows are those of a level, with steps of time or without, and are shown as they are or,
/// with one row for each region, the first or the last of them.
fn is_of_level(query: &Query) -> bool {
    let axes = axes(query);
    let levels = axes.iter().filter(|axis| is_level(axis)).count();
    let all = axes.iter().all(|axis| is_level(axis) || is_step(axis));
    let picks = match query.reducers.as_slice() {
        [] => true,
        [one] => {
            axes.len() == 1 && matches!(one.kind, ReducerKind::Top(_) | ReducerKind::Bottom(_))
        }
        _ => false,
    };
    levels == 1 && axes.len() <= 2 && all && picks
}

/// Whether rows are steps of time in named regions, as they are or averaged and the like.
fn is_of_names(query: &Query) -> bool {
    let is_stepped = matches!(axes(query), [axis] if is_step(axis));
    let sums = match query.reducers.as_slice() {
        [] => true,
        [one] => matches!(
            one.kind,
            ReducerKind::Total | ReducerKind::Mean | ReducerKind::Median | ReducerKind::Count
        ),
        _ => false,
    };
    is_stepped && sums
}

fn axes(query: &Query) -> &[Axis] {
    query.clauses.by.as_ref().map_or(&[], |clause| &clause.value)
}

fn is_step(axis: &Axis) -> bool {
    matches!(axis, Axis::Time { count: 1, .. })
}

fn is_level(axis: &Axis) -> bool {
    matches!(axis, Axis::Word(word) if Attribute::of(&word.text).is_none())
}
