//! What the engine says about a query: one constructor for each diagnostic.
//!
//! `MP03xx` names, `MP04xx` time, `MP05xx` kinds and units, `MP06xx` data, `MP08xx` notes on
//! answers; `MP09xx` is kept.
#![expect(clippy::unnecessary_box_returns, reason = "every result carries its error boxed")]

use milepost_lang::ast::{Clause, Clauses, Goal, MeasureKind, Parameter};
use milepost_lang::{Diagnostic, Span};
use milepost_model::{Date, Period, Unit};
use milepost_store::{Stop, StoreError};

use crate::answer::grouped;
use crate::line::{Line, Nature};
use crate::measure::whole;

type Boxed = Box<Diagnostic>;

/// The codes of this crate's diagnostics with a title each, in order.
///
/// ```
/// assert!(milepost_engine::codes().is_sorted());
/// ```
pub fn codes() -> &'static [(&'static str, &'static str)] {
    CODES
}

const CODES: &[(&str, &str)] = &[
    ("MP0301", "an unknown name"),
    ("MP0302", "a name that means several things"),
    ("MP0303", "a region that does not exist on the day"),
    ("MP0304", "no region"),
    ("MP0305", "a parameter without a value"),
    ("MP0306", "a value without a parameter"),
    ("MP0307", "a value that cannot stand where its parameter stands"),
    ("MP0308", "a minus without blanks"),
    ("MP0309", "several regions inside an expression"),
    ("MP0310", "names that unfold too far"),
    ("MP0311", "too many names in a session"),
    ("MP0312", "a region that is counted twice"),
    ("MP0313", "a region that is left out of nothing"),
    ("MP0314", "regions of a level inside an expression"),
    ("MP0315", "a level without regions"),
    ("MP0316", "two levels in one sentence"),
    ("MP0401", "time clauses that do not go together"),
    ("MP0402", "an anchor that depends on figures"),
    ("MP0403", "a day outside the calendar"),
    ("MP0404", "a measure without a base"),
    ("MP0405", "a base without a use"),
    ("MP0406", "periods of different lengths"),
    ("MP0407", "a span inside an expression"),
    ("MP0408", "a window that is no whole number of periods"),
    ("MP0409", "an end before its base"),
    ("MP0410", "steps of two lengths in one sentence"),
    ("MP0501", "different units"),
    ("MP0502", "a unit that is not declared"),
    ("MP0503", "a text that is no unit"),
    ("MP0504", "a number out of range"),
    ("MP0505", "a target of an expression"),
    ("MP0506", "a goal that is missing"),
    ("MP0507", "a goal without a use"),
    ("MP0508", "revisions of an expression"),
    ("MP0509", "an expression without an indicator"),
    ("MP0510", "a total of what does not add up"),
    ("MP0511", "a reducer over one row"),
    ("MP0512", "reducers that do not go together"),
    ("MP0513", "rows over spans of several lengths"),
    ("MP0514", "a number whose unit is not clear"),
    ("MP0515", "a window of too many periods"),
    ("MP0516", "parts of what does not add up"),
    ("MP0517", "a reducer over revisions"),
    ("MP0520", "a roll-up of a kind that is not declared"),
    ("MP0521", "a share that is none"),
    ("MP0601", "a store that cannot be read"),
    ("MP0602", "an answer of too many rows"),
    ("MP0603", "a deadline that passed"),
    ("MP0604", "a query that was cancelled"),
    ("MP0605", "more memory than a query may hold"),
    ("MP0801", "a figure that is not exact"),
    ("MP0802", "growth of a percentage"),
    ("MP0803", "a base or end far from its anchor"),
    ("MP0804", "regions without a figure"),
    ("MP0805", "a missing figure and its neighbours"),
    ("MP0806", "the goal of a comparison"),
    ("MP0807", "the year in which a target is met"),
    ("MP0808", "a zero before the beginning"),
    ("MP0809", "a figure computed from its parts"),
    ("MP0810", "a break in the series"),
    ("MP0811", "running totals of the year"),
    ("MP0812", "the version of a region"),
    ("MP0813", "a boundary between inside and outside a step"),
    ("MP0814", "the base of a sentence inside an expression"),
    ("MP0815", "rows that a reducer leaves out"),
    ("MP0816", "rows that tie"),
    ("MP0817", "what a condition leaves out"),
    ("MP0818", "a mean of rates"),
    ("MP0819", "a running total that was revised downward"),
    ("MP0820", "holes that were filled"),
    ("MP0821", "the whole of shares and contributions"),
    ("MP0822", "newer figures that are not admitted"),
    ("MP0830", "a figure added up from regions"),
    ("MP0831", "a sum that lacks members"),
    ("MP0832", "ends that cover different shares"),
    ("MP0833", "a newer period that is incomplete"),
    ("MP0834", "a published and a computed end"),
    ("MP0835", "a region that was put together"),
];

