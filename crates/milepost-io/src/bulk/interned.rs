//! What texts mean, for columns whose texts repeat.

use std::collections::HashMap;

/// How many texts are kept, more than a store has regions in a level.
const KEPT_MAX: usize = 1 << 20;

/// Texts with what they mean. Rows mostly come in an order that repeats, so each text remembers
/// the one that came after it last time, and is then found without a search.
#[derive(Debug)]
pub(super) struct Interned<T> {
    entries: Vec<Entry<T>>,
    index: HashMap<String, usize>,
    last: usize,
}

#[derive(Debug)]
struct Entry<T> {
    text: String,
    meaning: T,
    next: usize,
}

impl<T> Interned<T> {
    pub(super) fn new() -> Self {
        Self { entries: Vec::new(), index: HashMap::new(), last: 0 }
    }

    /// What a text means, if that is known.
    #[inline]
    pub(super) fn get(&mut self, text: &str) -> Option<&mut T> {
        let guess = self.entries.get(self.last).map_or(0, |last| last.next);
        let position = match self.entries.get(guess) {
            Some(entry) if entry.text == text => guess,
            _ => self.search(text)?,
        };
        self.last = position;
        self.entries.get_mut(position).map(|entry| &mut entry.meaning)
    }

    fn search(&mut self, text: &str) -> Option<usize> {
        let position = *self.index.get(text)?;
        if let Some(last) = self.entries.get_mut(self.last) {
            last.next = position;
        }
        Some(position)
    }

    /// Notes what a text means.
    pub(super) fn insert(&mut self, text: &str, meaning: T) {
        if self.entries.len() >= KEPT_MAX {
            self.entries.clear();
            self.index.clear();
        }
        let next = self.entries.len();
        self.index.insert(text.to_owned(), next);
        // A column of one text is the usual one.
        self.entries.push(Entry { text: text.to_owned(), meaning, next });
        self.last = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_mean_what_was_noted(texts in proptest::collection::vec("[ab]{0,3}", 0..60)) {
            let mut interned = Interned::new();
            let mut known = HashMap::new();
            for (number, text) in texts.iter().enumerate() {
                prop_assert_eq!(interned.get(text).copied(), known.get(text).copied());
                if !known.contains_key(text) {
                    known.insert(text.clone(), number);
                    interned.insert(text, number);
                }
            }
        }
    }
}
