//! The admitted figures of one indicator in one territory: the only place that reads the store.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use milepost_model::{
    Date, Decimal, IndicatorId, Period, Precision, RegionId, Scenario, Status, Strength,
};
use milepost_store::{Observation, Snapshot};

use crate::admission::Admission;
use crate::{Result, diagnostics};

/// One admitted figure.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) period: Period,
    pub(crate) value: Decimal,
    pub(crate) status: Status,
    pub(crate) strength: Strength,
    pub(crate) precision: Precision,
    pub(crate) published: Option<Date>,
    /// The knowledge date: published, or else recorded.
    pub(crate) known: Date,
    pub(crate) scenario: Scenario,
    pub(crate) source: Option<Arc<str>>,
}

impl Cell {
    /// Two figures added up, as good as the weaker one.
    pub(crate) fn plus(self, other: &Self) -> Option<Self> {
        let exact = self.precision == Precision::Exact && other.precision == Precision::Exact;
        Some(Self {
            value: self.value.checked_add(other.value)?,
            status: self.status | other.status,
            strength: self.strength.max(other.strength),
            precision: if exact { Precision::Exact } else { Precision::About },
            published: self.published.max(other.published),
            known: self.known.max(other.known),
            ..self
        })
    }

    /// Figures under several labels of one close: the strongest first, then the one known last.
    pub(crate) fn rank(&self) -> (Strength, Reverse<Date>) {
        (self.strength, Reverse(self.known))
    }

    /// Figures under one label: the strongest first, `target` before its variants, then the one
    /// known last.
    pub(crate) fn precedence(&self) -> (Strength, bool, Reverse<Date>, &Scenario) {
        let variant = self.scenario.as_str() != Scenario::TARGET && self.scenario.is_target();
        (self.strength, variant, Reverse(self.known), &self.scenario)
    }
}

/// The figures by period, and the periods whose figures are not to be seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    /// For each period the strongest admitted figure.
    pub(crate) admitted: BTreeMap<Period, Cell>,
    /// Periods whose figure was withdrawn.
    pub(crate) withdrawn: BTreeSet<Period>,
    /// Periods that have an admitted figure which became known after the `as of` date.
    pub(crate) later: BTreeSet<Period>,
    /// Periods that have a reported figure, and none of a status that is admitted.
    pub(crate) excluded: BTreeMap<Period, Strength>,
}

/// What to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) indicator: IndicatorId,
    /// The versions of one territory, which never hold the same period.
    pub(crate) regions: &'a [RegionId],
    pub(crate) admission: &'a Admission,
    pub(crate) as_of: Option<Date>,
}

/// Reads the admitted figures. Of one period's figures the strongest wins, of two equally strong
/// ones the one known last; `target` stands before its variants.
pub(crate) fn read(snapshot: &Snapshot, request: Request<'_>) -> Result<Cells> {
    let mut cells = gather(snapshot, request, |_| true)?;
    if request.as_of.is_some() {
        let today = gather(snapshot, Request { as_of: None, ..request }, |_| true)?;
        cells.later =
            today.admitted.into_keys().filter(|p| !cells.admitted.contains_key(p)).collect();
    }
    Ok(cells)
}

/// The admitted figure of a period, given the latest that is known.
pub(crate) fn admitted(
    snapshot: &Snapshot,
    request: Request<'_>,
    scenario: &Scenario,
    latest: Observation,
) -> Result<Option<Cell>> {
    Ok(match choose(snapshot, request, scenario, latest)? {
        Choice::Cell(cell) => Some(cell),
        Choice::Withdrawn | Choice::Excluded(_) => None,
    })
}

/// The admitted figures of every scenario by itself, unordered; for targets, which coexist.
pub(crate) fn every_scenario(snapshot: &Snapshot, request: Request<'_>) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for scenario in snapshot.scenarios(request.indicator) {
        cells.extend(gather(snapshot, request, |other| *other == scenario)?.admitted.into_values());
    }
    Ok(cells)
}

/// The labels under which figures are stored, withdrawn ones included.
pub(crate) fn labels(
    snapshot: &Snapshot,
    request: Request<'_>,
) -> Result<BTreeSet<(Scenario, Period)>> {
    let mut labels = BTreeSet::new();
    for scenario in snapshot.scenarios(request.indicator) {
        if !request.admission.reads(&scenario) {
            continue;
        }
        for region in request.regions {
            let series = snapshot
                .series(request.indicator, *region, &scenario, request.as_of)
                .map_err(|error| diagnostics::store(&error))?;
            labels.extend(series.into_iter().map(|o| (scenario.clone(), o.period)));
        }
    }
    Ok(labels)
}

