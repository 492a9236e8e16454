//! Columns whose cells repeat: a million rows share a few hundred periods, names and dates.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArrayType};
use arrow_schema::{DataType, TimeUnit};

use crate::columns::Column;
use crate::interned::Interned;

/// How many cells a column remembers, and how many bytes of their texts.
const CELLS_MAX: usize = 1 << 20;
const BYTES_MAX: usize = 1 << 25;

/// The number of a cell that is null, or a text without anything but blanks.
const MISSING: u32 = 0;

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    /// Without the blanks around it, and not empty.
    Text(&'a str),
    Integer(i64),
}

impl<'a> Cell<'a> {
    /// The text; empty for an integer.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Integer(_) => "",
        }
    }
}

/// A column: each cell that differs has a number, and what it means is worked out once.
#[derive(Debug)]
pub(crate) struct Repeated<T> {
    column: Column,
    cells: Cells,
    /// By number.
    meanings: Vec<Option<T>>,
    /// Of the rows at hand.
    numbers: Vec<u32>,
    /// The last dictionary, and the numbers of its values.
    dictionary: Option<(ArrayRef, Vec<u32>)>,
}

/// The cells that differ. Their numbers here begin at 0, and one is added outside.
#[derive(Debug)]
struct Cells {
    texts: Interned<String>,
    integers: Interned<i64>,
    text_bytes: usize,
}

impl<T: Clone> Repeated<T> {
    pub(crate) fn new(column: Column) -> Self {
        let (cells, meanings, numbers) = (Cells::new(), Vec::new(), Vec::new());
        Self { column, cells, meanings, numbers, dictionary: None }
    }

    pub(crate) fn column(&self) -> &Column {
        &self.column
    }

    /// Forgets all cells if they have become many; numbers that were given out mean nothing then.
    pub(crate) fn make_room(&mut self) {
        if self.cells.are_many() {
            *self = Self::new(self.column.clone());
        }
    }

    /// Forgets what cells mean.
    pub(crate) fn forget_meanings(&mut self) {
        self.meanings.clear();
    }

    /// Takes the rows of a batch.
    pub(crate) fn read(&mut self, batch: &RecordBatch) {
        self.numbers.clear();
        let Some(column) = batch.columns().get(self.column.position) else { return };
        let Some(dictionary) = column.as_any_dictionary_opt() else {
            return self.cells.number(column, &mut self.numbers);
        };
        let values = dictionary.values();
        let known = self.dictionary.take().filter(|(known, _)| Arc::ptr_eq(known, values));
        let (_, of_values) = self.dictionary.insert(known.unwrap_or_else(|| {
            let mut numbers = Vec::with_capacity(values.len());
            self.cells.number(values, &mut numbers);
            (Arc::clone(values), numbers)
        }));
        if values.is_empty() {
            return self.numbers.resize(column.len(), MISSING);
        }
        let keys = dictionary.normalized_keys().into_iter();
        let keys = keys.map(|key| of_values.get(key).copied().unwrap_or(MISSING));
        match column.nulls() {
            None => self.numbers.extend(keys),
            Some(nulls) => {
                let keys = keys.zip(nulls.iter());
                self.numbers
                    .extend(keys.map(|(key, is_there)| if is_there { key } else { MISSING }));
            }
        }
    }

    /// A number that equal cells share, as long as there is room; 0 for one that says nothing.
    #[inline]
    pub(crate) fn number(&self, row: usize) -> u32 {
        self.numbers.get(row).copied().unwrap_or(MISSING)
    }

