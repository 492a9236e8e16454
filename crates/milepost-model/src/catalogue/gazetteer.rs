//! Where regions are found, and which lies in which, without reading them one by one.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::OnceLock,
};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{
    CatalogueError, RegionView, buckets::Buckets, index::equal_run, numbered::Numbered,
    outline::Outline,
};
use crate::{fold, name::singular};

/// The regions of a catalogue by uid, code, parent, level and type, in flat arrays.
///
/// Filled region by region from wherever they can be read without being decoded, for
/// [`Catalogue::lazy`](crate::Catalogue::lazy).
///
/// ```
/// use milepost_model::{Gazetteer, RegionView};
///
/// let mut gazetteer = Gazetteer::default();
/// gazetteer.push(&RegionView { uid: "VN@0", code: "VN", ..RegionView::default() })?;
/// assert_eq!(gazetteer.len(), 1);
/// # Ok::<(), milepost_model::CatalogueError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Gazetteer {
    rows: Vec<Row>,
    /// Of each row its uid, which begins with its code; its code alone where it does not.
    texts: String,
    /// Regions whose uid is not their code, `@` and a version.
    odd: HashMap<String, u32>,
    outlines: Numbered<Outline>,
    /// The first region of each outline.
    firsts: Vec<u32>,
    /// The uids and codes by which regions name their parents and successors.
    references: Numbered<String>,
    /// Of each successor the number of its uid, and its predecessor.
    predecessors: Vec<(u32, u32)>,
    tables: OnceLock<Tables>,
}

/// A region.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Where uid and code begin among the texts.
    start: usize,
    /// Where the code ends; the uid goes up to where the next row begins.
    code_end: usize,
    outline: u32,
    /// The reference to the parent; `NONE` where it has none.
    parent: u32,
}

const NONE: u32 = u32::MAX;

/// What is made of the rows when the first region is looked up.
#[derive(Clone, Debug)]
struct Tables {
    codes: Hashed,
    /// By the reference to the parent.
    children: Buckets,
    /// In order.
    predecessors: Vec<(u32, u32)>,
    /// Of each region the references that are its uid and its code.
    referred: Vec<[u32; 2]>,
    /// Whether every uid and code is of ASCII characters.
    is_ascii: bool,
}

impl Gazetteer {
    /// An empty one with room for so many regions.
    pub fn with_capacity(regions: usize) -> Self {
        /// Of the uid of most regions.
        const BYTES: usize = 12;
        let texts = String::with_capacity(regions.saturating_mul(BYTES));
        Self { rows: Vec::with_capacity(regions), texts, ..Self::default() }
    }

    /// Adds the next region.
    ///
    /// # Errors
    ///
    /// [`CatalogueError::Full`] when there is no room for it.
    pub fn push(&mut self, region: &RegionView<'_>) -> Result<(), CatalogueError> {
        let position = u32::try_from(self.rows.len()).map_err(|_| CatalogueError::Full)?;
        let outline = match self.outlines.last().filter(|(_, last)| last.is_of(region)) {
            Some((number, _)) => number,
            None => self.outlines.number(&Outline::from(region))?,
        };
        if self.firsts.len() < self.outlines.len() {
            self.firsts.push(position);
        }
        let parent = region.parent.map(|parent| self.references.number(parent));
        for uid in &region.successors {
            self.predecessors.push((self.references.number(*uid)?, position));
        }
        let version = region.uid.strip_prefix(region.code);
        let is_odd = version.is_none_or(|version| !version.starts_with('@'));
        if is_odd {
            self.odd.entry(region.uid.to_owned()).or_insert(position);
        }
        let start = self.texts.len();
        self.texts.push_str(if is_odd { region.code } else { region.uid });
        let code_end = start.saturating_add(region.code.len());
        let parent = parent.transpose()?.unwrap_or(NONE);
        self.rows.push(Row { start, code_end, outline, parent });
        self.tables = OnceLock::new();
        Ok(())
    }

    /// How many regions there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether every uid and code is of ASCII characters.
    pub(super) fn is_ascii(&self) -> bool {
        self.tables().is_ascii
    }

    /// The outline of a region.
    pub(super) fn outline(&self, position: u32) -> Option<&Outline> {
        self.outlines.get(self.rows.get(position as usize)?.outline)
    }

    /// Every outline with the first region of it, in the order of these.
    pub(super) fn outlines(&self) -> impl ExactSizeIterator<Item = (u32, &Outline)> {
        self.firsts.iter().copied().zip(self.outlines.iter())
    }

    /// The level of the first regions whose type is this word, in singular or plural.
    pub(super) fn level_of_word(&self, word: &str) -> Option<u8> {
        let word = singular(&fold(word));
        let mut with_level = self.outlines.iter().filter(|outline| outline.level.is_some());
        with_level.find(|outline| singular(&fold(&outline.kind)) == word)?.level
    }

