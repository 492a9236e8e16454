//! DuckDB: its own table, narrow types, sorted as most questions read it.

use std::fmt::Write as _;
use std::path::Path;

use duckdb::arrow::array::{Array, AsArray, RecordBatch};
use duckdb::arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use duckdb::{AccessMode, Config, Connection};
use milepost_benches::Failure;
use milepost_benches::workload::{
    FIRST_MONTH, INDICATORS, LAST_MONTH, Workload, commune_code, month_text,
};

use super::{Answer, Engine, Opened, Peer};
use crate::questions::Question;

pub(super) const PEER: Peer =
    Peer { name: "duckdb", title: "DuckDB", is_parallel: true, load, open, store_of: None };

const LOAD: &str = "
    CREATE TABLE observation AS
    SELECT i.id::UTINYINT AS indicator, m.month::USMALLINT AS month, r.id::USMALLINT AS region,
           r.province::UTINYINT AS province, (o.value * i.scale)::BIGINT AS value
    FROM read_csv('FILE', header = true, columns = {
        'indicator': 'VARCHAR', 'region': 'VARCHAR', 'period': 'VARCHAR',
        'value': 'DECIMAL(18, 2)'}) o
    JOIN indicator i ON i.name = o.indicator
    JOIN region r ON r.code = o.region
    JOIN month m ON m.period = o.period
    ORDER BY indicator, month, region;
    CHECKPOINT;";

fn load(workload: &Workload, files: &Path, store: &Path) -> Result<(), Failure> {
    let connection = Connection::open(store)?;
    let mut tables = String::from(
        "CREATE TABLE indicator (id INTEGER, name VARCHAR, scale INTEGER);
         CREATE TABLE region (id INTEGER, code VARCHAR, province INTEGER);
         CREATE TABLE month (month INTEGER, period VARCHAR);
         INSERT INTO indicator VALUES ",
    );
    for (id, indicator) in INDICATORS.iter().enumerate() {
        let scale = 10_u32.pow(indicator.decimals.into());
        write!(tables, "({id}, '{}', {scale}),", indicator.name)?;
    }
    tables.push_str("; INSERT INTO region VALUES ");
    for (id, commune) in workload.geography().communes().iter().enumerate() {
        write!(tables, "({id}, '{}', {}),", commune_code(id), commune.province)?;
    }
    tables.push_str("; INSERT INTO month VALUES ");
    for month in FIRST_MONTH..=LAST_MONTH {
        write!(tables, "({month}, '{}'),", month_text(month))?;
    }
    connection.execute_batch(&tables.replace(",;", ";"))?;
    let file = files.join("observations.csv").display().to_string().replace('\'', "''");
    connection.execute_batch(&LOAD.replace("FILE", &file))?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

struct DuckDb {
    connection: Connection,
}

fn open(store: &Path, threads: usize) -> Opened {
    let config =
        Config::default().access_mode(AccessMode::ReadOnly)?.threads(i64::try_from(threads)?)?;
    Ok(Box::new(DuckDb { connection: Connection::open_with_flags(store, config)? }))
}

impl Engine for DuckDb {
    fn ask(&mut self, question: &Question) -> Result<Answer, Failure> {
        let asked = question.asked;
        let mut statement = self.connection.prepare(&question.sql)?;
        let batches: Vec<RecordBatch> = statement.query_arrow([])?.collect();
        Ok(Box::new(move || {
            let mut rows = Vec::new();
            for batch in &batches {
                let columns: Vec<Vec<Option<i128>>> = batch
                    .columns()
                    .iter()
                    .map(|column| numbers(column))
                    .collect::<Result<_, _>>()?;
                for (row, place) in columns[0].iter().enumerate() {
                    let at = |column: usize| columns[column][row];
                    let place = i64::try_from(place.unwrap_or_default())?;
                    let month = i64::try_from(at(1).unwrap_or_default())?;
                    rows.extend(asked.row(place, month, [at(2), at(3)]));
                }
            }
            Ok(rows)
        }))
    }
}

/// A column of whole numbers, whatever their width.
fn numbers(column: &dyn Array) -> Result<Vec<Option<i128>>, Failure> {
    if let DataType::Decimal128(_, 0) = column.data_type() {
        return Ok(column.as_primitive::<Decimal128Type>().iter().collect());
    }
    let wide = duckdb::arrow::compute::cast(column, &DataType::Int64)?;
    Ok(wide.as_primitive::<Int64Type>().iter().map(|number| number.map(i128::from)).collect())
}
