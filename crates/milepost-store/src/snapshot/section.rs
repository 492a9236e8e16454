//! Figures side by side, as columns.

use std::sync::Arc;

use milepost_model::{Date, Decimal, Period, Precision, Status};

use super::Observation;
use crate::{
    frame::{Attribute, CellRecord, CellSet, DirectoryEntry, FrameView, day_to_key, key_to_day},
    state::Strings,
};

/// Figures side by side, as columns: those of one period, one for each region of a
/// [`Selection`](super::Selection), or those of one region, one for each of some periods.
///
/// Position i is about region i of the selection, or about period i. A figure is
/// [`mantissas`](Self::mantissas)\[i\] divided by 10 to the [`scale`](Self::scale), one scale for all
/// of them; attributes are columns only where they vary. Absent means that nothing is known,
/// withdrawn that it is known that no figure holds.
///
/// Made by [`Snapshot::cross_section`](super::Snapshot::cross_section) and
/// [`Snapshot::time_section`](super::Snapshot::time_section), which have an example each.
#[derive(Clone, Debug, Default)]
pub struct Section {
    periods: Periods,
    length: usize,
    scale: u8,
    mantissas: Vec<i64>,
    present: Vec<u64>,
    withdrawn: Vec<u64>,
    attributes: [Attributes; 6],
    /// Figures that do not fit 64 bits at the scale, by position.
    odd: Vec<(usize, Decimal)>,
    strings: Arc<Strings>,
}

/// The periods of figures.
#[derive(Clone, Debug)]
pub(super) enum Periods {
    /// All are of this one.
    One(Period),
    /// One for each position.
    Each(Vec<Period>),
}

impl Default for Periods {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

/// One attribute of the figures that are known, withdrawn ones included.
#[derive(Clone, Debug, Default)]
enum Attributes {
    /// Nothing is known yet.
    #[default]
    Unset,
    Uniform(u32),
    /// One for each position, of no meaning where nothing is known.
    Each(Vec<u32>),
}

impl Section {
    /// How many figures stand side by side, those that are not known included.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has no position.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Positions with a figure: those that are neither absent nor withdrawn.
    pub fn count(&self) -> usize {
        self.present.iter().fold(0, |count, word| {
            count.saturating_add(usize::try_from(word.count_ones()).unwrap_or(0))
        })
    }

    /// Which positions have a figure: bit i mod 64 of word i / 64 for position i.
    pub fn present(&self) -> &[u64] {
        &self.present
    }

    /// Whether a position has a figure.
    #[inline]
    pub fn is_present(&self, position: usize) -> bool {
        bit(&self.present, position)
    }

    /// Whether the figure of a position is withdrawn.
    #[inline]
    pub fn is_withdrawn(&self, position: usize) -> bool {
        bit(&self.withdrawn, position)
    }

    /// Whether any figure is withdrawn.
    pub fn has_withdrawn(&self) -> bool {
        self.withdrawn.iter().any(|word| *word != 0)
    }

    /// The figures times 10 to the [`scale`](Self::scale), exactly; 0 where there is none.
    ///
    /// These are all figures if [`is_regular`](Self::is_regular); otherwise 0 also stands where a
    /// figure does not fit 64 bits at the scale, which [`value`](Self::value) knows all the same.
    pub fn mantissas(&self) -> &[i64] {
        &self.mantissas
    }

    /// The decimals that all mantissas have.
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// Whether [`mantissas`](Self::mantissas) has every figure. Figures of wildly different sizes
    /// and decimals aside, it has.
    pub fn is_regular(&self) -> bool {
        self.odd.is_empty()
    }

    /// The figure of a position; `None` where it is absent or withdrawn.
    pub fn value(&self, position: usize) -> Option<Decimal> {
        if !self.is_present(position) {
            return None;
        }
        if let Ok(found) = self.odd.binary_search_by_key(&position, |(position, _)| *position) {
            return self.odd.get(found).map(|(_, value)| *value);
        }
        Decimal::new(self.mantissas.get(position).copied()?.into(), self.scale)
    }

    /// Whether every figure is an actual one printed exactly: no status but the normal one, and
    /// nothing withdrawn. Days of publication, sources and notes may be stated.
    pub fn is_plain(&self) -> bool {
        let is_zero = |attribute| matches!(self.uniform(attribute), Some(0));
        self.present.iter().all(|word| *word == 0) && !self.has_withdrawn()
            || is_zero(Attribute::Status) && is_zero(Attribute::Precision) && !self.has_withdrawn()
    }

