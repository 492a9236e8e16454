//! Unsigned integers of 256 bits: room for the product of two mantissas.

use std::cmp::Ordering;

/// A 256-bit unsigned integer, least significant limb first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wide([u64; 4]);

#[expect(clippy::cast_possible_truncation, reason = "limbs are the low halves of u128 on purpose")]
impl Wide {
    pub(crate) fn product(left: u128, right: u128) -> Wide {
        let left = [left as u64, (left >> 64) as u64];
        let right = [right as u64, (right >> 64) as u64];
        let mut limbs = [0_u64; 4];
        for (i, &l) in left.iter().enumerate() {
            let mut carry = 0_u128;
            for (j, &r) in right.iter().enumerate() {
                // At most (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
                let sum = u128::from(l) * u128::from(r) + u128::from(limbs[i + j]) + carry;
                limbs[i + j] = sum as u64;
                carry = sum >> 64;
            }
            limbs[i + 2] = carry as u64;
        }
        Wide(limbs)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == [0; 4]
    }

    /// The value, when it fits.
    pub(crate) fn to_u128(self) -> Option<u128> {
        let [low, high, 0, 0] = self.0 else { return None };
        Some(u128::from(high) << 64 | u128::from(low))
    }

    /// How many bits the value needs.
    pub(crate) fn bits(self) -> u32 {
        let mut bits = 256;
        for limb in self.0.iter().rev() {
            bits -= 64;
            if *limb != 0 {
                return bits + 64 - limb.leading_zeros();
            }
        }
        0
    }

    /// The sum modulo 2^256.
    pub(crate) fn wrapping_add(self, other: Wide) -> Wide {
        let mut carry = false;
        self.zip(other, |a, b| {
            let (sum, over) = a.overflowing_add(b);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            carry = over || over_again;
            sum
        })
    }

    /// The difference modulo 2^256.
    pub(crate) fn wrapping_sub(self, other: Wide) -> Wide {
        let mut borrow = false;
        self.zip(other, |a, b| {
            let (difference, under) = a.overflowing_sub(b);
            let (difference, under_again) = difference.overflowing_sub(u64::from(borrow));
            borrow = under || under_again;
            difference
        })
    }

    /// The value times 2^`count` modulo 2^256; `count` below 256.
    pub(crate) fn shifted_left(self, count: u32) -> Wide {
        let (limbs, bits) = ((count / 64) as usize, count % 64);
        let mut shifted = [0_u64; 4];
        for (i, limb) in shifted.iter_mut().enumerate().skip(limbs) {
            *limb = self.0[i - limbs] << bits;
            if bits > 0 && i > limbs {
                *limb |= self.0[i - limbs - 1] >> (64 - bits);
            }
        }
        Wide(shifted)
    }

    /// Quotient and remainder of a division by ten.
    pub(crate) fn divided_by_ten(self) -> (Wide, u64) {
        let mut quotient = [0_u64; 4];
        let mut remainder = 0_u128;
        for (digit, &limb) in quotient.iter_mut().rev().zip(self.0.iter().rev()) {
            let part = remainder << 64 | u128::from(limb);
            *digit = (part / 10) as u64;
            remainder = part % 10;
        }
        (Wide(quotient), remainder as u64)
    }

    fn zip(self, other: Wide, mut limb: impl FnMut(u64, u64) -> u64) -> Wide {
        let mut result = [0_u64; 4];
        for (r, (&a, &b)) in result.iter_mut().zip(self.0.iter().zip(&other.0)) {
            *r = limb(a, b);
        }
        Wide(result)
    }
}

impl From<u128> for Wide {
    fn from(value: u128) -> Wide {
        Wide::product(value, 1)
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Wide) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Wide) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The double nearest to `numerator / denominator`, ties to even.
///
/// Both are positive and below 2^255, and so is the quotient in either direction: neither overflow
/// nor a subnormal number can come up.
pub(crate) fn nearest_double(numerator: Wide, denominator: Wide) -> f64 {
    let (mut rest, mut divisor) = (numerator, denominator);
    let (high, low) = (rest.bits(), divisor.bits());
    let mut exponent = high.cast_signed() - low.cast_signed();
    if high >= low {
        divisor = divisor.shifted_left(high - low);
    } else {
        rest = rest.shifted_left(low - high);
    }
    if rest < divisor {
        rest = rest.shifted_left(1);
        exponent -= 1;
    }
    // Now divisor <= rest < 2 divisor: long division gives 53 bits and one to round by.
    let mut bits = 0_u64;
    for _ in 0..54 {
        bits <<= 1;
        if rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            bits |= 1;
        }
        rest = rest.shifted_left(1);
    }
    let (mut significand, half) = (bits >> 1, bits & 1 == 1);
    if half && (!rest.is_zero() || significand & 1 == 1) {
        significand += 1;
    }
    // Both factors and their product are exact.
    #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
    let significand = significand as f64;
    significand * power_of_two(exponent - 52)
}

/// 2^`exponent`, for exponents of normal doubles.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(u64::from((exponent + 1023).cast_unsigned()) << 52)
}
