//! A small store of figures that Viet Nam Social Security printed, for tests.

use milepost_lang::parse;
use milepost_model::{
    Basis, Definition, Direction, Fact, Indicator, Milestone, Precision, Region, Scenario,
};
use milepost_store::{Batch, Snapshot, Store};

use crate::{Answer, Outcome, Parameters, Row, Session, execute};

/// Indicator, region, period, value, status, scenario, published, precision, source.
type Line<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str, &'a str, &'a str, &'a str);

const VSI: &str = "voluntary_si.participants";
const SI: &str = "si.participants";
const HI: &str = "hi.participants";
const VNPOST: &str = "voluntary_si.enrolled_via_vnpost";

const FIGURES: &[Line<'_>] = &[
    (VSI, "VN", "2016", "203700", "E", "", "2020-05-23", "", "launch"),
    (VSI, "VN", "2017", "224000", "A", "", "2020-05-23", "", "launch"),
    (VSI, "VN", "2018", "277000", "A", "", "2020-05-23", "over", "launch"),
    (VSI, "VN", "2019", "574000", "A", "", "2020-05-23", "under", "launch"),
    (VSI, "VN", "2024-06", "1627000", "A", "", "2024-07-10", "", "conference"),
    (VSI, "VN", "2024", "2292000", "F", "", "2024-11-24", "", "conference"),
    ("voluntary_si.coverage", "VN", "2019", "1.17", "A", "", "2020-05-23", "", "launch"),
    (VNPOST, "VN", "2019", "276000", "A", "", "2020-05-23", "over", "launch"),
    (VNPOST, "VN", "2020-T1", "48012", "A", "", "2020-05-23", "", "launch"),
    (VNPOST, "VN", "2020", "300000", "A", "target", "2020-05-23", "over", "launch"),
    (VNPOST, "VN", "2020", "400000", "A", "target/stretch", "2020-05-23", "", "launch"),
    ("compulsory_si.participants", "VN", "2024-06", "16678000", "A", "", "2024-07-10", "", "c"),
    (SI, "VN", "1995", "2000000", "E", "", "2024-11-24", "", "conference"),
    (SI, "VN", "2023-06", "17141000", "E", "", "2024-07-10", "", "conference"),
    (SI, "VN", "2024-06", "18305000", "A", "", "2024-07-10", "", "conference"),
    (SI, "VN", "2024", "20030000", "F", "", "2024-11-24", "", "conference"),
    ("labour_force", "VN", "2023-06", "46900000", "E", "", "2024-07-10", "", "made up"),
    ("si.coverage", "VN", "2023", "39.25", "A", "", "2024-02-07", "", "review"),
    ("si.coverage", "VN", "2024-06", "39.05", "A", "", "2024-07-10", "", "conference"),
    ("si.coverage", "VN", "2024", "42.71", "F", "", "2024-11-24", "", "conference"),
    ("si.coverage", "VN", "2021", "35", "A", "target", "2018-05-23", "", "Resolution 28"),
    ("si.coverage", "VN", "2025", "45", "A", "target", "2024-11-24", "", "conference"),
    ("si.coverage", "VN", "2030", "60", "A", "target", "2018-05-23", "", "Resolution 28"),
    ("si.coverage", "VN-49@0", "2023", "31", "A", "", "2023-12-19", "", "Vinh Long"),
    ("hi.coverage", "VN-49@0", "2023", "93.4", "A", "", "2023-12-19", "", "Vinh Long"),
    ("hi.coverage", "VN-49@2025", "2025", "94", "A", "", "2026-01-10", "", "Vinh Long"),
    ("hi.coverage", "VN", "1995", "9.6", "A", "", "2024-11-24", "", "conference"),
    ("hi.coverage", "VN", "2023", "93.35", "A", "", "2024-02-07", "", "review"),
    (HI, "VN", "1995", "7100000", "A", "", "2024-11-24", "", "conference"),
    (HI, "VN", "2002", "13030000", "A", "", "2024-11-24", "", "conference"),
    (HI, "VN", "2023-06", "90906000", "E", "", "2024-07-10", "", "conference"),
    (HI, "VN", "2023", "93600000", "P", "", "2024-01-15", "", "conference"),
    (HI, "VN", "2023", "93620000", "A", "", "2024-11-24", "", "conference"),
    (HI, "VN", "2024-06", "92131000", "A", "", "2024-07-10", "", "conference"),
    (HI, "VN", "2024", "95430000", "F", "", "2024-11-24", "", "conference"),
    (HI, "VN-60@0", "2005", "100", "A", "", "2006-01-01", "", "made up"),
    (HI, "VN-60@2010", "2015", "150", "A", "", "2016-01-01", "", "made up"),
    ("ui.participants", "VN", "2009", "5990000", "E", "", "2024-11-24", "", "conference"),
    ("ui.participants", "VN", "2024", "16030000", "F", "", "2024-11-24", "", "conference"),
    ("ui.participants", "VN", "2022", "14330000", "A", "", "2023-02-01", "", "made up"),
    ("ui.participants", "VN", "2022", "", "O", "", "2023-05-01", "", "made up"),
    ("hi.visits", "VN", "2009", "92500000", "E", "", "2024-11-24", "", "conference"),
    ("hi.visits", "VN", "2024", "185000000", "E", "", "2024-11-24", "about", "conference"),
    ("fund.collected", "VN", "2024-02", "300", "A", "", "2024-07-10", "", "made up for tests"),
    ("outreach.events", "VN-HN", "2021-01-01/2023-12-18", "1071", "A", "", "2023-12-19", "", ""),
];

