use proptest::prelude::*;

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Mantissas of every length, not only the longest.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    (any::<i128>(), 0_u32..127, 0_u8..=Decimal::MAX_SCALE)
        .prop_filter_map("i128::MIN", |(bits, shift, scale)| Decimal::new(bits >> shift, scale))
}

/// `left / right` in decimal digits, with a last digit that stands for any that follow.
fn long_division(left: u128, right: u128) -> String {
    let mut text = format!("{}.", left / right);
    let mut rest = left % right;
    for _ in 0..200 {
        rest *= 10;
        text.push(char::from(b'0' + u8::try_from(rest / right).unwrap()));
        rest %= right;
    }
    text.push(if rest == 0 { '0' } else { '1' });
    text
}

#[test]
fn reads_every_spelling_and_normalises() {
    for (text, canonical) in [
        ("0", "0"),
        ("-0.00", "0"),
        ("+7", "7"),
        ("007.50", "7.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-1234.5000", "-1234.5"),
        ("1e3", "1000"),
        ("12.5E-3", "0.0125"),
        ("1200e-2", "12"),
        ("0e999999999999999999999999", "0"),
        ("0.10000000000000000000000000000000000000000000000000", "0.1"),
        ("100000000000000000000000000000000000000000000000e-20", "1000000000000000000000000000"),
        ("9999999999999999999", "9999999999999999999"),
        ("-99999999999999999999999999999999999999", "-99999999999999999999999999999999999999"),
    ] {
        assert_eq!(decimal(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn errors_name_the_character_and_its_place() {
    let error = |text: &str| text.parse::<Decimal>().unwrap_err();
    assert_eq!(error(""), DecimalError::Empty);
    assert_eq!(error("1,234"), DecimalError::Comma { position: 2 });
    assert_eq!(error("1.5x"), DecimalError::Character { found: 'x', position: 4 });
    assert_eq!(error(" 1"), DecimalError::Character { found: ' ', position: 1 });
    assert_eq!(error("1.2.3"), DecimalError::Character { found: '.', position: 4 });
    assert_eq!(error("12đ"), DecimalError::Character { found: 'đ', position: 3 });
    assert_eq!(error("1e5.5"), DecimalError::Character { found: '.', position: 4 });
    assert_eq!(error("e5"), DecimalError::Character { found: 'e', position: 1 });
    assert_eq!(error("--1"), DecimalError::Character { found: '-', position: 2 });
    for text in ["-", "+", ".", "-.", "1e", "1e-"] {
        assert_eq!(error(text), DecimalError::Digit, "{text}");
    }
    for text in ["NaN", "inf", "-Infinity"] {
        assert_eq!(error(text), DecimalError::NotANumber(text.to_owned()));
    }
    for text in
        ["1e39", "1e-39", "1e99999999999999999999", "999999999999999999999999999999999999999"]
    {
        assert_eq!(error(text), DecimalError::OutOfRange, "{text}");
    }
    assert_eq!(
        Decimal::parse_bytes(b"1\xff"),
        Err(DecimalError::Character { found: '\u{fffd}', position: 2 })
    );
}

#[test]
fn precision_rounds_and_fills() {
    assert_eq!(
        format!("{:.2}|{:.0}|{:.1}", decimal("2"), decimal("2.5"), decimal("-0.04")),
        "2.00|3|0.0"
    );
    assert_eq!(
        format!("{:>8}|{:<6}|{:+}", decimal("-1.5"), decimal("2"), decimal("3")),
        "    -1.5|2     |+3"
    );
}

#[test]
fn results_at_the_edge_of_the_range() {
    let most = Decimal::new(i128::MAX, 0).unwrap();
    assert_eq!(most.checked_add(Decimal::ONE), None);
    assert_eq!(Decimal::new(i128::MIN, 0), None);
    assert_eq!(most.checked_sub(most), Some(Decimal::ZERO));
    assert_eq!((-most).checked_sub(Decimal::ONE), None);
    // Aligned with the small number, the large one alone does not fit; the sum does.
    let large = decimal("17014118346046923173168730371588410573");
    let small = Decimal::new(-i128::MAX, 1).unwrap();
    assert!(large.checked_add(small).is_some());
    let twice = decimal("20000000000000000000000000000000000000");
    assert_eq!(
        twice.checked_add(small).unwrap().to_string(),
        "2985881653953076826831269628411589427.3"
    );
    // With two decimals the sum would be too long, but both are zeros.
    let (whole, part) = (decimal("1701411834604692317316873037158841058"), decimal("0.99"));
    let less = whole.checked_sub(part).unwrap();
    assert_eq!(less.to_string(), "1701411834604692317316873037158841057.01");
    assert_eq!(less.checked_add(part), Some(whole));
    // The product of the mantissas has 40 digits, the product itself 12.
    let left = Decimal::new(2_i128.pow(66), 20).unwrap();
    let right = Decimal::new(5_i128.pow(28), 20).unwrap();
    assert_eq!(left.checked_mul(right), Some(decimal("0.274877906944")));
    assert_eq!(decimal("1e-38").scaled_by_power_of_ten(76), Some(decimal("1e38")));
    assert_eq!(decimal("1e-38").scaled_by_power_of_ten(-1), None);
    assert_eq!(most.to_stored(), None);
    assert_eq!(decimal("-2.5").to_stored(), Some((-25, 1)));
}

#[test]
fn ties_go_to_the_even_double() {
    let quotient = |left: &str, right: &str| decimal(left).quotient(decimal(right)).unwrap();
    // 2^53 + 1 and 2^53 + 3 lie in the middle of two doubles.
    for (odd, even) in
        [("9007199254740993", 2_f64.powi(53)), ("9007199254740995", 9_007_199_254_740_996.0)]
    {
        assert_eq!(decimal(odd).to_f64().to_bits(), even.to_bits());
        assert_eq!(quotient(odd, "1").to_bits(), even.to_bits());
        assert_eq!(quotient(odd, "-1024").to_bits(), (-even / 1024.0).to_bits());
    }
    assert_eq!(
        quotient("9007199254740993.00000000000000000001", "1").to_bits(),
        9_007_199_254_740_994_f64.to_bits()
    );
    assert_eq!(quotient("0", "-3").to_bits(), 0.0_f64.to_bits());
}

proptest! {
    #[test]
    fn text_leads_back(value in any_decimal()) {
        prop_assert_eq!(value.to_string().parse(), Ok(value));
        prop_assert_eq!(Decimal::try_from(<(i128, u8)>::from(value)), Ok(value));
    }

    #[test]
    fn to_f64_is_the_nearest_double(value in any_decimal()) {
        let expected: f64 = value.to_string().parse().unwrap();
        prop_assert_eq!(value.to_f64().to_bits(), expected.to_bits());
    }

    #[test]
    fn quotient_is_the_nearest_double(
        left: u128, right: u128, shifts in (1_u32..128, 4_u32..128), scales in (0_u8..=38, 0_u8..=38),
    ) {
        let (left, right) = (left >> shifts.0, (right >> shifts.1).max(1));
        let signed = |value: u128, scale| Decimal::new(i128::try_from(value).unwrap(), scale).unwrap();
        let power = i32::from(scales.1) - i32::from(scales.0);
        let expected: f64 = format!("{}e{power}", long_division(left, right)).parse().unwrap();
        let found = signed(left, scales.0).quotient(signed(right, scales.1)).unwrap();
        prop_assert_eq!(found.to_bits(), expected.to_bits());
    }

    #[test]
    fn doubles_lead_back(bits: u64) {
        let value = f64::from_bits(bits);
        if let Some(decimal) = Decimal::from_f64(value) {
            prop_assert_eq!(decimal.to_f64().to_bits(), (value + 0.0).to_bits());
            prop_assert_eq!(decimal.to_string(), (value + 0.0).to_string());
        }
    }

    #[test]
    fn usual_doubles_all_fit(value in -1e15..1e15) {
        prop_assert_eq!(Decimal::from_f64(value).map(Decimal::to_f64), Some(value));
    }

    #[test]
    fn arithmetic_agrees_with_integers(a: i64, b: i64, scale in 0_u8..12) {
        let of = |value: i128| Decimal::new(value, scale);
        let (left, right) = (of(a.into()).unwrap(), of(b.into()).unwrap());
        let (a, b) = (i128::from(a), i128::from(b));
        prop_assert_eq!(left.checked_add(right), of(a + b));
        prop_assert_eq!(left.checked_sub(right), of(a - b));
        prop_assert_eq!(left.checked_mul(right), Decimal::new(a * b, 2 * scale));
        prop_assert_eq!(left.cmp(&right), a.cmp(&b));
    }

    #[test]
    fn sums_and_products_can_be_undone(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(a.checked_add(b), b.checked_add(a));
        if let Some(sum) = a.checked_add(b) {
            prop_assert_eq!(sum.checked_sub(b), Some(a));
            prop_assert_eq!(sum.cmp(&a), b.cmp(&Decimal::ZERO));
        }
        prop_assert_eq!(a.checked_mul(b), b.checked_mul(a));
        if let Some(product) = a.checked_mul(b).filter(|_| !b.is_zero()) {
            prop_assert_eq!(product.checked_div_exact(b), Some(a));
        }
        if let Some(quotient) = a.checked_div_exact(b) {
            prop_assert_eq!(quotient.checked_mul(b), Some(a));
        }
        prop_assert_eq!(a.checked_sub(b).is_some_and(Decimal::is_zero), a == b);
    }

    #[test]
    fn rounding_moves_by_half_a_unit_at_most(value in any_decimal(), decimals in 0_u8..=37) {
        let rounded = value.rounded(decimals);
        prop_assert!(rounded.scale() <= decimals);
        let moved = value.checked_sub(rounded).unwrap().abs();
        prop_assert!(moved <= Decimal::new(5, decimals + 1).unwrap());
        prop_assert_eq!((-value).rounded(decimals), -rounded);
    }

    #[test]
    fn rust_decimal_leads_back(mantissa in -(1_i128 << 96) + 1..1_i128 << 96, scale in 0_u32..=28) {
        let theirs = rust_decimal::Decimal::from_i128_with_scale(mantissa, scale);
        let ours = Decimal::from(theirs);
        prop_assert_eq!(ours.to_string(), theirs.normalize().to_string());
        prop_assert_eq!(rust_decimal::Decimal::try_from(ours), Ok(theirs));
    }

    #[test]
    fn the_short_way_agrees_with_the_long_one(text in "[-+]?[0-9]{0,12}[.]?[0-9]{0,8}") {
        // An exponent of zero keeps the text out of the short way.
        let long = format!("{text}e0").parse::<Decimal>();
        prop_assert_eq!(text.parse::<Decimal>().ok(), long.ok());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..24), text in "[-+.,eE0-9]{0,60}") {
        let _ = Decimal::parse_bytes(&bytes);
        if let Ok(value) = text.parse::<Decimal>() {
            prop_assert_eq!(value.to_string().parse(), Ok(value));
        }
    }
}
