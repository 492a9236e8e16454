//! Names of regions, indicators, milestones, parameters and definitions.

use crate::test_support::{answer, error, only_row, outcome_with, value};
use crate::{Outcome, Parameters, Session};

#[test]
fn a_region_is_the_version_at_the_end_of_the_span() {
    assert_eq!(only_row("hi.coverage in Vinh Long at 2023").region.uid, "VN-49@0");
    assert_eq!(only_row("hi.coverage in vinh_long at 2025").region.uid, "VN-49@2025");
    // The latest figure belongs to the newer version, but not for an indicator that ended before.
    assert_eq!(only_row("hi.coverage in VN-49").region.uid, "VN-49@2025");
    assert_eq!(only_row("si.coverage in VN-49").region.uid, "VN-49@0");
    assert_eq!(value("hi.coverage in \"VN-49@0\""), "93.4");
}

#[test]
fn a_renamed_region_stays_one_territory() {
    let row = only_row("change of hi.participants in VN-60 since 2005");
    assert_eq!(row.value.unwrap().to_string(), "50");
    assert_eq!(row.region.name, "New name");
    assert_eq!(only_row("hi.participants in VN-60 at 2005").region.name, "Old name");
}

#[test]
fn unknown_and_ambiguous_names_teach() {
    assert!(error("si.participants in Vinh Lnog").contains("\"Vĩnh Long\" exists"));
    assert!(error("hi.coverage in VN since \"the law\"").contains("Law in force"));
    assert!(error("hi.coverage in \"Bến Tre\" at 2026").contains("is no region on 2026-12-31"));
    assert!(error("hi.coverage").contains("`in` names it"));
    let minus = error("hi.participants-si.participants in VN");
    assert!(minus.contains("hi.participants - si.participants in VN"), "{minus}");
}

#[test]
fn parameters_stand_for_names_anchors_and_numbers() {
    let query = "growth of $what in $where since $when until $end";
    let parameters = Parameters::new()
        .with("what", "voluntary_si.participants")
        .with("where", "VN")
        .with("when", "Resolution 28")
        .with("end", 2018);
    match outcome_with(query, &mut Session::new(), &parameters) {
        Ok(Outcome::Answer(answer)) => {
            let value = answer.rows[0].value.unwrap().to_f64();
            assert!((value - 23.660_714_285_7).abs() < 1e-9);
        }
        other => panic!("{other:?}"),
    }
    let lacking = outcome_with(query, &mut Session::new(), &Parameters::new()).unwrap_err();
    assert!(lacking.contains("$what has no value"), "{lacking}");
    let spare = parameters.clone().with("spare", 1);
    let spare = outcome_with(query, &mut Session::new(), &spare).unwrap_err();
    assert!(spare.contains("no $spare"), "{spare}");
    let wrong = parameters.with("where", 5);
    let wrong = outcome_with(query, &mut Session::new(), &wrong).unwrap_err();
    assert!(wrong.contains("a name, given as text would fit"), "{wrong}");
}

#[test]
fn definitions_see_what_was_defined_before_them() {
    let mut session = Session::new();
    let text = "let a = si.participants in VN; let b = a - voluntary_si.participants in VN; \
                let a = b; a at 2024-06";
    match outcome_with(text, &mut session, &Parameters::new()) {
        Ok(Outcome::Answer(answer)) => {
            assert_eq!(answer.rows[0].value.unwrap().to_string(), "16678000");
            assert_eq!(answer.rows[0].region.code, "VN");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(session.names(), ["b", "a"]);
    let rest = "let rest = si.participants - voluntary_si.participants in VN; \
                rest as % of si.participants at 2024-06";
    match outcome_with(rest, &mut session, &Parameters::new()) {
        Ok(Outcome::Answer(answer)) => {
            assert_eq!(format!("{:.2}", answer.rows[0].value.unwrap().to_f64()), "91.11");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn doubling_definitions_end_in_an_error() {
    let steps: Vec<String> =
        (1..40).map(|step| format!("let a{step} = a{0} + a{0};", step - 1)).collect();
    let text = format!("let a0 = si.participants; {} a39 in VN", steps.join(" "));
    let error = outcome_with(&text, &mut Session::new(), &Parameters::new()).unwrap_err();
    assert!(error.contains("unfolds to more than"), "{error}");
}

#[test]
fn the_session_gives_region_and_knowledge_date() {
    let mut session = Session::new();
    session.set_region(Some("VN".to_owned()));
    session.set_as_of(Some("2024-02-15".parse().unwrap()));
    match outcome_with("hi.participants at 2023", &mut session, &Parameters::new()) {
        Ok(Outcome::Answer(answer)) => {
            assert_eq!(answer.rows[0].value.unwrap().to_string(), "93600000");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn listings_and_descriptions_name_what_exists() {
    let mut session = Session::new();
    let mut listing = |text: &str| match outcome_with(text, &mut session, &Parameters::new()) {
        Ok(Outcome::Listing(listing)) => listing,
        other => panic!("{other:?}"),
    };
    assert_eq!(listing("list regions like \"vinh\"").rows.len(), 2);
    assert_eq!(listing("list milestones like \"resolution\"").rows.len(), 1);
    assert!(listing("list units").rows.contains(&vec!["persons".to_owned(), "7".to_owned()]));
    assert_eq!(listing("list indicators like \"VNPOST\"").rows.len(), 1);
    let coverage = listing("describe si.coverage").to_string();
    assert!(coverage.contains("2025 target: 45"), "{coverage}");
    let milestone = listing("describe \"Resolution 28\"").to_string();
    assert!(milestone.contains("2018-05-22"), "{milestone}");
    assert_eq!(listing("describe VN-49").rows.len(), 11);
}

#[test]
fn explanations_spell_the_sentence_out() {
    let text = "explain growth of voluntary_si.participants in Vietnam since \"Resolution 28\"";
    let text = text.replace("Vietnam", "\"Viet Nam\"");
    match outcome_with(&text, &mut Session::new(), &Parameters::new()) {
        Ok(Outcome::Explanation(explanation)) => {
            assert_eq!(
                explanation.sentence,
                "growth of voluntary_si.participants in VN since Resolution 28 until 2024-06"
            );
            let fact = |heading: &str| {
                let found = explanation.facts.iter().find(|(other, _)| other == heading);
                found.map(|(_, text)| text.clone()).unwrap_or_default()
            };
            assert_eq!(
                fact("base"),
                "2017: the last figure at the close of 2018-05-22 (\"Resolution 28\")"
            );
            assert_eq!(fact("region"), "VN@0 \"Việt Nam\"");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_stand_in_the_order_of_the_regions() {
    let answer = answer("hi.coverage in Vinh Long, VN at 2023");
    let codes: Vec<_> = answer.rows.iter().map(|row| row.region.code.as_str()).collect();
    assert_eq!(codes, ["VN-49", "VN"]);
}