    /// The status of every figure, withdrawn ones included, if all have the same.
    pub fn uniform_status(&self) -> Option<Status> {
        self.uniform(Attribute::Status).map(Status::from_bits)
    }

    /// The day of publication of every figure, withdrawn ones included, if all have the same;
    /// within, `None` where none is stated.
    pub fn uniform_published(&self) -> Option<Option<Date>> {
        self.uniform(Attribute::Published).map(date)
    }

    /// The status of a figure; that of a withdrawal where it is withdrawn, `None` where absent.
    pub fn status(&self, position: usize) -> Option<Status> {
        self.attribute(Attribute::Status, position).map(Status::from_bits)
    }

    /// How exactly a figure was printed.
    pub fn precision(&self, position: usize) -> Option<Precision> {
        let index = self.attribute(Attribute::Precision, position)?;
        Precision::from_index(u8::try_from(index).ok()?)
    }

    /// The day of publication of a figure or its withdrawal, where it is stated.
    pub fn published(&self, position: usize) -> Option<Date> {
        self.attribute(Attribute::Published, position).and_then(date)
    }

    /// The day on which the store learnt a figure or its withdrawal.
    pub fn recorded(&self, position: usize) -> Option<Date> {
        self.attribute(Attribute::Recorded, position).and_then(date)
    }

    /// The day from which a figure or its withdrawal is known: published, or else recorded.
    pub fn known(&self, position: usize) -> Option<Date> {
        self.published(position).or_else(|| self.recorded(position))
    }

    /// Who published a figure, where that is stated.
    pub fn source(&self, position: usize) -> Option<Arc<str>> {
        self.text(Attribute::Source, position)
    }

    /// The remark on a figure.
    pub fn note(&self, position: usize) -> Option<Arc<str>> {
        self.text(Attribute::Note, position)
    }

    /// Everything about one figure: what [`Snapshot::observation`](super::Snapshot::observation)
    /// reads.
    pub fn observation(&self, position: usize) -> Option<Observation> {
        let period = match &self.periods {
            Periods::One(period) => *period,
            Periods::Each(periods) => *periods.get(position)?,
        };
        Some(Observation {
            period,
            status: self.status(position)?,
            value: self.value(position),
            published: self.published(position),
            recorded: self.recorded(position)?,
            precision: self.precision(position)?,
            source: self.source(position),
            note: self.note(position),
        })
    }

    fn text(&self, attribute: Attribute, position: usize) -> Option<Arc<str>> {
        let number = self.attribute(attribute, position).filter(|number| *number != 0)?;
        self.strings.get(number).cloned()
    }

    fn uniform(&self, attribute: Attribute) -> Option<u32> {
        match self.attributes.get(attribute as usize)? {
            Attributes::Uniform(value) => Some(*value),
            Attributes::Unset | Attributes::Each(_) => None,
        }
    }

    fn attribute(&self, attribute: Attribute, position: usize) -> Option<u32> {
        if !self.is_present(position) && !self.is_withdrawn(position) {
            return None;
        }
        match self.attributes.get(attribute as usize)? {
            Attributes::Unset => None,
            Attributes::Uniform(value) => Some(*value),
            Attributes::Each(values) => values.get(position).copied(),
        }
    }
}

/// Writing, from the first position to the last.
impl Section {
    /// Forgets everything; nothing is known at any of `length` positions then.
    pub(super) fn reset(&mut self, periods: Periods, length: usize, strings: &Arc<Strings>) {
        self.periods = periods;
        self.length = length;
        self.scale = 0;
        self.mantissas.clear();
        self.mantissas.resize(length, 0);
        self.present.clear();
        self.present.resize(length.div_ceil(64), 0);
        self.withdrawn.clear();
        self.withdrawn.resize(length.div_ceil(64), 0);
        self.attributes = Default::default();
        self.odd.clear();
        self.strings = Arc::clone(strings);
    }

    /// The decimals that a frame's figures need; more than a decimal can have are left to each
    /// figure.
    pub(super) fn finest(entry: &DirectoryEntry) -> u8 {
        u8::try_from(entry.scale).unwrap_or(0).min(Decimal::MAX_SCALE)
    }

