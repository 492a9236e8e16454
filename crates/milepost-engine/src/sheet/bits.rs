//! A set of rows.

/// Rows by position.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    pub(crate) fn none(length: usize) -> Self {
        Self { words: vec![0; words(length)], length }
    }

    /// Those that are set in words, as many as there are rows.
    pub(crate) fn from_words(set: &[u64], length: usize) -> Self {
        let mut words: Vec<u64> = set.to_vec();
        words.resize(self::words(length), 0);
        Self { words, length }
    }

    pub(crate) fn has(&self, at: usize) -> bool {
        is_set(&self.words, at)
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Those of either.
    pub(crate) fn add(&mut self, other: &[u64]) {
        self.change(other, |own, other| own | other);
    }

    /// Those of both.
    pub(crate) fn keep(&mut self, other: &[u64]) {
        self.change(other, |own, other| own & other);
    }

    /// Those for which something holds.
    pub(crate) fn retain(&mut self, holds: impl Fn(usize) -> bool) {
        for (number, word) in self.words.iter_mut().enumerate() {
            let first = number * 64;
            let last = (first + 64).min(self.length);
            let of = (first..last).filter(|at| holds(*at));
            *word &= of.fold(0, |word, at| word | 1 << (at % 64));
        }
    }

    fn change(&mut self, other: &[u64], of: impl Fn(u64, u64) -> u64) {
        self.words.iter_mut().zip(other).for_each(|(own, other)| *own = of(*own, *other));
    }
}

/// Words for a bit of each row.
pub(super) fn words(rows: usize) -> usize {
    rows.div_ceil(64)
}

pub(super) fn is_set(words: &[u64], at: usize) -> bool {
    words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

/// Those of so many rows that are not set.
pub(super) fn unset(words: &[u64], rows: usize) -> impl Iterator<Item = usize> {
    let rows_of = move |(number, word): (usize, &u64)| {
        let mut rest = !word;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            (bit < 64).then_some(number * 64 + bit)
        })
    };
    words.iter().enumerate().flat_map(rows_of).take_while(move |row| *row < rows)
}

pub(super) fn set(words: &mut [u64], at: usize) {
    if let Some(word) = words.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_into_them() {
        let mut words = [0; 3];
        for at in [0, 1, 65, 129, 192] {
            set(&mut words, at);
        }
        assert!(unset(&words, 130).eq((0..130).filter(|at| ![0, 1, 65, 129].contains(at))));
        let mut bits = Bits::from_words(&words, 130);
        let all = |bits: &Bits| (0..200).filter(|at| bits.has(*at)).collect::<Vec<_>>();
        assert_eq!(all(&bits), [0, 1, 65, 129]);
        assert_eq!(bits.count(), 4);
        bits.retain(|at| at % 64 == 1);
        assert_eq!(all(&bits), [1, 65, 129]);
        bits.keep(&[0b11, 0, 0b10]);
        assert_eq!(all(&bits), [1, 129]);
        bits.add(&[0, 1]);
        assert_eq!(all(&bits), [1, 64, 129]);
        assert!(!bits.is_empty() && Bits::none(3).is_empty());
    }
}
