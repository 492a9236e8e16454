//! Reducers: what rows come to along the last axis of `by`, or along time.

use std::cmp::Reverse;

use milepost::{Kind, Period, Status, Strength};
use milepost_lang::ast::{
    Axis, Expression, MeasureKind, MultiplyOperator, Query, Reducer, ReducerKind, RollingAggregate,
    Transform, TransformKind,
};

use super::evaluate::{Column, Row};
use super::facts::World;
use super::measure::Value;
use super::rational::Rational;
use super::series::{Refused, Why, text};

/// What rows are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Region,
    Time,
    /// The first column: status, source or vintage.
    Column,
}

/// Whether a sentence is reduced along all the time there is: without `by`, and without a clause
/// that says when.
pub(crate) fn takes_all_time(query: &Query) -> bool {
    !query.reducers.is_empty() && query.clauses.by.is_none()
}

/// The rows of a query after its reducers, the innermost first. `whole` is the region that `by` a
/// level divided.
pub(crate) fn reduced(
    world: &World,
    query: &Query,
    mut rows: Vec<Row>,
    whole: Option<&str>,
) -> Result<Vec<Row>, Refused> {
    let mut axes = axes(query);
    if query.reducers.iter().skip(1).any(|reducer| reducer.kind == ReducerKind::Rank) {
        return Err(Refused);
    }
    let mut gone = Vec::new();
    for reducer in query.reducers.iter().rev() {
        let axis = *axes.last().ok_or(Refused)?;
        if reducer.kind == ReducerKind::Total && !adds_up(world, query, axis) {
            return Err(Refused);
        }
        if query.clauses.by.is_none() && is_single(query) {
            return Err(Refused);
        }
        let mut next = Vec::new();
        for group in groups(rows, axis, &gone) {
            if axis == Dimension::Time && query.clauses.by.is_none() && overlap(&group) {
                return Err(Refused);
            }
            // Where regions were reduced before, the rows speak of the region that they lie in.
            let across = axis == Dimension::Region || gone.contains(&Dimension::Region);
            next.extend(reduce(reducer, axis, &group, whole.filter(|_| across)));
        }
        rows = next;
        if !keeps_rows(reducer) {
            gone.push(axis);
            axes.pop();
        }
    }
    Ok(rows)
}

fn axes(query: &Query) -> Vec<Dimension> {
    let Some(by) = &query.clauses.by else { return vec![Dimension::Time] };
    let dimension = |axis: &Axis| match axis {
        Axis::Time { .. } => Dimension::Time,
        Axis::Word(word) if is_attribute(&word.text) => Dimension::Column,
        Axis::Word(_) => Dimension::Region,
    };
    by.value.iter().map(dimension).collect()
}

/// Whether a word of `by` is no level of regions.
pub(crate) fn is_attribute(word: &str) -> bool {
    ["status", "source", "vintage"].contains(&word)
}

fn keeps_rows(reducer: &Reducer) -> bool {
    matches!(reducer.kind, ReducerKind::Rank | ReducerKind::Top(_) | ReducerKind::Bottom(_))
}

/// Whether a sentence without `by` has one row for each region whatever the figures are: it names
/// one period, or compares two.
fn is_single(query: &Query) -> bool {
    let clauses = &query.clauses;
    let spans = clauses.since.is_some()
        || clauses.until.is_some()
        || clauses.between.is_some()
        || clauses.during.is_some()
        || clauses.over_last.is_some();
    let compares = query.measure.as_ref().is_some_and(|measure| {
        let required = clauses.to.is_some() && measure.kind == MeasureKind::Pace;
        let level = measure.kind == MeasureKind::Gap || required;
        !measure.yoy && (spans || !level)
    });
    clauses.at.is_some() || compares
}

/// Whether figures add up along an axis.
fn adds_up(world: &World, query: &Query, axis: Dimension) -> bool {
    let kind = query.measure.as_ref().map(|measure| measure.kind);
    let percent = query.clauses.percent_of.is_some();
    let nature = if percent { Nature::Rate } else { nature(world, &query.expression) };
    // The next running total, the next window holds this one again.
    let nature = match (query.transforms.is_empty(), nature) {
        (false, Nature::Flow) => Nature::Stock,
        (_, nature) => nature,
    };
    let by_steps = query.clauses.by.iter().flat_map(|by| &by.value);
    let steps = by_steps.into_iter().any(|axis| matches!(axis, Axis::Time { .. }));
    let yoy = query.measure.as_ref().is_some_and(|measure| measure.yoy);
    let counted = matches!(nature, Nature::Flow | Nature::Stock);
    match (axis, kind) {
        (Dimension::Time, None) => nature == Nature::Flow,
        (Dimension::Time, Some(MeasureKind::Change)) => counted && steps && !yoy,
        (Dimension::Region, None | Some(MeasureKind::Change)) => counted,
        // Nothing adds up along status, source and vintage.
        _ => false,
    }
}

