//! How a question is answered: the sentence spelt out, names, periods, rules, what was read.

use std::collections::BTreeSet;
use std::fmt;

use milepost_lang::ast::{Anchor, Clause, Query};
use milepost_model::{Number, Period};
use milepost_store::{Reads, Snapshot};

use crate::answer::{Answer, grouped};
use crate::execute::{self, Asked};
use crate::plan::Plan;
use crate::time::{Base, Cut};
use crate::trace::Trace;
use crate::watch::Watch;
use crate::{Result, Session, interval};

/// How a question is answered. `Display` writes one fact a line; the text depends on the store and
/// the query alone, not on what was asked before.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The canonical sentence with everything implicit spelt out.
    pub sentence: String,
    /// Facts as heading and text: names resolved, base, end, rules, targets, what was read.
    pub facts: Vec<(String, String)>,
    /// The answer itself.
    pub answer: Answer,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.sentence)?;
        let width = self.facts.iter().map(|(heading, _)| heading.len()).max().unwrap_or(0);
        for (heading, text) in &self.facts {
            writeln!(f, "  {heading:width$}  {text}")?;
        }
        write!(f, "{}", self.answer)
    }
}

/// Explains a question: facts are gathered where it is answered row by row, and what is read is
/// counted where it is answered as if it were not explained.
pub(crate) fn explain(
    snapshot: &Snapshot,
    session: &Session,
    query: &Query,
) -> Result<Explanation> {
    let watch = Watch::of(snapshot);
    let held = watch.held();
    let run = execute::run_with(snapshot, session, query, true)?;
    watch.release_to(held);
    // Whatever was asked before, what is worked out once and then kept is known the second time.
    drop(execute::answer(snapshot, session, query)?);
    watch.release_to(held);
    let counting = snapshot.counting();
    let answer = execute::answer(&counting, session, query)?;
    let mut facts: Vec<(String, String)> =
        run.trace.into_iter().map(|(heading, text)| (heading.to_owned(), text)).collect();
    facts.push(("read".to_owned(), what_was_read(counting.reads())));
    let sentence = run.canonical.map(|query| query.to_string()).unwrap_or_default();
    Ok(Explanation { sentence, facts, answer })
}

fn what_was_read(Reads { frames, bytes, sums, .. }: Reads) -> String {
    let counted =
        |count: u64, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let mut text = format!("{}, {}", counted(frames, "frame"), counted(bytes, "byte"));
    if sums > 0 {
        text = format!("{text}, {} from the directory", counted(sums, "sum"));
    }
    text
}

/// The sentence with its region by code and its end as a period.
pub(crate) fn canonical(query: &Query, asked: &Asked, end: Option<Period>) -> Query {
    let mut canonical = query.clone();
    let span = query.span;
    let clauses = &mut canonical.clauses;
    if asked.named {
        clauses.regions = Some(Clause { value: asked.written.clone(), span });
    }
    if let (Some(end), false) = (end, asked.scope.times.end_stated) {
        let value = Anchor::Period(end, span);
        let is_level = asked.scope.times.base == Base::None && clauses.by.is_none();
        if is_level && !crate::reduce::takes_all_time(query) {
            let value = milepost_lang::ast::At { or_before: false, anchor: value };
            clauses.at = Some(Clause { value, span });
        } else {
            clauses.until = Some(Clause { value, span });
        }
    }
    canonical
}

