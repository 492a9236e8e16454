//! From pieces to sheets: texts, sheets and irregular periods get the numbers that they would have
//! had in a batch.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use super::{
    piece::{Attributes, Piece},
    run::{Cell, Run, RunKey, Stored, Stretch, era},
    spill::Spill,
    unlocked,
};
use crate::{
    error::{Result, StoreError},
    state::{SPANS, SheetKey, State},
    store::intern,
};

/// Everything that is to be encoded.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    /// Sets of attributes, with texts of the store.
    pub(super) attributes: Vec<Attributes>,
    /// By number of the sheet.
    pub(super) all: BTreeMap<u32, Vec<Part>>,
    spill: Option<Mutex<Spill>>,
}

/// A run, and what its numbers mean.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) run: Run,
    /// Rows in the pieces before.
    rows_before: u64,
    /// The numbers in [`Sheets::attributes`] of its piece's sets.
    attributes: Arc<[u32]>,
}

impl Part {
    /// The position among all rows of one of its own.
    pub(super) fn position(&self, index: usize) -> u64 {
        self.rows_before.saturating_add(self.run.row(index))
    }

    /// The number of a row's set of attributes.
    #[inline]
    pub(super) fn attributes(&self, cell: &Cell) -> u32 {
        self.attributes.get(cell.attributes as usize).copied().unwrap_or(0)
    }
}

impl Sheets {
    /// Puts pieces together in the order of their numbers.
    pub(super) fn of(
        state: &mut State,
        pieces: BTreeMap<u64, Piece>,
        spill: Option<Spill>,
    ) -> Result<Self> {
        let mut sheets = Self { spill: spill.map(Mutex::new), ..Self::default() };
        let mut numbers = HashMap::new();
        let mut rows_before = 0u64;
        for piece in pieces.into_values() {
            let rows = piece.rows;
            sheets.add(state, piece, rows_before, &mut numbers)?;
            rows_before = rows_before.saturating_add(rows);
        }
        Ok(sheets)
    }

    fn add(
        &mut self,
        state: &mut State,
        piece: Piece,
        rows_before: u64,
        numbers: &mut HashMap<Attributes, u32>,
    ) -> Result<()> {
        let texts: Vec<u32> = std::iter::once(Ok(0))
            .chain(piece.texts.iter().map(|text| intern(state, text)))
            .collect::<Result<_>>()?;
        let text = |number: u32| texts.get(number as usize).copied().unwrap_or(0);
        let mut attributes = Vec::with_capacity(piece.attributes.len());
        for set in &piece.attributes {
            let set = Attributes {
                scenario: text(set.scenario),
                source: text(set.source),
                note: text(set.note),
                ..*set
            };
            let next = u32::try_from(self.attributes.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(set).or_insert(next);
            if number == next {
                self.attributes.push(set);
            }
            attributes.push(number);
        }
        let attributes: Arc<[u32]> = attributes.into();
        for run in piece.runs {
            let RunKey { indicator, group, frequency, .. } = run.key;
            let scenario = text(run.key.scenario);
            let key = SheetKey { indicator, scenario, group, frequency };
            let number = state.sheet_or_new(key).ok_or_else(|| {
                let what = "there are too many sheets".to_owned();
                refused(rows_before.saturating_add(run.row(0)), what)
            })?;
            let runs = if frequency == SPANS {
                self.with_ordinals(state, number, &run, &piece.spans, rows_before)?
            } else {
                vec![run]
            };
            let part = |run| Part { run, rows_before, attributes: Arc::clone(&attributes) };
            self.all.entry(number).or_default().extend(runs.into_iter().map(part));
        }
        Ok(())
    }

    /// The rows of irregular periods, which a piece numbers by itself, with the ordinals of their
    /// sheet.
    fn with_ordinals(
        &self,
        state: &mut State,
        number: u32,
        run: &Run,
        spans: &[((i32, i32), u32)],
        rows_before: u64,
    ) -> Result<Vec<Run>> {
        type Eras = BTreeMap<i32, (Vec<Cell>, Vec<Stretch>)>;
        let bytes = self.bytes(run)?;
        let mut eras = Eras::new();
        for (index, cell) in run.cells(&bytes).enumerate() {
            let local = usize::try_from(run.period(&cell)).unwrap_or(usize::MAX);
            let ordinal = spans
                .get(local)
                .and_then(|(days, _)| state.ordinal_of_span(number, *days))
                .ok_or_else(|| {
                    let what = "the sheet has no room for the region or the period".to_owned();
                    refused(rows_before.saturating_add(run.row(index)), what)
                })?;
            let (cells, stretches) = eras.entry(era(ordinal)).or_default();
            let row = u32::try_from(run.row(index)).unwrap_or(u32::MAX);
            stretches.push(Stretch { index: u32::try_from(cells.len()).unwrap_or(u32::MAX), row });
            cells.push(Cell::new(cell.region(), ordinal, cell.attributes, cell.value()));
        }
        let pack = |(era, (cells, stretches)): (i32, (Vec<Cell>, Vec<Stretch>))| {
            Run::pack(RunKey { era, ..run.key }, &cells, stretches)
        };
        Ok(eras.into_iter().map(pack).collect())
    }

    /// The bytes of a run, wherever they are.
    pub(super) fn bytes<'a>(&self, run: &'a Run) -> Result<Cow<'a, [u8]>> {
        if let Some(bytes) = run.bytes.in_memory() {
            return Ok(bytes);
        }
        match (&run.bytes, &self.spill) {
            (Stored::Spilled { offset, length }, Some(spill)) => {
                unlocked(spill).read(*offset, *length)
            }
            _ => Ok(Cow::Borrowed(&[])),
        }
    }

    /// Ordinals of the periods of a sheet, each once.
    pub(super) fn periods(parts: &[Part]) -> BTreeSet<i32> {
        parts.iter().flat_map(|part| part.run.periods.iter().copied()).collect()
    }
}

/// A row that cannot be stored.
pub(super) fn refused(position: u64, what: String) -> StoreError {
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    StoreError::unfit(position, what)
}
