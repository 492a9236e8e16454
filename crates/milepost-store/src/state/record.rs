//! Taking facts into frames: the one piece of code behind commits, recovery and readers.

use std::sync::Arc;

use super::{
    State,
    sheet::{Sheet, SheetKey, frequency_of, period},
};
use crate::{
    error::StoreError,
    frame::{CellRecord, FrameContent, Inserted, encode},
    head::Row,
};

/// What came of the rows of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) added: u64,
    pub(crate) revised: u64,
    pub(crate) withdrawn: u64,
    /// Positions of the rows that were known already, ascending.
    pub(crate) unchanged: Vec<usize>,
}

/// Why rows cannot be taken; the state is then of no use.
#[derive(Debug)]
pub(crate) enum RecordError {
    /// A row contradicts what is known.
    Conflict { position: usize, row: Box<Row>, known: CellRecord },
    /// A row does not fit.
    Row { row: usize, what: String },
    /// What is there cannot be read.
    Store(StoreError),
}

/// Where a row goes. The order is that of frames, and within a cell that of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    sheet: u32,
    frame: u32,
    cell: u16,
    row: u32,
}

/// One period of a sheet.
#[derive(Clone, Copy)]
struct Line {
    key: SheetKey,
    days: (i32, i32),
    sheet: u32,
    /// The ordinal.
    period: i32,
}

const NO_ROOM: &str = "the sheet has no room for the region or the period";

/// How far a long operation has come.
pub(crate) type Ticker<'a> = &'a mut dyn FnMut(u64);

impl State {
    /// Takes rows in. All of them were checked against nothing yet.
    pub(crate) fn record(
        &mut self,
        rows: &[Row],
        recorded: i32,
        tick: Ticker<'_>,
    ) -> Result<Recorded, RecordError> {
        let mut placed = self.place(rows)?;
        placed.sort_unstable();
        let mut outcome = Recorded::default();
        let mut done = 0u64;
        for frame in placed.chunk_by(|a, b| (a.sheet, a.frame) == (b.sheet, b.frame)) {
            self.record_frame(frame, rows, recorded, &mut outcome)?;
            done = done.saturating_add(crate::head::length(frame.len()));
            tick(done);
        }
        outcome.unchanged.sort_unstable();
        Ok(outcome)
    }

    /// Finds the cell of each row, opening sheets and numbering spans as needed.
    fn place(&mut self, rows: &[Row]) -> Result<Vec<Placed>, RecordError> {
        let mut placed = Vec::with_capacity(rows.len());
        // Neighbours mostly have the same period, and are in the same sheet.
        let mut last: Option<Line> = None;
        for (position, row) in rows.iter().enumerate() {
            let wrong = |what: &str| RecordError::Row { row: position, what: what.to_owned() };
            let days = (row.first_day, row.last_day);
            let frequency = match last {
                Some(line) if line.days == days => line.key.frequency,
                _ => period(row.first_day, row.last_day)
                    .map(frequency_of)
                    .ok_or_else(|| wrong("the period lies outside the calendar"))?,
            };
            if self.catalogue.get_indicator(milepost_model::IndicatorId(row.indicator)).is_none() {
                return Err(wrong("the indicator is not defined"));
            }
            let (group, region) =
                self.groups.place(row.region).ok_or_else(|| wrong("the region is not defined"))?;
            if self.strings.get(row.scenario).is_none_or(|name| name.is_empty())
                || [row.source, row.note].iter().any(|&text| self.strings.get(text).is_none())
            {
                return Err(wrong("a text has no such number"));
            }
            let (indicator, scenario) = (row.indicator, row.scenario);
            let key = SheetKey { indicator, scenario, group, frequency };
            let line = match last {
                Some(line) if (line.key, line.days) == (key, days) => line,
                _ => self.line(key, days).map_err(wrong)?,
            };
            last = Some(line);
            let address = self
                .sheet(line.sheet)
                .and_then(|sheet| sheet.shape.locate(region, line.period))
                .ok_or_else(|| wrong(NO_ROOM))?;
            let row = u32::try_from(position).map_err(|_| wrong("the batch is too long"))?;
            placed.push(Placed {
                sheet: line.sheet,
                frame: address.frame,
                cell: address.cell,
                row,
            });
        }
        Ok(placed)
    }

