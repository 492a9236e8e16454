//! The unit of a result and the one it is shown in.

use milepost_lang::Span;
use milepost_lang::ast::{MeasureKind, Query, UnitName};
use milepost_model::Unit;

use crate::line::Line;
use crate::{Result, diagnostics};

/// The unit of a measure over figures in a unit; None where the figures' unit is not declared and
/// the measure keeps it.
pub(super) fn result_unit(measure: Option<MeasureKind>, unit: Option<&Unit>) -> Option<Unit> {
    let year = || "year".parse::<Unit>().unwrap_or_default();
    match measure {
        None | Some(MeasureKind::Revisions) => unit.cloned(),
        Some(MeasureKind::Change | MeasureKind::Gap) => unit.map(Unit::points),
        Some(MeasureKind::Pace) => unit.map(|unit| unit.points().divide(&year())),
        Some(MeasureKind::Cagr) => Some(Unit::percent().divide(&year())),
        Some(MeasureKind::Multiple | MeasureKind::Index) => Some(Unit::pure()),
        Some(MeasureKind::Contribution) => Some(Unit::percentage_points()),
        Some(MeasureKind::Growth | MeasureKind::Progress | MeasureKind::Share) => {
            Some(Unit::percent())
        }
    }
}

/// The unit of `as UNIT` and the power of ten that leads to it.
pub(super) fn converted(
    unit: Option<Unit>,
    line: &Line,
    query: &Query,
) -> Result<(Option<Unit>, i8)> {
    let Some(clause) = &query.clauses.unit else { return Ok((unit, 0)) };
    let wanted = match &clause.value {
        UnitName::Literal { text, span } => parse(text, *span)?,
        UnitName::Parameter(parameter) => {
            return Err(diagnostics::unbound_parameter(parameter));
        }
    };
    let unit = unit.ok_or_else(|| diagnostics::undeclared_unit("as", [line], clause.span))?;
    let scaled_measure = !matches!(
        query.measure.as_ref().map(|measure| measure.kind),
        Some(MeasureKind::Multiple | MeasureKind::Index)
    );
    match unit.conversion_power_of_ten(&wanted) {
        // Points stay points: `as %` of a difference of percents changes nothing.
        Some(0) if unit.is_points() => Ok((Some(unit), 0)),
        Some(power) if scaled_measure => Ok((Some(wanted), power)),
        _ => Err(diagnostics::different_units("as", &unit, &wanted, clause.span)),
    }
}

/// A unit of the query.
pub(super) fn parse(text: &str, span: Span) -> Result<Unit> {
    text.parse().map_err(|error: milepost_model::UnitError| {
        diagnostics::not_a_unit(span, &error.to_string())
    })
}

/// How the unit of a row is written. `base` is the label of the base period of an index.
pub(crate) fn display_unit(
    measure: Option<MeasureKind>,
    line: Option<&Unit>,
    unit: Option<&Unit>,
    base: Option<String>,
) -> String {
    let of_percents = line.is_some_and(|line| line.is_percent() || line.is_points());
    match measure {
        Some(MeasureKind::Growth) if of_percents => "relative %".to_owned(),
        Some(MeasureKind::Multiple) => "times".to_owned(),
        Some(MeasureKind::Index) => {
            base.map_or_else(|| "index".to_owned(), |base| format!("{base} = 100"))
        }
        _ => unit.map(ToString::to_string).unwrap_or_default(),
    }
}
