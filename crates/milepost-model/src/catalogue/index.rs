//! Lookup by name, built when first needed.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
    sync::OnceLock,
};

use unicode_normalization::UnicodeNormalization;

use super::records::Records;
use crate::{Indicator, Milestone, Region, fold, name::fold_into};

/// What is looked up by name, each part built when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) indicators: OnceLock<NameIndex>,
    pub(super) regions: OnceLock<NameIndex>,
    pub(super) milestones: OnceLock<NameIndex>,
}

/// Something with names of several ranks.
pub(super) trait Named {
    /// Every text it can be found by, with the rank of an exact match: 0 is best.
    fn names(&self, visit: &mut dyn FnMut(u8, &str));
}

/// The rank of a match after folding, below every exact one.
const FOLDED: u8 = 100;
/// A text under which something is only found when folded: never exact.
const DERIVED: u8 = 101;

impl Named for Indicator {
    fn names(&self, visit: &mut dyn FnMut(u8, &str)) {
        visit(0, &self.name);
        self.labels.iter().for_each(|label| visit(1, &label.text));
        self.aliases.iter().for_each(|alias| visit(1, alias));
    }
}

impl Named for Region {
    fn names(&self, visit: &mut dyn FnMut(u8, &str)) {
        visit(0, &self.uid);
        visit(1, &self.code);
        self.names.iter().for_each(|name| visit(2, &name.text));
        for (scheme, code) in &self.codes {
            visit(3, code);
            visit(3, &format!("{scheme}:{code}"));
        }
    }
}

impl Named for Milestone {
    fn names(&self, visit: &mut dyn FnMut(u8, &str)) {
        visit(0, &self.id);
        visit(1, &self.name);
        self.aliases.iter().for_each(|alias| visit(2, alias));
        if self.name.contains('(') {
            visit(DERIVED, &without_parentheses(&self.name));
        }
    }
}

fn without_parentheses(name: &str) -> String {
    let mut depth = 0_usize;
    let outside = |character: &char| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    name.chars().filter(outside).collect()
}

/// Hashes of folded names with the positions of what they name, sorted.
///
/// An exact match is also a folded one, so one list serves both: candidates are
/// compared with their own names, which also settles colliding hashes.
#[derive(Debug)]
pub(super) struct NameIndex(Vec<(u64, u32)>);

impl NameIndex {
    pub(super) fn of<T: Named>(records: &Records<T>) -> Self {
        let mut entries = Vec::with_capacity(4 * records.len());
        let mut folded = String::new();
        for (position, record) in records.iter() {
            record.names(&mut |_, name| {
                fold_into(name, &mut folded);
                entries.push((hash(&folded), position));
            });
        }
        entries.sort_unstable();
        entries.dedup();
        Self(entries)
    }

    /// The positions of all that the text names at the best rank, ascending.
    pub(super) fn find<'a, T: Named + 'a>(
        &self,
        text: &str,
        record: impl Fn(u32) -> Option<&'a T>,
    ) -> Vec<u32> {
        let exact = match text.trim() {
            ascii if ascii.is_ascii() => Cow::Borrowed(ascii),
            other => Cow::Owned(other.nfc().collect::<String>()),
        };
        let folded = fold(text);
        let mut best = u8::MAX;
        let mut found = Vec::new();
        if folded.is_empty() {
            return found;
        }
        for position in equal_run(&self.0, hash(&folded)) {
            let Some(rank) = record(position).and_then(|named| rank(named, &exact, &folded)) else {
                continue;
            };
            if rank < best {
                best = rank;
                found.clear();
            }
            if rank == best {
                found.push(position);
            }
        }
        found
    }
}

/// How well a text names something; `None` where it does not.
fn rank(named: &impl Named, exact: &str, folded: &str) -> Option<u8> {
    let mut best: Option<u8> = None;
    let mut buffer = String::new();
    named.names(&mut |rank, name| {
        // ASCII has one spelling only.
        let is_exact = || name == exact || !name.is_ascii() && name.nfc().eq(exact.chars());
        let rank = if rank < FOLDED && is_exact() {
            rank
        } else {
            fold_into(name, &mut buffer);
            if buffer != folded {
                return;
            }
            rank.max(FOLDED)
        };
        best = Some(best.map_or(rank, |best| best.min(rank)));
    });
    best
}

pub(super) fn equal_run<K: Ord + Copy>(entries: &[(K, u32)], key: K) -> impl Iterator<Item = u32> {
    let start = entries.partition_point(|(other, _)| *other < key);
    let rest = entries.get(start..).unwrap_or_default();
    rest.iter().take_while(move |(other, _)| *other == key).map(|(_, position)| *position)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
