//! The regions of a query and the sentence in each of them.

mod latest;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use milepost_lang::Span;
use milepost_lang::ast::{Axis, Clauses, Name, Query, RegionExpression, Word};
use milepost_model::{Catalogue, Date, RegionId};

use crate::answer::RegionLabel;
use crate::area::{self, Area};
use crate::build::{Builder, Scope};
use crate::rollup::Peers;
use crate::sentence::Sentence;
use crate::{Result, diagnostics, names};

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
    /// The regions of `in`, by code.
    pub(crate) written: Vec<RegionExpression>,
    /// Whether the regions are those of a level.
    pub(crate) by_level: bool,
    /// Whether the regions stand outside the expression: in the sentence or in the session.
    pub(crate) named: bool,
    /// The names that were resolved by date, with the version taken.
    pub(crate) versions: Vec<(String, RegionLabel)>,
    /// Where a region stands among the regions, by uid.
    positions: HashMap<String, usize>,
}

impl Asked {
    /// Where a region stands among the regions.
    pub(crate) fn position(&self, region: &RegionLabel) -> Option<usize> {
        self.positions.get(&region.uid).copied()
    }

    /// The sentence in a region.
    pub(crate) fn sentence(&self, region: &RegionLabel) -> Option<&Sentence> {
        self.sentences.get(self.position(region)?)
    }
}

/// A region expression of `in`, or the region of the session.
#[derive(Clone, Debug)]
struct Place {
    written: RegionExpression,
    /// Its names in order, those left out last.
    names: Vec<Named>,
}

#[derive(Clone, Debug)]
struct Named {
    text: String,
    span: Span,
    versions: Vec<RegionId>,
}

/// The levels that the word of `by` can mean: countries may number theirs differently.
#[derive(Clone, Debug)]
struct Level {
    word: Word,
    levels: Vec<u8>,
}

impl Level {
    fn of(catalogue: &Catalogue, word: &Word) -> Result<Self> {
        let first = catalogue
            .level_of_word(&word.text)
            .ok_or_else(|| diagnostics::unknown_level(&word.text, word.span, &types(catalogue)))?;
        let mut levels = vec![first];
        for (_, region) in catalogue.regions() {
            if let Some(level) = region.level.filter(|level| !levels.contains(level))
                && area::is_type(&region.kind, &word.text)
            {
                levels.push(level);
            }
        }
        Ok(Self { word: word.clone(), levels })
    }
}

/// Resolves the regions of a query at the end of its span and builds its sentences. `outer` is the
/// scope of the sentence around it.
pub(crate) fn ask(builder: &mut Builder<'_>, query: &Query, outer: &Scope) -> Result<Asked> {
    if outer.is_inside() {
        return ask_inside(builder, query, outer);
    }
    let scope = builder.narrowed(outer, query)?;
    let places = places(builder, &query.clauses)?;
    let level = level(builder.catalogue, &query.clauses)?;
    let question = Question { query, scope: &scope, places, level, unfolded: 0 };
    match scope.times.end.day() {
        _ if scope.boundaries_stated => question.at(builder, scope.names_on),
        Some(day) => question.at(builder, day),
        None => question.at_latest(builder),
    }
}

/// Asks a sentence inside another one, on the boundaries of that.
fn ask_inside(builder: &mut Builder<'_>, query: &Query, outer: &Scope) -> Result<Asked> {
    let scope = builder.narrowed(outer, query)?;
    let places = match (&query.clauses.regions, &scope.area) {
        (None, Some(_)) => Vec::new(),
        _ => places(builder, &query.clauses)?,
    };
    let level = level(builder.catalogue, &query.clauses)?;
    let unfolded = builder.unfolded();
    let inside = Question { query, scope: &scope, places, level, unfolded };
    inside.at(builder, scope.names_on)
}

