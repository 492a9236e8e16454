//! What figures were put together from, and how much of the area they cover.

use std::collections::HashSet;

use milepost_lang::Diagnostic;
use milepost_lang::ast::Query;
use milepost_model::{Catalogue, IndicatorId, Period, RegionId};

use super::Notes;
use crate::answer::{Coverage, MissingReason, Origin, Reading, RegionLabel, Row};
use crate::execute::Asked;
use crate::line::Series;
use crate::names;
use crate::plan::Plan;
use crate::rollup::{NAMED_MAX, Source};

/// Adds what there is to say about figures that were put together from regions.
pub(super) fn add(
    notes: &mut Notes,
    query: &Query,
    asked: &Asked,
    plan: &Plan,
    rows: &[Row],
    catalogue: &Catalogue,
) {
    // The base of many rows is one and the same.
    let mut told: HashSet<(usize, IndicatorId, Period)> = HashSet::new();
    for row in rows {
        let Some(at) = asked.position(&row.region) else { continue };
        let Some(sentence) = asked.sentences.get(at) else { continue };
        if is_published(row) {
            continue;
        }
        if asked.watch.is_over() {
            return;
        }
        for period in periods(row) {
            for (series, period) in sentence.line.places(period) {
                if told.insert((at, series.declared.id, period)) {
                    put_together(notes, query, catalogue, series, period, asked.by_level);
                }
            }
        }
        ends(notes, query, row, catalogue);
    }
    if !asked.scope.times.end_stated && !asked.by_level {
        newer_sums(notes, asked, plan);
    }
    undeclared(notes, query, asked, rows);
}

/// Periods after the end of which too few members have a figure yet.
pub(super) fn newer_sums(notes: &mut Notes, asked: &Asked, plan: &Plan) {
    for (sentence, region) in asked.sentences.iter().zip(&asked.regions) {
        for series in sentence.line.leaves() {
            newer(notes, asked, plan, series, region);
        }
    }
}

/// A boundary break of an indicator of which nothing says how its parts add up.
pub(super) fn undeclared<'r>(
    notes: &mut Notes,
    query: &Query,
    asked: &Asked,
    rows: impl IntoIterator<Item = &'r Row>,
) {
    let of_unknown_kind = |row: &Row| row.missing == Some(MissingReason::BoundaryBreak);
    let leaves = asked.sentences.iter().flat_map(|sentence| sentence.line.leaves());
    if rows.into_iter().any(of_unknown_kind)
        && let Some(series) = leaves.into_iter().find(|series| series.declared.kind.is_none())
    {
        let message =
            format!("{} has no declared kind, so that nothing adds up", series.declared.name);
        let note = Diagnostic::note("MP0835", query.span, message);
        notes.push(note.with_help("the catalogue declares the kind of an indicator"));
    }
}

/// Whether a row shows nothing but published figures.
pub(super) fn is_published(row: &Row) -> bool {
    let stored = |reading: &Reading| reading.origin == Origin::Stored;
    row.value.is_some() && row.end.as_ref().is_some_and(stored) && row.base.iter().all(stored)
}

/// The periods whose figures a row shows or lacks.
pub(super) fn periods(row: &Row) -> Vec<Period> {
    let base = row.base.as_ref().map(|base| base.period);
    base.into_iter().chain(row.period).collect()
}

pub(super) fn put_together(
    notes: &mut Notes,
    query: &Query,
    catalogue: &Catalogue,
    series: &Series,
    period: Period,
    many: bool,
) {
    let Some(rollup) = &series.rollup else { return };
    if series.is_own(period) && !rollup.is_matched() {
        return;
    }
    if notes.is_full("MP0831") && rollup.lacks_members(period) {
        notes.count("MP0831");
        return;
    }
    let name = &series.declared.name;
    let area = series.declared.area.label(catalogue).name;
    match rollup.source(period) {
        Some(Source::Predecessors { parts, day }) => {
            let parts = listed(catalogue, &parts, usize::MAX, parts.len());
            let message = format!("{area} = {} before {day}", parts.join(" + "));
            notes.say("MP0835", query.span, message);
        }
        Some(Source::Members { members, missing, lacks, layer }) if lacks > 0 => {
            let present = members.len().saturating_sub(lacks);
            // What is matched is the same at every period.
            let what = if rollup.is_matched() {
                format!("{name} in {area} compares")
            } else {
                format!("{name} in {area} at {period} has")
            };
            let message = format!(
                "{what} {present} of {} {}, without {}",
                members.len(),
                match layer {
                    Some(layer) => in_words(&layer.types, members.len()),
                    None => types(catalogue, &members),
                },
                listed(catalogue, &missing, NAMED_MAX, lacks).join(", ")
            );
            notes.say("MP0831", query.span, message);
        }
        Some(Source::Members { members, .. }) if !many => {
            let of = match members.as_slice() {
                [one] => format!("is that of {}", names::label(catalogue, *one).name),
                all => format!("is put together from {} {}", all.len(), types(catalogue, all)),
            };
            let message = format!("{name} in {area} at {period} {of}");
            notes.say("MP0830", query.span, message);
        }
        Some(Source::Members { .. }) | None => {}
    }
}

