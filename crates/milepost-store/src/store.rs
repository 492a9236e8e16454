//! A store: where everything comes together.

use std::{path::Path, sync::Arc};

use milepost_model::{Decimal, Definition, Fact, IndicatorId, Precision, RegionId, Status};

use crate::{
    batch::{Batch, CommitId, Facts, Progress, Receipt},
    bulk::Bulk,
    checkpoint::Work,
    error::{BadFact, Conflict, Result, StoreError},
    frame::CellRecord,
    group::{Group, Outcome, Request, again},
    head::{Commit, HEAD, Row, length},
    io::{Disk, Files, Memory},
    load::{Tail, exists, load},
    options::Options,
    snapshot::{Snapshot, Statistics},
    state::{RecordError, State, days},
    writer::Writer,
};

/// The most facts in a batch.
const MOST_FACTS: u64 = 1 << 31;
/// The most bytes of a source or note.
pub(crate) const MOST_TEXT: u64 = 64 << 10;
/// The most bytes of a producer's name.
const MOST_NAME: u64 = 1 << 10;

/// A store, open for writing or for reading.
///
/// There is one writer at a time, and any number of readers, in this process and in others.
///
/// ```
/// use milepost_model::{Fact, Indicator, IndicatorId, Region, RegionId};
/// use milepost_store::{Batch, Options, Store, StoreError};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("vss.milepost");
/// let mut store = Store::create(&path, Options::default())?;
/// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
///
/// let mut reader = Store::open_read_only(&path, Options::default())?;
/// let fact = Fact::new(IndicatorId(0), RegionId(0), "2024".parse()?, Some("19.5".parse()?));
/// let receipt = store.commit(Batch { facts: vec![fact.clone()], ..Batch::default() })?;
/// assert_eq!(receipt.added, 1);
/// assert!(reader.refresh()?);
/// assert_eq!(reader.snapshot().id(), receipt.id);
///
/// // The same fact twice is one fact; another figure for it is a contradiction.
/// assert_eq!(store.commit(Batch { facts: vec![fact.clone()], ..Batch::default() })?.unchanged, 1);
/// let other = Fact { value: Some("20".parse()?), ..fact };
/// let error = store.commit(Batch { facts: vec![other], ..Batch::default() }).unwrap_err();
/// assert!(matches!(error, StoreError::Conflict(_)));
/// store.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Store {
    disk: Arc<dyn Disk>,
    options: Options,
    state: Arc<State>,
    role: Role,
}

#[derive(Debug)]
enum Role {
    Writer(Box<Writer>),
    Reader(Tail),
}

/// Opening and closing.
impl Store {
    /// Creates a store in a new or an empty directory.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] if anything is there.
    pub fn create(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        let path = path.as_ref();
        let files = Files::new(path);
        if !path.is_dir() {
            if path.exists() {
                return Err(StoreError::AlreadyExists { path: path.to_owned() });
            }
            files
                .create_directory()
                .map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
        }
        Self::create_on(Arc::new(files), options)
    }

