use super::cell::day_to_key;
use super::column;
use super::entry::{
    self, DETAILS, DirectoryEntry, HISTORY, MIXED_SCALES, ROW_CELLS, TAIL, WITHDRAWN,
};
use super::{
    CELLS, CellRecord, CellSet, Format, FormatError, FrameContent, FrameView, UNIT, scale, tail,
};
use crate::kernel;

/// The bytes of a frame and what the directory says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EncodedFrame {
    /// Sheet, frame number, offset and checksum are 0 until a segment writer sets them.
    pub(crate) entry: DirectoryEntry,
    /// Payload, then sidecar, be it a tail or not.
    pub(crate) bytes: Vec<u8>,
}

impl EncodedFrame {
    /// The frame as readers see it, if it leans on no other.
    pub(crate) fn view(&self) -> Result<FrameView<'_>, FormatError> {
        let (body, tail) = self.parts();
        FrameView::new(&self.entry, body, tail, None)
    }

    /// What stands among the frames of a segment, and what stands among their tails.
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        let body = self.entry.body_bytes();
        self.bytes.split_at_checked(body).unwrap_or((&self.bytes, &[]))
    }
}

/// Content that a frame cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EncodeError {
    /// More superseded values than the sidecar's length can state.
    #[error("{count} superseded values in one frame; about 260,000 fit")]
    History {
        /// How many there are.
        count: usize,
    },
    /// A status, precision or day that the format has no room for.
    #[error("cell {cell} has a status, precision or day outside the format's range")]
    Field {
        /// Number of the cell.
        cell: u16,
    },
}

/// Writes a frame that leans on no other. The same content always gives the same bytes.
pub(crate) fn encode(content: &FrameContent) -> Result<EncodedFrame, EncodeError> {
    encode_as(Format::LATEST, content)
}

/// [`encode`] for a format that may be an earlier one.
pub(super) fn encode_as(
    format: Format,
    content: &FrameContent,
) -> Result<EncodedFrame, EncodeError> {
    let survey = Survey::of(content)?;
    let mut entry = DirectoryEntry { format, ..DirectoryEntry::EMPTY };
    let mut bytes = Vec::with_capacity(UNIT.saturating_mul(20));
    (entry.known_min, entry.known_max) = survey.known.unwrap_or_default();
    if format >= Format::Two {
        entry.rows_left_out = rows_left_out(&survey.values);
    }
    write_payload(&survey.values, &mut entry, &mut bytes);
    if format >= Format::Two
        && !entry.has(MIXED_SCALES)
        && content.history().is_empty()
        && let Some(attributes) = survey.same_attributes()
    {
        entry.flags |= TAIL;
        tail::write(attributes, &survey.with_value, &mut entry, &mut bytes);
    } else {
        write_sidecar(content, &survey, &mut entry, &mut bytes)?;
    }
    Ok(EncodedFrame { entry, bytes })
}

/// Rows of 32 cells after the last value; the first row is never left out.
fn rows_left_out(values: &[(u16, (i64, u8))]) -> u8 {
    let last = values.last().map_or(0, |(cell, _)| usize::from(*cell));
    let left_out = CELLS.saturating_sub(1).saturating_sub(last) / ROW_CELLS;
    u8::try_from(left_out).unwrap_or(0)
}

/// Writes a sidecar in units of 128 bytes and sets what the entry says of it.
fn write_sidecar(
    content: &FrameContent,
    survey: &Survey,
    entry: &mut DirectoryEntry,
    bytes: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    if usize::from(entry.count) < CELLS {
        bytes.extend(survey.with_value.to_bytes());
    }
    if !survey.withdrawn.is_empty() {
        entry.flags |= WITHDRAWN;
        bytes.extend(survey.withdrawn.to_bytes());
    }
    if entry.has(MIXED_SCALES) {
        let mut scales = [0; CELLS];
        for (cell, (_, scale)) in &survey.values {
            if let Some(place) = scales.get_mut(usize::from(*cell)) {
                *place = *scale;
            }
        }
        bytes.extend_from_slice(&scales);
    }
    if survey.needs_details() || !content.history().is_empty() {
        entry.flags |= DETAILS;
        write_details(content, survey, bytes);
    }
    if !content.history().is_empty() {
        entry.flags |= HISTORY;
        content.history().iter().for_each(|known| known.write(bytes));
    }
    bytes.resize(bytes.len().next_multiple_of(UNIT), 0);
    let units = bytes.len().saturating_sub(entry.payload_bytes()).checked_div(UNIT).unwrap_or(0);
    entry.sidecar = u16::try_from(units)
        .map_err(|_| EncodeError::History { count: content.history().len() })?;
    Ok(())
}

/// Number of attributes, each a column.
const COLUMNS: usize = 6;

/// The attributes of a record in the order of the format.
fn attributes(record: &CellRecord) -> [u32; COLUMNS] {
    let CellRecord { value: _, status, published, recorded, precision, source, note } = *record;
    let (published, recorded) = (day_to_key(published), day_to_key(Some(recorded)));
    [status, published, recorded, u32::from(precision), source, note]
}

