use std::ops::Range;

use super::cell::{MAX_DAY, day_to_key, key_to_day};
use super::column::{Attribute, Column, DESCRIPTION_BYTES};
use super::entry::{DETAILS, DirectoryEntry, HISTORY, MIXED_SCALES, TAIL, WITHDRAWN};
use super::error::ensure;
use super::history::{self, RECORD_BYTES};
use super::holes::Holes;
use super::tail::Tail;
use super::{
    CELLS, CellRecord, CellSet, EncodedFrame, FormatError, FrameContent, HistoryRecord, UNIT,
    scale, weave,
};
use crate::kernel::{self, Bits, Numbers, Packed};

/// Reads a frame in place, touching only the bytes that a question needs.
///
/// Whatever the bytes are, and even if they change meanwhile, every method returns: damaged bytes
/// give an error or another value, never a panic. Offsets in errors count from the payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameView<'a> {
    entry: &'a DirectoryEntry,
    body: &'a [u8],
    tail: &'a [u8],
    key: Option<Key<'a>>,
    /// With those of the key, if the frame leans on one.
    numbers: Numbers<'a>,
    /// What a number is less than its mantissa.
    base: i64,
    values: Holes<'a>,
    withdrawn: Option<&'a [u8; UNIT]>,
    scales: Option<&'a [u8; CELLS]>,
    notes: Notes<'a>,
}

/// The frame that others lean on, as they see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    pub(super) base: i64,
    pub(super) numbers: Packed<'a>,
}

impl<'a> Key<'a> {
    /// Takes the payload off the front of the key's bytes.
    #[inline]
    pub(crate) fn new(entry: &DirectoryEntry, body: &'a [u8]) -> Result<Key<'a>, FormatError> {
        let payload = body.get(..entry.payload_bytes()).ok_or_else(short)?;
        Ok(Key { base: entry.base, numbers: Packed { payload, width: entry.width } })
    }
}

/// What is said of the figures.
#[derive(Clone, Copy, Debug)]
enum Notes<'a> {
    /// The same of all.
    Same([u32; 6]),
    Each(Details<'a>),
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
    /// Takes a frame apart: payload and sidecar or, if that is a tail, payload and tail. Their
    /// lengths must be what `entry` says. `key` is what the frame leans on, if it does.
    #[inline]
    pub(crate) fn new(
        entry: &'a DirectoryEntry,
        body: &'a [u8],
        tail: &'a [u8],
        key: Option<Key<'a>>,
    ) -> Result<FrameView<'a>, FormatError> {
        ensure(
            body.len() == entry.body_bytes()
                && tail.len() == entry.tail_bytes()
                && key.is_some() == (entry.lean > 0),
            0,
            "a frame has another length than its entry says",
        )?;
        let start = entry.payload_bytes();
        let (payload, rest) = body.split_at_checked(start).ok_or_else(short)?;
        let packed = Packed { payload, width: entry.width };
        let (numbers, base) = match key {
            None => (Numbers::of(packed.payload, packed.width), entry.base),
            Some(key) => {
                let base = key.base.wrapping_add(entry.lean_base.into());
                (Numbers::over(key.numbers, packed), base)
            }
        };
        let (values, withdrawn, scales, notes) = if entry.has(TAIL) {
            let Tail { attributes, holes } = Tail::read(tail, entry)?;
            (holes, None, None, Notes::Same(attributes))
        } else {
            read_sidecar(rest, entry).map_err(|error| error.within(start as u64))?
        };
        Ok(FrameView { entry, body, tail, key, numbers, base, values, withdrawn, scales, notes })
    }

