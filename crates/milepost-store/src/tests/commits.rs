//! What commits take, skip and refuse.

use milepost_model::Status;

use super::*;
use crate::{CommitId, Statistics, StoreError};

#[test]
fn figures_of_every_frequency_are_read_back() {
    let mut store = in_memory();
    let periods = [
        "2024",
        "2023-H2",
        "2024-T1",
        "2024-Q3",
        "2024-06",
        "2024-W05",
        "2024-07-10",
        "2022-07-14/2024-02-02",
        "2020-01-05/2020-03-09",
        "0044-03",
    ];
    let facts = periods.iter().zip(1..).map(|(text, n)| fact(text, &format!("{n}.5")));
    let receipt = commit(&mut store, facts.collect()).unwrap();
    assert_eq!((receipt.added, receipt.revised, receipt.unchanged), (10, 0, 0));
    let snapshot = store.snapshot().counting();
    for (text, n) in periods.iter().zip(1..) {
        assert_eq!(value(&snapshot, text, None), Some(format!("{n}.5")), "{text}");
    }
    assert_eq!(value(&snapshot, "2021", None), None);
    assert_eq!(value(&snapshot, "2020-01-05/2020-03-10", None), None);
    let series = snapshot.series(IndicatorId(0), RegionId(0), &Scenario::reported(), None).unwrap();
    let mut sorted: Vec<Period> = periods.iter().map(|text| period(text)).collect();
    sorted.sort();
    assert_eq!(series.iter().map(|o| o.period).collect::<Vec<_>>(), sorted);
    assert_eq!(snapshot.reads().frames, 9, "both spans lie in one");
}

#[test]
fn years_before_the_first_have_their_place() {
    let mut store = in_memory();
    let period = Period::month(-44, 3).unwrap();
    commit(&mut store, vec![Fact { period, ..fact("2024", "44") }]).unwrap();
    let snapshot = store.snapshot();
    let reported = Scenario::reported();
    let read = snapshot.observation(IndicatorId(0), RegionId(0), &reported, period, None);
    assert_eq!(shown(read).as_deref(), Some("44"));
    let series = snapshot.series(IndicatorId(0), RegionId(0), &reported, None).unwrap();
    assert_eq!(series.first().map(|o| o.period), Some(period));
}

#[test]
fn a_fact_keeps_all_it_came_with() {
    let mut store = in_memory();
    let mut given = published(fact("2024-H1", "18.308"), "2024-07-01");
    given.status = "E;P".parse().unwrap();
    given.precision = milepost_model::Precision::Under;
    given.scenario = Scenario::target();
    given.source = Some("Tổng cục Thống kê".into());
    given.note = Some("press".into());
    commit(&mut store, vec![given.clone()]).unwrap();
    let snapshot = store.snapshot();
    let read = snapshot
        .observation(IndicatorId(0), RegionId(0), &Scenario::target(), given.period, None)
        .unwrap()
        .unwrap();
    assert_eq!(
        (read.value, read.status, read.precision),
        (given.value, given.status, given.precision)
    );
    assert_eq!((read.published, read.recorded), (given.published, date("2025-01-01")));
    assert_eq!(
        (read.source.as_deref(), read.note.as_deref()),
        (given.source.as_deref(), given.note.as_deref())
    );
    assert_eq!(snapshot.scenarios(IndicatorId(0)), [Scenario::target()]);
    assert_eq!(value(&snapshot, "2024-H1", None), None, "scenarios do not mix");
    let has =
        |region| snapshot.has_data(IndicatorId(0), RegionId(region), &Scenario::target()).unwrap();
    assert!(has(0) && !has(1));
}

