//! The engine's answer beside the oracle's.

use std::collections::HashMap;

use milepost::{Answer, Decimal, Error, MissingReason, Number, Period, Scenario, Snapshot};
use milepost_lang::ast::Query;

use super::answer::answer;
use super::evaluate::{Column, Row};
use super::facts::World;
use super::measure::Value;
use super::rational::Rational;
use super::series::{Refused, Why};

/// Quotients and powers may differ by this part of their size.
const TOLERANCE: f64 = 1e-12;

/// Asks both; `Err` tells in what they differ.
pub(crate) fn agree(world: &World, snapshot: &Snapshot, query: &Query) -> Result<(), String> {
    let text = query.to_string();
    let expected = answer(world, query);
    let got = snapshot.query(&text);
    same(&expected, &got).map_err(|difference| {
        let expected = match &expected {
            Ok(rows) => rows.iter().map(shown).collect::<Vec<_>>().join("\n"),
            Err(Refused) => "    refused".to_owned(),
        };
        let got = match &got {
            Ok(answer) => answer.to_string(),
            Err(error) => error.to_string(),
        };
        format!("{difference}\n  query: {text}\n  expected:\n{expected}\n  got:\n{got}")
    })
}

fn words(why: &Why) -> String {
    why.iter().map(|why| why.word()).collect::<Vec<_>>().join(" or ")
}

fn shown(row: &Row) -> String {
    let period = row.period.map(|period| period.to_string()).unwrap_or_default();
    let base = row.base.map(|period| period.to_string()).unwrap_or_default();
    let value = match &row.value {
        Ok(Value::Exact(value)) => value.to_f64().to_string(),
        Ok(Value::Rounded(value)) => format!("≈ {value}"),
        Err(why) => words(why),
    };
    format!("    {} {base} {period} {value} {}", row.region, row.unit)
}

fn same(expected: &Result<Vec<Row>, Refused>, got: &Result<Answer, Error>) -> Result<(), String> {
    let (rows, answer) = match (expected, got) {
        (Err(Refused), Err(_)) => return Ok(()),
        // Where nothing lies between the ends, a refusal and a reason say as much as no rows.
        (Ok(rows), Err(_)) if rows.is_empty() => return Ok(()),
        (Err(Refused), Ok(_)) => return Err("answered, not refused".to_owned()),
        (Ok(_), Err(_)) => return Err("refused, not answered".to_owned()),
        (Ok(rows), Ok(answer)) if rows.is_empty() && none_has_a_value(answer) => return Ok(()),
        (Ok(rows), Ok(answer)) => (rows, answer),
    };
    let told = told(answer);
    if rows.len() != told.len() {
        return Err(format!("{} rows, not {}", told.len(), rows.len()));
    }
    rows.iter().zip(told).enumerate().try_for_each(|(at, (expected, got))| {
        same_row(expected, got).map_err(|difference| format!("row {}: {difference}", at + 1))
    })
}

/// The rows of an answer; of vintages that are missing one after another the first: which of
/// several reasons is told, and so whether it changes, is not decided.
fn told(answer: &Answer) -> Vec<&milepost::Row> {
    let vintages = answer.axes.iter().any(|axis| axis == "vintage");
    let mut last = HashMap::new();
    let mut days: Vec<&milepost::Row> = answer.rows.iter().collect();
    days.sort_by_key(|row| row.axes.clone());
    let mut repeated = Vec::new();
    for row in days {
        let missing = row.value.is_none();
        let before = last.insert((&row.region.uid, row.period), missing);
        if vintages && missing && before == Some(true) {
            repeated.push(std::ptr::from_ref(row));
        }
    }
    answer.rows.iter().filter(|row| !repeated.contains(&std::ptr::from_ref(*row))).collect()
}

/// Whether no row has a value; a count of nothing is none.
fn none_has_a_value(answer: &Answer) -> bool {
    let of_nothing = |row: &milepost::Row| {
        row.coverage.is_some_and(|coverage| coverage.to_string().starts_with("0/"))
    };
    answer.rows.iter().all(|row| row.value.is_none() || of_nothing(row))
}

