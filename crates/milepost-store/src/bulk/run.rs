//! Rows of one sheet from one piece, packed: what a bulk load keeps of its input until frames are
//! made of it.

use std::borrow::Cow;

/// Bits of a period's ordinal that a row has itself; those above are its run's.
const PERIOD_BITS: u32 = 13;
const PERIODS: i32 = 1 << PERIOD_BITS;
/// Bits of a region's ordinal: as many as a frame number can hold.
const REGION_BITS: u32 = 19;
/// The scale of a row that withdraws a figure; no decimal has so many digits after the point.
const WITHDRAWN: u8 = u8::MAX;

/// What the rows of a run have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RunKey {
    pub(super) indicator: u32,
    /// A text of the piece.
    pub(super) scenario: u32,
    pub(super) group: u32,
    pub(super) frequency: u8,
    /// The upper bits of the periods' ordinals.
    pub(super) era: i32,
}

/// One row of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    place: u32,
    /// Number of a set of attributes.
    pub(super) attributes: u32,
    mantissa: i64,
    scale: u8,
}

impl Cell {
    /// The ordinal of the region must be one that [`fits`].
    #[inline]
    pub(super) fn new(region: u32, period: i32, attributes: u32, value: Option<(i64, u8)>) -> Self {
        let place = region << PERIOD_BITS | (period & (PERIODS.wrapping_sub(1))).cast_unsigned();
        let (mantissa, scale) = value.unwrap_or((0, WITHDRAWN));
        Self { place, attributes, mantissa, scale }
    }

    #[inline]
    pub(super) fn region(&self) -> u32 {
        self.place >> PERIOD_BITS
    }

    /// The lower bits of the ordinal of its period.
    #[inline]
    fn low(&self) -> u32 {
        self.place & PERIODS.wrapping_sub(1).cast_unsigned()
    }

    #[inline]
    pub(super) fn value(&self) -> Option<(i64, u8)> {
        (self.scale != WITHDRAWN).then_some((self.mantissa, self.scale))
    }
}

/// The era that a period belongs to.
#[inline]
pub(super) fn era(ordinal: i32) -> i32 {
    ordinal >> PERIOD_BITS
}

/// Whether a row can hold a region.
#[inline]
pub(super) fn fits(region: u32) -> bool {
    region >> REGION_BITS == 0
}

/// From the `index`-th row of a run on, rows are those of the piece from `row` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) index: u32,
    pub(super) row: u32,
}

/// A run, packed.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) key: RunKey,
    /// Ordinals of its periods, ascending, each once.
    pub(super) periods: Vec<i32>,
    rows: usize,
    is_narrow: bool,
    /// The one scale of all rows, if there is one.
    scale: Option<u8>,
    /// The one set of attributes of all rows, if there is one.
    attributes: Option<u32>,
    stretches: Vec<Stretch>,
    pub(super) bytes: Stored,
}

/// Where the bytes of a run are.
#[derive(Debug)]
pub(super) enum Stored {
    Memory(Vec<u8>),
    /// In the file of what memory has no room for.
    Spilled {
        offset: u64,
        length: u64,
    },
}

impl Run {
    /// Packs rows, of which there is at least one.
    pub(super) fn pack(key: RunKey, cells: &[Cell], stretches: Vec<Stretch>) -> Self {
        let narrow = |cell: &Cell| i32::try_from(cell.mantissa).is_ok();
        let is_narrow = cells.iter().all(narrow);
        let first = cells.first();
        let scale = first.map(|cell| cell.scale);
        let scale = scale.filter(|scale| cells.iter().all(|cell| cell.scale == *scale));
        let attributes = first.map(|cell| cell.attributes);
        let attributes =
            attributes.filter(|number| cells.iter().all(|cell| cell.attributes == *number));
        let width = if is_narrow { 8usize } else { 12 };
        let width = width.saturating_add(usize::from(scale.is_none()));
        let width = width.saturating_add(if attributes.is_none() { 4 } else { 0 });
        let mut bytes = Vec::with_capacity(cells.len().saturating_mul(width));
        bytes.extend(cells.iter().flat_map(|cell| cell.place.to_le_bytes()));
        if is_narrow {
            #[expect(clippy::cast_possible_truncation, reason = "looked at above")]
            bytes.extend(cells.iter().flat_map(|cell| (cell.mantissa as i32).to_le_bytes()));
        } else {
            bytes.extend(cells.iter().flat_map(|cell| cell.mantissa.to_le_bytes()));
        }
        if attributes.is_none() {
            bytes.extend(cells.iter().flat_map(|cell| cell.attributes.to_le_bytes()));
        }
        if scale.is_none() {
            bytes.extend(cells.iter().map(|cell| cell.scale));
        }
        let periods = periods(key.era, cells);
        let (rows, bytes) = (cells.len(), Stored::Memory(bytes));
        Self { key, periods, rows, is_narrow, scale, attributes, stretches, bytes }
    }

    /// Bytes of memory it takes.
    pub(super) fn memory(&self) -> u64 {
        let bytes = match &self.bytes {
            Stored::Memory(bytes) => bytes.len(),
            Stored::Spilled { .. } => 0,
        };
        let tables = self.periods.len().saturating_mul(4);
        let tables = tables.saturating_add(self.stretches.len().saturating_mul(8));
        crate::head::length(bytes.saturating_add(tables))
    }

