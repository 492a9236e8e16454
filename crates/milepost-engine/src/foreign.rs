//! Conditions on places and times, which SQL has and Since says with clauses.

use milepost_lang::Diagnostic;
use milepost_lang::ast::{Comparison, Condition, Expression, Name, Query};
use milepost_model::{Lookup, Period};

use crate::build::Builder;

/// Words of a column of places.
const PLACES: [&str; 6] = ["region", "province", "country", "place", "area", "location"];
/// Words of a column of times.
const TIMES: [&str; 4] = ["year", "period", "date", "time"];

/// What `where region = 'VN'` and `where year = 2019` should be, unless an indicator or a
/// name of the session is called so. With a fix where the condition is nothing else.
pub(crate) fn condition(builder: &Builder<'_>, query: &Query) -> Option<Box<Diagnostic>> {
    let clause = query.clauses.condition.as_ref()?;
    let known = |name: &str| {
        builder.catalogue.find_indicator(name) != Lookup::Unknown
            || builder.session.lookup(name, usize::MAX).is_some()
    };
    let (written, instead) = first(&known, &clause.value)?;
    let message = format!("Since says `{instead}` rather than `where {written}`");
    let diagnostic = Diagnostic::error("MP0123", clause.span, message)
        .with_label("Since says it otherwise")
        .with_help("places and times stand in clauses: `in VN at 2019`; `where` judges figures");
    let clauses = &query.clauses;
    let is_free = if instead.starts_with("in ") {
        clauses.regions.is_none()
    } else {
        clauses.at.is_none()
            && clauses.since.is_none()
            && clauses.until.is_none()
            && clauses.between.is_none()
            && clauses.during.is_none()
            && clauses.over_last.is_none()
    };
    let is_all = matches!(clause.value, Condition::Compare { .. });
    let fixed = diagnostic.clone().with_fix(clause.span, instead);
    Some(Box::new(if is_all && is_free { fixed } else { diagnostic }))
}

/// The first comparison of a place or a time, and the clause that says the same.
fn first(known: &dyn Fn(&str) -> bool, condition: &Condition) -> Option<(String, String)> {
    match condition {
        Condition::Any(all) | Condition::All(all) => all.iter().find_map(|c| first(known, c)),
        Condition::Not(inner, _) => first(known, inner),
        Condition::Compare { left: Expression::Indicator(name), operator, right, .. } => {
            let Name::Literal { text, .. } = name else { return None };
            let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
            if known(text) {
                return None;
            }
            let instead = match right {
                Expression::Indicator(place) if is(&PLACES) => format!("in {place}"),
                Expression::Quantity(year) if is(&TIMES) && year.unit.is_none() => {
                    let year: Period = year.number.to_string().parse().ok()?;
                    match operator {
                        Comparison::Equal => format!("at {year}"),
                        Comparison::Greater | Comparison::GreaterOrEqual => format!("since {year}"),
                        Comparison::Less | Comparison::LessOrEqual => format!("until {year}"),
                        Comparison::NotEqual => return None,
                    }
                }
                _ => return None,
            };
            Some((condition.to_string(), instead))
        }
        Condition::Compare { .. } => None,
    }
}
