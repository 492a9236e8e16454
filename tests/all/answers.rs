//! An answer as data: what programs that embed the store hand on.

use crate::storage::{Kept, Storage};

#[test]
fn an_answer_serialises_with_every_digit_and_its_notes() {
    let mut kept = Kept::new(Storage::Memory);
    kept.use_sample();
    let query = "growth of voluntary_si.participants in VN since Resolution 28 until 2019";
    let json = serde_json::to_value(kept.store().query(query).unwrap()).unwrap();
    let row = &json["rows"][0];
    assert_eq!(row["value"], "156.25");
    assert_eq!(row["base"], "2017");
    assert_eq!(row["missing"], serde_json::Value::Null);
    assert_eq!(json["notes"][0]["code"], "MP0801");
    let columns: Vec<&str> =
        json["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let fixed = "region_code,region,period,base,value,unit,status,coverage,missing,published";
    assert_eq!(columns.join(","), fixed);
}
