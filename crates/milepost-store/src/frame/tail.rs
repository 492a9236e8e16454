use super::cell::day_to_key;
use super::entry::{DETAILS, DirectoryEntry};
use super::error::ensure;
use super::holes::Holes;
use super::{CellSet, FormatError};

/// Longest tail: form, attributes, and a bitmap of all cells.
pub(super) const LONGEST: u16 = 1 + 4 * 4 + 1 + 128;

/// What the first byte announces: each is 0, or as the entry has it, if it is not announced.
const STATUS: u8 = 1;
const PRECISION: u8 = 2;
/// The knowledge date is that of a publication.
const PUBLISHED: u8 = 4;
/// The recording date is another one than the knowledge date.
const RECORDED: u8 = 8;
const SOURCE: u8 = 16;
const NOTE: u8 = 32;
const HOLES_SHIFT: u32 = 6;

/// The sidecar of a frame whose cells differ in nothing but their values and have no history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail<'a> {
    /// Of every cell, in the order of the format.
    pub(super) attributes: [u32; 6],
    pub(super) holes: Holes<'a>,
}

impl<'a> Tail<'a> {
    #[inline]
    pub(super) fn read(bytes: &'a [u8], entry: &DirectoryEntry) -> Result<Tail<'a>, FormatError> {
        let mut rest = bytes;
        let [form] = take(&mut rest)?;
        let mut number = |flag: u8| match form & flag {
            0 => Ok(0),
            _ => take(&mut rest).map(u32::from_le_bytes),
        };
        let (status, own_day) = (number(STATUS)?, number(RECORDED)?);
        let (source, note) = (number(SOURCE)?, number(NOTE)?);
        let precision = match form & PRECISION {
            0 => 0,
            _ => take(&mut rest).map(|[precision]| u32::from(precision))?,
        };
        let known = day_to_key(Some(entry.known_min));
        let published = if form & PUBLISHED == 0 { 0 } else { known };
        let recorded = if form & RECORDED == 0 { known } else { own_day };
        ensure(
            form & RECORDED == 0 || form & PUBLISHED != 0,
            0,
            "a tail states a recording date of figures that are known from another day",
        )?;
        ensure(
            (form & (STATUS | PRECISION) != 0) == entry.has(DETAILS),
            0,
            "a tail has another status than its entry says",
        )?;
        let holes = Holes::read(form >> HOLES_SHIFT, rest, entry.cells())
            .ok_or_else(|| FormatError::new(0, "a tail is longer than its parts"))?;
        Ok(Tail { attributes: [status, published, recorded, precision, source, note], holes })
    }
}

/// Appends a tail and sets what the entry says of it.
pub(super) fn write(
    [status, published, recorded, precision, source, note]: [u32; 6],
    values: &CellSet,
    entry: &mut DirectoryEntry,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    out.push(0);
    let recorded = if recorded == day_to_key(Some(entry.known_min)) { 0 } else { recorded };
    let mut form = if published == 0 { 0 } else { PUBLISHED };
    for (flag, number) in [(STATUS, status), (RECORDED, recorded), (SOURCE, source), (NOTE, note)] {
        if number != 0 {
            form |= flag;
            out.extend(number.to_le_bytes());
        }
    }
    if let Some(precision) = u8::try_from(precision).ok().filter(|precision| *precision != 0) {
        form |= PRECISION;
        out.push(precision);
    }
    if form & (STATUS | PRECISION) != 0 {
        entry.flags |= DETAILS;
    }
    form |= Holes::write(values, entry.rows(), out) << HOLES_SHIFT;
    if let Some(first) = out.get_mut(start) {
        *first = form;
    }
    entry.sidecar = u16::try_from(out.len().saturating_sub(start)).unwrap_or(u16::MAX);
}

#[inline]
fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], FormatError> {
    let (part, after) = rest
        .split_first_chunk()
        .ok_or_else(|| FormatError::new(0, "a tail is shorter than its parts"))?;
    *rest = after;
    Ok(*part)
}