/// The names of the first of so many regions, and how many more there are.
fn listed(catalogue: &Catalogue, regions: &[RegionId], most: usize, all: usize) -> Vec<String> {
    let name = |id: &RegionId| names::label(catalogue, *id).name;
    let mut listed: Vec<String> = regions.iter().take(most).map(name).collect();
    if all > listed.len() {
        listed.push(format!("{} more", all - listed.len()));
    }
    listed
}

/// The types of regions in words: `provinces and municipalities`.
fn types(catalogue: &Catalogue, regions: &[RegionId]) -> String {
    let mut types: Vec<&str> = Vec::new();
    for id in regions {
        let kind = catalogue.outline(*id).kind.as_str();
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    let types: Vec<String> = types.into_iter().map(str::to_owned).collect();
    in_words(&types, regions.len())
}

/// The types of so many regions in words.
fn in_words(types: &[String], regions: usize) -> String {
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    match types.as_slice() {
        [""] if regions == 1 => "region".to_owned(),
        [""] => "regions".to_owned(),
        [kind] if regions == 1 => kind.replace('_', " "),
        types if types.len() <= 2 => {
            types.iter().map(|kind| plural(kind)).collect::<Vec<_>>().join(" and ")
        }
        _ => "regions".to_owned(),
    }
}

fn plural(kind: &str) -> String {
    let kind = kind.replace('_', " ");
    let vowel = |before: &str| before.ends_with(['a', 'e', 'i', 'o', 'u']);
    match kind.strip_suffix('y') {
        _ if kind.is_empty() => "regions".to_owned(),
        Some(stem) if !vowel(stem) => format!("{stem}ies"),
        _ => format!("{kind}s"),
    }
}

/// Ends that cover different shares of the area, or of which one is published and one put
/// together from regions.
pub(super) fn ends(notes: &mut Notes, query: &Query, row: &Row, catalogue: &Catalogue) {
    let (Some(base), Some(end)) = (&row.base, &row.end) else { return };
    let share = |coverage: Option<Coverage>| {
        coverage.map_or((1, 1), |c| (u64::from(c.present), u64::from(c.expected)))
    };
    let ((a, of_a), (b, of_b)) = (share(base.coverage), share(end.coverage));
    let of_regions = |reading: &Reading| reading.origin == Origin::Regions;
    if a * of_b != b * of_a && (of_regions(base) || of_regions(end)) {
        let shown = |reading: &Reading| {
            reading.coverage.map_or_else(|| "all".to_owned(), |coverage| coverage.to_string())
        };
        let message = format!(
            "{}: {} covers {}, {} covers {}",
            row.region.name,
            base.period,
            shown(base),
            end.period,
            shown(end)
        );
        let note = Diagnostic::note("MP0832", query.span, message);
        notes.push(note.with_help("`matched` compares the same members at both ends"));
    }
    let stored = |reading: &Reading| reading.origin == Origin::Stored;
    let region = catalogue.region_with_uid(&row.region.uid).map(|id| catalogue.region(id));
    let begins = region.and_then(|region| region.valid_from);
    if begins.is_some_and(|day| base.period.last_day() < day) {
        // What covered the same ground is as good as published.
        return;
    }
    if (stored(base) && of_regions(end)) || (of_regions(base) && stored(end)) {
        let (published, other) = if stored(base) { (base, end) } else { (end, base) };
        let message = format!(
            "{}: {} is published, {} is put together from regions",
            row.region.name, published.period, other.period
        );
        let note = Diagnostic::note("MP0834", query.span, message);
        notes.push(note.with_help("what is published may count more than the regions add up to"));
    }
}

/// A period after the end of which too few members have a figure yet.
fn newer(notes: &mut Notes, asked: &Asked, plan: &Plan, series: &Series, region: &RegionLabel) {
    let times = &asked.scope.times;
    let Some(rollup) = series.rollup.as_ref().filter(|_| series.is_put_together()) else { return };
    if let (Some(end), Some((period, coverage))) = (plan.end, rollup.newest_incomplete())
        && period.last_day() > end.last_day()
    {
        let message = format!("{period} is newer, and {} has {coverage} of it", region.name);
        notes.say("MP0833", times.end_span, message);
    }
}
