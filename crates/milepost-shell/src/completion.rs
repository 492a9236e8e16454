//! What Tab offers: keywords where the grammar allows them, names from the catalogue.

use std::collections::BTreeSet;

use milepost::{Catalogue, Indicator, Milestone, Region, fold};
use milepost_lang::ast::{Expression, Name};
use milepost_lang::{Candidate, Expectation, Span};

use crate::dot::ENTRIES;
use crate::escape::is_unsafe;
use crate::mode::Mode;
use crate::topics;

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What is inserted.
    pub(crate) text: String,
    /// What it is: kind and unit of an indicator, level of a region, date of a milestone.
    pub(crate) detail: String,
}

impl Suggestion {
    fn new(text: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { text: text.into(), detail: detail.into() }
    }
}

/// What may stand at the end of `prefix`, and the offset from which it replaces the text.
pub(crate) fn suggest(
    prefix: &str,
    catalogue: &Catalogue,
    names: &[&str],
) -> (usize, Vec<Suggestion>) {
    let line = prefix.trim_start();
    if !line.starts_with('.') {
        return statement(prefix, catalogue, names);
    }
    let Some((command, rest)) = line.split_once(' ') else {
        let known = ENTRIES.iter().filter(|entry| entry.name.starts_with(line));
        let known = known.map(|entry| {
            let blank = if entry.argument.is_empty() { "" } else { " " };
            Suggestion::new(format!("{}{blank}", entry.name), entry.does)
        });
        return (prefix.len() - line.len(), known.collect());
    };
    let from = prefix.len() - rest.len();
    let words = |words: Vec<&'static str>| {
        let fits = words.into_iter().filter(|word| word.starts_with(rest));
        (from, fits.map(|word| Suggestion::new(word, "")).collect())
    };
    match command {
        ".help" => words(topics::names().collect()),
        ".mode" => words(Mode::ALL.map(Mode::word).to_vec()),
        ".timer" | ".strict" => words(vec!["on", "off"]),
        ".describe" | ".explain" => {
            let verb = command.trim_start_matches('.');
            let (at, suggestions) = statement(&format!("{verb} {rest}"), catalogue, names);
            ((from + at).saturating_sub(verb.len() + 1).max(from), suggestions)
        }
        _ => (prefix.len(), Vec::new()),
    }
}

