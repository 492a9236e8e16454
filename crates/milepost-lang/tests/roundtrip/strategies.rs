//! Trees of every shape that a text can have.

use milepost_lang::Span;
use milepost_lang::ast::{
    AddOperator, Anchor, At, Axis, Clause, Clauses, Comparison, Condition, Expression, Fill, Goal,
    Listing, Magnitude, Measure, MeasureKind, MultiplyOperator, Name, OverLast, Parameter,
    Quantity, Query, Reducer, ReducerKind, RegionExpression, RollingAggregate, Script, Statement,
    StatusKind, StatusName, Text, Transform, TransformKind, UnitName, Word,
};
use milepost_model::{Date, Decimal, Frequency, Period};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Words, signs and values that meet in queries.
pub(crate) const VOCABULARY: &[&str] = &[
    "of",
    "in",
    "by",
    "on",
    "at",
    "as",
    "to",
    "since",
    "until",
    "between",
    "during",
    "over",
    "including",
    "only",
    "where",
    "fill",
    "complete",
    "matched",
    "except",
    "and",
    "or",
    "not",
    "before",
    "from",
    "per",
    "growth",
    "yoy",
    "cagr",
    "top",
    "5",
    "ytd",
    "rolling",
    "12",
    "month",
    "total",
    "show",
    "let",
    "list",
    "explain",
    "describe",
    "x",
    "VN",
    "start",
    "end",
    "latest",
    "first",
    "target",
    "parent",
    "boundaries",
    "last",
    "years",
    "2019",
    "2024-H1",
    "2024-13",
    "20,000",
    "$p",
    "\"a b\"",
    "'open",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "%",
    ",",
    ";",
    "=",
    "<",
    "million",
    "persons",
    "like",
    "units",
    "estimates",
    "linear",
    "like",
    "value",
    "sinse",
];

const S: Span = Span::new(0, 0);

fn free_word() -> impl Strategy<Value = String> {
    prop_oneof![
        select(
            [
                "x",
                "si.participants",
                "VN-49",
                "COVID-19",
                "Huế",
                "growth",
                "top",
                "show",
                "let",
                "latest",
                "target",
                "value",
                "start",
                "parent",
                "rolling",
                "yoy",
                "_a",
            ]
            .as_slice()
        )
        .prop_map(str::to_owned),
        "w[a-z0-9_]{0,5}([.-][a-z0-9]{1,3})?",
    ]
}

fn label() -> impl Strategy<Value = String> {
    prop_oneof![
        free_word(),
        vec(free_word(), 1..4).prop_map(|words| words.join(" ")),
        "[^\"\n]{0,12}",
        "[^'\n]{0,12}",
        Just("Resolution 28".to_owned()),
        Just("Isle of Man".to_owned()),
        Just("28-NQ/TW".to_owned()),
        Just("Decree 2018".to_owned()),
    ]
}

fn word() -> impl Strategy<Value = Word> {
    free_word().prop_map(|text| Word { text, span: S })
}

fn unit_word() -> impl Strategy<Value = String> {
    select(["persons", "VND", "pp", "m2"].as_slice()).prop_map(str::to_owned)
}

fn parameter() -> impl Strategy<Value = Parameter> {
    "[a-z0-9_]{1,6}".prop_map(|name| Parameter { name, span: S })
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        4 => label().prop_map(|text| Name::Literal { text, span: S }),
        1 => parameter().prop_map(Name::Parameter),
    ]
}

fn text() -> impl Strategy<Value = Text> {
    label().prop_map(|text| Text { text, span: S })
}

fn frequency() -> impl Strategy<Value = Frequency> {
    select(Frequency::ALL.as_slice())
}

fn number() -> impl Strategy<Value = Decimal> {
    (0_i64..10_000_000_000, 0_u8..6)
        .prop_map(|(mantissa, scale)| Decimal::new(i128::from(mantissa), scale).expect("small"))
}

fn period() -> impl Strategy<Value = Period> {
    let day = || {
        (1_i16..=9999, 1_u8..=12, 1_u8..=28)
            .prop_map(|(y, m, d)| Date::new(y, m, d).expect("a day that every month has"))
    };
    prop_oneof![
        (frequency(), day()).prop_map(|(f, day)| Period::containing(f, day).expect("in range")),
        (day(), day()).prop_map(|(a, b)| Period::span(a.min(b), a.max(b)).expect("in order")),
    ]
}

fn anchor() -> impl Strategy<Value = Anchor> {
    let leaf = prop_oneof![
        period().prop_map(|period| Anchor::Period(period, S)),
        name().prop_map(Anchor::Name),
        Just(Anchor::Latest(S)),
        Just(Anchor::First(S)),
    ];
    leaf.prop_recursive(3, 4, 1, |inner| {
        prop_oneof![
            inner.clone().prop_map(|anchor| Anchor::StartOf(Box::new(anchor), S)),
            inner.prop_map(|anchor| Anchor::EndOf(Box::new(anchor), S)),
        ]
    })
}

