//! `matched`: sums over the members that have figures at every period of the answer.

use milepost_model::Period;

use super::{Asked, rows};
use crate::plan::Plan;

/// Narrows what is added up from members. An area that has figures of its own throughout has no
/// holes in it and stays as it is.
pub(super) fn narrow(asked: &Asked, plan: &Plan) {
    for sentence in &asked.sentences {
        let mut periods: Vec<Period> = rows::periods(&plan.rows, sentence);
        let bases = periods.iter().filter_map(|period| sentence.base.of(*period).ok().flatten());
        periods.extend(bases.collect::<Vec<_>>());
        periods.sort_unstable();
        periods.dedup();
        for series in sentence.line.leaves() {
            if let Some(rollup) = &series.rollup
                && !periods.iter().all(|period| series.is_own(*period))
            {
                rollup.match_at(&periods);
            }
        }
    }
}
