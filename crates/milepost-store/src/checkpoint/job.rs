//! The steps of a checkpoint, none of which changes what the head names (FORMAT.md, section 7).

use std::sync::Arc;

use super::{
    Site,
    frames::Frames,
    new_head::{NewHead, new_head_name},
    tail::{Logged, Tail},
};
use crate::{
    error::{Result, StoreError},
    head::{Mark, append_commit, encode_head, length},
    load::io_error,
    state::{Sealed, State},
};

/// Segments after which a checkpoint merges all of them.
const MANY_SEGMENTS: usize = 1_000;
/// Frames below which superseded ones are not worth a merge.
const FEW_FRAMES: u64 = 1_024;
/// Bytes of commits that are left to be copied by the writer, who waits for that.
const SHORT_TAIL: u64 = 64 << 10;

/// What goes into segments.
#[derive(Debug)]
pub(crate) enum Scope {
    /// Frames in memory; all of them if that is due and possible.
    Checkpoint,
    /// Frames in memory only.
    Fresh,
    /// All frames.
    All,
    /// Frames in memory, followed by segments that a bulk load wrote and synced.
    Adopt(Vec<Arc<Sealed>>),
}

/// A checkpoint under way.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) site: Site,
    /// What is written down.
    before: Arc<State>,
    /// Of the new head.
    epoch: u64,
    scope: Scope,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Start,
    Frames { frames: Box<Frames>, is_due_merge: bool },
    Names(Vec<Arc<Sealed>>),
    Head(Box<State>),
    Log(Box<Finished>),
}

/// A checkpoint that has only to be made the store's.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) before: Arc<State>,
    /// The same, all of it in segments, under the epoch of the new head.
    pub(crate) sealed: State,
    pub(crate) head: NewHead,
    pub(crate) log_start: u64,
}

/// Why a checkpoint came to nothing.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: StoreError,
    /// Whether nobody can know what is on disk.
    pub(crate) is_in_doubt: bool,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { error, is_in_doubt: false }
    }
}

impl Job {
    pub(super) fn new(site: Site, before: Arc<State>, epoch: u64, scope: Scope) -> Self {
        Self { site, before, epoch, scope, stage: Stage::Start }
    }

    /// Goes on by a step that takes a few milliseconds; what is finished, if that was the last.
    pub(super) fn step(&mut self, tail: &Tail) -> Result<Option<Finished>, Failure> {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Start) {
            Stage::Start => self.start(),
            Stage::Frames { frames, is_due_merge } => self.write(frames, is_due_merge)?,
            Stage::Names(segments) => self.name(segments)?,
            Stage::Head(sealed) => Stage::Log(Box::new(self.begin_head(*sealed)?)),
            Stage::Log(mut draft) => {
                self.copy_log(&mut draft, tail)?;
                if tail.waiting() <= SHORT_TAIL {
                    return Ok(Some(*draft));
                }
                Stage::Log(draft)
            }
        };
        Ok(None)
    }

    fn start(&self) -> Stage {
        let is_due_merge = matches!(self.scope, Scope::Checkpoint) && is_merge_due(&self.before);
        let all = is_due_merge || matches!(self.scope, Scope::All);
        Stage::Frames { frames: Box::new(Frames::of(&self.before, all)), is_due_merge }
    }

    fn write(&mut self, mut frames: Box<Frames>, is_due_merge: bool) -> Result<Stage, Failure> {
        match frames.step(&self.before, &self.site) {
            Ok(None) => Ok(Stage::Frames { frames, is_due_merge }),
            Ok(Some(new)) => {
                let is_merged = is_due_merge || matches!(self.scope, Scope::All);
                let kept = if is_merged { &[][..] } else { &self.before.segments[..] };
                // The newest segment that has a frame counts: what was in memory is older than a
                // load.
                let mut segments: Vec<_> = kept.iter().cloned().chain(new).collect();
                if let Scope::Adopt(load) = &mut self.scope {
                    segments.append(load);
                }
                Ok(Stage::Names(segments))
            }
            Err(_) if is_due_merge => {
                // The disk may lack the room, or a frame be damaged: nobody's checkpoint waits
                // for that.
                self.site.remove_work();
                self.scope = Scope::Fresh;
                Ok(Stage::Start)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the names of segments durable, and finds out where each frame is now.
    fn name(&mut self, segments: Vec<Arc<Sealed>>) -> Result<Stage, Failure> {
        let known = &self.before.segments;
        let is_new = |sealed: &Arc<Sealed>| !known.iter().any(|known| Arc::ptr_eq(known, sealed));
        if segments.iter().any(is_new) {
            let disk = self.site.disk.as_ref();
            let synced = disk.sync_dir().map_err(io_error(disk, ""));
            synced.map_err(|error| Failure { error, is_in_doubt: true })?;
        }
        let mut sealed = State::clone(&self.before);
        sealed.seal(segments)?;
        sealed.epoch = self.epoch;
        Ok(Stage::Head(Box::new(sealed)))
    }

    /// Writes the manifest into a new head.
    fn begin_head(&mut self, sealed: State) -> Result<Finished, Failure> {
        let disk = self.site.disk.as_ref();
        let manifest = sealed.manifest(self.site.numbers.next_segment());
        let bytes = encode_head(self.epoch, &manifest)?;
        self.site.numbers.keep(&new_head_name(self.epoch));
        let head = NewHead::write(disk, self.epoch, &bytes)?;
        let before = Arc::clone(&self.before);
        Ok(Finished { before, sealed, head, log_start: length(bytes.len()) })
    }

    /// Copies commits that came meanwhile into the log of the new head.
    fn copy_log(&self, draft: &mut Finished, tail: &Tail) -> Result<()> {
        let disk = self.site.disk.as_ref();
        draft.head.append(disk, &log(self.epoch, &tail.take()))?;
        draft.head.sync(disk)
    }
}

/// Commits as frames of the log of a head that will be on disk before it is the head.
pub(crate) fn log(epoch: u64, commits: &[Logged]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Logged { sequence, payload, .. } in commits {
        let mark = Mark { sequence: *sequence, durable: *sequence };
        append_commit(&mut bytes, epoch, mark, payload);
    }
    bytes
}

/// Whether a checkpoint should rewrite everything.
fn is_merge_due(state: &State) -> bool {
    let (mut live, mut fresh) = (0u64, 0u64);
    for sheet in &state.sheets {
        live = live.saturating_add(length(sheet.frames().count()));
        fresh = fresh.saturating_add(length(sheet.fresh().len()));
    }
    is_half_superseded(state.sealed_frames().saturating_add(fresh), live)
        || state.segments.len() >= MANY_SEGMENTS
}

/// The same, only by what is in segments: found out at once.
pub(crate) fn is_merge_due_in_segments(state: &State) -> bool {
    let live = state.sheets.iter().map(|sheet| length(sheet.sealed_frames()));
    let live = live.fold(0, u64::saturating_add);
    is_half_superseded(state.sealed_frames(), live) || state.segments.len() >= MANY_SEGMENTS
}

fn is_half_superseded(on_disk: u64, live: u64) -> bool {
    on_disk > FEW_FRAMES && on_disk > live.saturating_mul(2)
}
