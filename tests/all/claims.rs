//! The script `claims.mpq` has every claim of `tests/data/claims.csv` with its interval.

use std::collections::BTreeMap;

use crate::script::{Demand, Script};

#[test]
fn the_script_has_every_claim_with_its_interval() {
    let root = env!("CARGO_MANIFEST_DIR");
    let script = std::fs::read_to_string(format!("{root}/queries/claims.mpq")).unwrap();
    let script = Script::parse(&script);
    let in_script: BTreeMap<&str, Demand> =
        script.cases().map(|case| (case.name.as_deref().unwrap(), case.demand)).collect();
    let mut reader = csv::Reader::from_path(format!("{root}/data/claims.csv")).unwrap();
    let mut claims = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let demand =
            in_script.get(&record[0]).unwrap_or_else(|| panic!("{} is missing", &record[0]));
        match demand {
            Demand::Within(low, high) | Demand::Outside(low, high) => {
                let interval: [f64; 2] = [&record[3], &record[4]].map(|end| end.parse().unwrap());
                assert_eq!(
                    [*low, *high].map(f64::to_bits),
                    interval.map(f64::to_bits),
                    "{}",
                    &record[0]
                );
            }
            Demand::Refused => assert!(record[3].is_empty(), "{} has an interval", &record[0]),
            Demand::None => panic!("{} demands nothing", &record[0]),
        }
        claims += 1;
    }
    assert_eq!(claims, in_script.len(), "claims that are in the script only");
}
