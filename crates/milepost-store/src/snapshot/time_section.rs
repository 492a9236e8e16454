//! Reading the figures of one region along time.

use milepost_model::{Date, IndicatorId, Period, RegionId, Scenario};

use super::{
    Section, Snapshot,
    pieces::Sheets,
    read,
    section::Periods,
    wrong::{Wrong, check_record},
};
use crate::{
    error::Result,
    frame::{Address, Attribute, FrameView},
    state::{Place, SPANS, Strings},
};

/// Where the figure of a period lies.
struct Located<'a> {
    position: usize,
    place: Place<'a>,
    address: Address,
}

impl Snapshot {
    /// The figures of one region for each of some periods, as columns: as they are known now, or
    /// were known at the close of a day.
    ///
    /// It says exactly what [`Snapshot::observation`] says of each period, and takes no time for
    /// others: of 360 months it reads 360 cells, some 10 microseconds. Periods that follow each
    /// other are read fastest.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, Region, RegionId, Scenario};
    /// use milepost_store::{Batch, Store};
    ///
    /// let mut store = Store::in_memory();
    /// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
    /// let indicator = store.snapshot().catalogue().indicator_named("si.participants").unwrap();
    /// let fact = |year: &str, value: &str| {
    ///     Fact::new(indicator, RegionId(0), year.parse().unwrap(), value.parse().ok())
    /// };
    /// let facts = vec![fact("2022", "19.5"), fact("2024", "0.25")];
    /// store.commit(Batch { facts, ..Batch::default() })?;
    ///
    /// let years = ["2022", "2023", "2024"].map(|year| year.parse().unwrap());
    /// let (snapshot, reported) = (store.snapshot(), Scenario::reported());
    /// let section = snapshot.time_section(indicator, RegionId(0), &reported, &years, None)?;
    /// assert!(section.is_regular() && section.is_plain());
    /// assert_eq!((section.mantissas(), section.scale()), (&[1950, 0, 25][..], 2));
    /// assert_eq!((section.present()[0], section.count()), (0b101, 2));
    /// assert_eq!(section.observation(2).unwrap().period, years[2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Corrupt`](crate::StoreError::Corrupt) if a frame is damaged.
    pub fn time_section(
        &self,
        indicator: IndicatorId,
        region: RegionId,
        scenario: &Scenario,
        periods: &[Period],
        as_of: Option<Date>,
    ) -> Result<Section> {
        let mut section = Section::default();
        section.reset(Periods::Each(periods.to_vec()), periods.len(), &self.state.strings);
        let cells = self.cells(indicator, region, scenario, periods);
        let entries = cells.iter().filter_map(|cell| self.state.entry(cell.place));
        section.set_scale(entries.map(Section::finest).max().unwrap_or(0));
        self.will_need(cells.iter().map(|cell| cell.place));
        let strings = &self.state.strings;
        let mut reader = Reader { strings, as_of, section, like: None, is_varied: false };
        for cells in cells.chunk_by(|one, other| one.address.frame == other.address.frame) {
            let [Located { place, .. }, ..] = cells else { continue };
            let view = self.view(*place)?;
            reader.read(&view, cells).map_err(|wrong| wrong.at(self, *place))?;
        }
        Ok(reader.section)
    }

    /// Where the figures of some periods lie, of those that have a frame.
    fn cells(
        &self,
        indicator: IndicatorId,
        region: RegionId,
        scenario: &Scenario,
        periods: &[Period],
    ) -> Vec<Located<'_>> {
        let mut cells = Vec::with_capacity(periods.len());
        let Some((group, ordinal)) = self.state.groups.place(region.0) else { return cells };
        let Some(mut sheets) = Sheets::of(self, indicator, scenario) else { return cells };
        let mut near = usize::MAX;
        for (position, period) in periods.iter().enumerate() {
            let regular = period.place();
            let frequency = regular.map_or(SPANS, |(frequency, _)| frequency.index());
            let Some(sheet) = sheets.sheet(group, frequency) else { continue };
            let number = regular.map(|(_, number)| number).or_else(|| sheet.ordinal(*period));
            let address = number.and_then(|number| sheet.shape.locate(ordinal, number));
            let Some(address) = address else { continue };
            if let Some(place) = sheet.find_near(address.frame, &mut near) {
                cells.push(Located { position, place, address });
            }
        }
        cells
    }
}

/// Takes figures over into a section.
struct Reader<'a> {
    strings: &'a Strings,
    as_of: Option<Date>,
    section: Section,
    /// The attributes of the last figure, where all of its frame have the same: those of
    /// neighbouring periods are mostly alike.
    like: Option<[u32; 6]>,
    /// Whether there were others before.
    is_varied: bool,
}

impl Reader<'_> {
    /// Takes over some cells of a frame.
    fn read(&mut self, view: &FrameView<'_>, cells: &[Located<'_>]) -> Result<(), Wrong> {
        let is_latest = self.as_of.is_none_or(|day| view.is_latest_as_of(day.day_number()));
        let attributes = view.uniform_attributes().filter(|_| is_latest);
        for Located { position, address: Address { cell, .. }, .. } in cells {
            if let Some(attributes) = attributes.filter(|_| attributes == self.like)
                && let Some(mantissa) = self.mantissa(view, *cell)
            {
                self.section.put_mantissa(*position, mantissa);
                if self.is_varied {
                    for (attribute, value) in Attribute::ALL.into_iter().zip(attributes) {
                        self.section.set_uniform(attribute, *position, 1, value);
                    }
                }
                continue;
            }
            let Some(record) = read(view, *cell, self.as_of)? else { continue };
            check_record(self.strings, &record)?;
            self.section.put(*position, &record);
            self.is_varied |=
                attributes.is_none() || self.like.is_some_and(|like| Some(like) != attributes);
            self.like = attributes;
        }
        Ok(())
    }

    /// The mantissa of a cell at the section's scale, where that takes no more than a look.
    fn mantissa(&self, view: &FrameView<'_>, cell: u16) -> Option<i64> {
        let mantissa = view.mantissa(cell)?;
        let shift = i16::from(self.section.scale()).checked_sub(view.entry().scale.into())?;
        if shift == 0 {
            return Some(mantissa);
        }
        mantissa.checked_mul(10_i64.checked_pow(u32::try_from(shift).ok()?)?)
    }
}
