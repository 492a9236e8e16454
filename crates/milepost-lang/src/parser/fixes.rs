//! Fixes are followed to their end: one that is offered leads to a text that is read.

use super::{parse_statement, significant, statements};
use crate::diagnostic::{Diagnostic, Fix};
use crate::span::Span;

/// Fixes that one text may need after another.
const STEPS_MAX: usize = 8;

/// The diagnostic of a statement, with what it takes to read the statement as its fix: a fix after
/// which others are needed takes them along, and one that leads nowhere is left out.
pub(super) fn followed(source: &str, statement: Span, mut diagnostic: Diagnostic) -> Diagnostic {
    if let Some(fix) = diagnostic.fix.take() {
        diagnostic.fix = follow(source, statement, *fix).map(Box::new);
    }
    diagnostic
}

fn follow(source: &str, statement: Span, fix: Fix) -> Option<Fix> {
    let before = source.get(statement.start..statement.end)?;
    let span = Span::new(
        fix.span.start.checked_sub(statement.start)?,
        fix.span.end.checked_sub(statement.start)?,
    );
    let mut text = Fix { span, replacement: fix.replacement.clone() }.apply(before);
    for step in 0..STEPS_MAX {
        match next(&text) {
            Ok(()) if step == 0 => return Some(fix),
            Ok(()) => return Some(difference(before, &text, statement.start)),
            Err(next) => {
                let changed = next?.apply(&text);
                if changed == text {
                    return None;
                }
                text = changed;
            }
        }
    }
    None
}

/// The fix of the first statement that is not read, if there is such a statement.
fn next(text: &str) -> Result<(), Option<Fix>> {
    let tokens = significant(text);
    for statement in statements(&tokens) {
        if let Err(diagnostic) = parse_statement(text, statement) {
            return Err(diagnostic.fix.map(|fix| *fix));
        }
    }
    Ok(())
}

/// The replacement that makes one text of another, as short as it can be.
fn difference(before: &str, after: &str, start: usize) -> Fix {
    let length = |(one, _): (char, char)| one.len_utf8();
    let alike = |(one, other): &(char, char)| one == other;
    let prefix: usize = before.chars().zip(after.chars()).take_while(alike).map(length).sum();
    let rest = |text: &str| text.get(prefix..).unwrap_or_default().to_owned();
    let (old, new) = (rest(before), rest(after));
    let suffix: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(alike).map(length).sum();
    let end = old.len().saturating_sub(suffix);
    let replacement = new.get(..new.len().saturating_sub(suffix)).unwrap_or_default().to_owned();
    let first = start.saturating_add(prefix);
    Fix { span: Span::new(first, first.saturating_add(end)), replacement }
}
