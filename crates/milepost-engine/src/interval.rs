//! What the digits of figures that were printed in round numbers leave open.

use milepost_model::{Decimal, Number, Period, Precision};

use crate::answer::{Origin, Reading};
use crate::measure::scaled;
use crate::sentence::Sentence;

/// The least and the greatest value that a printed figure allows. The unit of its last digit is
/// that of the last one which is not zero: `over 277,000` lies in [277,000, 278,000), `nearly
/// 574,000` in (573,000, 574,000], `about 185` within half a unit of it; an exact figure is what
/// it says.
pub(crate) fn printed(value: Decimal, precision: Precision) -> Option<(Decimal, Decimal)> {
    let unit = unit_of_last_digit(value)?;
    match precision {
        Precision::Exact => Some((value, value)),
        Precision::Over => Some((value, value.checked_add(unit)?)),
        Precision::Under => Some((value.checked_sub(unit)?, value)),
        Precision::About => {
            let half = unit.checked_mul(Decimal::new(5, 1)?)?;
            Some((value.checked_sub(half)?, value.checked_add(half)?))
        }
    }
}

fn unit_of_last_digit(value: Decimal) -> Option<Decimal> {
    let mut mantissa = value.mantissa();
    let mut power = i8::try_from(value.scale()).ok()?.checked_neg()?;
    while mantissa != 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        power = power.checked_add(1)?;
    }
    Decimal::from(1).scaled_by_power_of_ten(power)
}

/// The least and the greatest value of a sentence at a period that its printed figures allow; None
/// where all of them are exact, or where they were computed from others. Every measure rises or
/// falls with its base and with its end throughout, so that the corners hold its extremes.
pub(crate) fn of(sentence: &Sentence, period: Period) -> Option<(Number, Number)> {
    let comparison = sentence.compare(period);
    let end = comparison.end.as_ref().ok()?;
    let base = comparison.base.as_ref().and_then(|base| base.as_ref().ok());
    let inexact = |reading: &Reading| reading.precision != Precision::Exact;
    if !(inexact(end) || base.is_some_and(inexact)) {
        return None;
    }
    let ends = corners(end)?;
    let bases = match base {
        Some(base) => corners(base)?.map(|corner| Some(Ok(corner))),
        None => [None, None],
    };
    let mut values = Vec::with_capacity(4);
    for base in &bases {
        for end in &ends {
            let goal = comparison.goal.as_ref();
            let value = sentence.measured(base.as_ref(), &Ok(end.clone()), goal).ok()?;
            values.push(scaled(value, sentence.power).ok()?);
        }
    }
    Some((values.iter().min().copied()?, values.iter().max().copied()?))
}

/// A reading with the least and with the greatest value that it allows.
fn corners(reading: &Reading) -> Option<[Reading; 2]> {
    if reading.precision == Precision::Exact {
        return Some([reading.clone(), reading.clone()]);
    }
    let value = reading.value.exact().filter(|_| reading.origin == Origin::Stored)?;
    let (least, greatest) = printed(value, reading.precision)?;
    let with = |value| Reading { value: Number::Exact(value), ..reading.clone() };
    Some([with(least), with(greatest)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{outcome_with, value};
    use crate::{Outcome, Parameters, Session};

    fn interval(text: &str, precision: Precision) -> String {
        let (least, greatest) = printed(text.parse().unwrap(), precision).unwrap();
        format!("{least} {greatest}")
    }

    #[test]
    fn the_last_digit_that_is_not_zero_sets_the_unit() {
        assert_eq!(interval("277000", Precision::Over), "277000 278000");
        assert_eq!(interval("574000", Precision::Under), "573000 574000");
        assert_eq!(interval("185000000", Precision::About), "184500000 185500000");
        assert_eq!(interval("4.8", Precision::About), "4.75 4.85");
        assert_eq!(interval("0", Precision::Over), "0 1");
        assert_eq!(interval("12.50", Precision::Exact), "12.5 12.5");
    }

    #[test]
    fn explain_says_what_the_digits_allow() {
        // 573/278 - 1 and 574/277 - 1; the agency printed 107.1 %.
        let text = "explain growth of voluntary_si.participants in VN between 2018 and 2019";
        let outcome = outcome_with(text, &mut Session::new(), &Parameters::new()).unwrap();
        let Outcome::Explanation(explanation) = outcome else { panic!("{outcome:?}") };
        let fact = explanation.facts.iter().find(|(heading, _)| heading == "digits").unwrap();
        assert_eq!(fact.1, "2019: from 106.12 to 107.22 % by the digits that were printed");
        assert_eq!(value(&text["explain ".len()..]), "107.2202");
    }

    proptest! {
        #[test]
        fn a_printed_figure_allows_itself(mantissa in 0i64..1_000_000_000, scale in 0u8..6) {
            let value = Decimal::new(mantissa.into(), scale).unwrap();
            for precision in
                [Precision::Exact, Precision::About, Precision::Over, Precision::Under]
            {
                let (least, greatest) = printed(value, precision).unwrap();
                prop_assert!(least <= value && value <= greatest);
                prop_assert_eq!(least == greatest, precision == Precision::Exact);
            }
        }
    }
}
