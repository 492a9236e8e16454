//! Which region a name means, what lies in what, and who had the ground before.

use std::collections::BTreeSet;

use milepost::{Date, Region};

use crate::oracle::facts::World;

/// A version of a region, by its place among the regions of a world.
pub(crate) type Id = usize;

/// The code of a refusal.
pub(crate) type Refusal = &'static str;

/// The type of regions that are no territory.
const UNIT: &str = "reporting_unit";

/// The regions of a world.
pub(crate) struct Map<'w> {
    regions: &'w [Region],
    uids: Vec<String>,
    /// Of each region those that passed ground on to it.
    predecessors: Vec<Vec<Id>>,
}

/// Regions on an earlier day.
#[derive(Debug, Default)]
pub(crate) struct Ground {
    /// Those that are read as they are.
    pub(crate) same: Vec<Id>,
    /// Regions with those that had exactly their ground.
    pub(crate) groups: Vec<(BTreeSet<Id>, BTreeSet<Id>)>,
    /// Those whose ground was another one.
    pub(crate) broken: Vec<Id>,
    /// Those that nothing came before.
    pub(crate) new: Vec<Id>,
}

/// Regions on their way back.
#[derive(Clone, Default)]
struct Open {
    members: BTreeSet<Id>,
    parts: BTreeSet<Id>,
    broken: bool,
    new: bool,
}

