//! What is committed, and what came of it.

use milepost_model::{Definition, Fact};

/// Definitions and facts that are committed together: all of them, or none.
///
/// Definitions come first, so that facts may refer to ids they are given. Facts may be given one at
/// a time, by any iterator that knows how many they are.
#[derive(Clone, Debug)]
pub struct Batch<F = Vec<Fact>> {
    /// What is defined, or defined anew.
    pub definitions: Vec<Definition>,
    /// What is recorded.
    pub facts: F,
    /// The producer of the batch and the number it gives it: a batch whose number is not larger
    /// than the last one taken from its producer is not taken again.
    pub token: Option<(String, u64)>,
}

/// A batch of nothing, to be filled.
impl Default for Batch {
    fn default() -> Self {
        Self { definitions: Vec::new(), facts: Vec::new(), token: None }
    }
}

/// Facts, whoever gives them.
pub(crate) type Facts<'a> = Box<dyn ExactSizeIterator<Item = Fact> + 'a>;

impl<F: IntoIterator<Item = Fact>> Batch<F> {
    /// The same batch, of the one type that is committed.
    pub(crate) fn boxed<'a>(self) -> Batch<Facts<'a>>
    where
        F::IntoIter: ExactSizeIterator + 'a,
    {
        let Self { definitions, facts, token } = self;
        Batch { definitions, facts: Box::new(facts.into_iter()), token }
    }
}

/// Which commit it was.
///
/// Sequences count the commits of a store. A store that lost a commit that had not returned when
/// the power failed gives its sequence to another one, under a larger epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId {
    /// New and larger for each head of the store.
    pub epoch: u64,
    /// 1 for the first commit.
    pub sequence: u64,
}

/// What came of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The commit; the last one before, if the batch brought nothing new.
    pub id: CommitId,
    /// Figures for periods that had none.
    pub added: u64,
    /// Figures with another day of publication than those that were known, newer or older.
    pub revised: u64,
    /// Facts that were known already.
    pub unchanged: u64,
    /// Figures withdrawn.
    pub withdrawn: u64,
    /// Whether the batch's token was taken before: nothing was done.
    pub already_applied: bool,
}

/// How far a commit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Facts taken into frames.
    pub done: u64,
    /// All of the batch.
    pub total: u64,
}
