//! Why a command failed, and the exit code that says so.

use std::io;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A query or data error, as text for people, line feeds included.
    #[error("{0}")]
    Refused(String),
    /// The command line does not fit.
    #[error("{0}")]
    Usage(String),
    /// The store cannot be opened, or is damaged.
    #[error("{0}")]
    Store(String),
    /// Standard output cannot be written.
    #[error("error: standard output: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// An error of the library: damage and files that cannot be read are the store's, everything
    /// else the query's or the data's.
    pub(crate) fn from_library(error: &milepost::Error) -> Self {
        let message = match error {
            // Diagnostics begin with their severity and code.
            milepost::Error::Query(query) => query.to_string(),
            other => format!("error: {other}"),
        };
        let message = crate::escape::escape_lines(&message);
        match error {
            milepost::Error::Corrupt { .. }
            | milepost::Error::Io { .. }
            | milepost::Error::Locked { .. } => Self::Store(message),
            _ => Self::Refused(message),
        }
    }

    /// The same, saying on which line of which file it is about. Errors on the first line of
    /// what was typed or piped say enough by themselves.
    pub(crate) fn on_line(self, line: usize, file: Option<&str>) -> Self {
        let place = match file {
            Some(file) => format!("{}, line {line}:", crate::escape::escape(file)),
            None if line > 1 => format!("line {line}:"),
            None => return self,
        };
        match self {
            Self::Refused(message) => Self::Refused(format!("{place}\n{message}")),
            other => other,
        }
    }

    /// The same with a line more of advice.
    pub(crate) fn with_line(self, advice: &str) -> Self {
        match self {
            Self::Refused(message) => Self::Refused(format!("{}\n{advice}", message.trim_end())),
            other => other,
        }
    }

    /// Whether the reader of the output went away, as `head` does.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit code. A reader that went away has what it wanted.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Output(_) if self.is_broken_pipe() => ExitCode::SUCCESS,
            Self::Refused(_) | Self::Output(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            Self::Store(_) => ExitCode::from(3),
        }
    }
}
