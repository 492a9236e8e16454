use std::ops::Range;

use super::cell::{MAX_DAY, day_to_key, key_to_day};
use super::column::{Attribute, Column, DESCRIPTION_BYTES};
use super::entry::{DETAILS, DirectoryEntry, HISTORY, MIXED_SCALES, WITHDRAWN};
use super::error::ensure;
use super::history::{self, RECORD_BYTES};
use super::{CELLS, CellRecord, CellSet, FormatError, FrameContent, HistoryRecord, UNIT, scale};
use crate::kernel;

/// Reads a frame in place, touching only the bytes that a question needs.
///
/// Whatever the bytes are, and even if they change meanwhile, every method returns: damaged bytes
/// give an error or another value, never a panic. Offsets in errors count from the payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameView<'a> {
    entry: &'a DirectoryEntry,
    bytes: &'a [u8],
    payload: &'a [u8],
    /// `None`: every cell has a value.
    values: Option<&'a [u8; UNIT]>,
    withdrawn: Option<&'a [u8; UNIT]>,
    scales: Option<&'a [u8; CELLS]>,
    details: Option<Details<'a>>,
}

/// The descriptions of the columns in the order of the format, their payloads, and the history:
/// views are made by the thousand, so columns are taken apart when they are asked for.
#[derive(Clone, Copy, Debug)]
struct Details<'a> {
    descriptions: &'a [[u8; DESCRIPTION_BYTES]; 6],
    payloads: &'a [u8],
    history: &'a [[u8; RECORD_BYTES]],
}

/// Sum of some cells of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RangeSum {
    /// At the frame's scale.
    pub(crate) sum: i128,
    /// Cells with a value.
    pub(crate) count: u32,
}