fn places(builder: &Builder<'_>, clauses: &Clauses) -> Result<Vec<Place>> {
    let written = match (&clauses.regions, builder.session.region()) {
        (Some(clause), _) => clause.value.clone(),
        (None, Some(region)) => {
            let span = Span::default();
            let names = vec![Name::Literal { text: region.to_owned(), span }];
            vec![RegionExpression { names, except: Vec::new(), span }]
        }
        (None, None) => Vec::new(),
    };
    let named = |name: &Name| {
        let (text, span) = names::literal(name)?;
        let versions = names::region_versions(builder.catalogue, text, span)?;
        Ok(Named { text: text.to_owned(), span, versions })
    };
    let place = |written: RegionExpression| {
        let names =
            written.names.iter().chain(&written.except).map(named).collect::<Result<_>>()?;
        Ok(Place { written, names })
    };
    written.into_iter().map(place).collect()
}

/// The level of regions that `by` asks for.
fn level(catalogue: &Catalogue, clauses: &Clauses) -> Result<Option<Level>> {
    let axes = clauses.by.iter().flat_map(|clause| &clause.value);
    let mut words = axes.filter_map(|axis| match axis {
        Axis::Word(word) if !names::is_attribute(&word.text) => Some(word),
        _ => None,
    });
    let Some(word) = words.next() else { return Ok(None) };
    if let Some(other) = words.next() {
        return Err(diagnostics::two_levels(&word.text, &other.text, other.span));
    }
    Level::of(catalogue, word).map(Some)
}

/// The types of regions that have a level, each once, the highest first.
fn types(catalogue: &Catalogue) -> Vec<String> {
    let mut types: Vec<(u8, &str)> = Vec::new();
    for (_, region) in catalogue.regions() {
        if let Some(level) = region.level
            && types.iter().all(|(_, kind)| *kind != region.kind)
        {
            types.push((level, &region.kind));
        }
    }
    types.sort_by_key(|(level, _)| *level);
    types.into_iter().map(|(_, kind)| kind.to_owned()).collect()
}

/// A query and where it is asked.
struct Question<'q> {
    query: &'q Query,
    scope: &'q Scope,
    places: Vec<Place>,
    level: Option<Level>,
    /// How many sentences there are around it.
    unfolded: u32,
}

impl Question<'_> {
    /// The sentences with names and boundaries of a day.
    fn at(&self, builder: &mut Builder<'_>, day: Date) -> Result<Asked> {
        let mut asked = Asked {
            scope: self.scope.named_on(day),
            sentences: Vec::new(),
            regions: Vec::new(),
            wholes: Vec::new(),
            places: Vec::new(),
            written: Vec::new(),
            by_level: self.level.is_some(),
            named: !self.places.is_empty(),
            versions: Vec::new(),
            positions: HashMap::new(),
        };
        let catalogue = builder.catalogue;
        let mut areas = Vec::new();
        for place in &self.places {
            let area = builder.area(&place.written, day)?;
            for name in place.names.iter().filter(|name| name.versions.len() > 1) {
                let region = names::region_on(catalogue, &name.text, name.span, day)?;
                asked.versions.push((name.text.clone(), names::label(catalogue, region)));
            }
            asked.written.push(area.written(catalogue, place.written.span));
            if areas.contains(&area) {
                let name = area.label(catalogue).name;
                return Err(diagnostics::two_rows(&name, place.written.span));
            }
            areas.push(area);
        }
        if areas.is_empty() {
            areas.extend(self.scope.area.clone());
        }
        let is_unplaced = areas.is_empty() && self.level.is_none();
        let rows = match &self.level {
            Some(level) => members(catalogue, level, &areas, day)?,
            None => areas.into_iter().map(|area| (area, None)).collect(),
        };
        let peers: Vec<RegionId> = rows.iter().filter_map(|(area, _)| area.region()).collect();
        let peers = (!peers.is_empty()).then(|| Rc::new(Peers::new(peers)));
        let outer = builder.shared.put_side_by_side(peers);
        let mut divided: Option<(Area, RegionLabel)> = None;
        for (area, whole) in rows {
            let label = area.label(catalogue);
            let scope = asked.scope.within(area).part_of(whole.clone());
            builder.start_row(self.unfolded);
            asked.sentences.push(builder.measured(self.query, &scope)?);
            asked.wholes.push(match (whole, &self.level) {
                (Some(whole), _) => {
                    let known = divided.take().filter(|(area, _)| *area == whole);
                    let known = known.unwrap_or_else(|| (whole.clone(), whole.label(catalogue)));
                    divided.insert(known).1.clone()
                }
                (None, Some(level)) => every(&level.word.text),
                (None, None) => label.clone(),
            });
            asked.regions.push(label);
            asked.places.push(scope);
        }
        builder.shared.put_side_by_side(outer);
        if is_unplaced {
            // Every sentence inside the expression may name its own region.
            asked.sentences.push(builder.measured(self.query, &asked.scope)?);
            let label = inner_regions(builder, &asked);
            asked.wholes.push(label.clone());
            asked.regions.push(label);
        }
        for (at, region) in asked.regions.iter().enumerate() {
            asked.positions.entry(region.uid.clone()).or_insert(at);
        }
        Ok(asked)
    }
}

