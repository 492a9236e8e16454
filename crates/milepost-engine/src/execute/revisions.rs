//! Every value that was published for one period, and when.

use milepost_lang::ast::{Axis, Query};
use milepost_model::{Number, Period, Scenario, Status, Strength};
use milepost_store::Observation;

use super::{Asked, Attribute, rows};
use crate::admission::Admission;
use crate::answer::{Answer, MissingReason, RegionLabel, Row};
use crate::build::Builder;
use crate::cells::{self, Request};
use crate::line::{Series, Timing, stored_reading};
use crate::measure::scaled;
use crate::plan;
use crate::sentence::Sentence;
use crate::{Result, diagnostics, reduce};

/// The vintages of every period asked for, oldest knowledge first, withdrawals as rows without a value.
/// The axis `known` has the day from which a value was known.
pub(crate) fn answer(builder: &mut Builder<'_>, query: &Query, asked: &Asked) -> Result<Answer> {
    if let Some(reducer) = query.reducers.first() {
        let word = reduce::word(reducer.kind);
        return Err(diagnostics::reduced_revisions(word, reducer.span));
    }
    let mut answer = Answer { axes: vec!["known".to_owned()], ..Answer::default() };
    let mut sentences = asked.sentences.clone();
    let axes = query.clauses.by.iter().flat_map(|clause| &clause.value);
    let words = axes.filter_map(|axis| match axis {
        Axis::Word(word) => Attribute::of(&word.text),
        Axis::Time { .. } => None,
    });
    let attributes: Vec<Attribute> = words.collect();
    answer.axes.extend(attributes.iter().map(|attribute| attribute.column().to_owned()));
    let narrowed = query.clauses.only.is_some();
    let plan = plan::settle(&mut sentences, query, &asked.scope.times, false, false)?;
    for (sentence, region) in asked.sentences.iter().zip(&asked.regions) {
        let span = query.measure.as_ref().map_or(query.span, |measure| measure.span);
        let series =
            sentence.line.indicator().ok_or_else(|| diagnostics::revisions_of_expression(span))?;
        for period in rows::periods(&plan.rows, sentence) {
            for (scenario, vintage) in vintages(builder, asked, series, period)? {
                if narrowed && !is_admitted(&scenario, &vintage, &asked.scope.admission) {
                    continue;
                }
                let source = vintage.source.as_deref().unwrap_or_default().to_owned();
                let mut row = row(sentence, region, &scenario, vintage);
                let known = row.axes.first().cloned().unwrap_or_default();
                row.axes.extend(attributes.iter().map(|attribute| match attribute {
                    Attribute::Status => row.strength.map_or("", Strength::word).to_owned(),
                    Attribute::Source => source.clone(),
                    Attribute::Vintage => known.clone(),
                }));
                answer.rows.to_mut().push(row);
            }
        }
    }
    Ok(answer)
}

/// The vintages of a period under every label that it is stored under.
pub(super) fn vintages(
    builder: &Builder<'_>,
    asked: &Asked,
    series: &Series,
    period: Period,
) -> Result<Vec<(Scenario, Observation)>> {
    let versions = series.declared.area.versions(builder.catalogue);
    let admission = &asked.scope.admission;
    let request = Request {
        indicator: series.declared.id,
        regions: &versions,
        admission,
        as_of: asked.scope.as_of,
    };
    let labels = cells::labels(builder.snapshot, request)?;
    let same = |label: &Period| match series.declared.timing {
        Timing::Close => label.last_day() == period.last_day(),
        Timing::Span => *label == period,
    };
    let mut vintages = Vec::new();
    for (scenario, label) in labels.into_iter().filter(|(_, label)| same(label)) {
        for vintage in cells::vintages(builder.snapshot, request, &scenario, label)? {
            vintages.push((scenario.clone(), vintage));
        }
    }
    vintages.sort_by_key(|(_, vintage)| vintage.known());
    Ok(vintages)
}

/// Whether `only` leaves a vintage: revisions show every status of a scenario that is read, unless
/// the sentence narrows them. A withdrawal has no status of its own.
fn is_admitted(scenario: &Scenario, vintage: &Observation, admission: &Admission) -> bool {
    scenario.is_target() || vintage.value.is_none() || admission.admits(vintage.status.strength())
}

pub(super) fn row(
    sentence: &Sentence,
    region: &RegionLabel,
    scenario: &Scenario,
    vintage: Observation,
) -> Row {
    let known = vintage.known().to_string();
    let (period, published, status) = (vintage.period, vintage.published, vintage.status);
    let cell = cells::cell(scenario, vintage);
    let value = cell.as_ref().map(|cell| scaled(Number::Exact(cell.value), sentence.power));
    let (value, missing) = match value {
        Some(Ok(value)) => (Some(value), None),
        Some(Err(undefined)) => (None, Some(undefined.into())),
        None => (None, Some(MissingReason::Withdrawn)),
    };
    Row {
        region: region.clone(),
        axes: vec![known],
        period: Some(period),
        base: None,
        end: cell.as_ref().map(|cell| stored_reading(period, cell)),
        value,
        unit: sentence.unit.as_ref().map(ToString::to_string).unwrap_or_default(),
        status: cell.as_ref().map_or(Status::WITHDRAWN, |_| status),
        strength: cell.as_ref().map(|cell| cell.strength),
        coverage: None,
        missing,
        published,
    }
}