/// Running totals need what adds up along time; what they make does not add up again.
pub(crate) fn check_transforms(
    world: &World,
    transforms: &[Transform],
    expression: &Expression,
) -> Result<(), Refused> {
    let totals = |transform: &Transform| match transform.kind {
        TransformKind::Ytd => true,
        TransformKind::Rolling { aggregate, .. } => aggregate == RollingAggregate::Total,
    };
    let flow = nature(world, expression) == Nature::Flow;
    let inner = transforms.len().saturating_sub(1);
    let fits = |(at, transform): (usize, &Transform)| !totals(transform) || flow && at == inner;
    transforms.iter().enumerate().all(fits).then_some(()).ok_or(Refused)
}

/// How figures behave when they are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    Flow,
    Stock,
    Rate,
}

fn nature(world: &World, expression: &Expression) -> Nature {
    match expression {
        Expression::Indicator(name) => match world.indicator(text(name)).kind {
            Some(Kind::Flow) => Nature::Flow,
            Some(Kind::Stock) => Nature::Stock,
            _ => Nature::Rate,
        },
        Expression::Negate(inner, _) => nature(world, inner),
        Expression::Query(inner) => nature(world, &inner.expression),
        Expression::Quantity(_) => Nature::Rate,
        Expression::Sum(terms, _) => {
            let all: Vec<Nature> = terms.iter().map(|(_, term)| nature(world, term)).collect();
            if all.iter().all(|other| *other == all[0]) { all[0] } else { Nature::Rate }
        }
        Expression::Product(factors, _) => {
            // So many times as much of one thing.
            let mut varying = factors.iter().filter(|(_, f)| !matches!(f, Expression::Quantity(_)));
            match (varying.next(), varying.next()) {
                (Some((MultiplyOperator::Multiply, only)), None) => nature(world, only),
                _ => Nature::Rate,
            }
        }
    }
}

