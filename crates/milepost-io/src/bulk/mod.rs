//! Large files: read by all cores, block by block, straight into the frames of a store.
//!
//! Everything that is not plain takes the way of small files, record by record, so that what is
//! read, what is refused and how it is told are the same.

mod blocks;
mod cells;
mod interned;
mod loader;
mod parser;
mod report;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use milepost::{Registered, Store};

use self::blocks::Blocks;
use self::loader::Sink;
use self::parser::{FIRST_LINE, Parser};
use self::report::{Lines, Report};
use crate::observations::{OPTIONAL, REQUIRED};
use crate::table::{Header, Table};
use crate::{Error, Faults, ImportOptions, ImportProgress, ImportReport, Result};

/// The most threads that read: the disk and one lock are shared by all of them.
const THREADS_MAX: usize = 16;

/// A large file of observations, read as often as needed.
#[derive(Debug)]
pub(crate) struct BulkFile<'a> {
    path: &'a Path,
    /// Its name in messages.
    file: String,
    options: &'a ImportOptions,
    header: Header,
    /// The line and the byte after the header.
    start: (u64, u64),
    length: u64,
    tuning: Tuning,
}

/// What tests do otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    pub(crate) threads: usize,
    pub(crate) block_bytes: usize,
    /// Bytes of packed rows in memory; as the store has it if `None`.
    pub(crate) memory: Option<u64>,
}

impl Default for Tuning {
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        Self { threads, block_bytes: blocks::BLOCK_BYTES, memory: None }
    }
}

/// What a reading of the whole file came to.
#[derive(Debug)]
struct Reading {
    rows: u64,
    skipped_missing: u64,
    withdrawals: u64,
    bytes: u64,
    faults: Faults,
    /// For each block its first line and the lines of its observations.
    blocks: Vec<(u64, Lines)>,
    next_line: u64,
    observations: u64,
    /// Names that the catalogue lacks, with the observation that has them, as each thread met them.
    unknown: Vec<(u64, &'static str, String)>,
    /// The first observation that is refused.
    refused: Option<(u64, milepost::Error)>,
    failure: Option<milepost::Error>,
    is_cut: bool,
}

impl<'a> BulkFile<'a> {
    /// Opens a file and reads its header.
    pub(crate) fn open(path: &'a Path, options: &'a ImportOptions, tuning: Tuning) -> Result<Self> {
        let file = path.display().to_string();
        let opened = File::open(path).and_then(|input| {
            let length = input.metadata()?.len();
            Ok((input, length))
        });
        let (input, length) = opened.map_err(|source| Error::Io { file: file.clone(), source })?;
        let table = Table::open(BufReader::new(input), &file)?.require(REQUIRED)?;
        let (header, line, byte) = table.into_header();
        Ok(Self { path, file, options, header, start: (line, byte), length, tuning })
    }

    /// Reads all of the file and keeps nothing: for who wants to know that it is sound before a
    /// store is touched.
    pub(crate) fn check(&self, progress: &mut dyn FnMut(ImportProgress)) -> Result<()> {
        let nothing = Store::in_memory();
        self.registered(&nothing, progress).map(|_| ())
    }

    /// Imports the file as one commit.
    pub(crate) fn import(
        &self,
        store: &mut Store,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<ImportReport> {
        if let Some(report) = self.load(store, Registered::default(), progress)? {
            return Ok(report);
        }
        let registered = self.registered(store, progress)?;
        self.load(store, registered, progress)?.ok_or_else(|| self.changed())
    }

    /// The names that the catalogue of a store lacks, in the order in which rows first have them.
    fn registered(
        &self,
        store: &Store,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<Registered> {
        let snapshot = store.snapshot();
        let mut reading = self.read(|| Sink::Check(snapshot.catalogue()), progress)?;
        if !reading.faults.is_empty() {
            return Err(Error::Data(reading.faults));
        }
        let mut unknown = std::mem::take(&mut reading.unknown);
        // Of one observation, the indicator comes first.
        unknown.sort_unstable();
        if let (true, Some((observation, what, name))) = (self.options.strict, unknown.first()) {
            let error = milepost::Error::undeclared(what, name);
            return Err(self.refused(&reading, *observation, error));
        }
        let mut registered = Registered::default();
        let mut seen = HashSet::new();
        for (_, what, name) in unknown {
            if seen.insert((what, name.clone())) {
                match what {
                    "indicator" => registered.indicators.push(name),
                    _ => registered.regions.push(name),
                }
            }
        }
        Ok(registered)
    }

    /// Loads the file; `None` if it has a name that neither the catalogue nor `registered` has.
    fn load(
        &self,
        store: &mut Store,
        registered: Registered,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<Option<ImportReport>> {
        let mut bulk = store.bulk(registered)?;
        if let Some(bytes) = self.tuning.memory {
            bulk = bulk.with_memory(bytes);
        }
        let outcome = self.read(|| Sink::Load(Box::new(bulk.writer()), bulk.catalogue()), progress);
        let outcome = outcome.and_then(|mut reading| {
            if !reading.unknown.is_empty() {
                return Ok(None);
            }
            if !reading.faults.is_empty() {
                return Err(Error::Data(reading.faults));
            }
            match (reading.failure.take(), reading.refused.take()) {
                (Some(error), _) => Err(Error::Store(error)),
                (None, Some((at, error))) => Err(self.refused(&reading, at, error)),
                (None, None) => Ok(Some(reading)),
            }
        });
        let reading = match outcome {
            Ok(Some(reading)) => reading,
            other => {
                bulk.abandon();
                return other.map(|_| None);
            }
        };
        let encoding = bulk.encode().map_err(|error| self.error(&reading, error))?;
        thread::scope(|scope| {
            for _ in 1..self.tuning.threads {
                scope.spawn(|| encoding.run());
            }
            encoding.run();
        });
        let receipt = encoding.commit().map_err(|error| self.error(&reading, error))?;
        let Reading { rows, skipped_missing, withdrawals, .. } = reading;
        let ignored = self.header.names_besides(&[REQUIRED, OPTIONAL].concat());
        let file = self.file.clone();
        Ok(Some(ImportReport { file, rows, skipped_missing, withdrawals, ignored, receipt }))
    }

    /// Reads the file once, each thread into a sink of its own.
    fn read<'s>(
        &self,
        sink: impl Fn() -> Sink<'s> + Sync,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<Reading> {
        let input = File::open(self.path).and_then(|mut input| {
            input.seek(SeekFrom::Start(self.start.1))?;
            Ok(input)
        });
        let blocks = input.map(|input| Blocks::new(input, self.tuning.block_bytes));
        let blocks = Mutex::new(blocks.map_err(|error| self.io_error(error))?);
        let is_over = AtomicBool::new(false);
        let mut reading = Reading::begin(self);
        let mut failure = None;
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..self.tuning.threads.max(1) {
                let (sender, sink) = (sender.clone(), &sink);
                let (blocks, is_over) = (&blocks, &is_over);
                scope.spawn(move || self.read_blocks(blocks, is_over, sink(), &sender));
            }
            drop(sender);
            let mut waiting = BTreeMap::new();
            for report in receiver {
                match report {
                    Ok(report) => {
                        waiting.insert(report.number, report);
                    }
                    Err(error) => failure = Some(error),
                }
                while let Some(report) = waiting.remove(&(reading.blocks.len() as u64)) {
                    reading.take(report);
                    progress(reading.progress(self));
                }
            }
        });
        match failure {
            Some(error) => Err(self.io_error(error)),
            None => Ok(reading),
        }
    }

