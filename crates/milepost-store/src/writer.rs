//! The one writer of a store: its log, its segments, its heads (FORMAT.md, sections 6 to 8).

use std::{
    io,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    error::{Result, StoreError},
    head::{
        Commit, HEAD, Manifest, Mark, SegmentRecord, append_commit, append_mark, encode_head,
        length,
    },
    io::{Disk, DiskFile, LockGuard},
    load::{io_error, load, open_segment, recognise, segment_id, segment_name},
    options::{Durability, Options},
    segment::SegmentWriter,
    state::{Place, Sealed, State},
};

/// The name of the file the writer's lock is on.
pub(crate) const LOCK: &str = "LOCK";
const NEW_HEAD: &str = "head.new.";

/// Bytes of frames after which a checkpoint begins another segment.
pub(crate) const SEGMENT_BYTES: u64 = 256 << 20;
/// Segments after which a checkpoint merges all of them.
const MANY_SEGMENTS: usize = 1_000;
/// Frames below which superseded ones are not worth a merge.
const FEW_FRAMES: u64 = 1_024;

/// The one writer of a store.
pub(crate) struct Writer {
    disk: Arc<dyn Disk>,
    options: Options,
    head: Box<dyn DiskFile>,
    /// Where the log begins and ends in the head.
    log: std::ops::Range<u64>,
    log_rows: u64,
    /// The last commit known to be on disk.
    durable: u64,
    next_segment: u64,
    /// The greatest epoch that a head was given, be it that the head came to nothing.
    epoch: u64,
    is_poisoned: bool,
    _lock: LockGuard,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("disk", &self.disk)
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
        writer.collect_leftovers(&state);
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
        let head = NewHead::write(disk.as_ref(), state.epoch, &bytes)?.switch(disk.as_ref())?;
        Ok(Self {
            disk,
            options,
            head,
            log: log_start..length(bytes.len()),
            log_rows,
            durable: state.sequence,
            next_segment,
            epoch: state.epoch,
            is_poisoned: false,
            _lock: lock,
        })
    }

    /// Refuses to go on after a failure that left a batch in doubt.
    pub(crate) fn require_sound(&self) -> Result<()> {
        if self.is_poisoned { Err(StoreError::Poisoned) } else { Ok(()) }
    }

    /// Whether the log has reached its bound.
    pub(crate) fn is_log_full(&self) -> bool {
        self.log_rows >= self.options.log_rows || self.log_bytes() >= self.options.log_bytes
    }

    fn log_bytes(&self) -> u64 {
        self.log.end.saturating_sub(self.log.start)
    }

    /// Writes a commit to the log: when this returns, `state` is what the store holds.
    ///
    /// `false` if the commit is too large for the log, and nothing was done.
    pub(crate) fn append(&mut self, state: &State, commit: &Commit) -> Result<bool> {
        if length(commit.rows.len()) > self.options.log_rows {
            return Ok(false);
        }
        let Some(payload) = commit.encode() else { return Ok(false) };
        if length(payload.len()) > self.options.log_bytes {
            return Ok(false);
        }
        let mut bytes = Vec::new();
        let mark = Mark { sequence: state.sequence, durable: self.durable };
        append_commit(&mut bytes, state.epoch, mark, &payload);
        self.write_log(&bytes)?;
        self.log_rows = self.log_rows.saturating_add(length(commit.rows.len()));
        if self.options.durability == Durability::Sync {
            self.sync(state.sequence)?;
        }
        Ok(true)
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

    /// States at the end of the log that all of it is on disk.
    pub(crate) fn close(&mut self, state: &State) -> Result<()> {
        self.require_sound()?;
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
            io_error(self.disk.as_ref(), name)(error)
        })
    }

    /// Moves frames in memory into segments and starts a new head. When this returns, `state` is
    /// what the store holds; after an error it is of no use.
    ///
    /// All frames are rewritten if that is asked for, or if it is due and possible.
    pub(crate) fn checkpoint(&mut self, state: &mut State, merge: bool) -> Result<()> {
        let before = Arc::clone(&state.segments);
        let is_due = !merge && is_merge_due(state);
        let mut is_merged = merge || is_due;
        let mut new = self.write_segments(state, is_merged);
        if new.is_err() && is_due && !self.is_poisoned {
            // The disk may lack the room, or a frame be damaged: nobody's commit waits for that.
            self.collect_new(&before);
            is_merged = false;
            new = self.write_segments(state, false);
        }
        let new = new.inspect_err(|_| self.collect_new(&before))?;
        let mut segments = if is_merged { Vec::new() } else { before.to_vec() };
        segments.extend(new);
        self.start_head(state, segments, &before)
    }

    /// Makes segments that a bulk load wrote and synced part of the store, with what is in memory.
    /// When this returns, `state` is what the store holds; after an error it is of no use.
    pub(crate) fn adopt(&mut self, state: &mut State, bulk: Vec<Arc<Sealed>>) -> Result<()> {
        let before = Arc::clone(&state.segments);
        let fresh = self.write_segments(state, false).inspect_err(|_| self.collect_new(&before))?;
        let synced = self.disk.sync_dir();
        self.poison_if_err("", synced)?;
        // The newest segment that has a frame counts: what was in memory is older than the load.
        let segments = before.iter().cloned().chain(fresh).chain(bulk).collect();
        self.start_head(state, segments, &before)
    }

    /// Begins a new head that names these segments, all of which are on disk.
    fn start_head(
        &mut self,
        state: &mut State,
        segments: Vec<Arc<Sealed>>,
        before: &[Arc<Sealed>],
    ) -> Result<()> {
        state.seal(segments)?;
        self.epoch = new_epoch(self.epoch);
        state.epoch = self.epoch;
        let manifest = state.manifest(self.next_segment);
        let (bytes, log_start) = head_with_log(state, &manifest, &[])?;
        let new_head = NewHead::write(self.disk.as_ref(), state.epoch, &bytes)
            .inspect_err(|_| self.collect_new(before))?;
        // From here on it is not known which head counts, should anything fail.
        self.head = new_head.switch(self.disk.as_ref()).inspect_err(|_| self.is_poisoned = true)?;
        self.log = log_start..length(bytes.len());
        self.log_rows = 0;
        self.durable = state.sequence;
        self.collect_leftovers(state);
        Ok(())
    }

    /// Writes frames into new segments: all of them, or those in memory.
    fn write_segments(&mut self, state: &State, all: bool) -> Result<Vec<Arc<Sealed>>> {
        let mut frames = Vec::new();
        for (number, sheet) in (0u32..).zip(&state.sheets) {
            let is_wanted = |place: &Place<'_>| all || matches!(place, Place::Fresh(_));
            let wanted = sheet.frames().filter(|(_, place)| is_wanted(place));
            frames.extend(wanted.map(|(frame, place)| (number, frame, place)));
        }
        let mut new = Vec::new();
        let mut rest = frames.as_slice();
        while !rest.is_empty() {
            let (mut bytes, mut last) = (0u64, None);
            let fits = rest.iter().take_while(|(sheet, number, place)| {
                let (is_first, window) = (last.is_none(), state.window(*sheet, *number));
                let is_together = last.replace(window) == Some(window);
                let frame = state.entry(*place).map_or(0, |entry| length(entry.frame_bytes()));
                bytes = bytes.saturating_add(frame);
                is_first || is_together || bytes <= SEGMENT_BYTES
            });
            let (segment, after) = rest.split_at(fits.count());
            new.push(Arc::new(self.write_segment(state, segment)?));
            rest = after;
        }
        if !new.is_empty() {
            let synced = self.disk.sync_dir();
            self.poison_if_err("", synced)?;
        }
        Ok(new)
    }

    fn write_segment(&mut self, state: &State, frames: &[(u32, u32, Place<'_>)]) -> Result<Sealed> {
        let id = self.reserve_segment();
        let name = segment_name(id);
        let failed = || io_error(self.disk.as_ref(), &name);
        let mut writer = SegmentWriter::new(Vec::new(), id).map_err(failed())?;
        for frames in frames.chunk_by(|a, b| state.window(a.0, a.1) == state.window(b.0, b.1)) {
            for (sheet, number, frame) in state.woven(frames)? {
                writer.append(sheet, number, &frame).map_err(failed())?;
            }
        }
        let (bytes, seal) = writer.finish().map_err(failed())?;
        let file = self.disk.create_new(&name).map_err(failed())?;
        file.write_at(&bytes, 0).map_err(failed())?;
        file.sync().map_err(failed())?;
        file.protect();
        let record = SegmentRecord { id, length: seal.length, checksum: seal.checksum };
        open_segment(self.disk.as_ref(), record, self.options)
    }

    /// The id of another segment.
    pub(crate) fn reserve_segment(&mut self) -> u64 {
        let id = self.next_segment;
        self.next_segment = id.saturating_add(1);
        id
    }

    /// Removes what a checkpoint that failed left, where that is possible.
    pub(crate) fn collect_new(&self, before: &[Arc<Sealed>]) {
        self.collect(|id| before.iter().any(|sealed| sealed.record.id == id));
    }

    /// Removes files that no head names; what cannot be removed is left to the next writer.
    fn collect_leftovers(&self, state: &State) {
        self.collect(|id| state.segments.iter().any(|sealed| sealed.record.id == id));
    }

    fn collect(&self, is_named: impl Fn(u64) -> bool) {
        for name in self.disk.list().unwrap_or_default() {
            let is_left = match segment_id(&name) {
                Some(id) => !is_named(id),
                None => head_number(&name).is_some(),
            };
            if is_left {
                drop(self.disk.remove(&name));
            }
        }
    }
}

/// A head that is on disk, but under a name of its own.
struct NewHead {
    name: String,
    file: Box<dyn DiskFile>,
}

impl NewHead {
    /// Writes it under a name that no head had before: even a name whose removal did not reach
    /// the disk is then never taken for this one.
    fn write(disk: &dyn Disk, epoch: u64, bytes: &[u8]) -> Result<Self> {
        let name = new_head_name(epoch);
        let file = disk.create_new(&name).map_err(io_error(disk, &name))?;
        if let Err(error) = file.write_at(bytes, 0).and_then(|()| file.sync()) {
            // The disk may be full: opening the store again and again must not fill it further.
            drop(disk.remove(&name));
            return Err(io_error(disk, &name)(error));
        }
        Ok(Self { name, file })
    }

    /// Makes it the head, durably.
    fn switch(self, disk: &dyn Disk) -> Result<Box<dyn DiskFile>> {
        disk.rename(&self.name, HEAD).map_err(io_error(disk, HEAD))?;
        disk.sync_dir().map_err(io_error(disk, ""))?;
        Ok(self.file)
    }
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

/// Whether a checkpoint should rewrite everything.
fn is_merge_due(state: &State) -> bool {
    let count = |frames: usize| length(frames);
    let (mut live, mut fresh) = (0u64, 0u64);
    for sheet in &state.sheets {
        live = live.saturating_add(count(sheet.frames().count()));
        fresh = fresh.saturating_add(count(sheet.fresh().len()));
    }
    let on_disk = state.sealed_frames().saturating_add(fresh);
    let is_half_superseded = on_disk > FEW_FRAMES && on_disk > live.saturating_mul(2);
    is_half_superseded || state.segments.len() >= MANY_SEGMENTS
}

fn new_head_name(epoch: u64) -> String {
    format!("{NEW_HEAD}{epoch}")
}

fn head_number(name: &str) -> Option<u64> {
    let number = name.strip_prefix(NEW_HEAD)?.parse().ok()?;
    (new_head_name(number) == name).then_some(number)
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
