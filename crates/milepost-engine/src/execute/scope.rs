//! The regions of a query and the sentence in each of them.

use std::collections::BTreeSet;

use milepost_lang::Span;
use milepost_lang::ast::{Clauses, Query};
use milepost_model::{Date, Period, RegionId};

use crate::answer::RegionLabel;
use crate::build::{Builder, Scope};
use crate::sentence::Sentence;
use crate::time::Cut;
use crate::{Result, names, not_yet};

/// A query over its regions, before its periods are chosen.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) scope: Scope,
    /// One sentence for each region.
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) regions: Vec<RegionLabel>,
    /// For each region the one that `by` a level divided into it; itself where nothing was divided.
    pub(crate) wholes: Vec<RegionLabel>,
    /// For each region the scope in which its sentence is built.
    pub(crate) places: Vec<Scope>,
    /// Whether the regions stand outside the expression: in the sentence or in the session.
    pub(crate) named: bool,
    /// The names that were resolved by date, with the version taken.
    pub(crate) versions: Vec<(String, RegionLabel)>,
}

/// A region of `in`, or of the session.
#[derive(Clone, Debug)]
struct Named {
    text: String,
    span: Span,
    versions: Vec<RegionId>,
}

/// Resolves the regions of a query at the end of its span and builds its sentences.
pub(crate) fn ask(builder: &mut Builder<'_>, query: &Query) -> Result<Asked> {
    let scope = builder.narrowed(&builder.outermost(query.span), query)?;
    let named = named_regions(builder, &query.clauses)?;
    match scope.times.end.day() {
        Some(day) => at(builder, query, &scope, &named, day),
        None => at_latest(builder, query, &scope, &named),
    }
}

fn named_regions(builder: &Builder<'_>, clauses: &Clauses) -> Result<Vec<Named>> {
    let mut named = Vec::new();
    match (&clauses.regions, builder.session.region()) {
        (Some(clause), _) => {
            for region in &clause.value {
                let (text, span) = names::literal(not_yet::single_region(region)?)?;
                named.push((text.to_owned(), span));
            }
        }
        (None, Some(region)) => named.push((region.to_owned(), Span::default())),
        (None, None) => {}
    }
    named
        .into_iter()
        .map(|(text, span)| {
            let versions = names::region_versions(builder.catalogue, &text, span)?;
            Ok(Named { text, span, versions })
        })
        .collect()
}

/// The latest figure decides the end, and the end decides the versions: of the ages between two
/// changes the newest with a figure is meant (the oldest, for `first`).
fn at_latest(
    builder: &mut Builder<'_>,
    query: &Query,
    scope: &Scope,
    named: &[Named],
) -> Result<Asked> {
    let changes: BTreeSet<Date> = named
        .iter()
        .filter(|name| name.versions.len() > 1)
        .flat_map(|name| &name.versions)
        .filter_map(|id| builder.catalogue.region(*id).valid_from)
        .collect();
    let mut opening = Date::MIN;
    let mut ages = Vec::new();
    for change in changes {
        if let Some(close) = change.previous() {
            ages.push((opening, close));
            opening = change;
        }
    }
    ages.push((opening, Date::MAX));
    if scope.times.end != Cut::First {
        ages.reverse();
    }
    let several = ages.len() > 1;
    for (first, last) in ages.iter().copied().filter(|_| several) {
        let valid = |name: &Named| names::region_on(builder.catalogue, &name.text, name.span, last);
        if named.iter().any(|name| valid(name).is_err()) {
            continue;
        }
        let asked = at(builder, query, scope, named, last)?;
        let natives = asked.sentences.iter().flat_map(|sentence| sentence.line.natives());
        if natives.into_iter().any(|p: &Period| (first..=last).contains(&p.last_day())) {
            return Ok(asked);
        }
    }
    let day = ages.first().map_or(Date::MAX, |(_, last)| *last);
    at(builder, query, scope, named, day)
}

fn at(
    builder: &mut Builder<'_>,
    query: &Query,
    scope: &Scope,
    named: &[Named],
    day: Date,
) -> Result<Asked> {
    let mut asked = Asked {
        scope: scope.named_on(day),
        sentences: Vec::new(),
        regions: Vec::new(),
        wholes: Vec::new(),
        places: Vec::new(),
        named: !named.is_empty(),
        versions: Vec::new(),
    };
    for name in named {
        let region = names::region_on(builder.catalogue, &name.text, name.span, day)?;
        let label = names::label(builder.catalogue, region);
        if name.versions.len() > 1 {
            asked.versions.push((name.text.clone(), label.clone()));
        }
        let scope = asked.scope.within(region);
        asked.sentences.push(builder.measured(query, &scope)?);
        asked.regions.push(label);
        asked.places.push(scope);
    }
    if named.is_empty() {
        // Every sentence inside the expression may name its own region.
        asked.sentences.push(builder.measured(query, &asked.scope)?);
        asked.regions.push(inner_regions(builder, &asked));
    }
    asked.wholes.clone_from(&asked.regions);
    Ok(asked)
}

/// The label of a row whose regions stand inside its expression.
fn inner_regions(builder: &Builder<'_>, asked: &Asked) -> RegionLabel {
    let mut labels: Vec<RegionLabel> = Vec::new();
    for series in asked.sentences.iter().flat_map(|sentence| sentence.line.leaves()) {
        let label = names::label(builder.catalogue, series.declared.region);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let joined =
        |part: fn(&RegionLabel) -> &str| labels.iter().map(part).collect::<Vec<_>>().join(", ");
    RegionLabel {
        uid: joined(|label| &label.uid),
        code: joined(|label| &label.code),
        name: joined(|label| &label.name),
    }
}
