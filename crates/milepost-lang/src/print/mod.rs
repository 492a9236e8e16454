//! The canonical text of a tree: `parse(print(tree)) == tree` for every tree that a text has.
//! Clauses are printed in one fixed order, names bare where they may be.

mod clauses;
mod name;

use std::fmt::{self, Display, Formatter};

use self::name::{indicator, quoted};
use crate::ast::{
    AddOperator, Comparison, Condition, Expression, Measure, MultiplyOperator, Name, Parameter,
    Quantity, Query, Reducer, ReducerKind, RollingAggregate, Script, Statement, Transform,
    TransformKind,
};
use crate::words::{self, FREQUENCIES, LISTINGS, MAGNITUDES, MEASURES, REDUCERS};

impl Display for Script {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        joined(f, &self.statements, "; ")
    }
}

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(query) => query.fmt(f),
            Self::Explain(query) => write!(f, "explain {query}"),
            Self::Let { name, query } => write!(f, "let {} = {query}", name.text),
            Self::List { what, like, .. } => {
                write!(f, "list {}", words::word_of(&LISTINGS, what))?;
                match like {
                    Some(like) => write!(f, " like {}", quoted(&like.text)),
                    None => Ok(()),
                }
            }
            Self::Describe(name) => write!(f, "describe {name}"),
        }
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for reducer in &self.reducers {
            write!(f, "{reducer} ")?;
        }
        if let Some(measure) = &self.measure {
            write!(f, "{measure} ")?;
        }
        for transform in &self.transforms {
            write!(f, "{transform} ")?;
        }
        write!(f, "{}{}", self.expression, self.clauses)
    }
}

impl Display for Reducer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ReducerKind::Top(count) => write!(f, "top {count} of"),
            ReducerKind::Bottom(count) => write!(f, "bottom {count} of"),
            kind => f.write_str(words::word_of(&REDUCERS, kind)),
        }
    }
}

impl Display for Measure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let yoy = if self.yoy { "yoy " } else { "" };
        write!(f, "{yoy}{}", words::word_of(&MEASURES, &self.kind))
    }
}

impl Display for Transform {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            TransformKind::Ytd => f.write_str("ytd of"),
            TransformKind::Rolling { count, frequency, aggregate } => {
                let aggregate = match aggregate {
                    RollingAggregate::Total => "total",
                    RollingAggregate::Mean => "mean",
                };
                let frequency = words::word_of(&FREQUENCIES, frequency);
                write!(f, "rolling {count} {frequency} {aggregate} of")
            }
        }
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sum(terms, _) => chain(f, terms, |operator| match operator {
                AddOperator::Add => " + ",
                AddOperator::Subtract => " - ",
            }),
            Self::Product(factors, _) => chain(f, factors, |operator| match operator {
                MultiplyOperator::Multiply => " * ",
                MultiplyOperator::Divide => " / ",
            }),
            Self::Negate(operand, _) => write!(f, "-{operand}"),
            Self::Quantity(quantity) => quantity.fmt(f),
            Self::Query(query) => write!(f, "({query})"),
            Self::Indicator(Name::Literal { text, .. }) => f.write_str(&indicator(text)),
            Self::Indicator(Name::Parameter(parameter)) => parameter.fmt(f),
        }
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)?;
        if let Some(magnitude) = &self.magnitude {
            write!(f, " {}", words::word_of(&MAGNITUDES, magnitude))?;
        }
        match &self.unit {
            Some(unit) if unit.text == "%" && self.magnitude.is_none() => f.write_str("%"),
            Some(unit) => write!(f, " {}", unit.text),
            None => Ok(()),
        }
    }
}

impl Display for Parameter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.name)
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(conditions) => joined(f, conditions, " or "),
            Self::All(conditions) => joined(f, conditions, " and "),
            Self::Not(condition, _) => write!(f, "not {condition}"),
            Self::Compare { left, operator, right, .. } => write!(f, "{left} {operator} {right}"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

/// A flat chain: the first operand bare, the others after their operators.
fn chain<O>(
    f: &mut Formatter<'_>,
    operands: &[(O, Expression)],
    sign: fn(&O) -> &'static str,
) -> fmt::Result {
    for (index, (operator, operand)) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(sign(operator))?;
        }
        operand.fmt(f)?;
    }
    Ok(())
}

/// Items with a separator between them.
fn joined<T: Display>(f: &mut Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
