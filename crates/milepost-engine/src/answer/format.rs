//! Figures for people: grouped with commas, rounded where they were computed.
//!
//! Queries and machine formats never have commas, because `1,5` is one and a half in Viet Nam;
//! the tables and notes that people read do, because `18305000` is hard to read.

use milepost_model::{Number, Precision};

/// Decimals of a computed figure.
const DECIMALS: usize = 2;

/// A figure with its precision word: `over 277,000`.
pub(crate) fn figure(value: Number, precision: Precision) -> String {
    format!("{}{}", precision.prefix(), grouped(value))
}

/// A figure with commas. Exact figures of up to four decimals are shown in full, others with two
/// decimals, figures below a hundredth with three significant digits.
///
/// ```
/// use milepost_engine::grouped;
/// use milepost_model::Number;
///
/// assert_eq!(grouped(Number::Double(18_305_000.0)), "18,305,000");
/// assert_eq!(grouped(Number::Double(9.965_635_738_8)), "9.97");
/// ```
pub fn grouped(value: Number) -> String {
    let text = value.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    match value {
        Number::Exact(_) if decimals <= 4 => group(&text),
        _ => rounded(value.to_f64()),
    }
}

fn rounded(value: f64) -> String {
    let size = value.abs();
    if size >= 1e15 || !value.is_finite() {
        return format!("{value:e}");
    }
    let text = if size >= 100_000.0 {
        format!("{value:.0}")
    } else if size >= 0.01 || size == 0.0 {
        format!("{value:.DECIMALS$}")
    } else {
        format!("{value:.2e}")
    };
    group(&text)
}

/// Commas between groups of three digits before the point.
fn group(text: &str) -> String {
    if text.contains('e') {
        return text.to_owned();
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, decimals) = match digits.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (digits, None),
    };
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(decimals) = decimals {
        out.push('.');
        out.push_str(decimals);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Number {
        Number::Exact(text.parse().unwrap())
    }

    #[test]
    fn exact_figures_are_grouped_and_kept() {
        assert_eq!(grouped(exact("224000")), "224,000");
        assert_eq!(grouped(exact("-1164000.5")), "-1,164,000.5");
        assert_eq!(grouped(exact("0.05")), "0.05");
        assert_eq!(grouped(exact("999")), "999");
    }

    #[test]
    fn computed_figures_are_rounded() {
        assert_eq!(grouped(Number::Double(23.660_714_285_7)), "23.66");
        assert_eq!(grouped(Number::Double(1_234_567.8)), "1,234,568");
        assert_eq!(grouped(Number::Double(0.001_234)), "1.23e-3");
        assert_eq!(grouped(Number::Double(0.0)), "0.00");
    }

    #[test]
    fn precision_words_stand_before_the_figure() {
        assert_eq!(figure(exact("277000"), Precision::Over), "over 277,000");
        assert_eq!(figure(exact("574000"), Precision::Under), "nearly 574,000");
        assert_eq!(figure(exact("1"), Precision::Exact), "1");
    }
}
