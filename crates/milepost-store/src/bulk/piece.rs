//! Rows on their way in: one writer for each thread, one piece of the input after another.

use std::collections::HashMap;

use milepost_model::{Date, IndicatorId, Period, Precision, RegionId, Scenario, Status};

use super::{
    Intake,
    run::{Cell, Run, RunKey, Stretch, era},
};
use crate::{
    error::{Result, StoreError},
    state::{SPANS, days, frequency_of},
    store::MOST_TEXT,
};

/// Where the figures of a region lie, from [`Bulk::region`](super::Bulk::region).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkRegion {
    pub(super) group: u32,
    pub(super) ordinal: u32,
}

/// A period, with what is needed of it for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkPeriod {
    frequency: u8,
    ordinal: i32,
    days: (i32, i32),
}

impl BulkPeriod {
    /// The last day of the period, counted from 1970-01-01.
    #[inline]
    pub fn last_day_number(&self) -> i32 {
        self.days.1
    }
}

impl From<Period> for BulkPeriod {
    fn from(period: Period) -> Self {
        Self {
            frequency: frequency_of(period),
            ordinal: period.ordinal().unwrap_or(0),
            days: days(period),
        }
    }
}

/// What many rows of a bulk load have in common besides indicator, region, period and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkAttributes<'a> {
    /// Which figures: those reported, a target, another scenario.
    pub scenario: &'a Scenario,
    /// The SDMX status.
    pub status: Status,
    /// The day of publication, if one is stated.
    pub published: Option<Date>,
    /// How the figure was printed.
    pub precision: Precision,
    /// Who published it.
    pub source: Option<&'a str>,
    /// A remark.
    pub note: Option<&'a str>,
}

/// A set of attributes within a piece, from [`BulkWriter::attributes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributesId(u32);

/// Attributes with texts as numbers, those of the piece and later those of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Attributes {
    pub(super) scenario: u32,
    pub(super) status: u32,
    pub(super) published: Option<i32>,
    pub(super) precision: u8,
    pub(super) source: u32,
    pub(super) note: u32,
}

/// The rows of a piece, packed, and what their numbers mean.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) rows: u64,
    /// Texts in the order in which rows first have them; number 0 is none.
    pub(super) texts: Vec<String>,
    pub(super) attributes: Vec<Attributes>,
    /// Irregular periods with the row that first has them.
    pub(super) spans: Vec<((i32, i32), u32)>,
    /// In the order of their first rows.
    pub(super) runs: Vec<Run>,
}

/// Takes the rows of one piece of the input after another; each thread has its own.
#[derive(Debug)]
pub struct BulkWriter<'a> {
    intake: &'a Intake,
    rows: u32,
    texts: HashMap<String, u32>,
    piece: Piece,
    attributes: HashMap<Attributes, u32>,
    spans: HashMap<(i32, i32), i32>,
    /// Position of each run.
    index: HashMap<RunKey, usize>,
    runs: Vec<OpenRun>,
    /// Rows of former runs, emptied.
    spare: Vec<Vec<Cell>>,
    /// The run of the last row, and what rows must share with it in order to be in it too.
    current: usize,
    last: (u32, u32, u32, u8, i32),
}

#[derive(Debug)]
struct OpenRun {
    key: RunKey,
    cells: Vec<Cell>,
    stretches: Vec<Stretch>,
}

/// No row has this: an indicator and an attribute set that cannot both be.
const NOTHING: (u32, u32, u32, u8, i32) = (u32::MAX, u32::MAX, u32::MAX, u8::MAX, i32::MAX);

impl<'a> BulkWriter<'a> {
    pub(super) fn new(intake: &'a Intake) -> Self {
        Self {
            intake,
            rows: 0,
            texts: HashMap::new(),
            piece: Piece::default(),
            attributes: HashMap::new(),
            spans: HashMap::new(),
            index: HashMap::new(),
            runs: Vec::new(),
            spare: Vec::new(),
            current: 0,
            last: NOTHING,
        }
    }

    /// Where the figures of a region lie; `None` if it is not defined, or one of more regions
    /// of its level than a sheet has room for.
    pub fn region(&self, region: RegionId) -> Option<BulkRegion> {
        self.intake.region(region)
    }

