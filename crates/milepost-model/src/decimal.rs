//! Exact decimal numbers.

mod parse;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::ops::Neg;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::wide::{Wide, nearest_double};

/// An exact decimal number, `mantissa / 10^scale`.
///
/// The mantissa lies within ±(2^127 - 1), which holds every number of 38 digits, and at most 38
/// digits stand after the point. A decimal is *normalised*: no zero ends the digits after the
/// point, so equal numbers are equal values with equal hashes and `1.50` is `1.5`. How many
/// decimals to show belongs to the indicator, not to the number.
///
/// Sums, differences and products are exact or `None`. A conversion to a double is rounded once,
/// to the nearest double, ties to even.
///
/// ```
/// use milepost_model::Decimal;
///
/// let price: Decimal = "0.1".parse()?;
/// let sum = price.checked_add("0.2".parse()?).unwrap();
/// assert_eq!(sum.to_string(), "0.3");
/// assert_eq!(sum, "0.300".parse()?);
/// assert_eq!(sum.to_f64(), 0.3);
/// # Ok::<(), milepost_model::DecimalError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "(i128, u8)", into = "(i128, u8)")]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

/// Why a text or a number is not a [`Decimal`]. Positions count characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// There is no text.
    #[error("an empty text is not a number")]
    Empty,
    /// There is a comma, which means thousands in one country and decimals in the next.
    #[error(
        "commas are not allowed in numbers (position {position}): thousands are written without \
         a separator, decimals after a point"
    )]
    Comma {
        /// Where the comma stands.
        position: usize,
    },
    /// A character that no number has at this place.
    #[error("unexpected {found:?} at position {position} of a number")]
    Character {
        /// The character.
        found: char,
        /// Where it stands.
        position: usize,
    },
    /// The text ends where a digit has to follow.
    #[error("a digit is missing at the end of the number")]
    Digit,
    /// The text says NaN or infinity.
    #[error("`{0}` is not a value: a missing value is left out")]
    NotANumber(String),
    /// The number needs more than 38 digits.
    #[error("the number does not fit: 38 digits are kept, at most 38 of them after the point")]
    OutOfRange,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal { mantissa: 0, scale: 0 };
    /// One.
    pub const ONE: Decimal = Decimal { mantissa: 1, scale: 0 };
    /// The most digits after the point.
    pub const MAX_SCALE: u8 = 38;

    /// `mantissa / 10^scale`; `None` when that needs more than 38 digits after the point, and for
    /// `i128::MIN`, which has no counterpart.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// let rate = Decimal::new(3_905, 2).unwrap();
    /// assert_eq!(rate.to_string(), "39.05");
    /// assert_eq!(Decimal::new(390_500, 4), Some(rate));
    /// assert_eq!(Decimal::new(1, 39), None);
    /// ```
    pub fn new(mantissa: i128, scale: u8) -> Option<Decimal> {
        normalised(mantissa, i64::from(scale))
    }

    /// All digits as an integer.
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// How many of the digits stand after the point, the fewest possible.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Whether this is zero.
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// -1, 0 or 1.
    pub const fn signum(self) -> i8 {
        self.mantissa.signum() as i8
    }

    /// The number without its sign.
    #[must_use]
    pub const fn abs(self) -> Decimal {
        // `i128::MIN` is no mantissa.
        Decimal { mantissa: self.mantissa.abs(), scale: self.scale }
    }

    /// The exact sum; `None` when it does not fit.
    pub fn checked_add(self, other: Decimal) -> Option<Decimal> {
        let (coarse, fine) = if self.scale <= other.scale { (self, other) } else { (other, self) };
        let factor = power_of_ten(fine.scale - coarse.scale);
        let aligned = coarse.mantissa.checked_mul(factor);
        if let Some(sum) = aligned.and_then(|aligned| aligned.checked_add(fine.mantissa)) {
            return normalised(sum, i64::from(fine.scale));
        }
        // Too long as it stands: the sum of both, or zeros at its end, may still make it fit.
        let aligned = Wide::product(coarse.mantissa.unsigned_abs(), factor.unsigned_abs());
        let added = Wide::from(fine.mantissa.unsigned_abs());
        let sum = if coarse.signum() == fine.signum() {
            aligned.wrapping_add(added)
        } else {
            aligned.wrapping_sub(added)
        };
        from_magnitude(coarse.mantissa < 0, sum, i64::from(fine.scale))
    }

    /// The exact difference; `None` when it does not fit.
    pub fn checked_sub(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(-other)
    }

    /// The exact product; `None` when it does not fit.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    /// assert_eq!(decimal("0.5").checked_mul(decimal("-0.2")), Some(decimal("-0.1")));
    /// assert_eq!(decimal("1e30").checked_mul(decimal("1e30")), None);
    /// ```
    pub fn checked_mul(self, other: Decimal) -> Option<Decimal> {
        let scale = i64::from(self.scale) + i64::from(other.scale);
        if let Some(product) = self.mantissa.checked_mul(other.mantissa) {
            return normalised(product, scale);
        }
        let negative = (self.mantissa < 0) != (other.mantissa < 0);
        let (left, right) = (self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        from_magnitude(negative, Wide::product(left, right), scale)
    }

    /// The exact quotient; `None` when `other` is zero, when the digits do not end, and when they
    /// do not fit.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    /// assert_eq!(decimal("1").checked_div_exact(decimal("-8")), Some(decimal("-0.125")));
    /// assert_eq!(decimal("1").checked_div_exact(decimal("3")), None);
    /// ```
    pub fn checked_div_exact(self, other: Decimal) -> Option<Decimal> {
        if other.is_zero() {
            return None;
        }
        // Of the divisor, factors of 2 and 5 can become digits; all else has to divide evenly.
        let (mut twos, mut fives) = (0_u32, 0_u32);
        let mut divisor = other.mantissa;
        while divisor % 2 == 0 {
            divisor /= 2;
            twos += 1;
        }
        while divisor % 5 == 0 {
            divisor /= 5;
            fives += 1;
        }
        if self.mantissa % divisor != 0 {
            return None;
        }
        let mut mantissa = self.mantissa / divisor;
        while twos > 0 && mantissa % 2 == 0 {
            mantissa /= 2;
            twos -= 1;
        }
        while fives > 0 && mantissa % 5 == 0 {
            mantissa /= 5;
            fives -= 1;
        }
        let digits = twos.max(fives);
        let factor = 2_i128.checked_pow(digits - twos)?;
        let factor = factor.checked_mul(5_i128.checked_pow(digits - fives)?)?;
        let scale = i64::from(digits) + i64::from(self.scale) - i64::from(other.scale);
        normalised(mantissa.checked_mul(factor)?, scale)
    }

    /// The quotient as a double: the exact quotient rounded once, to the nearest double, ties to
    /// even. `None` when `other` is zero.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    /// // Dividing the doubles 0.3 and 0.1 gives 2.9999999999999996.
    /// assert_eq!(decimal("0.3").quotient(decimal("0.1")), Some(3.0));
    /// assert_eq!(decimal("1").quotient(Decimal::ZERO), None);
    /// ```
    pub fn quotient(self, other: Decimal) -> Option<f64> {
        if other.is_zero() {
            return None;
        }
        let common = self.scale.min(other.scale);
        let numerator = self.mantissa.unsigned_abs();
        let denominator = other.mantissa.unsigned_abs();
        let numerator_power = power_of_ten(other.scale - common).unsigned_abs();
        let denominator_power = power_of_ten(self.scale - common).unsigned_abs();
        let magnitude = ratio(numerator, numerator_power, denominator, denominator_power);
        let negative = (self.mantissa < 0) != (other.mantissa < 0);
        Some(if negative && !self.is_zero() { -magnitude } else { magnitude })
    }

    /// The nearest double, ties to even.
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
    pub fn to_f64(self) -> f64 {
        // One operation on exact doubles is rounded correctly by IEEE 754.
        if let Ok(short) = i64::try_from(self.mantissa)
            && short.unsigned_abs() <= EXACT_MAX
            && let Some(power) = EXACT_POWERS.get(usize::from(self.scale))
        {
            return short as f64 / power;
        }
        let power = power_of_ten(self.scale).unsigned_abs();
        let magnitude = ratio(self.mantissa.unsigned_abs(), 1, 1, power);
        if self.mantissa < 0 { -magnitude } else { magnitude }
    }

    /// The decimal with the fewest digits that reads back as this double; `None` for NaN,
    /// infinities, and numbers that do not fit.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// assert_eq!(Decimal::from_f64(0.1).unwrap().to_string(), "0.1");
    /// assert_eq!(Decimal::from_f64(f64::NAN), None);
    /// assert_eq!(Decimal::from_f64(1e300), None);
    /// ```
    pub fn from_f64(value: f64) -> Option<Decimal> {
        if !value.is_finite() {
            return None;
        }
        // Rust prints the shortest digits that read back as the same double.
        Decimal::parse_bytes(format!("{value:e}").as_bytes()).ok()
    }

    /// Compares with a double by exact value; NaN lies beyond the infinity of its sign.
    pub(crate) fn cmp_f64(self, other: f64) -> Ordering {
        const FRACTION_BITS: i32 = 52;
        // Rounding keeps the order, and only zero rounds to zero; adding zero makes -0 zero.
        let rough = self.to_f64().total_cmp(&(other + 0.0));
        if rough.is_ne() || self.is_zero() {
            return rough;
        }
        // `other` is normal and near to this: whole * 2^exponent, compared with mantissa / 10^scale.
        let bits = other.abs().to_bits();
        let whole = u128::from(bits & ((1 << FRACTION_BITS) - 1) | 1 << FRACTION_BITS);
        let exponent = i32::try_from(bits >> FRACTION_BITS).unwrap_or(0) - 1023 - FRACTION_BITS;
        let mantissa = Wide::from(self.mantissa.unsigned_abs());
        let double = Wide::product(whole, power_of_ten(self.scale).unsigned_abs());
        // Both shifted values have at most 180 bits, since their quotient is close to 1.
        let magnitudes = if exponent < 0 {
            mantissa.shifted_left(exponent.unsigned_abs()).cmp(&double)
        } else {
            mantissa.cmp(&double.shifted_left(exponent.unsigned_abs()))
        };
        if self.mantissa < 0 { magnitudes.reverse() } else { magnitudes }
    }

    /// The mantissa as the store keeps it, with its scale; `None` when it needs more than 64 bits.
    pub fn to_stored(self) -> Option<(i64, u8)> {
        Some((i64::try_from(self.mantissa).ok()?, self.scale))
    }

    /// The number times 10^`power`; `None` when it does not fit.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// let millions: Decimal = "18.305".parse()?;
    /// assert_eq!(millions.scaled_by_power_of_ten(6).unwrap().to_string(), "18305000");
    /// # Ok::<(), milepost_model::DecimalError>(())
    /// ```
    pub fn scaled_by_power_of_ten(self, power: i8) -> Option<Decimal> {
        normalised(self.mantissa, i64::from(self.scale) - i64::from(power))
    }

    /// Rounded to that many digits after the point, halves away from zero.
    ///
    /// ```
    /// use milepost_model::Decimal;
    ///
    /// let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    /// assert_eq!(decimal("2.345").rounded(2), decimal("2.35"));
    /// assert_eq!(decimal("-2.5").rounded(0), decimal("-3"));
    /// ```
    #[must_use]
    pub fn rounded(self, decimals: u8) -> Decimal {
        if self.scale <= decimals {
            return self;
        }
        let unit = power_of_ten(self.scale - decimals);
        let (quotient, remainder) = (self.mantissa / unit, self.mantissa % unit);
        let half = remainder.unsigned_abs() >= unit.unsigned_abs() / 2;
        let mantissa = if half { quotient + self.mantissa.signum() } else { quotient };
        strip_zeros(mantissa, decimals)
    }
}

