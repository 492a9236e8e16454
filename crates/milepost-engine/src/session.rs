//! What one conversation remembers between its statements.

use std::sync::Arc;

use milepost_lang::ast::{Query, Word};
use milepost_model::{Date, fold};

/// Definitions that a session may hold; one more is an error, so that a loop which defines names
/// cannot take all memory.
pub(crate) const DEFINITIONS_MAX: usize = 1_000;

/// The names given with `let`, and the context in which every sentence stands unless it says
/// otherwise.
///
/// A name means what it meant when it was used: a definition sees the definitions before it and
/// never itself, so `let a = a + b` builds on the earlier `a`, and no chain of names is a circle.
///
/// ```
/// use milepost_engine::Session;
///
/// let mut session = Session::new();
/// session.set_region(Some("VN".to_owned()));
/// assert_eq!(session.region(), Some("VN"));
/// assert!(!session.is_strict());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Session {
    definitions: Vec<Definition>,
    region: Option<String>,
    as_of: Option<Date>,
    strict: bool,
}

/// A name given with `let`.
#[derive(Clone, Debug)]
struct Definition {
    /// The name as it was written.
    name: String,
    folded: String,
    query: Arc<Query>,
}

impl Session {
    /// A session without names or context.
    pub fn new() -> Self {
        Self::default()
    }

    /// The region of sentences that have no `in`.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Sets the region of sentences that have no `in`.
    pub fn set_region(&mut self, region: Option<String>) {
        self.region = region;
    }

    /// The knowledge date of sentences that have no `as of`.
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// Sets the knowledge date of sentences that have no `as of`: what was known at the close of
    /// that day.
    pub fn set_as_of(&mut self, date: Option<Date>) {
        self.as_of = date;
    }

    /// Whether a base or an end that lies more than one native period before its anchor is
    /// missing instead of used with a note.
    pub fn is_strict(&self) -> bool {
        self.strict
    }

    /// Sets what happens to a base that is much older than its anchor.
    pub fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
    }

    /// The names given with `let`, each once, in the order of their last definition.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (at, definition) in self.definitions.iter().enumerate() {
            let later = self.definitions.iter().skip(at + 1);
            if later.into_iter().all(|other| other.folded != definition.folded) {
                names.push(definition.name.as_str());
            }
        }
        names
    }

    /// Forgets the names; the context stays.
    pub fn clear(&mut self) {
        self.definitions.clear();
    }

    /// Gives a name; false when the session is full.
    pub(crate) fn define(&mut self, name: &Word, query: Query) -> bool {
        if self.definitions.len() >= DEFINITIONS_MAX {
            return false;
        }
        let folded = fold(&name.text);
        let definition = Definition { name: name.text.clone(), folded, query: Arc::new(query) };
        self.definitions.push(definition);
        true
    }

    /// How many definitions a sentence written now may use.
    pub(crate) fn horizon(&self) -> usize {
        self.definitions.len()
    }

    /// What a name meant before definition number `horizon`: that definition's own horizon and
    /// its query.
    pub(crate) fn lookup(&self, name: &str, horizon: usize) -> Option<(usize, Arc<Query>)> {
        let folded = fold(name);
        let known = self.definitions.iter().enumerate().take(horizon);
        known
            .rev()
            .find(|(_, definition)| definition.folded == folded)
            .map(|(at, definition)| (at, Arc::clone(&definition.query)))
    }
}
