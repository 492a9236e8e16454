//! Opening: from files to a state, changing nothing (FORMAT.md, sections 5, 8 and 9).

use std::{io, sync::Arc};

use crate::{
    error::{Result, StoreError},
    head::{
        Damage, HEAD, HEADER, Manifest, SegmentRecord, Unfit, check_head, decode_head, length,
        log_start, read_log,
    },
    io::{Disk, DiskFile, Identity},
    map::Bytes,
    options::{Backend, Options, Verify},
    segment::{OpenError, Segment},
    state::{Sealed, State},
};

/// How often a head that looks damaged is read again: a writer may be appending to it.
const ATTEMPTS: usize = 3;
/// How often a reader starts over because the head was replaced while it read.
const MANY_HEADS: usize = 100;

/// A store as its files have it.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) state: State,
    /// Without the log.
    pub(crate) manifest: Manifest,
    /// Payloads of the log's commits.
    pub(crate) payloads: Vec<Vec<u8>>,
    /// Rows in them.
    pub(crate) rows: u64,
    pub(crate) ro_compat: u32,
    /// Where the next frame of the log would be.
    end: u64,
}

/// How far a head was read.
#[derive(Debug)]
pub(crate) struct Tail {
    head: Box<dyn DiskFile>,
    identity: Identity,
    /// Where the next frame of the log will be.
    end: u64,
}

/// The file of a segment.
pub(crate) fn segment_name(id: u64) -> String {
    format!("seg-{id:016x}")
}

/// The id in the name of a segment.
pub(crate) fn segment_id(name: &str) -> Option<u64> {
    let id = u64::from_str_radix(name.strip_prefix("seg-")?, 16).ok()?;
    (segment_name(id) == name).then_some(id)
}

/// An I/O error with its file.
pub(crate) fn io_error(disk: &dyn Disk, name: &str) -> impl FnOnce(io::Error) -> StoreError {
    let path = disk.path(name);
    move |source| StoreError::Io { path, source }
}

/// Whether a name exists; what is in the way of finding out is as good as absence.
pub(crate) fn exists(disk: &dyn Disk, name: &str) -> bool {
    disk.identity(name).is_ok()
}

/// Recognises a head without decoding it, so that nothing is written beside a foreign one.
pub(crate) fn recognise(disk: &dyn Disk) -> Result<()> {
    let head = open_head(disk)?;
    check_head(&read_head(disk, head.as_ref(), Backend::Heap)?, &disk.path(HEAD))
}

/// Reads a store; segments that are open already are taken from `known`.
pub(crate) fn load(
    disk: &dyn Disk,
    options: Options,
    known: &[Arc<Sealed>],
) -> Result<(Loaded, Tail)> {
    let (mut attempt, mut replaced) = (1usize, 0usize);
    loop {
        let head = open_head(disk)?;
        let identity = head.identity().map_err(io_error(disk, HEAD))?;
        let error = match load_from(disk, head.as_ref(), options, known) {
            Ok(loaded) => {
                let tail = Tail { head, identity, end: loaded.end };
                return Ok((loaded, tail));
            }
            Err(error @ StoreError::Corrupt { .. }) => error,
            Err(error) => return Err(error),
        };
        // The head is still open, so no other file can have been given its identity meanwhile.
        if disk.identity(HEAD).ok() != Some(identity) && replaced < MANY_HEADS {
            replaced = replaced.saturating_add(1);
        } else if attempt < ATTEMPTS {
            attempt = attempt.saturating_add(1);
        } else {
            return Err(error);
        }
    }
}

fn open_head(disk: &dyn Disk) -> Result<Box<dyn DiskFile>> {
    let error = match disk.open(HEAD) {
        Ok(head) => return Ok(head),
        Err(error) => error,
    };
    let is_absent = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    if !is_absent {
        return Err(io_error(disk, HEAD)(error));
    }
    let names = disk.list().unwrap_or_default();
    if names.iter().any(|name| segment_id(name).is_some()) {
        return Err(StoreError::Corrupt {
            file: disk.path(HEAD),
            offset: 0,
            what: "it is absent, though segments are there".to_owned(),
        });
    }
    Err(StoreError::NotAStore { path: disk.path(""), what: "it has no head" })
}

/// The bytes of a head up to its log; of a file that is none, only the first ones, however long it
/// is.
fn read_head(disk: &dyn Disk, head: &dyn DiskFile, backend: Backend) -> Result<Bytes> {
    let failed = || io_error(disk, HEAD);
    let header = head.read_at(0, length(HEADER)).map_err(failed())?;
    let whole = head.length().map_err(failed())?;
    let Some(end) = log_start(&header).filter(|end| *end <= whole) else {
        return Ok(Bytes::from(header));
    };
    // Elsewhere a file that is mapped cannot be replaced.
    let backend = if cfg!(unix) { backend } else { Backend::Heap };
    let bytes = or_on_heap(backend, |backend| head.map(end, backend)).map_err(failed())?;
    bytes.will_need(0..bytes.len());
    Ok(bytes)
}