/// The regions of a level in some areas, each once and with its area; without areas, all.
fn members(
    catalogue: &Catalogue,
    level: &Level,
    areas: &[Area],
    day: Date,
) -> Result<Vec<(Area, Option<Area>)>> {
    let mut members = Vec::new();
    let mut seen = BTreeSet::new();
    for area in areas {
        for name in &area.names {
            let day = area::day_within(catalogue, *name, day);
            let inside = |id: RegionId, other| area::lies_in(catalogue, id, other, day);
            for id in of_type(catalogue, level, day, |id| inside(id, *name)) {
                let is_left_out = area.except.iter().any(|out| inside(id, *out));
                if !is_left_out && seen.insert(id) {
                    members.push((Area::one(id), Some(area.clone())));
                }
            }
        }
    }
    if areas.is_empty() {
        let all = of_type(catalogue, level, day, |_| true).into_iter();
        members.extend(all.map(|id| (Area::one(id), None)));
    }
    if members.is_empty() {
        let word = &level.word;
        return Err(diagnostics::no_members(&word.text, day, word.span));
    }
    Ok(members)
}

/// The regions of a day that are on the level on which the word stands for a type, among those
/// that are `inside`.
fn of_type(
    catalogue: &Catalogue,
    level: &Level,
    day: Date,
    inside: impl Fn(RegionId) -> bool,
) -> Vec<RegionId> {
    let word = &level.word.text;
    for number in &level.levels {
        let mut regions = catalogue.regions_at_level(*number, day);
        // Neighbours are of one type more often than not.
        let mut judged: Option<(&str, bool)> = None;
        regions.retain(|id| {
            let kind = catalogue.region(*id).kind.as_str();
            let known = judged.filter(|(other, _)| *other == kind).map(|(_, is_member)| is_member);
            let is_member = known.unwrap_or_else(|| area::is_member(catalogue, *id, Some(word)));
            judged = Some((kind, is_member));
            is_member && inside(*id)
        });
        let is_named = |id: &RegionId| area::is_type(&catalogue.region(*id).kind, word);
        if level.levels.len() == 1 || regions.iter().any(is_named) {
            return regions;
        }
    }
    Vec::new()
}

/// The label of all regions of a level together.
fn every(level: &str) -> RegionLabel {
    RegionLabel { uid: String::new(), code: String::new(), name: format!("every {level}") }
}

/// The label of a row whose regions stand inside its expression.
fn inner_regions(builder: &Builder<'_>, asked: &Asked) -> RegionLabel {
    let mut labels: Vec<RegionLabel> = Vec::new();
    for area in asked.sentences.iter().flat_map(|sentence| sentence.line.areas()) {
        let label = area.label(builder.catalogue);
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
