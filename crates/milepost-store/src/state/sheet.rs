//! Sheets: one indicator, scenario, group and frequency each (FORMAT.md, section 4).

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use milepost_model::{Date, Frequency, Period};

use super::SealedFrames;
use crate::{
    frame::{Address, EncodedFrame, FrameShape},
    head::SheetRecord,
};

/// The index of spans, beside those of frequencies.
pub(crate) const SPANS: u8 = 255;

/// What tells a sheet from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SheetKey {
    pub(crate) indicator: u32,
    pub(crate) scenario: u32,
    pub(crate) group: u32,
    pub(crate) frequency: u8,
}

/// Where a sealed frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// Position of the segment.
    pub(crate) segment: u32,
    /// Position in its directory.
    pub(crate) entry: u32,
}

/// Where a frame is now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    Sealed(Location),
    Fresh(&'a Arc<EncodedFrame>),
}

/// One sheet: its shape, and where each of its frames is.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) key: SheetKey,
    pub(crate) shape: FrameShape,
    spans: Spans,
    sealed: Arc<SealedFrames>,
    /// Frames that commits since the last checkpoint touched.
    fresh: BTreeMap<u32, Arc<EncodedFrame>>,
}

impl Sheet {
    pub(crate) fn new(key: SheetKey, regions: usize) -> Self {
        Self {
            key,
            shape: FrameShape::for_regions(regions),
            spans: Spans::default(),
            sealed: Arc::default(),
            fresh: BTreeMap::new(),
        }
    }

    /// A sheet as the manifest has it; `None` if no sheet has such a record.
    pub(crate) fn from_record(record: SheetRecord) -> Option<Self> {
        let known = record.frequency == SPANS || Frequency::from_index(record.frequency).is_some();
        let shape = FrameShape::for_regions(usize::from(record.regions));
        let spans = Spans::from_days(record.spans)?;
        let key = SheetKey {
            indicator: record.indicator,
            scenario: record.scenario,
            group: record.group,
            frequency: record.frequency,
        };
        (known && shape.regions() == u32::from(record.regions)).then_some(Self {
            key,
            shape,
            spans,
            sealed: Arc::default(),
            fresh: BTreeMap::new(),
        })
    }

    pub(crate) fn record(&self) -> SheetRecord {
        SheetRecord {
            indicator: self.key.indicator,
            scenario: self.key.scenario,
            group: self.key.group,
            frequency: self.key.frequency,
            regions: u16::try_from(self.shape.regions()).unwrap_or(u16::MAX),
            spans: self.spans.days.as_ref().clone(),
        }
    }

    /// The ordinal of a period, a new one for a span seen for the first time.
    pub(crate) fn ordinal_or_new(&mut self, period: Period) -> Option<i32> {
        period.ordinal().or_else(|| self.spans.intern(period))
    }

    pub(crate) fn ordinal(&self, period: Period) -> Option<i32> {
        period.ordinal().or_else(|| self.spans.ordinal(period))
    }

    /// The period of an ordinal; `None` if no period has it.
    pub(crate) fn period(&self, ordinal: i32) -> Option<Period> {
        match Frequency::from_index(self.key.frequency) {
            Some(frequency) => Period::from_ordinal(frequency, ordinal),
            None => self.spans.period(ordinal),
        }
    }

