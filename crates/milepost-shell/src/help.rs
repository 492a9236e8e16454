//! `.help`: the commands, and a page for every verb, clause, statement and error code.

use std::fmt::Write as _;

use crate::colour::Palette;
use crate::dot::{ENTRIES, closest};
use crate::topics::{self, Shelf, TOPICS};

/// A page of the help; without a topic the first one. An error says what would be a topic.
pub(crate) fn page(topic: Option<&str>, palette: Palette) -> Result<String, String> {
    let Some(topic) = topic else { return Ok(first_page(palette)) };
    if let Some(found) = topics::find(topic) {
        let title = palette.bold(&found.names.join(", "));
        return Ok(format!("{title}\n{}\n\n  {}\n", wrapped(found.text), found.example));
    }
    let command = topic.trim_start_matches('.').to_lowercase();
    if let Some(entry) = ENTRIES.iter().find(|entry| entry.name.trim_start_matches('.') == command)
    {
        let call = format!("{} {}", entry.name, entry.argument);
        return Ok(format!("{}\n  {}\n", palette.bold(call.trim_end()), entry.does));
    }
    let code = topic.to_uppercase();
    if let Some(title) = milepost_lang::code_title(&code).or_else(|| milepost::code_title(&code)) {
        return Ok(code_page(&code, title, palette));
    }
    Err(match closest(&topic.to_lowercase(), topics::names()) {
        Some(near) => format!("there is no help on `{topic}`; did you mean `{near}`?"),
        None => format!("there is no help on `{topic}`; `.help` lists the topics"),
    })
}

/// The page of an error code: what LANGUAGE.md has on it.
fn code_page(code: &str, title: &str, palette: Palette) -> String {
    let mut out = format!("{}  {title}\n", palette.bold(code));
    let Some(page) = milepost_lang::page(code) else { return out };
    let lines = [("cause", Some(page.cause)), ("example", page.example), ("fix", page.fix)];
    for (heading, text) in lines {
        let Some(text) = text else { continue };
        let indent = format!("\n{}", " ".repeat(11));
        let text = wrapped(text).replace('\n', &indent);
        let _ = writeln!(out, "  {heading:<9}{text}");
    }
    out
}

fn first_page(palette: Palette) -> String {
    let mut out = String::from(
        "A query is a noun phrase about series, with clauses in any order:\n\n  \
         growth of voluntary_si.participants in VN since Resolution 28 until 2019\n\n",
    );
    out.push_str(&palette.bold("Topics for .help TOPIC"));
    out.push('\n');
    for shelf in Shelf::ALL {
        let names: Vec<&str> = TOPICS
            .iter()
            .filter(|topic| topic.shelf == shelf)
            .flat_map(|topic| topic.names.iter().copied())
            .collect();
        let title = format!("{:<12}", shelf.title());
        let indent = format!("\n{}", " ".repeat(14));
        let names = wrapped(&names.join(", ")).replace('\n', &indent);
        let _ = writeln!(out, "  {title}{names}");
    }
    out.push('\n');
    out.push_str(&palette.bold("Commands"));
    out.push('\n');
    for entry in ENTRIES {
        let call = format!("{} {}", entry.name, entry.argument);
        let _ = writeln!(out, "  {call:<20}{}", entry.does);
    }
    out.push_str(
        "\nEnter runs a query that is complete; Alt-Enter begins a new line; Tab completes;\n\
         Ctrl-C drops the line or, while a query runs, ends that; pressed once more, the program.\n\
         Lines that begin with a blank are not kept in the history.\n",
    );
    out
}

/// Text in lines of at most 76 columns.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > 76 {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_page() {
        let first = page(None, Palette::PLAIN).unwrap();
        for name in topics::names() {
            let page = page(Some(name), Palette::PLAIN).unwrap();
            assert!(page.lines().count() >= 3, "{name}");
            assert!(first.contains(name), "{name} is not on the first page");
        }
        for entry in ENTRIES {
            assert!(page(Some(entry.name), Palette::PLAIN).is_ok());
        }
        let codes = (0..10_000).map(|number| format!("MP{number:04}"));
        let mut explained = 0;
        for code in codes.filter(|code| {
            milepost_lang::code_title(code).or_else(|| milepost::code_title(code)).is_some()
        }) {
            let page = page(Some(&code.to_lowercase()), Palette::PLAIN).unwrap();
            assert!(page.contains("\n  cause    "), "{page}");
            explained += 1;
        }
        assert!(explained >= 40);
        assert!(first.lines().all(|line| line.chars().count() <= 100), "{first}");
    }

    #[test]
    fn a_code_has_its_cause_an_example_and_a_fix() {
        assert_eq!(
            page(Some("mp0304"), Palette::PLAIN).unwrap(),
            "MP0304  no region\n  \
             cause    a sentence that does not say which region\n  \
             example  si.participants at 2024-06\n  \
             fix      `in VN`\n"
        );
    }

    #[test]
    fn unknown_topics_offer_the_nearest() {
        let message = page(Some("grwoth"), Palette::PLAIN).unwrap_err();
        assert!(message.contains("`growth`"), "{message}");
        assert!(page(Some("quux"), Palette::PLAIN).unwrap_err().contains("`.help`"));
    }
}
