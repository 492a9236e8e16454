//! Rows told apart by status, by source, by what was known when: the revision triangle.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use milepost_lang::ast::{Anchor, Axis, Clause, Query, StatusKind, StatusName};
use milepost_model::{Date, IndicatorId, Number, Period, RegionId, Status, fold};

use super::{Asked, rows, scope};
use crate::admission::Admission;
use crate::answer::{Answer, MissingReason, Row, Rows};
use crate::build::{Builder, Scope};
use crate::cells::{self, Request};
use crate::measure::order;
use crate::plan::{self, Plan};
use crate::time::{Cut, Extent, Times};
use crate::watch::Watch;
use crate::{Result, diagnostics, explain};

/// Vintages that an answer may have: each is answered like a query of its own.
const VINTAGES_MAX: usize = 2_000;

/// What rows are told apart by besides region and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Status,
    Source,
    Vintage,
}

impl Attribute {
    /// The attribute that a word of `by` means.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match fold(word).as_str() {
            "status" => Some(Self::Status),
            "source" => Some(Self::Source),
            "vintage" => Some(Self::Vintage),
            _ => None,
        }
    }

    /// The column of an answer that holds it. Rows have a status of their own already.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Status => "strength",
            Self::Source => "source",
            Self::Vintage => "vintage",
        }
    }
}

/// The attributes of `by`, and the query without them.
#[derive(Debug)]
pub(super) struct Divided {
    attributes: Vec<Attribute>,
    /// The axes that rows are put in order by: the place of an attribute, or None for time.
    order: Vec<Option<usize>>,
    pub(super) query: Query,
}

