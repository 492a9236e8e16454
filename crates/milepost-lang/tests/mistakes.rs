//! Queries that people type, and where following the fixes leads.

use milepost_lang::{Diagnostic, Span, name_hint, parse};

/// Fixes that lead to a query at most.
const STEPS_MAX: usize = 5;

/// What is said about a text that is not a query.
fn diagnostic(source: &str) -> Option<Diagnostic> {
    parse(source).err().and_then(|error| error.diagnostics.into_iter().next())
}

/// The query that the fixes lead to.
fn mended(source: &str) -> String {
    let mut text = source.to_owned();
    for _ in 0..STEPS_MAX {
        let Some(diagnostic) = diagnostic(&text) else { return text };
        match diagnostic.fix {
            Some(fix) => text = fix.apply(&text),
            None => return format!("{text} !! {diagnostic}"),
        }
    }
    format!("{text} !! never ends")
}

fn check(mistakes: &[(&str, &str)]) {
    for (mistake, query) in mistakes {
        assert!(parse(mistake).is_err(), "{mistake} is a query");
        assert_eq!(mended(mistake), *query, "{mistake}");
    }
}

#[test]
fn sql() {
    check(&[
        ("select value from x where value > 5", "show x where value > 5"),
        ("select * from x", "show x"),
        ("x in VN group by year", "x in VN by year"),
        ("x in VN having value > 5", "x in VN where value > 5"),
        ("sum(x) in VN", "total of (x) in VN"),
        ("avg(x) in VN since 1995", "mean of (x) in VN since 1995"),
        ("average(x) in VN", "mean of (x) in VN"),
        ("count(*) of x", "count of x"),
        ("growth(x) in VN since 1995", "growth of (x) in VN since 1995"),
        ("x where region = 'VN' group by year", "x in 'VN' by year"),
        ("define y = x in VN", "let y = x in VN"),
        ("let y := x", "let y = x"),
        ("let y x", "let y = x"),
        ("y = x in VN", "let y = x in VN"),
        ("desc hi.coverage", "describe hi.coverage"),
    ]);
}

#[test]
fn other_languages() {
    check(&[
        ("increase(x[1y])", "change of (x over last 1 years)"),
        ("rate(hi.visits{region=\"VN\"}[5y])", "pace of (hi.visits in \"VN\" over last 5 years)"),
        ("x{region=\"VN\"}", "x in \"VN\""),
        ("x[2019]", "x at 2019"),
        ("x in VN?", "x in VN"),
    ]);
}

#[test]
fn stretches_of_time() {
    check(&[
        ("x in VN since 20 years", "x in VN over last 20 years"),
        ("x in VN since 5 years ago", "x in VN over last 5 years"),
        ("x in VN from 1995 to 2023", "x in VN between 1995 and 2023"),
        ("growth of x in VN from 1995 until 2023", "growth of x in VN between 1995 and 2023"),
        ("x in VN from 1995", "x in VN since 1995"),
        ("x in VN from June 2024", "x in VN since 2024-06"),
        ("x in VN over 5 years", "x in VN over last 5 years"),
        ("x in VN over the last 5 years", "x in VN over last 5 years"),
        ("x in VN in the last 5 years", "x in VN over last 5 years"),
        ("x in VN for 5 years", "x in VN over last 5 years"),
        ("x in VN for the past 5 years", "x in VN over last 5 years"),
        ("x in VN 1995-2023", "x in VN between 1995 and 2023"),
        ("x in VN 1995 - 2023", "x in VN between 1995 and 2023"),
        ("x in VN since 1995-2023", "x in VN since 1995 until 2023"),
        ("x in VN between 1995 to 2023", "x in VN between 1995 and 2023"),
        ("x in VN between 1995, 2023", "x in VN between 1995 and 2023"),
        ("x in VN between 1995-2023", "x in VN between 1995 and 2023"),
        ("x in VN between Q1 2019 and Q4 2019", "x in VN between 2019-Q1 and 2019-Q4"),
        ("x in VN at 1995-2023", "x in VN between 1995 and 2023"),
    ]);
}

