//! Questions about regions, and their text.

use std::fmt;

use milepost::{Frequency, Period};
use milepost_lang::ast::MeasureKind;

/// A question as the generator draws it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) measure: Option<MeasureKind>,
    pub(crate) yoy: bool,
    pub(crate) indicator: &'static str,
    /// What it is a percentage of.
    pub(crate) whole: Option<&'static str>,
    pub(crate) places: Vec<Written>,
    pub(crate) level: Option<&'static str>,
    pub(crate) step: Option<Frequency>,
    pub(crate) time: Time,
    pub(crate) boundaries: Option<Anchor>,
    /// `complete`, with a share in percent.
    pub(crate) complete: Option<usize>,
    pub(crate) matched: bool,
    pub(crate) projections: bool,
}

/// A region of `in`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    pub(crate) names: Vec<String>,
    pub(crate) except: Vec<String>,
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Period(Period),
    Milestone(&'static str),
}

/// The clauses of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Time {
    Open,
    At(Anchor),
    Since(Anchor),
    Between(Anchor, Anchor),
    During(Period),
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(measure) = self.measure {
            write!(f, "{}{} of ", if self.yoy { "yoy " } else { "" }, word(measure))?;
        }
        write!(f, "{}", self.indicator)?;
        if let Some(whole) = self.whole {
            write!(f, " as % of {whole}")?;
        }
        let step = self.step.map(|step| step.name().to_owned());
        let axes: Vec<String> = self.level.map(str::to_owned).into_iter().chain(step).collect();
        if !axes.is_empty() {
            write!(f, " by {}", axes.join(", "))?;
        }
        let places: Vec<String> = self.places.iter().map(ToString::to_string).collect();
        if !places.is_empty() {
            write!(f, " in {}", places.join(", "))?;
        }
        match self.time {
            Time::Open => {}
            Time::At(anchor) => write!(f, " at {anchor}")?,
            Time::Since(from) => write!(f, " since {from}")?,
            Time::Between(from, to) => write!(f, " between {from} and {to}")?,
            Time::During(period) => write!(f, " during {period}")?,
        }
        if let Some(boundaries) = self.boundaries {
            write!(f, " on boundaries {boundaries}")?;
        }
        match self.complete {
            None => {}
            Some(100) => write!(f, " complete")?,
            Some(percent) => write!(f, " complete {percent}%")?,
        }
        if self.measure == Some(MeasureKind::Gap) {
            write!(f, " to parent")?;
        }
        if self.matched {
            write!(f, " matched")?;
        }
        if self.projections {
            write!(f, " including projections")?;
        }
        Ok(())
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |names: &[String]| {
            names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" + ")
        };
        write!(f, "{}", sum(&self.names))?;
        if !self.except.is_empty() {
            write!(f, " except {}", sum(&self.except))?;
        }
        Ok(())
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period) => period.fmt(f),
            Self::Milestone(name) => write!(f, "{name:?}"),
        }
    }
}

fn word(measure: MeasureKind) -> &'static str {
    match measure {
        MeasureKind::Change => "change",
        MeasureKind::Growth => "growth",
        MeasureKind::Multiple => "multiple",
        MeasureKind::Cagr => "cagr",
        MeasureKind::Pace => "pace",
        MeasureKind::Index => "index",
        MeasureKind::Share => "share",
        MeasureKind::Contribution => "contribution",
        MeasureKind::Gap => "gap",
        MeasureKind::Progress => "progress",
        MeasureKind::Revisions => "revisions",
    }
}
