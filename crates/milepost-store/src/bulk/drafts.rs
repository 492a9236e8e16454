//! The cells of neighbouring frames, before they are frames.

use super::{
    piece::Attributes,
    run::{Cell, Run},
};
use crate::frame::{CELLS, CellRecord, FrameShape};

/// Cells from one frame to the next: with a power of two, the same cell of many frames, which rows
/// by region fill in turn, would fight for the same few lines of each cache.
const STRIDE: usize = CELLS + 4;

/// What a row says of a cell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draft {
    mantissa: i64,
    attributes: u32,
    scale: u8,
    form: Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Absent,
    Withdrawn,
    Value,
}

impl Draft {
    #[inline]
    fn new(value: Option<(i64, u8)>, attributes: u32) -> Self {
        match value {
            Some((mantissa, scale)) => Self { mantissa, attributes, scale, form: Form::Value },
            None => Self { attributes, form: Form::Withdrawn, ..Self::default() },
        }
    }

    /// The record it stands for; `None` if no row has said anything.
    #[inline]
    pub(super) fn record(&self, attributes: &[Attributes], recorded: i32) -> Option<CellRecord> {
        let value = match self.form {
            Form::Absent => return None,
            Form::Withdrawn => None,
            Form::Value => Some((self.mantissa, self.scale)),
        };
        let set = attributes.get(self.attributes as usize).copied().unwrap_or_default();
        let Attributes { scenario: _, status, published, precision, source, note } = set;
        Some(CellRecord { value, status, published, recorded, precision, source, note })
    }
}

/// Another row for a cell that has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Further {
    slot: usize,
    pub(super) cell: u16,
    pub(super) draft: Draft,
}

/// The frames of some blocks of periods, each with all blocks of regions side by side.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    region_blocks: usize,
    first_block: u32,
    /// For each block of periods from the first one on, its position, or none.
    positions: Vec<Option<u32>>,
    /// Frame by frame.
    cells: Vec<Draft>,
    is_touched: Vec<bool>,
    further: Vec<Further>,
}

impl Drafts {
    /// Room for blocks of periods, ascending, of a sheet with so many blocks of regions.
    pub(super) fn clear(&mut self, blocks: &[u32], region_blocks: usize) {
        self.region_blocks = region_blocks;
        self.first_block = blocks.first().copied().unwrap_or(0);
        self.positions.clear();
        for (position, block) in (0..).zip(blocks) {
            let at = block.saturating_sub(self.first_block) as usize;
            self.positions.resize(at, None);
            self.positions.push(Some(position));
        }
        let slots = blocks.len().saturating_mul(region_blocks);
        self.cells.clear();
        self.cells.resize(slots.saturating_mul(STRIDE), Draft::default());
        self.is_touched.clear();
        self.is_touched.resize(slots, false);
        self.further.clear();
    }

    /// Takes the rows of a run in that belong to these frames.
    pub(super) fn take(
        &mut self,
        shape: FrameShape,
        run: &Run,
        bytes: &[u8],
        attributes: impl Fn(&Cell) -> u32,
    ) {
        for cell in run.cells(bytes) {
            let Some(address) = shape.locate(cell.region(), run.period(&cell)) else { continue };
            let (period_block, region_block) = shape.blocks(address.frame);
            let Some(slot) = self.slot(period_block, region_block) else { continue };
            let draft = Draft::new(cell.value(), attributes(&cell));
            let at = slot.saturating_mul(STRIDE).saturating_add(usize::from(address.cell));
            if let (Some(place), Some(touched)) =
                (self.cells.get_mut(at), self.is_touched.get_mut(slot))
            {
                if place.form == Form::Absent {
                    *place = draft;
                    *touched = true;
                } else {
                    self.further.push(Further { slot, cell: address.cell, draft });
                }
            }
        }
    }

    #[inline]
    fn slot(&self, period_block: u32, region_block: u32) -> Option<usize> {
        let at = period_block.checked_sub(self.first_block)?;
        let position = (*self.positions.get(at as usize)?)?;
        let first = (position as usize).checked_mul(self.region_blocks)?;
        first.checked_add(region_block as usize)
    }

    /// The frames that any row belongs to, ascending: number, cells, and further rows for them in
    /// the order of cells, those of one cell in the order of rows.
    pub(super) fn frames(
        &mut self,
        shape: FrameShape,
        blocks: &[u32],
    ) -> impl Iterator<Item = (u32, &[Draft], &[Further])> {
        self.further.sort_by_key(|further| (further.slot, further.cell));
        let (cells, further, touched) = (&self.cells, &self.further, &self.is_touched);
        let region_blocks = self.region_blocks;
        let slots = blocks.iter().enumerate().flat_map(move |(position, &period_block)| {
            let first = position.saturating_mul(region_blocks);
            (0u32..)
                .zip(first..first.saturating_add(region_blocks))
                .map(move |(region_block, slot)| (slot, shape.frame(period_block, region_block)))
        });
        slots.filter(|(slot, _)| touched.get(*slot).copied().unwrap_or(false)).filter_map(
            move |(slot, frame)| {
                let (start, frame) = (slot.checked_mul(STRIDE)?, frame?);
                let drafts = cells.get(start..start.checked_add(CELLS)?)?;
                let start = further.partition_point(|further| further.slot < slot);
                let end = further.partition_point(|further| further.slot <= slot);
                Some((frame, drafts, further.get(start..end)?))
            },
        )
    }
}
