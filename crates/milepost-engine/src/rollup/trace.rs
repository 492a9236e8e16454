//! Territory back in time: from regions to the predecessors that covered exactly the same ground.

use std::collections::{BTreeMap, BTreeSet};

use milepost_model::{Catalogue, Date, RegionId};

/// Regions as they were on an earlier day.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Traced {
    /// Those to be read as they are.
    pub(crate) same: Vec<RegionId>,
    /// Those that came about later, with the regions that covered the same ground.
    pub(crate) groups: Vec<Group>,
    /// Those whose ground cannot be told from that of others.
    pub(crate) broken: Vec<RegionId>,
    /// Those that began without a predecessor.
    pub(crate) new: Vec<RegionId>,
}

/// Regions and the predecessors that together covered the same ground.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) members: Vec<RegionId>,
    pub(crate) parts: Vec<RegionId>,
}

#[derive(Debug, Default)]
struct Open {
    members: Vec<RegionId>,
    parts: BTreeSet<RegionId>,
    broken: bool,
    new: bool,
}

/// Traces regions back to a day. Ground is followed exactly: a predecessor counts only if every
/// region that it went to, in whole or in part, is among those traced, so that a transfer inside
/// the set is no break and one across its edge is. `is_known` says of a region that did not exist
/// yet whether it has a figure all the same, as back-casted series do; it is then read as it is.
pub(crate) fn trace(
    catalogue: &Catalogue,
    regions: &[RegionId],
    day: Date,
    is_known: impl Fn(RegionId) -> bool,
) -> Traced {
    let begins = |id: RegionId| catalogue.outline(id).valid_from.filter(|from| *from > day);
    let mut traced = Traced::default();
    let mut open: Vec<Open> = Vec::new();
    // The parts that did not exist yet, by the day on which they began, and their group.
    let mut late: BTreeMap<Date, Vec<(RegionId, usize)>> = BTreeMap::new();
    for region in regions {
        match begins(*region) {
            Some(from) if !is_known(*region) => {
                late.entry(from).or_default().push((*region, open.len()));
                let parts = BTreeSet::from([*region]);
                open.push(Open { members: vec![*region], parts, ..Open::default() });
            }
            _ => traced.same.push(*region),
        }
    }
    // Groups that came to share ground: each points to the one it became a part of.
    let mut joined: Vec<usize> = (0..open.len()).collect();
    let mut held: BTreeMap<RegionId, usize> = BTreeMap::new();
    while let Some((from, changed)) = late.pop_last() {
        let going: BTreeSet<RegionId> = changed.iter().map(|(part, _)| *part).collect();
        for (part, group) in changed {
            let predecessors = catalogue.predecessors_of(part);
            if let Some(own) = open.get_mut(root(&joined, group)) {
                own.parts.remove(&part);
                own.new |= predecessors.is_empty();
            }
            for predecessor in predecessors {
                let record = catalogue.region(predecessor);
                let stays_inside = record.successors.iter().all(|successor| {
                    let successor = catalogue.region_with_uid(&successor.uid);
                    successor.is_some_and(|successor| going.contains(&successor))
                });
                let group = root(&joined, group);
                if let Some(own) = open.get_mut(group) {
                    own.broken |= !stays_inside || record.valid_to != Some(from);
                    own.parts.insert(predecessor);
                }
                match held.insert(predecessor, group).map(|other| root(&joined, other)) {
                    Some(other) if other != group => join(&mut open, &mut joined, other, group),
                    Some(_) => {}
                    None => {
                        if let Some(from) = begins(predecessor).filter(|_| !is_known(predecessor)) {
                            late.entry(from).or_default().push((predecessor, group));
                        }
                    }
                }
            }
        }
    }
    for group in open.into_iter().filter(|group| !group.members.is_empty()) {
        let Open { members, parts, broken, new } = group;
        match (broken, new) {
            (true, _) => traced.broken.extend(members),
            (false, true) => traced.new.extend(members),
            (false, false) => {
                let parts = parts.into_iter().collect();
                traced.groups.push(Group { members, parts });
            }
        }
    }
    traced
}

fn root(joined: &[usize], mut group: usize) -> usize {
    while let Some(next) = joined.get(group).copied().filter(|next| *next != group) {
        group = next;
    }
    group
}

/// Makes one group of two.
fn join(open: &mut [Open], joined: &mut [usize], from: usize, into: usize) {
    let moved = open.get_mut(from).map(std::mem::take).unwrap_or_default();
    if let (Some(into_group), Some(pointer)) = (open.get_mut(into), joined.get_mut(from)) {
        into_group.members.extend(moved.members);
        into_group.parts.extend(moved.parts);
        into_group.broken |= moved.broken;
        into_group.new |= moved.new;
        *pointer = into;
    }
}

