//! Every script of `tests/queries` gives its expected answers, however the data are kept.

use std::{fmt::Write as _, fs, path::PathBuf};

use milepost::{Outcome, Session, Store};
use milepost_io::{ImportOptions, write_csv};

use crate::script::{Block, Case, Demand, Script};
use crate::storage::{Kept, Storage};

macro_rules! scripts {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*

        #[test]
        fn every_script_has_a_test() {
            let mut found: Vec<String> = fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            found.sort();
            let mut named = vec![$(concat!(stringify!($name), ".mpq").to_owned()),*];
            named.sort();
            assert_eq!(found, named, "the scripts in tests/queries and the list in queries.rs");
        }
    };
}

scripts! {
    advice,
    arithmetic,
    boundaries,
    claims,
    comparisons,
    completeness,
    conditions,
    diagnostics,
    edges,
    first_minute,
    hard_cases,
    inside,
    kinds,
    levels,
    mistakes,
    names,
    reading,
    reducers,
    regions,
    running_totals,
    session,
    shares,
    statuses,
    steps,
    targets,
    transforms,
    triangle,
    vintages,
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/queries"))
}

/// Runs a script in every way of keeping data and compares each answer.
fn run(name: &str) {
    let path = folder().join(format!("{name}.mpq"));
    let source = fs::read_to_string(&path).unwrap();
    let script = Script::parse(&source);
    let answers = answers(&script, Storage::Memory, name);
    for storage in &Storage::ALL[1..] {
        let others = self::answers(&script, *storage, name);
        for ((case, answer), other) in script.cases().zip(&answers).zip(&others) {
            assert_eq!(answer, other, "{name}.mpq:{}: in memory and {storage:?} differ", case.line);
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, script.with_answers(&answers)).unwrap();
        return;
    }
    for (case, answer) in script.cases().zip(&answers) {
        assert_eq!(
            &case.expected, answer,
            "{name}.mpq:{}: {} (left is expected; UPDATE_EXPECT=1 fills in)",
            case.line, case.query
        );
    }
}

/// The answers of a script, with the data kept in one way.
fn answers(script: &Script, storage: Storage, name: &str) -> Vec<String> {
    let mut kept = Kept::new(storage);
    let mut session = Session::new();
    let mut mode = "csv".to_owned();
    let mut answers = Vec::new();
    for block in &script.blocks {
        match block {
            Block::Text(_) => {}
            Block::UseSample => kept.use_sample(),
            Block::Mode(new) => mode.clone_from(new),
            Block::Strict(strict) => session.set_strict(*strict),
            Block::Data { command, csv } if command.starts_with("define") => kept.define(csv),
            Block::Data { command, csv } => kept.import(csv, &import_options(command)),
            Block::Query(case) => {
                let result = kept.store().snapshot().run(&case.query, &mut session);
                check(case, kept.store(), name);
                answers.push(match result {
                    Ok(outcomes) => outcomes.iter().map(|o| text(o, &mode)).collect::<String>(),
                    Err(error) => error.to_string(),
                });
            }
        }
    }
    answers.iter_mut().for_each(tidy);
    answers
}

/// `import published 2024-07-10 source …`
pub(crate) fn import_options(command: &str) -> ImportOptions {
    let words: Vec<&str> = command.split_whitespace().collect();
    let after = |key| words.iter().position(|&word| word == key).map(|at| words[at + 1]);
    ImportOptions {
        published: after("published").map(|day| day.parse().unwrap()),
        source: after("source").map(str::to_owned),
        ..ImportOptions::default()
    }
}

/// An outcome as a script shows it: records in CSV or a table, then the notes.
fn text(outcome: &Outcome, mode: &str) -> String {
    let Outcome::Answer(answer) = outcome else {
        return outcome.to_string();
    };
    if mode == "table" {
        return answer.to_string();
    }
    let mut csv = Vec::new();
    write_csv(answer, &mut csv).unwrap();
    let mut text = String::from_utf8(csv).unwrap();
    for note in &answer.notes {
        writeln!(text, "{} {}", note.code, note.message).unwrap();
        if let Some(help) = &note.help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    text
}

/// Blank lines end an expectation in a script, so none may stand inside one.
fn tidy(text: &mut String) {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .map(|line| if line.is_empty() { "." } else { line })
        .collect();
    let joined = lines.join("\n");
    joined.trim_end_matches(['\n', '.']).clone_into(text);
}

/// What a case demands beside its text.
fn check(case: &Case, store: &Store, script: &str) {
    let place = format!("{script}.mpq:{} {}", case.line, case.name.as_deref().unwrap_or(""));
    let value =
        store.query(&case.query).map(|answer| answer.rows.first().and_then(|row| row.value));
    match case.demand {
        Demand::None => {}
        Demand::Refused => {
            assert!(!matches!(value, Ok(Some(_))), "{place}: answered, not refused: {value:?}");
        }
        Demand::Within(low, high) | Demand::Outside(low, high) => {
            let value = value.unwrap_or_else(|error| panic!("{place}: {error}"));
            let value = value.unwrap_or_else(|| panic!("{place}: no value")).to_f64();
            // The ends are printed with four decimals.
            let inside = (low - 5e-5..=high + 5e-5).contains(&value);
            let wanted = matches!(case.demand, Demand::Within(..));
            assert_eq!(inside, wanted, "{place}: {value} and {low}..{high}");
        }
    }
}
