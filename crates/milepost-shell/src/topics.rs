//! The pages of `.help`: every verb, clause and statement with an example that runs on the
//! built-in figures.

/// A page of the help.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Topic {
    /// What it is looked up by, the first as its title.
    pub(crate) names: &'static [&'static str],
    /// The shelf it stands on.
    pub(crate) shelf: Shelf,
    /// What it means.
    pub(crate) text: &'static str,
    /// A statement that runs on the built-in figures.
    pub(crate) example: &'static str,
}

/// The shelves of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    Basics,
    Measures,
    Reducers,
    Transforms,
    Time,
    Places,
    Figures,
    Statements,
}

impl Shelf {
    /// Every shelf, in the order of the help.
    pub(crate) const ALL: [Self; 8] = [
        Self::Basics,
        Self::Measures,
        Self::Reducers,
        Self::Transforms,
        Self::Time,
        Self::Places,
        Self::Figures,
        Self::Statements,
    ];

    /// Its title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Basics => "basics",
            Self::Measures => "measures",
            Self::Reducers => "reducers",
            Self::Transforms => "transforms",
            Self::Time => "time",
            Self::Places => "places",
            Self::Figures => "figures",
            Self::Statements => "statements",
        }
    }
}

const fn topic(
    shelf: Shelf,
    names: &'static [&'static str],
    text: &'static str,
    example: &'static str,
) -> Topic {
    Topic { names, shelf, text, example }
}

use Shelf::{Basics, Figures, Measures, Places, Reducers, Statements, Time, Transforms};

