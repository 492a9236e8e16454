//! The interpreter behind the prompt, files and pipes alike.

use std::io;
use std::path::Path;
use std::time::Instant;

use milepost::{CancelToken, Error, Limits, Session, Store};

use crate::colour::Palette;
use crate::dot::Dot;
use crate::escape::{escape, escape_lines};
use crate::failure::Failure;
use crate::help;
use crate::printer::Printer;
use crate::script::{Piece, pieces};
use crate::timeout::Timeout;

/// Files read by files, at most this deep.
const DEPTH_MAX: usize = 16;

/// Runs statements and commands of the shell against a store.
pub(crate) struct Shell {
    store: Store,
    pub(crate) session: Session,
    pub(crate) printer: Printer,
    pub(crate) timeout: Option<Timeout>,
    /// What Ctrl-C cancels.
    pub(crate) token: CancelToken,
    has_timer: bool,
    depth: usize,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Go on.
    Continue,
    /// Leave.
    Quit,
}

/// A failure with the corrected text, where there is one.
pub(crate) struct Refusal {
    pub(crate) failure: Failure,
    pub(crate) corrected: Option<String>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, corrected: None }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Failure::Output(error).into()
    }
}

impl Shell {
    /// A shell on an open store.
    pub(crate) fn new(store: Store, printer: Printer) -> Self {
        let (session, token) = (Session::new(), CancelToken::new());
        Self { store, session, printer, timeout: None, token, has_timer: false, depth: 0 }
    }

    /// The store's contents at this moment.
    pub(crate) fn snapshot(&self) -> milepost::Snapshot {
        self.store.snapshot()
    }

    /// Sees what a writer committed since.
    pub(crate) fn refresh(&mut self) -> Result<(), Failure> {
        self.store.refresh().map(drop).map_err(|error| Failure::from_library(&error))
    }

    /// Runs input piece by piece, up to the first that fails. `name` is the file's, if it is one.
    pub(crate) fn run(&mut self, input: &str, name: Option<&str>) -> Result<Flow, Refusal> {
        for piece in pieces(input) {
            let flow = match piece {
                Piece::Dot(line) => self.dot(&line)?,
                Piece::Statement { text, line } => self.statement(&text).map_err(|refusal| {
                    Refusal { failure: refusal.failure.on_line(line, name), ..refusal }
                })?,
            };
            if flow == Flow::Quit {
                return Ok(flow);
            }
        }
        Ok(Flow::Continue)
    }

    fn statement(&mut self, text: &str) -> Result<Flow, Refusal> {
        let result = self.answer(text);
        let is_away = self.printer.is_away();
        self.printer.end_statement();
        match result {
            Err(Refusal { failure: Failure::Output(error), .. }) if is_away => {
                self.printer.come_home();
                let message = format!("error: the file of `.output` or `.once`: {error}");
                Err(Failure::Refused(message).into())
            }
            result => result,
        }
    }

    fn answer(&mut self, text: &str) -> Result<Flow, Refusal> {
        let started = Instant::now();
        let limits = self.limits(started);
        let outcomes = self.store.snapshot().run_with(text, &mut self.session, &limits);
        let outcomes = outcomes.map_err(|error| refusal(&error, text))?;
        let elapsed = started.elapsed();
        for outcome in &outcomes {
            let printed = self.printer.outcome(outcome, &self.limits(started), &self.token);
            printed.map_err(|error| unprinted(error, text))?;
        }
        if self.has_timer {
            let time = format!("{:.3} ms\n", elapsed.as_secs_f64() * 1e3);
            let time = self.printer.palette().dim(time.trim_end()) + "\n";
            self.printer.painted(&time)?;
        }
        Ok(Flow::Continue)
    }

    /// What is left of the limits on a statement that began at a moment.
    fn limits(&self, began: Instant) -> Limits {
        let limits = Limits::default().cancel(&self.token);
        match self.timeout {
            Some(Timeout(time)) => limits.deadline(time.saturating_sub(began.elapsed())),
            None => limits,
        }
    }