/// What may stand at the end of statements under way, the best first. Where something begins with
/// what was typed, what only contains it is left out.
fn statement(prefix: &str, catalogue: &Catalogue, names: &[&str]) -> (usize, Vec<Suggestion>) {
    let candidates = milepost_lang::complete(prefix);
    let start = candidates.iter().map(|c| c.span.start).min().unwrap_or(prefix.len());
    let mut ranked: Vec<(u8, Suggestion)> = Vec::new();
    for candidate in candidates {
        let Some(between) = prefix.get(start..candidate.span.start) else { continue };
        for (rank, mut suggestion) in fill_in(candidate, prefix, catalogue, names) {
            suggestion.text.insert_str(0, between);
            // What is inserted is drawn as it stands, so nothing may act on the terminal.
            let is_safe = !suggestion.text.chars().any(is_unsafe);
            if is_safe && ranked.iter().all(|(_, other)| other.text != suggestion.text) {
                ranked.push((rank, suggestion));
            }
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    if ranked.first().is_some_and(|(rank, _)| *rank == 0) {
        ranked.retain(|(rank, _)| *rank == 0);
    }
    (start, ranked.into_iter().map(|(_, suggestion)| suggestion).collect())
}

/// What a candidate of the grammar stands for, each with its rank.
fn fill_in(
    candidate: Candidate,
    prefix: &str,
    catalogue: &Catalogue,
    names: &[&str],
) -> Vec<(u8, Suggestion)> {
    let typed = prefix.get(candidate.span.start..candidate.span.end).unwrap_or_default();
    let typed = fold(typed.trim_start_matches(['"', '\'', '“']));
    match candidate.what {
        Expectation::Keyword(word) | Expectation::Verb(word) => {
            vec![(0, Suggestion::new(format!("{word} "), ""))]
        }
        Expectation::Indicator => {
            let session = words(names.iter().copied(), &typed, "let");
            let known = catalogue.indicators().filter_map(|(_, known)| indicator(known, &typed));
            session.into_iter().chain(known).collect()
        }
        Expectation::Region => {
            let known = catalogue.regions();
            known.filter_map(|(_, known)| region(known, catalogue, &typed)).collect()
        }
        Expectation::Milestone => {
            let known = catalogue.milestones();
            known.filter_map(|(_, known)| milestone(known, catalogue, &typed)).collect()
        }
        Expectation::Level => {
            let levels: BTreeSet<&str> =
                catalogue.regions().map(|(_, region)| region.kind.as_str()).collect();
            words(levels.into_iter().filter(|level| !level.is_empty()), &typed, "level")
        }
        Expectation::Unit => {
            let units: BTreeSet<&str> =
                catalogue.indicators().map(|(_, known)| known.unit.as_str()).collect();
            words(units.into_iter().filter(|unit| !unit.is_empty()), &typed, "unit")
        }
        _ => Vec::new(),
    }
}

fn words<'a>(
    words: impl Iterator<Item = &'a str>,
    typed: &str,
    detail: &str,
) -> Vec<(u8, Suggestion)> {
    words
        .filter_map(|word| rank(word, typed).map(|rank| (rank, Suggestion::new(word, detail))))
        .collect()
}

/// How well a name fits what was typed, best 0: it begins with it, words of it begin with the
/// words typed in any order, or it contains it. Case, diacritics and `_ - .` make no difference.
fn rank(name: &str, typed: &str) -> Option<u8> {
    let name = fold(name).replace('.', " ");
    let typed = typed.replace('.', " ");
    if name.starts_with(&typed) {
        return Some(0);
    }
    let begins_a_word = |part: &str| name.split(' ').any(|word| word.starts_with(part));
    if typed.split(' ').all(begins_a_word) {
        return Some(1);
    }
    (typed.len() > 1 && name.contains(&typed)).then_some(2)
}

fn indicator(known: &Indicator, typed: &str) -> Option<(u8, Suggestion)> {
    let labels = known.labels.iter().map(|label| label.text.as_str());
    let names = labels.chain(known.aliases.iter().map(String::as_str));
    let rank = rank(&known.name, typed)
        .or_else(|| names.filter_map(|name| rank(name, typed)).min().map(|rank| rank + 3))?;
    let kind = known.kind.map_or("undeclared".to_owned(), |kind| kind.to_string());
    let text = Expression::Indicator(literal(&known.name)).to_string();
    Some((rank, Suggestion::new(text, format!("{kind}, {}", known.unit))))
}

fn region(known: &Region, catalogue: &Catalogue, typed: &str) -> Option<(u8, Suggestion)> {
    let names = known.names.iter().map(|label| label.text.as_str());
    let by_name = names.filter_map(|name| rank(name, typed)).min();
    let by_code = rank(&known.code, typed).filter(|rank| *rank == 0);
    let rank = by_name.or(by_code)?;
    let name = known.official_name();
    let namesakes = catalogue.find_regions(name);
    let is_clear = namesakes
        .iter()
        .filter_map(|id| catalogue.get_region(*id))
        .all(|other| other.code == known.code);
    let is_code = typed.is_empty() || by_name.is_none() || !is_clear;
    let (text, other) =
        if is_code { (known.code.as_str(), name) } else { (name, known.code.as_str()) };
    let detail = format!("{other}, {}", known.kind);
    Some((rank, Suggestion::new(literal(text).to_string(), detail)))
}

fn milestone(known: &Milestone, catalogue: &Catalogue, typed: &str) -> Option<(u8, Suggestion)> {
    let names = std::iter::once(&known.name).chain(&known.aliases);
    // The shortest of the names that fit best and stand for nothing else.
    let (rank, _, name) = names
        .filter(|name| catalogue.find_milestone(name).found().is_some())
        .filter_map(|name| rank(name, typed).map(|rank| (rank, name.chars().count(), name)))
        .min()?;
    let detail = known.start.to_string();
    Some((rank, Suggestion::new(literal(name).to_string(), detail)))
}

fn literal(text: &str) -> Name {
    Name::Literal { text: text.to_owned(), span: Span::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(prefix: &str) -> Vec<String> {
        let store = crate::sample_store().unwrap();
        let (start, suggestions) = suggest(prefix, store.snapshot().catalogue(), &["informal"]);
        suggestions.into_iter().map(|s| format!("{}{}", &prefix[..start], s.text)).collect()
    }

    #[test]
    fn names_ignore_case_and_diacritics() {
        assert_eq!(offered("hi.coverage in vinh l"), ["hi.coverage in Vĩnh Long"]);
        assert_eq!(offered("hi.coverage in VIN L"), offered("hi.coverage in vin l"));
        assert!(offered("cov").contains(&"si.coverage".to_owned()));
        assert!(offered("growth of inf").contains(&"growth of informal".to_owned()));
        assert!(
            offered("growth of si.participants since resol")
                .contains(&"growth of si.participants since Resolution 28".to_owned())
        );
    }

    #[test]
    fn keywords_stand_only_where_the_grammar_allows_them() {
        assert_eq!(offered("growth of si.participants sin"), ["growth of si.participants since "]);
        assert!(offered("growth of si.participants since 1995 sin").is_empty());
        assert!(offered("growth of sinc").is_empty());
    }

    #[test]
    fn commands_of_the_shell_are_offered() {
        assert_eq!(offered(".mi"), [".milestones "]);
        assert_eq!(offered(".mode js"), [".mode json", ".mode jsonl"]);
        assert_eq!(offered(".help grow"), [".help growth"]);
        assert_eq!(offered(".describe voluntary_si.p"), [".describe voluntary_si.participants"]);
        assert_eq!(
            offered(".explain growth of si.participants sin"),
            [".explain growth of si.participants since "]
        );
    }

    #[test]
    fn names_that_need_quotes_get_them() {
        let offered = offered("x since \"law on social insurance 58");
        assert_eq!(offered.len(), 1, "{offered:?}");
        let parsed = milepost_lang::parse_query(&offered[0]);
        assert!(parsed.is_ok(), "{offered:?}");
    }
}
