//! Drawing a diagnostic as plain text: the line, a caret under it, the advice.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Columns from one tab stop to the next.
const TAB: usize = 4;
/// Bytes of a line that are drawn on either side of the place that it is about.
const CONTEXT: usize = 120;
/// Bytes of a message, a label or an advice that are drawn.
const TEXT_MAX: usize = 400;

impl Diagnostic {
    /// Draws the diagnostic over the text that it is about: line number, source line, carets,
    /// advice and corrected line. Plain text without colour; ends with a line feed. Control and
    /// format characters of the text are drawn as `\u{…}`, tabs as blanks; of a very long line,
    /// what is near the place that the diagnostic is about.
    pub fn render(&self, source: &str) -> String {
        let mut out = format!("{}\n", display_cut(&self.to_string()));
        let placed = !source.is_empty() && (self.span.start, self.span.end) != (0, 0);
        if placed {
            let mut places = vec![(self.span, &*self.label, '^')];
            if let Some(related) = &self.related {
                places.push((related.span, related.label.as_str(), '-'));
            }
            places.sort_by_key(|(span, _, _)| span.start);
            let width = places
                .iter()
                .map(|(span, _, _)| Line::at(source, span.start).number.to_string().len())
                .max()
                .unwrap_or(1);
            let mut shown = None;
            for (span, label, mark) in places {
                let line = Line::at(source, span.start).near(span);
                if shown != Some((line.number, line.start)) {
                    let _ = writeln!(out, "{:>width$} | {}", line.number, line.display());
                    shown = Some((line.number, line.start));
                }
                let _ = writeln!(out, "{:>width$} | {}", "", line.underline(span, label, mark));
            }
        }
        if let Some(help) = &self.help {
            let _ = writeln!(out, "  help: {}", display_cut(help));
        }
        if let Some(fix) = &self.fix {
            let fixed = fix.apply(source);
            let line = Line::at(&fixed, fix.span.start);
            let _ = writeln!(out, "   try: {}", line.near(fix.span).display());
        }
        out
    }
}

/// A line of the source, or the part of it that is drawn.
struct Line<'s> {
    number: usize,
    start: usize,
    text: &'s str,
    /// Whether something of the line is left out before and after.
    is_cut: (bool, bool),
}

impl<'s> Line<'s> {
    /// The line that holds a byte offset; offsets past the end belong to the last line.
    fn at(source: &'s str, offset: usize) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let rest = source.get(start..).unwrap_or_default();
        Self {
            number: before.matches('\n').count().saturating_add(1),
            start,
            text: rest.split('\n').next().unwrap_or_default().trim_end_matches('\r'),
            is_cut: (false, false),
        }
    }

    /// The part of a long line that is near a span.
    fn near(self, span: Span) -> Self {
        let offset = span.start.saturating_sub(self.start);
        let from = boundary(self.text, offset.saturating_sub(CONTEXT));
        let to = boundary(self.text, offset.saturating_add(CONTEXT));
        Self {
            number: self.number,
            start: self.start.saturating_add(from),
            text: self.text.get(from..to).unwrap_or_default(),
            is_cut: (from > 0, to < self.text.len()),
        }
    }

    /// The line made safe to show, with `…` where something is left out.
    fn display(&self) -> String {
        let mark = |is_cut| if is_cut { "…" } else { "" };
        let text = display(self.text.trim_end());
        format!("{}{text}{}", mark(self.is_cut.0), mark(self.is_cut.1))
    }

    /// Marks under a span, then the label.
    fn underline(&self, span: Span, label: &str, mark: char) -> String {
        let from = span.start.saturating_sub(self.start).min(self.text.len());
        let to = span.end.saturating_sub(self.start).clamp(from, self.text.len());
        let before = display(self.text.get(..from).unwrap_or_default());
        let inside = display(self.text.get(from..to).unwrap_or_default());
        let marks = mark.to_string().repeat(width(&inside).max(1));
        let blanks = " ".repeat(width(&before).saturating_add(usize::from(self.is_cut.0)));
        format!("{blanks}{marks} {}", display_cut(label)).trim_end().to_owned()
    }
}

/// The character boundary at or before an offset, at most the length.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A text made safe to show; of a very long one its beginning and its end.
fn display_cut(text: &str) -> String {
    if text.len() <= TEXT_MAX {
        return display(text);
    }
    let head = boundary(text, TEXT_MAX / 2);
    let tail = boundary(text, text.len().saturating_sub(TEXT_MAX / 2));
    let part = |from, to| display(text.get(from..to).unwrap_or_default());
    format!("{} … {}", part(0, head), part(tail, text.len()))
}

/// A line made safe to show: tabs as blanks, control and format characters spelt out.
fn display(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str(&" ".repeat(TAB)),
            _ if c.is_control() || is_format(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// Invisible characters that reorder or hide text.
fn is_format(c: char) -> bool {
    matches!(u32::from(c), 0xAD | 0x61C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

/// Columns that a text takes on a terminal: none for combining marks, two for East Asian
/// wide characters and emoji, one for all others.
fn width(text: &str) -> usize {
    text.chars().map(char_width).fold(0, usize::saturating_add)
}

fn char_width(c: char) -> usize {
    match u32::from(c) {
        _ if unicode_normalization::char::is_combining_mark(c) => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}
