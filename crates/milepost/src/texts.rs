//! The texts of a batch, each kept once.

use std::{collections::HashMap, sync::Arc};

/// The number of a text among those of its kind in a batch, each of which is kept once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextId(u32);

/// The texts of one kind, each once.
///
/// Rows mostly come in an order that repeats, so each text remembers the one that came after it
/// last time, and is then found without a search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    all: Vec<Text>,
    ids: HashMap<Arc<str>, TextId>,
    last: TextId,
}

#[derive(Clone, Debug)]
struct Text {
    text: Arc<str>,
    next: TextId,
}

impl TextId {
    /// The number of the text.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Texts {
    /// The id of a text, a new one if needed.
    pub(crate) fn id(&mut self, text: &str) -> TextId {
        let guess = self.all.get(self.last.index()).map_or_else(TextId::default, |last| last.next);
        let is_it = self.all.get(guess.index()).is_some_and(|known| *known.text == *text);
        let id = if is_it { guess } else { self.search(text) };
        self.last = id;
        id
    }

    fn search(&mut self, text: &str) -> TextId {
        let id = self.ids.get(text).copied().unwrap_or_else(|| self.insert(text));
        if let Some(last) = self.all.get_mut(self.last.index()) {
            last.next = id;
        }
        id
    }

    fn insert(&mut self, text: &str) -> TextId {
        // More than 4 G different texts do not fit in memory, so the length fits.
        let id = TextId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        // A kind of one text is the usual one.
        self.all.push(Text { text: Arc::clone(&text), next: id });
        self.ids.insert(text, id);
        id
    }

    /// The texts in the order of their ids, which run from 0.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.all.iter().map(|text| &*text.text)
    }

    /// The text of an id; ids come from this table only.
    pub(crate) fn get(&self, id: TextId) -> &Arc<str> {
        &self.all[id.index()].text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_id_whatever_came_before() {
        let mut texts = Texts::default();
        let ids = |texts: &mut Texts, given: &str| {
            given.split(' ').map(|text| texts.id(text).index()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&mut texts, "a a b c a b c"), [0, 0, 1, 2, 0, 1, 2]);
        assert_eq!(ids(&mut texts, "c b d a d b a"), [2, 1, 3, 0, 3, 1, 0]);
        assert_eq!(texts.id("").index(), 4);
        assert!(texts.iter().eq(["a", "b", "c", "d", ""]));
        let id = texts.id("d");
        assert_eq!(**texts.get(id), *"d");
    }
}
