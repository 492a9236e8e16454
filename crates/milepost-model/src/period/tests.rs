use jiff::civil;
use proptest::prelude::*;

use super::*;

fn period(text: &str) -> Period {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn message(text: &str) -> String {
    text.parse::<Period>().unwrap_err().to_string()
}

fn any_date() -> impl Strategy<Value = Date> {
    (Date::MIN.day_number()..=Date::MAX.day_number())
        .prop_map(|number| Date::from_day_number(number).unwrap())
}

fn any_frequency() -> impl Strategy<Value = Frequency> {
    prop::sample::select(Frequency::ALL.to_vec())
}

#[test]
fn every_spelling_has_one_canonical_form() {
    for (canonical, spellings) in [
        ("2024", "2024 2024-A1 2024a1 2024-01-01/P1Y 2024-01-01/P12M 2024-01-01/2024-12-31"),
        ("2024-H1", "2024-H1 2024-S1 2024S1 2024h1 2024-01-01/P6M 2024-01-01/2024-06-30"),
        ("2020-T2", "2020-T2 2020t2 2020-05-01/P4M"),
        ("2024-Q2", "2024-Q2 2024Q2 2024-q2 2024-04-01/p3m"),
        ("2024-06", "2024-06 2024-M06 2024M06 2024m6 2024-06-01/2024-06-30 2024-06-01/P30D"),
        ("2024-W05", "2024-W05 2024W05 2024w5 2024-01-29/P1W 2024-01-29/P7D"),
        ("2024-07-10", "2024-07-10 2024-D192 2024-07-10/P1D 2024-07-10/2024-07-10"),
        ("2022-07-14/2024-02-02", "2022-07-14/2024-02-02 2022-07-14/P1Y6M2W6D"),
        ("2023-03-01/2024-04-30", "2023-03-01/P1Y2M 2023-03-01/P14M"),
    ] {
        for text in spellings.split(' ') {
            assert_eq!(period(text).to_string(), canonical, "{text}");
        }
    }
}

#[test]
fn errors_name_what_is_wrong() {
    assert_eq!(message("2024-13"), "month 13 of 2024 does not exist: its months run from 1 to 12");
    assert_eq!(
        message("2024-Q0"),
        "quarter 0 of 2024 does not exist: its quarters run from 1 to 4"
    );
    assert_eq!(message("2024-H3"), "half 3 of 2024 does not exist: its halves run from 1 to 2");
    assert_eq!(message("2024-W53"), "week 53 of 2024 does not exist: its weeks run from 1 to 52");
    assert_eq!(message("2023D366"), "day 366 of 2023 does not exist: its days run from 1 to 365");
    assert_eq!(
        message("2023-02-29"),
        "day 29 of 2023-02 does not exist: its days run from 1 to 28"
    );
    assert_eq!(
        message("2024-02-02/2022-07-14"),
        "a period cannot run from 2024-02-02 back to 2022-07-14"
    );
    assert_eq!(message("2020-01/P4M"), "`2020-01` is not a date of the form YYYY-MM-DD");
    for duration in ["P", "P4", "P0M", "P1M1Y", "P-1M", "P4MX", "P99999D"] {
        let expected = format!("`{duration}` is not a duration such as P4M, P1Y, P2W or P10D");
        assert_eq!(message(&format!("2020-01-01/{duration}")), expected);
    }
    assert_eq!(message("9999-12-01/P2M"), PeriodError::OutOfRange.to_string());
    assert_eq!(message("20245"), "`20245` does not begin with a year of four digits");
    assert_eq!(message("H1-2024"), "`H1-2024` does not begin with a year of four digits");
    for text in
        ["", "24", "2024-", "2024-6", "2024-X1", "2024-H11", "2024-M006", "2024 ", "2024–06"]
    {
        assert!(message(text).starts_with(&format!("`{text}` is not a period")), "{text}");
    }
}

#[test]
fn iso_weeks_from_1800_to_2200_agree_with_jiff() {
    let mut date = Date::new(1800, 1, 1).unwrap();
    while date.year() <= 2200 {
        let (year, month, day) = date.year_month_day();
        let expected = civil::date(year, month.cast_signed(), day.cast_signed()).iso_week_date();
        let week = Period::containing(Frequency::Week, date).unwrap();
        let number = expected.week().cast_unsigned();
        assert_eq!(Period::week(expected.year(), number), Ok(week));
        assert_eq!(week.to_string(), format!("{:04}-W{number:02}", expected.year()));
        date = date.checked_add_days(1).unwrap();
    }
}

#[test]
fn the_ends_of_the_calendar_have_periods() {
    for frequency in Frequency::ALL {
        for (date, beyond) in [(Date::MIN, -1), (Date::MAX, 1)] {
            // -9999-01-01 is a Monday: its week is whole. 9999-12-31 is a Friday.
            let Some(last) = Period::containing(frequency, date) else {
                assert_eq!((frequency, date), (Frequency::Week, Date::MAX));
                continue;
            };
            assert_eq!(last.checked_add(beyond), None, "{frequency}");
            assert_eq!(last.checked_add(i32::MAX), None);
            assert_eq!(last.frequency(), Some(frequency));
        }
        assert_eq!(Period::from_ordinal(frequency, i32::MAX), None);
        assert_eq!(Period::from_ordinal(frequency, i32::MIN), None);
    }
    assert_eq!(Period::week(9999, 52), Err(PeriodError::OutOfRange));
    assert!(Period::week(9999, 51).is_ok());
    assert_eq!(Period::year(10_000), Err(DateError::Year(10_000).into()));
}

#[test]
fn ordinals_are_pinned() {
    for (text, ordinal) in [
        ("2024", 2024),
        ("2024-H2", 4049),
        ("2024-T3", 6074),
        ("2024-Q1", 8096),
        ("2024-12", 24_299),
        ("1970-W01", 0),
        ("1970-W02", 1),
        ("1970-01-01", 0),
    ] {
        assert_eq!(period(text).ordinal(), Some(ordinal), "{text}");
    }
    assert_eq!(period("2022-07-14/2024-02-02").ordinal(), None);
    assert_eq!(Period::half(-1, 2).unwrap().ordinal(), Some(-1));
}

#[test]
fn order_goes_by_close_and_then_the_longest_first() {
    let ordered =
        ["2023", "2024-Q1", "2024", "2024-H2", "2024-T3", "2024-Q4", "2024-12", "2024-12-31"];
    for pair in ordered.windows(2) {
        assert!(period(pair[0]) < period(pair[1]), "{pair:?}");
    }
}

#[test]
fn one_year_earlier_keeps_the_label() {
    for (text, earlier) in [
        ("2024-W05", Some("2023-W05")),
        ("2020-W53", None),
        ("2024-02-29", Some("2023-02-28")),
        ("2025-02-28", Some("2024-02-28")),
        ("2024-02", Some("2023-02")),
        ("2025-01-01/P2M", Some("2024-01-01/2024-02-29")),
        ("0000", Some("-0001")),
    ] {
        let found = period(text).one_year_earlier().map(|period| period.to_string());
        assert_eq!(found.as_deref(), earlier, "{text}");
    }
    assert_eq!(Period::year(-9999).unwrap().one_year_earlier(), None);
    assert_eq!(Period::day(Date::MIN).one_year_earlier(), None);
}

#[test]
fn only_exact_tilings_have_subperiods() {
    let count = |text: &str, frequency| period(text).subperiods(frequency).map(|tiles| tiles.len());
    assert_eq!(count("2024", Frequency::Month), Some(12));
    assert_eq!(count("2024", Frequency::Day), Some(366));
    assert_eq!(count("2024-H1", Frequency::Third), None);
    assert_eq!(count("2024-Q1", Frequency::Half), None);
    assert_eq!(count("2024-01-01/P5M", Frequency::Month), Some(5));
    assert_eq!(count("2024-02", Frequency::Week), None);
    assert_eq!(count("2024-W05", Frequency::Day), Some(7));
}

proptest! {
    #[test]
    fn ordinals_and_spellings_lead_back(frequency in any_frequency(), date in any_date()) {
        let Some(period) = Period::containing(frequency, date) else {
            return Ok(());
        };
        prop_assert!(period.covers(Period::day(date)));
        prop_assert_eq!(period.frequency(), Some(frequency));
        prop_assert_eq!(Period::from_ordinal(frequency, period.ordinal().unwrap()), Some(period));
        prop_assert_eq!(Period::span(period.first_day(), period.last_day()), Ok(period));
        if date.year() > 0 {
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }
        if let Some(next) = period.next() {
            prop_assert_eq!(period.last_day().next(), Some(next.first_day()));
            prop_assert_eq!(next.previous(), Some(period));
            prop_assert!(period < next);
        }
    }

    #[test]
    fn spans_lead_back(first in any_date(), length in 0_i32..3000) {
        let Some(last) = first.checked_add_days(length) else { return Ok(()) };
        let span = Period::span(first, last).unwrap();
        prop_assert_eq!(span.ordinal().is_none(), span.frequency().is_none());
        if first.year() > 0 {
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }

    #[test]
    fn adjacent_spans_stay_adjacent_a_year_earlier(first in any_date(), a in 40_i32..99, b in 40_i32..99) {
        let middle = first.checked_add_days(a);
        let Some((middle, last)) = middle.zip(first.checked_add_days(a + b)) else { return Ok(()) };
        let left = Period::span(first, middle).unwrap();
        let right = Period::span(middle.next().unwrap(), last).unwrap();
        let spans = left.frequency().is_none() && right.frequency().is_none();
        if let (true, Some(left), Some(right)) = (spans, left.one_year_earlier(), right.one_year_earlier()) {
            prop_assert_eq!(left.last_day().next(), Some(right.first_day()));
        }
    }

    #[test]
    fn subperiods_tile(outer in any_frequency(), inner in any_frequency(), date in any_date()) {
        let Some(period) = Period::containing(outer, date) else { return Ok(()) };
        let Some(tiles) = period.subperiods(inner) else { return Ok(()) };
        let tiles: Vec<Period> = tiles.collect();
        prop_assert_eq!(tiles.first().map(|tile| tile.first_day()), Some(period.first_day()));
        prop_assert_eq!(tiles.last().map(|tile| tile.last_day()), Some(period.last_day()));
        prop_assert!(tiles.windows(2).all(|pair| pair[0].next() == Some(pair[1])));
    }

    #[test]
    fn years_between_is_antisymmetric(a in any_date(), b in any_date(), months in -600_i32..600) {
        prop_assert_eq!(years_between(a, b).to_bits(), (0.0 - years_between(b, a)).to_bits());
        if let Some(later) = a.checked_add_months(months).filter(|_| a.day() <= 28 && !a.is_month_end()) {
            prop_assert_eq!(years_between(a, later).to_bits(), (f64::from(months) / 12.0).to_bits());
        }
    }

    #[test]
    fn no_text_panics(text in "[0-9]{0,5}[-/PWQMHSTDpy0-9é]{0,14}") {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }
    }
}