impl<'a> FrameView<'a> {
    /// Takes `bytes` (payload, then sidecar) apart; their lengths must be what `entry` says.
    pub(crate) fn new(
        entry: &'a DirectoryEntry,
        bytes: &'a [u8],
    ) -> Result<FrameView<'a>, FormatError> {
        ensure(
            bytes.len() == entry.frame_bytes(),
            0,
            "a frame has another length than its entry says",
        )?;
        let start = entry.payload_bytes();
        let (payload, mut rest) = bytes.split_at_checked(start).ok_or_else(short)?;
        let values = take_if(usize::from(entry.count) < CELLS, &mut rest)?;
        let withdrawn = take_if(entry.has(WITHDRAWN), &mut rest)?;
        let scales = take_if(entry.has(MIXED_SCALES), &mut rest)?;
        let details = if entry.has(DETAILS) {
            let (details, after) =
                Details::read(rest, entry.has(HISTORY)).map_err(|e| e.within(start as u64))?;
            rest = after;
            Some(details)
        } else {
            None
        };
        ensure(
            rest.len() < UNIT && rest.iter().all(|byte| *byte == 0),
            start as u64,
            "a sidecar is longer than its parts",
        )?;
        Ok(FrameView { entry, bytes, payload, values, withdrawn, scales, details })
    }

    pub(crate) fn entry(&self) -> &'a DirectoryEntry {
        self.entry
    }

    /// Payload and sidecar.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The latest record of a cell, `None` if it is absent.
    #[inline]
    pub(crate) fn get(&self, cell: u16) -> Result<Option<CellRecord>, FormatError> {
        let cell = usize::from(cell);
        let value = if self.has_value(cell) {
            Some(self.value(cell)?)
        } else if self.withdrawn.is_some_and(|bits| bit(bits, cell)) {
            None
        } else {
            return Ok(None);
        };
        Ok(Some(self.record(cell, value)?))
    }

    /// What was known of a cell at the end of `day`.
    pub(crate) fn get_as_of(&self, cell: u16, day: i32) -> Result<Option<CellRecord>, FormatError> {
        let (possible, certain) =
            (self.has_history() || self.entry.known_min <= day, self.is_latest_as_of(day));
        if !possible {
            return Ok(None);
        }
        let latest = self.get(cell)?;
        if certain || latest.is_none_or(|record| record.knowledge() <= day) {
            return Ok(latest);
        }
        let mut known = None;
        for record in self.history(cell)? {
            if record.knowledge() <= day {
                known = Some(record);
            }
        }
        Ok(known)
    }

    /// Whether every cell's latest record was known at the end of `day`: then the sum, the
    /// mantissas and the records are those of that day.
    #[inline]
    pub(crate) fn is_latest_as_of(&self, day: i32) -> bool {
        self.entry.known_max <= day
    }

    pub(crate) fn has_history(&self) -> bool {
        self.entry.has(HISTORY)
    }

    /// The superseded records of a cell, oldest knowledge first.
    pub(crate) fn history(&self, cell: u16) -> Result<Vec<CellRecord>, FormatError> {
        let records = self.details.map_or(&[][..], |details| details.history);
        let start = records.partition_point(|bytes| history::cell_of(bytes) < cell);
        let of_cell =
            records.iter().skip(start).take_while(|bytes| history::cell_of(bytes) == cell);
        of_cell.map(|bytes| Ok(HistoryRecord::read(bytes, self.sidecar_start())?.record)).collect()
    }

    /// Writes every cell's mantissa: at the frame's scale or, if scales are mixed, at its own.
    ///
    /// Cells without a value get some mantissa: ask [`FrameView::values`].
    #[inline]
    pub(crate) fn mantissas(&self, out: &mut [i64; CELLS]) {
        kernel::unpack(self.payload, self.entry.width, self.entry.base, out);
    }

    /// Writes the mantissas of `cells` at the frame's scale, 0 for a cell that is not in `known` or
    /// has no value. `out` has a place for each of `cells`. Not for frames of mixed scales.
    #[inline]
    pub(crate) fn mantissas_of(&self, cells: Range<usize>, known: &CellSet, out: &mut [i64]) {
        let DirectoryEntry { width, base, .. } = *self.entry;
        let present = (self.values.is_some() || *known != CellSet::FULL)
            .then(|| self.values().and(known).into_words());
        kernel::unpack_cells(self.payload, width, base, cells, present.as_ref(), out);
    }

    /// An attribute of all cells; that of an absent cell is within the range of the others.
    #[inline]
    pub(crate) fn attribute(&self, attribute: Attribute) -> Column<'a> {
        if let Some(details) = &self.details
            && let Some(column) = details.columns().nth(attribute as usize)
        {
            return column;
        }
        Column::of(match attribute {
            Attribute::Recorded => day_to_key(Some(self.entry.known_min)),
            _ => 0,
        })
    }

    /// The attributes, in the order of the format, if all cells have the same.
    #[inline]
    pub(crate) fn uniform_attributes(&self) -> Option<[u32; 6]> {
        let Some(details) = &self.details else {
            let recorded = self.attribute(Attribute::Recorded).constant()?;
            return Some([0, 0, recorded, 0, 0, 0]);
        };
        let mut attributes = [0; 6];
        for (attribute, column) in attributes.iter_mut().zip(details.columns()) {
            *attribute = column.constant()?;
        }
        Some(attributes)
    }

    /// The mantissa of a cell at the frame's scale; `None` without a value or if scales are mixed.
    #[inline]
    pub(crate) fn mantissa(&self, cell: u16) -> Option<i64> {
        let cell = usize::from(cell);
        if self.is_mixed() || !self.has_value(cell) {
            return None;
        }
        let residual = kernel::get(self.payload, self.entry.width, cell)?;
        Some(self.entry.base.wrapping_add(residual.cast_signed()))
    }

    /// The cells whose latest record was known at the end of `day`.
    pub(crate) fn known_as_of(&self, day: i32) -> CellSet {
        if self.is_latest_as_of(day) {
            return self.known();
        }
        let day = u64::from(day_to_key(Some(day.clamp(-MAX_DAY, MAX_DAY))));
        let published = self.attribute(Attribute::Published);
        let recorded = self.attribute(Attribute::Recorded);
        let mut known = CellSet::EMPTY;
        for cell in self.known().iter() {
            let key = match published.get(cell) {
                0 => recorded.get(cell),
                key => key,
            };
            if key <= day {
                known.insert(cell);
            }
        }
        known
    }

    /// The cells with a value.
    #[inline]
    pub(crate) fn values(&self) -> CellSet {
        self.values.map_or(CellSet::FULL, CellSet::from_bytes)
    }

    /// The cells that are withdrawn.
    pub(crate) fn withdrawn(&self) -> CellSet {
        self.withdrawn.map_or(CellSet::EMPTY, CellSet::from_bytes)
    }

    /// The cells that have a value or had one that is withdrawn.
    pub(crate) fn known(&self) -> CellSet {
        self.values().or(&self.withdrawn())
    }

    /// Status and precision, if all cells have the same.
    #[inline]
    pub(crate) fn uniform_status(&self) -> Option<(u32, u8)> {
        if self.details.is_none() {
            return Some((0, 0));
        }
        let constant = |attribute| self.attribute(attribute).constant();
        let precision = u8::try_from(constant(Attribute::Precision)?).ok()?;
        Some((constant(Attribute::Status)?, precision))
    }

    /// Exact sum of the values of `cells` at the frame's scale; `None` if the scales are mixed.
    ///
    /// Read from the directory entry alone if `cells` has all values of the frame.
    pub(crate) fn sum_range(&self, cells: Range<usize>) -> Option<RangeSum> {
        if self.is_mixed() {
            return None;
        }
        let count = self.values().count(cells.clone());
        if count == u32::from(self.entry.count) {
            return Some(RangeSum { sum: self.entry.sum, count });
        }
        let residuals = kernel::sum(self.payload, self.entry.width, cells);
        Some(self.range_sum(count, residuals))
    }

    /// [`FrameView::sum_range`] for many ranges at once, which unpacks the frame once. Whether the
    /// frame has a common scale; if not, `each` is not called.
    pub(crate) fn sum_ranges(
        &self,
        ranges: impl Iterator<Item = Range<usize>> + Clone,
        mut each: impl FnMut(RangeSum),
    ) -> bool {
        if self.is_mixed() {
            return false;
        }
        let values = self.values();
        let mut counts = ranges.clone().map(|cells| values.count(cells));
        kernel::sums(self.payload, self.entry.width, ranges, |residuals| {
            each(self.range_sum(counts.next().unwrap_or(0), residuals));
        });
        true
    }

    /// Whether each value has a scale of its own.
    pub(crate) fn is_mixed(&self) -> bool {
        self.entry.has(MIXED_SCALES)
    }

    /// Cells without a value have residual 0, so only the base needs their number.
    fn range_sum(&self, count: u32, residuals: u128) -> RangeSum {
        let bases = i128::from(self.entry.base).saturating_mul(i128::from(count));
        RangeSum { sum: bases.saturating_add(residuals.cast_signed()), count }
    }

    /// The whole content, to be changed.
    pub(crate) fn decode(&self) -> Result<FrameContent, FormatError> {
        let mut mantissas = [0; CELLS];
        self.mantissas(&mut mantissas);
        let withdrawn = self.withdrawn();
        let mut cells = vec![None; CELLS];
        for (cell, (place, mantissa)) in cells.iter_mut().zip(mantissas).enumerate() {
            let value = if self.has_value(cell) {
                Some(self.scaled(cell, mantissa)?)
            } else if withdrawn.contains(cell) {
                None
            } else {
                continue;
            };
            *place = Some(self.record(cell, value)?);
        }
        let history = self.checked_history(&cells)?;
        Ok(FrameContent::from_parts(cells, history))
    }

    /// Reads everything and checks every rule of the format: the content, written again, must
    /// give these bytes.
    pub(crate) fn verify(&self) -> Result<(), FormatError> {
        let again = super::encode(&self.decode()?)
            .map_err(|_| FormatError::new(0, "a frame holds what no frame can"))?;
        let DirectoryEntry { sheet, frame, offset_units, checksum, .. } = *self.entry;
        let entry = DirectoryEntry { sheet, frame, offset_units, checksum, ..again.entry };
        ensure(
            entry == *self.entry && again.bytes == self.bytes,
            0,
            "a frame's directory entry or bytes are not those of its content",
        )
    }

    fn checked_history(
        &self,
        cells: &[Option<CellRecord>],
    ) -> Result<Vec<HistoryRecord>, FormatError> {
        let offset = self.sidecar_start();
        let records = self.details.map_or(&[][..], |details| details.history);
        let history: Vec<HistoryRecord> = records
            .iter()
            .map(|bytes| HistoryRecord::read(bytes, offset))
            .collect::<Result<_, _>>()?;
        let ascending = history.is_sorted_by(|a, b| a.order() < b.order());
        ensure(ascending, offset, "superseded values are not in order")?;
        let is_older = |known: &HistoryRecord| {
            let latest = cells.get(usize::from(known.cell)).and_then(Option::as_ref);
            latest.is_some_and(|latest| known.record.order() < latest.order())
        };
        ensure(
            history.iter().all(is_older),
            offset,
            "a superseded value is not older than its cell",
        )?;
        Ok(history)
    }

    fn sidecar_start(&self) -> u64 {
        self.entry.payload_bytes() as u64
    }

    #[inline]
    fn has_value(&self, cell: usize) -> bool {
        self.values.map_or(cell < CELLS, |bits| bit(bits, cell))
    }

    #[inline]
    fn value(&self, cell: usize) -> Result<(i64, u8), FormatError> {
        let residual = kernel::get(self.payload, self.entry.width, cell)
            .ok_or_else(|| FormatError::new(0, "a payload is shorter than its width"))?;
        self.scaled(cell, self.entry.base.wrapping_add(residual.cast_signed()))
    }

    #[inline]
    fn scaled(&self, cell: usize, mantissa: i64) -> Result<(i64, u8), FormatError> {
        if let Some(scales) = self.scales {
            return Ok((mantissa, scales.get(cell).copied().unwrap_or(0)));
        }
        scale::from_frame(mantissa, self.entry.scale)
            .ok_or_else(|| FormatError::new(0, "a value does not fit 64 bits at its frame's scale"))
    }

    /// The record of a cell that is not absent.
    #[inline]
    fn record(&self, cell: usize, value: Option<(i64, u8)>) -> Result<CellRecord, FormatError> {
        if let Some(details) = &self.details {
            let mut values = [0; 6];
            for (value, column) in values.iter_mut().zip(details.columns()) {
                *value = column.get(cell);
            }
            return attributes(value, values);
        }
        Ok(CellRecord {
            value,
            status: 0,
            published: None,
            recorded: self.entry.known_min,
            precision: 0,
            source: 0,
            note: 0,
        })
    }
}