    /// Where a frame is.
    pub(crate) fn find(&self, frame: u32) -> Option<Place<'_>> {
        if let Some(fresh) = self.fresh.get(&frame) {
            return Some(Place::Fresh(fresh));
        }
        let (number, location) =
            self.sealed.list().get(self.lower_bound(frame, self.guess(frame)))?;
        (*number == frame).then_some(Place::Sealed(*location))
    }

    /// Where a frame is among the sealed ones if, as in most sheets, every block of periods has
    /// the same blocks of regions; anything otherwise.
    fn guess(&self, frame: u32) -> usize {
        let sealed = self.sealed.list();
        let (Some((first, _)), Some((last, _))) = (sealed.first(), sealed.last()) else {
            return 0;
        };
        let [first, last, frame] = [*first, *last, frame].map(|frame| self.shape.blocks(frame));
        let width = last.1.saturating_sub(first.1).saturating_add(1);
        let rows = frame.0.saturating_sub(first.0);
        let position = rows.saturating_mul(width).saturating_add(frame.1.saturating_sub(first.1));
        usize::try_from(position).unwrap_or(usize::MAX)
    }

    /// The position of the first sealed frame that is not before `frame`: at once if it is the
    /// one guessed.
    fn lower_bound(&self, frame: u32, guess: usize) -> usize {
        let sealed = self.sealed.list();
        let number = |position: usize| sealed.get(position).map(|(number, _)| *number);
        let is_after = number(guess).is_some_and(|number| frame <= number);
        let before = guess.checked_sub(1).map(number);
        if is_after && before.is_none_or(|before| before < Some(frame)) {
            return guess;
        }
        sealed.partition_point(|(number, _)| *number < frame)
    }

    /// [`Sheet::find`] for frames that are asked for in ascending order: `near` is where the last
    /// one was.
    #[inline]
    pub(crate) fn find_near(&self, frame: u32, near: &mut usize) -> Option<Place<'_>> {
        if self.fresh.is_empty() {
            let next = near.saturating_add(1);
            let sealed = self.sealed.list();
            if let Some((number, location)) = sealed.get(next)
                && *number == frame
            {
                *near = next;
                return Some(Place::Sealed(*location));
            }
            *near = self.lower_bound(frame, self.guess(frame));
            let (number, location) = sealed.get(*near)?;
            return (*number == frame).then_some(Place::Sealed(*location));
        }
        self.find(frame)
    }

    /// The frames that a region lies in, ascending, in their present version.
    pub(crate) fn frames_of(&self, region: u32) -> Vec<(u32, Place<'_>)> {
        let Some(block) = self.shape.region_block(region) else { return Vec::new() };
        let sealed = SealedOfRegion { sheet: self, block, position: 0, stride: 1 };
        if self.fresh.is_empty() {
            return sealed.map(|(frame, location)| (frame, Place::Sealed(location))).collect();
        }
        let is_of_region = |frame: u32| self.shape.blocks(frame).1 == block;
        let fresh = self.fresh.iter().filter(|(frame, _)| is_of_region(**frame));
        merge(sealed, fresh.map(|(frame, place)| (*frame, place))).collect()
    }

    /// Every frame by number, ascending, in its present version.
    pub(crate) fn frames(&self) -> impl Iterator<Item = (u32, Place<'_>)> {
        let fresh = self.fresh.iter().map(|(frame, place)| (*frame, place));
        merge(self.sealed.list().iter().copied(), fresh)
    }

    /// The cells of a region in a frame, one for each of its periods; none if it is not in it.
    pub(crate) fn cells_of(&self, region: u32, frame: u32) -> impl Iterator<Item = (u16, i32)> {
        let shape = self.shape;
        let column = region & shape.regions().wrapping_sub(1);
        let rows = (0..shape.periods()).filter_map(move |row| {
            let cell = u16::try_from((row << shape.log2_regions()) | column).ok()?;
            let address = Address { frame, cell };
            (shape.region(address) == region).then(|| (cell, shape.ordinal(address)))
        });
        rows.fuse()
    }

    pub(crate) fn fresh(&self) -> &BTreeMap<u32, Arc<EncodedFrame>> {
        &self.fresh
    }

    pub(crate) fn put(&mut self, frame: u32, content: Arc<EncodedFrame>) {
        self.fresh.insert(frame, content);
    }

    /// How many frames are in segments, those that fresh ones hide included.
    pub(crate) fn sealed_frames(&self) -> usize {
        self.sealed.list().len()
    }

    /// Takes over where frames are after `before`, an earlier state of this sheet, was written down
    /// as `sealed`: fresh ones stay if they are newer.
    pub(crate) fn take_places(&mut self, before: &Self, sealed: &Self) {
        self.sealed = Arc::clone(&sealed.sealed);
        let written = |frame: &u32, content: &Arc<EncodedFrame>| {
            before.fresh.get(frame).is_some_and(|before| Arc::ptr_eq(before, content))
        };
        self.fresh.retain(|frame, content| !written(frame, content));
    }

    /// Replaces where the sealed frames are. Nothing is fresh any more.
    pub(crate) fn seal(&mut self, sealed: SealedFrames) {
        self.sealed = Arc::new(sealed);
        self.fresh.clear();
    }
}

