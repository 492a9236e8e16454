//! What the batches do not say themselves.

use milepost::{Date, Frequency};

/// What a column says of each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What is measured; required.
    Indicator,
    /// Where; required.
    Region,
    /// When; required.
    Period,
    /// The figure; required.
    Value,
    /// SDMX status letters.
    Status,
    /// `reported`, which is the default, `target` or another scenario.
    Scenario,
    /// The day of publication.
    Published,
    /// `exact`, which is the default, `about`, `over` or `under`.
    Precision,
    /// Who published the figure.
    Source,
    /// A remark.
    Note,
}

impl Role {
    /// Every role, the required ones first.
    pub const ALL: [Self; 10] = [
        Self::Indicator,
        Self::Region,
        Self::Period,
        Self::Value,
        Self::Status,
        Self::Scenario,
        Self::Published,
        Self::Precision,
        Self::Source,
        Self::Note,
    ];

    /// The name of the column that has this role unless [`Columns`] says another.
    ///
    /// ```
    /// assert_eq!(milepost_arrow::Role::Published.name(), "published");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::Indicator => "indicator",
            Self::Region => "region",
            Self::Period => "period",
            Self::Value => "value",
            Self::Status => "status",
            Self::Scenario => "scenario",
            Self::Published => "published",
            Self::Precision => "precision",
            Self::Source => "source",
            Self::Note => "note",
        }
    }

    /// Whether there is no row without it.
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Indicator | Self::Region | Self::Period | Self::Value)
    }
}

/// Which column has which role. Names of columns are matched in any case.
///
/// ```
/// use milepost_arrow::{Columns, Role};
///
/// let columns = Columns::default().with(Role::Region, "commune_code");
/// assert_eq!(columns.name(Role::Region), "commune_code");
/// assert_eq!(columns.name(Role::Period), "period");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    named: Vec<(Role, String)>,
}

impl Columns {
    /// With the column of this name in a role. A column that is named must be there.
    #[must_use]
    pub fn with(mut self, role: Role, name: impl Into<String>) -> Self {
        self.named.retain(|(known, _)| *known != role);
        self.named.push((role, name.into()));
        self
    }

    /// The name of the column that has a role.
    pub fn name(&self, role: Role) -> &str {
        self.named(role).unwrap_or(role.name())
    }

    /// The name that was said.
    pub(crate) fn named(&self, role: Role) -> Option<&str> {
        self.named.iter().find(|(known, _)| *known == role).map(|(_, name)| name.as_str())
    }
}

/// What the batches do not say themselves.
///
/// ```
/// use milepost_arrow::{Columns, ImportOptions, Role};
///
/// let options = ImportOptions {
///     published: Some("2024-11-24".parse()?),
///     columns: Columns::default().with(Role::Value, "participants"),
///     ..ImportOptions::default()
/// };
/// assert!(!options.strict && options.dates.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The day of publication of rows that do not state one.
    pub published: Option<Date>,
    /// The source of rows that do not state one.
    pub source: Option<String>,
    /// Whether indicators and regions that the catalogue lacks are refused
    /// rather than registered as undeclared.
    pub strict: bool,
    /// Which columns are read.
    pub columns: Columns,
    /// What a date in the column of periods stands for: the period of this frequency that begins
    /// or ends on that day. [`Frequency::Day`] means the day itself. Without it such a column is
    /// refused, since the first of January may be a day, a month or a year.
    pub dates: Option<Frequency>,
}