    /// What a cell says; `None` if that is nothing.
    pub(crate) fn cell(&self, row: usize) -> Option<Cell<'_>> {
        self.cells.cell(self.number(row).checked_sub(1)?)
    }

    /// What a cell means, if that has been worked out.
    #[inline]
    pub(crate) fn known(&self, row: usize) -> Option<&T> {
        let number = self.number(row).checked_sub(1)?;
        self.meanings.get(number as usize)?.as_ref()
    }

    /// What a cell means; `None` if it says nothing.
    pub(crate) fn meaning<E>(
        &mut self,
        row: usize,
        of: impl FnOnce(Cell<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if let Some(known) = self.known(row) {
            return Ok(Some(known.clone()));
        }
        let Some(cell) = self.cell(row) else { return Ok(None) };
        let meaning = of(cell)?;
        let place = self.number(row) as usize - 1;
        if self.meanings.len() <= place {
            self.meanings.resize(place + 1, None);
        }
        if let Some(known) = self.meanings.get_mut(place) {
            *known = Some(meaning.clone());
        }
        Ok(Some(meaning))
    }
}

impl Cells {
    fn new() -> Self {
        Self { texts: Interned::new(), integers: Interned::new(), text_bytes: 0 }
    }

    fn are_many(&self) -> bool {
        self.texts.len() + self.integers.len() > CELLS_MAX || self.text_bytes > BYTES_MAX
    }

    fn cell(&self, number: u32) -> Option<Cell<'_>> {
        match self.integers.key(number) {
            Some(integer) => Some(Cell::Integer(*integer)),
            None => self.texts.key(number).map(|text| Cell::Text(text)),
        }
    }

    /// Appends the numbers of the cells of an array; one of a type that says nothing has none.
    fn number(&mut self, array: &dyn Array, numbers: &mut Vec<u32>) {
        match array.data_type() {
            DataType::Utf8 => self.texts(array.as_string_opt::<i32>(), numbers),
            DataType::LargeUtf8 => self.texts(array.as_string_opt::<i64>(), numbers),
            DataType::Utf8View => self.texts(array.as_string_view_opt(), numbers),
            DataType::Int16 => self.integers::<Int16Type>(array, numbers),
            DataType::Int32 => self.integers::<Int32Type>(array, numbers),
            DataType::Int64 => self.integers::<Int64Type>(array, numbers),
            DataType::UInt16 => self.integers::<UInt16Type>(array, numbers),
            DataType::UInt32 => self.integers::<UInt32Type>(array, numbers),
            DataType::Date32 => self.integers::<Date32Type>(array, numbers),
            DataType::Date64 => self.integers::<Date64Type>(array, numbers),
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => self.integers::<TimestampSecondType>(array, numbers),
                TimeUnit::Millisecond => self.integers::<TimestampMillisecondType>(array, numbers),
                TimeUnit::Microsecond => self.integers::<TimestampMicrosecondType>(array, numbers),
                TimeUnit::Nanosecond => self.integers::<TimestampNanosecondType>(array, numbers),
            },
            _ => numbers.resize(numbers.len() + array.len(), MISSING),
        }
    }

    fn texts<'a>(&mut self, array: Option<impl StringArrayType<'a>>, numbers: &mut Vec<u32>) {
        let texts = array.into_iter().flat_map(|array| array.iter());
        numbers.extend(texts.map(|text| text.map_or(MISSING, |text| self.text(text))));
    }

    #[inline]
    fn text(&mut self, text: &str) -> u32 {
        match self.texts.guess(text) {
            Some(number) => number + 1,
            None => self.other_text(text),
        }
    }

    fn other_text(&mut self, text: &str) -> u32 {
        let text = text.trim();
        if text.is_empty() {
            return MISSING;
        }
        let before = self.texts.len();
        let number = self.texts.number(text);
        if self.texts.len() > before {
            self.text_bytes += text.len();
        }
        number + 1
    }

    fn integers<P: ArrowPrimitiveType<Native: Into<i64>>>(
        &mut self,
        array: &dyn Array,
        numbers: &mut Vec<u32>,
    ) {
        let integers = array.as_primitive_opt::<P>().into_iter().flatten();
        numbers.extend(integers.map(|integer| match integer {
            Some(integer) => self.integer(integer.into()),
            None => MISSING,
        }));
    }

    #[inline]
    fn integer(&mut self, integer: i64) -> u32 {
        let guess = self.integers.guess(&integer);
        guess.unwrap_or_else(|| self.integers.number(&integer)) + 1
    }
}
