//! Sentences as trees.

use milepost::{Date, Decimal, Frequency, Period, Unit};
use milepost_lang::Span;
use milepost_lang::ast::{
    AddOperator, Anchor, At, Axis, Clause, Clauses, Expression, Goal, Measure, MeasureKind,
    MultiplyOperator, Name, OverLast, Quantity, Query, RegionExpression, StatusKind, StatusName,
    UnitName, Word,
};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::world::{MILESTONES, day, frequency};
use crate::oracle::{facts::World, series::text};

/// A question about a world.
pub(crate) fn query(world: &World) -> BoxedStrategy<Query> {
    let subject = subject(world);
    let regions = subsequence(codes(world), 1..=world.regions.len());
    let context = (regions, statuses(), weighted(0.15, knowledge()));
    let scale = weighted(0.1, select(vec!["thousand persons", "persons", "million VND", "%"]));
    let known = world.clone();
    (subject, context, sentence(world), scale)
        .prop_map(move |(subject, (regions, statuses, as_of), sentence, scale)| {
            let (measure, mut clauses) = sentence;
            let (expression, percent_of) = aimed(&known, subject, clauses.to.as_mut());
            clauses.regions = Some(clause(regions.into_iter().map(region).collect()));
            clauses.as_of = as_of.map(clause);
            clauses.percent_of = percent_of.map(clause);
            match statuses {
                Statuses::Default => {}
                Statuses::Including(kinds) => clauses.including = Some(clause(kinds)),
                Statuses::Only(kinds) => clauses.only = Some(clause(kinds)),
            }
            if measure.is_none() {
                let literal =
                    |text: &str| UnitName::Literal { text: text.to_owned(), span: Span::default() };
                clauses.unit = scale.map(literal).map(clause);
            }
            let measure = measure.map(|(kind, yoy)| Measure { kind, yoy, span: Span::default() });
            sentence_of(measure, expression, clauses)
        })
        .boxed()
}

/// A goal is for an indicator, in its unit; one in ten is not.
fn aimed(
    world: &World,
    subject: (Expression, Option<Expression>),
    goal: Option<&mut Clause<Goal>>,
) -> (Expression, Option<Expression>) {
    let Some(goal) = goal else { return subject };
    let mut expression = subject.0.clone();
    while let Expression::Sum(..) | Expression::Product(..) | Expression::Negate(..) = expression {
        expression = match expression {
            Expression::Sum(mut terms, _) => terms.remove(0).1,
            Expression::Product(mut factors, _) => factors.remove(factors.len() - 1).1,
            Expression::Negate(inner, _) => *inner,
            other => other,
        };
    }
    let Expression::Indicator(leaf) = &expression else { return subject };
    let unit = &world.indicator(text(leaf)).unit;
    match &mut goal.value {
        Goal::Quantity(quantity) if quantity.number < Decimal::from(180) => {
            let word = unit.rsplit(' ').next().filter(|word| !word.contains('/'));
            let word = word.filter(|word| !word.is_empty()).map(str::to_owned);
            quantity.unit = word.map(|text| Word { text, span: Span::default() });
        }
        Goal::Query(inner) if matches!(inner.expression, Expression::Indicator(_)) => {
            inner.expression = expression.clone();
        }
        _ => {}
    }
    (expression, None)
}

fn sentence_of(measure: Option<Measure>, expression: Expression, clauses: Clauses) -> Query {
    Query {
        reducers: Vec::new(),
        measure,
        transforms: Vec::new(),
        expression,
        clauses: Box::new(clauses),
        span: Span::default(),
    }
}

pub(super) fn clause<T>(value: T) -> Clause<T> {
    Clause { value, span: Span::default() }
}

pub(super) fn name(text: &str) -> Name {
    Name::Literal { text: text.to_owned(), span: Span::default() }
}

pub(super) fn region(code: &'static str) -> RegionExpression {
    RegionExpression { names: vec![name(code)], except: Vec::new(), span: Span::default() }
}

fn codes(world: &World) -> Vec<&'static str> {
    super::world::REGIONS[..world.regions.len()].to_vec()
}

