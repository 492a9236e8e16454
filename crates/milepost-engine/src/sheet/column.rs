//! The figures of all rows at several periods.

use std::sync::Arc;

use milepost_model::{Date, Precision};
use milepost_store::{Section, Totals};

use super::bits;
use crate::execute::{Below, Members};

/// The figures of an indicator at a period: actual and exact ones, as whole numbers of one scale.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    block: Arc<Block>,
    /// Which of the periods of the block it is.
    at: usize,
}

/// The figures of an indicator at several periods, side by side: a region along time has as few
/// columns to allocate as many regions at a time.
#[derive(Debug)]
pub(super) struct Block {
    rows: usize,
    scale: u8,
    /// Period by period, each with all rows.
    mantissas: Vec<i64>,
    /// A bit for each row that has a figure here; each period begins a word.
    known: Vec<u64>,
    /// The same for rows of which the general way has to tell whether they have one; all others
    /// have none.
    odd: Vec<u64>,
    /// Of sums, how many members each is of and should be of.
    members: Option<Counts>,
    published: Published,
    /// Whether nothing is stored for the periods anywhere, so that no row has a figure.
    is_void: bool,
}

/// How many members are there, like the figures, and how many there should be in each row.
#[derive(Debug)]
struct Counts {
    present: Vec<u32>,
    below: Arc<Option<Below>>,
}

/// When figures were published.
#[derive(Debug)]
enum Published {
    All(Option<Date>),
    /// Like the figures.
    Each(Vec<Option<Date>>),
}

impl Column {
    pub(super) fn scale(&self) -> u8 {
        self.block.scale
    }

    /// The figures, of no meaning where there is none.
    pub(super) fn mantissas(&self) -> &[i64] {
        of_period(&self.block.mantissas, self.at, self.block.rows)
    }

    /// A bit for each row that has a figure here.
    pub(super) fn known(&self) -> &[u64] {
        of_period(&self.block.known, self.at, bits::words(self.block.rows))
    }

    /// A bit for each row of which the general way has to tell whether it has one.
    pub(super) fn odd(&self) -> &[u64] {
        of_period(&self.block.odd, self.at, bits::words(self.block.rows))
    }

    /// Whether a row has a figure here.
    pub(super) fn has(&self, row: usize) -> bool {
        bits::is_set(self.known(), row)
    }

    pub(super) fn is_odd(&self, row: usize) -> bool {
        bits::is_set(self.odd(), row)
    }

    /// Whether nothing is stored for the period anywhere.
    pub(super) fn is_void(&self) -> bool {
        self.block.is_void
    }

    pub(super) fn mantissa(&self, row: usize) -> Option<i64> {
        self.mantissas().get(row).copied()
    }

    pub(super) fn published(&self, row: usize) -> Option<Date> {
        match &self.block.published {
            Published::All(day) => *day,
            Published::Each(days) => of_period(days, self.at, self.block.rows).get(row).copied()?,
        }
    }

    /// Of a sum, how many members it is of and how many it should be of.
    pub(super) fn members(&self, row: usize) -> Option<(u32, u32)> {
        let present = self.present()?.get(row).copied();
        let below = self.block.members.as_ref()?.below.as_ref().as_ref();
        let expected = below.and_then(|below| below.expected.get(row)).copied();
        Some((present.unwrap_or(0), expected.unwrap_or(0)))
    }

    fn present(&self) -> Option<&[u32]> {
        let counts = self.block.members.as_ref()?;
        Some(of_period(&counts.present, self.at, self.block.rows))
    }

    /// Whether these are sums.
    pub(super) fn is_of_sums(&self) -> bool {
        self.block.members.is_some()
    }

    /// The periods of a block.
    fn all(block: Block, periods: usize) -> Vec<Self> {
        let block = Arc::new(block);
        (0..periods).map(|at| Self { block: Arc::clone(&block), at }).collect()
    }