/// The store: the figures above, and a made-up monthly flow of 2022 and 2023 in which month `m` of
/// a year collects `100 + m`, 12 more in 2023, with a hole in November 2023.
pub(crate) fn snapshot() -> Snapshot {
    let mut store = Store::in_memory();
    store.define(definitions()).unwrap();
    let catalogue = store.snapshot().catalogue().clone();
    let fact = |line: &Line<'_>| {
        let (indicator, region, period, value, status, scenario, published, precision, source) =
            *line;
        let indicator = catalogue.find_indicator(indicator).found().unwrap();
        let region = catalogue.find_regions(region)[0];
        let value = (!value.is_empty()).then(|| value.parse().unwrap());
        let mut fact = Fact::new(indicator, region, period.parse().unwrap(), value);
        fact.status = status.parse().unwrap();
        fact.scenario = Scenario::new(scenario).unwrap();
        fact.published = Some(published.parse().unwrap());
        fact.precision = precision.parse::<Precision>().unwrap();
        fact.source = (!source.is_empty()).then(|| source.into());
        fact
    };
    let mut facts: Vec<Fact> = FIGURES.iter().map(fact).collect();
    for (year, month) in (2022..2024).flat_map(|year| (1..=12).map(move |month| (year, month))) {
        if (year, month) != (2023, 11) {
            let (period, value) =
                (format!("{year}-{month:02}"), (100 + month + 12 * (year - 2022)).to_string());
            for indicator in ["fund.revenue", "fund.revenue_to_date"] {
                let published = "2024-03-01";
                facts.push(fact(&(indicator, "VN", &period, &value, "A", "", published, "", "")));
            }
        }
    }
    store.commit(Batch { facts, ..Batch::default() }).unwrap();
    store.snapshot()
}

