//! Reducers and conditions around the sentences of the other generator.

use milepost::Decimal;
use milepost_lang::Span;
use milepost_lang::ast::{
    Axis, Comparison, Condition, Expression, Magnitude, Quantity, Query, Reducer, ReducerKind,
    StatusKind, Word,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::query::{clause, name, query as sentence, region};
use super::world::REGIONS;
use crate::oracle::facts::World;

/// What the regions inside the root are.
const LEVEL: &str = "reporting_unit";

/// The world with a root that can be divided into the regions inside.
pub(super) fn divisible(mut world: World) -> World {
    "country".clone_into(&mut world.regions[0].kind);
    world
}

/// A sentence with reducers, a condition, or both.
pub(super) fn query(world: &World) -> BoxedStrategy<Query> {
    let condition = condition(world);
    let inside = world.regions.len() > 1;
    let level = if inside { weighted(0.35, any::<bool>()).boxed() } else { Just(None).boxed() };
    (sentence(world), vec(reducer(), 0..=2), level, weighted(0.5, condition))
        .prop_filter("something is asked of the rows", |(_, reducers, _, condition)| {
            !reducers.is_empty() || condition.is_some()
        })
        .prop_map(|(mut query, kinds, level, condition)| {
            // A second reducer needs an axis of its own, now and then it has none.
            query.reducers =
                kinds.into_iter().map(|kind| Reducer { kind, span: Span::default() }).collect();
            let goal = query.clauses.to.is_some();
            if let (Some(first), false) = (level, goal || only_targets(&query)) {
                let word = Axis::Word(Word { text: LEVEL.to_owned(), span: Span::default() });
                let mut axes = query.clauses.by.take().map(|by| by.value).unwrap_or_default();
                axes.insert(if first { 0 } else { axes.len() }, word);
                query.clauses.by = Some(clause(axes));
                query.clauses.regions = Some(clause(vec![region(REGIONS[0])]));
            }
            query.clauses.condition = condition.map(clause);
            query
        })
        .boxed()
}

fn only_targets(query: &Query) -> bool {
    query
        .clauses
        .only
        .as_ref()
        .is_some_and(|only| only.value.iter().all(|status| status.kind == StatusKind::Target))
}

fn reducer() -> impl Strategy<Value = ReducerKind> {
    use ReducerKind::{Bottom, Count, First, Last, Max, Mean, Median, Min, Rank, Top, Total};
    let count = 1..=3_u32;
    prop_oneof![
        3 => Just(Total),
        6 => select(vec![Mean, Median, Min, Max, First, Last, Count, Rank]),
        1 => count.clone().prop_map(Top),
        1 => count.prop_map(Bottom),
    ]
}

/// Comparisons with `and`, `or` and `not`.
fn condition(world: &World) -> BoxedStrategy<Condition> {
    let operators = vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ];
    let compare = (sides(world), select(operators)).prop_map(|((left, right), operator)| {
        Condition::Compare { left, operator, right, span: Span::default() }
    });
    let inverse = |test: BoxedStrategy<Condition>| {
        test.prop_map(|test| Condition::Not(Box::new(test), Span::default())).boxed()
    };
    // Without parentheses `not` binds closest, then `and`.
    let compare = compare.boxed();
    let once = inverse(compare.clone());
    let test = prop_oneof![4 => compare, 1 => once.clone(), 1 => inverse(once)].boxed();
    let all = vec(test.clone(), 2..=3).prop_map(Condition::All);
    let part = prop_oneof![2 => test.clone(), 1 => all.clone()];
    let any = vec(part, 2..=3).prop_map(Condition::Any);
    prop_oneof![3 => test, 1 => all, 1 => any].boxed()
}

fn sides(world: &World) -> BoxedStrategy<(Expression, Expression)> {
    let value = Expression::Indicator(name("value"));
    let names: Vec<String> = world.indicators.iter().map(|i| i.name.clone()).collect();
    let stored: Vec<Decimal> =
        world.facts.iter().filter_map(|fact| fact.value).chain([Decimal::ZERO]).collect();
    let unit = |name: &String| {
        let unit = &world.indicator(name).unit;
        unit.rsplit(' ')
            .next()
            .filter(|word| !word.is_empty() && !word.contains('/'))
            .map(str::to_owned)
    };
    let units: Vec<Option<String>> = names.iter().map(unit).collect();
    let magnitude = weighted(0.15, select(vec![Magnitude::Thousand, Magnitude::Million]));
    let quantity = move |unit: Option<String>, number: Decimal, magnitude| {
        Expression::Quantity(Quantity {
            number: number.abs(),
            magnitude,
            unit: unit.map(|text| Word { text, span: Span::default() }),
            span: Span::default(),
        })
    };
    let count = names.len();
    let against = value.clone();
    let bare = (select(stored.clone()), magnitude.clone(), any::<bool>()).prop_map(
        move |(number, magnitude, left)| {
            let number = quantity(None, number, magnitude);
            if left { (number, against.clone()) } else { (against.clone(), number) }
        },
    );
    let against = value.clone();
    let unit = units.clone();
    let united = (select(stored.clone()), magnitude.clone(), 0..count).prop_map(
        move |(number, magnitude, at)| {
            (against.clone(), quantity(unit[at].clone(), number, magnitude))
        },
    );
    let known = names.clone();
    let other =
        (0..count).prop_map(move |at| (value.clone(), Expression::Indicator(name(&known[at]))));
    let alone = (select(stored), 0..count, any::<bool>()).prop_map(move |(number, at, bare)| {
        let unit = units[at].clone().filter(|_| !bare);
        (Expression::Indicator(name(&names[at])), quantity(unit, number, None))
    });
    prop_oneof![4 => bare, 1 => united, 1 => other, 3 => alone].boxed()
}