    /// How many rows the piece has so far.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The number of a set of attributes, until the piece ends. To be asked for when a row has it:
    /// the order decides on the numbers of texts in the store.
    ///
    /// # Errors
    /// [`StoreError::Limit`] for a text of more than 64 KiB.
    pub fn attributes(&mut self, attributes: &BulkAttributes<'_>) -> Result<AttributesId> {
        let scenario = self.text(attributes.scenario.as_str())?;
        let source = self.text(attributes.source.unwrap_or_default())?;
        let note = self.text(attributes.note.unwrap_or_default())?;
        let numbered = Attributes {
            scenario,
            status: attributes.status.bits(),
            published: attributes.published.map(Date::day_number),
            precision: attributes.precision as u8,
            source,
            note,
        };
        let next = number_of(self.piece.attributes.len());
        let number = *self.attributes.entry(numbered).or_insert(next);
        if number == next {
            self.piece.attributes.push(numbered);
        }
        Ok(AttributesId(number))
    }

    fn text(&mut self, text: &str) -> Result<u32> {
        if text.is_empty() {
            return Ok(0);
        }
        if let Some(number) = self.texts.get(text) {
            return Ok(*number);
        }
        let found = crate::head::length(text.len());
        if found > MOST_TEXT {
            return Err(StoreError::Limit { what: "bytes of a text", found, limit: MOST_TEXT });
        }
        self.piece.texts.push(text.to_owned());
        let number = number_of(self.piece.texts.len());
        self.texts.insert(text.to_owned(), number);
        Ok(number)
    }

    /// Takes a row in: a figure as mantissa and digits after the point, or a withdrawal.
    ///
    /// `attributes` are of this piece; a piece has at most 2^32 - 1 rows, later ones are counted
    /// and refused when it ends.
    #[inline]
    pub fn push(
        &mut self,
        indicator: IndicatorId,
        region: BulkRegion,
        period: BulkPeriod,
        attributes: AttributesId,
        value: Option<(i64, u8)>,
    ) {
        let ordinal =
            if period.frequency == SPANS { self.span(period.days) } else { period.ordinal };
        let kind = (indicator.0, attributes.0, region.group, period.frequency, era(ordinal));
        if kind != self.last {
            self.select(kind);
        }
        if let Some(run) = self.runs.get_mut(self.current) {
            run.cells.push(Cell::new(region.ordinal, ordinal, attributes.0, value));
        }
        self.rows = self.rows.saturating_add(1);
    }

    /// Finds the run for rows of a kind, or begins it.
    #[cold]
    fn select(&mut self, kind: (u32, u32, u32, u8, i32)) {
        let (indicator, attributes, group, frequency, era) = kind;
        self.last = kind;
        let attributes = self.piece.attributes.get(attributes as usize);
        let scenario = attributes.map_or(0, |attributes| attributes.scenario);
        let key = RunKey { indicator, scenario, group, frequency, era };
        let next = self.runs.len();
        self.current = *self.index.entry(key).or_insert(next);
        if self.current == next {
            let cells = self.spare.pop().unwrap_or_default();
            self.runs.push(OpenRun { key, cells, stretches: Vec::new() });
        }
        if let Some(run) = self.runs.get_mut(self.current) {
            let index = number_of(run.cells.len());
            let stretch = Stretch { index, row: self.rows };
            let is_next =
                |last: &Stretch| self.rows.wrapping_sub(last.row) == index.wrapping_sub(last.index);
            if !run.stretches.last().is_some_and(is_next) {
                run.stretches.push(stretch);
            }
        }
    }

    /// The number of an irregular period within the piece.
    #[cold]
    fn span(&mut self, days: (i32, i32)) -> i32 {
        let next = i32::try_from(self.piece.spans.len()).unwrap_or(i32::MAX);
        let number = *self.spans.entry(days).or_insert(next);
        if number == next {
            self.piece.spans.push((days, self.rows));
        }
        number
    }

    /// Ends the piece with this number; pieces count as if they came in the order of their
    /// numbers, whichever thread ends them when. The next row begins another piece.
    ///
    /// # Errors
    /// [`StoreError::Io`] when memory has no room for the piece and the disk has none either,
    /// [`StoreError::Limit`].
    pub fn end_piece(&mut self, number: u64) -> Result<()> {
        let mut piece = std::mem::take(&mut self.piece);
        piece.rows = u64::from(std::mem::take(&mut self.rows));
        self.texts.clear();
        self.attributes.clear();
        self.spans.clear();
        self.index.clear();
        self.last = NOTHING;
        for OpenRun { key, mut cells, stretches } in self.runs.drain(..) {
            piece.runs.push(Run::pack(key, &cells, stretches));
            cells.clear();
            self.spare.push(cells);
        }
        if piece.rows == u64::from(u32::MAX) {
            let limit = u64::from(u32::MAX).saturating_sub(1);
            return Err(StoreError::Limit { what: "rows in a piece", found: piece.rows, limit });
        }
        self.intake.take(number, piece)
    }
}

fn number_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
