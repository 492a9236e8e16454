//! Batches that are committed together: each is taken or refused on its own, all that are taken go
//! to disk with one write and one sync (FORMAT.md, section 6).

use std::sync::Arc;

use milepost_model::Catalogue;

use crate::{
    batch::{Batch, CommitId, Facts, Progress, Receipt},
    checkpoint::Logged,
    error::{Result, StoreError},
    head::{Commit, FORMAT, Unfit},
    options::Options,
    state::State,
    store::{is_applied, prepare},
    writer::Writer,
};

/// Makes a batch for the catalogue that it will be committed on; `None` if it comes to nothing.
pub(crate) type Request = Box<dyn FnOnce(&Catalogue) -> Option<Batch<Facts<'static>>> + Send>;

/// What came of a request; `None` if it made no batch.
pub(crate) type Outcome = Option<Result<Receipt>>;

/// Batches on their way to the log.
pub(crate) struct Group<'a> {
    writer: &'a mut Writer,
    published: &'a mut Arc<State>,
    options: Options,
    /// What is published, with the commits below; `None` if a batch that was refused has spoilt it.
    next: Option<State>,
    commits: Vec<Logged>,
    /// Whether to keep a copy from each batch, since one was refused.
    is_careful: bool,
    outcomes: Vec<Outcome>,
    /// The first outcome that depends on the commits above.
    first_pending: usize,
}

/// What a batch did to the next state.
enum Taken {
    Commit(Receipt),
    /// Nothing at all.
    Applied(Receipt),
    /// Nothing that counts.
    Nothing(Receipt),
}

impl<'a> Group<'a> {
    pub(crate) fn new(
        writer: &'a mut Writer,
        published: &'a mut Arc<State>,
        options: Options,
    ) -> Self {
        let next = Some(State::clone(published));
        Self {
            writer,
            published,
            options,
            next,
            commits: Vec::new(),
            is_careful: false,
            outcomes: Vec::new(),
            first_pending: 0,
        }
    }

    /// Takes a batch in, or finds out why not.
    pub(crate) fn take<'f>(
        &mut self,
        request: impl FnOnce(&Catalogue) -> Option<Batch<Facts<'f>>>,
        progress: &mut dyn FnMut(Progress),
    ) {
        let outcome = self.outcome_of(request, progress).transpose();
        self.outcomes.push(outcome);
    }

    fn outcome_of<'f>(
        &mut self,
        request: impl FnOnce(&Catalogue) -> Option<Batch<Facts<'f>>>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Receipt>> {
        self.writer.require_sound()?;
        let mut next = self.next_state()?;
        let Some(batch) = request(&next.catalogue) else {
            self.next = Some(next);
            return Ok(None);
        };
        let kept = self.is_careful.then(|| State::clone(&next));
        let taken = self.try_batch(&mut next, batch, progress);
        self.next = match &taken {
            Ok(Taken::Commit(_) | Taken::Applied(_)) => Some(next),
            _ => kept,
        };
        self.is_careful |= self.next.is_none();
        taken.map(|taken| match taken {
            Taken::Commit(receipt) | Taken::Applied(receipt) | Taken::Nothing(receipt) => {
                Some(receipt)
            }
        })
    }

    fn try_batch(
        &mut self,
        next: &mut State,
        batch: Batch<Facts<'_>>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Taken> {
        let id = |next: &State| CommitId { epoch: next.epoch, sequence: next.sequence };
        if let Some((producer, number)) = &batch.token
            && is_applied(next, producer, *number)?
        {
            let receipt = Receipt { id: id(next), already_applied: true, ..Receipt::default() };
            return Ok(Taken::Applied(receipt));
        }
        let (commit, receipt) = prepare(next, batch, self.options, progress)?;
        let Some(commit) = commit else { return Ok(Taken::Nothing(receipt)) };
        match self.writer.logged(next.sequence, &commit) {
            Some(logged) => {
                if self.commits.is_empty() {
                    self.first_pending = self.outcomes.len();
                }
                self.commits.push(logged);
            }
            None => self.write_down(next)?,
        }
        Ok(Taken::Commit(Receipt { id: id(next), ..receipt }))
    }

    /// Commits a batch that no log has room for, after those that wait.
    fn write_down(&mut self, next: &mut State) -> Result<()> {
        if !self.commits.is_empty() {
            let before = self.replayed()?;
            self.flush(before)?;
        }
        self.writer.write_down(next)?;
        *self.published = Arc::new(State::clone(next));
        Ok(())
    }

    /// What is published, with the commits that wait.
    fn next_state(&mut self) -> Result<State> {
        self.next.take().map_or_else(|| self.replayed(), Ok)
    }

    /// The same, made anew from the commits as the log will have them.
    fn replayed(&self) -> Result<State> {
        let mut next = State::clone(self.published);
        for logged in &self.commits {
            let commit = Commit::decode(FORMAT, &logged.payload);
            let replayed = commit.map(|commit| next.replay(&commit));
            match replayed {
                Some(Ok(())) => {}
                Some(Err(Unfit::Store(error))) => return Err(error),
                // What was taken once is taken again.
                Some(Err(Unfit::Log(_))) | None => return Err(StoreError::Poisoned),
            }
        }
        Ok(next)
    }

    /// Writes the commits that wait, and publishes the state that has them.
    fn flush(&mut self, next: State) -> Result<()> {
        let written = self.writer.append(next.epoch, &std::mem::take(&mut self.commits));
        match &written {
            Ok(()) => *self.published = Arc::new(next),
            Err(error) => self.refuse_pending(error),
        }
        written
    }

    /// Tells all whose batch is in doubt, or who were answered by what is.
    fn refuse_pending(&mut self, error: &StoreError) {
        for outcome in self.outcomes.iter_mut().skip(self.first_pending).flatten() {
            *outcome = Err(again(error));
        }
    }

    /// Makes what was taken durable: what came of each batch, in their order.
    pub(crate) fn finish(mut self) -> Vec<Outcome> {
        if !self.commits.is_empty() {
            let flushed = match self.next_state() {
                Ok(next) => self.flush(next),
                Err(error) => {
                    self.refuse_pending(&error);
                    Err(error)
                }
            };
            // Everyone concerned has been told.
            drop(flushed);
        }
        self.outcomes
    }
}

/// The same error for someone else.
pub(crate) fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Io { path, source } => {
            let source = std::io::Error::new(source.kind(), source.to_string());
            StoreError::Io { path: path.clone(), source }
        }
        StoreError::Corrupt { file, offset, what } => {
            StoreError::Corrupt { file: file.clone(), offset: *offset, what: what.clone() }
        }
        StoreError::Limit { what, found, limit } => {
            StoreError::Limit { what, found: *found, limit: *limit }
        }
        StoreError::ReadOnly => StoreError::ReadOnly,
        _ => StoreError::Poisoned,
    }
}
