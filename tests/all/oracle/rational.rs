//! Exact fractions: what every figure of the oracle is until it is compared.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Neg, Sub};

use milepost::Decimal;

/// A fraction in lowest terms with a positive denominator.
///
/// Generated figures are small, so most products of a few of them stay far below the range of
/// `i128`; what does not, such as a mean of many quotients, is rounded to a double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rational {
    numerator: i128,
    denominator: i128,
}

impl Rational {
    pub(crate) const ZERO: Self = Self { numerator: 0, denominator: 1 };
    pub(crate) const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator`; the denominator is not zero.
    pub(crate) fn new(numerator: i128, denominator: i128) -> Self {
        assert!(denominator != 0, "a fraction over zero");
        let divisor = greatest_common_divisor(numerator, denominator).max(1);
        let sign = denominator.signum();
        Self { numerator: sign * numerator / divisor, denominator: sign * denominator / divisor }
    }

    /// A double as a fraction.
    #[expect(clippy::cast_possible_truncation, reason = "no figure is that large")]
    fn rounded(value: f64) -> Self {
        let mut size = 0;
        while size < 120 && value.abs() * 2_f64.powi(size) < 2_f64.powi(60) {
            size += 1;
        }
        assert!(value.abs() < 2_f64.powi(126), "a figure out of range");
        Self::new((value * 2_f64.powi(size)) as i128, 1 << size)
    }

    /// Ten to that power.
    pub(crate) fn ten_to(power: i8) -> Self {
        let size = 10_i128.pow(u32::from(power.unsigned_abs()));
        if power < 0 { Self::new(1, size) } else { Self::new(size, 1) }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.numerator == 0
    }

    pub(crate) fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// Whether finitely many decimals write it.
    pub(crate) fn is_decimal(self) -> bool {
        let mut rest = self.denominator;
        for prime in [2, 5] {
            while rest % prime == 0 {
                rest /= prime;
            }
        }
        rest == 1
    }

    /// The quotient; `None` over zero.
    pub(crate) fn over(self, other: Self) -> Option<Self> {
        (!other.is_zero()).then(|| self / other)
    }

    /// The nearest double, give or take a few units in the last place.
    #[expect(clippy::cast_precision_loss, reason = "the one place where a figure is rounded")]
    pub(crate) fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl From<Decimal> for Rational {
    fn from(decimal: Decimal) -> Self {
        Self::new(decimal.mantissa(), 10_i128.pow(u32::from(decimal.scale())))
    }
}

impl From<i32> for Rational {
    fn from(number: i32) -> Self {
        Self::new(i128::from(number), 1)
    }
}

impl Add for Rational {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        // Denominators share most of their factors.
        let shared = greatest_common_divisor(self.denominator, other.denominator);
        let (own, others) = (self.denominator / shared, other.denominator / shared);
        let above = self.numerator.checked_mul(others).zip(other.numerator.checked_mul(own));
        let above = above.and_then(|(one, other)| one.checked_add(other));
        match above.zip(self.denominator.checked_mul(others)) {
            Some((above, below)) => Self::new(above, below),
            None => Self::rounded(self.to_f64() + other.to_f64()),
        }
    }
}

impl Sub for Rational {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Rational {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let one = Self::new(self.numerator, other.denominator);
        let two = Self::new(other.numerator, self.denominator);
        let above = one.numerator.checked_mul(two.numerator);
        match above.zip(one.denominator.checked_mul(two.denominator)) {
            Some((above, below)) => Self::new(above, below),
            None => Self::rounded(self.to_f64() * other.to_f64()),
        }
    }
}

impl Div for Rational {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let inverse = Self::new(other.denominator, other.numerator);
        self.mul(inverse)
    }
}

impl Neg for Rational {
    type Output = Self;

    fn neg(self) -> Self {
        Self { numerator: -self.numerator, ..self }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        (*self - *other).numerator.cmp(&0)
    }
}

fn greatest_common_divisor(left: i128, right: i128) -> i128 {
    let (mut left, mut right) = (left.abs(), right.abs());
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[test]
fn fractions_are_exact() {
    let tenth = Rational::from("0.1".parse::<Decimal>().unwrap());
    let fifth = tenth + tenth;
    assert_eq!(fifth, Rational::new(-2, -10));
    assert_eq!(fifth - tenth, tenth);
    assert_eq!(fifth * Rational::ten_to(1), Rational::from(2));
    assert_eq!(tenth.over(fifth), Some(Rational::new(1, 2)));
    assert_eq!(tenth.over(Rational::ZERO), None);
    assert!(-tenth < tenth && (-tenth).is_negative());
    let small = Rational::new(1, i128::MAX / 3);
    assert!(((small + tenth).to_f64() - 0.1).abs() < 1e-15);
}
