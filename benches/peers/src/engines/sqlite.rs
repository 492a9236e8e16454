//! SQLite: one table without row ids, whose primary key covers every question.

use std::borrow::Cow;
use std::path::Path;

use milepost_benches::Failure;
use milepost_benches::workload::{FIRST_MONTH, LAST_MONTH, Point, Workload};
use rusqlite::{Connection, OpenFlags, params};

use super::{Answer, Engine, Opened, Peer};
use crate::lines::read_points;
use crate::questions::{Asked, Question};

pub(super) const PEER: Peer =
    Peer { name: "sqlite", title: "SQLite", is_parallel: false, load, open, store_of: None };

/// The key begins with the month, not the region: most questions are about all
/// regions at few dates. Months are a table, so that a series is 360 look-ups.
const TABLES: &str = "
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;
    CREATE TABLE month (month INTEGER PRIMARY KEY);
    CREATE TABLE observation (
        indicator INTEGER NOT NULL, month INTEGER NOT NULL, region INTEGER NOT NULL,
        province INTEGER NOT NULL, value INTEGER NOT NULL,
        PRIMARY KEY (indicator, month, region)
    ) WITHOUT ROWID;
    BEGIN;";

fn load(workload: &Workload, files: &Path, store: &Path) -> Result<(), Failure> {
    let mut points: Vec<Point> = Vec::new();
    read_points(workload, files, |point| {
        points.push(point);
        Ok(())
    })?;
    // In the order of the key, pages are filled once and full.
    points.sort_unstable_by_key(|point| (point.indicator, point.month, point.commune));
    let connection = Connection::open(store)?;
    connection.execute_batch(TABLES)?;
    for month in FIRST_MONTH..=LAST_MONTH {
        connection.execute("INSERT INTO month VALUES (?1)", params![month])?;
    }
    let mut insert = connection.prepare("INSERT INTO observation VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for Point { indicator, commune, month, digits } in points {
        let province = workload.geography().communes()[commune].province;
        insert.execute(params![
            indicator as i64,
            month,
            commune as i64,
            province as i64,
            digits
        ])?;
    }
    drop(insert);
    connection.execute_batch("COMMIT; ANALYZE;")?;
    drop(connection);
    Ok(std::fs::File::open(store)?.sync_all()?)
}

struct Sqlite {
    connection: Connection,
}

fn open(store: &Path, _: usize) -> Opened {
    let connection = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA mmap_size = 8589934592; PRAGMA cache_size = -262144;")?;
    Ok(Box::new(Sqlite { connection }))
}

impl Engine for Sqlite {
    fn ask(&mut self, question: &Question) -> Result<Answer, Failure> {
        let asked = question.asked;
        let text = match asked {
            Asked::Series { .. } => {
                let months = "AND month IN (SELECT month FROM month) ORDER BY";
                Cow::Owned(question.sql.replace("ORDER BY", months))
            }
            _ => Cow::Borrowed(&question.sql),
        };
        let mut statement = self.connection.prepare(&text)?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let rows: Vec<(i64, i64, Option<i64>, Option<i64>)> = rows.collect::<Result<_, _>>()?;
        Ok(Box::new(move || {
            let rows = rows.into_iter().filter_map(|(place, month, first, second)| {
                asked.row(place, month, [first.map(i128::from), second.map(i128::from)])
            });
            Ok(rows.collect())
        }))
    }
}
