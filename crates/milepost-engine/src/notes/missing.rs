//! Why figures are missing: which part of a sentence lacks them, and what would have one.

use milepost_lang::ast::{Query, StatusKind};
use milepost_lang::{Diagnostic, Span};
use milepost_model::{Catalogue, Date, Period, RegionId, Strength};

use super::Notes;
use crate::admission::Admission;
use crate::answer::{MissingReason, Row};
use crate::build::Builder;
use crate::cells::{self, Request};
use crate::execute::Asked;
use crate::line::Series;
use crate::plan::Plan;
use crate::sentence::Sentence;
use crate::time::{Base, Cut};

/// What rows lack.
pub(super) struct Rows<'r> {
    pub(super) is_empty: bool,
    /// Whether any lacks a figure.
    pub(super) lack_any: bool,
    /// Whether any lacks one of a period after the last figure.
    pub(super) lack_later: &'r dyn Fn() -> bool,
}

impl Rows<'_> {
    /// What the rows of an answer lack.
    pub(super) fn of(rows: &[Row], look: impl FnOnce(&Rows<'_>)) {
        let lacks = |row: &Row| {
            row.missing.is_some_and(|reason| !matches!(reason, MissingReason::Undefined(_)))
        };
        let lack_later = || rows.iter().any(|row| row.missing == Some(MissingReason::NotYet));
        look(&Rows {
            is_empty: rows.is_empty(),
            lack_any: rows.iter().any(lacks),
            lack_later: &lack_later,
        });
    }
}

/// Missing ends and bases: how many regions, which part lacks a figure, and which are near.
pub(super) fn add(
    notes: &mut Notes,
    query: &Query,
    asked: &Asked,
    plan: &Plan,
    rows: &Rows<'_>,
    builder: &Builder<'_>,
) {
    count(notes, asked, plan);
    if rows.is_empty {
        let message =
            format!("{} has no figure that closes within the time asked for", measured(query));
        notes.say("MP0805", asked.scope.times.end_span, message);
    }
    // Of a level the count says it all.
    if asked.by_level || !rows.lack_any {
        return;
    }
    let times = &asked.scope.times;
    let advisor = Advisor { asked, builder, only: query.clauses.only.is_some() };
    for (sentence, region) in asked.sentences.iter().zip(&asked.regions) {
        if asked.watch.is_over() {
            return;
        }
        let subject = format!("{} in {}", measured(query), region.name);
        starts(notes, asked, plan, sentence, &subject);
        let ends = [(plan.base, times.base_span, "since"), (plan.end, times.end_span, "at")];
        let mut told = false;
        for (period, span, word) in ends {
            let Some(period) = period.filter(|p| sentence.line.read(*p).is_err()) else { continue };
            for lack in lacks(sentence, &subject, period, builder.catalogue) {
                notes.push(advisor.advise(&lack, span, word));
                told = true;
            }
        }
        year_before(notes, query, sentence, &subject, plan.end);
        match sentence.line.last_native(Date::MAX) {
            _ if told => {}
            None => {
                for note in advisor.nothing(sentence, &subject, query.span) {
                    notes.push(note);
                }
            }
            Some(last) if (rows.lack_later)() => {
                let message = format!("the latest figure of {subject} is {last}");
                notes.say("MP0805", times.end_span, message);
            }
            Some(_) => {}
        }
    }
}

/// How many of several regions lack the base or the end.
fn count(notes: &mut Notes, asked: &Asked, plan: &Plan) {
    let regions = asked.regions.len();
    let lacking = |period| asked.sentences.iter().filter(|s| s.line.read(period).is_err()).count();
    if regions > 1 {
        counted(notes, asked, plan, regions, lacking);
    }
}

/// How many of so many regions lack the base or the end.
pub(super) fn counted(
    notes: &mut Notes,
    asked: &Asked,
    plan: &Plan,
    regions: usize,
    lacking: impl Fn(Period) -> usize,
) {
    let of_ends =
        [(plan.base, asked.scope.times.base_span), (plan.end, asked.scope.times.end_span)];
    for (period, span) in of_ends {
        let Some(period) = period else { continue };
        let lacking = lacking(period);
        if lacking > 0 {
            let have = if lacking == 1 { "has" } else { "have" };
            let message = format!("{lacking} of {regions} regions {have} no figure for {period}");
            notes.say("MP0804", span, message);
        }
    }
}

