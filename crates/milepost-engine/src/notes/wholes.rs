//! Which region is the whole, and what of it the parts leave over.

use std::collections::BTreeMap;

use milepost_lang::ast::{MeasureKind, Query};
use milepost_model::{Number, Period};

use super::Notes;
use crate::answer::{Answer, MissingReason, Row, grouped};
use crate::execute::Asked;
use crate::measure::{growth, whole};
use crate::sentence::Sentence;

/// Says of shares and contributions what the whole is and, where a level divides it, what is left.
pub(super) fn add(notes: &mut Notes, query: &Query, asked: &Asked, answer: &Answer) {
    let Some(measure) = &query.measure else { return };
    let takes_whole = matches!(measure.kind, MeasureKind::Share | MeasureKind::Contribution);
    if !takes_whole {
        return;
    }
    let mut wholes: Vec<String> = Vec::new();
    let mut sums: BTreeMap<(String, Period), Sum> = BTreeMap::new();
    for row in &answer.rows {
        let Some((at, sentence)) = sentence_of(asked, row) else { continue };
        if asked.watch.is_over() {
            return;
        }
        if row.missing == Some(MissingReason::NoParent) {
            let message = format!("no region above {} has a figure", row.region.name);
            notes.say("MP0821", measure.span, message);
        }
        let (Some(period), Some(value)) = (row.period, row.value) else { continue };
        let Some(Ok(goal)) = sentence.compare(period).goal else { continue };
        if !wholes.contains(&goal.label) {
            wholes.push(goal.label.clone());
        }
        let divided = asked.wholes.get(at).is_some_and(|whole| *whole != row.region);
        if divided {
            let sum = sums.entry((goal.label, period)).or_insert_with(|| Sum {
                parts: whole(0),
                all: all_of(sentence, row, measure.kind),
            });
            sum.parts = sum.parts.checked_add(value).unwrap_or(sum.parts);
        }
    }
    for name in wholes {
        notes.say("MP0821", measure.span, format!("the whole is {name}"));
    }
    for ((name, period), sum) in sums {
        let Some(rest) = sum.all.and_then(|all| all.checked_sub(sum.parts)) else { continue };
        if rest.to_f64().abs() < 1e-9 {
            continue;
        }
        let (parts, rest) = (grouped(sum.parts), grouped(rest));
        let message = if measure.kind == MeasureKind::Share {
            format!("the parts are {parts} % of {name} at {period}; {rest} % lie elsewhere")
        } else {
            let all = sum.all.map(grouped).unwrap_or_default();
            format!(
                "the parts contribute {parts} pp to the growth of {name} at {period}, {all} %; \
                 {rest} pp remain"
            )
        };
        notes.say("MP0821", measure.span, message);
    }
}

/// Parts added up, and what they would come to if nothing were left over.
struct Sum {
    parts: Number,
    all: Option<Number>,
}

fn sentence_of<'a>(asked: &'a Asked, row: &Row) -> Option<(usize, &'a Sentence)> {
    let at = asked.position(&row.region)?;
    Some((at, asked.sentences.get(at)?))
}

/// A hundred percent, or the growth of the whole.
fn all_of(sentence: &Sentence, row: &Row, kind: MeasureKind) -> Option<Number> {
    if kind == MeasureKind::Share {
        return Some(whole(100));
    }
    let goal = sentence.goal.as_ref()?;
    let accrues = sentence.line.accrues();
    let at = |period| goal.at(period, accrues).ok().map(|goal| goal.reading.value);
    growth(at(row.base.as_ref()?.period)?, at(row.period?)?).ok()
}
