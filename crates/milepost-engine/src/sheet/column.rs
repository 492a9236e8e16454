//! The figures of all rows at one period.

use std::sync::Arc;

use milepost_model::{Date, Decimal, Period, Precision};
use milepost_store::{CrossSection, Observation, Totals};

use super::Sheet;
use super::bits::Bits;
use super::leaf::{From, Leaf};
use crate::execute::{Below, Members};
use crate::line::Timing;

/// Regions whose figures are read one region after another, if it is for many periods.
const FEW_REGIONS: usize = 4;
const FEW_PERIODS: usize = 8;

/// The figures of an indicator at a period: actual and exact ones, as whole numbers of one scale.
#[derive(Debug)]
pub(crate) struct Column {
    pub(super) scale: u8,
    pub(super) mantissas: Vec<i64>,
    /// Rows that have a figure here.
    pub(super) known: Bits,
    /// Rows of which the general way has to tell whether they have one; all others have none.
    pub(super) odd: Bits,
    /// Of sums, how many members each is of and should be of.
    pub(super) members: Option<Counts>,
    pub(super) published: Published,
    /// Whether nothing is stored for the period anywhere, so that no row has a figure.
    pub(super) is_void: bool,
}

/// How many members are there, and how many there should be.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(super) present: Vec<u32>,
    below: Arc<Option<Below>>,
}

/// When figures were published.
#[derive(Debug)]
pub(super) enum Published {
    All(Option<Date>),
    Each(Vec<Option<Date>>),
}

impl Published {
    pub(super) fn at(&self, row: usize) -> Option<Date> {
        match self {
            Self::All(day) => *day,
            Self::Each(days) => days.get(row).copied().flatten(),
        }
    }
}

impl Counts {
    pub(super) fn expected(&self, row: usize) -> u32 {
        let below = self.below.as_ref().as_ref();
        below.and_then(|below| below.expected.get(row)).copied().unwrap_or(0)
    }
}

impl Column {
    /// No figure at all.
    fn void(rows: usize, odd: Bits) -> Self {
        let known = Bits::none(rows);
        let (mantissas, published) = (vec![0; rows], Published::All(None));
        Self { scale: 0, mantissas, known, odd, members: None, published, is_void: true }
    }

    /// Published figures. `alone`: a row that has none has none from elsewhere either.
    fn of_section(section: &CrossSection, members: &Members, alone: bool) -> Self {
        let rows = members.len();
        let positions = members.selection.positions();
        let position =
            |row: usize| positions.get(row).map_or(usize::MAX, |position| *position as usize);
        let in_order = members.is_in_order;
        let known = match (section.is_plain(), in_order) {
            (true, true) => Bits::from_words(section.present(), rows),
            (true, false) => Bits::of(rows, |row| section.is_present(position(row))),
            (false, _) => Bits::of(rows, |row| is_plain(section, position(row))),
        };
        let is_odd = |row: usize| {
            let is_told = section.is_present(position(row)) || section.is_withdrawn(position(row));
            !known.has(row) && (is_told || !alone || !members.is_unchanged(row))
        };
        let odd = Bits::of(rows, is_odd);
        let mantissas = section.mantissas();
        let mantissa = |row: usize| mantissas.get(position(row)).copied().unwrap_or(0);
        let published = match section.uniform_published() {
            Some(day) => Published::All(day),
            None => {
                Published::Each((0..rows).map(|row| section.published(position(row))).collect())
            }
        };
        Self {
            scale: section.scale(),
            mantissas: if in_order {
                mantissas.to_vec()
            } else {
                (0..rows).map(mantissa).collect()
            },
            known,
            odd,
            members: None,
            published,
            is_void: false,
        }
    }

