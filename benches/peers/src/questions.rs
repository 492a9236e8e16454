//! The twelve questions in Since and SQL, and what they ask in numbers: the peers' tables hold
//! numbers only.

use milepost_benches::workload::{
    FIRST_MONTH, INDICATORS, LAST_MONTH, commune_code, province_code,
};
use milepost_benches::{COMMUNE, questions};

use crate::rows::Row;
use crate::sql::sql;

/// The base of growth since 2018-05.
const MAY_2018: u16 = 2018 * 12 + 4;
/// The month that is asked for alone.
const JUNE_2010: u16 = 2010 * 12 + 5;

/// Positions in [`INDICATORS`].
pub(crate) const SI: u8 = 0;
pub(crate) const HI: u8 = 4;
pub(crate) const POPULATION: u8 = 5;
pub(crate) const NEW_VSI: u8 = 7;
/// The only indicator that does not add up; the last one.
pub(crate) const SATISFACTION: u8 = 11;

/// One of the twelve questions, in the texts that engines read: writing them is not timed.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) asked: Asked,
    /// Statements of Since.
    pub(crate) since: Vec<String>,
    pub(crate) sql: String,
}

impl Question {
    /// `q1` to `q12`.
    pub(crate) fn all() -> Vec<Question> {
        let written = questions().into_iter().map(|question| {
            let asked = asked(question.name);
            Question { name: question.name, asked, since: question.since, sql: sql(asked) }
        });
        written.collect()
    }
}

/// A question in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// One figure of one commune.
    Figure { indicator: u8, region: u16, month: u16 },
    /// Every month of one commune.
    Series { indicator: u8, region: u16 },
    /// The sums of two months: of the nation, or of every province.
    Sums { indicator: u8, by_province: bool, base: u16, end: u16 },
    /// Sums by province and year: of the last month or of all.
    Years { indicator: u8, last_month_only: bool },
    /// Two indicators by province and month.
    Ratio { above: u8, below: u8 },
    /// Two months of every commune; of the fastest ones only.
    Pairs { indicator: u8, base: u16, end: u16, top: Option<u32>, yearly: bool },
    /// The sum of every indicator that adds up.
    Everything,
    /// The sum of the communes in each month.
    Months { indicator: u8 },
}

/// What `q1` to `q12` ask.
fn asked(question: &str) -> Asked {
    let pairs =
        |base, top, yearly| Asked::Pairs { indicator: SI, base, end: LAST_MONTH, top, yearly };
    let sums =
        |base, by_province| Asked::Sums { indicator: SI, by_province, base, end: LAST_MONTH };
    let region = COMMUNE as u16;
    match question {
        "q1" => Asked::Figure { indicator: SI, region, month: JUNE_2010 },
        "q2" => Asked::Series { indicator: HI, region },
        "q3" => sums(FIRST_MONTH, false),
        "q4" => sums(MAY_2018, true),
        "q5" => Asked::Years { indicator: SI, last_month_only: true },
        "q6" => Asked::Years { indicator: NEW_VSI, last_month_only: false },
        "q7" => Asked::Ratio { above: HI, below: POPULATION },
        "q8" => pairs(MAY_2018, Some(10), false),
        "q9" => pairs(LAST_MONTH - 12, None, false),
        "q10" => Asked::Everything,
        "q11" => Asked::Months { indicator: SI },
        _ => pairs(FIRST_MONTH, None, true),
    }
}

impl Asked {
    /// A peer's row of numbers as a row for comparison: the place (a province, a
    /// commune, or for [`Asked::Everything`] an indicator), the month, one figure or two.
    pub(crate) fn row(self, place: i64, month: i64, figures: [Option<i128>; 2]) -> Option<Row> {
        let number = usize::try_from(place).ok()?;
        let mut row = Row {
            place: self.place(number)?,
            month: u16::try_from(month).ok()?,
            figures: figures.into_iter().flatten().collect(),
            value: None,
        };
        match (self, figures) {
            (Self::Ratio { .. }, [Some(above), Some(below)]) => {
                row.value = Some(above as f64 / below as f64);
                row.figures.clear();
            }
            (Self::Everything, [Some(sum), _]) => {
                // As Since asks for it: the mean of the nation's months.
                row.value = Some(sum as f64 / INDICATORS.get(number)?.months() as f64);
                row.figures.clear();
            }
            (Self::Pairs { base, end, yearly: true, .. }, [Some(from), Some(to)]) => {
                let years = f64::from(end - base) / 12.0;
                row.value = Some(100.0 * ((to as f64 / from as f64).powf(years.recip()) - 1.0));
            }
            (Self::Pairs { .. } | Self::Sums { .. }, [Some(from), Some(to)]) => {
                row.value = Some(100.0 * (to - from) as f64 / from as f64);
            }
            _ => {}
        }
        Some(row)
    }

    fn place(self, number: usize) -> Option<String> {
        Some(match self {
            Self::Everything => INDICATORS.get(number)?.name.to_owned(),
            Self::Months { .. } | Self::Sums { by_province: false, .. } => "VN".to_owned(),
            Self::Figure { .. } | Self::Series { .. } | Self::Pairs { .. } => commune_code(number),
            Self::Sums { .. } | Self::Years { .. } | Self::Ratio { .. } => province_code(number),
        })
    }
}
