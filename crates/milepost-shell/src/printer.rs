//! Outcomes in the output mode of the moment, through a writer that reports every failure.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use milepost::{Answer, CancelToken, Diagnostic, Explanation, Limits, Listing, Outcome, Severity};

use crate::answer::{machine_columns, machine_grid, reader_grid};
use crate::colour::Palette;
use crate::columns::{Layout, draw};
use crate::escape::{escape, escape_lines};
use crate::grid::{Column, Grid};
use crate::mode::Mode;
use crate::records::Records;

/// Prints outcomes.
pub(crate) struct Printer {
    mode: Mode,
    out: Box<dyn Write>,
    layout: Layout,
    /// The columns of the last delimited answer: the header is said once.
    columns: Vec<Column>,
    /// What cancels an answer that is being printed.
    token: CancelToken,
    /// What was in place before answers went to a file.
    home: Option<Home>,
}

/// Where answers go when they go to no file, and how they look there.
struct Home {
    out: Box<dyn Write>,
    mode: Mode,
    layout: Layout,
    /// Whether the file takes one answer only.
    is_once: bool,
}

impl Printer {
    /// A printer onto a writer; on a terminal long answers are cut and lines fitted.
    pub(crate) fn new(
        out: Box<dyn Write>,
        mode: Mode,
        palette: Palette,
        is_terminal: bool,
    ) -> Self {
        let width_max = if is_terminal { terminal_width() } else { None };
        let layout = Layout { palette, rule: '─', is_cut: is_terminal, width_max };
        let (columns, token) = (Vec::new(), CancelToken::new());
        Self { mode, out, layout, columns, token, home: None }
    }

    /// Sends answers to a new file, in the mode that its name asks for: all of them up to
    /// [`Self::come_home`], or the next one.
    pub(crate) fn go_to(&mut self, file: &Path, is_once: bool) -> io::Result<()> {
        let opened = File::create(file)?;
        self.come_home();
        let out = std::mem::replace(&mut self.out, Box::new(BufWriter::new(opened)));
        self.home = Some(Home { out, mode: self.mode, layout: self.layout, is_once });
        self.layout = Layout { rule: self.layout.rule, ..Layout::PLAIN };
        self.set_mode(Mode::of_file(file).unwrap_or(self.mode));
        Ok(())
    }

    /// Sends answers where they went before [`Self::go_to`].
    pub(crate) fn come_home(&mut self) {
        if let Some(home) = self.home.take() {
            self.out = home.out;
            self.layout = home.layout;
            self.set_mode(home.mode);
        }
    }

    /// Notes that a statement has been answered, or refused.
    pub(crate) fn end_statement(&mut self) {
        if self.home.as_ref().is_some_and(|home| home.is_once) {
            self.come_home();
        }
    }

    /// Whether answers go to a file.
    pub(crate) fn is_away(&self) -> bool {
        self.home.is_some()
    }

