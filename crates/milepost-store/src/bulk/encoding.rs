//! From sheets of rows to frames, in any number of threads, and the commit of them.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    Bulk,
    drafts::{Draft, Drafts, Further},
    output::{Output, reserve},
    sheets::{Part, Sheets, refused},
    unlocked,
};
use crate::{
    batch::{CommitId, Receipt},
    error::{Result, StoreError},
    frame::{
        CELLS, CellRecord, Conflict, FrameContent, FrameShape, Inserted, Keyed, encode, weave,
    },
    head::Row,
    state::{RecordError, SheetKey, State, days},
    store::{explain, is_applied, take_token},
    writer::Writer,
};

/// Frames that are put together at a time: 16 MiB of cells.
const MOST_FRAMES: usize = 1 << 10;
/// Blocks of periods that are looked up in a table at a time.
const MOST_BLOCKS: u32 = 1 << 20;

/// A bulk load whose rows are all there: encodes them, then commits.
#[derive(Debug)]
pub struct BulkEncoding<'a> {
    published: &'a mut Arc<State>,
    writer: Mutex<&'a mut Writer>,
    state: State,
    /// Whether there is something to commit even if no row is news.
    brings_news: bool,
    /// Whether the load has been taken before: nothing is done.
    is_applied: bool,
    recorded: i32,
    sheets: Sheets,
    /// In ascending order of sheet and frame number.
    jobs: Vec<Job>,
    next_job: AtomicUsize,
    output: Mutex<Output>,
    tally: Mutex<Receipt>,
    /// What went wrong, in the first job in which anything did.
    failure: Mutex<Option<(usize, StoreError)>>,
}

/// Some frames of a sheet: those of some blocks of periods.
#[derive(Debug)]
struct Job {
    sheet: u32,
    region_blocks: usize,
    /// Ascending.
    blocks: Vec<u32>,
    /// The ordinals they cover.
    ordinals: Range<i64>,
}

/// Cells that rows speak of again, or that the store has already.
struct Contradiction {
    cell: u16,
    given: CellRecord,
    known: CellRecord,
}

impl<'a> BulkEncoding<'a> {
    pub(super) fn new(bulk: Bulk<'a>) -> Result<Self> {
        let Bulk { disk, options, published, writer, mut next, defines_news, token, intake } = bulk;
        let is_applied = match &token {
            Some((producer, number)) => is_applied(&next, producer, *number)?,
            None => false,
        };
        let mut pieces = intake.pieces.into_inner().unwrap_or_else(PoisonError::into_inner);
        if is_applied {
            pieces.all.clear();
        }
        let made = Sheets::of(&mut next, pieces.all, pieces.spill).and_then(|sheets| {
            if let Some((producer, number)) = &token {
                take_token(&mut next, producer, *number)?;
            }
            Ok(sheets)
        });
        let sheets = made.inspect_err(|_| unlocked(&writer).collect_new(&published.segments))?;
        let jobs = sheets.all.iter().flat_map(|(&sheet, parts)| jobs(&next, sheet, parts));
        Ok(Self {
            jobs: jobs.collect(),
            published,
            writer,
            state: next,
            brings_news: defines_news || token.is_some(),
            is_applied,
            recorded: options.recorded().day_number(),
            sheets,
            next_job: AtomicUsize::new(0),
            output: Mutex::new(Output::new(disk, options)),
            tally: Mutex::default(),
            failure: Mutex::default(),
        })
    }

    /// Takes part in the encoding until nothing is left to begin. One thread is enough; others may
    /// call this at the same time.
    pub fn run(&self) {
        let mut drafts = Drafts::default();
        loop {
            let number = self.next_job.fetch_add(1, Ordering::Relaxed);
            // Jobs are begun in their order: once one has failed, all before it are under way.
            let Some(job) = self.jobs.get(number) else { return };
            if unlocked(&self.failure).is_some() {
                return;
            }
            let reserve = || reserve(&self.writer);
            let written = self.encode(job, &mut drafts).and_then(|(shape, frames)| {
                unlocked(&self.output).take(number, shape, frames, reserve)
            });
            if let Err(error) = written {
                let mut failure = unlocked(&self.failure);
                if failure.as_ref().is_none_or(|(first, _)| number < *first) {
                    *failure = Some((number, error));
                }
            }
        }
    }