    /// Published figures of few regions, each read by itself.
    fn of_observations(figures: &[Option<&Observation>], members: &Members, alone: bool) -> Self {
        let rows = figures.len();
        let at = |row: usize| figures.get(row).copied().flatten();
        let scale = |figure: Option<&Observation>| figure.and_then(|f| f.value).map(Decimal::scale);
        let mut column = Self { is_void: false, ..Self::void(rows, Bits::none(rows)) };
        column.scale = figures.iter().copied().filter_map(scale).max().unwrap_or(0);
        let plain = |row: usize| {
            let figure = at(row).filter(|figure| {
                figure.status.bits() == 0 && figure.precision == Precision::Exact
            })?;
            let value = figure.value?;
            at_scale(value.mantissa(), i8::try_from(value.scale()).ok()?, column.scale)
        };
        column.mantissas = (0..rows).map(|row| plain(row).unwrap_or(0)).collect();
        column.known = Bits::of(rows, |row| plain(row).is_some());
        column.odd = Bits::of(rows, |row| {
            plain(row).is_none() && (at(row).is_some() || !alone || !members.is_unchanged(row))
        });
        let published = |row| at(row).and_then(|figure| figure.published);
        column.published = match rows {
            1 => Published::All(published(0)),
            _ => Published::Each((0..rows).map(published).collect()),
        };
        column
    }

    /// Sums over what lies below, at one of several periods.
    fn of_totals(
        totals: &Totals,
        period: usize,
        members: &Members,
        (below, enough): (&Arc<Option<Below>>, &[u32]),
    ) -> Self {
        let rows = members.len();
        let sums = || (0..rows).map(|row| totals.plain(period, row));
        let scales = sums().flatten().map(|(_, scale, _)| scale);
        let scale = scales.max().and_then(|scale| u8::try_from(scale).ok()).unwrap_or(0);
        let mut column = Self { scale, is_void: false, ..Self::void(rows, Bits::none(rows)) };
        let mut present = vec![0; rows];
        for (row, sum) in sums().enumerate() {
            let figure = sum
                .filter(|_| members.is_unchanged(row))
                .filter(|(.., count)| enough.get(row).is_some_and(|enough| count >= enough))
                .and_then(|(mantissa, own, count)| Some((at_scale(mantissa, own, scale)?, count)));
            let places = (column.mantissas.get_mut(row), present.get_mut(row));
            match (figure, places) {
                (Some((figure, count)), (Some(mantissa), Some(present))) => {
                    (*mantissa, *present) = (figure, count);
                    column.known.put(row);
                }
                _ => column.odd.put(row),
            }
        }
        column.members = Some(Counts { present, below: Arc::clone(below) });
        column
    }

    /// Figures of successive periods added up: a row needs all of them.
    fn in_turn(parts: &[Arc<Self>]) -> Option<Self> {
        let (first, rest) = parts.split_first()?;
        let scale = parts.iter().map(|part| part.scale).max()?;
        let mut known = first.known.clone();
        let mut odd = first.odd.clone();
        for part in rest {
            known.keep(&part.known);
            odd.add(&part.odd);
        }
        let mut mantissas = vec![0_i64; first.mantissas.len()];
        for part in parts {
            let factor = 10_i64.checked_pow(u32::from(scale.checked_sub(part.scale)?))?;
            for (sum, mantissa) in mantissas.iter_mut().zip(&part.mantissas) {
                *sum = sum.checked_add(mantissa.checked_mul(factor)?)?;
            }
        }
        let counts = first.members.as_ref()?;
        let mut present = counts.present.clone();
        for part in rest {
            let counts = part.members.as_ref()?;
            let both = present.iter_mut().zip(&counts.present);
            both.for_each(|(least, other)| *least = (*least).min(*other));
        }
        let below = Arc::clone(&counts.below);
        let members = Some(Counts { present, below });
        let published = Published::All(None);
        Some(Self { scale, mantissas, known, odd, members, published, is_void: false })
    }

    /// Rows whose figure is zero.
    pub(super) fn zeros(&self) -> Bits {
        Bits::of(self.mantissas.len(), |row| self.mantissas.get(row) == Some(&0))
    }

    /// Whether a sum lacks some of its members.
    pub(super) fn lacks_members(&self, row: usize) -> bool {
        self.members.as_ref().is_some_and(|counts| {
            let present = counts.present.get(row).copied().unwrap_or(0);
            self.known.has(row) && present < counts.expected(row)
        })
    }
}