    /// Finds the sheet of a key and the ordinal of a period in it, new ones if needed.
    fn line(&mut self, key: SheetKey, days: (i32, i32)) -> Result<Line, &'static str> {
        let period = period(days.0, days.1).ok_or("the period lies outside the calendar")?;
        let sheet = self.sheet_or_new(key).ok_or("there are too many sheets")?;
        let changed = self.sheet_mut(sheet).ok_or("there is no such sheet")?;
        let period = changed.ordinal_or_new(period).ok_or(NO_ROOM)?;
        Ok(Line { key, days, sheet, period })
    }

    /// Takes the rows of one frame in, and encodes it if any of them is news.
    fn record_frame(
        &mut self,
        placed: &[Placed],
        rows: &[Row],
        recorded: i32,
        outcome: &mut Recorded,
    ) -> Result<(), RecordError> {
        let Some(&Placed { sheet, frame, row: first, .. }) = placed.first() else { return Ok(()) };
        let mut content = self.content(sheet, frame).map_err(RecordError::Store)?;
        let mut is_changed = false;
        for place in placed {
            let position = place.row as usize;
            let Some(row) = rows.get(position) else { continue };
            let inserted = content.insert(place.cell, row.cell(recorded)).map_err(|known| {
                RecordError::Conflict { position, row: Box::new(*row), known: known.known }
            })?;
            let count = match inserted {
                Inserted::Same => {
                    outcome.unchanged.push(position);
                    continue;
                }
                _ if row.value.is_none() => &mut outcome.withdrawn,
                Inserted::New => &mut outcome.added,
                Inserted::Superseded | Inserted::History => &mut outcome.revised,
            };
            *count = count.saturating_add(1);
            is_changed = true;
        }
        if is_changed {
            let encoded = encode(&content).map_err(|error| RecordError::Row {
                row: first as usize,
                what: error.to_string(),
            })?;
            if let Some(sheet) = self.sheet_mut(sheet) {
                sheet.put(frame, Arc::new(encoded));
            }
        }
        Ok(())
    }

    /// What a frame holds now.
    pub(crate) fn content(&self, sheet: u32, frame: u32) -> Result<FrameContent, StoreError> {
        let Some(place) = self.sheet(sheet).and_then(|sheet| sheet.find(frame)) else {
            return Ok(FrameContent::default());
        };
        let view = self.view(place)?;
        view.decode().map_err(|error| self.damage(place, error))
    }

    /// The number of a sheet, a new one if needed; `None` if no number is left.
    pub(crate) fn sheet_or_new(&mut self, key: SheetKey) -> Option<u32> {
        if let Some(number) = self.index.get(&key) {
            return Some(*number);
        }
        let number = u32::try_from(self.sheets.len()).ok()?;
        self.sheets.push(Arc::new(Sheet::new(key, self.groups.size(key.group))));
        Arc::make_mut(&mut self.index).insert(key, number);
        Some(number)
    }

    /// The ordinal of an irregular period in a sheet, a new one if needed; `None` if no cell has it.
    pub(crate) fn ordinal_of_span(&mut self, sheet: u32, days: (i32, i32)) -> Option<i32> {
        let sheet = self.sheet_mut(sheet)?;
        let ordinal = sheet.ordinal_or_new(period(days.0, days.1)?)?;
        sheet.shape.locate(0, ordinal).map(|_| ordinal)
    }

    /// A sheet of this state alone: the first call copies the maps that snapshots share.
    fn sheet_mut(&mut self, number: u32) -> Option<&mut Sheet> {
        self.sheets.get_mut(usize::try_from(number).ok()?).map(Arc::make_mut)
    }
}

impl Row {
    fn cell(&self, recorded: i32) -> CellRecord {
        CellRecord {
            value: self.value,
            status: self.status,
            published: self.published,
            recorded,
            precision: self.precision as u8,
            source: self.source,
            note: self.note,
        }
    }
}
