//! What `to` says: targets, the parent region, a quantity, another sentence.

use milepost_lang::Span;
use milepost_lang::ast::{Anchor, Goal as Written, Query, StatusKind, Text};
use milepost_model::{Date, fold};

use super::{Builder, Scope, expression};
use crate::admission::Admission;
use crate::area::Area;
use crate::cells::{self, Cell, Request};
use crate::goal::{Goal, Targets, sort_targets};
use crate::line::{Line, Series};
use crate::measure::scaled;
use crate::time::{Cut, cut};
use crate::{Result, diagnostics, names};

impl Builder<'_> {
    /// The goal of a sentence, in the unit of its line.
    pub(super) fn goal(
        &mut self,
        written: &Written,
        query: &Query,
        line: &Line,
        scope: &Scope,
    ) -> Result<Goal> {
        match written {
            Written::Quantity(quantity) => {
                let (value, unit) = expression::quantity_value(quantity)?;
                let power = match (&unit, &line.unit) {
                    // A bare number is in the unit of the figures.
                    (None, _) => 0,
                    (Some(unit), Some(own)) => {
                        unit.conversion_power_of_ten(own).ok_or_else(|| {
                            diagnostics::different_units("to", own, unit, quantity.span)
                        })?
                    }
                    (Some(_), None) => {
                        return Err(diagnostics::undeclared_unit("to", [line], quantity.span));
                    }
                };
                let value =
                    scaled(value, power).map_err(|_| diagnostics::too_large(quantity.span))?;
                let unit = line.unit.as_ref().map(ToString::to_string).unwrap_or_default();
                let label = format!("{} {unit}", crate::answer::grouped(value));
                Ok(Goal::Quantity(value, label.trim_end().to_owned()))
            }
            Written::Query(goal) => {
                let goal_line = self.inner(goal, scope)?;
                let power = match (&goal_line.unit, &line.unit) {
                    (Some(unit), Some(own)) => unit
                        .conversion_power_of_ten(own)
                        .ok_or_else(|| diagnostics::different_units("to", own, unit, goal.span))?,
                    (None, None) => 0,
                    _ => {
                        return Err(diagnostics::undeclared_unit(
                            "to",
                            [&goal_line, line],
                            goal.span,
                        ));
                    }
                };
                Ok(Goal::Line(Box::new(goal_line), power))
            }
            Written::Parent(span) => self.parents(query, scope, *span),
            Written::Target { at, source, span } => {
                let series =
                    line.indicator().ok_or_else(|| diagnostics::target_of_expression(*span))?;
                let mut known = self.targets(series, scope, None)?;
                sort_targets(&mut known);
                let known = known.iter().map(crate::goal::describe).collect();
                let mut cells = self.targets(series, scope, source.as_ref())?;
                if let Some(anchor) = at {
                    self.keep_stated(&mut cells, anchor, *span)?;
                }
                Ok(Goal::Targets(Targets { cells, known, stated: at.is_some() }))
            }
        }
    }

    /// The same expression in every region above, as of the day on which names are resolved.
    pub(super) fn parents(&mut self, query: &Query, scope: &Scope, span: Span) -> Result<Goal> {
        let area = scope.area.as_ref().ok_or_else(|| diagnostics::no_region(span))?;
        // What several regions have in common lies above the first of them.
        let region = *area.names.first().ok_or_else(|| diagnostics::no_region(span))?;
        let day = match self.catalogue.region(region).valid_to {
            Some(end) if end <= scope.names_on => end.previous().unwrap_or(Date::MIN),
            _ => scope.names_on,
        };
        let mut parents = Vec::new();
        for ancestor in self.catalogue.ancestors(region, day).collect::<Vec<_>>() {
            let above_all = area
                .names
                .iter()
                .all(|name| crate::area::lies_in(self.catalogue, *name, ancestor, day));
            if !above_all {
                continue;
            }
            let scope = scope.within(Area::one(ancestor));
            let line = self.line(query, &scope)?;
            parents.push((names::label(self.catalogue, ancestor).name, line));
        }
        Ok(Goal::Parents(parents))
    }

    /// The targets of an indicator, of one source if that is stated.
    fn targets(
        &mut self,
        series: &Series,
        scope: &Scope,
        source: Option<&Text>,
    ) -> Result<Vec<Cell>> {
        let versions = series.declared.area.versions(self.catalogue);
        let admission = Admission::only([StatusKind::Target]);
        let request = Request {
            indicator: series.declared.id,
            regions: &versions,
            admission: &admission,
            as_of: scope.as_of,
        };
        let mut targets = Vec::new();
        for mut cell in cells::every_scenario(self.snapshot, request)? {
            if let Some(source) = source
                && !matches_source(&cell, source)
            {
                let vintages =
                    cells::vintages(self.snapshot, request, &cell.scenario, cell.period)?;
                let scenario = cell.scenario.clone();
                let mut of_source = vintages
                    .into_iter()
                    .rev()
                    .filter_map(|vintage| cells::cell(&scenario, vintage))
                    .filter(|cell| matches_source(cell, source));
                match of_source.next() {
                    Some(vintage) => cell = vintage,
                    None => continue,
                }
            }
            targets.push(cell);
        }
        sort_targets(&mut targets);
        Ok(targets)
    }

    /// Of the targets those of the stated period, or the first at or after the stated date.
    fn keep_stated(&self, cells: &mut Vec<Cell>, anchor: &Anchor, span: Span) -> Result<()> {
        match cut(anchor, self.catalogue)? {
            Cut::Exact(period) => {
                cells.retain(|cell| cell.period.last_day() == period.last_day());
            }
            Cut::Close(day, _) => {
                let next = cells.iter().map(|cell| cell.period.last_day()).find(|d| *d >= day);
                cells.retain(|cell| Some(cell.period.last_day()) == next);
            }
            Cut::Latest => {
                let last = cells.last().map(|cell| cell.period.last_day());
                cells.retain(|cell| Some(cell.period.last_day()) == last);
            }
            Cut::First => return Err(diagnostics::needs_figures(span, "first")),
        }
        Ok(())
    }
}

/// Whether a target was set by a source: its source's name or its scenario's variant holds the
/// text, spelling aside.
fn matches_source(cell: &Cell, source: &Text) -> bool {
    let wanted = fold(&source.text);
    let holds = |text: &str| fold(text).contains(&wanted);
    cell.source.as_deref().is_some_and(holds) || holds(cell.scenario.as_str())
}
