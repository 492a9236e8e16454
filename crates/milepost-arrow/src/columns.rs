//! Where the columns are, and how their cells are read.

use arrow_schema::{DataType, Schema, TimeUnit};

use crate::figures::has_figures;
use crate::{ImportOptions, Role};

const SECONDS_OF_A_DAY: i64 = 86_400;

/// How the cells of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Text,
    Figure,
    Year,
    /// Counted from 1970-01-01, so many a day.
    Date {
        per_day: i64,
    },
}

/// A column that is read.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) role: Role,
    /// As the schema spells it.
    pub(crate) name: String,
    pub(crate) position: usize,
    pub(crate) reading: Reading,
}

/// The columns that are read.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) indicator: Column,
    pub(crate) region: Column,
    pub(crate) period: Column,
    pub(crate) value: Column,
    pub(crate) optional: Vec<Column>,
    /// The names of the others.
    pub(crate) ignored: Vec<String>,
}

impl Layout {
    /// The columns of a schema.
    ///
    /// # Errors
    /// Each column that does not fit, and why.
    pub(crate) fn of(
        schema: &Schema,
        options: &ImportOptions,
    ) -> Result<Self, Vec<(String, String)>> {
        let mut unfit = Vec::new();
        let mut find = |role: Role| {
            column(schema, role, options).unwrap_or_else(|message| {
                unfit.push((options.columns.name(role).to_owned(), message));
                None
            })
        };
        let required = [Role::Indicator, Role::Region, Role::Period, Role::Value].map(&mut find);
        let optional = Role::ALL.into_iter().filter(|role| !role.is_required());
        let optional: Vec<Column> = optional.filter_map(&mut find).collect();
        let [Some(indicator), Some(region), Some(period), Some(value)] = required else {
            return Err(unfit);
        };
        if !unfit.is_empty() {
            return Err(unfit);
        }
        let mut read = vec![indicator.position, region.position, period.position, value.position];
        read.extend(optional.iter().map(|column| column.position));
        let fields = schema.fields().iter().enumerate();
        let ignored = fields.filter(|(position, _)| !read.contains(position));
        let ignored = ignored.map(|(_, field)| field.name().clone()).collect();
        Ok(Self { indicator, region, period, value, optional, ignored })
    }
}

/// The column that has a role; `None` if it is absent and may be.
fn column(schema: &Schema, role: Role, options: &ImportOptions) -> Result<Option<Column>, String> {
    let name = options.columns.name(role);
    let fields = schema.fields().iter().enumerate();
    let mut found = fields.filter(|(_, field)| field.name().eq_ignore_ascii_case(name));
    let Some((position, field)) = found.next() else {
        if !role.is_required() && options.columns.named(role).is_none() {
            return Ok(None);
        }
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let names = names.join(", ");
        return Err(format!("the schema has no such column; its columns are {names}"));
    };
    if found.next().is_some() {
        return Err("the schema has this name twice; each column needs its own".to_owned());
    }
    let reading = reading(role, field.data_type(), options)?;
    Ok(Some(Column { role, name: field.name().clone(), position, reading }))
}

fn reading(role: Role, data_type: &DataType, options: &ImportOptions) -> Result<Reading, String> {
    use DataType::{Int16, Int32, Int64, UInt16, UInt32};
    let plain = plain_type(data_type);
    let reading = match (role, plain) {
        (Role::Value, _) => has_figures(plain).then_some(Reading::Figure),
        _ if plain.is_string() || plain.is_null() => Some(Reading::Text),
        (Role::Period, Int16 | Int32 | Int64 | UInt16 | UInt32) => Some(Reading::Year),
        (Role::Period | Role::Published, _) => {
            per_day(plain).map(|per_day| Reading::Date { per_day })
        }
        _ => None,
    };
    match reading {
        None => Err(format!("its type {data_type} does not fit; {} would", fitting(role))),
        Some(Reading::Date { .. }) if role == Role::Period && options.dates.is_none() => Err(
            "a date may stand for its day, or for the month or the year that begins or ends on \
             it; the option `dates` would say which, or a text such as 2024-06"
                .to_owned(),
        ),
        Some(reading) => Ok(reading),
    }
}

fn fitting(role: Role) -> &'static str {
    match role {
        Role::Value => "integers, decimals, floats of 32 or 64 bits and texts",
        Role::Period => "texts, integer years, dates, and moments in UTC or without a time zone",
        Role::Published => "texts, dates, and moments in UTC or without a time zone",
        _ => "texts",
    }
}

/// The type of the values, for a dictionary.
pub(crate) fn plain_type(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        plain => plain,
    }
}

/// What a day has of what a type of dates counts. Days of another time zone than UTC begin at
/// other hours.
fn per_day(data_type: &DataType) -> Option<i64> {
    let per_second = match data_type {
        DataType::Date32 => return Some(1),
        DataType::Timestamp(_, Some(zone)) if !matches!(&**zone, "UTC" | "+00:00" | "Z") => {
            return None;
        }
        DataType::Timestamp(TimeUnit::Second, _) => 1,
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
        _ => return None,
    };
    Some(SECONDS_OF_A_DAY * per_second)
}
