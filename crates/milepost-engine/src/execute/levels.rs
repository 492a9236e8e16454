//! Targets shown as they are: several may be set for one period, so each has a row of its own.

use std::collections::BTreeSet;

use milepost_model::Date;

use super::Asked;
use super::rows::nothing;
use crate::Result;
use crate::answer::{Answer, MissingReason, Row};
use crate::build::Builder;
use crate::cells::{self, Cell, Request};
use crate::goal::sort_targets;
use crate::line::stored_reading;
use crate::measure::scaled;
use crate::time::{Base, Cut};

/// Every target of the indicator in the regions asked, with its scenario.
pub(crate) fn targets(builder: &mut Builder<'_>, asked: &Asked) -> Result<Answer> {
    let mut answer = Answer { axes: vec!["scenario".to_owned()], ..Answer::default() };
    let mut targets = Vec::with_capacity(asked.sentences.len());
    for sentence in &asked.sentences {
        let Some(series) = sentence.line.indicator() else {
            targets.push(Vec::new());
            continue;
        };
        let versions = series.declared.area.versions(builder.catalogue);
        let request = Request {
            indicator: series.declared.id,
            regions: &versions,
            admission: &asked.scope.admission,
            as_of: asked.scope.as_of,
        };
        targets.push(cells::every_scenario(builder.snapshot, request)?);
    }
    let (first, last) = span(&targets, asked);
    for ((sentence, region), mut cells) in asked.sentences.iter().zip(&asked.regions).zip(targets) {
        cells.retain(|cell| (first..=last).contains(&cell.period.last_day()));
        sort_targets(&mut cells);
        if cells.is_empty() {
            let period = match &asked.scope.times.end {
                Cut::Exact(period) => Some(*period),
                Cut::Close(..) | Cut::Latest | Cut::First => None,
            };
            let axes = vec![String::new()];
            let missing = Some(MissingReason::NoTarget);
            answer.rows.to_mut().push(Row { axes, period, missing, ..nothing(sentence, region) });
        }
        for cell in &cells {
            let reading = stored_reading(cell.period, cell);
            let value = scaled(reading.value, sentence.power);
            answer.rows.to_mut().push(Row {
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

/// The first and the last close of the targets that are shown: the choice is the same for all
/// regions.
fn span(targets: &[Vec<Cell>], asked: &Asked) -> (Date, Date) {
    let times = &asked.scope.times;
    let closes: BTreeSet<Date> =
        targets.iter().flatten().map(|cell| cell.period.last_day()).collect();
    let pick = |cut: &Cut| match cut {
        Cut::Exact(period) => Some(period.last_day()),
        Cut::Close(day, _) => closes.range(..=*day).next_back().copied(),
        Cut::Latest => closes.last().copied(),
        Cut::First => closes.first().copied(),
    };
    let last = pick(&times.end).unwrap_or(Date::MIN);
    let first = match &times.base {
        _ if times.is_single() => last,
        Base::Cut(Cut::Close(day, _)) if times.is_window() => day.next().unwrap_or(*day),
        Base::Cut(cut) => pick(cut).unwrap_or(Date::MIN),
        Base::None | Base::Back { .. } => Date::MIN,
    };
    (first, last)
}
