//! A sentence inside an expression that its rows have to be known for: reducers, a condition.

use std::collections::BTreeMap;

use milepost_lang::ast::{Query, ReducerKind};
use milepost_model::{Period, Strength};

use crate::answer::{Answer, Coverage, MissingReason, Origin, Reading, RegionLabel, Row};
use crate::area::Area;
use crate::condition::Judges;
use crate::execute::{Asked, row_at};
use crate::line::{Nature, Series, Timing};
use crate::plan::Plan;
use crate::reduce;
use crate::sentence::Sentence;

/// A sentence that is answered as one of its own, and what it is worth at a period.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) query: Query,
    pub(crate) asked: Asked,
    pub(crate) worth: Worth,
}

/// What the rows of a sentence come to.
#[derive(Debug)]
pub(crate) enum Worth {
    /// One figure of the row's own period at every period: what it was reduced to along time.
    Once(Option<Period>, Result<Reading, MissingReason>),
    /// The figures of the rows that are left along time.
    Rows(BTreeMap<Period, Result<Reading, MissingReason>>),
    /// At each period what the rows of that period come to, where the condition holds.
    AtEach(Option<Judges>),
}

impl Worth {
    /// Of the rows that a sentence has by itself, those that are left.
    pub(crate) fn of(rows: &[Row], left: &[Row], along_time: bool) -> Self {
        if along_time {
            let row = left.first();
            let period = row.or(rows.last()).and_then(|row| row.period);
            let figure = row.map_or(Err(why_left_out(rows)), |row| figure(row, row.period));
            return Self::Once(period, figure);
        }
        let mut figures = BTreeMap::new();
        for row in rows {
            let left_out = Err(row.missing.unwrap_or(MissingReason::LeftOut));
            figures.extend(row.period.map(|period| (period, left_out)));
        }
        let left = left.iter().filter_map(|row| Some((row.period?, figure(row, row.period))));
        figures.extend(left);
        Self::Rows(figures)
    }
}

/// Why no row is left of some.
fn why_left_out(rows: &[Row]) -> MissingReason {
    match rows.iter().find_map(|row| row.missing) {
        Some(reason) if rows.iter().all(|row| row.value.is_none()) => reason,
        _ if rows.is_empty() => MissingReason::NoData,
        _ => MissingReason::LeftOut,
    }
}

/// The figure of a row.
fn figure(row: &Row, period: Option<Period>) -> Result<Reading, MissingReason> {
    let missing = row.missing.unwrap_or(MissingReason::NoData);
    let (period, value) = period.zip(row.value).ok_or(missing)?;
    Ok(Reading {
        period,
        value,
        status: row.status,
        strength: row.strength.unwrap_or(Strength::Actual),
        precision: reduce::precision(row),
        published: row.published,
        coverage: row.coverage,
        origin: Origin::Computed,
    })
}

impl Inner {
    /// # Errors
    ///
    /// Why the row is missing; `left out` where it is none of those that are left.
    pub(crate) fn read(&self, period: Period) -> Result<Reading, MissingReason> {
        match &self.worth {
            Worth::Once(_, figure) => figure.clone().map(|figure| Reading { period, ..figure }),
            Worth::Rows(figures) => {
                let same = |other: &Period| match self.timing() {
                    Timing::Close => other.last_day() == period.last_day(),
                    Timing::Span => *other == period,
                };
                let found = figures.iter().find(|(other, _)| same(other));
                let (_, figure) = found.ok_or(MissingReason::NoData)?;
                figure.clone().map(|figure| Reading { period, ..figure })
            }
            Worth::AtEach(judges) if self.query.reducers.is_empty() => {
                let (sentence, region) = self.sole().ok_or(MissingReason::NoData)?;
                let reading = sentence.read(period)?;
                let own = sentence.fixed.unwrap_or(period);
                let holds = judges.as_ref().is_none_or(|judges| {
                    judges.decide(region, Some(reading.value), Some(own)) == Some(true)
                });
                if holds { Ok(reading) } else { Err(MissingReason::LeftOut) }
            }
            Worth::AtEach(judges) => self.reduced(judges.as_ref(), period),
        }
    }

