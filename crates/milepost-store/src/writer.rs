//! The one writer of a store: its log, its segments, its heads (FORMAT.md, sections 6 to 8).

use std::{
    io,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    checkpoint::{
        Checkpoint, Failure, Finished, Logged, NewHead, Numbers, Scope, Site, Work, head_number,
        is_merge_due_in_segments, log,
    },
    error::{Result, StoreError},
    head::{Commit, HEAD, Manifest, Mark, append_commit, append_mark, encode_head, length},
    io::{Disk, DiskFile, LockGuard},
    load::{io_error, load, recognise, segment_id, segment_name},
    options::{Durability, Options},
    state::{Sealed, State},
};

/// The name of the file the writer's lock is on.
pub(crate) const LOCK: &str = "LOCK";

/// Bytes of frames after which a checkpoint begins another segment.
pub(crate) const SEGMENT_BYTES: u64 = 256 << 20;
/// How many times its bound the log may be long before commits wait for a checkpoint.
const MOST_LOGS: u64 = 4;

/// The one writer of a store.
pub(crate) struct Writer {
    site: Site,
    head: Box<dyn DiskFile>,
    /// Where the log begins and ends in the head.
    log: std::ops::Range<u64>,
    log_rows: u64,
    /// The last commit known to be on disk.
    durable: u64,
    /// The greatest epoch that a head was given, be it that the head came to nothing.
    epoch: u64,
    is_poisoned: bool,
    /// A checkpoint beside the commits.
    checkpoint: Option<Arc<Checkpoint>>,
    /// How many of them failed since the last head, and what the last one said.
    failures: u64,
    failure: Option<StoreError>,
    /// Whether superseded frames are worth a merge.
    is_merge_due: bool,
    /// Segments that the last head no longer names.
    leftovers: Vec<String>,
    _lock: LockGuard,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("disk", &self.site.disk)
            .field("log", &self.log)
            .field("is_poisoned", &self.is_poisoned)
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// Makes an empty directory into a store.
    pub(crate) fn create(disk: Arc<dyn Disk>, options: Options) -> Result<(Self, State)> {
        require_empty(disk.as_ref())?;
        let lock = lock(disk.as_ref())?;
        // Another writer may have been faster.
        require_empty(disk.as_ref())?;
        let mut state = State::new(disk.path(""));
        let manifest = state.manifest(1);
        let writer = Self::with_new_head(disk, options, lock, &mut state, manifest, &[], 0)?;
        Ok((writer, state))
    }

    /// Opens a store for writing: reads it, and writes what survived into a new head.
    pub(crate) fn open(disk: Arc<dyn Disk>, options: Options) -> Result<(Self, State)> {
        recognise(disk.as_ref())?;
        let lock = lock(disk.as_ref())?;
        let (loaded, _) = load(disk.as_ref(), options, &[])?;
        if loaded.ro_compat != 0 {
            return Err(StoreError::NewerFormat {
                file: disk.path(HEAD),
                found: crate::head::FORMAT,
                features: loaded.ro_compat,
                supported: crate::head::FORMAT,
            });
        }
        let mut state = loaded.state;
        let (manifest, payloads, rows) = (loaded.manifest, loaded.payloads, loaded.rows);
        let writer =
            Self::with_new_head(disk, options, lock, &mut state, manifest, &payloads, rows)?;
        writer.collect_new(&state.segments);
        Ok((writer, state))
    }

    /// Starts a new head with what is known, under a new epoch and beyond every number in use.
    fn with_new_head(
        disk: Arc<dyn Disk>,
        options: Options,
        lock: LockGuard,
        state: &mut State,
        mut manifest: Manifest,
        payloads: &[Vec<u8>],
        log_rows: u64,
    ) -> Result<Self> {
        let names = disk.list().map_err(io_error(disk.as_ref(), ""))?;
        let last_head = names.iter().filter_map(|name| head_number(name)).max().unwrap_or(0);
        let last_segment = names.iter().filter_map(|name| segment_id(name)).max().unwrap_or(0);
        let next_segment = manifest.next_segment.max(last_segment.saturating_add(1));
        manifest.next_segment = next_segment;
        state.epoch = new_epoch(state.epoch.max(last_head));
        let (bytes, log_start) = head_with_log(state, &manifest, payloads)?;
        let head = NewHead::write(disk.as_ref(), state.epoch, &bytes)?;
        head.sync(disk.as_ref())?;
        let (head, log) = head.switch(disk.as_ref(), log_start)?;
        let numbers = Arc::new(Numbers::from(next_segment));
        Ok(Self {
            site: Site { disk, options, numbers },
            head,
            log,
            log_rows,
            durable: state.sequence,
            epoch: state.epoch,
            is_poisoned: false,
            checkpoint: None,
            failures: 0,
            failure: None,
            is_merge_due: is_merge_due_in_segments(state),
            leftovers: Vec::new(),
            _lock: lock,
        })
    }

