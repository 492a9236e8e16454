//! Reducers: what the rows come to along the last axis of `by`, or along time.

mod group;
mod merged;
mod order;

use milepost_lang::Diagnostic;
use milepost_lang::ast::{Axis, Query, Reducer, ReducerKind, Word};

use crate::answer::{Answer, RegionLabel, Row};
use crate::execute::{Asked, Attribute};
use crate::line::{Nature, Timing};
use crate::plan::Plan;
use crate::{Result, diagnostics};

use group::Group;
pub(crate) use group::precision;
pub(crate) use merged::{Merged, Part};

/// What rows are told apart by.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Dimension {
    Region,
    Time,
    /// A column of [`Answer::axes`].
    Column(usize),
}

/// A row and where it comes from.
#[derive(Clone, Debug)]
struct Item {
    row: Row,
    /// The region that was divided into the row's own; the own one where none was.
    whole: RegionLabel,
}

/// Whether a sentence without periods of its own is reduced along all the time there is.
pub(crate) fn takes_all_time(query: &Query) -> bool {
    !query.reducers.is_empty() && !has_axis(query)
}

fn has_axis(query: &Query) -> bool {
    query.clauses.by.as_ref().is_some_and(|clause| !clause.value.is_empty())
}

/// Along what the reducers of a sentence act.
#[derive(Debug)]
pub(crate) struct Along<'q> {
    /// Whether any of them acts along time.
    pub(crate) time: bool,
    /// Whether time is gone when all have acted.
    pub(crate) over_time: bool,
    /// Whether any of them acts along status, source or vintage.
    pub(crate) attribute: bool,
    /// A level or an attribute of `by` that is left then.
    pub(crate) left: Option<&'q Word>,
}

/// Along what the reducers of a sentence act, the innermost first, each along the last axis of `by`
/// that is left; without `by` along time.
pub(crate) fn along(query: &Query) -> Along<'_> {
    let axes = query.clauses.by.iter().flat_map(|clause| &clause.value);
    let mut axes: Vec<Option<&Word>> = axes
        .map(|axis| match axis {
            Axis::Time { .. } => None,
            Axis::Word(word) => Some(word),
        })
        .collect();
    if axes.is_empty() {
        axes.push(None);
    }
    let (mut time, mut attribute) = (false, false);
    for reducer in query.reducers.iter().rev() {
        time |= axes.last() == Some(&None);
        let word = axes.last().copied().flatten();
        attribute |= word.is_some_and(|word| Attribute::of(&word.text).is_some());
        if !keeps_axis(reducer.kind) {
            axes.pop();
        }
    }
    let over_time = time && !axes.contains(&None);
    Along { time, over_time, attribute, left: axes.into_iter().flatten().next() }
}

/// Applies the reducers, the innermost first, each along the last axis that is left. Rows without
/// a value are left out, and how many is said in a note.
///
/// # Errors
///
/// A total of what does not add up, one row where there should be several, figures over spans
/// that overlap, more reducers than axes.
pub(crate) fn apply(answer: &mut Answer, query: &Query, asked: &Asked, plan: &Plan) -> Result<()> {
    if query.reducers.is_empty() {
        return Ok(());
    }
    let mut axes = dimensions(query, answer);
    let (watch, all) = (&asked.watch, answer.rows.len());
    answer.rows.write_within(watch)?;
    // Each row once more, and those that have a value in the group that is at work.
    watch.hold("rows of a reducer", all, 2 * Row::BYTES)?;
    let mut items = Vec::with_capacity(all);
    for row in std::mem::take(&mut answer.rows) {
        watch.check_at(items.len())?;
        items.push(Item { whole: whole_of(asked, &row.region), row });
    }
    // Rows are told apart by time as long as it was not reduced.
    let (mut by_region, mut by_time) = (true, true);
    if let Some(rank) = query.reducers.iter().skip(1).find(|r| r.kind == ReducerKind::Rank) {
        return Err(diagnostics::rank_inside(rank.span));
    }
    for reducer in query.reducers.iter().rev() {
        let axis = axes.last().cloned().ok_or_else(|| diagnostics::no_axis_left(reducer.span))?;
        check(reducer, &axis, query, asked, plan)?;
        if reducer.kind == ReducerKind::Mean && axis == Dimension::Region {
            mean_of_rates(answer, reducer, asked);
        }
        let groups = group::groups(items, &axis, (by_region, by_time), watch)?;
        let mut reduced = Reduced { answer, axis: &axis, reducer };
        items = Vec::new();
        for group in groups {
            watch.check()?;
            if axis == Dimension::Time && !has_axis(query) && spans(asked) {
                group.check_overlap(reducer.span)?;
            }
            items.extend(reduced.group(&group));
        }
        if !keeps_axis(reducer.kind) {
            by_region &= axis != Dimension::Region;
            by_time &= axis != Dimension::Time;
            axes.pop();
        }
    }
    answer.rows = items.into_iter().map(|item| item.row).collect();
    watch.release(all, 2 * Row::BYTES);
    Ok(())
}

