//! Random numbers without state: a number is a function of its place.

/// A seed from which further seeds and numbers are drawn by key, in any order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed(u64);

impl Seed {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of a part, independent of that of every other part.
    pub(super) const fn part(self, key: u64) -> Self {
        Self(mix(self.0 ^ mix(key)))
    }

    /// A number below `bound`, which is far below 2^32.
    pub(super) const fn below(self, key: u64, bound: u64) -> u64 {
        ((mix(self.0 ^ mix(key)) >> 32) * bound) >> 32
    }

    /// A number from `-reach` to `reach`.
    pub(super) const fn around_zero(self, key: u64, reach: i64) -> i64 {
        self.below(key, 2 * reach.unsigned_abs() + 1).cast_signed() - reach
    }
}

/// One step of `SplitMix64` (Steele, Lea and Flood 2014).
const fn mix(key: u64) -> u64 {
    let state = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fill_their_range() {
        let seed = Seed::new(1).part(2);
        let drawn: std::collections::BTreeSet<i64> =
            (0..1000).map(|key| seed.around_zero(key, 3)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-3, -2, -1, 0, 1, 2, 3]);
    }

    #[test]
    fn the_first_number_of_splitmix64_is_its_published_one() {
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }
}
