//! Ten years of months, with revisions: how many bytes are written for a byte of facts, and how
//! many are on disk for a byte that is needed. Counted, not timed.

use milepost_model::{Decimal, Definition, Frequency};

use super::*;

const MONTHS: i32 = 120;
const INDICATORS: u32 = 8;
/// Provinces of level 1, whose frames have 32 months, and communes of level 2, whose frames have one:
/// enough frames to be worth a merge.
const PROVINCES: u32 = 30;
const COMMUNES: u32 = 520;
/// What a fact takes in the log; it is what all bytes written are compared with.
const FACT_BYTES: u64 = 56;
/// Months whose facts fit into the log, as 100,000 facts a month do into 16 MiB.
const MONTHS_IN_LOG: u64 = 3;

/// What ten years came to.
#[derive(Debug)]
struct Counts {
    facts: u64,
    written: u64,
    /// Bytes on disk: at the end, and the most after any month.
    on_disk: u64,
    most: u64,
    /// After a full merge.
    merged: u64,
}

impl Counts {
    /// Bytes written for each byte of facts, in hundredths.
    fn write_amplification(&self) -> u64 {
        self.written * 100 / (self.facts * FACT_BYTES)
    }

    /// Bytes on disk for each byte that is left by a merge, in hundredths.
    fn space_amplification(&self) -> [u64; 2] {
        [self.on_disk, self.most].map(|bytes| bytes * 100 / self.merged)
    }
}

fn definitions() -> Vec<Definition> {
    let indicators = (0..INDICATORS).map(|n| Indicator::stock(format!("i{n}")).into());
    let provinces = (0..PROVINCES).map(|n| Region::new(format!("p{n}")).level(1).into());
    let communes = (0..COMMUNES).map(|n| {
        let province = format!("p{}", n * PROVINCES / COMMUNES);
        Region::new(format!("c{n}")).level(2).parent(province).into()
    });
    indicators.chain(provinces).chain(communes).collect()
}

/// A figure of a month, as it is published in `told`: a plausible level that each revision moves.
fn figure(indicator: u32, region: u32, month: i32, told: i32) -> Fact {
    let period = Period::from_ordinal(Frequency::Month, 2015 * 12 + month).unwrap();
    let level = i64::from(20_000 + region % 97 * 400 + indicator * 1_000);
    let moved = i64::from(month) * 35 + i64::from((region * 7 + indicator) % 13) * i64::from(told);
    let value = Decimal::new((level + moved).into(), 0).unwrap();
    let fact = Fact::new(IndicatorId(indicator), RegionId(region), period, Some(value));
    let day = date("2015-02-10").day_number() + told * 365 / 12;
    Fact { published: Date::from_day_number(day), source: Some("VSS".into()), ..fact }
}

/// What is published about a month: its figures, revisions of one figure in twenty of the three
/// months before, and after each December of one in ten of the year.
fn publication(month: i32) -> Vec<Fact> {
    let mut facts = Vec::new();
    for indicator in 0..INDICATORS {
        for region in 0..PROVINCES + COMMUNES {
            facts.push(figure(indicator, region, month, month));
            let of = |lag: i32| (region + indicator * 3 + lag.unsigned_abs() * 11).cast_signed();
            let late = (1..=3).filter(|lag| (of(*lag) + month) % 20 == 0);
            let yearly = (4..=12).filter(|lag| month % 12 == 0 && of(*lag) % 10 == 0);
            let revised = late.chain(yearly).map(|lag| month - lag).filter(|month| *month >= 0);
            facts.extend(revised.map(|revised| figure(indicator, region, revised, month)));
        }
    }
    facts
}

fn ten_years() -> Counts {
    let memory = Memory::default();
    let month = u64::from(INDICATORS * (PROVINCES + COMMUNES));
    let bound = (1_000_000, month * FACT_BYTES * MONTHS_IN_LOG);
    let options = options().with_log_bound(bound.0, bound.1);
    let mut store = Store::create_on(Arc::new(memory.clone()), options).unwrap();
    store.define(definitions()).unwrap();
    let start = memory.written();
    let (mut facts, mut most) = (0, 0);
    for month in 0..MONTHS {
        let receipt = commit(&mut store, publication(month)).unwrap();
        assert_eq!((receipt.unchanged, receipt.withdrawn), (0, 0));
        facts += receipt.added + receipt.revised;
        most = most.max(memory.bytes());
        while let Some(work) = store.work() {
            work.run();
            store.settle().unwrap();
            most = most.max(memory.bytes());
        }
    }
    let (written, on_disk) = (memory.written() - start, memory.bytes());
    store.merge().unwrap();
    assert_eq!(store.statistics().superseded_frames, 0);
    Counts { facts, written, on_disk, most, merged: memory.bytes() }
}

#[test]
fn ten_years_of_months_with_revisions_are_written_a_few_times_over() {
    let counts = ten_years();
    assert!(counts.facts > 600_000, "{counts:?}");
    let (written, [on_disk, most]) = (counts.write_amplification(), counts.space_amplification());
    assert!((100..180).contains(&written), "{written}, {counts:?}");
    assert!(on_disk < 150 && most < 225, "{on_disk}, {most}, {counts:?}");
}
