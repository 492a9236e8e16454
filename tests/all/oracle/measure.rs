//! The formulas: what two or three figures make.

use std::cmp::Ordering;

use milepost::{Period, Unit};
use milepost_lang::ast::MeasureKind;

use super::rational::Rational;
use super::series::{Figure, Missing};
use super::time::years;

/// The value of a row: exact as long as no root is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Exact(Rational),
    Rounded(f64),
}

impl Value {
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Self::Exact(value) => value.to_f64(),
            Self::Rounded(value) => value,
        }
    }

    /// Whether the two are equal, but for what rounding may have left.
    pub(crate) fn is_as_good_as(self, other: Self) -> bool {
        if let (Self::Exact(one), Self::Exact(other)) = (self, other) {
            return one == other;
        }
        let (one, other) = (self.to_f64(), other.to_f64());
        (one - other).abs() <= 1e-12 * one.abs().max(other.abs())
    }

    /// The value, where finitely many digits write it.
    pub(crate) fn decimal(self) -> Option<Rational> {
        match self {
            Self::Exact(value) => Some(value).filter(|value| value.is_decimal()),
            Self::Rounded(_) => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Exact(one), Self::Exact(other)) => one.cmp(other),
            (one, other) => one.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

/// A figure and the period that it belongs to.
pub(crate) type At = (Period, Figure);

const HUNDRED: i32 = 100;

/// A measure between a base and an end.
pub(crate) fn between(kind: MeasureKind, base: At, end: At) -> Result<Value, Missing> {
    let (x0, x1) = (base.1.value, end.1.value);
    let n = years(base.0.last_day(), end.0.last_day());
    let positive_base = || if x0 > Rational::ZERO { Ok(()) } else { Err(Missing::Undefined) };
    match kind {
        MeasureKind::Change => Ok(Value::Exact(x1 - x0)),
        MeasureKind::Growth => {
            positive_base()?;
            if x1.is_negative() {
                return Err(Missing::Undefined);
            }
            Ok(Value::Exact((x1 / x0 - Rational::ONE) * Rational::from(HUNDRED)))
        }
        MeasureKind::Multiple => {
            positive_base()?;
            Ok(Value::Exact(x1 / x0))
        }
        MeasureKind::Index => {
            positive_base()?;
            Ok(Value::Exact(x1 / x0 * Rational::from(HUNDRED)))
        }
        MeasureKind::Pace => (x1 - x0).over(n).map(Value::Exact).ok_or(Missing::Undefined),
        MeasureKind::Cagr => {
            positive_base()?;
            if x1 <= Rational::ZERO || n.is_zero() {
                return Err(Missing::Undefined);
            }
            let root = (x1 / x0).to_f64().powf(1.0 / n.to_f64());
            Ok(Value::Rounded((root - 1.0) * f64::from(HUNDRED)))
        }
        _ => Err(Missing::NoData),
    }
}

/// The size of the numbers whose difference a measure is, in its own unit: of rounded ones that are
/// close to each other the last digits are lost.
pub(crate) fn size(kind: MeasureKind, base: Option<At>, end: At, goal: Option<At>) -> f64 {
    let number = |at: At| at.1.value.to_f64().abs();
    let both = |one: At, other: At| number(one) + number(other);
    let apart = |one: At, other: At| years(one.0.last_day(), other.0.last_day()).to_f64();
    let hundred = f64::from(HUNDRED);
    let size = match (kind, base, goal) {
        (MeasureKind::Change, Some(base), _) => both(base, end),
        (MeasureKind::Growth, Some(base), _) => hundred * both(base, end) / number(base),
        (MeasureKind::Gap, _, Some(goal)) => both(end, goal),
        (MeasureKind::Pace, None, Some(goal)) => both(end, goal) / apart(end, goal),
        (MeasureKind::Pace, Some(base), _) => both(base, end) / apart(base, end),
        (MeasureKind::Progress, Some(base), Some(goal)) => {
            let (x0, x1) = (base.1.value.to_f64(), end.1.value.to_f64());
            let way = (goal.1.value.to_f64() - x0).abs();
            let lost = both(base, end) + (x1 - x0).abs() * both(base, goal) / way;
            hundred * lost / way
        }
        _ => 0.0,
    };
    if size.is_finite() { size } else { 0.0 }
}

/// How far it is to the goal.
pub(crate) fn gap(end: Figure, goal: Figure) -> Value {
    Value::Exact(goal.value - end.value)
}

/// The yearly change that is still required; undefined once the goal's date has passed.
pub(crate) fn required(end: At, goal: At) -> Result<Value, Missing> {
    let left = years(end.0.last_day(), goal.0.last_day());
    if left <= Rational::ZERO {
        return Err(Missing::Undefined);
    }
    (goal.1.value - end.1.value).over(left).map(Value::Exact).ok_or(Missing::Undefined)
}

/// The part of the way to the goal that is covered, in percent.
pub(crate) fn progress(base: Figure, end: Figure, goal: Figure) -> Result<Value, Missing> {
    let way = goal.value - base.value;
    let done = (end.value - base.value).over(way).ok_or(Missing::Undefined)?;
    Ok(Value::Exact(done * Rational::from(HUNDRED)))
}

/// The unit of a measure of figures in `unit`; `base` is what an index starts from.
pub(crate) fn unit(kind: MeasureKind, unit: Option<&Unit>, base: Option<Period>) -> String {
    let points = unit.map(Unit::points);
    match kind {
        MeasureKind::Growth if points.as_ref().is_some_and(Unit::is_points) => {
            "relative %".to_owned()
        }
        MeasureKind::Growth | MeasureKind::Progress => "%".to_owned(),
        MeasureKind::Cagr => "%/year".to_owned(),
        MeasureKind::Multiple => "times".to_owned(),
        MeasureKind::Index => base.map(|base| format!("{base} = 100")).unwrap_or_default(),
        MeasureKind::Pace => {
            let yearly = |unit: Unit| unit.divide(&"years".parse().expect("a unit")).to_string();
            points.map(yearly).unwrap_or_default()
        }
        _ => points.map(|unit| unit.to_string()).unwrap_or_default(),
    }
}
