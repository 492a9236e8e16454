//! Sums over parts of the regions, for many periods.

use milepost_model::{Date, Decimal, IndicatorId, Period, Scenario, Status};

use super::{
    Partition, Snapshot, Total,
    pieces::{Piece, Sheets},
    read,
};
use crate::{
    error::Result,
    frame::{Attribute, CELLS, CellSet, FormatError, FrameView, RangeSum},
};

/// Sums over the parts of a [`Partition`], for each of several periods.
///
/// Made by [`Snapshot::totals`], which has an example.
#[derive(Clone, Debug)]
pub struct Totals {
    parts: usize,
    sums: Vec<Sum>,
    frames: usize,
}

impl Totals {
    /// The total of a part in a period, both by their positions.
    ///
    /// That of no figures where there is no such period or part.
    pub fn total(&self, period: usize, part: usize) -> Total {
        self.sum(period, part).map_or_else(|| Sum::default().total(), Sum::total)
    }

    /// Regions of a part that have a figure in a period, both by their positions.
    pub fn count(&self, period: usize, part: usize) -> usize {
        self.sum(period, part).map_or(0, |sum| usize::try_from(sum.count).unwrap_or(usize::MAX))
    }

    /// The sum of a part in a period as it is kept, where all figures are actual and exact and
    /// their sum fits: a mantissa, its decimals (below zero: the power of ten that it is to be
    /// multiplied with), and how many figures there are. None without any.
    pub fn plain(&self, period: usize, part: usize) -> Option<(i128, i8, u32)> {
        let sum = self.sum(period, part)?;
        let is_plain = sum.fits && sum.exact && sum.status == 0 && sum.count > 0;
        is_plain.then_some((sum.mantissa, sum.scale, sum.count))
    }

    /// How many frames, of up to 1,024 figures each, had to be unpacked; whole ones need not be.
    pub fn frames(&self) -> usize {
        self.frames
    }

    fn sum(&self, period: usize, part: usize) -> Option<&Sum> {
        if part >= self.parts {
            return None;
        }
        self.sums.get(period.checked_mul(self.parts)?.checked_add(part)?)
    }
}

/// A sum as it grows.
#[derive(Clone, Copy, Debug)]
struct Sum {
    /// The sum is `mantissa * 10^-scale`.
    mantissa: i128,
    scale: i8,
    /// Whether the sum fits so far.
    fits: bool,
    /// Whether every figure was printed exactly.
    exact: bool,
    count: u32,
    status: u32,
}

impl Default for Sum {
    fn default() -> Self {
        // The coarsest of scales: the first figure decides.
        Self { mantissa: 0, scale: i8::MIN, fits: true, exact: true, count: 0, status: 0 }
    }
}

impl Sum {
    #[inline]
    fn add(&mut self, mantissa: i128, scale: i8, count: u32, (status, precision): (u32, u8)) {
        if count == 0 {
            return;
        }
        self.count = self.count.saturating_add(count);
        self.status |= status;
        self.exact &= precision == 0;
        if self.count == count {
            (self.mantissa, self.scale) = (mantissa, scale);
        } else if scale == self.scale
            && let Some(sum) = self.mantissa.checked_add(mantissa)
        {
            self.mantissa = sum;
        } else if self.fits {
            self.add_scaled(mantissa, scale);
        }
    }

    /// Adds at the finer one of two scales or, where that does not fit, in lowest terms.
    #[cold]
    fn add_scaled(&mut self, mantissa: i128, scale: i8) {
        let finer = self.scale.max(scale);
        let at_finer = |mantissa: i128, scale: i8| {
            let shift = i16::from(finer).checked_sub(scale.into())?;
            mantissa.checked_mul(10_i128.checked_pow(u32::try_from(shift).ok()?)?)
        };
        let sum = at_finer(self.mantissa, self.scale)
            .zip(at_finer(mantissa, scale))
            .and_then(|(sum, other)| sum.checked_add(other));
        if let Some(sum) = sum {
            (self.mantissa, self.scale) = (sum, finer);
            return;
        }
        let sum = decimal(self.mantissa, self.scale)
            .zip(decimal(mantissa, scale))
            .and_then(|(sum, other)| sum.checked_add(other));
        let parts = sum.and_then(|sum| Some((sum.mantissa(), i8::try_from(sum.scale()).ok()?)));
        match parts {
            Some(parts) => (self.mantissa, self.scale) = parts,
            None => self.fits = false,
        }
    }

    fn total(&self) -> Total {
        let sum = match self.count {
            0 => Some(Decimal::ZERO),
            _ if self.fits => decimal(self.mantissa, self.scale),
            _ => None,
        };
        Total {
            sum,
            count: usize::try_from(self.count).unwrap_or(usize::MAX),
            status: Status::from_bits(self.status),
            exact: self.exact,
        }
    }
}

