//! What is worth knowing about an answer, each thing once.

mod beside;
mod missing;
mod newer;
mod regions;
mod wholes;

use milepost_lang::ast::{Fill, MeasureKind, Query};
use milepost_lang::{Diagnostic, Span};
use milepost_model::{Direction, Number, Precision, Status, Unit, years_between};

use crate::answer::{Answer, MissingReason, Origin, Reading, Row, figure, grouped};
use crate::build::Builder;
use crate::execute::Asked;
use crate::goal::Goal;
use crate::plan::Plan;
use crate::sentence::Sentence;

pub(crate) use beside::beside;

/// Notes of one kind that are written out; the rest is counted.
const EACH_MAX: usize = 6;

/// Adds the notes of a query to its answer. `shown` are the rows that its reducers leave as they
/// are; None where they work on all of them.
pub(crate) fn add(
    answer: &mut Answer,
    shown: Option<&[Row]>,
    query: &Query,
    asked: &Asked,
    plan: &Plan,
    builder: &Builder<'_>,
) {
    let mut notes = Notes::default();
    let shown = shown.unwrap_or(&answer.rows);
    for base in builder.trace.bases_inside() {
        notes.say("MP0814", Span::default(), base);
    }
    precision(&mut notes, shown);
    growth_of_percent(&mut notes, query, &asked.sentences);
    distance(&mut notes, query, asked, plan);
    origins(&mut notes, shown);
    goals(&mut notes, query, asked, shown);
    wholes::add(&mut notes, query, asked, answer);
    missing::Rows::of(&answer.rows, |rows| {
        missing::add(&mut notes, query, asked, plan, rows, builder);
    });
    newer::add(&mut notes, query, asked, plan);
    versions(&mut notes, asked);
    regions::add(&mut notes, query, asked, plan, shown, builder.catalogue);
    if let (Some(MissingReason::NotYet), Some(base)) = (plan.why, plan.base) {
        let message = format!("no figure of the kind closes after the base, {base}");
        notes.say("MP0805", asked.scope.times.base_span, message);
    }
    after_steps(&mut notes, query, plan);
    for sentence in &asked.sentences {
        if sentence.line.leaves().iter().any(|series| series.declared.running_total) {
            let message = "the figures are published as totals since 1 January";
            notes.say("MP0811", Span::default(), message);
        }
    }
    lowered(&mut notes, asked, shown);
    filled(&mut notes, query, shown);
    answer.notes.extend(notes.finish());
}

/// A figure after the last step.
fn after_steps(notes: &mut Notes, query: &Query, plan: &Plan) {
    if let Some(period) = plan.after_steps {
        let span = query.clauses.by.as_ref().map_or(query.span, |clause| clause.span);
        let message = format!("the latest figure, {period}, closes after the last step");
        notes.say("MP0813", span, message);
    }
}

#[derive(Debug, Default)]
struct Notes {
    list: Vec<Diagnostic>,
    /// Of each kind; there are few kinds in an answer, and may be very many of one.
    counts: Vec<(&'static str, usize)>,
}

impl Notes {
    fn say(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::note(code, span, message));
    }

    fn push(&mut self, note: Diagnostic) {
        if self.list.iter().any(|other| other.code == note.code && other.message == note.message) {
            return;
        }
        self.count(note.code);
        if self.counted(note.code) <= EACH_MAX {
            self.list.push(note);
        }
    }

    /// Counts a note that is not written out.
    fn count(&mut self, code: &'static str) {
        match self.counts.iter_mut().find(|(other, _)| *other == code) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.counts.push((code, 1)),
        }
    }

    fn counted(&self, code: &str) -> usize {
        self.counts.iter().find(|(other, _)| *other == code).map_or(0, |(_, count)| *count)
    }

    /// Whether more notes of a kind are only counted.
    fn is_full(&self, code: &str) -> bool {
        self.counted(code) >= EACH_MAX
    }

    fn finish(mut self) -> Vec<Diagnostic> {
        self.counts.sort_unstable();
        for (code, count) in self.counts {
            if count > EACH_MAX {
                let more = count - EACH_MAX;
                let title = crate::diagnostics::code_title(code).unwrap_or_default();
                let message = format!("{more} more notes of the kind: {title}");
                self.list.push(Diagnostic::note(code, Span::default(), message));
            }
        }
        self.list
    }
}

/// Figures of a comparison that were printed with a precision word.
fn precision<'r>(notes: &mut Notes, rows: impl IntoIterator<Item = &'r Row>) {
    let mut say = |role: &str, reading: Option<&Reading>| {
        if let Some(reading) = reading
            && reading.precision != Precision::Exact
            && reading.origin == Origin::Stored
        {
            let figure = figure(reading.value, reading.precision);
            let message = format!("{role} {} is printed as \"{figure}\"", reading.period);
            notes.say("MP0801", Span::default(), message);
        }
    };
    for row in rows.into_iter().filter(|row| row.base.is_some()) {
        say("base", row.base.as_ref());
        say("end", row.end.as_ref());
    }
}

