//! Gaps, paces and progress: targets, parents, quantities.

use crate::test_support::{answer, only_row, value};

#[test]
fn gaps_agree_with_printed_figures() {
    for (query, expected) in [
        ("gap of si.coverage in VN to 2025 target", "5.95"),
        ("gap of si.coverage in VN to target", "5.95"),
        ("gap of si.coverage in VN to 2030 target \"Resolution 28\"", "20.95"),
        ("gap of si.coverage in VN to 2021 target", "-4.05"),
        ("gap of si.coverage in VN to 2025 target including projections", "2.29"),
        ("gap of si.coverage in \"Vinh Long\" to parent at 2023", "8.25"),
        ("gap of hi.coverage in \"Vinh Long\" to parent at 2023", "-0.05"),
        ("gap of hi.coverage in VN to 95% at 2023", "1.65"),
        ("gap of hi.participants in VN to 100 million persons at 2023", "6380000"),
        ("gap of si.coverage in \"Vinh Long\" to (si.coverage in VN) at 2023", "8.25"),
        ("pace of si.coverage in VN to 2025 target", "3.9667"),
        ("pace of voluntary_si.enrolled_via_vnpost in VN to 2020 target at 2020-T1", "377982"),
        ("progress of voluntary_si.enrolled_via_vnpost in VN to 2020 target", "16.004"),
        ("gap of voluntary_si.enrolled_via_vnpost in VN to 2020 target \"stretch\"", "351988"),
        ("progress of si.coverage in VN to 45% since 2023", "-3.4783"),
        (
            "progress of si.coverage in VN to 39.25% since 2023",
            "undefined: the goal equals the base",
        ),
    ] {
        assert_eq!(value(query), expected, "{query}");
    }
}

#[test]
fn a_target_does_not_weaken_the_status() {
    let row = only_row("gap of si.coverage in VN to 2025 target");
    assert_eq!(row.strength.unwrap().word(), "actual");
    let row = only_row("gap of si.coverage in VN to 2025 target including projections");
    assert_eq!(row.strength.unwrap().word(), "projection");
}

#[test]
fn notes_say_which_goal_and_which_side() {
    let answer = answer("gap of si.coverage in VN to target at 2024-06");
    let notes: Vec<_> = answer.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(
        notes,
        [
            "the goal is 2025 target: 45 %, short by 5.95 pp",
            "other targets: 2021 target: 35, Resolution 28; 2030 target: 60, Resolution 28",
        ]
    );
}

#[test]
fn actual_and_required_pace_stand_side_by_side() {
    let query = "pace of si.coverage in VN since 2023 to 2025 target including projections";
    let answer = answer(query);
    let rows: Vec<String> = answer
        .rows
        .iter()
        .map(|row| format!("{} {:.2}", row.axes[0], row.value.unwrap().to_f64()))
        .collect();
    assert_eq!(rows, ["actual 3.46", "required 2.29"]);
    let note = "at the actual pace the goal is met in 2025";
    assert!(answer.notes.iter().any(|other| other.message == note), "{answer}");
}

#[test]
fn targets_that_coexist_have_rows_of_their_own() {
    let answer = answer("voluntary_si.enrolled_via_vnpost in VN only targets");
    let rows: Vec<_> = answer.records().map(|record| record[2..6].join(" ")).collect();
    assert_eq!(rows, ["target 2020  300000", "target/stretch 2020  400000"]);
}
