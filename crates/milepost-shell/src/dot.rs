//! The commands of the shell: `.mode csv`, `.help growth`, `.quit`.

use std::path::PathBuf;

use milepost::Date;

use crate::mode::Mode;
use crate::timeout::Timeout;

/// A command of the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dot {
    /// `.help [TOPIC]`
    Help(Option<String>),
    /// A statement of the language under a shorter name: `.indicators`, `.describe NAME`.
    Statement(String),
    /// `.mode [MODE]`
    Mode(Option<Mode>),
    /// `.timer on|off`
    Timer(bool),
    /// `.timeout [SECONDS]`; none is no limit.
    Timeout(Option<Timeout>),
    /// `.strict on|off`
    Strict(bool),
    /// `.asof [DATE]`; none forgets it.
    AsOf(Option<Date>),
    /// `.output [FILE]`, `.once FILE`: where answers go from here on, or the next one.
    Output {
        /// The file; none is the terminal or the pipe again.
        file: Option<PathBuf>,
        /// Whether it takes one answer only.
        is_once: bool,
    },
    /// `.read FILE`
    Read(PathBuf),
    /// `.quit`
    Quit,
}

/// A command with what may follow it and what it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) argument: &'static str,
    pub(crate) does: &'static str,
}

const fn entry(name: &'static str, argument: &'static str, does: &'static str) -> Entry {
    Entry { name, argument, does }
}

/// Every command, in the order of the help.
pub(crate) const ENTRIES: [Entry; 15] = [
    entry(".help", "[TOPIC]", "this page, or what a verb, a clause or an error code means"),
    entry(".indicators", "[TEXT]", "the indicators whose name contains TEXT"),
    entry(".regions", "[TEXT]", "the regions whose name contains TEXT"),
    entry(".milestones", "[TEXT]", "the milestones whose name contains TEXT"),
    entry(".describe", "NAME", "what is known about an indicator, a region or a milestone"),
    entry(".explain", "QUERY", "how a query is read and answered"),
    entry(".mode", "[MODE]", "table, plain, csv, tsv, json, jsonl or markdown"),
    entry(".asof", "[DATE]", "answer as the world knew it at the close of DATE; without one, now"),
    entry(".strict", "on|off", "whether a base far from its anchor is missing"),
    entry(".timer", "on|off", "whether the time of each statement is shown"),
    entry(".timeout", "[SECONDS]", "end a statement that takes longer; without a time, none is"),
    entry(".once", "FILE", "write the next answer to a file, in the format of its name"),
    entry(".output", "[FILE]", "write what follows to a file; without one, here again"),
    entry(".read", "FILE", "run the statements of a file"),
    entry(".quit", "", "leave; so does Ctrl-D"),
];

impl Dot {
    /// Reads a command; the message of an error says what would fit.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim().trim_end_matches(';').trim_end();
        let argument = Some(rest).filter(|rest| !rest.is_empty());
        let required = |what: &str| {
            argument.map(str::to_owned).ok_or_else(|| format!("`{name}` takes {what}"))
        };
        Ok(match name.to_ascii_lowercase().as_str() {
            ".help" | ".?" => Self::Help(argument.map(str::to_owned)),
            ".indicators" | ".regions" | ".milestones" => Self::Statement(list(name, argument)?),
            ".describe" => Self::Statement(format!("describe {}", required("a name")?)),
            ".explain" => Self::Statement(format!("explain {}", required("a query")?)),
            ".mode" => match argument {
                None => Self::Mode(None),
                Some(word) => Self::Mode(Some(word.parse().map_err(|error| format!("{error}"))?)),
            },
            ".timer" => Self::Timer(switch(name, argument)?),
            ".timeout" => Self::Timeout(match argument {
                None | Some("off") => None,
                Some(time) => Some(time.parse().map_err(|error| format!("`{time}`: {error}"))?),
            }),
            ".strict" => Self::Strict(switch(name, argument)?),
            ".asof" => Self::AsOf(match argument {
                None | Some("off" | "now") => None,
                Some(day) => Some(day.parse().map_err(|error| format!("`{day}`: {error}"))?),
            }),
            ".output" => Self::Output { file: argument.map(file), is_once: false },
            ".once" => {
                Self::Output { file: Some(file(&required("the name of a file")?)), is_once: true }
            }
            ".read" => Self::Read(file(&required("the name of a file")?)),
            ".quit" | ".exit" | ".q" => Self::Quit,
            unknown => return Err(unknown_command(unknown)),
        })
    }
}