    /// No figure at all.
    pub(super) fn void(rows: usize, is_odd: impl Fn(usize) -> bool) -> Self {
        let mut block = Block::new(rows, 1, 0);
        block.is_void = true;
        (0..rows).filter(|row| is_odd(*row)).for_each(|row| bits::set(&mut block.odd, row));
        Self { block: Arc::new(block), at: 0 }
    }

    /// Published figures of all rows. `alone`: a row that has none has none from elsewhere either.
    pub(super) fn of_regions(section: &Section, members: &Members, alone: bool) -> Self {
        let rows = members.len();
        let positions = members.selection.positions();
        let position = |row: usize| positions.get(row).map_or(usize::MAX, |at| *at as usize);
        let mut block = Block::new(rows, 1, section.scale());
        let mantissas = section.mantissas();
        if members.is_in_order {
            block.mantissas.copy_from_slice(mantissas.get(..rows).unwrap_or_default());
        } else {
            let figure = |row: usize| mantissas.get(position(row)).copied().unwrap_or(0);
            block.mantissas = (0..rows).map(figure).collect();
        }
        if section.is_plain() && members.is_in_order {
            let present = section.present();
            block.known.iter_mut().zip(present).for_each(|(known, present)| *known = *present);
        } else {
            let is_plain = |row: &usize| is_plain(section, position(*row));
            (0..rows).filter(is_plain).for_each(|row| bits::set(&mut block.known, row));
        }
        let is_odd = |row| !alone || !members.is_unchanged(row) || is_told(section, position(row));
        let Block { known, odd, .. } = &mut block;
        bits::unset(known, rows).filter(|row| is_odd(*row)).for_each(|row| bits::set(odd, row));
        block.published = match section.uniform_published() {
            Some(day) => Published::All(day),
            None => {
                Published::Each((0..rows).map(|row| section.published(position(row))).collect())
            }
        };
        Self { block: Arc::new(block), at: 0 }
    }

    /// Published figures of several periods, each section with those of one row.
    pub(super) fn of_series(
        sections: &[Section],
        periods: usize,
        members: &Members,
        alone: bool,
    ) -> Vec<Self> {
        let rows = sections.len();
        let scale = sections.iter().map(Section::scale).max().unwrap_or(0);
        let mut block = Block::new(rows, periods, scale);
        let mut days = sections.iter().map(Section::uniform_published);
        let first = days.next().flatten();
        if first.is_none() || days.any(|day| day != first) {
            block.published = Published::Each(vec![None; block.mantissas.len()]);
        } else {
            block.published = Published::All(first.flatten());
        }
        for (row, section) in sections.iter().enumerate() {
            let factor = scale.checked_sub(section.scale());
            let factor = factor.and_then(|shift| 10_i64.checked_pow(shift.into()));
            let all_plain = section.is_plain();
            for (period, mantissa) in section.mantissas().iter().enumerate() {
                let at = period * rows + row;
                let is_plain =
                    section.is_present(period) && (all_plain || is_plain(section, period));
                let figure = factor.and_then(|factor| mantissa.checked_mul(factor));
                if let Some(figure) = figure.filter(|_| is_plain)
                    && let Some(place) = block.mantissas.get_mut(at)
                {
                    *place = figure;
                    bits::set(&mut block.known, period * bits::words(rows) * 64 + row);
                } else if !alone || !members.is_unchanged(row) || is_told(section, period) {
                    bits::set(&mut block.odd, period * bits::words(rows) * 64 + row);
                }
                if let Published::Each(days) = &mut block.published
                    && let Some(place) = days.get_mut(at)
                {
                    *place = section.published(period);
                }
            }
        }
        Self::all(block, periods)
    }

