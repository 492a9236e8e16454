//! What is worked out once for all statements on a snapshot or, of the catalogue alone, on all
//! snapshots until the catalogue changes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use milepost_model::{Catalogue, Date, IndicatorId, Outline, Period, RegionId, Scenario};
use milepost_store::{Selection, Snapshot};

use crate::area::Area;
use crate::execute::Members;
use crate::labels::Labels;
use crate::rollup::Layer;
use crate::{Result, diagnostics};

/// Where figures are stored, kept as long as the snapshot.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    labels: Known<(IndicatorId, Scenario, Option<u8>), Labels>,
}

/// Answers to questions about regions that come up again and again, kept until the catalogue
/// changes.
#[derive(Debug, Default)]
pub(crate) struct Index {
    cuts: Known<(RegionId, Date), Vec<Arc<Layer>>>,
    levels: Known<u8, Level>,
    changes: OnceLock<Vec<Date>>,
    types: OnceLock<Vec<Type>>,
    members: Known<Place, Members>,
}

/// A type of regions on a level.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) level: Option<u8>,
    pub(crate) word: String,
    /// The first region of the type on the level.
    pub(crate) first: RegionId,
}

/// What the regions of a level are looked for in: the word of the level, the areas, and the last
/// day on which any region changed.
pub(crate) type Place = (String, Vec<Area>, Date);

/// The regions of a level, of all times.
#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) selection: Selection,
    /// Where each region stands in the selection, by number.
    positions: Vec<u32>,
}

impl Level {
    pub(crate) fn position(&self, region: RegionId) -> Option<usize> {
        let position = *self.positions.get(usize::try_from(region.0).ok()?)?;
        usize::try_from(position).ok().filter(|position| *position < self.selection.len())
    }
}

impl Stored {
    pub(crate) fn of(snapshot: &Snapshot) -> Arc<Self> {
        snapshot.derived()
    }

    /// The periods under which figures of a level may be stored; of its regions any will do.
    pub(crate) fn labels(
        &self,
        snapshot: &Snapshot,
        indicator: IndicatorId,
        scenario: &Scenario,
        (level, region): (Option<u8>, RegionId),
    ) -> Result<Arc<Labels>> {
        self.labels.find((indicator, scenario.clone(), level), || {
            let periods = snapshot.periods(indicator, &[region], scenario);
            let periods: Vec<Period> =
                periods.map_err(|error| diagnostics::store(&error))?.into_iter().collect();
            Ok(Labels::new(periods))
        })
    }
}

impl Index {
    pub(crate) fn of(snapshot: &Snapshot) -> Arc<Self> {
        snapshot.derived_of_catalogue()
    }

    /// The members of each cut below a region on a day, as `make` finds them.
    pub(crate) fn cuts(
        &self,
        catalogue: &Catalogue,
        (region, day): (RegionId, Date),
        make: impl FnOnce() -> Vec<Arc<Layer>>,
    ) -> Arc<Vec<Arc<Layer>>> {
        let since = self.since(catalogue, day);
        let made: Result<_, std::convert::Infallible> =
            self.cuts.find((region, since), || Ok(make()));
        match made {
            Ok(cuts) => cuts,
        }
    }

    /// The days on which any region began or ended, in order.
    pub(crate) fn changes(&self, catalogue: &Catalogue) -> &[Date] {
        self.changes.get_or_init(|| {
            let outlines = catalogue.outlines();
            let mut days: Vec<Date> =
                outlines.flat_map(|(_, o)| [o.valid_from, o.valid_to]).flatten().collect();
            days.sort_unstable();
            days.dedup();
            days
        })
    }

    /// The last day up to a day on which any region changed: between two changes all days are
    /// alike.
    pub(crate) fn since(&self, catalogue: &Catalogue, day: Date) -> Date {
        let changes = self.changes(catalogue);
        let since = changes.partition_point(|change| *change <= day).checked_sub(1);
        since.and_then(|at| changes.get(at)).copied().unwrap_or(Date::MIN)
    }

    /// The levels and types that regions have, each pair once, with the first region of them.
    pub(crate) fn types(&self, catalogue: &Catalogue) -> &[Type] {
        self.types.get_or_init(|| {
            let mut types: Vec<Type> = Vec::new();
            for (first, Outline { level, kind, .. }) in catalogue.outlines() {
                if !types.iter().any(|known| known.level == *level && known.word == *kind) {
                    types.push(Type { level: *level, word: kind.clone(), first });
                }
            }
            types
        })
    }

    /// The regions of a level that lie in some areas, as `make` finds them.
    ///
    /// # Errors
    ///
    /// Those of `make`.
    pub(crate) fn members(
        &self,
        place: Place,
        make: impl FnOnce() -> Result<Members>,
    ) -> Result<Arc<Members>> {
        self.members.find(place, make)
    }

    /// The regions of a level.
    pub(crate) fn level(&self, snapshot: &Snapshot, level: u8) -> Arc<Level> {
        let made: Result<_, std::convert::Infallible> = self.levels.find(level, || {
            let catalogue = snapshot.catalogue();
            let own: Vec<RegionId> = catalogue.at_level(level).collect();
            let selection = snapshot.selection(&own);
            let mut positions = vec![u32::MAX; catalogue.regions().len()];
            for (position, region) in (0..).zip(selection.regions()) {
                let place = usize::try_from(region.0).ok();
                if let Some(place) = place.and_then(|place| positions.get_mut(place)) {
                    *place = position;
                }
            }
            Ok(Level { selection, positions })
        });
        match made {
            Ok(level) => level,
        }
    }
}

/// Values of one sort that are kept.
const KNOWN_MAX: usize = 1 << 15;

/// Values by what they are about.
#[derive(Debug)]
pub(crate) struct Known<K, V>(RwLock<HashMap<K, Arc<V>>>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V> Known<K, V> {
    /// The value, made where it is not known yet. Two threads may make it at the same time; one of
    /// the two, which are equal, is kept.
    pub(crate) fn find<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let made = Arc::new(make()?);
        let mut values = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if values.len() >= KNOWN_MAX {
            // Nobody asks so many different things; whoever does has to wait for some of them.
            values.clear();
        }
        Ok(Arc::clone(values.entry(key).or_insert(made)))
    }
}