fn definitions() -> Vec<Definition> {
    let stock = |name: &str| Indicator::stock(name).unit("persons").direction(Direction::Up);
    let rate = |name: &str| Indicator::ratio(name).unit("%").direction(Direction::Up);
    let mut definitions: Vec<Definition> = [
        stock(SI),
        stock(HI),
        stock("compulsory_si.participants"),
        stock(VSI).begins("2008-01-01"),
        stock("ui.participants"),
        stock("labour_force"),
        rate("si.coverage").of(SI, "labour_force"),
        rate("hi.coverage"),
        rate("voluntary_si.coverage").of(VSI, "labour_force"),
        Indicator::flow(VNPOST).unit("persons"),
        Indicator::flow("hi.visits").unit("visits"),
        Indicator::flow("fund.revenue").unit("billion VND"),
        Indicator::flow("fund.revenue_to_date").unit("billion VND").basis(Basis::Ytd),
        Indicator::flow("fund.collected").unit("million VND"),
        Indicator::undeclared("outreach.events"),
    ]
    .map(Definition::Indicator)
    .into();
    let merged = |region: Region| region.valid_to("2025-07-01").successor("VN-49@2025");
    definitions.extend(
        [
            Region::new("VN").name("Việt Nam").label("en", "Viet Nam").kind("country").level(0),
            Region::new("VN-HN").name("Hà Nội").kind("province").level(1).parent("VN"),
            merged(Region::new("VN-49").name("Vĩnh Long").kind("province").level(1).parent("VN")),
            merged(Region::new("VN-50").name("Bến Tre").kind("province").level(1).parent("VN")),
            Region::new("VN-60").name("Old name").valid_to("2010-01-01").successor("VN-60@2010"),
            Region::new("VN-60").name("New name").valid_from("2010-01-01"),
            Region::new("VN-49")
                .name("Vĩnh Long")
                .kind("province")
                .level(1)
                .parent("VN")
                .valid_from("2025-07-01"),
        ]
        .map(Definition::Region),
    );
    definitions.extend(
        [
            Milestone::new("Resolution No. 28-NQ/TW issued")
                .alias("Resolution 28")
                .on("2018-05-23"),
            Milestone::new("VSI begins").on("2008-01-01"),
            Milestone::new("UI starts").on("2009-01-01"),
            Milestone::new("34 provinces").on("2025-07-01"),
            Milestone::new("COVID-19").from("2020-01").until("2020-04"),
            Milestone::new("Law passed").alias("the law").on("2024-06-29"),
            Milestone::new("Law in force").alias("the law").on("2025-07-01"),
        ]
        .map(Definition::Milestone),
    );
    definitions
}

/// The outcome of the last statement of a text.
pub(crate) fn outcome_with(
    text: &str,
    session: &mut Session,
    parameters: &Parameters,
) -> Result<Outcome, String> {
    let snapshot = snapshot();
    let script = parse(text).map_err(|error| error.render(text))?;
    let mut last = Err("no statement".to_owned());
    for statement in &script.statements {
        last = execute(&snapshot, session, statement, parameters)
            .map_err(|diagnostic| diagnostic.render(text));
    }
    last
}

/// The answer to a text, which must have one.
pub(crate) fn answer(text: &str) -> Answer {
    match outcome_with(text, &mut Session::new(), &Parameters::new()) {
        Ok(Outcome::Answer(answer)) => answer,
        Ok(other) => panic!("{text}: {other:?}"),
        Err(error) => panic!("{error}"),
    }
}

/// The error of a text, rendered.
pub(crate) fn error(text: &str) -> String {
    match outcome_with(text, &mut Session::new(), &Parameters::new()) {
        Ok(outcome) => panic!("{text}: {outcome:?}"),
        Err(error) => error,
    }
}

/// The only row of an answer.
pub(crate) fn only_row(text: &str) -> Row {
    let answer = answer(text);
    assert_eq!(answer.rows.len(), 1, "{text}\n{answer}");
    answer.rows[0].clone()
}

/// The value of the only row, to four decimals.
pub(crate) fn value(text: &str) -> String {
    let row = only_row(text);
    match row.value {
        Some(value) => {
            let rounded = format!("{:.4}", value.to_f64());
            rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        None => row.missing.map(|missing| missing.to_string()).unwrap_or_default(),
    }
}

/// Every row as `period value` texts, with the reason in place of a missing value.
pub(crate) fn series(text: &str) -> Vec<String> {
    let show = |row: &Row| {
        let period = row.period.map(|period| period.to_string()).unwrap_or_default();
        let value = row.value.map(|value| format!("{:.2}", value.to_f64()));
        let missing = row.missing.map(|missing| missing.to_string());
        format!("{period} {}", value.or(missing).unwrap_or_default())
    };
    answer(text).rows.iter().map(show).collect()
}
