//! Second looks at names that no catalogue knows.

use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::words;

/// Says that an unknown word holds a minus without blanks, if it does: `a-b` is one word.
/// Worth saying when the parts are known names.
///
/// ```
/// use milepost_lang::{Span, unspaced_minus};
/// let hint = unspaced_minus("revenue-spending", Span::new(0, 16)).unwrap();
/// assert_eq!(hint.fix.unwrap().apply("revenue-spending in VN"), "revenue - spending in VN");
/// assert!(unspaced_minus("revenue", Span::new(0, 7)).is_none());
/// ```
pub fn unspaced_minus(word: &str, span: Span) -> Option<Diagnostic> {
    word.contains('-').then(|| {
        Diagnostic::error(code::UNSPACED_MINUS, span, format!("`{word}` is one word"))
            .with_label("not a difference")
            .with_help("minus needs blanks on both sides")
            .with_fix(span, word.replace('-', " - "))
    })
}

/// Finds a misspelt keyword that an unknown bare name has swallowed, as in `VN untill latest`.
/// `span` is where the name stands; the fix fits names whose words stand one blank apart.
///
/// ```
/// use milepost_lang::{Span, swallowed_keyword};
/// let hint = swallowed_keyword("VN untill latest", Span::new(5, 21)).unwrap();
/// assert_eq!(hint.fix.unwrap().apply("x in VN untill latest"), "x in VN until latest");
/// assert!(swallowed_keyword("Vinh Long", Span::new(5, 14)).is_none());
/// ```
pub fn swallowed_keyword(name: &str, span: Span) -> Option<Diagnostic> {
    let mut start = 0_usize;
    for word in name.split(' ') {
        let end = start.saturating_add(word.len());
        let nearest = (start > 0 && word.chars().count() >= 4)
            .then(|| words::nearest(word, words::CLAUSES))
            .flatten();
        if let Some(keyword) = nearest {
            let place = Span::new(span.start.saturating_add(start), span.start.saturating_add(end));
            let message = format!("`{word}` may be meant as `{keyword}`");
            return Some(
                Diagnostic::error(code::MISSPELT, place, message)
                    .with_label(format!("like `{keyword}`"))
                    .with_fix(place, keyword),
            );
        }
        start = end.saturating_add(1);
    }
    None
}
