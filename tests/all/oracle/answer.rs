//! A whole query: its rows, what they come to, and which of them stay.

use milepost_lang::ast::{Axis, Clause, MeasureKind, Query};

use super::condition::judged;
use super::divide::divided as parted;
use super::evaluate::Row;
use super::facts::World;
use super::reduce::{is_attribute, reduced};
use super::revisions::revisions;
use super::series::Refused;

/// What a query answers.
pub(crate) fn answer(world: &World, query: &Query) -> Result<Vec<Row>, Refused> {
    let (divided, whole) = over_members(world, query)?;
    if query.measure.as_ref().is_some_and(|measure| measure.kind == MeasureKind::Revisions) {
        return revisions(world, query);
    }
    let rows = parted(world, &divided)?;
    let mut rows = reduced(world, query, rows, whole)?;
    let mut axes = query.clauses.by.iter().flat_map(|by| &by.value);
    if axes.any(|axis| matches!(axis, Axis::Word(word) if word.text == "vintage")) {
        // How many vintages without a figure follow one another is not counted.
        for row in &mut rows {
            row.coverage = None;
        }
    }
    judged(world, query, rows)
}

/// The query over the regions of the level that `by` names, and the region that they lie in.
fn over_members<'w>(world: &'w World, query: &Query) -> Result<(Query, Option<&'w str>), Refused> {
    let axes = query.clauses.by.iter().flat_map(|by| &by.value);
    let level = |axis: &Axis| matches!(axis, Axis::Word(word) if !is_attribute(&word.text));
    if !axes.into_iter().any(level) {
        return Ok((query.clone(), None));
    }
    let root = &world.regions[0];
    let mut divided = Query { reducers: Vec::new(), ..query.clone() };
    let axes = divided.clauses.by.take().map(|by| by.value).unwrap_or_default();
    let steps: Vec<Axis> = axes.into_iter().filter(|axis| !level(axis)).collect();
    if let (Some(by), false) = (&query.clauses.by, steps.is_empty()) {
        divided.clauses.by = Some(Clause { value: steps, span: by.span });
    }
    let regions = divided.clauses.regions.as_mut().ok_or(Refused)?;
    let one = regions.value.first().cloned().ok_or(Refused)?;
    let members = world.regions.iter().filter(|region| region.parent.is_some());
    regions.value = members.map(|region| one.clone().renamed(&region.code)).collect();
    if regions.value.is_empty() {
        return Err(Refused);
    }
    Ok((divided, Some(&root.code)))
}

/// The same place under another name.
trait Renamed {
    fn renamed(self, code: &str) -> Self;
}

impl Renamed for milepost_lang::ast::RegionExpression {
    fn renamed(mut self, code: &str) -> Self {
        use milepost_lang::ast::Name;
        self.names = vec![Name::Literal { text: code.to_owned(), span: self.span }];
        self
    }
}
