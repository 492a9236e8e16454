//! `where`: which rows of an answer stay.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use milepost_lang::Diagnostic;
use milepost_lang::ast::{
    Comparison as Operator, Condition, Expression, Name, Quantity, Query, ReducerKind,
};
use milepost_model::{Date, Number, Period, RegionId, Unit};

use crate::answer::{Answer, RegionLabel};
use crate::area::Area;
use crate::build::{Builder, Scope};
use crate::execute::Asked;
use crate::line::Line;
use crate::measure::{order, scaled};
use crate::{Result, diagnostics};

/// The word for the row's own value.
const VALUE: &str = "value";

/// What `value` stands for in a condition: the value of the row that is judged.
#[derive(Clone, Debug)]
pub(crate) struct RowValue {
    pub(crate) number: Rc<Cell<Option<Number>>>,
    pub(crate) unit: Option<Unit>,
}

impl RowValue {
    /// Whether an expression is the word `value`.
    pub(crate) fn is_meant_by(text: &str) -> bool {
        text.eq_ignore_ascii_case(VALUE)
    }
}

/// Keeps the rows for which the condition is true. A row where a figure is missing that decides
/// is not true and is counted in a note.
///
/// # Errors
///
/// What an expression of the condition is refused for; units that do not convert; a bare number
/// compared with a value that is shown in another unit than its own.
pub(crate) fn apply(
    answer: &mut Answer,
    builder: &mut Builder<'_>,
    query: &Query,
    asked: &Asked,
) -> Result<()> {
    let Some(clause) = &query.clauses.condition else { return Ok(()) };
    let labels = answer.rows.iter().map(|row| &row.region);
    let Some(judges) = Judges::new(builder, query, asked, labels)? else { return Ok(()) };
    let mut unknown = 0_usize;
    let mut kept = Vec::new();
    for row in std::mem::take(&mut answer.rows) {
        asked.watch.check()?;
        match judges.decide(&row.region, row.value, row.period) {
            Some(true) => kept.push(row),
            Some(false) => {}
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        let (rows, they) = if unknown == 1 { ("row is", "it") } else { ("rows are", "them") };
        let message = format!(
            "{unknown} {rows} left out because a figure that decides over {they} is missing"
        );
        answer.notes.push(Diagnostic::note("MP0817", clause.span, message));
    }
    if kept.is_empty() && unknown == 0 {
        answer.notes.push(Diagnostic::note("MP0817", clause.span, "no row fits the condition"));
    }
    answer.rows = kept.into();
    Ok(())
}

/// The unit of the answer's values.
pub(crate) fn value_unit(query: &Query, asked: &Asked) -> Option<Unit> {
    let counted = |kind| matches!(kind, ReducerKind::Count | ReducerKind::Rank);
    if query.reducers.iter().any(|reducer| counted(reducer.kind)) {
        return Some(Unit::pure());
    }
    asked.sentences.first().and_then(|sentence| sentence.unit.clone())
}

/// Where the figures of a row are read.
fn scope_of(builder: &Builder<'_>, asked: &Asked, label: &RegionLabel) -> Scope {
    if let Some(scope) = asked.position(label).and_then(|at| asked.places.get(at)) {
        return scope.clone();
    }
    let region: Option<RegionId> = builder.catalogue.region_with_uid(&label.uid);
    region.map_or_else(|| asked.scope.clone(), |region| asked.scope.within(Area::one(region)))
}

/// The condition of a sentence in each of its regions.
#[derive(Debug)]
pub(crate) struct Judges {
    value: RowValue,
    by_region: HashMap<String, Judge>,
}

impl Judges {
    /// Builds the condition in some regions; None where the sentence has no condition.
    pub(crate) fn new<'l>(
        builder: &mut Builder<'_>,
        query: &Query,
        asked: &Asked,
        regions: impl Iterator<Item = &'l RegionLabel>,
    ) -> Result<Option<Self>> {
        let Some(clause) = &query.clauses.condition else { return Ok(None) };
        let value = RowValue { number: Rc::new(Cell::new(None)), unit: value_unit(query, asked) };
        let mut by_region = HashMap::new();
        for region in regions {
            if !by_region.contains_key(&region.uid) {
                asked.watch.check()?;
                let scope = scope_of(builder, asked, region).judging(value.clone());
                let judge = Judge::new(builder, &clause.value, asked, &scope)?;
                by_region.insert(region.uid.clone(), judge);
            }
        }
        Ok(Some(Self { value, by_region }))
    }

    /// Whether the condition is true of a value in a region at a period; None where that depends
    /// on a missing figure.
    pub(crate) fn decide(
        &self,
        region: &RegionLabel,
        value: Option<Number>,
        period: Option<Period>,
    ) -> Option<bool> {
        self.value.number.set(value);
        self.by_region.get(&region.uid)?.decide(period)
    }
}

/// A condition over the figures of one region.
#[derive(Debug)]
enum Judge {
    Any(Vec<Judge>),
    All(Vec<Judge>),
    Not(Box<Judge>),
    Compare(Box<Sides>),
}

/// Two sides of a comparison.
#[derive(Debug)]
struct Sides {
    left: Line,
    operator: Operator,
    right: Line,
    /// Power of ten from the right unit to the left one.
    power: i8,
}

