//! LANGUAGE.md is held to what queries do: its examples run, and every code is explained and shown.

use std::fs;
use std::time::Duration;

use milepost::{
    CancelToken, Error, Limits, Milestone, Outcome, Period, Session, Store, code_title,
};

use crate::script::{Block, Script};
use crate::storage::{Kept, Storage};

/// Codes that no text of a query over the sample provokes, and why.
const EXCUSED: [(&str, &str); 11] = [
    ("MP0306", "only a program binds values; `values_that_do_not_fit` shows it"),
    ("MP0307", "only a program binds values; `values_that_do_not_fit` shows it"),
    ("MP0311", "a thousand names; `a_session_is_bounded` shows it"),
    ("MP0403", "no CSV has a year before 0000; `the_calendar_begins_somewhere` shows it"),
    ("MP0504", "numbers of a query are bounded by their digits"),
    ("MP0601", "a damaged store; the tests of the store damage theirs"),
    ("MP0602", "ten million rows"),
    ("MP0603", "only whoever asks has a deadline; `limits_are_named` shows it"),
    ("MP0604", "only whoever asks cancels; `limits_are_named` shows it"),
    ("MP0605", "a gigabyte of rows; `limits_are_named` shows it"),
    ("MP0818", "rows of regions under one another need `by` a level of regions"),
];

/// What an example may be told instead of an answer.
const NOT_IN_THE_SAMPLE: [&str; 1] = ["MP0301"];

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/milepost-lang/LANGUAGE.md");
    fs::read_to_string(path).unwrap()
}

/// The first two cells of the table rows under a heading: a key and an example, if there is one.
fn rows(document: &str, heading: &str) -> Vec<(String, Option<String>)> {
    let (_, section) = document.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let section = section.split("\n## ").next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    cells
        .map(|(key, rest)| {
            let example = rest.strip_prefix('`').and_then(|rest| rest.split_once('`'));
            (key.to_owned(), example.map(|(example, _)| example.to_owned()))
        })
        .collect()
}

/// Every code of queries with an example each, as LANGUAGE.md lists them.
fn index() -> Vec<(String, Option<String>)> {
    let mut rows = rows(&document(), "Index of diagnostics");
    rows.retain(|(code, _)| code.starts_with("MP"));
    rows
}

/// Every code that there is, in order.
fn codes() -> Vec<String> {
    let known =
        |code: &String| code_title(code).is_some() || milepost_lang::code_title(code).is_some();
    (0..10_000).map(|number| format!("MP{number:04}")).filter(known).collect()
}

/// Codes from `MP03xx` on belong to the engine.
fn is_of_the_engine(code: &str) -> bool {
    code >= "MP03"
}

fn script() -> Script {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/queries/diagnostics.mpq");
    Script::parse(&fs::read_to_string(path).unwrap())
}

/// The sample with the made-up facts of the script.
fn store() -> Kept {
    let mut kept = Kept::new(Storage::Memory);
    for block in &script().blocks {
        match block {
            Block::UseSample => kept.use_sample(),
            Block::Data { command, csv } if command.starts_with("define") => kept.define(csv),
            Block::Data { command, csv } => {
                kept.import(csv, &crate::queries::import_options(command));
            }
            _ => {}
        }
    }
    kept
}

/// What is said about a text: the codes of its errors, or of the notes on its answers.
fn said(store: &Store, text: &str) -> Result<Vec<&'static str>, Vec<&'static str>> {
    match store.snapshot().run(text, &mut Session::new()) {
        Ok(outcomes) => Ok(outcomes
            .iter()
            .flat_map(|outcome| match outcome {
                Outcome::Answer(answer) => answer.notes.as_slice(),
                _ => &[],
            })
            .map(|note| note.code)
            .collect()),
        Err(Error::Query(error)) => Err(error.diagnostics.iter().map(|d| d.code).collect()),
        Err(other) => panic!("{text}: {other}"),
    }
}

