//! Sentences inside expressions.

use std::rc::Rc;

use milepost_lang::ast::{MeasureKind, Query};

use super::{Builder, Scope};
use crate::answer::{Answer, grouped};
use crate::condition::{self, Judges};
use crate::execute::{self, Asked};
use crate::inner::{Inner, Worth};
use crate::line::{Line, Node};
use crate::plan::{self, Plan};
use crate::reduce::{self, Along};
use crate::time::{Extent, Times};
use crate::{Result, diagnostics};

impl Builder<'_> {
    /// A sentence inside another one: a sentence of its own, to which what is said around it
    /// applies as far as it says nothing else.
    ///
    /// # Errors
    ///
    /// Several regions, a span that is not measured or reduced, and all that a sentence is refused
    /// for.
    pub(crate) fn inner(&mut self, query: &Query, outer: &Scope) -> Result<Line> {
        if let Some(clause) = query.clauses.regions.as_ref().filter(|c| c.value.len() > 1) {
            return Err(diagnostics::several_regions_inside(clause.span));
        }
        execute::check_goal(query)?;
        if let Some(measure) = query.measure.as_ref().filter(|m| m.kind == MeasureKind::Revisions) {
            return Err(diagnostics::revisions_of_expression(measure.span));
        }
        let along = reduce::along(query);
        if let Some(word) = along.left {
            return Err(diagnostics::several_rows_inside(&word.text, word.span));
        }
        let mut asked = execute::ask(self, query, &outer.inside())?;
        let worth = if along.time || along.attribute {
            asked.scope.times = times(query, &asked.scope, outer, along.time);
            self.at_once(query, &mut asked, &outer.inside(), &along)?
        } else {
            self.at_each(query, &mut asked)?
        };
        let unit = condition::value_unit(query, &asked);
        let is_plain = query.reducers.is_empty() && query.clauses.condition.is_none();
        if is_plain && let Some(sentence) = asked.sentences.pop() {
            return Ok(Line::new(Node::Sentence(Box::new(sentence)), unit));
        }
        let query = query.clone();
        Ok(Line::new(Node::Inner(Rc::new(Inner { query, asked, worth })), unit))
    }

    /// Answers a sentence that is reduced along time, or along what is known of its figures.
    fn at_once(
        &mut self,
        query: &Query,
        asked: &mut Asked,
        outer: &Scope,
        along: &Along<'_>,
    ) -> Result<Worth> {
        let (rows, answer) = execute::rows_of(self, query, asked, outer)?;
        let worth = Worth::of(&rows, &answer.rows, along.over_time);
        if let Worth::Once(Some(period), Ok(figure)) = &worth {
            let unit = condition::value_unit(query, asked).map(|unit| format!(" {unit}"));
            let figure = format!("{}{}", grouped(figure.value), unit.unwrap_or_default());
            self.trace.say("inside", format!("({query}) is {figure}, of {period}"));
        }
        Ok(worth)
    }

    /// Prepares a sentence that is read at each period.
    fn at_each(&mut self, query: &Query, asked: &mut Asked) -> Result<Worth> {
        let Asked { sentences, places, scope, .. } = asked;
        for (at, sentence) in sentences.iter_mut().enumerate() {
            sentence.matched = query.clauses.matched.is_some();
            plan::settle_inner(sentence, query, places.get(at).unwrap_or(scope))?;
            self.trace.sentence(query, sentence);
        }
        reduce::apply(&mut Answer::default(), query, asked, &Plan::default())?;
        let labels: Vec<_> = asked.regions.iter().chain(&asked.wholes).cloned().collect();
        Ok(Worth::AtEach(Judges::new(self, query, asked, labels.iter())?))
    }
}

/// The time of a sentence that is reduced along it. Where it says nothing of its end it ends with
/// the sentence around it, and what stands at one period is reduced up to that period.
fn times(query: &Query, scope: &Scope, outer: &Scope, along_time: bool) -> Times {
    let (mut times, around) = (scope.times.clone(), &outer.times);
    if !plan::has_own_times(&query.clauses) {
        if times.is_single() && along_time {
            times.extent = Extent::Span;
        }
    } else if !times.end_stated && around.end_stated {
        (times.end, times.end_stated) = (around.end.clone(), true);
        times.end_span = around.end_span;
    }
    times
}
