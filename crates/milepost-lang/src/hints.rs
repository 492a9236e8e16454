//! Second looks at names that no catalogue knows.

use crate::diagnostic::{Diagnostic, code};
use crate::parser::significant;
use crate::phrasebook;
use crate::span::Span;
use crate::words;

/// Finds what an unknown name has swallowed: a phrase that Since says otherwise
/// (`VN last 5 years`), a misspelt keyword (`VN untill latest`), a time in quotes, a verb
/// without `of`. `span` is where the name stands; places inside it fit bare names whose words
/// stand one blank apart.
///
/// ```
/// use milepost_lang::{Span, name_hint};
/// let hint = name_hint("VN untill latest", Span::new(5, 21)).unwrap();
/// assert_eq!(hint.fix.unwrap().apply("x in VN untill latest"), "x in VN until latest");
/// let hint = name_hint("VN last 5 years", Span::new(5, 20)).unwrap();
/// assert_eq!(hint.fix.unwrap().apply("x in VN last 5 years"), "x in VN over last 5 years");
/// let hint = name_hint("2024", Span::new(5, 11)).unwrap();
/// assert_eq!(hint.fix.unwrap().apply("x at \"2024\""), "x at 2024");
/// assert!(name_hint("Vinh Long", Span::new(5, 14)).is_none());
/// ```
pub fn name_hint(name: &str, span: Span) -> Option<Diagnostic> {
    let tokens = significant(name);
    if let Some(time) = phrasebook::as_time(&tokens) {
        let message = format!("`{time}` in quotes is a name, not a time");
        let diagnostic = Diagnostic::error(code::FOREIGN_TIME, span, message);
        return Some(diagnostic.with_label("a time stands without quotes").with_fix(span, time));
    }
    if words::verbs().any(|verb| verb.eq_ignore_ascii_case(name)) {
        let message = format!("`{name}` is a verb, and needs `of` and what it is taken of");
        let diagnostic = Diagnostic::error(code::MISSING_OF, span, message);
        return Some(diagnostic.with_label(format!("`{name} of …`")));
    }
    if words::LISTINGS.iter().any(|(word, _)| word.eq_ignore_ascii_case(name)) {
        let message = format!("`{name}` is no indicator; they are listed");
        let diagnostic = Diagnostic::error(code::FOREIGN_WORD, span, message);
        return Some(diagnostic.with_label(format!("`list {name}`")));
    }
    if span.end.saturating_sub(span.start) != name.len() {
        return None;
    }
    let hint = phrasebook::inside(name, &tokens).or_else(|| swallowed_keyword(name))?;
    Some(shifted(hint, span.start))
}

/// A misspelt keyword after the first word of a name.
fn swallowed_keyword(name: &str) -> Option<Diagnostic> {
    let mut start = 0_usize;
    for word in name.split(' ') {
        let end = start.saturating_add(word.len());
        let nearest = (start > 0 && word.chars().count() >= 4)
            .then(|| words::nearest(word, words::CLAUSES))
            .flatten();
        if let Some(keyword) = nearest {
            let place = Span::new(start, end);
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

/// A diagnostic about a part of a text that begins at an offset.
fn shifted(mut diagnostic: Diagnostic, offset: usize) -> Diagnostic {
    let shift =
        |span: Span| Span::new(span.start.saturating_add(offset), span.end.saturating_add(offset));
    diagnostic.span = shift(diagnostic.span);
    if let Some(fix) = &mut diagnostic.fix {
        fix.span = shift(fix.span);
    }
    diagnostic
}
