//! Colour, when the reader of the output can show it.

use std::io::IsTerminal as _;

use clap::ValueEnum;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere if `CLICOLOR_FORCE` is
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What the environment says about colour.
#[derive(Clone, Copy, Debug, Default)]
struct Environment {
    no_color: bool,
    forced: bool,
    dumb: bool,
}

impl Environment {
    fn current() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            no_color: set("NO_COLOR").is_some(),
            forced: set("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            dumb: set("TERM").is_some_and(|value| value == "dumb"),
        }
    }
}

/// Colours text, or leaves it alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Palette {
    enabled: bool,
}

impl Palette {
    /// Never colours.
    pub(crate) const PLAIN: Self = Self { enabled: false };

    /// The palette for a stream that is or is not a terminal.
    fn for_stream(choice: ColourChoice, is_terminal: bool) -> Self {
        Self::decide(choice, Environment::current(), is_terminal)
    }

    /// The palette for standard output.
    pub(crate) fn for_stdout(choice: ColourChoice) -> Self {
        Self::for_stream(choice, std::io::stdout().is_terminal())
    }

    /// The palette for standard error.
    pub(crate) fn for_stderr(choice: ColourChoice) -> Self {
        Self::for_stream(choice, std::io::stderr().is_terminal())
    }

    /// An explicit choice beats the environment; `NO_COLOR` beats `CLICOLOR_FORCE`.
    fn decide(choice: ColourChoice, environment: Environment, is_terminal: bool) -> Self {
        let enabled = match choice {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => {
                !environment.no_color && (environment.forced || (is_terminal && !environment.dumb))
            }
        };
        Self { enabled }
    }

    /// Whether anything is coloured.
    pub(crate) fn is_enabled(self) -> bool {
        self.enabled
    }

    /// Wraps text in a graphic rendition, such as `1` for bold.
    pub(crate) fn paint(self, rendition: &str, text: &str) -> String {
        if self.enabled && !text.is_empty() {
            format!("\x1b[{rendition}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Titles and headers.
    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What matters less.
    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// Colours a rendered diagnostic: the first word by its severity, carets and advice.
    pub(crate) fn diagnostic(self, rendered: &str) -> String {
        if !self.enabled {
            return rendered.to_owned();
        }
        let mut out = String::with_capacity(rendered.len() + 64);
        for line in rendered.split_inclusive('\n') {
            match line.strip_suffix('\n') {
                Some(text) => out.push_str(&(self.diagnostic_line(text) + "\n")),
                None => out.push_str(&self.diagnostic_line(line)),
            }
        }
        out
    }

    fn diagnostic_line(self, line: &str) -> String {
        let (head, rest) = line.split_at(line.find(':').map_or(0, |at| at + 1));
        let rendition = match head.trim_start() {
            "help:" | "try:" => "32",
            "warning:" => "1;33",
            _ if head.starts_with("error") => "1;31",
            _ if head.starts_with("note") => "1;36",
            _ => "",
        };
        if !rendition.is_empty() {
            return format!("{}{rest}", self.paint(rendition, head));
        }
        match line.split_once("| ") {
            Some((gutter, rest)) if rest.trim_start().starts_with(['^', '-']) => {
                format!("{}| {}", gutter, self.paint("31", rest))
            }
            _ => line.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enabled(choice: ColourChoice, environment: Environment, is_terminal: bool) -> bool {
        Palette::decide(choice, environment, is_terminal).is_enabled()
    }

    #[test]
    fn environment_and_flag_decide() {
        let none = Environment::default();
        let no_color = Environment { no_color: true, ..none };
        let forced = Environment { forced: true, ..none };
        let both = Environment { no_color: true, ..forced };
        let dumb = Environment { dumb: true, ..none };
        assert!(enabled(ColourChoice::Auto, none, true));
        assert!(!enabled(ColourChoice::Auto, none, false));
        assert!(!enabled(ColourChoice::Auto, dumb, true));
        assert!(!enabled(ColourChoice::Auto, no_color, true));
        assert!(enabled(ColourChoice::Auto, forced, false));
        assert!(!enabled(ColourChoice::Auto, both, true));
        assert!(enabled(ColourChoice::Always, no_color, false));
        assert!(!enabled(ColourChoice::Never, forced, true));
    }

    #[test]
    fn diagnostics_keep_their_text() {
        let rendered = "error[MP0122]: no word `sinse`\n1 | x sinse 1995\n  |   ^^^^^ here\n  help: say so\n   try: x since 1995\n";
        assert_eq!(Palette::PLAIN.diagnostic(rendered), rendered);
        let coloured = Palette { enabled: true }.diagnostic(rendered);
        assert!(coloured.starts_with("\x1b[1;31merror[MP0122]:\x1b[0m no word"));
        let mut stripped = coloured;
        for code in ["\x1b[1;31m", "\x1b[31m", "\x1b[32m", "\x1b[0m"] {
            stripped = stripped.replace(code, "");
        }
        assert_eq!(stripped, rendered);
    }
}