/// The title of a code of this crate.
pub fn code_title(code: &str) -> Option<&'static str> {
    codes().iter().find(|(known, _)| *known == code).map(|(_, title)| *title)
}

pub(crate) fn error(code: &'static str, span: Span, message: impl Into<String>) -> Boxed {
    Box::new(Diagnostic::error(code, span, message))
}

/// The same with advice.
pub(crate) fn help(mut diagnostic: Boxed, help: impl Into<String>) -> Boxed {
    diagnostic.help = Some(help.into());
    diagnostic
}

pub(crate) fn unknown(what: &str, text: &str, span: Span, similar: &[String]) -> Boxed {
    let unknown = error("MP0301", span, format!("there is no {what} called \"{text}\""));
    match similar {
        [] if what == "name" => help(
            unknown,
            "`list indicators`, `list regions` and `list milestones` show what exists",
        ),
        [] => help(unknown, format!("`list {what}s` shows those that exist")),
        [only] => help(unknown, format!("\"{only}\" exists")),
        several => help(unknown, format!("near names: {}", several.join(", "))),
    }
}

/// A name that is known, but not of the sort that fits.
pub(crate) fn of_another_sort(what: &str, sort: &str, text: &str, span: Span) -> Boxed {
    let message = format!("\"{text}\" is {sort}, and no {what} is called so");
    help(
        error("MP0301", span, message),
        "an indicator stands first, a region after `in`, a milestone after `since` or `until`",
    )
}

pub(crate) fn ambiguous(what: &str, text: &str, span: Span, candidates: &[String]) -> Boxed {
    let message = format!("\"{text}\" means more than one {what}");
    help(error("MP0302", span, message), format!("one of: {}", candidates.join("; ")))
}

pub(crate) fn not_valid_then(text: &str, span: Span, day: Date, versions: &[String]) -> Boxed {
    let message = format!("\"{text}\" is no region on {day}");
    help(error("MP0303", span, message), format!("versions: {}", versions.join("; ")))
}

pub(crate) fn no_region(span: Span) -> Boxed {
    let message = "the sentence does not say which region";
    help(error("MP0304", span, message), "`in` names it, as in `in VN`")
}

pub(crate) fn unbound_parameter(parameter: &Parameter) -> Boxed {
    let message = format!("${} has no value", parameter.name);
    let advice = "a program binds values to parameters; elsewhere the value itself stands there";
    help(error("MP0305", parameter.span, message), advice)
}

pub(crate) fn unused_parameter(name: &str) -> Boxed {
    error("MP0306", Span::default(), format!("the statement has no ${name}, which has a value"))
}

pub(crate) fn parameter_type(parameter: &Parameter, fits: &str) -> Boxed {
    let message = format!("the value of ${} does not fit here", parameter.name);
    help(error("MP0307", parameter.span, message), format!("{fits} would fit"))
}

pub(crate) fn minus_needs_blanks(span: Span, left: &str, right: &str) -> Boxed {
    let message = format!("\"{left}-{right}\" is one name, and there is no indicator called so");
    let mut diagnostic = error("MP0308", span, message);
    diagnostic = help(diagnostic, "a minus needs a blank on either side");
    Box::new(diagnostic.with_fix(span, format!("{left} - {right}")))
}

const IN_DEFINITION: &str = "in the definition of ";

/// An error in what a session name stands for points at the name, for its own place is in another
/// text.
pub(crate) fn inside_definition(mut inner: Boxed, name: &str, span: Span) -> Boxed {
    // The innermost name is where the text that does not fit stands.
    if !inner.message.starts_with(IN_DEFINITION) {
        inner.message = format!("{IN_DEFINITION}{name}: {}", inner.message);
    }
    inner.span = span;
    inner.related = None;
    inner.fix = None;
    inner
}

