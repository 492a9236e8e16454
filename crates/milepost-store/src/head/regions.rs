//! The regions of a manifest: checked when the head is read, decoded when they are needed.

use std::{ops::Range, sync::Arc};

use milepost_model::{Date, Gazetteer, Region, RegionSource, RegionView};

use super::{bytes::Fields, wire};
use crate::map::Bytes;

/// Where each region lies in the manifest.
#[derive(Debug)]
pub(crate) struct EncodedRegions {
    bytes: Arc<Bytes>,
    /// Where the regions are in `bytes`; `starts` count from its start.
    range: Range<usize>,
    starts: Vec<u32>,
}

/// What a region without any text takes.
const LEAST_BYTES: usize = 54;

impl EncodedRegions {
    /// Walks over the list of regions that a range of bytes begins with, and says where they are
    /// found.
    ///
    /// `None` if it is no such list: what it accepts, decoding accepts, and the reverse.
    pub(crate) fn walk(bytes: Arc<Bytes>, range: Range<usize>) -> Option<(Self, Gazetteer)> {
        let start = range.start;
        let all = bytes.get(range)?;
        let mut walk = Walk::new(all);
        let at = |walk: &Walk<'_>| u32::try_from(walk.at()?).ok();
        let count = walk.rest.u64()?;
        // Whatever the count says, no more is allocated than the bytes have room for.
        let capacity = usize::try_from(count).ok()?.min(all.len() / LEAST_BYTES);
        let mut starts = Vec::with_capacity(capacity);
        let mut gazetteer = Gazetteer::with_capacity(capacity);
        for _ in 0..count {
            starts.push(at(&walk)?);
            gazetteer.push(&walk.region()?).ok()?;
        }
        let end = start.checked_add(usize::try_from(at(&walk)?).ok()?)?;
        Some((Self { bytes, range: start..end, starts }, gazetteer))
    }

    /// Where the list ends.
    pub(crate) fn end(&self) -> usize {
        self.range.end
    }
}

impl RegionSource for EncodedRegions {
    fn region(&self, position: u32) -> Region {
        let start = usize::try_from(position).ok().and_then(|at| self.starts.get(at));
        let start = start.and_then(|start| usize::try_from(*start).ok());
        let regions = self.bytes.get(self.range.clone());
        let bytes = start.and_then(|start| regions?.get(start..));
        let region = bytes.and_then(|bytes| wire::decode_first(super::FORMAT, bytes).ok());
        // The walk has accepted it: nobody but who changes a mapped file meets the other.
        region.map_or_else(|| Region::new("?"), |(region, _)| region)
    }
}

/// Goes over encoded fields without decoding them; `None` where decoding would fail.
struct Walk<'a> {
    all: &'a [u8],
    rest: Fields<'a>,
    /// As much as is UTF-8 from the first byte on, small numbers included: one look at many texts.
    utf8: &'a str,
}

impl<'a> Walk<'a> {
    fn new(all: &'a [u8]) -> Self {
        let utf8 = std::str::from_utf8(all).or_else(|error| {
            std::str::from_utf8(all.get(..error.valid_up_to()).unwrap_or_default())
        });
        Self { all, rest: Fields(all), utf8: utf8.unwrap_or_default() }
    }

    /// How far it has come.
    fn at(&self) -> Option<usize> {
        self.all.len().checked_sub(self.rest.0.len())
    }

