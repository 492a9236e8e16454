//! Cuts: which observation an anchor picks.

use crate::test_support::{answer, only_row, outcome_with, series, value};
use crate::{Outcome, Parameters, Session};

fn base(query: &str) -> String {
    only_row(query).base.map(|base| base.period.to_string()).unwrap_or_default()
}

#[test]
fn anchors_pick_their_base() {
    for (anchor, expected) in [
        ("\"Resolution 28\"", "2017"),
        ("2017", "2017"),
        ("2018-12-31", "2018"),
        ("2018-12-30", "2017"),
        ("start of 2018", "2017"),
        ("end of 2018", "2018"),
        ("first", "2016"),
        ("end of \"Resolution 28\"", "2017"),
    ] {
        let query = format!("change of voluntary_si.participants in VN since {anchor} until 2019");
        assert_eq!(base(&query), expected, "{query}");
    }
}

#[test]
fn a_milestone_acts_from_the_start_of_its_day() {
    // "34 provinces" is 2025-07-01: a figure of 2025-06-30 would still be its base.
    let query = "hi.coverage in VN at or before 2025-06-30";
    assert_eq!(only_row(query).period.unwrap().to_string(), "2023");
}

#[test]
fn a_stock_is_matched_by_its_close() {
    for period in ["2024-06", "2024-H1", "2024-Q2"] {
        let row = only_row(&format!("si.participants in VN at {period}"));
        assert_eq!(row.value.unwrap().to_string(), "18305000");
        assert_eq!(row.period.unwrap().to_string(), period);
    }
}

#[test]
fn a_flow_needs_every_sub_period() {
    assert_eq!(value("fund.revenue in VN at 2022"), "1278");
    assert_eq!(value("fund.revenue in VN at 2023"), "incomplete 11/12");
    assert_eq!(value("fund.revenue in VN at 2023-H1"), "693");
    assert_eq!(value("yoy growth of fund.revenue in VN at 2023-H1"), "11.5942");
    assert_eq!(value("yoy growth of fund.revenue in VN at 2023"), "incomplete 11/12");
    assert_eq!(
        series("fund.revenue in VN by quarter during 2023"),
        ["2023-Q1 342.00", "2023-Q2 351.00", "2023-Q3 360.00", "2023-Q4 incomplete 2/3"]
    );
}

#[test]
fn flows_compare_over_equal_spans() {
    // The years of a monthly flow: 2023 is not complete, so nothing compares with 2022 yet.
    let row = only_row("growth of fund.revenue in VN since 2022");
    assert_eq!(row.missing.unwrap().word(), "not yet");
    let query = "change of fund.revenue in VN since 2022 until 2023-Q3 by quarter";
    assert_eq!(base_of_first(query), "2022-Q4");
    assert_eq!(series(query), ["2023-Q1 9.00", "2023-Q2 9.00", "2023-Q3 9.00"]);
}

fn base_of_first(query: &str) -> String {
    let rows = answer(query).rows;
    rows.first().and_then(|row| row.base.as_ref()).unwrap().period.to_string()
}

#[test]
fn windows_show_what_lies_inside() {
    assert_eq!(series("voluntary_si.participants in VN during 2018"), ["2018 277000.00"]);
    assert_eq!(
        series("hi.participants in VN over last 1 year"),
        ["2023 93620000.00", "2024-06 92131000.00"]
    );
    assert_eq!(value("change of hi.participants in VN over last 1 year"), "1225000");
}

#[test]
fn missing_says_why() {
    for (query, reason) in [
        ("hi.participants in VN at 2010", "no data"),
        ("hi.participants in VN at 1990", "before series"),
        ("hi.participants in VN at 2030", "not yet"),
        ("hi.participants in VN at 2023 as of 2023-12-31", "not known then"),
        ("ui.participants in VN at 2022", "withdrawn"),
        ("labour_force in VN-HN at 2022", "no data"),
        ("voluntary_si.coverage in VN-HN at 2022", "no parts"),
        ("change of ui.participants in VN since \"UI starts\" until 2009", "before series"),
        ("yoy change of hi.participants in VN at 2023", "no data"),
        ("gap of si.coverage in VN to 2026 target", "no target"),
        ("gap of si.coverage in VN to parent", "no parent"),
    ] {
        let row = only_row(query);
        assert_eq!(row.value, None, "{query}");
        assert_eq!(row.missing.unwrap().word(), reason, "{query}");
    }
}

#[test]
fn before_its_beginning_an_indicator_is_zero() {
    let change = "change of voluntary_si.participants in VN since \"VSI begins\" until 2019";
    assert_eq!(value(change), "574000");
    let growth = "growth of voluntary_si.participants in VN since \"VSI begins\" until 2019";
    assert_eq!(value(growth), "undefined: the base is zero");
    assert_eq!(value("voluntary_si.participants in VN at 2007"), "0");
}

#[test]
fn the_knowledge_date_hides_what_came_later() {
    assert_eq!(value("hi.participants in VN at 2023 as of 2024-02-15"), "93600000");
    assert_eq!(value("hi.participants in VN at 2023"), "93620000");
    let row = only_row("voluntary_si.participants in VN as of 2020-12-31");
    assert_eq!(row.period.unwrap().to_string(), "2019");
}

#[test]
fn the_strongest_admitted_status_wins() {
    let query = "si.coverage in VN by year between 2021 and 2025 including projections, targets";
    let rows: Vec<String> = answer(query)
        .rows
        .iter()
        .map(|row| row.strength.map_or("-", milepost_model::Strength::word).to_owned())
        .collect();
    assert_eq!(rows, ["target", "-", "actual", "projection", "target"]);
    let provisional = "hi.participants in VN at 2023 only provisional";
    assert_eq!(value(provisional), "93600000");
}

#[test]
fn a_strict_session_refuses_a_distant_base() {
    let query = "change of si.participants in VN since 2020-06-01";
    assert_eq!(value(query), "16305000");
    let mut session = Session::new();
    session.set_strict(true);
    match outcome_with(query, &mut session, &Parameters::new()) {
        Ok(Outcome::Answer(answer)) => {
            assert_eq!(answer.rows[0].missing.unwrap().word(), "no data");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_end_period_for_all_regions() {
    let answer = answer("hi.coverage in VN, \"Vinh Long\", \"Hà Nội\" at 2023");
    let missing: Vec<bool> = answer.rows.iter().map(|row| row.missing.is_some()).collect();
    assert_eq!(missing, [false, false, true]);
    let note = "1 of 3 regions has no figure for 2023";
    assert!(answer.notes.iter().any(|other| other.message == note), "{answer}");
}

#[test]
fn revisions_are_every_value_published() {
    let answer = answer("revisions of hi.participants in VN at 2023");
    let records: Vec<_> = answer.records().map(|record| record[2..6].join(" ")).collect();
    assert_eq!(records, ["2024-01-15 2023  93600000", "2024-11-24 2023  93620000"]);
}

#[test]
fn notes_name_the_neighbours_of_a_hole() {
    let answer = answer("change of hi.participants in VN since 2016 until 2023");
    let help: Vec<_> = answer.notes.iter().filter_map(|note| note.help.as_deref()).collect();
    assert_eq!(help, ["the nearest figures: `since 2002`, `since 2023-06`"]);
}