pub(crate) fn several_regions_inside(span: Span) -> Boxed {
    let message = "a sentence inside an expression speaks of one region";
    help(error("MP0309", span, message), "several regions may stand in the outermost `in`")
}

pub(crate) fn too_deep(span: Span) -> Boxed {
    let message = "the sentence unfolds to more than 1,000 sentences or 64 levels";
    help(error("MP0310", span, message), "fewer names that stand for names would fit")
}

pub(crate) fn twice(text: &str, span: Span) -> Boxed {
    error("MP0312", span, format!("\"{text}\" stands twice in one region"))
}

pub(crate) fn two_rows(name: &str, span: Span) -> Boxed {
    let message = format!("{name} stands twice among the regions");
    help(error("MP0312", span, message), "each region has one row")
}

pub(crate) fn overlapping(one: &str, other: &str, span: Span) -> Boxed {
    let message = format!("{one} lies in {other} and would count twice");
    help(error("MP0312", span, message), "regions that do not overlap can be added up")
}

pub(crate) fn not_inside(out: &str, span: Span) -> Boxed {
    let message = format!("{out} does not lie in what it is left out of");
    help(error("MP0313", span, message), "`except` names regions inside those before it")
}

pub(crate) fn several_rows_inside(word: &str, span: Span) -> Boxed {
    let message =
        format!("a sentence inside an expression has one figure, not one for each {word}");
    let instead = format!("`by {word}` in the outermost sentence, or a reducer such as `max of`");
    help(error("MP0314", span, message), instead)
}

pub(crate) fn no_members(level: &str, day: Date, span: Span) -> Boxed {
    let when = if day == Date::MAX { String::new() } else { format!(" on {day}") };
    let message = format!("the regions asked for have no {level} in them{when}");
    help(error("MP0315", span, message), "`list regions` shows what lies in what")
}

pub(crate) fn two_levels(one: &str, other: &str, span: Span) -> Boxed {
    let message = format!("`by` has two levels of regions, {one} and {other}");
    help(error("MP0316", span, message), "one level in one sentence, and a period beside it")
}

pub(crate) fn unknown_level(word: &str, span: Span, types: &[String]) -> Boxed {
    let message = format!("there is no level of regions called \"{word}\"");
    let known = match types {
        [] => "the catalogue has no levels of regions".to_owned(),
        types => format!("levels: {}; periods: day to year", types.join(", ")),
    };
    help(error("MP0301", span, message), known)
}

pub(crate) fn needs_kind(indicator: &str, span: Span) -> Boxed {
    let message = format!("{indicator} has no declared kind, so that nothing says how it adds up");
    help(
        error("MP0520", span, message),
        "the catalogue declares an indicator as a stock, a flow, a ratio, an index or an intensity",
    )
}

pub(crate) fn no_share(span: Span) -> Boxed {
    error("MP0521", span, "`complete` takes a share from 0% to 100%")
}

pub(crate) fn session_full(span: Span) -> Boxed {
    let message = "a session holds at most 1,000 names, and this would be one more";
    help(error("MP0311", span, message), "`let` with a name that exists gives it a new meaning")
}

pub(crate) fn clashing_clauses(one: (&str, Span), other: (&str, Span)) -> Boxed {
    let message = format!("`{}` and `{}` do not go together", one.0, other.0);
    let diagnostic = error("MP0401", one.1, message);
    let advice = match (one.0, other.0) {
        ("including", _) => "`only` names every status that is used, `including` adds some",
        ("at", "by") => "`at` is one period; `during 2019 by quarter` has the quarters of a year",
        ("since", "over last") => "`since` names a base, `over last` counts back from the end",
        ("since" | "until", "at") => "`at` is one period; a span goes `since … until …`",
        ("between", _) => "`between A and B` has both ends of a span",
        ("during", _) => "`during P` has both ends of a span: the opening of P and its close",
        _ => "`since … until …`, `between … and …`, `during …` or `at …`",
    };
    let related = format!("the `{}`", other.0);
    Box::new(diagnostic.with_related(other.1, related).with_help(advice))
}

