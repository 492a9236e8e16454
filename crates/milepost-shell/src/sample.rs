//! The figures that the shell opens when no store is named.

use milepost::Store;
use milepost_io::{ImportOptions, import_reader, read_catalogue};

const REGIONS: &str = include_str!("../data/regions.csv");
const INDICATORS: &str = include_str!("../data/indicators.csv");
const MILESTONES: &str = include_str!("../data/milestones.csv");
const OBSERVATIONS: &str = include_str!("../data/observations.csv");

/// Five queries worth trying first on the built-in figures, simplest first.
pub const GREETINGS: [&str; 5] = [
    "voluntary_si.participants in VN at 2019",
    "growth of voluntary_si.participants in VN since Resolution 28 until 2019",
    "yoy change of si.participants in VN at 2024-06",
    "gap of si.coverage in Vinh Long to parent at 2023",
    "multiple of hi.visits in VN since 2009 including estimates",
];

/// A store in memory with the figures that Viet Nam Social Security printed in five articles
/// from 2020 to 2024, with the regions and milestones that they refer to.
///
/// It is made from four CSV files (`data/README.md` describes them) in the way that
/// `milepost define` and `milepost import` make a store.
///
/// ```
/// let store = milepost_shell::sample_store()?;
/// let answer = store.query(milepost_shell::GREETINGS[1])?;
/// assert_eq!(answer.rows[0].value.unwrap().to_string(), "156.25");
/// # Ok::<(), milepost_io::Error>(())
/// ```
///
/// # Errors
/// None that the files as published give; the signature is that of any import.
pub fn sample_store() -> milepost_io::Result<Store> {
    let mut store = Store::in_memory();
    let mut definitions = read_catalogue(REGIONS.as_bytes(), "regions.csv")?;
    definitions.extend(read_catalogue(INDICATORS.as_bytes(), "indicators.csv")?);
    definitions.extend(read_catalogue(MILESTONES.as_bytes(), "milestones.csv")?);
    store.define_all(definitions)?;
    let options = ImportOptions { strict: true, ..ImportOptions::default() };
    import_reader(&mut store, OBSERVATIONS.as_bytes(), "observations.csv", &options, &mut |_| {})?;
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;
    use milepost::{Outcome, Session};

    #[test]
    fn every_greeting_has_an_answer() {
        let snapshot = sample_store().unwrap().snapshot();
        for query in GREETINGS {
            let answer = snapshot.query(query).unwrap_or_else(|error| panic!("{query}\n{error}"));
            assert!(answer.rows.iter().any(|row| row.value.is_some()), "{query}");
        }
    }

    #[test]
    fn every_example_of_the_help_runs() {
        let snapshot = sample_store().unwrap().snapshot();
        for topic in crate::topics::TOPICS {
            match snapshot.run(topic.example, &mut Session::new()) {
                Ok(outcomes) => {
                    if let Some(Outcome::Answer(answer)) = outcomes.last() {
                        let has_value = answer.rows.iter().any(|row| row.value.is_some());
                        assert!(has_value, "{}\n{answer}", topic.example);
                    }
                }
                Err(error) => panic!("{}\n{error}", topic.example),
            }
        }
    }
}
