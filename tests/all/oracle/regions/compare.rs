//! The engine's answer beside the oracle's.

use milepost::{Answer, Error, MissingReason, Period, Snapshot};

use super::answer::{Row, answer};
use super::map::Refusal;
use super::question::{Question, Written};
use super::rollup::{Reason, Why};
use crate::oracle::compare::same_value;
use crate::oracle::facts::World;
use crate::oracle::measure::Value;

/// Asks both; `Err` tells in what they differ.
pub(crate) fn agree(world: &World, snapshot: &Snapshot, question: &Question) -> Result<(), String> {
    let text = question.to_string();
    let expected = answer(world, question);
    let got = snapshot.query(&text);
    let same = same(&expected, &got).or_else(|difference| {
        // Where several things are wrong, either may be told.
        let told = |part: &Question| same(&answer(world, part).map(|_| Vec::new()), &got).is_ok();
        let either = expected.is_err() && got.is_err() && parts(question).iter().any(told);
        if either { Ok(()) } else { Err(difference) }
    });
    same.map_err(|difference| {
        let expected = match &expected {
            Ok(rows) => rows.iter().map(shown).collect::<Vec<_>>().join("\n"),
            Err(code) => format!("    refused {code}"),
        };
        let got = match &got {
            Ok(answer) => answer.to_string(),
            Err(error) => error.to_string(),
        };
        format!("{difference}\n  query: {text}\n  expected:\n{expected}\n  got:\n{got}")
    })
}

/// The question about each of its places, about the first of them, and about those without what is
/// left out.
fn parts(question: &Question) -> Vec<Question> {
    let first = |count| Question { places: question.places[..count].to_vec(), ..question.clone() };
    let several = (2..question.places.len()).map(first);
    let of = |written: Written| Question { places: vec![written], ..question.clone() };
    let alone = |name: &String| Written { names: vec![name.clone()], except: Vec::new() };
    let places = question.places.iter().flat_map(|place| {
        let sum = Written { except: Vec::new(), ..place.clone() };
        let left_out = Written { names: place.except.clone(), except: Vec::new() };
        let names = place.names.iter().chain(&place.except).map(alone);
        let firsts = (2..place.names.len())
            .map(|count| Written { names: place.names[..count].to_vec(), except: Vec::new() });
        let less =
            place.except.iter().map(|out| Written { except: vec![out.clone()], ..place.clone() });
        let whole = [place.clone(), sum, left_out].into_iter();
        whole.chain(names).chain(firsts).chain(less).collect::<Vec<_>>()
    });
    places.filter(|place| !place.names.is_empty()).map(of).chain(several).collect()
}

fn same(expected: &Result<Vec<Row>, Refusal>, got: &Result<Answer, Error>) -> Result<(), String> {
    match (expected, got) {
        (Err(code), Err(Error::Query(error))) => {
            let told: Vec<&str> = error.diagnostics.iter().map(|d| d.code).collect();
            let same = told.contains(code);
            if same { Ok(()) } else { Err(format!("refused as {told:?}, not {code}")) }
        }
        (_, Err(error)) => Err(format!("refused, not answered: {error}")),
        (Err(code), Ok(_)) => Err(format!("answered, not refused as {code}")),
        (Ok(rows), Ok(answer)) if rows.len() != answer.rows.len() => {
            Err(format!("{} rows, not {}", answer.rows.len(), rows.len()))
        }
        (Ok(rows), Ok(answer)) => {
            rows.iter().zip(&answer.rows).enumerate().try_for_each(|(at, (expected, got))| {
                same_row(expected, got)
                    .map_err(|difference| format!("row {}: {difference}", at + 1))
            })
        }
    }
}

fn same_row(expected: &Row, got: &milepost::Row) -> Result<(), String> {
    if expected.region != got.region.code {
        return Err(format!("region {}, not {}", got.region.code, expected.region));
    }
    let coverage = got.coverage.map(|c| (c.present as usize, c.expected as usize));
    match (&expected.value, got.value) {
        (Ok(value), Some(number)) if same_value(*value, number, 0.0) => {}
        (Err(why), None) => {
            let word = got.missing.as_ref().map(MissingReason::word).unwrap_or_default();
            let any = why.contains(&Reason::Nowhere);
            let known = any || why.iter().any(|reason| self::word(*reason) == word);
            return if known { Ok(()) } else { Err(format!("missing because of {word:?}")) };
        }
        (Ok(_), None) => return Err("missing, not a value".to_owned()),
        (Err(_), Some(_)) => return Err("a value, not missing".to_owned()),
        (Ok(_), Some(number)) => return Err(format!("value {number}")),
    }
    let same_period = |left: Option<Period>, right: Option<Period>| {
        let closes = !expected.accrues && left.map(Period::last_day) == right.map(Period::last_day);
        left == right || closes
    };
    let base = got.base.as_ref().map(|base| base.period);
    let index = base.filter(|_| expected.unit.ends_with(" = 100"));
    let unit = index.map_or(expected.unit.clone(), |base| format!("{base} = 100"));
    let checks = [
        ("period", same_period(expected.period, got.period)),
        ("base", same_period(expected.base, base)),
        ("unit", unit == got.unit),
        ("status", expected.strength == got.strength),
        ("published", expected.published == got.published),
        ("coverage", expected.coverage == coverage),
    ];
    let other = checks.into_iter().find(|(_, same)| !same);
    other.map_or(Ok(()), |(what, _)| Err(format!("another {what}")))
}

fn word(reason: Reason) -> String {
    match reason {
        Reason::NoData => "no data",
        Reason::NotYet => "not yet",
        Reason::BeforeSeries => "before series",
        Reason::Incomplete((present, expected)) => {
            return format!("incomplete {present}/{expected}");
        }
        Reason::Undefined => "undefined",
        Reason::NoParts => "no parts",
        Reason::NoParent => "no parent",
        Reason::BoundaryBreak => "boundary break",
        Reason::Nowhere => "any",
    }
    .to_owned()
}

fn words(why: &Why) -> String {
    why.iter().map(|reason| word(*reason)).collect::<Vec<_>>().join(" or ")
}

fn shown(row: &Row) -> String {
    let text = |period: Option<Period>| period.map(|p| p.to_string()).unwrap_or_default();
    let value = match &row.value {
        Ok(Value::Exact(value)) => value.to_f64().to_string(),
        Ok(Value::Rounded(value)) => format!("≈ {value}"),
        Err(why) => words(why),
    };
    let coverage = row.coverage.map(|(present, of)| format!("{present}/{of}")).unwrap_or_default();
    let Row { region, unit, base, period, published, strength, .. } = row;
    let published = published.map(|day| day.to_string()).unwrap_or_default();
    let (base, period) = (text(*base), text(*period));
    format!(
        "    {region} | {base} | {period} | {value} {unit} | {coverage} | {strength:?} {published}"
    )
}