/// Takes the attributes out of `by`, where there are any.
pub(super) fn divide(query: &Query) -> Option<Divided> {
    let axes = query.clauses.by.iter().flat_map(|clause| &clause.value);
    let (mut attributes, mut order, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for axis in axes {
        match axis {
            Axis::Word(word) if let Some(attribute) = Attribute::of(&word.text) => {
                order.push(Some(attributes.len()));
                attributes.push(attribute);
            }
            Axis::Time { .. } => {
                order.push(None);
                rest.push(axis.clone());
            }
            Axis::Word(_) => rest.push(axis.clone()),
        }
    }
    if attributes.is_empty() {
        return None;
    }
    let mut query = query.clone();
    query.reducers.clear();
    query.clauses.condition = None;
    if let Some(clause) = &mut query.clauses.by {
        clause.value = rest;
    }
    if query.clauses.by.as_ref().is_some_and(|clause| clause.value.is_empty()) {
        query.clauses.by = None;
    }
    Some(Divided { attributes, order, query })
}

/// Divides the rows of an answer: each status, source or vintage has its own row wherever it has
/// a figure, and a vintage only where it changed what was known before. Base and end are those of
/// the undivided answer.
pub(super) fn answer(
    builder: &Builder<'_>,
    divided: &Divided,
    asked: &Asked,
    outer: &Scope,
    plan: &Plan,
    undivided: Answer,
) -> Result<Answer> {
    let last = super::last_period(&undivided);
    let canonical = explain::canonical(&divided.query, asked, last);
    let mut query = divided.query.clone();
    query.clauses.at.clone_from(&canonical.clauses.at);
    query.clauses.until.clone_from(&canonical.clauses.until);
    let known = Known::of(builder, asked, &undivided)?;
    if known.days.len() > VINTAGES_MAX {
        return Err(diagnostics::too_many_rows(query.span));
    }
    // Behind a zero before the beginning stands no figure.
    let is_known = !known.days.is_empty();
    let slices = Slices {
        builder,
        asked,
        known,
        times: times(asked, plan, last, &query, &divided.attributes),
    };
    // Without a span, or with one that has not come yet, no part has a row either; steps show
    // their base.
    let stepped = asked.sentences.iter().any(|sentence| sentence.steps.is_some());
    let begun = |end: Period| plan.base.is_none_or(|base| base.last_day() <= end.last_day());
    let comes = |end: Period| stepped || begun(end);
    let mut rows = if plan.end.is_some_and(comes) {
        slices.by(&divided.attributes, &query, outer)?
    } else {
        Vec::new()
    };
    let Answer { mut axes, rows: all, notes } = undivided;
    axes.extend(divided.attributes.iter().map(|attribute| attribute.column().to_owned()));
    if rows.is_empty() {
        let none = vec![(0, String::new()); divided.attributes.len()];
        let undivided = all.into_iter().map(|row| if is_known { unknown(row) } else { row });
        rows = undivided.map(|row| (none.clone(), row)).collect();
    }
    rows.sort_by_cached_key(|(labels, row)| {
        let place = asked.position(&row.region);
        let axes = divided.order.iter().map(|axis| match axis {
            Some(at) => (labels.get(*at).map(|(order, _)| *order), None),
            None => (None, row.period),
        });
        (place, axes.collect::<Vec<_>>(), row.period)
    });
    let mut answer = Answer { axes, rows: Rows::default(), notes };
    for (at, (labels, mut row)) in rows.into_iter().enumerate() {
        asked.watch.check_at(at)?;
        row.axes.extend(labels.into_iter().map(|(_, label)| label));
        answer.rows.to_mut().push(row);
    }
    Ok(answer)
}

/// A row of which no part by itself has a figure.
fn unknown(row: Row) -> Row {
    Row {
        base: None,
        end: None,
        value: None,
        status: Status::ACTUAL,
        strength: None,
        coverage: None,
        missing: row.missing.or(Some(MissingReason::NoData)),
        published: None,
        ..row
    }
}

/// The time of every slice: the base and the end of the undivided sentence.
fn times(
    asked: &Asked,
    plan: &Plan,
    last: Option<Period>,
    query: &Query,
    attributes: &[Attribute],
) -> Times {
    let mut times = asked.scope.times.clone();
    times.chosen = plan.end.map(|end| (plan.base, end));
    if let (Some(last), false) = (last, times.end_stated) {
        // A list has the figures of each status or source: its end is none that the sentence names.
        times.end = if attributes.contains(&Attribute::Vintage) {
            Cut::Exact(last)
        } else {
            Cut::Close(last.last_day(), last.to_string())
        };
        times.end_stated = true;
        if query.clauses.at.is_some() {
            times.extent = Extent::Single;
        }
    }
    times
}

/// What is known of the figures of a query.
#[derive(Debug, Default)]
struct Known {
    /// The days on which one of them became known.
    days: BTreeSet<Date>,
    /// Their sources, the one known last first.
    sources: Vec<Arc<str>>,
}

impl Known {
    fn of(builder: &Builder<'_>, asked: &Asked, undivided: &Answer) -> Result<Self> {
        let mut read: BTreeSet<(IndicatorId, Vec<RegionId>)> = BTreeSet::new();
        for series in asked.sentences.iter().flat_map(|sentence| sentence.line.leaves()) {
            for series in series.with_parts() {
                read.insert((series.declared.id, series.declared.area.versions(builder.catalogue)));
                let mut periods = undivided.rows.iter().filter_map(|row| row.period);
                if let Some(rollup) = &series.rollup
                    && !periods.all(|period| series.is_own(period))
                {
                    let (indicators, regions) = rollup.ground();
                    for indicator in indicators {
                        read.extend(regions.iter().map(|region| (indicator, vec![*region])));
                    }
                }
            }
        }
        let mut known = Self::default();
        let mut sources: BTreeMap<Arc<str>, Date> = BTreeMap::new();
        for (indicator, regions) in &read {
            let (admission, as_of) = (&asked.scope.admission, asked.scope.as_of);
            let request = Request { indicator: *indicator, regions, admission, as_of };
            for (scenario, label) in cells::labels(builder.snapshot, request)? {
                for vintage in cells::vintages(builder.snapshot, request, &scenario, label)? {
                    known.days.insert(vintage.known());
                    if vintage.value.is_some() {
                        let source = vintage.source.clone().unwrap_or_default();
                        let last = sources.entry(source).or_insert(Date::MIN);
                        *last = vintage.known().max(*last);
                    }
                }
            }
        }
        let mut sources: Vec<_> = sources.into_iter().collect();
        sources.sort_by_key(|(_, last)| Reverse(*last));
        known.sources = sources.into_iter().map(|(source, _)| source).collect();
        Ok(known)
    }
}

/// A label of a row, with its place in order.
type Label = (usize, String);

/// The answers to a query of which each knows a part of the figures only.
struct Slices<'b, 'a> {
    builder: &'b Builder<'a>,
    asked: &'b Asked,
    known: Known,
    times: Times,
}

impl Slices<'_, '_> {
    /// The rows divided by attributes, each with its labels.
    fn by(
        &self,
        attributes: &[Attribute],
        query: &Query,
        outer: &Scope,
    ) -> Result<Vec<(Vec<Label>, Row)>> {
        let Some((attribute, rest)) = attributes.split_first() else {
            return Ok(self.rows(query, outer)?.into_iter().map(|row| (Vec::new(), row)).collect());
        };
        let watch = &self.asked.watch;
        let mut found = Vec::new();
        let mut add = |order: usize, label: &str, rows: Vec<(Vec<Label>, Row)>| {
            found.extend(rows.into_iter().map(|(mut labels, row)| {
                labels.insert(0, (order, label.to_owned()));
                (labels, row)
            }));
        };
        let figures =
            |rows: Vec<(Vec<Label>, Row)>| kept(rows, watch, |(_, row)| row.value.is_some());
        match attribute {
            Attribute::Status => {
                for (order, (word, query)) in self.statuses(query).into_iter().enumerate() {
                    add(order, word, figures(self.by(rest, &query, outer)?));
                }
            }
            Attribute::Source => {
                for (order, source) in self.known.sources.iter().enumerate() {
                    add(order, source, figures(self.by(rest, query, &outer.of_source(source))?));
                }
            }
            Attribute::Vintage => {
                let mut before = HashMap::new();
                for (order, day) in self.known.days.iter().enumerate() {
                    let mut query = query.clone();
                    let (value, span) = (Anchor::Period(Period::day(*day), query.span), query.span);
                    query.clauses.as_of = Some(Clause { value, span });
                    let rows = self.by(rest, &query, outer)?;
                    let rows = kept(rows, watch, |row| is_new(row, &mut before));
                    add(order, &day.to_string(), rows);
                }
            }
        }
        Ok(found)
    }

    /// The query of each status that is admitted.
    fn statuses(&self, query: &Query) -> Vec<(&'static str, Query)> {
        let kinds = [
            StatusKind::Actual,
            StatusKind::Provisional,
            StatusKind::Estimate,
            StatusKind::Projection,
            StatusKind::Target,
        ];
        let admitted = self.asked.scope.admission.words();
        let of_kind = |kind| {
            let word = Admission::only([kind]).words().first().copied();
            let word = word.filter(|word| admitted.contains(word))?;
            let (mut query, span) = (query.clone(), query.span);
            let value = vec![StatusName { kind, span }];
            query.clauses.only = Some(Clause { value, span });
            query.clauses.including = None;
            Some((word, query))
        };
        kinds.into_iter().filter_map(of_kind).collect()
    }

    /// The rows of a query as it stands.
    fn rows(&self, query: &Query, outer: &Scope) -> Result<Vec<Row>> {
        let mut builder = self.builder.aside();
        let mut asked = scope::ask(&mut builder, query, outer)?;
        let only_targets = asked.scope.admission.only_targets();
        let strict = builder.session.is_strict();
        let (sentences, times) = (&mut asked.sentences, &self.times);
        let plan = plan::settle(sentences, query, times, only_targets, strict)?;
        if query.clauses.matched.is_some() {
            super::matched::narrow(&asked, &plan);
        }
        Ok(rows::answer(query, &asked, &plan)?.rows.into_iter().collect())
    }
}

/// The rows that stay; the others are held no longer.
fn kept(
    mut rows: Vec<(Vec<Label>, Row)>,
    watch: &Watch,
    stays: impl FnMut(&(Vec<Label>, Row)) -> bool,
) -> Vec<(Vec<Label>, Row)> {
    let all = rows.len();
    rows.retain(stays);
    watch.release(all.saturating_sub(rows.len()), Row::BYTES);
    rows
}

/// Whose row it is: region, period, other columns and labels.
type Whose = (String, Option<Period>, Vec<String>, Vec<String>);
/// What is known of it.
type What = (Option<Number>, Option<MissingReason>, Status);

/// Whether two vintages have the same value, or neither has one.
fn is_same(one: Option<Number>, other: Option<Number>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => order(one, other).is_eq(),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Whether a row says something else than the vintage before.
fn is_new((labels, row): &(Vec<Label>, Row), before: &mut HashMap<Whose, What>) -> bool {
    let labels = labels.iter().map(|(_, label)| label.clone()).collect();
    let whose = (row.region.uid.clone(), row.period, row.axes.clone(), labels);
    let what = (row.value, row.missing, row.status);
    let changed = match before.get(&whose) {
        None => row.value.is_some(),
        Some(other) => (other.1, other.2) != (what.1, what.2) || !is_same(other.0, what.0),
    };
    if changed {
        before.insert(whose, what);
    }
    changed
}
