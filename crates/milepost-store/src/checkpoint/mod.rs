//! Checkpoints and merges: what is in memory goes into segments, step by step, while commits go on
//! (FORMAT.md, sections 7 and 10).
//!
//! A checkpoint writes down a state that never changes. All it writes are files that no head
//! names, so it may stop anywhere; only the writer makes a new head the store's.

mod frames;
mod job;
mod new_head;
mod numbers;
mod tail;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

pub(crate) use job::{Failure, Finished, Scope, is_merge_due_in_segments, log};
pub(crate) use new_head::{NewHead, head_number};
pub(crate) use numbers::Numbers;
pub(crate) use tail::Logged;

use crate::{io::Disk, options::Options, state::State};
use job::Job;
use tail::Tail;

/// Where a checkpoint writes.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) options: Options,
    pub(crate) numbers: Arc<Numbers>,
}

impl Site {
    /// Removes the files in work, where that is possible; what is left the next writer removes.
    fn remove_work(&self) {
        for name in self.numbers.release() {
            drop(self.disk.remove(&name));
        }
    }
}

/// A checkpoint that the writer knows of and any thread may carry on.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    site: Site,
    progress: Mutex<Progress>,
    tail: Tail,
    /// Whether no step is left; looked at without waiting for the step that goes on.
    is_over: AtomicBool,
    /// Whether its turn has passed; looked at so that who waits for the lock gets it.
    is_cancelled: AtomicBool,
}

#[derive(Debug)]
enum Progress {
    Running(Box<Job>),
    Finished(Box<Finished>),
    Failed(Failure),
    Gone,
}

impl Checkpoint {
    /// One of a state, for a new head with an epoch.
    pub(crate) fn new(site: Site, before: Arc<State>, epoch: u64, scope: Scope) -> Self {
        let job = Job::new(site.clone(), before, epoch, scope);
        Self {
            site,
            progress: Mutex::new(Progress::Running(Box::new(job))),
            tail: Tail::default(),
            is_over: AtomicBool::new(false),
            is_cancelled: AtomicBool::new(false),
        }
    }

    /// Goes on by a step; whether there are more.
    pub(crate) fn step(&self) -> bool {
        if self.is_cancelled.load(Ordering::Acquire) {
            return false;
        }
        let mut progress = self.progress();
        let Progress::Running(job) = &mut *progress else { return false };
        *progress = match job.step(&self.tail) {
            Ok(None) => return true,
            Ok(Some(finished)) => Progress::Finished(Box::new(finished)),
            Err(failure) => {
                self.site.remove_work();
                Progress::Failed(failure)
            }
        };
        self.is_over.store(true, Ordering::Release);
        false
    }

    /// Whether no step is left.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// A commit that went into the log meanwhile.
    pub(crate) fn follow(&self, commits: &[Logged]) {
        self.tail.push(commits);
    }

    /// The commits that are not in the new head yet, and the rows of all commits in its log.
    pub(crate) fn rest(&self) -> (Vec<Logged>, u64) {
        (self.tail.take(), self.tail.rows())
    }

    /// Goes on to the end, together with whoever carries it on: what came of it.
    pub(crate) fn finish(&self) -> Result<Box<Finished>, Failure> {
        while self.step() {}
        match std::mem::replace(&mut *self.progress(), Progress::Gone) {
            Progress::Finished(finished) => Ok(finished),
            Progress::Failed(failure) => Err(failure),
            // Only the writer asks, and once.
            Progress::Running(_) | Progress::Gone => {
                Err(Failure::from(crate::StoreError::Poisoned))
            }
        }
    }

    /// Stops it, at the latest after the step that goes on, and removes what it wrote.
    pub(crate) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Release);
        *self.progress() = Progress::Gone;
        self.is_over.store(true, Ordering::Release);
        self.site.remove_work();
    }

    /// A head names what it wrote.
    pub(crate) fn release(&self) {
        drop(self.site.numbers.release());
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What may be done beside the commits of a [`Store`](crate::Store), by whatever thread has time.
///
/// It is a checkpoint, a merge, or the removal of files that a merge has left. Nothing depends on
/// it but the length of the log: a work that is dropped is handed out again, and what is not done
/// when the store is closed is done then.
///
/// ```
/// use milepost_model::{Fact, Indicator, IndicatorId, Region, RegionId};
/// use milepost_store::{Batch, Options, Store};
///
/// let mut store = Store::in_memory_with(Options::default().with_log_bound(10, 1 << 20));
/// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
/// let year = |year: i32| {
///     let period = format!("{year}").parse().unwrap();
///     Fact::new(IndicatorId(0), RegionId(0), period, Some("19.5".parse().unwrap()))
/// };
/// assert!(store.work().is_none(), "nothing to do");
/// store.commit(Batch { facts: (2000..2010).map(year).collect(), ..Batch::default() })?;
///
/// let work = store.work().expect("the log is full");
/// let beside = std::thread::spawn(move || work.run());
/// store.commit(Batch { facts: vec![year(2010)], ..Batch::default() })?;
/// beside.join().unwrap();
///
/// store.settle()?; // or the next commit
/// assert_eq!(store.statistics().segments, 1);
/// assert_eq!(store.statistics().points, 11);
/// # Ok::<(), milepost_store::StoreError>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is done unless it is run"]
pub struct Work(Task);

enum Task {
    Checkpoint(Arc<Checkpoint>),
    /// Files that no head names any more.
    Removal(Arc<dyn Disk>, Vec<String>),
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint(_) => f.debug_struct("Checkpoint").finish_non_exhaustive(),
            Self::Removal(_, names) => f.debug_tuple("Removal").field(names).finish(),
        }
    }
}

impl Work {
    pub(crate) fn checkpoint(checkpoint: Arc<Checkpoint>) -> Self {
        Self(Task::Checkpoint(checkpoint))
    }

    pub(crate) fn removal(disk: Arc<dyn Disk>, names: Vec<String>) -> Self {
        Self(Task::Removal(disk, names))
    }

    /// Does all of it. What fails is reported by the commit that can no longer do without, or by
    /// [`Store::settle`](crate::Store::settle).
    pub fn run(mut self) {
        while self.step() {}
    }

    /// Does a part of it that takes some milliseconds: about a megabyte, or a sync. Whether more
    /// is left.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, IndicatorId, Region, RegionId};
    /// use milepost_store::{Batch, Options, Store};
    ///
    /// let mut store = Store::in_memory_with(Options::default().with_log_bound(1, 1 << 20));
    /// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
    /// let fact = Fact::new(IndicatorId(0), RegionId(0), "2024".parse()?, Some("19.5".parse()?));
    /// store.commit(Batch { facts: vec![fact], ..Batch::default() })?;
    ///
    /// let mut work = store.work().expect("the log is full");
    /// let mut steps = 1;
    /// while work.step() {
    ///     steps += 1; // and something else in between
    /// }
    /// assert!(steps > 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn step(&mut self) -> bool {
        match &mut self.0 {
            Task::Checkpoint(checkpoint) => checkpoint.step(),
            Task::Removal(disk, names) => {
                if let Some(name) = names.pop() {
                    drop(disk.remove(&name));
                }
                !names.is_empty()
            }
        }
    }
}