fn growth_of_percent(notes: &mut Notes, query: &Query, sentences: &[Sentence]) {
    let of_percents = sentences
        .iter()
        .filter_map(|sentence| sentence.line.unit.as_ref())
        .any(|unit| unit.is_percent() || unit.is_points());
    if let Some(measure) = &query.measure
        && measure.kind == MeasureKind::Growth
        && of_percents
    {
        let note = Diagnostic::note("MP0802", measure.span, "growth of a percentage is relative");
        notes.push(note.with_help("for percentage points use `change`"));
    }
}

/// A base or an end that lies more than one period before what the sentence says.
fn distance(notes: &mut Notes, query: &Query, asked: &Asked, plan: &Plan) {
    let times = &asked.scope.times;
    let lags = [
        ("base", plan.base, plan.base_lag, times.base_span),
        ("end", plan.end, plan.end_lag, times.end_span),
    ];
    for (role, taken, lag, span) in lags {
        let Some((period, day)) = lag else { continue };
        if role == "base" && times.is_window() && query.measure.is_none() {
            // It is no part of what is shown.
            continue;
        }
        let years = years_between(period.last_day(), day);
        if taken.is_some() {
            let message =
                format!("the {role} is {period}, the last figure, {years:.1} years before {day}");
            notes.say("MP0803", span, message);
        } else {
            let message =
                format!("the last figure, {period}, is {years:.1} years before {day}, too far");
            let note = Diagnostic::note("MP0803", span, message);
            notes.push(note.with_help(format!("without `.strict on` it would be the {role}")));
        }
    }
}

/// Zeros before the beginning, ratios from parts, breaks.
fn origins<'r>(notes: &mut Notes, rows: impl IntoIterator<Item = &'r Row>) {
    for row in rows {
        for reading in [row.base.as_ref(), row.end.as_ref()].into_iter().flatten() {
            let period = reading.period;
            match reading.origin {
                Origin::BeforeBeginning => {
                    let message = format!("{period} lies before the beginning and counts as zero");
                    notes.say("MP0808", Span::default(), message);
                }
                Origin::Parts => {
                    let message = format!("{period} is computed from numerator and denominator");
                    notes.say("MP0809", Span::default(), message);
                }
                _ => {}
            }
        }
        if row.base.is_some()
            && let Some(end) = row.end.as_ref().filter(|end| end.status.contains(Status::BREAK))
        {
            let message = format!("the series has a break at {}", end.period);
            notes.say("MP0810", Span::default(), message);
        }
    }
}

/// Running totals of the year that were lower than the one before.
fn lowered(notes: &mut Notes, asked: &Asked, rows: &[Row]) {
    for row in rows {
        let Some(sentence) = asked.sentence(&row.region) else { continue };
        if asked.watch.is_over() {
            return;
        }
        for reading in [row.base.as_ref(), row.end.as_ref()].into_iter().flatten() {
            for series in sentence.line.leaves() {
                for step in series.lowered(reading.period) {
                    let message =
                        format!("ytd revised downward: {} at {step}", series.declared.name);
                    notes.say("MP0819", Span::default(), message);
                }
            }
        }
    }
}

/// How many rows rest on filled holes.
fn filled(notes: &mut Notes, query: &Query, rows: &[Row]) {
    let Some(clause) = query.clauses.fill.as_ref().filter(|c| c.value != Fill::None) else {
        return;
    };
    let imputed = |row: &&Row| row.value.is_some() && row.status.contains(Status::IMPUTED);
    let on_holes = rows.iter().filter(imputed).count();
    if on_holes > 0 {
        let all = rows.len();
        let message = format!("rows that rest on filled holes, flagged I: {on_holes} of {all}");
        notes.say("MP0820", clause.span, message);
    }
}

