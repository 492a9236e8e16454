//! Query scripts: data, queries and what is expected, in one text file.
//!
//! ```text
//! use sample                         # the Viet Nam Social Security figures
//! define indicators                  # CSV up to the next blank line; also regions, milestones
//! import published 2024-07-10        # observations as CSV up to the next blank line
//! mode table                         # answers as people see them; `mode csv` is the default
//! strict on                          # as the shell's `.strict on`; `strict off` is the default
//!
//! query                              # `query NAME within LOW HIGH`, `query NAME refused`
//! si.participants in VN at 2024-H1
//! ----
//! …what is expected, up to the next blank line
//! ```
//!
//! `#` starts a comment at the start of a line outside of CSV blocks and
//! expectations. `UPDATE_EXPECT=1` rewrites the expectations in place.

use std::fmt::Write as _;

/// A parsed script. Joining every [`Block::text`] and the rendered queries
/// gives the file back, so that expectations can be rewritten in place.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) blocks: Vec<Block>,
}

/// One step of a script.
#[derive(Debug)]
pub(crate) enum Block {
    /// Comments and blank lines, kept for rewriting.
    Text(String),
    /// `use sample`
    UseSample,
    /// `define …` or `import …`: the command's words and the CSV below it.
    Data { command: String, csv: String },
    /// `mode csv`, `mode table`
    Mode(String),
    /// `strict on`, `strict off`
    Strict(bool),
    /// A query and its expectation.
    Query(Case),
}

/// A query and what is expected of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// The line that opened the case, for rewriting.
    pub(crate) head: String,
    /// A name, such as a claim's number.
    pub(crate) name: Option<String>,
    /// What the case demands beside its expected text.
    pub(crate) demand: Demand,
    /// The query, possibly of several lines.
    pub(crate) query: String,
    /// The expected text, without the last line end.
    pub(crate) expected: String,
    /// Line number of `query`, for messages.
    pub(crate) line: usize,
}

/// What a case demands beside its expected text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Demand {
    /// Nothing more.
    None,
    /// The first row's value lies in the interval.
    Within(f64, f64),
    /// The first row's value lies outside of the interval; the script says why.
    Outside(f64, f64),
    /// An error, or a missing value with a reason.
    Refused,
}

impl Script {
    /// Reads a script; a malformed one is a bug in the script, told with its line.
    pub(crate) fn parse(source: &str) -> Self {
        let lines: Vec<&str> = source.lines().collect();
        let mut blocks = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at];
            let mut words = line.split_whitespace();
            match words.next() {
                None => blocks.push(Block::Text(format!("{line}\n"))),
                Some(word) if word.starts_with('#') => {
                    blocks.push(Block::Text(format!("{line}\n")));
                }
                Some("use") => {
                    assert_eq!(words.next(), Some("sample"), "line {}: only `use sample`", at + 1);
                    blocks.push(Block::UseSample);
                }
                Some("mode") => blocks.push(Block::Mode(words.collect())),
                Some("strict") => blocks.push(Block::Strict(words.next() == Some("on"))),
                Some("define" | "import") => {
                    let end = blank_after(&lines, at);
                    let csv = lines[at + 1..end].join("\n") + "\n";
                    blocks.push(Block::Data { command: line.to_owned(), csv });
                    at = end - 1;
                }
                Some("query") => {
                    let (case, next) = Case::parse(&lines, at);
                    blocks.push(Block::Query(case));
                    at = next - 1;
                }
                Some(other) => panic!("line {}: unknown command {other:?}", at + 1),
            }
            at += 1;
        }
        Self { blocks }
    }

    /// The cases, in order.
    pub(crate) fn cases(&self) -> impl Iterator<Item = &Case> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Query(case) => Some(case),
            _ => None,
        })
    }

    /// The file's text with each case's expectation replaced by its answer.
    pub(crate) fn with_answers(&self, answers: &[String]) -> String {
        let mut text = String::new();
        let mut answers = answers.iter();
        for block in &self.blocks {
            match block {
                Block::Text(lines) => text.push_str(lines),
                Block::UseSample => text.push_str("use sample\n"),
                Block::Mode(mode) => writeln!(text, "mode {mode}").unwrap(),
                Block::Strict(true) => text.push_str("strict on\n"),
                Block::Strict(false) => text.push_str("strict off\n"),
                Block::Data { command, csv } => write!(text, "{command}\n{csv}").unwrap(),
                Block::Query(case) => {
                    let answer = answers.next().expect("one answer per case");
                    writeln!(text, "{}\n{}\n----\n{answer}", case.head, case.query).unwrap();
                }
            }
        }
        text
    }
}

impl Case {
    fn parse(lines: &[&str], at: usize) -> (Self, usize) {
        let rule = (at..lines.len())
            .find(|&i| lines[i] == "----")
            .unwrap_or_else(|| panic!("line {}: no ---- after the query", at + 1));
        let end = blank_after(lines, rule);
        let words: Vec<&str> = lines[at].split_whitespace().collect();
        let number = |i: usize| -> f64 {
            words[i].parse().unwrap_or_else(|_| panic!("line {}: not a number", at + 1))
        };
        let demand = match words.get(2) {
            None => Demand::None,
            Some(&"within") => Demand::Within(number(3), number(4)),
            Some(&"outside") => Demand::Outside(number(3), number(4)),
            Some(&"refused") => Demand::Refused,
            Some(other) => panic!("line {}: unknown demand {other:?}", at + 1),
        };
        let case = Self {
            head: lines[at].to_owned(),
            name: words.get(1).map(|&name| name.to_owned()),
            demand,
            query: lines[at + 1..rule].join("\n"),
            expected: lines[rule + 1..end].join("\n"),
            line: at + 1,
        };
        (case, end)
    }
}

/// The next blank line after `at`, or the end of the file.
fn blank_after(lines: &[&str], at: usize) -> usize {
    (at + 1..lines.len()).find(|&i| lines[i].trim().is_empty()).unwrap_or(lines.len())
}
