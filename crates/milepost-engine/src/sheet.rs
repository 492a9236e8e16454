//! The rows of a level side by side: one column of figures for each period, whatever the number of
//! regions, and no sentence a region.
//!
//! This is the fast way to what the modules around it do row by row. It takes the questions in
//! which figures are used as they are: published figures of one frequency, or their sums over what
//! lies below, actual and exact. A region whose figure is anything else (an estimate, one that is
//! put together from predecessors, one that lacks too many members) becomes a row the general way,
//! beside the others; a question of another shape is left to it altogether. Both ways come to the
//! same answer, rows and notes, which the tests hold them to.

mod bits;
mod column;
mod expression;
mod fetch;
mod grid;
mod leaf;
mod merge;
mod periods;
mod pick;
mod shape;
mod share;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::slice;
use std::sync::Arc;

use milepost_lang::ast::Query;
use milepost_model::{Date, Period};

use crate::answer::{Answer, Row, Rows};
use crate::build::Builder;
use crate::execute::{ROWS_MAX, SideBySide, row, side_by_side};
use crate::index::Index;
use crate::labels::Labels;
use crate::plan::{self, Plan};
use crate::sentence::Sentence;
use crate::watch::Watch;
use crate::{Result, notes, plan::needs_base, reduce};

use bits::Bits;
use column::Column;
use expression::Expression;
pub(crate) use grid::Grid;
use leaf::Leaf;

/// Figures that were looked at one by one, by the number of the indicator and the period; None where
/// only the general way knows.
type Columns = BTreeMap<(usize, Period), Option<Column>>;

/// The figures of a level, read when they are asked for.
#[derive(Debug)]
struct Sheet {
    side: SideBySide,
    expression: Expression,
    leaves: Vec<Leaf>,
    /// The periods under which figures of any indicator may be stored.
    labels: Arc<Labels>,
    columns: RefCell<Columns>,
    /// Whether a period was looked at for which only the general way knows if there is a figure.
    is_unsure: Cell<bool>,
}

/// The answer to a question that is of the right shape and about figures of the right sort.
pub(crate) fn answer(builder: &mut Builder<'_>, query: &Query) -> Result<Option<Answer>> {
    if !shape::fits(query) {
        return Ok(None);
    }
    let Some(side) = side_by_side(builder, query)? else { return Ok(None) };
    let members = Arc::clone(&side.members);
    let Some(scope) = side.scope(0).filter(|_| members.level.is_some()) else { return Ok(None) };
    if side.asked.scope.admission.only_targets() {
        return Ok(None);
    }
    // One sentence stands for all: they differ in their region alone.
    builder.start_row(0);
    let mut first = builder.measured(query, &scope)?;
    let Some((expression, series)) = Expression::of(&first.line, &scope) else { return Ok(None) };
    let leaf = |series: &&_| Leaf::of(series, &members, builder.snapshot);
    let Some(leaves) = series.iter().map(leaf).collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let (columns, is_unsure) = (RefCell::default(), Cell::new(false));
    let labels = Labels::together(leaves.iter().map(|leaf| Arc::clone(&leaf.candidates)).collect());
    let sheet = Sheet { side, expression, leaves, labels, columns, is_unsure };
    if !sheet.is_of_one_frequency() {
        return Ok(None);
    }
    let times = sheet.side.asked.scope.times.clone();
    let (all, strict) = (Some(&sheet as &dyn crate::pool::Periods), builder.session.is_strict());
    let plan = plan::settle_among(slice::from_mut(&mut first), all, query, &times, false, strict)?;
    let Some(steps) = sheet.steps(builder, query, &first, &plan) else { return Ok(None) };
    let Some(grid) = sheet.grid(builder, &first, steps, &plan) else {
        return Ok(None);
    };
    sheet.told(builder, query, grid, &first, &plan)
}

/// The base and the end of each row of a region.
type Steps = Vec<(Option<Period>, Period)>;

impl Sheet {
    /// Whether all figures are of the same frequency, so that a period has them all or none.
    fn is_of_one_frequency(&self) -> bool {
        let mut frequencies = self.leaves.iter().map(|leaf| leaf.frequency);
        frequencies.next().is_some_and(|first| frequencies.all(|other| other == first))
    }

