//! Where the figures of many regions lie: runs of cells in frames.

use std::ops::Range;

use milepost_model::{IndicatorId, Period, Scenario};

use super::{
    Snapshot,
    selection::{Run, To},
};
use crate::state::{Place, SPANS, Sheet, SheetKey};

/// Neighbouring cells of one period of a frame.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub(super) group: u32,
    pub(super) frame: u32,
    pub(super) place: Place<'a>,
    pub(super) cells: Range<usize>,
    /// The position of the first cell in the selection, or the part of all of them.
    pub(super) at: usize,
    /// Whether the frame can have no other figures than these.
    pub(super) is_whole: bool,
}

impl Piece<'_> {
    /// Whether two pieces are of the same frame.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.group, self.frame) == (other.group, other.frame)
    }
}

/// The sheets of an indicator and a scenario, looked up once for neighbouring questions.
pub(super) struct Sheets<'a> {
    snapshot: &'a Snapshot,
    indicator: IndicatorId,
    scenario: u32,
    last: Option<(SheetKey, Option<&'a Sheet>)>,
}

impl<'a> Sheets<'a> {
    /// `None` if the store has no figures of the scenario.
    pub(super) fn of(
        snapshot: &'a Snapshot,
        indicator: IndicatorId,
        scenario: &Scenario,
    ) -> Option<Self> {
        let scenario = snapshot.state.strings.number(scenario.as_str())?;
        Some(Self { snapshot, indicator, scenario, last: None })
    }

    /// The sheet of a group and a frequency, if there is one.
    pub(super) fn sheet(&mut self, group: u32, frequency: u8) -> Option<&'a Sheet> {
        let (indicator, scenario) = (self.indicator.0, self.scenario);
        let key = SheetKey { indicator, scenario, group, frequency };
        match self.last {
            Some((last, sheet)) if last == key => sheet,
            _ => {
                let sheet = self.snapshot.state.sheet_of(&key);
                self.last = Some((key, sheet));
                sheet
            }
        }
    }

    /// Hands out the pieces in which the figures of a period lie, frame by frame.
    #[inline]
    pub(super) fn pieces(&mut self, runs: &[Run], period: Period, mut each: impl FnMut(Piece<'a>)) {
        let place = period.place();
        let frequency = place.map_or(SPANS, |(frequency, _)| frequency.index());
        let regular = place.map(|(_, ordinal)| ordinal);
        // Runs that are short have several pieces in one frame.
        let (mut last, mut place, mut near) = (None, None, usize::MAX);
        for run in runs {
            let group = run.group;
            let Some(sheet) = self.sheet(group, frequency) else { continue };
            let Some(ordinal) = regular.or_else(|| sheet.ordinal(period)) else { continue };
            let regions = self.snapshot.state.groups.size(group);
            let (mut at, step) = match run.to {
                To::Positions(first) => (first, 1),
                To::Part(part) => (part, 0),
            };
            for (frame, cells) in sheet.shape.runs(run.ordinals.clone(), ordinal) {
                let cells = usize::from(cells.start)..usize::from(cells.end);
                if last != Some((group, frame)) {
                    (last, place) = (Some((group, frame)), sheet.find_near(frame, &mut near));
                }
                if let Some(place) = place {
                    let is_whole = sheet.shape.is_whole(frame, &cells, regions);
                    let cells = cells.clone();
                    each(Piece { group, frame, place, cells, at, is_whole });
                }
                at = at.saturating_add(cells.len().saturating_mul(step));
            }
        }
    }
}