    /// Sums over what lies below at several periods.
    pub(super) fn of_totals(
        totals: &Totals,
        periods: usize,
        members: &Members,
        (below, enough): (&Arc<Option<Below>>, &[u32]),
    ) -> Vec<Self> {
        let rows = members.len();
        let sums = || (0..periods).flat_map(|at| (0..rows).map(move |row| (at, row)));
        let scales =
            sums().filter_map(|(at, row)| totals.plain(at, row)).map(|(_, scale, _)| scale);
        let scale = scales.max().and_then(|scale| u8::try_from(scale).ok()).unwrap_or(0);
        let mut block = Block::new(rows, periods, scale);
        let mut present = vec![0; block.mantissas.len()];
        let places = block.mantissas.iter_mut().zip(&mut present);
        for ((at, row), (mantissa, present)) in sums().zip(places) {
            let figure = totals
                .plain(at, row)
                .filter(|_| members.is_unchanged(row))
                .filter(|(.., count)| enough.get(row).is_some_and(|enough| count >= enough))
                .and_then(|(mantissa, own, count)| Some((at_scale(mantissa, own, scale)?, count)));
            let bit = at * bits::words(rows) * 64 + row;
            if let Some((figure, count)) = figure {
                (*mantissa, *present) = (figure, count);
                bits::set(&mut block.known, bit);
            } else {
                bits::set(&mut block.odd, bit);
            }
        }
        block.members = Some(Counts { present, below: Arc::clone(below) });
        Self::all(block, periods)
    }

    /// Figures of successive periods added up: a row needs all of them.
    pub(super) fn in_turn(parts: &[Self]) -> Option<Self> {
        let (first, rest) = parts.split_first()?;
        let scale = parts.iter().map(Self::scale).max()?;
        let mut block = Block::new(first.block.rows, 1, scale);
        block.known.copy_from_slice(first.known());
        block.odd.copy_from_slice(first.odd());
        for part in rest {
            block.known.iter_mut().zip(part.known()).for_each(|(all, part)| *all &= part);
            block.odd.iter_mut().zip(part.odd()).for_each(|(all, part)| *all |= part);
        }
        for part in parts {
            let factor = 10_i64.checked_pow(u32::from(scale.checked_sub(part.scale())?))?;
            for (sum, mantissa) in block.mantissas.iter_mut().zip(part.mantissas()) {
                *sum = sum.checked_add(mantissa.checked_mul(factor)?)?;
            }
        }
        let mut least = first.present()?.to_vec();
        for part in rest {
            let both = least.iter_mut().zip(part.present()?);
            both.for_each(|(least, other)| *least = (*least).min(*other));
        }
        let below = Arc::clone(&first.block.members.as_ref()?.below);
        block.members = Some(Counts { present: least, below });
        Some(Self { block: Arc::new(block), at: 0 })
    }

    /// Whether a sum lacks some of its members.
    pub(super) fn lacks_members(&self, row: usize) -> bool {
        let lacks = |(present, expected)| present < expected;
        self.is_of_sums() && self.has(row) && self.members(row).is_some_and(lacks)
    }
}

impl Block {
    /// No figure yet.
    fn new(rows: usize, periods: usize, scale: u8) -> Self {
        let words = vec![0; bits::words(rows) * periods];
        Self {
            rows,
            scale,
            mantissas: vec![0; rows * periods],
            known: words.clone(),
            odd: words,
            members: None,
            published: Published::All(None),
            is_void: false,
        }
    }
}

/// The part of a period, of so many things each.
fn of_period<T>(all: &[T], at: usize, each: usize) -> &[T] {
    all.get(at * each..(at + 1) * each).unwrap_or_default()
}

fn is_told(section: &Section, position: usize) -> bool {
    section.is_present(position) || section.is_withdrawn(position)
}

/// Whether a figure is an actual one printed exactly.
fn is_plain(section: &Section, position: usize) -> bool {
    section.is_present(position)
        && section.status(position).is_some_and(|status| status.bits() == 0)
        && section.precision(position) == Some(Precision::Exact)
}

/// A mantissa at another scale, if it fits.
fn at_scale(mantissa: i128, scale: i8, wanted: u8) -> Option<i64> {
    let shift = i16::from(wanted).checked_sub(scale.into())?;
    if shift == 0 {
        return i64::try_from(mantissa).ok();
    }
    let factor = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
    i64::try_from(mantissa.checked_mul(factor)?).ok()
}