#[test]
fn the_index_lists_every_code() {
    let listed: Vec<String> = index().into_iter().map(|(code, _)| code).collect();
    assert_eq!(listed, codes(), "left: LANGUAGE.md, right: the codes there are");
    assert!(listed.len() >= 40);
}

#[test]
fn the_examples_of_the_index_show_their_codes() {
    let kept = store();
    for (code, example) in index().into_iter().filter(|(code, _)| is_of_the_engine(code)) {
        let Some(example) = example else {
            let in_script = script().cases().any(|case| case.name.as_deref() == Some(&code));
            let excused = EXCUSED.iter().any(|(known, _)| *known == code);
            assert!(in_script || excused, "{code} has no example");
            continue;
        };
        let (Ok(found) | Err(found)) = said(kept.store(), &example);
        assert!(found.contains(&code.as_str()), "{code}: {example} is told {found:?}");
    }
}

#[test]
fn the_script_provokes_every_code_of_the_engine() {
    let script = script();
    for case in script.cases() {
        let code = case.name.as_deref().unwrap();
        assert!(case.expected.contains(code), "diagnostics.mpq:{}: not {code}", case.line);
    }
    for code in codes().into_iter().filter(|code| is_of_the_engine(code)) {
        let shown = script.cases().any(|case| case.name.as_deref() == Some(&code));
        let excused = EXCUSED.iter().any(|(known, _)| *known == code);
        assert!(shown != excused, "{code}: shown {shown}, excused {excused}");
    }
}

#[test]
fn messages_speak_of_the_query_and_of_what_would_fit() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/queries/mistakes.mpq");
    let mistakes = Script::parse(&fs::read_to_string(path).unwrap());
    let script = script();
    let mut messages = 0;
    for line in script.cases().chain(mistakes.cases()).flat_map(|case| case.expected.lines()) {
        let help = line.trim_start().strip_prefix("help: ");
        let note = line.strip_prefix("MP").and_then(|note| note.split_once(' '));
        let error = line.strip_prefix("error[").and_then(|error| error.split_once(": "));
        let Some(message) = help.or(note.or(error).map(|(_, message)| message)) else { continue };
        messages += 1;
        let words = message.to_lowercase();
        let personal = ["you", "your", "please", "sorry", "invalid", "illegal"];
        let found = personal.iter().find(|word| words.split(' ').any(|other| other == **word));
        assert_eq!(found, None, "{message}");
        assert!(!message.ends_with('.') && message.len() < 240, "{message}");
    }
    assert!(messages > 100, "{messages}");
}

#[test]
fn every_fix_that_is_offered_leads_to_a_text_that_is_read() {
    let kept = store();
    let mut fixes = 0;
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/queries")).unwrap() {
        let script = Script::parse(&fs::read_to_string(entry.unwrap().path()).unwrap());
        for case in script.cases() {
            let snapshot = kept.store().snapshot();
            let Err(Error::Query(error)) = snapshot.run(&case.query, &mut Session::new()) else {
                continue;
            };
            for fix in error.diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
                let fixed = fix.apply(&case.query);
                let read = milepost_lang::parse(&fixed);
                // A script has a fix for each of its statements.
                let alone = error.diagnostics.len() == 1;
                assert!(!alone || read.is_ok(), "{} becomes {fixed}: {read:?}", case.query);
                assert_ne!(fixed, case.query);
                fixes += 1;
            }
        }
    }
    assert!(fixes > 50, "{fixes}");
}

#[test]
fn the_examples_of_the_language_run_on_the_sample() {
    let mut kept = Kept::new(Storage::Memory);
    kept.use_sample();
    let examples = rows(&document(), "Queries and their meaning");
    let mut answered = 0;
    for (number, example) in examples.iter().filter_map(|(n, e)| Some((n, e.as_ref()?))) {
        match said(kept.store(), example) {
            Ok(_) => answered += 1,
            // A prepared query has its values from a program.
            Err(codes) if example.contains('$') => assert_eq!(codes, ["MP0305"], "{number}"),
            Err(codes) => assert!(
                codes.iter().all(|code| NOT_IN_THE_SAMPLE.contains(code)),
                "{number}: {example}: {codes:?}"
            ),
        }
    }
    assert!(answered >= 25, "{answered} of {} examples are answered", examples.len());
}

