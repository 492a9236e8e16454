//! The wording of every diagnostic, one example for each code.

use expect_test::{Expect, expect};
use milepost_lang::parse;

/// Renders what is said about a text.
fn check(source: &str, expected: &Expect) {
    match parse(source) {
        Ok(_) => panic!("{source} is read"),
        Err(error) => expected.assert_eq(&error.render(source)),
    }
}

#[test]
fn unknown_characters() {
    check(
        "x in VN-49@2025, VN",
        &expect![[r#"
        error[MP0101]: the language does not use the character `@`
        1 | x in VN-49@2025, VN
          |           ^ unknown character
          help: a name with signs in it stands in quotes
           try: x in "VN-49@2025", VN
    "#]],
    );
    check(
        "x ? y in VN",
        &expect![[r"
        error[MP0101]: the language does not use the character `?`
        1 | x ? y in VN
          |   ^ unknown character
          help: a name with signs in it stands in quotes
    "]],
    );
    check(
        "a − b",
        &expect![[r"
        error[MP0101]: the language does not use the character `−`
        1 | a − b
          |   ^ unknown character
           try: a - b
    "]],
    );
    check(
        "x at $ 2019",
        &expect![[r"
        error[MP0101]: the language does not use the character `$`
        1 | x at $ 2019
          |      ^ unknown character
          help: a parameter has a name: `$when`
    "]],
    );
}

#[test]
fn open_strings() {
    check(
        "x in \"Vĩnh Long at 2023",
        &expect![[r#"
            error[MP0102]: a quoted string ends on its own line
            1 | x in "Vĩnh Long at 2023
              |      ^^^^^^^^^^^^^^^^^^ no closing "
               try: x in "Vĩnh Long" at 2023
        "#]],
    );
    check(
        "x since “Resolution 28",
        &expect![[r"
        error[MP0102]: a quoted string ends on its own line
        1 | x since “Resolution 28
          |         ^^^^^^^^^^^^^^ no closing ”
           try: x since “Resolution 28”
    "]],
    );
}

#[test]
fn numbers_and_periods() {
    check(
        "x where value > 20,000",
        &expect![[r"
        error[MP0103]: `20,000` has a comma inside a number
        1 | x where value > 20,000
          |                 ^^^^^^ commas separate places, axes and statuses
          help: thousands are written 20000 or 20_000, fractions 1.5
           try: x where value > 20000
    "]],
    );
    check(
        "x where value > 1,5",
        &expect![[r"
        error[MP0103]: `1,5` has a comma inside a number
        1 | x where value > 1,5
          |                 ^^^ commas separate places, axes and statuses
          help: thousands are written 20000 or 20_000, fractions 1.5
           try: x where value > 1.5
    "]],
    );
    check(
        "top 0 of x by province",
        &expect![[r"
        error[MP0104]: `0` is not a count
        1 | top 0 of x by province
          |     ^ a whole number from 1 to 4294967295 fits here
    "]],
    );
    check(
        "x where value > 99999999999999999999999999999999999999999999",
        &expect![[r"
        error[MP0104]: `99999999999999999999999999999999999999999999` has too many digits
        1 | x where value > 99999999999999999999999999999999999999999999
          |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no exact decimal holds this number
    "]],
    );
    check(
        "x since 2024-13",
        &expect![[r"
        error[MP0105]: the calendar has no period `2024-13`
        1 | x since 2024-13
          |         ^^^^^^^ no such period
          help: periods are written 2024, 2024-H1, 2024-Q2, 2024-06, 2024-W05, 2024-07-10
    "]],
    );
}

#[test]
fn misspelt_keywords() {
    check(
        "si.participants in VN sinse 1995",
        &expect![[r"
        error[MP0122]: `sinse` may be meant as `since`
        1 | si.participants in VN sinse 1995
          |                       ^^^^^ like `since`
           try: si.participants in VN since 1995
    "]],
    );
    check(
        "x in Vinh Long untill \"Resolution 28\"",
        &expect![[r#"
        error[MP0122]: `untill` may be meant as `until`
        1 | x in Vinh Long untill "Resolution 28"
          |                ^^^^^^ like `until`
           try: x in Vinh Long until "Resolution 28"
    "#]],
    );
    check(
        "x fill lineer",
        &expect![[r"
        error[MP0122]: `lineer` may be meant as `linear`
        1 | x fill lineer
          |        ^^^^^^ like `linear`
           try: x fill linear
    "]],
    );
    check(
        "groth of x in VN",
        &expect![[r"
        error[MP0126]: `groth` is not a verb of the language
        1 | groth of x in VN
          | ^^^^^ `growth` is one
           try: growth of x in VN
    "]],
    );
    check(
        "x by year ovr last 2 years",
        &expect![[r"
        error[MP0122]: `ovr` may be meant as `over`
        1 | x by year ovr last 2 years
          |           ^^^ like `over`
           try: x by year over last 2 years
    "]],
    );
}

#[test]
fn words_of_english() {
    check(
        "growth of x from 1995",
        &expect![[r"
        error[MP0123]: Since says `since` rather than `from`
        1 | growth of x from 1995
          |             ^^^^ Since says it otherwise
          help: `since A` names the figure that a comparison starts from
           try: growth of x since 1995
    "]],
    );
    check(
        "x in VN before 2019",
        &expect![[r"
        error[MP0123]: Since says `until` rather than `before`
        1 | x in VN before 2019
          |         ^^^^^^ Since says it otherwise
          help: `until B` names the last figure; `at or before D` the last one known on a day
           try: x in VN until 2019
    "]],
    );
    check(
        "x for VN",
        &expect![[r"
        error[MP0123]: Since says `in` rather than `for`
        1 | x for VN
          |   ^^^ Since says it otherwise
          help: `in REGION` names the place, `over last 5 years` a stretch of time
           try: x in VN
    "]],
    );
    check(
        "x per year",
        &expect![[r"
            error[MP0123]: Since says `by year` rather than `per year`
            1 | x per year
              |   ^^^^^^^^ Since says it otherwise
              help: `by year` makes a row for each year
               try: x by year
        "]],
    );
    check(
        "x in VN and Hanoi",
        &expect![[r"
        error[MP0123]: Since says `,` rather than `and` in a list
        1 | x in VN and Hanoi
          |         ^^^ a comma fits here
          help: `in A, B` makes two rows, `in A + B` one region of both
           try: x in VN, Hanoi
    "]],
    );
}

#[test]
fn phrases() {
    for (query, expected) in [
        (
            "x in VN from 1995 to 2023",
            expect![[r"
            error[MP0123]: Since says `between 1995 and 2023` rather than `from 1995 to 2023`
            1 | x in VN from 1995 to 2023
              |         ^^^^^^^^^^^^^^^^^ Since says it otherwise
              help: `between A and B` compares the figure of A with that of B
               try: x in VN between 1995 and 2023
        "]],
        ),
        (
            "sum(x) in VN",
            expect![[r"
            error[MP0123]: Since says `total of` rather than `sum`
            1 | sum(x) in VN
              | ^^^ Since says it otherwise
              help: `total of` adds rows up; a stock has no total along time
               try: total of (x) in VN
        "]],
        ),
        (
            "trend of x in VN",
            expect![[r"
            error[MP0123]: `trend of` is not a phrase of Since
            1 | trend of x in VN
              | ^^^^^^^^ Since says it otherwise
              help: `x by year since 1995` is a series
        "]],
        ),
        (
            "the growth of x",
            expect![[r"
            error[MP0123]: Since leaves `the` out
            1 | the growth of x
              | ^^^ not needed
              help: articles are left out; a name with one stands in quotes
               try: growth of x
        "]],
        ),
    ] {
        check(query, &expected);
    }
}

#[test]
fn times_written_otherwise() {
    check(
        "x in VN at 31/12/2019",
        &expect![[r"
        error[MP0130]: Since writes `2019-12-31`, not `31/12/2019`
        1 | x in VN at 31/12/2019
          |            ^^^^^^^^^^ a time
          help: periods are written 2024, 2024-H1, 2024-Q2, 2024-06, 2024-W05, 2024-07-10
           try: x in VN at 2019-12-31
    "]],
    );
    check(
        "x in VN at quý IV/2019",
        &expect![[r"
        error[MP0130]: Since writes `2019-Q4`, not `quý IV/2019`
        1 | x in VN at quý IV/2019
          |            ^^^^^^^^^^^ a time
          help: periods are written 2024, 2024-H1, 2024-Q2, 2024-06, 2024-W05, 2024-07-10
           try: x in VN at 2019-Q4
    "]],
    );
}

#[test]
fn numbers_parted_otherwise() {
    check(
        "x - 1.000.000",
        &expect![[r"
        error[MP0103]: `1.000.000` has points inside a number
        1 | x - 1.000.000
          |     ^^^^^^^^^ one point at most, before the fraction
          help: thousands are written 20000 or 20_000, fractions 1.5
           try: x - 1000000
    "]],
    );
    check(
        "x - 20 000",
        &expect![[r"
        error[MP0103]: `20 000` is two numbers
        1 | x - 20 000
          |     ^^^^^^ a blank between digits
          help: thousands are written 20000 or 20_000, fractions 1.5
           try: x - 20000
    "]],
    );
}

#[test]
fn names_of_several_words() {
    check(
        "health insurance participants in VN",
        &expect![[r#"
        error[MP0129]: `health insurance participants` is a name of several words, without quotes
        1 | health insurance participants in VN
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an indicator is one bare word, or stands in quotes
           try: "health insurance participants" in VN
    "#]],
    );
    check(
        "hi.coverage VN",
        &expect![[r"
        error[MP0120]: expected an operator, a clause such as `in`, `by` or `since` or the end, found `VN`
        1 | hi.coverage VN
          |             ^^ a place stands in a clause
           try: hi.coverage in VN
    "]],
    );
    check(
        "hi.coverage of VN",
        &expect![[r"
        error[MP0126]: `hi.coverage` is not a verb, and `of` stands after verbs
        1 | hi.coverage of VN
          | ^^^^^^^^^^^ before `of`
          help: a place stands after `in`: `hi.coverage in VN`
           try: hi.coverage in VN
    "]],
    );
}

#[test]
fn quotes() {
    check(
        "x in Vinh Long\" at 2023",
        &expect![[r#"
        error[MP0102]: a quoted string ends on its own line
        1 | x in Vinh Long" at 2023
          |               ^^^^^^^^^ no closing "
           try: x in "Vinh Long" at 2023
    "#]],
    );
    check(
        "x in ‘Vinh Long’ at 2023",
        &expect![[r#"
        error[MP0101]: the language does not use the quote `‘`
        1 | x in ‘Vinh Long’ at 2023
          |      ^ unknown quote
          help: names stand in "…", '…' or “…”
           try: x in "Vinh Long" at 2023
    "#]],
    );
}

#[test]
fn words_of_sql() {
    check(
        "select x in VN",
        &expect![[r"
        error[MP0123]: Since says `show` rather than `select`
        1 | select x in VN
          | ^^^^^^ Since says it otherwise
          help: a query names what it shows: `show si.participants in VN`
           try: show x in VN
    "]],
    );
    check(
        "x group by year",
        &expect![[r"
        error[MP0123]: `group` is not a word of Since
        1 | x group by year
          |   ^^^^^ Since says it otherwise
          help: rows are made with `by`: `by province, year`
           try: x by year
    "]],
    );
    check(
        "x order by year",
        &expect![[r"
        error[MP0123]: `order` is not a word of Since
        1 | x order by year
          |   ^^^^^ Since says it otherwise
          help: `top 5 of …`, `bottom 5 of …` and `rank of …` put rows in order
    "]],
    );
    check(
        "x versus y",
        &expect![[r"
        error[MP0123]: `versus` is not a word of Since
        1 | x versus y
          |   ^^^^^^ Since says it otherwise
          help: `between 2009 and 2024` compares two times, `gap of a to (b)` two figures
    "]],
    );
    check(
        "a join b",
        &expect![[r"
        error[MP0123]: `join` is not a word of Since
        1 | a join b
          |   ^^^^ Since says it otherwise
          help: several series stand in one expression: `a / b`, `a as % of b`
    "]],
    );
}

#[test]
fn names_that_need_quotes() {
    check(
        "x in Isle of Man",
        &expect![[r#"
        error[MP0124]: `of` is a word of the language and ends a bare name
        1 | x in Isle of Man
          |           ^^ not part of the name
          help: a name with such a word in it stands in quotes
           try: x in "Isle of Man"
    "#]],
    );
    check(
        "x in VN 2019",
        &expect![[r"
        error[MP0120]: expected `+`, `except`, `,`, a clause such as `in`, `by` or `since` or the end, found `2019`
        1 | x in VN 2019
          |         ^^^^ a time stands in a clause
          help: a bare name does not go on with a year; a name with one stands in quotes
           try: x in VN at 2019
    "]],
    );
    check(
        "x since 28-NQ/TW",
        &expect![[r#"
        error[MP0129]: `28-NQ/TW` is neither a year, a period nor a bare name
        1 | x since 28-NQ/TW
          |         ^^^^^^^^ a bare name begins with a letter
           try: x since "28-NQ/TW"
    "#]],
    );
}

#[test]
fn things_out_of_place() {
    check(
        "x in of",
        &expect![[r"
        error[MP0120]: expected a region or a parameter, found `of`
        1 | x in of
          |      ^^ not here
    "]],
    );
    check(
        "x $p",
        &expect![[r"
        error[MP0127]: expected an operator, a clause such as `in`, `by` or `since` or the end, found a parameter
        1 | x $p
          |   ^^ not here
          help: parameters stand for names, anchors, numbers and units
    "]],
    );
    check(
        "a )",
        &expect![[r"
        error[MP0120]: expected an operator, a clause such as `in`, `by` or `since` or the end, found `)`
        1 | a )
          |   ^ not here
    "]],
    );
    check(
        "list foo",
        &expect![[r"
            error[MP0120]: expected `indicators`, `regions`, `milestones`, `units`, an operator, a clause such as `in`, `by` or `since` or others, found `foo`
            1 | list foo
              |      ^^^ not here
        "]],
    );
    check(
        "x at at 2019",
        &expect![[r"
        error[MP0120]: expected a year or period, a milestone, `or`, `start`, `end`, `latest` or others, found `at`
        1 | x at at 2019
          |      ^^ not here
    "]],
    );
}

#[test]
fn verbs() {
    check(
        "growth x in VN",
        &expect![[r"
            error[MP0125]: `growth` needs `of` before `x`
            1 | growth x in VN
              | ^^^^^^ a verb stands before `of`
               try: growth of x in VN
        "]],
    );
    check(
        "foo of x",
        &expect![[r"
        error[MP0126]: `foo` is not a verb of the language
        1 | foo of x
          | ^^^ before `of`
          help: the verbs are change, growth, multiple, cagr, pace, index, share, contribution, gap, progress, revisions, and total, mean, median, min, max, first, last, count, rank, top N, bottom N, ytd, rolling
    "]],
    );
    check(
        "yoy cagr of x",
        &expect![[r"
        error[MP0205]: `yoy` does not go with `cagr of`
        1 | yoy cagr of x
          | ^^^ `yoy` compares with the same period one year earlier
          help: `yoy change of`, `yoy growth of` and `yoy multiple of` do
    "]],
    );
    check(
        "growth of max of x",
        &expect![[r"
        error[MP0204]: `max of` cannot stand here
        1 | growth of max of x
          |           ^^^ a verb
          help: a sentence begins with its verbs: reducers (`max of`), then one measure (`growth of`), then transforms (`ytd of`); elsewhere a verb needs parentheses
    "]],
    );
    check(
        "a + growth of b",
        &expect![[r"
        error[MP0204]: `growth of` cannot stand here
        1 | a + growth of b
          |     ^^^^^^ a verb
          help: a sentence begins with its verbs: reducers (`max of`), then one measure (`growth of`), then transforms (`ytd of`); elsewhere a verb needs parentheses
    "]],
    );
}

#[test]
fn statements_that_end_early() {
    check(
        "a + ",
        &expect![[r"
            error[MP0121]: expected an indicator, a number, `(` or a parameter, found the end
            1 | a +
              |    ^ ends here
        "]],
    );
    check(
        "(a in VN",
        &expect![[r"
        error[MP0121]: expected `+`, `except`, `,`, `)` or a clause such as `in`, `by` or `since`, found the end
        1 | (a in VN
          | - this parenthesis is open
          |         ^ ends here
           try: (a in VN)
    "]],
    );
    check(
        "x where value",
        &expect![[r"
        error[MP0121]: expected a comparison such as `>` or an operator, found the end
        1 | x where value
          |              ^ ends here
    "]],
    );
    check(
        "x as % of",
        &expect![[r"
        error[MP0121]: expected an indicator, a number, `(` or a parameter, found the end
        1 | x as % of
          |          ^ ends here
    "]],
    );
    check(
        "let a = ",
        &expect![[r"
            error[MP0121]: expected an indicator, a number, a verb such as `growth of`, `(`, `show` or a parameter, found the end
            1 | let a =
              |        ^ ends here
        "]],
    );
    check(
        "x since",
        &expect![[r"
        error[MP0121]: expected a year or period, a milestone, `start`, `end`, `latest`, `first` or others, found the end
        1 | x since
          |        ^ ends here
    "]],
    );
}

#[test]
fn expressions() {
    check(
        "2024-06 - x in VN",
        &expect![[r"
        error[MP0128]: `2024-06` is a period, and an expression is made of figures
        1 | 2024-06 - x in VN
          | ^^^^^^^ a period
          help: a time stands in a clause, as in `at 2024-06`; a difference of numbers needs blanks around the minus
    "]],
    );
    check(
        "()",
        &expect![[r"
        error[MP0120]: expected an indicator, a number, a verb such as `growth of`, `(`, `show` or a parameter, found `)`
        1 | ()
          |  ^ not here
    "]],
    );
}

#[test]
fn sentences() {
    check(
        "x in VN in Hanoi",
        &expect![[r"
        error[MP0201]: a sentence has at most one `in`
        1 | x in VN in Hanoi
          |   ----- the first one
          |         ^^^^^^^^ the second one
          help: several places stand in one clause: `in VN, Hanoi`
    "]],
    );
    check(
        "growth of change of x",
        &expect![[r"
        error[MP0202]: a sentence has at most one measure
        1 | growth of change of x
          | --------- the first one
          |           ^^^^^^ a second measure
          help: parentheses make the inner sentence a figure: `growth of (… change of …)`
    "]],
    );
    check(
        "x by 2025",
        &expect![[r"
        error[MP0203]: `by 2025` is not an axis
        1 | x by 2025
          |   ^^^^^^^ `by` makes rows, as in `by year`
          help: `at 2025` asks for the figure of 2025, `to 2025 target` compares with its target
           try: x at 2025
    "]],
    );
}

#[test]
fn several_lines_and_statements() {
    check(
        "x in VN since 2015\n  in Hà Nội, VN\tat",
        &expect![[r"
        error[MP0201]: a sentence has at most one `in`
        1 | x in VN since 2015
          |   ----- the first one
        2 |   in Hà Nội, VN    at
          |   ^^^^^^^^^^^^^ the second one
          help: several places stand in one clause: `in VN, Hanoi`
    "]],
    );
    check(
        "x in VN; y from 2015; z for VN",
        &expect![[r"
        error[MP0123]: Since says `since` rather than `from`
        1 | x in VN; y from 2015; z for VN
          |            ^^^^ Since says it otherwise
          help: `since A` names the figure that a comparison starts from
           try: x in VN; y since 2015; z for VN

        error[MP0123]: Since says `in` rather than `for`
        1 | x in VN; y from 2015; z for VN
          |                         ^^^ Since says it otherwise
          help: `in REGION` names the place, `over last 5 years` a stretch of time
           try: x in VN; y from 2015; z in VN
    "]],
    );
}

#[test]
fn wide_and_hidden_characters() {
    check(
        "统计 in VN from 1995",
        &expect![[r"
        error[MP0123]: Since says `since` rather than `from`
        1 | 统计 in VN from 1995
          |            ^^^^ Since says it otherwise
          help: `since A` names the figure that a comparison starts from
           try: 统计 in VN since 1995
    "]],
    );
    check(
        "x\u{301} in \"\u{202e}VN\" from 1995",
        &expect![[r#"
        error[MP0123]: Since says `since` rather than `from`
        1 | x́ in "\u{202e}VN" from 1995
          |                   ^^^^ Since says it otherwise
          help: `since A` names the figure that a comparison starts from
           try: x́ in "\u{202e}VN" since 1995
    "#]],
    );
}

#[test]
fn long_lines_are_drawn_near_their_place() {
    let sum = "x + ".repeat(1_000);
    let source = format!("{sum}y from 2015 + {sum}y");
    let error = parse(&source).unwrap_err().render(&source);
    assert!(error.len() < 1_000, "{error}");
    let lines: Vec<&str> = error.lines().collect();
    let columns = |text: &str, find: &str| text.split(find).next().map(|t| t.chars().count());
    assert!(lines[1].starts_with("1 | …") && lines[1].ends_with('…'), "{error}");
    assert_eq!(columns(lines[1], "from"), columns(lines[2], "^^^^"), "{error}");
    let name = "é".repeat(5_000);
    let error = parse(&format!("{name} {name}")).unwrap_err().render(&format!("{name} {name}"));
    assert!(error.len() < 2_000, "{error}");
}
