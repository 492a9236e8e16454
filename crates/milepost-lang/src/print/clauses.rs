//! Clauses in their canonical order, and what they hold.

use std::fmt::{self, Display, Formatter};

use super::joined;
use super::name::quoted;
use crate::ast::{
    Anchor, At, Axis, Clause, Clauses, Expression, Goal, Name, OverLast, RegionExpression,
    StatusName, UnitName,
};
use crate::words::{self, FILLS, FREQUENCIES, STATUSES};

impl Display for Clauses {
    /// Every clause with a blank before it.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, " in ", self.regions.as_ref())?;
        one(f, " on boundaries ", self.boundaries.as_ref())?;
        list(f, " by ", self.by.as_ref())?;
        one(f, " since ", self.since.as_ref())?;
        one(f, " until ", self.until.as_ref())?;
        if let Some(Clause { value: (from, to), .. }) = &self.between {
            write!(f, " between {from} and {to}")?;
        }
        one(f, " during ", self.during.as_ref())?;
        one(f, " at ", self.at.as_ref())?;
        one(f, " over last ", self.over_last.as_ref())?;
        one(f, " to ", self.to.as_ref())?;
        one(f, " as of ", self.as_of.as_ref())?;
        list(f, " including ", self.including.as_ref())?;
        list(f, " only ", self.only.as_ref())?;
        match &self.complete {
            Some(Clause { value: Some(percent), .. }) => write!(f, " complete {percent}%")?,
            Some(_) => f.write_str(" complete")?,
            None => {}
        }
        if self.matched.is_some() {
            f.write_str(" matched")?;
        }
        if let Some(fill) = &self.fill {
            write!(f, " fill {}", words::word_of(&FILLS, &fill.value))?;
        }
        one(f, " as % of ", self.percent_of.as_ref())?;
        one(f, " where ", self.condition.as_ref())?;
        one(f, " as ", self.unit.as_ref())
    }
}

fn one<T: Display>(
    f: &mut Formatter<'_>,
    keyword: &str,
    clause: Option<&Clause<T>>,
) -> fmt::Result {
    clause.map_or(Ok(()), |clause| write!(f, "{keyword}{}", clause.value))
}

fn list<T: Display>(
    f: &mut Formatter<'_>,
    keyword: &str,
    clause: Option<&Clause<Vec<T>>>,
) -> fmt::Result {
    let Some(clause) = clause else { return Ok(()) };
    f.write_str(keyword)?;
    joined(f, &clause.value, ", ")
}

impl Display for RegionExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        joined(f, &self.names, " + ")?;
        if self.except.is_empty() {
            return Ok(());
        }
        f.write_str(" except ")?;
        joined(f, &self.except, " + ")
    }
}

impl Display for Axis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time { count: 1, frequency, .. } => {
                f.write_str(words::word_of(&FREQUENCIES, frequency))
            }
            Self::Time { count, frequency, .. } => {
                write!(f, "{count} {}", plural(words::word_of(&FREQUENCIES, frequency)))
            }
            Self::Word(word) => f.write_str(&word.text),
        }
    }
}

fn plural(frequency: &str) -> String {
    if frequency == "half" { "halves".to_owned() } else { format!("{frequency}s") }
}

impl Display for Anchor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period, _) => period.fmt(f),
            Self::Name(name) => name.fmt(f),
            Self::Latest(_) => f.write_str("latest"),
            Self::First(_) => f.write_str("first"),
            Self::StartOf(anchor, _) => write!(f, "start of {anchor}"),
            Self::EndOf(anchor, _) => write!(f, "end of {anchor}"),
        }
    }
}

impl Display for At {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let or_before = if self.or_before { "or before " } else { "" };
        write!(f, "{or_before}{}", self.anchor)
    }
}

impl Display for OverLast {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, plural(words::word_of(&FREQUENCIES, &self.frequency)))
    }
}

impl Display for Goal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target { at, source, .. } => {
                if let Some(at) = at {
                    write!(f, "{at} ")?;
                }
                f.write_str("target")?;
                match source {
                    Some(source) => write!(f, " {}", quoted(&source.text)),
                    None => Ok(()),
                }
            }
            Self::Parent(_) => f.write_str("parent"),
            Self::Quantity(quantity) => quantity.fmt(f),
            Self::Query(query) => match &query.expression {
                Expression::Indicator(name @ Name::Parameter(_))
                    if query.reducers.is_empty()
                        && query.measure.is_none()
                        && query.transforms.is_empty()
                        && *query.clauses == Clauses::default() =>
                {
                    name.fmt(f)
                }
                _ => write!(f, "({query})"),
            },
        }
    }
}

impl Display for StatusName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(words::word_of(&STATUSES, &self.kind))
    }
}

impl Display for UnitName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal { text, .. } => f.write_str(text),
            Self::Parameter(parameter) => parameter.fmt(f),
        }
    }
}
