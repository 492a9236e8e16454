use super::error::ensure;
use super::{CELLS, FormatError, UNIT};
use crate::kernel::{self, Numbers};

/// Bytes that describe a column in the details block.
pub(super) const DESCRIPTION_BYTES: usize = 8;

/// The columns, in the order of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Status,
    Published,
    Recorded,
    Precision,
    Source,
    Note,
}

impl Attribute {
    pub(crate) const ALL: [Attribute; 6] = [
        Attribute::Status,
        Attribute::Published,
        Attribute::Recorded,
        Attribute::Precision,
        Attribute::Source,
        Attribute::Note,
    ];
}

/// One attribute of all cells: a least value plus packed residuals, read in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    base: u32,
    width: u8,
    payload: &'a [u8],
}

impl<'a> Column<'a> {
    /// Reads the description of a column and takes its payload off the front of `payloads`.
    #[inline]
    pub(super) fn read(
        description: [u8; DESCRIPTION_BYTES],
        payloads: &mut &'a [u8],
    ) -> Result<Column<'a>, FormatError> {
        let [b0, b1, b2, b3, width, zeros @ ..] = description;
        ensure(width <= 32 && zeros == [0; 3], 0, "a column is described as no column can be")?;
        let payload = payloads
            .split_off(..usize::from(width).saturating_mul(UNIT))
            .ok_or_else(|| FormatError::new(0, "a column does not fit into its sidecar"))?;
        Ok(Column { base: u32::from_le_bytes([b0, b1, b2, b3]), width, payload })
    }

    /// A column of one value.
    pub(super) fn of(value: u32) -> Column<'a> {
        Column { base: value, width: 0, payload: &[] }
    }

    /// The values of some cells, above u32 in a damaged file only. `out` has a place for each.
    pub(crate) fn unpack(&self, cells: std::ops::Range<usize>, out: &mut [i64]) {
        let numbers = Numbers::of(self.payload, self.width);
        kernel::unpack_cells(numbers, self.base.into(), cells, None, out);
    }

    /// The value of every cell, if it is one.
    #[inline]
    pub(crate) fn constant(&self) -> Option<u32> {
        (self.width == 0).then_some(self.base)
    }

    /// The value of a cell; above u32 in a damaged file only.
    #[inline]
    pub(crate) fn get(&self, cell: usize) -> u64 {
        let numbers = Numbers::of(self.payload, self.width);
        let residual = kernel::get(numbers, cell).unwrap_or(0);
        residual.wrapping_add(u64::from(self.base))
    }
}

/// Appends the description of a column to `descriptions` and, unless it is constant, its payload
/// to `payloads`. `values` come with their cells and lie in `base..=max`.
pub(super) fn write(
    (base, max): (u32, u32),
    values: impl Iterator<Item = (u16, u32)>,
    descriptions: &mut Vec<u8>,
    payloads: &mut Vec<u8>,
) {
    let width = super::entry::bits(i64::from(base), i64::from(max));
    descriptions.extend_from_slice(&base.to_le_bytes());
    descriptions.extend_from_slice(&[width, 0, 0, 0]);
    if width == 0 {
        return;
    }
    let mut residuals = [0; CELLS];
    for (cell, value) in values {
        if let Some(residual) = residuals.get_mut(usize::from(cell)) {
            *residual = u64::from(value.saturating_sub(base));
        }
    }
    kernel::pack(&residuals, width, payloads);
}