    /// Finishes the encoding, makes all of it durable and part of the store. When this returns, the
    /// commit is on disk.
    ///
    /// # Errors
    /// Those of [`Store::commit`](crate::Store::commit). Positions count the rows of all pieces.
    pub fn commit(self) -> Result<Receipt> {
        self.run();
        let Self {
            published,
            writer,
            mut state,
            is_applied,
            brings_news,
            output,
            tally,
            failure,
            ..
        } = self;
        let already_applied = is_applied;
        let writer = writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        let output = output.into_inner().unwrap_or_else(PoisonError::into_inner);
        let before = Arc::clone(&published.segments);
        let failed = |writer: &Writer| writer.collect_new(&before);
        if let Some((_, error)) = failure {
            failed(writer);
            return Err(error);
        }
        let changes = tally.added.saturating_add(tally.revised).saturating_add(tally.withdrawn);
        if already_applied || (changes == 0 && !brings_news) {
            failed(writer);
            let id = CommitId { epoch: published.epoch, sequence: published.sequence };
            return Ok(Receipt { id, already_applied, ..tally });
        }
        let segments = output.finish().inspect_err(|_| failed(writer))?;
        state.sequence = state.sequence.saturating_add(1);
        writer.adopt(&mut state, segments)?;
        let id = CommitId { epoch: state.epoch, sequence: state.sequence };
        *published = Arc::new(state);
        Ok(Receipt { id, ..tally })
    }

    /// Gives up: removes what was written, and leaves the store as it was.
    pub fn abandon(self) {
        unlocked(&self.writer).collect_new(&self.published.segments);
    }

    /// The frames of a job that rows change.
    fn encode(&self, job: &Job, drafts: &mut Drafts) -> Result<(FrameShape, Vec<Keyed>)> {
        let Some((sheet, parts)) = self.state.sheet(job.sheet).zip(self.parts(job)) else {
            return Ok((FrameShape::for_regions(0), Vec::new()));
        };
        let shape = sheet.shape;
        drafts.clear(&job.blocks, job.region_blocks);
        for part in parts {
            let is_here = |ordinal: &i32| job.ordinals.contains(&i64::from(*ordinal));
            if part.run.periods.iter().any(is_here) {
                let bytes = self.sheets.bytes(&part.run)?;
                drafts.take(shape, &part.run, &bytes, |cell| part.attributes(cell));
            }
        }
        let mut frames = Vec::new();
        let mut tally = Receipt::default();
        for (frame, cells, further) in drafts.frames(shape, &job.blocks) {
            let mut content = self.state.content(job.sheet, frame)?;
            let mut fill = Fill { encoding: self, content: &mut content, tally: &mut tally };
            let is_changed = fill
                .fill(cells, further)
                .map_err(|contradiction| self.conflict(job, frame, further, &contradiction))?;
            if is_changed {
                let encoded = encode(&content).map_err(|error| {
                    let cell = cells.iter().position(|draft| draft.record(&[], 0).is_some());
                    let cell = cell.and_then(|cell| u16::try_from(cell).ok()).unwrap_or(0);
                    refused(self.position(job, frame, cell, 0), error.to_string())
                })?;
                frames.push((job.sheet, frame, encoded));
            }
        }
        weave(shape, &mut frames).map_err(|error| refused(0, error.to_string()))?;
        let mut sum = unlocked(&self.tally);
        sum.added = sum.added.saturating_add(tally.added);
        sum.revised = sum.revised.saturating_add(tally.revised);
        sum.unchanged = sum.unchanged.saturating_add(tally.unchanged);
        sum.withdrawn = sum.withdrawn.saturating_add(tally.withdrawn);
        Ok((shape, frames))
    }

    fn parts(&self, job: &Job) -> Option<&Vec<Part>> {
        self.sheets.all.get(&job.sheet)
    }

    /// The error about a row that contradicts another one or what the store has.
    fn conflict(
        &self,
        job: &Job,
        frame: u32,
        further: &[Further],
        contradiction: &Contradiction,
    ) -> StoreError {
        let Contradiction { cell, given, known } = *contradiction;
        let same_cell = further.iter().filter(|further| further.cell == cell);
        let nth = same_cell
            .map(|further| further.draft.record(&self.sheets.attributes, self.recorded))
            .position(|record| record == Some(given));
        // The first row of the cell is not among the further ones.
        let first = nth.map_or(0, |nth| nth.saturating_add(1));
        let position = self.position(job, frame, cell, first);
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        match self.row(job, frame, cell, &given) {
            Some(row) => {
                let row = Box::new(row);
                explain(&self.state, RecordError::Conflict { position, row, known })
            }
            None => refused(0, "the row contradicts another one".to_owned()),
        }
    }

