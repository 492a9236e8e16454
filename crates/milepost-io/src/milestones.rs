//! `milestones.csv`: named events.

use std::io::{BufRead, BufReader, Read};

use milepost::{Milestone, Period};

use crate::Result;
use crate::table::{Line, NAME_BYTES_MAX, NOTE_BYTES_MAX, Table};
use crate::unique::Unique;

pub(crate) const REQUIRED: &[&str] = &["name", "start"];

/// Reads milestones, one a row; `file` names the input in messages.
///
/// The columns `name` and `start` are required. The others, in any order: `id`
/// (empty: made of the name), `aliases` (separated by `|`), `end`, `origin` and
/// `note`. `start` and `end` are periods of any length: `2018-05-23`, `2020-01`,
/// `1995`. Columns of other names are ignored.
///
/// ```
/// let file = "name,aliases,start\nResolution No. 28-NQ/TW,Resolution 28|28-NQ/TW,2018-05-23\n";
/// let milestones = milepost_io::read_milestones(file.as_bytes(), "milestones.csv")?;
/// assert_eq!(milestones[0].aliases, ["Resolution 28", "28-NQ/TW"]);
/// assert_eq!(milestones[0].close().to_string(), "2018-05-23");
/// # Ok::<(), milepost_io::Error>(())
/// ```
///
/// # Errors
///
/// Every cell that does not fit, by line and column; no milestone is given then.
pub fn read_milestones(reader: impl Read, file: &str) -> Result<Vec<Milestone>> {
    milestones(Table::open(BufReader::new(reader), file)?.require(REQUIRED)?)
}

pub(crate) fn milestones(table: Table<impl BufRead>) -> Result<Vec<Milestone>> {
    let mut milestones = Vec::new();
    let mut ids = Unique::default();
    table.read(|mut line, _| {
        if let Some(milestone) = milestone(&mut line) {
            ids.check(&mut line, "id", &milestone.id());
            milestones.push(milestone);
        }
    })?;
    Ok(milestones)
}

fn milestone(line: &mut Line<'_>) -> Option<Milestone> {
    let name = line.required("name");
    line.required("start");
    let start = line.parsed("start", str::parse::<Period>);
    let end = line.parsed("end", str::parse::<Period>);
    let (name, start) = (name?, start?);
    if let Some(end) = end
        && end.last_day() < start.first_day()
    {
        line.fault("end", format!("{end} is before the start; a period from {start} on would fit"));
    }
    let mut milestone = Milestone::new(name).on(start);
    milestone.id = line.owned("id", NAME_BYTES_MAX).unwrap_or_default();
    milestone.aliases = line.list("aliases", '|');
    milestone.end = end;
    milestone.origin = line.owned("origin", NAME_BYTES_MAX);
    milestone.note = line.owned("note", NOTE_BYTES_MAX);
    Some(milestone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_place() {
        let file = "id,name,aliases,start,end,origin,note\n\
                    covid,COVID-19,the pandemic|COVID,2020-01,2020-04,press,wave 1\n,Start,,1995,,,\n";
        let milestones = read_milestones(file.as_bytes(), "a.csv").unwrap();
        let covid = Milestone::new("COVID-19")
            .with_id("covid")
            .alias("the pandemic")
            .alias("COVID")
            .from("2020-01")
            .until("2020-04")
            .origin("press")
            .note("wave 1");
        assert_eq!(milestones, [covid, Milestone::new("Start").on("1995")]);
    }
}