impl<'a> Details<'a> {
    /// Reads a details block with its columns and history; returns what follows them.
    fn read(bytes: &'a [u8], has_history: bool) -> Result<(Details<'a>, &'a [u8]), FormatError> {
        let (block, mut rest) = bytes.split_first_chunk::<UNIT>().ok_or_else(short)?;
        let (descriptions, after) = block.split_first_chunk::<48>().ok_or_else(short)?;
        let (count, zeros) = after.split_first_chunk().ok_or_else(short)?;
        let descriptions = descriptions.as_chunks().0.first_chunk().ok_or_else(short)?;
        let payloads = rest;
        for description in descriptions {
            Column::read(*description, &mut rest)?;
        }
        let count = u32::from_le_bytes(*count);
        ensure(zeros.iter().all(|byte| *byte == 0), 0, "a details block has unknown parts")?;
        ensure((count > 0) == has_history, 0, "a history is announced but empty, or the reverse")?;
        let history_bytes = usize::try_from(count).ok().and_then(|n| n.checked_mul(RECORD_BYTES));
        let history = history_bytes
            .and_then(|length| rest.split_off(..length))
            .ok_or_else(|| FormatError::new(0, "a history does not fit into its sidecar"))?;
        Ok((Details { descriptions, payloads, history: history.as_chunks().0 }, rest))
    }

