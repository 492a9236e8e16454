//! Rows that become one, and what they leave of themselves.

use milepost_lang::ast::ReducerKind;
use milepost_model::{Date, Number, Period, Precision, Status, Strength};

use super::group::{middle, precision};
use crate::answer::{Coverage, MissingReason, Origin, Reading, RegionLabel, Row};
use crate::measure::whole;

/// What is seen of a row that becomes one with others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'r> {
    pub(crate) period: Option<Period>,
    pub(crate) value: Option<Number>,
    pub(crate) unit: &'r str,
    pub(crate) status: Status,
    pub(crate) strength: Option<Strength>,
    pub(crate) coverage: Option<Coverage>,
    pub(crate) missing: Option<MissingReason>,
    pub(crate) published: Option<Date>,
    pub(crate) is_exact: bool,
}

impl<'r> Part<'r> {
    pub(crate) fn of(row: &'r Row) -> Self {
        Self {
            period: row.period,
            value: row.value,
            unit: &row.unit,
            status: row.status,
            strength: row.strength,
            coverage: row.coverage,
            missing: row.missing,
            published: row.published,
            is_exact: precision(row) == Precision::Exact,
        }
    }
}

/// Rows that become one, as they are added to each other.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    rows: usize,
    values: Vec<Number>,
    /// That of the first row with a value, or else of the first one.
    unit: Option<String>,
    status: Status,
    strength: Option<Strength>,
    coverage: Option<Coverage>,
    missing: Option<MissingReason>,
    published: Option<Date>,
    is_about: bool,
    first_period: Option<Period>,
    /// The first day of any row, and the last.
    days: Option<(Date, Date)>,
}

impl Merged {
    pub(crate) fn add(&mut self, part: &Part<'_>) {
        self.rows += 1;
        if let Some(period) = part.period {
            self.first_period.get_or_insert(period);
            let (first, last) = self.days.unwrap_or((period.first_day(), period.last_day()));
            self.days = Some((first.min(period.first_day()), last.max(period.last_day())));
        }
        // A row without a base does not say what an index is 100 at.
        if self.unit.is_none() || part.value.is_some() && self.values.is_empty() {
            self.unit = Some(part.unit.to_owned());
        }
        let Some(value) = part.value else {
            self.missing = self.missing.or(part.missing);
            return;
        };
        self.values.push(value);
        self.status |= part.status;
        self.strength = self.strength.max(part.strength);
        self.coverage = Coverage::worse(part.coverage, self.coverage);
        self.published = self.published.max(part.published);
        self.is_about |= !part.is_exact;
    }

    /// How many rows have a value.
    pub(crate) fn known(&self) -> usize {
        self.values.len()
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many rows have a value, or the total, mean or median of these. Along time the row is of
    /// all days from the first one to the last.
    pub(crate) fn row(self, kind: ReducerKind, region: RegionLabel, along_time: bool) -> Row {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let all = Coverage { present: number(self.known()), expected: number(self.rows) };
        let coverage = Coverage::worse(self.coverage, Some(all));
        let strength = self.strength.unwrap_or(Strength::Actual);
        let value = match kind {
            ReducerKind::Count => Ok(whole(i64::try_from(self.known()).unwrap_or(i64::MAX))),
            _ if self.values.is_empty() => Err(self.missing.unwrap_or(MissingReason::NoData)),
            _ => middle(kind, self.values).map_err(MissingReason::from),
        };
        let unit = if kind == ReducerKind::Count { None } else { self.unit };
        let period = match self.days {
            Some((first, last)) if along_time => Period::span(first, last).ok(),
            _ => self.first_period,
        };
        let end = value.as_ref().ok().zip(period).map(|(value, period)| Reading {
            period,
            value: *value,
            status: self.status,
            strength,
            precision: if self.is_about { Precision::About } else { Precision::Exact },
            published: self.published,
            coverage,
            origin: Origin::Computed,
        });
        Row {
            region,
            axes: Vec::new(),
            period,
            base: None,
            end,
            unit: unit.unwrap_or_default(),
            status: self.status,
            strength: value.is_ok().then_some(strength),
            coverage,
            missing: value.as_ref().err().copied(),
            value: value.ok(),
            published: self.published,
        }
    }
}
