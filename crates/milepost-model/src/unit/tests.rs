use proptest::prelude::*;

use super::*;

fn unit(text: &str) -> Unit {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn spellings_of_one_unit_are_equal() {
    for (a, b) in [
        ("person", "persons"),
        ("Persons", "person"),
        ("agencies", "agency"),
        ("VND per person", "VND/persons"),
        ("million  VND per person", "million VND/person"),
        ("percent", "%"),
        ("percentage_points", "pp"),
        ("percentage points", "pp"),
        ("% of GDP", "%"),
        ("deaths per 1000 persons", "deaths/thousand persons"),
        ("persons*days", "days*persons"),
        ("number", ""),
        ("1", ""),
        ("1/year", "per year"),
        ("millions", "1000000"),
    ] {
        assert_eq!(unit(a), unit(b), "{a} and {b}");
    }
}

#[test]
fn what_is_no_unit_is_refused() {
    for text in [
        "/",
        "persons/",
        "persons//day",
        "*",
        "?",
        "a\u{7}",
        "m^0",
        "7 persons",
        "pp*VND",
        "persons per",
        "pp/%",
        "10^99 VND",
        "m^-128",
        "VND^31",
        "persons/pp",
    ] {
        assert!(text.parse::<Unit>().is_err(), "{text}");
    }
}

#[test]
fn a_display_keeps_the_words_as_written() {
    for (text, shown) in [
        ("persons", "persons"),
        ("billion VND per person", "billion VND/person"),
        ("deaths/1000 persons", "deaths/thousand persons"),
        ("pp per year", "pp/year"),
        ("per year", "1/year"),
        ("constant 2015 US$", "constant 2015 US$"),
        ("10000 persons", "10^4 persons"),
        ("m^2", "m^2"),
        ("", ""),
    ] {
        assert_eq!(unit(text).to_string(), shown);
    }
}

#[test]
fn percent_is_a_hundredth() {
    let (persons, percent) = (unit("persons"), Unit::percent());
    // 39 persons are 10 % of 3.9 hundred persons.
    let whole = persons.divide(&percent);
    assert_eq!(whole.conversion_power_of_ten(&persons), Some(2));
    let ratio = persons.divide(&persons);
    assert!(ratio.is_pure() && !ratio.is_percent());
    assert_eq!(ratio.conversion_power_of_ten(&percent), Some(2));
    assert_eq!(percent.multiply(&persons).conversion_power_of_ten(&persons), Some(-2));
}

#[test]
fn differences_of_percents_are_points() {
    let points = Unit::percent().points();
    assert!(points.is_points() && !points.is_percent());
    assert!(points.same_dimension(&Unit::percent()));
    assert_eq!(points.conversion_power_of_ten(&Unit::percent()), Some(0));
    assert_eq!(points.divide(&unit("year")), unit("pp/year"));
    assert_eq!(unit("persons").points(), unit("persons"));
    assert_eq!(points.divide(&points), Unit::pure());
    assert_eq!(points.divide(&Unit::percent()), Unit::pure());
}

#[test]
fn other_symbols_do_not_convert() {
    assert_eq!(unit("VND").conversion_power_of_ten(&unit("USD")), None);
    assert_eq!(unit("persons").conversion_power_of_ten(&Unit::percent()), None);
    assert_eq!(unit("billion VND").conversion_power_of_ten(&unit("million VND")), Some(3));
}

fn any_unit() -> impl Strategy<Value = Unit> {
    let symbols = ["persons", "VND", "visits", "agencies", "years", "US$"];
    let factor = (prop::sample::select(symbols.to_vec()), -3_i8..=3);
    (prop::collection::vec(factor, 0..4), -15_i8..=15, any::<bool>()).prop_map(
        |(factors, power, points)| {
            let mut unit = Unit { power, ..Unit::default() };
            for (symbol, exponent) in factors {
                unit.raise(Symbol(symbol.to_owned()), exponent);
            }
            if points { unit.multiply(&Unit::percentage_points()) } else { unit }
        },
    )
}

proptest! {
    #[test]
    fn display_round_trips(unit in any_unit()) {
        let shown = unit.to_string();
        prop_assert_eq!(shown.parse::<Unit>(), Ok(unit), "{}", shown);
    }

    #[test]
    fn multiplying_then_dividing_changes_nothing(a in any_unit(), b in any_unit()) {
        let back = a.multiply(&b).divide(&b);
        prop_assert!(back.same_dimension(&a));
        prop_assert_eq!(back.conversion_power_of_ten(&a), Some(0));
    }

    #[test]
    fn products_do_not_depend_on_order(a in any_unit(), b in any_unit()) {
        prop_assert_eq!(a.multiply(&b), b.multiply(&a));
    }

    #[test]
    fn conversions_are_opposite(a in any_unit(), b in any_unit()) {
        let there = a.conversion_power_of_ten(&b);
        prop_assert_eq!(there, b.conversion_power_of_ten(&a).map(|power| -power));
        prop_assert_eq!(there.is_some(), a.same_dimension(&b));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[a-z0-9%/*^ ·-]{0,12}") {
        if let Ok(unit) = text.parse::<Unit>() {
            prop_assert_eq!(unit.to_string().parse(), Ok(unit));
        }
    }
}
