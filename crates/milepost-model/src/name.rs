//! Folding: names that differ only in diacritics, case or blanks are alike.

use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};

/// The form under which names are compared when no exact match exists.
///
/// Canonical decomposition, without the combining marks U+0300 to U+036F, `đ`
/// as `d`, lower-case; blanks, `_` and `-` are alike, runs of them are one
/// blank, and none stands at either end.
///
/// ```
/// use milepost_model::fold;
///
/// assert_eq!(fold("Đồng Tháp"), "dong thap");
/// assert_eq!(fold("  Bà Rịa - Vũng Tàu "), "ba ria vung tau");
/// assert_eq!(fold("macro_region"), fold("Macro-Region"));
/// ```
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// [`fold`] into a buffer that is used again and again.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    folded.clear();
    if text.chars().all(is_latin) {
        // Decomposed Latin has no marks but those dropped: none to put in order.
        for character in text.chars() {
            if character.is_ascii() {
                push(character.to_ascii_lowercase(), folded);
            } else {
                decompose_canonical(character, |part| push_lower(part, folded));
            }
        }
    } else {
        text.nfd().for_each(|part| push_lower(part, folded));
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
}

fn is_latin(character: char) -> bool {
    matches!(character, '\0'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

fn push_lower(character: char, folded: &mut String) {
    for lower in character.to_lowercase() {
        match lower {
            '\u{300}'..='\u{36f}' => {}
            'đ' => push('d', folded),
            _ => push(lower, folded),
        }
    }
}

fn push(character: char, folded: &mut String) {
    if character.is_whitespace() || character == '_' || character == '-' {
        if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else {
        folded.push(character);
    }
}

/// The singular of a regular English plural, otherwise the word itself.
pub(crate) fn singular(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let cut = |tail: &str| word.get(..word.len().saturating_sub(tail.len())).unwrap_or(word);
    if word.len() > 4 && lower.ends_with("ies") {
        let y = if word.ends_with('S') { 'Y' } else { 'y' };
        return format!("{}{y}", cut("ies"));
    }
    if ["sses", "shes", "ches", "xes"].iter().any(|tail| lower.ends_with(tail)) {
        return cut("es").to_owned();
    }
    let kept = ["ss", "us", "is"].iter().any(|tail| lower.ends_with(tail));
    if word.len() > 3 && lower.ends_with('s') && !kept {
        return cut("s").to_owned();
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vietnamese_names_fold_to_their_ascii_spelling() {
        for (name, ascii) in [
            ("Thừa Thiên Huế", "thua thien hue"),
            ("ĐẮK LẮK", "dak lak"),
            ("Đắk\u{a0}Lắk", "dak lak"),
            ("Trung du và miền núi phía Bắc", "trung du va mien nui phia bac"),
            ("voluntary_si.participants", "voluntary si.participants"),
            ("Resolution No. 28-NQ/TW issued", "resolution no. 28 nq/tw issued"),
            ("-_ -", ""),
        ] {
            assert_eq!(fold(name), ascii);
        }
    }

    #[test]
    fn composed_and_decomposed_spellings_are_alike() {
        let decomposed: String = "Điện Biên".nfd().collect();
        assert_ne!(decomposed, "Điện Biên");
        assert_eq!(fold(&decomposed), fold("Điện Biên"));
    }

    #[test]
    fn every_character_folds_to_a_fold() {
        let (mut once, mut twice) = (String::new(), String::new());
        for character in '\0'..=char::MAX {
            fold_into(character.encode_utf8(&mut [0; 4]), &mut once);
            fold_into(&once, &mut twice);
            assert_eq!(once, twice, "{character:?}");
        }
    }

    #[test]
    fn regular_plurals_lose_their_ending() {
        for (plural, word) in [
            ("persons", "person"),
            ("agencies", "agency"),
            ("COUNTRIES", "COUNTRY"),
            ("losses", "loss"),
            ("boxes", "box"),
            ("status", "status"),
            ("VND", "VND"),
            ("gas", "gas"),
        ] {
            assert_eq!(singular(plural), word);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,24}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn folding_ignores_case_of_ascii(text in "[ -~]{0,24}") {
            prop_assert_eq!(fold(&text.to_uppercase()), fold(&text.to_lowercase()));
        }
    }
}