pub(crate) fn needs_figures(span: Span, word: &str) -> Boxed {
    let message = format!("`{word}` depends on the figures and cannot stand here");
    help(error("MP0402", span, message), "a period, a date or a milestone would fit")
}

pub(crate) fn off_calendar(span: Span) -> Boxed {
    let message = format!("nothing closes before {}, the first day of the calendar", Date::MIN);
    help(error("MP0403", span, message), "a later day would fit")
}

pub(crate) fn needs_base(measure: MeasureKind, span: Span) -> Boxed {
    let word = measure_word(measure);
    let message = format!("`{word}` compares with a base, and the sentence has none");
    help(
        error("MP0404", span, message),
        format!(
            "`since …`, `between … and …`, `during …` or, of change, growth and multiple, \
                 `yoy {word}`"
        ),
    )
}

/// A comparison of what is one number along time.
pub(crate) fn one_number(measure: MeasureKind, span: Span) -> Boxed {
    let word = measure_word(measure);
    let message = format!("`{word}` compares two times, and the sentence has one number for all");
    help(
        error("MP0404", span, message),
        "what is reduced along time, or fixed by `at`, is the same at every period",
    )
}

pub(crate) fn unused_base(measure: MeasureKind, span: Span) -> Boxed {
    let message = format!("`{} of` does not compare with a base", measure_word(measure));
    help(
        error("MP0405", span, message),
        "`at …` or `until …` names the end; `by year` shows a series",
    )
}

pub(crate) fn different_lengths(base: Period, end: Period, span: Span) -> Boxed {
    let message =
        format!("{base} and {end} differ in length, so that their figures do not compare");
    help(error("MP0406", span, message), "`by` a frequency cuts both into the same periods")
}

pub(crate) fn backwards(base: Period, end: Period, clauses: &Clauses, span: Span) -> Boxed {
    let message = format!("the end, {end}, closes before the base, {base}");
    let diagnostic = help(
        error("MP0409", span, message),
        "the earlier of the two is the base, and stands first",
    );
    if let Some(clause) = &clauses.between {
        let (first, last) = &clause.value;
        let swapped = format!("between {last} and {first}");
        return Box::new(diagnostic.with_fix(clause.span, swapped));
    }
    let (Some(since), Some(until)) = (&clauses.since, &clauses.until) else { return diagnostic };
    let swapped = format!("since {} until {}", until.value, since.value);
    let beside = |one: Span, other: Span| one.end.checked_add(1) == Some(other.start);
    // A change to the text is one stretch of it.
    if beside(since.span, until.span) || beside(until.span, since.span) {
        return Box::new(diagnostic.with_fix(since.span.to(until.span), swapped));
    }
    diagnostic
}

pub(crate) fn two_frequencies(one: &str, other: &str, span: Span) -> Boxed {
    let message = format!("`by` has steps of two lengths, {one} and {other}");
    help(error("MP0410", span, message), "one length in one sentence")
}

pub(crate) fn span_inside(span: Span) -> Boxed {
    let message = "a sentence inside an expression has one value at each period, not a span";
    help(
        error("MP0407", span, message),
        "`at` a period fixes it; a span belongs to the outer sentence",
    )
}

pub(crate) fn uneven_window(end: Period, span: Span) -> Boxed {
    let message = format!("the window is no whole number of periods such as {end}");
    let advice = end.frequency().map_or_else(
        || "the figures have no regular periods; `since` names a base".to_owned(),
        |frequency| format!("a number of {} would be one", frequency.plural()),
    );
    help(error("MP0408", span, message), advice)
}

pub(crate) fn different_units(what: &str, one: &Unit, other: &Unit, span: Span) -> Boxed {
    let name = |unit: &Unit| match unit.to_string() {
        text if text.is_empty() => "a pure number".to_owned(),
        text => text,
    };
    let message =
        format!("`{what}` needs units that convert, not {} and {}", name(one), name(other));
    let advice = if other.is_percent() && what == "as" {
        "`a as % of b` is a ratio in percent"
    } else if what == "as" {
        "a scale goes with the unit, as in `million persons`; currencies do not convert"
    } else {
        "`a / b` and `a as % of b` take figures of different units"
    };
    help(error("MP0501", span, message), advice)
}

