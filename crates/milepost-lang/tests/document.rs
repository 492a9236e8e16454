//! LANGUAGE.md is held to what the parser does.

use milepost_lang::parse;

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
    let (_, after) = DOCUMENT.split_once(&format!("{title}\n")).expect("the heading is there");
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
    }
}