#[test]
fn as_of_answers_as_was_known_then() {
    let mut store = in_memory();
    let facts = vec![
        published(fact("2023", "10"), "2024-01-10"),
        published(fact("2023", "12"), "2024-06-10"),
        published(
            Fact { value: None, status: Status::WITHDRAWN, ..fact("2023", "0") },
            "2024-09-01",
        ),
        fact("2022", "7"),
    ];
    let receipt = commit(&mut store, facts).unwrap();
    assert_eq!((receipt.added, receipt.revised, receipt.withdrawn), (2, 1, 1));
    let snapshot = store.snapshot();
    let known = |day| value(&snapshot, "2023", Some(day));
    assert_eq!(known("2024-01-09"), None);
    assert_eq!(known("2024-01-10").as_deref(), Some("10"));
    assert_eq!(known("2024-08-31").as_deref(), Some("12"));
    assert_eq!(known("2024-09-01").as_deref(), Some("-"));
    assert_eq!(value(&snapshot, "2022", Some("2024-12-31")), None, "known since it was recorded");
    assert_eq!(value(&snapshot, "2022", Some("2025-01-01")).as_deref(), Some("7"));
    let revisions = snapshot
        .revisions(IndicatorId(0), RegionId(0), &Scenario::reported(), period("2023"))
        .unwrap();
    let days: Vec<_> = revisions.iter().map(|o| o.known().to_string()).collect();
    assert_eq!(days, ["2024-01-10", "2024-06-10", "2024-09-01"]);
}

#[test]
fn the_same_fact_twice_is_one_fact() {
    let mut store = in_memory();
    let facts = || vec![fact("2023", "10"), published(fact("2024", "11"), "2025-02-01")];
    let first = commit(&mut store, facts()).unwrap();
    let again = commit(&mut store, facts()).unwrap();
    assert_eq!((again.added, again.unchanged), (0, 2));
    assert_eq!(again.id, first.id, "nothing new is no commit");
    // Also within one batch, and a frame apart.
    let mut more = facts();
    more.insert(1, fact("2022", "9"));
    more.extend([fact("2022", "9.0"), fact("2022-06", "8"), fact("2022-06", "8")]);
    let third = commit(&mut store, more).unwrap();
    assert_eq!((third.added, third.unchanged), (2, 4));
    assert_eq!(third.id.sequence, first.id.sequence + 1);
}

#[test]
fn a_contradiction_is_refused_with_all_that_came_with_it() {
    let mut store = in_memory();
    commit(&mut store, vec![published(fact("2023", "10"), "2024-01-10")]).unwrap();
    let contradiction = published(fact("2023", "10.5"), "2024-01-10");
    let error = commit(&mut store, vec![fact("2022", "1"), contradiction]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a in VN@0, 2023 (reported), published 2024-01-10: 10.5 contradicts 10, which is known; \
         a revision has a later day of publication"
    );
    assert_eq!(value(&store.snapshot(), "2022", None), None);
    // Within one batch as well.
    let both = vec![fact("2021", "1"), fact("2021", "2")];
    assert!(matches!(commit(&mut store, both), Err(StoreError::Conflict(_))));
    commit(&mut store, vec![fact("2021", "2")]).unwrap();
}

