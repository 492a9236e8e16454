//! Units: words with exponents, a power of ten, percent and percentage points.

mod parse;

use std::{cmp::Ordering, collections::BTreeMap, fmt, hash};

use serde::{Deserialize, Serialize};

pub use self::parse::UnitError;
use crate::name::singular;

/// A unit: symbols with exponents, times a power of ten.
///
/// Any word is a symbol of its own, compared without case and in the singular:
/// `person` is `persons`. `%` is a hundredth of a pure number; `pp`, percentage
/// points, is what the difference of two percents is measured in. Only scale is
/// ever converted, never one symbol into another.
///
/// ```
/// use milepost_model::Unit;
///
/// let millions: Unit = "million persons".parse()?;
/// let persons: Unit = "person".parse()?;
/// assert_eq!(millions.conversion_power_of_ten(&persons), Some(6));
/// // Persons divided by percents are counted by the hundred.
/// assert_eq!(persons.divide(&Unit::percent()).to_string(), "hundred person");
/// assert!(persons.divide(&persons).is_pure());
///
/// let wage: Unit = "million VND per person".parse()?;
/// assert_eq!(wage.to_string(), "million VND/person");
/// assert_eq!(wage.multiply(&persons).to_string(), "million VND");
/// # Ok::<(), milepost_model::UnitError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// No exponent is zero.
    dimensions: BTreeMap<Symbol, i8>,
    power: i8,
    /// Percentage points; then the power is -2 and no exponent is positive.
    points: bool,
}

/// A word that stands for a dimension, as it was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Symbol(String);

impl Symbol {
    fn key(&self) -> String {
        singular(&self.0).to_lowercase()
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Symbol {}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Symbol {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0 == other.0 { Ordering::Equal } else { self.key().cmp(&other.key()) }
    }
}

impl hash::Hash for Symbol {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

const PERCENT: i8 = -2;

/// The powers of ten that have a word.
const SCALES: [(&str, i8); 5] =
    [("hundred", 2), ("thousand", 3), ("million", 6), ("billion", 9), ("trillion", 12)];

impl Unit {
    /// The pure number 1, displayed as nothing.
    pub fn pure() -> Self {
        Self::default()
    }

    /// `%`, a hundredth of a pure number.
    pub fn percent() -> Self {
        Self { power: PERCENT, ..Self::default() }
    }

    /// `pp`, percentage points.
    pub fn percentage_points() -> Self {
        Self { power: PERCENT, points: true, ..Self::default() }
    }

    /// The unit of a difference of two figures in this one: `pp` for `%`, otherwise
    /// the unit itself.
    #[must_use]
    pub fn points(&self) -> Self {
        if self.is_percent() { Self::percentage_points() } else { self.clone() }
    }

    /// Whether this is `%`.
    pub fn is_percent(&self) -> bool {
        self.is_pure() && self.power == PERCENT && !self.points
    }

    /// Whether this is `pp`.
    pub fn is_points(&self) -> bool {
        self.is_pure() && self.points
    }

    /// Whether no symbol is left: a number, whatever its scale, or `%`, or `pp`.
    pub fn is_pure(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// The power of ten by which a figure in this unit is multiplied to have it in
    /// the symbols alone: 6 for `million persons`, -2 for `%`.
    pub fn power_of_ten(&self) -> i8 {
        self.power
    }

    /// The same symbols without a scale: `persons` for `million persons`.
    #[must_use]
    pub fn without_scale(&self) -> Self {
        Self { dimensions: self.dimensions.clone(), power: 0, points: false }
    }

    /// The same symbols at a power of ten.
    #[must_use]
    pub fn at_power_of_ten(&self, power: i8) -> Self {
        Self { dimensions: self.dimensions.clone(), power, points: false }
    }

    /// Whether figures in the two units can be added once their scales are the same.
    pub fn same_dimension(&self, other: &Self) -> bool {
        self.dimensions == other.dimensions
    }

    /// The power of ten by which a figure in this unit is multiplied to have it in
    /// the other; `None` where that would take more than a change of scale.
    pub fn conversion_power_of_ten(&self, to: &Self) -> Option<i8> {
        self.same_dimension(to).then(|| self.power.checked_sub(to.power)).flatten()
    }

    /// The unit of a product. Exponents stay within ±127.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Self {
        self.combine(other, 1)
    }

    /// The unit of a quotient. Exponents stay within ±127.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Self {
        self.combine(other, -1)
    }

    fn combine(&self, other: &Self, sign: i8) -> Self {
        let mut unit = self.clone();
        for (symbol, exponent) in &other.dimensions {
            unit.raise(symbol.clone(), exponent.saturating_mul(sign));
        }
        unit.power = self.power.saturating_add(other.power.saturating_mul(sign));
        let points = self.points != other.points;
        unit.points = points
            && unit.power == PERCENT
            && unit.dimensions.values().all(|&exponent| exponent < 0);
        unit
    }

    /// Multiplies by a symbol to a power.
    fn raise(&mut self, symbol: Symbol, exponent: i8) {
        let sum = self.dimensions.get(&symbol).copied().unwrap_or(0).saturating_add(exponent);
        if sum == 0 {
            self.dimensions.remove(&symbol);
        } else {
            self.dimensions.insert(symbol, sum);
        }
    }
}

/// `million VND/person`, `%`, `pp/year`, `deaths/thousand persons`; nothing for a
/// pure number. What is displayed parses to the same unit.
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl Unit {
    fn text(&self) -> String {
        let above: Vec<String> = self
            .dimensions
            .iter()
            .filter(|(_, e)| **e > 0)
            .map(|(s, &e)| raised(&s.0, e))
            .collect();
        let below: Vec<(&str, i8)> = self
            .dimensions
            .iter()
            .filter(|(_, e)| **e < 0)
            .map(|(s, e)| (s.0.as_str(), e.saturating_neg()))
            .collect();
        // A small scale reads better below the line, where there is one.
        let scale_below = if self.power < 0 && !above.is_empty() && !below.is_empty() {
            word_of(self.power.saturating_neg())
        } else {
            None
        };
        let mut text = match (self.power, scale_below) {
            (0, _) | (_, Some(_)) => String::new(),
            (PERCENT, None) if above.is_empty() => if self.points { "pp" } else { "%" }.to_owned(),
            (power, None) => word_of(power).map_or_else(|| format!("10^{power}"), str::to_owned),
        };
        if !above.is_empty() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&above.join("*"));
        } else if text.is_empty() && !below.is_empty() {
            text.push('1');
        }
        for (place, (symbol, exponent)) in below.into_iter().enumerate() {
            text.push('/');
            match scale_below.filter(|_| place == 0) {
                Some(word) => {
                    text.push_str(word);
                    text.push(' ');
                    text.push_str(&raised(symbol, exponent));
                }
                None => text.push_str(&raised(&singular(symbol), exponent)),
            }
        }
        text
    }
}

fn raised(symbol: &str, exponent: i8) -> String {
    if exponent == 1 { symbol.to_owned() } else { format!("{symbol}^{exponent}") }
}

fn word_of(power: i8) -> Option<&'static str> {
    SCALES.iter().find(|(_, known)| *known == power).map(|(word, _)| *word)
}

#[cfg(test)]
mod tests;
