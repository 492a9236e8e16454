//! Figures of many regions at one period, read or added up where they lie.

use std::cell::{Cell as Counter, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use milepost_lang::Diagnostic;
use milepost_model::{Date, IndicatorId, Period, RegionId, Scenario, Strength};
use milepost_store::{Snapshot, StoreError, Total};

use crate::admission::Admission;
use crate::cells::{self, Cell, Request};
use crate::diagnostics;
use crate::line::Timing;
use crate::transform;

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

/// Where figures may be stored, by indicator, scenario and level.
type Labels = BTreeMap<(IndicatorId, Scenario, Option<u8>), Rc<BTreeSet<Period>>>;

/// What the roll-ups and the sentences of a statement share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    /// The first failure to read the store.
    pub(crate) fault: Fault,
    labels: Rc<RefCell<Labels>>,
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
}

impl Reader {
    fn scenarios(&self) -> Vec<Scenario> {
        let mut scenarios = self.snapshot.scenarios(self.indicator);
        scenarios.retain(|scenario| self.admission.reads(scenario));
        scenarios
    }

    /// The periods under which figures of regions like these may be stored.
    pub(crate) fn labels(&self, regions: &[RegionId]) -> BTreeSet<Period> {
        let catalogue = self.snapshot.catalogue();
        let by_level: BTreeMap<Option<u8>, RegionId> =
            regions.iter().map(|id| (catalogue.region(*id).level, *id)).collect();
        let mut labels = BTreeSet::new();
        for (level, region) in by_level {
            for scenario in self.scenarios() {
                labels.extend(self.labels_of_level(level, region, scenario).iter().copied());
            }
        }
        labels
    }

    /// The periods under which figures of a level may be stored; of which any region will do.
    fn labels_of_level(
        &self,
        level: Option<u8>,
        region: RegionId,
        scenario: Scenario,
    ) -> Rc<BTreeSet<Period>> {
        let key = (self.indicator, scenario, level);
        if let Some(known) = self.shared.labels.borrow().get(&key) {
            return Rc::clone(known);
        }
        let (_, scenario, _) = &key;
        let periods = self.snapshot.periods(self.indicator, &[region], scenario);
        let periods = Rc::new(self.shared.fault.note(periods).unwrap_or_default());
        self.shared.labels.borrow_mut().insert(key, Rc::clone(&periods));
        periods
    }

    /// Of some labels those whose figure holds for a period: of totals since 1 January those of
    /// its close, with those of the close before it begins.
    pub(crate) fn labels_of(&self, labels: &BTreeSet<Period>, period: Period) -> Vec<Period> {
        let closing = |day: Date| {
            let closes = labels.iter().filter(|label| label.last_day() == day);
            closes.copied().collect::<Vec<Period>>()
        };
        match self.timing {
            Timing::Close => closing(period.last_day()),
            Timing::Span if !self.running_total => {
                labels.get(&period).copied().into_iter().collect()
            }
            Timing::Span => {
                let (first, last) = (period.first_day(), period.last_day());
                let at_end = closing(last);
                match first.previous() {
                    Some(day) if day.year() == last.year() => match closing(day) {
                        before if before.is_empty() || at_end.is_empty() => Vec::new(),
                        before => [before, at_end].concat(),
                    },
                    // Totals begin anew with each year.
                    _ if first == Date::new(last.year(), 1, 1).unwrap_or(first) => at_end,
                    _ => Vec::new(),
                }
            }
        }
    }

    /// The figure of a region under one of the labels: the strongest, then the one known last. Of
    /// totals since 1 January under labels of two closes, what accrued between them.
    pub(crate) fn cell(&self, region: RegionId, labels: &[Period]) -> Option<Cell> {
        let close = labels.last()?.last_day();
        let at = labels.iter().position(|label| label.last_day() == close)?;
        let (before, at_end) = labels.split_at_checked(at)?;
        let end = self.best(region, at_end)?;
        if before.is_empty() || !self.running_total {
            return Some(end);
        }
        transform::step(&self.best(region, before)?, &end)
    }

    fn best(&self, region: RegionId, labels: &[Period]) -> Option<Cell> {
        let request = Request {
            indicator: self.indicator,
            regions: &[region],
            admission: self.admission,
            as_of: self.as_of,
        };
        let mut best: Option<Cell> = None;
        for label in labels {
            let cell = cells::of_period(&self.snapshot, request, *label);
            let cell = cell.map_err(|error| self.shared.fault.keep(error)).ok().flatten();
            let rank = |cell: &Cell| (cell.strength, std::cmp::Reverse(cell.known));
            if let Some(cell) = cell
                && best.as_ref().is_none_or(|other| rank(&cell) < rank(other))
            {
                best = Some(cell);
            }
        }
        best
    }

    /// The sum over regions under one label, where adding up what lies there is the same as
    /// choosing each figure: where only reported figures are read and all of them are actual.
    pub(crate) fn total(&self, regions: &[RegionId], label: Period) -> Option<Total> {
        let scenarios = self.scenarios();
        let [scenario] = scenarios.as_slice() else { return None };
        if !scenario.is_reported() || !self.admission.admits(Strength::Actual) {
            return None;
        }
        let total = self.snapshot.total(self.indicator, regions, scenario, label, self.as_of);
        self.shared.fault.note(total).filter(|total| total.status.strength() == Strength::Actual)
    }
}