/// The sealed frames of a block of regions, found by leaps from one block of periods to the next.
struct SealedOfRegion<'a> {
    sheet: &'a Sheet,
    block: u32,
    position: usize,
    /// How far the last leap went: mostly, all go as far.
    stride: usize,
}

impl Iterator for SealedOfRegion<'_> {
    type Item = (u32, Location);

    fn next(&mut self) -> Option<(u32, Location)> {
        loop {
            let (frame, location) = *self.sheet.sealed.list().get(self.position)?;
            let (period, block) = self.sheet.shape.blocks(frame);
            let period = if block < self.block { period } else { period.saturating_add(1) };
            let next = self.sheet.shape.frame(period, self.block);
            let guess = self.position.saturating_add(self.stride);
            let position = match next {
                Some(next) => self.sheet.lower_bound(next, guess),
                None => self.sheet.sealed.list().len(),
            };
            self.stride = position.saturating_sub(self.position);
            self.position = position;
            if block == self.block {
                return Some((frame, location));
            }
        }
    }
}

/// Frames of both kinds, ascending; a fresh one takes the place of a sealed one.
fn merge<'a>(
    sealed: impl Iterator<Item = (u32, Location)>,
    fresh: impl Iterator<Item = (u32, &'a Arc<EncodedFrame>)>,
) -> impl Iterator<Item = (u32, Place<'a>)> {
    let mut fresh = fresh.map(|(frame, place)| (frame, Place::Fresh(place))).peekable();
    let mut sealed = sealed.map(|(frame, location)| (frame, Place::Sealed(location))).peekable();
    std::iter::from_fn(move || match (sealed.peek(), fresh.peek()) {
        (Some((old, _)), Some((new, _))) if old < new => sealed.next(),
        (Some((old, _)), Some((new, _))) => {
            if old == new {
                sealed.next();
            }
            fresh.next()
        }
        (Some(_), None) => sealed.next(),
        (None, _) => fresh.next(),
    })
}

/// Irregular spans, numbered as they come.
#[derive(Clone, Debug, Default)]
struct Spans {
    days: Arc<Vec<(i32, i32)>>,
    numbers: Arc<HashMap<(i32, i32), i32>>,
}

impl Spans {
    fn from_days(days: Vec<(i32, i32)>) -> Option<Self> {
        let is_period = |&(first, last): &(i32, i32)| period(first, last).is_some();
        let numbers: HashMap<_, _> = days.iter().copied().zip(0..).collect();
        (days.iter().all(is_period) && numbers.len() == days.len())
            .then(|| Self { days: Arc::new(days), numbers: Arc::new(numbers) })
    }

    fn ordinal(&self, period: Period) -> Option<i32> {
        self.numbers.get(&days(period)).copied()
    }

    fn intern(&mut self, period: Period) -> Option<i32> {
        if let Some(ordinal) = self.ordinal(period) {
            return Some(ordinal);
        }
        let ordinal = i32::try_from(self.days.len()).ok()?;
        Arc::make_mut(&mut self.days).push(days(period));
        Arc::make_mut(&mut self.numbers).insert(days(period), ordinal);
        Some(ordinal)
    }

    fn period(&self, ordinal: i32) -> Option<Period> {
        let &(first, last) = self.days.get(usize::try_from(ordinal).ok()?)?;
        period(first, last)
    }
}

/// First and last day as numbers.
pub(crate) fn days(period: Period) -> (i32, i32) {
    (period.first_day().day_number(), period.last_day().day_number())
}

/// The period from one day to another; `None` if there is none.
pub(crate) fn period(first: i32, last: i32) -> Option<Period> {
    Period::span(Date::from_day_number(first)?, Date::from_day_number(last)?).ok()
}

