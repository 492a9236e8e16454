use super::FormatError;
use super::cell::{CellRecord, day_to_key, key_to_day};
use super::error::ensure;

/// A fact that a later one of the same cell superseded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HistoryRecord {
    /// 0..1024
    pub(crate) cell: u16,
    pub(crate) record: CellRecord,
}

/// Bytes of a history record.
pub(super) const RECORD_BYTES: usize = 32;

const WITHDRAWN: u8 = 0x80;
const PRECISION: u8 = 0x03;

impl HistoryRecord {
    pub(super) fn order(&self) -> (u16, (i32, Option<i32>)) {
        (self.cell, self.record.order())
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let CellRecord { value, status, published, recorded, precision, source, note } =
            self.record;
        let (mantissa, scale) = value.unwrap_or((0, 0));
        out.extend_from_slice(&self.cell.to_le_bytes());
        out.push(precision | if value.is_none() { WITHDRAWN } else { 0 });
        out.push(scale);
        out.extend_from_slice(&status.to_le_bytes());
        out.extend_from_slice(&mantissa.to_le_bytes());
        out.extend_from_slice(&day_to_key(published).to_le_bytes());
        out.extend_from_slice(&day_to_key(Some(recorded)).to_le_bytes());
        out.extend_from_slice(&source.to_le_bytes());
        out.extend_from_slice(&note.to_le_bytes());
    }

    /// Reads a record; `offset` is where it lies, for the error.
    pub(super) fn read(
        bytes: &[u8; RECORD_BYTES],
        offset: u64,
    ) -> Result<HistoryRecord, FormatError> {
        let cell = cell_of(bytes);
        let [_, _, form, scale, ..] = *bytes;
        let word = |at: usize| {
            let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
            word.copied().map_or(0, u32::from_le_bytes)
        };
        let mantissa = u64::from(word(8)) | u64::from(word(12)) << 32;
        let day = |key| {
            key_to_day(key).map_err(|_| FormatError::new(offset, "a day lies beyond the calendar"))
        };
        let recorded = day(word(20))?;
        let withdrawn = form & WITHDRAWN != 0;
        ensure(form & !(WITHDRAWN | PRECISION) == 0, offset, "unknown form of a superseded value")?;
        ensure(
            !withdrawn || (mantissa, scale) == (0, 0),
            offset,
            "a superseded withdrawal has a value",
        )?;
        let value = (!withdrawn).then_some((mantissa.cast_signed(), scale));
        let record = CellRecord {
            value,
            status: word(4),
            published: day(word(16))?,
            recorded: recorded.unwrap_or(0),
            precision: form & PRECISION,
            source: word(24),
            note: word(28),
        };
        ensure(recorded.is_some(), offset, "a superseded value has no recording date")?;
        ensure(usize::from(cell) < super::CELLS, offset, "a superseded value has no cell")?;
        ensure(
            record.is_valid() && record.normalized() == record,
            offset,
            "a superseded value is not in lowest terms or has an unknown status",
        )?;
        Ok(HistoryRecord { cell, record })
    }
}

/// The cell of a record, without reading the rest.
pub(super) fn cell_of(bytes: &[u8; RECORD_BYTES]) -> u16 {
    let [low, high, ..] = *bytes;
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: HistoryRecord = HistoryRecord {
        cell: 1023,
        record: CellRecord {
            value: Some((-1749, 2)),
            status: 1 << 15,
            published: Some(-3),
            recorded: 19_000,
            precision: 2,
            source: 7,
            note: u32::MAX,
        },
    };

    #[test]
    fn records_round_trip_and_bad_ones_are_refused() {
        let withdrawn =
            HistoryRecord { record: CellRecord { value: None, ..RECORD.record }, ..RECORD };
        for record in [RECORD, withdrawn] {
            let mut bytes = Vec::new();
            record.write(&mut bytes);
            let mut bytes: [u8; RECORD_BYTES] = bytes.try_into().unwrap();
            assert_eq!(HistoryRecord::read(&bytes, 0), Ok(record));
            bytes[1] = 4;
            assert!(HistoryRecord::read(&bytes, 0).is_err(), "cell 1,279");
            bytes[1] = 3;
            bytes[2] |= 4;
            assert!(HistoryRecord::read(&bytes, 0).is_err(), "unknown form");
            bytes[2] &= !4;
            bytes[20..24].fill(0);
            assert!(HistoryRecord::read(&bytes, 0).is_err(), "not recorded");
        }
    }
}
