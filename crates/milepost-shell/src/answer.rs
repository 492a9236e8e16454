//! Answers as grids: every column in full for machines, what matters for people.

use milepost::{Answer, Precision, Reading, Row, grouped};

use crate::grid::{Column, Grid};

/// The columns of the machine's view, [`Answer::columns`].
pub(crate) fn machine_columns(answer: &Answer) -> Vec<Column> {
    let column = |name: String| match name.as_str() {
        "value" => Column::number(name),
        _ => Column::text(name),
    };
    answer.columns().into_iter().map(column).collect()
}

/// The machine's view: figures in full.
pub(crate) fn machine_grid(answer: &Answer) -> Grid {
    let mut grid = Grid::new(machine_columns(answer));
    for record in answer.records() {
        grid.push(record);
    }
    grid
}

/// The reader's view: rounded figures with their units, the base and the end of a comparison with
/// theirs, a dash with the reason where there is no value; columns that say nothing are left out.
pub(crate) fn reader_grid(answer: &Answer) -> Grid {
    let mut columns = vec![Column::text("region")];
    columns.extend(answer.axes.iter().map(Column::text));
    let compares = answer.rows.iter().any(|row| row.base.is_some());
    if compares {
        columns.extend([Column::number("base"), Column::number("end")]);
    } else {
        columns.push(Column::text("period"));
    }
    columns.extend([Column::number("value"), Column::text("status"), Column::text("coverage")]);
    let mut grid = Grid::new(columns);
    for row in &answer.rows {
        let mut cells = vec![row.region.name.clone()];
        cells.extend(row.axes.iter().cloned());
        let period = || row.period.map(|period| period.to_string()).unwrap_or_default();
        if compares {
            cells.push(row.base.as_ref().map(reading).unwrap_or_default());
            cells.push(row.end.as_ref().map_or_else(period, reading));
        } else {
            cells.push(period());
        }
        cells.push(value(row));
        cells.push(row.strength.map(|strength| strength.word().to_owned()).unwrap_or_default());
        cells.push(row.coverage.map(|coverage| coverage.to_string()).unwrap_or_default());
        grid.push(cells);
    }
    grid.without_empty_columns()
}

/// `2017: 224,000`
fn reading(reading: &Reading) -> String {
    format!("{}: {}{}", reading.period, reading.precision.prefix(), grouped(reading.value))
}

/// `nearly 574,000 persons`, `≈ +156.25 %`, `– not yet`
fn value(row: &Row) -> String {
    let Some(value) = &row.value else {
        let reason = row.missing.as_ref().map(ToString::to_string).unwrap_or_default();
        return format!("– {reason}").trim_end().to_owned();
    };
    let unit = match row.unit.as_str() {
        "" => String::new(),
        unit if unit.contains('=') => format!(" ({unit})"),
        unit => format!(" {unit}"),
    };
    let figure = grouped(*value);
    let (prefix, sign) = match (&row.base, &row.end) {
        (None, Some(end)) if end.value == *value => (end.precision.prefix(), ""),
        (base, end) => {
            let ends = [base.as_ref(), end.as_ref()];
            let inexact = ends.into_iter().flatten().any(|r| r.precision != Precision::Exact);
            let is_change = base.is_some() && !is_level(&row.unit) && value.to_f64() > 0.0;
            (if inexact { "≈ " } else { "" }, if is_change { "+" } else { "" })
        }
    };
    format!("{prefix}{sign}{figure}{unit}")
}

/// Whether figures in the unit of a comparison are levels rather than changes: multiples and
/// indices have no sign.
fn is_level(unit: &str) -> bool {
    unit == "times" || unit.ends_with("= 100")
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::columns::{Layout, draw};

    fn check(query: &str, expect: &Expect) {
        let store = crate::sample_store().unwrap();
        let answer = store.query(query).unwrap_or_else(|error| panic!("{error}"));
        expect.assert_eq(&draw(&reader_grid(&answer), Layout::PLAIN));
    }

    #[test]
    fn a_comparison_shows_both_ends() {
        check(
            "growth of voluntary_si.participants in VN since Resolution 28 until 2019",
            &expect![[r#"
                region             base                   end        value  status
                --------  -------------  --------------------  -----------  ------
                Việt Nam  2017: 224,000  2019: nearly 574,000  ≈ +156.25 %  actual
            "#]],
        );
        check(
            "growth of voluntary_si.participants in VN since Resolution 28 until 2019 by year",
            &expect![[r#"
                region                  base                   end        value  status
                --------  ------------------  --------------------  -----------  ------
                Việt Nam       2017: 224,000    2018: over 277,000   ≈ +23.66 %  actual
                Việt Nam  2018: over 277,000  2019: nearly 574,000  ≈ +107.22 %  actual
            "#]],
        );
    }

    #[test]
    fn multiples_and_indices_have_no_sign() {
        check(
            "multiple of hi.visits in VN since 2009 including estimates",
            &expect![[r#"
            region                base                      end      value  status
            --------  ----------------  -----------------------  ---------  --------
            Việt Nam  2009: 92,500,000  2024: about 185,000,000  ≈ 2 times  estimate
        "#]],
        );
        check(
            "index of hi.participants in VN since 2002 until 2023",
            &expect![[r#"
                region                base               end                value  status
                --------  ----------------  ----------------  -------------------  ------
                Việt Nam  2002: 13,030,000  2023: 93,620,000  718.50 (2002 = 100)  actual
            "#]],
        );
    }

    #[test]
    fn levels_show_how_they_were_printed() {
        check(
            "voluntary_si.participants in VN since Resolution 28 until 2019",
            &expect![[r#"
            region    period                   value  status
            --------  ------  ----------------------  ------
            Việt Nam  2017           224,000 persons  actual
            Việt Nam  2018      over 277,000 persons  actual
            Việt Nam  2019    nearly 574,000 persons  actual
        "#]],
        );
    }

    #[test]
    fn what_is_missing_says_why() {
        check(
            "hi.coverage in VN, Vinh Long at 2022",
            &expect![[r#"
            region     period            value
            ---------  ------  ---------------
            Việt Nam   2022          – no data
            Vĩnh Long  2022    – before series
        "#]],
        );
    }

    #[test]
    fn machines_get_figures_in_full() {
        let store = crate::sample_store().unwrap();
        let answer = store.query("growth of voluntary_si.participants in VN during 2018").unwrap();
        let grid = machine_grid(&answer);
        let numbers: Vec<&str> = grid
            .columns
            .iter()
            .filter(|column| column.is_number)
            .map(|column| column.name.as_str())
            .collect();
        assert_eq!(numbers, ["value"]);
        assert_eq!(grid.rows[0][4], "23.660714285714285");
    }
}