/// An expression and what it is a percentage of.
fn subject(world: &World) -> BoxedStrategy<(Expression, Option<Expression>)> {
    let names: Vec<String> = world.indicators.iter().map(|i| i.name.clone()).collect();
    let leaf = select(names.clone()).prop_map(|text| Expression::Indicator(name(&text))).boxed();
    let (left, right): (Vec<_>, Vec<_>) = addable(world).into_iter().unzip();
    let pair = (0..left.len()).prop_map(move |at| (left[at].clone(), right[at].clone())).boxed();
    let ratio = pair.clone().prop_map(|(left, right)| (left, Some(right)));
    prop_oneof![
        12 => leaf.clone().prop_map(|leaf| (leaf, None)),
        3 => sum(&pair).prop_map(|sum| (sum, None)),
        2 => product(&leaf).prop_map(|product| (product, None)),
        2 => inner(world, &leaf).prop_map(|inner| (inner, None)),
        2 => ratio,
    ]
    .boxed()
}

/// Pairs of indicators that can be added; the same one twice at least.
fn addable(world: &World) -> Vec<(Expression, Expression)> {
    let unit = |at: usize| world.indicators[at].parsed_unit().unwrap_or_else(Unit::pure);
    let count = world.indicators.len();
    let pairs = (0..count).flat_map(|left| (0..count).map(move |right| (left, right)));
    let leaf = |at: usize| Expression::Indicator(name(&world.indicators[at].name));
    pairs
        .filter(|(left, right)| unit(*left).same_dimension(&unit(*right)))
        .map(|(left, right)| (leaf(left), leaf(right)))
        .collect()
}

fn sum(pair: &BoxedStrategy<(Expression, Expression)>) -> BoxedStrategy<Expression> {
    let operator = select(vec![AddOperator::Add, AddOperator::Subtract]);
    (pair.clone(), operator)
        .prop_map(|((left, right), operator)| {
            Expression::Sum(vec![(AddOperator::Add, left), (operator, right)], Span::default())
        })
        .boxed()
}

fn product(leaf: &BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    let number =
        (1..=30_i128, 0..=1_u8, weighted(0.2, Just("%"))).prop_map(|(mantissa, scale, unit)| {
            let unit = unit.map(|text| Word { text: text.to_owned(), span: Span::default() });
            Expression::Quantity(Quantity {
                number: Decimal::new(mantissa, scale).unwrap(),
                magnitude: None,
                unit,
                span: Span::default(),
            })
        });
    let other = prop_oneof![leaf.clone(), number];
    let operator = select(vec![MultiplyOperator::Multiply, MultiplyOperator::Divide]);
    let product = (leaf.clone(), operator, other).prop_map(|(left, operator, right)| {
        let factors = vec![(MultiplyOperator::Multiply, left), (operator, right)];
        Expression::Product(factors, Span::default())
    });
    let negated = leaf.clone().prop_map(|leaf| Expression::Negate(Box::new(leaf), Span::default()));
    prop_oneof![3 => product, 1 => negated].boxed()
}

/// A sentence in another region or of other statuses, beside one of its own.
fn inner(world: &World, leaf: &BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    let region = weighted(0.7, select(codes(world)));
    let projections = weighted(0.3, Just(vec![status(StatusKind::Projection)]));
    (leaf.clone(), leaf.clone(), region, projections)
        .prop_map(|(inner, outer, code, projections)| {
            let clauses = Clauses {
                regions: code.map(|code| clause(vec![region_of(code)])),
                including: projections.map(clause),
                ..Clauses::default()
            };
            let inner = Expression::Query(Box::new(sentence_of(None, inner, clauses)));
            let factors =
                vec![(MultiplyOperator::Multiply, inner), (MultiplyOperator::Divide, outer)];
            Expression::Product(factors, Span::default())
        })
        .boxed()
}

fn region_of(code: &'static str) -> RegionExpression {
    region(code)
}

#[derive(Clone, Debug)]
enum Statuses {
    Default,
    Including(Vec<StatusName>),
    Only(Vec<StatusName>),
}