/// What was compared with, how far it is, and when it is met.
fn goals(notes: &mut Notes, query: &Query, asked: &Asked, rows: &[Row]) {
    let Some(clause) = &query.clauses.to else { return };
    let Some(measure) = &query.measure else { return };
    for (sentence, region) in asked.sentences.iter().zip(&asked.regions) {
        if asked.watch.is_over() {
            return;
        }
        let own = |row: &&Row| row.region == *region && row.period.is_some();
        let Some(row) = rows.iter().rfind(own) else { continue };
        let (Some(period), Some(end)) = (row.period, row.end.as_ref()) else { continue };
        let goal = match sentence.compare(period).goal {
            Some(Ok(goal)) => goal,
            Some(Err(_)) => {
                no_goal(&mut *notes, clause.span, sentence, &region.name);
                continue;
            }
            None => continue,
        };
        let unit = sentence.line.unit.as_ref().map(ToString::to_string).unwrap_or_default();
        let target = figure(goal.reading.value, goal.reading.precision);
        let name =
            if asked.regions.len() > 1 { format!("{}: ", region.name) } else { String::new() };
        let distance = direction(sentence, end.value, goal.reading.value);
        let target = format!("{target} {unit}").trim_end().to_owned();
        let message = match goal.label.as_str() {
            label if label.is_empty() || label == target => format!("{name}the goal is {target}"),
            label => format!("{name}the goal is {label}: {target}"),
        };
        let note = Diagnostic::note("MP0806", clause.span, format!("{message}{distance}"));
        notes.push(if measure.kind == MeasureKind::Pace && goal.period.is_none() {
            note.with_help("a goal without a date has no years left: `to 2025 target` has a date")
        } else {
            note
        });
        if !goal.others.is_empty() {
            let message = format!("{name}other targets: {}", goal.others.join("; "));
            notes.say("MP0806", clause.span, message);
        }
        if measure.kind == MeasureKind::Pace {
            met(notes, query, sentence, &name, row, goal.reading.value);
        }
    }
}

/// What could have been a goal where none fits.
fn no_goal(notes: &mut Notes, span: Span, sentence: &Sentence, region: &str) {
    if let Some(Goal::Targets(targets)) = &sentence.goal {
        let note = Diagnostic::note("MP0806", span, format!("no such target is set in {region}"));
        notes.push(if targets.known.is_empty() {
            let unit = sentence.line.unit.as_ref().map(ToString::to_string).unwrap_or_default();
            let quantity = match unit.as_str() {
                "%" => "; a quantity would do: `to 45%`".to_owned(),
                word if !word.is_empty() && word.chars().all(char::is_alphabetic) => {
                    format!("; a quantity would do: `to 20 million {word}`")
                }
                _ => String::new(),
            };
            note.with_help(format!("no target is stored{quantity}"))
        } else {
            note.with_help(format!("targets: {}", targets.known.join("; ")))
        });
    }
}

/// `, short by 5.95 pp` or `, past by …`, by the direction in which the indicator is meant to go.
fn direction(sentence: &Sentence, end: Number, goal: Number) -> String {
    let Some(gap) = goal.checked_sub(end) else { return String::new() };
    let wanted = sentence.line.indicator().and_then(|series| series.declared.direction);
    let unit = sentence.line.unit.as_ref().map(Unit::points);
    let unit = unit.map(|unit| unit.to_string()).unwrap_or_default();
    let words = match (gap.signum(), wanted) {
        (0, _) => return ", just met".to_owned(),
        (1, Some(Direction::Up)) | (-1, Some(Direction::Down)) => "short by",
        (_, Some(_)) => "past by",
        (1, None) => "above the figure by",
        (_, None) => "below the figure by",
    };
    format!(", {words} {} {unit}", grouped(gap.abs())).trim_end().to_owned()
}

/// The year in which the goal is met at the actual pace.
fn met(notes: &mut Notes, query: &Query, sentence: &Sentence, name: &str, row: &Row, goal: Number) {
    let Some(period) = row.period else { return };
    let actual = Sentence { goal: None, power: 0, ..sentence.clone() };
    let comparison = actual.compare(period);
    let (Ok(pace), Ok(end)) = (comparison.value, comparison.end) else { return };
    if comparison.base.is_none() {
        return;
    }
    let left = goal.to_f64() - end.value.to_f64();
    let years = left / pace.to_f64();
    let span = query.measure.as_ref().map_or(query.span, |measure| measure.span);
    let message = if left == 0.0 {
        "the goal is met".to_owned()
    } else if years.is_finite() && (0.0..=1_000.0).contains(&years) {
        // A year is 365.2425 days, as in the pace itself.
        #[expect(clippy::cast_possible_truncation, reason = "at most a thousand years of days")]
        let days = (years * 365.242_5).ceil() as i32;
        match end.period.last_day().checked_add_days(days) {
            Some(day) => format!("at the actual pace the goal is met in {}", day.year()),
            None => return,
        }
    } else {
        "at the actual pace the goal is not met".to_owned()
    };
    notes.say("MP0807", span, format!("{name}{message}"));
}

/// Names that mean different versions at different times.
fn versions(notes: &mut Notes, asked: &Asked) {
    for (text, label) in &asked.versions {
        if *text != label.uid {
            let message = format!("\"{text}\" is {} \"{}\"", label.uid, label.name);
            notes.say("MP0812", Span::default(), message);
        }
    }
}
