//! Numbers for keys that repeat.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Keys, each with a number from 0 on. Rows mostly come in an order that repeats, so each key
/// remembers the one that came after it last time, and is then found without a search.
#[derive(Debug)]
pub(crate) struct Interned<K> {
    entries: Vec<Entry<K>>,
    index: HashMap<K, u32>,
    last: u32,
}

#[derive(Debug)]
struct Entry<K> {
    key: K,
    next: u32,
}

impl<K: Clone + Eq + Hash> Interned<K> {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new(), index: HashMap::new(), last: 0 }
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The key of a number.
    pub(crate) fn key(&self, number: u32) -> Option<&K> {
        self.entries.get(number as usize).map(|entry| &entry.key)
    }

    /// The number of a key, if it is the one that came after the last one before.
    #[inline]
    pub(crate) fn guess<Q: Eq + ?Sized>(&mut self, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
    {
        let next = self.entries.get(self.last as usize)?.next;
        let entry = self.entries.get(next as usize)?;
        (entry.key.borrow() == key).then(|| {
            self.last = next;
            next
        })
    }

    /// The number of a key.
    pub(crate) fn number<Q>(&mut self, key: &Q) -> u32
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let number = match self.index.get(key) {
            Some(number) => *number,
            None => self.insert(key.to_owned()),
        };
        if let Some(last) = self.entries.get_mut(self.last as usize) {
            last.next = number;
        }
        self.last = number;
        number
    }

    fn insert(&mut self, key: K) -> u32 {
        // More than 4 G keys do not fit in memory, so the length fits.
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.index.insert(key.clone(), number);
        // A column of one text is the usual one.
        self.entries.push(Entry { key, next: number });
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_keys_have_equal_numbers(keys in proptest::collection::vec("[ab]{0,3}", 0..60)) {
            let mut interned = Interned::<String>::new();
            let mut known: Vec<String> = Vec::new();
            for key in &keys {
                let expected = known.iter().position(|other| other == key);
                let guess = interned.guess(key.as_str());
                prop_assert!(guess.is_none() || guess.map(|number| number as usize) == expected);
                if expected.is_none() {
                    known.push(key.clone());
                }
                let number = guess.unwrap_or_else(|| interned.number(key.as_str()));
                prop_assert_eq!(interned.key(number), Some(key));
                prop_assert_eq!(interned.len(), known.len());
            }
        }
    }
}