/// What the rows of each region come to along the time of `by`, where the first of the reducers is
/// the only one and computes it.
///
/// # Errors
///
/// A total of what does not add up.
pub(crate) fn along_time(
    answer: &mut Answer,
    query: &Query,
    asked: &Asked,
    plan: &Plan,
    regions: Vec<(RegionLabel, Merged)>,
) -> Result<()> {
    let Some(reducer) = query.reducers.first() else { return Ok(()) };
    check(reducer, &Dimension::Time, query, asked, plan)?;
    let mut reduced = Reduced { answer, axis: &Dimension::Time, reducer };
    let is_alone = regions.len() == 1;
    let mut rows = Vec::with_capacity(regions.len());
    for (label, merged) in regions {
        if merged.known() > 0 {
            let name = if is_alone { String::new() } else { format!("{}: ", label.name) };
            reduced.left_out(&name, merged.known(), merged.rows());
        }
        rows.push(merged.row(reducer.kind, label, true));
    }
    answer.rows = rows.into();
    Ok(())
}

/// The rows that are left where every reducer picks among them, so that notes can speak of those
/// alone; None where the reducers work on all of them.
pub(crate) fn kept(
    answer: &Answer,
    query: &Query,
    asked: &Asked,
    plan: &Plan,
) -> Result<Option<Vec<Row>>> {
    let picks = |reducer: &Reducer| {
        matches!(
            reducer.kind,
            ReducerKind::Top(_)
                | ReducerKind::Bottom(_)
                | ReducerKind::Min
                | ReducerKind::Max
                | ReducerKind::First
                | ReducerKind::Last
        )
    };
    if query.reducers.is_empty() || !query.reducers.iter().all(picks) {
        return Ok(None);
    }
    let all = answer.rows.len();
    asked.watch.hold("rows", all, Row::BYTES)?;
    let mut reduced = answer.clone();
    apply(&mut reduced, query, asked, plan)?;
    asked.watch.release(all.saturating_sub(reduced.rows.len()), Row::BYTES);
    Ok(Some(reduced.rows.into_iter().collect()))
}

/// The rows that `top` or `bottom` leaves of the best ones, in order. So many of all rows have a
/// value.
pub(crate) fn pick(
    answer: &mut Answer,
    reducer: &Reducer,
    best: Vec<Row>,
    (known, all): (usize, usize),
) -> Vec<Row> {
    let mut reduced = Reduced { answer, axis: &Dimension::Region, reducer };
    reduced.left_out("", known, all);
    let item = |row: Row| Item { whole: row.region.clone(), row };
    let items = best.into_iter().map(item).collect();
    let kept = match reducer.kind {
        ReducerKind::Top(count) => reduced.top(items, count, true),
        ReducerKind::Bottom(count) => reduced.top(items, count, false),
        _ => items,
    };
    kept.into_iter().map(|item| item.row).collect()
}

