//! The output modes.

use std::path::Path;

use clap::ValueEnum;

/// How answers are printed.
///
/// ```
/// use milepost_shell::Mode;
/// assert_eq!("CSV".parse(), Ok(Mode::Csv));
/// assert!("xml".parse::<Mode>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Mode {
    /// Columns for reading: rounded, digits grouped, base and notes below
    #[default]
    Table,
    /// Columns of unrounded values without colour, the same bytes everywhere
    Plain,
    /// Comma-separated values, RFC 4180
    Csv,
    /// Tab-separated values
    Tsv,
    /// One JSON array of objects for each statement
    Json,
    /// One JSON object a row, a line each
    Jsonl,
    /// A Markdown table
    Markdown,
}

impl Mode {
    /// Every mode, in the order of the help.
    pub const ALL: [Self; 7] =
        [Self::Table, Self::Plain, Self::Csv, Self::Tsv, Self::Json, Self::Jsonl, Self::Markdown];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Plain => "plain",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Markdown => "markdown",
        }
    }

    /// The mode that the name of a file asks for: `.csv`, `.tsv`, `.json`, `.jsonl` or `.md`.
    pub(crate) fn of_file(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "md" => Some(Self::Markdown),
            word @ ("csv" | "tsv" | "json" | "jsonl") => word.parse().ok(),
            _ => None,
        }
    }

    /// Whether programs read it: fixed columns, exact values, nothing beside the rows.
    pub fn is_for_machines(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Json | Self::Jsonl)
    }
}

/// A word that names no mode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no output mode; the modes are table, plain, csv, tsv, json, jsonl and markdown")]
pub struct UnknownMode(pub String);

impl std::str::FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, UnknownMode> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownMode(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_agree_with_the_command_line() {
        for mode in Mode::ALL {
            assert_eq!(mode.word().parse(), Ok(mode));
            let named = mode.to_possible_value().map(|value| value.get_name().to_owned());
            assert_eq!(named.as_deref(), Some(mode.word()));
        }
        assert_eq!(Mode::value_variants().len(), Mode::ALL.len());
    }

    #[test]
    fn names_of_files_ask_for_a_mode() {
        for (name, mode) in [
            ("a.CSV", Some(Mode::Csv)),
            ("b/a.jsonl", Some(Mode::Jsonl)),
            ("a.md", Some(Mode::Markdown)),
            ("a.txt", None),
            ("table", None),
        ] {
            assert_eq!(Mode::of_file(Path::new(name)), mode, "{name}");
        }
    }
}
