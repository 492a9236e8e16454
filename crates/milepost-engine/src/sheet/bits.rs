//! A set of rows.

/// Rows by position.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    /// The first 64 rows: a series of one region has many sets of one row.
    first: u64,
    rest: Vec<u64>,
    length: usize,
}

impl Bits {
    pub(crate) fn none(length: usize) -> Self {
        Self { first: 0, rest: vec![0; length.div_ceil(64).saturating_sub(1)], length }
    }

    /// The rows for which something holds.
    pub(crate) fn of(length: usize, holds: impl Fn(usize) -> bool) -> Self {
        let word = |first: usize| {
            let last = (first + 64).min(length);
            (first..last).filter(|at| holds(*at)).fold(0, |word, at| word | 1 << (at % 64))
        };
        Self { first: word(0), rest: (64..length).step_by(64).map(word).collect(), length }
    }

    /// Those that are set in words, as many as there are rows.
    pub(crate) fn from_words(words: &[u64], length: usize) -> Self {
        let mut words = words.iter().copied();
        let first = words.next().unwrap_or(0);
        let mut rest: Vec<u64> = words.collect();
        rest.resize(length.div_ceil(64).saturating_sub(1), 0);
        Self { first, rest, length }
    }

    pub(crate) fn has(&self, at: usize) -> bool {
        let word = match at / 64 {
            0 => Some(&self.first),
            number => self.rest.get(number - 1),
        };
        word.is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(crate) fn put(&mut self, at: usize) {
        let word = match at / 64 {
            0 => Some(&mut self.first),
            number => self.rest.get_mut(number - 1),
        };
        if let Some(word) = word.filter(|_| at < self.length) {
            *word |= 1 << (at % 64);
        }
    }

    pub(crate) fn count(&self) -> usize {
        let words = std::iter::once(&self.first).chain(&self.rest);
        words.map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.iter().all(|word| *word == 0)
    }

    /// Those of either.
    pub(crate) fn add(&mut self, other: &Self) {
        self.change(other, |own, other| own | other);
    }

    /// Those of both.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.change(other, |own, other| own & other);
    }

    /// Those that are not among others.
    pub(crate) fn remove(&mut self, other: &Self) {
        self.change(other, |own, other| own & !other);
    }

    fn change(&mut self, other: &Self, of: impl Fn(u64, u64) -> u64) {
        self.first = of(self.first, other.first);
        self.rest.iter_mut().zip(&other.rest).for_each(|(own, other)| *own = of(*own, *other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_into_them() {
        let mut bits = Bits::of(130, |at| at % 64 == 1);
        let all = |bits: &Bits| (0..200).filter(|at| bits.has(*at)).collect::<Vec<_>>();
        assert_eq!(all(&bits), [1, 65, 129]);
        bits.put(130);
        bits.put(0);
        assert_eq!(bits.count(), 4);
        let mut both = Bits::from_words(&[0b11], 130);
        both.keep(&bits);
        assert_eq!(all(&both), [0, 1]);
        both.remove(&Bits::from_words(&[1], 130));
        assert_eq!(all(&both), [1]);
        both.add(&Bits::of(130, |at| at == 128));
        assert!(both.has(128) && !both.has(129) && !both.is_empty());
        assert!(Bits::none(3).is_empty());
    }
}
