//! What is computed from the figures of a row.

use milepost_model::{Number, Period};

use super::bits::Bits;
use super::column::Column;
use crate::answer::{MissingReason, Reading};
use crate::area::Area;
use crate::build::Scope;
use crate::line::{self, Line, Node, Series};

/// An indicator, or a sum or a product of indicators and quantities.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Leaf,
    /// Each with its sign and the power of ten to the unit of the sum.
    Sum(Vec<(bool, i8, Operand)>),
    /// Each with whether it divides; the power of ten to the unit of the product.
    Product(Vec<(bool, Operand)>, i8),
}

/// One side of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    /// An indicator, by number.
    Leaf(usize),
    Quantity(Number),
}

impl Expression {
    /// What a line computes, with its indicators; None where it is made of anything else, or of
    /// figures of other regions than that of its row.
    pub(super) fn of<'l>(line: &'l Line, scope: &Scope) -> Option<(Self, Vec<&'l Series>)> {
        let area = scope.area.as_ref()?;
        let mut leaves = Vec::new();
        let expression = match &line.node {
            Node::Series(_) => {
                operand(line, area, &mut leaves)?;
                Self::Leaf
            }
            Node::Sum(terms) => {
                let term = |term: &'l line::Term| {
                    Some((term.negative, term.power, operand(&term.line, area, &mut leaves)?))
                };
                Self::Sum(terms.iter().map(term).collect::<Option<_>>()?)
            }
            Node::Product(factors, power) => {
                let factor = |factor: &'l line::Factor| {
                    Some((factor.divides, operand(&factor.line, area, &mut leaves)?))
                };
                Self::Product(factors.iter().map(factor).collect::<Option<_>>()?, *power)
            }
            _ => return None,
        };
        (!leaves.is_empty()).then_some((expression, leaves))
    }

    /// The value at a period, given that of each indicator.
    ///
    /// # Errors
    ///
    /// The reason of the first that has none.
    pub(super) fn read(
        &self,
        period: Period,
        leaf: impl Fn(usize) -> Result<Reading, MissingReason>,
    ) -> Result<Reading, MissingReason> {
        let read = |operand: &Operand| match operand {
            Operand::Leaf(number) => leaf(*number),
            Operand::Quantity(value) => Ok(line::quantity(period, *value)),
        };
        match self {
            Self::Leaf => leaf(0),
            Self::Sum(terms) => {
                let readings = terms.iter().map(|(.., operand)| read(operand));
                let readings = readings.collect::<Result<Vec<_>, _>>()?;
                line::sum(period, terms.iter().map(|(sign, power, _)| (*sign, *power)), &readings)
            }
            Self::Product(factors, power) => {
                let readings = factors.iter().map(|(_, operand)| read(operand));
                let readings = readings.collect::<Result<Vec<_>, _>>()?;
                line::product(
                    period,
                    factors.iter().map(|(divides, _)| *divides),
                    *power,
                    &readings,
                )
            }
        }
    }

    /// The indicators that are divided by, without which there is no value where they are zero.
    pub(super) fn divisors(&self) -> impl Iterator<Item = usize> {
        let factors = match self {
            Self::Product(factors, _) => factors.as_slice(),
            _ => &[],
        };
        factors.iter().filter_map(|factor| match factor {
            (true, Operand::Leaf(number)) => Some(*number),
            _ => None,
        })
    }

    /// Rows that have a value, given the figures of each indicator.
    pub(super) fn defined<'c>(
        &self,
        rows: usize,
        columns: impl Fn(usize) -> Option<&'c Column>,
    ) -> Bits {
        let mut all = (0..).map_while(&columns);
        let first = all.next().map_or(&[][..], Column::known);
        let mut defined = Bits::from_words(first, rows);
        all.for_each(|column| defined.keep(column.known()));
        for divisor in self.divisors().filter_map(&columns) {
            defined.retain(|row| divisor.mantissa(row) != Some(0));
        }
        defined
    }

    /// Numerator and denominator, where the expression is the quotient of two indicators as it is.
    pub(super) fn quotient(&self) -> Option<(usize, usize)> {
        match self {
            Self::Product(factors, 0) => match factors.as_slice() {
                [(false, Operand::Leaf(above)), (true, Operand::Leaf(below))] => {
                    Some((*above, *below))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn operand<'l>(line: &'l Line, area: &Area, leaves: &mut Vec<&'l Series>) -> Option<Operand> {
    match &line.node {
        Node::Quantity(value) if !value.is_zero() => Some(Operand::Quantity(*value)),
        Node::Series(series) if series.declared.area == *area => {
            leaves.push(series);
            Some(Operand::Leaf(leaves.len() - 1))
        }
        _ => None,
    }
}
