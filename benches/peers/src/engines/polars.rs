//! Polars, over a Parquet file that it wrote itself, and over a table in memory.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use milepost_benches::Failure;
use milepost_benches::workload::{
    FIRST_MONTH, INDICATORS, LAST_MONTH, Workload, commune_code, month_text,
};
use polars::prelude::*;

use super::{Answer, Engine, Opened, Peer};
use crate::questions::{Asked, Question, SATISFACTION};

pub(super) const PARQUET: Peer = Peer {
    name: "parquet",
    title: "Polars over Parquet",
    is_parallel: true,
    load,
    open: open_file,
    store_of: None,
};

pub(super) const MEMORY: Peer = Peer {
    name: "polars",
    title: "Polars in memory",
    open: open_table,
    store_of: Some("parquet"),
    ..PARQUET
};

/// Rows of a group that statistics can rule out.
const GROUP: usize = 1 << 17;

fn load(workload: &Workload, files: &Path, store: &Path) -> Result<(), Failure> {
    let communes = workload.geography().communes();
    let numbers = |count: usize| -> Vec<u32> { (0..count as u32).collect() };
    let indicators = df![
        "indicator" => INDICATORS.map(|indicator| indicator.name).to_vec(),
        "id" => numbers(INDICATORS.len()),
        "scale" => INDICATORS.map(|i| 10_f64.powi(i.decimals.into())).to_vec(),
    ]?;
    let regions = df![
        "region" => (0..communes.len()).map(commune_code).collect::<Vec<_>>(),
        "commune" => numbers(communes.len()),
        "province" => communes.iter().map(|c| c.province as u32).collect::<Vec<_>>(),
    ]?;
    let months = df![
        "period" => (FIRST_MONTH..=LAST_MONTH).map(month_text).collect::<Vec<_>>(),
        "month" => (FIRST_MONTH..=LAST_MONTH).map(u32::from).collect::<Vec<_>>(),
    ]?;
    let schema = Schema::from_iter([
        Field::new("indicator".into(), DataType::String),
        Field::new("region".into(), DataType::String),
        Field::new("period".into(), DataType::String),
        Field::new("value".into(), DataType::Float64),
    ]);
    let file = files.join("observations.csv").display().to_string();
    let figures = LazyCsvReader::new(PlRefPath::new(file)).with_schema(Some(Arc::new(schema)));
    // Figures have less than 53 bits, so a double holds each of them.
    let digits = (col("value") * col("scale") + lit(0.5)).cast(DataType::Int64);
    let mut table = figures
        .finish()?
        .inner_join(indicators.lazy(), col("indicator"), col("indicator"))
        .inner_join(regions.lazy(), col("region"), col("region"))
        .inner_join(months.lazy(), col("period"), col("period"))
        .select([
            col("id").cast(DataType::UInt8).alias("indicator"),
            col("month").cast(DataType::UInt16),
            col("commune").cast(DataType::UInt16).alias("region"),
            col("province").cast(DataType::UInt8),
            digits.alias("value"),
        ])
        .sort(["indicator", "month", "region"], SortMultipleOptions::default())
        .collect()?;
    let out = File::create(store)?;
    ParquetWriter::new(&out).with_row_group_size(Some(GROUP)).finish(&mut table)?;
    Ok(out.sync_all()?)
}

struct Polars {
    table: LazyFrame,
}

fn open_file(store: &Path, _: usize) -> Opened {
    let path = PlRefPath::new(store.display().to_string());
    Ok(Box::new(Polars { table: LazyFrame::scan_parquet(path, ScanArgsParquet::default())? }))
}

fn open_table(store: &Path, _: usize) -> Opened {
    let mut table = ParquetReader::new(File::open(store)?).finish()?;
    table.rechunk_mut();
    Ok(Box::new(Polars { table: table.lazy() }))
}