/// What one pass over the cells finds out.
struct Survey {
    values: Vec<(u16, (i64, u8))>,
    with_value: CellSet,
    withdrawn: CellSet,
    /// Least and greatest knowledge date; `None` without cells.
    known: Option<(i32, i32)>,
    /// Least and greatest value of each column.
    ranges: [(u32, u32); COLUMNS],
}

impl Survey {
    fn of(content: &FrameContent) -> Result<Survey, EncodeError> {
        let mut values = Vec::with_capacity(CELLS);
        let (mut with_value, mut withdrawn) = (CellSet::EMPTY, CellSet::EMPTY);
        let mut known: Option<(i32, i32)> = None;
        let mut ranges = [(u32::MAX, 0); COLUMNS];
        for (cell, record) in content.iter() {
            if !record.is_valid() {
                return Err(EncodeError::Field { cell });
            }
            if let Some(value) = record.value {
                with_value.insert(usize::from(cell));
                values.push((cell, value));
            } else {
                withdrawn.insert(usize::from(cell));
            }
            let day = record.knowledge();
            known = Some(known.map_or((day, day), |(min, max)| (min.min(day), max.max(day))));
            for (range, value) in ranges.iter_mut().zip(attributes(record)) {
                *range = (range.0.min(value), range.1.max(value));
            }
        }
        if known.is_none() {
            ranges = [(0, 0); COLUMNS];
        }
        match content.history().iter().find(|known| !known.record.is_valid()) {
            Some(known) => Err(EncodeError::Field { cell: known.cell }),
            None => Ok(Survey { values, with_value, withdrawn, known, ranges }),
        }
    }

    /// The attributes, if all cells have the same and none is withdrawn.
    fn same_attributes(&self) -> Option<[u32; COLUMNS]> {
        if self.known.is_none() {
            return Some([0, 0, day_to_key(Some(0)), 0, 0, 0]);
        }
        let is_same = self.withdrawn.is_empty() && self.ranges.iter().all(|(min, max)| min == max);
        is_same.then(|| self.ranges.map(|(min, _)| min))
    }

    /// Whether some column is not what a frame without details implies.
    fn needs_details(&self) -> bool {
        let [status, published, recorded, precision, source, note] = self.ranges;
        [status, published, precision, source, note] != [(0, 0); 5] || recorded.0 != recorded.1
    }
}

/// Writes the packed values and sets what the entry says of them.
fn write_payload(values: &[(u16, (i64, u8))], entry: &mut DirectoryEntry, bytes: &mut Vec<u8>) {
    let common = scale::coarsest(values.iter().map(|(_, value)| *value));
    let mantissas = common.and_then(|frame_scale| {
        let to_frame = |(_, value): &(u16, (i64, u8))| scale::to_frame(*value, frame_scale);
        values.iter().map(to_frame).collect::<Option<Vec<i64>>>()
    });
    let mantissas = if let (Some(frame_scale), Some(mantissas)) = (common, mantissas) {
        entry.base = mantissas.iter().copied().min().unwrap_or(0);
        entry.max = mantissas.iter().copied().max().unwrap_or(0);
        entry.sum = mantissas.iter().copied().map(i128::from).sum();
        entry.scale = frame_scale;
        entry.width = entry::bits(entry.base, entry.max);
        mantissas
    } else {
        entry.flags |= MIXED_SCALES;
        entry.width = 64;
        values.iter().map(|(_, (mantissa, _))| *mantissa).collect()
    };
    entry.count = u16::try_from(mantissas.len()).unwrap_or(u16::MAX);
    let mut numbers = [0u64; CELLS];
    for ((cell, _), mantissa) in values.iter().zip(mantissas) {
        if let Some(number) = numbers.get_mut(usize::from(*cell)) {
            *number = mantissa.wrapping_sub(entry.base).cast_unsigned();
        }
    }
    pack(&numbers, entry, bytes);
}

/// Appends the payload of an entry: as much of it as its rows take.
pub(super) fn pack(numbers: &[u64; CELLS], entry: &DirectoryEntry, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    kernel::pack(numbers, entry.width, bytes);
    bytes.truncate(start.saturating_add(entry.payload_bytes()));
}

/// Writes the details block and the columns; the history follows them.
fn write_details(content: &FrameContent, survey: &Survey, bytes: &mut Vec<u8>) {
    let (mut details, mut payloads) = (Vec::with_capacity(UNIT), Vec::new());
    for (column, range) in survey.ranges.into_iter().enumerate() {
        let value = |record| attributes(record).get(column).copied().unwrap_or(0);
        let values = content.iter().map(|(cell, record)| (cell, value(record)));
        column::write(range, values, &mut details, &mut payloads);
    }
    // A count that does not fit makes the sidecar too long as well, which is refused.
    let count = u32::try_from(content.history().len()).unwrap_or(u32::MAX);
    details.extend_from_slice(&count.to_le_bytes());
    details.resize(UNIT, 0);
    bytes.extend(details);
    bytes.extend(payloads);
}
