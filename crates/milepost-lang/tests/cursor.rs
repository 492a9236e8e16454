//! What may stand at the cursor, what Enter does, and the order of clauses.

use milepost_lang::{Class, Expectation, complete, highlight, is_complete, parse_query};

/// Candidates as short text: the kind, and what it would replace.
fn candidates(prefix: &str) -> Vec<String> {
    let shown = |what| match what {
        Expectation::Keyword(word) | Expectation::Verb(word) => word.to_owned(),
        Expectation::Sign(sign) => sign.to_owned(),
        other => format!("{other:?}"),
    };
    complete(prefix)
        .iter()
        .map(|c| format!("{}<{}", shown(c.what), &prefix[c.span.start..c.span.end]))
        .collect()
}

#[track_caller]
fn check(prefix: &str, expected: &[&str]) {
    assert_eq!(candidates(prefix), expected, "{prefix}");
}

#[test]
fn keywords_fit_the_word_under_way() {
    check("x in VN unt", &["Region<VN unt", "until<unt"]);
    check("x fill ", &["none<", "previous<", "linear<"]);
    check("x fill l", &["linear<l"]);
    check("x over last 2 mo", &["month<mo"]);
    check("x including pro", &["provisional<pro", "projection<pro"]);
    check(
        "list ",
        &[
            "indicators<",
            "regions<",
            "milestones<",
            "units<",
            "*<",
            "/<",
            "+<",
            "-<",
            "in<",
            "by<",
            "since<",
            "until<",
            "between<",
            "during<",
            "at<",
            "over<",
            "as<",
            "including<",
            "only<",
            "on<",
            "fill<",
            "complete<",
            "matched<",
            "to<",
            "where<",
        ],
    );
}

#[test]
fn names_are_asked_for_by_kind() {
    check("x in ", &["Region<", "Parameter<"]);
    check("x in Vinh L", &["Region<Vinh L"]);
    check("x in VN, Can Th", &["Region<Can Th"]);
    check("x in \"Vĩ", &["Region<\"Vĩ"]);
    check("x since Res", &["Milestone<Res"]);
    check("x since 20", &["Period<20", "Milestone<20"]);
    check("x as $u", &["Parameter<$u"]);
    check("x by pro", &["Level<pro"]);
    check("growth of vol", &["Indicator<vol"]);
    check("gr", &["growth of<gr", "Indicator<gr"]);
    check("x to 2025 ta", &["target<ta", "Unit<ta"]);
    check(
        "x to 2025 target ",
        &[
            "Text<",
            "in<",
            "by<",
            "since<",
            "until<",
            "between<",
            "during<",
            "at<",
            "over<",
            "as<",
            "including<",
            "only<",
            "on<",
            "fill<",
            "complete<",
            "matched<",
            "where<",
        ],
    );
}

#[test]
fn a_clause_is_offered_once_in_a_sentence() {
    assert!(!candidates("x in VN at 2019 ").contains(&"in<".to_owned()));
    assert!(candidates("x as % of (y in VN) ").contains(&"in<".to_owned()));
    assert!(candidates("x in VN; y ").contains(&"in<".to_owned()));
    assert!(candidates("(x in VN").contains(&"Region<VN".to_owned()));
    assert!(candidates("x in VN as % of (y ").contains(&"in<".to_owned()));
}

#[test]
fn nothing_is_offered_after_an_error_or_in_a_comment() {
    check("x ) ", &[]);
    check("x in VN # since", &[]);
    check("x in VN in Hanoi at 2019 ", &[]);
}

#[test]
fn enter_runs_what_cannot_grow_better() {
    for whole in [
        "",
        ";",
        "x",
        "x in VN;",
        "growth of x since 1995 # note",
        "x from 1995",
        "x in \"VN",
        "(a))",
        "growth of change of",
        "list regions",
        "a; b",
    ] {
        assert!(is_complete(whole), "{whole}");
    }
    for partial in ["x in", "growth of", "(a", "x where value >", "a +", "a; let b =", "x in VN,"] {
        assert!(!is_complete(partial), "{partial}");
    }
}

#[test]
fn colours_tell_words_by_their_neighbours() {
    use Class::{Comment, Error, Keyword, Name, Number, Parameter, Period, Sign, Text, Verb};
    let classes = |source| highlight(source).into_iter().map(|(_, c)| c).collect::<Vec<_>>();
    assert_eq!(
        classes("top 5 of yoy growth of x"),
        [Verb, Number, Keyword, Verb, Verb, Keyword, Name]
    );
    assert_eq!(
        classes("growth in Vinh Long by year # x"),
        [Name, Keyword, Name, Name, Keyword, Keyword, Comment]
    );
    assert_eq!(
        classes("x since \"R\" to 2025 target, $p"),
        [Name, Keyword, Text, Keyword, Period, Keyword, Sign, Parameter]
    );
    assert_eq!(
        classes("x at or before 2019 before 'y"),
        [Name, Keyword, Keyword, Keyword, Period, Error, Error]
    );
    assert_eq!(classes("including projections, targets"), [Keyword, Keyword, Sign, Keyword]);
}

#[test]
fn clauses_commute() {
    let clauses =
        ["in VN", "since Resolution 28", "by year", "as % of y", "where value > 90%", "as pp"];
    let canonical = parse_query(&format!("x {}", clauses.join(" "))).expect("it fits");
    for shift in 0..clauses.len() {
        let mut turned = clauses;
        turned.rotate_left(shift);
        let forward = parse_query(&format!("x {}", turned.join(" "))).expect("it fits");
        turned.reverse();
        let backward = parse_query(&format!("x {}", turned.join(" "))).expect("it fits");
        assert_eq!((&forward, &backward), (&canonical, &canonical));
    }
}

#[test]
fn keywords_ignore_case_and_the_pragma_is_read_over() {
    let shouted =
        parse_query("#! since 1\nGROWTH OF x IN VN SINCE \"A\" BY YEARS").expect("it fits");
    assert_eq!(shouted.to_string(), "growth of x in VN by year since A");
}
