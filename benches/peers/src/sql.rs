//! The twelve questions in SQL, over one table:
//! `observation (indicator, month, region, province, value)`, all of them numbers.
//!
//! Every answer has four columns: place, month, figure, second figure.

use milepost_benches::workload::{FIRST_MONTH, LAST_MONTH};

use crate::questions::{Asked, SATISFACTION};

/// The question as a statement.
pub(crate) fn sql(asked: Asked) -> String {
    match asked {
        Asked::Figure { indicator, region, month } => format!(
            "SELECT region, month, value, NULL FROM observation \
             WHERE indicator = {indicator} AND month = {month} AND region = {region}"
        ),
        Asked::Series { indicator, region } => format!(
            "SELECT region, month, value, NULL FROM observation \
             WHERE indicator = {indicator} AND region = {region} ORDER BY month"
        ),
        Asked::Sums { indicator, by_province, base, end } => {
            let (place, group) =
                if by_province { ("province", " GROUP BY province") } else { ("0", "") };
            format!(
                "SELECT {place}, {end}, sum(value) FILTER (WHERE month = {base}), \
                 sum(value) FILTER (WHERE month = {end}) FROM observation \
                 WHERE indicator = {indicator} AND month IN ({base}, {end}){group}"
            )
        }
        Asked::Years { indicator, last_month_only: true } => {
            let ends: Vec<String> =
                (FIRST_MONTH + 11..=LAST_MONTH).step_by(12).map(|end| end.to_string()).collect();
            format!(
                "SELECT province, month, sum(value), NULL FROM observation \
                 WHERE indicator = {indicator} AND month IN ({}) GROUP BY province, month",
                ends.join(", ")
            )
        }
        Asked::Years { indicator, last_month_only: false } => format!(
            "SELECT province, month - month % 12 + 11, sum(value), NULL FROM observation \
             WHERE indicator = {indicator} GROUP BY 1, 2"
        ),
        Asked::Ratio { above, below } => format!(
            "SELECT province, month, sum(value) FILTER (WHERE indicator = {above}), \
             sum(value) FILTER (WHERE indicator = {below}) FROM observation \
             WHERE indicator IN ({above}, {below}) GROUP BY province, month"
        ),
        Asked::Pairs { indicator, base, end, top, .. } => {
            let order = top.map_or(String::new(), |top| {
                format!(" ORDER BY 1.0 * e.value / b.value DESC LIMIT {top}")
            });
            format!(
                "SELECT b.region, {end}, b.value, e.value FROM observation b \
                 JOIN observation e ON e.region = b.region \
                 WHERE b.indicator = {indicator} AND b.month = {base} \
                 AND e.indicator = {indicator} AND e.month = {end}{order}"
            )
        }
        Asked::Everything => format!(
            "SELECT indicator, 0, sum(value), NULL FROM observation \
             WHERE indicator < {SATISFACTION} GROUP BY indicator"
        ),
        Asked::Months { indicator } => format!(
            "SELECT 0, month, sum(value), NULL FROM observation \
             WHERE indicator = {indicator} GROUP BY month"
        ),
    }
}
