//! What a query answers: rows that say what they compare, and notes.

mod format;
mod missing;
mod reading;
mod rows;
mod serialize;
mod table;

use milepost_lang::Diagnostic;
use milepost_model::{Date, Number, Period, Status, Strength};

pub use missing::{MissingReason, Undefined};
pub use reading::{Coverage, Origin, Reading};
pub use rows::Rows;

pub(crate) use format::figure;
pub use format::grouped;
pub(crate) use rows::Columns;
pub(crate) use table::plain_table;

/// The rows of a query and what is worth knowing about them.
///
/// Rows stand in the order of the regions as they were asked for, then in time. Every row carries
/// its base and end readings, so that what was compared with what is never implicit; a row
/// without a value says why in [`Row::missing`]. `Display` draws a plain table for people with
/// the notes below it; [`Answer::columns`] and [`Answer::records`] are the machine's view, with
/// unrounded figures.
///
/// ```
/// use milepost_engine::{Outcome, Parameters, Session, execute};
/// use milepost_model::{Definition, Fact, Indicator, Milestone, Region};
/// use milepost_store::{Batch, Store};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut store = Store::in_memory();
/// store.define(vec![
///     Definition::Indicator(Indicator::stock("participants").unit("persons")),
///     Definition::Region(Region::new("VN").name("Việt Nam")),
///     Definition::Milestone(Milestone::new("Resolution 28").on("2018-05-23")),
/// ])?;
/// let snapshot = store.snapshot();
/// let catalogue = snapshot.catalogue();
/// let indicator = catalogue.find_indicator("participants").found().ok_or("no indicator")?;
/// let region = catalogue.find_regions("VN")[0];
/// let mut batch = Batch::default();
/// for (year, persons) in [("2017", 224_000), ("2019", 574_000)] {
///     batch.facts.push(Fact::new(indicator, region, year.parse()?, Some(persons.into())));
/// }
/// store.commit(batch)?;
///
/// let script = milepost_lang::parse("growth of participants in VN since \"Resolution 28\"")?;
/// let statement = script.statements.first().ok_or("no statement")?;
/// let outcome =
///     execute(&store.snapshot(), &mut Session::new(), statement, &Parameters::new())?;
/// let Outcome::Answer(answer) = outcome else { return Err("no answer".into()) };
/// let row = answer.rows.first().ok_or("no row")?;
/// // The base is the last figure before the milestone.
/// assert_eq!(row.base.as_ref().map(|base| base.period.to_string()).as_deref(), Some("2017"));
/// assert_eq!(row.value.map(|growth| growth.to_string()).as_deref(), Some("156.25"));
/// assert_eq!(row.unit, "%");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The names of the axes that rows have besides region and period.
    pub axes: Vec<String>,
    /// The rows.
    pub rows: Rows,
    /// Notes on the answer, each said once.
    pub notes: Vec<Diagnostic>,
}

/// One row of an [`Answer`].
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The region, as the version that was asked.
    pub region: RegionLabel,
    /// The values of [`Answer::axes`], in that order.
    pub axes: Vec<String>,
    /// The period that the value belongs to: the end of a comparison. None where no period could
    /// be chosen.
    pub period: Option<Period>,
    /// What was compared with, for measures that have a base.
    pub base: Option<Reading>,
    /// The reading at the end of the comparison; for a level, the reading itself.
    pub end: Option<Reading>,
    /// The value; None with a reason in `missing`.
    pub value: Option<Number>,
    /// The unit of the value: `persons`, `%`, `pp`, `pp/year`, `times`, `2017 = 100`.
    pub unit: String,
    /// Status flags, united over the readings used.
    pub status: Status,
    /// The weakest status used.
    pub strength: Option<Strength>,
    /// Members present of members expected, where figures were added up; the worse of both ends.
    pub coverage: Option<Coverage>,
    /// Why there is no value.
    pub missing: Option<MissingReason>,
    /// The latest day on which a figure used was published.
    pub published: Option<Date>,
}

/// How an answer names a region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionLabel {
    /// The identity of the version: `VN-49@2025`.
    pub uid: String,
    /// The code: `VN-49`.
    pub code: String,
    /// The official name: `Vĩnh Long`.
    pub name: String,
}

impl Answer {
    /// The names of the machine-readable columns: `region_code`, `region`, the further axes, then
    /// `period`, `base`, `value`, `unit`, `status`, `coverage`, `missing`, `published`.
    pub fn columns(&self) -> Vec<String> {
        let mut columns = vec!["region_code".to_owned(), "region".to_owned()];
        columns.extend(self.axes.iter().cloned());
        let rest =
            ["period", "base", "value", "unit", "status", "coverage", "missing", "published"];
        columns.extend(rest.map(str::to_owned));
        columns
    }

    /// The rows as texts for machines, in the order of [`Answer::columns`]: periods and dates in
    /// ISO form, figures in full without grouping, absent values as empty texts. None is kept.
    pub fn records(&self) -> impl Iterator<Item = Vec<String>> {
        self.rows.stream().map(|row| row.record())
    }
}

impl Row {
    /// What a row takes in memory, its names and its unit included.
    pub(crate) const BYTES: usize = size_of::<Self>() + 160;

    /// The row as texts for machines, one for each of [`Answer::columns`].
    ///
    /// ```
    /// let row = milepost_engine::Row { unit: "persons".to_owned(), ..Default::default() };
    /// assert_eq!(row.record().len(), milepost_engine::Answer::default().columns().len());
    /// assert_eq!(row.record()[5], "persons");
    /// ```
    pub fn record(&self) -> Vec<String> {
        fn text(value: Option<impl ToString>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        let mut record = vec![self.region.code.clone(), self.region.name.clone()];
        record.extend(self.axes.iter().cloned());
        record.extend([
            text(self.period),
            text(self.base.as_ref().map(|base| base.period)),
            text(self.value.as_ref()),
            self.unit.clone(),
            text(self.strength.map(Strength::word)),
            text(self.coverage),
            text(self.missing.as_ref().map(MissingReason::word)),
            text(self.published),
        ]);
        record
    }
}
