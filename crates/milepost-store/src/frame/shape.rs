use super::CELLS;
use super::entry::{MOST_LEAN, NUMBERS_IN_PERIOD};

/// Added to a period ordinal so that every ordinal of every frequency counts from zero; a
/// multiple of 1,024, so that frames begin at the same ordinals as without it.
const ORDINAL_BIAS: i32 = 5 << 20;

/// Periods that share a key. Of 4, 6, 8 and 12, measured, 6 gives the smallest files.
const WINDOW: u32 = 6;
/// Makes windows of months begin in January and in July.
const WINDOW_PHASE: u32 = 4;
const _: () = assert!(WINDOW <= MOST_LEAN as u32 + 1);

/// Bits of a period ordinal, and of a region's. What a frame number needs of each depends on the
/// shape: together they are 32 bits in every one.
const PERIOD_BITS: u32 = 23;
const REGION_BITS: u32 = 19;

/// How the cells of a sheet's frames are divided: R regions by P periods, R * P = 1,024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FrameShape {
    log2_regions: u8,
}

/// Where in a sheet a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address {
    pub(crate) frame: u32,
    /// 0..1024
    pub(crate) cell: u16,
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "log2_regions is at most 10, so shifts stay within 32 bits and cells below 1,024"
)]
impl FrameShape {
    /// The shape for a sheet that begins with `regions` regions.
    pub(crate) fn for_regions(regions: usize) -> FrameShape {
        let regions = regions.clamp(1, CELLS).next_power_of_two();
        FrameShape { log2_regions: regions.trailing_zeros() as u8 }
    }

    /// The shape with 2^`log2_regions` regions, or `None` above 2^10.
    #[cfg(test)]
    pub(crate) fn new(log2_regions: u8) -> Option<FrameShape> {
        (log2_regions <= 10).then_some(FrameShape { log2_regions })
    }

    pub(crate) fn log2_regions(self) -> u8 {
        self.log2_regions
    }

    /// R: regions side by side in a frame.
    pub(crate) fn regions(self) -> u32 {
        1 << self.log2_regions
    }

    /// P: consecutive periods in a frame.
    pub(crate) fn periods(self) -> u32 {
        1 << self.log2_periods()
    }

    fn log2_periods(self) -> u32 {
        10 - u32::from(self.log2_regions)
    }

    /// Bits of a frame number that count blocks of regions; those above count blocks of periods.
    fn region_block_bits(self) -> u32 {
        REGION_BITS - u32::from(self.log2_regions)
    }

    /// Where the value of the `region`-th region of the sheet in period `ordinal` lies.
    ///
    /// `None` beyond 2^19 regions, and for ordinals that no calendar date has.
    #[inline]
    pub(crate) fn locate(self, region: u32, ordinal: i32) -> Option<Address> {
        let period = u32::try_from(ordinal.checked_add(ORDINAL_BIAS)?).ok()?;
        if period >> PERIOD_BITS != 0 || region >> REGION_BITS != 0 {
            return None;
        }
        let region_block = region >> self.log2_regions;
        let period_block = period >> self.log2_periods();
        let row = period & (self.periods() - 1);
        let column = region & (self.regions() - 1);
        Some(Address {
            frame: period_block << self.region_block_bits() | region_block,
            cell: ((row << self.log2_regions) + column) as u16,
        })
    }

    /// The blocks of periods and of regions that a frame holds.
    #[inline]
    pub(crate) fn blocks(self, frame: u32) -> (u32, u32) {
        (frame >> self.region_block_bits(), frame & ((1 << self.region_block_bits()) - 1))
    }

    /// The frame that holds a block of periods of a block of regions; `None` if none does.
    #[inline]
    pub(crate) fn frame(self, periods: u32, regions: u32) -> Option<u32> {
        let is_frame = regions >> self.region_block_bits() == 0
            && periods >> (PERIOD_BITS - self.log2_periods()) == 0;
        is_frame.then(|| periods << self.region_block_bits() | regions)
    }

    /// The block of regions that a region lies in; `None` beyond 2^19 regions.
    #[inline]
    pub(crate) fn region_block(self, region: u32) -> Option<u32> {
        (region >> REGION_BITS == 0).then(|| region >> self.log2_regions)
    }

    /// The region of the sheet that the cell belongs to.
    #[inline]
    pub(crate) fn region(self, address: Address) -> u32 {
        let block = address.frame & ((1 << self.region_block_bits()) - 1);
        (block << self.log2_regions) + (u32::from(address.cell) & (self.regions() - 1))
    }

    /// The ordinal of the period that the cell belongs to.
    #[inline]
    pub(crate) fn ordinal(self, address: Address) -> i32 {
        let block = u64::from(address.frame >> self.region_block_bits());
        let row = u64::from(address.cell >> self.log2_regions);
        // Frame numbers from a damaged file may lie beyond every date: saturate.
        let period = (block << self.log2_periods()) + row;
        i32::try_from(period).unwrap_or(i32::MAX).saturating_sub(ORDINAL_BIAS)
    }