/// A date or milestone before the first figure.
fn starts(notes: &mut Notes, asked: &Asked, plan: &Plan, sentence: &Sentence, subject: &str) {
    let times = &asked.scope.times;
    let Some(first) = sentence.line.first_native(Date::MIN) else { return };
    let mut say = |span: Span, words: &str, clause: &str| {
        let message = format!("{subject} starts at {first}, after {words}");
        let note = Diagnostic::note("MP0805", span, message);
        notes.push(note.with_help(format!("`{clause} {first}` or `{clause} first`")));
    };
    if let (Base::Cut(Cut::Close(_, words)), None, None, false) =
        (&times.base, plan.base, plan.base_lag, times.is_window())
    {
        say(times.base_span, words, "since");
    }
    if let (Cut::Close(_, words), None) = (&times.end, plan.end)
        && plan.why == Some(MissingReason::BeforeSeries)
    {
        say(times.end_span, words, "at");
    }
}

/// What is measured, with its transforms.
fn measured(query: &Query) -> Query {
    let bare = Query { reducers: Vec::new(), measure: None, ..query.clone() };
    Query { clauses: Box::default(), ..bare }
}

/// The same period of the year before is the base of `yoy`, and nothing else is.
fn year_before(
    notes: &mut Notes,
    query: &Query,
    sentence: &Sentence,
    subject: &str,
    end: Option<Period>,
) {
    let Some(measure) = query.measure.as_ref().filter(|measure| measure.yoy) else { return };
    let Some(base) = end.and_then(Period::one_year_earlier) else { return };
    if sentence.line.read(base).is_err() {
        let message = format!("{subject} has no figure for {base}, a year before");
        notes.say("MP0805", measure.span, message);
    }
}

/// What lacks a figure for a period.
struct Lack<'a> {
    subject: String,
    /// The indicator, where it is one.
    series: Option<&'a Series>,
    period: Period,
    /// The periods that have figures.
    natives: Vec<Period>,
}

/// The parts of a sentence without which it has no value at a period; the whole of it where no
/// part is to blame.
fn lacks<'a>(
    sentence: &'a Sentence,
    subject: &str,
    period: Period,
    catalogue: &Catalogue,
) -> Vec<Lack<'a>> {
    let whole = |series| Lack {
        subject: subject.to_owned(),
        series,
        period,
        natives: sentence.line.natives().to_vec(),
    };
    if let [series] = sentence.line.leaves().as_slice() {
        return vec![whole(Some(*series))];
    }
    let mut lacks: Vec<Lack<'a>> = Vec::new();
    for (series, period) in sentence.line.lacking(period) {
        let subject = name(series, catalogue);
        if !lacks.iter().any(|other| other.subject == subject && other.period == period) {
            lacks.push(Lack { subject, series: Some(series), period, natives: series.natives() });
        }
    }
    if lacks.is_empty() { vec![whole(None)] } else { lacks }
}

fn name(series: &Series, catalogue: &Catalogue) -> String {
    format!("{} in {}", series.declared.name, series.declared.area.label(catalogue).name)
}

/// What would have a figure.
struct Advisor<'a> {
    asked: &'a Asked,
    builder: &'a Builder<'a>,
    /// Whether `only` says which statuses count.
    only: bool,
}

