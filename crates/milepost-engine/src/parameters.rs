//! Values bound to the `$names` of a prepared query.

use std::collections::{BTreeMap, BTreeSet};

use milepost_lang::Span;
use milepost_lang::ast::{
    Anchor, At, Clause, Clauses, Condition, Expression, Goal, Name, Parameter, Quantity, Query,
    RegionExpression, Statement, UnitName,
};
use milepost_model::{Date, Decimal, Period};

use crate::Result;
use crate::diagnostics;

/// The value of a parameter. Where it stands decides what it may be: a text names an indicator,
/// a region, a milestone or a unit; a period or a date is an anchor; a number is a quantity, and
/// as an anchor the calendar year that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterValue {
    /// A name, a unit, or the text of a period.
    Text(String),
    /// A quantity without a unit.
    Number(Decimal),
    /// A place on the line of closes.
    Period(Period),
}

impl From<&str> for ParameterValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ParameterValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for ParameterValue {
    fn from(number: i64) -> Self {
        Self::Number(Decimal::from(number))
    }
}

impl From<Decimal> for ParameterValue {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<Period> for ParameterValue {
    fn from(period: Period) -> Self {
        Self::Period(period)
    }
}

impl From<Date> for ParameterValue {
    fn from(date: Date) -> Self {
        Self::Period(Period::day(date))
    }
}

/// Values by parameter name, without the `$`.
///
/// ```
/// use milepost_engine::Parameters;
///
/// let parameters = Parameters::new().with("where", "VN").with("when", 1995);
/// assert_eq!(parameters.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    values: BTreeMap<String, ParameterValue>,
}

impl Parameters {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more value; a value given twice is the last one.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<ParameterValue>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a value; a value given twice is the last one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<ParameterValue>) {
        self.values.insert(name.into(), value.into());
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// The statement with every parameter replaced by its value, so that nothing after this stage
/// meets one.
///
/// # Errors
///
/// A parameter without a value, a value that cannot stand where its parameter stands, a value
/// whose parameter the statement does not have.
pub(crate) fn bind(statement: &Statement, parameters: &Parameters) -> Result<Statement> {
    let mut binder = Binder { values: &parameters.values, used: BTreeSet::new() };
    let mut bound = statement.clone();
    match &mut bound {
        Statement::Query(query) | Statement::Explain(query) | Statement::Let { query, .. } => {
            binder.query(query)?;
        }
        Statement::Describe(name) => binder.name(name)?,
        Statement::List { .. } => {}
    }
    match parameters.values.keys().find(|name| !binder.used.contains(name.as_str())) {
        Some(unused) => Err(diagnostics::unused_parameter(unused)),
        None => Ok(bound),
    }
}

struct Binder<'p> {
    values: &'p BTreeMap<String, ParameterValue>,
    used: BTreeSet<&'p str>,
}

