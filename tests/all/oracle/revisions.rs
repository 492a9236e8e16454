//! `revisions of`: what was published for each period asked for, and when.

use milepost::Unit;
use milepost_lang::ast::{Expression, Query};

use super::context::Context;
use super::evaluate::{Column, Row, answer, factor_of, unit_of_values};
use super::facts::{Fact, World};
use super::measure::Value;
use super::rational::Rational;
use super::series::{Missing, Refused, Why, text};

/// Every vintage of the periods that the sentence would show without `revisions of`.
pub(crate) fn revisions(world: &World, query: &Query) -> Result<Vec<Row>, Refused> {
    let Expression::Indicator(name) = &query.expression else { return Err(Refused) };
    if query.clauses.percent_of.is_some() {
        return Err(Refused);
    }
    let plain = Query { measure: None, ..query.clone() };
    let unit = unit_of_values(world, &plain)?.as_ref().map(Unit::to_string).unwrap_or_default();
    let factor = factor_of(world, &plain)?;
    let contexts = Context::of(world, &plain)?;
    let mut rows = Vec::new();
    for row in answer(world, &plain)? {
        let (Some(period), Some(context)) =
            (row.asked, contexts.iter().find(|context| context.region == row.region))
        else {
            continue;
        };
        let accrues = context.accrues(text(name));
        let mut vintages: Vec<&Fact> = context
            .facts(text(name))
            .filter(|fact| {
                let same = fact.period == period
                    || !accrues && fact.period.last_day() == period.last_day();
                let known = context.known.is_none_or(|known| fact.published <= known);
                let targets = context.statuses.contains(&milepost::Strength::Target);
                let only = query.clauses.only.is_some() && fact.value.is_some();
                let admitted = !only || context.statuses.contains(&fact.strength());
                same && known && (!fact.target || targets) && admitted
            })
            .collect();
        vintages.sort_by_key(|fact| fact.published);
        rows.extend(vintages.into_iter().map(|fact| vintage(&row, fact, &unit, factor)));
    }
    Ok(rows)
}

fn vintage(row: &Row, fact: &Fact, unit: &str, factor: Rational) -> Row {
    let value = fact.value.map(|value| Value::Exact(Rational::from(value) * factor));
    Row {
        columns: vec![Column::Text(fact.published.to_string())],
        period: Some(fact.period),
        asked: Some(fact.period),
        value: value.ok_or_else(|| Why::from([Missing::Withdrawn])),
        unit: unit.to_owned(),
        strength: fact.value.map(|_| fact.strength()),
        status: fact.status,
        published: Some(fact.published),
        ..row.clone()
    }
}