impl Engine for Polars {
    fn ask(&mut self, question: &Question) -> Result<Answer, Failure> {
        let asked = question.asked;
        let answer = plan(self.table.clone(), asked).collect()?;
        Ok(Box::new(move || {
            let columns = answer.columns();
            let column = |at: usize| -> Result<Int64Chunked, Failure> {
                let column = columns.get(at).ok_or("a column is missing")?;
                Ok(column.cast(&DataType::Int64)?.as_materialized_series().i64()?.clone())
            };
            let (place, month, first) = (column(0)?, column(1)?, column(2)?);
            let second = if columns.len() > 3 { Some(column(3)?) } else { None };
            let rows = (0..answer.height()).filter_map(|row| {
                let second = second.as_ref().and_then(|second| second.get(row));
                let figures = [first.get(row).map(i128::from), second.map(i128::from)];
                asked.row(place.get(row)?, month.get(row)?, figures)
            });
            Ok(rows.collect())
        }))
    }
}

/// The question as a plan whose columns are place, month, figure, second figure.
fn plan(table: LazyFrame, asked: Asked) -> LazyFrame {
    let is = |column: &str, number: u16| col(column).eq(lit(number));
    let of = |indicator: u8| col("indicator").eq(lit(indicator));
    let sum = || col("value").sum();
    match asked {
        Asked::Figure { indicator, region, month } => table
            .filter(of(indicator).and(is("month", month)).and(is("region", region)))
            .select([col("region"), col("month"), col("value")]),
        Asked::Series { indicator, region } => table
            .filter(of(indicator).and(is("region", region)))
            .select([col("region"), col("month"), col("value")]),
        Asked::Sums { indicator, by_province, base, end } => {
            let both = is("month", base).or(is("month", end));
            let sides = [
                lit(end).alias("end"),
                col("value").filter(is("month", base)).sum().alias("base_sum"),
                col("value").filter(is("month", end)).sum().alias("end_sum"),
            ];
            let table = table.filter(of(indicator).and(both));
            if by_province {
                table.group_by([col("province")]).agg(&sides[1..]).select([
                    col("province"),
                    lit(end).alias("end"),
                    col("base_sum"),
                    col("end_sum"),
                ])
            } else {
                let [end, base_sum, end_sum] = sides;
                table.select([lit(0).alias("place"), end, base_sum, end_sum])
            }
        }
        Asked::Years { indicator, last_month_only } => {
            let wanted = of(indicator);
            let december = (col("month") % lit(12_u16)).eq(lit(11_u16));
            let wanted = if last_month_only { wanted.and(december) } else { wanted };
            let year = col("month") - col("month") % lit(12_u16) + lit(11_u16);
            table.filter(wanted).group_by([col("province"), year.alias("year")]).agg([sum()])
        }
        Asked::Ratio { above, below } => {
            let side =
                |indicator: u8, name: &str| col("value").filter(of(indicator)).sum().alias(name);
            table
                .filter(of(above).or(of(below)))
                .group_by([col("province"), col("month")])
                .agg([side(above, "above"), side(below, "below")])
        }
        Asked::Pairs { indicator, base, end, top, .. } => {
            let at = |month: u16, name: &str| {
                table
                    .clone()
                    .filter(of(indicator).and(is("month", month)))
                    .select([col("region"), col("value").alias(name)])
            };
            let pairs = at(base, "base").inner_join(at(end, "end"), col("region"), col("region"));
            let pairs = match top {
                Some(top) => {
                    let growth = col("end").cast(DataType::Float64) / col("base");
                    let descending = SortMultipleOptions::default().with_order_descending(true);
                    pairs.sort_by_exprs([growth], descending).limit(top)
                }
                None => pairs,
            };
            pairs.select([col("region"), lit(end).alias("month"), col("base"), col("end")])
        }
        Asked::Everything => table
            .filter(col("indicator").lt(lit(SATISFACTION)))
            .group_by([col("indicator")])
            .agg([sum()])
            .select([col("indicator"), lit(0).alias("month"), col("value")]),
        Asked::Months { indicator } => table
            .filter(of(indicator))
            .group_by([col("month")])
            .agg([sum()])
            .select([lit(0).alias("place"), col("month"), col("value")]),
    }
}
