//! The CSV file of a workload, for engines that cannot read one themselves.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use milepost_benches::Failure;
use milepost_benches::workload::{
    FIRST_MONTH, INDICATORS, LAST_MONTH, Point, Workload, commune_code, indicator_index, month_text,
};

/// Reads every figure of `observations.csv` in `files`.
pub(crate) fn read_points(
    workload: &Workload,
    files: &Path,
    mut take: impl FnMut(Point) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let communes: HashMap<String, usize> = (0..workload.geography().communes().len())
        .map(|commune| (commune_code(commune), commune))
        .collect();
    let months: HashMap<String, u16> =
        (FIRST_MONTH..=LAST_MONTH).map(|month| (month_text(month), month)).collect();
    let mut input = BufReader::with_capacity(1 << 18, File::open(files.join("observations.csv"))?);
    let mut line = String::new();
    input.read_line(&mut line)?;
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let read = || {
            let mut fields = line.trim_end().split(',');
            let indicator = indicator_index(fields.next()?)?;
            let commune = *communes.get(fields.next()?)?;
            let month = *months.get(fields.next()?)?;
            let digits = digits(fields.next()?, INDICATORS[indicator].decimals)?;
            Some(Point { indicator, commune, month, digits })
        };
        take(read().ok_or_else(|| format!("{line:?} is no figure of the workload"))?)?;
    }
}

/// `94.20` with two decimals is 9420.
fn digits(text: &str, decimals: u8) -> Option<i64> {
    if decimals == 0 {
        return text.parse().ok();
    }
    let (whole, part) = text.split_once('.')?;
    let part: i64 = part.parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 10_i64.pow(decimals.into()) + part)
}
