//! The formulas of the measures, over a base `x0` and an end `x1`.
//!
//! Sources: OECD, *Data and Metadata Reporting and Presentation Handbook* (growth, same period of
//! the previous year); SDMX `BASE_PER` (index); World Bank, *WDI* methodology (compound growth).

use std::cmp::Ordering;

use milepost_model::{Decimal, Number};

use crate::answer::Undefined;

/// What rounding may take from a number, as a part of it.
const ROUNDED: f64 = 1e-12;

/// What a formula gives, or why it gives nothing.
pub(crate) type Measured = Result<Number, Undefined>;

/// `x1 - x0`, exact. For figures in percent the result is in percentage points.
pub(crate) fn change(x0: Number, x1: Number) -> Measured {
    in_range(x1.checked_sub(x0))
}

/// `100 (x1 / x0 - 1)`, computed as `100 (x1 - x0) / x0` so that only one operation rounds.
/// A base of zero or below and a change of sign make it undefined: growth from or to a negative
/// figure has no meaning.
pub(crate) fn growth(x0: Number, x1: Number) -> Measured {
    positive_base(x0)?;
    if x1.signum() < 0 {
        return Err(Undefined::SignChange);
    }
    percent(change(x0, x1)?, x0)
}

/// `x1 / x0`; undefined for a base of zero or below.
pub(crate) fn multiple(x0: Number, x1: Number) -> Measured {
    positive_base(x0)?;
    in_range(x1.checked_div(x0))
}

/// `100 x1 / x0`, the base period having 100; undefined for a base of zero or below.
pub(crate) fn index(x0: Number, x1: Number) -> Measured {
    positive_base(x0)?;
    percent(x1, x0)
}

/// `100 ((x1 / x0)^(1/years) - 1)`, the compound rate a year; both ends must be positive and time
/// must pass between them.
pub(crate) fn cagr(x0: Number, x1: Number, years: f64) -> Measured {
    positive_base(x0)?;
    if x1.signum() <= 0 {
        return Err(Undefined::EndNotPositive);
    }
    if years <= 0.0 {
        return Err(Undefined::NoTimeBetween);
    }
    let ratio = in_range(x1.checked_div(x0))?.to_f64();
    in_range(Number::double(100.0 * (ratio.ln() / years).exp_m1()))
}

/// `(x1 - x0) / years`, the average change a year. Also the pace still required towards a goal,
/// with the goal as the end.
pub(crate) fn pace(x0: Number, x1: Number, years: f64) -> Measured {
    if years <= 0.0 {
        return Err(Undefined::NoTimeBetween);
    }
    let difference = change(x0, x1)?;
    // Whole months keep the result exact where it is a decimal.
    let months = (years * 12.0).round();
    let whole_months = (months / 12.0 - years).abs() < 1e-12;
    in_range(match Decimal::from_f64(months) {
        Some(months) if whole_months => difference
            .checked_mul(whole(12))
            .and_then(|yearly| yearly.checked_div(Number::Exact(months))),
        _ => Number::double(difference.to_f64() / years),
    })
}

/// `goal - x1`: positive while there is still something to go upwards.
pub(crate) fn gap(x1: Number, goal: Number) -> Measured {
    in_range(goal.checked_sub(x1))
}

/// `100 (x1 - x0) / (goal - x0)`, the share of the way that is covered; undefined when the goal
/// equals the base.
pub(crate) fn progress(x0: Number, x1: Number, goal: Number) -> Measured {
    let way = in_range(goal.checked_sub(x0))?;
    if way.is_zero() {
        return Err(Undefined::GoalIsBase);
    }
    percent(change(x0, x1)?, way)
}

/// `100 x1 / whole`, a part in percent of its whole.
pub(crate) fn share(x1: Number, whole_of_it: Number) -> Measured {
    if whole_of_it.is_zero() {
        return Err(Undefined::DivisorZero);
    }
    percent(x1, whole_of_it)
}

/// `100 (x1 - x0) / X0`, what a part adds to the growth of its whole in percentage points, with
/// the whole at the base below (INSEE, ABS). Undefined where growth of the whole is.
pub(crate) fn contribution(x0: Number, x1: Number, whole_at_base: Number) -> Measured {
    positive_base(whole_at_base)?;
    percent(change(x0, x1)?, whole_at_base)
}

/// `100 part / all`. Exact operands round once, at the division; of rounded ones the quotient comes
/// first, so that a figure is exactly 100 % of itself.
fn percent(part: Number, all: Number) -> Measured {
    let hundred = whole(100);
    let is_exact = part.exact().is_some() && all.exact().is_some();
    in_range(if is_exact {
        hundred.checked_mul(part).and_then(|part| part.checked_div(all))
    } else {
        part.checked_div(all).and_then(|part| part.checked_mul(hundred))
    })
}

/// The number times a power of ten.
pub(crate) fn scaled(number: Number, power: i8) -> Measured {
    if power == 0 {
        return Ok(number);
    }
    let exact = number.exact().and_then(|decimal| decimal.scaled_by_power_of_ten(power));
    let double = || Number::double(number.to_f64() * 10f64.powi(i32::from(power)));
    in_range(exact.map(Number::Exact).or_else(double))
}

