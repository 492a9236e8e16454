//! `indicators.csv`: what is measured.

use std::io::{BufRead, BufReader, Read};

use milepost::{Basis, Date, Direction, Indicator, Kind, Unit};

use crate::Result;
use crate::table::{Line, NAME_BYTES_MAX, NOTE_BYTES_MAX, Table};
use crate::unique::Unique;

pub(crate) const REQUIRED: &[&str] = &["name"];

/// Reads indicators, one a row; `file` names the input in messages.
///
/// Only the column `name` is required. The others, in any order: `label` and
/// `label_xx` (a label in language `xx`), `aliases` (separated by `|`), `kind`
/// (`stock`, `flow`, `ratio`, `index`, `intensity`; empty: undeclared), `basis`
/// (`period` or `ytd`), `unit`, `decimals`, `numerator`, `denominator`,
/// `weight`, `direction` (`up` or `down`), `begins` (a day) and `note`.
/// Columns of other names are ignored.
///
/// ```
/// let file = "name,kind,unit,label_vi\nhi.participants,stock,persons,Bảo hiểm y tế\n";
/// let indicators = milepost_io::read_indicators(file.as_bytes(), "indicators.csv")?;
/// assert_eq!(indicators[0].kind, Some(milepost::Kind::Stock));
/// assert_eq!(indicators[0].labels[0].language.as_deref(), Some("vi"));
/// # Ok::<(), milepost_io::Error>(())
/// ```
///
/// # Errors
///
/// Every cell that does not fit, by line and column; no indicator is given then.
pub fn read_indicators(reader: impl Read, file: &str) -> Result<Vec<Indicator>> {
    indicators(Table::open(BufReader::new(reader), file)?.require(REQUIRED)?)
}

pub(crate) fn indicators(table: Table<impl BufRead>) -> Result<Vec<Indicator>> {
    let mut indicators = Vec::new();
    let mut names = Unique::default();
    table.read(|mut line, _| {
        if let Some(indicator) = indicator(&mut line) {
            names.check(&mut line, "name", &indicator.name);
            indicators.push(indicator);
        }
    })?;
    Ok(indicators)
}

fn indicator(line: &mut Line<'_>) -> Option<Indicator> {
    let mut indicator = Indicator::undeclared(line.required("name")?);
    indicator.labels = line.labels("label");
    indicator.aliases = line.list("aliases", '|');
    indicator.kind = line.parsed("kind", str::parse::<Kind>);
    indicator.basis = line.parsed("basis", str::parse::<Basis>);
    if line.parsed("unit", str::parse::<Unit>).is_some() {
        line.text("unit").clone_into(&mut indicator.unit);
    }
    indicator.decimals = line.parsed("decimals", decimals);
    indicator.numerator = line.owned("numerator", NAME_BYTES_MAX);
    indicator.denominator = line.owned("denominator", NAME_BYTES_MAX);
    indicator.weight = line.owned("weight", NAME_BYTES_MAX);
    indicator.direction = line.parsed("direction", str::parse::<Direction>);
    indicator.begins = line.parsed("begins", str::parse::<Date>);
    indicator.note = line.owned("note", NOTE_BYTES_MAX);
    Some(indicator)
}

fn decimals(text: &str) -> Result<u8, String> {
    text.parse()
        .ok()
        .filter(|&decimals| decimals <= 18)
        .ok_or_else(|| format!("{text:?} is not a number of decimals; 0 to 18 would be"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_place() {
        let file = "name,label,label_vi,aliases,kind,basis,unit,decimals,numerator,denominator,\
                    weight,direction,begins,note,extra\n\
                    r,Rate,Tỷ lệ,a|b c,ratio,ytd,%,2,n,d,w,down,2009-01-01,why,x\nu,,,,,,,,,,,,,,\n";
        let indicators = read_indicators(file.as_bytes(), "a.csv").unwrap();
        let mut expected = Indicator::ratio("r")
            .label("vi", "Tỷ lệ")
            .alias("a")
            .alias("b c")
            .basis(Basis::Ytd)
            .unit("%")
            .decimals(2)
            .of("n", "d")
            .weight("w")
            .direction(Direction::Down)
            .begins("2009-01-01")
            .note("why");
        expected.labels.insert(0, milepost::Label::plain("Rate"));
        assert_eq!(indicators, [expected, Indicator::undeclared("u")]);
    }
}
