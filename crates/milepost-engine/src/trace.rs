//! What was resolved on the way to an answer, for `explain`.

use milepost_lang::ast::Query;
use milepost_model::Indicator;

use crate::answer::RegionLabel;
use crate::sentence::{BaseRule, Sentence};

/// The heading of the bases of sentences inside expressions.
const BASE_INSIDE: &str = "base inside";

/// Facts about a resolution, each once, in the order in which they came up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// Whether all of it is asked for; otherwise only what notes tell is kept.
    explains: bool,
    entries: Vec<(&'static str, String)>,
}

impl Trace {
    pub(crate) fn new(explains: bool) -> Self {
        Self { explains, entries: Vec::new() }
    }

    /// Adds a fact under a heading.
    pub(crate) fn say(&mut self, heading: &'static str, text: impl Into<String>) {
        if !self.explains && heading != BASE_INSIDE {
            return;
        }
        let entry = (heading, text.into());
        if !self.entries.contains(&entry) {
            self.entries.push(entry);
        }
    }

    pub(crate) fn indicator(&mut self, indicator: &Indicator, region: impl Fn() -> RegionLabel) {
        if !self.explains {
            return;
        }
        let region = region();
        let kind = indicator.kind.map_or_else(|| "undeclared".to_owned(), |kind| kind.to_string());
        let unit = if indicator.unit.is_empty() { "no unit" } else { &indicator.unit };
        self.say("indicator", format!("{} ({kind}, {unit})", indicator.name));
        self.say("region", format!("{} \"{}\"", region.uid, region.name));
    }

    pub(crate) fn definition(&mut self, name: &str, query: &Query) {
        self.say("name", format!("{name} = {query}"));
    }

    pub(crate) fn sentence(&mut self, query: &Query, sentence: &Sentence) {
        if let Some(period) = sentence.fixed {
            self.say("inside", format!("({query}) is read at {period}"));
        }
        if let BaseRule::Fixed(period) = sentence.base {
            self.say(BASE_INSIDE, format!("({query}) is measured from {period}"));
        }
    }

    /// The bases of sentences inside expressions, which no row shows.
    pub(crate) fn bases_inside(&self) -> impl Iterator<Item = &str> {
        let inside = self.entries.iter().filter(|(heading, _)| *heading == BASE_INSIDE);
        inside.map(|(_, text)| text.as_str())
    }

    /// The facts in order, as heading and text.
    pub(crate) fn into_entries(self) -> Vec<(&'static str, String)> {
        self.entries
    }
}
