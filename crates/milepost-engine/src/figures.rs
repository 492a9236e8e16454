//! The admitted figures of one indicator in one territory.

use std::cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use milepost_model::{Date, Period, RegionId, Strength};

use crate::cells::{Cell, Cells};
use crate::labels::Labels;
use crate::line::Timing;
use crate::reader::Reader;
use crate::transform;
use crate::watch::Held;

/// Figures that are read one by one until it pays to read them all.
const SINGLE_MAX: u32 = 12;

/// Figures that are read when they are asked for: the first ones by themselves, then all.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    reader: Rc<Reader>,
    /// The versions of the territory, which never hold the same period.
    versions: Vec<RegionId>,
    labels: cell::OnceCell<Arc<Labels>>,
    asked: cell::Cell<u32>,
    whole: cell::OnceCell<Rc<Whole>>,
}

/// Every figure.
#[derive(Debug)]
struct Whole {
    cells: Cells,
    /// Of a flow that is published as running totals, those totals.
    totals: BTreeMap<Period, Cell>,
    /// Where figures hold at a close: the winning label of each close.
    closes: BTreeMap<Date, Period>,
    /// The memory that they are counted with; without it the query comes to no answer.
    _held: Option<Held>,
}

/// What a figure takes, with its places by period and by close.
const FIGURE_BYTES: usize = size_of::<Cell>() + 64;

impl Figures {
    pub(crate) fn new(reader: Rc<Reader>, versions: Vec<RegionId>) -> Self {
        let asked = cell::Cell::new(0);
        let (labels, whole) = Default::default();
        Self { reader, versions, labels, asked, whole }
    }

    pub(crate) fn reader(&self) -> &Rc<Reader> {
        &self.reader
    }

    /// The figure that holds for a period: of the labels of one close the strongest figure, the
    /// period's own label before others.
    pub(crate) fn at(&self, period: Period) -> Option<Cell> {
        if let Some(whole) = self.whole_if_it_pays() {
            return whole.at(period, self.reader.nature.timing).cloned();
        }
        if self.reader.nature.timing == Timing::Span {
            return self.under(period);
        }
        let labels = self.labels().closing_on(period.last_day());
        let best = self.reader.best(&self.versions, labels)?;
        if best.period == period || !labels.contains(&period) {
            return Some(best);
        }
        let own = self.under(period).filter(|own| own.strength <= best.strength);
        Some(own.unwrap_or(best))
    }

    fn under(&self, label: Period) -> Option<Cell> {
        self.labels().contains(label).then(|| self.reader.at(&self.versions, label)).flatten()
    }

    /// Every figure by its label; of running totals the steps between them.
    pub(crate) fn admitted(&self) -> &BTreeMap<Period, Cell> {
        &self.whole().cells.admitted
    }

    /// The same, where shorter periods inside one may have figures.
    pub(crate) fn parts_of(&self, period: Period) -> Option<&BTreeMap<Period, Cell>> {
        (self.reader.nature.running_total || self.labels().divide(period)).then(|| self.admitted())
    }

    /// The periods that have a figure, in order; of those of one close the winning label.
    pub(crate) fn natives(&self) -> Vec<Period> {
        match self.reader.nature.timing {
            _ if self.labels().is_empty() => Vec::new(),
            Timing::Close => self.whole().closes.values().copied().collect(),
            Timing::Span => self.admitted().keys().copied().collect(),
        }
    }

    /// Whether there is any figure.
    pub(crate) fn has_any(&self) -> bool {
        self.last_native(Date::MAX).is_some()
    }

    /// The last of the periods that have a figure and close by a day.
    pub(crate) fn last_native(&self, until: Date) -> Option<Period> {
        if self.reader.nature.running_total || self.whole.get().is_some() {
            return self.natives().into_iter().rev().find(|period| period.last_day() <= until);
        }
        let mut closes = self.labels().closes().rev().skip_while(|(close, _)| *close > until);
        match self.reader.nature.timing {
            Timing::Close => closes.find_map(|(_, labels)| self.winning(labels)),
            Timing::Span => closes.find_map(|(_, labels)| {
                labels.iter().rev().copied().find(|label| self.under(*label).is_some())
            }),
        }
    }

