//! Periods, decimals, kinds, units, regions over time and milestones: the vocabulary of milepost

#![forbid(unsafe_code)]

mod catalogue;
mod date;
mod decimal;
mod frequency;
mod indicator;
mod kind;
mod label;
mod milestone;
mod name;
mod number;
mod observation;
mod period;
mod precision;
mod region;
mod scenario;
mod status;
mod unit;
mod wide;

pub use catalogue::{
    Ancestors, Catalogue, CatalogueError, CatalogueWarning, Definition, Gazetteer, IndicatorId,
    Lookup, MilestoneId, Outline, RegionId, RegionSource, RegionView,
};
pub use date::{Date, DateError};
pub use decimal::{Decimal, DecimalError};
pub use frequency::Frequency;
pub use indicator::Indicator;
pub use kind::{Basis, Direction, Kind, WordError};
pub use label::Label;
pub use milestone::Milestone;
pub use name::fold;
pub use number::Number;
pub use observation::Fact;
pub use period::{Period, PeriodError, Subperiods, years_between};
pub use precision::{Precision, PrecisionError};
pub use region::{Region, Successor};
pub use scenario::{Scenario, ScenarioError};
pub use status::{Status, StatusError, Strength};
pub use unit::{Unit, UnitError};