impl Neg for Decimal {
    type Output = Decimal;

    fn neg(self) -> Decimal {
        // `i128::MIN` is no mantissa.
        Decimal { mantissa: -self.mantissa, scale: self.scale }
    }
}

impl Ord for Decimal {
    /// By numeric value.
    fn cmp(&self, other: &Decimal) -> Ordering {
        let common = self.scale.max(other.scale);
        let left = self.mantissa.checked_mul(power_of_ten(common - self.scale));
        let right = other.mantissa.checked_mul(power_of_ten(common - other.scale));
        match (left, right) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Only one side is multiplied; if that is too much, it is the one further from zero.
            (None, _) => self.mantissa.cmp(&0),
            (_, None) => 0.cmp(&other.mantissa),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    /// Plain digits, never an exponent. A precision rounds like [`Decimal::rounded`] and fills
    /// with zeros: `{:.1}` of 2 is `2.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match f.precision().map(u8::try_from) {
            Some(Ok(decimals)) => self.rounded(decimals),
            _ => *self,
        };
        let scale = usize::from(shown.scale);
        let mut digits = format!("{:0>1$}", shown.mantissa.unsigned_abs(), scale + 1);
        let decimals = f.precision().unwrap_or(scale);
        if decimals > 0 {
            digits.insert(digits.len() - scale, '.');
            digits.extend(std::iter::repeat_n('0', decimals - scale));
        }
        f.pad_integral(shown.mantissa >= 0, "", &digits)
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Decimal {
            fn from(value: $integer) -> Decimal {
                Decimal { mantissa: i128::from(value), scale: 0 }
            }
        }
    )*};
}

