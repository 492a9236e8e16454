//! The limits hold, and a tree at its limit needs no more stack than a thread has.

use milepost_lang::{Severity, parse};

/// The code of the only diagnostic, or "" where the text is read.
fn code(source: &str) -> &'static str {
    match parse(source) {
        Ok(script) => {
            assert_eq!(parse(&script.to_string()), Ok(script));
            ""
        }
        Err(error) => {
            assert_eq!(error.diagnostics.len(), 1);
            assert_eq!(error.diagnostics[0].severity, Severity::Error);
            error.diagnostics[0].code
        }
    }
}

/// Runs on a stack of 1.5 MiB, three quarters of what a spawned thread has.
fn on_a_small_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(3 << 19).spawn(test);
    thread.expect("a thread starts").join().expect("the test passes");
}

#[test]
fn nesting_stops_at_64_levels() {
    on_a_small_stack(|| {
        let parentheses = |n: usize| format!("{}x{}", "(".repeat(n), ")".repeat(n));
        assert_eq!(code(&parentheses(64)), "");
        assert_eq!(code(&parentheses(65)), "MP0108");
        assert_eq!(code(&parentheses(20_000)), "MP0107");
        let of = |n: usize, open: &str, leaf: &str| format!("{}{leaf}", open.repeat(n));
        assert_eq!(code(&of(64, "- ", "x")), "");
        assert_eq!(code(&of(65, "- ", "x")), "MP0108");
        assert_eq!(code(&of(65, "a as % of (", "x")), "MP0108");
        assert_eq!(code(&of(65, "a to (", "x")), "MP0108");
        assert_eq!(code(&of(65, "a where (", "x")), "MP0108");
        assert_eq!(code(&format!("x since {}", of(65, "start of ", "2019"))), "MP0108");
        assert_eq!(code(&format!("x where {}", of(65, "not ", "x > 1"))), "MP0108");
    });
}

#[test]
fn chains_are_wide_and_never_deep() {
    on_a_small_stack(|| {
        assert_eq!(code(&vec!["a"; 4_000].join(" + ")), "");
        assert_eq!(code(&vec!["a"; 4_000].join(" / ")), "");
        assert_eq!(code(&format!("x where {}", vec!["a > 1"; 1_500].join(" and "))), "");
    });
}

#[test]
fn sizes_stop_at_their_limits() {
    assert_eq!(code(&vec!["a"; 8_192].join("+")), "");
    assert_eq!(code(&vec!["a"; 8_193].join("+")), "MP0107");
    assert_eq!(code(&format!("x in {}", vec!["a"; 6_000].join(","))), "MP0109");
    assert_eq!(code(&format!("\"{}\"", "é".repeat(40_000))), "MP0106");
    let many = vec!["x in VN at 2019"; 6_000].join(";");
    assert_eq!(parse(&many).map(|script| script.statements.len()), Ok(6_000));
}