fn status(kind: StatusKind) -> StatusName {
    StatusName { kind, span: Span::default() }
}

fn statuses() -> impl Strategy<Value = Statuses> {
    use StatusKind::{Actual, Estimate, Projection, Provisional, Target};
    let names = |kinds: &[StatusKind]| kinds.iter().copied().map(status).collect::<Vec<_>>();
    let including = select(vec![names(&[Projection]), names(&[Projection, Target])]);
    let only = select(vec![names(&[Actual]), names(&[Provisional, Estimate]), names(&[Target])]);
    prop_oneof![
        8 => Just(Statuses::Default),
        3 => including.prop_map(Statuses::Including),
        1 => only.prop_map(Statuses::Only),
    ]
}

fn knowledge() -> impl Strategy<Value = Anchor> {
    prop_oneof![
        3 => day(2018..=2020).prop_map(|day| Anchor::Period(Period::day(day), Span::default())),
        1 => milestone(),
    ]
}

fn milestone() -> impl Strategy<Value = Anchor> {
    select(MILESTONES.to_vec()).prop_map(|text| Anchor::Name(name(text)))
}

/// A period that has a figure, or one near the figures.
fn period(world: &World) -> BoxedStrategy<Period> {
    let any = (frequency(), day(2016..=2020))
        .prop_map(|(frequency, day)| Period::containing(frequency, day).unwrap());
    let reported = world.facts.iter().filter(|fact| !fact.target);
    let mut stored: Vec<Period> = reported.map(|fact| fact.period).collect();
    stored.sort();
    stored.dedup();
    if stored.is_empty() {
        return any.boxed();
    }
    prop_oneof![4 => select(stored), 1 => any].boxed()
}

fn anchor(world: &World) -> BoxedStrategy<Anchor> {
    let period = period(world).prop_map(|period| Anchor::Period(period, Span::default())).boxed();
    let day = day(2016..=2020).prop_map(|day| Anchor::Period(Period::day(day), Span::default()));
    let named = prop_oneof![period.clone(), milestone()].boxed();
    let start = named.clone().prop_map(|inner| Anchor::StartOf(Box::new(inner), Span::default()));
    let end = named.prop_map(|inner| Anchor::EndOf(Box::new(inner), Span::default()));
    prop_oneof![
        8 => period,
        2 => day,
        3 => milestone(),
        2 => start,
        2 => end,
        1 => Just(Anchor::Latest(Span::default())),
        1 => Just(Anchor::First(Span::default())),
    ]
    .boxed()
}

/// A measure, with its `yoy`, and the clauses about time and goals that go with it.
fn sentence(world: &World) -> BoxedStrategy<(Option<(MeasureKind, bool)>, Clauses)> {
    use MeasureKind::{Cagr, Change, Gap, Growth, Index, Multiple, Pace, Progress};
    let between = select(vec![Change, Growth, Multiple, Index, Cagr, Pace]);
    let yearly = select(vec![Change, Growth, Multiple]);
    let goal = goal(world);
    let place = prop_oneof![Just(Clauses::default()), at(world)].boxed();
    let to = |clauses: Clauses, goal: Goal| Clauses { to: Some(clause(goal)), ..clauses };
    let aimed = (select(vec![Gap, Pace]), place.clone(), goal.clone())
        .prop_map(move |(kind, clauses, goal)| (Some((kind, false)), to(clauses, goal)));
    let way = (window(world), goal)
        .prop_map(move |(clauses, goal)| (Some((Progress, false)), to(clauses, goal)));
    prop_oneof![
        3 => place.clone().prop_map(|clauses| (None, clauses)),
        4 => with_steps(world, window(world)).prop_map(|clauses| (None, clauses)),
        8 => (between, with_steps(world, window(world))).prop_map(|(kind, c)| (Some((kind, false)), c)),
        2 => (yearly, place).prop_map(|(kind, clauses)| (Some((kind, true)), clauses)),
        2 => aimed,
        1 => way,
    ]
    .boxed()
}

