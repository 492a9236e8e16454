//! Bulk loads: more rows than a batch in memory should hold, straight into segments, as one commit
//! (FORMAT.md, section 7).
//!
//! Rows arrive in pieces of the input, each packed by the thread that reads it ([`BulkWriter`]);
//! when all are there they are put together sheet by sheet ([`BulkEncoding`]), and one new head
//! makes them part of the store. Until then nothing that a head names has been touched.

mod drafts;
mod encoding;
mod output;
mod piece;
mod run;
mod sheets;
mod spill;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use milepost_model::{Catalogue, Definition, RegionId};

pub use encoding::BulkEncoding;
pub use piece::{AttributesId, BulkAttributes, BulkPeriod, BulkRegion, BulkWriter};

use crate::{
    error::Result,
    io::Disk,
    options::Options,
    state::{Groups, State},
    store::is_applied,
    writer::Writer,
};
use piece::Piece;
use spill::Spill;

/// Bytes of packed rows that are kept in memory; some 120 million rows.
const MEMORY: u64 = 1 << 30;

/// A commit whose rows arrive in pieces, from any number of threads.
///
/// The outcome is that of a [`Batch`](crate::Batch) with the same definitions and rows in the same
/// order. It is one commit, and what it is made of lies in files that no head names until
/// [`BulkEncoding::commit`] returns: a crash before leaves the store as it was, and the next writer
/// removes them.
///
/// ```
/// use milepost_model::{Indicator, IndicatorId, Precision, Region, RegionId, Scenario, Status};
/// use milepost_store::{BulkAttributes, BulkPeriod, Store};
///
/// let mut store = Store::in_memory();
/// let bulk =
///     store.bulk(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
/// let region = bulk.region(RegionId(0)).unwrap();
/// let month = BulkPeriod::from("2024-06".parse::<milepost_model::Period>()?);
/// let mut writer = bulk.writer(); // one for each thread
/// let plain = writer.attributes(&BulkAttributes {
///     scenario: &Scenario::reported(),
///     status: Status::ACTUAL,
///     published: None,
///     precision: Precision::Exact,
///     source: None,
///     note: None,
/// })?;
/// writer.push(IndicatorId(0), region, month, plain, Some((183, 1)));
/// writer.end_piece(0)?;
///
/// let encoding = bulk.encode()?;
/// encoding.run(); // in any number of threads
/// let receipt = encoding.commit()?;
/// assert_eq!(receipt.added, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Bulk<'a> {
    disk: Arc<dyn Disk>,
    options: Options,
    /// What the store holds, to be replaced by the commit.
    published: &'a mut Arc<State>,
    writer: Mutex<&'a mut Writer>,
    /// The next state, so far with the definitions only.
    next: State,
    defines_news: bool,
    token: Option<(String, u64)>,
    intake: Intake,
}

/// Where pieces arrive.
#[derive(Debug)]
struct Intake {
    disk: Arc<dyn Disk>,
    groups: Arc<Groups>,
    /// The id of the file for what memory has no room for.
    spill: u64,
    memory: u64,
    pieces: Mutex<Pieces>,
}

#[derive(Debug, Default)]
struct Pieces {
    all: BTreeMap<u64, Piece>,
    /// Bytes of those in memory.
    bytes: u64,
    spill: Option<Spill>,
}

impl<'a> Bulk<'a> {
    /// Begins a load into a store that has this state.
    pub(crate) fn new(
        disk: &Arc<dyn Disk>,
        options: Options,
        published: &'a mut Arc<State>,
        writer: &'a mut Writer,
        definitions: Vec<Definition>,
    ) -> Result<Self> {
        writer.require_sound()?;
        let mut next = State::clone(published);
        let defines_news = !next.define(definitions)?.is_empty();
        let intake = Intake {
            disk: Arc::clone(disk),
            groups: Arc::clone(&next.groups),
            spill: writer.reserve_segment(),
            memory: MEMORY,
            pieces: Mutex::default(),
        };
        Ok(Self {
            disk: Arc::clone(disk),
            options,
            published,
            writer: Mutex::new(writer),
            next,
            defines_news,
            token: None,
            intake,
        })
    }

    /// With another bound for the packed rows in memory, about nine bytes each; what goes beyond
    /// waits in a file in the store's directory.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.intake.memory = bytes;
        self
    }

    /// With the name of a producer and the number it gives to this load: if it, or a later one, has
    /// been taken from that producer, nothing is done.
    ///
    /// # Errors
    /// [`StoreError::NoProducer`](crate::StoreError::NoProducer) without a name,
    /// [`StoreError::Limit`](crate::StoreError::Limit) for one of more than 1 KiB.
    pub fn with_token(mut self, producer: impl Into<String>, number: u64) -> Result<Self> {
        let producer = producer.into();
        is_applied(self.published, &producer, number)?;
        self.token = Some((producer, number));
        Ok(self)
    }

    /// The catalogue that the rows refer to, the definitions of this commit included.
    pub fn catalogue(&self) -> &Catalogue {
        &self.next.catalogue
    }

    /// Takes further definitions in, for rows to come; places of regions that are defined already
    /// stay.
    ///
    /// # Errors
    /// [`StoreError::Catalogue`](crate::StoreError::Catalogue) for one that does not fit; those
    /// before it are in.
    pub fn define(&mut self, definitions: Vec<Definition>) -> Result<()> {
        self.defines_news |= !self.next.define(definitions)?.is_empty();
        self.intake.groups = Arc::clone(&self.next.groups);
        Ok(())
    }

    /// Where the figures of a region lie; `None` if it is not defined, or one of more regions
    /// of its level than a sheet has room for.
    pub fn region(&self, region: RegionId) -> Option<BulkRegion> {
        self.intake.region(region)
    }

    /// Takes rows in; one for each thread.
    pub fn writer(&self) -> BulkWriter<'_> {
        BulkWriter::new(&self.intake)
    }

    /// Puts the pieces together: no more rows can come.
    ///
    /// # Errors
    /// Those of [`Store::commit`](crate::Store::commit); nothing was done then.
    pub fn encode(self) -> Result<BulkEncoding<'a>> {
        BulkEncoding::new(self)
    }

    /// Gives up: removes what waits on disk, and leaves the store as it was.
    pub fn abandon(self) {
        let writer = self.writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        writer.collect_new(&self.published.segments);
    }
}

impl Intake {
    fn region(&self, region: RegionId) -> Option<BulkRegion> {
        let (group, ordinal) = self.groups.place(region.0)?;
        run::fits(ordinal).then_some(BulkRegion { group, ordinal })
    }

    /// Takes a piece that a writer has ended; it waits on disk if memory has no room for it.
    fn take(&self, number: u64, mut piece: Piece) -> Result<()> {
        let mut pieces = unlocked(&self.pieces);
        let bytes = piece.runs.iter().fold(0u64, |sum, run| sum.saturating_add(run.memory()));
        if pieces.bytes.saturating_add(bytes) > self.memory {
            let spill = match &mut pieces.spill {
                Some(spill) => spill,
                spill => spill.insert(Spill::create(Arc::clone(&self.disk), self.spill)?),
            };
            piece.runs.iter_mut().try_for_each(|run| spill.take(run))?;
        }
        let bytes = piece.runs.iter().fold(0u64, |sum, run| sum.saturating_add(run.memory()));
        pieces.bytes = pieces.bytes.saturating_add(bytes);
        pieces.all.insert(number, piece);
        Ok(())
    }
}

/// What a lock guards; a thread that panicked while it held the lock left nothing half done that
/// a commit could make durable.
fn unlocked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