impl Advisor<'_> {
    /// A figure that is not there: known later, of another status, or near in time.
    fn advise(&self, lack: &Lack<'_>, span: Span, word: &str) -> Diagnostic {
        let Lack { subject, period, natives, .. } = lack;
        if let (true, Some(series)) = (natives.is_empty(), lack.series) {
            return self.without_any(series, subject, span);
        }
        let mut message = format!("{subject} has no figure for {period}");
        let excluded = lack.series.and_then(|series| series.excluded().get(period));
        let mut help = Vec::new();
        if let Some(strength) = excluded {
            help.push(self.admits(*strength, *period));
        } else if let Some(day) = lack.series.and_then(|series| self.known_from(series, *period)) {
            message.push_str(&self.known_then());
            help.push(format!("it became known on {day}: `as of {day}`"));
        }
        let before = natives.iter().rev().find(|p| p.last_day() < period.last_day());
        // A figure of another length may close on the same day.
        let after = natives.iter().find(|p| *p != period && p.last_day() >= period.last_day());
        let near: Vec<String> =
            before.into_iter().chain(after).map(|near| format!("`{word} {near}`")).collect();
        if !near.is_empty() {
            help.push(format!("the nearest figures: {}", near.join(", ")));
        }
        let note = Diagnostic::note("MP0805", span, message);
        if help.is_empty() { note } else { note.with_help(help.join("; ")) }
    }

    /// A sentence that has no figure at any period.
    fn nothing(&self, sentence: &Sentence, subject: &str, span: Span) -> Vec<Diagnostic> {
        let leaves = sentence.line.leaves();
        if let [series] = leaves.as_slice() {
            return vec![self.without_any(series, subject, span)];
        }
        let empty = leaves.iter().filter(|series| series.natives().is_empty());
        let notes: Vec<Diagnostic> = empty
            .map(|series| self.without_any(series, &name(series, self.builder.catalogue), span))
            .collect();
        if notes.is_empty() {
            let message = format!("{subject} has no period at which every part has a figure");
            return vec![Diagnostic::note("MP0805", span, message)];
        }
        notes
    }

    /// An indicator without any figure that the sentence could see.
    fn without_any(&self, series: &Series, subject: &str, span: Span) -> Diagnostic {
        let note = |text: &str| Diagnostic::note("MP0805", span, format!("{subject} has {text}"));
        let later = series.later().first();
        if let Some(day) = later.and_then(|period| self.known_from(series, *period)) {
            let help = format!("the first one became known on {day}: `as of {day}`");
            return note(&format!("no figure{}", self.known_then())).with_help(help);
        }
        let admitted = self.asked.scope.admission.words().join(", ");
        if let Some((period, strength)) = series.excluded().last_key_value() {
            let help = format!("admitted: {admitted}; {}", self.admits(*strength, *period));
            return note("no figure that is admitted").with_help(help);
        }
        if self.has_targets(series) {
            let help = format!("admitted: {admitted}; `only targets` shows the targets");
            return note("no figure that is admitted").with_help(help);
        }
        let help = self.other_version(series).or_else(|| no_rule(series));
        match help {
            Some(help) => note("no figure").with_help(help),
            None => note("no figure"),
        }
    }

    /// How a figure of a status that is left out is admitted.
    fn admits(&self, strength: Strength, period: Period) -> String {
        let word = strength.word();
        let plural = if strength == Strength::Provisional { "" } else { "s" };
        if self.only {
            format!("the status of that of {period} is {word}, which `only` leaves out")
        } else {
            format!("`including {word}{plural}` admits that of {period}")
        }
    }

    /// ` that was known on 2024-01-31`
    fn known_then(&self) -> String {
        let day = self.asked.scope.as_of;
        day.map(|day| format!(" that was known on {day}")).unwrap_or_default()
    }

    /// The day on which a figure became known that was not known then.
    fn known_from(&self, series: &Series, period: Period) -> Option<Date> {
        if !series.later().contains(&period) {
            return None;
        }
        let versions = series.declared.area.versions(self.builder.catalogue);
        let request = request(series, &versions, &self.asked.scope.admission);
        cells::known_from(self.builder.snapshot, request, period).ok().flatten()
    }

    fn has_targets(&self, series: &Series) -> bool {
        let versions = series.declared.area.versions(self.builder.catalogue);
        let targets = Admission::only([StatusKind::Target]);
        let request = request(series, &versions, &targets);
        cells::labels(self.builder.snapshot, request).is_ok_and(|labels| !labels.is_empty())
    }

    /// An earlier region of the same code that has figures.
    fn other_version(&self, series: &Series) -> Option<String> {
        let catalogue = self.builder.catalogue;
        let region = catalogue.region(series.declared.area.region()?);
        let admission = &self.asked.scope.admission;
        let others = catalogue.regions().filter(|(_, other)| {
            other.code == region.code
                && other.valid_to.is_some_and(|day| region.valid_from == Some(day))
        });
        let (day, last) = others
            .filter_map(|(id, other)| {
                let versions = [id];
                let request = request(series, &versions, admission);
                let labels = cells::labels(self.builder.snapshot, request).ok()?;
                let last = labels.into_iter().map(|(_, period)| period).max()?;
                Some((other.valid_to?, last))
            })
            .max()?;
        Some(format!(
            "{} before {day} has figures up to {last}: `at {last}`",
            region.official_name()
        ))
    }
}

/// A request for whatever is known today.
fn request<'r>(series: &Series, regions: &'r [RegionId], admission: &'r Admission) -> Request<'r> {
    Request { indicator: series.declared.id, regions, admission, as_of: None }
}

/// What an indicator without figures would be put together from, where that is known to lack.
fn no_rule(series: &Series) -> Option<String> {
    let parts = series.with_parts();
    let empty: Vec<&str> = parts
        .iter()
        .skip(1)
        .filter(|part| part.natives().is_empty())
        .map(|part| part.declared.name.as_str())
        .collect();
    if !empty.is_empty() {
        let have = if empty.len() == 1 { "has" } else { "have" };
        return Some(format!("its parts would make it; {} {have} no figure", empty.join(" and ")));
    }
    let is_divided = series.declared.has_members || series.declared.area.region().is_none();
    (is_divided && series.rollup.is_none() && series.declared.kind.is_some()).then(|| {
        "figures of other regions make none without a declared numerator and denominator, or a \
         weight"
            .to_owned()
    })
}
