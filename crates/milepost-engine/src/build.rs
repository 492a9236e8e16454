//! From the syntax tree of a sentence to its line in one region: names are resolved, units are
//! checked, figures are read.

mod expression;
mod goal;
mod indicator;
mod inner;
mod share;
mod unit;

use std::collections::HashMap;

use milepost_lang::Span;
use milepost_lang::ast::{Clauses, Expression, Fill, Name, Query, RegionExpression};
use milepost_model::{Catalogue, Date, Decimal, IndicatorId, Unit};
use milepost_store::Snapshot;

use crate::admission::Admission;
use crate::area::Area;
use crate::condition::RowValue;
use crate::line::Line;
use crate::plan;
use crate::reader::Shared;
use crate::rollup::Completeness;
use crate::sentence::{BaseRule, Sentence};
use crate::session::Session;
use crate::time::Times;
use crate::trace::Trace;
use crate::{Result, diagnostics, names, transform};

pub(crate) use unit::display_unit;

/// Sentences that one statement may unfold to. Session names stand for sentences that may use
/// names themselves, so a short text can unfold to a long one.
const SENTENCES_MAX: u32 = 1_000;
/// Sentences inside expressions that one statement may build over all of its regions.
const INSIDE_MAX: u32 = 1_000_000;
/// Sentences within sentences.
const DEPTH_MAX: u32 = 64;

/// Builds sentences over one snapshot.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) session: &'a Session,
    pub(crate) trace: Trace,
    pub(crate) shared: Shared,
    units: HashMap<IndicatorId, Option<Unit>>,
    sentences: u32,
}

/// What a sentence takes over from the one around it.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) area: Option<Area>,
    /// What `by` a level divided, of a row of that level.
    pub(crate) whole: Option<Area>,
    pub(crate) admission: Admission,
    pub(crate) as_of: Option<Date>,
    pub(crate) times: Times,
    /// The day on which names of regions are resolved, and whose boundaries hold: the end of the
    /// span, or that of `on boundaries`.
    pub(crate) names_on: Date,
    pub(crate) fill: Fill,
    /// What `value` means in a condition.
    pub(crate) row_value: Option<RowValue>,
    /// Whether the sentence says on which boundaries.
    pub(crate) boundaries_stated: bool,
    pub(crate) completeness: Completeness,
    /// How many definitions of the session are visible.
    horizon: usize,
    depth: u32,
}

impl Scope {
    /// Whether it is that of a sentence inside another one.
    pub(crate) fn is_inside(&self) -> bool {
        self.depth > 0
    }

    /// The same as seen from a sentence inside.
    #[must_use]
    pub(crate) fn inside(&self) -> Self {
        Self { depth: self.depth.max(1), ..self.clone() }
    }

    /// The same with the figures of one source only.
    #[must_use]
    pub(crate) fn of_source(&self, source: &str) -> Self {
        Self { admission: self.admission.clone().of_source(source), ..self.clone() }
    }

    /// The same, with names of regions resolved on another day.
    #[must_use]
    pub(crate) fn named_on(&self, day: Date) -> Self {
        Self { names_on: day, ..self.clone() }
    }

    /// The same as a part of what `by` a level divided.
    #[must_use]
    pub(crate) fn part_of(self, whole: Option<Area>) -> Self {
        Self { whole, ..self }
    }

    /// The same inside a condition on a row.
    #[must_use]
    pub(crate) fn judging(&self, value: RowValue) -> Self {
        Self { row_value: Some(value), ..self.clone() }
    }

    /// The same in an area.
    #[must_use]
    pub(crate) fn within(&self, area: Area) -> Self {
        Self { area: Some(area), ..self.clone() }
    }
}