    /// Opens a store for writing.
    ///
    /// What a crash left is put in order: a commit that had returned is there, one that had not
    /// is there or not.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`], [`StoreError::Locked`] while another writer has it open,
    /// [`StoreError::Corrupt`], [`StoreError::NewerFormat`].
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        Self::open_on(Arc::new(Files::new(path.as_ref())), options)
    }

    /// Opens a store for writing, or creates it where nothing is.
    ///
    /// # Errors
    /// Those of [`Store::open`] where anything is, those of [`Store::create`] otherwise.
    pub fn open_or_create(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        let path = path.as_ref();
        let files = Files::new(path);
        if exists(&files, HEAD) {
            return Self::open(path, options);
        }
        match Self::create(path, options) {
            // Something is there: say what is wrong with it as a store.
            Err(StoreError::AlreadyExists { .. }) => Self::open(path, options),
            outcome => outcome,
        }
    }

    /// Opens a store for reading: takes no lock, writes nothing, needs no permission to.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`], [`StoreError::Corrupt`], [`StoreError::NewerFormat`].
    pub fn open_read_only(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        Self::read_on(Arc::new(Files::new(path.as_ref())), options)
    }

    /// A new store in memory, which lives as long as this value and its snapshots.
    pub fn in_memory() -> Self {
        Self::in_memory_with(Options::default())
    }

    /// [`Store::in_memory`] with options.
    ///
    /// # Panics
    /// Never: an empty directory in memory refuses nothing.
    #[expect(clippy::expect_used, reason = "an empty directory in memory refuses nothing")]
    pub fn in_memory_with(options: Options) -> Self {
        Self::create_on(Arc::new(Memory::default()), options).expect("memory refuses nothing")
    }

    pub(crate) fn create_on(disk: Arc<dyn Disk>, options: Options) -> Result<Self> {
        let (writer, state) = Writer::create(Arc::clone(&disk), options)?;
        Ok(Self { disk, options, state: Arc::new(state), role: Role::Writer(Box::new(writer)) })
    }

    pub(crate) fn open_on(disk: Arc<dyn Disk>, options: Options) -> Result<Self> {
        let (writer, state) = Writer::open(Arc::clone(&disk), options)?;
        Ok(Self { disk, options, state: Arc::new(state), role: Role::Writer(Box::new(writer)) })
    }

    pub(crate) fn read_on(disk: Arc<dyn Disk>, options: Options) -> Result<Self> {
        let (loaded, tail) = load(disk.as_ref(), options, &[])?;
        Ok(Self { disk, options, state: Arc::new(loaded.state), role: Role::Reader(tail) })
    }

    /// Closes the store. A writer first states on disk that all of it is there, so that later
    /// damage to the last commit is told from a write that was cut short.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the commits are safe all the same.
    pub fn close(mut self) -> Result<()> {
        match &mut self.role {
            Role::Writer(writer) => writer.close(&mut self.state),
            Role::Reader(_) => Ok(()),
        }
    }
}