#[test]
fn times() {
    check(&[
        ("x in 2019", "x at 2019"),
        ("x in VN in 2019", "x in VN at 2019"),
        ("x in VN on 2019-12-31", "x in VN at 2019-12-31"),
        ("x in VN in year 2024", "x in VN at 2024"),
        ("x in VN in the year 2024", "x in VN at 2024"),
        ("x in VN in June 2024", "x in VN at 2024-06"),
        ("x in VN at 31/12/2019", "x in VN at 2019-12-31"),
        ("x in VN at 12/2019", "x in VN at 2019-12"),
        ("x in VN since 31.12.2019", "x in VN since 2019-12-31"),
        ("x in VN at Q4 2019", "x in VN at 2019-Q4"),
        ("x in VN at Q4/2019", "x in VN at 2019-Q4"),
        ("x in VN at H1 2024", "x in VN at 2024-H1"),
        ("x in VN at 2024 H1", "x in VN at 2024-H1"),
        ("x in VN at the first half of 2024", "x in VN at 2024-H1"),
        ("x in VN until December 31, 2019", "x in VN until 2019-12-31"),
        ("x in VN at 2024-6", "x in VN at 2024-06"),
        ("x in VN at tháng 6 năm 2024", "x in VN at 2024-06"),
        ("x in VN at quý 4/2019", "x in VN at 2019-Q4"),
        ("x in VN at 6 tháng đầu năm 2024", "x in VN at 2024-H1"),
        ("x in VN at năm 2024", "x in VN at 2024"),
        ("x in VN at end 2024", "x in VN at end of 2024"),
        ("x in VN at the end of 2024", "x in VN at end of 2024"),
        ("x in VN since beginning of 1995", "x in VN since start of 1995"),
        ("x in VN since the beginning of 1995", "x in VN since start of 1995"),
        ("x in VN as at 2024-06", "x in VN at 2024-06"),
        ("x in VN in the current year", "x in VN at latest"),
        ("x in VN till 2024", "x in VN until 2024"),
        ("x in VN through 2024", "x in VN until 2024"),
        ("x in VN before 2019", "x in VN until 2019"),
        ("x in VN starting 1995", "x in VN since 1995"),
        ("x in VN starting from 1995", "x in VN since 1995"),
        ("x in VN per year", "x in VN by year"),
        ("x in VN by yearly", "x in VN by year"),
        ("x in VN by annum", "x in VN by year"),
        ("x in VN by 2025", "x in VN at 2025"),
        ("x in VN 2019", "x in VN at 2019"),
        ("x in VN at date '2023-12-31'", "x in VN at 2023-12-31"),
    ]);
}

#[test]
fn measures() {
    check(&[
        ("growth rate of x in VN since 2002", "growth of x in VN since 2002"),
        ("growth in x in VN since 2002", "growth of x in VN since 2002"),
        ("annual growth of x in VN since 2002", "cagr of x in VN since 2002"),
        ("average annual growth rate of x in VN since 2002", "cagr of x in VN since 2002"),
        ("compound annual growth rate of x in VN since 2002", "cagr of x in VN since 2002"),
        ("percentage change of x in VN since 2002", "growth of x in VN since 2002"),
        ("% change of x in VN since 2002", "growth of x in VN since 2002"),
        ("% growth in x in VN since 2002", "growth of x in VN since 2002"),
        ("% of x in VN", "share of x in VN"),
        ("increase of x in VN since 2002", "change of x in VN since 2002"),
        ("increase in x in VN since 2002", "change of x in VN since 2002"),
        ("decrease of x in VN since 2002", "change of x in VN since 2002"),
        ("difference of x in VN between 2002 and 2023", "change of x in VN between 2002 and 2023"),
        ("proportion of x in VN", "share of x in VN"),
        ("percentage of x in VN", "share of x in VN"),
        ("year over year growth of x in VN", "yoy growth of x in VN"),
        ("year on year change of x in VN", "yoy change of x in VN"),
        ("year-over-year growth of x in VN", "yoy growth of x in VN"),
        ("y/y growth of x in VN", "yoy growth of x in VN"),
        ("yoy of x in VN", "yoy growth of x in VN"),
        ("yoy x in VN", "yoy growth of x in VN"),
        ("growth yoy of x in VN", "yoy growth of x in VN"),
        ("yoy growth x in VN", "yoy growth of x in VN"),
        ("CAGR x in VN since 2002", "CAGR of x in VN since 2002"),
        ("compound growth of x in VN since 2002", "cagr of x in VN since 2002"),
        ("the growth of x in VN since 2002", "growth of x in VN since 2002"),
        ("distance of x in VN to 2025 target", "gap of x in VN to 2025 target"),
        ("gap between x and 45% in VN", "gap of x to 45% in VN"),
        ("gap of x in VN from 45%", "gap of x in VN to 45%"),
        ("rate of x in VN since 2002", "pace of x in VN since 2002"),
        ("growht of x in VN since 2002", "growth of x in VN since 2002"),
        ("changes of x in VN since 2002", "change of x in VN since 2002"),
    ]);
}

