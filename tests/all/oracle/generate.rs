//! Small worlds and queries about them, biased so that most queries meet data.

mod lines;
mod query;
mod rows;
mod vintages;
mod world;

pub(crate) use query::query;
pub(crate) use world::world;

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;

use super::facts::World;
use milepost_lang::ast::Query;

/// A world and some questions about it.
pub(crate) struct Case {
    pub(crate) world: World,
    pub(crate) queries: Vec<Query>,
}

/// As a query script, so that a failing case can be pasted into one.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.world)?;
        self.queries.iter().try_for_each(|query| write!(f, "\nquery\n{query}\n----\n"))
    }
}

/// A case with that many questions.
pub(crate) fn case(questions: usize) -> impl Strategy<Value = Case> {
    world().prop_flat_map(move |world| {
        let queries = vec(query(&world), questions);
        queries.prop_map(move |queries| Case { world: world.clone(), queries })
    })
}

/// A case of reducers and conditions.
pub(crate) fn reduced_case(questions: usize) -> impl Strategy<Value = Case> {
    world().prop_map(rows::divisible).prop_flat_map(move |world| {
        let queries = vec(rows::query(&world), questions);
        queries.prop_map(move |queries| Case { world: world.clone(), queries })
    })
}

/// A case of transforms and filled holes.
pub(crate) fn transformed_case(questions: usize) -> impl Strategy<Value = Case> {
    world().prop_flat_map(move |world| {
        let queries = vec(lines::query(&world), questions);
        queries.prop_map(move |queries| Case { world: world.clone(), queries })
    })
}

/// A case of revisions, without `only`: what `by status` divides a list of targets into is not
/// settled.
pub(crate) fn revised_case(questions: usize) -> impl Strategy<Value = Case> {
    world().prop_flat_map(vintages::revised).prop_flat_map(move |world| {
        let queries = vec(
            vintages::query(&world).prop_filter("`only`", |query| query.clauses.only.is_none()),
            questions,
        );
        queries.prop_map(move |queries| Case { world: world.clone(), queries })
    })
}
