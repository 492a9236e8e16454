use milepost_model::{Date, Decimal, IndicatorId, Period, RegionId, Scenario, Status};

use super::Snapshot;
use crate::error::Result;

/// The figures of one period added up over regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Total {
    /// The exact sum of the figures that are known, 0 without any; `None` where it does not fit
    /// a [`Decimal`].
    pub sum: Option<Decimal>,
    /// Regions with a figure. Absent and withdrawn figures add nothing and are not counted.
    pub count: usize,
    /// What is known about any of the figures.
    pub status: Status,
    /// Whether every figure was printed exactly.
    pub exact: bool,
}

impl Snapshot {
    /// Adds up the figures of one period over regions, each counted once.
    ///
    /// Much faster than reading every figure: neighbouring regions are added where they lie, and
    /// sums that the store keeps are taken as they are. The result is that of adding
    /// [`Snapshot::observation`]s, exactly.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, Region, Scenario};
    /// use milepost_store::{Batch, Store};
    ///
    /// let mut store = Store::in_memory();
    /// let (north, south) = (Region::new("N"), Region::new("S"));
    /// let indicator = Indicator::stock("si.participants");
    /// store.define(vec![indicator.into(), north.into(), south.into()])?;
    /// let catalogue = store.snapshot().catalogue().clone();
    /// let indicator = catalogue.indicator_named("si.participants").unwrap();
    /// let regions = ["N@0", "S@0"].map(|uid| catalogue.region_with_uid(uid).unwrap());
    /// let fact = |region, value: &str| {
    ///     Fact::new(indicator, region, "2024".parse().unwrap(), Some(value.parse().unwrap()))
    /// };
    /// let facts = vec![fact(regions[0], "19.5"), fact(regions[1], "0.75")];
    /// store.commit(Batch { facts, ..Batch::default() })?;
    ///
    /// let (reported, year) = (Scenario::reported(), "2024".parse()?);
    /// let total = store.snapshot().total(indicator, &regions, &reported, year, None)?;
    /// assert_eq!((total.sum, total.count), (Some("20.25".parse()?), 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Corrupt`](crate::StoreError::Corrupt) if a frame is damaged.
    pub fn total(
        &self,
        indicator: IndicatorId,
        regions: &[RegionId],
        scenario: &Scenario,
        period: Period,
        as_of: Option<Date>,
    ) -> Result<Total> {
        let whole = self.partition(regions.iter().map(|region| (*region, 0)));
        let totals = self.totals(indicator, scenario, &whole, &[period], as_of)?;
        Ok(totals.total(0, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Batch, Store};
    use milepost_model::{Fact, Indicator, Precision, Region};
    use proptest::collection::vec;
    use proptest::prelude::*;

    const REGIONS: usize = 40;

    /// A store of one indicator, and its regions: some of a level, some of another, some of none.
    fn store() -> (Store, IndicatorId, Vec<RegionId>) {
        let mut store = Store::in_memory();
        let mut definitions = vec![Indicator::stock("si.participants").into()];
        for number in 0..REGIONS {
            let region = Region::new(format!("R{number}"));
            let level = u8::try_from(number % 3).unwrap();
            definitions.push(if level == 0 { region.into() } else { region.level(level).into() });
        }
        store.define(definitions).unwrap();
        let snapshot = store.snapshot();
        let catalogue = snapshot.catalogue();
        let region = |number| catalogue.region_with_uid(&format!("R{number}@0")).unwrap();
        let indicator = catalogue.indicator_named("si.participants").unwrap();
        (store, indicator, (0..REGIONS).map(region).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn totals_are_sums_of_observations(
            facts in vec(
                (0..REGIONS, 0..3i16, proptest::option::weighted(0.9, (-99_999..99_999i64, 0..4u8)), 0..4i32, 0..9u8),
                0..150,
            ),
            asked in vec(0..REGIONS, 0..60),
            as_of in proptest::option::of(18_990..19_010i32),
        ) {
            let (mut store, indicator, regions) = store();
            let year = |year| Period::year(2020 + year).unwrap();
            for (region, period, value, published, kind) in facts {
                let value = value.and_then(|(m, scale)| Decimal::new(m.into(), scale));
                let mut fact = Fact::new(indicator, regions[region], year(period), value);
                fact.published = Date::from_day_number(19_000 + published);
                if kind == 1 {
                    fact.status = fact.status.union(Status::ESTIMATE);
                }
                if kind == 2 {
                    fact.precision = Precision::About;
                }
                // Contradictions are refused, which leaves as good a store as any.
                let _ = store.commit(Batch { facts: vec![fact], ..Batch::default() });
            }
            let asked: Vec<RegionId> = asked.into_iter().map(|region| regions[region]).collect();
            let distinct: std::collections::BTreeSet<_> = asked.iter().copied().collect();
            let (snapshot, reported) = (store.snapshot(), Scenario::reported());
            let as_of = as_of.and_then(Date::from_day_number);
            for period in (0..3).map(year) {
                let mut expected =
                    Total { sum: Some(Decimal::ZERO), count: 0, status: Status::default(), exact: true };
                for region in &distinct {
                    let read = snapshot.observation(indicator, *region, &reported, period, as_of);
                    let Some(read) = read.unwrap() else { continue };
                    if let Some(value) = read.value {
                        expected.sum = expected.sum.and_then(|sum| sum.checked_add(value));
                        expected.count += 1;
                        expected.status = expected.status.union(read.status);
                        expected.exact &= read.precision == Precision::Exact;
                    }
                }
                let total = snapshot.total(indicator, &asked, &reported, period, as_of).unwrap();
                prop_assert_eq!(total, expected);
                if total.count > 0 && as_of.is_none() {
                    let periods = snapshot.periods(indicator, &asked, &reported).unwrap();
                    prop_assert!(periods.contains(&period));
                }
            }
        }
    }
}