/// What a row takes in a column: its figure, its bits, and the day that may differ.
const ROW_BYTES: usize = 16;
/// What a column takes beside its rows, with its place among the others.
const COLUMN_BYTES: usize = size_of::<Column>() + 64;
/// What a sum takes while it is one.
const SUM_BYTES: usize = 48;

impl Sheet {
    /// The figures of an indicator at a period; None where the general way is needed for all rows.
    pub(super) fn column(&self, number: usize, period: Period) -> Option<Arc<Column>> {
        if let Some(known) = self.columns.borrow().get(&(number, period)) {
            return known.clone();
        }
        let column = self.leaves.get(number).and_then(|leaf| self.find(number, leaf, period));
        self.columns.borrow_mut().insert((number, period), column.clone());
        column
    }

    fn find(&self, number: usize, leaf: &Leaf, period: Period) -> Option<Arc<Column>> {
        let close = period.last_day();
        if leaf.begins.is_some_and(|begins| close < begins) {
            return None;
        }
        let members = &self.side.members;
        let rows = members.len();
        if leaf.is_own() {
            self.side.asked.watch.hold("figures", rows, ROW_BYTES).ok()?;
        }
        let label = leaf.label(period);
        match (&leaf.from, label) {
            (From::Own { alone }, Some(label)) => {
                let (reader, selection) = (&leaf.reader, &members.selection);
                let (indicator, as_of) = (reader.indicator, reader.as_of);
                let snapshot = &reader.snapshot;
                let read =
                    snapshot.cross_section(indicator, &leaf.scenario, selection, label, as_of);
                let section = read.ok().filter(CrossSection::is_regular)?;
                Some(Arc::new(Column::of_section(&section, members, *alone)))
            }
            (From::Own { alone: true }, None) if !leaf.labels.divide(period) => {
                let odd = Bits::of(rows, |row| !members.is_unchanged(row));
                Some(Arc::new(Column::void(rows, odd)))
            }
            (From::Own { .. }, None) => None,
            (From::Below { .. }, Some(label)) => self.totals(leaf, &[label])?.pop().map(Arc::new),
            (From::Below { .. }, None) => {
                let Some(parts) = leaf.sub_periods(period) else {
                    // The general way tells the reason.
                    let odd = Bits::of(rows, |_| true);
                    return Some(Arc::new(Column::void(rows, odd)));
                };
                self.fetch(number, &parts)?;
                let parts = parts.into_iter().map(|part| self.column(number, part));
                Column::in_turn(&parts.collect::<Option<Vec<_>>>()?).map(Arc::new)
            }
        }
    }

    /// Reads sums of several periods in one go.
    pub(super) fn fetch(&self, number: usize, periods: &[Period]) -> Option<()> {
        let leaf = self.leaves.get(number)?;
        if periods.len() < 2 {
            return Some(());
        }
        if let From::Own { alone } = leaf.from {
            let members = self.side.members.len();
            let pays = members <= FEW_REGIONS && periods.len() > FEW_PERIODS;
            return if pays { self.fetch_series(number, periods, alone) } else { Some(()) };
        }
        let mut wanted: Vec<(Period, Period)> = Vec::new();
        for period in periods {
            if let Some(label) = leaf.label(*period) {
                wanted.push((*period, label));
            } else {
                let parts = leaf.sub_periods(*period).into_iter().flatten();
                wanted.extend(parts.map(|part| (part, part)));
            }
        }
        wanted.retain(|(period, _)| !self.columns.borrow().contains_key(&(number, *period)));
        wanted.retain(|(period, _)| leaf.begins.is_none_or(|begins| period.last_day() >= begins));
        let labels: Vec<Period> = wanted.iter().map(|(_, label)| *label).collect();
        let columns = self.totals(leaf, &labels)?;
        let mut known = self.columns.borrow_mut();
        for ((period, _), column) in wanted.into_iter().zip(columns) {
            known.insert((number, period), Some(Arc::new(column)));
        }
        Some(())
    }

