//! What rows have in common besides indicator, region, period and value.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use milepost::{AttributesId, BulkAttributes, BulkWriter, Date, Precision, Scenario, Status};

use crate::columns::Column;
use crate::moment::{day, parse};
use crate::repeated::{Cell, Repeated};
use crate::{ImportOptions, Role};

/// The longest name or code, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 1 << 10;
/// The longest note, in bytes.
const NOTE_BYTES_MAX: usize = 1 << 16;

/// The columns that a row may do without, and the sets of what stands in them.
#[derive(Debug)]
pub(crate) struct Attributes<'o> {
    options: &'o ImportOptions,
    columns: Vec<Repeated<Attribute>>,
    /// Those of the piece, and which the last row had.
    sets: Vec<Set>,
    index: HashMap<Key, usize>,
    last: usize,
}

/// The numbers of a row's cells in the columns that there are, which are at most so many.
type Key = [u32; 6];

/// What a cell means.
#[derive(Clone, Debug)]
enum Attribute {
    Status(Status),
    Scenario(Scenario),
    Published(Date),
    Precision(Precision),
    Source(String),
    Note(String),
}

/// What stands in the columns of some rows of a piece.
#[derive(Debug)]
pub(crate) struct Set {
    key: Key,
    status: Status,
    scenario: Scenario,
    published: Option<Date>,
    precision: Precision,
    source: Option<String>,
    note: Option<String>,
    id: Option<AttributesId>,
}

impl<'o> Attributes<'o> {
    pub(crate) fn new(columns: &[Column], options: &'o ImportOptions) -> Self {
        let columns = columns.iter().cloned().map(Repeated::new).collect();
        Self { options, columns, sets: Vec::new(), index: HashMap::new(), last: 0 }
    }

    /// Begins a piece.
    pub(crate) fn begin(&mut self) {
        self.columns.iter_mut().for_each(Repeated::make_room);
        self.sets.clear();
        self.index.clear();
    }

    /// Takes the rows of a batch.
    pub(crate) fn read(&mut self, batch: &RecordBatch) {
        self.columns.iter_mut().for_each(|column| column.read(batch));
    }

    /// The set of a row, if another row of the piece had it.
    #[inline]
    pub(crate) fn known(&mut self, row: usize) -> Option<&mut Set> {
        let key = self.key(row);
        if self.sets.get(self.last).is_none_or(|set| set.key != key) {
            self.last = *self.index.get(&key)?;
        }
        self.sets.get_mut(self.last)
    }

    #[inline]
    fn key(&self, row: usize) -> Key {
        let mut key = Key::default();
        for (place, column) in key.iter_mut().zip(&self.columns) {
            *place = column.number(row);
        }
        key
    }

    /// Works the set of a row out, and tells whether rows with it withdraw a figure. There is none
    /// if a cell does not fit, of which `fault` is told.
    pub(crate) fn examine(&mut self, row: usize, mut fault: impl FnMut(&Column, String)) -> bool {
        if let Some(set) = self.known(row) {
            return set.is_withdrawal();
        }
        let mut set = Set::of(self.key(row), self.options);
        let mut fits = true;
        for cells in &mut self.columns {
            let column = cells.column().clone();
            match cells.meaning(row, |cell| Attribute::of(cell, &column)) {
                Ok(attribute) => set.take(attribute),
                Err(message) => {
                    fault(&column, message);
                    fits = false;
                }
            }
        }
        let is_withdrawal = set.is_withdrawal();
        if fits {
            self.last = self.sets.len();
            self.index.insert(set.key, self.last);
            self.sets.push(set);
        }
        is_withdrawal
    }
}

impl Attribute {
    fn of(cell: Cell<'_>, column: &Column) -> Result<Self, String> {
        Ok(match (column.role, cell) {
            (Role::Published, _) => Self::Published(day(cell, column.reading)?),
            (_, Cell::Integer(integer)) => return Err(format!("{integer} is not a text")),
            (Role::Status, Cell::Text(text)) => Self::Status(parse(text)?),
            (Role::Scenario, Cell::Text(text)) => Self::Scenario(parse(text)?),
            (Role::Precision, Cell::Text(text)) => Self::Precision(parse(text)?),
            (Role::Source, Cell::Text(text)) => Self::Source(short(text, NAME_BYTES_MAX)?),
            (_, Cell::Text(text)) => Self::Note(short(text, NOTE_BYTES_MAX)?),
        })
    }
}

fn short(text: &str, bytes_max: usize) -> Result<String, String> {
    if text.len() <= bytes_max { Ok(text.to_owned()) } else { Err(too_long(text, bytes_max)) }
}

pub(crate) fn too_long(text: &str, bytes_max: usize) -> String {
    format!("a text of {} bytes does not fit; at most {bytes_max} bytes do", text.len())
}

impl Set {
    /// What rows have that say nothing.
    fn of(key: Key, options: &ImportOptions) -> Self {
        Self {
            key,
            status: Status::ACTUAL,
            scenario: Scenario::reported(),
            published: options.published,
            precision: Precision::Exact,
            source: options.source.clone(),
            note: None,
            id: None,
        }
    }

    fn take(&mut self, attribute: Option<Attribute>) {
        match attribute {
            None => {}
            Some(Attribute::Status(status)) => self.status = status,
            Some(Attribute::Scenario(scenario)) => self.scenario = scenario,
            Some(Attribute::Published(day)) => self.published = Some(day),
            Some(Attribute::Precision(precision)) => self.precision = precision,
            Some(Attribute::Source(source)) => self.source = Some(source),
            Some(Attribute::Note(note)) => self.note = Some(note),
        }
    }

    /// Whether rows with it withdraw a figure.
    #[inline]
    pub(crate) fn is_withdrawal(&self) -> bool {
        self.status.is_withdrawn()
    }

    /// Its number in the piece, if an observation has it.
    #[inline]
    pub(crate) fn id(&self) -> Option<AttributesId> {
        self.id
    }

    /// Its number in the piece, now that an observation has it.
    pub(crate) fn number(&mut self, writer: &mut BulkWriter<'_>) -> milepost::Result<AttributesId> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let id = writer.attributes(&BulkAttributes {
            scenario: &self.scenario,
            status: self.status,
            published: self.published,
            precision: self.precision,
            source: self.source.as_deref(),
            note: self.note.as_deref(),
        })?;
        self.id = Some(id);
        Ok(id)
    }
}
