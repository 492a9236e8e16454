//! Reading all pieces, on several threads.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use milepost::{Bulk, Registered};

use crate::loader::{Loader, Target};
use crate::pieces::{Piece, Pieces};
use crate::places::Places;
use crate::report::{Refusal, Report};
use crate::{Error, Faults, ImportProgress, Result};

/// What the rows came to.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) skipped_missing: u64,
    pub(crate) withdrawals: u64,
    pub(crate) places: Places,
    faults: Faults,
    undeclared: Option<Refusal>,
    refused: Option<Refusal>,
    /// Those of a batch that ended all others, to be told last.
    last_faults: Faults,
    /// Reports of pieces before which another one is on its way.
    reports: BTreeMap<u64, Report>,
    /// Pieces that are to be loaded anew, and the names that the catalogue is to have first.
    queue: BTreeMap<u64, Piece>,
    unknown: BTreeMap<u64, Registered>,
}

/// What came of a piece; with names that the catalogue lacks, it is to be loaded anew.
struct Outcome {
    piece: Piece,
    report: milepost::Result<Report>,
}

impl Reading {
    /// Loads all pieces; each loader has a thread.
    ///
    /// # Errors
    /// What the batches or the store could not do, or else what does not fit, if anything does not:
    /// faults before names before all else.
    pub(crate) fn read(
        &mut self,
        pieces: &mut Pieces<'_>,
        loaders: &mut [Loader<'_>],
        bulk: &mut Bulk<'_>,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<()> {
        loop {
            self.load(pieces, loaders, bulk, progress)?;
            if self.unknown.is_empty() {
                break;
            }
            let mut names = Registered::default();
            for unknown in std::mem::take(&mut self.unknown).into_values() {
                names.indicators.extend(unknown.indicators);
                names.regions.extend(unknown.regions);
            }
            bulk.register(names)?;
        }
        self.faults.append(std::mem::take(&mut self.last_faults));
        if !self.faults.is_empty() {
            return Err(Error::Data(std::mem::take(&mut self.faults)));
        }
        match self.undeclared.take().or(self.refused.take()) {
            Some(Refusal { observation, error }) => {
                let position = usize::try_from(observation).unwrap_or(usize::MAX);
                Err(self.error(pieces, error.at(position)))
            }
            None => Ok(()),
        }
    }

    /// Loads pieces until none is left, or one has names that the catalogue lacks.
    fn load(
        &mut self,
        pieces: &mut Pieces<'_>,
        loaders: &mut [Loader<'_>],
        bulk: &Bulk<'_>,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<()> {
        let (to_threads, waiting) = mpsc::sync_channel(loaders.len());
        let waiting = Arc::new(Mutex::new(waiting));
        let (from_threads, outcomes) = mpsc::channel();
        thread::scope(|scope| {
            for loader in loaders {
                let (waiting, from_threads) = (Arc::clone(&waiting), from_threads.clone());
                scope.spawn(move || work(loader, bulk, &waiting, &from_threads));
            }
            // What belongs to the threads ends with them.
            drop((waiting, from_threads));
            let mut ended = self.hand_out(pieces, &to_threads, &outcomes, progress);
            drop(to_threads);
            for outcome in outcomes {
                ended = ended.and(self.take(outcome, pieces, progress));
            }
            ended
        })
    }

    /// Hands pieces to the threads, and takes what has come of others meanwhile.
    fn hand_out(
        &mut self,
        pieces: &mut Pieces<'_>,
        to_threads: &SyncSender<Piece>,
        outcomes: &Receiver<Outcome>,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<()> {
        while self.unknown.is_empty() {
            let Some(piece) = self.next(pieces)? else { break };
            if to_threads.send(piece).is_err() {
                break;
            }
            for outcome in outcomes.try_iter() {
                self.take(outcome, pieces, progress)?;
            }
        }
        Ok(())
    }

    /// The next piece. A batch that does not fit ends them, and is a fault beside those before.
    fn next(&mut self, pieces: &mut Pieces<'_>) -> Result<Option<Piece>> {
        if let Some((_, piece)) = self.queue.pop_first() {
            return Ok(Some(piece));
        }
        pieces.next().or_else(|error| match error {
            Error::Data(faults) => {
                self.last_faults = faults;
                Ok(None)
            }
            error => Err(error),
        })
    }

    /// Takes what came of a piece.
    fn take(
        &mut self,
        outcome: Outcome,
        pieces: &Pieces<'_>,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<()> {
        let Outcome { piece, report } = outcome;
        let report = report?;
        if report.unknown.is_empty() {
            self.reports.insert(piece.number, report);
        } else {
            self.unknown.insert(piece.number, report.unknown);
            self.queue.insert(piece.number, piece);
        }
        while let Some(report) = self.reports.remove(&self.places.pieces()) {
            self.add(report);
            progress(ImportProgress { batches: pieces.batches(), rows: self.places.rows() });
        }
        Ok(())
    }

    /// Adds the report of the piece that comes next.
    fn add(&mut self, report: Report) {
        let before = self.places.observations();
        self.skipped_missing += report.skipped_missing;
        self.withdrawals += report.withdrawals;
        self.faults.append(report.faults);
        let first = |known: Option<Refusal>, news: Option<Refusal>| {
            known.or_else(|| news.map(|refusal| refusal.after(before)))
        };
        self.undeclared = first(self.undeclared.take(), report.undeclared);
        self.refused = first(self.refused.take(), report.refused);
        self.places.push(report.marks);
    }

    /// What the store refused, with the batch and the row that say it.
    pub(crate) fn error(&self, pieces: &Pieces<'_>, source: milepost::Error) -> Error {
        match source.position().and_then(|position| self.places.row(position as u64)) {
            Some(row) => {
                let (batch, row) = pieces.place(row);
                Error::Row { batch, row, source }
            }
            None => Error::Store(source),
        }
    }
}

/// What each thread does: loads one piece after another.
fn work(
    loader: &mut Loader<'_>,
    bulk: &Bulk<'_>,
    pieces: &Mutex<Receiver<Piece>>,
    outcomes: &Sender<Outcome>,
) {
    let mut target = Target::of(bulk);
    loader.forget_names();
    loop {
        let next = pieces.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut piece) = next else { return };
        let report = loader.load(&piece.parts, &mut target);
        let report = if report.unknown.is_empty() {
            piece.parts.clear();
            target.writer.end_piece(piece.number).map(|()| report)
        } else {
            // What has been taken of the piece goes with its writer.
            target = Target::of(bulk);
            loader.forget_names();
            Ok(report)
        };
        if outcomes.send(Outcome { piece, report }).is_err() {
            return;
        }
    }
}