fn at(world: &World) -> impl Strategy<Value = Clauses> + use<> {
    (weighted(0.2, Just(())), anchor(world)).prop_map(|(or_before, anchor)| Clauses {
        at: Some(clause(At { or_before: or_before.is_some(), anchor })),
        ..Clauses::default()
    })
}

/// Clauses that have a base.
fn window(world: &World) -> BoxedStrategy<Clauses> {
    let since = anchor(world)
        .prop_map(|since| Clauses { since: Some(clause(since)), ..Clauses::default() });
    let both = (anchor(world), anchor(world)).prop_map(in_order).prop_map(|(since, until)| {
        Clauses { since: Some(clause(since)), until: Some(clause(until)), ..Clauses::default() }
    });
    let between = (anchor(world), anchor(world))
        .prop_map(in_order)
        .prop_map(|ends| Clauses { between: Some(clause(ends)), ..Clauses::default() });
    let period = period(world).prop_map(|period| Anchor::Period(period, Span::default()));
    let during = prop_oneof![4 => period.boxed(), 1 => milestone().boxed()]
        .prop_map(|anchor| Clauses { during: Some(clause(anchor)), ..Clauses::default() });
    let over = (1..=3_u32, frequency()).prop_map(|(count, frequency)| Clauses {
        over_last: Some(clause(OverLast { count, frequency })),
        ..Clauses::default()
    });
    prop_oneof![2 => since, 2 => both, 2 => between, 2 => during, 1 => over].boxed()
}

/// Two anchors, the earlier one first where their order is plain.
fn in_order((left, right): (Anchor, Anchor)) -> (Anchor, Anchor) {
    fn close(anchor: &Anchor) -> Option<Date> {
        match anchor {
            Anchor::Period(period, _) => Some(period.last_day()),
            Anchor::First(_) => Some(Date::MIN),
            Anchor::Latest(_) => Some(Date::MAX),
            Anchor::StartOf(inner, _) | Anchor::EndOf(inner, _) => close(inner),
            Anchor::Name(_) => None,
        }
    }
    match (close(&left), close(&right)) {
        (Some(first), Some(last)) if last < first => (right, left),
        _ => (left, right),
    }
}

fn with_steps(
    world: &World,
    window: BoxedStrategy<Clauses>,
) -> impl Strategy<Value = Clauses> + use<> {
    let native = period(world).prop_map(|period| period.frequency().unwrap_or(Frequency::Year));
    let step = prop_oneof![native, frequency()];
    let count = prop_oneof![3 => Just(1), 1 => 2..=5_u32];
    (window, weighted(0.35, (count, step))).prop_map(|(clauses, step)| Clauses {
        by: step.map(|(count, frequency)| clause(vec![axis(count, frequency)])),
        ..clauses
    })
}

fn axis(count: u32, frequency: Frequency) -> Axis {
    Axis::Time { count, frequency, span: Span::default() }
}

fn goal(world: &World) -> BoxedStrategy<Goal> {
    let years = select(vec![2019_i16, 2022, 2025]);
    let year = years.prop_map(|year| Anchor::Period(Period::year(year).unwrap(), Span::default()));
    let target =
        weighted(0.7, year).prop_map(|at| Goal::Target { at, source: None, span: Span::default() });
    let quantity = (1..200_i128, select(vec!["%", "persons", "VND"])).prop_map(|(number, unit)| {
        Goal::Quantity(Quantity {
            number: Decimal::new(number, 0).unwrap(),
            magnitude: None,
            unit: Some(Word { text: unit.to_owned(), span: Span::default() }),
            span: Span::default(),
        })
    });
    let names: Vec<String> = world.indicators.iter().map(|i| i.name.clone()).collect();
    let other = (select(names), select(codes(world))).prop_map(|(text, code)| {
        let clauses = Clauses { regions: Some(clause(vec![region(code)])), ..Clauses::default() };
        let expression = Expression::Indicator(name(&text));
        Goal::Query(Box::new(sentence_of(None, expression, clauses)))
    });
    prop_oneof![3 => target, 2 => quantity, 1 => other].boxed()
}
