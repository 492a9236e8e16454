//! The regions of a manifest: checked when the head is read, decoded when they are needed.

use std::{ops::Range, sync::Arc};

use milepost_model::{Date, Region, RegionSource};

use super::{bytes::Fields, wire};

/// Where each region lies in the manifest.
#[derive(Debug)]
pub(crate) struct EncodedRegions {
    bytes: Arc<Vec<u8>>,
    /// Where the regions are in `bytes`; `starts` count from its start.
    range: Range<usize>,
    starts: Vec<u32>,
    is_ascii: bool,
}

impl EncodedRegions {
    /// Walks over the list of regions that a range of bytes begins with.
    ///
    /// `None` if it is no such list: what it accepts, decoding accepts, and the reverse.
    pub(crate) fn walk(bytes: Arc<Vec<u8>>, range: Range<usize>) -> Option<Self> {
        let start = range.start;
        let all = bytes.get(range)?;
        let mut walk = Walk(Fields(all));
        let at = |walk: &Walk<'_>| u32::try_from(all.len().checked_sub(walk.0.0.len())?).ok();
        let count = walk.0.u64()?;
        let mut starts = Vec::new();
        let mut is_ascii = true;
        for _ in 0..count {
            starts.push(at(&walk)?);
            let (uid, code) = walk.region()?;
            is_ascii &= uid.is_ascii() && code.is_ascii();
        }
        let end = start.checked_add(usize::try_from(at(&walk)?).ok()?)?;
        u32::try_from(starts.len()).ok()?;
        Some(Self { bytes, range: start..end, starts, is_ascii })
    }

    /// Where the list ends.
    pub(crate) fn end(&self) -> usize {
        self.range.end
    }

    fn from(&self, start: u32) -> Option<&[u8]> {
        let regions = self.bytes.get(self.range.clone())?;
        regions.get(usize::try_from(start).ok()?..)
    }
}

impl RegionSource for EncodedRegions {
    fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    fn region(&self, position: u32) -> Region {
        let start = usize::try_from(position).ok().and_then(|at| self.starts.get(at));
        let bytes = start.and_then(|start| self.from(*start));
        let region = bytes.and_then(|bytes| wire::decode_first(super::FORMAT, bytes).ok());
        debug_assert!(region.is_some(), "the walk has accepted region {position}");
        region.map_or_else(|| Region::new("?"), |(region, _)| region)
    }

    fn identities(&self, visit: &mut dyn FnMut(u32, &str, &str) -> bool) {
        for (position, start) in (0..).zip(&self.starts) {
            let Some(bytes) = self.from(*start) else { return };
            let mut walk = Walk(Fields(bytes));
            let (Some(uid), Some(code)) = (walk.text(), walk.text()) else { return };
            if !visit(position, uid, code) {
                return;
            }
        }
    }

    fn is_ascii(&self) -> bool {
        self.is_ascii
    }
}

/// Goes over encoded fields without decoding them; `None` where decoding would fail.
struct Walk<'a>(Fields<'a>);

impl<'a> Walk<'a> {
    /// The fields of [`Region`] in their order; returns uid and code.
    fn region(&mut self) -> Option<(&'a str, &'a str)> {
        let identity = (self.text()?, self.text()?);
        self.list(|codes| {
            codes.text()?;
            codes.text().map(drop)
        })?;
        self.list(|names| {
            names.optional_text()?;
            names.text().map(drop)
        })?;
        self.text()?; // kind
        self.optional(|level| level.0.u8().map(drop))?; // level
        self.optional_text()?; // parent
        self.optional(Self::day)?; // valid_from
        self.optional(Self::day)?; // valid_to
        self.list(|successors| {
            successors.text()?;
            successors.flag().map(drop)
        })?;
        self.optional_text()?; // note
        self.optional_text()?; // fault
        Some(identity)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.0.u64()?).ok()?;
        std::str::from_utf8(self.0.take(length)?).ok()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.0.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn day(&mut self) -> Option<()> {
        Date::from_day_number(self.0.i32()?).map(drop)
    }

    fn optional(&mut self, some: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        if self.flag()? { some(self) } else { Some(()) }
    }

    fn optional_text(&mut self) -> Option<()> {
        self.optional(|some| some.text().map(drop))
    }

    fn list(&mut self, each: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        (0..self.0.u64()?).try_for_each(|_| each(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            let source = EncodedRegions::walk(Arc::new(bytes), all).unwrap();
            prop_assert_eq!((source.end(), source.count() as usize), (end, regions.len()));
            let mut identities = Vec::new();
            source.identities(&mut |position, uid, code| {
                identities.push((position, uid.to_owned(), code.to_owned()));
                true
            });
            for ((position, region), (at, uid, code)) in (0..).zip(&regions).zip(&identities) {
                prop_assert_eq!(&source.region(position), region);
                prop_assert_eq!((*at, uid, code), (position, &region.uid, &region.code));
            }
            let is_ascii = regions.iter().all(|r| r.uid.is_ascii() && r.code.is_ascii());
            prop_assert_eq!((identities.len(), source.is_ascii()), (regions.len(), is_ascii));
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
            let walked = EncodedRegions::walk(Arc::new(bytes), all).map(|regions| regions.end());
            prop_assert_eq!(walked, decoded);
        }
    }
}
