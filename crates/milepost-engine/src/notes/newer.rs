//! Newer figures that a sentence does not admit.

use milepost_lang::Diagnostic;
use milepost_lang::ast::Query;
use milepost_model::{Period, Strength};

use super::Notes;
use crate::execute::Asked;
use crate::line::Series;
use crate::plan::Plan;
use crate::sentence::Sentence;

/// Says once that a projection goes further than the answer, unless the sentence names its end or
/// its statuses. A target is no newer figure: `to target` asks for it.
pub(super) fn add(notes: &mut Notes, query: &Query, asked: &Asked, plan: &Plan) {
    let clauses = &query.clauses;
    let decided = asked.scope.times.end_stated
        || clauses.including.is_some()
        || clauses.only.is_some()
        || clauses.as_of.is_some();
    let Some(end) = plan.end.filter(|_| !decided) else { return };
    let newest = asked.sentences.iter().filter_map(|sentence| projected(sentence, end)).max();
    if let Some(period) = newest {
        let message = format!("a projection for {period} exists");
        let note = Diagnostic::note("MP0822", asked.scope.times.end_span, message);
        notes.push(note.with_help("`including projections` admits it"));
    }
}

/// The last period after the end at which every indicator has a figure, if projections count.
fn projected(sentence: &Sentence, end: Period) -> Option<Period> {
    if sentence.line.is_constant() {
        return None;
    }
    let leaves = sentence.line.leaves();
    if !leaves.iter().any(|series| series.may_go_beyond(end.last_day())) {
        return None;
    }
    let has = |period: Period| {
        let is_projected = |of: &Series| of.excluded().get(&period) == Some(&Strength::Projection);
        leaves.iter().all(|series| is_projected(series) || series.stored(period).is_some())
    };
    let periods = leaves.iter().flat_map(|series| series.excluded().keys().copied());
    periods.filter(|period| period.last_day() > end.last_day() && has(*period)).max()
}