/// The index of a period's frequency, or that of spans.
pub(crate) fn frequency_of(period: Period) -> u8 {
    period.frequency().map_or(SPANS, Frequency::index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: SheetKey = SheetKey { indicator: 0, scenario: 1, group: 0, frequency: SPANS };

    #[test]
    fn spans_keep_their_numbers() {
        let mut sheet = Sheet::new(KEY, 3);
        let first: Period = "2022-07-14/2024-02-02".parse().unwrap();
        let second: Period = "2020-01-05/2020-03-09".parse().unwrap();
        assert_eq!(sheet.ordinal(first), None);
        assert_eq!(sheet.ordinal_or_new(first), Some(0));
        assert_eq!(sheet.ordinal_or_new(second), Some(1));
        assert_eq!(sheet.ordinal_or_new(first), Some(0));
        let read = Sheet::from_record(sheet.record()).unwrap();
        assert_eq!(read.period(1), Some(second));
        assert_eq!(read.ordinal(second), Some(1));
        assert_eq!(read.record(), sheet.record());
    }

    #[test]
    fn records_that_no_sheet_has_are_refused() {
        let record = Sheet::new(KEY, 64).record();
        let bad = [
            SheetRecord { frequency: 7, ..record.clone() },
            SheetRecord { regions: 48, ..record.clone() },
            SheetRecord { regions: 2048, ..record.clone() },
            SheetRecord { spans: vec![(5, 1)], ..record.clone() },
            SheetRecord { spans: vec![(1, 5), (1, 5)], ..record.clone() },
        ];
        assert!(Sheet::from_record(record).is_some());
        assert!(bad.into_iter().all(|record| Sheet::from_record(record).is_none()));
    }

    #[test]
    fn fresh_frames_hide_sealed_ones() {
        let mut sheet = Sheet::new(KEY, 1);
        let at = |entry| Location { segment: 0, entry };
        sheet.seal(vec![(2, at(8)), (9, at(0)), (2, at(9)), (2, at(1)), (5, at(2))].into());
        assert!(matches!(sheet.find(2), Some(Place::Sealed(location)) if location == at(1)));
        let frame = crate::frame::encode(&crate::frame::FrameContent::default()).unwrap();
        sheet.put(5, Arc::new(frame.clone()));
        sheet.put(11, Arc::new(frame));
        let frames: Vec<_> = sheet
            .frames()
            .map(|(frame, place)| (frame, matches!(place, Place::Fresh(_))))
            .collect();
        assert_eq!(frames, [(2, false), (5, true), (9, false), (11, true)]);
        assert!(matches!(sheet.find(9), Some(Place::Sealed(location)) if location == at(0)));
        assert!(sheet.find(3).is_none());
    }

    proptest! {
        #[test]
        fn every_frame_is_found_and_belongs_to_its_region(
            frames in proptest::collection::btree_set((0..6u32, 0..4u32), 0..24),
            fresh in proptest::collection::btree_set((0..6u32, 0..4u32), 0..4),
        ) {
            let mut sheet = Sheet::new(KEY, 1024);
            let frame = |(period, region)| sheet.shape.frame(period, region).unwrap();
            let sealed: Vec<_> = frames.iter().map(|blocks| frame(*blocks)).collect();
            let fresh: Vec<_> = fresh.iter().map(|blocks| frame(*blocks)).collect();
            let all: Vec<_> = (0..6).flat_map(|p| (0..4).map(move |r| (p, r))).map(frame).collect();
            let location = |entry| Location { segment: 0, entry };
            let frames: Vec<_> = sealed.iter().copied().zip((0..).map(location)).collect();
            sheet.seal(frames.into());
            let content = crate::frame::encode(&crate::frame::FrameContent::default()).unwrap();
            for frame in &fresh {
                sheet.put(*frame, Arc::new(content.clone()));
            }
            for frame in all {
                let expected = sealed.binary_search(&frame).ok();
                match sheet.find(frame) {
                    Some(Place::Fresh(_)) => prop_assert!(fresh.contains(&frame)),
                    Some(Place::Sealed(found)) => {
                        prop_assert_eq!(Some(found.entry as usize), expected);
                    }
                    None => prop_assert_eq!(expected, None),
                }
            }
            for region in [0, 1024, 2050, 3071, 3072] {
                let numbers = |(frame, place)| (frame, matches!(place, Place::Fresh(_)));
                let of_region = sheet.frames().filter(|(frame, _)| {
                    sheet.cells_of(region, *frame).next().is_some()
                });
                let found = sheet.frames_of(region).into_iter();
                prop_assert!(found.map(numbers).eq(of_region.map(numbers)));
            }
        }
    }
}
