//! Reads the store: single figures, whole series, and sums over regions where the figures lie.

use std::borrow::Cow;
use std::cell::{Cell as Counter, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use milepost_lang::Diagnostic;
use milepost_model::{Date, Frequency, IndicatorId, Period, RegionId, Scenario, Strength};
use milepost_store::{Snapshot, StoreError, Total};

use crate::admission::Admission;
use crate::cells::{self, Cell, Cells, Request};
use crate::line::Timing;
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

/// The periods under which figures may be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    periods: BTreeSet<Period>,
    closes: BTreeMap<Date, Vec<Period>>,
}

impl Labels {
    fn new(periods: BTreeSet<Period>) -> Self {
        let mut closes: BTreeMap<Date, Vec<Period>> = BTreeMap::new();
        for period in &periods {
            closes.entry(period.last_day()).or_default().push(*period);
        }
        Self { periods, closes }
    }

    /// All of them, each set taken once.
    pub(crate) fn together(mut sets: Vec<Rc<Self>>) -> Rc<Self> {
        sets.retain(|set| !set.periods.is_empty());
        sets.sort_by_key(Rc::as_ptr);
        sets.dedup_by(|one, other| Rc::ptr_eq(one, other));
        match sets.as_slice() {
            [] => Rc::default(),
            [set] => Rc::clone(set),
            sets => Rc::new(Self::new(
                sets.iter().flat_map(|set| set.periods.iter().copied()).collect(),
            )),
        }
    }

    pub(crate) fn contains(&self, period: Period) -> bool {
        self.periods.contains(&period)
    }

    /// The periods in order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Period> + '_ {
        self.periods.iter().copied()
    }

    /// The periods that close on a day, in order.
    pub(crate) fn closing_on(&self, close: Date) -> &[Period] {
        self.closes.get(&close).map(Vec::as_slice).unwrap_or_default()
    }

    /// The days on which periods close, with these periods, in order.
    pub(crate) fn closes(&self) -> impl DoubleEndedIterator<Item = (Date, &[Period])> {
        self.closes.iter().map(|(close, periods)| (*close, periods.as_slice()))
    }

    /// Whether a shorter period lies inside one.
    pub(crate) fn divide(&self, period: Period) -> bool {
        self.periods
            .range(Period::day(period.first_day())..)
            .take_while(|part| part.last_day() <= period.last_day())
            .any(|part| *part != period && period.covers(*part))
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

/// Where figures may be stored, by indicator, scenario and level.
type LabelsOfLevels = BTreeMap<(IndicatorId, Scenario, Option<u8>), Rc<Labels>>;

/// What the readers and the sentences of a statement share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    /// The first failure to read the store.
    pub(crate) fault: Fault,
    labels: Rc<RefCell<LabelsOfLevels>>,
    inside: Rc<Counter<u32>>,
}

impl Shared {
    /// Counts one more sentence inside an expression and says how many there are.
    pub(crate) fn count_inside(&self) -> u32 {
        self.inside.set(self.inside.get().saturating_add(1));
        self.inside.get()
    }
}

/// Reads the admitted figures of one indicator.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) snapshot: Snapshot,
    pub(crate) indicator: IndicatorId,
    pub(crate) timing: Timing,
    /// Whether sub-periods add up to their period.
    pub(crate) adds_up: bool,
    /// Whether figures are totals since 1 January, so that what accrued is the difference of two.
    pub(crate) running_total: bool,
    pub(crate) admission: Admission,
    pub(crate) as_of: Option<Date>,
    pub(crate) shared: Shared,
    /// The scenarios that are admitted.
    scenarios: Vec<Scenario>,
}

impl Reader {
    pub(crate) fn new(
        snapshot: &Snapshot,
        indicator: IndicatorId,
        (timing, adds_up, running_total): (Timing, bool, bool),
        (admission, as_of): (Admission, Option<Date>),
        shared: &Shared,
    ) -> Self {
        let mut scenarios = snapshot.scenarios(indicator);
        scenarios.retain(|scenario| admission.reads(scenario));
        let (snapshot, shared) = (snapshot.clone(), shared.clone());
        Self {
            snapshot,
            indicator,
            timing,
            adds_up,
            running_total,
            admission,
            as_of,
            shared,
            scenarios,
        }
    }

