//! `regions.csv`: places, one row a version.

use std::io::{BufRead, BufReader, Read};

use milepost::{Date, Label, Region, Successor};

use crate::Result;
use crate::table::{Line, NAME_BYTES_MAX, NOTE_BYTES_MAX, Table};
use crate::unique::Unique;

pub(crate) const REQUIRED: &[&str] = &["code"];

/// Columns with a code of another scheme, and the scheme's name.
const OTHER_CODES: &[(&str, &str)] =
    &[("gso_code", "gso"), ("iso_code_before_2011", "iso_before_2011")];

/// Reads versions of regions, one a row; `file` names the input in messages.
///
/// Only the column `code` is required. The others, in any order:
///
/// | column | meaning |
/// | --- | --- |
/// | `uid` | the version's own name; empty: `code@year of valid_from`, or `code@0` |
/// | `name`, `name_xx` | the official name, and names in language `xx` |
/// | `name_ascii`, `aliases` | further names to find it by; aliases are separated by a bar |
/// | `type` | `province`, `macro_region`, … |
/// | `level` | depth below the root, 0 for a country; empty: never rolled up |
/// | `parent` | uid or code of the parent |
/// | `valid_from`, `valid_to` | first day, and first day no longer; empty: always |
/// | `successor` | uids of what follows, separated by `;`; `~` marks a partial transfer |
/// | `gso_code`, `iso_code_before_2011` | codes of the schemes `gso` and `iso_before_2011` |
/// | `note` | a remark |
///
/// Columns of other names are ignored.
///
/// ```
/// let file = "code,name,name_ascii,valid_from\nVN-49,Vĩnh Long,Vinh Long,2025-07-01\n";
/// let regions = milepost_io::read_regions(file.as_bytes(), "regions.csv")?;
/// assert_eq!(regions[0].uid(), "VN-49@2025");
/// assert_eq!(regions[0].official_name(), "Vĩnh Long");
/// # Ok::<(), milepost_io::Error>(())
/// ```
///
/// # Errors
///
/// Every cell that does not fit, by line and column; no region is given then.
pub fn read_regions(reader: impl Read, file: &str) -> Result<Vec<Region>> {
    regions(Table::open(BufReader::new(reader), file)?.require(REQUIRED)?)
}

pub(crate) fn regions(table: Table<impl BufRead>) -> Result<Vec<Region>> {
    let mut regions = Vec::new();
    let mut uids = Unique::default();
    table.read(|mut line, _| {
        if let Some(region) = region(&mut line) {
            uids.check(&mut line, "uid", &region.uid());
            regions.push(region);
        }
    })?;
    Ok(regions)
}

fn region(line: &mut Line<'_>) -> Option<Region> {
    let mut region = Region::new(line.required("code")?);
    region.valid_from = line.parsed("valid_from", str::parse::<Date>);
    region.valid_to = line.parsed("valid_to", str::parse::<Date>);
    if let (Some(from), Some(to)) = (region.valid_from, region.valid_to)
        && to <= from
    {
        line.fault(
            "valid_to",
            format!("{to} is not after valid_from; a day after {from} would be"),
        );
    }
    region.uid = line.owned("uid", NAME_BYTES_MAX).unwrap_or_default();
    region.names = names(line);
    region.kind = line.owned("type", NAME_BYTES_MAX).unwrap_or_default();
    region.level = line.parsed("level", level);
    region.parent = line.owned("parent", NAME_BYTES_MAX);
    for uid in line.list("successor", ';') {
        let (uid, partial) = match uid.strip_prefix('~') {
            Some(uid) => (uid.trim().to_owned(), true),
            None => (uid, false),
        };
        region.successors.push(Successor { uid, partial });
    }
    for (column, scheme) in OTHER_CODES {
        if let Some(code) = line.owned(column, NAME_BYTES_MAX) {
            region.codes.push(((*scheme).to_owned(), code));
        }
    }
    region.note = line.owned("note", NOTE_BYTES_MAX);
    Some(region)
}

/// The official name, then names by language, then the others, each once.
fn names(line: &mut Line<'_>) -> Vec<Label> {
    let mut names = line.labels("name");
    for name in &mut names {
        name.language.take_if(|language| language.eq_ignore_ascii_case("ascii"));
    }
    names.extend(line.list("aliases", '|').into_iter().map(Label::plain));
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn level(text: &str) -> Result<u8, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is not a level; a whole number from 0 to 255 would be"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_place() {
        let file = "code,name,name_ascii,name_en,aliases,type,level,parent,valid_from,valid_to,\
                    successor,gso_code,iso_code_before_2011,confidence,note\n\
                    VN-04,Cao Bằng,Cao Bang,Cao Bang Province,CB | Cao Bang,province,2,VN-RG-NMM,,\
                    1997-01-01,VN-04@1997;~VN-53@1997,04,VN-4,high,split\n";
        let regions = read_regions(file.as_bytes(), "a.csv").unwrap();
        let expected = Region::new("VN-04")
            .name("Cao Bằng")
            .name("Cao Bang")
            .label("en", "Cao Bang Province")
            .name("CB")
            .kind("province")
            .level(2)
            .parent("VN-RG-NMM")
            .valid_to("1997-01-01")
            .successor("VN-04@1997")
            .successor("~VN-53@1997")
            .other_code("gso", "04")
            .other_code("iso_before_2011", "VN-4")
            .note("split");
        assert_eq!(regions, [expected]);
        assert_eq!(regions[0].uid(), "VN-04@0");
    }
}