/// The day on which a first admitted figure of a period became known.
pub(crate) fn known_from(
    snapshot: &Snapshot,
    request: Request<'_>,
    period: Period,
) -> Result<Option<Date>> {
    let mut first: Option<Date> = None;
    for scenario in snapshot.scenarios(request.indicator) {
        if !request.admission.reads(&scenario) {
            continue;
        }
        for vintage in vintages(snapshot, request, &scenario, period)? {
            let known = vintage.known();
            let admitted = vintage.value.is_some()
                && request.admission.admits(strength(&scenario, vintage.status));
            if admitted && first.is_none_or(|first| known < first) {
                first = Some(known);
            }
        }
    }
    Ok(first)
}

/// Every vintage of a period that was known by the `as of` date, oldest knowledge first,
/// withdrawals included.
pub(crate) fn vintages(
    snapshot: &Snapshot,
    request: Request<'_>,
    scenario: &Scenario,
    period: Period,
) -> Result<Vec<Observation>> {
    let mut vintages = Vec::new();
    // Of those of one day that of the first version comes last, and counts.
    for region in request.regions.iter().rev() {
        let all = snapshot.revisions(request.indicator, *region, scenario, period);
        vintages.extend(all.map_err(|error| diagnostics::store(&error))?);
    }
    vintages.retain(|vintage| {
        request.as_of.is_none_or(|date| vintage.known() <= date)
            // Who withdraws a figure without saying whose withdraws it for all.
            && (request.admission.admits_source(vintage.source.as_deref())
                || (vintage.value.is_none() && vintage.source.is_none()))
    });
    vintages.sort_by_key(Observation::known);
    Ok(vintages)
}

fn gather(
    snapshot: &Snapshot,
    request: Request<'_>,
    asked: impl Fn(&Scenario) -> bool,
) -> Result<Cells> {
    let mut cells = Cells::default();
    for scenario in snapshot.scenarios(request.indicator) {
        if !request.admission.reads(&scenario) || !asked(&scenario) {
            continue;
        }
        for region in request.regions {
            let series = snapshot
                .series(request.indicator, *region, &scenario, request.as_of)
                .map_err(|error| diagnostics::store(&error))?;
            for observation in series {
                let period = observation.period;
                match choose(snapshot, request, &scenario, observation)? {
                    Choice::Cell(cell) => keep(&mut cells.admitted, cell),
                    Choice::Withdrawn => {
                        cells.withdrawn.insert(period);
                    }
                    Choice::Excluded(strength) => {
                        cells.excluded.insert(period, strength);
                    }
                }
            }
        }
    }
    cells.excluded.retain(|period, _| !cells.admitted.contains_key(period));
    Ok(cells)
}

enum Choice {
    Cell(Cell),
    Withdrawn,
    /// No vintage has an admitted status; the strength of the latest.
    Excluded(Strength),
}

/// The strongest admitted vintage of a period, given its latest one. A withdrawal takes every
/// earlier vintage with it.
fn choose(
    snapshot: &Snapshot,
    request: Request<'_>,
    scenario: &Scenario,
    latest: Observation,
) -> Result<Choice> {
    let is_of_any = request.admission.is_of_every_source();
    if latest.value.is_none() && is_of_any {
        return Ok(Choice::Withdrawn);
    }
    let strength = strength(scenario, latest.status);
    let strongest = strength == Strength::Actual || strength == Strength::Target;
    if strongest && is_of_any && request.admission.admits(strength) {
        return Ok(cell(scenario, latest).map_or(Choice::Withdrawn, Choice::Cell));
    }
    let mut best: Option<Cell> = None;
    for vintage in vintages(snapshot, request, scenario, latest.period)? {
        match cell(scenario, vintage) {
            None => best = None,
            Some(cell) if !request.admission.admits(cell.strength) => {}
            Some(cell) => {
                if best.as_ref().is_none_or(|other| cell.strength <= other.strength) {
                    best = Some(cell);
                }
            }
        }
    }
    Ok(best.map_or(Choice::Excluded(strength), Choice::Cell))
}

fn keep(cells: &mut BTreeMap<Period, Cell>, cell: Cell) {
    match cells.get(&cell.period) {
        Some(other) if other.precedence() <= cell.precedence() => {}
        _ => {
            cells.insert(cell.period, cell);
        }
    }
}

/// A figure of an observation; None for a withdrawal.
pub(crate) fn cell(scenario: &Scenario, observation: Observation) -> Option<Cell> {
    Some(Cell {
        period: observation.period,
        value: observation.value?,
        status: observation.status,
        strength: strength(scenario, observation.status),
        precision: observation.precision,
        published: observation.published,
        known: observation.known(),
        scenario: scenario.clone(),
        source: observation.source,
    })
}

/// How strong a figure is: those of a target are targets, whatever their status.
pub(crate) fn strength(scenario: &Scenario, status: Status) -> Strength {
    if scenario.is_target() { Strength::Target } else { status.strength() }
}
