//! The line editor: completion, colours, hints and multi-line input, all fed by the language.

use std::borrow::Cow;

use milepost::Snapshot;
use milepost_lang::Class;
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Cmd, CompletionType, Config, Context, Editor, Helper, KeyCode, KeyEvent, Modifiers,
};

use crate::colour::Palette;
use crate::completion::{Suggestion, suggest};
use crate::escape::escape;

/// What the line editor asks while a line is typed.
pub(crate) struct Assistant {
    pub(crate) snapshot: Snapshot,
    /// The names given with `let`.
    pub(crate) names: Vec<String>,
    palette: Palette,
    files: FilenameCompleter,
    hinter: HistoryHinter,
}

/// A line editor over an assistant.
pub(crate) type LineEditor = Editor<Assistant, FileHistory>;

/// Opens the line editor.
pub(crate) fn line_editor(snapshot: Snapshot, palette: Palette) -> rustyline::Result<LineEditor> {
    let config = Config::builder()
        .history_ignore_space(true)
        .history_ignore_dups(true)?
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .auto_add_history(false)
        .build();
    let mut editor = LineEditor::with_config(config)?;
    editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), Cmd::Newline);
    editor.set_helper(Some(Assistant {
        snapshot,
        names: Vec::new(),
        palette,
        files: FilenameCompleter::new(),
        hinter: HistoryHinter::new(),
    }));
    Ok(editor)
}

impl Assistant {
    fn suggest(&self, prefix: &str) -> (usize, Vec<Suggestion>) {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        suggest(prefix, self.snapshot.catalogue(), &names)
    }
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let prefix = line.get(..pos).unwrap_or(line);
        if [".read ", ".output ", ".once "].iter().any(|call| prefix.trim_start().starts_with(call))
        {
            return self.files.complete(line, pos, context);
        }
        let (start, suggestions) = self.suggest(prefix);
        let width = suggestions.iter().map(|s| s.text.chars().count()).max().unwrap_or_default();
        let pairs = suggestions.into_iter().map(|suggestion| {
            let blanks = width.saturating_sub(suggestion.text.chars().count());
            let detail = match suggestion.detail.as_str() {
                "" => String::new(),
                detail => format!("{}  {}", " ".repeat(blanks), escape(detail)),
            };
            let display = format!("{}{detail}", escape(&suggestion.text));
            Pair { display, replacement: suggestion.text }
        });
        Ok((start, pairs.collect()))
    }
}

impl Hinter for Assistant {
    type Hint = String;

    /// The rest of the latest line of the history that begins like this, or of the only word
    /// that may stand here.
    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
        if let Some(earlier) = self.hinter.hint(line, pos, context) {
            return Some(earlier);
        }
        if line.is_empty() || pos < line.len() {
            return None;
        }
        let (start, suggestions) = self.suggest(line);
        let [only] = suggestions.as_slice() else { return None };
        let rest = only.text.strip_prefix(line.get(start..)?)?.trim_end();
        (!rest.is_empty()).then(|| rest.to_owned())
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> Cow<'l, str> {
        if !self.palette.is_enabled() || line.trim_start().starts_with('.') {
            return Cow::Borrowed(line);
        }
        Cow::Owned(colour(line, self.palette))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(self.palette.bold(prompt))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.palette.dim(hint))
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        match candidate.split_once("  ") {
            Some((text, detail)) => Cow::Owned(format!("{text}  {}", self.palette.dim(detail))),
            None => Cow::Borrowed(candidate),
        }
    }

    fn highlight_char(&self, _line: &str, _pos: usize, kind: CmdKind) -> bool {
        self.palette.is_enabled() && kind != CmdKind::MoveCursor
    }
}

/// A line with its tokens coloured.
fn colour(line: &str, palette: Palette) -> String {
    let mut out = String::with_capacity(line.len() * 2);
    let mut done = 0;
    for (span, class) in milepost_lang::highlight(line) {
        let (Some(between), Some(text)) =
            (line.get(done..span.start), line.get(span.start..span.end))
        else {
            continue;
        };
        out.push_str(between);
        out.push_str(&palette.paint(rendition(class), text));
        done = span.end;
    }
    out.push_str(line.get(done..).unwrap_or_default());
    out
}

fn rendition(class: Class) -> &'static str {
    match class {
        Class::Keyword => "34",
        Class::Verb => "1;34",
        Class::Number | Class::Period => "36",
        Class::Text => "32",
        Class::Parameter => "35",
        Class::Comment => "2",
        Class::Error => "4;31",
        _ => "0",
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_ready(context.input()) {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

/// Whether Enter runs the text: it is a command of the shell, a whole script, or has an empty
/// last line, so that what is missing shows as an error.
fn is_ready(text: &str) -> bool {
    text.trim_start().starts_with('.') || text.ends_with('\n') || milepost_lang::is_complete(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_runs_what_is_complete() {
        assert!(is_ready(""));
        assert!(is_ready(".mode csv"));
        assert!(is_ready("growth of si.participants in VN since 1995"));
        assert!(!is_ready("growth of si.participants in VN since"));
        assert!(is_ready("growth of si.participants in VN since\n"));
        assert!(!is_ready("(si.participants"));
    }

    #[test]
    fn colours_leave_the_text_alone() {
        let line = "growth of x  since 1995 # why";
        assert_eq!(colour(line, Palette::PLAIN), line);
    }
}
