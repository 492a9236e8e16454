//! What a case knows: a small catalogue and a plain list of facts, by name.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use milepost::{
    Basis, Batch, Date, Decimal, Definition, Indicator, Kind, Milestone, Observation, Options,
    Period, Region, Scenario, Status, Store, Strength,
};

/// One vintage of one figure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    pub(crate) indicator: &'static str,
    /// The region's code.
    pub(crate) region: &'static str,
    pub(crate) period: Period,
    /// Whether the figure is aimed at rather than reported.
    pub(crate) target: bool,
    /// `None`: withdrawn.
    pub(crate) value: Option<Decimal>,
    pub(crate) status: Status,
    pub(crate) published: Date,
}

impl Fact {
    /// How far the figure can be relied on; a target is the weakest.
    pub(crate) fn strength(&self) -> Strength {
        if self.target { Strength::Target } else { self.status.strength() }
    }
}

/// A catalogue and its facts, in no particular order.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) indicators: Vec<Indicator>,
    pub(crate) regions: Vec<Region>,
    pub(crate) milestones: Vec<Milestone>,
    pub(crate) facts: Vec<Fact>,
    /// The same facts by indicator and region: nearly all the time went into looking for them.
    series: BTreeMap<&'static str, BTreeMap<&'static str, Vec<Fact>>>,
}

impl World {
    pub(crate) fn new(
        indicators: Vec<Indicator>,
        regions: Vec<Region>,
        milestones: Vec<Milestone>,
        facts: Vec<Fact>,
    ) -> Self {
        let mut series: BTreeMap<_, BTreeMap<_, Vec<Fact>>> = BTreeMap::new();
        for fact in &facts {
            let regions = series.entry(fact.indicator).or_default();
            regions.entry(fact.region).or_default().push(fact.clone());
        }
        Self { indicators, regions, milestones, facts, series }
    }

    /// The world without some of its facts.
    pub(crate) fn without(&self, facts: Range<usize>) -> Self {
        let mut rest = self.facts.clone();
        rest.drain(facts);
        let Self { indicators, regions, milestones, .. } = self.clone();
        Self::new(indicators, regions, milestones, rest)
    }

    /// The facts of an indicator in the region of that code.
    pub(crate) fn series(&self, indicator: &str, region: &str) -> &[Fact] {
        let regions = self.series.get(indicator);
        regions.and_then(|regions| regions.get(region)).map_or(&[], Vec::as_slice)
    }

    /// The indicator of that name; the generator names no other.
    pub(crate) fn indicator(&self, name: &str) -> &Indicator {
        self.indicators.iter().find(|indicator| indicator.name == name).expect("a known indicator")
    }

    /// The region of that code.
    pub(crate) fn region(&self, code: &str) -> &Region {
        self.regions.iter().find(|region| region.code == code).expect("a known region")
    }

    /// The milestone of that name.
    pub(crate) fn milestone(&self, name: &str) -> &Milestone {
        self.milestones.iter().find(|milestone| milestone.name == name).expect("a known milestone")
    }

    /// The catalogue in the order in which a store takes it.
    pub(crate) fn definitions(&self) -> Vec<Definition> {
        let regions = self.regions.iter().cloned().map(Definition::from);
        let indicators = self.indicators.iter().cloned().map(Definition::from);
        let milestones = self.milestones.iter().cloned().map(Definition::from);
        regions.chain(indicators).chain(milestones).collect()
    }

    /// A store in memory that took everything in one batch.
    pub(crate) fn store(&self) -> Store {
        let mut store = Store::in_memory_with(options());
        store.define_all(self.definitions()).unwrap();
        store.commit(batch(&self.facts)).unwrap();
        store
    }
}

/// Options of every store of the oracle: a fixed today.
pub(crate) fn options() -> Options {
    Options::default().with_today("2026-01-01".parse().unwrap())
}

/// The facts as one batch.
pub(crate) fn batch(facts: &[Fact]) -> Batch {
    let mut batch = Batch::new();
    for fact in facts {
        let observation = match fact.value {
            Some(value) => Observation::new(fact.indicator, fact.region, fact.period, value)
                .status(fact.status),
            None => Observation::withdrawn(fact.indicator, fact.region, fact.period),
        };
        let scenario = if fact.target { Scenario::target() } else { Scenario::reported() };
        batch.add(observation.scenario(scenario).published(fact.published));
    }
    batch
}

/// As a query script, so that a failing case can be pasted into one.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = "name,kind,basis,unit,numerator,denominator,weight,begins";
        writeln!(f, "\ndefine indicators\n{columns}")?;
        for indicator in &self.indicators {
            let kind = indicator.kind.map(Kind::word).unwrap_or_default();
            let begins = indicator.begins.map(|day| day.to_string()).unwrap_or_default();
            let numerator = indicator.numerator.as_deref().unwrap_or_default();
            let denominator = indicator.denominator.as_deref().unwrap_or_default();
            let weight = indicator.weight.as_deref().unwrap_or_default();
            let unit = &indicator.unit;
            let basis = indicator.basis.map(Basis::word).unwrap_or_default();
            let parts = format!("{numerator},{denominator},{weight}");
            writeln!(f, "{},{kind},{basis},{unit},{parts},{begins}", indicator.name)?;
        }
        let columns = "uid,code,name,type,level,parent,valid_from,valid_to,successor,gso_code";
        writeln!(f, "\ndefine regions\n{columns}")?;
        for region in &self.regions {
            let level = region.level.unwrap_or_default();
            let parent = region.parent.as_deref().unwrap_or_default();
            let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
            let (from, to) = (day(region.valid_from), day(region.valid_to));
            let successors = region.successors.iter();
            let successors = successors
                .map(|s| format!("{}{}", if s.partial { "~" } else { "" }, s.uid))
                .collect::<Vec<_>>()
                .join(";");
            let gso = region.codes.first().map(|(_, code)| code.as_str()).unwrap_or_default();
            let (uid, code, name) = (region.uid(), &region.code, region.official_name());
            let kind = &region.kind;
            writeln!(
                f,
                "{uid},{code},{name},{kind},{level},{parent},{from},{to},{successors},{gso}"
            )?;
        }
        writeln!(f, "\ndefine milestones\nname,start,end")?;
        for milestone in &self.milestones {
            let end = milestone.end.map(|end| end.to_string()).unwrap_or_default();
            writeln!(f, "{},{},{end}", milestone.name, milestone.start)?;
        }
        writeln!(f, "\nimport\nindicator,region,period,value,status,scenario,published")?;
        for fact in &self.facts {
            let value = fact.value.map(|value| value.to_string()).unwrap_or_default();
            let scenario = if fact.target { "target" } else { "reported" };
            let Fact { indicator, region, period, status, published, .. } = fact;
            writeln!(f, "{indicator},{region},{period},{value},{status},{scenario},{published}")?;
        }
        Ok(())
    }
}
