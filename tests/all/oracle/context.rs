//! What a sentence inherits from the one around it: region, statuses, knowledge date.

use std::collections::BTreeSet;

use milepost::{Date, Strength};
use milepost_lang::ast::{Anchor, Clauses, Fill, Query, StatusKind};

use super::facts::World;
use super::series::{Refused, text};

/// One region, as seen through admitted statuses on a day of knowledge.
#[derive(Clone, Debug)]
pub(crate) struct Context<'w> {
    pub(crate) world: &'w World,
    /// The region's code.
    pub(crate) region: &'w str,
    /// The admitted statuses.
    pub(crate) statuses: BTreeSet<Strength>,
    /// The last day whose publications are known; `None`: all are.
    pub(crate) known: Option<Date>,
    /// How holes are filled; `None`: they stay.
    pub(crate) fill: Option<Fill>,
}

impl<'w> Context<'w> {
    /// The contexts of a sentence, one for each region that it names.
    pub(crate) fn of(world: &'w World, query: &Query) -> Result<Vec<Self>, Refused> {
        let statuses =
            BTreeSet::from([Strength::Actual, Strength::Provisional, Strength::Estimate]);
        let whole = Self { world, region: "", statuses, known: None, fill: None };
        let whole = whole.qualified(&query.clauses)?;
        let regions = &query.clauses.regions.as_ref().ok_or(Refused)?.value;
        let one = |code: &str| Self { region: &world.region(code).code, ..whole.clone() };
        Ok(regions.iter().map(|region| one(text(&region.names[0]))).collect())
    }

    /// The context of a sentence inside this one.
    pub(crate) fn inner(&self, query: &Query) -> Result<Self, Refused> {
        let mut context = self.clone().qualified(&query.clauses)?;
        if let Some(regions) = &query.clauses.regions {
            context.region = &self.world.region(text(&regions.value[0].names[0])).code;
        }
        Ok(context)
    }

    fn qualified(mut self, clauses: &Clauses) -> Result<Self, Refused> {
        let words = |kinds: &[milepost_lang::ast::StatusName]| -> BTreeSet<Strength> {
            kinds.iter().map(|status| strength(status.kind)).collect()
        };
        match (&clauses.including, &clauses.only) {
            (Some(_), Some(_)) => return Err(Refused),
            (Some(including), None) => self.statuses.extend(words(&including.value)),
            (None, Some(only)) => self.statuses = words(&only.value),
            (None, None) => {}
        }
        if let Some(fill) = &clauses.fill {
            self.fill = Some(fill.value).filter(|fill| *fill != Fill::None);
        }
        if let Some(as_of) = &clauses.as_of {
            self.known = Some(match &as_of.value {
                Anchor::Period(period, _) => period.last_day(),
                Anchor::Name(name) => {
                    self.world.milestone(text(name)).opening().previous().ok_or(Refused)?
                }
                _ => return Err(Refused),
            });
        }
        Ok(self)
    }
}

fn strength(kind: StatusKind) -> Strength {
    match kind {
        StatusKind::Actual => Strength::Actual,
        StatusKind::Provisional => Strength::Provisional,
        StatusKind::Estimate => Strength::Estimate,
        StatusKind::Projection => Strength::Projection,
        StatusKind::Target => Strength::Target,
    }
}