    /// Refuses to go on after a failure that left a batch in doubt.
    pub(crate) fn require_sound(&self) -> Result<()> {
        if self.is_poisoned { Err(StoreError::Poisoned) } else { Ok(()) }
    }

    /// Whether the log has reached so many times its bound.
    fn is_log_full(&self, times: u64) -> bool {
        let Options { log_rows, log_bytes, .. } = self.site.options;
        self.log_rows >= log_rows.saturating_mul(times)
            || self.log.end.saturating_sub(self.log.start) >= log_bytes.saturating_mul(times)
    }

    /// A commit as the log takes it; `None` if it is too large for the log.
    pub(crate) fn logged(&self, sequence: u64, commit: &Commit) -> Option<Logged> {
        let rows = length(commit.rows.len());
        if rows > self.site.options.log_rows {
            return None;
        }
        let payload = commit.encode()?;
        let fits = length(payload.len()) <= self.site.options.log_bytes;
        fits.then(|| Logged { sequence, payload: Arc::new(payload), rows })
    }

    /// Writes commits to the log, with one write and one sync: when this returns, they are on disk.
    ///
    /// After an error all of them are in doubt.
    pub(crate) fn append(&mut self, epoch: u64, commits: &[Logged]) -> Result<()> {
        let Some(last) = commits.last() else { return Ok(()) };
        let mut bytes = Vec::new();
        for Logged { sequence, payload, .. } in commits {
            let mark = Mark { sequence: *sequence, durable: self.durable };
            append_commit(&mut bytes, epoch, mark, payload);
        }
        self.write_log(&bytes)?;
        for commit in commits {
            self.log_rows = self.log_rows.saturating_add(commit.rows);
        }
        if self.site.options.durability != Durability::Os {
            self.sync(last.sequence)?;
        }
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.follow(commits);
        }
        Ok(())
    }

    fn write_log(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.head.write_at(bytes, self.log.end);
        self.poison_if_err(HEAD, written)?;
        self.log.end = self.log.end.saturating_add(length(bytes.len()));
        Ok(())
    }

    /// Makes everything up to commit `sequence` durable.
    pub(crate) fn sync(&mut self, sequence: u64) -> Result<()> {
        if self.durable < sequence {
            let synced = self.head.sync();
            self.poison_if_err(HEAD, synced)?;
            self.durable = sequence;
        }
        Ok(())
    }

    /// Ends what goes on beside, and states at the end of the log that all of it is on disk.
    pub(crate) fn close(&mut self, state: &mut Arc<State>) -> Result<()> {
        self.require_sound()?;
        if let Some(checkpoint) = self.checkpoint.take() {
            // One that came to nothing is nobody's loss: the log has all of it.
            let outcome = checkpoint.finish();
            self.take_over(&checkpoint, outcome, state)
                .or_else(|error| if self.is_poisoned { Err(error) } else { Ok(()) })?;
        }
        for name in std::mem::take(&mut self.leftovers) {
            drop(self.site.disk.remove(&name));
        }
        self.sync(state.sequence)?;
        let mut bytes = Vec::new();
        append_mark(&mut bytes, state.epoch, state.sequence);
        self.write_log(&bytes)?;
        let synced = self.head.sync();
        self.poison_if_err(HEAD, synced)
    }

    /// A sync that failed may succeed when repeated, with nothing on disk: no one may go on.
    fn poison_if_err<T>(&mut self, name: &str, outcome: io::Result<T>) -> Result<T> {
        outcome.map_err(|error| {
            self.is_poisoned = true;
            io_error(self.site.disk.as_ref(), name)(in_doubt(&error))
        })
    }

    /// Whether there is something to do beside the commits, and nobody does it.
    pub(crate) fn has_work(&self) -> bool {
        let is_due = match &self.checkpoint {
            Some(checkpoint) => Arc::strong_count(checkpoint) == 1 && !checkpoint.is_over(),
            None => self.is_log_full(self.failures.saturating_add(1)) || self.is_merge_due,
        };
        !self.is_poisoned && (is_due || !self.leftovers.is_empty())
    }

    /// What may be done beside the commits, if there is anything and nobody does it.
    pub(crate) fn work(&mut self, state: &Arc<State>) -> Option<Work> {
        if self.is_poisoned {
            return None;
        }
        if let Some(checkpoint) = &self.checkpoint {
            let is_idle = Arc::strong_count(checkpoint) == 1 && !checkpoint.is_over();
            return is_idle.then(|| Work::checkpoint(Arc::clone(checkpoint)));
        }
        if self.is_log_full(self.failures.saturating_add(1)) || self.is_merge_due {
            let checkpoint = Arc::new(self.begin(Arc::clone(state), Scope::Checkpoint));
            self.checkpoint = Some(Arc::clone(&checkpoint));
            return Some(Work::checkpoint(checkpoint));
        }
        let names = std::mem::take(&mut self.leftovers);
        (!names.is_empty()).then(|| Work::removal(Arc::clone(&self.site.disk), names))
    }

    /// A merge beside the commits, in place of what goes on there.
    #[cfg(test)]
    pub(crate) fn merge_beside(&mut self, state: &Arc<State>) -> Work {
        self.cancel();
        let checkpoint = Arc::new(self.begin(Arc::clone(state), Scope::All));
        self.checkpoint = Some(Arc::clone(&checkpoint));
        Work::checkpoint(checkpoint)
    }

    /// Takes over what was finished beside; carries it on where the log has become too long to
    /// wait. When this returns, `state` is what the store holds, be it with an error.
    pub(crate) fn settle(&mut self, state: &mut Arc<State>) -> Result<()> {
        let is_too_long = self.is_log_full(MOST_LOGS);
        if let Some(checkpoint) = &self.checkpoint
            && (is_too_long || checkpoint.is_over())
            && let Some(checkpoint) = self.checkpoint.take()
        {
            let outcome = checkpoint.finish();
            self.take_over(&checkpoint, outcome, state)?;
        }
        if self.is_log_full(MOST_LOGS) {
            let mut next = State::clone(state);
            self.rewrite(&mut next, Scope::Checkpoint)?;
            *state = Arc::new(next);
        }
        Ok(())
    }

    /// What the last checkpoint beside said, if it failed and nobody was told.
    pub(crate) fn take_failure(&mut self) -> Option<StoreError> {
        self.failure.take()
    }

    /// Makes a checkpoint beside the store's. One that failed is told only if nobody may go on.
    fn take_over(
        &mut self,
        checkpoint: &Checkpoint,
        outcome: Result<Box<Finished>, Failure>,
        state: &mut Arc<State>,
    ) -> Result<()> {
        let before = Arc::clone(&state.segments);
        let mut next = State::clone(state);
        let switched = outcome.and_then(|finished| self.switch(*finished, checkpoint, &mut next));
        match switched {
            Ok(()) => {
                let is_named = |record| next.segments.iter().any(|sealed| sealed.record == record);
                let left = before.iter().filter(|sealed| !is_named(sealed.record));
                self.leftovers.extend(left.map(|sealed| segment_name(sealed.record.id)));
                *state = Arc::new(next);
                Ok(())
            }
            Err(Failure { error, is_in_doubt: true }) => {
                self.is_poisoned = true;
                Err(error)
            }
            Err(Failure { error, .. }) => {
                self.failures = self.failures.saturating_add(1);
                self.is_merge_due = false;
                self.failure = Some(error);
                Ok(())
            }
        }
    }

    /// Moves frames in memory into segments and starts a new head. When this returns, `state` is
    /// what the store holds; after an error it is as it was.
    ///
    /// All frames are rewritten if that is asked for.
    pub(crate) fn checkpoint(&mut self, state: &mut State, merge: bool) -> Result<()> {
        self.rewrite(state, if merge { Scope::All } else { Scope::Checkpoint })
    }

    /// Takes a state that no log has: a commit too large for one.
    pub(crate) fn write_down(&mut self, state: &mut State) -> Result<()> {
        self.rewrite(state, Scope::Fresh)
    }

    /// Makes segments that a bulk load wrote and synced part of the store, with what is in memory.
    /// When this returns, `state` is what the store holds; after an error it is of no use.
    pub(crate) fn adopt(&mut self, state: &mut State, bulk: Vec<Arc<Sealed>>) -> Result<()> {
        self.rewrite(state, Scope::Adopt(bulk))
    }

    /// A whole checkpoint at once, in place of one that goes on beside.
    fn rewrite(&mut self, state: &mut State, scope: Scope) -> Result<()> {
        self.cancel();
        let before = Arc::clone(&state.segments);
        let checkpoint = self.begin(Arc::new(State::clone(state)), scope);
        let outcome = checkpoint.finish();
        let switched = outcome.and_then(|finished| self.switch(*finished, &checkpoint, state));
        if let Err(Failure { error, is_in_doubt }) = switched {
            self.is_poisoned |= is_in_doubt;
            if !is_in_doubt {
                self.collect_new(&before);
            }
            return Err(error);
        }
        self.leftovers.clear();
        self.collect_new(&state.segments);
        Ok(())
    }

    /// A checkpoint of a state, of which nothing is done yet.
    fn begin(&mut self, state: Arc<State>, scope: Scope) -> Checkpoint {
        self.epoch = new_epoch(self.epoch);
        Checkpoint::new(self.site.clone(), state, self.epoch, scope)
    }

    /// Stops a checkpoint beside; it leaves nothing.
    fn cancel(&mut self) {
        if let Some(checkpoint) = self.checkpoint.take() {
            checkpoint.cancel();
        }
    }

    /// Makes the head of a checkpoint the store's, once it has all commits of `state`.
    fn switch(
        &mut self,
        finished: Finished,
        checkpoint: &Checkpoint,
        state: &mut State,
    ) -> Result<(), Failure> {
        let Finished { before, sealed, mut head, log_start } = finished;
        let disk = Arc::clone(&self.site.disk);
        let (commits, rows) = checkpoint.rest();
        let mut bytes = log(sealed.epoch, &commits);
        append_mark(&mut bytes, sealed.epoch, state.sequence);
        let written = head.append(disk.as_ref(), &bytes).and_then(|()| head.sync(disk.as_ref()));
        written.inspect_err(|_| checkpoint.cancel())?;
        // From here on it is not known which head counts, should anything fail.
        let switched = head.switch(disk.as_ref(), log_start);
        let (head, log) = switched.map_err(|error| Failure { error, is_in_doubt: true })?;
        checkpoint.release();
        (self.head, self.log, self.log_rows) = (head, log, rows);
        self.durable = state.sequence;
        state.take_places(&before, &sealed);
        (self.failures, self.failure) = (0, None);
        self.is_merge_due = is_merge_due_in_segments(state);
        Ok(())
    }

    /// The id of another segment.
    pub(crate) fn reserve_segment(&mut self) -> u64 {
        self.site.numbers.reserve()
    }

    /// Removes files that no head names and nobody works on; what cannot be removed is left to the
    /// next writer.
    pub(crate) fn collect_new(&self, named: &[Arc<Sealed>]) {
        for name in self.site.disk.list().unwrap_or_default() {
            let is_left = match segment_id(&name) {
                Some(id) => !named.iter().any(|sealed| sealed.record.id == id),
                None => head_number(&name).is_some(),
            };
            if is_left && !self.site.numbers.is_in_work(&name) {
                drop(self.site.disk.remove(&name));
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Before the lock is let go: the next writer finds nobody at work.
        self.cancel();
    }
}

/// An error that leaves a batch in doubt, saying so.
fn in_doubt(error: &io::Error) -> io::Error {
    let what = format!(
        "{error}; it is in doubt whether what was being committed is on disk, and opening the store \
         anew decides it"
    );
    io::Error::new(error.kind(), what)
}

/// The bytes of a head, and where its log begins. All of it will be durable before it is a head.
fn head_with_log(
    state: &State,
    manifest: &Manifest,
    payloads: &[Vec<u8>],
) -> Result<(Vec<u8>, u64)> {
    let mut bytes = encode_head(state.epoch, manifest)?;
    let log_start = length(bytes.len());
    let mut sequence = manifest.sequence;
    for payload in payloads {
        sequence = sequence.saturating_add(1);
        let mark = Mark { sequence, durable: state.sequence };
        append_commit(&mut bytes, state.epoch, mark, payload);
    }
    append_mark(&mut bytes, state.epoch, state.sequence);
    Ok((bytes, log_start))
}

/// Only what an interrupted create leaves may be where a store is created.
fn require_empty(disk: &dyn Disk) -> Result<()> {
    let names = disk.list().map_err(io_error(disk, ""))?;
    if names.iter().all(|name| name == LOCK || head_number(name).is_some()) {
        Ok(())
    } else {
        Err(StoreError::AlreadyExists { path: disk.path("") })
    }
}

fn lock(disk: &dyn Disk) -> Result<LockGuard> {
    disk.lock()
        .map_err(io_error(disk, LOCK))?
        .ok_or_else(|| StoreError::Locked { path: disk.path("") })
}

/// Larger than the one before, and another one than any store had in the same blocks.
fn new_epoch(before: u64) -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(since.as_nanos()).unwrap_or_default();
    now.max(before.saturating_add(1))
}