fn quantity() -> impl Strategy<Value = Quantity> {
    let magnitude = select(
        [Magnitude::Thousand, Magnitude::Million, Magnitude::Billion, Magnitude::Trillion]
            .as_slice(),
    );
    let unit = prop_oneof![Just("%".to_owned()), unit_word()];
    (number(), of(magnitude), of(unit)).prop_map(|(number, magnitude, unit)| Quantity {
        number,
        magnitude,
        unit: unit.map(|text| Word { text, span: S }),
        span: S,
    })
}

fn factor(query: BoxedStrategy<Query>) -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        4 => name().prop_map(Expression::Indicator),
        1 => quantity().prop_map(Expression::Quantity),
        2 => query.prop_map(|query| Expression::Query(Box::new(query))),
    ];
    leaf.prop_recursive(2, 3, 1, |inner| {
        inner.prop_map(|operand| Expression::Negate(Box::new(operand), S))
    })
}

/// Chains as the parser makes them: two or more operands, the first operator fixed.
fn expression(query: BoxedStrategy<Query>) -> BoxedStrategy<Expression> {
    let multiply = select([MultiplyOperator::Multiply, MultiplyOperator::Divide].as_slice());
    let add = select([AddOperator::Add, AddOperator::Subtract].as_slice());
    let factor = factor(query).boxed();
    let product = vec((multiply, factor.clone()), 2..4).prop_map(|mut factors| {
        factors[0].0 = MultiplyOperator::Multiply;
        Expression::Product(factors, S)
    });
    let term = prop_oneof![4 => factor, 1 => product].boxed();
    let sum = vec((add, term.clone()), 2..4).prop_map(|mut terms| {
        terms[0].0 = AddOperator::Add;
        Expression::Sum(terms, S)
    });
    prop_oneof![4 => term, 1 => sum].boxed()
}

fn condition(query: BoxedStrategy<Query>) -> impl Strategy<Value = Condition> {
    let operator = select(
        [
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ]
        .as_slice(),
    );
    let compare = (expression(query.clone()), operator, expression(query))
        .prop_map(|(left, operator, right)| Condition::Compare { left, operator, right, span: S });
    let test = compare
        .prop_recursive(2, 2, 1, |inner| inner.prop_map(|inner| Condition::Not(Box::new(inner), S)))
        .boxed();
    let all = vec(test.clone(), 2..4).prop_map(Condition::All);
    let conjunction = prop_oneof![2 => test, 1 => all].boxed();
    let any = vec(conjunction.clone(), 2..3).prop_map(Condition::Any);
    prop_oneof![2 => conjunction, 1 => any]
}

fn goal(query: BoxedStrategy<Query>) -> impl Strategy<Value = Goal> {
    prop_oneof![
        (of(anchor()), of(text())).prop_map(|(at, source)| Goal::Target { at, source, span: S }),
        Just(Goal::Parent(S)),
        quantity().prop_map(Goal::Quantity),
        query.prop_map(|query| Goal::Query(Box::new(query))),
        parameter().prop_map(|parameter| {
            let expression = Expression::Indicator(Name::Parameter(parameter));
            Goal::Query(Box::new(plain(expression)))
        }),
    ]
}

fn region() -> impl Strategy<Value = RegionExpression> {
    (vec(name(), 1..3), vec(name(), 0..3)).prop_map(|(names, except)| RegionExpression {
        names,
        except,
        span: S,
    })
}

fn axis() -> impl Strategy<Value = Axis> {
    let level = select(["province", "commune", "status", "source", "vintage"].as_slice());
    prop_oneof![
        (1_u32..20, frequency()).prop_map(|(count, frequency)| Axis::Time {
            count,
            frequency,
            span: S
        }),
        level.prop_map(|text| Axis::Word(Word { text: text.to_owned(), span: S })),
    ]
}

fn status() -> impl Strategy<Value = StatusName> {
    let kinds = [
        StatusKind::Actual,
        StatusKind::Provisional,
        StatusKind::Estimate,
        StatusKind::Projection,
        StatusKind::Target,
    ];
    select(kinds.to_vec()).prop_map(|kind| StatusName { kind, span: S })
}

fn unit() -> impl Strategy<Value = UnitName> {
    let numerator = prop_oneof![
        Just("%".to_owned()),
        vec(unit_word(), 1..3).prop_map(|words| words.join(" ")),
    ];
    prop_oneof![
        3 => (numerator, of(unit_word())).prop_map(|(numerator, denominator)| {
            let text = match denominator {
                Some(denominator) => format!("{numerator}/{denominator}"),
                None => numerator,
            };
            UnitName::Literal { text, span: S }
        }),
        1 => parameter().prop_map(UnitName::Parameter),
    ]
}

/// A clause one time in five, so that most sentences stay readable.
fn clause<T: std::fmt::Debug + Clone>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<Clause<T>>> {
    proptest::option::weighted(0.2, value.prop_map(|value| Clause { value, span: S }))
}