#[test]
fn every_hard_case_is_shown() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/queries/hard_cases.mpq");
    let source = fs::read_to_string(path).unwrap();
    let script = Script::parse(&source);
    let document = document();
    let (_, section) = document.split_once("\n## Hard cases, each decided\n").unwrap();
    let decided: Vec<(usize, &str)> = section
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            Some((cells.next()?.parse().ok()?, cells.next()?))
        })
        .collect();
    assert_eq!(decided.len(), 35);
    for (at, (number, case)) in decided.iter().enumerate() {
        assert_eq!(*number, at + 1);
        let heading = format!("\n# {number}. {case}\n");
        assert!(source.contains(&heading), "no heading{heading}");
        let name = number.to_string();
        let shown = script.cases().any(|case| case.name.as_deref() == Some(&name));
        assert!(shown, "no query {number}");
    }
    let numbers: Vec<usize> =
        script.cases().map(|case| case.name.as_ref().unwrap().parse().unwrap()).collect();
    assert!(numbers.is_sorted(), "the cases stand in order");
}

#[test]
fn values_that_do_not_fit() {
    let kept = store();
    let snapshot = kept.store().snapshot();
    let participants = kept.store().prepare("hi.participants in $where at 2023").unwrap();
    for (query, code) in [
        (participants.clone(), "MP0305"),
        (participants.bind("where", "VN").bind("when", "2002"), "MP0306"),
        (participants.bind("where", 5), "MP0307"),
        (participants.bind("where", "Vinh Lnog"), "MP0301"),
    ] {
        let Err(Error::Query(error)) = query.query(&snapshot) else { panic!("{code}: answered") };
        assert_eq!(error.diagnostics[0].code, code, "{error}");
    }
}

#[test]
fn limits_are_named() {
    let kept = store();
    let told = |limits: &Limits| {
        let asked = kept.store().query_with("hi.participants in VN by year since 1995", limits);
        let Err(Error::Query(error)) = asked else { panic!("answered within {limits:?}") };
        error.to_string()
    };
    let token = CancelToken::new();
    token.cancel();
    assert_eq!(
        told(&Limits::default().deadline(Duration::ZERO)),
        "error[MP0603]: the deadline of the query passed before its answer was there\n  \
         help: a shorter span, fewer regions or a coarser `by` takes less time"
    );
    let cancelled = told(&Limits::default().cancel(&token));
    assert_eq!(cancelled, "error[MP0604]: the query was cancelled");
    let refused = told(&Limits::default().memory_bytes(10_000));
    let (size, help) = refused.split_once('\n').unwrap();
    // How large a row is depends on the machine.
    assert!(size.starts_with("error[MP0605]: the query would hold too much: 29 rows would take"));
    assert!(size.ends_with(" KiB of memory, and its limit is 9.8 KiB"), "{size}");
    assert_eq!(help, "  help: a shorter span, fewer regions or a coarser `by` holds less");
}

#[test]
fn a_session_is_bounded() {
    let kept = store();
    let mut session = Session::new();
    let mut define = |number: usize| {
        kept.store().snapshot().run(&format!("let n{number} = si.participants"), &mut session)
    };
    for number in 0..1_000 {
        define(number).unwrap();
    }
    let Err(Error::Query(error)) = define(1_000) else { panic!("a session without a bound") };
    assert_eq!(error.diagnostics[0].code, "MP0311");
}

#[test]
fn the_calendar_begins_somewhere() {
    let mut store = Store::in_memory();
    let mut origin = Milestone::new("origin").on("2000");
    origin.start = Period::day(milepost::Date::MIN);
    store.define(origin).unwrap();
    store.define(milepost::Indicator::stock("x").unit("persons")).unwrap();
    store.define(milepost::Region::new("VN")).unwrap();
    assert_eq!(said(&store, "x in VN since origin"), Err(vec!["MP0403"]));
}