/// Of some lines the first indicator without a unit is named.
pub(crate) fn undeclared_unit<'l>(
    what: &str,
    lines: impl IntoIterator<Item = &'l Line>,
    span: Span,
) -> Boxed {
    let leaves = lines.into_iter().flat_map(Line::leaves);
    let lacking = leaves.into_iter().find(|series| series.declared.unit.is_none());
    let name = lacking.map_or("the expression", |series| series.declared.name.as_str());
    let message = format!("`{what}` needs units that are declared, and {name} has none");
    help(error("MP0502", span, message), "the catalogue declares the unit of an indicator")
}

/// What is wrong with the text, and what would do, as the reason has it.
pub(crate) fn not_a_unit(span: Span, reason: &str) -> Boxed {
    match reason.split_once("; ") {
        Some((what, advice)) => help(error("MP0503", span, what), advice),
        None => error("MP0503", span, reason),
    }
}

pub(crate) fn too_large(span: Span) -> Boxed {
    error("MP0504", span, "the number is out of range")
}

pub(crate) fn target_of_expression(span: Span) -> Boxed {
    let message = "targets are set for indicators, and this is an expression";
    help(
        error("MP0505", span, message),
        "a quantity (`to 45%`) or a sentence in parentheses would be a goal",
    )
}

pub(crate) fn needs_goal(measure: MeasureKind, span: Span) -> Boxed {
    let message = format!("`{}` needs a goal", measure_word(measure));
    help(error("MP0506", span, message), "goals are `to 2025 target`, `to parent`, `to 95%`")
}

/// A goal without a measure that compares with one; after `since 1995`, `to 2023` means the end of
/// a span.
pub(crate) fn unused_goal(goal: &Clause<Goal>, spans: bool) -> Boxed {
    let message = "`to` names a goal, and nothing here compares with one";
    let diagnostic = error("MP0507", goal.span, message);
    match &goal.value {
        Goal::Quantity(quantity) if spans && quantity.unit.is_none() => {
            let until = format!("until {}", quantity.number);
            let diagnostic = help(diagnostic, "`until` names the end of a span");
            Box::new(diagnostic.with_fix(goal.span, until))
        }
        _ => help(diagnostic, "`gap of`, `progress of` and `pace of` compare with a goal"),
    }
}

pub(crate) fn revisions_of_expression(span: Span) -> Boxed {
    let message = "only one indicator's own figures have revisions";
    help(error("MP0508", span, message), "`revisions of` an indicator, in the outermost sentence")
}

pub(crate) fn no_indicator(span: Span) -> Boxed {
    let message = "a sentence speaks of an indicator, and this one has none";
    help(error("MP0509", span, message), "`list indicators` shows those that exist")
}

pub(crate) fn no_total(subject: &str, nature: Nature, span: Span) -> Boxed {
    let (message, advice) = match nature {
        Nature::Stock => (
            format!("{subject} has no total over time: adding it up counts the same again"),
            "`mean of` averages it, `at` a period shows its figure, `change of` what was added",
        ),
        Nature::Undeclared => (
            format!("nothing says whether {subject} adds up: its kind is not declared"),
            "the catalogue declares a kind: stock, flow, ratio, index or intensity",
        ),
        Nature::Flow | Nature::Part => (
            format!("{subject} does not add up along this axis"),
            "`mean of`, `min of` and `max of` say something about the rows",
        ),
        Nature::Rate | Nature::Constant => (
            format!("{subject} does not add up: it is no count"),
            "`mean of` averages the rows; the rate of a whole comes from its parts",
        ),
    };
    help(error("MP0510", span, message), advice)
}

pub(crate) fn no_parts(measure: &str, subject: &str, nature: Nature, span: Span) -> Boxed {
    let (why, advice) = match nature {
        Nature::Undeclared => (
            "its kind is not declared",
            "the catalogue declares a kind: stock, flow, ratio, index or intensity",
        ),
        _ => ("it does not add up", "`gap of … to parent` compares a rate with that of its parent"),
    };
    let message = format!("`{measure} of` needs parts of a whole, and {subject} has none: {why}");
    help(error("MP0516", span, message), advice)
}

