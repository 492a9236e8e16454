//! Reading with several threads, where there is so much to read that they pay.

use std::panic::resume_unwind;
use std::thread;

use milepost_model::Period;

use super::column::Column;
use crate::watch::Watch;

/// Figures from which on several threads read them: one unpacks so many in half a millisecond, and
/// starting another takes a tenth of that. Tests have few figures, and share them all the same.
const FIGURES_MIN: usize = if cfg!(test) { 64 } else { 1 << 20 };

/// Columns of several periods, of `figures` figures in all: periods do not depend on each other, so
/// each thread reads some of them. Those that come after a limit was met are not read.
pub(super) fn read(
    periods: &[Period],
    figures: usize,
    watch: &Watch,
    read: impl Fn(&[Period]) -> Option<Vec<Column>> + Sync,
) -> Option<Vec<Column>> {
    if figures < FIGURES_MIN {
        return read(periods);
    }
    shared(periods, watch.threads(), read)
}

fn shared(
    periods: &[Period],
    threads: usize,
    read: impl Fn(&[Period]) -> Option<Vec<Column>> + Sync,
) -> Option<Vec<Column>> {
    let each = periods.len().div_ceil(threads.max(1)).max(1);
    let read = &read;
    let mut parts = periods.chunks(each);
    let first = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let start = |part| {
            let started = thread::Builder::new().spawn_scoped(scope, move || read(part));
            // What no thread could be started for is read by this one.
            started.map_err(|_| part)
        };
        let started: Vec<_> = parts.map(start).collect();
        let mut columns = read(first)?;
        for part in started {
            columns.extend(match part {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic))?,
                Err(part) => read(part)?,
            });
        }
        Some(columns)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_in_the_order_of_their_periods() {
        let periods: Vec<Period> = (2001..2011).map(|year| Period::year(year).unwrap()).collect();
        let years = |part: &[Period]| {
            let rows = |period: &Period| usize::from(period.last_day().year().unsigned_abs());
            Some(part.iter().map(|period| Column::void(rows(period), |_| false)).collect())
        };
        for threads in [0, 1, 2, 3, 10, 99] {
            let columns = shared(&periods, threads, years).unwrap();
            let rows: Vec<usize> = columns.iter().map(|column| column.mantissas().len()).collect();
            assert_eq!(rows, (2001..2011).collect::<Vec<_>>());
        }
        assert!(shared(&periods, 3, |part| years(part).filter(|_| part.len() > 2)).is_none());
        assert!(shared(&[], 3, years).unwrap().is_empty());
    }
}