impl Judge {
    fn new(
        builder: &mut Builder<'_>,
        condition: &Condition,
        asked: &Asked,
        scope: &Scope,
    ) -> Result<Self> {
        let mut all = |conditions: &[Condition]| -> Result<Vec<Self>> {
            conditions.iter().map(|c| Self::new(builder, c, asked, scope)).collect()
        };
        match condition {
            Condition::Any(conditions) => Ok(Self::Any(all(conditions)?)),
            Condition::All(conditions) => Ok(Self::All(all(conditions)?)),
            Condition::Not(condition, _) => {
                Ok(Self::Not(Box::new(Self::new(builder, condition, asked, scope)?)))
            }
            Condition::Compare { left, operator, right, span } => {
                check_bare(left, right, asked)?;
                check_bare(right, left, asked)?;
                let bare = is_bare(left) || is_bare(right);
                let (left, right) = (builder.side(left, scope)?, builder.side(right, scope)?);
                let power = match (&left.unit, &right.unit) {
                    // A bare number is in the unit of what it is compared with.
                    _ if bare => 0,
                    (None, None) => 0,
                    (Some(unit), Some(other)) => other
                        .conversion_power_of_ten(unit)
                        .ok_or_else(|| diagnostics::different_units("where", unit, other, *span))?,
                    _ => return Err(diagnostics::undeclared_unit("where", [&left, &right], *span)),
                };
                Ok(Self::Compare(Box::new(Sides { left, operator: *operator, right, power })))
            }
        }
    }

    /// Whether the condition is true at the period of a row; None where that depends on a missing
    /// figure. A row without a period has nothing but its value.
    fn decide(&self, period: Option<Period>) -> Option<bool> {
        match self {
            Self::Any(judges) => decisive(judges, period, true),
            Self::All(judges) => decisive(judges, period, false),
            Self::Not(judge) => judge.decide(period).map(|truth| !truth),
            Self::Compare(sides) => {
                let Sides { left, operator, right, power } = sides.as_ref();
                let read = |line: &Line| {
                    let period = period.or(line.is_constant().then(|| Period::day(Date::MIN)))?;
                    Some(line.read(period).ok()?.value)
                };
                let left = read(left)?;
                let right = scaled(read(right)?, *power).ok()?;
                let order = order(left, right);
                Some(match operator {
                    Operator::Equal => order.is_eq(),
                    Operator::NotEqual => order.is_ne(),
                    Operator::Less => order.is_lt(),
                    Operator::LessOrEqual => order.is_le(),
                    Operator::Greater => order.is_gt(),
                    Operator::GreaterOrEqual => order.is_ge(),
                })
            }
        }
    }
}

/// The one truth that decides wherever it occurs; unknown, where it does not and another is.
fn decisive(judges: &[Judge], period: Option<Period>, truth: bool) -> Option<bool> {
    let mut unknown = false;
    for judge in judges {
        match judge.decide(period) {
            Some(found) if found == truth => return Some(truth),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(!truth) }
}

fn bare(expression: &Expression) -> Option<&Quantity> {
    match expression {
        Expression::Quantity(quantity) if quantity.unit.is_none() => Some(quantity),
        Expression::Negate(inner, _) => bare(inner),
        _ => None,
    }
}

fn is_bare(expression: &Expression) -> bool {
    bare(expression).is_some()
}

/// With `as UNIT` a bare number could be meant in the unit of the figures or in the one shown.
fn check_bare(side: &Expression, other: &Expression, asked: &Asked) -> Result<()> {
    let is_value = matches!(
        other,
        Expression::Indicator(Name::Literal { text, .. }) if RowValue::is_meant_by(text)
    );
    let (Some(quantity), true) = (bare(side), is_value) else { return Ok(()) };
    let Some(sentence) = asked.sentences.first().filter(|sentence| sentence.power != 0) else {
        return Ok(());
    };
    match &sentence.unit {
        Some(shown) if !quantity.number.is_zero() => {
            let own = shown.at_power_of_ten(shown.power_of_ten().saturating_add(sentence.power));
            Err(diagnostics::unclear_unit(&own, shown, quantity.span))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{answer, error, series};

    #[test]
    fn rows_that_fit_stay() {
        let text = "voluntary_si.participants in VN by year since 2016 until 2019 where value > 0.25 million";
        assert_eq!(series(text), ["2018 277000.00", "2019 574000.00"]);
        let text = "voluntary_si.participants in VN by year since 2016 until 2019 \
                    where value < 210 thousand persons or not value < 300000";
        assert_eq!(series(text), ["2016 203700.00", "2019 574000.00"]);
    }

    #[test]
    fn what_is_missing_is_not_true_and_neither_is_its_opposite() {
        for condition in ["labour_force > 0", "not labour_force > 0"] {
            let found = answer(&format!("si.participants in VN at 1995 where {condition}"));
            assert!(found.rows.is_empty());
            assert_eq!(found.notes.last().map(|note| note.code), Some("MP0817"));
        }
        let either = answer("si.participants in VN at 1995 where labour_force > 0 or value > 1");
        assert_eq!(either.rows.len(), 1);
    }

    #[test]
    fn units_must_be_clear() {
        let text = "si.participants in VN at 2024-06 as million persons where value > 18";
        assert!(error(text).contains("MP0514"));
        let text =
            "si.participants in VN at 2024-06 as million persons where value > 18 million persons";
        assert_eq!(answer(text).rows.len(), 1);
        assert!(error("si.participants in VN where value > 5%").contains("MP0501"));
    }
}