impl<'p> Binder<'p> {
    fn value(&mut self, parameter: &Parameter) -> Result<&'p ParameterValue> {
        let (name, value) = self
            .values
            .get_key_value(&parameter.name)
            .ok_or_else(|| diagnostics::unbound_parameter(parameter))?;
        self.used.insert(name);
        Ok(value)
    }

    fn query(&mut self, query: &mut Query) -> Result<()> {
        self.expression(&mut query.expression)?;
        self.clauses(&mut query.clauses)
    }

    fn clauses(&mut self, clauses: &mut Clauses) -> Result<()> {
        for region in value_mut(&mut clauses.regions).into_iter().flatten() {
            self.region(region)?;
        }
        let single = [
            &mut clauses.since,
            &mut clauses.until,
            &mut clauses.during,
            &mut clauses.as_of,
            &mut clauses.boundaries,
        ];
        for anchor in single.into_iter().filter_map(value_mut) {
            self.anchor(anchor)?;
        }
        if let Some((from, to)) = value_mut(&mut clauses.between) {
            self.anchor(from)?;
            self.anchor(to)?;
        }
        if let Some(At { anchor, .. }) = value_mut(&mut clauses.at) {
            self.anchor(anchor)?;
        }
        if let Some(expression) = value_mut(&mut clauses.percent_of) {
            self.expression(expression)?;
        }
        if let Some(unit) = value_mut(&mut clauses.unit) {
            self.unit(unit)?;
        }
        if let Some(goal) = value_mut(&mut clauses.to) {
            self.goal(goal)?;
        }
        match value_mut(&mut clauses.condition) {
            Some(condition) => self.condition(condition),
            None => Ok(()),
        }
    }

    fn region(&mut self, region: &mut RegionExpression) -> Result<()> {
        for name in region.names.iter_mut().chain(&mut region.except) {
            self.name(name)?;
        }
        Ok(())
    }

    fn name(&mut self, name: &mut Name) -> Result<()> {
        if let Name::Parameter(parameter) = name {
            let span = parameter.span;
            match self.value(parameter)? {
                ParameterValue::Text(text) => *name = Name::Literal { text: text.clone(), span },
                _ => return Err(diagnostics::parameter_type(parameter, "a name, given as text")),
            }
        }
        Ok(())
    }

    fn anchor(&mut self, anchor: &mut Anchor) -> Result<()> {
        match anchor {
            Anchor::StartOf(inner, _) | Anchor::EndOf(inner, _) => self.anchor(inner),
            Anchor::Name(Name::Parameter(parameter)) => {
                let value = self.value(parameter)?;
                *anchor = anchor_of(value, parameter.span).ok_or_else(|| {
                    diagnostics::parameter_type(parameter, "a period, a date or a milestone's name")
                })?;
                Ok(())
            }
            Anchor::Name(_) | Anchor::Period(..) | Anchor::Latest(_) | Anchor::First(_) => Ok(()),
        }
    }

    fn unit(&mut self, unit: &mut UnitName) -> Result<()> {
        if let UnitName::Parameter(parameter) = unit {
            let span = parameter.span;
            match self.value(parameter)? {
                ParameterValue::Text(text) => {
                    *unit = UnitName::Literal { text: text.clone(), span }
                }
                _ => return Err(diagnostics::parameter_type(parameter, "a unit, given as text")),
            }
        }
        Ok(())
    }

    fn goal(&mut self, goal: &mut Goal) -> Result<()> {
        match goal {
            Goal::Target { at: Some(anchor), .. } => self.anchor(anchor),
            Goal::Query(query) => self.query(query),
            Goal::Target { at: None, .. } | Goal::Parent(_) | Goal::Quantity(_) => Ok(()),
        }
    }

    fn condition(&mut self, condition: &mut Condition) -> Result<()> {
        match condition {
            Condition::Any(parts) | Condition::All(parts) => {
                parts.iter_mut().try_for_each(|part| self.condition(part))
            }
            Condition::Not(part, _) => self.condition(part),
            Condition::Compare { left, right, .. } => {
                self.expression(left)?;
                self.expression(right)
            }
        }
    }

    fn expression(&mut self, expression: &mut Expression) -> Result<()> {
        match expression {
            Expression::Sum(terms, _) => {
                terms.iter_mut().try_for_each(|(_, term)| self.expression(term))
            }
            Expression::Product(factors, _) => {
                factors.iter_mut().try_for_each(|(_, factor)| self.expression(factor))
            }
            Expression::Negate(inner, _) => self.expression(inner),
            Expression::Query(query) => self.query(query),
            Expression::Quantity(_) | Expression::Indicator(Name::Literal { .. }) => Ok(()),
            Expression::Indicator(Name::Parameter(parameter)) => {
                let span = parameter.span;
                *expression = match self.value(parameter)? {
                    ParameterValue::Text(text) => {
                        Expression::Indicator(Name::Literal { text: text.clone(), span })
                    }
                    ParameterValue::Number(number) => Expression::Quantity(Quantity {
                        number: *number,
                        magnitude: None,
                        unit: None,
                        span,
                    }),
                    ParameterValue::Period(_) => {
                        let fits = "an indicator's name or a number";
                        return Err(diagnostics::parameter_type(parameter, fits));
                    }
                };
                Ok(())
            }
        }
    }
}

fn value_mut<T>(clause: &mut Option<Clause<T>>) -> Option<&mut T> {
    clause.as_mut().map(|clause| &mut clause.value)
}

/// A text that reads as a period is that period, `latest` and `first` are themselves, any other
/// text is a milestone's name; an integer is a year.
fn anchor_of(value: &ParameterValue, span: Span) -> Option<Anchor> {
    Some(match value {
        ParameterValue::Period(period) => Anchor::Period(*period, span),
        ParameterValue::Number(number) => Anchor::Period(
            number.to_string().parse::<i16>().ok().and_then(|y| Period::year(y).ok())?,
            span,
        ),
        ParameterValue::Text(text) => match text.trim() {
            "latest" => Anchor::Latest(span),
            "first" => Anchor::First(span),
            other => match other.parse() {
                Ok(period) => Anchor::Period(period, span),
                Err(_) => Anchor::Name(Name::Literal { text: text.clone(), span }),
            },
        },
    })
}
