//! Indicators: what is measured, and what may be done with its figures.
#![expect(clippy::needless_pass_by_value, reason = "a builder takes a date or a literal alike")]

use serde::{Deserialize, Serialize};

use crate::{Basis, Date, Direction, Kind, Label, Unit};

/// What a series measures.
///
/// An indicator whose kind is not declared is shown and compared, never rolled up.
///
/// ```
/// use milepost_model::{Indicator, Kind};
///
/// let voluntary = Indicator::stock("voluntary_si.participants")
///     .unit("persons")
///     .label("en", "Voluntary social insurance participants")
///     .begins("2008-01-01");
/// assert_eq!(voluntary.kind, Some(Kind::Stock));
/// assert_eq!(voluntary.display_name(), "Voluntary social insurance participants");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// The name, such as `si.participants`: the identity of the indicator.
    pub name: String,
    /// Names for people, in any language; the first one is shown.
    pub labels: Vec<Label>,
    /// Other names to find it by.
    pub aliases: Vec<String>,
    /// The sort of quantity; `None` while undeclared.
    pub kind: Option<Kind>,
    /// How the figures of a flow are published; `None` means `period`.
    pub basis: Option<Basis>,
    /// The unit as written; empty when not stated. [`Indicator::parsed_unit`] reads it.
    pub unit: String,
    /// How many decimals are shown; `None` for as many as a figure has.
    pub decimals: Option<u8>,
    /// The indicator above the line of a ratio.
    pub numerator: Option<String>,
    /// The indicator below the line of a ratio.
    pub denominator: Option<String>,
    /// The indicator that weighs the figures where they are averaged.
    pub weight: Option<String>,
    /// Which way it is meant to go.
    pub direction: Option<Direction>,
    /// Before this day the figure is zero by definition, not missing.
    pub begins: Option<Date>,
    /// A remark.
    pub note: Option<String>,
    pub(crate) fault: Option<String>,
}

impl Indicator {
    /// An indicator of which no kind is known.
    pub fn undeclared(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            labels: Vec::new(),
            aliases: Vec::new(),
            kind: None,
            basis: None,
            unit: String::new(),
            decimals: None,
            numerator: None,
            denominator: None,
            weight: None,
            direction: None,
            begins: None,
            note: None,
            fault: None,
        }
    }

    /// A level at the close of a day.
    pub fn stock(name: impl Into<String>) -> Self {
        Self::undeclared(name).kind(Kind::Stock)
    }

    /// What accrues over a span.
    pub fn flow(name: impl Into<String>) -> Self {
        Self::undeclared(name).kind(Kind::Flow)
    }

    /// A quotient of two quantities; [`Indicator::of`] names them.
    pub fn ratio(name: impl Into<String>) -> Self {
        Self::undeclared(name).kind(Kind::Ratio)
    }

    /// A level relative to a base period.
    pub fn index(name: impl Into<String>) -> Self {
        Self::undeclared(name).kind(Kind::Index)
    }

    /// A price, a wage: an amount a unit of something else.
    pub fn intensity(name: impl Into<String>) -> Self {
        Self::undeclared(name).kind(Kind::Intensity)
    }

    /// Declares the sort of quantity.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Declares how the figures of a flow are published.
    #[must_use]
    pub fn basis(mut self, basis: Basis) -> Self {
        self.basis = Some(basis);
        self
    }

    /// Adds a name for people in a language (BCP 47 tag); the first one is shown.
    #[must_use]
    pub fn label(mut self, language: impl Into<String>, text: impl Into<String>) -> Self {
        self.labels.push(Label::new(language, text));
        self
    }

    /// Adds another name to find it by.
    #[must_use]
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Sets the unit: `persons`, `%`, `billion VND`. A text that is no unit is
    /// reported when the indicator is defined.
    #[must_use]
    pub fn unit(mut self, unit: impl ToString) -> Self {
        self.unit = unit.to_string();
        self
    }

    /// Sets how many decimals are shown.
    #[must_use]
    pub fn decimals(mut self, decimals: u8) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// Names what a ratio divides: numerator, then denominator.
    #[must_use]
    pub fn of(mut self, numerator: impl Into<String>, denominator: impl Into<String>) -> Self {
        self.numerator = Some(numerator.into());
        self.denominator = Some(denominator.into());
        self
    }

    /// Names the indicator that weighs the figures where they are averaged.
    #[must_use]
    pub fn weight(mut self, weight: impl Into<String>) -> Self {
        self.weight = Some(weight.into());
        self
    }

    /// Says which way it is meant to go.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Sets the day before which the figure is zero by definition: a [`Date`] or
    /// its text. A text that is no date is reported when the indicator is defined.
    #[must_use]
    pub fn begins(mut self, date: impl ToString) -> Self {
        let text = date.to_string();
        match text.parse() {
            Ok(date) => self.begins = Some(date),
            Err(error) => self.fault = Some(format!("begins {text:?}: {error}")),
        }
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The first label, otherwise the name.
    pub fn display_name(&self) -> &str {
        self.labels.first().map_or(&self.name, |label| &label.text)
    }

    /// The unit; `None` when none is stated or the text is not one.
    pub fn parsed_unit(&self) -> Option<Unit> {
        if self.unit.is_empty() { None } else { self.unit.parse().ok() }
    }
}
