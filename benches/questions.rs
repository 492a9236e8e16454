//! The twelve questions that every engine is asked.

use crate::workload::INDICATORS;

/// The commune that is asked about alone.
pub const COMMUNE: usize = 300;

/// One of the twelve questions.
#[derive(Clone, Debug)]
pub struct Question {
    /// `q1` to `q12`.
    pub name: &'static str,
    /// What is asked, for people.
    pub title: &'static str,
    /// The question in Since; several statements where one cannot ask it all.
    pub since: Vec<String>,
}

/// The twelve questions.
///
/// They mean the same in every query language: what a commune did not report is
/// left out of sums, growth is in percent, and a comparison with a month needs
/// that month's own figure.
///
/// Since has no sum of a stock along time, so `q10` asks for the mean of the
/// monthly figures of the nation, which reads the same points; nor does it add
/// up rates, so `satisfaction` is left out of `q10` for every engine.
pub fn questions() -> Vec<Question> {
    let commune = crate::workload::commune_code(COMMUNE);
    let one = |name, title, text: &str| Question { name, title, since: vec![text.to_owned()] };
    let additive = INDICATORS.iter().filter(|indicator| indicator.is_additive());
    let means = additive.map(|i| format!("mean of {} in VN by month since first", i.name));
    vec![
        one("q1", "one indicator, commune, month", &format!("si in {commune} at 2010-06")),
        one("q2", "one commune, 360 months", &format!("hi in {commune} by month since 1995-01")),
        one("q3", "national growth since 1995", "growth of si in VN since 1995-01"),
        one(
            "q4",
            "growth since 2018-05 by province",
            "growth of si by province in VN since 2018-05",
        ),
        one("q5", "stock by province at each year's end", "si by province, year in VN since 1995"),
        one("q6", "yearly flow by province", "new_vsi by province, year in VN since 2008"),
        one(
            "q7",
            "hi / population by province and month",
            "hi / population by province, month in VN since 1995-01",
        ),
        one(
            "q8",
            "top 10 communes by growth since 2018-05",
            "top 10 of growth of si by commune in VN since 2018-05",
        ),
        one("q9", "yoy of every commune", "yoy growth of si by commune in VN at 2024-12"),
        Question {
            name: "q10",
            title: "every point of the eleven additive indicators",
            since: means.collect(),
        },
        one("q11", "monthly national total", "si in VN by month since 1995-01"),
        one("q12", "cagr since 1995 of every commune", "cagr of si by commune in VN since 1995-01"),
    ]
}

/// The question of that name.
///
/// # Panics
///
/// When there is none: names stand in the source of a measurement.
pub fn question(name: &str) -> Question {
    let found = questions().into_iter().find(|question| question.name == name);
    found.unwrap_or_else(|| panic!("no question is named {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use milepost::Store;

    /// Names are looked up when a query runs, so an empty store answers what reads well.
    #[test]
    fn every_question_reads_as_since() {
        let questions = questions();
        assert_eq!(questions.len(), 12);
        for question in questions {
            for text in question.since {
                assert!(Store::in_memory().prepare(&text).is_ok(), "{text}");
            }
        }
    }
}