/// Records how base and end were chosen.
pub(crate) fn trace_plan(trace: &mut Trace, query: &Query, asked: &Asked, plan: &Plan) {
    let times = &asked.scope.times;
    let why = |cut: &Cut| match cut {
        Cut::Exact(period) => format!("exactly the period {period}"),
        Cut::Close(day, words) => format!("the last figure at the close of {day} ({words})"),
        Cut::Latest => "the latest admitted figure".to_owned(),
        Cut::First => "the first admitted figure".to_owned(),
    };
    let period = |period: Option<Period>| {
        period.map_or_else(|| "none".to_owned(), |period| period.to_string())
    };
    match &times.base {
        Base::None => {}
        Base::Cut(cut) => trace.say("base", format!("{}: {}", period(plan.base), why(cut))),
        Base::Back { count, frequency } => {
            let text =
                format!("{}: {count} {} before the end", period(plan.base), frequency.plural());
            trace.say("base", text);
        }
    }
    if query.measure.as_ref().is_some_and(|measure| measure.yoy) {
        trace.say("base", "the same period of the year before");
    }
    trace.say("end", format!("{}: {}", period(plan.end), why(&times.end)));
    if let Some(kind) = query.measure.as_ref().map(|measure| measure.kind) {
        trace.say("rule", rule(kind));
    }
    for reducer in query.reducers.iter().rev() {
        trace.say("reducer", crate::reduce::rule(reducer.kind));
    }
    trace.say("statuses", asked.scope.admission.words().join(", "));
    if let Some(day) = asked.scope.as_of {
        trace.say("as of", format!("the close of {day}"));
    }
    for sentence in &asked.sentences {
        for series in sentence.line.leaves() {
            let kind = match series.declared.kind {
                None => "shown and compared as stored; its kind is not declared",
                Some(milepost_model::Kind::Stock) => "holds at the close of a period",
                Some(milepost_model::Kind::Flow) if series.declared.running_total => {
                    "published from 1 January; other periods are differences"
                }
                Some(milepost_model::Kind::Flow) => {
                    "accrues; sub-periods add up when all are there"
                }
                Some(milepost_model::Kind::Ratio) => {
                    "published figure, else numerator / denominator"
                }
                Some(_) => "only the period itself",
            };
            trace.say("kind", format!("{}: {kind}", series.declared.name));
        }
        if let Some(crate::goal::Goal::Targets(targets)) = &sentence.goal {
            let considered: Vec<String> = targets
                .cells
                .iter()
                .map(|cell| format!("{} {} = {}", cell.period, cell.scenario, cell.value))
                .collect();
            trace.say("targets", considered.join("; "));
        }
    }
}

/// Records, for figures that are published, what they would come to if they were computed.
pub(crate) fn trace_rollups(trace: &mut Trace, asked: &Asked, answer: &Answer) {
    for (sentence, region) in asked.sentences.iter().zip(&asked.regions) {
        if asked.watch.is_over() {
            return;
        }
        let rows = answer.rows.iter().filter(|row| row.region == *region);
        let ends = rows.flat_map(|row| [row.base.as_ref(), row.end.as_ref()]).flatten();
        let periods: BTreeSet<Period> = ends.map(|reading| reading.period).collect();
        for series in sentence.line.leaves() {
            for period in &periods {
                let (Some(cell), Some(computed)) =
                    (series.stored(*period), series.computed(*period))
                else {
                    continue;
                };
                let published = Number::Exact(cell.value);
                let difference = published.checked_sub(computed.value);
                let coverage = computed.coverage.map(|c| format!(" ({c})")).unwrap_or_default();
                let text = format!(
                    "{} in {} at {period}: {} published, {} computed{coverage}, difference {}",
                    series.declared.name,
                    region.name,
                    grouped(published),
                    grouped(computed.value),
                    difference.map(grouped).unwrap_or_default(),
                );
                trace.say("both", text);
            }
        }
    }
}

/// Records what the digits of figures that were printed in round numbers leave open.
pub(crate) fn trace_digits(trace: &mut Trace, asked: &Asked, answer: &Answer) {
    for row in &answer.rows {
        let found = asked.sentence(&row.region).zip(row.period).and_then(|(sentence, period)| {
            interval::of(sentence, period).map(|interval| (period, interval))
        });
        let Some((period, (least, greatest))) = found else { continue };
        let (least, greatest, unit) = (grouped(least), grouped(greatest), &row.unit);
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let region =
            if asked.regions.len() > 1 { format!("{} ", row.region.name) } else { String::new() };
        trace.say(
            "digits",
            format!(
                "{region}{period}: from {least} to {greatest}{unit} by the digits that were printed"
            ),
        );
    }
}

fn rule(kind: milepost_lang::ast::MeasureKind) -> &'static str {
    use milepost_lang::ast::MeasureKind;
    match kind {
        MeasureKind::Change => "end - base",
        MeasureKind::Growth => "100 (end / base - 1)",
        MeasureKind::Multiple => "end / base",
        MeasureKind::Cagr => "100 ((end / base)^(1 / years) - 1)",
        MeasureKind::Pace => "(end - base) / years; to a goal: (goal - end) / years left",
        MeasureKind::Index => "100 end / base",
        MeasureKind::Gap => "goal - end",
        MeasureKind::Progress => "100 (end - base) / (goal - base)",
        MeasureKind::Revisions => "every value published for the period",
        MeasureKind::Share => "100 end / whole",
        MeasureKind::Contribution => "100 (end - base) / whole at the base",
    }
}
