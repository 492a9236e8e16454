use super::scale;

/// What is known of one cell: a value or a withdrawal, and its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellRecord {
    /// `mantissa * 10^-scale`; `None` is a withdrawal: it is known that no value holds.
    pub(crate) value: Option<(i64, u8)>,
    /// Bit set of status letters; bits from 26 on are refused.
    pub(crate) status: u32,
    /// Day of publication, if stated.
    pub(crate) published: Option<i32>,
    /// Day of the commit.
    pub(crate) recorded: i32,
    /// 0 exact, 1 about, 2 over, 3 under.
    pub(crate) precision: u8,
    /// String id, 0 for none.
    pub(crate) source: u32,
    /// String id, 0 for none.
    pub(crate) note: u32,
}

/// Days that the format can hold, far wider than the calendar's.
pub(super) const MAX_DAY: i32 = 5_000_000;

const STATUS_BITS: u32 = 26;
const MAX_PRECISION: u8 = 3;

impl CellRecord {
    /// The day from which the record is known: published, else recorded.
    #[inline]
    pub(crate) fn knowledge(&self) -> i32 {
        self.published.unwrap_or(self.recorded)
    }

    /// Order of a cell's records: by knowledge date, a stated publication after a recording.
    pub(super) fn order(&self) -> (i32, Option<i32>) {
        (self.knowledge(), self.published)
    }

    /// Whether `other` says the same, whoever says it.
    pub(super) fn agrees_with(&self, other: &CellRecord) -> bool {
        (self.value, self.status, self.precision) == (other.value, other.status, other.precision)
    }

    /// The same record with its value in lowest terms: 17.50 is 17.5.
    pub(super) fn normalized(mut self) -> CellRecord {
        self.value = self.value.map(|(mantissa, scale)| scale::normalize(mantissa, scale));
        self
    }

    /// Whether every field can be written.
    pub(super) fn is_valid(&self) -> bool {
        let is_day = |day: i32| (-MAX_DAY..=MAX_DAY).contains(&day);
        self.status >> STATUS_BITS == 0
            && self.precision <= MAX_PRECISION
            && is_day(self.recorded)
            && self.published.is_none_or(is_day)
    }
}

/// A day as the format writes it: 0 for none.
#[expect(clippy::cast_sign_loss, reason = "the sum is positive for every valid day")]
pub(crate) fn day_to_key(day: Option<i32>) -> u32 {
    day.map_or(0, |day| day.saturating_add(MAX_DAY).saturating_add(1) as u32)
}

/// A day key that stands for no day.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoSuchDay;

/// The day of a key, `None` for the key that says so.
#[inline]
pub(crate) fn key_to_day(key: u32) -> Result<Option<i32>, NoSuchDay> {
    if key == 0 {
        return Ok(None);
    }
    let day = i32::try_from(key).map_err(|_| NoSuchDay)?.wrapping_sub(MAX_DAY).wrapping_sub(1);
    if day <= MAX_DAY { Ok(Some(day)) } else { Err(NoSuchDay) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_keys_round_trip() {
        for day in [None, Some(-MAX_DAY), Some(-1), Some(0), Some(20_000), Some(MAX_DAY)] {
            assert_eq!(key_to_day(day_to_key(day)), Ok(day));
        }
        assert_eq!(key_to_day(day_to_key(Some(MAX_DAY)) + 1), Err(NoSuchDay));
        assert_eq!(key_to_day(u32::MAX), Err(NoSuchDay));
    }
}
