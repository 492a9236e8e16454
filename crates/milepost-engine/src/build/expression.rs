//! Arithmetic: units are checked and converted, so that the line only computes.

use std::rc::Rc;

use milepost_lang::Span;
use milepost_lang::ast::{AddOperator, Expression, Magnitude, MultiplyOperator, Quantity};
use milepost_model::{Number, Unit};

use super::{Builder, Scope};
use crate::condition::RowValue;
use crate::line::{Factor, Line, Node, Term};
use crate::measure::scaled;
use crate::{Result, diagnostics, names};

impl Builder<'_> {
    /// The line of an expression in the region of the scope.
    pub(super) fn expression(&mut self, expression: &Expression, scope: &Scope) -> Result<Line> {
        match expression {
            Expression::Sum(terms, span) => {
                let mut lines = Vec::with_capacity(terms.len());
                for (operator, term) in terms {
                    let negative = *operator == AddOperator::Subtract;
                    lines.push((negative, self.expression(term, scope)?));
                }
                sum(lines, *span)
            }
            Expression::Product(factors, _) => {
                let mut lines = Vec::with_capacity(factors.len());
                for (operator, factor) in factors {
                    let divides = *operator == MultiplyOperator::Divide;
                    let line = self.expression(factor, scope)?;
                    lines.push(Factor { divides, line });
                }
                Ok(product(lines))
            }
            Expression::Negate(inner, _) => {
                let line = self.expression(inner, scope)?;
                let unit = line.unit.clone();
                Ok(Line::new(Node::Negate(Box::new(line)), unit))
            }
            Expression::Quantity(quantity) => {
                let (value, unit) = quantity_value(quantity)?;
                Ok(Line::new(Node::Quantity(value), Some(unit.unwrap_or_default())))
            }
            Expression::Query(query) => self.inner(query, scope),
            Expression::Indicator(name) => {
                let (text, span) = names::literal(name)?;
                if let Some(value) =
                    scope.row_value.as_ref().filter(|_| RowValue::is_meant_by(text))
                {
                    let node = Node::RowValue(Rc::clone(&value.number));
                    return Ok(Line::new(node, value.unit.clone()));
                }
                match self.session.lookup(text, scope.horizon) {
                    Some((horizon, query)) => {
                        self.trace.definition(text, &query);
                        let scope = Scope { horizon, ..scope.clone() };
                        self.inner(&query, &scope)
                            .map_err(|error| diagnostics::inside_definition(error, text, span))
                    }
                    None => self.indicator(text, span, scope),
                }
            }
        }
    }
}

/// `part as % of whole`.
pub(super) fn percent_of(part: Line, whole: Line, span: Span) -> Result<Line> {
    match (&part.unit, &whole.unit) {
        (Some(part), Some(whole)) if part.same_dimension(whole) => {}
        (Some(part), Some(whole)) => {
            return Err(diagnostics::different_units("as % of", part, whole, span));
        }
        _ => return Err(diagnostics::undeclared_unit("as % of", [&part, &whole], span)),
    }
    let factors =
        vec![Factor { divides: false, line: part }, Factor { divides: true, line: whole }];
    let mut line = product(factors);
    let unit = line.unit.clone().unwrap_or_default();
    if let (Node::Product(_, power), Some(shift)) =
        (&mut line.node, unit.conversion_power_of_ten(&Unit::percent()))
    {
        *power = power.saturating_add(shift);
    }
    line.unit = Some(Unit::percent());
    Ok(line)
}

/// A sum in the unit of its first term. As many percents subtracted as added make points.
fn sum(lines: Vec<(bool, Line)>, span: Span) -> Result<Line> {
    let first = lines.first().and_then(|(_, line)| line.unit.clone());
    // Where no unit is declared at all, numbers are added as they are.
    if lines.iter().any(|(_, line)| line.unit.is_some() != first.is_some()) {
        let lines = lines.iter().map(|(_, line)| line);
        return Err(diagnostics::undeclared_unit("+ or -", lines, span));
    }
    let mut terms = Vec::with_capacity(lines.len());
    let mut percents = 0_i64;
    for (negative, line) in lines {
        let power = match (&first, &line.unit) {
            (Some(first), Some(unit)) => unit
                .conversion_power_of_ten(first)
                .ok_or_else(|| diagnostics::different_units("+ or -", first, unit, span))?,
            _ => 0,
        };
        if line.unit.as_ref().is_some_and(Unit::is_percent) {
            percents += if negative { -1 } else { 1 };
        }
        terms.push(Term { negative, line, power });
    }
    let unit = if percents == 0 { first.map(|unit| unit.points()) } else { first };
    Ok(Line::new(Node::Sum(terms), unit))
}

/// A product in the composed unit, with percents taken as the numbers that they are: 39 % of
/// 52 million persons is counted in persons. A pure product keeps `%` where that is its scale.
fn product(factors: Vec<Factor>) -> Line {
    let mut raw = Some(Unit::pure());
    let mut from_percents = 0_i8;
    for factor in &factors {
        let unit = factor.line.unit.as_ref();
        raw = raw.zip(unit).map(
            |(all, unit)| {
                if factor.divides { all.divide(unit) } else { all.multiply(unit) }
            },
        );
        if let Some(unit) = unit.filter(|unit| unit.is_percent() || unit.is_points()) {
            let power = unit.power_of_ten();
            let power = if factor.divides { power.saturating_neg() } else { power };
            from_percents = from_percents.saturating_add(power);
        }
    }
    let unit = raw.as_ref().map(|raw| {
        if raw.is_percent() || raw.is_points() {
            raw.clone()
        } else if raw.is_pure() {
            Unit::pure()
        } else {
            raw.at_power_of_ten(raw.power_of_ten().saturating_sub(from_percents))
        }
    });
    let power = raw.zip(unit.as_ref()).and_then(|(raw, unit)| raw.conversion_power_of_ten(unit));
    Line::new(Node::Product(factors, power.unwrap_or(0)), unit)
}

/// The value of a quantity with its magnitude word applied, and its unit if it has one.
pub(super) fn quantity_value(quantity: &Quantity) -> Result<(Number, Option<Unit>)> {
    let power = match quantity.magnitude {
        None => 0,
        Some(Magnitude::Thousand) => 3,
        Some(Magnitude::Million) => 6,
        Some(Magnitude::Billion) => 9,
        Some(Magnitude::Trillion) => 12,
    };
    let value = scaled(Number::Exact(quantity.number), power)
        .map_err(|_| diagnostics::too_large(quantity.span))?;
    let unit = match &quantity.unit {
        None => None,
        Some(word) => Some(super::unit::parse(&word.text, word.span)?),
    };
    Ok((value, unit))
}
