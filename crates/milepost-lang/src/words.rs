//! The words of the language: reserved, contextual, and those that other languages use.

use milepost_model::Frequency;

use crate::ast::{Fill, Listing, Magnitude, MeasureKind, ReducerKind, StatusKind};

/// Words that cannot stand inside a bare name, frozen for version 1: first those that the
/// grammar uses, then those kept for later versions and for teaching.
pub(crate) const RESERVED: [&str; 40] = [
    "of",
    "in",
    "by",
    "on",
    "at",
    "as",
    "to",
    "since",
    "until",
    "between",
    "during",
    "over",
    "including",
    "only",
    "where",
    "fill",
    "complete",
    "matched",
    "except",
    "and",
    "or",
    "not",
    "after",
    "before",
    "for",
    "from",
    "group",
    "having",
    "if",
    "limit",
    "order",
    "per",
    "select",
    "then",
    "using",
    "versus",
    "vs",
    "when",
    "with",
    "within",
];

/// The words that begin a clause.
pub(crate) const CLAUSES: [&str; 17] = [
    "in",
    "by",
    "since",
    "until",
    "between",
    "during",
    "at",
    "over",
    "as",
    "including",
    "only",
    "to",
    "on",
    "fill",
    "complete",
    "matched",
    "where",
];

/// Words that end a bare name where `to` follows: what is compared is no part of the name.
pub(crate) const COMPARING: [&str; 2] = ["compared", "relative"];

/// Whether the word is reserved, in any case.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

/// What English or SQL says, what Since says instead (if one word does), and advice.
pub(crate) const FOREIGN: [(&str, Option<&str>, &str); 19] = [
    ("from", Some("since"), "`since A` names the figure that a comparison starts from"),
    ("after", Some("since"), "`since A` names the figure that a comparison starts from"),
    (
        "before",
        Some("until"),
        "`until B` names the last figure; `at or before D` the last one known on a day",
    ),
    ("for", Some("in"), "`in REGION` names the place, `over last 5 years` a stretch of time"),
    (
        "per",
        Some("by"),
        "`by year` makes a row per year; `per` stands only in units: `as VND per person`",
    ),
    ("select", Some("show"), "a query names what it shows: `show si.participants in VN`"),
    ("within", Some("during"), "`during 2019` is a stretch of time, `in VN` a place"),
    ("group", None, "rows are made with `by`: `by province, year`"),
    ("order", None, "`top 5 of …`, `bottom 5 of …` and `rank of …` put rows in order"),
    ("having", Some("where"), "`where value > 0` keeps rows of the answer"),
    ("if", Some("where"), "`where value > 0` keeps rows of the answer"),
    (
        "when",
        Some("where"),
        "`where value > 0` keeps rows; `at 2019` and `during 2019` name a time",
    ),
    ("limit", None, "`top 5 of …` keeps the first rows"),
    ("join", None, "several series stand in one expression: `a / b`, `a as % of b`"),
    ("union", None, "several regions stand in one clause: `in Hanoi, Hai Phong`"),
    ("using", Some("on boundaries"), "`on boundaries 2023` names the set of regions"),
    ("with", Some("including"), "`including projections` admits weaker figures"),
    ("versus", None, "`between 2009 and 2024` compares two times, `gap of a to (b)` two figures"),
    ("vs", None, "`between 2009 and 2024` compares two times, `gap of a to (b)` two figures"),
];

/// The reducers that are one word.
pub(crate) const REDUCERS: [(&str, ReducerKind); 9] = [
    ("total of", ReducerKind::Total),
    ("mean of", ReducerKind::Mean),
    ("median of", ReducerKind::Median),
    ("min of", ReducerKind::Min),
    ("max of", ReducerKind::Max),
    ("first of", ReducerKind::First),
    ("last of", ReducerKind::Last),
    ("count of", ReducerKind::Count),
    ("rank of", ReducerKind::Rank),
];

