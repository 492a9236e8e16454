//! Numbers of an answer: exact as long as possible.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::Decimal;

/// The value of an answer: an exact decimal, or a double where no decimal can hold the result.
///
/// Sums, differences and products of exact numbers stay exact while they fit, and so do quotients
/// whose digits end. Every other quotient is rounded once, from exact operands. A result that is
/// no finite number is `None`: an undefined value is missing, never NaN.
///
/// Numbers compare by value, exactly: `Exact(1)` equals `Double(1.0)`, and `Exact(0.1)` lies below
/// `Double(0.1)`, which is a little more than a tenth.
///
/// ```
/// use milepost_model::{Decimal, Number};
///
/// let one = Number::from(Decimal::from(1));
/// let four = Number::from(Decimal::from(4));
/// assert_eq!(one.checked_div(four).unwrap().to_string(), "0.25");
/// let third = one.checked_div(Number::from(Decimal::from(3))).unwrap();
/// assert_eq!(third, Number::Double(1.0 / 3.0));
/// assert_eq!(one.checked_div(Number::from(Decimal::ZERO)), None);
/// ```
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Number {
    /// An exact value.
    Exact(Decimal),
    /// A rounded value, always finite; [`Number::double`] checks that.
    Double(#[serde(deserialize_with = "finite")] f64),
}

impl Number {
    /// A double; `None` for NaN and infinities. Negative zero becomes zero.
    pub fn double(value: f64) -> Option<Number> {
        value.is_finite().then_some(Number::Double(value + 0.0))
    }

    /// The nearest double, ties to even.
    pub fn to_f64(self) -> f64 {
        match self {
            Number::Exact(decimal) => decimal.to_f64(),
            Number::Double(double) => double,
        }
    }

    /// The exact value; `None` for a double.
    pub fn exact(self) -> Option<Decimal> {
        match self {
            Number::Exact(decimal) => Some(decimal),
            Number::Double(_) => None,
        }
    }

    /// Whether this is zero.
    pub fn is_zero(self) -> bool {
        self.signum() == 0
    }

    /// -1, 0 or 1.
    pub fn signum(self) -> i8 {
        match self {
            Number::Exact(decimal) => decimal.signum(),
            Number::Double(double) => i8::from(double > 0.0) - i8::from(double < 0.0),
        }
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(self) -> Number {
        match self {
            Number::Exact(decimal) => Number::Exact(decimal.abs()),
            Number::Double(double) => Number::Double(double.abs()),
        }
    }

    /// The sum; `None` when it exceeds every double.
    pub fn checked_add(self, other: Number) -> Option<Number> {
        self.combine(other, Decimal::checked_add, |left, right| left + right)
    }

    /// The difference; `None` when it exceeds every double.
    pub fn checked_sub(self, other: Number) -> Option<Number> {
        self.combine(other, Decimal::checked_sub, |left, right| left - right)
    }

    /// The product; `None` when it exceeds every double.
    pub fn checked_mul(self, other: Number) -> Option<Number> {
        self.combine(other, Decimal::checked_mul, |left, right| left * right)
    }

    /// The quotient; `None` when `other` is zero or the quotient exceeds every double.
    pub fn checked_div(self, other: Number) -> Option<Number> {
        match (self, other) {
            (Number::Exact(left), Number::Exact(right)) => left
                .checked_div_exact(right)
                .map(Number::Exact)
                .or_else(|| left.quotient(right).and_then(Number::double)),
            _ => Number::double(self.to_f64() / other.to_f64()),
        }
    }

    fn combine(
        self,
        other: Number,
        exact: impl Fn(Decimal, Decimal) -> Option<Decimal>,
        rounded: impl Fn(f64, f64) -> f64,
    ) -> Option<Number> {
        let result = self.exact().zip(other.exact()).and_then(|(left, right)| exact(left, right));
        match result {
            Some(decimal) => Some(Number::Exact(decimal)),
            None => Number::double(rounded(self.to_f64(), other.to_f64())),
        }
    }
}

impl std::ops::Neg for Number {
    type Output = Number;

    fn neg(self) -> Number {
        match self {
            Number::Exact(decimal) => Number::Exact(-decimal),
            Number::Double(double) => Number::Double(0.0 - double),
        }
    }
}

impl Ord for Number {
    /// By exact numeric value.
    fn cmp(&self, other: &Number) -> Ordering {
        match (*self, *other) {
            (Number::Exact(left), Number::Exact(right)) => left.cmp(&right),
            (Number::Exact(left), Number::Double(right)) => left.cmp_f64(right),
            (Number::Double(left), Number::Exact(right)) => right.cmp_f64(left).reverse(),
            // Adding zero makes both zeros one.
            (Number::Double(left), Number::Double(right)) => (left + 0.0).total_cmp(&(right + 0.0)),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    /// All digits of an exact number, the shortest digits that read back as the same double
    /// otherwise; never an exponent. A precision rounds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Exact(decimal) => fmt::Display::fmt(decimal, f),
            Number::Double(double) => fmt::Display::fmt(double, f),
        }
    }
}

impl From<Decimal> for Number {
    fn from(decimal: Decimal) -> Number {
        Number::Exact(decimal)
    }
}

fn finite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(serde::de::Error::custom("NaN and infinities are not values"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> Number {
        Number::Exact(text.parse().unwrap())
    }

    #[test]
    fn exactness_lasts_while_it_can() {
        assert_eq!(exact("0.1").checked_add(exact("0.2")), Some(exact("0.3")));
        assert_eq!(exact("3").checked_div(exact("8")).unwrap().exact(), "0.375".parse().ok());
        let third = exact("1").checked_div(exact("3")).unwrap();
        assert_eq!(third.exact(), None);
        assert_eq!(third.checked_mul(exact("3")), Number::double(1.0));
        let great = exact("1e38");
        let square = great.checked_mul(great).unwrap();
        assert_eq!((square.exact(), square.to_f64()), (None, 1e38 * 1e38));
    }

    #[test]
    fn no_result_is_nan_or_infinite() {
        assert_eq!(Number::double(f64::NAN), None);
        assert_eq!(Number::double(f64::NEG_INFINITY), None);
        let huge = Number::Double(f64::MAX);
        assert_eq!(huge.checked_add(huge), None);
        assert_eq!(huge.checked_div(Number::Double(0.0)), None);
        assert_eq!(exact("0").checked_div(Number::Double(0.0)), None);
        assert_eq!(exact("1").checked_div(exact("0")), None);
    }

    #[test]
    fn display_is_plain() {
        assert_eq!(exact("1e20").to_string(), "100000000000000000000");
        assert_eq!(Number::Double(1e-7).to_string(), "0.0000001");
        assert_eq!(Number::double(-0.0).unwrap().to_string(), "0");
        assert_eq!(format!("{:.2}|{:>6}", Number::Double(0.125), exact("2.5")), "0.12|   2.5");
    }

    #[test]
    fn order_is_exact_across_both_kinds() {
        assert!(exact("0.1") < Number::Double(0.1));
        assert!(exact("0.3") > Number::Double(0.3));
        assert!(exact("-0.1") > Number::Double(-0.1));
        assert_eq!(exact("0.5"), Number::Double(0.5));
        assert_eq!(exact("0"), Number::Double(-0.0));
        assert_eq!(exact("1e22"), Number::Double(1e22));
        assert!(exact("1e23") > Number::Double(1e23));
        assert!(exact("9007199254740993") > Number::Double(9_007_199_254_740_992.0));
        assert!(Number::Double(f64::MAX) > exact("1e38"));
        assert!(Number::Double(5e-324) > exact("0"));
    }

    proptest! {
        #[test]
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "wanted")]
        fn integers_compare_like_integers(near: i64, offset in -600_i64..600, other: i64) {
            for left in [near.saturating_add(offset), other] {
                let double = near as f64;
                let expected = i128::from(left).cmp(&(double as i128));
                let left = Number::Exact(Decimal::from(left));
                prop_assert_eq!(left.cmp(&Number::Double(double)), expected);
                prop_assert_eq!(Number::Double(double).cmp(&left), expected.reverse());
            }
        }

        #[test]
        fn exact_and_rounded_sums_agree(a: i32, b: i32) {
            let (left, right) = (Number::Exact(a.into()), Number::Exact(b.into()));
            let rounded = Number::Double(f64::from(a)).checked_add(Number::Double(f64::from(b)));
            prop_assert_eq!(left.checked_add(right), rounded);
        }
    }
}
