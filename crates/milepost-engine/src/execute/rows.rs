//! The rows of a query from its sentences and periods.

use std::borrow::Cow;

use milepost_lang::ast::{MeasureKind, Query};
use milepost_model::{Period, Status, Unit};

use super::{Asked, ROWS_MAX};
use crate::answer::{Answer, MissingReason, Reading, RegionLabel, Row};
use crate::build::display_unit;
use crate::line::{Series, Timing};
use crate::plan::{Plan, Rows};
use crate::sentence::{BaseRule, Comparison, Sentence};
use crate::time::Base;
use crate::{Result, diagnostics};

/// The rows of every region in time; of a pace with a goal and a base, the actual and the required
/// pace side by side.
pub(crate) fn answer(query: &Query, asked: &Asked, plan: &Plan) -> Result<Answer> {
    let mut answer = Answer::default();
    let variants = variants(query, asked);
    // Where all sentences have the same rows, too many of them are refused before the first is made.
    let all = match &plan.rows {
        Rows::Periods(periods) => {
            let sentences = asked.sentences.len().saturating_mul(variants.len());
            Some(sentences.saturating_mul(periods.len()))
        }
        Rows::None | Rows::Natives { .. } => None,
    };
    if let Some(all) = all {
        make_room(&mut answer, all, query, asked)?;
    }
    if variants.len() > 1 {
        answer.axes.push("pace".to_owned());
    }
    for (sentence, region) in asked.sentences.iter().zip(&asked.regions) {
        for variant in &variants {
            let sentence = &*variant.of(sentence);
            let periods = periods(&plan.rows, sentence);
            if all.is_none() {
                make_room(&mut answer, periods.len(), query, asked)?;
            }
            let axes: Vec<String> = match variant {
                Variant::Whole => Vec::new(),
                Variant::Actual => vec!["actual".to_owned()],
                Variant::Required => vec!["required".to_owned()],
            };
            for period in &periods {
                asked.watch.check()?;
                let mut row = row(sentence, region, *period);
                row.axes.clone_from(&axes);
                answer.rows.to_mut().push(row);
            }
            if periods.is_empty() && matches!(plan.rows, Rows::None) {
                let missing = Some(plan.why.unwrap_or_else(|| why_nothing(asked, sentence)));
                answer.rows.to_mut().push(Row { axes, missing, ..nothing(sentence, region) });
            }
        }
    }
    Ok(answer)
}

/// Counts rows before they are made, and allocates what the list of them takes.
fn make_room(answer: &mut Answer, rows: usize, query: &Query, asked: &Asked) -> Result<()> {
    if answer.rows.len().saturating_add(rows) > ROWS_MAX {
        return Err(diagnostics::too_many_rows(query.span));
    }
    asked.watch.hold("rows", rows, Row::BYTES)?;
    answer.rows.to_mut().reserve(rows);
    Ok(())
}

/// Why a sentence has no figure at any period: that of the first part that has none.
fn why_nothing(asked: &Asked, sentence: &Sentence) -> MissingReason {
    let leaves = sentence.line.leaves();
    let empty = leaves.iter().find(|series| series.natives().is_empty());
    let later = |series: &&Series| series.with_parts().iter().any(|s| !s.later().is_empty());
    let is_later = asked.scope.as_of.is_some() && empty.is_some_and(later);
    if is_later { MissingReason::NotKnownThen } else { MissingReason::NoData }
}

/// How a sentence is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variant {
    Whole,
    /// Without its goal.
    Actual,
    /// Without its base.
    Required,
}

impl Variant {
    fn of(self, sentence: &Sentence) -> Cow<'_, Sentence> {
        match self {
            Self::Whole => Cow::Borrowed(sentence),
            Self::Actual => Cow::Owned(Sentence { goal: None, ..sentence.clone() }),
            Self::Required => Cow::Owned(Sentence { base: BaseRule::None, ..sentence.clone() }),
        }
    }
}

fn variants(query: &Query, asked: &Asked) -> Vec<Variant> {
    let pace = query.measure.as_ref().is_some_and(|m| m.kind == MeasureKind::Pace);
    let both = pace && query.clauses.to.is_some() && asked.scope.times.base != Base::None;
    if both { vec![Variant::Actual, Variant::Required] } else { vec![Variant::Whole] }
}

/// The periods of a sentence's rows.
pub(super) fn periods(rows: &Rows, sentence: &Sentence) -> Vec<Period> {
    match rows {
        Rows::None => Vec::new(),
        Rows::Periods(periods) => periods.clone(),
        Rows::Natives { first, last, base, end } => {
            let mut natives = sentence.line.natives().to_vec();
            natives.retain(|period| {
                (*first..=*last).contains(&period.last_day()) && Some(*period) != *base
            });
            // What holds at a close is told once, whatever its label.
            let holds_at_close = sentence.line.timing() == Timing::Close;
            let same = |one: Period, other: Period| {
                one == other || (holds_at_close && one.last_day() == other.last_day())
            };
            let told = |end: Period| base.iter().chain(&natives).any(|row| same(*row, end));
            let missing_end = end.filter(|end| !told(*end));
            base.iter().copied().chain(natives).chain(missing_end).collect()
        }
    }
}

/// The row of a sentence at a period that is asked for from outside.
pub(crate) fn row_at(sentence: &Sentence, region: &RegionLabel, period: Period) -> Row {
    let row = match sentence.end(period) {
        Ok(end) => row(sentence, region, end),
        Err(reason) => Row { missing: Some(reason), ..nothing(sentence, region) },
    };
    Row { period: Some(period), ..row }
}

pub(crate) fn row(sentence: &Sentence, region: &RegionLabel, period: Period) -> Row {
    let units = (sentence.line.unit.as_ref(), sentence.unit.as_ref());
    written(sentence.measure, units, region, period, sentence.compare(period))
}

/// A comparison as a row. `units` are that of the figures and that of the result.
pub(crate) fn written(
    measure: Option<MeasureKind>,
    units: (Option<&Unit>, Option<&Unit>),
    region: &RegionLabel,
    period: Period,
    comparison: Comparison,
) -> Row {
    let combined = Reading::combine(period, comparison.readings());
    let Comparison { base, end, value, .. } = comparison;
    let base = base.and_then(Result::ok);
    let end = end.ok();
    let index_base = base.as_ref().map(|base| base.period.to_string());
    let unit = display_unit(measure, units.0, units.1, index_base);
    let own_period = end.as_ref().map_or(period, |end| end.period);
    let known = value.is_ok();
    Row {
        region: region.clone(),
        axes: Vec::new(),
        period: Some(own_period),
        base,
        end,
        value: value.ok(),
        unit,
        status: if known { combined.status } else { Status::ACTUAL },
        strength: known.then_some(combined.strength),
        coverage: combined.coverage,
        missing: value.err(),
        published: combined.published.filter(|_| known),
    }
}

/// The row of a query for which no period could be chosen.
pub(super) fn nothing(sentence: &Sentence, region: &RegionLabel) -> Row {
    let unit =
        display_unit(sentence.measure, sentence.line.unit.as_ref(), sentence.unit.as_ref(), None);
    Row {
        region: region.clone(),
        axes: Vec::new(),
        period: None,
        base: None,
        end: None,
        value: None,
        unit,
        status: Status::ACTUAL,
        strength: None,
        coverage: None,
        missing: Some(MissingReason::NoData),
        published: None,
    }
}