#[test]
fn reducers() {
    check(&[
        ("average of x in VN since 1995", "mean of x in VN since 1995"),
        ("avg of x in VN", "mean of x in VN"),
        ("sum of x in VN", "total of x in VN"),
        ("maximum of x in VN", "max of x in VN"),
        ("highest x by province in VN", "max of x by province in VN"),
        ("lowest of x by province in VN", "min of x by province in VN"),
        ("top 5 x by province in VN", "top 5 of x by province in VN"),
        ("top five of x by province in VN", "top 5 of x by province in VN"),
        ("top of x by province in VN", "top 5 of x by province in VN"),
        ("ranking of x by province in VN", "rank of x by province in VN"),
        ("number of x in VN", "x in VN"),
        ("value of x in VN", "x in VN"),
    ]);
}

#[test]
fn comparisons() {
    check(&[
        ("x in VN vs VN-49", "x in VN, VN-49"),
        ("x in VN and VN-49", "x in VN, VN-49"),
        ("x in VN & VN-49", "x in VN, VN-49"),
        ("x in VN versus 2002", "x in VN since 2002"),
        ("growth of x in VN against 2002", "growth of x in VN since 2002"),
        ("x vs 2002 in VN", "x since 2002 in VN"),
        ("hi.coverage of VN at 2023", "hi.coverage in VN at 2023"),
        ("x for VN", "x in VN"),
        ("x for all provinces in VN", "x by province in VN"),
        ("hi.coverage VN at 2023", "hi.coverage in VN at 2023"),
    ]);
}

#[test]
fn arithmetic() {
    check(&[
        ("x minus y in VN", "x - y in VN"),
        ("x plus y in VN", "x + y in VN"),
        ("x times 2 in VN", "x * 2 in VN"),
        ("x x 2 in VN", "x * 2 in VN"),
        ("x divided by y in VN", "x / y in VN"),
        ("hi.visits over population in VN", "hi.visits / population in VN"),
        ("ratio of x to y in VN", "x / y in VN"),
        ("x per capita in VN", "x / population in VN"),
        ("x % of y in VN", "x as % of y in VN"),
        ("x as percent of y in VN", "x as % of y in VN"),
        ("x as a percentage of y in VN", "x as % of y in VN"),
        ("x as a % of y in VN", "x as % of y in VN"),
        ("x - 20,000 in VN", "x - 20000 in VN"),
        ("x - 1,5 in VN", "x - 1.5 in VN"),
        ("x - 1.000.000 in VN", "x - 1000000 in VN"),
        ("x - 20 000 in VN", "x - 20000 in VN"),
        ("x - 20 millions persons in VN", "x - 20 million persons in VN"),
        ("x - 20 bn VND in VN", "x - 20 billion VND in VN"),
        ("x in VN in million persons", "x in VN as million persons"),
        ("x in VN to million persons", "x in VN as million persons"),
        ("x in VN in %", "x in VN as %"),
    ]);
}

#[test]
fn goals_and_statuses() {
    check(&[
        ("gap of x in VN to target 2025", "gap of x in VN to 2025 target"),
        ("gap of x in VN to target of 2025", "gap of x in VN to 2025 target"),
        ("gap of x in VN to the 2025 target", "gap of x in VN to 2025 target"),
        ("gap of x in VN to the national average", "gap of x in VN to parent"),
        ("x in VN with projections", "x in VN including projections"),
        ("x in VN including forecasts", "x in VN including projections"),
        ("x in VN including targets and projections", "x in VN including targets, projections"),
        ("x in VN including all", "x in VN including projections, targets"),
        ("x in VN including projektions", "x in VN including projection"),
    ]);
}

#[test]
fn names() {
    check(&[
        ("x in \"Vinh Long at 2023", "x in \"Vinh Long\" at 2023"),
        ("x in Vinh Long\" at 2023", "x in \"Vinh Long\" at 2023"),
        ("x in “Vinh Long\" at 2023", "x in \"Vinh Long\" at 2023"),
        ("x in ‘Vinh Long’ at 2023", "x in \"Vinh Long\" at 2023"),
        ("x in `Vinh Long` at 2023", "x in \"Vinh Long\" at 2023"),
        ("x in «Vinh Long» at 2023", "x in \"Vinh Long\" at 2023"),
        ("health insurance participants in VN", "\"health insurance participants\" in VN"),
        ("Người tham gia bảo hiểm y tế in VN", "\"Người tham gia bảo hiểm y tế\" in VN"),
        ("x since Resolution No. 28", "x since \"Resolution No. 28\""),
        ("x since 28-NQ/TW", "x since \"28-NQ/TW\""),
        ("x in VN-49@2025 at 2026", "x in \"VN-49@2025\" at 2026"),
        ("x in Isle of Man", "x in \"Isle of Man\""),
    ]);
}