/// Which of two numbers is greater; of those that differ by no more than rounding may have left,
/// neither is.
pub(crate) fn order(one: Number, other: Number) -> Ordering {
    let (left, right) = (one.to_f64(), other.to_f64());
    let is_exact = one.exact().is_some() && other.exact().is_some();
    let is_close = (left - right).abs() <= ROUNDED * left.abs().max(right.abs());
    if !is_exact && is_close { Ordering::Equal } else { one.cmp(&other) }
}

/// A whole number.
pub(crate) fn whole(number: i64) -> Number {
    Number::Exact(Decimal::from(number))
}

/// A result that is no number is out of range.
pub(crate) fn in_range(number: Option<Number>) -> Measured {
    number.ok_or(Undefined::OutOfRange)
}

fn positive_base(x0: Number) -> Result<(), Undefined> {
    match x0.signum() {
        0 => Err(Undefined::BaseZero),
        1 => Ok(()),
        _ => Err(Undefined::BaseNegative),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(measured: Measured, expected: f64) -> bool {
        measured.is_ok_and(|number| (number.to_f64() - expected).abs() < 5e-5)
    }

    #[test]
    fn formulas_agree_with_printed_figures() {
        let (x0, x1) = (whole(224_000), whole(277_000));
        assert!(close(growth(x0, x1), 23.660_7));
        assert!(close(index(x0, whole(574_000)), 256.25));
        assert!(close(cagr(whole(13_030_000), whole(93_620_000), 21.0), 9.845_5));
        assert_eq!(change(x0, x1), Ok(whole(53_000)));
        assert_eq!(gap(whole(39), whole(45)), Ok(whole(6)));
        assert!(close(progress(whole(0), whole(48_012), whole(300_000)), 16.004));
        assert_eq!(pace(whole(48_012), whole(300_000), 0.5), Ok(whole(503_976)));
    }

    #[test]
    fn what_has_no_meaning_is_undefined() {
        assert_eq!(growth(whole(0), whole(1)), Err(Undefined::BaseZero));
        assert_eq!(growth(whole(1), whole(-1)), Err(Undefined::SignChange));
        assert_eq!(multiple(whole(-1), whole(1)), Err(Undefined::BaseNegative));
        assert_eq!(cagr(whole(1), whole(0), 1.0), Err(Undefined::EndNotPositive));
        assert_eq!(cagr(whole(1), whole(2), 0.0), Err(Undefined::NoTimeBetween));
        assert_eq!(pace(whole(1), whole(2), -1.0), Err(Undefined::NoTimeBetween));
        assert_eq!(progress(whole(1), whole(2), whole(1)), Err(Undefined::GoalIsBase));
    }

    proptest! {
        #[test]
        fn changes_of_steps_add_up(values in prop::collection::vec(-1_000_000i64..1_000_000, 2..20)) {
            let steps = values.windows(2).map(|w| change(whole(w[0]), whole(w[1])).unwrap());
            let sum = steps.fold(whole(0), |sum, step| sum.checked_add(step).unwrap());
            prop_assert_eq!(Ok(sum), change(whole(values[0]), whole(values[values.len() - 1])));
        }

        #[test]
        fn growth_of_steps_multiplies(values in prop::collection::vec(1i64..1_000_000, 2..20)) {
            let factor = |g: Measured| 1.0 + g.unwrap().to_f64() / 100.0;
            let product: f64 =
                values.windows(2).map(|w| factor(growth(whole(w[0]), whole(w[1])))).product();
            let whole_span = factor(growth(whole(values[0]), whole(values[values.len() - 1])));
            prop_assert!((product / whole_span - 1.0).abs() < 1e-9);
        }

        #[test]
        fn contributions_add_up_to_growth(
            parts in prop::collection::vec((1i64..1_000_000, 0i64..1_000_000), 1..20)
        ) {
            let (x0, x1) = parts.iter().fold((0, 0), |(x0, x1), part| (x0 + part.0, x1 + part.1));
            let each = parts.iter().map(|(from, to)| {
                contribution(whole(*from), whole(*to), whole(x0)).unwrap().to_f64()
            });
            let growth = growth(whole(x0), whole(x1)).unwrap().to_f64();
            prop_assert!((each.sum::<f64>() - growth).abs() < 1e-9 * growth.abs().max(1.0));
            let each = parts.iter().map(|(from, _)| share(whole(*from), whole(x0)).unwrap());
            let sum: f64 = each.map(milepost_model::Number::to_f64).sum();
            prop_assert!((sum - 100.0).abs() < 1e-9);
        }

        #[test]
        fn a_figure_is_all_of_itself(part in 1i64..1_000_000_000, all in 1i64..1_000_000) {
            let quotient = whole(part).checked_div(whole(all)).unwrap();
            prop_assert_eq!(index(quotient, quotient), Ok(whole(100)));
            prop_assert_eq!(share(quotient, quotient), Ok(whole(100)));
            prop_assert_eq!(progress(whole(0), quotient, quotient), Ok(whole(100)));
        }

        #[test]
        fn an_index_is_a_hundred_multiples(x0 in 1i64..1_000_000_000, x1 in 0i64..1_000_000_000) {
            let multiple = multiple(whole(x0), whole(x1)).unwrap().to_f64();
            let index = index(whole(x0), whole(x1)).unwrap().to_f64();
            prop_assert!((index / 100.0 - multiple).abs() <= 1e-12 * multiple.abs());
        }
    }
}