/// The name of a file, which may stand in quotes.
fn file(text: &str) -> PathBuf {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text).into()
}

fn list(name: &str, like: Option<&str>) -> Result<String, String> {
    let what = name.trim_start_matches('.');
    match like {
        None => Ok(format!("list {what}")),
        Some(text) if text.contains('"') => Err(format!("`{name}` takes a text without quotes")),
        Some(text) => Ok(format!("list {what} like \"{text}\"")),
    }
}

fn switch(name: &str, argument: Option<&str>) -> Result<bool, String> {
    match argument {
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        _ => Err(format!("`{name}` takes `on` or `off`")),
    }
}

fn unknown_command(name: &str) -> String {
    let near = closest(name, ENTRIES.iter().map(|entry| entry.name));
    match near {
        Some(near) => format!("there is no command `{name}`; did you mean `{near}`?"),
        None => format!("there is no command `{name}`; `.help` lists them"),
    }
}

/// The nearest of some words: one that begins with the word, or a few letters away.
pub(crate) fn closest<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    if word.len() > 2
        && let Some(longer) = known.clone().find(|known| known.starts_with(word))
    {
        return Some(longer);
    }
    known
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(distance, known)| distance * 3 <= known.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_command_is_read() {
        for entry in ENTRIES {
            let argument = match entry.argument {
                "" | "[TOPIC]" | "[TEXT]" | "[MODE]" | "[DATE]" | "[FILE]" | "[SECONDS]" => "",
                "on|off" => "on",
                _ => "x",
            };
            let line = format!("{} {argument}", entry.name);
            assert!(Dot::parse(&line).is_ok(), "{line}");
        }
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!(Dot::parse(".mode CSV"), Ok(Dot::Mode(Some(Mode::Csv))));
        assert_eq!(Dot::parse(".timer on ;"), Ok(Dot::Timer(true)));
        assert_eq!(
            Dot::parse(".regions Vinh"),
            Ok(Dot::Statement("list regions like \"Vinh\"".to_owned()))
        );
        assert_eq!(Dot::parse(".asof"), Ok(Dot::AsOf(None)));
        let day = "2024-07-10".parse().unwrap();
        assert_eq!(Dot::parse(".asof 2024-07-10"), Ok(Dot::AsOf(Some(day))));
        assert!(Dot::parse(".asof yesterday").is_err());
        let half = "0.5".parse().unwrap();
        assert_eq!(Dot::parse(".timeout 0.5"), Ok(Dot::Timeout(Some(half))));
        assert_eq!(Dot::parse(".timeout off"), Ok(Dot::Timeout(None)));
        assert!(Dot::parse(".timeout soon").unwrap_err().contains("such as 30 or 0.5"));
        assert!(Dot::parse(".timer").is_err());
        assert!(Dot::parse(".read").is_err());
        assert_eq!(Dot::parse(".read \"a b\""), Ok(Dot::Read("a b".into())));
        assert_eq!(Dot::parse(".output"), Ok(Dot::Output { file: None, is_once: false }));
        assert!(Dot::parse(".once").is_err());
    }

    #[test]
    fn the_nearest_command_is_offered() {
        for (typed, meant) in
            [(".hlep", ".help"), (".indicator", ".indicators"), (".exp", ".explain")]
        {
            let message = Dot::parse(typed).unwrap_err();
            assert!(message.contains(&format!("`{meant}`")), "{message}");
        }
        let message = Dot::parse(".frobnicate").unwrap_err();
        assert!(message.contains("`.help`"), "{message}");
    }
}
