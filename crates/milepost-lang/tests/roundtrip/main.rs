//! `parse(print(tree)) == tree`, and nothing that can be typed makes the parser panic.

mod strategies;

use milepost_lang::{complete, highlight, is_complete, parse, tokenize};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Queries to mutate: one for each corner of the grammar.
const SEEDS: [&str; 12] = [
    "growth of voluntary_si.participants in VN since \"Resolution 28\" until 2019 by year",
    "top 5 of yoy growth of ytd of a + b * (c / -d) in Vinh Long, \"Cần Thơ\" + Huế except $x",
    "rolling 12 month total of x as % of labour_force by 3 months, province at or before 2019-06-15",
    "gap of si.coverage in VN to 2025 target \"Resolution 28\" as of 2024-02-15 including estimates",
    "x where value < 90% and not population > 1 million or y != 3 fill linear complete 90% matched",
    "let informal = labour_force - si.participants; explain informal since start of 1995",
    "list indicators like 'si'; describe VN-49; pace of x to ($g) over last 2 years as VND per person",
    "x in VN in Hanoi",
    "growth x",
    "20,000",
    "«» — \u{301}é“x",
    "#! since 1\n x # note",
];

/// Generating deep trees needs more stack than a test thread has; reading them does not.
#[test]
fn printed_trees_read_back() {
    let test = || {
        let config = ProptestConfig::with_cases(2_000);
        let result = TestRunner::new(config).run(&strategies::script(), |script| {
            let printed = script.to_string();
            match parse(&printed) {
                Ok(read) => {
                    prop_assert_eq!(&read, &script, "{}", printed);
                    prop_assert_eq!(read.to_string(), printed);
                    Ok(())
                }
                Err(error) => Err(TestCaseError::fail(error.render(&printed))),
            }
        });
        result.map_err(|error| error.to_string())
    };
    let thread = std::thread::Builder::new().stack_size(1 << 26).spawn(test);
    assert_eq!(thread.expect("a thread starts").join().expect("no panic"), Ok(()));
}

/// Everything that reads a text, on any text.
fn read_in_every_way(text: &str) -> Result<(), TestCaseError> {
    let tokens = tokenize(text);
    let joined: String = tokens.iter().map(|token| token.text).collect();
    prop_assert_eq!(&joined, text, "lexing is lossless");
    let mut end = 0;
    for token in &tokens {
        prop_assert_eq!(token.span.start, end);
        prop_assert!(token.span.end > end, "no token is empty");
        prop_assert_eq!(&text[token.span.start..token.span.end], token.text);
        end = token.span.end;
    }
    prop_assert_eq!(end, text.len());
    match parse(text) {
        Ok(script) => {
            let printed = script.to_string();
            prop_assert_eq!(parse(&printed).ok(), Some(script), "{}", printed);
            prop_assert!(is_complete(text));
        }
        Err(error) => {
            prop_assert!(!error.diagnostics.is_empty());
            prop_assert!(error.render(text).starts_with("error[MP0"));
            for diagnostic in &error.diagnostics {
                prop_assert!(diagnostic.span.end <= text.len());
                prop_assert!(text.is_char_boundary(diagnostic.span.start));
                prop_assert!(milepost_lang::code_title(diagnostic.code).is_some());
                if let Some(fix) = &diagnostic.fix {
                    prop_assert_ne!(fix.apply(text), text);
                }
            }
        }
    }
    prop_assert!(highlight(text).len() <= tokens.len());
    for candidate in complete(text) {
        prop_assert!(candidate.span.start <= candidate.span.end);
        prop_assert_eq!(candidate.span.end, text.len());
        prop_assert!(text.is_char_boundary(candidate.span.start));
    }
    let _ = is_complete(text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
        read_in_every_way(&text)?;
    }

    #[test]
    fn any_bytes_of_the_language_are_read_without_panic(
        text in "[ \n\ta-c0-9.,;:_$%#\"'“”()<>=!+*/\u{301}é-]{0,40}",
    ) {
        read_in_every_way(&text)?;
    }

    #[test]
    fn any_words_of_the_language_are_read_without_panic(
        words in prop::collection::vec(prop::sample::select(strategies::VOCABULARY), 0..14),
    ) {
        read_in_every_way(&words.join(" "))?;
    }

    #[test]
    fn mutated_queries_are_read_without_panic(
        seed in prop::sample::select(SEEDS.as_slice()),
        cut in any::<prop::sample::Index>(),
        length in 0_usize..6,
        inserted in "[ a-z0-9,;$%#\"()<=+*/.é-]{0,4}",
    ) {
        let characters: Vec<char> = seed.chars().collect();
        let at = cut.index(characters.len());
        let after = (at + length).min(characters.len());
        let text: String = characters[..at]
            .iter()
            .copied()
            .chain(inserted.chars())
            .chain(characters[after..].iter().copied())
            .collect();
        read_in_every_way(&text)?;
    }
}
