//! Catalogue files of any sort, told apart by their headers.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use milepost::Definition;

use crate::table::{Header, Table};
use crate::{Error, Faults, Result, indicators, milestones, regions};

/// Reads a catalogue file: indicators, regions or milestones, as its header says.
///
/// Definitions refer to each other by name only, so that files may be read in
/// any order; committing those of several files at once is left to the caller.
///
/// # Errors
///
/// A file that cannot be read, and every cell of it that does not fit.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut store = milepost::Store::in_memory();
/// let mut definitions = Vec::new();
/// for file in ["regions.csv", "indicators.csv", "milestones.csv"] {
///     definitions.extend(milepost_io::read_catalogue_file(file)?);
/// }
/// store.define_all(definitions)?;
/// # Ok(())
/// # }
/// ```
pub fn read_catalogue_file(path: impl AsRef<Path>) -> Result<Vec<Definition>> {
    let path = path.as_ref();
    let file = path.display().to_string();
    match File::open(path) {
        Ok(input) => read_catalogue(input, &file),
        Err(source) => Err(Error::Io { file, source }),
    }
}

/// Reads a catalogue from any input; `file` names the input in messages.
///
/// A header with `start` is one of milestones (see [`read_milestones`]), one
/// with `code` is one of regions ([`read_regions`]), and one with `name` is one
/// of indicators ([`read_indicators`]).
///
/// ```
/// use milepost::Definition;
///
/// let file = "name,start\nResolution 28,2018-05-23\n";
/// let definitions = milepost_io::read_catalogue(file.as_bytes(), "events.csv")?;
/// let Definition::Milestone(resolution) = &definitions[0] else { panic!("a milestone") };
/// assert_eq!(resolution.name, "Resolution 28");
/// # Ok::<(), milepost_io::Error>(())
/// ```
///
/// # Errors
///
/// A header that belongs to none of them, and every cell that does not fit.
///
/// [`read_indicators`]: crate::read_indicators
/// [`read_milestones`]: crate::read_milestones
/// [`read_regions`]: crate::read_regions
pub fn read_catalogue(reader: impl Read, file: &str) -> Result<Vec<Definition>> {
    let table = Table::open(BufReader::new(reader), file)?;
    match sort(&table.header) {
        Ok(sort) => sort.read(table),
        Err(message) => {
            let mut faults = Faults::of(file);
            faults.add(table.header.line(), None, message);
            Err(Error::Data(faults))
        }
    }
}

/// What a catalogue file defines.
#[derive(Debug, Clone, Copy)]
enum Sort {
    Indicators,
    Regions,
    Milestones,
}

impl Sort {
    fn read(self, table: Table<impl BufRead>) -> Result<Vec<Definition>> {
        fn all<T>(definitions: Vec<T>, sort: impl Fn(T) -> Definition) -> Vec<Definition> {
            definitions.into_iter().map(sort).collect()
        }
        Ok(match self {
            Self::Indicators => {
                let table = table.require(indicators::REQUIRED)?;
                all(indicators::indicators(table)?, Definition::Indicator)
            }
            Self::Regions => {
                let table = table.require(regions::REQUIRED)?;
                all(regions::regions(table)?, Definition::Region)
            }
            Self::Milestones => {
                let table = table.require(milestones::REQUIRED)?;
                all(milestones::milestones(table)?, Definition::Milestone)
            }
        })
    }
}

