//! Reads the store: single figures, whole series, and sums over regions where the figures lie.

use std::borrow::Cow;
use std::cell::{Cell as Counter, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use milepost_lang::Diagnostic;
use milepost_model::{Date, Frequency, IndicatorId, Period, RegionId, Scenario, Strength};
use milepost_store::{Observation, Snapshot, StoreError, Total, Totals};

use crate::admission::Admission;
use crate::cells::{self, Cell, Cells, Request};
use crate::index::{Index, Level, Stored};
use crate::labels::Labels;
use crate::line::Timing;
use crate::rollup::{Peers, Slot};
use crate::watch::{Held, Watch};
use crate::{diagnostics, transform};

/// The first failure to read the store. Roll-ups are read when a period is asked for, deep inside
/// arithmetic; whoever asked for the answer looks here before giving it out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault(Rc<RefCell<Option<Box<Diagnostic>>>>);

impl Fault {
    fn note<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        result.map_err(|error| self.keep(diagnostics::store(&error))).ok()
    }

    fn keep(&self, error: Box<Diagnostic>) {
        self.0.borrow_mut().get_or_insert(error);
    }

    /// The failure, if there was one.
    pub(crate) fn take(&self) -> Option<Box<Diagnostic>> {
        self.0.borrow_mut().take()
    }
}

/// Where figures of a period are stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places<'l> {
    /// The labels of the period itself.
    pub(crate) at: Cow<'l, [Period]>,
    /// The ways to make it up, each with the labels of every part.
    made_of: Vec<Vec<Cow<'l, [Period]>>>,
}

impl<'l> Places<'l> {
    /// Under the labels of the period itself and nowhere else.
    pub(crate) fn only(at: Cow<'l, [Period]>) -> Self {
        Self { at, made_of: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at.is_empty() && self.made_of.is_empty()
    }
}

/// What the readers and the sentences of a statement share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    /// The first failure to read the store.
    pub(crate) fault: Fault,
    readers: Rc<RefCell<Vec<Rc<Reader>>>>,
    inside: Rc<Counter<u32>>,
    peers: RefCell<Option<Rc<Peers>>>,
}

impl Shared {
    /// Counts one more sentence inside an expression and says how many there are.
    pub(crate) fn count_inside(&self) -> u32 {
        self.inside.set(self.inside.get().saturating_add(1));
        self.inside.get()
    }

    /// Lets regions be put together side by side until others are; says which were before.
    pub(crate) fn put_side_by_side(&self, peers: Option<Rc<Peers>>) -> Option<Rc<Peers>> {
        self.peers.replace(peers)
    }

    /// The regions that are put together side by side.
    pub(crate) fn peers(&self) -> Option<Rc<Peers>> {
        self.peers.borrow().clone()
    }

    /// The reader for what is asked, one for all regions.
    pub(crate) fn reader(
        &self,
        snapshot: &Snapshot,
        indicator: IndicatorId,
        nature: Nature,
        (admission, as_of): (&Admission, Option<Date>),
    ) -> Rc<Reader> {
        let is_asked = |reader: &&Rc<Reader>| {
            reader.indicator == indicator
                && reader.nature == nature
                && reader.as_of == as_of
                && reader.admission == *admission
        };
        if let Some(reader) = self.readers.borrow().iter().find(is_asked) {
            return Rc::clone(reader);
        }
        let fault = self.fault.clone();
        let reader = Reader::new(snapshot, indicator, nature, (admission, as_of), fault);
        let reader = Rc::new(reader);
        self.readers.borrow_mut().push(Rc::clone(&reader));
        reader
    }
}

/// How the figures of an indicator relate to their periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nature {
    pub(crate) timing: Timing,
    /// Whether sub-periods add up to their period.
    pub(crate) adds_up: bool,
    /// Whether figures are totals since 1 January, so that what accrued is the difference of two.
    pub(crate) running_total: bool,
}

/// Figures of one label and level that are read one by one until it pays to read all of them.
const SINGLE_MAX: u32 = 8;

/// The figures of one label and level.
type LevelSection = Rc<(Arc<Level>, milepost_store::Section)>;

/// The figures of one label and level, and how often one was asked for.
#[derive(Debug, Default)]
struct Section {
    asked: u32,
    whole: Option<LevelSection>,
    held: Option<Held>,
}

/// What a region takes in a section: its figure, its bits, and the days that may differ.
const SECTION_BYTES: usize = 16;
/// What a sum takes.
const SUM_BYTES: usize = 48;

/// Sums, and the memory that they are counted with.
type Summed = (Rc<Totals>, Held);

/// Sums by the peers that they are of, their boundaries, the depth of their cuts and the label. The
/// peers are kept, so that no others can come to lie where they are.
type TotalsOfPeers = HashMap<(usize, Date, usize, Period), (Rc<Peers>, Summed)>;

