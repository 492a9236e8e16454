//! Facts: one published figure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Date, Decimal, IndicatorId, Period, Precision, RegionId, Scenario, Status};

/// One figure as it is recorded.
///
/// Its identity is indicator, region, period, scenario and publication date: the
/// same fact twice is one fact.
///
/// ```
/// use milepost_model::{Fact, IndicatorId, Period, RegionId, Status};
///
/// let period: Period = "2024-H1".parse()?;
/// let fact = Fact::new(IndicatorId(0), RegionId(0), period, Some("18.308".parse()?));
/// assert_eq!(fact.status, Status::ACTUAL);
/// assert!(fact.scenario.is_reported());
///
/// let withdrawn = Fact::new(IndicatorId(0), RegionId(0), period, None);
/// assert!(withdrawn.status.is_withdrawn());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What is measured.
    pub indicator: IndicatorId,
    /// Where.
    pub region: RegionId,
    /// When: a stock holds at the close, a flow accrues over the whole of it.
    pub period: Period,
    /// Reported, or aimed at.
    pub scenario: Scenario,
    /// The figure; `None` withdraws the one published before.
    pub value: Option<Decimal>,
    /// What is known about the figure.
    pub status: Status,
    /// The day on which it was published; `None` where that is not known.
    pub published: Option<Date>,
    /// How exactly it was printed.
    pub precision: Precision,
    /// Who published it: many facts share one text.
    pub source: Option<Arc<str>>,
    /// A remark.
    pub note: Option<Arc<str>>,
}

impl Fact {
    /// A reported, exact figure of normal status; without a value, a withdrawal.
    pub fn new(
        indicator: IndicatorId,
        region: RegionId,
        period: Period,
        value: Option<Decimal>,
    ) -> Self {
        Self {
            indicator,
            region,
            period,
            scenario: Scenario::reported(),
            value,
            status: if value.is_some() { Status::ACTUAL } else { Status::WITHDRAWN },
            published: None,
            precision: Precision::Exact,
            source: None,
            note: None,
        }
    }
}