impl<'a> Builder<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, session: &'a Session, explains: bool) -> Self {
        let catalogue = snapshot.catalogue();
        Self {
            snapshot,
            catalogue,
            session,
            trace: Trace::new(explains),
            shared: Shared::default(),
            units: HashMap::new(),
            sentences: 0,
        }
    }

    /// A builder of the same statement that tells nothing of what it does.
    pub(crate) fn aside(&self) -> Self {
        let Self { snapshot, session, sentences, .. } = *self;
        Self { shared: self.shared.clone(), sentences, ..Self::new(snapshot, session, false) }
    }

    /// How many sentences the row has unfolded to so far.
    pub(crate) fn unfolded(&self) -> u32 {
        self.sentences
    }

    /// Counts sentences on from a number: each row may unfold as far as the next.
    pub(crate) fn start_row(&mut self, unfolded: u32) {
        self.sentences = unfolded;
    }

    /// What every sentence starts from.
    pub(crate) fn outermost(&self, span: Span) -> Scope {
        Scope {
            area: None,
            whole: None,
            admission: Admission::default(),
            as_of: self.session.as_of(),
            times: Times::unstated(span),
            names_on: Date::MAX,
            fill: Fill::None,
            row_value: None,
            boundaries_stated: false,
            completeness: Completeness::TwoThirds,
            horizon: self.session.horizon(),
            depth: 0,
        }
    }

    /// The scope inside a sentence: what its clauses say, and otherwise what is said around it.
    pub(crate) fn narrowed(&self, outer: &Scope, query: &Query) -> Result<Scope> {
        let clauses = &query.clauses;
        let mut scope = outer.clone();
        scope.admission = admission(clauses, outer.admission.clone())?;
        if let Some(clause) = &clauses.as_of {
            let day = crate::time::knowledge_date(&clause.value, clause.span, self.catalogue)?;
            scope.as_of = Some(day);
        }
        if let Some(clause) = &clauses.fill {
            scope.fill = clause.value;
        }
        let times = Times::of(clauses, query.span, self.catalogue)?;
        if times.is_stated() {
            if !scope.boundaries_stated {
                scope.names_on = times.end.day().unwrap_or(outer.names_on);
            }
            scope.times = times;
        }
        if let Some(clause) = &clauses.boundaries {
            scope.names_on = crate::time::boundaries(&clause.value, clause.span, self.catalogue)?;
            scope.boundaries_stated = true;
        }
        if let Some(clause) = &clauses.complete {
            let percent = clause.value.unwrap_or(Decimal::from(100));
            if percent.signum() < 0 || percent > Decimal::from(100) {
                return Err(diagnostics::no_share(clause.span));
            }
            scope.completeness = Completeness::Percent(percent);
        }
        Ok(scope)
    }

    /// The expression of a sentence with its `as % of`, its measure, goal and unit; without its
    /// base, which depends on figures. `scope` is the sentence's own.
    pub(crate) fn measured(&mut self, query: &Query, scope: &Scope) -> Result<Sentence> {
        self.sentences += 1;
        if self.sentences > SENTENCES_MAX || scope.depth > DEPTH_MAX {
            return Err(diagnostics::too_deep(query.span));
        }
        if scope.depth > 0 && self.shared.count_inside() > INSIDE_MAX {
            return Err(diagnostics::too_many_rows(query.span));
        }
        let inner = Scope { depth: scope.depth + 1, ..scope.clone() };
        let line = self.line(query, &inner)?;
        let measure = query.measure.as_ref().map(|measure| measure.kind);
        let goal = match &query.clauses.to {
            None => self.whole(query, &line, &inner)?,
            Some(clause) => Some(self.goal(&clause.value, query, &line, &inner)?),
        };
        let unit = unit::result_unit(measure, line.unit.as_ref());
        let (unit, power) = unit::converted(unit, &line, query)?;
        let steps = plan::steps_of(&query.clauses)?;
        let (base, fixed) = (BaseRule::None, None);
        Ok(Sentence { line, measure, base, goal, fixed, steps, unit, power, matched: false })
    }

    /// What a sentence measures: its expression, as % of another, transformed.
    fn line(&mut self, query: &Query, inner: &Scope) -> Result<Line> {
        let mut line = self.expression(&query.expression, inner)?;
        if let Some(clause) = &query.clauses.percent_of {
            // What is divided may name its region itself; the whole is then that of the same.
            let area = inner.area.clone().or_else(|| sole_area(&line));
            let inner = Scope { area, ..inner.clone() };
            let whole = self.expression(&clause.value, &inner)?;
            line = expression::percent_of(line, whole, clause.span)?;
        }
        transform::apply(line, query)
    }

    /// A side of a comparison in a condition.
    pub(crate) fn side(&mut self, expression: &Expression, scope: &Scope) -> Result<Line> {
        self.expression(expression, scope)
    }

    /// The area of a region expression on a day.
    pub(crate) fn area(&self, written: &RegionExpression, day: Date) -> Result<Area> {
        let resolve = |written: &[Name]| {
            let mut regions = Vec::with_capacity(written.len());
            for name in written {
                let (text, span) = names::literal(name)?;
                let region = names::region_on(self.catalogue, text, span, day)?;
                if regions.contains(&region) {
                    return Err(diagnostics::twice(text, span));
                }
                regions.push(region);
            }
            Ok(regions)
        };
        let area = Area { names: resolve(&written.names)?, except: resolve(&written.except)? };
        area.check(self.catalogue, day).map_err(|(one, other)| {
            let name = |region| names::label(self.catalogue, region).name;
            match other {
                Some(other) => diagnostics::overlapping(&name(one), &name(other), written.span),
                None => diagnostics::not_inside(&name(one), written.span),
            }
        })?;
        Ok(area)
    }
}

/// The area of every indicator of a line, where it is one.
fn sole_area(line: &Line) -> Option<Area> {
    let mut areas = line.areas().into_iter();
    let first = areas.next()?;
    areas.all(|area| area == first).then(|| first.clone())
}

/// `including` widens what the sentence around admits, `only` replaces it.
fn admission(clauses: &Clauses, outer: Admission) -> Result<Admission> {
    match (&clauses.including, &clauses.only) {
        (Some(including), Some(only)) => {
            Err(diagnostics::clashing_clauses(("including", including.span), ("only", only.span)))
        }
        (Some(including), None) => Ok(outer.including(including.value.iter().map(|s| s.kind))),
        (None, Some(only)) => Ok(outer.narrowed(only.value.iter().map(|s| s.kind))),
        (None, None) => Ok(outer),
    }
}
