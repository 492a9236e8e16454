//! The store: where facts are committed and from where they are asked.

use std::path::Path;

use milepost_model::Definition;
use milepost_store::{CommitId, Options, Progress, Statistics, Work};

use crate::{Answer, Batch, Limits, Prepared, Registered, Result, Snapshot, resolve::resolve};

/// An embedded store of statistical indicators.
///
/// A store is a directory. One writer at a time has it open, any number of
/// readers in any number of processes beside it. A commit that returned is on
/// the disk; after a crash the store opens by itself and holds whole batches only.
///
/// ```
/// use milepost::{Batch, Indicator, Milestone, Region, Store};
///
/// let directory = tempfile::tempdir()?;
/// let mut store = Store::open_or_create(directory.path().join("vss.milepost"))?;
/// store.define_all([
///     Indicator::stock("voluntary_si.participants").unit("persons").into(),
///     Region::new("VN").name("Việt Nam").into(),
///     Milestone::new("Resolution 28").alias("28-NQ/TW").on("2018-05-23").into(),
/// ])?;
/// let mut batch = Batch::new().published("2020-05-23")?.source("VSS");
/// batch.push("voluntary_si.participants", "VN", "2017", "224000")?;
/// batch.push("voluntary_si.participants", "VN", "2019", "574000")?;
/// store.commit(batch)?;
///
/// let answer = store.query(
///     "growth of voluntary_si.participants in VN since Resolution 28 until 2019",
/// )?;
/// assert_eq!(answer.rows[0].value.unwrap().to_f64(), 156.25);
/// assert_eq!(answer.rows[0].base.as_ref().unwrap().period.to_string(), "2017");
/// store.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Store {
    pub(crate) inner: milepost_store::Store,
}

/// What a commit did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The commit; the last one before, if the batch brought nothing new.
    pub id: CommitId,
    /// Facts that were new.
    pub added: u64,
    /// Facts that revise a value of an earlier publication.
    pub revised: u64,
    /// Facts that were known already; they are not stored again.
    pub unchanged: u64,
    /// Withdrawals of published values.
    pub withdrawn: u64,
    /// Whether a batch with this token was committed before: nothing was done.
    pub already_applied: bool,
    /// Names that had to be registered as undeclared.
    pub registered: Registered,
}

impl Receipt {
    pub(crate) fn new(receipt: milepost_store::Receipt, registered: Registered) -> Self {
        Self {
            id: receipt.id,
            added: receipt.added,
            revised: receipt.revised,
            unchanged: receipt.unchanged,
            withdrawn: receipt.withdrawn,
            already_applied: receipt.already_applied,
            registered,
        }
    }
}

