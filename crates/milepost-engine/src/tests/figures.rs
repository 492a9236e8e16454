//! Figures that were printed, and what follows from them.

use expect_test::expect;

use crate::test_support::{answer, only_row, series, value};

#[test]
fn printed_figures_are_reproduced() {
    for (query, expected) in [
        ("voluntary_si.participants in VN at 2019", "574000"),
        ("growth of voluntary_si.participants in VN since \"Resolution 28\" until 2018", "23.6607"),
        ("growth of voluntary_si.participants in VN since Resolution 28 until 2019", "156.25"),
        ("change of voluntary_si.participants in VN since Resolution 28 until 2019", "350000"),
        ("change of voluntary_si.participants in VN since Resolution 28", "1403000"),
        ("change of voluntary_si.participants in VN during 2019", "297000"),
        ("growth of voluntary_si.participants in VN during 2019", "107.2202"),
        ("growth of voluntary_si.participants in VN during 2017", "9.9656"),
        ("change of si.participants in VN since 1995 including projections", "18030000"),
        ("growth of si.participants in VN since 1995 including projections", "901.5"),
        ("change of ui.participants in VN between 2009 and 2024 including projections", "10040000"),
        ("growth of ui.participants in VN between 2009 and 2024 including projections", "167.6127"),
        ("change of hi.participants in VN between 2002 and 2023", "80590000"),
        ("multiple of hi.visits in VN since 2009 including estimates", "2"),
        ("cagr of hi.participants in VN between 1995 and 2023", "9.6488"),
        ("cagr of hi.participants in VN between 2002 and 2023", "9.8455"),
        ("yoy change of si.participants in VN at 2024-H1", "1164000"),
        ("yoy growth of si.participants in VN at 2024-06", "6.7907"),
        ("yoy growth of hi.participants in VN at 2024-H1", "1.3475"),
        ("si.participants - voluntary_si.participants in VN at 2024-H1", "16678000"),
        ("voluntary_si.participants + compulsory_si.participants in VN at 2024-H1", "18305000"),
        ("voluntary_si.participants as % of si.participants in VN at 2024-06", "8.8883"),
        ("si.participants / si.coverage in VN at 2024-06", "46875800.2561"),
        ("(si.coverage in \"Vinh Long\") - (si.coverage in VN) at 2023", "-8.25"),
        ("index of voluntary_si.participants in VN since 2017 until 2019", "256.25"),
        ("change of hi.coverage in VN since 1995 until 2023", "83.75"),
        ("change of si.coverage in VN since 2023", "-0.2"),
        ("growth of hi.participants in VN between 2023 and 2024 including projections", "1.9333"),
        (
            "change of voluntary_si.participants in VN between 2024-06 and 2024 including projections",
            "665000",
        ),
    ] {
        assert_eq!(value(query), expected, "{query}");
    }
}

#[test]
fn a_level_since_a_milestone_shows_its_base() {
    let query = "voluntary_si.participants in VN since \"Resolution 28\" until 2019";
    assert_eq!(series(query), ["2017 224000.00", "2018 277000.00", "2019 574000.00"]);
}

#[test]
fn growth_by_year_is_taken_across_each_step() {
    let query =
        "growth of voluntary_si.participants in VN since \"Resolution 28\" until 2019 by year";
    expect![[r#"
        region    base          from  period              to     value  unit  status
        --------  ----  ------------  ------  --------------  --------  ----  ------
        Việt Nam  2017       224,000  2018      over 277,000   ≈ 23.66  %     actual
        Việt Nam  2018  over 277,000  2019    nearly 574,000  ≈ 107.22  %     actual
        note: end 2018 is printed as "over 277,000"
        note: base 2018 is printed as "over 277,000"
        note: end 2019 is printed as "nearly 574,000"
    "#]]
    .assert_eq(&answer(query).to_string());
}

#[test]
fn machine_columns_are_unrounded() {
    let answer = answer("growth of si.participants in VN since 2023-06");
    assert_eq!(
        answer.columns().join(","),
        "region_code,region,period,base,value,unit,status,coverage,missing,published"
    );
    let records: Vec<_> = answer.records().map(|record| record.join(",")).collect();
    assert_eq!(records, ["VN,Việt Nam,2024-06,2023-06,6.790735663030161,%,estimate,,,2024-07-10"]);
}

#[test]
fn units_convert_in_scale_only() {
    assert_eq!(value("si.participants in VN at 2024-06 as million persons"), "18.305");
    let row = only_row("fund.revenue / si.participants in VN at 2023-06 as VND per person");
    assert_eq!((row.unit.as_str(), row.strength.unwrap().word()), ("VND/person", "estimate"));
    assert_eq!(format!("{:.1}", row.value.unwrap().to_f64()), "6884.1");
}

#[test]
fn percents_make_points() {
    for (query, unit) in [
        ("change of si.coverage in VN since 2023", "pp"),
        ("growth of si.coverage in VN since 2023", "relative %"),
        ("pace of si.coverage in VN since 2023", "pp/year"),
        ("hi.coverage - si.coverage in VN at 2023", "pp"),
        ("hi.coverage * 2 in VN at 2023", "%"),
        ("hi.coverage * hi.participants in VN at 2023", "persons"),
        ("multiple of hi.coverage in VN since 1995", "times"),
        ("index of hi.coverage in VN since 1995", "1995 = 100"),
        ("cagr of hi.participants in VN since 1995", "%/year"),
    ] {
        assert_eq!(only_row(query).unit, unit, "{query}");
    }
    assert_eq!(value("hi.coverage * hi.participants in VN at 2023"), "87394270");
}

#[test]
fn the_weakest_status_is_that_of_the_result() {
    let row = only_row("change of si.participants in VN since 1995 including projections");
    assert_eq!(row.strength.unwrap().word(), "projection");
    let row = only_row("si.participants - voluntary_si.participants in VN at 2024-06");
    assert_eq!(row.strength.unwrap().word(), "actual");
}

#[test]
fn a_published_ratio_beats_a_computed_one() {
    // 2023-06 has no published coverage, but participants and labour force.
    let row = only_row("si.coverage in VN at 2023-06");
    assert_eq!(format!("{:.4}", row.value.unwrap().to_f64()), "36.5480");
    assert_eq!(row.strength.unwrap().word(), "estimate");
    assert_eq!(value("si.coverage in VN at 2024-06"), "39.05");
}

#[test]
fn inside_sentences_take_the_outer_context() {
    let query = "(growth of si.participants) - (growth of hi.participants) in VN \
                 between 2023-06 and 2024-06";
    let rows = answer(query).rows;
    let last = rows.last().and_then(|row| row.value).unwrap().to_f64();
    assert!((last - (6.790_735_663 - 1.347_545_817)).abs() < 1e-6, "{last}");
    assert_eq!(
        value("(si.participants in VN at 2024-06) / (si.participants in VN at 1995)"),
        "9.1525"
    );
}
