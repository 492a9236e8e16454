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
    is_plain && measures(query) && divides_by_level(query) && picks(query)
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

/// Whether `by` has a level, and besides at most steps of time.
fn divides_by_level(query: &Query) -> bool {
    let axes = query.clauses.by.as_ref().map_or(&[][..], |clause| &clause.value);
    let is_time = |axis: &Axis| matches!(axis, Axis::Time { count: 1, .. });
    let is_level =
        |axis: &Axis| matches!(axis, Axis::Word(word) if Attribute::of(&word.text).is_none());
    axes.iter().filter(|axis| is_level(axis)).count() == 1
        && axes.iter().all(|axis| is_level(axis) || is_time(axis))
        && axes.len() <= 2
}

/// Whether rows are shown as they are, or some are picked out of one for each region.
fn picks(query: &Query) -> bool {
    let steps = query.clauses.by.as_ref().is_some_and(|clause| clause.value.len() > 1);
    match query.reducers.as_slice() {
        [] => true,
        [one] => !steps && matches!(one.kind, ReducerKind::Top(_) | ReducerKind::Bottom(_)),
        _ => false,
    }
}
