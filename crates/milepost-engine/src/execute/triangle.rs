//! Rows told apart by status, by source, by what was known when: the revision triangle.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use milepost_lang::ast::{Anchor, Axis, Clause, Query, StatusKind, StatusName, Word};
use milepost_model::{Date, Number, Period, Status, fold};
use milepost_store::Snapshot;

use super::{Asked, revisions, rows, scope};
use crate::answer::{Answer, MissingReason, Row};
use crate::build::Builder;
use crate::cells::{self, Request};
use crate::plan::{self, Plan};
use crate::session::Session;
use crate::{Result, diagnostics, explain, not_yet};

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

/// An attribute of `by`, and the query without it.
#[derive(Debug)]
pub(super) struct Divided {
    attribute: Attribute,
    word: Word,
    /// Whether the attribute stands before a frequency.
    first: bool,
    pub(super) query: Query,
}

/// Takes the attribute out of `by`, where there is one.
///
/// # Errors
///
/// Two attributes at once.
pub(super) fn divide(query: &Query) -> Result<Option<Divided>> {
    let axes = query.clauses.by.iter().flat_map(|clause| &clause.value);
    let mut found = None;
    let mut rest = Vec::new();
    for axis in axes {
        match axis {
            Axis::Word(word) if Attribute::of(&word.text).is_some() => {
                if found.is_some() {
                    return Err(not_yet::two_attributes(word.span));
                }
                found = Some((word.clone(), rest.is_empty()));
            }
            other => rest.push(other.clone()),
        }
    }
    let Some((word, first)) = found else { return Ok(None) };
    let Some(attribute) = Attribute::of(&word.text) else { return Ok(None) };
    let mut query = query.clone();
    query.reducers.clear();
    query.clauses.condition = None;
    if let Some(clause) = &mut query.clauses.by {
        clause.value = rest;
    }
    if query.clauses.by.as_ref().is_some_and(|clause| clause.value.is_empty()) {
        query.clauses.by = None;
    }
    Ok(Some(Divided { attribute, word, first, query }))
}

/// Divides the rows of an answer: each status, source or vintage has its own row wherever it has
/// a figure, and a vintage only where it changed what was known before. Base and end are those of
/// the undivided answer.
pub(super) fn answer(
    snapshot: &Snapshot,
    session: &Session,
    divided: &Divided,
    asked: &Asked,
    undivided: Answer,
) -> Result<Answer> {
    let last = super::last_period(&undivided);
    let canonical = explain::canonical(&divided.query, asked, last);
    let mut query = divided.query.clone();
    query.clauses.at.clone_from(&canonical.clauses.at);
    query.clauses.until.clone_from(&canonical.clauses.until);
    let mut rows = match divided.attribute {
        Attribute::Status => by_status(snapshot, session, &query, asked)?,
        Attribute::Vintage => by_vintage(snapshot, session, &query, asked)?,
        Attribute::Source => by_source(snapshot, session, divided, asked, &undivided)?,
    };
    let is_known = undivided.rows.iter().any(|row| row.value.is_some());
    if rows.is_empty() && is_known {
        return Err(not_yet::attributes_of_rollup(&divided.word.text, divided.word.span));
    }
    let Answer { mut axes, rows: all, notes } = undivided;
    axes.push(divided.attribute.column().to_owned());
    if rows.is_empty() {
        rows = all.into_iter().map(|row| (String::new(), 0, row)).collect();
    }
    let mut answer = Answer { axes, rows: Vec::new(), notes };
    let place = |row: &Row| asked.position(&row.region);
    rows.sort_by_cached_key(|(_, order, row)| {
        let (period, order) = (row.period, *order);
        let key = if divided.first { (None, order, period) } else { (period, order, None) };
        (place(row), key)
    });
    for (label, _, mut row) in rows {
        row.axes.push(label);
        answer.rows.push(row);
    }
    Ok(answer)
}

/// A row, its label, and the label's place in order.
type Labelled = (String, usize, Row);

/// The rows of a query as it stands.
fn slice(snapshot: &Snapshot, session: &Session, query: &Query) -> Result<Vec<Row>> {
    let mut builder = Builder::new(snapshot, session);
    let mut asked = scope::ask(&mut builder, query)?;
    let times = asked.scope.times.clone();
    let only_targets = asked.scope.admission.only_targets();
    let strict = session.is_strict();
    let plan: Plan = plan::settle(&mut asked.sentences, query, &times, only_targets, strict)?;
    Ok(rows::answer(query, &asked, &plan)?.rows)
}