/// Reading.
impl Store {
    /// What the store holds now, unchanging.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(Arc::clone(&self.state))
    }

    /// Takes in what a writer in another process has committed. Whether anything was new.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; what was read before stays.
    pub fn refresh(&mut self) -> Result<bool> {
        let Role::Reader(tail) = &mut self.role else { return Ok(false) };
        match tail.refresh(self.disk.as_ref(), self.options, &self.state)? {
            Some(state) => {
                self.state = Arc::new(state);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// What the store holds, counted.
    pub fn statistics(&self) -> Statistics {
        self.snapshot().statistics()
    }

    /// Reads every byte and checks it.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<Statistics> {
        let known = [];
        let options = self.options.with_verify(crate::options::Verify::Full);
        load(self.disk.as_ref(), options, &known)?;
        Ok(self.statistics())
    }
}

/// Writing.
impl Store {
    /// Defines indicators, regions and milestones, all or none.
    ///
    /// # Errors
    /// [`StoreError::Catalogue`], and those of [`Store::commit`].
    pub fn define(&mut self, definitions: Vec<Definition>) -> Result<Receipt> {
        self.commit(Batch { definitions, ..Batch::default() })
    }

    /// Commits a batch, all of it or nothing. When this returns, it is on disk.
    ///
    /// A fact that is known already is counted and skipped, and so is a definition that is known as
    /// it is; a batch of nothing else is no commit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for a fact that contradicts another one of the same publication,
    /// [`StoreError::Value`] for one that cannot be stored, [`StoreError::Catalogue`],
    /// [`StoreError::Limit`], [`StoreError::NoProducer`], [`StoreError::ReadOnly`]: nothing was done.
    /// [`StoreError::Io`]: nothing was done, or the batch is in doubt and the writer of no use from
    /// then on ([`StoreError::Poisoned`]). Opening the store anew and committing the batch again,
    /// with its token, is right in either case.
    pub fn commit(&mut self, batch: Batch) -> Result<Receipt> {
        self.commit_with(batch, &mut |_| ())
    }

    /// [`Store::commit`] of facts that may be given one at a time, telling how far it has come.
    ///
    /// # Errors
    /// As for [`Store::commit`].
    pub fn commit_with<F>(
        &mut self,
        batch: Batch<F>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Receipt>
    where
        F: IntoIterator<Item = Fact, IntoIter: ExactSizeIterator>,
    {
        self.writer()?;
        if let Some((producer, number)) = &batch.token
            && is_applied(&self.state, producer, *number)?
        {
            let id = self.snapshot().id();
            return Ok(Receipt { id, already_applied: true, ..Receipt::default() });
        }
        let mut group = self.group()?;
        group.take(|_| Some(batch.boxed()), progress);
        // There is an outcome for each batch.
        group.finish().pop().flatten().unwrap_or(Err(StoreError::Poisoned))
    }

    /// Commits batches with one write and one sync: what came of each.
    pub(crate) fn commit_all(&mut self, requests: Vec<Request>) -> Vec<Outcome> {
        let count = requests.len();
        match self.group() {
            Ok(mut group) => {
                for request in requests {
                    group.take(request, &mut |_| ());
                }
                group.finish()
            }
            Err(error) => (0..count).map(|_| Some(Err(again(&error)))).collect(),
        }
    }

    /// Begins a group of commits.
    fn group(&mut self) -> Result<Group<'_>> {
        // Here, and not after the commit that filled the log: a failure is then that of this
        // batch, which was not begun.
        let Self { state, role, options, .. } = self;
        let writer = role.writer()?;
        writer.settle(state)?;
        Ok(Group::new(writer, state, *options))
    }

    /// Begins a commit whose rows arrive in pieces, from any number of threads; the definitions come
    /// first.
    ///
    /// # Errors
    /// [`StoreError::Catalogue`], [`StoreError::ReadOnly`], [`StoreError::Poisoned`].
    pub fn bulk(&mut self, definitions: Vec<Definition>) -> Result<Bulk<'_>> {
        let Self { disk, options, state, role } = self;
        match role {
            Role::Writer(writer) => Bulk::new(disk, *options, state, writer, definitions),
            Role::Reader(_) => Err(StoreError::ReadOnly),
        }
    }

    /// Makes durable what was committed under [`Durability::Os`](crate::Durability::Os).
    ///
    /// # Errors
    /// [`StoreError::Io`]; the writer is then of no use.
    pub fn sync(&mut self) -> Result<()> {
        let sequence = self.state.sequence;
        self.writer()?.sync(sequence)
    }

    /// What may be done beside the commits, if there is anything: a checkpoint of a log that has
    /// reached its bound, a merge, the removal of what a merge has left.
    ///
    /// A store has no thread of its own. Whoever has one to spare asks after each commit, and lets
    /// it [run](Work::run); the commits go on meanwhile, and one of the next takes over what is
    /// finished. Where nobody asks, the commit at which the log has four times its bound does it.
    pub fn work(&mut self) -> Option<Work> {
        match &mut self.role {
            Role::Writer(writer) => writer.work(&self.state),
            Role::Reader(_) => None,
        }
    }

    /// Takes over [work](Store::work) that is finished, as the next commit would.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the work came to nothing; what was committed is safe all the same.
    pub fn settle(&mut self) -> Result<()> {
        let Self { state, role, .. } = self;
        let writer = role.writer()?;
        writer.settle(state)?;
        writer.take_failure().map_or(Ok(()), Err)
    }

    /// Turns the log into a segment, and waits for it; see [`Store::work`] for how it is done
    /// beside the commits.
    ///
    /// # Errors
    /// [`StoreError::Io`]; what was committed is safe all the same.
    pub fn checkpoint(&mut self) -> Result<()> {
        self.rewrite(false)
    }

    /// Rewrites all segments into new ones without what later ones supersede, and waits for it. A
    /// part of [`Store::work`] when that is more than half.
    ///
    /// # Errors
    /// [`StoreError::Io`]; what was committed is safe all the same.
    pub fn merge(&mut self) -> Result<()> {
        self.rewrite(true)
    }

    fn rewrite(&mut self, merge: bool) -> Result<()> {
        let mut next = State::clone(&self.state);
        self.writer()?.checkpoint(&mut next, merge)?;
        self.state = Arc::new(next);
        Ok(())
    }

    /// A merge beside the commits, though none is due.
    #[cfg(test)]
    pub(crate) fn merge_beside(&mut self) -> Option<Work> {
        match &mut self.role {
            Role::Writer(writer) => Some(writer.merge_beside(&self.state)),
            Role::Reader(_) => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    pub(crate) fn published(&self) -> &Arc<State> {
        &self.state
    }

    pub(crate) fn options(&self) -> Options {
        self.options
    }

    /// Whether [`Store::work`] has something to do.
    pub(crate) fn has_work(&self) -> bool {
        match &self.role {
            Role::Writer(writer) => writer.has_work(),
            Role::Reader(_) => false,
        }
    }

    fn writer(&mut self) -> Result<&mut Writer> {
        self.role.writer()
    }
}

impl Role {
    fn writer(&mut self) -> Result<&mut Writer> {
        match self {
            Self::Writer(writer) => {
                writer.require_sound()?;
                Ok(writer)
            }
            Self::Reader(_) => Err(StoreError::ReadOnly),
        }
    }
}

/// Forms the next state in memory, and the commit that leads to it, if there is anything to commit.
pub(crate) fn prepare(
    next: &mut State,
    batch: Batch<Facts<'_>>,
    options: Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Option<Commit>, Receipt)> {
    let total = length(batch.facts.len());
    if total > MOST_FACTS {
        return Err(StoreError::Limit {
            what: "facts in a batch",
            found: total,
            limit: MOST_FACTS,
        });
    }
    let id = CommitId { epoch: next.epoch, sequence: next.sequence };
    let known_strings = next.strings.len();
    let definitions = next.define(batch.definitions)?;
    let mut rows = rows(next, batch.facts)?;
    let recorded = options.recorded().day_number();
    let outcome = next
        .record(&rows, recorded, &mut |done| progress(Progress { done, total }))
        .map_err(|error| explain(next, error))?;
    drop_positions(&mut rows, &outcome.unchanged);
    let receipt = Receipt {
        id,
        added: outcome.added,
        revised: outcome.revised,
        unchanged: length(outcome.unchanged.len()),
        withdrawn: outcome.withdrawn,
        already_applied: false,
    };
    if rows.is_empty() && definitions.is_empty() && batch.token.is_none() {
        return Ok((None, receipt));
    }
    let token = match &batch.token {
        Some((producer, number)) => take_token(next, producer, *number)?,
        None => (0, 0),
    };
    next.sequence = next.sequence.saturating_add(1);
    let strings = next.strings.since(known_strings).map(ToString::to_string).collect();
    Ok((Some(Commit { recorded, token, definitions, strings, rows }), receipt))
}

/// Whether a batch with this token, or a later one of its producer, is in a store already.
pub(crate) fn is_applied(state: &State, producer: &str, number: u64) -> Result<bool> {
    check_length("bytes of a producer's name", producer, MOST_NAME)?;
    if producer.is_empty() {
        return Err(StoreError::NoProducer { number });
    }
    Ok(state.last_batch(producer).is_some_and(|last| last >= number))
}

/// Notes the token of a batch, and gives it with its producer as a number.
pub(crate) fn take_token(next: &mut State, producer: &str, number: u64) -> Result<(u32, u64)> {
    let name = intern(next, producer)?;
    next.take_token(name, number);
    Ok((name, number))
}

/// Facts with their texts as numbers.
fn rows(state: &mut State, facts: Facts<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity(facts.len());
    // Neighbours mostly have the same texts.
    let mut last = [const { (String::new(), 0u32) }; 3];
    for (position, fact) in facts.enumerate() {
        let texts = [
            fact.scenario.as_str(),
            fact.source.as_deref().unwrap_or_default(),
            fact.note.as_deref().unwrap_or_default(),
        ];
        for (last, text) in last.iter_mut().zip(texts) {
            // Texts that are not there are not compared: a comparison of nothing at no address is
            // slow on some processors.
            let is_same = last.0.len() == text.len() && (text.is_empty() || last.0 == text);
            if !is_same {
                *last = (text.to_owned(), intern(state, text)?);
            }
        }
        let [scenario, source, note] = last.each_ref().map(|(_, number)| *number);
        let value = match fact.value {
            Some(value) => Some(value.to_stored().ok_or_else(|| unfit(position, value))?),
            None => None,
        };
        let (first_day, last_day) = days(fact.period);
        rows.push(Row {
            indicator: fact.indicator.0,
            region: fact.region.0,
            first_day,
            last_day,
            scenario,
            published: fact.published.map(milepost_model::Date::day_number),
            value,
            status: fact.status.bits(),
            source,
            note,
            precision: fact.precision,
        });
    }
    Ok(rows)
}

fn unfit(position: usize, value: Decimal) -> StoreError {
    let what = format!(
        "{value} does not fit; an integer of at most 18 digits, divided by a power of ten, would"
    );
    StoreError::Value(Box::new(BadFact { position, what }))
}

/// The number of a text, a new one if needed.
pub(crate) fn intern(state: &mut State, text: &str) -> Result<u32> {
    if let Some(number) = state.strings.number(text) {
        return Ok(number);
    }
    check_length("bytes of a text", text, MOST_TEXT)?;
    Arc::make_mut(&mut state.strings).intern(text).ok_or(StoreError::Limit {
        what: "texts in a store",
        found: 1 << 32,
        limit: u64::from(u32::MAX),
    })
}

fn check_length(what: &'static str, text: &str, limit: u64) -> Result<()> {
    let found = length(text.len());
    if found > limit { Err(StoreError::Limit { what, found, limit }) } else { Ok(()) }
}

/// Drops the rows at positions, which are ascending.
fn drop_positions(rows: &mut Vec<Row>, positions: &[usize]) {
    if positions.is_empty() {
        return;
    }
    let mut dropped = positions.iter().copied().peekable();
    let mut position = 0usize;
    rows.retain(|_| {
        let is_dropped = dropped.next_if_eq(&position).is_some();
        position = position.saturating_add(1);
        !is_dropped
    });
}

/// An error about a row, in the words of the catalogue.
pub(crate) fn explain(state: &State, error: RecordError) -> StoreError {
    match error {
        RecordError::Store(error) => error,
        RecordError::Row { row, what } => {
            StoreError::Value(Box::new(BadFact { position: row, what }))
        }
        RecordError::Conflict { position, row, known } => {
            StoreError::Conflict(Box::new(conflict(state, position, &row, &known)))
        }
    }
}

fn conflict(state: &State, position: usize, row: &Row, known: &CellRecord) -> Conflict {
    let catalogue = &state.catalogue;
    let indicator = catalogue.get_indicator(IndicatorId(row.indicator));
    let region = catalogue.get_region(RegionId(row.region));
    let day = |day: i32| {
        milepost_model::Date::from_day_number(day)
            .map_or_else(|| day.to_string(), |d| d.to_string())
    };
    Conflict {
        position,
        indicator: indicator.map_or_else(String::new, |indicator| indicator.name.clone()),
        region: region.map_or_else(String::new, milepost_model::Region::uid),
        period: crate::state::period(row.first_day, row.last_day)
            .map_or_else(String::new, |period| period.to_string()),
        scenario: state.strings.get(row.scenario).map_or_else(String::new, ToString::to_string),
        published: match row.published {
            Some(published) => format!("published {}", day(published)),
            None => "without a day of publication".to_owned(),
        },
        known: describe(known.value, known.status, known.precision),
        given: describe(row.value, row.status, row.precision as u8),
        revision: match known.published {
            Some(_) => "a revision has a later day of publication".to_owned(),
            // An earlier one would make it an older vintage of what is known.
            None => {
                format!("a revision has a day of publication, {} or later", day(known.recorded))
            }
        },
    }
}

/// A figure in words: `nearly 18.5 (E)`.
fn describe(value: Option<(i64, u8)>, status: u32, precision: u8) -> String {
    let status = Status::from_bits(status);
    let prefix = Precision::from_index(precision).unwrap_or_default().prefix();
    let (text, usual) = match value {
        Some((mantissa, decimals)) => {
            let value = Decimal::new(i128::from(mantissa), decimals).unwrap_or(Decimal::ZERO);
            (format!("{prefix}{value}"), Status::ACTUAL)
        }
        None => (format!("{prefix}a withdrawal"), Status::WITHDRAWN),
    };
    if status == usual { text } else { format!("{text} ({status})") }
}
