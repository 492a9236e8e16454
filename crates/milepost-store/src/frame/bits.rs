use super::{CELLS, UNIT};

/// A set of cells of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellSet([u64; CELLS / 64]);

impl CellSet {
    pub(crate) const EMPTY: CellSet = CellSet([0; CELLS / 64]);
    pub(crate) const FULL: CellSet = CellSet([u64::MAX; CELLS / 64]);

    pub(super) fn from_bytes(bytes: &[u8; UNIT]) -> CellSet {
        let mut words = [0; CELLS / 64];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        CellSet(words)
    }

    pub(super) fn to_bytes(self) -> impl Iterator<Item = u8> {
        self.0.into_iter().flat_map(u64::to_le_bytes)
    }

    pub(crate) fn insert(&mut self, cell: usize) {
        if let Some(word) = self.0.get_mut(cell / 64) {
            *word |= 1 << (cell % 64);
        }
    }

    /// Whether `cell` is in the set; no cell from 1,024 on is.
    #[inline]
    pub(crate) fn contains(&self, cell: usize) -> bool {
        self.0.get(cell / 64).is_some_and(|word| word >> (cell % 64) & 1 == 1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The cells that are also in `other`.
    pub(crate) fn and(&self, other: &CellSet) -> CellSet {
        let mut both = *self;
        both.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
        both
    }

    /// The cells that are in either.
    pub(crate) fn or(&self, other: &CellSet) -> CellSet {
        let mut either = *self;
        either.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        either
    }

    /// The cells of `range`.
    pub(crate) fn of_range(range: std::ops::Range<usize>) -> CellSet {
        let below = |cell: usize, word: usize| match cell.saturating_sub(word.saturating_mul(64)) {
            bits @ 0..64 => !(u64::MAX << bits),
            _ => u64::MAX,
        };
        CellSet(std::array::from_fn(|word| below(range.end, word) & !below(range.start, word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_exactly_their_cells() {
        for (start, end) in [(0, 0), (0, 1024), (63, 65), (5, 5), (64, 128), (1000, 2000), (9, 3)] {
            let set = CellSet::of_range(start..end);
            for cell in 0..1100 {
                let expected = (start..end).contains(&cell) && cell < CELLS;
                assert_eq!(set.contains(cell), expected, "{cell} in {start}..{end}");
            }
            assert_eq!(set.len() as usize, end.min(CELLS).saturating_sub(start));
        }
    }

    #[test]
    fn bytes_round_trip() {
        let mut set = CellSet::EMPTY;
        for cell in [0, 9, 1023, 5000] {
            set.insert(cell);
        }
        let bytes: Vec<u8> = set.to_bytes().collect();
        assert_eq!((bytes[0], bytes[1], bytes[127]), (1, 2, 128));
        assert_eq!(CellSet::from_bytes(bytes[..].try_into().unwrap()), set);
        assert_eq!(set.len(), 3);
        assert!(CellSet::EMPTY.is_empty() && !set.is_empty());
        assert_eq!(set.and(&CellSet::of_range(1..1000)).len(), 1);
        assert_eq!(set.or(&CellSet::of_range(0..8)).len(), 10);
    }
}
