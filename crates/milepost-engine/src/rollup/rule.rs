//! How figures of members make the figure of the whole.

use std::rc::Rc;
use std::sync::Arc;

use milepost_model::{Frequency, IndicatorId, Number, Period, RegionId};

use super::Slot;
use super::tally::{Part, Tally};
use crate::answer::Undefined;
use crate::labels::Labels;
use crate::line::Timing;
use crate::reader::{Places, Reader};

/// By kind: what can be added up is; a ratio is the sum of its numerators over the sum of its
/// denominators (World Bank, WDI methodology); other figures are averaged by a declared weight.
#[derive(Debug)]
pub(crate) enum Rule {
    /// Figures are added up.
    Sum(Rc<Reader>),
    /// The sum of numerators over the sum of denominators, and the power of ten from that to the
    /// unit of the ratio.
    Quotient { numerator: Rc<Reader>, denominator: Rc<Reader>, power: i8 },
    /// The mean by weight.
    Mean { values: Rc<Reader>, weights: Rc<Reader> },
}

impl Rule {
    fn readers(&self) -> (&Reader, Option<&Reader>) {
        match self {
            Self::Sum(reader) => (reader, None),
            Self::Quotient { numerator, denominator, .. } => (numerator, Some(denominator)),
            Self::Mean { values, weights } => (values, Some(weights)),
        }
    }

    /// The reader of the figures, or of the numerators.
    pub(super) fn first(&self) -> &Reader {
        self.readers().0
    }

    /// The indicators whose figures are read.
    pub(super) fn indicators(&self) -> Vec<IndicatorId> {
        let (first, second) = self.readers();
        std::iter::once(first).chain(second).map(|reader| reader.indicator).collect()
    }

    /// Of a quotient, the power of ten to its unit.
    pub(super) fn power(&self) -> Option<i8> {
        match self {
            Self::Sum(_) => None,
            Self::Quotient { power, .. } => Some(*power),
            Self::Mean { .. } => Some(0),
        }
    }

    /// Whether figures hold at a close.
    pub(super) fn timing(&self) -> Timing {
        match self {
            Self::Quotient { numerator, denominator, .. }
                if denominator.nature.timing == Timing::Span
                    || numerator.nature.timing == Timing::Span =>
            {
                Timing::Span
            }
            _ => self.first().nature.timing,
        }
    }

    /// Whether sub-periods add up to their period.
    pub(super) fn accrues(&self) -> bool {
        matches!(self, Self::Sum(reader) if reader.nature.adds_up)
    }

    /// Where figures of regions may be stored.
    pub(super) fn labels(&self, regions: &[RegionId]) -> [Arc<Labels>; 2] {
        let (first, second) = self.readers();
        [first.labels(regions), second.map(|second| second.labels(regions)).unwrap_or_default()]
    }

    /// The same for regions of some levels.
    pub(super) fn labels_at(&self, levels: &[(Option<u8>, RegionId)]) -> [Arc<Labels>; 2] {
        let (first, second) = self.readers();
        let of = |reader: &Reader| reader.labels_of_levels(levels);
        [of(first), second.map(of).unwrap_or_default()]
    }

    /// Those of some regions that have no figure in some places, so many at most.
    pub(super) fn lacking(
        &self,
        regions: &[RegionId],
        places: &[Places<'_>; 2],
        most: usize,
    ) -> Vec<RegionId> {
        let [first, _] = places;
        if first.is_empty() {
            return regions.iter().take(most).copied().collect();
        }
        let at_once = match (self, &*first.at) {
            (Self::Sum(reader), [label]) if !reader.nature.running_total => {
                reader.lacking(regions, *label, most)
            }
            _ => None,
        };
        let one_by_one = || {
            let lacks = |id: &&RegionId| !self.is_known(**id, places);
            regions.iter().filter(lacks).take(most).copied().collect()
        };
        at_once.unwrap_or_else(one_by_one)
    }

    /// Where the figures of a period are found. What is added up over regions is added up over
    /// time afterwards, so its sub-periods are places of their own.
    pub(super) fn places<'l>(
        &self,
        labels: &'l [Arc<Labels>; 2],
        period: Period,
    ) -> [Places<'l>; 2] {
        let (first, second) = self.readers();
        let [of_first, of_second] = labels;
        match second {
            None => [Places::only(first.labels_of(of_first, period)), Places::default()],
            Some(second) => [first.places(of_first, period), second.places(of_second, period)],
        }
    }

