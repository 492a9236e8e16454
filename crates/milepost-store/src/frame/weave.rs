use super::entry::{KEY, MIXED_SCALES, MOST_LEAN, NUMBERS_IN_PERIOD, bits};
use super::view::Key;
use super::{CELLS, CellSet, DirectoryEntry, EncodedFrame, FormatError, FrameShape};
use crate::kernel::{self, MOST_IN_PAIR, Numbers};

/// A frame with its sheet and number.
pub(crate) type Keyed = (u32, u32, EncodedFrame);

/// Lets frames lean on the first of their window and region block, where that makes them shorter.
///
/// `frames` are ascending, of one sheet of this shape, and lean on none yet.
pub(crate) fn weave(shape: FrameShape, frames: &mut [Keyed]) -> Result<(), FormatError> {
    if shape.periods() > 1 {
        return Ok(());
    }
    let is_together = |a: &Keyed, b: &Keyed| shape.window(a.1) == shape.window(b.1);
    for together in frames.chunk_by_mut(is_together) {
        let mut rest: Vec<&mut Keyed> = together.iter_mut().collect();
        // By region block, then period.
        rest.sort_by_key(|(_, frame, _)| (frame % NUMBERS_IN_PERIOD, *frame));
        let is_same_block =
            |a: &&mut Keyed, b: &&mut Keyed| a.1 % NUMBERS_IN_PERIOD == b.1 % NUMBERS_IN_PERIOD;
        for block in rest.chunk_by_mut(is_same_block) {
            weave_block(block)?;
        }
    }
    Ok(())
}

/// A frame that may be woven, unpacked.
struct Unpacked<'a> {
    number: u32,
    frame: &'a mut EncodedFrame,
    values: CellSet,
    mantissas: Box<[i64; CELLS]>,
}

/// Weaves the frames of one region block in one window.
fn weave_block(block: &mut [&mut Keyed]) -> Result<(), FormatError> {
    let mut unpacked = Vec::with_capacity(block.len());
    for (_, number, frame) in block.iter_mut().map(|keyed| &mut **keyed) {
        let can_be_key = (1..=MOST_IN_PAIR).contains(&frame.entry.width);
        if frame.entry.has(MIXED_SCALES) || unpacked.is_empty() && !can_be_key {
            continue;
        }
        let view = frame.view()?;
        let mut mantissas = Box::new([0; CELLS]);
        view.mantissas(&mut mantissas);
        let values = view.values();
        unpacked.push(Unpacked { number: *number, frame, values, mantissas });
    }
    let Some((first, others)) = unpacked.split_first_mut() else { return Ok(()) };
    for other in others.iter() {
        first.fill(other);
    }
    let Some(key) = as_key(first.frame, &first.mantissas) else { return Ok(()) };
    let mut is_leant_on = false;
    for other in others {
        let periods = other.number.saturating_sub(first.number) / NUMBERS_IN_PERIOD;
        let lean = u8::try_from(periods).unwrap_or(u8::MAX);
        let seen = Key::new(&key.entry, &key.bytes)?;
        let leaning = leaning(other.frame, &other.values, &other.mantissas, seen, lean);
        if let Some(leaning) = leaning
            && leaning.bytes.len() < other.frame.bytes.len()
            && leaning.entry.fits_key(&key.entry)
        {
            *other.frame = leaning;
            is_leant_on = true;
        }
    }
    if is_leant_on {
        *first.frame = key;
    }
    Ok(())
}

impl Unpacked<'_> {
    /// Gives cells that have no number yet those of a later period: left at the least value, the
    /// few of them would widen every frame that leans on this one.
    fn fill(&mut self, later: &Unpacked<'_>) {
        if later.frame.entry.scale != self.frame.entry.scale {
            return;
        }
        for cell in later.values.without(&self.values).iter() {
            if let (Some(place), Some(mantissa)) =
                (self.mantissas.get_mut(cell), later.mantissas.get(cell))
            {
                *place = *mantissa;
                self.values.insert(cell);
            }
        }
    }
}

/// A frame as a key, with a number for every cell that it has room for: that of the mantissa or,
/// where that lies beyond those of its figures, the nearest. `None` if it can be no key.
pub(super) fn as_key(frame: &EncodedFrame, mantissas: &[i64; CELLS]) -> Option<EncodedFrame> {
    let DirectoryEntry { base, max, width, count, .. } = frame.entry;
    if frame.entry.has(MIXED_SCALES) || width > MOST_IN_PAIR || count == 0 {
        return None;
    }
    let mut numbers = [0; CELLS];
    for (number, mantissa) in numbers.iter_mut().zip(mantissas).take(frame.entry.cells()) {
        *number = (*mantissa).clamp(base, max.max(base)).wrapping_sub(base).cast_unsigned();
    }
    let flags = frame.entry.flags | KEY;
    Some(repacked(frame, DirectoryEntry { flags, ..frame.entry }, &numbers))
}

/// A frame as one that leans on a key so many periods before. `None` if it cannot lean on it.
pub(super) fn leaning(
    frame: &EncodedFrame,
    values: &CellSet,
    mantissas: &[i64; CELLS],
    key: Key<'_>,
    lean: u8,
) -> Option<EncodedFrame> {
    let is_possible = !frame.entry.has(MIXED_SCALES)
        && frame.entry.count > 0
        && key.numbers.width <= MOST_IN_PAIR
        && (1..=MOST_LEAN).contains(&lean);
    if !is_possible {
        return None;
    }
    let mut below = [0; CELLS];
    let numbers = Numbers::of(key.numbers.payload, key.numbers.width);
    kernel::unpack(numbers, key.base, &mut below);
    let mut differences = [0; CELLS];
    let (mut least, mut greatest) = (i64::MAX, i64::MIN);
    for cell in values.iter() {
        let difference = mantissas.get(cell)?.checked_sub(*below.get(cell)?)?;
        *differences.get_mut(cell)? = difference;
        (least, greatest) = (least.min(difference), greatest.max(difference));
    }
    let lean_base = i32::try_from(least).ok()?;
    let width = bits(least, greatest);
    if width > MOST_IN_PAIR {
        return None;
    }
    let mut numbers = [0; CELLS];
    for cell in values.iter() {
        let difference = differences.get(cell)?.wrapping_sub(least);
        *numbers.get_mut(cell)? = difference.cast_unsigned();
    }
    let entry = DirectoryEntry { width, lean, lean_base, ..frame.entry };
    Some(repacked(frame, entry, &numbers))
}

/// The same frame with another payload.
fn repacked(frame: &EncodedFrame, entry: DirectoryEntry, numbers: &[u64; CELLS]) -> EncodedFrame {
    let sidecar = frame.bytes.get(frame.entry.payload_bytes()..).unwrap_or_default();
    let mut bytes = Vec::with_capacity(entry.frame_bytes());
    super::encode::pack(numbers, &entry, &mut bytes);
    bytes.extend_from_slice(sidecar);
    EncodedFrame { entry, bytes }
}