    fn dot(&mut self, line: &str) -> Result<Flow, Refusal> {
        match Dot::parse(line).map_err(|message| Failure::Refused(format!("error: {message}")))? {
            Dot::Help(topic) => {
                let page = help::page(topic.as_deref(), self.printer.palette())
                    .map_err(|message| Failure::Refused(format!("error: {message}")))?;
                self.printer.painted(&page)?;
            }
            Dot::Statement(text) => return self.statement(&text),
            Dot::Mode(None) => self.printer.text(&format!("{}\n", self.printer.mode().word()))?,
            Dot::Mode(Some(mode)) => self.printer.set_mode(mode),
            Dot::Timer(on) => self.has_timer = on,
            Dot::Timeout(time) => self.timeout = time,
            Dot::Strict(on) => self.session.set_strict(on),
            Dot::AsOf(date) => self.session.set_as_of(date),
            Dot::Output { file: None, .. } => self.printer.come_home(),
            Dot::Output { file: Some(file), is_once } => {
                self.printer.go_to(&file, is_once).map_err(|error| {
                    let name = escape(&file.display().to_string()).into_owned();
                    Failure::Refused(format!("error: {name}: {error}"))
                })?;
            }
            Dot::Read(path) => return self.read(&path),
            Dot::Quit => return Ok(Flow::Quit),
        }
        Ok(Flow::Continue)
    }

    /// Runs the statements of a file.
    pub(crate) fn read(&mut self, path: &Path) -> Result<Flow, Refusal> {
        let name = path.display().to_string();
        if self.depth >= DEPTH_MAX {
            let message = format!("error: {name} is read by files {DEPTH_MAX} deep");
            return Err(Failure::Refused(message).into());
        }
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Refused(format!("error: {name}: {error}")))?;
        self.depth += 1;
        let result = self.run(&text, Some(&name));
        self.depth -= 1;
        result
    }

    /// The prompt, which shows the context of the session.
    pub(crate) fn prompt(&self) -> String {
        let mut context: Vec<String> = Vec::new();
        context.extend(self.session.as_of().map(|date| format!("as of {date}")));
        context.extend(self.session.is_strict().then(|| "strict".to_owned()));
        match context.as_slice() {
            [] => "milepost> ".to_owned(),
            _ => format!("milepost [{}]> ", context.join(", ")),
        }
    }
}

/// Why an answer was not printed to its end.
fn unprinted(error: io::Error, text: &str) -> Refusal {
    if error.kind() == io::ErrorKind::Interrupted {
        return Failure::Refused("error: the answer was cut short".to_owned()).into();
    }
    match error.downcast::<Error>() {
        Ok(limit) => refusal(&limit, text),
        Err(error) => Failure::Output(error).into(),
    }
}

/// Why a text has no answer, with the corrected text where there is one.
fn refusal(error: &Error, text: &str) -> Refusal {
    let corrected = match error {
        Error::Query(query) => {
            let fix = query.diagnostics.iter().find_map(|found| found.fix.as_ref());
            fix.map(|fix| fix.apply(&query.text))
        }
        _ => None,
    };
    let failure = Failure::from_library(error);
    match meant(text) {
        Some(command) => Refusal {
            failure: failure.with_line(&format!("   try: {command}")),
            corrected: Some(command.to_owned()),
        },
        None => Refusal { failure, corrected },
    }
}

/// The command of this shell that a word of other shells means.
fn meant(text: &str) -> Option<&'static str> {
    match text.trim() {
        "help" | "?" | "\\?" | "\\h" => Some(".help"),
        "quit" | "exit" | "\\q" | ":q" => Some(".quit"),
        _ => None,
    }
}

/// Draws a failure for standard error.
pub(crate) fn report(failure: &Failure, palette: Palette) -> String {
    let mut text = palette.diagnostic(&escape_lines(&failure.to_string()));
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