    /// The number in its piece of the `index`-th row.
    pub(super) fn row(&self, index: usize) -> u64 {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let after = self.stretches.partition_point(|stretch| stretch.index <= index);
        let stretch = after.checked_sub(1).and_then(|at| self.stretches.get(at));
        stretch.map_or(0, |stretch| {
            u64::from(stretch.row).saturating_add(u64::from(index.saturating_sub(stretch.index)))
        })
    }

    /// The ordinal of a row's period.
    #[inline]
    pub(super) fn period(&self, cell: &Cell) -> i32 {
        self.key.era.wrapping_shl(PERIOD_BITS).wrapping_add(cell.low().cast_signed())
    }

    /// The rows, given their bytes.
    pub(super) fn cells<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Cell> + 'a {
        let mut rest = bytes;
        let mut take = |width: usize, is_there: bool| {
            let length = if is_there { self.rows.saturating_mul(width) } else { 0 };
            rest.split_off(..length).unwrap_or_default()
        };
        let places = take(4, true).as_chunks::<4>().0;
        let narrow = take(4, self.is_narrow).as_chunks::<4>().0;
        let wide = take(8, !self.is_narrow).as_chunks::<8>().0;
        let attributes = take(4, self.attributes.is_none()).as_chunks::<4>().0;
        let scales = take(1, self.scale.is_none());
        (0..places.len()).map_while(move |index| {
            let mantissa = match narrow.get(index) {
                Some(mantissa) => i64::from(i32::from_le_bytes(*mantissa)),
                None => i64::from_le_bytes(*wide.get(index)?),
            };
            let attributes = match self.attributes {
                Some(number) => number,
                None => u32::from_le_bytes(*attributes.get(index)?),
            };
            let scale = match self.scale {
                Some(scale) => scale,
                None => *scales.get(index)?,
            };
            let place = u32::from_le_bytes(*places.get(index)?);
            Some(Cell { place, attributes, mantissa, scale })
        })
    }
}

impl Stored {
    /// The bytes, if they are in memory.
    pub(super) fn in_memory(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Memory(bytes) => Some(Cow::Borrowed(bytes)),
            Self::Spilled { .. } => None,
        }
    }
}

/// The ordinals that cells of one era have, ascending.
fn periods(era: i32, cells: &[Cell]) -> Vec<i32> {
    let mut seen = vec![0u64; (PERIODS.cast_unsigned() / 64) as usize];
    let mut last = None;
    for cell in cells {
        let low = cell.low();
        if last.replace(low) == Some(low) {
            continue;
        }
        if let Some(word) = seen.get_mut((low / 64) as usize) {
            *word |= 1 << (low % 64);
        }
    }
    let base = era.wrapping_shl(PERIOD_BITS);
    let mut periods = Vec::new();
    for (start, mut word) in (base..).step_by(64).zip(seen) {
        while word != 0 {
            periods.push(start.wrapping_add(word.trailing_zeros().cast_signed()));
            word &= word.wrapping_sub(1);
        }
    }
    periods
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_cell() -> impl Strategy<Value = (u32, i32, u32, Option<(i64, u8)>)> {
        let mantissa = prop_oneof![-9..9i64, any::<i64>()];
        let value = proptest::option::weighted(0.9, (mantissa, 0..39u8));
        (0..1u32 << REGION_BITS, 0..PERIODS, 0..3u32, value)
    }

    proptest! {
        #[test]
        fn rows_come_back(
            rows in proptest::collection::vec(any_cell(), 1..40),
            constant: bool,
            era in -600..400,
        ) {
            let cells: Vec<Cell> = rows
                .iter()
                .map(|&(region, low, attributes, value)| {
                    let (attributes, value) =
                        if constant { (7, Some((i64::from(low), 2))) } else { (attributes, value) };
                    Cell::new(region, era * PERIODS + low, attributes, value)
                })
                .collect();
            let key = RunKey { indicator: 0, scenario: 0, group: 0, frequency: 4, era };
            let run = Run::pack(key, &cells, vec![Stretch { index: 0, row: 3 }]);
            let bytes = run.bytes.in_memory().unwrap();
            prop_assert_eq!(run.cells(&bytes).collect::<Vec<_>>(), &cells[..]);
            for ((region, low, _, value), cell) in rows.iter().zip(&cells) {
                prop_assert_eq!(run.period(cell), era * PERIODS + low);
                prop_assert!(run.periods.contains(&run.period(cell)));
                prop_assert!(constant || cell.value() == *value);
                prop_assert_eq!(cell.region(), *region);
            }
            prop_assert!(run.periods.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(run.row(5), 8);
        }
    }

    #[test]
    fn rows_are_counted_through_stretches() {
        let key = RunKey { indicator: 0, scenario: 0, group: 0, frequency: 4, era: 0 };
        let stretches = vec![Stretch { index: 0, row: 2 }, Stretch { index: 3, row: 40 }];
        let run = Run::pack(key, &[Cell::new(1, 1, 0, None); 5], stretches);
        assert_eq!([0, 2, 3, 4].map(|index| run.row(index)), [2, 4, 40, 41]);
        assert_eq!(run.cells(&run.bytes.in_memory().unwrap()).next().unwrap().value(), None);
    }
}
