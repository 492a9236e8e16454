//! The lexical rules, one by one.

use milepost_lang::{TokenKind, tokenize};

/// Kinds and texts of the tokens that are not blank.
fn check(source: &str, expected: &[(TokenKind, &str)]) {
    let tokens: Vec<_> = tokenize(source)
        .iter()
        .filter(|token| token.kind != TokenKind::Blank)
        .map(|token| (token.kind, token.text))
        .collect();
    assert_eq!(tokens, expected, "{source}");
}

#[test]
fn words_hold_points_and_hyphens_only_between_word_characters() {
    use TokenKind::{Minus, Unknown, Word};
    for word in ["voluntary_si.participants", "VN-49", "COVID-19", "_a", "Cần", "Ca\u{302}\u{300}n"]
    {
        check(word, &[(Word, word)]);
    }
    check("a - b", &[(Word, "a"), (Minus, "-"), (Word, "b")]);
    check("a -b", &[(Word, "a"), (Minus, "-"), (Word, "b")]);
    check("a-", &[(Word, "a"), (Minus, "-")]);
    check("a.", &[(Word, "a"), (Unknown, ".")]);
    check("VN-49@2025", &[(Word, "VN-49"), (Unknown, "@"), (TokenKind::Number, "2025")]);
}

#[test]
fn numbers_have_underscores_and_points_but_no_commas() {
    use TokenKind::{Comma, CommaNumber, Number, Percent, Unknown, Word};
    check("20 3.5 1_000_000", &[(Number, "20"), (Number, "3.5"), (Number, "1_000_000")]);
    check("95%", &[(Number, "95"), (Percent, "%")]);
    check("20,000", &[(CommaNumber, "20,000")]);
    check("1, 2", &[(Number, "1"), (Comma, ","), (Number, "2")]);
    check("5.", &[(Number, "5"), (Unknown, ".")]);
    check("1_", &[(Number, "1"), (Word, "_")]);
}

#[test]
fn periods_are_those_of_iso_8601_and_sdmx() {
    use TokenKind::{Minus, Number, Period};
    for period in [
        "2024-H1",
        "2024-S1",
        "2024S1",
        "2024-Q2",
        "2024q2",
        "2024-06",
        "2024-M06",
        "2024M06",
        "2020-T1",
        "2024-W05",
        "2024W05",
        "2024-A1",
        "2024-07-10",
        "2020-01-01/P4M",
        "2022-07-14/2024-02-02",
    ] {
        check(period, &[(Period, period)]);
    }
    check("2024", &[(Number, "2024")]);
    check("2024-1", &[(Number, "2024"), (Minus, "-"), (Number, "1")]);
    check("2024-123", &[(Number, "2024"), (Minus, "-"), (Number, "123")]);
}

#[test]
fn strings_have_three_kinds_of_quotes_and_end_with_their_line() {
    use TokenKind::{Text, UnterminatedText, Word};
    for text in ["\"VN-49@2025\"", "'a \"b\"'", "“28-NQ/TW”", "\"# no comment; here\""] {
        check(text, &[(Text, text)]);
    }
    check("\"a\nb", &[(UnterminatedText, "\"a"), (Word, "b")]);
}

#[test]
fn comments_parameters_and_signs() {
    use TokenKind::{
        Comment, Equal, Greater, GreaterOrEqual, LessOrEqual, NotEqual, Parameter, Unknown, Word,
    };
    check("#! since 1\nx # y", &[(Comment, "#! since 1"), (Word, "x"), (Comment, "# y")]);
    check("$when $1 $", &[(Parameter, "$when"), (Parameter, "$1"), (Unknown, "$")]);
    check(
        ">= > = <= !=",
        &[
            (GreaterOrEqual, ">="),
            (Greater, ">"),
            (Equal, "="),
            (LessOrEqual, "<="),
            (NotEqual, "!="),
        ],
    );
}
