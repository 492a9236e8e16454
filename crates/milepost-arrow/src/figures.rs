//! The column of values.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, StringArrayType};
use arrow_schema::DataType;
use milepost::Decimal;

use crate::columns::plain_type;
use crate::number::Number;

/// A cell of the column of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    Missing,
    /// Mantissa and digits after the point, in lowest terms.
    Of(i64, u8),
    /// There is something else; [`describe`] says what.
    Unfit,
}

/// Calls a function of the type of an array of numbers with the array and the scale; gives
/// `$otherwise` for other arrays.
macro_rules! by_type {
    ($array:expr, $call:ident, $more:expr, $otherwise:expr) => {
        match $array.data_type() {
            DataType::Int8 => $call::<Int8Type>($array, 0, $more),
            DataType::Int16 => $call::<Int16Type>($array, 0, $more),
            DataType::Int32 => $call::<Int32Type>($array, 0, $more),
            DataType::Int64 => $call::<Int64Type>($array, 0, $more),
            DataType::UInt8 => $call::<UInt8Type>($array, 0, $more),
            DataType::UInt16 => $call::<UInt16Type>($array, 0, $more),
            DataType::UInt32 => $call::<UInt32Type>($array, 0, $more),
            DataType::UInt64 => $call::<UInt64Type>($array, 0, $more),
            DataType::Float32 => $call::<Float32Type>($array, 0, $more),
            DataType::Float64 => $call::<Float64Type>($array, 0, $more),
            DataType::Decimal32(_, scale) => $call::<Decimal32Type>($array, *scale, $more),
            DataType::Decimal64(_, scale) => $call::<Decimal64Type>($array, *scale, $more),
            DataType::Decimal128(_, scale) => $call::<Decimal128Type>($array, *scale, $more),
            DataType::Decimal256(_, scale) => $call::<Decimal256Type>($array, *scale, $more),
            _ => $otherwise,
        }
    };
}

/// Whether a column of this type has figures, or nothing.
pub(crate) fn has_figures(data_type: &DataType) -> bool {
    data_type.is_integer()
        || data_type.is_string()
        || data_type.is_null()
        || matches!(data_type, DataType::Float32 | DataType::Float64)
        || matches!(data_type, DataType::Decimal32(..) | DataType::Decimal64(..))
        || matches!(data_type, DataType::Decimal128(..) | DataType::Decimal256(..))
}

/// Puts the cells of a column of a type that [`has_figures`] in place of those in `figures`.
pub(crate) fn read(column: &dyn Array, figures: &mut Vec<Figure>) {
    figures.clear();
    let Some(dictionary) = column.as_any_dictionary_opt() else {
        return append(column, figures);
    };
    let mut of_values = Vec::with_capacity(dictionary.values().len());
    append(dictionary.values(), &mut of_values);
    if of_values.is_empty() {
        return figures.resize(column.len(), Figure::Missing);
    }
    let keys = dictionary.normalized_keys().into_iter().enumerate();
    figures.extend(keys.map(|(row, key)| {
        let figure = of_values.get(key).filter(|_| column.is_valid(row));
        figure.copied().unwrap_or(Figure::Missing)
    }));
}

fn append(array: &dyn Array, figures: &mut Vec<Figure>) {
    match array.data_type() {
        DataType::Utf8 => texts(array.as_string_opt::<i32>(), figures),
        DataType::LargeUtf8 => texts(array.as_string_opt::<i64>(), figures),
        DataType::Utf8View => texts(array.as_string_view_opt(), figures),
        _ => by_type!(array, numbers, figures, {
            figures.resize(figures.len() + array.len(), Figure::Missing);
        }),
    }
}

fn numbers<T: ArrowPrimitiveType<Native: Number>>(
    array: &dyn Array,
    scale: i8,
    figures: &mut Vec<Figure>,
) {
    let Some(array) = array.as_primitive_opt::<T>() else { return };
    if array.null_count() == 0 {
        figures.extend(array.values().iter().map(|number| of(number.figure(scale))));
    } else {
        let figure = |number: T::Native| of(number.figure(scale));
        figures.extend(array.iter().map(|number| number.map_or(Figure::Missing, figure)));
    }
}

fn texts<'a>(array: Option<impl StringArrayType<'a>>, figures: &mut Vec<Figure>) {
    let texts = array.into_iter().flat_map(|array| array.iter());
    figures.extend(texts.map(|text| match text.unwrap_or_default().trim() {
        "" => Figure::Missing,
        text => of(text.parse().ok().and_then(Decimal::to_stored)),
    }));
}

#[inline]
fn of(figure: Option<(i64, u8)>) -> Figure {
    figure.map_or(Figure::Unfit, |(digits, scale)| Figure::Of(digits, scale))
}

/// What stands in the cell of a row.
pub(crate) fn shown(column: &dyn Array, row: usize) -> String {
    if let Some(dictionary) = column.as_any_dictionary_opt() {
        let values = dictionary.values();
        let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
        return keys.get(row).map_or_else(String::new, |key| shown(values, *key));
    }
    match column.data_type() {
        DataType::Utf8 => text(column.as_string_opt::<i32>(), row),
        DataType::LargeUtf8 => text(column.as_string_opt::<i64>(), row),
        DataType::Utf8View => text(column.as_string_view_opt(), row),
        _ => by_type!(column, number, row, String::new()),
    }
}

fn text<'a>(array: Option<impl StringArrayType<'a>>, row: usize) -> String {
    let text = array.and_then(|array| array.iter().nth(row).flatten());
    text.unwrap_or_default().trim().to_owned()
}

fn number<T: ArrowPrimitiveType<Native: Number>>(
    array: &dyn Array,
    scale: i8,
    row: usize,
) -> String {
    let number = array.as_primitive_opt::<T>().and_then(|array| array.iter().nth(row).flatten());
    number.map_or_else(String::new, |number| number.shown(scale))
}

/// Why the cell of a row, which is [`Figure::Unfit`], is no figure, and what would be.
pub(crate) fn describe(column: &dyn Array, row: usize) -> String {
    let cell = shown(column, row);
    if !cell.contains(|c: char| c.is_ascii_digit()) {
        return format!("{cell:?} is not a number; null means missing");
    }
    match cell.parse::<Decimal>() {
        Err(error) if plain_type(column.data_type()).is_string() => {
            format!("{cell:?} is not a number: {error}")
        }
        _ => format!(
            "{cell:?} has more digits than a figure can keep; up to 18 significant digits would fit"
        ),
    }
}
