//! Figures that are revised and withdrawn, and questions about what was known when.

use milepost::Status;
use milepost_lang::Span;
use milepost_lang::ast::{
    Axis, Expression, Measure, MeasureKind, Query, Reducer, ReducerKind, Word,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::query::{clause, name, query as sentence};
use super::world::{status, value};
use crate::oracle::facts::World;

/// The world with later publications of some of its figures.
pub(super) fn revised(world: World) -> BoxedStrategy<World> {
    let revision = (any::<Index>(), weighted(0.85, value()), status(), 1..900_i32);
    vec(revision, 0..30)
        .prop_map(move |revisions| {
            let mut facts = world.facts.clone();
            for (at, value, status, days) in revisions {
                if facts.is_empty() {
                    break;
                }
                let old = facts[at.index(facts.len())].clone();
                let mut fact = old.clone();
                fact.value = value;
                fact.status = if old.target { Status::ACTUAL } else { status };
                if value.is_none() {
                    fact.status = Status::WITHDRAWN;
                }
                fact.published = old.published.checked_add_days(days).unwrap();
                let same_day = facts.iter().any(|other| {
                    (other.indicator, other.region, other.period, other.target)
                        == (fact.indicator, fact.region, fact.period, fact.target)
                        && other.published == fact.published
                });
                if !same_day {
                    facts.push(fact);
                }
            }
            let World { indicators, regions, milestones, .. } = world.clone();
            World::new(indicators, regions, milestones, facts)
        })
        .boxed()
}

/// A sentence told apart by vintage or status, or the revisions of an indicator.
pub(super) fn query(world: &World) -> BoxedStrategy<Query> {
    let names: Vec<String> = world.indicators.iter().map(|i| i.name.clone()).collect();
    let attribute = select(vec![Some("vintage"), Some("vintage"), Some("status"), None]);
    let reducer = select(vec![
        ReducerKind::First,
        ReducerKind::Last,
        ReducerKind::Count,
        ReducerKind::Min,
        ReducerKind::Mean,
    ]);
    (sentence(world), attribute, any::<bool>(), select(names), weighted(0.25, reducer))
        .prop_filter("a sentence without a goal", |(query, ..)| query.clauses.to.is_none())
        .prop_map(|(mut query, attribute, first, indicator, reducer)| {
            let Some(attribute) = attribute else {
                if query.measure.is_none() {
                    query.expression = Expression::Indicator(name(&indicator));
                    query.clauses.percent_of = None;
                    query.clauses.unit = None;
                    let kind = MeasureKind::Revisions;
                    query.measure = Some(Measure { kind, yoy: false, span: Span::default() });
                }
                return query;
            };
            // Whether a list tells what is no longer in it is not said.
            let clauses = &query.clauses;
            let list = query.measure.is_none() && clauses.at.is_none() && clauses.by.is_none();
            let attribute = if list { "status" } else { attribute };
            let word = Axis::Word(Word { text: attribute.to_owned(), span: Span::default() });
            let mut axes = query.clauses.by.take().map(|by| by.value).unwrap_or_default();
            axes.insert(if first { 0 } else { axes.len() }, word);
            query.clauses.by = Some(clause(axes));
            query.reducers =
                reducer.map(|kind| Reducer { kind, span: Span::default() }).into_iter().collect();
            query
        })
        .boxed()
}