    /// What each thread does.
    fn read_blocks<R: Read>(
        &self,
        blocks: &Mutex<Blocks<R>>,
        is_over: &AtomicBool,
        sink: Sink<'_>,
        reports: &mpsc::Sender<io::Result<Report>>,
    ) {
        let loads = matches!(sink, Sink::Load(..));
        let mut parser = Parser::new(&self.file, &self.header, self.options, sink);
        let mut block = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let next = blocks.lock().unwrap_or_else(PoisonError::into_inner).next(&mut block);
            let report = match next {
                Ok(None) => return,
                Ok(Some(number)) => Ok(parser.read(number, &block)),
                Err(error) => Err(error),
            };
            let ends = report.as_ref().map_or(true, |report| {
                // A name that is not known has to be registered before anything is loaded.
                report.is_cut || report.failure.is_some() || loads && !report.unknown.is_empty()
            });
            if ends {
                is_over.store(true, Ordering::Relaxed);
            }
            if reports.send(report).is_err() {
                return;
            }
        }
    }

    /// An error about an observation, with its line.
    fn refused(&self, reading: &Reading, position: u64, error: milepost::Error) -> Error {
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        self.error(reading, error.at(position))
    }

    /// What the store refused, with the line that says it.
    fn error(&self, reading: &Reading, source: milepost::Error) -> Error {
        match source.position().and_then(|position| reading.line(position as u64)) {
            Some(line) => Error::Row { file: self.file.clone(), line, source },
            None => Error::Store(source),
        }
    }

    fn io_error(&self, source: io::Error) -> Error {
        Error::Io { file: self.file.clone(), source }
    }

    fn changed(&self) -> Error {
        self.io_error(io::Error::other("the file changed while it was read"))
    }
}

impl Reading {
    fn begin(file: &BulkFile<'_>) -> Self {
        let (next_line, bytes) = file.start;
        Self {
            rows: 0,
            skipped_missing: 0,
            withdrawals: 0,
            bytes,
            faults: Faults::of(&file.file),
            blocks: Vec::new(),
            next_line,
            observations: 0,
            unknown: Vec::new(),
            refused: None,
            failure: None,
            is_cut: false,
        }
    }

    /// Takes the report of the next block.
    fn take(&mut self, report: Report) {
        let first_line = self.next_line;
        self.next_line += report.lines;
        if self.is_cut {
            self.blocks.push((first_line, Lines::default()));
            return;
        }
        self.is_cut = report.is_cut;
        self.bytes += report.bytes;
        self.rows += report.rows;
        self.skipped_missing += report.skipped_missing;
        self.withdrawals += report.withdrawals;
        self.faults.append(report.faults, first_line.saturating_sub(FIRST_LINE));
        let before = self.observations;
        let position = |observation: u32| before + u64::from(observation);
        let unknown = report.unknown.into_iter();
        self.unknown
            .extend(unknown.map(|known| (position(known.observation), known.what, known.name)));
        if let (None, Some((observation, error))) = (&self.refused, report.refused) {
            self.refused = Some((position(observation), error));
        }
        self.failure = self.failure.take().or(report.failure);
        self.observations += u64::from(report.observations.count());
        self.blocks.push((first_line, report.observations));
    }

    /// The line of an observation.
    fn line(&self, position: u64) -> Option<u64> {
        let mut before = 0;
        for (first_line, lines) in &self.blocks {
            let count = u64::from(lines.count());
            if position < before + count {
                let observation = u32::try_from(position - before).ok()?;
                return lines.of(observation).map(|line| first_line + line);
            }
            before += count;
        }
        None
    }

    fn progress(&self, file: &BulkFile<'_>) -> ImportProgress {
        ImportProgress { rows: self.rows, bytes: self.bytes, bytes_total: Some(file.length) }
    }
}
