//! Targets shown as they are: several may be set for one period, so each has a row of its own.

use super::Asked;
use super::rows::nothing;
use crate::Result;
use crate::answer::{Answer, Row};
use crate::build::Builder;
use crate::cells::{self, Cell, Request};
use crate::goal::sort_targets;
use crate::line::stored_reading;
use crate::measure::scaled;
use crate::time::{Base, Cut};

/// Every target of the indicator in the regions asked, with its scenario.
pub(crate) fn targets(builder: &mut Builder<'_>, asked: &Asked) -> Result<Answer> {
    let mut answer = Answer { axes: vec!["scenario".to_owned()], ..Answer::default() };
    for (sentence, region) in asked.sentences.iter().zip(&asked.regions) {
        let Some(series) = sentence.line.indicator() else { continue };
        let versions = series.declared.area.versions(builder.catalogue);
        let request = Request {
            indicator: series.declared.id,
            regions: &versions,
            admission: &asked.scope.admission,
            as_of: asked.scope.as_of,
        };
        let mut cells = cells::every_scenario(builder.snapshot, request)?;
        cells.retain(|cell| inside(cell, asked));
        sort_targets(&mut cells);
        if cells.is_empty() {
            let period = match &asked.scope.times.end {
                Cut::Exact(period) => Some(*period),
                Cut::Close(..) | Cut::Latest | Cut::First => None,
            };
            let axes = vec![String::new()];
            answer.rows.push(Row { axes, period, ..nothing(sentence, region) });
        }
        for cell in &cells {
            let reading = stored_reading(cell.period, cell);
            let value = scaled(reading.value, sentence.power);
            answer.rows.push(Row {
                region: region.clone(),
                axes: vec![cell.scenario.to_string()],
                period: Some(cell.period),
                base: None,
                value: value.ok(),
                unit: sentence.unit.as_ref().map(ToString::to_string).unwrap_or_default(),
                status: cell.status,
                strength: Some(cell.strength),
                coverage: None,
                missing: value.err().map(Into::into),
                published: cell.published,
                end: Some(reading),
            });
        }
    }
    Ok(answer)
}

/// Whether a target lies in the span of the sentence.
fn inside(cell: &Cell, asked: &Asked) -> bool {
    let times = &asked.scope.times;
    let close = cell.period.last_day();
    let from = match &times.base {
        Base::Cut(cut) => cut.day(),
        Base::None | Base::Back { .. } => None,
    };
    let ends = match (&times.end, times.is_single()) {
        (Cut::Exact(period), true) => close == period.last_day(),
        (cut, _) => cut.day().is_none_or(|day| close <= day),
    };
    from.is_none_or(|from| if times.is_window() { close > from } else { close >= from }) && ends
}
