//! Interned texts: sources, notes, names of scenarios and producers.

use std::{collections::HashMap, sync::Arc};

/// Texts by number. Number 0 is the empty text and means none.
#[derive(Clone, Debug)]
pub(crate) struct Strings {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Default for Strings {
    fn default() -> Self {
        let empty: Arc<str> = Arc::from("");
        Self { texts: vec![Arc::clone(&empty)], numbers: HashMap::from([(empty, 0)]) }
    }
}

impl Strings {
    /// Texts in the order of their numbers; `None` unless the first one is empty.
    pub(crate) fn from_texts(texts: Vec<String>) -> Option<Self> {
        let texts: Vec<Arc<str>> = texts.into_iter().map(Arc::from).collect();
        if texts.first().is_none_or(|first| !first.is_empty()) {
            return None;
        }
        let numbers = texts.iter().cloned().zip(0..).collect();
        Some(Self { texts, numbers })
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Arc<str>> {
        self.texts.get(usize::try_from(number).ok()?)
    }

    pub(crate) fn number(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The number of a text, a new one if needed; `None` if no number is left.
    pub(crate) fn intern(&mut self, text: &str) -> Option<u32> {
        if let Some(number) = self.number(text) {
            return Some(number);
        }
        let number = u32::try_from(self.texts.len()).ok()?;
        let text: Arc<str> = Arc::from(text);
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        Some(number)
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The texts from a number on.
    pub(crate) fn since(&self, number: usize) -> impl Iterator<Item = &Arc<str>> {
        self.texts.iter().skip(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable_and_none_is_zero() {
        let mut strings = Strings::default();
        assert_eq!(strings.intern(""), Some(0));
        assert_eq!(strings.intern("VSS"), Some(1));
        assert_eq!(strings.intern("VSS"), Some(1));
        assert_eq!(strings.get(1).map(AsRef::as_ref), Some("VSS"));
        assert_eq!(strings.get(2), None);
        assert!(Strings::from_texts(vec!["VSS".to_owned()]).is_none());
    }
}
