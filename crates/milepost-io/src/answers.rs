//! Answers as files for other programs.
//!
//! All of them have the columns of [`Answer::columns`] and figures in full: an
//! exact decimal, or the shortest text that reads back as the same double.
//! Nothing is rounded, grouped or translated, and what is absent is empty
//! (`null` in JSON), with its reason in the column `missing`. The notes of an
//! answer are not part of its rows. Rows are written one after the other and
//! none is kept, so that an answer of millions takes no more memory than it had.

use std::io::{self, Write};

use milepost::{Answer, Number, Row};

/// Writes an answer as CSV (RFC 4180, UTF-8, a header, lines ended by `\n`).
///
/// ```
/// use milepost_io::{ImportOptions, import_reader, read_catalogue, write_csv};
///
/// let mut store = milepost::Store::in_memory();
/// let indicators = "name,kind,unit\nhi.coverage,ratio,%\n";
/// store.define_all(read_catalogue(indicators.as_bytes(), "indicators.csv")?)?;
/// let figures = "indicator,region,period,value,published\nhi.coverage,VN,2023,93.35,2024-02-07\n";
/// import_reader(&mut store, figures.as_bytes(), "a", &ImportOptions::default(), &mut |_| {})?;
///
/// let mut csv = Vec::new();
/// write_csv(&store.query("hi.coverage in VN at 2023")?, &mut csv)?;
/// assert_eq!(
///     String::from_utf8(csv)?,
///     "region_code,region,period,base,value,unit,status,coverage,missing,published\n\
///      VN,VN,2023,,93.35,%,actual,,,2024-02-07\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What `writer` reports.
pub fn write_csv(answer: &Answer, writer: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(writer);
    csv.write_record(answer.columns())?;
    for record in answer.records() {
        csv.write_record(record)?;
    }
    csv.flush()
}

/// Writes an answer as tab-separated values with a header; a tab or line end
/// inside a text becomes a blank, as the format has no way to write it.
///
/// # Errors
///
/// What `writer` reports.
pub fn write_tsv(answer: &Answer, mut writer: impl Write) -> io::Result<()> {
    let line = |cells: Vec<String>| {
        let cells: Vec<String> =
            cells.iter().map(|cell| cell.replace(['\t', '\r', '\n'], " ")).collect();
        cells.join("\t") + "\n"
    };
    writer.write_all(line(answer.columns()).as_bytes())?;
    for record in answer.records() {
        writer.write_all(line(record).as_bytes())?;
    }
    writer.flush()
}

/// Writes an answer as one JSON array with an object a row.
///
/// `value` is a number with every digit of the figure, which can be more than a
/// double holds; all other columns are texts, or `null` where they are empty.
///
/// # Errors
///
/// What `writer` reports.
pub fn write_json(answer: &Answer, mut writer: impl Write) -> io::Result<()> {
    let columns = answer.columns();
    let mut before: &[u8] = b"[\n  ";
    for row in answer.rows.stream() {
        writer.write_all(before)?;
        write_object(&columns, &row, &mut writer)?;
        before = b",\n  ";
    }
    writer.write_all(if answer.rows.is_empty() { b"[]\n" } else { b"\n]\n" })?;
    writer.flush()
}