impl Store {
    /// Creates a store in a new or empty directory and opens it for writing.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::create_with(path, Options::default())
    }

    /// [`Store::create`] with options.
    pub fn create_with(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        Ok(Self { inner: milepost_store::Store::create(path, options)? })
    }

    /// Opens a store for writing.
    ///
    /// # Errors
    /// [`Error::Locked`](crate::Error::Locked) while another writer has it open,
    /// [`Error::Corrupt`](crate::Error::Corrupt) when a file is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, Options::default())
    }

    /// [`Store::open`] with options.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        Ok(Self { inner: milepost_store::Store::open(path, options)? })
    }

    /// Opens a store for writing; creates it where there is none.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { inner: milepost_store::Store::open_or_create(path, Options::default())? })
    }

    /// Opens a store for reading. It takes no lock, writes nothing, and sees
    /// later commits of a writer after [`Store::refresh`].
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { inner: milepost_store::Store::open_read_only(path, Options::default())? })
    }

    /// A store in memory, with everything but durability.
    pub fn in_memory() -> Self {
        Self { inner: milepost_store::Store::in_memory() }
    }

    /// [`Store::in_memory`] with options.
    pub fn in_memory_with(options: Options) -> Self {
        Self { inner: milepost_store::Store::in_memory_with(options) }
    }

    /// Adds an indicator, a region or a milestone to the catalogue, or replaces
    /// the one with the same name, uid or id.
    pub fn define(&mut self, definition: impl Into<Definition>) -> Result<()> {
        self.define_all([definition.into()])
    }

    /// Adds definitions in one commit: all of them or none.
    pub fn define_all(&mut self, definitions: impl IntoIterator<Item = Definition>) -> Result<()> {
        self.inner.define(definitions.into_iter().collect())?;
        Ok(())
    }

    /// Commits a batch: all of it or nothing. When it returns, it is on the disk.
    ///
    /// The same fact twice is one fact. Another value for the same indicator,
    /// region, period, scenario and publication date is a conflict; a later
    /// publication date makes it a revision, and both are kept.
    ///
    /// # Errors
    /// [`Error::Name`](crate::Error::Name) and [`Error::Conflict`](crate::Error::Conflict)
    /// leave the store as it was.
    pub fn commit(&mut self, batch: Batch) -> Result<Receipt> {
        self.commit_with(batch, &mut |_| {})
    }

    /// [`Store::commit`], telling how far a long one has come.
    pub fn commit_with(
        &mut self,
        batch: Batch,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Receipt> {
        let snapshot = self.inner.snapshot();
        let (batch, registered) = resolve(batch, snapshot.catalogue())?;
        drop(snapshot);
        let receipt = self.inner.commit_with(batch, progress)?;
        if let Some(work) = self.inner.work() {
            carry_on(work);
        }
        Ok(Receipt::new(receipt, registered))
    }

    /// Asks one question of the latest commit.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) with the place and the cause.
    pub fn query(&self, text: &str) -> Result<Answer> {
        self.snapshot().query(text)
    }

    /// [`Store::query`] within limits; [`Limits`] has an example.
    ///
    /// # Errors
    /// Those of [`Store::query`], and the limit that was met, with a code of its own.
    pub fn query_with(&self, text: &str, limits: &Limits) -> Result<Answer> {
        self.snapshot().query_with(text, limits)
    }

    /// Parses a query once, to be asked many times.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) when it cannot be read.
    pub fn prepare(&self, text: &str) -> Result<Prepared> {
        Prepared::new(text)
    }

    /// The contents at this moment, which later commits do not change.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.inner.snapshot())
    }

    /// Brings a store that was opened for reading up to the writer's latest
    /// commit; true if there was one.
    pub fn refresh(&mut self) -> Result<bool> {
        Ok(self.inner.refresh()?)
    }

    /// Turns what was committed since the last checkpoint into a sealed segment, and waits for it.
    /// Happens by itself, beside the commits, when the log has grown enough.
    pub fn checkpoint(&mut self) -> Result<()> {
        Ok(self.inner.checkpoint()?)
    }

    /// Rewrites the segments as one, without what was superseded, and waits for it.
    /// Happens by itself, beside the commits, when more than half of the frames are superseded.
    pub fn merge(&mut self) -> Result<()> {
        Ok(self.inner.merge()?)
    }

    /// Reads every byte of the store, compares every checksum, and tells what there is.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) with the file and the offset.
    pub fn verify(&self) -> Result<Statistics> {
        Ok(self.inner.verify()?)
    }

    /// How large the store is.
    pub fn statistics(&self) -> Statistics {
        self.inner.statistics()
    }

    /// Ends what goes on beside the commits, seals the log and closes the store. Dropping a store
    /// gives up what goes on, but loses nothing either; after `close`, damage to the last commit is
    /// told from a torn write.
    pub fn close(self) -> Result<()> {
        Ok(self.inner.close()?)
    }
}

/// Lets a thread of its own do what goes on beside the commits. It ends by itself, and where there
/// is no thread to be had, the store hands the work out again.
pub(crate) fn carry_on(work: Work) {
    let thread = std::thread::Builder::new().name("milepost checkpoint".to_owned());
    drop(thread.spawn(move || work.run()));
}