fn by_status(
    snapshot: &Snapshot,
    session: &Session,
    query: &Query,
    asked: &Asked,
) -> Result<Vec<Labelled>> {
    let kinds = [
        StatusKind::Actual,
        StatusKind::Provisional,
        StatusKind::Estimate,
        StatusKind::Projection,
        StatusKind::Target,
    ];
    let admitted = asked.scope.admission.words();
    let mut labelled = Vec::new();
    for (order, kind) in kinds.into_iter().enumerate() {
        let word = crate::admission::Admission::only([kind]).words();
        let Some(word) = word.first().filter(|word| admitted.contains(word)) else { continue };
        let span = query.span;
        let mut query = query.clone();
        let value = vec![StatusName { kind, span }];
        query.clauses.only = Some(Clause { value, span });
        query.clauses.including = None;
        let rows = slice(snapshot, session, &query)?;
        let known = rows.into_iter().filter(|row| row.value.is_some());
        labelled.extend(known.map(|row| ((*word).to_owned(), order, row)));
    }
    Ok(labelled)
}

/// The answer as it was known on every day on which a figure of the query became known.
fn by_vintage(
    snapshot: &Snapshot,
    session: &Session,
    query: &Query,
    asked: &Asked,
) -> Result<Vec<Labelled>> {
    type Known = (Option<Number>, Option<MissingReason>, Status);
    let days = days(snapshot, session, asked)?;
    if days.len() > VINTAGES_MAX {
        return Err(diagnostics::too_many_rows(query.span));
    }
    let mut before: HashMap<(String, Option<Period>, Vec<String>), Known> = HashMap::new();
    let mut labelled = Vec::new();
    for (order, day) in days.into_iter().enumerate() {
        let span = query.span;
        let mut query = query.clone();
        query.clauses.as_of = Some(Clause { value: Anchor::Period(Period::day(day), span), span });
        for row in slice(snapshot, session, &query)? {
            let key = (row.region.uid.clone(), row.period, row.axes.clone());
            let known = (row.value, row.missing, row.status);
            let changed = match before.get(&key) {
                None => row.value.is_some(),
                Some(other) => *other != known,
            };
            if changed {
                before.insert(key, known);
                labelled.push((day.to_string(), order, row));
            }
        }
    }
    Ok(labelled)
}

/// The days on which figures of a query became known.
fn days(snapshot: &Snapshot, session: &Session, asked: &Asked) -> Result<BTreeSet<Date>> {
    let builder = Builder::new(snapshot, session);
    let mut days = BTreeSet::new();
    for series in asked.sentences.iter().flat_map(|sentence| sentence.line.leaves()) {
        for series in series.with_parts() {
            let versions = series.declared.area.versions(builder.catalogue);
            let request = Request {
                indicator: series.declared.id,
                regions: &versions,
                admission: asked.scope.admission,
                as_of: asked.scope.as_of,
            };
            for (scenario, label) in cells::labels(snapshot, request)? {
                let vintages = cells::vintages(snapshot, request, &scenario, label)?;
                days.extend(vintages.iter().map(milepost_store::Observation::known));
            }
        }
    }
    Ok(days)
}

/// The latest admitted figure of every source.
fn by_source(
    snapshot: &Snapshot,
    session: &Session,
    divided: &Divided,
    asked: &Asked,
    undivided: &Answer,
) -> Result<Vec<Labelled>> {
    let builder = Builder::new(snapshot, session);
    let mut labelled = Vec::new();
    for row in &undivided.rows {
        let Some(sentence) = asked.sentence(&row.region) else { continue };
        let series = sentence.line.indicator().filter(|_| divided.query.measure.is_none());
        let series = series.ok_or_else(|| not_yet::sources_of_expression(divided.word.span))?;
        let Some(period) = row.period else { continue };
        let mut latest = BTreeMap::new();
        for (scenario, vintage) in revisions::vintages(&builder, asked, series, period)? {
            let source = vintage.source.as_deref().unwrap_or_default().to_owned();
            let strength = cells::strength(&scenario, vintage.status);
            if vintage.value.is_none() {
                latest.remove(&source);
            } else if asked.scope.admission.admits(strength) {
                latest.insert(source, (scenario, vintage));
            }
        }
        let mut found: Vec<_> = latest.into_iter().collect();
        found.sort_by_key(|(_, (_, vintage))| Reverse(vintage.known()));
        for (order, (source, (scenario, vintage))) in found.into_iter().enumerate() {
            let row = revisions::row(sentence, &row.region, &scenario, vintage);
            labelled.push((source, order, Row { axes: Vec::new(), ..row }));
        }
    }
    Ok(labelled)
}