    /// The first of the periods that have a figure and close on a day or later.
    pub(crate) fn first_native(&self, from: Date) -> Option<Period> {
        if self.reader.nature.running_total || self.whole.get().is_some() {
            return self.natives().into_iter().find(|period| period.last_day() >= from);
        }
        let mut closes = self.labels().closes().skip_while(|(close, _)| *close < from);
        match self.reader.nature.timing {
            Timing::Close => closes.find_map(|(_, labels)| self.winning(labels)),
            Timing::Span => closes.find_map(|(_, labels)| {
                labels.iter().copied().find(|label| self.under(*label).is_some())
            }),
        }
    }

    /// Of labels of one close the one whose figure wins.
    fn winning(&self, labels: &[Period]) -> Option<Period> {
        self.reader.best(&self.versions, labels).map(|cell| cell.period)
    }

    /// Whether a figure under a label that holds for a period was withdrawn.
    pub(crate) fn is_withdrawn(&self, period: Period) -> bool {
        let whole = self.reader.nature.running_total.then(|| self.whole());
        if let Some(whole) = whole.or_else(|| self.whole.get().map(Rc::as_ref)) {
            return whole.cells.withdrawn.iter().any(|other| self.is_same(*other, period));
        }
        let labels = self.reader.labels_of(self.labels(), period);
        labels.iter().any(|label| self.reader.is_withdrawn(&self.versions, *label))
    }

    /// Whether a figure became known after the `as of` date only.
    pub(crate) fn is_later(&self, period: Period) -> bool {
        self.reader.as_of.is_some()
            && self.whole().cells.later.iter().any(|other| self.is_same(*other, period))
    }

    /// Whether figures that close after a day may be stored, whatever their status.
    pub(crate) fn may_go_beyond(&self, day: Date) -> bool {
        self.labels().closes().next_back().is_some_and(|(close, _)| close > day)
    }

    /// Periods whose figures became known only after the `as of` date.
    pub(crate) fn later(&self) -> &BTreeSet<Period> {
        &self.whole().cells.later
    }

    /// Periods whose figures have no status that is admitted.
    pub(crate) fn excluded(&self) -> &BTreeMap<Period, Strength> {
        &self.whole().cells.excluded
    }

    fn is_same(&self, one: Period, other: Period) -> bool {
        match self.reader.nature.timing {
            Timing::Close => one.last_day() == other.last_day(),
            Timing::Span => one == other,
        }
    }

    fn labels(&self) -> &Labels {
        self.labels.get_or_init(|| self.reader.labels(&self.versions))
    }

    fn whole_if_it_pays(&self) -> Option<&Whole> {
        let asked = self.asked.get().saturating_add(1);
        self.asked.set(asked);
        let pays =
            self.reader.nature.running_total || asked > SINGLE_MAX || self.whole.get().is_some();
        pays.then(|| self.whole())
    }

    fn whole(&self) -> &Whole {
        self.whole.get_or_init(|| {
            let mut cells = self.reader.all(&self.versions);
            let mut totals = BTreeMap::new();
            if self.reader.nature.running_total {
                let split = transform::split(&cells.admitted);
                (cells.admitted, totals) = (split.steps, split.totals);
            }
            let closes = match self.reader.nature.timing {
                Timing::Close => winning_labels(&cells.admitted),
                Timing::Span => BTreeMap::new(),
            };
            let count = cells.admitted.len().saturating_add(totals.len());
            let held = self.reader.hold("figures", count, FIGURE_BYTES);
            Rc::new(Whole { cells, totals, closes, _held: held })
        })
    }
}

impl Whole {
    fn at(&self, period: Period, timing: Timing) -> Option<&Cell> {
        let cell = |period: &Period| self.cells.admitted.get(period);
        match timing {
            Timing::Close => {
                let best = self.closes.get(&period.last_day()).and_then(cell)?;
                cell(&period).filter(|own| own.strength <= best.strength).or(Some(best))
            }
            Timing::Span => cell(&period).or_else(|| self.totals.get(&period)),
        }
    }
}

fn winning_labels(cells: &BTreeMap<Period, Cell>) -> BTreeMap<Date, Period> {
    let mut closes: BTreeMap<Date, &Cell> = BTreeMap::new();
    for cell in cells.values() {
        let close = cell.period.last_day();
        if closes.get(&close).is_none_or(|other| cell.rank() < other.rank()) {
            closes.insert(close, cell);
        }
    }
    closes.into_iter().map(|(close, cell)| (close, cell.period)).collect()
}
