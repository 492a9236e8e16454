use super::entry::ROW_CELLS;
use super::{CELLS, CellSet};

/// Which of the first cells of a frame have a value, read in place; no later cell has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holes<'a> {
    form: Form,
    bytes: &'a [u8],
    /// Cells that the payload has room for.
    cells: usize,
}

/// How the cells are told. The order is that of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Every cell has a value.
    Full,
    /// Gaps between the cells that have none.
    Absent,
    /// Gaps between the cells that have one.
    Present,
    /// A bit for each cell.
    Bitmap,
}

/// A gap that is followed by another one instead of a cell.
const LONG_GAP: u8 = u8::MAX;

impl<'a> Holes<'a> {
    /// Every cell has a value.
    pub(super) const FULL: Holes<'static> = Holes { form: Form::Full, bytes: &[], cells: CELLS };

    /// A bitmap of all cells.
    pub(super) fn of_bitmap(bytes: &'a [u8]) -> Holes<'a> {
        Holes { form: Form::Bitmap, bytes, cells: CELLS }
    }

    /// The holes among the first `cells` cells; `None` if `bytes` are longer than those of a form
    /// can be.
    #[inline]
    pub(super) fn read(form: u8, bytes: &'a [u8], cells: usize) -> Option<Holes<'a>> {
        let (form, fits) = match form {
            0 => (Form::Full, bytes.is_empty()),
            1 => (Form::Absent, true),
            2 => (Form::Present, true),
            _ => (Form::Bitmap, bytes.len() == cells / 8),
        };
        fits.then_some(Holes { form, bytes, cells })
    }

    /// Appends the shortest of the forms; returns its number.
    pub(super) fn write(values: &CellSet, rows: usize, out: &mut Vec<u8>) -> u8 {
        let cells = rows.saturating_mul(ROW_CELLS);
        let inside = CellSet::of_range(0..cells);
        let absent = inside.without(values);
        if absent.is_empty() {
            return 0;
        }
        let lists = [gaps_of(&absent), gaps_of(&values.and(&inside))];
        let (form, shortest) = match lists {
            [absent, present] if absent.len() <= present.len() => (1, absent),
            [_, present] => (2, present),
        };
        if shortest.len() < cells / 8 {
            out.extend(shortest);
            form
        } else {
            out.extend(values.to_bytes().take(cells / 8));
            3
        }
    }

    /// The cells with a value.
    pub(super) fn values(&self) -> CellSet {
        let inside =
            if self.cells == CELLS { CellSet::FULL } else { CellSet::of_range(0..self.cells) };
        match self.form {
            Form::Full => inside,
            Form::Absent => {
                let mut set = inside;
                gaps(self.bytes).for_each(|cell| set.remove(cell));
                set
            }
            Form::Present => {
                let mut set = CellSet::EMPTY;
                gaps(self.bytes).for_each(|cell| set.insert(cell));
                set.and(&inside)
            }
            Form::Bitmap => CellSet::from_bytes(self.bytes),
        }
    }

    /// Whether a cell has a value.
    #[inline]
    pub(super) fn has_value(&self, cell: usize) -> bool {
        let is_listed = || gaps(self.bytes).find(|listed| *listed >= cell) == Some(cell);
        cell < self.cells
            && match self.form {
                Form::Full => true,
                Form::Absent => !is_listed(),
                Form::Present => is_listed(),
                Form::Bitmap => {
                    self.bytes.get(cell / 8).is_some_and(|byte| byte >> (cell % 8) & 1 == 1)
                }
            }
    }

    /// Whether every cell of the frame has a value.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.form == Form::Full && self.cells == CELLS
    }
}

/// The cells of a list, ascending.
#[inline]
fn gaps(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut next = 0usize;
    bytes.iter().filter_map(move |gap| {
        let cell = next.saturating_add(usize::from(*gap));
        if *gap == LONG_GAP {
            next = cell;
            return None;
        }
        next = cell.saturating_add(1);
        Some(cell)
    })
}

fn gaps_of(cells: &CellSet) -> Vec<u8> {
    let (mut bytes, mut next) = (Vec::new(), 0usize);
    for cell in cells.iter() {
        let mut gap = cell.saturating_sub(next);
        while gap >= usize::from(LONG_GAP) {
            bytes.push(LONG_GAP);
            gap = gap.saturating_sub(usize::from(LONG_GAP));
        }
        bytes.push(u8::try_from(gap).unwrap_or(0));
        next = cell.saturating_add(1);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_set() -> impl Strategy<Value = CellSet> {
        let cells = proptest::collection::vec(0..CELLS, 0..300);
        (cells, any::<bool>(), 0..1025usize).prop_map(|(cells, is_complement, end)| {
            let mut set = CellSet::EMPTY;
            for cell in cells {
                set.insert(cell);
            }
            let set = if is_complement { CellSet::FULL.without(&set) } else { set };
            set.and(&CellSet::of_range(0..end))
        })
    }

    proptest! {
        #[test]
        fn sets_come_back(set in any_set(), more in 0..32usize) {
            let needed = set.iter().last().map_or(1, |cell| cell / ROW_CELLS + 1);
            let rows = (needed + more).min(CELLS / ROW_CELLS);
            let mut bytes = Vec::new();
            let form = Holes::write(&set, rows, &mut bytes);
            prop_assert!(bytes.len() <= rows * ROW_CELLS / 8);
            let holes = Holes::read(form, &bytes, rows * ROW_CELLS).unwrap();
            prop_assert_eq!(holes.values(), set);
            prop_assert_eq!(holes.is_full(), set == CellSet::FULL);
            for cell in 0..1030 {
                prop_assert_eq!(holes.has_value(cell), set.contains(cell));
            }
        }

        #[test]
        fn any_bytes_are_some_set(form in 0..4u8, bytes: Vec<u8>, rows in 0..33usize, cell: usize) {
            let Some(holes) = Holes::read(form, &bytes, rows * ROW_CELLS) else { return Ok(()) };
            let values = holes.values();
            for cell in [cell, cell % CELLS, 0, 1023, 1024] {
                prop_assert_eq!(values.contains(cell), holes.has_value(cell));
            }
            prop_assert!(values.iter().all(|cell| cell < rows * ROW_CELLS));
        }
    }

    #[test]
    fn one_in_forty_costs_a_byte_each() {
        let mut absent = CellSet::EMPTY;
        for cell in [5, 6, 700] {
            absent.insert(cell);
        }
        let mut bytes = Vec::new();
        assert_eq!(Holes::write(&CellSet::FULL.without(&absent), 32, &mut bytes), 1);
        assert_eq!(bytes, [5, 0, LONG_GAP, LONG_GAP, 183]);
    }
}
