//! `where`: which rows stay.

use std::cmp::Ordering;

use milepost::{Period, Unit};
use milepost_lang::ast::{Comparison, Condition, Expression, Query, ReducerKind};

use super::context::Context;
use super::evaluate::{Row, unit_of_values};
use super::facts::World;
use super::measure::Value;
use super::rational::Rational;
use super::series::{Refused, conversion, quantity, text};

/// The rows for which the condition of a query is true.
pub(crate) fn judged(world: &World, query: &Query, rows: Vec<Row>) -> Result<Vec<Row>, Refused> {
    let Some(clause) = &query.clauses.condition else { return Ok(rows) };
    let mut kept = Vec::new();
    for row in rows {
        let judge = Judge { world, query, row: &row };
        if judge.decide(&clause.value)? == Some(true) {
            kept.push(row);
        }
    }
    Ok(kept)
}

/// The row that is judged.
struct Judge<'j> {
    world: &'j World,
    query: &'j Query,
    row: &'j Row,
}

/// A side of a comparison: its unit, where it has one, and its figure, where there is one.
struct Side {
    unit: Option<Unit>,
    /// Whether it is a number without a unit, which fits any other side.
    bare: bool,
    value: Option<Value>,
}

impl Judge<'_> {
    /// Whether a condition is true; `None` where that depends on a figure that is missing.
    fn decide(&self, condition: &Condition) -> Result<Option<bool>, Refused> {
        Ok(match condition {
            Condition::Not(inner, _) => self.decide(inner)?.map(|truth| !truth),
            Condition::All(all) => self.any(all, false)?.map(|found| !found),
            Condition::Any(any) => self.any(any, true)?,
            Condition::Compare { left, operator, right, .. } => {
                self.compare(left, *operator, right)?
            }
        })
    }

    /// Whether one of the conditions has that truth.
    fn any(&self, conditions: &[Condition], truth: bool) -> Result<Option<bool>, Refused> {
        let all: Vec<Option<bool>> =
            conditions.iter().map(|one| self.decide(one)).collect::<Result<_, _>>()?;
        if all.contains(&Some(truth)) {
            return Ok(Some(true));
        }
        Ok(if all.contains(&None) { None } else { Some(false) })
    }

    fn compare(
        &self,
        left: &Expression,
        operator: Comparison,
        right: &Expression,
    ) -> Result<Option<bool>, Refused> {
        let (one, other) = (self.side(left)?, self.side(right)?);
        // In which unit a bare number is meant is not plain where `as` shows another one.
        let unclear = |side: &Side, value: &Expression| {
            let zero = matches!(side.value, Some(Value::Exact(number)) if number.is_zero());
            side.bare && !zero && is_value(value)
        };
        if (unclear(&one, right) || unclear(&other, left)) && self.is_shown_otherwise()? {
            return Err(Refused);
        }
        let factor = match (&one.unit, &other.unit) {
            _ if one.bare || other.bare => Rational::ONE,
            (None, None) => Rational::ONE,
            (Some(one), Some(other)) => conversion(other, one)?,
            _ => return Err(Refused),
        };
        let (Some(one), Some(other)) = (one.value, other.value) else { return Ok(None) };
        let other = match other {
            Value::Exact(other) => Value::Exact(other * factor),
            Value::Rounded(other) => Value::Rounded(other * factor.to_f64()),
        };
        let order = one.cmp(&other);
        Ok(Some(match operator {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::NotEqual => order != Ordering::Equal,
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterOrEqual => order != Ordering::Less,
        }))
    }

    fn side(&self, expression: &Expression) -> Result<Side, Refused> {
        if is_value(expression) {
            let value = self.row.value.as_ref().ok().copied();
            let counted = |kind| matches!(kind, ReducerKind::Count | ReducerKind::Rank);
            let unit = if self.query.reducers.iter().any(|reducer| counted(reducer.kind)) {
                Some(Unit::pure())
            } else {
                unit_of_values(self.world, self.query)?
            };
            return Ok(Side { unit, bare: false, value });
        }
        if let Expression::Quantity(written) = expression {
            let (number, unit) = quantity(written)?;
            let bare = written.unit.is_none();
            return Ok(Side { unit: Some(unit), bare, value: Some(Value::Exact(number)) });
        }
        let context = Context::of(self.world, self.query)?.remove(0);
        let context = Context { region: &self.world.region(&self.row.region).code, ..context };
        let figure = |period: Period| context.figure(expression, period).ok();
        let value = self.row.asked.and_then(figure).map(|figure| Value::Exact(figure.value));
        Ok(Side { unit: context.unit(expression)?, bare: false, value })
    }

    /// Whether `as` shows the values in another unit than their own.
    fn is_shown_otherwise(&self) -> Result<bool, Refused> {
        let mut plain = self.query.clone();
        plain.clauses.unit = None;
        let shown = unit_of_values(self.world, self.query)?;
        let own = unit_of_values(self.world, &plain)?;
        Ok(own.zip(shown).is_some_and(|(own, shown)| {
            conversion(&own, &shown).is_ok_and(|factor| factor != Rational::ONE)
        }))
    }
}

/// Whether an expression is the row's own value.
fn is_value(expression: &Expression) -> bool {
    matches!(expression, Expression::Indicator(name) if text(name) == "value")
}
