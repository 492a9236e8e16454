//! Numbers in buckets.

/// The numbers that belong to each key, ascending, all in one list.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    /// Where the members of each key end.
    ends: Vec<u32>,
    members: Vec<u32>,
}

impl Buckets {
    /// The numbers from 0 on, of each of which the key is given, in so many buckets; one whose key
    /// is beyond them is in none.
    pub(super) fn of(count: usize, keys: impl Iterator<Item = u32> + Clone) -> Self {
        let mut ends = vec![0_u32; count];
        for key in keys.clone() {
            if let Some(end) = ends.get_mut(key as usize) {
                *end += 1;
            }
        }
        let mut start = 0;
        for end in &mut ends {
            // Where it begins, until it is filled.
            (*end, start) = (start, start + *end);
        }
        let mut members = vec![0; start as usize];
        for (number, key) in (0..).zip(keys) {
            let Some(end) = ends.get_mut(key as usize) else { continue };
            if let Some(place) = members.get_mut(*end as usize) {
                *place = number;
                *end += 1;
            }
        }
        Self { ends, members }
    }

    /// The numbers of a key.
    pub(super) fn get(&self, key: u32) -> &[u32] {
        let key = key as usize;
        let before = key.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.copied().unwrap_or(0) as usize;
        let end = self.ends.get(key).map_or(start, |end| *end as usize);
        self.members.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_number_is_in_the_bucket_of_its_key(
            keys in proptest::collection::vec(0..9_u32, 0..40),
            count in 0..9_usize,
        ) {
            let buckets = Buckets::of(count, keys.iter().copied());
            for key in 0..12 {
                let own = (0..).zip(&keys).filter(|(_, own)| **own == key);
                let own: Vec<u32> = own.map(|(number, _)| number).collect();
                let expected = if (key as usize) < count { own.as_slice() } else { &[] };
                prop_assert_eq!(buckets.get(key), expected);
            }
        }
    }
}