    /// The fields of [`Region`] in their order.
    fn region(&mut self) -> Option<RegionView<'a>> {
        let (uid, code) = (self.text()?, self.text()?);
        self.list(|codes| {
            codes.text()?;
            codes.text().map(drop)
        })?;
        self.list(|names| {
            names.optional(Self::text)?;
            names.text().map(drop)
        })?;
        let kind = self.text()?;
        let level = self.optional(|level| level.rest.u8())?;
        let parent = self.optional(Self::text)?;
        let valid_from = self.optional(Self::day)?;
        let valid_to = self.optional(Self::day)?;
        let mut successors = Vec::new();
        self.list(|successor| {
            successors.push(successor.text()?);
            successor.flag().map(drop)
        })?;
        self.optional(Self::text)?; // note
        self.optional(Self::text)?; // fault
        Some(RegionView { uid, code, kind, level, parent, valid_from, valid_to, successors })
    }

    #[inline]
    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.rest.u64()?).ok()?;
        let start = self.at()?;
        let bytes = self.rest.take(length)?;
        let end = start.checked_add(length)?;
        if end <= self.utf8.len() {
            return self.utf8.get(start..end);
        }
        std::str::from_utf8(bytes).ok()
    }

    #[inline]
    fn flag(&mut self) -> Option<bool> {
        match self.rest.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn day(&mut self) -> Option<Date> {
        Date::from_day_number(self.rest.i32()?)
    }

    #[inline]
    #[expect(clippy::option_option, reason = "it cannot be read, is not there, or is")]
    fn optional<T>(&mut self, some: impl Fn(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.flag()? { some(self).map(Some) } else { Some(None) }
    }

    #[inline]
    fn list(&mut self, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        (0..self.rest.u64()?).try_for_each(|_| each(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use milepost_model::{Catalogue, Indicator, Milestone};
    use proptest::prelude::*;

    fn any_region() -> impl Strategy<Value = Region> {
        let text = || "[a-zĐ@ ]{1,5}";
        let day = || proptest::option::of(-9_999..9_999i32);
        let lists = (
            proptest::collection::vec((text(), text()), 0..3),
            proptest::collection::vec((proptest::option::of(text()), text()), 0..3),
        );
        let rest = (proptest::option::of(0..9u8), proptest::option::of(text()), day(), day());
        let last = (
            proptest::collection::vec(("~?[a-z]{1,3}", Just(())), 0..3),
            proptest::option::of(text()),
        );
        (text(), text(), lists, rest, last).prop_map(
            |(uid, code, (codes, names), (level, parent, from, to), (next, note))| {
                let mut region = Region::new(code).with_uid(uid).kind("province");
                region.codes = codes;
                for (language, name) in names {
                    region = match language {
                        Some(language) => region.label(language, name),
                        None => region.name(name),
                    };
                }
                (region.level, region.parent, region.note) = (level, parent, note);
                region.valid_from = from.and_then(Date::from_day_number);
                region.valid_to = to.and_then(Date::from_day_number);
                next.iter().fold(region, |region, (uid, ())| region.successor(uid))
            },
        )
    }

    proptest! {
        #[test]
        fn a_walk_ends_where_decoding_ends(
            regions in proptest::collection::vec(any_region(), 0..5),
            start in 0..9usize,
            after in 0..9usize,
        ) {
            let mut bytes = vec![7; start];
            bytes.extend(wire::encode(1, &regions).unwrap());
            let end = bytes.len();
            bytes.resize(end + after, 7);
            let all = start..bytes.len();
            let (source, gazetteer) = EncodedRegions::walk(Arc::new(bytes.into()), all).unwrap();
            prop_assert_eq!((source.end(), gazetteer.len()), (end, regions.len()));
            for (position, region) in (0..).zip(&regions) {
                prop_assert_eq!(&source.region(position), region);
            }
            // What the walk saw of the regions is what decoding them gives.
            let lazy = Catalogue::lazy(vec![], gazetteer, Arc::new(source), vec![]);
            let parts = (Vec::<Indicator>::new(), &regions, Vec::<Milestone>::new());
            let plain: Catalogue = wire::decode(1, &wire::encode(1, &parts).unwrap()).unwrap();
            prop_assert!(lazy.outlines().eq(plain.outlines()));
            for (id, region) in plain.regions() {
                prop_assert_eq!(lazy.outline(id), plain.outline(id));
                for text in [&region.uid, &region.code].into_iter().chain(&region.parent) {
                    prop_assert_eq!(lazy.region_with_uid(text), plain.region_with_uid(text));
                    prop_assert_eq!(lazy.versions_of(text), plain.versions_of(text));
                    prop_assert_eq!(lazy.find_regions(text), plain.find_regions(text));
                }
                prop_assert_eq!(lazy.predecessors_of(id), plain.predecessors_of(id));
                for day in [Date::MIN, Date::MAX].into_iter().chain(region.valid_from) {
                    prop_assert_eq!(lazy.children_of(id, day), plain.children_of(id, day));
                }
            }
        }

        #[test]
        fn a_walk_accepts_what_decoding_accepts(
            regions in proptest::collection::vec(any_region(), 1..3),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            length in any::<prop::sample::Index>(),
            is_cut: bool,
        ) {
            let mut bytes = wire::encode(1, &regions).unwrap();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if is_cut {
                bytes.truncate(length.index(bytes.len()));
            }
            let decoded = wire::decode_first::<Vec<Region>>(1, &bytes).map(|(_, used)| used).ok();
            let all = 0..bytes.len();
            let walked = EncodedRegions::walk(Arc::new(bytes.into()), all).map(|(regions, _)| regions.end());
            prop_assert_eq!(walked, decoded);
        }
    }
}