fn same_row(expected: &Row, got: &milepost::Row) -> Result<(), String> {
    if expected.region != got.region.code {
        return Err(format!("region {}, not {}", got.region.code, expected.region));
    }
    let column = |(told, got): (&Column, &String)| same_column(told, got, expected.size);
    // Targets that are listed say which target they are.
    let scenario = expected.columns.is_empty()
        && got.axes.iter().all(|column| column.is_empty() || column == Scenario::TARGET);
    if !scenario && expected.columns.len() != got.axes.len()
        || !expected.columns.iter().zip(&got.axes).all(column)
    {
        return Err(format!("columns {:?}, not {:?}", got.axes, expected.columns));
    }
    match (&expected.value, got.value) {
        (Ok(value), Some(number)) if same_value(*value, number, expected.size) => {}
        (Err(why), None) => {
            let word = got.missing.as_ref().map(MissingReason::word).unwrap_or_default();
            return if why.iter().any(|why| why.word() == word) {
                Ok(())
            } else {
                Err(format!("missing because of {word:?}, not {:?}", words(why)))
            };
        }
        (Ok(_), None) => return Err("missing, not a value".to_owned()),
        (Err(_), Some(_)) => return Err("a value, not missing".to_owned()),
        (Ok(_), Some(number)) => return Err(format!("value {number}")),
    }
    let same_period = |left: Option<Period>, right: Option<Period>| {
        if expected.accrues {
            left == right
        } else {
            left.map(Period::last_day) == right.map(Period::last_day)
        }
    };
    if !same_period(expected.period, got.period) {
        return Err(format!("period {:?}", got.period.map(|period| period.to_string())));
    }
    let base = got.base.as_ref().map(|base| base.period);
    if !same_period(expected.base, base) {
        return Err(format!("base {:?}", base.map(|period| period.to_string())));
    }
    // An index names its base as the row does.
    let index = base.filter(|_| expected.unit.ends_with(" = 100"));
    let unit = index.map_or(expected.unit.clone(), |base| format!("{base} = 100"));
    if unit != got.unit {
        return Err(format!("unit {:?}, not {unit:?}", got.unit));
    }
    if expected.strength != got.strength {
        return Err(format!("status {:?}, not {:?}", got.strength, expected.strength));
    }
    if expected.status != got.status {
        return Err(format!("flags {}, not {}", got.status, expected.status));
    }
    if expected.published != got.published {
        return Err(format!("published {:?}, not {:?}", got.published, expected.published));
    }
    let part = |of: (usize, usize)| format!("{}/{}", of.0, of.1);
    match (expected.coverage.map(part), got.coverage.map(|coverage| coverage.to_string())) {
        (Some(expected), Some(got)) if expected == got => Ok(()),
        (None, _) => Ok(()),
        (expected, got) => Err(format!("coverage {got:?}, not {expected:?}")),
    }
}

fn same_column(expected: &Column, got: &str, size: f64) -> bool {
    match expected {
        Column::Text(expected) => expected == got,
        Column::Figure(value, unit) => {
            let (number, rest) = got.split_once(' ').unwrap_or((got, ""));
            let exact = number.parse::<Decimal>().map(Number::Exact);
            let number = exact.or_else(|_| number.parse().map(Number::Double));
            rest == unit && number.is_ok_and(|number| close(value.to_f64(), number.to_f64(), size))
        }
    }
}

/// Exactly the same where the engine says that it is exact, and otherwise but for the last digits
/// of numbers of a size.
pub(crate) fn same_value(expected: Value, got: Number, size: f64) -> bool {
    match (expected, got) {
        (Value::Exact(expected), Number::Exact(got)) => expected == Rational::from(got),
        (Value::Exact(expected), Number::Double(got)) => close(expected.to_f64(), got, size),
        // Close to zero a root has lost the digits that it shares with one.
        (Value::Rounded(expected), got) => close(expected, got.to_f64(), size.max(100.0)),
    }
}

fn close(expected: f64, got: f64, size: f64) -> bool {
    (expected - got).abs() <= TOLERANCE * expected.abs().max(got.abs()).max(size)
}
