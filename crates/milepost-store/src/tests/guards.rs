//! Guarded snapshots: every read looks at the guard before it looks at a frame.

use std::time::Instant;

use super::*;
use crate::{CancelToken, Guard, Stop, StoreError};

const MONTHS: [&str; 2] = ["2024-01", "2024-02"];

/// Three provinces with two months each; sealed, so that sums of whole frames are kept.
fn store() -> Store {
    let mut store = in_memory();
    let regions = (2..5).map(RegionId);
    let facts = regions.flat_map(|region| {
        MONTHS.map(|month| {
            Fact::new(IndicatorId(0), region, period(month), Some(i64::from(region.0).into()))
        })
    });
    store.commit(Batch { facts: facts.collect(), ..Batch::default() }).unwrap();
    store.checkpoint().unwrap();
    store
}

/// Every way to read, and how much it found.
fn reads(snapshot: &Snapshot) -> Vec<(&'static str, Result<usize>)> {
    let (indicator, region, reported) = (IndicatorId(0), RegionId(2), Scenario::reported());
    let month = period(MONTHS[0]);
    let regions: Vec<RegionId> = (2..5).map(RegionId).collect();
    let whole = snapshot.partition(regions.iter().map(|region| (*region, 0)));
    let one = snapshot.partition([(region, 0)]);
    let selection = snapshot.selection(&regions);
    vec![
        (
            "observation",
            snapshot
                .observation(indicator, region, &reported, month, None)
                .map(|found| usize::from(found.is_some())),
        ),
        ("revisions", snapshot.revisions(indicator, region, &reported, month).map(|all| all.len())),
        ("series", snapshot.series(indicator, region, &reported, None).map(|all| all.len())),
        ("has_data", snapshot.has_data(indicator, region, &reported).map(usize::from)),
        ("periods", snapshot.periods(indicator, &regions, &reported).map(|all| all.len())),
        (
            "cross_section",
            snapshot
                .cross_section(indicator, &reported, &selection, month, None)
                .map(|section| section.count()),
        ),
        (
            "time_section",
            snapshot
                .time_section(indicator, region, &reported, &[month], None)
                .map(|section| section.count()),
        ),
        (
            // Whether it is not among those that have none.
            "absent",
            snapshot
                .absent(indicator, &reported, &[region], month, None, 1)
                .map(|absent| 1 - absent.regions.len()),
        ),
        (
            "total",
            snapshot.total(indicator, &regions, &reported, month, None).map(|total| total.count),
        ),
        (
            "totals of whole frames",
            snapshot
                .totals(indicator, &reported, &whole, &[month], None)
                .map(|totals| totals.count(0, 0)),
        ),
        (
            "totals of some cells",
            snapshot
                .totals(indicator, &reported, &one, &[month], None)
                .map(|totals| totals.count(0, 0)),
        ),
    ]
}

#[test]
fn a_guard_that_was_not_met_changes_nothing() {
    let store = store();
    let guard = Guard::new(None, Some(CancelToken::new()), 0);
    let guarded = store.snapshot().guarded(guard);
    let found = |snapshot: &Snapshot| {
        reads(snapshot).into_iter().map(|(what, read)| (what, read.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(found(&guarded), found(&store.snapshot()));
    assert!(found(&guarded).iter().all(|(_, count)| *count > 0));
}

#[test]
fn every_read_looks_at_the_guard() {
    let store = store();
    let token = CancelToken::new();
    token.cancel();
    let cancelled = Guard::new(None, Some(token), u64::MAX);
    let late = Guard::new(Some(Instant::now()), None, u64::MAX);
    for (guard, why) in [(cancelled, Stop::Cancelled), (late, Stop::DeadlineExceeded)] {
        let guarded = store.snapshot().guarded(guard).counting();
        for (what, read) in reads(&guarded) {
            let Err(StoreError::Stopped(stop)) = read else { panic!("{what} was read: {read:?}") };
            assert_eq!(stop, why, "{what}");
        }
        assert_eq!(guarded.reads(), crate::Reads::default(), "no frame was looked at");
        assert!(reads(&guarded.unguarded()).iter().all(|(_, read)| read.is_ok()));
    }
}

/// Cancelled from another thread while it reads on and on; without the guard it never ends.
#[test]
fn a_read_ends_when_another_thread_cancels_it() {
    let store = store();
    let token = CancelToken::new();
    let guarded = store.snapshot().guarded(Guard::new(None, Some(token.clone()), u64::MAX));
    let month = period(MONTHS[0]);
    let reading = std::thread::spawn(move || {
        let whole = guarded.partition((2..5).map(|region| (RegionId(region), 0)));
        let (periods, reported) = (vec![month; 10_000], Scenario::reported());
        let read = || guarded.totals(IndicatorId(0), &reported, &whole, &periods, None).err();
        (0..u64::MAX).find_map(|_| read())
    });
    token.cancel();
    let ended = reading.join().unwrap();
    assert!(matches!(ended, Some(StoreError::Stopped(Stop::Cancelled))), "{ended:?}");
}
