//! milepost, through its facade: questions as text, parsed each time.

use std::path::Path;

use milepost::{Answer as Rows, Decimal, Frequency, Limits, Number, Period, Snapshot, Store};
use milepost_benches::Failure;
use milepost_benches::workload::{INDICATORS, Workload};

use super::{Answer, Engine, Opened, Peer};
use crate::questions::{Asked, Question};
use crate::rows::Row;

pub(super) const PEER: Peer =
    Peer { name: "milepost", title: "milepost", is_parallel: true, load, open, store_of: None };

struct Milepost {
    snapshot: Snapshot,
    limits: Limits,
}

fn load(_: &Workload, files: &Path, store: &Path) -> Result<(), Failure> {
    Ok(milepost_benches::load(files, store)?.close()?)
}

fn open(store: &Path, threads: usize) -> Opened {
    let snapshot = Store::open_read_only(store)?.snapshot();
    Ok(Box::new(Milepost { snapshot, limits: Limits::default().threads(threads) }))
}

impl Engine for Milepost {
    fn ask(&mut self, question: &Question) -> Result<Answer, Failure> {
        let texts = question.since.iter();
        let answers: Result<Vec<Rows>, _> =
            texts.map(|text| self.snapshot.query_with(text, &self.limits)).collect();
        let (answers, asked) = (answers?, question.asked);
        Ok(Box::new(move || {
            let rows = answers.iter().enumerate().flat_map(|(number, answer)| {
                answer.rows.iter().filter_map(move |row| comparable(asked, number, row))
            });
            Ok(rows.collect())
        }))
    }
}

/// A row as the peers give it; none where the figure is missing.
fn comparable(asked: Asked, number: usize, row: &milepost::Row) -> Option<Row> {
    let value = row.value?;
    let digits = |number: Number| match number {
        Number::Exact(value) => whole(value),
        Number::Double(_) => None,
    };
    let both = || {
        let readings = [row.base.as_ref()?, row.end.as_ref()?];
        readings.into_iter().map(|reading| digits(reading.value)).collect::<Option<Vec<_>>>()
    };
    let (figures, value) = match asked {
        Asked::Ratio { .. } | Asked::Everything => (Vec::new(), Some(value.to_f64())),
        Asked::Sums { .. } | Asked::Pairs { .. } => (both()?, Some(value.to_f64())),
        _ => (vec![digits(value)?], None),
    };
    let is_total = matches!(asked, Asked::Everything);
    Some(Row {
        place: if is_total { INDICATORS.get(number)?.name.into() } else { row.region.code.clone() },
        month: if is_total { 0 } else { last_month(row.period?)? },
        figures,
        value,
    })
}

fn whole(value: Decimal) -> Option<i128> {
    (value.scale() == 0).then_some(value.mantissa())
}

fn last_month(period: Period) -> Option<u16> {
    let month = Period::containing(Frequency::Month, period.last_day())?;
    u16::try_from(month.ordinal()?).ok()
}
