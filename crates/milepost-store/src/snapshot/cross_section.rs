//! Reading cross-sections, frame by frame.

use milepost_model::{Date, IndicatorId, Period, Scenario};

use super::{
    Section, Selection, Snapshot,
    pieces::{Piece, Sheets},
    section::Periods,
    wrong::{Wrong, check, check_record},
};
use crate::{
    error::Result,
    frame::{Attribute, CELLS, CellSet, Column, FrameView},
    state::State,
};

impl Snapshot {
    /// The figures of one period of many regions, as columns: as they are known now, or were known
    /// at the close of a day.
    ///
    /// It says exactly what [`Snapshot::observation`] says of each region, but reads the figures of
    /// neighbouring regions at once: those of 10,000 take as long as unpacking some 20 KiB.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, Region, RegionId, Scenario};
    /// use milepost_store::{Batch, Store};
    ///
    /// let mut store = Store::in_memory();
    /// let region = |number| Region::new(format!("C{number}")).level(3).into();
    /// store.define(vec![Indicator::stock("si.participants").into()])?;
    /// store.define((0..5).map(region).collect())?;
    /// let indicator = store.snapshot().catalogue().indicator_named("si.participants").unwrap();
    /// let fact = |region, value: &str| {
    ///     Fact::new(indicator, RegionId(region), "2024".parse().unwrap(), value.parse().ok())
    /// };
    /// let facts = vec![fact(0, "19.5"), fact(1, "7"), fact(3, "0.25")];
    /// store.commit(Batch { facts, ..Batch::default() })?;
    ///
    /// let snapshot = store.snapshot();
    /// let communes = snapshot.selection(&[0, 1, 2, 3].map(RegionId));
    /// let (reported, year) = (Scenario::reported(), "2024".parse()?);
    /// let section = snapshot.cross_section(indicator, &reported, &communes, year, None)?;
    /// assert!(section.is_regular() && section.is_plain());
    /// assert_eq!((section.mantissas(), section.scale()), (&[1950, 700, 0, 25][..], 2));
    /// assert_eq!((section.present()[0], section.count()), (0b1011, 3));
    /// assert_eq!(section.value(0), "19.5".parse().ok());
    /// assert_eq!(section.value(2), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Corrupt`](crate::StoreError::Corrupt) if a frame is damaged.
    pub fn cross_section(
        &self,
        indicator: IndicatorId,
        scenario: &Scenario,
        selection: &Selection,
        period: Period,
        as_of: Option<Date>,
    ) -> Result<Section> {
        let mut section = Section::default();
        self.cross_section_into(indicator, scenario, selection, period, as_of, &mut section)?;
        Ok(section)
    }

    /// [`Snapshot::cross_section`] into one that is there already, for reading many of them.
    ///
    /// # Errors
    /// As for [`Snapshot::cross_section`]; the section then has some of the figures.
    pub fn cross_section_into(
        &self,
        indicator: IndicatorId,
        scenario: &Scenario,
        selection: &Selection,
        period: Period,
        as_of: Option<Date>,
        section: &mut Section,
    ) -> Result<()> {
        section.reset(Periods::One(period), selection.len(), &self.state.strings);
        let Some(mut sheets) = Sheets::of(self, indicator, scenario) else { return Ok(()) };
        let mut pieces = Vec::new();
        sheets.pieces(selection.runs(), period, |piece| pieces.push(piece));
        let entries = pieces.iter().filter_map(|piece| self.state.entry(piece.place));
        section.set_scale(entries.map(Section::finest).max().unwrap_or(0));
        self.will_need(pieces.iter().map(|piece| piece.place));
        let mut reader = Reader { state: &self.state, as_of, section, buffers: Buffers::new() };
        for frame in pieces.chunk_by(Piece::is_beside) {
            let [piece, ..] = frame else { continue };
            let view = self.view(piece.place)?;
            reader.read(&view, frame).map_err(|wrong| wrong.at(self, piece.place))?;
        }
        Ok(())
    }
}

/// Room for the cells of one frame.
struct Buffers {
    numbers: [i64; CELLS],
    values: Vec<u32>,
}

impl Buffers {
    fn new() -> Self {
        Self { numbers: [0; CELLS], values: Vec::new() }
    }
}

