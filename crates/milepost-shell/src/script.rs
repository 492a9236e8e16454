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
/// Line ends are blanks and `;` separates statements. Lines that are queries by themselves need
/// no `;`: they are taken one by one.
pub(crate) fn pieces(input: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut lines: Vec<(usize, &str)> = Vec::new();
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
    let said = lines.iter().filter(|(_, line)| is_said(line));
    let stand_alone = |(_, line): &(usize, &str)| milepost_lang::parse(line).is_ok();
    if said.clone().count() > 1 && said.clone().all(stand_alone) {
        for (number, line) in said {
            split(line, *number, pieces);
        }
    } else if let Some((number, _)) = lines.first() {
        let texts: Vec<&str> = lines.iter().map(|(_, line)| *line).collect();
        split(&texts.join("\n"), *number, pieces);
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
