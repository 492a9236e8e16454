//! The semantics of sentences, checked against printed figures.

use crate::test_support::{answer, error, only_row, outcome_with, series, value};
use crate::{Outcome, Parameters, Session};

#[test]
fn printed_figures_are_reproduced() {
    for (query, expected) in [
        ("voluntary_si.participants in VN at 2019", "574000"),
        ("growth of voluntary_si.participants in VN since \"Resolution 28\" until 2018", "23.6607"),
        ("change of voluntary_si.participants in VN during 2019", "297000"),
        ("growth of voluntary_si.participants in VN during 2019", "107.2202"),
        ("growth of voluntary_si.participants in VN during 2017", "9.9656"),
        ("change of si.participants in VN since 1995 including projections", "18030000"),
        ("change of ui.participants in VN between 2009 and 2024 including projections", "10040000"),
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
        ("gap of si.coverage in VN to 2025 target", "5.95"),
        ("gap of si.coverage in VN to 2025 target including projections", "2.29"),
        ("gap of si.coverage in \"Vinh Long\" to parent at 2023", "8.25"),
        ("gap of hi.coverage in VN-49 to parent at 2023", "-0.05"),
        ("(si.coverage in \"Vinh Long\") - (si.coverage in VN) at 2023", "-8.25"),
        ("index of voluntary_si.participants in VN since 2017 until 2019", "256.25"),
        ("change of hi.coverage in VN since 1995 until 2023", "83.75"),
        ("change of si.coverage in VN since 2023", "-0.2"),
        ("pace of voluntary_si.enrolled_via_vnpost in VN to 2020 target at 2020-T1", "377982"),
        ("progress of voluntary_si.enrolled_via_vnpost in VN to 2020 target", "16.004"),
        ("growth of hi.participants in VN between 2023 and 2024 including projections", "1.9333"),
    ] {
        assert_eq!(value(query), expected, "{query}");
    }
}
