//! The syntax tree of Since: what a text says, before any catalogue is asked.
//!
//! Names are kept as written. Chains of `+`/`-`, `*`//`/`, `and` and `or` are
//! flat lists, so a long chain makes a wide tree and never a deep one.

use milepost_model::{Decimal, Frequency, Period};

use crate::span::Span;

/// Statements separated by `;`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The statements, in the order in which they were written.
    pub statements: Vec<Statement>,
}

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// A question.
    Query(Query),
    /// `explain QUERY`: the question and how it is answered.
    Explain(Query),
    /// `let NAME = QUERY`: a name for the session.
    Let {
        /// The name given.
        name: Word,
        /// What it stands for.
        query: Query,
    },
    /// `list indicators like "…"`.
    List {
        /// What to list.
        what: Listing,
        /// Text that the name must contain, after folding.
        like: Option<Text>,
        /// The whole statement.
        span: Span,
    },
    /// `describe NAME`.
    Describe(Name),
}

/// What `list` can list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// The indicators of the catalogue.
    Indicators,
    /// The region versions of the catalogue.
    Regions,
    /// The milestones of the catalogue.
    Milestones,
    /// The units in use.
    Units,
}

/// A bare word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A quoted string with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What stands between the quotes.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// `$name`, bound when a prepared query runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name without `$`.
    pub name: String,
    /// Where it stands, `$` included.
    pub span: Span,
}

/// The name of a region, an indicator, a milestone, a target's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A run of bare words joined by single blanks, or a quoted string.
    Literal {
        /// The name; runs of blanks between bare words are one blank.
        text: String,
        /// Where it stands.
        span: Span,
    },
    /// `$name`.
    Parameter(Parameter),
}

/// A sentence: a noun phrase about series and the clauses that qualify it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// `top 5 of`, `max of`, ..., outermost first.
    pub reducers: Vec<Reducer>,
    /// `growth of`, at most one in a sentence.
    pub measure: Option<Measure>,
    /// `ytd of`, `rolling 12 month total of`, outermost first.
    pub transforms: Vec<Transform>,
    /// What is measured.
    pub expression: Expression,
    /// Everything that qualifies the sentence; boxed, for most queries nest few.
    pub clauses: Box<Clauses>,
    /// The sentence, without enclosing parentheses.
    pub span: Span,
}

/// A verb that acts on the rows of the answer along its last axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reducer {
    /// Which one.
    pub kind: ReducerKind,
    /// Where it stands.
    pub span: Span,
}

/// The reducers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReducerKind {
    /// `total of`
    Total,
    /// `mean of`
    Mean,
    /// `median of`
    Median,
    /// `min of`
    Min,
    /// `max of`
    Max,
    /// `first of`
    First,
    /// `last of`
    Last,
    /// `count of`
    Count,
    /// `rank of`
    Rank,
    /// `top N of`
    Top(u32),
    /// `bottom N of`
    Bottom(u32),
}

/// A comparison verb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Which one.
    pub kind: MeasureKind,
    /// `yoy` before `change`, `growth` or `multiple`.
    pub yoy: bool,
    /// Where it stands, `yoy` included.
    pub span: Span,
}

/// The measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MeasureKind {
    /// `change of`
    Change,
    /// `growth of`
    Growth,
    /// `multiple of`
    Multiple,
    /// `cagr of`
    Cagr,
    /// `pace of`
    Pace,
    /// `index of`
    Index,
    /// `share of`
    Share,
    /// `contribution of`
    Contribution,
    /// `gap of`
    Gap,
    /// `progress of`
    Progress,
    /// `revisions of`
    Revisions,
}

/// A transform of a series before it is cut in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transform {
    /// Which one.
    pub kind: TransformKind,
    /// Where it stands.
    pub span: Span,
}

/// The transforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransformKind {
    /// `ytd of`: the running total of the calendar year.
    Ytd,
    /// `rolling 12 month total of`.
    Rolling {
        /// Length of the window in periods.
        count: u32,
        /// The periods of the window.
        frequency: Frequency,
        /// Whether the window is totalled or averaged.
        aggregate: RollingAggregate,
    },
}

/// What a rolling window computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollingAggregate {
    /// `total`
    Total,
    /// `mean`
    Mean,
}

/// Arithmetic over indicators, quantities and sentences in parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `a + b - c`: two or more terms; the first operator is always `Add`.
    Sum(Vec<(AddOperator, Expression)>, Span),
    /// `a * b / c`: two or more factors; the first operator is always `Multiply`.
    Product(Vec<(MultiplyOperator, Expression)>, Span),
    /// `- a`
    Negate(Box<Expression>, Span),
    /// `20 million persons`
    Quantity(Quantity),
    /// `( … )`, a sentence of its own.
    Query(Box<Query>),
    /// An indicator or session name, bare or quoted.
    Indicator(Name),
}

/// `+` or `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
}

/// `*` or `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultiplyOperator {
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A number with an optional magnitude word and unit: `20 million persons`, `95%`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The number as written, before the magnitude word is applied.
    pub number: Decimal,
    /// `thousand` to `trillion`.
    pub magnitude: Option<Magnitude>,
    /// `%` or one word.
    pub unit: Option<Word>,
    /// Where it stands.
    pub span: Span,
}

