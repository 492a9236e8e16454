//! Reading: an unchanging view of a store.

mod absent;
mod cross_section;
mod pieces;
mod reads;
mod section;
mod selection;
mod series;
mod time_section;
mod total;
mod totals;
mod wrong;

use std::{collections::BTreeSet, sync::Arc};

use milepost_model::{
    Catalogue, Date, Decimal, IndicatorId, Period, Precision, RegionId, Scenario, Status,
};

use crate::{
    Guard, Stop,
    batch::CommitId,
    error::{Result, StoreError},
    frame::{CELLS, CellRecord, CellSet, FormatError, FrameView},
    state::{Location, Place, SPANS, Sheet, SheetKey, State, frequency_of},
};

pub use absent::Absent;
pub use reads::Reads;
pub use section::Section;
pub use selection::{Partition, Selection};
pub use total::Total;
pub use totals::Totals;

use reads::Counter;

/// One figure, as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// When: a stock holds at the close, a flow accrues over the whole of it.
    pub period: Period,
    /// The figure; `None` where it was withdrawn.
    pub value: Option<Decimal>,
    /// What is known about the figure.
    pub status: Status,
    /// The day on which it was published, where that is known.
    pub published: Option<Date>,
    /// The day on which the store learnt it.
    pub recorded: Date,
    /// How exactly it was printed.
    pub precision: Precision,
    /// Who published it.
    pub source: Option<Arc<str>>,
    /// A remark.
    pub note: Option<Arc<str>>,
}

impl Observation {
    /// The day from which the figure is known: published, or else recorded. `as of` goes by it.
    pub fn known(&self) -> Date {
        self.published.unwrap_or(self.recorded)
    }
}

/// What a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Commits since the store was created.
    pub commits: u64,
    /// Segment files.
    pub segments: u64,
    /// Bytes of the segment files.
    pub segment_bytes: u64,
    /// Frames in their present version, on disk and in memory.
    pub frames: u64,
    /// Frames in memory only: what the log holds beyond the segments.
    pub fresh_frames: u64,
    /// Bytes of the frames in their present version.
    pub frame_bytes: u64,
    /// Frames on disk that later ones supersede.
    pub superseded_frames: u64,
    /// Cells with a figure, superseded and withdrawn ones not counted.
    pub points: u64,
}

/// An unchanging view of a store: cheap to clone, to be sent to other threads and kept.
///
/// ```
/// use milepost_model::{Fact, Indicator, Region, Scenario};
/// use milepost_store::{Batch, Store};
///
/// let mut store = Store::in_memory();
/// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
/// let snapshot = store.snapshot();
/// let indicator = snapshot.catalogue().indicator_named("si.participants").unwrap();
/// let region = snapshot.catalogue().region_with_uid("VN@0").unwrap();
///
/// let fact = Fact::new(indicator, region, "2024".parse()?, Some("19.5".parse()?));
/// store.commit(Batch { facts: vec![fact], ..Batch::default() })?;
///
/// let reported = Scenario::reported();
/// let read = store.snapshot().observation(indicator, region, &reported, "2024".parse()?, None)?;
/// assert_eq!(read.unwrap().value, Some("19.5".parse()?));
/// // The earlier snapshot is as it was.
/// assert_eq!(snapshot.observation(indicator, region, &reported, "2024".parse()?, None)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot {
    state: Arc<State>,
    /// Only where what is read is to be told.
    counter: Option<Arc<Counter>>,
    guard: Option<Guard>,
}

