//! tsink: a series for each indicator and commune; sums are the program's own work.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use milepost::{Date, Frequency, Period};
use milepost_benches::Failure;
use milepost_benches::workload::{FIRST_MONTH, INDICATORS, LAST_MONTH, Workload, commune_code};
use tsink::{
    DataPoint, Label, Row, Storage, StorageBuilder, TimestampPrecision, TsinkError, Value,
};

use super::{Answer, Engine, Opened, Peer};
use crate::lines::read_points;
use crate::questions::{Asked, Question, SATISFACTION};

pub(super) const PEER: Peer =
    Peer { name: "tsink", title: "tsink", is_parallel: true, load, open, store_of: None };

/// Rows of one call: the unit in which tsink writes its log.
const ROWS: usize = 100_000;

fn build(store: &Path) -> Result<Arc<dyn Storage>, Failure> {
    let years = |years: u64| Duration::from_secs(years * 366 * 86_400);
    Ok(StorageBuilder::new()
        .with_data_path(store)
        .with_timestamp_precision(TimestampPrecision::Seconds)
        .with_retention(years(100))
        .with_retention_enforced(false)
        .with_partition_duration(years(40))
        .build()?)
}

fn load(workload: &Workload, files: &Path, store: &Path) -> Result<(), Failure> {
    let storage = build(store)?;
    let communes = workload.geography().communes();
    let mut rows = Vec::with_capacity(ROWS);
    read_points(workload, files, |point| {
        let labels = labels(point.commune, communes[point.commune].province);
        let figure = DataPoint::new(seconds(point.month), point.digits);
        rows.push(Row::with_labels(INDICATORS[point.indicator].name, labels, figure));
        if rows.len() == ROWS {
            storage.insert_rows(&rows)?;
            rows.clear();
        }
        Ok(())
    })?;
    storage.insert_rows(&rows)?;
    Ok(storage.close()?)
}

fn labels(commune: usize, province: usize) -> Vec<Label> {
    vec![Label::new("region", commune_code(commune)), Label::new("province", province.to_string())]
}

/// The first second of a month.
fn seconds(month: u16) -> i64 {
    let first = Period::from_ordinal(Frequency::Month, month.into()).map(Period::first_day);
    i64::from(first.map_or(0, Date::day_number)) * 86_400
}

struct Tsink {
    storage: Arc<dyn Storage>,
    /// The commune that is asked about alone, with its labels.
    alone: Option<Vec<Label>>,
}

fn open(store: &Path, _: usize) -> Opened {
    Ok(Box::new(Tsink { storage: build(store)?, alone: None }))
}

/// What was found: place, month and up to two figures, by place and month.
type Found = BTreeMap<(i64, u16), [Option<i128>; 2]>;

impl Engine for Tsink {
    fn ask(&mut self, question: &Question) -> Result<Answer, Failure> {
        let asked = question.asked;
        let found = self.find(asked)?;
        Ok(Box::new(move || {
            let rows = found
                .into_iter()
                .filter_map(|((place, month), figures)| asked.row(place, month.into(), figures));
            Ok(rows.collect())
        }))
    }
}

