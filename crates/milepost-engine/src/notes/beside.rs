//! Notes on rows that were worked out side by side: the same as if each had been by itself.

use milepost_lang::ast::Query;
use milepost_model::{Date, Period};

use super::{Notes, after_steps, distance, growth_of_percent, origins, precision, versions};
use super::{missing, regions};
use crate::Result;
use crate::answer::{Answer, Row};
use crate::build::Builder;
use crate::execute::SideBySide;
use crate::plan::Plan;
use crate::sentence::Sentence;
use crate::sheet::Grid;

/// Adds the notes of a query to its answer. Where rows were picked, notes on rows speak of those
/// of the answer, whose regions are given by number. A region of which there is more to say has its sentence built for that.
pub(crate) fn beside(
    answer: &mut Answer,
    picked: Option<&[usize]>,
    query: &Query,
    (side, grid): (&mut SideBySide, &Grid),
    (first, plan): (&Sentence, &Plan),
    builder: &mut Builder<'_>,
) -> Result<()> {
    let mut notes = Notes::default();
    let odd: Vec<&Row> =
        if picked.is_some() { answer.rows.iter().collect() } else { grid.others().collect() };
    precision(&mut notes, odd.iter().copied());
    growth_of_percent(&mut notes, query, std::slice::from_ref(first));
    distance(&mut notes, query, &side.asked, plan);
    origins(&mut notes, odd.iter().copied());
    lacking(&mut notes, query, (side, grid), plan, builder);
    versions(&mut notes, &side.asked);
    let mut members = Members { query, first, builder, told: Told::new(grid) };
    if let Some(regions) = picked {
        for (row, at) in answer.rows.iter().zip(regions) {
            members.row(&mut notes, side, grid, *at, row)?;
        }
        super::regions::undeclared(&mut notes, query, &side.asked, &answer.rows);
    } else {
        // Of a figure that is no sum there is nothing to say, unless the general way has it.
        let has_sums = grid.has_sums();
        for at in (0..grid.regions()).filter(|at| has_sums || grid.is_odd(*at)) {
            side.asked.watch.check()?;
            members.region(&mut notes, side, grid, at)?;
        }
        if !side.asked.by_level && !side.asked.scope.times.end_stated {
            regions::newer_sums(&mut notes, &side.asked, plan);
        }
        regions::undeclared(&mut notes, query, &side.asked, grid.others());
    }
    after_steps(&mut notes, query, plan);
    answer.notes.extend(notes.finish());
    Ok(())
}

/// Missing ends and bases: of a level how many regions lack them, of named regions why.
fn lacking(
    notes: &mut Notes,
    query: &Query,
    (side, grid): (&SideBySide, &Grid),
    plan: &Plan,
    builder: &Builder<'_>,
) {
    let sentences = &side.asked.sentences;
    if side.asked.by_level {
        let odd = |period| {
            sentences.iter().filter(|sentence| sentence.line.read(period).is_err()).count()
        };
        let lacking = |period| grid.lacking(period) + odd(period);
        if grid.regions() < 2 {
            return;
        }
        missing::counted(notes, &side.asked, plan, grid.regions(), lacking);
        return;
    }
    let last = |at: usize| sentences.get(at).and_then(|s| s.line.last_native(Date::MAX));
    let rows = missing::Rows {
        is_empty: false,
        lack_any: grid.lacks_any(),
        lack_later: &|| grid.lacks_later(last, &side.asked.watch),
    };
    missing::add(notes, query, &side.asked, plan, &rows, builder);
}

/// Figures of a region that were spoken of, by indicator and period.
struct Told {
    told: Vec<bool>,
    periods: usize,
}

impl Told {
    fn new(grid: &Grid) -> Self {
        let periods = grid.periods().len();
        Self { told: vec![false; grid.leaves() * periods], periods }
    }

    fn forget(&mut self) {
        self.told.fill(false);
    }

    /// Whether a figure was not spoken of yet; from now on it was.
    fn insert(&mut self, leaf: usize, at: usize) -> bool {
        let place = (at < self.periods).then(|| leaf * self.periods + at);
        let told = place.and_then(|place| self.told.get_mut(place));
        told.is_some_and(|told| !std::mem::replace(told, true))
    }
}

