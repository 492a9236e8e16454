//! Milepost linked as a library: define, commit, ask.

use milepost::{Batch, Indicator, Milestone, Region, Result, Store};

fn main() -> Result<()> {
    let mut store = Store::in_memory(); // Store::open_or_create("vss.milepost")? keeps it on disk
    store.define(Indicator::stock("voluntary_si.participants").unit("persons"))?;
    store.define(Region::new("VN").name("Việt Nam"))?;
    store.define(Milestone::new("Resolution 28").alias("28-NQ/TW").on("2018-05-23"))?;

    let mut batch = Batch::new().published("2020-05-23")?.source("VSS");
    for (year, participants) in [("2017", "224000"), ("2018", "277000"), ("2019", "574000")] {
        batch.push("voluntary_si.participants", "VN", year, participants)?;
    }
    store.commit(batch)?;

    let answer = store.query("growth of voluntary_si.participants in VN since Resolution 28")?;
    println!("{answer}");

    let growth = store.prepare("growth of voluntary_si.participants in $where since $when")?;
    for year in ["2017", "2018"] {
        let answer = growth.bind("where", "VN").bind("when", year).query(&store.snapshot())?;
        for row in &answer.rows {
            println!(
                "since {year}: {} {}",
                row.value.map_or_else(String::new, |v| v.to_string()),
                row.unit
            );
        }
    }
    store.close()
}