/// Reads the admitted figures of one indicator.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) snapshot: Snapshot,
    pub(crate) index: Arc<Index>,
    stored: Arc<Stored>,
    pub(crate) indicator: IndicatorId,
    pub(crate) nature: Nature,
    pub(crate) admission: Admission,
    pub(crate) as_of: Option<Date>,
    fault: Fault,
    /// The scenarios that are admitted.
    scenarios: Vec<Scenario>,
    /// Where figures of each level may be stored.
    labels: RefCell<Vec<(Option<u8>, Arc<Labels>)>>,
    totals: RefCell<TotalsOfPeers>,
    /// By position among the scenarios, level and label.
    sections: RefCell<HashMap<(usize, u8, Period), Section>>,
}

impl Reader {
    pub(crate) fn new(
        snapshot: &Snapshot,
        indicator: IndicatorId,
        nature: Nature,
        (admission, as_of): (&Admission, Option<Date>),
        fault: Fault,
    ) -> Self {
        let mut scenarios = snapshot.scenarios(indicator);
        scenarios.retain(|scenario| admission.reads(scenario));
        Self {
            snapshot: snapshot.clone(),
            index: Index::of(snapshot),
            stored: Stored::of(snapshot),
            indicator,
            nature,
            admission: admission.clone(),
            as_of,
            fault,
            scenarios,
            labels: RefCell::default(),
            totals: RefCell::default(),
            sections: RefCell::default(),
        }
    }

    /// The periods under which figures of regions like these may be stored.
    pub(crate) fn labels(&self, regions: &[RegionId]) -> Arc<Labels> {
        let catalogue = self.snapshot.catalogue();
        let mut levels: Vec<(Option<u8>, RegionId)> = Vec::new();
        for region in regions {
            let level = catalogue.outline(*region).level;
            if levels.iter().all(|(other, _)| *other != level) {
                levels.push((level, *region));
            }
        }
        self.labels_of_levels(&levels)
    }

    /// The same for regions of some levels, each with one region of it.
    pub(crate) fn labels_of_levels(&self, levels: &[(Option<u8>, RegionId)]) -> Arc<Labels> {
        match levels {
            [level] => self.labels_at(*level),
            levels => Labels::together(levels.iter().map(|level| self.labels_at(*level)).collect()),
        }
    }

    /// The periods under which figures of a level may be stored, whatever the scenario.
    pub(crate) fn labels_at(&self, level: (Option<u8>, RegionId)) -> Arc<Labels> {
        let known = |(other, _): &&(Option<u8>, Arc<Labels>)| *other == level.0;
        if let Some((_, labels)) = self.labels.borrow().iter().find(known) {
            return Arc::clone(labels);
        }
        let of_scenario = |scenario| self.labels_of_level(level, scenario);
        let labels = Labels::together(self.scenarios.iter().map(of_scenario).collect());
        self.labels.borrow_mut().push((level.0, Arc::clone(&labels)));
        labels
    }

    fn labels_of_level(&self, level: (Option<u8>, RegionId), scenario: &Scenario) -> Arc<Labels> {
        let labels = self.stored.labels(&self.snapshot, self.indicator, scenario, level);
        labels.map_err(|error| self.fault.keep(error)).unwrap_or_default()
    }

