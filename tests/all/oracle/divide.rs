//! `by status`, `by vintage`: the query answered once for each, and told where they differ.

use std::collections::BTreeSet;

use milepost::{Date, Period, Strength};
use milepost_lang::ast::{Anchor, Axis, Clause, Query, StatusKind, StatusName};

use super::context::Context;
use super::evaluate::{Column, Row, answer, answer_between, times};
use super::facts::{Fact, World};
use super::reduce::is_attribute;
use super::series::{Missing, Refused, Why};

/// The rows of a query, one for each status or vintage where `by` asks for that.
pub(crate) fn divided(world: &World, query: &Query) -> Result<Vec<Row>, Refused> {
    let axes = query.clauses.by.iter().flat_map(|by| &by.value);
    let position = axes.clone().position(|axis| attribute(axis).is_some());
    let Some(position) = position else { return answer(world, query) };
    let word = axes.clone().find_map(attribute).ok_or(Refused)?;
    let rest: Vec<Axis> = axes.filter(|axis| attribute(axis).is_none()).cloned().collect();
    let mut whole = Query { reducers: Vec::new(), ..query.clone() };
    let span = query.span;
    whole.clauses.by = Some(Clause { value: rest, span }).filter(|by| !by.value.is_empty());
    let undivided = answer(world, &whole)?;
    let labelled = match word {
        "status" => by_status(world, &whole)?,
        "vintage" => by_vintage(world, &whole)?,
        _ => return Err(Refused),
    };
    if labelled.is_empty() {
        return Ok(undivided.into_iter().map(|row| row.of_none().labelled("")).collect());
    }
    let regions = Context::of(world, &whole)?;
    let place = |row: &Row| regions.iter().position(|context| context.region == row.region);
    let mut rows = labelled;
    rows.sort_by_key(|(order, row)| {
        let (first, second) = (row.asked, Some(*order));
        let key = if position == 0 { (second, first, None) } else { (None, first, second) };
        (place(row), key)
    });
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn attribute(axis: &Axis) -> Option<&str> {
    match axis {
        Axis::Word(word) if is_attribute(&word.text) => Some(&word.text),
        _ => None,
    }
}

/// As if no figure of another status were there.
fn by_status(world: &World, query: &Query) -> Result<Vec<(usize, Row)>, Refused> {
    let kinds = [
        (Strength::Actual, StatusKind::Actual),
        (Strength::Provisional, StatusKind::Provisional),
        (Strength::Estimate, StatusKind::Estimate),
        (Strength::Projection, StatusKind::Projection),
        (Strength::Target, StatusKind::Target),
    ];
    let admitted = Context::of(world, query)?.remove(0).statuses;
    let times = times(world, query)?;
    let mut rows = Vec::new();
    for (order, (strength, kind)) in kinds.into_iter().enumerate() {
        if !admitted.contains(&strength) {
            continue;
        }
        let mut one = query.clone();
        let value = vec![StatusName { kind, span: query.span }];
        one.clauses.only = Some(Clause { value, span: query.span });
        one.clauses.including = None;
        let known = answer_between(world, &one, times)?.into_iter();
        let known = known.filter(|row| row.value.is_ok());
        rows.extend(known.map(|row| (order, row.labelled(strength.word()))));
    }
    Ok(rows)
}

/// As it was known on each day; a row where that differs from the day before.
fn by_vintage(world: &World, query: &Query) -> Result<Vec<(usize, Row)>, Refused> {
    let days = days(world, query)?;
    let times = times(world, query)?;
    let mut rows: Vec<(usize, Row)> = Vec::new();
    for (order, day) in days.into_iter().enumerate() {
        let mut then = query.clone();
        let anchor = Anchor::Period(Period::day(day), query.span);
        then.clauses.as_of = Some(Clause { value: anchor, span: query.span });
        for row in answer_between(world, &then, times)? {
            let same =
                |(_, other): &&(usize, Row)| other.region == row.region && other.asked == row.asked;
            let before = rows.iter().rev().find(same).map(|(_, other)| other);
            let differs = match before {
                None => row.value.is_ok(),
                Some(other) => match (&other.value, &row.value) {
                    // Which of several reasons is told is not decided.
                    (Err(_), Err(_)) => false,
                    (Ok(one), Ok(another)) => {
                        !one.is_as_good_as(*another) || other.status != row.status
                    }
                    _ => true,
                },
            };
            if differs {
                rows.push((order, row.labelled(&day.to_string())));
            }
        }
    }
    Ok(rows)
}

/// The days on which a figure became known that the query may use.
fn days(world: &World, query: &Query) -> Result<BTreeSet<Date>, Refused> {
    let whole = query.clauses.percent_of.as_ref().map(|whole| &whole.value);
    let mut days = BTreeSet::new();
    for context in Context::of(world, query)? {
        let expressions = [Some(&query.expression), whole].into_iter().flatten();
        for (context, name) in expressions.flat_map(|expression| context.leaves(expression)) {
            let indicator = world.indicator(name);
            let parts = [&indicator.numerator, &indicator.denominator].into_iter().flatten();
            for name in parts.map(String::as_str).chain([name]) {
                let admitted = |fact: &&Fact| {
                    let targets = context.statuses.contains(&Strength::Target);
                    let reported = context.statuses.iter().any(|other| *other != Strength::Target);
                    context.known.is_none_or(|known| fact.published <= known)
                        && (if fact.target { targets } else { reported })
                };
                days.extend(context.facts(name).filter(admitted).map(|fact| fact.published));
            }
        }
    }
    Ok(days)
}

impl Row {
    /// The row where no status or vintage has a figure by itself; a zero from before the beginning
    /// of an indicator needs none.
    fn of_none(self) -> Self {
        if self.published.is_none() {
            return self;
        }
        let value = self.value.and(Err(Why::from([Missing::NoData])));
        Self { value, base: None, period: None, ..self }
    }

    fn labelled(self, label: &str) -> Self {
        Self { columns: vec![Column::Text(label.to_owned())], ..self }
    }
}