    /// A record as a row of its cell.
    fn row(&self, job: &Job, frame: u32, cell: u16, record: &CellRecord) -> Option<Row> {
        let sheet = self.state.sheet(job.sheet)?;
        let SheetKey { indicator, scenario, group, .. } = sheet.key;
        let address = crate::frame::Address { frame, cell };
        let group = self.state.groups.records().get(usize::try_from(group).ok()?)?;
        let region = usize::try_from(sheet.shape.region(address)).ok()?;
        let (first_day, last_day) = days(sheet.period(sheet.shape.ordinal(address))?);
        Some(Row {
            indicator,
            region: *group.regions.get(region)?,
            first_day,
            last_day,
            scenario,
            published: record.published,
            value: record.value,
            status: record.status,
            source: record.source,
            note: record.note,
            precision: milepost_model::Precision::from_index(record.precision)?,
        })
    }

    /// The position of the `nth` row of a cell.
    fn position(&self, job: &Job, frame: u32, cell: u16, nth: usize) -> u64 {
        let Some((sheet, parts)) = self.state.sheet(job.sheet).zip(self.parts(job)) else {
            return 0;
        };
        let wanted = Some(crate::frame::Address { frame, cell });
        let positions = parts.iter().flat_map(|part| {
            let bytes = self.sheets.bytes(&part.run).unwrap_or_default();
            let is_wanted = |row: &super::run::Cell| {
                sheet.shape.locate(row.region(), part.run.period(row)) == wanted
            };
            let rows = part.run.cells(&bytes).enumerate().filter(|(_, row)| is_wanted(row));
            rows.map(|(index, _)| part.position(index)).collect::<Vec<_>>()
        });
        let position = { positions }.nth(nth);
        position.unwrap_or(0)
    }
}

/// Fills the content of one frame.
struct Fill<'a, 'b> {
    encoding: &'a BulkEncoding<'b>,
    content: &'a mut FrameContent,
    tally: &'a mut Receipt,
}

impl Fill<'_, '_> {
    /// Takes all rows of the frame in; whether any is news. Of several contradictions, that of the
    /// first cell is given, and of its rows the first.
    fn fill(&mut self, cells: &[Draft], further: &[Further]) -> Result<bool, Contradiction> {
        let mut is_changed = false;
        let mut contradiction = None;
        for (cell, draft) in (0u16..).zip(cells) {
            match self.insert(cell, draft) {
                Ok(is_news) => is_changed |= is_news,
                Err(found) => {
                    contradiction = Some(found);
                    break;
                }
            }
        }
        let end = contradiction.as_ref().map_or(u16::MAX, |found| found.cell);
        for row in further.iter().take_while(|row| row.cell < end) {
            is_changed |= self.insert(row.cell, &row.draft)?;
        }
        contradiction.map_or(Ok(is_changed), Err)
    }

    #[inline]
    fn insert(&mut self, cell: u16, draft: &Draft) -> Result<bool, Contradiction> {
        let encoding = self.encoding;
        let Some(given) = draft.record(&encoding.sheets.attributes, encoding.recorded) else {
            return Ok(false);
        };
        let inserted = self
            .content
            .insert(cell, given)
            .map_err(|Conflict { known }| Contradiction { cell, given, known })?;
        let count = match inserted {
            Inserted::Same => &mut self.tally.unchanged,
            _ if given.value.is_none() => &mut self.tally.withdrawn,
            Inserted::New => &mut self.tally.added,
            Inserted::Superseded | Inserted::History => &mut self.tally.revised,
        };
        *count = count.saturating_add(1);
        Ok(inserted != Inserted::Same)
    }
}

/// Divides the frames of a sheet that rows belong to.
fn jobs(state: &State, number: u32, parts: &[Part]) -> Vec<Job> {
    let Some(sheet) = state.sheet(number) else { return Vec::new() };
    let shape: FrameShape = sheet.shape;
    let side_by_side = usize::try_from(shape.regions()).unwrap_or(CELLS);
    let region_blocks = state.groups.size(sheet.key.group).div_ceil(side_by_side.max(1)).max(1);
    let most = MOST_FRAMES.checked_div(region_blocks).unwrap_or(1).max(1);
    let mut jobs: Vec<Job> = Vec::new();
    for ordinal in Sheets::periods(parts) {
        let Some(address) = shape.locate(0, ordinal) else { continue };
        let (block, _) = shape.blocks(address.frame);
        let end = i64::from(ordinal).saturating_add(1);
        if let Some(job) = jobs.last_mut() {
            let first = job.blocks.first().copied().unwrap_or(block);
            let is_open = job.blocks.len() < most && block.saturating_sub(first) < MOST_BLOCKS;
            if job.blocks.last() == Some(&block) || is_open {
                if job.blocks.last() != Some(&block) {
                    job.blocks.push(block);
                }
                job.ordinals.end = end;
                continue;
            }
        }
        let ordinals = i64::from(ordinal)..end;
        jobs.push(Job { sheet: number, region_blocks, blocks: vec![block], ordinals });
    }
    jobs
}