#[test]
fn a_contradiction_says_what_a_revision_needs() {
    let mut store = in_memory();
    commit(&mut store, vec![fact("2023", "10")]).unwrap();
    let error = commit(&mut store, vec![fact("2023", "10.5")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a in VN@0, 2023 (reported), without a day of publication: 10.5 contradicts 10, which is \
         known; a revision has a day of publication, 2025-01-01 or later"
    );
    // What it says is so: on the day of the recording is late enough, a day earlier is not.
    commit(&mut store, vec![published(fact("2023", "9"), "2024-12-31")]).unwrap();
    assert_eq!(value(&store.snapshot(), "2023", None).as_deref(), Some("10"));
    commit(&mut store, vec![published(fact("2023", "10.5"), "2025-01-01")]).unwrap();
    assert_eq!(value(&store.snapshot(), "2023", None).as_deref(), Some("10.5"));
}

#[test]
fn what_makes_a_contradiction_is_named() {
    use milepost_model::Precision;
    let fact = || published(fact("2023", "10"), "2024-01-10");
    let withdrawn = |status| Fact { value: None, status, ..fact() };
    let rows = [
        (fact(), Fact { status: Status::ESTIMATE, ..fact() }, "10 (E) contradicts 10,"),
        (fact(), Fact { precision: Precision::Over, ..fact() }, "over 10 contradicts 10,"),
        (fact(), withdrawn(Status::WITHDRAWN), "a withdrawal contradicts 10,"),
        (withdrawn(Status::WITHDRAWN), fact(), "10 contradicts a withdrawal,"),
        (
            withdrawn(Status::WITHDRAWN),
            withdrawn(Status::ACTUAL),
            "a withdrawal (A) contradicts a withdrawal,",
        ),
    ];
    for (known, given, expected) in rows {
        let mut store = in_memory();
        commit(&mut store, vec![known.clone()]).unwrap();
        let error = commit(&mut store, vec![given.clone()]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let error = commit(&mut store, vec![known.clone(), given.clone()]).unwrap_err();
        assert!(matches!(error, StoreError::Conflict(conflict) if conflict.position == 1));
        // Another scenario, source or note is no contradiction, and the first source stays.
        let elsewhere = Fact { scenario: Scenario::target(), ..given };
        let again = Fact { source: Some("VSS".into()), note: Some("again".into()), ..known };
        let receipt = commit(&mut store, vec![elsewhere, again]).unwrap();
        assert_eq!((receipt.unchanged, receipt.added + receipt.withdrawn), (1, 1));
        let (i, r) = (IndicatorId(0), RegionId(0));
        let read = store.snapshot().observation(i, r, &Scenario::reported(), period("2023"), None);
        assert_eq!(read.unwrap().unwrap().source, None);
    }
}

#[test]
fn what_was_withdrawn_may_be_published_again() {
    let mut store = in_memory();
    let withdrawn = Fact { value: None, status: Status::WITHDRAWN, ..fact("2023", "1") };
    let steps = [
        published(fact("2023", "10"), "2024-01-10"),
        published(withdrawn, "2024-02-10"),
        published(fact("2023", "10"), "2024-03-10"),
    ];
    for fact in steps {
        commit(&mut store, vec![fact]).unwrap();
        store.checkpoint().unwrap();
    }
    let known = |day| value(&store.snapshot(), "2023", Some(day));
    let days = ["2024-01-09", "2024-01-31", "2024-02-10", "2024-03-10"];
    assert_eq!(days.map(known), [None, Some("10".into()), Some("-".into()), Some("10".into())]);
}

#[test]
fn the_extremes_of_what_fits_survive_every_way_of_keeping_them() {
    let memory = Memory::default();
    let mut store = on(&memory);
    let values = [
        "9223372036854775807",
        "-9223372036854775808",
        "0.00000000000000000000000000000000000001",
        "-92233720368547758.07",
        "1000000000000000000",
        "0",
    ];
    // Neighbours in one frame: no common scale holds them all.
    let facts: Vec<_> =
        values.iter().zip(2001..).map(|(text, year)| fact(&format!("{year}"), text)).collect();
    commit(&mut store, facts).unwrap();
    let first = Fact { period: Period::day(Date::MIN), ..fact("2023", "1") };
    let last = Fact { period: Period::day(Date::MAX), ..fact("2023", "2") };
    let whole = Period::span(Date::MIN, Date::MAX).unwrap();
    commit(&mut store, vec![first, last, Fact { period: whole, ..fact("2023", "3") }]).unwrap();
    let check = |store: &Store| {
        for (text, year) in values.iter().zip(2001..) {
            assert_eq!(value(&store.snapshot(), &format!("{year}"), None).as_deref(), Some(*text));
        }
        let (i, r, reported) = (IndicatorId(0), RegionId(0), Scenario::reported());
        for (period, expected) in
            [(Period::day(Date::MIN), "1"), (Period::day(Date::MAX), "2"), (whole, "3")]
        {
            let read = store.snapshot().observation(i, r, &reported, period, None);
            assert_eq!(shown(read).as_deref(), Some(expected));
        }
        assert_eq!(store.snapshot().series(i, r, &reported, None).unwrap().len(), 9);
        store.verify().unwrap();
    };
    check(&store);
    drop(store);
    store = reopen(&memory).unwrap();
    check(&store);
    store.checkpoint().unwrap();
    check(&store);
    store.merge().unwrap();
    check(&store);
    check(&Store::read_on(Arc::new(memory), options()).unwrap());
}

#[test]
fn regions_that_come_after_a_sheet_was_shaped_have_their_place_in_it() {
    let memory = Memory::default();
    let mut store = on(&memory);
    // The sheet is shaped for the one region of its level, and grows far beyond 1,024.
    let of = |region: u32, text: &str| Fact { region: RegionId(region), ..fact("2023", text) };
    commit(&mut store, vec![of(0, "1")]).unwrap();
    let more = (0..1500).map(|n| Region::new(format!("X-{n}")).level(0).into()).collect();
    store.define(more).unwrap();
    let facts = (REGIONS..REGIONS + 1500).map(|region| of(region, &region.to_string())).collect();
    commit(&mut store, facts).unwrap();
    // A level that is stated later moves no figures.
    store.define(vec![Region::new("X-7").level(3).into()]).unwrap();
    commit(&mut store, vec![published(of(REGIONS + 7, "7"), "2025-02-01")]).unwrap();
    for _ in 0..2 {
        let snapshot = store.snapshot();
        for region in [0, REGIONS, REGIONS + 7, REGIONS + 1499] {
            let expected = match region {
                0 => "1".to_owned(),
                region if region == REGIONS + 7 => "7".to_owned(),
                region => region.to_string(),
            };
            let reported = Scenario::reported();
            let series =
                snapshot.series(IndicatorId(0), RegionId(region), &reported, None).unwrap();
            assert_eq!(series.len(), 1);
            assert_eq!(series[0].value, Some(expected.parse().unwrap()));
        }
        store.checkpoint().unwrap();
        store.verify().unwrap();
        drop(store);
        store = reopen(&memory).unwrap();
    }
}

#[test]
fn a_token_without_a_producer_is_refused() {
    let mut store = in_memory();
    let token = Some((String::new(), 7));
    let error = store.commit(Batch { token, ..Batch::default() }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the token 7 has no producer; it needs the name of whoever counts the batches"
    );
}

#[test]
fn facts_that_do_not_fit_are_named() {
    let mut store = in_memory();
    let refused = |store: &mut Store, bad: Fact| {
        commit(store, vec![fact("2022", "1"), bad]).unwrap_err().to_string()
    };
    let unknown = Fact { region: RegionId(REGIONS), ..fact("2023", "1") };
    assert_eq!(refused(&mut store, unknown), "fact 1: the region is not defined");
    let unknown = Fact { indicator: IndicatorId(2), ..fact("2023", "1") };
    assert_eq!(refused(&mut store, unknown), "fact 1: the indicator is not defined");
    let wide = refused(&mut store, fact("2023", "12345678901234567890"));
    assert!(wide.starts_with("fact 1: 12345678901234567890 does not fit;"), "{wide}");
    let long = Fact { note: Some("x".repeat(70_000).into()), ..fact("2023", "1") };
    assert_eq!(refused(&mut store, long), "bytes of a text: 70000 is more than the limit of 65536");
    assert_eq!(store.statistics().points, 0);
}

#[test]
fn definitions_are_all_or_none() {
    let mut store = in_memory();
    let bad = vec![Region::new("VN-04").into(), Region::new("").into()];
    assert!(matches!(store.define(bad), Err(StoreError::Catalogue(_))));
    assert_eq!(store.snapshot().catalogue().regions().len(), REGIONS as usize);
}

#[test]
fn defining_the_same_again_is_no_commit() {
    let mut store = in_memory();
    let id = store.snapshot().id();
    define(&mut store);
    assert_eq!(store.snapshot().id(), id);
    let other = |store: &mut Store, name: &str| {
        let labelled = |name: &str| Region::new("VN").level(0).name(name).into();
        store.define(vec![labelled("X"), labelled(name)]).unwrap();
        store.snapshot().catalogue().region(RegionId(0)).official_name().to_owned()
    };
    assert_eq!(other(&mut store, "Việt Nam"), "Việt Nam");
    assert_eq!(other(&mut store, "Việt Nam"), "Việt Nam", "the last one counts");
    assert_eq!(store.snapshot().id().sequence, id.sequence + 2);
}

#[test]
fn a_token_is_taken_once() {
    let mut store = in_memory();
    let batch = |number, year: &str| Batch {
        facts: vec![fact(year, "1")],
        token: Some(("press".to_owned(), number)),
        ..Batch::default()
    };
    let first = store.commit(batch(7, "2020")).unwrap();
    for number in [7, 3] {
        let again = store.commit(batch(number, "2021")).unwrap();
        assert!(again.already_applied);
        assert_eq!(again.id, first.id);
    }
    assert!(!store.commit(batch(8, "2021")).unwrap().already_applied);
    assert_eq!(store.snapshot().last_batch("press"), Some(8));
    assert_eq!(store.snapshot().last_batch("radio"), None);
}

#[test]
fn a_batch_beyond_the_bound_of_the_log_is_as_atomic_as_any() {
    let memory = Memory::default();
    let options = options().with_log_bound(10, 1 << 20);
    let mut store = Store::create_on(Arc::new(memory.clone()), options).unwrap();
    define(&mut store);
    let year = |year: i32| fact(&format!("{year:04}"), &format!("{year}"));
    let mut seen = Vec::new();
    let batch = Batch { facts: (1..=3000).map(year).collect(), ..Batch::default() };
    let receipt = store.commit_with(batch, &mut |progress| seen.push(progress.done)).unwrap();
    assert_eq!(receipt.added, 3000);
    assert!(seen.is_sorted() && seen.last() == Some(&3000) && seen.len() > 2);
    assert_eq!(store.statistics().segments, 1);
    assert_eq!(store.statistics().fresh_frames, 0);
    assert_eq!(receipt.id, store.snapshot().id());
    // Small commits fill the log; where nobody else empties it, a commit does in the end.
    for n in 3001..=3040 {
        commit(&mut store, vec![year(n)]).unwrap();
    }
    assert_eq!(store.statistics().segments, 1);
    commit(&mut store, vec![year(3041)]).unwrap();
    assert_eq!((store.statistics().segments, store.statistics().fresh_frames), (2, 1));
    let Statistics { points, commits, .. } = store.statistics();
    assert_eq!((points, commits), (3041, 43));
    drop(store);
    assert_eq!(reopen(&memory).unwrap().statistics().points, points);
}

#[test]
fn a_snapshot_does_not_change() {
    let mut store = in_memory();
    commit(&mut store, vec![fact("2023", "10")]).unwrap();
    let before = store.snapshot();
    commit(&mut store, vec![published(fact("2023", "11"), "2025-03-01")]).unwrap();
    store.merge().unwrap();
    commit(&mut store, vec![published(fact("2023", "12"), "2025-04-01")]).unwrap();
    assert_eq!(value(&before, "2023", None).as_deref(), Some("10"));
    assert_eq!(value(&store.snapshot(), "2023", None).as_deref(), Some("12"));
    let CommitId { sequence, .. } = before.id();
    assert_eq!(store.snapshot().id().sequence, sequence + 2);
}

#[test]
fn snapshots_and_stores_go_to_other_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Snapshot>();
    is_shared::<Store>();
}
