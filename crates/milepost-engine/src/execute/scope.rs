//! The regions of a query and the sentence in each of them.

mod latest;
mod members;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use milepost_lang::Span;
use milepost_lang::ast::{Axis, Clauses, Name, Query, RegionExpression, Word};
use milepost_model::{Catalogue, Date, RegionId};

use crate::answer::RegionLabel;
use crate::area::{self, Area};
use crate::build::{Builder, Scope};
use crate::index::{Index, Type};
use crate::rollup::Peers;
use crate::sentence::Sentence;
use crate::time::Cut;
use crate::watch::{Held, Watch};
use crate::{Result, diagnostics, names};

pub(crate) use members::{Below, Members};

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
    /// What limits the query.
    pub(crate) watch: Watch,
    /// Where a region stands among the regions, by uid.
    positions: HashMap<String, usize>,
    /// The memory that the sentences are counted with.
    held: Option<Held>,
}

/// What a region takes with its sentence, which has a line, its series and their labels: of one
/// indicator, as measured.
const REGION_BYTES: usize = 4_096;

impl Asked {
    /// Where a region stands among the regions.
    pub(crate) fn position(&self, region: &RegionLabel) -> Option<usize> {
        self.positions.get(&region.uid).copied()
    }

    /// Adds a region with its sentence.
    pub(crate) fn add(
        &mut self,
        sentence: Sentence,
        region: RegionLabel,
        whole: RegionLabel,
        scope: Scope,
    ) {
        self.positions.entry(region.uid.clone()).or_insert(self.regions.len());
        self.sentences.push(sentence);
        self.regions.push(region);
        self.wholes.push(whole);
        self.places.push(scope);
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
    fn of(catalogue: &Catalogue, index: &Index, word: &Word) -> Result<Self> {
        let types = index.types(catalogue);
        let first = catalogue
            .level_of_word(&word.text)
            .ok_or_else(|| diagnostics::unknown_level(&word.text, word.span, &words(types)))?;
        let mut levels = vec![first];
        for kind in types {
            if let Some(level) = kind.level.filter(|level| !levels.contains(level))
                && area::is_type(&kind.word, &word.text)
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
    let level = level(builder, &query.clauses)?;
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
    let level = level(builder, &query.clauses)?;
    let unfolded = builder.unfolded();
    let inside = Question { query, scope: &scope, places, level, unfolded };
    inside.at(builder, scope.names_on)
}

/// The regions of a level, or named ones, before any sentence is built in them.
#[derive(Debug)]
pub(crate) struct SideBySide {
    /// The query without sentences; those that were needed after all are added to it.
    pub(crate) asked: Asked,
    pub(crate) members: Arc<Members>,
    areas: Vec<Area>,
    word: String,
    /// Whether the latest figure decides which regions are meant: these are those of today.
    pub(crate) is_latest: bool,
}

/// The regions of a query at the end of its span; None where the first figure decides which these
/// are, or some are several as one.
pub(crate) fn side_by_side(builder: &mut Builder<'_>, query: &Query) -> Result<Option<SideBySide>> {
    let scope = builder.narrowed(&builder.outermost(query.span), query)?;
    let level = level(builder, &query.clauses)?;
    let places = places(builder, &query.clauses)?;
    let stated = scope.times.end.day();
    let is_latest = stated.is_none() && !scope.boundaries_stated;
    if is_latest && scope.times.end == Cut::First {
        return Ok(None);
    }
    let day = if scope.boundaries_stated { scope.names_on } else { stated.unwrap_or(Date::MAX) };
    let question = Question { query, scope: &scope, places, level, unfolded: 0 };
    let (mut asked, areas) = question.places(builder, day)?;
    if is_latest {
        asked.scope.times.newest = Some(Date::MAX);
    }
    let (members, word) = match &question.level {
        Some(level) => (Members::of(builder, level, &areas, day)?, level.word.text.clone()),
        None => match Members::named(builder, &areas, day) {
            Some(members) => (members, String::new()),
            None => return Ok(None),
        },
    };
    Ok(Some(SideBySide { asked, members, areas, word, is_latest }))
}

impl SideBySide {
    /// The scope in which the sentence of a region is built.
    pub(crate) fn scope(&self, at: usize) -> Option<Scope> {
        let (id, area) = self.members.row(at)?;
        let whole = self.areas.get(area).cloned();
        Some(self.asked.scope.within(Area::one(id)).part_of(whole))
    }

    /// The sentence of a region, built where it is not there yet, with the base and the steps of
    /// another one.
    pub(crate) fn sentence(
        &mut self,
        builder: &mut Builder<'_>,
        query: &Query,
        like: &Sentence,
        at: usize,
    ) -> Result<(&Sentence, &RegionLabel)> {
        let catalogue = builder.catalogue;
        let row = self.members.row(at).zip(self.scope(at));
        let ((id, area), scope) = row.ok_or_else(|| diagnostics::no_region(query.span))?;
        let label = names::label(catalogue, id);
        if self.asked.position(&label).is_none() {
            builder.start_row(0);
            // What lies in the region is added up as one part.
            let peers = Some(Rc::new(Peers::new(vec![id])));
            let outer = builder.shared.put_side_by_side(peers);
            let sentence = builder.measured(query, &scope);
            builder.shared.put_side_by_side(outer);
            let mut sentence = sentence?;
            (sentence.base, sentence.steps) = (like.base.clone(), like.steps);
            let whole = self.areas.get(area).map(|area| area.label(catalogue));
            let whole = match whole {
                Some(whole) => whole,
                None if self.asked.by_level => every(&self.word),
                None => label.clone(),
            };
            self.asked.add(sentence, label.clone(), whole, scope);
        }
        let at = self.asked.position(&label);
        let found = at.and_then(|at| self.asked.sentences.get(at).zip(self.asked.regions.get(at)));
        found.ok_or_else(|| diagnostics::no_region(query.span))
    }
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
fn level(builder: &Builder<'_>, clauses: &Clauses) -> Result<Option<Level>> {
    let axes = clauses.by.iter().flat_map(|clause| &clause.value);
    let mut words = axes.filter_map(|axis| match axis {
        Axis::Word(word) if !names::is_attribute(&word.text) => Some(word),
        _ => None,
    });
    let Some(word) = words.next() else { return Ok(None) };
    if let Some(other) = words.next() {
        return Err(diagnostics::two_levels(&word.text, &other.text, other.span));
    }
    let index = Index::of(builder.snapshot);
    Level::of(builder.catalogue, &index, word).map(Some)
}

/// The types of regions that have a level, each once, the highest first.
fn words(types: &[Type]) -> Vec<String> {
    let mut words: Vec<(u8, &str)> = Vec::new();
    for Type { level, word, .. } in types {
        if let Some(level) = level
            && words.iter().all(|(_, other)| other != word)
        {
            words.push((*level, word));
        }
    }
    words.sort_by_key(|(level, _)| *level);
    words.into_iter().map(|(_, word)| word.to_owned()).collect()
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
        let (mut asked, areas) = self.places(builder, day)?;
        let is_unplaced = areas.is_empty() && self.level.is_none();
        let catalogue = builder.catalogue;
        let rows: Vec<(Area, Option<Area>)> = match &self.level {
            Some(level) => {
                let members = Members::of(builder, level, &areas, day)?;
                let whole = |at: &usize| areas.get(*at).cloned();
                members.rows().map(|(id, at)| (Area::one(id), whole(&at))).collect()
            }
            None => areas.into_iter().map(|area| (area, None)).collect(),
        };
        asked.held = Some(asked.watch.hold_while("regions", rows.len(), REGION_BYTES)?);
        let peers: Vec<RegionId> = rows.iter().filter_map(|(area, _)| area.region()).collect();
        let peers = (!peers.is_empty()).then(|| Rc::new(Peers::new(peers)));
        let outer = builder.shared.put_side_by_side(peers);
        let mut divided: Option<(Area, RegionLabel)> = None;
        for (area, whole) in rows {
            asked.watch.check()?;
            let label = area.label(catalogue);
            let scope = asked.scope.within(area).part_of(whole.clone());
            builder.start_row(self.unfolded);
            let sentence = builder.measured(self.query, &scope)?;
            let whole = match (whole, &self.level) {
                (Some(whole), _) => {
                    let known = divided.take().filter(|(area, _)| *area == whole);
                    let known = known.unwrap_or_else(|| (whole.clone(), whole.label(catalogue)));
                    divided.insert(known).1.clone()
                }
                (None, Some(level)) => every(&level.word.text),
                (None, None) => label.clone(),
            };
            asked.add(sentence, label, whole, scope);
        }
        builder.shared.put_side_by_side(outer);
        if is_unplaced {
            // Every sentence inside the expression may name its own region.
            let scope = asked.scope.clone();
            let sentence = builder.measured(self.query, &scope)?;
            let label = inner_regions(builder, &sentence);
            asked.add(sentence, label.clone(), label, scope);
        }
        Ok(asked)
    }

    /// The query without any sentence yet, and the areas of `in` or of the sentence around it.
    fn places(&self, builder: &Builder<'_>, day: Date) -> Result<(Asked, Vec<Area>)> {
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
            watch: Watch::of(builder.snapshot),
            positions: HashMap::new(),
            held: None,
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
        Ok((asked, areas))
    }
}

/// The label of all regions of a level together.
fn every(level: &str) -> RegionLabel {
    RegionLabel { uid: String::new(), code: String::new(), name: format!("every {level}") }
}

/// The label of a row whose regions stand inside its expression.
fn inner_regions(builder: &Builder<'_>, sentence: &Sentence) -> RegionLabel {
    let mut labels: Vec<RegionLabel> = Vec::new();
    for area in sentence.line.areas() {
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
