//! What `explain` says was read, where frames are full enough to have sums of their own.

use milepost_lang::parse;
use milepost_model::{Fact, Indicator, Region};
use milepost_store::{Batch, Snapshot, Store};

use crate::{Outcome, Parameters, Session, execute};

/// Communes of two provinces whose figures fill a frame a month.
const COMMUNES: u32 = 600;

fn snapshot() -> Snapshot {
    let mut store = Store::in_memory();
    let commune = |at| Region::new(format!("C{at}")).kind("commune").level(2);
    let mut definitions = vec![
        Indicator::stock("people").unit("persons").into(),
        Region::new("L").name("Land").kind("country").level(0).into(),
        Region::new("P0").kind("province").level(1).parent("L").into(),
        Region::new("P1").kind("province").level(1).parent("L").into(),
    ];
    definitions.extend(
        (0..COMMUNES).map(|at| commune(at).parent(format!("P{}", at * 2 / COMMUNES)).into()),
    );
    store.define(definitions).unwrap();
    let catalogue = store.snapshot().catalogue().clone();
    let people = catalogue.find_indicator("people").found().unwrap();
    let facts = (0..COMMUNES).flat_map(|at| {
        let region = catalogue.find_regions(&format!("C{at}"))[0];
        let month = move |month: &str| {
            Fact::new(people, region, month.parse().unwrap(), Some(i64::from(at).into()))
        };
        ["2024-01", "2024-02", "2024-03"].map(month)
    });
    store.commit(Batch { facts: facts.collect(), ..Batch::default() }).unwrap();
    store.snapshot()
}

/// What `explain` says was read.
fn read(snapshot: &Snapshot, text: &str) -> String {
    let script = parse(&format!("explain {text}")).unwrap();
    let (mut session, parameters) = (Session::new(), Parameters::new());
    match execute(snapshot, &mut session, &script.statements[0], &parameters) {
        Ok(Outcome::Explanation(explanation)) => {
            let (heading, read) = explanation.facts.last().unwrap().clone();
            assert_eq!(heading, "read");
            read
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn explain_tells_frames_from_sums() {
    let frame = snapshot().statistics().frame_bytes / 3;
    for (text, expected) in [
        ("people in L at 2024-02", "0 frames, 0 bytes, 1 sum from the directory".to_owned()),
        (
            "growth of people in L since 2024-01",
            "0 frames, 0 bytes, 2 sums from the directory".into(),
        ),
        (
            "people in L by month since 2024-01",
            "0 frames, 0 bytes, 3 sums from the directory".into(),
        ),
        ("people in C7 at 2024-02", format!("1 frame, {frame} bytes")),
        (
            "growth of people by province in L since 2024-01",
            format!("2 frames, {} bytes", 2 * frame),
        ),
        ("yoy growth of people by commune in L at 2024-02", format!("1 frame, {frame} bytes")),
        ("top 2 of people by commune in L at 2024-02", format!("1 frame, {frame} bytes")),
    ] {
        let snapshot = snapshot();
        assert_eq!(read(&snapshot, text), expected, "{text}");
        assert_eq!(read(&snapshot, text), expected, "{text}, asked again");
    }
}