fn sort(header: &Header) -> Result<Sort, String> {
    let has = |name| header.has(name);
    if has("indicator") && has("value") {
        Err("the columns are those of observations, which are imported; a catalogue file has \
             `name`, `code` or `start`"
            .to_owned())
    } else if has("start") {
        Ok(Sort::Milestones)
    } else if has("code") {
        Ok(Sort::Regions)
    } else if has("name") {
        Ok(Sort::Indicators)
    } else {
        Err(format!(
            "the columns {} are not those of a catalogue; `name` with `start` would be milestones, \
             `code` regions, `name` indicators",
            header.names().join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn check(file: &str, expected: &Expect) {
        let error = read_catalogue(file.as_bytes(), "a.csv").expect_err("the file has a fault");
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn the_sample_files_are_told_apart() {
        let indicators = include_bytes!("../../milepost-shell/data/indicators.csv");
        let regions = include_bytes!("../../milepost-shell/data/regions.csv");
        let milestones = include_bytes!("../../milepost-shell/data/milestones.csv");
        let sorts = |file: &[u8]| {
            let definitions = read_catalogue(file, "a.csv").unwrap();
            let count =
                |sort: fn(&Definition) -> bool| definitions.iter().filter(|d| sort(d)).count();
            (
                count(|d| matches!(d, Definition::Indicator(_))),
                count(|d| matches!(d, Definition::Region(_))),
                count(|d| matches!(d, Definition::Milestone(_))),
            )
        };
        assert_eq!(sorts(indicators), (34, 0, 0));
        assert_eq!(sorts(regions), (0, 130, 0));
        assert_eq!(sorts(milestones), (0, 0, 43));
    }

    #[test]
    fn headers_of_other_files_are_refused() {
        check(
            "indicator,region,period,value\n",
            &expect![
                "a.csv: line 1: the columns are those of observations, which are imported; a catalogue file has `name`, `code` or `start`"
            ],
        );
        check(
            "a,b\n",
            &expect![
                "a.csv: line 1: the columns a, b are not those of a catalogue; `name` with `start` would be milestones, `code` regions, `name` indicators"
            ],
        );
        check(
            "name;kind\ni;stock\n",
            &expect![
                "a.csv: line 1: the header is separated by ';'; commas would separate columns"
            ],
        );
        check(
            "\n",
            &expect!["a.csv: line 1: the file is empty; a header with column names would fit"],
        );
        check(
            "id,start\n",
            &expect![
                "a.csv: line 1, column name: the header has no such column; its columns are id, start"
            ],
        );
        check(
            "name,Kind,kind\n",
            &expect![
                "a.csv: line 1, column kind: the header has this name twice; each column needs its own"
            ],
        );
    }

    #[test]
    fn faults_of_indicators() {
        check(
            "name,kind,basis,unit,decimals,direction,begins\n,stock,,,,,\n\
             i,stocks,yearly,1 000,many,left,2008\nj,,,,19,,2008-13-01\nj,,,,,,\n",
            &expect![[r#"
                a.csv: line 2, column name: the cell is empty; a value is needed here
                a.csv: line 3, column kind: "stocks" is not a kind; stock, flow, ratio, index or intensity would be
                a.csv: line 3, column basis: "yearly" is not a basis; period or ytd would be
                a.csv: line 3, column unit: "1 000": "000" is not a scale; a power of ten such as 1000 or `thousand` would be
                a.csv: line 3, column decimals: "many" is not a number of decimals; 0 to 18 would be
                a.csv: line 3, column direction: "left" is not a direction; up or down would be
                a.csv: line 3, column begins: `2008` is not a date of the form YYYY-MM-DD
                a.csv: line 4, column decimals: "19" is not a number of decimals; 0 to 18 would be
                a.csv: line 4, column begins: "2008-13-01": month 13 of 2008 does not exist: months run from 1 to 12
                a.csv: line 5, column name: "j" is on line 4 already; each row needs its own name"#]],
        );
    }

    #[test]
    fn faults_of_regions() {
        check(
            "uid,code,level,valid_from,valid_to\n,,2,,\n,A,deep,2008,\nA@1,A,-1,,\nA@1,A,,,\n\
             ,A,300,2008-01-01,2008-01-01\n",
            &expect![[r#"
                a.csv: line 2, column code: the cell is empty; a value is needed here
                a.csv: line 3, column valid_from: `2008` is not a date of the form YYYY-MM-DD
                a.csv: line 3, column level: "deep" is not a level; a whole number from 0 to 255 would be
                a.csv: line 4, column level: "-1" is not a level; a whole number from 0 to 255 would be
                a.csv: line 5, column uid: "A@1" is on line 4 already; each row needs its own uid
                a.csv: line 6, column valid_to: 2008-01-01 is not after valid_from; a day after 2008-01-01 would be
                a.csv: line 6, column level: "300" is not a level; a whole number from 0 to 255 would be"#]],
        );
    }

    #[test]
    fn faults_of_milestones() {
        check(
            "id,name,start,end\na,,,\nb,B,soon,later\nc,C,2020,2019\nc,D,2020,\n",
            &expect![[r#"
                a.csv: line 2, column name: the cell is empty; a value is needed here
                a.csv: line 2, column start: the cell is empty; a value is needed here
                a.csv: line 3, column start: `soon` does not begin with a year of four digits
                a.csv: line 3, column end: `later` does not begin with a year of four digits
                a.csv: line 4, column end: 2019 is before the start; a period from 2020 on would fit
                a.csv: line 5, column id: "c" is on line 4 already; each row needs its own id"#]],
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = read_catalogue_file("no/such/file.csv").unwrap_err();
        assert!(matches!(&error, Error::Io { file, .. } if file == "no/such/file.csv"));
        assert!(error.to_string().starts_with("no/such/file.csv: "));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            header in prop_oneof![
                Just(""), Just("name,start,end\n"), Just("code,valid_from,successor\n"),
                Just("name,unit,decimals\n"),
            ],
            bytes in proptest::collection::vec(any::<u8>(), 0..60),
            cells in "[-A-Z0-9~;|,\n]{0,40}",
        ) {
            let _ = read_catalogue([header.as_bytes(), &bytes].concat().as_slice(), "a.csv");
            let _ = read_catalogue(format!("{header}{cells}").as_bytes(), "a.csv");
        }
    }
}