/// `mantissa * 10^-scale`, if it fits.
fn decimal(mantissa: i128, scale: i8) -> Option<Decimal> {
    if let Ok(scale) = u8::try_from(scale) {
        return Decimal::new(mantissa, scale);
    }
    let factor = 10_i128.checked_pow(scale.unsigned_abs().into())?;
    Decimal::new(mantissa.checked_mul(factor)?, 0)
}

impl Snapshot {
    /// Adds up the figures of each part of the regions, for each of some periods.
    ///
    /// Frames that lie in one part are not read: the store keeps their sums. Others are unpacked
    /// once, whatever the number of parts: 63 provinces of 10,600 communes take some 5
    /// microseconds a period. The result is that of adding [`Snapshot::observation`]s, exactly;
    /// parts without a figure have the total 0 of 0 regions.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, Region, RegionId, Scenario};
    /// use milepost_store::{Batch, Store};
    ///
    /// let mut store = Store::in_memory();
    /// let region = |number| Region::new(format!("C{number}")).level(3).into();
    /// store.define(vec![Indicator::stock("si.participants").into()])?;
    /// store.define((0..5).map(region).collect())?;
    /// let indicator = store.snapshot().catalogue().indicator_named("si.participants").unwrap();
    /// let fact = |region, period: &str, value: &str| {
    ///     Fact::new(indicator, RegionId(region), period.parse().unwrap(), value.parse().ok())
    /// };
    /// let facts = vec![fact(0, "2023", "19.5"), fact(1, "2023", "7"), fact(4, "2024", "0.25")];
    /// store.commit(Batch { facts, ..Batch::default() })?;
    ///
    /// let snapshot = store.snapshot();
    /// let province_of = [0, 0, 0, 1, 1];
    /// let members = (0..5).map(RegionId).zip(province_of);
    /// let provinces = snapshot.partition(members);
    /// let years = ["2023".parse()?, "2024".parse()?];
    /// let totals = snapshot.totals(indicator, &Scenario::reported(), &provinces, &years, None)?;
    /// assert_eq!(totals.total(0, 0).sum, "26.5".parse().ok());
    /// assert_eq!(totals.count(0, 0), 2);
    /// assert_eq!(totals.total(1, 1).sum, "0.25".parse().ok());
    /// assert_eq!(totals.count(1, 0), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Corrupt`](crate::StoreError::Corrupt) if a frame is damaged.
    pub fn totals(
        &self,
        indicator: IndicatorId,
        scenario: &Scenario,
        partition: &Partition,
        periods: &[Period],
        as_of: Option<Date>,
    ) -> Result<Totals> {
        let parts = partition.parts();
        let empty = vec![Sum::default(); parts.saturating_mul(periods.len())];
        let mut totals = Totals { parts, sums: empty, frames: 0 };
        let Some(mut sheets) = Sheets::of(self, indicator, scenario) else { return Ok(totals) };
        let mut pieces = Vec::new();
        for (period, sums) in periods.iter().zip(totals.sums.chunks_mut(parts.max(1))) {
            // Sums that are taken as they are look at no frame.
            self.check()?;
            pieces.clear();
            sheets.pieces(partition.runs(), *period, |piece| {
                if !self.add_whole(&piece, as_of, sums) {
                    pieces.push(piece);
                }
            });
            self.will_need(pieces.iter().map(|piece| piece.place));
            for frame in pieces.chunk_by(Piece::is_beside) {
                let [piece, ..] = frame else { continue };
                let view = self.view(piece.place)?;
                totals.frames = totals.frames.saturating_add(1);
                if add_frame(&view, frame, as_of, sums)
                    .map_err(|error| self.state.damage(piece.place, error))?
                {
                    self.state.set_plain(piece.place);
                }
            }
        }
        Ok(totals)
    }

    /// Adds a frame's sum without reading the frame, if that is what is asked for and all of its
    /// figures are actual and exact. Whether it did.
    fn add_whole(&self, piece: &Piece<'_>, as_of: Option<Date>, sums: &mut [Sum]) -> bool {
        if !piece.is_whole {
            return false;
        }
        let Some(entry) = self.state.plain_entry(piece.place) else { return false };
        if !entry.has_sum() || as_of.is_some_and(|day| day.day_number() < entry.known_max) {
            return false;
        }
        if let Some(sum) = sums.get_mut(piece.at) {
            sum.add(entry.sum, entry.scale, entry.count.into(), (0, 0));
        }
        if let Some(counter) = &self.counter {
            counter.sum(entry);
        }
        true
    }
}

