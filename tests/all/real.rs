//! What statistical offices print, against what the engine computes from their
//! figures: totals, rates, growth, projections (`tests/data/real`).

use std::path::PathBuf;

use milepost::{Snapshot, Store};
use milepost_io::{ImportOptions, import_file, read_catalogue_file};

const DATA_SETS: [&str; 5] =
    ["un_population", "us_births", "us_employment", "us_unemployment", "world_bank"];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data/real"))
}

#[test]
fn what_publishers_print_comes_out() {
    let (mut checks, mut failing) = (0, Vec::new());
    for name in DATA_SETS {
        let snapshot = load(name).snapshot();
        let mut reader = csv::Reader::from_path(folder().join(name).join("checks.csv")).unwrap();
        for record in reader.records() {
            let record = record.unwrap();
            let interval = [&record[3], &record[4]].map(|end| end.parse::<f64>().ok());
            if let Err(reason) = check(&snapshot, &record[1], interval) {
                failing.push(format!("{name}: {}: {reason}", &record[1]));
            }
            checks += 1;
        }
    }
    assert!(checks > 500, "the checks are somewhere else: {checks}");
    assert!(failing.is_empty(), "{} checks do not hold:\n{}", failing.len(), failing.join("\n"));
}

/// A check without an interval says that the answer is missing or refused.
fn check(snapshot: &Snapshot, query: &str, interval: [Option<f64>; 2]) -> Result<(), String> {
    let answer = snapshot.query(query).map_err(|error| error.to_string());
    let value = answer.map(|answer| answer.rows.first().and_then(|row| row.value));
    match (interval, value) {
        ([Some(low), Some(high)], Ok(Some(value))) => {
            let value = value.to_f64();
            let slack = 1e-9 * value.abs();
            if (low - slack..=high + slack).contains(&value) {
                return Ok(());
            }
            Err(format!("{value} is outside of {low}..{high}"))
        }
        ([None, None], Ok(None) | Err(_)) => Ok(()),
        ([None, None], Ok(Some(value))) => Err(format!("{value}, which should be missing")),
        (_, Ok(None)) => Err("missing".to_owned()),
        (_, Err(error)) => Err(error),
        (mixed, _) => panic!("{query}: a check has both ends or none: {mixed:?}"),
    }
}

fn load(name: &str) -> Store {
    let mut store = Store::in_memory();
    let folder = folder().join(name);
    for file in ["indicators.csv", "regions.csv", "milestones.csv"] {
        let path = folder.join(file);
        if path.exists() {
            store.define_all(read_catalogue_file(path).unwrap()).unwrap();
        }
    }
    let options = ImportOptions { strict: true, ..ImportOptions::default() };
    import_file(&mut store, folder.join("observations.csv"), &options, &mut |_| {}).unwrap();
    store
}