    fn sole(&self) -> Option<(&Sentence, &RegionLabel)> {
        self.asked.sentences.first().zip(self.asked.regions.first())
    }

    /// What the rows of the regions at a period come to. What the reducers refuse was refused when
    /// the sentence was built.
    fn reduced(&self, judges: Option<&Judges>, period: Period) -> Result<Reading, MissingReason> {
        let each = self.asked.sentences.iter().zip(&self.asked.regions);
        let rows: Vec<Row> =
            each.map(|(sentence, region)| row_at(sentence, region, period)).collect();
        let all = Coverage {
            present: count(rows.iter().filter(|row| row.value.is_some()).count()),
            expected: count(rows.len()),
        };
        let mut answer = Answer { rows: rows.clone().into(), ..Answer::default() };
        let applied = reduce::apply(&mut answer, &self.query, &self.asked, &Plan::default());
        let row = applied.ok().and(answer.rows.first()).ok_or_else(|| why_left_out(&rows))?;
        let reading = figure(row, Some(period))?;
        let holds = judges.is_none_or(|judges| {
            judges.decide(&row.region, row.value, row.period.or(Some(period))) == Some(true)
        });
        let coverage = Coverage::worse(reading.coverage, Some(all));
        if holds { Ok(Reading { coverage, ..reading }) } else { Err(MissingReason::LeftOut) }
    }

    /// The periods that have a figure.
    pub(crate) fn natives(&self) -> Vec<Period> {
        let mut natives = match &self.worth {
            Worth::Once(..) => Vec::new(),
            Worth::Rows(figures) => figures.keys().copied().collect(),
            Worth::AtEach(_) => {
                let sentences = self.asked.sentences.iter();
                sentences.flat_map(Sentence::natives).collect()
            }
        };
        natives.sort_unstable();
        natives.dedup();
        natives.retain(|period| self.read(*period).is_ok());
        natives
    }

    /// See `Line::timing`.
    pub(crate) fn timing(&self) -> Timing {
        match (&self.worth, self.asked.sentences.first()) {
            (Worth::Rows(_) | Worth::AtEach(_), Some(sentence)) => sentence.timing(),
            _ => Timing::Close,
        }
    }

    /// See `Line::is_constant`.
    pub(crate) fn is_constant(&self) -> bool {
        match &self.worth {
            Worth::Once(period, _) => period.is_some(),
            Worth::Rows(_) => false,
            Worth::AtEach(_) => self.asked.sentences.iter().all(Sentence::is_constant),
        }
    }

    /// See `Line::fixed_period`.
    pub(crate) fn fixed_period(&self) -> Option<Period> {
        match &self.worth {
            Worth::Once(period, _) => *period,
            Worth::Rows(_) => None,
            Worth::AtEach(_) => {
                self.asked.sentences.iter().filter_map(Sentence::fixed_period).max()
            }
        }
    }

    /// See `Line::leaves`.
    pub(crate) fn leaves(&self) -> Vec<&Series> {
        self.asked.sentences.iter().flat_map(|sentence| sentence.line.leaves()).collect()
    }

    /// See `Line::areas`.
    pub(crate) fn areas(&self) -> Vec<&Area> {
        let places = self.asked.places.iter();
        let mut areas: Vec<&Area> =
            places.filter_map(|place| place.whole.as_ref().or(place.area.as_ref())).collect();
        areas.dedup();
        if areas.is_empty() {
            areas = self.asked.sentences.iter().flat_map(|s| s.line.areas()).collect();
        }
        areas
    }

    /// A total over regions is what its members are, and rows that are left are what they were;
    /// all else is no count.
    pub(crate) fn nature(&self) -> Nature {
        let own = self.asked.sentences.first().map_or(Nature::Constant, Sentence::nature);
        let keeps = |kind: ReducerKind| {
            matches!(kind, ReducerKind::Total | ReducerKind::Top(_) | ReducerKind::Bottom(_))
        };
        match &self.worth {
            Worth::Once(..) => Nature::Constant,
            _ if self.query.reducers.iter().all(|reducer| keeps(reducer.kind)) => own,
            _ => Nature::Rate,
        }
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