    /// What a frame's mantissas are to be multiplied by; `None` if that does not fit.
    pub(super) fn factor(&self, view: &FrameView<'_>) -> Option<i64> {
        let entry = view.entry();
        if view.is_mixed() {
            return None;
        }
        let shift = i16::from(self.scale).checked_sub(entry.scale.into())?;
        let factor = 10_i64.checked_pow(u32::try_from(shift).ok()?)?;
        let fits = |mantissa: i64| mantissa.checked_mul(factor).is_some();
        (fits(entry.base) && fits(entry.max)).then_some(factor)
    }

    pub(super) fn set_scale(&mut self, scale: u8) {
        self.scale = scale;
    }

    /// The mantissas from a position on.
    pub(super) fn mantissas_mut(&mut self, at: usize, length: usize) -> Option<&mut [i64]> {
        self.mantissas.get_mut(at..at.checked_add(length)?)
    }

    /// Marks the figures of some cells, which come to stand from a position on. Whether anything
    /// is known of any of them.
    pub(super) fn mark(
        &mut self,
        at: usize,
        cells: &std::ops::Range<usize>,
        values: &CellSet,
        withdrawn: &CellSet,
    ) -> bool {
        let any_value = values.copy_to(cells.clone(), &mut self.present, at);
        let any_withdrawn = withdrawn.copy_to(cells.clone(), &mut self.withdrawn, at);
        any_value || any_withdrawn
    }

    /// Sets an attribute of some positions.
    pub(super) fn set_uniform(
        &mut self,
        attribute: Attribute,
        at: usize,
        length: usize,
        value: u32,
    ) {
        let whole = self.length;
        let Some(attributes) = self.attributes.get_mut(attribute as usize) else { return };
        match attributes {
            Attributes::Unset => *attributes = Attributes::Uniform(value),
            Attributes::Uniform(known) if *known == value => {}
            _ => {
                let places = attributes.each(whole).iter_mut();
                places.skip(at).take(length).for_each(|place| *place = value);
            }
        }
    }

    /// Sets an attribute of some positions, each to its own value.
    pub(super) fn set_each(&mut self, attribute: Attribute, at: usize, values: &[u32]) {
        let whole = self.length;
        let Some(attributes) = self.attributes.get_mut(attribute as usize) else { return };
        let places = attributes.each(whole).iter_mut().skip(at);
        places.zip(values).for_each(|(place, value)| *place = *value);
    }

    /// Sets a figure, but for its attributes.
    pub(super) fn put_mantissa(&mut self, position: usize, mantissa: i64) {
        if let Some(word) = self.present.get_mut(position / 64) {
            *word |= 1 << (position % 64);
        }
        if let Some(place) = self.mantissas.get_mut(position) {
            *place = mantissa;
        }
    }

    /// Sets everything about one figure. Figures are set in ascending order of position.
    pub(super) fn put(&mut self, position: usize, record: &CellRecord) {
        let word = position / 64;
        let bits = if record.value.is_some() { &mut self.present } else { &mut self.withdrawn };
        if let Some(word) = bits.get_mut(word) {
            *word |= 1 << (position % 64);
        }
        let keys = (day_to_key(record.published), day_to_key(Some(record.recorded)));
        let CellRecord { status, precision, source, note, .. } = *record;
        let attributes = [status, keys.0, keys.1, precision.into(), source, note];
        for (attribute, value) in Attribute::ALL.into_iter().zip(attributes) {
            self.set_uniform(attribute, position, 1, value);
        }
        let Some((mantissa, scale)) = record.value else { return };
        let shift = self.scale.checked_sub(scale);
        let factor = shift.and_then(|shift| 10_i64.checked_pow(shift.into()));
        match factor.and_then(|factor| mantissa.checked_mul(factor)) {
            Some(mantissa) => {
                if let Some(place) = self.mantissas.get_mut(position) {
                    *place = mantissa;
                }
            }
            None => self.odd.extend(Decimal::new(mantissa.into(), scale).map(|v| (position, v))),
        }
    }
}

impl Attributes {
    /// As one value for each of `length` positions.
    fn each(&mut self, length: usize) -> &mut [u32] {
        let value = match self {
            Self::Each(_) => None,
            Self::Unset => Some(0),
            Self::Uniform(value) => Some(*value),
        };
        if let Some(value) = value {
            *self = Self::Each(vec![value; length]);
        }
        match self {
            Self::Each(values) => values,
            Self::Unset | Self::Uniform(_) => &mut [],
        }
    }
}

fn bit(words: &[u64], position: usize) -> bool {
    words.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
}

fn date(key: u32) -> Option<Date> {
    Date::from_day_number(key_to_day(key).ok()??)
}
