//! Milestones: named events that queries compare against.
#![expect(clippy::needless_pass_by_value, reason = "a builder takes a date or a literal alike")]

use serde::{Deserialize, Serialize};

use crate::{Date, Period, fold};

/// A named event: a day, or a span of days.
///
/// A law has two, each its own milestone: passed, and in force.
///
/// ```
/// use milepost_model::Milestone;
///
/// let issued = Milestone::new("Resolution No. 28-NQ/TW issued")
///     .alias("Resolution 28")
///     .on("2018-05-23");
/// assert_eq!(issued.id(), "resolution_no._28_nq/tw_issued");
/// assert_eq!(issued.opening(), issued.close());
///
/// let covid = Milestone::new("First months of COVID-19").from("2020-01").until("2020-04");
/// assert_eq!(covid.close().to_string(), "2020-04-30");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// The identifier; empty for the folded name joined by `_`.
    pub id: String,
    /// The official name.
    pub name: String,
    /// Other names; two milestones may share one, using it is then ambiguous.
    pub aliases: Vec<String>,
    /// When it happened or started.
    pub start: Period,
    /// When it ended, where it lasted beyond `start`.
    pub end: Option<Period>,
    /// Where the milestone is taken from.
    pub origin: Option<String>,
    /// A remark.
    pub note: Option<String>,
    pub(crate) fault: Option<String>,
}

impl Milestone {
    /// A milestone by name; [`Milestone::on`] or [`Milestone::from`] says when.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            name: name.into(),
            aliases: Vec::new(),
            start: Period::day(Date::MIN),
            end: None,
            origin: None,
            note: None,
            fault: Some("no day is stated".to_owned()),
        }
    }

    /// Sets the identifier; without it the folded name stands in.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Adds another name.
    #[must_use]
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Sets when it happened: a [`Period`], a [`Date`] or the text of one. A text
    /// that is no period is reported when the milestone is defined.
    #[must_use]
    pub fn on(mut self, period: impl ToString) -> Self {
        let text = period.to_string();
        match text.parse() {
            Ok(start) => (self.start, self.fault) = (start, None),
            Err(error) => self.fault = Some(format!("start {text:?}: {error}")),
        }
        self
    }

    /// Sets when it started, as [`Milestone::on`].
    #[must_use]
    pub fn from(self, period: impl ToString) -> Self {
        self.on(period)
    }

    /// Sets when it ended, as [`Milestone::on`]; after [`Milestone::from`].
    #[must_use]
    pub fn until(mut self, period: impl ToString) -> Self {
        let text = period.to_string();
        match text.parse() {
            Ok(end) => self.end = Some(end),
            Err(error) => {
                self.fault.get_or_insert_with(|| format!("end {text:?}: {error}"));
            }
        }
        self
    }

    /// Says where the milestone is taken from.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The identifier: the one given, otherwise the folded name joined by `_`.
    pub fn id(&self) -> String {
        if self.id.is_empty() { fold(&self.name).replace(' ', "_") } else { self.id.clone() }
    }

    /// Its first day: a figure before the milestone closes on an earlier day.
    pub fn opening(&self) -> Date {
        self.start.first_day()
    }

    /// Its last day.
    pub fn close(&self) -> Date {
        self.end.unwrap_or(self.start).last_day()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_opens_on_new_years_day() {
        let founded = Milestone::new("Establishment of Viet Nam Social Security").on("1995");
        assert_eq!(founded.opening().to_string(), "1995-01-01");
        assert_eq!(founded.close().to_string(), "1995-12-31");
        assert_eq!(founded.fault, None);
    }

    #[test]
    fn a_text_that_is_no_period_is_kept_as_a_fault() {
        for milestone in [
            Milestone::new("x"),
            Milestone::new("x").on("some day"),
            Milestone::new("x").from("2020").until("later"),
        ] {
            assert!(milestone.fault.is_some());
        }
    }
}