/// The magnitude words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magnitude {
    /// 10^3
    Thousand,
    /// 10^6
    Million,
    /// 10^9
    Billion,
    /// 10^12
    Trillion,
}

/// The clauses of a sentence. Each stands at most once, so order is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clauses {
    /// `in REGION, REGION`
    pub regions: Option<Clause<Vec<RegionExpression>>>,
    /// `by AXIS, AXIS`
    pub by: Option<Clause<Vec<Axis>>>,
    /// `since ANCHOR`
    pub since: Option<Clause<Anchor>>,
    /// `until ANCHOR`
    pub until: Option<Clause<Anchor>>,
    /// `between ANCHOR and ANCHOR`
    pub between: Option<Clause<(Anchor, Anchor)>>,
    /// `during ANCHOR`
    pub during: Option<Clause<Anchor>>,
    /// `at [or before] ANCHOR`
    pub at: Option<Clause<At>>,
    /// `over last N years`
    pub over_last: Option<Clause<OverLast>>,
    /// `as of ANCHOR`: the knowledge date.
    pub as_of: Option<Clause<Anchor>>,
    /// `as % of EXPRESSION`
    pub percent_of: Option<Clause<Expression>>,
    /// `as UNIT`: the display unit.
    pub unit: Option<Clause<UnitName>>,
    /// `including STATUS, STATUS`
    pub including: Option<Clause<Vec<StatusName>>>,
    /// `only STATUS, STATUS`
    pub only: Option<Clause<Vec<StatusName>>>,
    /// `to GOAL`
    pub to: Option<Clause<Goal>>,
    /// `on boundaries ANCHOR`
    pub boundaries: Option<Clause<Anchor>>,
    /// `fill none|previous|linear`
    pub fill: Option<Clause<Fill>>,
    /// `complete` (no number: every member) or `complete 90%`.
    pub complete: Option<Clause<Option<Decimal>>>,
    /// `matched`
    pub matched: Option<Clause<()>>,
    /// `where CONDITION`
    pub condition: Option<Clause<Condition>>,
}

/// A clause with its place, keyword included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause<T> {
    /// What the clause says.
    pub value: T,
    /// Where it stands, from its first keyword to its last token.
    pub span: Span,
}

/// Names joined by `+`, less the names after `except`: one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionExpression {
    /// One or more names, added up.
    pub names: Vec<Name>,
    /// Names left out.
    pub except: Vec<Name>,
    /// Where it stands.
    pub span: Span,
}

/// An axis of `by`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Axis {
    /// `year`, `3 months`
    Time {
        /// How many periods a step has; 1 unless written.
        count: u32,
        /// The period.
        frequency: Frequency,
        /// Where it stands.
        span: Span,
    },
    /// A region level, or `status`, `source`, `vintage`.
    Word(Word),
}

/// A place on the line of closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// `1995`, `2024-H1`, `2018-05-23`. (A day is a date: the last figure on or before it.)
    Period(Period, Span),
    /// A milestone.
    Name(Name),
    /// `latest`
    Latest(Span),
    /// `first`
    First(Span),
    /// `start of ANCHOR`
    StartOf(Box<Anchor>, Span),
    /// `end of ANCHOR`
    EndOf(Box<Anchor>, Span),
}

/// `at ANCHOR`, `at or before ANCHOR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// Whether the last earlier figure will do.
    pub or_before: bool,
    /// The place.
    pub anchor: Anchor,
}

/// `over last N years`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverLast {
    /// How many.
    pub count: u32,
    /// Of what.
    pub frequency: Frequency,
}

/// What a gap, a pace or progress is measured against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// `2025 target "Resolution 28"`
    Target {
        /// The period or date of the target; without it the next one after the end.
        at: Option<Anchor>,
        /// Who set it.
        source: Option<Text>,
        /// Where it stands.
        span: Span,
    },
    /// `parent`: the nearest ancestor region that has a figure.
    Parent(Span),
    /// `95%`
    Quantity(Quantity),
    /// `( … )`
    Query(Box<Query>),
}

/// A status word of `including` and `only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusName {
    /// The status.
    pub kind: StatusKind,
    /// Where it stands.
    pub span: Span,
}

/// The statuses that the language knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatusKind {
    /// `actual`
    Actual,
    /// `provisional`
    Provisional,
    /// `estimate`
    Estimate,
    /// `projection`
    Projection,
    /// `target`
    Target,
}

/// A display unit: `%`, `million persons`, `VND / person`, or `$unit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitName {
    /// The unit's canonical text: words joined by single blanks, ` per ` written as `/`.
    Literal {
        /// The text, to be read by the unit algebra.
        text: String,
        /// Where it stands.
        span: Span,
    },
    /// `$name`.
    Parameter(Parameter),
}

/// How holes are filled, only when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Holes stay.
    None,
    /// The last earlier figure.
    Previous,
    /// Between the neighbours, in proportion to days.
    Linear,
}

/// A condition on rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Two or more alternatives.
    Any(Vec<Condition>),
    /// Two or more demands.
    All(Vec<Condition>),
    /// `not …`
    Not(Box<Condition>, Span),
    /// `value > 0`; the word `value` is the answer's own value.
    Compare {
        /// The left side.
        left: Expression,
        /// The comparison.
        operator: Comparison,
        /// The right side.
        right: Expression,
        /// Where it stands.
        span: Span,
    },
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