/// Takes frames over into a section.
struct Reader<'a> {
    state: &'a State,
    as_of: Option<Date>,
    section: &'a mut Section,
    buffers: Buffers,
}

impl Reader<'_> {
    /// Takes over some cells of a frame, in ascending order.
    fn read(&mut self, view: &FrameView<'_>, pieces: &[Piece<'_>]) -> Result<(), Wrong> {
        let known = match self.as_of {
            Some(day) if !view.is_latest_as_of(day.day_number()) => {
                if !view.has_history() && day.day_number() < view.entry().known_min {
                    return Ok(());
                }
                view.known_as_of(day.day_number())
            }
            _ => CellSet::FULL,
        };
        let Some(factor) = self.section.factor(view) else {
            return self.read_one_by_one(view, pieces, &CellSet::FULL);
        };
        let ([first, ..], [.., last]) = (pieces, pieces) else { return Ok(()) };
        let (values, withdrawn) = (view.values().and(&known), view.withdrawn().and(&known));
        let span = first.cells.start..last.cells.end;
        if let Some(numbers) = self.buffers.numbers.get_mut(..span.len()) {
            view.mantissas_of(span.clone(), &values, numbers);
            if factor != 1 {
                for number in numbers {
                    *number = number.wrapping_mul(factor);
                }
            }
        }
        let mut is_known = false;
        for piece in pieces {
            let from = piece.cells.start.saturating_sub(span.start);
            let numbers = self.buffers.numbers.get(from..from.saturating_add(piece.cells.len()));
            let places = self.section.mantissas_mut(piece.at, piece.cells.len());
            if let (Some(places), Some(numbers)) = (places, numbers) {
                places.copy_from_slice(numbers);
            }
            is_known |= self.section.mark(piece.at, &piece.cells, &values, &withdrawn);
        }
        if is_known {
            for attribute in Attribute::ALL {
                self.read_attribute(attribute, view.attribute(attribute), &span, pieces)?;
            }
        }
        let rest = view.known().without(&known);
        if view.has_history() && !rest.is_empty() {
            self.read_one_by_one(view, pieces, &rest)?;
        }
        Ok(())
    }

    fn read_attribute(
        &mut self,
        attribute: Attribute,
        column: Column<'_>,
        span: &std::ops::Range<usize>,
        pieces: &[Piece<'_>],
    ) -> Result<(), Wrong> {
        if let Some(value) = column.constant() {
            check(&self.state.strings, attribute, value.into())?;
            for piece in pieces {
                self.section.set_uniform(attribute, piece.at, piece.cells.len(), value);
            }
            return Ok(());
        }
        let Some(numbers) = self.buffers.numbers.get_mut(..span.len()) else { return Ok(()) };
        column.unpack(span.clone(), numbers);
        let mut values = std::mem::take(&mut self.buffers.values);
        values.clear();
        let mut last = None;
        for number in self.buffers.numbers.iter().take(span.len()) {
            if last != Some(*number) {
                check(&self.state.strings, attribute, *number)?;
                last = Some(*number);
            }
            values.push(u32::try_from(*number).unwrap_or(0));
        }
        for piece in pieces {
            let from = piece.cells.start.saturating_sub(span.start);
            let values = values.get(from..from.saturating_add(piece.cells.len()));
            self.section.set_each(attribute, piece.at, values.unwrap_or_default());
        }
        self.buffers.values = values;
        Ok(())
    }

    /// Takes over those of the pieces' cells that are in `cells`, each by itself.
    fn read_one_by_one(
        &mut self,
        view: &FrameView<'_>,
        pieces: &[Piece<'_>],
        cells: &CellSet,
    ) -> Result<(), Wrong> {
        for piece in pieces {
            for (cell, position) in piece.cells.clone().zip(piece.at..) {
                if !cells.contains(cell) {
                    continue;
                }
                let cell = u16::try_from(cell).unwrap_or(u16::MAX);
                if let Some(record) = super::read(view, cell, self.as_of)? {
                    check_record(&self.state.strings, &record)?;
                    self.section.put(position, &record);
                }
            }
        }
        Ok(())
    }
}