/// The measures.
pub(crate) const MEASURES: [(&str, MeasureKind); 11] = [
    ("change of", MeasureKind::Change),
    ("growth of", MeasureKind::Growth),
    ("multiple of", MeasureKind::Multiple),
    ("cagr of", MeasureKind::Cagr),
    ("pace of", MeasureKind::Pace),
    ("index of", MeasureKind::Index),
    ("share of", MeasureKind::Share),
    ("contribution of", MeasureKind::Contribution),
    ("gap of", MeasureKind::Gap),
    ("progress of", MeasureKind::Progress),
    ("revisions of", MeasureKind::Revisions),
];

/// Every verb that is one word, without `of`.
pub(crate) fn verbs() -> impl Iterator<Item = &'static str> {
    let reducers = REDUCERS.iter().map(|(phrase, _)| *phrase);
    let measures = MEASURES.iter().map(|(phrase, _)| *phrase);
    reducers.chain(measures).chain(["ytd of"]).map(|phrase| phrase.trim_end_matches(" of"))
}

/// Whether the word is a measure.
pub(crate) fn is_measure(word: &str) -> bool {
    MEASURES.iter().any(|(phrase, _)| phrase.trim_end_matches(" of").eq_ignore_ascii_case(word))
}

/// The frequencies of the language, by their singular.
pub(crate) const FREQUENCIES: [(&str, Frequency); 7] = [
    ("year", Frequency::Year),
    ("half", Frequency::Half),
    ("third", Frequency::Third),
    ("quarter", Frequency::Quarter),
    ("month", Frequency::Month),
    ("week", Frequency::Week),
    ("day", Frequency::Day),
];

/// Words for frequencies that are no level of regions either; the phrasebook has what they mean.
pub(crate) const ADVERBS: [&str; 10] = [
    "yearly",
    "annual",
    "annually",
    "annum",
    "half-yearly",
    "semiannually",
    "quarterly",
    "monthly",
    "weekly",
    "daily",
];

/// The magnitude words.
pub(crate) const MAGNITUDES: [(&str, Magnitude); 4] = [
    ("thousand", Magnitude::Thousand),
    ("million", Magnitude::Million),
    ("billion", Magnitude::Billion),
    ("trillion", Magnitude::Trillion),
];

/// The statuses, by their singular.
pub(crate) const STATUSES: [(&str, StatusKind); 5] = [
    ("actual", StatusKind::Actual),
    ("provisional", StatusKind::Provisional),
    ("estimate", StatusKind::Estimate),
    ("projection", StatusKind::Projection),
    ("target", StatusKind::Target),
];

/// The words after `fill`.
pub(crate) const FILLS: [(&str, Fill); 3] =
    [("none", Fill::None), ("previous", Fill::Previous), ("linear", Fill::Linear)];

/// The words after `list`.
pub(crate) const LISTINGS: [(&str, Listing); 4] = [
    ("indicators", Listing::Indicators),
    ("regions", Listing::Regions),
    ("milestones", Listing::Milestones),
    ("units", Listing::Units),
];

/// Whether a word is the singular, or its plural in `s` (`half`: `halves`).
pub(crate) fn is_word_or_plural(word: &str, singular: &str) -> bool {
    let stem = word.strip_suffix(['s', 'S']).unwrap_or(word);
    word.eq_ignore_ascii_case(singular)
        || stem.eq_ignore_ascii_case(singular)
        || (singular == "half" && word.eq_ignore_ascii_case("halves"))
}

/// The word of a value in one of the tables above.
pub(crate) fn word_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, known)| known == value).map_or("", |(word, _)| *word)
}

/// The word of the language that a word may be meant for: one letter off for words of three
/// to five letters, two for longer ones.
pub(crate) fn nearest(
    word: &str,
    known: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    let word = word.to_lowercase();
    let allowed = match word.chars().count() {
        // Two letters are too few to tell a slip from a name such as `VN`.
        0..=2 => return None,
        3..=5 => 1,
        _ => 2,
    };
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| {
            (1..=allowed).contains(distance) && candidate.len() > *distance
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