    pub(crate) fn entry(&self) -> &'a DirectoryEntry {
        self.entry
    }

    /// The same frame, leaning on no other and no key, in the latest format.
    pub(crate) fn alone(&self) -> Result<EncodedFrame, FormatError> {
        let entry = *self.entry;
        if entry.format == super::Format::LATEST && entry.lean == 0 && !entry.is_key() {
            return Ok(EncodedFrame { entry, bytes: [self.body, self.tail].concat() });
        }
        super::encode(&self.decode()?).map_err(|_| impossible())
    }

    /// The latest record of a cell, `None` if it is absent.
    #[inline]
    pub(crate) fn get(&self, cell: u16) -> Result<Option<CellRecord>, FormatError> {
        let cell = usize::from(cell);
        let value = if self.values.has_value(cell) {
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
        let records = self.records();
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
        kernel::unpack(self.numbers, self.base, out);
    }

    /// Writes the mantissas of `cells` at the frame's scale, 0 for a cell that is not in `present`,
    /// none of which may be without a value. `out` has a place for each of `cells`. Not for frames of
    /// mixed scales.
    #[inline]
    pub(crate) fn mantissas_of(&self, cells: Range<usize>, present: &CellSet, out: &mut [i64]) {
        let words = (*present != CellSet::FULL).then(|| present.into_words());
        // Cells that the payload has no room for have no value.
        let end = self.entry.cells().max(cells.start).min(cells.end);
        let inside = end.saturating_sub(cells.start);
        if let Some((out, beyond)) = out.split_at_mut_checked(inside) {
            beyond.fill(0);
            kernel::unpack_cells(self.numbers, self.base, cells.start..end, words.as_ref(), out);
        }
    }

    /// An attribute of all cells; that of an absent cell is within the range of the others.
    #[inline]
    pub(crate) fn attribute(&self, attribute: Attribute) -> Column<'a> {
        let column = match &self.notes {
            Notes::Same(attributes) => attributes.get(attribute as usize).copied().map(Column::of),
            Notes::Each(details) => details.columns().nth(attribute as usize),
        };
        column.unwrap_or_else(|| Column::of(0))
    }

    /// The attributes, in the order of the format, if all cells have the same.
    #[inline]
    pub(crate) fn uniform_attributes(&self) -> Option<[u32; 6]> {
        let details = match &self.notes {
            Notes::Same(attributes) => return Some(*attributes),
            Notes::Each(details) => details,
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
        if self.is_mixed() || !self.values.has_value(cell) {
            return None;
        }
        let number = kernel::get(self.numbers, cell)?;
        Some(self.base.wrapping_add(number.cast_signed()))
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
        self.values.values()
    }

    /// The cells that are withdrawn.
    pub(crate) fn withdrawn(&self) -> CellSet {
        self.withdrawn.map_or(CellSet::EMPTY, |bytes| CellSet::from_bytes(bytes))
    }

    /// The cells that have a value or had one that is withdrawn.
    pub(crate) fn known(&self) -> CellSet {
        self.values().or(&self.withdrawn())
    }

    /// Status and precision, if all cells have the same.
    #[inline]
    pub(crate) fn uniform_status(&self) -> Option<(u32, u8)> {
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
        let values = self.values();
        let count = values.count(cells.clone());
        if count == u32::from(self.entry.count) {
            return Some(RangeSum { sum: self.entry.sum, count });
        }
        let numbers = kernel::sum(self.numbers, cells, self.counted(&values).as_ref());
        Some(self.range_sum(count, numbers))
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
        let present = self.counted(&values);
        kernel::sums(self.numbers, present.as_ref(), ranges, |numbers| {
            each(self.range_sum(counts.next().unwrap_or(0), numbers));
        });
        true
    }

    /// Whether each value has a scale of its own.
    pub(crate) fn is_mixed(&self) -> bool {
        self.entry.has(MIXED_SCALES)
    }

    /// The cells whose numbers count in sums, where others have any: in most frames, cells without
    /// a value have the number 0.
    fn counted(&self, values: &CellSet) -> Option<Bits> {
        let has_others = self.entry.is_key() || self.key.is_some();
        (has_others && !self.values.is_full()).then(|| values.into_words())
    }

    /// Only the base needs to know how many cells have a value.
    fn range_sum(&self, count: u32, numbers: u128) -> RangeSum {
        let bases = i128::from(self.base).saturating_mul(i128::from(count));
        RangeSum { sum: bases.saturating_add(numbers.cast_signed()), count }
    }

    /// The whole content, to be changed.
    pub(crate) fn decode(&self) -> Result<FrameContent, FormatError> {
        let mut mantissas = [0; CELLS];
        self.mantissas(&mut mantissas);
        let (values, withdrawn) = (self.values(), self.withdrawn());
        let mut cells = vec![None; CELLS];
        for (cell, (place, mantissa)) in cells.iter_mut().zip(mantissas).enumerate() {
            let value = if values.contains(cell) {
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
        let mut again = super::encode::encode_as(self.entry.format, &self.decode()?)
            .map_err(|_| impossible())?;
        if self.entry.is_key() || self.key.is_some() {
            let mut mantissas = [0; CELLS];
            self.mantissas(&mut mantissas);
            again = match self.key {
                None => weave::as_key(&again, &mantissas),
                Some(key) => {
                    weave::leaning(&again, &self.values(), &mantissas, key, self.entry.lean)
                }
            }
            .ok_or_else(impossible)?;
        }
        let DirectoryEntry { sheet, frame, offset_units, checksum, .. } = *self.entry;
        let entry = DirectoryEntry { sheet, frame, offset_units, checksum, ..again.entry };
        ensure(
            entry == *self.entry && again.parts() == (self.body, self.tail),
            0,
            "a frame's directory entry or bytes are not those of its content",
        )
    }

    fn checked_history(
        &self,
        cells: &[Option<CellRecord>],
    ) -> Result<Vec<HistoryRecord>, FormatError> {
        let offset = self.sidecar_start();
        let records = self.records();
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

    /// The superseded records.
    fn records(&self) -> &'a [[u8; RECORD_BYTES]] {
        match &self.notes {
            Notes::Same(_) => &[],
            Notes::Each(details) => details.history,
        }
    }

    #[inline]
    fn value(&self, cell: usize) -> Result<(i64, u8), FormatError> {
        let number = kernel::get(self.numbers, cell)
            .ok_or_else(|| FormatError::new(0, "a payload is shorter than its width"))?;
        self.scaled(cell, self.base.wrapping_add(number.cast_signed()))
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
        let values = match &self.notes {
            Notes::Same(values) => values.map(u64::from),
            Notes::Each(details) => {
                let mut values = [0; 6];
                for (value, column) in values.iter_mut().zip(details.columns()) {
                    *value = column.get(cell);
                }
                values
            }
        };
        attributes(value, values)
    }
}

/// The parts of a sidecar in units of 128 bytes.
type Sidecar<'a> = (Holes<'a>, Option<&'a [u8; UNIT]>, Option<&'a [u8; CELLS]>, Notes<'a>);

/// Takes a sidecar in units of 128 bytes apart.
fn read_sidecar<'a>(
    mut rest: &'a [u8],
    entry: &DirectoryEntry,
) -> Result<Sidecar<'a>, FormatError> {
    let values = take_if::<UNIT>(usize::from(entry.count) < CELLS, &mut rest)?;
    let values = values.map_or(Holes::FULL, |bytes| Holes::of_bitmap(bytes));
    let withdrawn = take_if(entry.has(WITHDRAWN), &mut rest)?;
    let scales = take_if(entry.has(MIXED_SCALES), &mut rest)?;
    let notes = if entry.has(DETAILS) {
        let (details, after) = Details::read(rest, entry.has(HISTORY))?;
        rest = after;
        Notes::Each(details)
    } else {
        Notes::Same([0, 0, day_to_key(Some(entry.known_min)), 0, 0, 0])
    };
    ensure(
        rest.len() < UNIT && rest.iter().all(|byte| *byte == 0),
        0,
        "a sidecar is longer than its parts",
    )?;
    Ok((values, withdrawn, scales, notes))
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
fn impossible() -> FormatError {
    FormatError::new(0, "a frame holds what no frame can")
}

#[cold]
fn short() -> FormatError {
    FormatError::new(0, "a sidecar is shorter than its parts")
}