impl Tsink {
    fn find(&mut self, asked: Asked) -> Result<Found, Failure> {
        let mut found = Found::new();
        match asked {
            Asked::Figure { indicator, region, month } => {
                self.one(indicator, region, month, month, &mut found)?;
            }
            Asked::Series { indicator, region } => {
                self.one(indicator, region, FIRST_MONTH, LAST_MONTH, &mut found)?;
            }
            Asked::Sums { indicator, by_province, base, end } => {
                for (side, month) in [base, end].into_iter().enumerate() {
                    self.all(indicator, (month, month), |_, province, _, figure| {
                        add(
                            &mut found,
                            (if by_province { province } else { 0 }, end),
                            side,
                            figure,
                        );
                    })?;
                }
            }
            Asked::Years { indicator, last_month_only } => {
                self.all(indicator, (FIRST_MONTH, LAST_MONTH), |_, province, month, figure| {
                    if !last_month_only || month % 12 == 11 {
                        add(&mut found, (province, month - month % 12 + 11), 0, figure);
                    }
                })?;
            }
            Asked::Ratio { above, below } => {
                for (side, indicator) in [above, below].into_iter().enumerate() {
                    self.all(
                        indicator,
                        (FIRST_MONTH, LAST_MONTH),
                        |_, province, month, figure| {
                            add(&mut found, (province, month), side, figure);
                        },
                    )?;
                }
            }
            Asked::Pairs { indicator, base, end, top, .. } => {
                for (side, month) in [base, end].into_iter().enumerate() {
                    self.all(indicator, (month, month), |region, _, _, figure| {
                        add(&mut found, (region, end), side, figure);
                    })?;
                }
                found.retain(|_, figures| figures.iter().all(Option::is_some));
                if let Some(top) = top {
                    found = fastest(found, top as usize);
                }
            }
            Asked::Everything => {
                for indicator in 0..SATISFACTION {
                    self.all(indicator, (FIRST_MONTH, LAST_MONTH), |_, _, _, figure| {
                        add(&mut found, (indicator.into(), 0), 0, figure);
                    })?;
                }
            }
            Asked::Months { indicator } => {
                self.all(indicator, (FIRST_MONTH, LAST_MONTH), |_, _, month, figure| {
                    add(&mut found, (0, month), 0, figure);
                })?;
            }
        }
        Ok(found)
    }

    /// The figures of one commune.
    fn one(
        &mut self,
        indicator: u8,
        region: u16,
        from: u16,
        to: u16,
        found: &mut Found,
    ) -> Result<(), Failure> {
        let metric = INDICATORS[usize::from(indicator)].name;
        let code = commune_code(region.into());
        if self.alone.is_none() {
            let series = self.storage.list_metrics()?.into_iter().find(|series| {
                series.labels.iter().any(|label| label.name == "region" && label.value == code)
            });
            self.alone = series.map(|series| series.labels);
        }
        let labels = self.alone.as_deref().ok_or("the commune has no series")?;
        let months = months();
        for point in self.storage.select(metric, labels, seconds(from), seconds(to) + 1)? {
            if let (Some(&month), Some(figure)) = (months.get(&point.timestamp), digits(&point)) {
                add(found, (region.into(), month), 0, figure);
            }
        }
        Ok(())
    }

    /// Every figure of an indicator: region, province, month, digits.
    fn all(
        &self,
        indicator: u8,
        (from, to): (u16, u16),
        mut take: impl FnMut(i64, i64, u16, i128),
    ) -> Result<(), Failure> {
        let metric = INDICATORS[usize::from(indicator)].name;
        let series = match self.storage.select_all(metric, seconds(from), seconds(to) + 1) {
            Err(TsinkError::NoDataPoints { .. }) => Vec::new(),
            other => other?,
        };
        let months = months();
        for (labels, points) in series {
            let label = |name: &str| labels.iter().find(|label| label.name == name);
            let region = label("region").and_then(|label| label.value.get(1..)?.parse().ok());
            let province = label("province").and_then(|label| label.value.parse().ok());
            let (Some(region), Some(province)) = (region, province) else { continue };
            let region: i64 = region;
            for point in points {
                if let (Some(&month), Some(figure)) = (months.get(&point.timestamp), digits(&point))
                {
                    take(region - 1, province, month, figure);
                }
            }
        }
        Ok(())
    }
}

/// The month of each timestamp.
fn months() -> BTreeMap<i64, u16> {
    (FIRST_MONTH..=LAST_MONTH).map(|month| (seconds(month), month)).collect()
}

fn digits(point: &DataPoint) -> Option<i128> {
    match point.value {
        Value::I64(digits) => Some(digits.into()),
        _ => None,
    }
}

fn add(found: &mut Found, key: (i64, u16), side: usize, figure: i128) {
    let sum = &mut found.entry(key).or_default()[side];
    *sum = Some(sum.unwrap_or_default() + figure);
}

/// The pairs with the greatest quotient of end and base.
fn fastest(found: Found, top: usize) -> Found {
    let mut pairs: Vec<_> = found.into_iter().collect();
    let quotient = |figures: &[Option<i128>; 2]| match figures {
        [Some(base), Some(end)] => *end as f64 / *base as f64,
        _ => f64::NEG_INFINITY,
    };
    pairs.sort_by(|(_, a), (_, b)| quotient(b).total_cmp(&quotient(a)));
    pairs.into_iter().take(top).collect()
}
