//! Times as people write them: `31/12/2019`, `Q4 2019`, `June 2024`, `tháng 6 năm 2024`.

use milepost_model::{Period, fold};

use crate::token::{Token, TokenKind};

/// A time at the start of some tokens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Time {
    /// Tokens that it takes.
    pub(super) length: usize,
    /// How Since writes it.
    pub(super) text: String,
    /// Whether it is written so already.
    pub(super) is_native: bool,
}

/// The time at the start of the tokens, however it is written.
pub(super) fn time(tokens: &[Token<'_>]) -> Option<Time> {
    if let Some((length, text)) = otherwise(tokens) {
        return Some(Time { length, text, is_native: false });
    }
    let first = tokens.first()?;
    let is_native = first.kind == TokenKind::Period || first.is_year();
    let period: Option<Period> = first.text.parse().ok().filter(|_| is_native);
    period.map(|_| Time { length: 1, text: first.text.to_owned(), is_native: true })
}

/// A time that is not written as Since writes it, and how Since does.
fn otherwise(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    [quoted, day_in_words, digits, year_last, year_first]
        .iter()
        .filter_map(|form| form(tokens))
        .find(|(_, text)| text.parse::<Period>().is_ok())
}

/// `"2024"`
fn quoted(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let text = tokens.first().filter(|token| token.kind == TokenKind::Text)?;
    Some((1, text.content().trim().to_owned()))
}

/// `31/12/2019`, `31.12.2019`, `2019/12/31`, `12/2019`, `2024-6`. Where both could be a day, the
/// first is, as nearly everywhere outside of the United States.
fn digits(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let first = tokens.first()?;
    let (mut text, mut end, mut length) = (String::new(), first.span.start, 0_usize);
    for token in tokens {
        let belongs = matches!(
            token.kind,
            TokenKind::Number | TokenKind::Period | TokenKind::Slash | TokenKind::Minus
        ) || token.text == ".";
        if !belongs || token.span.start != end {
            break;
        }
        text.push_str(token.text);
        (end, length) = (token.span.end, length.saturating_add(1));
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let is_year = |part: Option<&&str>| part.is_some_and(|part| part.len() == 4);
    let (year, month, day) =
        match (numbers.as_slice(), is_year(parts.first()), is_year(parts.last())) {
            ([month, day, year], false, true) if *day > 12 => (year, month, Some(day)),
            ([year, month, day], true, false) | ([day, month, year], false, true) => {
                (year, month, Some(day))
            }
            ([year, month], true, false) | ([month, year], false, true) => (year, month, None),
            _ => return None,
        };
    let day = day.map(|day| format!("-{day:02}")).unwrap_or_default();
    let written = format!("{year}-{month:02}{day}");
    (numbers.len() == parts.len() && written != text).then_some((length, written))
}

/// `31 December 2019`, `December 31, 2019`, `ngày 31 tháng 12 năm 2019`
fn day_in_words(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let start = usize::from(tokens.first().is_some_and(|token| says(token, &["ngay"])));
    let rest = tokens.get(start..)?;
    let number = |tokens: &[Token<'_>]| small_number(tokens.first()?, 31);
    let (day, month, length) = if let Some(day) = number(rest) {
        let (length, month) = month(rest.get(1..)?)?;
        (day, month, length)
    } else {
        let (length, month) = month(rest)?;
        (number(rest.get(length..)?)?, month, length)
    };
    let length = start.saturating_add(length).saturating_add(1);
    let (further, year) = connected_year(tokens.get(length..)?)?;
    Some((length.saturating_add(further), format!("{year}-{month:02}-{day:02}")))
}

/// `Q4 2019`, `Q4/2019`, `June 2024`, `quý 4 năm 2019`, `first half of 2024`, `năm 2024`
fn year_last(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    if tokens.first().is_some_and(|token| says(token, &["year", "nam", "fy"])) {
        let year = tokens.get(1).filter(|token| token.is_year())?;
        return Some((2, year.text.to_owned()));
    }
    let (length, part) = part(tokens)?;
    let (further, year) = connected_year(tokens.get(length..)?)?;
    Some((length.saturating_add(further), format!("{year}-{part}")))
}

/// `2024 H1`, `2024/Q4`, `2024 June`
fn year_first(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let year = tokens.first().filter(|token| token.is_year())?;
    let second = tokens.get(1)?;
    let start = if matches!(second.kind, TokenKind::Slash | TokenKind::Minus) { 2 } else { 1 };
    let (length, part) = part(tokens.get(start..)?)?;
    Some((start.saturating_add(length), format!("{}-{part}", year.text)))
}

/// The year after words such as `of`, and the tokens up to its end.
fn connected_year<'s>(tokens: &[Token<'s>]) -> Option<(usize, &'s str)> {
    let connects = |token: &Token<'_>| {
        says(token, &["of", "in", "year", "nam"])
            || matches!(token.kind, TokenKind::Slash | TokenKind::Minus | TokenKind::Comma)
    };
    let at = tokens.iter().take(2).take_while(|token| connects(token)).count();
    let year = tokens.get(at).filter(|token| token.is_year())?;
    Some((at.saturating_add(1), year.text))
}

