//! Lines made from others: running totals of the year, moving windows.

use std::collections::BTreeSet;

use milepost::{Date, Period};
use milepost_lang::ast::{Expression, RollingAggregate, Transform, TransformKind};

use super::context::Context;
use super::rational::Rational;
use super::series::{Figure, Missing, Why, one_for_each_close};

/// From 1 January to a day.
pub(crate) fn since_january(day: Date) -> Period {
    let first = Date::new(day.year(), 1, 1).expect("a year of the calendar");
    Period::span(first, day).expect("a span")
}

impl Context<'_> {
    /// The figure of an expression after its transforms, which stand outermost first.
    pub(crate) fn transformed(
        &self,
        transforms: &[Transform],
        expression: &Expression,
        at: Period,
    ) -> Result<Figure, Why> {
        let Some((transform, inner)) = transforms.split_first() else {
            return self.figure(expression, at);
        };
        let read = |period| self.transformed(inner, expression, period);
        match transform.kind {
            TransformKind::Ytd => read(since_january(at.last_day())),
            TransformKind::Rolling { count, frequency, aggregate } => {
                let closing = Period::containing(frequency, at.last_day())
                    .filter(|last| last.last_day() == at.last_day());
                let last = closing.ok_or_else(|| Why::from([Missing::NoData]))?;
                let count = i32::try_from(count).expect("a short window");
                let members = (0..count).filter_map(|back| last.checked_add(-back));
                let figures: Vec<Result<Figure, Why>> = members.map(read).collect();
                let present = figures.iter().filter(|figure| figure.is_ok()).count();
                if present < figures.len() {
                    let incomplete = Missing::Incomplete(present, figures.len());
                    let last = figures.into_iter().next().and_then(Result::err);
                    return Err(last.unwrap_or_else(|| Why::from([incomplete])));
                }
                let zero = Figure::constant(Rational::ZERO);
                let sum = figures
                    .into_iter()
                    .flatten()
                    .fold(zero, |sum, next| sum.combined(next, sum.value + next.value));
                Ok(match aggregate {
                    RollingAggregate::Total => sum,
                    RollingAggregate::Mean => sum.with(sum.value / Rational::from(count)),
                })
            }
        }
    }

    /// The closes at which an expression is known after its transforms.
    pub(crate) fn transformed_periods(
        &self,
        transforms: &[Transform],
        expression: &Expression,
    ) -> BTreeSet<Period> {
        let Some((transform, inner)) = transforms.split_first() else {
            return self.periods(expression);
        };
        let known = self.transformed_periods(inner, expression).into_iter();
        let ends: BTreeSet<Period> = match transform.kind {
            TransformKind::Ytd => known.collect(),
            TransformKind::Rolling { frequency, .. } => {
                known.filter_map(|p| Period::containing(frequency, p.last_day())).collect()
            }
        };
        let own = |period: &Period| self.transformed(transforms, expression, *period).is_ok();
        one_for_each_close(&ends.into_iter().filter(own).collect())
    }
}
