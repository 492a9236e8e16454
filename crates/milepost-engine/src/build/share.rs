//! The whole of which a share is taken and to whose growth a part contributes.

use milepost_lang::ast::{MeasureKind, Query};

use super::{Builder, Scope};
use crate::goal::Goal;
use crate::line::{Line, Nature};
use crate::{Result, diagnostics};

impl Builder<'_> {
    /// For `share of` and `contribution of` the regions above, nearest first.
    ///
    /// # Errors
    ///
    /// What does not add up across regions has no parts.
    pub(super) fn whole(
        &mut self,
        query: &Query,
        line: &Line,
        scope: &Scope,
    ) -> Result<Option<Goal>> {
        let Some(measure) = query.measure.as_ref().filter(|measure| takes_whole(measure.kind))
        else {
            return Ok(None);
        };
        if !matches!(line.nature(), Nature::Flow | Nature::Stock) {
            let subject = query.expression.to_string();
            let word = diagnostics::measure_word(measure.kind);
            return Err(diagnostics::no_parts(word, &subject, line.nature(), measure.span));
        }
        if let Some(whole) = &scope.whole {
            let label = whole.label(self.catalogue).name;
            let line = self.line(query, &scope.within(whole.clone()))?;
            return Ok(Some(Goal::Parents(vec![(label, line)])));
        }
        self.parents(query, scope, measure.span).map(Some)
    }
}

/// Whether a measure relates a part to its whole.
pub(crate) fn takes_whole(measure: MeasureKind) -> bool {
    matches!(measure, MeasureKind::Share | MeasureKind::Contribution)
}