/// The axes of `by` in order; time, where there are none.
fn dimensions(query: &Query, answer: &Answer) -> Vec<Dimension> {
    let axes = query.clauses.by.iter().flat_map(|clause| &clause.value);
    let dimensions: Vec<Dimension> = axes
        .map(|axis| match axis {
            Axis::Time { .. } => Dimension::Time,
            Axis::Word(word) => {
                let name = Attribute::of(&word.text).map(Attribute::column);
                let column = name.and_then(|name| answer.axes.iter().position(|a| a == name));
                column.map_or(Dimension::Region, Dimension::Column)
            }
        })
        .collect();
    if dimensions.is_empty() { vec![Dimension::Time] } else { dimensions }
}

fn whole_of(asked: &Asked, region: &RegionLabel) -> RegionLabel {
    asked.position(region).and_then(|at| asked.wholes.get(at)).unwrap_or(region).clone()
}

/// Whether a reducer leaves several rows along its axis.
fn keeps_axis(kind: ReducerKind) -> bool {
    matches!(kind, ReducerKind::Rank | ReducerKind::Top(_) | ReducerKind::Bottom(_))
}

/// Whether a row belongs to a span, so that rows of several lengths count days again.
fn spans(asked: &Asked) -> bool {
    asked.sentences.iter().any(|sentence| sentence.timing() == Timing::Span)
}

/// Refuses what has no meaning.
fn check(
    reducer: &Reducer,
    axis: &Dimension,
    query: &Query,
    asked: &Asked,
    plan: &Plan,
) -> Result<()> {
    if *axis == Dimension::Time && plan.is_single && !has_axis(query) {
        return Err(diagnostics::nothing_to_reduce(
            word(reducer.kind),
            asked.regions.len(),
            query.measure.is_some(),
            reducer.span,
        ));
    }
    if reducer.kind != ReducerKind::Total {
        return Ok(());
    }
    for sentence in &asked.sentences {
        let subject = match &query.measure {
            None => query.expression.to_string(),
            Some(measure) => {
                let year_on_year = if measure.yoy { "yoy " } else { "" };
                let word = diagnostics::measure_word(measure.kind);
                format!("{year_on_year}{word} of {}", query.expression)
            }
        };
        let span = reducer.span;
        let nature = sentence.nature();
        let adds_up = match axis {
            Dimension::Time => nature == Nature::Flow,
            Dimension::Region => matches!(nature, Nature::Flow | Nature::Stock | Nature::Part),
            Dimension::Column(_) => false,
        };
        if !adds_up {
            // Along status, source and vintage nothing adds up, whatever it is.
            let along_column = matches!(axis, Dimension::Column(_));
            let nature = if along_column { Nature::Part } else { nature };
            return Err(diagnostics::no_total(&subject, nature, span));
        }
    }
    Ok(())
}

/// A mean over regions is not the rate of their whole.
fn mean_of_rates(answer: &mut Answer, reducer: &Reducer, asked: &Asked) {
    if asked.sentences.iter().any(|sentence| sentence.nature() == Nature::Rate) {
        let message = "the mean of rates counts every region alike";
        let note = Diagnostic::note("MP0818", reducer.span, message);
        answer.notes.push(note.with_help("without `mean of` and `by`, the rate of the whole"));
    }
}

/// The reducer as it is written.
pub(crate) fn word(kind: ReducerKind) -> &'static str {
    match kind {
        ReducerKind::Total => "total",
        ReducerKind::Mean => "mean",
        ReducerKind::Median => "median",
        ReducerKind::Min => "min",
        ReducerKind::Max => "max",
        ReducerKind::First => "first",
        ReducerKind::Last => "last",
        ReducerKind::Count => "count",
        ReducerKind::Rank => "rank",
        ReducerKind::Top(_) => "top",
        ReducerKind::Bottom(_) => "bottom",
    }
}