/// Every page.
pub(crate) const TOPICS: &[Topic] = &[
    topic(
        Basics,
        &["queries"],
        "A query names what it shows, then qualifies it: verbs with `of`, a series, clauses in any \
         order. Case does not matter; `#` begins a comment; `;` separates statements.",
        "show growth of si.participants in VN since 1995 until 2024-06  # read aloud",
    ),
    topic(
        Basics,
        &["names"],
        "Names stand bare or in quotes and ignore case, diacritics, blanks and `_`. Quotes are \
         needed where a name holds a word of the language. `list` shows what there is.",
        "\"Health insurance coverage\" in vinh long at 2023",
    ),
    topic(
        Basics,
        &["periods"],
        "2024, 2024-H1, 2024-T1 (four months), 2024-Q2, 2024-06, 2024-W05, 2024-07-10, \
         2022-07-14/2024-02-02. A period is its own figure; a day is the last figure on or before \
         it; `latest`, `first`, `start of` and `end of` say others.",
        "si.participants in VN at latest",
    ),
    topic(
        Basics,
        &["milestones"],
        "A named event. As a base it means the last figure before its day. `list milestones` shows \
         them.",
        "list milestones like \"resolution\"",
    ),
    topic(
        Basics,
        &["statuses"],
        "actual, provisional and estimate are used by themselves; projection and target only when \
         asked for. A result is as weak as the weakest figure in it.",
        "si.coverage in VN at 2024 only projections",
    ),
    topic(
        Basics,
        &["kinds"],
        "A stock holds at the close of its period, a flow adds up over it, a ratio has a numerator \
         and a denominator, an index a base, an intensity is an average. The kind decides what \
         arithmetic has a meaning.",
        "describe hi.coverage",
    ),
    topic(
        Measures,
        &["change"],
        "The end less the base, in the unit of the series; percentage points for a ratio.",
        "change of hi.participants in VN between 2002 and 2023",
    ),
    topic(
        Measures,
        &["growth"],
        "The end against the base, in percent. Undefined where the base is zero or negative.",
        "growth of voluntary_si.participants in VN since Resolution 28 until 2019",
    ),
    topic(
        Measures,
        &["multiple"],
        "How many times the base the end is.",
        "multiple of hi.visits in VN since 2009 including estimates",
    ),
    topic(
        Measures,
        &["cagr"],
        "The compound growth a year: whole months / 12, else days / 365.2425.",
        "cagr of hi.participants in VN between 2002 and 2023",
    ),
    topic(
        Measures,
        &["pace"],
        "The change a year since the base or, with `to`, the change a year that the goal needs.",
        "pace of si.coverage in VN to 2025 target",
    ),
    topic(
        Measures,
        &["index"],
        "Every figure with the base as 100.",
        "index of hi.participants in VN since 2002 by year",
    ),
    topic(
        Measures,
        &["share"],
        "Each member's part of the whole, in percent; for what can be added up.",
        "explain share of hi.participants in VN at 2023",
    ),
    topic(
        Measures,
        &["contribution"],
        "Each member's part of the growth of the whole, in percentage points.",
        "explain contribution of hi.participants in VN between 2002 and 2023",
    ),
    topic(
        Measures,
        &["gap"],
        "What is missing to a goal: a target, a number, the parent region or a sentence.",
        "gap of si.coverage in VN to 2025 target",
    ),
    topic(
        Measures,
        &["progress"],
        "How much of the way from the base to the goal is done, in percent.",
        "progress of ui.participants in VN to 16 million persons since 2009",
    ),
    topic(
        Measures,
        &["revisions"],
        "Every value published for a period, and when.",
        "revisions of hi.participants in VN at 2023",
    ),
    topic(
        Measures,
        &["yoy"],
        "Before change, growth and multiple: against the same period of the year before.",
        "yoy change of si.participants in VN at 2024-06",
    ),
    topic(
        Reducers,
        &["total", "mean", "median", "min", "max", "first", "last", "count"],
        "One figure of the rows along the last axis of `by`; without `by`, along time. A stock \
         has no total over time: adding year-ends counts people again.",
        "max of voluntary_si.participants in VN by year since 2016",
    ),
    topic(
        Reducers,
        &["top", "bottom", "rank"],
        "The first or last rows, or the place of each; ties at the edge are all in.",
        "top 2 of voluntary_si.participants in VN by year since 2016",
    ),
    topic(
        Transforms,
        &["ytd"],
        "The running total of a flow since January.",
        "ytd of hi.visits in VN at 2024 including estimates",
    ),
    topic(
        Transforms,
        &["rolling"],
        "The total or mean of a window of periods: `rolling 12 month total of`.",
        "rolling 2 year mean of voluntary_si.participants in VN by year since 2017",
    ),
    topic(
        Time,
        &["since"],
        "The base of a comparison. A year means its own figure, a milestone the last figure \
         before it, because an event acts from the start of its day.",
        "change of voluntary_si.participants in VN since Resolution 28 until 2019",
    ),
    topic(
        Time,
        &["until"],
        "The end of a comparison; without it, the latest figure.",
        "growth of si.participants in VN since 1995 until 2024-06",
    ),
    topic(
        Time,
        &["between"],
        "`between A and B` is `since A until B`.",
        "change of ui.participants in VN between 2009 and 2024 including projections",
    ),
    topic(
        Time,
        &["during"],
        "From the opening of a period to its close.",
        "change of voluntary_si.participants in VN during 2019",
    ),
    topic(
        Time,
        &["at"],
        "One period or day; `at or before D` takes the last figure known on a day.",
        "si.participants in VN at 2024-06",
    ),
    topic(
        Time,
        &["over", "over last"],
        "The last periods: `over last 5 years`.",
        "voluntary_si.participants in VN by year over last 5 years",
    ),
    topic(
        Time,
        &["as of"],
        "Answers as the world knew it at the close of a day; later revisions are invisible.",
        "voluntary_si.participants in VN at latest as of 2020-12-31",
    ),
    topic(
        Time,
        &["by"],
        "A row for each period, region of a level, status, source or vintage: `by year`, \
         `by 5 years`, `by province, year`, `by source, vintage`.",
        "growth of voluntary_si.participants in VN since Resolution 28 until 2019 by year",
    ),
    topic(
        Time,
        &["fill"],
        "Holes are filled only when asked: `fill previous`, `fill linear`.",
        "hi.participants in VN by year since 2002 until 2005 fill linear",
    ),
    topic(
        Places,
        &["in"],
        "Where: names or codes, `+` to add up, `except` to leave out.",
        "si.coverage in Vinh Long, VN at 2023",
    ),
    topic(
        Places,
        &["on boundaries", "boundaries"],
        "The set of regions as it was at a time; without it, that of the end of the span.",
        "si.coverage in VN at 2023 on boundaries 2023",
    ),
    topic(
        Places,
        &["complete"],
        "How many members a sum needs: all, or `complete 90%`; otherwise two thirds.",
        "hi.participants in VN at 2023 complete",
    ),
    topic(
        Places,
        &["matched"],
        "Compares only the members that have figures at both ends, or at every step of `by`.",
        "change of hi.participants in VN between 2002 and 2023 matched",
    ),
    topic(
        Figures,
        &["as"],
        "The unit that is shown: `as million persons`.",
        "si.participants in VN at 2024-06 as million persons",
    ),
    topic(
        Figures,
        &["as % of", "percent"],
        "The share of another series, in percent.",
        "voluntary_si.participants in VN as % of si.participants at 2024-06",
    ),
    topic(
        Figures,
        &["including", "only"],
        "Admits more statuses (estimates, projections, targets), or only some.",
        "si.participants in VN at 2024 including projections",
    ),
    topic(
        Figures,
        &["to"],
        "The goal of gap, pace and progress: `to 2025 target`, `to parent`, `to 95%`.",
        "gap of si.coverage in Vinh Long to parent at 2023",
    ),
    topic(
        Figures,
        &["where"],
        "Keeps the rows that fit; `value` is the row's own figure.",
        "voluntary_si.participants in VN by year since 2016 where value > 250000",
    ),
    topic(
        Statements,
        &["show"],
        "A query may begin with it; it says nothing.",
        "show hi.coverage in VN at 2023",
    ),
    topic(
        Statements,
        &["let"],
        "Names a sentence for the session.",
        "let informal = si.participants - compulsory_si.participants; informal in VN at 2024-06",
    ),
    topic(
        Statements,
        &["explain"],
        "How a query is read: the sentence in full, names, base and why, and what was read.",
        "explain growth of voluntary_si.participants in VN since Resolution 28 until 2019",
    ),
    topic(
        Statements,
        &["list"],
        "What the catalogue has: indicators, regions, milestones or units.",
        "list indicators like \"coverage\"",
    ),
    topic(
        Statements,
        &["describe"],
        "What is known about an indicator, a region or a milestone.",
        "describe voluntary_si.participants",
    ),
];

/// The page that a word names, in any case.
pub(crate) fn find(word: &str) -> Option<&'static Topic> {
    let word = word.trim().to_lowercase();
    TOPICS.iter().find(|topic| topic.names.contains(&word.as_str()))
}

/// Every name of a page.
pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    TOPICS.iter().flat_map(|topic| topic.names.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_shelves_are_filled() {
        let mut all: Vec<&str> = names().collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        for shelf in Shelf::ALL {
            assert!(TOPICS.iter().any(|topic| topic.shelf == shelf), "{}", shelf.title());
        }
    }

    #[test]
    fn examples_show_what_they_are_about() {
        for topic in TOPICS {
            assert!(milepost_lang::parse(topic.example).is_ok(), "{}", topic.example);
            assert!(
                topic.shelf == Basics
                    || topic
                        .names
                        .iter()
                        .any(|name| *name == "percent" || topic.example.contains(name)),
                "{} is not in `{}`",
                topic.names[0],
                topic.example
            );
        }
    }
}