    /// What frames that must stand in one segment have in common: only frames of one period lean
    /// on others, and only on those of a period shortly before.
    #[inline]
    pub(crate) fn window(self, frame: u32) -> u32 {
        if self.periods() > 1 {
            return frame;
        }
        ((frame / NUMBERS_IN_PERIOD).saturating_add(WINDOW_PHASE)) / WINDOW
    }

    /// Whether the cells of a frame are all that a sheet of `regions` regions has figures for.
    #[inline]
    pub(crate) fn is_whole(
        self,
        frame: u32,
        cells: &std::ops::Range<usize>,
        regions: usize,
    ) -> bool {
        let first = (self.blocks(frame).1 as usize) << self.log2_regions;
        let regions = regions.saturating_sub(first).min(CELLS);
        self.periods() == 1 && cells.start == 0 && cells.end >= regions
    }

    /// The periods of a frame by ordinal, each with its cells.
    pub(crate) fn rows(self, frame: u32) -> impl Iterator<Item = (i32, std::ops::Range<usize>)> {
        (0..self.periods()).map(move |row| {
            let first = row << self.log2_regions;
            let address = Address { frame, cell: first as u16 };
            (self.ordinal(address), first as usize..(first + self.regions()) as usize)
        })
    }

    /// The frames and cells of neighbouring regions in one period: one run of cells a frame.
    ///
    /// Ends early where [`FrameShape::locate`] would refuse.
    #[inline]
    pub(crate) fn runs(
        self,
        regions: std::ops::RangeInclusive<u32>,
        ordinal: i32,
    ) -> impl Iterator<Item = (u32, std::ops::Range<u16>)> {
        let last = (*regions.end()).min((1 << REGION_BITS) - 1);
        let (mut first, size) = (*regions.start(), self.regions());
        let mut address = self.locate(first, ordinal);
        std::iter::from_fn(move || {
            let Address { frame, cell } = address.filter(|_| first <= last)?;
            let beyond = ((first | (size - 1)) + 1).min(last + 1);
            let length = (beyond - first) as u16;
            // The next block of regions begins its own frame, in the same row.
            let row = (u32::from(cell) & !(size - 1)) as u16;
            (first, address) = (beyond, Some(Address { frame: frame.wrapping_add(1), cell: row }));
            Some((frame, cell..cell + length))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes_of_the_usual_levels() {
        let shape = |regions| {
            let shape = FrameShape::for_regions(regions);
            (shape.regions(), shape.periods())
        };
        assert_eq!(shape(0), (1, 1024));
        assert_eq!(shape(1), (1, 1024));
        assert_eq!(shape(34), (64, 16));
        assert_eq!(shape(63), (64, 16));
        assert_eq!(shape(10_600), (1024, 1));
        assert_eq!(FrameShape::new(11), None);
    }

    #[test]
    fn what_no_frame_number_can_hold_is_refused() {
        let communes = FrameShape::for_regions(1024);
        for shape in [communes, FrameShape::for_regions(64), FrameShape::for_regions(1)] {
            assert!(shape.locate(512 * 1024 - 1, 0).is_some());
            assert_eq!(shape.locate(512 * 1024, 0), None);
        }
        assert_eq!(communes.locate(0, i32::MAX), None);
        assert_eq!(communes.locate(0, i32::MIN), None);
        // The first and the last day of the calendar.
        assert!(communes.locate(0, -4_371_953).is_some());
        assert!(communes.locate(0, 2_932_896).is_some());
    }

    #[test]
    fn runs_end_where_frame_numbers_do() {
        let (last, beyond) = ((1 << REGION_BITS) - 1, 1 << REGION_BITS);
        let latest = (1 << PERIOD_BITS) - 1 - ORDINAL_BIAS;
        for log2 in 0..=10 {
            let shape = FrameShape::new(log2).unwrap();
            let all: Vec<_> = shape.runs(last..=u32::MAX, latest).collect();
            assert_eq!(all, [(u32::MAX, 1023..1024)]);
            assert_eq!(shape.runs(beyond..=u32::MAX, latest).count(), 0);
        }
    }

    proptest! {
        #[test]
        fn runs_are_the_addresses_of_their_regions(
            log2 in 0..=10u8, first in 0..600_000u32, length in 0..5000u32, ordinal in -9..9_999,
        ) {
            let shape = FrameShape::new(log2).unwrap();
            let runs = shape.runs(first..=first + length, ordinal);
            let cells = runs.flat_map(|(frame, cells)| cells.map(move |cell| Address { frame, cell }));
            let located = (first..=first + length).map_while(|region| shape.locate(region, ordinal));
            prop_assert!(cells.eq(located));
        }

        #[test]
        fn addresses_lead_back(log2 in 0..=10u8, region in 0..1u32 << 19, ordinal in -4_400_000..2_940_000) {
            let shape = FrameShape::new(log2).unwrap();
            let address = shape.locate(region, ordinal).unwrap();
            prop_assert_eq!(shape.region(address), region);
            prop_assert_eq!(shape.ordinal(address), ordinal);
            // Periods before regions: frames of one date stand side by side.
            let next = shape.locate(region, ordinal + 1024).unwrap();
            prop_assert!(next.frame > address.frame);
        }
    }
}
