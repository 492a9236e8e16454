//! Input that is not typed at a prompt: files, pipes, pasted lines.

use milepost_lang::{TokenKind, tokenize};

/// A part of the input that is run as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A command of the shell, from its dot to the end of the line.
    Dot(String),
    /// A statement of the language.
    Statement {
        /// What it says.
        text: String,
        /// The line that it begins on, from 1.
        line: usize,
    },
}

/// Cuts input into dot commands, which take a line each, and the statements between them.
///
/// Line ends are blanks and `;` separates statements; a line that begins a query of its own needs
/// no `;` before it.
pub(crate) fn pieces(input: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    // Windows writes a byte order mark before what it pipes and saves.
    let input = input.strip_prefix('\u{feff}').unwrap_or(input);
    for (number, line) in (1..).zip(input.lines()) {
        if line.trim_start().starts_with('.') {
            statements(&std::mem::take(&mut lines), &mut pieces);
            pieces.push(Piece::Dot(line.trim().to_owned()));
        } else {
            lines.push((number, line));
        }
    }
    statements(&lines, &mut pieces);
    pieces
}

/// Adds the statements of some lines.
fn statements(lines: &[(usize, &str)], pieces: &mut Vec<Piece>) {
    let (mut text, mut first_line) = (String::new(), 0);
    for (number, line) in lines.iter().filter(|(_, line)| is_said(line)) {
        if begins_statement(line) && milepost_lang::is_complete(&text) {
            split(&std::mem::take(&mut text), first_line, pieces);
        }
        if text.is_empty() {
            first_line = *number;
        } else {
            // Lines that say nothing were left out; the others keep their numbers.
            let gap = number - first_line - text.matches('\n').count();
            text.push_str(&"\n".repeat(gap));
        }
        text.push_str(line);
    }
    split(&text, first_line, pieces);
}

/// Whether a line reads as the beginning of a statement, be it with an error later on, rather than
/// as more of the one before.
fn begins_statement(line: &str) -> bool {
    let tokens = tokenize(line);
    let Some(first) = tokens.iter().find(|token| token.is_significant()) else { return false };
    if first.text.starts_with(['+', '-', '*', '/']) {
        return false;
    }
    match milepost_lang::parse(line) {
        Ok(_) => true,
        Err(error) => error.diagnostics.iter().all(|found| found.span.start > first.span.start),
    }
}

/// Adds the statements of a text, which `;` separates outside of strings and comments.
fn split(text: &str, first_line: usize, pieces: &mut Vec<Piece>) {
    let tokens = tokenize(text);
    for statement in tokens.split(|token| token.kind == TokenKind::Semicolon) {
        let mut significant = statement.iter().filter(|token| token.is_significant());
        let Some(first) = significant.next() else { continue };
        let last = significant.next_back().unwrap_or(first);
        let before = text.get(..first.span.start).unwrap_or_default();
        let said = text.get(first.span.start..last.span.end).unwrap_or_default();
        let line = first_line + before.matches('\n').count();
        pieces.push(Piece::Statement { text: said.to_owned(), line });
    }
}

/// Whether a line says anything: it is neither blank nor a comment.
fn is_said(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(text: &str, line: usize) -> Piece {
        Piece::Statement { text: text.to_owned(), line }
    }

    #[test]
    fn lines_that_are_queries_stand_alone() {
        assert_eq!(
            pieces("si.participants in VN at 2023\n\n# more\nhi.coverage in VN at 2023 # yes\n"),
            [
                statement("si.participants in VN at 2023", 1),
                statement("hi.coverage in VN at 2023", 4)
            ]
        );
    }

    #[test]
    fn a_query_may_take_several_lines() {
        let text = "growth of si.participants\n  in VN\n  since 1995";
        assert_eq!(pieces(text), [statement(text, 1)]);
        let script = "si.participants in VN\n  at 2023;\n\nhi.coverage in \"a;b\" at 2023;;";
        assert_eq!(
            pieces(script),
            [
                statement("si.participants in VN\n  at 2023", 1),
                statement("hi.coverage in \"a;b\" at 2023", 4)
            ]
        );
    }

    #[test]
    fn a_misspelt_line_takes_no_other_with_it() {
        assert_eq!(
            pieces("si.participants in VN sinse 1995\nhi.coverage in VN at 2023\n  or before 2024"),
            [
                statement("si.participants in VN sinse 1995", 1),
                statement("hi.coverage in VN at 2023\n  or before 2024", 2)
            ]
        );
        assert_eq!(
            pieces("growth of\n\n# of what\nsi.participants in VN\nhi.coverage in VN foo 2023"),
            [
                statement("growth of\n\n\nsi.participants in VN", 1),
                statement("hi.coverage in VN foo 2023", 5)
            ]
        );
        let difference = "si.participants in VN\n- voluntary_si.participants\nat 2019";
        assert_eq!(pieces(difference), [statement(difference, 1)]);
    }

    #[test]
    fn a_byte_order_mark_says_nothing() {
        assert_eq!(pieces("\u{feff}.mode csv\n"), [Piece::Dot(".mode csv".to_owned())]);
    }

    #[test]
    fn dot_commands_take_a_line() {
        assert_eq!(
            pieces(".mode csv\nsi.participants in VN at 2023\n  .quit  \n"),
            [
                Piece::Dot(".mode csv".to_owned()),
                statement("si.participants in VN at 2023", 2),
                Piece::Dot(".quit".to_owned())
            ]
        );
        assert_eq!(pieces("\n # nothing\n"), []);
    }
}
