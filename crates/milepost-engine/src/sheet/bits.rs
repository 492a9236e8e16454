//! A set of rows.

/// Rows by position.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    pub(crate) fn none(length: usize) -> Self {
        Self { words: vec![0; length.div_ceil(64)], length }
    }

    /// The rows for which something holds.
    pub(crate) fn of(length: usize, holds: impl Fn(usize) -> bool) -> Self {
        let word = |first: usize| {
            let last = (first + 64).min(length);
            (first..last).filter(|at| holds(*at)).fold(0, |word, at| word | 1 << (at % 64))
        };
        Self { words: (0..length).step_by(64).map(word).collect(), length }
    }

    /// Those that are set in words, as many as there are rows.
    pub(crate) fn from_words(words: &[u64], length: usize) -> Self {
        let mut words = words.to_vec();
        words.resize(length.div_ceil(64), 0);
        Self { words, length }
    }

    pub(crate) fn has(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(crate) fn put(&mut self, at: usize) {
        if let Some(word) = self.words.get_mut(at / 64).filter(|_| at < self.length) {
            *word |= 1 << (at % 64);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Those of either.
    pub(crate) fn add(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Those of both.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Those that are not among others.
    pub(crate) fn remove(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
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