from_integers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl TryFrom<(i128, u8)> for Decimal {
    type Error = DecimalError;

    /// From mantissa and scale.
    fn try_from((mantissa, scale): (i128, u8)) -> Result<Decimal, DecimalError> {
        Decimal::new(mantissa, scale).ok_or(DecimalError::OutOfRange)
    }
}

impl From<Decimal> for (i128, u8) {
    fn from(decimal: Decimal) -> (i128, u8) {
        (decimal.mantissa, decimal.scale)
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(value: rust_decimal::Decimal) -> Decimal {
        // 96 bits and at most 28 digits after the point.
        #[expect(clippy::cast_possible_truncation, reason = "at most 28")]
        strip_zeros(value.mantissa(), value.scale() as u8)
    }
}

impl TryFrom<Decimal> for rust_decimal::Decimal {
    type Error = DecimalError;

    /// Fails when the number needs more than 96 bits or 28 digits after the point.
    fn try_from(value: Decimal) -> Result<rust_decimal::Decimal, DecimalError> {
        rust_decimal::Decimal::try_from_i128_with_scale(value.mantissa, u32::from(value.scale))
            .map_err(|_| DecimalError::OutOfRange)
    }
}

/// The decimal `mantissa / 10^scale`, if it fits; a negative scale multiplies.
fn normalised(mantissa: i128, scale: i64) -> Option<Decimal> {
    if mantissa == 0 {
        return Some(Decimal::ZERO);
    }
    if mantissa == i128::MIN {
        // The one magnitude that a zero at its end could not bring into range: 2^127 is no
        // multiple of ten.
        return None;
    }
    if scale < 0 {
        let power = u8::try_from(scale.checked_neg()?).ok()?;
        let factor = (power <= Decimal::MAX_SCALE).then(|| power_of_ten(power))?;
        let mantissa = mantissa.checked_mul(factor)?;
        return (mantissa != i128::MIN).then_some(Decimal { mantissa, scale: 0 });
    }
    let (mut mantissa, mut scale) = (mantissa, scale);
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    let scale = u8::try_from(scale).ok().filter(|&scale| scale <= Decimal::MAX_SCALE)?;
    Some(Decimal { mantissa, scale })
}

/// The same for a magnitude that may be too long as it stands.
fn from_magnitude(negative: bool, magnitude: Wide, scale: i64) -> Option<Decimal> {
    let (mut magnitude, mut scale) = (magnitude, scale);
    let fitting = loop {
        if let Some(fitting) = magnitude.to_u128().and_then(|short| i128::try_from(short).ok()) {
            break fitting;
        }
        let (tenth, 0) = magnitude.divided_by_ten() else { return None };
        if scale == 0 {
            return None;
        }
        magnitude = tenth;
        scale -= 1;
    };
    normalised(if negative { -fitting } else { fitting }, scale)
}

/// The decimal for a mantissa and a scale that are in range already.
fn strip_zeros(mut mantissa: i128, mut scale: u8) -> Decimal {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Decimal { mantissa, scale }
}

/// Whole numbers up to here are exact doubles.
const EXACT_MAX: u64 = 1 << 53;

/// The powers of ten that are exact doubles.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The double nearest to (a b) / (c d), ties to even, where b and d are powers of ten.
#[expect(clippy::cast_precision_loss, reason = "exact where it is used, below 2^53")]
fn ratio(a: u128, b: u128, c: u128, d: u128) -> f64 {
    const EXACT: u128 = 1 << 53;
    if a == 0 {
        return 0.0;
    }
    if let (Some(numerator), Some(denominator)) = (a.checked_mul(b), c.checked_mul(d)) {
        // One operation on exact doubles is rounded correctly by IEEE 754; dividing by 1 is none.
        // A power of ten up to 10^22 is an exact double too.
        let exact = denominator <= EXACT || (c == 1 && d <= 10_u128.pow(22));
        if (numerator <= EXACT && exact) || denominator == 1 {
            return numerator as f64 / denominator as f64;
        }
    }
    nearest_double(Wide::product(a, b), Wide::product(c, d))
}

/// 10^`exponent`, for exponents up to 38.
const fn power_of_ten(exponent: u8) -> i128 {
    10_i128.pow(exponent as u32)
}
