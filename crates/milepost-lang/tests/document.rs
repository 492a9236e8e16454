//! LANGUAGE.md is held to what the parser does.

use milepost_lang::{codes, parse};

const DOCUMENT: &str = include_str!("../LANGUAGE.md");

/// The rows of the example table: number and query.
fn examples() -> Vec<(usize, &'static str)> {
    section("Queries and their meaning")
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.splitn(2, " | ");
            let number = cells.next()?.trim_end_matches(['✔', ' ']).parse().ok()?;
            let query = cells.next()?.strip_prefix('`')?.split_once('`')?.0;
            Some((number, query))
        })
        .collect()
}

/// The text under a heading, up to the next heading of its level.
fn section(title: &str) -> &'static str {
    let (_, after) = DOCUMENT.split_once(&format!("\n## {title}\n")).expect("the heading is there");
    after.split("\n## ").next().unwrap_or(after)
}

#[test]
fn every_example_parses_and_prints_back() {
    let examples = examples();
    let numbers: Vec<usize> = examples.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=51).collect::<Vec<_>>());
    for (number, query) in examples {
        let script = parse(query).unwrap_or_else(|e| panic!("{number}: {}", e.render(query)));
        assert!(!script.statements.is_empty());
        assert_eq!(parse(&script.to_string()), Ok(script), "{number}: {query}");
    }
}

#[test]
fn the_index_lists_every_code_and_its_examples_show_them() {
    let rows: Vec<(&str, &str)> = section("Index of diagnostics")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .filter(|(code, _)| code.starts_with("MP01") || code.starts_with("MP02"))
        .collect();
    let listed: Vec<&str> = rows.iter().map(|(code, _)| *code).collect();
    let known: Vec<&str> = codes().iter().map(|(code, _)| *code).collect();
    assert_eq!(listed, known);
    for (code, row) in rows {
        let Some((example, _)) = row.strip_prefix('`').and_then(|row| row.split_once('`')) else {
            continue;
        };
        let error = parse(example).expect_err(example);
        assert_eq!(error.diagnostics[0].code, code, "{example}");
    }
}