/// What is mapped, or read where there are too many maps.
fn or_on_heap(backend: Backend, map: impl Fn(Backend) -> io::Result<Bytes>) -> io::Result<Bytes> {
    map(backend).or_else(|error| {
        if error.kind() == io::ErrorKind::OutOfMemory && backend == Backend::Mmap {
            map(Backend::Heap)
        } else {
            Err(error)
        }
    })
}

fn load_from(
    disk: &dyn Disk,
    head: &dyn DiskFile,
    options: Options,
    known: &[Arc<Sealed>],
) -> Result<Loaded> {
    let file = head;
    let head = read_head(disk, file, options.backend)?;
    let head = decode_head(&Arc::new(head), &disk.path(HEAD))?;
    let log = file.read_at(head.log_start, u64::MAX).map_err(io_error(disk, HEAD))?;
    let mut segments = Vec::new();
    for record in &head.manifest.segments {
        let sealed = match known.iter().find(|sealed| sealed.record == *record) {
            Some(sealed) => Arc::clone(sealed),
            None => Arc::new(open_segment(disk, *record, options)?),
        };
        segments.push(sealed);
    }
    let manifest = head.manifest.clone();
    let mut state = State::from_manifest(head.epoch, head.manifest, segments, disk.path(""))?;
    let (mut payloads, mut rows) = (Vec::new(), 0u64);
    let end = read_log(&log, head.epoch, state.sequence, |commit, payload| {
        payloads.push(payload.to_vec());
        rows = rows.saturating_add(length(commit.rows.len()));
        state.replay(&commit)
    })
    .map_err(|damage| log_error(disk, head.log_start, damage))?;
    if options.verify == Verify::Full {
        state.verify()?;
    }
    let end = head.log_start.saturating_add(end.bytes);
    Ok(Loaded { state, manifest, payloads, rows, ro_compat: head.ro_compat, end })
}

/// Damage found while reading the log that begins at `start` of the head.
fn log_error(disk: &dyn Disk, start: u64, (offset, unfit): Damage) -> StoreError {
    match unfit {
        Unfit::Log(what) => StoreError::Corrupt {
            file: disk.path(HEAD),
            offset: start.saturating_add(offset),
            what,
        },
        Unfit::Store(error) => error,
    }
}

/// Opens a segment and checks that it is the one the manifest means.
pub(crate) fn open_segment(
    disk: &dyn Disk,
    record: SegmentRecord,
    options: Options,
) -> Result<Sealed> {
    let name = segment_name(record.id);
    let file = disk.path(&name);
    let corrupt = |offset, what: String| StoreError::Corrupt { file: file.clone(), offset, what };
    let mapped = or_on_heap(options.backend, |backend| disk.map(&name, record.length, backend));
    let bytes = mapped.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => corrupt(0, "the head names it, but it is absent".to_owned()),
        io::ErrorKind::UnexpectedEof => corrupt(0, "it is shorter than the head says".to_owned()),
        _ => io_error(disk, &name)(error),
    })?;
    let segment = Segment::open(bytes, record.id).map_err(|error| match error {
        OpenError::Format(error) => corrupt(error.offset, error.what.into_owned()),
        OpenError::Newer { found, features } => StoreError::NewerFormat {
            file: file.clone(),
            found,
            features,
            supported: crate::frame::Format::LATEST.number(),
        },
    })?;
    if segment.seal().checksum != record.checksum {
        return Err(corrupt(0, "it is not the segment that the head names".to_owned()));
    }
    if options.verify == Verify::Full {
        segment.verify_all().map_err(|error| corrupt(error.offset, error.what.into_owned()))?;
    }
    Ok(Sealed { record, file, segment })
}

impl Tail {
    /// Follows the writer: the state with what is new, or `None` if nothing is.
    pub(crate) fn refresh(
        &mut self,
        disk: &dyn Disk,
        options: Options,
        state: &State,
    ) -> Result<Option<State>> {
        let mut attempt: usize = 1;
        loop {
            match self.refresh_once(disk, options, state) {
                Err(StoreError::Corrupt { .. }) if attempt < ATTEMPTS => {}
                outcome => return outcome,
            }
            attempt = attempt.saturating_add(1);
        }
    }

    fn refresh_once(
        &mut self,
        disk: &dyn Disk,
        options: Options,
        state: &State,
    ) -> Result<Option<State>> {
        let failed = || io_error(disk, HEAD);
        if disk.identity(HEAD).map_err(failed())? != self.identity {
            let (loaded, tail) = load(disk, options, &state.segments)?;
            *self = tail;
            return Ok(Some(loaded.state));
        }
        let length = self.head.length().map_err(failed())?;
        let news = length.saturating_sub(self.end);
        if news == 0 {
            return Ok(None);
        }
        let bytes = self.head.read_at(self.end, news).map_err(failed())?;
        let mut next = state.clone();
        let end = read_log(&bytes, state.epoch, state.sequence, |commit, _| next.replay(&commit))
            .map_err(|damage| log_error(disk, self.end, damage))?;
        self.end = self.end.saturating_add(end.bytes);
        Ok((end.sequence > state.sequence).then_some(next))
    }
}