    /// The periods under which figures of regions like these may be stored.
    pub(crate) fn labels(&self, regions: &[RegionId]) -> Rc<Labels> {
        let catalogue = self.snapshot.catalogue();
        let level = |id: &RegionId| catalogue.region(*id).level;
        let mut levels: Vec<(Option<u8>, RegionId)> = Vec::new();
        for region in regions {
            let level = level(region);
            if levels.iter().all(|(other, _)| *other != level) {
                levels.push((level, *region));
            }
        }
        let sets = levels.into_iter().flat_map(|(level, region)| {
            self.scenarios.iter().map(move |s| self.labels_of_level(level, region, s))
        });
        Labels::together(sets.collect())
    }

    /// The periods under which figures of a level may be stored; of which any region will do.
    fn labels_of_level(
        &self,
        level: Option<u8>,
        region: RegionId,
        scenario: &Scenario,
    ) -> Rc<Labels> {
        let key = (self.indicator, scenario.clone(), level);
        if let Some(known) = self.shared.labels.borrow().get(&key) {
            return Rc::clone(known);
        }
        let periods = self.snapshot.periods(self.indicator, &[region], scenario);
        let labels = Rc::new(Labels::new(self.shared.fault.note(periods).unwrap_or_default()));
        self.shared.labels.borrow_mut().insert(key, Rc::clone(&labels));
        labels
    }

    /// Of some labels those whose figure holds for a period: of totals since 1 January those of
    /// its close, with those of the close before it begins.
    pub(crate) fn labels_of<'l>(&self, labels: &'l Labels, period: Period) -> Cow<'l, [Period]> {
        match self.timing {
            Timing::Close => Cow::Borrowed(labels.closing_on(period.last_day())),
            Timing::Span if !self.running_total => {
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
            let parts: Vec<_> =
                period.subperiods(frequency)?.map(|part| self.labels_of(labels, part)).collect();
            let stored = !parts.iter().any(|labels| labels.is_empty());
            (parts.len() > 1 && stored).then_some(parts)
        };
        let ways = Frequency::ALL.into_iter().filter(|_| self.adds_up);
        let ways = ways.filter_map(made_of).collect();
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

    /// What to read of the versions of one territory.
    pub(crate) fn request<'r>(&'r self, regions: &'r [RegionId]) -> Request<'r> {
        let Self { indicator, admission, as_of, .. } = self;
        Request { indicator: *indicator, regions, admission, as_of: *as_of }
    }

    /// The admitted figure of one territory under one label.
    pub(crate) fn at(&self, regions: &[RegionId], label: Period) -> Option<Cell> {
        let request = self.request(regions);
        let cell = cells::of_period(&self.snapshot, request, &self.scenarios, label);
        cell.map_err(|error| self.shared.fault.keep(error)).ok().flatten()
    }

    /// Whether the latest that is known of one territory under one label is a withdrawal.
    pub(crate) fn is_withdrawn(&self, regions: &[RegionId], label: Period) -> bool {
        let latest = |(region, scenario): (&RegionId, &Scenario)| {
            let observation =
                self.snapshot.observation(self.indicator, *region, scenario, label, self.as_of);
            self.shared.fault.note(observation).flatten()
        };
        let places =
            regions.iter().flat_map(|region| self.scenarios.iter().map(move |s| (region, s)));
        places.filter_map(latest).any(|observation| observation.value.is_none())
    }

    /// Every admitted figure of one territory.
    pub(crate) fn all(&self, regions: &[RegionId]) -> Cells {
        let cells = cells::read(&self.snapshot, self.request(regions));
        cells.map_err(|error| self.shared.fault.keep(error)).unwrap_or_default()
    }

    /// The figure of a region under one of the labels: the strongest, then the one known last. Of
    /// totals since 1 January under labels of two closes, what accrued between them.
    pub(crate) fn cell(&self, region: RegionId, labels: &[Period]) -> Option<Cell> {
        let close = labels.last()?.last_day();
        let at = labels.iter().position(|label| label.last_day() == close)?;
        let (before, at_end) = labels.split_at_checked(at)?;
        let end = self.best(&[region], at_end)?;
        if before.is_empty() || !self.running_total {
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

    /// The sum over regions under one label, where adding up what lies there is the same as
    /// choosing each figure: where only reported figures are read and all of them are actual.
    pub(crate) fn total(&self, regions: &[RegionId], label: Period) -> Option<Total> {
        let [scenario] = self.scenarios.as_slice() else { return None };
        let admission = &self.admission;
        let admits_all = admission.is_of_every_source() && admission.admits(Strength::Actual);
        if !scenario.is_reported() || !admits_all {
            return None;
        }
        let total = self.snapshot.total(self.indicator, regions, scenario, label, self.as_of);
        self.shared.fault.note(total).filter(|total| total.status.strength() == Strength::Actual)
    }
}