    /// What the rows of each region compare; None where that is not the same for all of them, or
    /// only the general way can tell.
    fn steps(
        &self,
        builder: &Builder<'_>,
        query: &Query,
        first: &Sentence,
        plan: &Plan,
    ) -> Option<Steps> {
        let plan::Rows::Periods(ends) = &plan.rows else { return None };
        let end = plan.end.filter(|_| plan.why.is_none() && !self.is_unsure.get())?;
        let kind = query.measure.as_ref().map(|measure| measure.kind);
        let compares = kind.is_some_and(|kind| needs_base(kind, false));
        let of = |end: &Period| {
            let base = if compares { Some(first.base.of(*end).ok()??) } else { None };
            Some((base, *end))
        };
        let step = size_of::<(Option<Period>, Period)>();
        self.side.asked.watch.hold("periods", ends.len(), step).ok()?;
        let steps: Steps = ends.iter().map(of).collect::<Option<_>>()?;
        if steps.is_empty() || self.side.members.len().saturating_mul(steps.len()) > ROWS_MAX {
            return None;
        }
        // Without a stated end the regions are those of the newest age that has a figure.
        let newest_age = Index::of(builder.snapshot).since(builder.catalogue, Date::MAX);
        if self.side.is_latest && end.last_day() < newest_age {
            return None;
        }
        // Whether a projection goes further is looked up region by region.
        let times = &self.side.asked.scope.times;
        let goes_beyond = |leaf: &Leaf| leaf.goes_beyond(end.last_day(), &self.side.members);
        (times.end_stated || !self.leaves.iter().any(goes_beyond)).then_some(steps)
    }

    /// The figures of all rows, or None where too many are not of the right sort.
    fn grid(
        &self,
        builder: &mut Builder<'_>,
        first: &Sentence,
        steps: Steps,
        plan: &Plan,
    ) -> Option<Grid> {
        let ends = steps.iter().flat_map(|(base, end)| base.iter().chain([end]));
        let mut periods: Vec<Period> = ends.chain(&plan.base).chain(&plan.end).copied().collect();
        periods.sort();
        periods.dedup();
        let mut columns = Vec::with_capacity(self.leaves.len() * periods.len());
        for leaf in 0..self.leaves.len() {
            columns.extend(self.columns(leaf, &periods)?);
        }
        let mut odd = Bits::none(self.side.members.len());
        for column in &columns {
            odd.add(column.odd());
        }
        if odd.count() > self.side.members.len() / 8 + 8 {
            return None;
        }
        let leaves = self.leaves.iter().map(Leaf::source).collect();
        let expression = self.expression.clone();
        let parts = grid::Parts { columns, periods, steps, leaves, expression, odd };
        Some(Grid::new(builder.snapshot, Arc::clone(&self.side.members), first, parts))
    }

    /// The answer: its rows, those that the general way has to make, and its notes.
    fn told(
        self,
        builder: &mut Builder<'_>,
        query: &Query,
        mut grid: Grid,
        first: &Sentence,
        plan: &Plan,
    ) -> Result<Option<Answer>> {
        let mut side = self.side;
        let watch = Watch::of(builder.snapshot);
        let is_of_names = !side.asked.by_level;
        for at in 0..grid.regions() {
            if !grid.is_odd(at) && !is_of_names {
                continue;
            }
            watch.check()?;
            let sentence = side.sentence(builder, query, first, at)?;
            if !grid.is_odd(at) {
                continue;
            }
            for step in 0..grid.steps().len() {
                if !grid.is_plain(at, step) {
                    let Some((_, end)) = grid.steps().get(step).copied() else { continue };
                    watch.hold("rows", 1, Row::BYTES)?;
                    grid.put(at, step, row(sentence.0, sentence.1, end));
                }
            }
        }
        grid.work_out(&watch)?;
        let mut answer = Answer::default();
        if let Some(reducer) = query.reducers.first().filter(|_| !is_of_names) {
            let picked = pick::first(&mut answer, reducer, &grid, &watch);
            let Some((rows, regions)) = picked else { return Ok(None) };
            answer.rows = rows.into();
            let picking = std::mem::take(&mut answer.notes);
            let of = (&mut side, &grid);
            notes::beside(&mut answer, Some(&regions), query, of, (first, plan), builder)?;
            answer.notes.extend(picking);
        } else {
            notes::beside(&mut answer, None, query, (&mut side, &grid), (first, plan), builder)?;
            if query.reducers.is_empty() {
                answer.rows = Rows::of(Arc::new(grid));
            } else {
                let regions = grid.merged(&watch)?;
                reduce::along_time(&mut answer, query, &side.asked, plan, regions)?;
            }
        }
        Ok(Some(answer))
    }
}
