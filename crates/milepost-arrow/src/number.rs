//! From the numbers that Arrow has to exact decimals, without a text between them.

use std::fmt::Debug;

use arrow_buffer::i256;
use milepost::Decimal;

/// The most digits after the point that are tried on a double before it is printed.
const DECIMALS_MAX: u8 = 6;
/// Below this, each double has one decimal of that many digits that reads back as it.
const FIFTEEN_DIGITS: f64 = 1e15;

/// A number of Arrow; integers and floats have the scale 0.
pub(crate) trait Number: Copy + Debug {
    /// `self / 10^scale` as mantissa and digits after the point, in lowest terms; `None` if it is
    /// no number, or one of more digits than the store keeps.
    fn figure(self, scale: i8) -> Option<(i64, u8)>;

    /// The number as decimals are written.
    fn shown(self, scale: i8) -> String {
        // So that a double of 300 digits has an exponent.
        let digits = format!("{self:?}");
        if scale == 0 { digits } else { format!("{digits}e{}", -i16::from(scale)) }
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl Number for $integer {
            #[inline]
            fn figure(self, scale: i8) -> Option<(i64, u8)> {
                match (i64::try_from(self), u8::try_from(scale)) {
                    (Ok(digits), Ok(scale)) if scale <= Decimal::MAX_SCALE => {
                        Some(in_lowest_terms(digits, scale))
                    }
                    _ => long_figure(i128::from(self), scale),
                }
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 i128 u8 u16 u32 u64);

#[inline]
fn in_lowest_terms(mut digits: i64, mut scale: u8) -> (i64, u8) {
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    (digits, scale)
}

fn long_figure(unscaled: i128, scale: i8) -> Option<(i64, u8)> {
    Decimal::new(unscaled, 0)?.scaled_by_power_of_ten(scale.checked_neg()?)?.to_stored()
}

impl Number for i256 {
    fn figure(self, scale: i8) -> Option<(i64, u8)> {
        let ten = i256::from_i128(10);
        let (mut unscaled, mut scale) = (self, scale);
        while scale > 0 && unscaled.checked_rem(ten)? == i256::ZERO {
            unscaled = unscaled.checked_div(ten)?;
            scale -= 1;
        }
        unscaled.to_i128()?.figure(scale)
    }
}

impl Number for f64 {
    /// The decimal with the fewest digits that reads back as this double.
    #[inline]
    fn figure(self, _: i8) -> Option<(i64, u8)> {
        let mut power = 1.0;
        for scale in 0..=DECIMALS_MAX {
            let digits = (self * power).round();
            if digits.abs() >= FIFTEEN_DIGITS {
                break;
            }
            // Both operands are exact, so the quotient is what the decimal reads back as.
            #[expect(clippy::float_cmp, reason = "that very double is meant")]
            if digits / power == self {
                #[expect(clippy::cast_possible_truncation, reason = "it is small and whole")]
                return Some((digits as i64, scale));
            }
            power *= 10.0;
        }
        Decimal::from_f64(self)?.to_stored()
    }
}

impl Number for f32 {
    /// The decimal with the fewest digits that reads back as this number of 32 bits.
    fn figure(self, _: i8) -> Option<(i64, u8)> {
        // Rust prints it.
        let decimal: Decimal = format!("{self:e}").parse().ok()?;
        decimal.to_stored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `digits / 10^scale`, for integers that a double may have to round.
    fn double(digits: impl Strategy<Value = i64>) -> impl Strategy<Value = f64> {
        #[expect(clippy::cast_precision_loss, reason = "any double will do")]
        (digits, 0..9).prop_map(|(digits, scale)| digits as f64 / 10_f64.powi(scale))
    }

    fn stored(text: &str) -> Option<(i64, u8)> {
        text.parse::<Decimal>().ok()?.to_stored()
    }

    #[test]
    fn scales_may_be_negative_or_beyond_what_a_figure_has() {
        assert_eq!(12_i32.figure(-3), Some((12_000, 0)));
        assert_eq!(1_i64.figure(-18), Some((10_i64.pow(18), 0)));
        assert_eq!(1_i64.figure(-19), None);
        assert_eq!(0_i64.figure(i8::MIN), None);
        assert_eq!(1_i32.figure(38), Some((1, 38)));
        assert_eq!(1_i32.figure(39), None);
        assert_eq!(10_i32.figure(39), Some((1, 38)));
        assert_eq!(i128::MIN.figure(0), None);
        assert_eq!(u64::MAX.figure(0), None);
        assert_eq!((i128::from(i64::MAX) * 1_000).figure(3), Some((i64::MAX, 0)));
        assert_eq!(i256::from_i128(10).wrapping_pow(76).figure(76), Some((1, 0)));
        assert_eq!(i256::from_i128(10).wrapping_pow(76).figure(75), Some((10, 0)));
        assert_eq!(i256::MIN.figure(76), None);
    }

    #[test]
    fn what_is_no_number_has_no_figure() {
        for double in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300, 1e19] {
            assert_eq!(double.figure(0), None, "{double}");
        }
        assert_eq!((f32::NAN.figure(0), f32::INFINITY.figure(0)), (None, None));
        assert_eq!((f32::MAX.figure(0), f32::MIN_POSITIVE.figure(0)), (None, None));
        assert_eq!((0.1_f32.figure(0), (-0.0_f64).figure(0)), (Some((1, 1)), Some((0, 0))));
    }

    #[test]
    fn numbers_are_shown_as_they_are_read() {
        assert_eq!((125_i32.shown(2), 125_i32.shown(-2)), ("125e-2".into(), "125e2".into()));
        assert_eq!((5_u8.shown(0), 0.5_f32.shown(0)), ("5".into(), "0.5".into()));
        assert_eq!((1_i8.shown(i8::MIN), 1e300.shown(0)), ("1e128".into(), "1e300".into()));
        assert_eq!(i256::MINUS_ONE.shown(1), "-1e-1");
    }

    proptest! {
        #[test]
        fn a_double_is_the_decimal_that_is_printed(
            double in prop_oneof![
                any::<f64>(),
                double(any::<i64>()),
                double(-1_000_000_000_i64..1_000_000_000),
            ],
        ) {
            let expected = Decimal::from_f64(double).and_then(Decimal::to_stored);
            prop_assert_eq!(double.figure(0), expected);
        }

        #[test]
        fn a_number_of_32_bits_reads_back_as_itself(single in any::<f32>()) {
            if let Some((digits, scale)) = single.figure(0) {
                let decimal = Decimal::new(digits.into(), scale).unwrap();
                prop_assert_eq!(decimal.to_string().parse(), Ok(single));
                prop_assert_eq!(Some((digits, scale)), stored(&single.to_string()));
            }
        }

        #[test]
        fn an_integer_is_what_its_digits_say(integer in any::<i128>(), shift in 0..127_u32, scale in -40..40_i8) {
            let integer: i128 = integer >> shift;
            prop_assert_eq!(integer.figure(scale), stored(&integer.shown(scale)));
            prop_assert_eq!(i256::from_i128(integer).figure(scale), integer.figure(scale));
        }
    }
}
