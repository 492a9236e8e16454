//! `matched`: sums over the members that have figures at every period of the answer.

use milepost_model::Period;

use super::{Asked, rows};
use crate::plan::Plan;

/// Narrows what is added up from members.
pub(super) fn narrow(asked: &Asked, plan: &Plan) {
    for sentence in &asked.sentences {
        // Notes name the periods that there are before any member is left out.
        sentence.line.natives();
        let mut periods: Vec<Period> = rows::periods(&plan.rows, sentence);
        let bases = periods.iter().filter_map(|period| sentence.base.of(*period).ok().flatten());
        periods.extend(bases.collect::<Vec<_>>());
        periods.sort_unstable();
        periods.dedup();
        sentence.line.narrow(&periods);
    }
}