    /// The columns in the order of the format, each of them read before without an error.
    #[inline]
    fn columns(&self) -> impl Iterator<Item = Column<'a>> {
        let mut payloads = self.payloads;
        let read = move |description: &[u8; DESCRIPTION_BYTES]| {
            Column::read(*description, &mut payloads).ok()
        };
        self.descriptions.iter().map_while(read)
    }
}

/// A record from the values of its columns.
fn attributes(value: Option<(i64, u8)>, columns: [u64; 6]) -> Result<CellRecord, FormatError> {
    let wrong = || FormatError::new(0, "a cell has an attribute outside the format's range");
    let [status, published, recorded, precision, source, note] =
        columns.map(|value| u32::try_from(value).ok());
    let day = |key: Option<u32>| key_to_day(key.ok_or_else(wrong)?).map_err(|_| wrong());
    let record = CellRecord {
        value,
        status: status.ok_or_else(wrong)?,
        published: day(published)?,
        recorded: day(recorded)?.ok_or_else(wrong)?,
        precision: precision.and_then(|value| u8::try_from(value).ok()).ok_or_else(wrong)?,
        source: source.ok_or_else(wrong)?,
        note: note.ok_or_else(wrong)?,
    };
    if record.is_valid() { Ok(record) } else { Err(wrong()) }
}

#[inline]
fn bit(bytes: &[u8; UNIT], cell: usize) -> bool {
    bytes.get(cell / 8).is_some_and(|byte| byte >> (cell % 8) & 1 == 1)
}

/// Takes N bytes off the front of `rest` if `wanted`.
fn take_if<'a, const N: usize>(
    wanted: bool,
    rest: &mut &'a [u8],
) -> Result<Option<&'a [u8; N]>, FormatError> {
    if !wanted {
        return Ok(None);
    }
    let (part, after) = rest.split_first_chunk().ok_or_else(short)?;
    *rest = after;
    Ok(Some(part))
}

#[cold]
fn short() -> FormatError {
    FormatError::new(0, "a sidecar is shorter than its parts")
}
