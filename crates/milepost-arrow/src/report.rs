//! What a piece of the batches came to.

use milepost::Registered;

use crate::Faults;
use crate::places::Marks;

/// What a piece of the batches came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) skipped_missing: u64,
    pub(crate) withdrawals: u64,
    /// Which rows are observations.
    pub(crate) marks: Marks,
    pub(crate) faults: Faults,
    /// Names that the catalogue lacks and is to have; with any, the piece is not loaded.
    pub(crate) unknown: Registered,
    /// The first observation with a name that the catalogue lacks and is not to have.
    pub(crate) undeclared: Option<Refusal>,
    /// The first observation that is refused for another reason.
    pub(crate) refused: Option<Refusal>,
}

/// An observation that is refused, by its number in the piece, later in all of them.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) observation: u64,
    pub(crate) error: milepost::Error,
}

impl Refusal {
    /// The same, counted from an earlier observation on.
    pub(crate) fn after(self, observations: u64) -> Self {
        Self { observation: observations + self.observation, ..self }
    }
}

impl Report {
    /// Notes that the row at hand is refused.
    pub(crate) fn refuse(&mut self, error: milepost::Error) {
        let observation = self.marks.observations();
        self.refused.get_or_insert(Refusal { observation, error });
    }

    /// Notes that the row at hand has a name, of an `indicator` or a `region`, that the catalogue
    /// lacks.
    ///
    /// # Errors
    /// [`milepost::Error::Name`] for one that it cannot have either.
    pub(crate) fn unknown(
        &mut self,
        what: &'static str,
        name: &str,
        is_refused: bool,
    ) -> milepost::Result<()> {
        let observation = self.marks.observations();
        if milepost::fold(name).is_empty() {
            let reason = "a name has at least one character that is visible by itself".to_owned();
            return Err(milepost::Error::Name { what, name: name.to_owned(), reason, position: 0 });
        }
        if is_refused {
            let error = || milepost::Error::undeclared(what, name);
            self.undeclared.get_or_insert_with(|| Refusal { observation, error: error() });
        } else if what == "indicator" {
            self.unknown.indicators.push(name.to_owned());
        } else {
            self.unknown.regions.push(name.to_owned());
        }
        Ok(())
    }
}
