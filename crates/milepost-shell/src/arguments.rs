//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::colour::ColourChoice;
use crate::mode::Mode;
use crate::timeout::Timeout;

/// An embedded store for statistical indicators, asked in Since
#[derive(Debug, Parser)]
#[command(
    name = "milepost",
    version,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 ok, 1 query or data error, 2 usage, 3 store cannot be opened or \
                  is damaged, 130 interrupted.\n\n\
                  Without a store of its own, `milepost repl` opens figures of Viet Nam Social \
                  Security."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask questions one after another
    Repl(ReplArguments),
    /// Answer one query or script
    Query(QueryArguments),
    /// Declare indicators, regions and milestones from CSV files
    Define(DefineArguments),
    /// Add observations from CSV files
    Import(ImportArguments),
    /// Verify every checksum and count what the store holds
    Check(CheckArguments),
}

const REPL_EXAMPLES: &str = "\
Examples:
  milepost repl                    the built-in figures
  milepost repl vss.milepost       a store, created if absent
  echo 'hi.participants in VN at 2023' | milepost repl --mode csv

Statements are separated by `;`; lines that are queries by themselves need none.";

/// `milepost repl`, and the program `repl` of the examples.
#[derive(Args, Debug)]
#[command(after_help = REPL_EXAMPLES)]
pub(crate) struct ReplArguments {
    /// The store, created if absent; without it the built-in figures
    pub(crate) store: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) text: TextArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// The program `repl` of the examples.
#[derive(Debug, Parser)]
#[command(name = "repl", version, about = "Ask questions one after another")]
pub(crate) struct ReplProgram {
    #[command(flatten)]
    pub(crate) repl: ReplArguments,
}

const QUERY_EXAMPLES: &str = "\
Examples:
  milepost query vss.milepost 'growth of si.participants in VN since 1995 until 2024-H1'
  milepost query vss.milepost 'hi.coverage in Vinh Long, VN at 2023' --mode csv
  milepost query vss.milepost -f report.since --mode json
  milepost query vss.milepost -f report.since --timeout 30
  milepost query vss.milepost < report.since";

/// `milepost query`.
#[derive(Args, Debug)]
#[command(after_help = QUERY_EXAMPLES)]
pub(crate) struct QueryArguments {
    /// The store; it is opened for reading only
    pub(crate) store: PathBuf,
    /// The query or script; without it, `-c` and `-f`, standard input is read
    #[arg(conflicts_with_all = ["command", "file"])]
    pub(crate) query: Option<String>,
    #[command(flatten)]
    pub(crate) text: TextArguments,
    /// End a statement that takes longer than this, with exit code 1
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) timeout: Option<Timeout>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Where the questions come from.
#[derive(Args, Debug)]
pub(crate) struct TextArguments {
    /// Run this query or script; may be repeated
    #[arg(short, long, value_name = "QUERY", conflicts_with = "file")]
    pub(crate) command: Vec<String>,
    /// Run the script in this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// How answers look.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct OutputArguments {
    /// How answers are printed
    #[arg(
        short,
        long,
        value_enum,
        default_value_t,
        ignore_case = true,
        hide_possible_values = false
    )]
    pub(crate) mode: Mode,
    /// When to colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", alias = "colour")]
    color: ColourChoice,
    /// The same as `--color never`
    #[arg(long, alias = "no-colour", conflicts_with = "color")]
    no_color: bool,
}

impl OutputArguments {
    /// When to colour.
    pub(crate) fn colour(self) -> ColourChoice {
        if self.no_color { ColourChoice::Never } else { self.color }
    }
}

const DEFINE_EXAMPLES: &str = "\
Examples:
  milepost define vss.milepost indicators.csv regions.csv milestones.csv

What a file declares is told by its header: `kind` for indicators, `valid_from` or `level` for
regions, `start` for milestones. A name that is declared again replaces the earlier declaration.";

/// `milepost define`.
#[derive(Args, Debug)]
#[command(after_help = DEFINE_EXAMPLES)]
pub(crate) struct DefineArguments {
    /// The store, created if absent
    pub(crate) store: PathBuf,
    /// CSV files of indicators, regions and milestones
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  milepost import vss.milepost observations.csv
  milepost import vss.milepost june.csv --published 2024-07-10 --source 'VSS conference'

Columns: indicator, region, period and value; status, scenario, published, precision, source and
note may follow. Each file is one commit: all of it, or nothing. `-` is standard input.";

/// `milepost import`.
#[derive(Args, Debug)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct ImportArguments {
    /// The store, created if absent
    pub(crate) store: PathBuf,
    /// CSV files of observations
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The day of publication of rows that state none, such as 2024-07-10
    #[arg(long, value_name = "DATE")]
    pub(crate) published: Option<String>,
    /// The source of rows that state none
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Refuse indicators and regions that are not declared
    #[arg(long)]
    pub(crate) strict: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  milepost check vss.milepost

Damage is reported with file and offset, and exit code 3.";

/// `milepost check`.
#[derive(Args, Debug)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArguments {
    /// The store; it is opened for reading only
    pub(crate) store: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(words: &[&str]) -> Result<Command, clap::Error> {
        let words = std::iter::once(&"milepost").chain(words);
        Arguments::try_parse_from(words).map(|arguments| arguments.command)
    }

    #[test]
    fn definitions_are_consistent() {
        Arguments::command().debug_assert();
        ReplProgram::command().debug_assert();
    }

    #[test]
    fn a_query_stands_in_one_place() {
        let Ok(Command::Query(query)) = parse(&["query", "s", "x in VN", "--mode", "csv"]) else {
            panic!("a query");
        };
        assert_eq!(query.query.as_deref(), Some("x in VN"));
        assert_eq!(query.output.mode, Mode::Csv);
        assert!(parse(&["query", "s", "x", "-f", "y"]).is_err());
        assert!(parse(&["query", "s", "-c", "x", "-f", "y"]).is_err());
        assert!(parse(&["query", "s", "--mode", "xml"]).is_err());
        assert!(parse(&["query"]).is_err());
        let Ok(Command::Query(query)) = parse(&["query", "s", "x", "--timeout", "1.5"]) else {
            panic!("a query");
        };
        assert_eq!(query.timeout, "1.5".parse().ok());
        assert!(parse(&["query", "s", "x", "--timeout", "-1"]).is_err());
    }

    #[test]
    fn the_repl_needs_no_store() {
        let Ok(Command::Repl(repl)) = parse(&["repl", "--no-color", "-c", "a", "-c", "b"]) else {
            panic!("a repl");
        };
        assert_eq!(repl.store, None);
        assert_eq!(repl.text.command, ["a", "b"]);
        assert_eq!(repl.output.colour(), ColourChoice::Never);
        assert_eq!(repl.output.mode, Mode::Table);
    }

    #[test]
    fn every_command_has_examples() {
        for command in Arguments::command().get_subcommands() {
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let call = format!("milepost {}", command.get_name());
            assert!(examples.contains(&call), "`{}` shows no example", command.get_name());
        }
    }
}