/// Writes an answer as JSON lines: the objects of [`write_json`], one a line.
///
/// # Errors
///
/// What `writer` reports.
pub fn write_jsonl(answer: &Answer, mut writer: impl Write) -> io::Result<()> {
    let columns = answer.columns();
    for row in answer.rows.stream() {
        write_object(&columns, &row, &mut writer)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()
}

fn write_object(columns: &[String], row: &Row, writer: &mut impl Write) -> io::Result<()> {
    // An axis could have the name of the column, which stands after all axes.
    let value_at = columns.iter().rposition(|column| column == "value");
    for (at, (column, text)) in columns.iter().zip(row.record()).enumerate() {
        writer.write_all(if at == 0 { b"{" } else { b"," })?;
        serde_json::to_writer(&mut *writer, column)?;
        writer.write_all(b":")?;
        if Some(at) == value_at {
            writer.write_all(json_number(row.value.as_ref()).as_bytes())?;
        } else if text.is_empty() {
            writer.write_all(b"null")?;
        } else {
            serde_json::to_writer(&mut *writer, &text)?;
        }
    }
    writer.write_all(b"}")
}

/// JSON has no infinities; a figure has none either, unless arithmetic is at fault.
fn json_number(value: Option<&Number>) -> String {
    match value {
        Some(Number::Double(double)) if !double.is_finite() => "null".to_owned(),
        Some(value) => value.to_string(),
        None => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use milepost::{Coverage, MissingReason, RegionLabel, Status, Strength};

    fn answer() -> Answer {
        let region = |code: &str, name: &str| RegionLabel {
            uid: format!("{code}@0"),
            code: code.to_owned(),
            name: name.to_owned(),
        };
        let row = Row {
            region: region("VN-49", "Vĩnh Long, \"VL\""),
            axes: vec!["a\tb".to_owned()],
            period: "2024-H1".parse().ok(),
            base: None,
            end: None,
            value: "123456789012345678.5".parse().ok().map(Number::Exact),
            unit: "persons".to_owned(),
            status: Status::ACTUAL,
            strength: Some(Strength::Actual),
            coverage: Some(Coverage { present: 11, expected: 12 }),
            missing: None,
            published: "2024-07-10".parse().ok(),
        };
        let double = |value| Row { value: Some(Number::Double(value)), ..row.clone() };
        let missing = Row {
            region: region("VN", "Việt Nam"),
            axes: vec![String::new()],
            value: None,
            strength: None,
            coverage: None,
            missing: Some(MissingReason::NoData),
            published: None,
            ..row.clone()
        };
        let rows = vec![row.clone(), double(0.1 + 0.2), double(1e-7), double(f64::NAN), missing];
        Answer { axes: vec!["sex".to_owned()], rows: rows.into(), ..Answer::default() }
    }

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn csv_has_figures_in_full() {
        expect![[r#"
            region_code,region,sex,period,base,value,unit,status,coverage,missing,published
            VN-49,"Vĩnh Long, ""VL""",a	b,2024-H1,,123456789012345678.5,persons,actual,11/12,,2024-07-10
            VN-49,"Vĩnh Long, ""VL""",a	b,2024-H1,,0.30000000000000004,persons,actual,11/12,,2024-07-10
            VN-49,"Vĩnh Long, ""VL""",a	b,2024-H1,,0.0000001,persons,actual,11/12,,2024-07-10
            VN-49,"Vĩnh Long, ""VL""",a	b,2024-H1,,NaN,persons,actual,11/12,,2024-07-10
            VN,Việt Nam,,2024-H1,,,persons,,,no data,
        "#]].assert_eq(&text(|out| write_csv(&answer(), out)));
    }

    #[test]
    fn tabs_inside_a_text_become_blanks() {
        expect![[r#"
            region_code	region	sex	period	base	value	unit	status	coverage	missing	published
            VN-49	Vĩnh Long, "VL"	a b	2024-H1		123456789012345678.5	persons	actual	11/12		2024-07-10
            VN-49	Vĩnh Long, "VL"	a b	2024-H1		0.30000000000000004	persons	actual	11/12		2024-07-10
            VN-49	Vĩnh Long, "VL"	a b	2024-H1		0.0000001	persons	actual	11/12		2024-07-10
            VN-49	Vĩnh Long, "VL"	a b	2024-H1		NaN	persons	actual	11/12		2024-07-10
            VN	Việt Nam		2024-H1			persons			no data	
        "#]]
        .assert_eq(&text(|out| write_tsv(&answer(), out)));
    }

    #[test]
    fn json_has_a_row_an_object() {
        expect![[r#"
            [
              {"region_code":"VN-49","region":"Vĩnh Long, \"VL\"","sex":"a\tb","period":"2024-H1","base":null,"value":123456789012345678.5,"unit":"persons","status":"actual","coverage":"11/12","missing":null,"published":"2024-07-10"},
              {"region_code":"VN-49","region":"Vĩnh Long, \"VL\"","sex":"a\tb","period":"2024-H1","base":null,"value":0.30000000000000004,"unit":"persons","status":"actual","coverage":"11/12","missing":null,"published":"2024-07-10"},
              {"region_code":"VN-49","region":"Vĩnh Long, \"VL\"","sex":"a\tb","period":"2024-H1","base":null,"value":0.0000001,"unit":"persons","status":"actual","coverage":"11/12","missing":null,"published":"2024-07-10"},
              {"region_code":"VN-49","region":"Vĩnh Long, \"VL\"","sex":"a\tb","period":"2024-H1","base":null,"value":null,"unit":"persons","status":"actual","coverage":"11/12","missing":null,"published":"2024-07-10"},
              {"region_code":"VN","region":"Việt Nam","sex":null,"period":"2024-H1","base":null,"value":null,"unit":"persons","status":null,"coverage":null,"missing":"no data","published":null}
            ]
        "#]].assert_eq(&text(|out| write_json(&answer(), out)));
        assert_eq!(text(|out| write_json(&Answer::default(), out)), "[]\n");
    }

    #[test]
    fn json_lines_are_the_objects_of_json() {
        let array = text(|out| write_json(&answer(), out));
        let lines = text(|out| write_jsonl(&answer(), out));
        assert_eq!(lines.lines().count(), answer().rows.len());
        let objects: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&array).unwrap(), objects);
    }
}