fn clauses(query: BoxedStrategy<Query>) -> impl Strategy<Value = Clauses> {
    let time = (
        clause(anchor()),
        clause(anchor()),
        clause((anchor(), anchor())),
        clause(anchor()),
        clause((any::<bool>(), anchor()).prop_map(|(or_before, anchor)| At { or_before, anchor })),
        clause(
            (1_u32..20, frequency()).prop_map(|(count, frequency)| OverLast { count, frequency }),
        ),
        clause(anchor()),
        clause(anchor()),
    );
    let rows = (
        clause(vec(region(), 1..3)),
        clause(vec(axis(), 1..3)),
        clause(vec(status(), 1..3)),
        clause(vec(status(), 1..3)),
        clause(select([Fill::None, Fill::Previous, Fill::Linear].as_slice())),
        clause(of(number())),
        clause(Just(())),
    );
    let values = (
        clause(expression(query.clone())),
        clause(unit()),
        clause(goal(query.clone())),
        clause(condition(query)),
    );
    (time, rows, values).prop_map(|(time, rows, values)| {
        let (since, until, between, during, at, over_last, as_of, boundaries) = time;
        let (regions, by, including, only, fill, complete, matched) = rows;
        let (percent_of, unit, to, condition) = values;
        Clauses {
            regions,
            by,
            since,
            until,
            between,
            during,
            at,
            over_last,
            as_of,
            percent_of,
            unit,
            including,
            only,
            to,
            boundaries,
            fill,
            complete,
            matched,
            condition,
        }
    })
}

fn reducer() -> impl Strategy<Value = Reducer> {
    let word = select(
        [
            ReducerKind::Total,
            ReducerKind::Mean,
            ReducerKind::Median,
            ReducerKind::Min,
            ReducerKind::Max,
            ReducerKind::First,
            ReducerKind::Last,
            ReducerKind::Count,
            ReducerKind::Rank,
        ]
        .as_slice(),
    );
    prop_oneof![
        2 => word,
        1 => (1_u32..100).prop_map(ReducerKind::Top),
        1 => (1_u32..100).prop_map(ReducerKind::Bottom),
    ]
    .prop_map(|kind| Reducer { kind, span: S })
}

fn measure() -> impl Strategy<Value = Measure> {
    let yoy = [MeasureKind::Change, MeasureKind::Growth, MeasureKind::Multiple];
    let plain = [
        MeasureKind::Change,
        MeasureKind::Growth,
        MeasureKind::Multiple,
        MeasureKind::Cagr,
        MeasureKind::Pace,
        MeasureKind::Index,
        MeasureKind::Share,
        MeasureKind::Contribution,
        MeasureKind::Gap,
        MeasureKind::Progress,
        MeasureKind::Revisions,
    ];
    prop_oneof![
        1 => select(yoy.to_vec()).prop_map(|kind| Measure { kind, yoy: true, span: S }),
        2 => select(plain.to_vec()).prop_map(|kind| Measure { kind, yoy: false, span: S }),
    ]
}

fn transform() -> impl Strategy<Value = Transform> {
    let aggregate = select([RollingAggregate::Total, RollingAggregate::Mean].as_slice());
    let rolling = (1_u32..50, frequency(), aggregate).prop_map(|(count, frequency, aggregate)| {
        TransformKind::Rolling { count, frequency, aggregate }
    });
    prop_oneof![Just(TransformKind::Ytd), rolling].prop_map(|kind| Transform { kind, span: S })
}

fn plain(expression: Expression) -> Query {
    Query {
        reducers: Vec::new(),
        measure: None,
        transforms: Vec::new(),
        expression,
        clauses: Box::default(),
        span: S,
    }
}

fn query() -> BoxedStrategy<Query> {
    let leaf = name().prop_map(|name| plain(Expression::Indicator(name))).boxed();
    leaf.prop_recursive(2, 12, 3, |inner| {
        (
            vec(reducer(), 0..3),
            of(measure()),
            vec(transform(), 0..2),
            expression(inner.clone()),
            clauses(inner),
        )
            .prop_map(|(reducers, measure, transforms, expression, clauses)| Query {
                reducers,
                measure,
                transforms,
                expression,
                clauses: Box::new(clauses),
                span: S,
            })
    })
    .boxed()
}

fn statement() -> impl Strategy<Value = Statement> {
    let what = select(
        [Listing::Indicators, Listing::Regions, Listing::Milestones, Listing::Units].as_slice(),
    );
    prop_oneof![
        6 => query().prop_map(Statement::Query),
        1 => query().prop_map(Statement::Explain),
        1 => (word(), query()).prop_map(|(name, query)| Statement::Let { name, query }),
        1 => (what, of(text())).prop_map(|(what, like)| Statement::List { what, like, span: S }),
        1 => name().prop_map(Statement::Describe),
    ]
}

/// Scripts of up to three statements.
pub(crate) fn script() -> impl Strategy<Value = Script> {
    vec(statement(), 0..3).prop_map(|statements| Script { statements })
}