/// A part of a year, as it stands behind the year: `Q4`, `06`.
fn part(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let first = tokens.first()?;
    let mut letters = first.text.chars();
    if let (Some(letter), Some(number), None) = (letters.next(), letters.next(), letters.next())
        && "HSTQhstq".contains(letter)
        && number.is_ascii_digit()
    {
        return Some((1, first.text.to_uppercase()));
    }
    if let [six, months, which, ..] = tokens
        && says(six, &["6", "six", "sau"])
        && says(months, &["thang"])
    {
        let half = if says(which, &["dau"]) { "H1" } else { "H2" };
        return says(which, &["dau", "cuoi"]).then(|| (3, half.to_owned()));
    }
    if let [first, six, months, ..] = tokens
        && says(first, &["first"])
        && says(six, &["6", "six"])
        && says(months, &["months"])
    {
        return Some((3, "H1".to_owned()));
    }
    let second = tokens.get(1)?;
    let ordinal = ["first", "second", "third", "fourth"]
        .iter()
        .zip(1_u32..)
        .find_map(|(word, number)| says(first, &[word]).then_some(number));
    if let Some(number) = ordinal {
        let letter = if says(second, &["quarter"]) { "Q" } else { "H" };
        return says(second, &["quarter", "half"]).then(|| (2, format!("{letter}{number}")));
    }
    if says(first, &["quarter", "quy"]) {
        return Some((2, format!("Q{}", small_number(second, 4)?)));
    }
    let (length, month) = month(tokens)?;
    Some((length, format!("{month:02}")))
}

/// `June`, `Jun`, `month 6`, `tháng 6`
fn month(tokens: &[Token<'_>]) -> Option<(usize, u32)> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let first = tokens.first().filter(|token| token.kind == TokenKind::Word)?;
    if says(first, &["month", "thang"]) {
        return Some((2, small_number(tokens.get(1)?, 12)?));
    }
    let word = first.text.to_lowercase();
    let is_name = |name: &&str| **name == word || (word.len() == 3 && name.starts_with(&word));
    let (_, number) = NAMES.iter().zip(1_u32..).find(|(name, _)| is_name(name))?;
    Some((1, number))
}

/// A number from 1 to a greatest one, in digits or up to IV in Roman letters.
fn small_number(token: &Token<'_>, most: u32) -> Option<u32> {
    let number = match token.text {
        "I" => 1,
        "II" => 2,
        "III" => 3,
        "IV" => 4,
        digits => digits.parse().ok()?,
    };
    (1..=most).contains(&number).then_some(number)
}

/// Whether the token is one of some words, case and diacritics aside.
pub(super) fn says(token: &Token<'_>, words: &[&str]) -> bool {
    let is_ascii = token.text.is_ascii();
    words.iter().any(|word| {
        token.text.eq_ignore_ascii_case(word) || (!is_ascii && fold(token.text) == *word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::significant;

    /// How Since writes a text that is a time as a whole.
    fn written(text: &str) -> String {
        let tokens = significant(text);
        let time = time(&tokens).filter(|time| time.length == tokens.len());
        time.map(|time| time.text).unwrap_or_default()
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (people, since) in [
            ("31/12/2019", "2019-12-31"),
            ("12/31/2019", "2019-12-31"),
            ("5/6/2019", "2019-06-05"),
            ("31-12-2019", "2019-12-31"),
            ("31.12.2019", "2019-12-31"),
            ("2019/12/31", "2019-12-31"),
            ("2019.12", "2019-12"),
            ("12/2019", "2019-12"),
            ("2024-6", "2024-06"),
            ("2024-6-5", "2024-06-05"),
            ("2024-12-5", "2024-12-05"),
            ("Q4 2019", "2019-Q4"),
            ("q4/2019", "2019-Q4"),
            ("2019 Q4", "2019-Q4"),
            ("quarter 4 of 2019", "2019-Q4"),
            ("fourth quarter of 2019", "2019-Q4"),
            ("first half of 2024", "2024-H1"),
            ("H1 2024", "2024-H1"),
            ("2024 H1", "2024-H1"),
            ("June 2024", "2024-06"),
            ("Jun 2024", "2024-06"),
            ("31 December 2019", "2019-12-31"),
            ("December 31, 2019", "2019-12-31"),
            ("year 2024", "2024"),
            ("năm 2024", "2024"),
            ("tháng 6/2024", "2024-06"),
            ("tháng 6 năm 2024", "2024-06"),
            ("quý IV/2019", "2019-Q4"),
            ("6 tháng đầu năm 2024", "2024-H1"),
            ("first 6 months of 2024", "2024-H1"),
            ("ngày 31 tháng 12 năm 2019", "2019-12-31"),
            ("\"2024-06\"", "2024-06"),
            ("2024-06", "2024-06"),
            ("2024", "2024"),
        ] {
            assert_eq!(written(people), since, "{people}");
        }
    }

    #[test]
    fn what_the_calendar_does_not_have_is_no_time() {
        for text in ["31/02/2019", "13/2019", "1995-2023", "Q5 2019", "28", "x", "32/13/2019", "/"]
        {
            assert_eq!(written(text), "", "{text}");
        }
    }
}