    /// Reads all figures of few regions.
    fn fetch_series(&self, number: usize, periods: &[Period], alone: bool) -> Option<()> {
        let leaf = self.leaves.get(number)?;
        let (reader, members) = (&leaf.reader, &self.side.members);
        let series = members.rows().map(|(region, _)| {
            let (indicator, as_of) = (reader.indicator, reader.as_of);
            reader.snapshot.series(indicator, region, &leaf.scenario, as_of).ok()
        });
        let series: Vec<Vec<Observation>> = series.collect::<Option<_>>()?;
        let watch = &self.side.asked.watch;
        let count = series.iter().map(Vec::len).sum();
        let _held = watch.hold_while("figures", count, size_of::<Observation>()).ok()?;
        let column = COLUMN_BYTES.saturating_add(series.len().saturating_mul(ROW_BYTES));
        watch.hold("columns", periods.len(), column).ok()?;
        let mut known = self.columns.borrow_mut();
        known.reserve(periods.len());
        let mut figures: Vec<Option<&Observation>> = Vec::with_capacity(series.len());
        for period in periods {
            let is_past = leaf.begins.is_some_and(|begins| period.last_day() < begins);
            let Some(label) = leaf.label(*period).filter(|_| !is_past) else { continue };
            figures.clear();
            figures.extend(series.iter().map(|series| {
                let at = series.binary_search_by_key(&label, |figure| figure.period).ok()?;
                series.get(at)
            }));
            let column = Column::of_observations(&figures, members, alone);
            known.entry((number, *period)).or_insert_with(|| Some(Arc::new(column)));
        }
        Some(())
    }

    fn totals(&self, leaf: &Leaf, labels: &[Period]) -> Option<Vec<Column>> {
        let From::Below { below, enough } = &leaf.from else { return None };
        let Below { partition, from, until, .. } = below.as_ref().as_ref()?;
        let is_within = |label: &Period| *from <= label.first_day() && label.last_day() < *until;
        if !labels.iter().all(is_within) {
            return None;
        }
        let (reader, watch) = (&leaf.reader, &self.side.asked.watch);
        let sums = labels.len().saturating_mul(partition.parts());
        watch.hold("figures", sums, ROW_BYTES).ok()?;
        watch.hold("sums", sums, SUM_BYTES).ok()?;
        let read = reader.snapshot.totals(
            reader.indicator,
            &leaf.scenario,
            partition,
            labels,
            reader.as_of,
        );
        let totals = read.ok()?;
        let members = &self.side.members;
        let column = |at| Column::of_totals(&totals, at, members, (below, enough));
        let columns = (0..labels.len()).map(column).collect();
        watch.release(sums, SUM_BYTES);
        Some(columns)
    }
}

impl Leaf {
    /// The label under which the figures of a period are stored: what holds at a close has the one
    /// of that close, for there is one frequency only.
    pub(super) fn label(&self, period: Period) -> Option<Period> {
        match self.timing() {
            Timing::Close => self.labels.closing_on(period.last_day()).first().copied(),
            Timing::Span => Some(period).filter(|period| self.labels.contains(*period)),
        }
    }

    /// The periods that make up a longer one of a flow, if all of them have figures.
    fn sub_periods(&self, period: Period) -> Option<Vec<Period>> {
        let parts = period.subperiods(self.frequency).filter(|_| self.reader.nature.adds_up)?;
        let parts: Vec<Period> = parts.collect();
        let all = parts.len() > 1 && parts.iter().all(|part| self.labels.contains(*part));
        all.then_some(parts)
    }
}

/// Whether a figure is an actual one printed exactly.
fn is_plain(section: &CrossSection, position: usize) -> bool {
    section.is_present(position)
        && section.status(position).is_some_and(|status| status.bits() == 0)
        && section.precision(position) == Some(Precision::Exact)
}

/// A mantissa at another scale, if it fits.
fn at_scale(mantissa: i128, scale: i8, wanted: u8) -> Option<i64> {
    let shift = i16::from(wanted).checked_sub(scale.into())?;
    let factor = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
    i64::try_from(mantissa.checked_mul(factor)?).ok()
}