/// What figures were put together from.
struct Members<'a, 'b> {
    query: &'a Query,
    first: &'a Sentence,
    builder: &'a mut Builder<'b>,
    told: Told,
}

impl Members<'_, '_> {
    /// Notes on all rows of a region.
    fn region(
        &mut self,
        notes: &mut Notes,
        side: &mut SideBySide,
        grid: &Grid,
        at: usize,
    ) -> Result<()> {
        self.told.forget();
        for step in 0..grid.steps().len() {
            if let Some(row) = grid.other(at, step) {
                self.figures(notes, side, grid, at, row)?;
            } else {
                self.plain(notes, side, grid, (at, step))?;
            }
        }
        Ok(())
    }

    /// Notes on a row by itself.
    fn row(
        &mut self,
        notes: &mut Notes,
        side: &mut SideBySide,
        grid: &Grid,
        at: usize,
        row: &Row,
    ) -> Result<()> {
        self.told.forget();
        self.figures(notes, side, grid, at, row)
    }

    /// Notes on the figures of a row, as the general way has them.
    fn figures(
        &mut self,
        notes: &mut Notes,
        side: &mut SideBySide,
        grid: &Grid,
        at: usize,
        row: &Row,
    ) -> Result<()> {
        if regions::is_published(row) {
            return Ok(());
        }
        let (catalogue, many) = (self.builder.catalogue, side.asked.by_level);
        let (sentence, _) = side.sentence(self.builder, self.query, self.first, at)?;
        for period in regions::periods(row) {
            for (leaf, (series, period)) in sentence.line.places(period).into_iter().enumerate() {
                let place = grid.at(period);
                if place.is_none_or(|place| self.told.insert(leaf, place)) {
                    regions::put_together(notes, self.query, catalogue, series, period, many);
                }
            }
        }
        regions::ends(notes, self.query, row, catalogue);
        Ok(())
    }

    /// Notes on a row of plain figures: of sums those that lack members.
    fn plain(
        &mut self,
        notes: &mut Notes,
        side: &mut SideBySide,
        grid: &Grid,
        (at, step): (usize, usize),
    ) -> Result<()> {
        let Some((base, end)) = grid.places().get(step).copied() else { return Ok(()) };
        // Of a base without a value nothing is said.
        let base = base.filter(|base| grid.is_defined(at, *base));
        for place in base.into_iter().chain([end]) {
            for leaf in 0..grid.leaves() {
                let code = if grid.lacks_members(at, leaf, place) {
                    "MP0831"
                } else if !side.asked.by_level && grid.is_whole_sum(at, leaf, place) {
                    "MP0830"
                } else {
                    continue;
                };
                if self.told.insert(leaf, place) {
                    let period = grid.periods().get(place).copied();
                    self.sum(
                        notes,
                        side,
                        (at, leaf),
                        period.filter(|_| !notes.is_full(code)),
                        code,
                    )?;
                }
            }
        }
        // The coverage of what is computed from several figures is no share of an area.
        let of_sums = base.filter(|_| grid.is_of_one_indicator());
        if of_sums.is_some_and(|base| grid.present(at, base) != grid.present(at, end)) {
            if notes.is_full("MP0832") {
                notes.count("MP0832");
            } else if let Some(row) = grid.row(at, step) {
                regions::ends(notes, self.query, &row, self.builder.catalogue);
            }
        }
        Ok(())
    }

    /// Notes on what a sum is of; without a period, it is only counted.
    fn sum(
        &mut self,
        notes: &mut Notes,
        side: &mut SideBySide,
        (at, leaf): (usize, usize),
        period: Option<Period>,
        code: &'static str,
    ) -> Result<()> {
        let Some(period) = period else {
            notes.count(code);
            return Ok(());
        };
        let (catalogue, many) = (self.builder.catalogue, side.asked.by_level);
        let (sentence, _) = side.sentence(self.builder, self.query, self.first, at)?;
        if let Some((series, period)) = sentence.line.places(period).get(leaf) {
            regions::put_together(notes, self.query, catalogue, series, *period, many);
        }
        Ok(())
    }
}
