//! Reducers inside an expression.

use milepost_lang::ast::{Query, Reducer, ReducerKind, Word};
use milepost_model::Unit;

use super::{Builder, Scope};
use crate::line::{Line, Nature, Node};
use crate::reduce::OverRegions;
use crate::{Result, diagnostics, execute};

impl Builder<'_> {
    /// The sentence in every region of a level, reduced to one line.
    ///
    /// # Errors
    ///
    /// A sentence without a region, a level without regions there, a total of what does not add up.
    pub(super) fn reduced(
        &mut self,
        query: &Query,
        scope: &Scope,
        (reducer, word): (&Reducer, &Word),
    ) -> Result<Line> {
        let mut member = query.clone();
        member.reducers.clear();
        (member.clauses.by, member.clauses.regions) = (None, None);
        let area = scope.area.clone().ok_or_else(|| diagnostics::no_region(query.span))?;
        let members = execute::members_of(self.catalogue, word, area.clone(), scope.names_on)?;
        // Each region may unfold as far as the next.
        let sentences = self.sentences;
        let mut lines = Vec::with_capacity(members.len());
        for (area, whole) in members {
            self.sentences = sentences;
            lines.push(self.inner(&member, &scope.within(area).part_of(whole))?);
        }
        let nature = lines.first().map_or(Nature::Constant, Line::nature);
        let adds_up = matches!(nature, Nature::Flow | Nature::Stock | Nature::Part);
        if reducer.kind == ReducerKind::Total && !adds_up {
            let subject = query.expression.to_string();
            return Err(diagnostics::no_total(&subject, nature, reducer.span));
        }
        let unit = match reducer.kind {
            ReducerKind::Count => Some(Unit::pure()),
            _ => lines.first().and_then(|line| line.unit.clone()),
        };
        let over = OverRegions { kind: reducer.kind, lines, area };
        Ok(Line::new(Node::OverRegions(Box::new(over)), unit))
    }
}