#[cfg(test)]
mod tests {
    use milepost_model::Region;

    use super::*;

    const CHANGE: &str = "2020-01-01";

    /// Regions as `code: successors`; a code with `@` begins with the change, others end with it.
    fn catalogue(lines: &[&str]) -> Catalogue {
        let mut catalogue = Catalogue::new();
        for line in lines {
            let (code, successors) = line.split_once(':').unwrap();
            let region = match code.strip_suffix('@') {
                Some(code) => Region::new(code).valid_from(CHANGE),
                None => Region::new(code).valid_to(CHANGE),
            };
            let successors = successors.split_whitespace();
            catalogue.define(successors.fold(region, Region::successor)).unwrap();
        }
        catalogue
    }

    /// The groups as `members=parts`, then what is broken and what is new.
    fn traced(lines: &[&str], regions: &[&str], known: &[&str]) -> String {
        let catalogue = catalogue(lines);
        let ids: Vec<RegionId> =
            regions.iter().map(|uid| catalogue.region_with_uid(uid).unwrap()).collect();
        let day = CHANGE.parse::<Date>().unwrap().previous().unwrap();
        let uids = |ids: &[RegionId]| {
            let mut uids: Vec<_> = ids.iter().map(|id| catalogue.region(*id).uid()).collect();
            uids.sort();
            uids.join("+")
        };
        let is_known = |id: RegionId| known.contains(&catalogue.region(id).uid().as_str());
        let traced = trace(&catalogue, &ids, day, is_known);
        let groups = traced.groups.iter();
        let mut all: Vec<String> =
            groups.map(|g| format!("{}={}", uids(&g.members), uids(&g.parts))).collect();
        all.sort();
        for (word, ids) in
            [("same", &traced.same), ("broken", &traced.broken), ("new", &traced.new)]
        {
            if !ids.is_empty() {
                all.push(format!("{word} {}", uids(ids)));
            }
        }
        all.join(", ")
    }

    #[test]
    fn a_merger_is_all_of_its_predecessors() {
        let map = ["A: A@2020", "B: A@2020", "A@:"];
        assert_eq!(traced(&map, &["A@2020"], &[]), "A@2020=A@0+B@0");
        assert_eq!(traced(&map, &["A@2020"], &["A@2020"]), "same A@2020");
        assert_eq!(traced(&map, &["A@0"], &[]), "same A@0");
    }

    #[test]
    fn a_part_of_a_split_is_broken_and_all_parts_are_not() {
        let map = ["A: B@2020 C@2020", "B@:", "C@:"];
        assert_eq!(traced(&map, &["B@2020"], &[]), "broken B@2020");
        assert_eq!(traced(&map, &["B@2020", "C@2020"], &[]), "B@2020+C@2020=A@0");
        // A back-casted part covers its ground; what the other one had remains unknown.
        assert_eq!(traced(&map, &["B@2020", "C@2020"], &["C@2020"]), "same C@2020, broken B@2020");
    }

    #[test]
    fn a_corner_that_went_elsewhere_breaks_both_sides() {
        let map = ["P: P@2020 ~Q@2020", "Q: Q@2020", "P@:", "Q@:", "R: R@2020", "R@:"];
        assert_eq!(traced(&map, &["P@2020"], &[]), "broken P@2020");
        assert_eq!(traced(&map, &["Q@2020"], &[]), "broken Q@2020");
        assert_eq!(
            traced(&map, &["P@2020", "R@2020", "Q@2020"], &[]),
            "P@2020+Q@2020=P@0+Q@0, R@2020=R@0"
        );
    }

    #[test]
    fn a_region_without_predecessor_is_new() {
        assert_eq!(traced(&["N@:"], &["N@2020"], &[]), "new N@2020");
    }

    #[test]
    fn chains_are_followed_change_by_change() {
        let mut catalogue = Catalogue::new();
        for region in [
            Region::new("A").valid_to("2000-01-01").successor("C@2000"),
            Region::new("B").valid_to("2000-01-01").successor("C@2000"),
            Region::new("C").valid_from("2000-01-01").valid_to("2010-01-01").successor("D@2010"),
            Region::new("E").valid_to("2010-01-01").successor("D@2010"),
            Region::new("D").valid_from("2010-01-01"),
        ] {
            catalogue.define(region).unwrap();
        }
        let id = |uid: &str| catalogue.region_with_uid(uid).unwrap();
        let on = |day: &str| {
            let traced = trace(&catalogue, &[id("D@2010")], day.parse().unwrap(), |_| false);
            traced.groups.into_iter().next().unwrap().parts
        };
        assert_eq!(on("2005-12-31"), [id("C@2000"), id("E@0")]);
        assert_eq!(on("1999-12-31"), [id("A@0"), id("B@0"), id("E@0")]);
    }
}