#[test]
fn statements() {
    check(&[
        ("show me x in VN", "show x in VN"),
        ("show the growth of x in VN since 2002", "show growth of x in VN since 2002"),
        ("give me the growth of x since 2002", "show growth of x since 2002"),
        ("what is the growth of x in VN since 2002", "show growth of x in VN since 2002"),
        ("what is x in VN?", "show x in VN"),
        ("how many x in VN", "show x in VN"),
        ("get x in VN", "show x in VN"),
        ("please show x in VN", "show x in VN"),
        ("list of indicators", "list indicators"),
        ("list indicator", "list indicators"),
        ("list provinces", "list regions"),
        ("x in VN sinse 1995", "x in VN since 1995"),
        ("x in VN untill 2024", "x in VN until 2024"),
        ("x in VN betwen 1995 and 2024", "x in VN between 1995 and 2024"),
        ("x inn VN", "x in VN"),
    ]);
}

#[test]
fn vietnamese() {
    check(&[
        ("x ở Vĩnh Long từ 1995 đến 2023", "x in Vĩnh Long between 1995 and 2023"),
        ("x tại VN từ năm 1995", "x in VN since 1995"),
        ("x in VN tu 1995 den 2023", "x in VN between 1995 and 2023"),
        ("x in VN đến quý 4/2019", "x in VN until 2019-Q4"),
        ("x tai Vinh Long trong 2023", "x in Vinh Long at 2023"),
        ("tăng trưởng của x in VN từ 2002", "growth of x in VN since 2002"),
        ("thay đổi x in VN so với 2002", "change of x in VN since 2002"),
        ("x theo năm in VN", "x by year in VN"),
        ("x ở Vĩnh Long năm 2023", "x in Vĩnh Long at 2023"),
        ("x in VN Q4 2019", "x in VN at 2019-Q4"),
    ]);
}

#[test]
fn what_a_name_has_swallowed() {
    for (query, name, right) in [
        ("x in VN last 5 years", "VN last 5 years", "x in VN over last 5 years"),
        ("x in VN yearly", "VN yearly", "x in VN by year"),
        ("x in VN hàng năm", "VN hàng năm", "x in VN by year"),
        ("x in VN trong 5 năm qua", "VN trong 5 năm qua", "x in VN over last 5 years"),
        ("x in VN every year", "VN every year", "x in VN by year"),
        ("x in VN today", "VN today", "x in VN at latest"),
        ("x in VN this year", "VN this year", "x in VN at latest"),
        ("x in VN at now", "now", "x in VN at latest"),
        ("x in the Mekong delta", "the Mekong delta", "x in Mekong delta"),
        ("x since the Resolution 28", "the Resolution 28", "x since Resolution 28"),
        (
            "x in VN excluding estimates",
            "VN excluding estimates",
            "x in VN only actual, provisional",
        ),
        ("x in VN without projections", "VN without projections", "x in VN"),
        (
            "x in VN includng projections",
            "VN includng projections",
            "x in VN including projections",
        ),
        ("x in VN untill latest", "VN untill latest", "x in VN until latest"),
    ] {
        let start = query.find(name).unwrap();
        let hint = name_hint(name, Span::new(start, start + name.len())).unwrap();
        let fix = hint.fix.unwrap_or_else(|| panic!("{query}: no fix"));
        assert_eq!(fix.apply(query), right);
        assert!(parse(right).is_ok(), "{right}");
    }
}

#[test]
fn names_that_are_only_unknown_have_no_hint() {
    for name in ["VN", "Vinh Long", "Vinh Lnog", "Resolution 28", "COVID-19", "hi.participants"] {
        assert_eq!(name_hint(name, Span::new(0, name.len())), None, "{name}");
    }
    for verb in ["growth", "total"] {
        let hint = name_hint(verb, Span::new(0, verb.len())).unwrap();
        assert_eq!(hint.code, "MP0125", "{verb}");
    }
}

#[test]
fn what_is_only_unfinished_is_not_mended() {
    for text in [
        "x over last",
        "x over",
        "x in VN at",
        "x as % of",
        "x to",
        "let x =",
        "x between 2009 and",
    ] {
        assert_eq!(diagnostic(text).unwrap().code, "MP0121", "{text}");
    }
}