/// What a reducer does, in words.
pub(crate) fn rule(kind: ReducerKind) -> String {
    match kind {
        ReducerKind::Total => "total: the sum of the rows".to_owned(),
        ReducerKind::Mean => "mean: the sum of the rows / their number".to_owned(),
        ReducerKind::Median => {
            "median: the row in the middle, or the mean of the two there".to_owned()
        }
        ReducerKind::Min | ReducerKind::Max | ReducerKind::First | ReducerKind::Last => {
            format!("{}: one row as it is", word(kind))
        }
        ReducerKind::Count => "count: the rows that have a figure".to_owned(),
        ReducerKind::Rank => "rank: 1 + the rows that are greater".to_owned(),
        ReducerKind::Top(count) => format!("top {count}: the greatest rows, ties included"),
        ReducerKind::Bottom(count) => format!("bottom {count}: the least rows, ties included"),
    }
}

/// One reducer at work on an answer.
struct Reduced<'a> {
    answer: &'a mut Answer,
    axis: &'a Dimension,
    reducer: &'a Reducer,
}

impl Reduced<'_> {
    fn group(&mut self, group: &Group) -> Vec<Item> {
        let all = group.items.len();
        let with_value = |item: &&Item| item.row.value.is_some();
        let known: Vec<&Item> = group.items.iter().filter(with_value).collect();
        let owned = |known: Vec<&Item>| known.into_iter().cloned().collect::<Vec<_>>();
        let name = &group.name;
        if !known.is_empty() || keeps_axis(self.reducer.kind) {
            self.left_out(name, known.len(), all);
        }
        match self.reducer.kind {
            ReducerKind::Rank => order::ranked(owned(known), self.answer),
            ReducerKind::Top(count) => self.top(owned(known), count, true),
            ReducerKind::Bottom(count) => self.top(owned(known), count, false),
            kind => match picked(kind, &known) {
                Some((item, ties)) => {
                    if ties > 1 {
                        let (word, end) = (word(kind), "the first is shown");
                        let message = format!("{name}the {word} is reached {ties} times; {end}");
                        self.note("MP0816", message);
                    }
                    vec![item]
                }
                None => vec![group.aggregate(self.axis, kind)],
            },
        }
    }

    /// Says how many rows have no value.
    fn left_out(&mut self, name: &str, known: usize, all: usize) {
        if known < all {
            let left_out = all - known;
            let verb =
                if left_out == 1 { "has no figure and is" } else { "have no figure and are" };
            self.note("MP0815", format!("{name}{left_out} of {all} rows {verb} left out"));
        }
    }

    fn top(&mut self, known: Vec<Item>, count: u32, greatest: bool) -> Vec<Item> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let (kept, ties) = order::first_of(known, count, greatest);
        if ties > 0 {
            let message = format!("{ties} more tie with number {count}");
            self.note("MP0816", message);
        }
        kept
    }

    fn note(&mut self, code: &'static str, message: String) {
        let note = Diagnostic::note(code, self.reducer.span, message);
        let known = |other: &Diagnostic| other.code == note.code && other.message == note.message;
        if !self.answer.notes.iter().any(known) {
            self.answer.notes.push(note);
        }
    }
}

/// The row that a reducer picks, and how many rows are as good; None for reducers that compute.
fn picked(kind: ReducerKind, known: &[&Item]) -> Option<(Item, usize)> {
    let value = |item: &&Item| item.row.value;
    let (item, best) = match kind {
        ReducerKind::First => (known.first()?, None),
        ReducerKind::Last => (known.last()?, None),
        ReducerKind::Min => {
            let least = known.iter().filter_map(value).min()?;
            (known.iter().find(|item| value(item) == Some(least))?, Some(least))
        }
        ReducerKind::Max => {
            let greatest = known.iter().filter_map(value).max()?;
            (known.iter().find(|item| value(item) == Some(greatest))?, Some(greatest))
        }
        _ => return None,
    };
    let ties = known.iter().filter(|item| best.is_some() && value(item) == best).count();
    Some(((*item).clone(), ties))
}