impl Snapshot {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self { state, counter: None, guard: None }
    }

    /// The last commit this snapshot sees.
    pub fn id(&self) -> CommitId {
        CommitId { epoch: self.state.epoch, sequence: self.state.sequence }
    }

    /// What names stand for.
    pub fn catalogue(&self) -> &Catalogue {
        &self.state.catalogue
    }

    /// A value that is worked out from what the snapshot shows, such as an index: made once, empty,
    /// and shared by all snapshots of the same commit. The type fills it as it is used.
    ///
    /// ```
    /// use std::sync::OnceLock;
    /// use milepost_store::Store;
    ///
    /// #[derive(Default)]
    /// struct Names(OnceLock<usize>);
    ///
    /// let store = Store::in_memory();
    /// let count = || 0;
    /// assert_eq!(*store.snapshot().derived::<Names>().0.get_or_init(count), 0);
    /// assert!(store.snapshot().derived::<Names>().0.get().is_some());
    /// ```
    pub fn derived<T: std::any::Any + Default + Send + Sync>(&self) -> Arc<T> {
        self.state.derived.get()
    }

    /// The same for what is worked out from the catalogue alone, such as which regions lie in
    /// which: it is kept over commits of figures, until one defines anything new. A
    /// [`Selection`] or a [`Partition`] may be part of it.
    ///
    /// ```
    /// use std::sync::OnceLock;
    /// use milepost_model::{Fact, Indicator, Region};
    /// use milepost_store::{Batch, Store};
    ///
    /// #[derive(Default)]
    /// struct Count(OnceLock<usize>);
    ///
    /// let mut store = Store::in_memory();
    /// store.define(vec![Indicator::stock("x").into(), Region::new("VN").into()])?;
    /// let snapshot = store.snapshot();
    /// let regions = || snapshot.catalogue().regions().len();
    /// assert_eq!(*snapshot.derived_of_catalogue::<Count>().0.get_or_init(regions), 1);
    ///
    /// let (indicator, region) = (snapshot.catalogue().indicator_named("x"), "VN@0");
    /// let region = snapshot.catalogue().region_with_uid(region);
    /// let fact = Fact::new(indicator.unwrap(), region.unwrap(), "2024".parse()?, Some(1.into()));
    /// store.commit(Batch { facts: vec![fact], ..Batch::default() })?;
    /// assert_eq!(store.snapshot().derived_of_catalogue::<Count>().0.get(), Some(&1));
    /// store.define(vec![Region::new("LA").into()])?;
    /// assert_eq!(store.snapshot().derived_of_catalogue::<Count>().0.get(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn derived_of_catalogue<T: std::any::Any + Default + Send + Sync>(&self) -> Arc<T> {
        self.state.derived_of_catalogue.get()
    }

    /// The number of the last batch taken from a producer of tokens.
    pub fn last_batch(&self, producer: &str) -> Option<u64> {
        self.state.last_batch(producer)
    }

    /// The same snapshot, whose reads look at a guard once a frame and end with
    /// [`StoreError::Stopped`] where it says so.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, Region, Scenario};
    /// use milepost_store::{Batch, CancelToken, Guard, Stop, Store, StoreError};
    ///
    /// let mut store = Store::in_memory();
    /// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
    /// let snapshot = store.snapshot();
    /// let indicator = snapshot.catalogue().indicator_named("si.participants").unwrap();
    /// let region = snapshot.catalogue().region_with_uid("VN@0").unwrap();
    /// let fact = Fact::new(indicator, region, "2024".parse()?, Some("19.5".parse()?));
    /// store.commit(Batch { facts: vec![fact], ..Batch::default() })?;
    ///
    /// let token = CancelToken::new();
    /// let guarded = store.snapshot().guarded(Guard::new(None, Some(token.clone()), u64::MAX));
    /// let reported = Scenario::reported();
    /// assert_eq!(guarded.series(indicator, region, &reported, None)?.len(), 1);
    /// token.cancel();
    /// let stopped = guarded.series(indicator, region, &reported, None).unwrap_err();
    /// assert!(matches!(stopped, StoreError::Stopped(Stop::Cancelled)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn guarded(&self, guard: Guard) -> Self {
        Self { guard: Some(guard), ..self.clone() }
    }

    /// The same snapshot without a guard, for what outlives the work that was guarded.
    #[must_use]
    pub fn unguarded(&self) -> Self {
        Self { guard: None, ..self.clone() }
    }

    /// The guard that reads look at, if there is one.
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    /// Looks at the guard, where there is one.
    #[inline]
    fn check(&self) -> Result<(), Stop> {
        match &self.guard {
            None => Ok(()),
            Some(guard) => guard.check(),
        }
    }

    /// The scenarios for which an indicator has figures, `reported` first, then by name.
    pub fn scenarios(&self, indicator: IndicatorId) -> Vec<Scenario> {
        let sheets = self.state.sheets.iter().filter(|sheet| sheet.key.indicator == indicator.0);
        let mut numbers: Vec<u32> = sheets.map(|sheet| sheet.key.scenario).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let name = |number: u32| Scenario::new(self.state.strings.get(number)?).ok();
        let mut scenarios: Vec<Scenario> = numbers.into_iter().filter_map(name).collect();
        scenarios.sort_by(|a, b| b.is_reported().cmp(&a.is_reported()).then(a.cmp(b)));
        scenarios
    }

    /// The figure of one period, as it is known now or was known at the close of a day.
    ///
    /// `None` where nothing is known; an observation without a value where it was withdrawn.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the frame is damaged.
    pub fn observation(
        &self,
        indicator: IndicatorId,
        region: RegionId,
        scenario: &Scenario,
        period: Period,
        as_of: Option<Date>,
    ) -> Result<Option<Observation>> {
        let Some((sheet, ordinal)) = self.sheet(indicator, region, scenario, frequency_of(period))
        else {
            return Ok(None);
        };
        let Some((place, cell)) = locate(sheet, ordinal, period) else { return Ok(None) };
        let view = self.view(place)?;
        let record = read(&view, cell, as_of).map_err(|error| self.state.damage(place, error))?;
        record.map(|record| self.observe(place, period, &record)).transpose()
    }

    /// Every vintage of one figure, the oldest knowledge first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the frame is damaged.
    pub fn revisions(
        &self,
        indicator: IndicatorId,
        region: RegionId,
        scenario: &Scenario,
        period: Period,
    ) -> Result<Vec<Observation>> {
        let Some((sheet, ordinal)) = self.sheet(indicator, region, scenario, frequency_of(period))
        else {
            return Ok(Vec::new());
        };
        let Some((place, cell)) = locate(sheet, ordinal, period) else { return Ok(Vec::new()) };
        let damage = |error| self.state.damage(place, error);
        let view = self.view(place)?;
        let mut records = view.history(cell).map_err(damage)?;
        records.extend(view.get(cell).map_err(damage)?);
        records.iter().map(|record| self.observe(place, period, record)).collect()
    }

    /// Whether anything was ever recorded for an indicator in a region, whatever the period.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a frame is damaged.
    pub fn has_data(
        &self,
        indicator: IndicatorId,
        region: RegionId,
        scenario: &Scenario,
    ) -> Result<bool> {
        for frequency in frequencies() {
            let Some((sheet, ordinal)) = self.sheet(indicator, region, scenario, frequency) else {
                continue;
            };
            for (frame, place) in sheet.frames_of(ordinal) {
                let view = self.view(place)?;
                for (cell, _) in sheet.cells_of(ordinal, frame) {
                    let record = view.get(cell).map_err(|error| self.state.damage(place, error))?;
                    if record.is_some() {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// The periods in which any region of the same level as one of these has a figure or had one
    /// that was withdrawn: where to look, without reading every region.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a frame is damaged.
    pub fn periods(
        &self,
        indicator: IndicatorId,
        regions: &[RegionId],
        scenario: &Scenario,
    ) -> Result<BTreeSet<Period>> {
        let mut periods = BTreeSet::new();
        let Some(scenario) = self.state.strings.number(scenario.as_str()) else {
            return Ok(periods);
        };
        let places = regions.iter().filter_map(|region| self.state.groups.place(region.0));
        let groups: BTreeSet<u32> = places.map(|(group, _)| group).collect();
        for group in groups {
            for frequency in frequencies() {
                let key = SheetKey { indicator: indicator.0, scenario, group, frequency };
                let Some(sheet) = self.state.sheet_of(&key) else { continue };
                self.periods_of(sheet, &mut periods)?;
            }
        }
        Ok(periods)
    }

    /// The periods in which anything is known in a sheet.
    fn periods_of(&self, sheet: &Sheet, periods: &mut BTreeSet<Period>) -> Result<()> {
        self.check()?;
        // Of a frame of one period the directory tells.
        let is_told = sheet.shape.periods() == 1;
        let mut last = None;
        for (frame, place) in sheet.frames() {
            let known = if is_told {
                CellSet::of_range(0..if self.state.has_cells(place) { CELLS } else { 0 })
            } else {
                self.view(place)?.known()
            };
            for (ordinal, cells) in sheet.shape.rows(frame) {
                // Frames of one period are neighbours.
                if last != Some(ordinal) && !known.and(&CellSet::of_range(cells)).is_empty() {
                    periods.extend(sheet.period(ordinal));
                    last = Some(ordinal);
                }
            }
        }
        Ok(())
    }

    /// What the store holds.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = Statistics { commits: self.state.sequence, ..Statistics::default() };
        for sealed in self.state.segments.iter() {
            statistics.segments = statistics.segments.saturating_add(1);
            statistics.segment_bytes =
                statistics.segment_bytes.saturating_add(sealed.record.length);
        }
        for (_, place) in self.state.sheets.iter().flat_map(|sheet| sheet.frames()) {
            if let Some(entry) = self.state.entry(place) {
                let bytes = crate::head::length(entry.frame_bytes());
                statistics.frames = statistics.frames.saturating_add(1);
                statistics.frame_bytes = statistics.frame_bytes.saturating_add(bytes);
                statistics.points = statistics.points.saturating_add(u64::from(entry.count));
            }
            if matches!(place, Place::Fresh(_)) {
                statistics.fresh_frames = statistics.fresh_frames.saturating_add(1);
            }
        }
        let live = statistics.frames.saturating_sub(statistics.fresh_frames);
        statistics.superseded_frames = self.state.sealed_frames().saturating_sub(live);
        statistics
    }

    /// The sheet with a region's figures, and the region's ordinal in it.
    fn sheet(
        &self,
        indicator: IndicatorId,
        region: RegionId,
        scenario: &Scenario,
        frequency: u8,
    ) -> Option<(&Sheet, u32)> {
        let scenario = self.state.strings.number(scenario.as_str())?;
        let (group, ordinal) = self.state.groups.place(region.0)?;
        let key = SheetKey { indicator: indicator.0, scenario, group, frequency };
        Some((self.state.sheet_of(&key)?, ordinal))
    }

    /// Asks the operating system to start reading frames that will be touched soon, neighbours in
    /// a file at once.
    fn will_need<'a>(&self, places: impl Iterator<Item = Place<'a>>) {
        let mut run: Option<(u32, std::ops::Range<u32>)> = None;
        for place in places {
            let Place::Sealed(Location { segment, entry }) = place else { continue };
            match &mut run {
                Some((last, entries)) if *last == segment && entries.end == entry => {
                    entries.end = entry.saturating_add(1);
                }
                Some((last, entries)) if *last == segment && entries.contains(&entry) => {}
                _ => {
                    self.start_reading(run.take());
                    run = Some((segment, entry..entry.saturating_add(1)));
                }
            }
        }
        self.start_reading(run);
    }

    fn start_reading(&self, run: Option<(u32, std::ops::Range<u32>)>) {
        if let Some((segment, entries)) = run
            && let Some(sealed) = self.state.segments.get(segment as usize)
        {
            sealed.segment.will_need(entries.start as usize..entries.end as usize);
        }
    }

    #[inline]
    fn view<'a>(&'a self, place: Place<'a>) -> Result<FrameView<'a>> {
        self.check()?;
        self.count(place);
        self.state.view(place)
    }

    #[inline]
    fn count(&self, place: Place<'_>) {
        if let Some(counter) = &self.counter {
            counter.frame(&self.state, place);
        }
    }

    fn observe(
        &self,
        place: Place<'_>,
        period: Period,
        record: &CellRecord,
    ) -> Result<Observation> {
        let wrong = |what| move || self.damage(place, what);
        let text = |number: u32| match number {
            0 => Ok(None),
            _ => match self.state.strings.get(number) {
                Some(text) => Ok(Some(Arc::clone(text))),
                None => Err(self.damage(place, "a text has no such number")),
            },
        };
        let day =
            |day| Date::from_day_number(day).ok_or_else(wrong("a day lies outside the calendar"));
        let decimal = |(mantissa, decimals): (i64, u8)| {
            Decimal::new(i128::from(mantissa), decimals)
                .ok_or_else(wrong("a figure has too many decimals"))
        };
        Ok(Observation {
            period,
            value: record.value.map(decimal).transpose()?,
            status: Status::from_bits(record.status),
            published: record.published.map(day).transpose()?,
            recorded: day(record.recorded)?,
            precision: Precision::from_index(record.precision)
                .ok_or_else(wrong("a precision is unknown"))?,
            source: text(record.source)?,
            note: text(record.note)?,
        })
    }

    fn damage(&self, place: Place<'_>, what: &'static str) -> StoreError {
        self.state.damage(place, FormatError::new(0, what))
    }
}

fn frequencies() -> impl Iterator<Item = u8> {
    use milepost_model::Frequency;
    Frequency::ALL.iter().map(|frequency| frequency.index()).chain([SPANS])
}

fn locate(sheet: &Sheet, region: u32, period: Period) -> Option<(Place<'_>, u16)> {
    let address = sheet.shape.locate(region, sheet.ordinal(period)?)?;
    Some((sheet.find(address.frame)?, address.cell))
}

fn read(
    view: &FrameView<'_>,
    cell: u16,
    as_of: Option<Date>,
) -> Result<Option<CellRecord>, FormatError> {
    match as_of {
        Some(day) => view.get_as_of(cell, day.day_number()),
        None => view.get(cell),
    }
}
