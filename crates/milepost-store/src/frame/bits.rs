use super::CELLS;

/// A set of cells of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellSet([u64; CELLS / 64]);

impl CellSet {
    pub(crate) const EMPTY: CellSet = CellSet([0; CELLS / 64]);
    pub(crate) const FULL: CellSet = CellSet([u64::MAX; CELLS / 64]);

    /// The set of a bitmap, which may be shorter than one of all cells.
    pub(super) fn from_bytes(bytes: &[u8]) -> CellSet {
        let mut words = [0; CELLS / 64];
        let (whole, rest) = bytes.as_chunks();
        for (word, bytes) in words.iter_mut().zip(whole) {
            *word = u64::from_le_bytes(*bytes);
        }
        if let Some(word) = words.get_mut(whole.len()) {
            for (place, byte) in rest.iter().enumerate() {
                *word |= u64::from(*byte) << place.saturating_mul(8);
            }
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

    pub(crate) fn remove(&mut self, cell: usize) {
        if let Some(word) = self.0.get_mut(cell / 64) {
            *word &= !(1 << (cell % 64));
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
    #[cfg(test)]
    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Number of cells in a range.
    #[inline]
    pub(crate) fn count(&self, cells: std::ops::Range<usize>) -> u32 {
        let (mut cell, end) = (cells.start, cells.end.min(CELLS));
        let mut count = 0u32;
        while cell < end {
            let next = (cell | 63).saturating_add(1);
            let word = self.0.get(cell / 64).map_or(0, |word| word >> (cell % 64));
            let spare = 64_usize.saturating_sub(end.saturating_sub(cell));
            let inside = if next <= end { word } else { word << spare };
            count = count.saturating_add(inside.count_ones());
            cell = next;
        }
        count
    }

    /// Sets the bits of the cells in a range: the first of the range is bit `at` of `out`, which
    /// counts bits as the set does. Whether any cell of the range is in the set.
    pub(crate) fn copy_to(
        &self,
        cells: std::ops::Range<usize>,
        out: &mut [u64],
        at: usize,
    ) -> bool {
        let mut any = false;
        let (mut cell, mut at) = (cells.start, at);
        let end = cells.end.min(CELLS);
        while cell < end {
            // As many bits as one word has on both sides.
            let room = 64_usize.saturating_sub((cell % 64).max(at % 64));
            let length = room.min(end.saturating_sub(cell));
            let mask = u64::MAX >> 64_usize.saturating_sub(length);
            let bits = self.0.get(cell / 64).map_or(0, |word| word >> (cell % 64)) & mask;
            if let Some(word) = out.get_mut(at / 64) {
                *word |= bits << (at % 64);
            }
            any |= bits != 0;
            (cell, at) = (cell.saturating_add(length), at.saturating_add(length));
        }
        any
    }

    /// Every cell, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        let words = self.0.into_iter().zip((0..CELLS).step_by(64));
        words.flat_map(|(word, first)| {
            let rest = |word: &u64| Some(word & word.wrapping_sub(1));
            std::iter::successors(Some(word), rest)
                .take_while(|word| *word != 0)
                .map(move |word| first.saturating_add(word.trailing_zeros() as usize))
        })
    }

    /// Bit i of word w stands for cell `64 * w + i`.
    pub(crate) fn into_words(self) -> [u64; CELLS / 64] {
        self.0
    }

    /// The cells that are not in `other`.
    pub(crate) fn without(&self, other: &CellSet) -> CellSet {
        let mut rest = *self;
        rest.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= !other);
        rest
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
            assert_eq!(CellSet::FULL.count(start..end), set.len());
            assert_eq!(set.count(60..70), set.and(&CellSet::of_range(60..70)).len());
            assert!(set.iter().eq((0..CELLS).filter(|cell| set.contains(*cell))));
            assert_eq!(CellSet::FULL.without(&set).len(), 1024 - set.len());
            for at in [0, 1, 63, 64, 100] {
                let mut out = [0; 20];
                assert_eq!(
                    set.copy_to(10..900, &mut out, at),
                    !set.and(&CellSet::of_range(10..900)).is_empty()
                );
                for bit in 0..20 * 64 {
                    let expected = bit >= at && bit < at + 890 && set.contains(bit - at + 10);
                    assert_eq!(out[bit / 64] >> (bit % 64) & 1 == 1, expected, "{bit} from {at}");
                }
            }
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