impl<'w> Map<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let regions = &world.regions;
        let uids: Vec<String> = regions.iter().map(Region::uid).collect();
        let before = |uid: &String| {
            let goes_on = |id: &Id| regions[*id].successors.iter().any(|s| s.uid == *uid);
            (0..regions.len()).filter(goes_on).collect()
        };
        let predecessors = uids.iter().map(before).collect();
        Self { regions, uids, predecessors }
    }

    pub(crate) fn region(&self, id: Id) -> &'w Region {
        &self.regions[id]
    }

    /// The last days of all ages between two changes, the newest first.
    pub(crate) fn last_days(&self) -> Vec<Date> {
        let changes = self.regions.iter().flat_map(|region| [region.valid_from, region.valid_to]);
        let mut days: BTreeSet<Date> = changes.flatten().filter_map(Date::previous).collect();
        days.insert(Date::MAX);
        days.into_iter().rev().collect()
    }

    /// The last day before the next change of some regions.
    pub(crate) fn end_of_age(&self, day: Date, counts: impl Fn(Id) -> bool) -> Date {
        let regions = self.ids().filter(|id| counts(*id)).map(|id| self.region(id));
        let changes = regions.flat_map(|region| [region.valid_from, region.valid_to]);
        let days = changes.flatten().filter_map(Date::previous).filter(|last| *last >= day);
        days.min().unwrap_or(Date::MAX)
    }

    /// Every version that a text stands for.
    pub(crate) fn meanings(&self, text: &str) -> Vec<Id> {
        self.version(text).map_or_else(|| self.versions(text), |id| vec![id])
    }

    /// The level that a type of regions has.
    pub(crate) fn level_of(&self, word: &str) -> Option<u8> {
        self.ids().find(|id| self.region(*id).kind == word).and_then(|id| self.region(id).level)
    }

    fn ids(&self) -> std::ops::Range<Id> {
        0..self.regions.len()
    }

    /// The version of a uid.
    pub(crate) fn version(&self, uid: &str) -> Option<Id> {
        self.uids.iter().position(|own| own == uid)
    }

    /// The region that a name means on a day: a uid means its version, a code or a name the
    /// version that is valid then.
    pub(crate) fn resolve(&self, text: &str, day: Date) -> Result<Id, Refusal> {
        if let Some(id) = self.version(text) {
            return Ok(id);
        }
        let versions = self.versions(text);
        let valid: Vec<Id> =
            versions.iter().copied().filter(|id| self.region(*id).is_valid_on(day)).collect();
        match (versions.as_slice(), valid.as_slice()) {
            ([], _) => Err("MP0301"),
            (_, []) => Err("MP0303"),
            (_, [id]) => Ok(*id),
            (..) => Err("MP0302"),
        }
    }

    /// Every version that a code or a name stands for: a code goes before a name, and a name
    /// before the code of another scheme.
    fn versions(&self, text: &str) -> Vec<Id> {
        let of = |fits: &dyn Fn(&Region) -> bool| -> Vec<Id> {
            self.ids().filter(|id| fits(self.region(*id))).collect()
        };
        let ranks = [
            of(&|region| region.code == text),
            of(&|region| region.official_name() == text),
            of(&|region| region.codes.iter().any(|(_, code)| code == text)),
        ];
        ranks.into_iter().find(|ids| !ids.is_empty()).unwrap_or_default()
    }

    fn is_unit(&self, id: Id) -> bool {
        self.region(id).kind == UNIT
    }

    fn parent(&self, id: Id, day: Date) -> Option<Id> {
        let parent = self.region(id).parent.as_deref()?;
        self.version(parent).or_else(|| {
            let of_code = |id: &Id| self.region(*id).code == parent;
            self.ids().filter(of_code).find(|id| self.region(*id).is_valid_on(day))
        })
    }

    /// The regions above, the nearest first.
    pub(crate) fn above(&self, id: Id, day: Date) -> Vec<Id> {
        let mut above = Vec::new();
        let mut next = self.parent(id, day);
        while let Some(parent) = next {
            above.push(parent);
            next = self.parent(parent, day);
        }
        above
    }

    /// Whether a region is another one or lies in it.
    pub(crate) fn lies_in(&self, id: Id, other: Id, day: Date) -> bool {
        id == other || self.above(id, day).contains(&other)
    }

    /// The day itself, or the nearest one on which the region exists.
    pub(crate) fn day_within(&self, id: Id, day: Date) -> Date {
        let region = self.region(id);
        let last = region.valid_to.and_then(Date::previous).unwrap_or(Date::MAX);
        day.min(last).max(region.valid_from.unwrap_or(Date::MIN))
    }

    fn children(&self, id: Id, day: Date) -> Vec<Id> {
        let inside = |child: &Id| {
            self.region(*child).is_valid_on(day)
                && !self.is_unit(*child)
                && self.parent(*child, day) == Some(id)
        };
        self.ids().filter(inside).collect()
    }

    /// The cuts below a region, the nearest first: what lies in it, level by level; where a branch
    /// ends its last region stands for itself.
    pub(crate) fn cuts(&self, id: Id, day: Date) -> Vec<Vec<Id>> {
        let mut cuts = Vec::new();
        let mut cut = self.children(id, day);
        while !cut.is_empty() {
            cuts.push(cut.clone());
            let divided = |id: &Id| !self.children(*id, day).is_empty();
            let level = |id: Id| self.region(id).level;
            let Some(next) = cut.iter().copied().filter(divided).map(level).min() else { break };
            cut = cut
                .into_iter()
                .flat_map(|id| {
                    let children = self.children(id, day);
                    if level(id) == next && !children.is_empty() { children } else { vec![id] }
                })
                .collect();
        }
        cuts
    }

    /// The regions of the level that a word names, on a day.
    pub(crate) fn of_level(&self, word: &str, day: Date) -> Vec<Id> {
        let Some(level) = self.level_of(word) else { return Vec::new() };
        let member = |id: &Id| {
            let region = self.region(*id);
            region.level == Some(level)
                && region.is_valid_on(day)
                && self.is_unit(*id) == (word == UNIT)
        };
        self.ids().filter(member).collect()
    }

    /// Whether any region is of a type.
    pub(crate) fn has_type(&self, word: &str) -> bool {
        self.ids().any(|id| self.region(id).kind == word)
    }

    /// Whether a region got ground from another one, be it over several changes.
    pub(crate) fn came_of(&self, id: Id, other: Id) -> bool {
        self.predecessors[id].iter().any(|before| *before == other || self.came_of(*before, other))
    }

    /// The region and those before it that were the same ground under another name or code, and
    /// the day before which its ground was drawn otherwise.
    pub(crate) fn same_ground(&self, id: Id) -> (Vec<Id>, Option<Date>) {
        let mut versions = vec![id];
        let mut current = id;
        loop {
            let Some(from) = self.region(current).valid_from else { return (versions, None) };
            match self.predecessors[current].as_slice() {
                [] => return (versions, None),
                [only] => {
                    let before = self.region(*only);
                    let exact = before.successors.len() == 1
                        && !before.successors[0].partial
                        && before.valid_to == Some(from);
                    if !exact {
                        return (versions, Some(from));
                    }
                    versions.push(*only);
                    current = *only;
                }
                _ => return (versions, Some(from)),
            }
        }
    }

    /// Follows regions back to a day, change by change. A region that did not exist yet and is
    /// `known` all the same is read as it is.
    pub(crate) fn ground(&self, members: &[Id], day: Date, known: &dyn Fn(Id) -> bool) -> Ground {
        let late = |id: Id| self.region(id).valid_from.is_some_and(|from| day < from) && !known(id);
        let mut ground = Ground::default();
        let (later, same): (Vec<Id>, Vec<Id>) = members.iter().partition(|id| late(**id));
        ground.same = same;
        let one = |id: Id| BTreeSet::from([id]);
        let mut open: Vec<Open> = later
            .into_iter()
            .map(|id| Open { members: one(id), parts: one(id), ..Open::default() })
            .collect();
        let mut done = BTreeSet::new();
        loop {
            let waiting = |id: &Id| late(*id) && !done.contains(id);
            let parts = open.iter().flat_map(|open| &open.parts).copied().filter(waiting);
            let Some(from) = parts.filter_map(|id| self.region(id).valid_from).max() else { break };
            let begun = |id: &Id| waiting(id) && self.region(*id).valid_from == Some(from);
            let going: BTreeSet<Id> =
                open.iter().flat_map(|open| &open.parts).copied().filter(begun).collect();
            for open in &mut open {
                self.step_back(open, &going);
            }
            done.extend(going);
            open = joined(open);
        }
        for Open { members, parts, broken, new } in open {
            match (broken, new) {
                (true, _) => ground.broken.extend(members),
                (false, true) => ground.new.extend(members),
                (false, false) => ground.groups.push((members, parts)),
            }
        }
        ground
    }

    /// Puts those before a change in place of those that came about by it.
    fn step_back(&self, open: &mut Open, going: &BTreeSet<Id>) {
        for part in going {
            if !open.parts.remove(part) {
                continue;
            }
            let predecessors = &self.predecessors[*part];
            open.new |= predecessors.is_empty();
            for before in predecessors {
                let region = self.region(*before);
                let stays = |uid: &str| going.iter().any(|id| self.uids[*id] == uid);
                open.broken |= region.valid_to != self.region(*part).valid_from
                    || !region.successors.iter().all(|successor| stays(&successor.uid));
                open.parts.insert(*before);
            }
        }
    }
}

/// Those that have a part in common become one.
fn joined(open: Vec<Open>) -> Vec<Open> {
    let mut apart: Vec<Open> = Vec::new();
    for mut one in open {
        while let Some(at) = apart.iter().position(|other| !other.parts.is_disjoint(&one.parts)) {
            let other = apart.remove(at);
            one.members.extend(other.members);
            one.parts.extend(other.parts);
            one.broken |= other.broken;
            one.new |= other.new;
        }
        apart.push(one);
    }
    apart
}