/// Rows that differ along one axis only, in the order in which they begin.
fn groups(rows: Vec<Row>, axis: Dimension, gone: &[Dimension]) -> Vec<Vec<Row>> {
    let mut groups: Vec<Vec<Row>> = Vec::new();
    let told = |dimension| axis != dimension && !gone.contains(&dimension);
    for row in rows {
        let same = |group: &&mut Vec<Row>| {
            let other = &group[0];
            (!told(Dimension::Region) || other.region == row.region)
                && (!told(Dimension::Time) || other.asked == row.asked)
                && (!told(Dimension::Column) || other.columns == row.columns)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

/// Whether rows hold some of the same days, such as a year and its quarters.
fn overlap(rows: &[Row]) -> bool {
    let accrues = rows.iter().any(|row| row.accrues);
    let periods: Vec<Period> = rows.iter().filter_map(|row| row.asked).collect();
    let mut pairs = (0..periods.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
    accrues
        && pairs.any(|(one, other)| {
            periods[one].first_day() <= periods[other].last_day()
                && periods[other].first_day() <= periods[one].last_day()
        })
}

fn reduce(reducer: &Reducer, axis: Dimension, rows: &[Row], whole: Option<&str>) -> Vec<Row> {
    let known: Vec<(Value, &Row)> =
        rows.iter().filter_map(|row| Some((*row.value.as_ref().ok()?, row))).collect();
    let values: Vec<Value> = known.iter().map(|(value, _)| *value).collect();
    let picked = |value: Option<Value>| {
        let value = value?;
        known.iter().find(|(other, _)| *other == value).map(|(_, row)| vec![(*row).clone()])
    };
    let one = |value| vec![combined(axis, rows, value, whole)];
    let nothing = || {
        let why: Why = rows.iter().filter_map(|row| row.value.clone().err()).flatten().collect();
        one(Err(why))
    };
    let least = values.iter().copied().min();
    let greatest = values.iter().copied().max();
    match reducer.kind {
        ReducerKind::First => picked(values.first().copied()).unwrap_or_else(nothing),
        ReducerKind::Last => match known.last() {
            Some((_, row)) => vec![(*row).clone()],
            None => nothing(),
        },
        ReducerKind::Min => picked(least).unwrap_or_else(nothing),
        ReducerKind::Max => picked(greatest).unwrap_or_else(nothing),
        ReducerKind::Count => {
            let row = one(Ok(Value::count(known.len()))).remove(0);
            vec![Row { unit: String::new(), ..row }]
        }
        ReducerKind::Total if !known.is_empty() => one(Ok(Value::sum(&values))),
        ReducerKind::Mean if !known.is_empty() => one(Ok(Value::mean(&values))),
        ReducerKind::Median if !known.is_empty() => one(Ok(median(values))),
        ReducerKind::Total | ReducerKind::Mean | ReducerKind::Median => nothing(),
        ReducerKind::Rank => ranked(known),
        ReducerKind::Top(count) => first_of(known, count, |value| Reverse(*value)),
        ReducerKind::Bottom(count) => first_of(known, count, |value| *value),
    }
}

/// The value in the middle, or the mean of the two there.
fn median(mut values: Vec<Value>) -> Value {
    values.sort();
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { Value::mean(&values[half - 1..=half]) }
}

/// The first rows of an order, and those that tie with the last of them.
fn first_of<K: Ord>(
    mut known: Vec<(Value, &Row)>,
    count: u32,
    key: impl Fn(&Value) -> K,
) -> Vec<Row> {
    known.sort_by_key(|(value, _)| key(value));
    let count = usize::try_from(count).expect("a small count");
    let edge = known.get(count - 1).map(|(value, _)| *value);
    let inside = |(at, (value, _)): &(usize, (Value, &Row))| *at < count || Some(*value) == edge;
    known.into_iter().enumerate().filter(inside).map(|(_, (_, row))| row.clone()).collect()
}

/// Every row with its place: 1 + the rows that are greater.
fn ranked(mut known: Vec<(Value, &Row)>) -> Vec<Row> {
    known.sort_by_key(|(value, _)| Reverse(*value));
    let place = |value: Value| 1 + known.iter().filter(|(other, _)| *other > value).count();
    let row = |(value, row): &(Value, &Row)| {
        let mut columns = row.columns.clone();
        columns.push(Column::Figure(*value, row.unit.clone()));
        Row {
            columns,
            base: None,
            value: Ok(Value::count(place(*value))),
            unit: String::new(),
            ..(*row).clone()
        }
    };
    known.iter().map(row).collect()
}

/// The row of several: as weak as the weakest that has a value, from the first to the last.
fn combined(axis: Dimension, rows: &[Row], value: Result<Value, Why>, whole: Option<&str>) -> Row {
    let known: Vec<&Row> = rows.iter().filter(|row| row.value.is_ok()).collect();
    let first = &rows[0];
    let days = rows.iter().filter_map(|row| row.asked);
    let opening = days.clone().map(Period::first_day).min();
    let close = days.map(Period::last_day).max();
    let span = opening.zip(close).and_then(|(first, last)| Period::span(first, last).ok());
    let asked = match axis {
        Dimension::Time => span,
        _ => rows.iter().find_map(|row| row.asked),
    };
    let region = whole.unwrap_or(&first.region).to_owned();
    let mut columns = first.columns.clone();
    if axis == Dimension::Column {
        columns[0] = Column::Text(String::new());
    }
    let strengths = known.iter().filter_map(|row| row.strength);
    // The smaller share, where rows have lost some before.
    let share = |of: (usize, usize)| Rational::new(of.0 as i128, of.1 as i128);
    let before = known.iter().filter_map(|row| row.coverage).min_by_key(|of| share(*of));
    let own = (known.len(), rows.len());
    let coverage = before.filter(|of| share(*of) < share(own)).unwrap_or(own);
    Row {
        region,
        columns,
        period: asked.filter(|_| value.is_ok()),
        asked,
        base: None,
        size: known.iter().map(|row| row.size).sum(),
        strength: value.is_ok().then(|| strengths.max().unwrap_or(Strength::Actual)),
        status: known.iter().fold(Status::ACTUAL, |all, row| all | row.status),
        published: known.iter().filter_map(|row| row.published).max(),
        coverage: Some(coverage),
        accrues: first.accrues || axis == Dimension::Time,
        // A row without a base does not say what an index is 100 at.
        unit: known.first().unwrap_or(&first).unit.clone(),
        value,
    }
}

impl Value {
    fn count(count: usize) -> Self {
        Self::Exact(Rational::from(i32::try_from(count).expect("a small count")))
    }

    /// The sum: exact where all values can be written as decimals.
    fn sum(values: &[Self]) -> Self {
        let exact: Option<Vec<Rational>> = values.iter().map(|value| value.decimal()).collect();
        match exact {
            Some(exact) => Self::Exact(exact.into_iter().fold(Rational::ZERO, |sum, x| sum + x)),
            None => Self::Rounded(values.iter().map(|value| value.to_f64()).sum()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    fn mean(values: &[Self]) -> Self {
        let count = i32::try_from(values.len()).expect("a small count");
        match Self::sum(values) {
            Self::Exact(sum) => Self::Exact(sum / Rational::from(count)),
            Self::Rounded(sum) => Self::Rounded(sum / values.len() as f64),
        }
    }
}
