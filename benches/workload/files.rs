//! The workload as files: figures, regions and indicators in milepost's own CSV.

use std::io::{self, BufWriter, Write};

use super::geography::{NATION_CODE, PROVINCES, commune_code, district_code, province_code};
use super::indicators::{INDICATORS, Indicator, month_text};
use super::{FIRST_MONTH, LAST_MONTH, Workload};

/// The digits of a number of 64 bits, a sign, a point and the end of the line.
const VALUE_BYTES: usize = 24;

impl Workload {
    /// Writes the figures: `indicator,region,period,value`.
    pub fn write_observations(&self, out: impl Write) -> io::Result<()> {
        let communes: Vec<String> =
            (0..self.geography().communes().len()).map(commune_code).collect();
        let months: Vec<String> = (FIRST_MONTH..=LAST_MONTH).map(month_text).collect();
        let mut out = BufWriter::with_capacity(1 << 18, out);
        out.write_all(b"indicator,region,period,value\n")?;
        let mut line = Vec::with_capacity(64);
        for point in self.points() {
            let indicator = &INDICATORS[point.indicator];
            line.clear();
            line.extend_from_slice(indicator.name.as_bytes());
            line.push(b',');
            line.extend_from_slice(communes[point.commune].as_bytes());
            line.push(b',');
            line.extend_from_slice(months[usize::from(point.month - FIRST_MONTH)].as_bytes());
            line.push(b',');
            push_decimal(&mut line, point.digits.unsigned_abs(), indicator.decimals);
            line.push(b'\n');
            out.write_all(&line)?;
        }
        out.flush()
    }

    /// Writes the nation, its provinces, districts and communes.
    pub fn write_regions(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        writeln!(out, "code,name,type,level,parent")?;
        writeln!(out, "{NATION_CODE},Viet Nam,country,0,")?;
        for province in 0..PROVINCES {
            let code = province_code(province);
            writeln!(out, "{code},Province {},province,1,{NATION_CODE}", province + 1)?;
        }
        for (number, district) in self.geography().districts().iter().enumerate() {
            let (code, parent) = (district_code(number), province_code(district.province));
            writeln!(out, "{code},District {},district,2,{parent}", number + 1)?;
        }
        for (number, commune) in self.geography().communes().iter().enumerate() {
            let (code, parent) = (commune_code(number), district_code(commune.district));
            writeln!(out, "{code},Commune {},commune,3,{parent}", number + 1)?;
        }
        out.flush()
    }

    /// Writes what is measured: name, kind, unit and decimals.
    pub fn write_indicators(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        writeln!(out, "name,kind,unit,decimals")?;
        for indicator in INDICATORS {
            let Indicator { name, kind, unit, decimals, .. } = indicator;
            writeln!(out, "{name},{kind},{unit},{decimals}")?;
        }
        out.flush()
    }
}

fn push_decimal(line: &mut Vec<u8>, mut digits: u64, decimals: u8) {
    let mut text = [0; VALUE_BYTES];
    let mut start = VALUE_BYTES;
    let mut written = 0;
    while digits > 0 || written <= decimals {
        if written == decimals && decimals > 0 {
            start -= 1;
            text[start] = b'.';
        }
        start -= 1;
        text[start] = b'0' + (digits % 10) as u8;
        digits /= 10;
        written += 1;
    }
    line.extend_from_slice(&text[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_their_decimals() {
        let text = |digits, decimals| {
            let mut line = Vec::new();
            push_decimal(&mut line, digits, decimals);
            String::from_utf8(line).unwrap()
        };
        assert_eq!(text(0, 0), "0");
        assert_eq!(text(u64::MAX, 0), "18446744073709551615");
        assert_eq!(text(9420, 2), "94.20");
        assert_eq!(text(7, 2), "0.07");
    }
}