/// Adds the figures of some cells of a frame, each piece to the sum of its part. Whether the frame
/// has no figures but actual ones printed exactly.
fn add_frame(
    view: &FrameView<'_>,
    pieces: &[Piece<'_>],
    as_of: Option<Date>,
    sums: &mut [Sum],
) -> Result<bool, FormatError> {
    let day = as_of.map(Date::day_number).filter(|day| !view.is_latest_as_of(*day));
    if let Some(attributes) = view.uniform_status()
        && day.is_none()
        && add_uniform(view, pieces, attributes, sums)
    {
        return Ok(attributes == (0, 0));
    }
    if day.is_some_and(|day| !view.has_history() && day < view.entry().known_min) {
        return Ok(false);
    }
    let known = match day {
        _ if view.is_mixed() => CellSet::EMPTY,
        Some(day) => view.known_as_of(day),
        None => CellSet::FULL,
    };
    add_known(view, pieces, &known, sums);
    let rest = view.known().without(&known);
    if !rest.is_empty() {
        add_one_by_one(view, pieces, &rest, as_of, sums)?;
    }
    Ok(false)
}

/// Adds the latest figures of cells that have one status and precision and a common scale;
/// otherwise adds nothing and says so.
fn add_uniform(
    view: &FrameView<'_>,
    pieces: &[Piece<'_>],
    attributes: (u32, u8),
    sums: &mut [Sum],
) -> bool {
    let scale = view.entry().scale;
    let mut add = |piece: &Piece<'_>, part: RangeSum| {
        if let Some(sum) = sums.get_mut(piece.at) {
            sum.add(part.sum, scale, part.count, attributes);
        }
    };
    if let [piece] = pieces {
        return match view.sum_range(piece.cells.clone()) {
            Some(part) => {
                add(piece, part);
                true
            }
            None => false,
        };
    }
    let mut rest = pieces.iter();
    view.sum_ranges(pieces.iter().map(|piece| piece.cells.clone()), |part| {
        if let Some(piece) = rest.next() {
            add(piece, part);
        }
    })
}

/// Adds the figures of those cells that are in `known`; their scale is common.
fn add_known(view: &FrameView<'_>, pieces: &[Piece<'_>], known: &CellSet, sums: &mut [Sum]) {
    let mut numbers = [0; CELLS];
    let values = view.values().and(known);
    view.mantissas_of(0..CELLS, &values, &mut numbers);
    let attribute = |attribute| {
        let column = view.attribute(attribute);
        move |cell| u32::try_from(column.get(cell)).unwrap_or(u32::MAX)
    };
    let (status, precision) = (attribute(Attribute::Status), attribute(Attribute::Precision));
    for piece in pieces {
        let Some(sum) = sums.get_mut(piece.at) else { continue };
        let of_piece = numbers.get(piece.cells.clone()).unwrap_or_default();
        let mantissa: i128 = of_piece.iter().map(|number| i128::from(*number)).sum();
        let mut attributes = (0, 0);
        for cell in values.and(&CellSet::of_range(piece.cells.clone())).iter() {
            attributes.0 |= status(cell);
            attributes.1 |= u8::from(precision(cell) != 0);
        }
        sum.add(mantissa, view.entry().scale, values.count(piece.cells.clone()), attributes);
    }
}

/// Adds those of the pieces' cells that are in `cells`, each by itself.
fn add_one_by_one(
    view: &FrameView<'_>,
    pieces: &[Piece<'_>],
    cells: &CellSet,
    as_of: Option<Date>,
    sums: &mut [Sum],
) -> Result<(), FormatError> {
    for piece in pieces {
        let Some(sum) = sums.get_mut(piece.at) else { continue };
        for cell in piece.cells.clone().filter(|cell| cells.contains(*cell)) {
            let cell = u16::try_from(cell).unwrap_or(u16::MAX);
            let Some(record) = read(view, cell, as_of)? else { continue };
            let Some((mantissa, scale)) = record.value else { continue };
            match i8::try_from(scale) {
                Ok(scale) => sum.add(mantissa.into(), scale, 1, (record.status, record.precision)),
                // No figure has so many decimals; reading it by itself says so as well.
                Err(_) => sum.fits = false,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_below_zero_are_whole_numbers() {
        assert_eq!(decimal(12, -6), Decimal::new(12_000_000, 0));
        assert_eq!(decimal(1250, 2), Decimal::new(125, 1));
        assert_eq!(decimal(i128::MAX, -1), None);
    }

    #[test]
    fn sums_are_exact_at_every_scale_or_none() {
        let sum = |figures: &[(i128, i8)]| {
            let mut sum = Sum::default();
            for (mantissa, scale) in figures {
                sum.add(*mantissa, *scale, 1, (0, 0));
            }
            sum.total().sum.map(|sum| sum.to_string())
        };
        assert_eq!(sum(&[(12, -6), (5, 1), (25, 2)]).as_deref(), Some("12000000.75"));
        assert_eq!(sum(&[(i128::MAX, 0), (0, 18)]), Some(i128::MAX.to_string()));
        assert_eq!(sum(&[(i128::MAX, 0), (1, 0)]), None);
        assert_eq!(sum(&[(i128::MAX, 0), (1, 0), (-5, 0)]), None);
        assert_eq!(sum(&[]).as_deref(), Some("0"));
    }
}