    /// The regions of a level, ascending.
    pub(super) fn at_level(&self, level: u8) -> impl Iterator<Item = u32> {
        let of_level = |outline: &Outline| outline.level == Some(level);
        let of_level: Vec<bool> = self.outlines.iter().map(of_level).collect();
        let rows = (0..).zip(&self.rows);
        rows.filter(move |(_, row)| of_level.get(row.outline as usize) == Some(&true))
            .map(|(position, _)| position)
    }

    /// The region with a uid.
    pub(super) fn with_uid(&self, uid: &str) -> Option<u32> {
        self.find_uid(&self.tables().codes, uid)
    }

    fn find_uid(&self, codes: &Hashed, uid: &str) -> Option<u32> {
        let ends = uid.match_indices('@').map(|(end, _)| end);
        let mut with_code = ends
            .filter_map(|end| uid.get(..end))
            .flat_map(|code| codes.with(code, |position| self.code(position)));
        let plain = with_code.find(|position| self.plain_uid(*position) == Some(uid));
        self.odd.get(uid).copied().into_iter().chain(plain).min()
    }

    /// The regions with a code, ascending.
    pub(super) fn with_code(&self, code: &str) -> Vec<u32> {
        self.tables().codes.with(code, |position| self.code(position)).collect()
    }

    /// The regions whose parent is written as the uid of a region, and those whose parent is written
    /// as its code, both ascending.
    pub(super) fn children_as_written(&self, position: u32) -> [&[u32]; 2] {
        let tables = self.tables();
        let referred = tables.referred.get(position as usize).copied().unwrap_or([NONE; 2]);
        referred.map(|reference| tables.children.get(reference))
    }

    /// The regions that have a region among their successors, ascending.
    pub(super) fn predecessors_of(&self, position: u32) -> impl Iterator<Item = u32> {
        let tables = self.tables();
        let uid = tables.referred.get(position as usize).map_or(NONE, |[uid, _]| *uid);
        equal_run(&tables.predecessors, uid)
    }

    /// The uid of a region, unless it is an odd one.
    fn plain_uid(&self, position: u32) -> Option<&str> {
        let position = position as usize;
        let Row { start, code_end, .. } = *self.rows.get(position)?;
        let end = self.rows.get(position + 1).map_or(self.texts.len(), |next| next.start);
        if code_end < end { self.texts.get(start..end) } else { None }
    }

    pub(super) fn code(&self, position: u32) -> Option<&str> {
        let Row { start, code_end, .. } = *self.rows.get(position as usize)?;
        self.texts.get(start..code_end)
    }

    fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| {
            let count = u32::try_from(self.rows.len()).unwrap_or(NONE);
            let codes = Hashed::of((0..count).map(|position| self.code(position)));
            let parents = self.rows.iter().map(|row| row.parent);
            let mut referred = vec![[NONE; 2]; self.rows.len()];
            let mut refer = |at: u32, by: usize, number| referred[at as usize][by] = number;
            for (number, reference) in (0..).zip(self.references.iter()) {
                // One region at most, so that every other lies in one at most.
                self.find_uid(&codes, reference).into_iter().for_each(|at| refer(at, 0, number));
                codes.with(reference, |at| self.code(at)).for_each(|at| refer(at, 1, number));
            }
            let mut predecessors = self.predecessors.clone();
            predecessors.sort_unstable();
            predecessors.dedup();
            let children = Buckets::of(self.references.len(), parents);
            let is_ascii = self.texts.is_ascii() && self.odd.keys().all(|uid| uid.is_ascii());
            Tables { codes, children, predecessors, referred, is_ascii }
        })
    }
}

/// Positions by the hash of a text of theirs.
#[derive(Clone, Debug)]
struct Hashed {
    /// Drawn anew each time, so that nobody can choose texts that share a bucket.
    seed: u64,
    mask: u32,
    buckets: Buckets,
}

impl Hashed {
    /// The positions of texts by these; those of no text are not found.
    fn of<'a>(texts: impl ExactSizeIterator<Item = Option<&'a str>>) -> Self {
        let count = texts.len().next_power_of_two();
        let mask = u32::try_from(count).map_or(NONE, |count| count - 1);
        let mut hashed =
            Self { seed: RandomState::new().hash_one(0), mask, buckets: Buckets::default() };
        let keys: Vec<u32> = texts.map(|text| text.map_or(NONE, |text| hashed.key(text))).collect();
        hashed.buckets = Buckets::of(count, keys.iter().copied());
        hashed
    }

    /// The positions whose text, told by `text`, is this one, ascending.
    fn with<'a>(
        &'a self,
        wanted: &'a str,
        text: impl Fn(u32) -> Option<&'a str> + 'a,
    ) -> impl Iterator<Item = u32> + 'a {
        let found = self.buckets.get(self.key(wanted)).iter().copied();
        found.filter(move |position| text(*position) == Some(wanted))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low bits are as good as others")]
    fn key(&self, text: &str) -> u32 {
        xxh3_64_with_seed(text.as_bytes(), self.seed) as u32 & self.mask
    }
}
