use super::cell::day_to_key;
use super::column;
use super::entry::{self, DETAILS, DirectoryEntry, HISTORY, MIXED_SCALES, WITHDRAWN};
use super::{CELLS, CellRecord, CellSet, FormatError, FrameContent, FrameView, UNIT, scale};
use crate::kernel;

/// The bytes of a frame and what the directory says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EncodedFrame {
    /// Sheet, frame number, offset and checksum are 0 until a segment writer sets them.
    pub(crate) entry: DirectoryEntry,
    /// Payload, then sidecar.
    pub(crate) bytes: Vec<u8>,
}

impl EncodedFrame {
    /// The frame as readers see it.
    pub(crate) fn view(&self) -> Result<FrameView<'_>, FormatError> {
        FrameView::new(&self.entry, &self.bytes)
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

/// Writes a frame. The same content always gives the same bytes.
pub(crate) fn encode(content: &FrameContent) -> Result<EncodedFrame, EncodeError> {
    check_fields(content)?;
    let mut entry = DirectoryEntry::EMPTY;
    let mut bytes = Vec::with_capacity(UNIT.saturating_mul(20));
    let (mut values, mut withdrawn) = (CellSet::EMPTY, CellSet::EMPTY);
    for (cell, record) in content.iter() {
        let set = if record.value.is_some() { &mut values } else { &mut withdrawn };
        set.insert(usize::from(cell));
    }
    let days = || content.iter().map(|(_, record)| record.knowledge());
    entry.known_min = days().min().unwrap_or(0);
    entry.known_max = days().max().unwrap_or(0);

    write_payload(content, &mut entry, &mut bytes);
    if usize::from(entry.count) < CELLS {
        bytes.extend(values.to_bytes());
    }
    if !withdrawn.is_empty() {
        entry.flags |= WITHDRAWN;
        bytes.extend(withdrawn.to_bytes());
    }
    if entry.has(MIXED_SCALES) {
        let mut scales = [0; CELLS];
        for (cell, (_, scale)) in values_of(content) {
            if let Some(place) = scales.get_mut(usize::from(cell)) {
                *place = scale;
            }
        }
        bytes.extend_from_slice(&scales);
    }
    write_details(content, &mut entry, &mut bytes);

    bytes.resize(bytes.len().next_multiple_of(UNIT), 0);
    let units = bytes.len().saturating_sub(entry.payload_bytes()).checked_div(UNIT).unwrap_or(0);
    entry.sidecar_units = u16::try_from(units)
        .map_err(|_| EncodeError::History { count: content.history().len() })?;
    Ok(EncodedFrame { entry, bytes })
}

fn check_fields(content: &FrameContent) -> Result<(), EncodeError> {
    let latest = content.iter().map(|(cell, record)| (cell, *record));
    let superseded = content.history().iter().map(|known| (known.cell, known.record));
    match latest.chain(superseded).find(|(_, record)| !record.is_valid()) {
        Some((cell, _)) => Err(EncodeError::Field { cell }),
        None => Ok(()),
    }
}

fn values_of(content: &FrameContent) -> impl Iterator<Item = (u16, (i64, u8))> {
    content.iter().filter_map(|(cell, record)| Some((cell, record.value?)))
}

/// Writes the packed values and sets what the entry says of them.
fn write_payload(content: &FrameContent, entry: &mut DirectoryEntry, bytes: &mut Vec<u8>) {
    let mut numbers = [0u64; CELLS];
    let mut set = |cell: u16, number: u64| {
        if let Some(place) = numbers.get_mut(usize::from(cell)) {
            *place = number;
        }
    };
    let common = scale::coarsest(values_of(content).map(|(_, value)| value));
    let mantissas = common.and_then(|frame_scale| {
        values_of(content)
            .map(|(cell, value)| Some((cell, scale::to_frame(value, frame_scale)?)))
            .collect::<Option<Vec<_>>>()
    });
    entry.count = 0;
    if let (Some(frame_scale), Some(mantissas)) = (common, mantissas) {
        let each = || mantissas.iter().map(|(_, mantissa)| *mantissa);
        entry.base = each().min().unwrap_or(0);
        entry.max = each().max().unwrap_or(0);
        entry.sum = each().map(i128::from).sum();
        entry.scale = frame_scale;
        entry.width = entry::bits(entry.base, entry.max);
        for (cell, mantissa) in mantissas {
            set(cell, mantissa.wrapping_sub(entry.base).cast_unsigned());
            entry.count = entry.count.saturating_add(1);
        }
    } else {
        entry.flags |= MIXED_SCALES;
        entry.width = 64;
        for (cell, (mantissa, _)) in values_of(content) {
            set(cell, mantissa.cast_unsigned());
            entry.count = entry.count.saturating_add(1);
        }
    }
    kernel::pack(&numbers, entry.width, bytes);
}

/// Writes the columns and the history, unless all of it is the default.
fn write_details(content: &FrameContent, entry: &mut DirectoryEntry, bytes: &mut Vec<u8>) {
    let constant_day = entry.known_min == entry.known_max;
    let plain = |record: &CellRecord| {
        let CellRecord { status, published, precision, source, note, .. } = *record;
        (status, published, precision, source, note) == (0, None, 0, 0, 0)
    };
    if constant_day && content.history().is_empty() && content.iter().all(|(_, r)| plain(r)) {
        return;
    }
    entry.flags |= DETAILS;
    let mut present = CellSet::EMPTY;
    content.iter().for_each(|(cell, _)| present.insert(usize::from(cell)));
    let attributes: [fn(&CellRecord) -> u32; 6] = [
        |record| record.status,
        |record| day_to_key(record.published),
        |record| day_to_key(Some(record.recorded)),
        |record| u32::from(record.precision),
        |record| record.source,
        |record| record.note,
    ];
    let (mut details, mut payloads) = (Vec::with_capacity(UNIT), Vec::new());
    for attribute in attributes {
        let mut values = [0; CELLS];
        for (cell, record) in content.iter() {
            if let Some(value) = values.get_mut(usize::from(cell)) {
                *value = attribute(record);
            }
        }
        column::write(&values, &present, &mut details, &mut payloads);
    }
    // A count that does not fit makes the sidecar too long as well, which is refused.
    let count = u32::try_from(content.history().len()).unwrap_or(u32::MAX);
    details.extend_from_slice(&count.to_le_bytes());
    details.resize(UNIT, 0);
    bytes.extend(details);
    bytes.extend(payloads);
    if count > 0 {
        entry.flags |= HISTORY;
        content.history().iter().for_each(|known| known.write(bytes));
    }
}