pub(crate) fn no_running_total(subject: &str, nature: Nature, span: Span) -> Boxed {
    let refusal = no_total(subject, nature, span);
    help(refusal, "`ytd of` and `rolling … total of` add up flows; `rolling … mean of` averages")
}

pub(crate) fn reduced_revisions(reducer: &str, span: Span) -> Boxed {
    let message = format!("`revisions of` shows what was published, and `{reducer} of` computes");
    let instead =
        format!("`{reducer} of` without `revisions of`, `by vintage`, reduces what was known");
    help(error("MP0517", span, message), instead)
}

pub(crate) fn long_window(span: Span) -> Boxed {
    let longest = grouped(whole(i64::from(crate::steps::COUNT_MAX)));
    let message = format!("a window or a step has at most {longest} periods");
    help(error("MP0515", span, message), "a coarser frequency would fit, such as `12 month`")
}

pub(crate) fn nothing_to_reduce(
    reducer: &str,
    regions: usize,
    measures: bool,
    span: Span,
) -> Boxed {
    let message = if regions > 1 {
        format!("`{reducer} of` acts along time without `by`, and each region has one row")
    } else {
        format!("`{reducer} of` speaks of several rows, and this is one")
    };
    let advice = if regions > 1 {
        "`by province` compares the regions of a level; `since 2015` has rows in time"
    } else if measures {
        "`by year` takes the measure at every step"
    } else {
        "`during 2019 by month`, `since 2015` or no time at all give several"
    };
    help(error("MP0511", span, message), advice)
}

pub(crate) fn no_axis_left(span: Span) -> Boxed {
    let message = "there is no axis left along which this could act";
    help(
        error("MP0512", span, message),
        "each reducer takes one axis of `by`, the innermost the last one",
    )
}

pub(crate) fn rank_inside(span: Span) -> Boxed {
    let message = "places cannot be reduced further";
    help(error("MP0512", span, message), "`rank of` stands first; `top 1 of` is the first place")
}

pub(crate) fn mixed_lengths(one: Period, other: Period, span: Span) -> Boxed {
    let message = format!("the rows overlap: {one} and {other} hold some of the same days");
    help(error("MP0513", span, message), "`by month` or `by year` says which rows are meant")
}

pub(crate) fn unclear_unit(unit: &Unit, shown: &Unit, span: Span) -> Boxed {
    let message = format!("the number could be meant in {unit} or in {shown}");
    help(error("MP0514", span, message), "a unit behind the number says which: `1 million persons`")
}

pub(crate) fn store(error: &StoreError) -> Boxed {
    if let StoreError::Stopped(stop) = error {
        return stopped(*stop);
    }
    self::error("MP0601", Span::default(), format!("the store cannot be read: {error}"))
}

pub(crate) fn too_many_rows(span: Span) -> Boxed {
    let message = format!("the answer would have more than {} rows", crate::execute::ROWS_MAX);
    help(error("MP0602", span, message), "a shorter span or a coarser `by`")
}

/// A limit on the query that was met. It is about no place in the text.
pub(crate) fn stopped(stop: Stop) -> Boxed {
    let diagnostic = |code, message: &str| error(code, Span::default(), message);
    let smaller = "a shorter span, fewer regions or a coarser `by`";
    match stop {
        Stop::DeadlineExceeded => {
            let message = "the deadline of the query passed before its answer was there";
            let advice = format!("{smaller} takes less time");
            help(diagnostic("MP0603", message), advice)
        }
        Stop::MemoryExceeded { .. } => {
            let message = format!("the query would hold too much: {stop}");
            help(diagnostic("MP0605", &message), format!("{smaller} holds less"))
        }
        // Whoever cancels knows why.
        _ => diagnostic("MP0604", "the query was cancelled"),
    }
}

pub(crate) fn measure_word(measure: MeasureKind) -> &'static str {
    match measure {
        MeasureKind::Change => "change",
        MeasureKind::Growth => "growth",
        MeasureKind::Multiple => "multiple",
        MeasureKind::Cagr => "cagr",
        MeasureKind::Pace => "pace",
        MeasureKind::Index => "index",
        MeasureKind::Share => "share",
        MeasureKind::Contribution => "contribution",
        MeasureKind::Gap => "gap",
        MeasureKind::Progress => "progress",
        MeasureKind::Revisions => "revisions",
    }
}
