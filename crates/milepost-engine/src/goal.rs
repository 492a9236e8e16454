//! What a gap, a pace or progress is measured against.

use milepost_model::{Number, Period, Scenario};

use crate::answer::{MissingReason, Reading};
use crate::cells::Cell;
use crate::line::{Line, quantity, stored_reading};
use crate::measure::scaled;

/// A goal, in the unit of its line.
#[derive(Clone, Debug)]
pub(crate) enum Goal {
    /// A quantity of the query, as it is written.
    Quantity(Number, String),
    /// Another sentence, read at the end; the power of ten from its unit to the line's.
    Line(Box<Line>, i8),
    /// The targets of the indicator in the region.
    Targets(Targets),
    /// The ancestors of the region, nearest first, by name.
    Parents(Vec<(String, Line)>),
}

/// Targets in order of their close, the plain scenario before its variants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    pub(crate) cells: Vec<Cell>,
    /// Every target of the indicator in the region, in words.
    pub(crate) known: Vec<String>,
    /// Whether the sentence says which period: then a target may lie in the past.
    pub(crate) stated: bool,
}

/// A goal as it holds at an end.
#[derive(Clone, Debug)]
pub(crate) struct GoalReading {
    pub(crate) reading: Reading,
    /// The period of a target; None for goals without a date.
    pub(crate) period: Option<Period>,
    /// What the goal is called: `2025 target`, `95 %`, `Việt Nam`.
    pub(crate) label: String,
    /// Targets that could have been meant as well.
    pub(crate) others: Vec<String>,
    /// Whether it is a target that was set, and no figure of the sentence.
    pub(crate) is_target: bool,
}

impl Goal {
    /// The goal for a figure at `end`: of several targets the next one after it. `accrues` says
    /// that the figure is the total of its period.
    ///
    /// # Errors
    ///
    /// `no target`, `no parent`, or why the other sentence has no value.
    pub(crate) fn at(&self, end: Period, accrues: bool) -> Result<GoalReading, MissingReason> {
        match self {
            Self::Quantity(value, label) => {
                let reading = quantity(end, *value);
                Ok(GoalReading {
                    reading,
                    period: None,
                    label: label.clone(),
                    others: Vec::new(),
                    is_target: false,
                })
            }
            Self::Line(line, power) => {
                let reading = line.read(end)?;
                let value = scaled(reading.value, *power)?;
                let label = String::new();
                let period = line.fixed_period();
                Ok(GoalReading {
                    reading: Reading { value, ..reading },
                    period,
                    label,
                    others: Vec::new(),
                    is_target: false,
                })
            }
            Self::Parents(parents) => parents
                .iter()
                .find_map(|(name, line)| {
                    let reading = line.read(end).ok()?;
                    let (label, others) = (name.clone(), Vec::new());
                    Some(GoalReading { reading, period: None, label, others, is_target: false })
                })
                .ok_or(MissingReason::NoParent),
            Self::Targets(targets) => targets.at(end, accrues),
        }
    }
}

impl Targets {
    fn at(&self, end: Period, accrues: bool) -> Result<GoalReading, MissingReason> {
        // The target of a flow is the total of its period: the figure is a first part of that, or
        // the total of another period of the same length.
        let comparable = |cell: &&Cell| {
            !accrues
                || begins(cell.period, end)
                || (end.frequency().is_some() && cell.period.frequency() == end.frequency())
        };
        let ahead = |cell: &&Cell| self.stated || cell.period.last_day() > end.last_day();
        let chosen =
            self.cells.iter().filter(comparable).find(ahead).ok_or(MissingReason::NoTarget)?;
        let others = self
            .cells
            .iter()
            .filter(|cell| (cell.period, &cell.scenario) != (chosen.period, &chosen.scenario))
            .map(describe)
            .collect();
        Ok(GoalReading {
            reading: stored_reading(chosen.period, chosen),
            period: Some(chosen.period),
            label: label(chosen),
            others,
            is_target: true,
        })
    }
}

/// Whether a part is the beginning of a period, or all of it.
pub(crate) fn begins(period: Period, part: Period) -> bool {
    period.first_day() == part.first_day() && period.covers(part)
}

/// `2025 target`, `2020 target/stretch`.
fn label(cell: &Cell) -> String {
    format!("{} {}", cell.period, cell.scenario)
}

/// A target with its figure and source.
pub(crate) fn describe(cell: &Cell) -> String {
    let figure = crate::answer::figure(Number::Exact(cell.value), cell.precision);
    let source = cell.source.as_deref().map(|source| format!(", {source}")).unwrap_or_default();
    format!("{}: {figure}{source}", label(cell))
}

/// The order in which targets are considered.
pub(crate) fn sort_targets(cells: &mut [Cell]) {
    cells.sort_by(|a, b| {
        let rank = |cell: &Cell| cell.scenario.as_str() != Scenario::TARGET;
        let key = |cell: &Cell| (cell.period.last_day(), rank(cell));
        key(a).cmp(&key(b)).then_with(|| a.scenario.cmp(&b.scenario))
    });
}