    /// The ways to make up a period of periods of one frequency for which figures are stored.
    pub(super) fn sub_periods(
        &self,
        [labels, _]: &[Arc<Labels>; 2],
        period: Period,
    ) -> Vec<Vec<Period>> {
        let stored = |part: &Period| !self.first().labels_of(labels, *part).is_empty();
        let made_of = |frequency: Frequency| {
            let all = period.subperiods(frequency)?.all(|part| stored(&part));
            let parts: Vec<Period> = period.subperiods(frequency).filter(|_| all)?.collect();
            (parts.len() > 1).then_some(parts)
        };
        let frequencies = self.first().frequencies(labels).iter().copied();
        frequencies.filter_map(made_of).collect()
    }

    /// Whether a region itself has a figure in some places.
    pub(super) fn is_known(&self, region: RegionId, places: &[Places<'_>; 2]) -> bool {
        let [first, _] = places;
        let at_once = match (self, &*first.at) {
            (Self::Sum(reader), [label]) if !reader.nature.running_total => {
                reader.has(region, *label)
            }
            _ => None,
        };
        at_once.unwrap_or_else(|| matches!(self.part(region, places), Ok(Some(_))))
    }

    /// What a region itself has in some places.
    pub(super) fn part(
        &self,
        region: RegionId,
        [first, second]: &[Places<'_>; 2],
    ) -> Result<Option<Part>, Undefined> {
        let (values, others) = self.readers();
        let Some(value) = values.found(region, first) else { return Ok(None) };
        let part = Part::of(&value);
        let Some(others) = others else { return Ok(Some(part)) };
        let Some(other) = others.found(region, second) else { return Ok(None) };
        match self {
            Self::Mean { .. } => part.weighted(&other).map(Some),
            _ => Ok(Some(part.over(&other))),
        }
    }

    /// The denominator or the weight that a region has, with or without a figure.
    pub(super) fn below(&self, region: RegionId, [_, second]: &[Places<'_>; 2]) -> Option<Number> {
        let cell = self.readers().1?.found(region, second)?;
        Some(Number::Exact(cell.value))
    }

    /// Adds what regions themselves have, each as one member.
    pub(super) fn add(
        &self,
        regions: &[RegionId],
        slot: Option<&Slot>,
        places: &[Places<'_>; 2],
        tally: &mut Tally,
    ) -> Result<(), Undefined> {
        if let Some((part, count)) = self.at_once(regions, slot, places) {
            tally.add_below(part.below)?;
            return if count > 0 { tally.add(&part, count) } else { Ok(()) };
        }
        for region in regions {
            if let Some(part) = self.part(*region, places)? {
                tally.add_below(part.below)?;
                tally.add(&part, 1)?;
            } else if let Some(below) = self.below(*region, places) {
                tally.add_below(below)?;
            }
        }
        Ok(())
    }

    /// The sum where the store can add figures up where they lie, with how many there are: plain
    /// sums, and quotients whose members are all there.
    fn at_once(
        &self,
        regions: &[RegionId],
        slot: Option<&Slot>,
        places: &[Places<'_>; 2],
    ) -> Option<(Part, usize)> {
        let sum = |reader: &Reader, places: &Places<'_>| {
            let [label] = &*places.at else { return None };
            let total = reader.total(regions, slot, *label)?;
            let status = total.status;
            let strength = status.strength();
            let above = Number::Exact(total.sum?);
            let part = Part { above, status, strength, exact: total.exact, ..Part::nothing() };
            Some((part, total.count))
        };
        let [first, second] = places;
        match self {
            Self::Sum(reader) => sum(reader, first),
            Self::Quotient { numerator, denominator, .. } => {
                let (above, count) = sum(numerator, first)?;
                let (below, others) = sum(denominator, second)?;
                let all = count == regions.len() && others == count;
                let below = Part { below: below.above, above: Part::nothing().above, ..below };
                all.then(|| above.plus(&below).ok()).flatten().map(|part| (part, count))
            }
            Self::Mean { .. } => None,
        }
    }
}
