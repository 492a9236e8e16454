//! Transforms and filled holes in the sentences of the other generator.

use milepost::Kind;
use milepost_lang::Span;
use milepost_lang::ast::{Expression, Fill, Query, RollingAggregate, Transform, TransformKind};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::query::{clause, name, query as sentence};
use super::world::frequency;
use crate::oracle::facts::World;

/// A sentence with transforms, with a way to fill holes, or both.
pub(super) fn query(world: &World) -> BoxedStrategy<Query> {
    let flows: Vec<String> = world
        .indicators
        .iter()
        .filter(|indicator| indicator.kind == Some(Kind::Flow))
        .map(|indicator| indicator.name.clone())
        .collect();
    let flow =
        if flows.is_empty() { Just(None).boxed() } else { weighted(0.6, select(flows)).boxed() };
    let transforms =
        prop_oneof![2 => Just(Vec::new()), 6 => vec(transform(), 1), 1 => vec(transform(), 2)];
    let fill = weighted(0.4, select(vec![Fill::None, Fill::Previous, Fill::Linear]));
    (sentence(world), transforms, flow, fill)
        .prop_filter("something is asked of the line", |(_, transforms, _, fill)| {
            !transforms.is_empty() || fill.is_some()
        })
        .prop_map(|(mut query, transforms, flow, fill)| {
            // Most running totals are of flows.
            if let (Some(flow), false, None) = (flow, transforms.is_empty(), &query.clauses.to) {
                query.expression = Expression::Indicator(name(&flow));
                query.clauses.percent_of = None;
                query.clauses.unit = None;
            }
            query.transforms = transforms;
            query.clauses.fill = fill.map(clause);
            query
        })
        .boxed()
}

fn transform() -> impl Strategy<Value = Transform> {
    let aggregate = select(vec![RollingAggregate::Total, RollingAggregate::Mean]);
    let rolling = (1..=6_u32, frequency(), aggregate).prop_map(|(count, frequency, aggregate)| {
        TransformKind::Rolling { count, frequency, aggregate }
    });
    prop_oneof![1 => Just(TransformKind::Ytd), 2 => rolling]
        .prop_map(|kind| Transform { kind, span: Span::default() })
}