    /// Of some labels those whose figure holds for a period: of totals since 1 January those of
    /// its close, with those of the close before it begins.
    pub(crate) fn labels_of<'l>(&self, labels: &'l Labels, period: Period) -> Cow<'l, [Period]> {
        match self.nature.timing {
            Timing::Close => Cow::Borrowed(labels.closing_on(period.last_day())),
            Timing::Span if !self.nature.running_total => {
                let own = labels.closing_on(period.last_day()).iter();
                Cow::Owned(own.copied().filter(|label| *label == period).collect())
            }
            Timing::Span => {
                let (first, last) = (period.first_day(), period.last_day());
                let at_end = labels.closing_on(last);
                match first.previous() {
                    Some(day) if day.year() == last.year() => match labels.closing_on(day) {
                        before if before.is_empty() || at_end.is_empty() => Cow::Borrowed(&[]),
                        before => Cow::Owned([before, at_end].concat()),
                    },
                    // Totals begin anew with each year.
                    _ if first == Date::new(last.year(), 1, 1).unwrap_or(first) => {
                        Cow::Borrowed(at_end)
                    }
                    _ => Cow::Borrowed(&[]),
                }
            }
        }
    }

    /// Where the figure of a period is found: under its own labels or, of what adds up over time,
    /// under those of periods that make it up.
    pub(crate) fn places<'l>(&self, labels: &'l Labels, period: Period) -> Places<'l> {
        let made_of = |frequency: Frequency| {
            let stored =
                |part| Some(self.labels_of(labels, part)).filter(|labels| !labels.is_empty());
            let parts: Option<Vec<_>> = period.subperiods(frequency)?.map(stored).collect();
            parts.filter(|parts| parts.len() > 1)
        };
        let frequencies = self.frequencies(labels).iter().copied();
        let ways = frequencies.filter(|_| self.nature.adds_up).filter_map(made_of).collect();
        Places { at: self.labels_of(labels, period), made_of: ways }
    }

    /// What a region itself has in those places.
    pub(crate) fn found(&self, region: RegionId, places: &Places<'_>) -> Option<Cell> {
        let sum = |parts: &Vec<Cow<'_, [Period]>>| {
            let mut cells = parts.iter().map(|labels| self.cell(region, labels));
            let first = cells.next()??;
            cells.try_fold(first, |sum, cell| sum.plus(&cell?))
        };
        self.cell(region, &places.at).or_else(|| places.made_of.iter().find_map(sum))
    }

    /// The frequencies of which periods may have figures: totals since 1 January are told apart by
    /// their close alone.
    pub(crate) fn frequencies<'l>(&self, labels: &'l Labels) -> &'l [Frequency] {
        if self.nature.running_total { &Frequency::ALL } else { labels.frequencies() }
    }

    /// What to read of the versions of one territory.
    pub(crate) fn request<'r>(&'r self, regions: &'r [RegionId]) -> Request<'r> {
        let Self { indicator, admission, as_of, .. } = self;
        Request { indicator: *indicator, regions, admission, as_of: *as_of }
    }

    /// The admitted figure of one territory under one label.
    pub(crate) fn at(&self, regions: &[RegionId], label: Period) -> Option<Cell> {
        let mut best: Option<Cell> = None;
        for (number, scenario) in self.scenarios.iter().enumerate() {
            for region in regions {
                let observation = self.latest(*region, (number, scenario), label);
                let cell = observation.and_then(|observation| {
                    let request = self.request(regions);
                    let cell = cells::admitted(&self.snapshot, request, scenario, observation);
                    cell.map_err(|error| self.fault.keep(error)).ok().flatten()
                });
                if let Some(cell) = cell
                    && best.as_ref().is_none_or(|other| cell.precedence() < other.precedence())
                {
                    best = Some(cell);
                }
            }
        }
        best
    }

    /// Whether the latest that is known of one territory under one label is a withdrawal.
    pub(crate) fn is_withdrawn(&self, regions: &[RegionId], label: Period) -> bool {
        self.scenarios.iter().enumerate().any(|scenario| {
            let mut latest = regions.iter().filter_map(|id| self.latest(*id, scenario, label));
            latest.any(|observation| observation.value.is_none())
        })
    }

    /// Whether a region has an admitted figure under a label, where no choice is to be made among
    /// figures and all of its level are read already.
    pub(crate) fn has(&self, region: RegionId, label: Period) -> Option<bool> {
        let scenario = self.only_scenario()?;
        let level = self.snapshot.catalogue().outline(region).level?;
        let section = self.section(level, (0, scenario), label)?;
        let is_actual = section.1.uniform_status()?.strength() == Strength::Actual;
        let position = section.0.position(region).filter(|_| is_actual)?;
        Some(section.1.is_present(position))
    }

    /// Of some regions those without an admitted figure under a label, so many at most, where all
    /// figures that were looked at are actual ones.
    pub(crate) fn lacking(
        &self,
        regions: &[RegionId],
        label: Period,
        most: usize,
    ) -> Option<Vec<RegionId>> {
        let scenario = self.only_scenario()?;
        let (indicator, as_of) = (self.indicator, self.as_of);
        let read = self.snapshot.absent(indicator, scenario, regions, label, as_of, most);
        let absent = self.fault.note(read)?;
        (absent.status.strength() == Strength::Actual).then_some(absent.regions)
    }

    /// The scenario, where the latest of its figures are admitted if they are actual.
    pub(crate) fn only_scenario(&self) -> Option<&Scenario> {
        let [scenario] = self.scenarios.as_slice() else { return None };
        let admission = &self.admission;
        let admits_all = admission.is_of_every_source() && admission.admits(Strength::Actual);
        (scenario.is_reported() && admits_all).then_some(scenario)
    }

    /// What is known last of a region under a label.
    fn latest(
        &self,
        region: RegionId,
        (number, scenario): (usize, &Scenario),
        label: Period,
    ) -> Option<Observation> {
        if let Some(level) = self.snapshot.catalogue().outline(region).level
            && let Some(section) = self.section(level, (number, scenario), label)
            && let Some(position) = section.0.position(region)
        {
            return section.1.observation(position);
        }
        let (indicator, as_of) = (self.indicator, self.as_of);
        let read = self.snapshot.observation(indicator, region, scenario, label, as_of);
        self.fault.note(read).flatten()
    }

    /// All figures of a level under a label, once several were asked for.
    fn section(
        &self,
        level: u8,
        (number, scenario): (usize, &Scenario),
        label: Period,
    ) -> Option<LevelSection> {
        let mut sections = self.sections.borrow_mut();
        let section = sections.entry((number, level, label)).or_default();
        section.asked = section.asked.saturating_add(1);
        let pays = section.whole.is_some() || section.asked > SINGLE_MAX;
        drop(sections);
        pays.then(|| self.whole_section(level, (number, scenario), label)).flatten()
    }

    /// All figures of a level under a label.
    fn whole_section(
        &self,
        level: u8,
        (number, scenario): (usize, &Scenario),
        label: Period,
    ) -> Option<LevelSection> {
        let mut sections = self.sections.borrow_mut();
        let section = sections.entry((number, level, label)).or_default();
        if section.whole.is_none() {
            let level = self.index.level(&self.snapshot, level);
            let (indicator, as_of) = (self.indicator, self.as_of);
            let selection = &level.selection;
            section.held = self.hold("figures", selection.len(), SECTION_BYTES);
            section.held.as_ref()?;
            let read = self.snapshot.cross_section(indicator, scenario, selection, label, as_of);
            section.whole = self.fault.note(read).map(|section| Rc::new((level, section)));
        }
        section.whole.clone()
    }

    /// Counts memory for as long as it is used; None, and a fault, where the limit is met.
    pub(crate) fn hold(&self, what: &'static str, count: usize, each: usize) -> Option<Held> {
        let held = Watch::of(&self.snapshot).hold_while(what, count, each);
        held.map_err(|error| self.fault.keep(error)).ok()
    }

    /// Every admitted figure of one territory.
    pub(crate) fn all(&self, regions: &[RegionId]) -> Cells {
        let cells = cells::read(&self.snapshot, self.request(regions));
        cells.map_err(|error| self.fault.keep(error)).unwrap_or_default()
    }

    /// The figure of a region under one of the labels: the strongest, then the one known last. Of
    /// totals since 1 January under labels of two closes, what accrued between them.
    pub(crate) fn cell(&self, region: RegionId, labels: &[Period]) -> Option<Cell> {
        let close = labels.last()?.last_day();
        let at = labels.iter().position(|label| label.last_day() == close)?;
        let (before, at_end) = labels.split_at_checked(at)?;
        let end = self.best(&[region], at_end)?;
        if before.is_empty() || !self.nature.running_total {
            return Some(end);
        }
        transform::step(&self.best(&[region], before)?, &end)
    }

    /// The figure of one territory under one of the labels: the strongest, then the one known
    /// last.
    pub(crate) fn best(&self, regions: &[RegionId], labels: &[Period]) -> Option<Cell> {
        let mut best: Option<Cell> = None;
        for label in labels {
            if let Some(cell) = self.at(regions, *label)
                && best.as_ref().is_none_or(|other| cell.rank() < other.rank())
            {
                best = Some(cell);
            }
        }
        best
    }

    /// The sums over the members of all rows under one label.
    fn totals(&self, slot: &Slot, scenario: &Scenario, label: Period) -> Option<Rc<Totals>> {
        let key = (Rc::as_ptr(&slot.peers).addr(), slot.boundaries, slot.depth, label);
        if let Some((_, (totals, _))) = self.totals.borrow().get(&key) {
            return Some(Rc::clone(totals));
        }
        let partition = slot.partition(self);
        let held = self.hold("sums", partition.parts(), SUM_BYTES)?;
        let (indicator, as_of) = (self.indicator, self.as_of);
        let read = self.snapshot.totals(indicator, scenario, &partition, &[label], as_of);
        let totals = Rc::new(self.fault.note(read)?);
        let known = (Rc::clone(&slot.peers), (Rc::clone(&totals), held));
        self.totals.borrow_mut().insert(key, known);
        Some(totals)
    }

    /// The sum over regions under one label, where adding up what lies there is the same as
    /// choosing each figure: where only reported figures are read and all of them are actual.
    pub(crate) fn total(
        &self,
        regions: &[RegionId],
        slot: Option<&Slot>,
        label: Period,
    ) -> Option<Total> {
        let scenario = self.only_scenario()?;
        let total = if let Some(slot) = slot {
            self.totals(slot, scenario, label).map(|totals| totals.total(0, slot.part))
        } else {
            let (indicator, as_of) = (self.indicator, self.as_of);
            let total = self.snapshot.total(indicator, regions, scenario, label, as_of);
            self.fault.note(total)
        };
        total.filter(|total| total.status.strength() == Strength::Actual)
    }
}