    /// The mode of the moment.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Changes the mode; a header is said again.
    pub(crate) fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        self.columns.clear();
    }

    /// Lines of text, escaped.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(escape_lines(text).as_bytes())?;
        self.out.flush()
    }

    /// Text with colours of our own: the caller has escaped what comes from data.
    pub(crate) fn painted(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// The same, line by line, up to a cancellation; that the rest is not there is an error of
    /// [`io::ErrorKind::Interrupted`].
    fn lines(&mut self, text: &str) -> io::Result<()> {
        for line in text.split_inclusive('\n') {
            if self.token.is_cancelled() {
                self.out.flush()?;
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.out.write_all(line.as_bytes())?;
        }
        self.out.flush()
    }

    /// The palette of the output.
    pub(crate) fn palette(&self) -> Palette {
        self.layout.palette
    }

    /// Prints what a statement came to; of a long answer no more once it is cancelled. A limit that
    /// the rows of an answer meet is an error of [`io::ErrorKind::Other`].
    pub(crate) fn outcome(
        &mut self,
        outcome: &Outcome,
        limits: &Limits,
        token: &CancelToken,
    ) -> io::Result<()> {
        self.token = token.clone();
        match outcome {
            Outcome::Answer(answer) => self.answer(answer, limits),
            Outcome::Listing(listing) if self.mode == Mode::Table && listing.rows.is_empty() => {
                self.text("none\n")
            }
            Outcome::Listing(listing) if self.mode == Mode::Table => {
                self.grid(&listing_grid(listing).without_empty_columns())
            }
            Outcome::Listing(listing) => self.grid(&listing_grid(listing)),
            Outcome::Explanation(explanation) => self.explanation(explanation, limits),
            Outcome::Defined { name, sentence } if !self.mode.is_for_machines() => {
                self.text(&format!("{name} = {sentence}\n"))
            }
            // Programs read rows; a name that was given has none.
            _ => Ok(()),
        }
    }

    fn explanation(&mut self, explanation: &Explanation, limits: &Limits) -> io::Result<()> {
        let mut grid = Grid::new(vec![Column::text("fact"), Column::text("text")]);
        grid.push(vec!["sentence".to_owned(), explanation.sentence.clone()]);
        for (heading, text) in &explanation.facts {
            grid.push(vec![heading.clone(), text.clone()]);
        }
        self.grid(&grid)?;
        if self.mode.is_for_machines() {
            return Ok(());
        }
        self.text("\n")?;
        self.answer(&explanation.answer, limits)
    }

    fn answer(&mut self, answer: &Answer, limits: &Limits) -> io::Result<()> {
        if matches!(self.mode, Mode::Table | Mode::Plain) {
            limits.write_out(answer).map_err(io::Error::other)?;
        }
        match self.mode {
            Mode::Table => self.grid(&reader_grid(answer))?,
            Mode::Plain => self.grid(&machine_grid(answer))?,
            _ => {
                let rows = limits.stream(answer);
                let rows = rows.map(|row| Ok(row.map_err(io::Error::other)?.record()));
                self.records(&machine_columns(answer), rows)?;
            }
        }
        if self.mode.is_for_machines() {
            return Ok(());
        }
        let notes: String = answer.notes.iter().map(|note| self.note(note)).collect();
        self.painted(&notes)
    }

    fn note(&self, note: &Diagnostic) -> String {
        let word = if note.severity == Severity::Note { "note:" } else { "error:" };
        let help = note.help.iter().map(|help| format!("  help: {}\n", escape(help)));
        let help: String = help.collect();
        format!("{} {}\n{help}", self.palette().paint("36", word), escape(&note.message))
    }

    /// Prints a grid in the mode of the moment.
    pub(crate) fn grid(&mut self, grid: &Grid) -> io::Result<()> {
        match self.mode {
            Mode::Table => self.lines(&draw(grid, self.layout)),
            Mode::Plain => self.lines(&draw(grid, Layout::PLAIN)),
            _ => self.records(&grid.columns, grid.rows.iter().cloned().map(Ok)),
        }
    }

    /// Prints rows as they come, in a mode that needs no more than one at a time.
    fn records(
        &mut self,
        columns: &[Column],
        rows: impl Iterator<Item = io::Result<Vec<String>>>,
    ) -> io::Result<()> {
        let has_header = self.columns != columns;
        let Some(records) = Records::new(self.mode, columns, has_header) else { return Ok(()) };
        if matches!(self.mode, Mode::Csv | Mode::Tsv) {
            self.columns = columns.to_vec();
        }
        let (mut count, mut text) = (0, String::new());
        for row in rows {
            let is_cancelled = self.token.is_cancelled();
            let row = if is_cancelled { Err(io::ErrorKind::Interrupted.into()) } else { row };
            let cells = row.or_else(|error| self.cut_short(count, error))?;
            text.clear();
            records.row(&mut text, count, &cells);
            self.out.write_all(text.as_bytes())?;
            count += 1;
        }
        self.out.write_all(records.end(count).as_bytes())?;
        self.out.flush()
    }

    /// Ends an answer of which only so many rows are there.
    fn cut_short<T>(&mut self, count: usize, error: io::Error) -> io::Result<T> {
        self.out.write_all(if count > 0 { b"\n" } else { b"" })?;
        self.out.flush()?;
        Err(error)
    }
}

fn listing_grid(listing: &Listing) -> Grid {
    let mut grid = Grid::new(listing.columns.iter().map(Column::text).collect());
    for row in &listing.rows {
        grid.push(row.clone());
    }
    grid
}

fn terminal_width() -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size()?;
    Some(usize::from(columns))
}
