//! Time clauses: from anchors to cuts on the line of closes.

use milepost_lang::Span;
use milepost_lang::ast::{Anchor, Clauses, Name};
use milepost_model::{Catalogue, Date, Frequency, Lookup, Period};

use crate::{Result, diagnostics};

/// Where an anchor cuts the line of closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Exactly this period.
    Exact(Period),
    /// The last period that closes on this day or before; with the anchor in words.
    Close(Date, String),
    /// The last period that has a figure.
    Latest,
    /// The first period that has a figure.
    First,
}

impl Cut {
    /// The day of the cut, where it does not depend on figures.
    pub(crate) fn day(&self) -> Option<Date> {
        match self {
            Self::Exact(period) => Some(period.last_day()),
            Self::Close(date, _) => Some(*date),
            Self::Latest | Self::First => None,
        }
    }
}

/// What the time clauses of a sentence say.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) base: Base,
    pub(crate) end: Cut,
    /// Whether the sentence says where it ends; otherwise it ends at the latest figure.
    pub(crate) end_stated: bool,
    /// Where it ends at the latest figure: the day after which no figure is meant, for by then the
    /// names or the boundaries are others.
    pub(crate) newest: Option<Date>,
    pub(crate) extent: Extent,
    /// The base and the end, where another sentence chose them.
    pub(crate) chosen: Option<(Option<Period>, Period)>,
    pub(crate) base_span: Span,
    pub(crate) end_span: Span,
}

/// How much of the line of closes a sentence speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// From a base to an end; a level shows its base as well.
    Span,
    /// What lies after the base, up to the end.
    Window,
    /// One period.
    Single,
}

/// Where a span starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    None,
    Cut(Cut),
    /// `over last`: so many periods before the end.
    Back {
        count: u32,
        frequency: Frequency,
    },
}

impl Times {
    /// Whether any clause speaks of time.
    pub(crate) fn is_stated(&self) -> bool {
        self.end_stated || self.base != Base::None
    }

    /// Whether a level is shown without its base.
    pub(crate) fn is_window(&self) -> bool {
        self.extent == Extent::Window
    }

    /// Whether one period is asked for.
    pub(crate) fn is_single(&self) -> bool {
        self.extent == Extent::Single
    }

    /// No time clause: the latest figure.
    pub(crate) fn unstated(span: Span) -> Self {
        Self {
            base: Base::None,
            end: Cut::Latest,
            end_stated: false,
            newest: None,
            extent: Extent::Span,
            chosen: None,
            base_span: span,
            end_span: span,
        }
    }

    /// Reads the time clauses of a sentence.
    ///
    /// # Errors
    ///
    /// Clauses that do not go together, unknown milestones, anchors that need figures where none
    /// can be asked for.
    pub(crate) fn of(clauses: &Clauses, span: Span, catalogue: &Catalogue) -> Result<Self> {
        check_combination(clauses)?;
        let mut times = Self::unstated(span);
        if let Some(clause) = &clauses.since {
            times.base = Base::Cut(cut(&clause.value, catalogue)?);
            times.base_span = clause.span;
        }
        if let Some(clause) = &clauses.until {
            (times.end, times.end_stated) = (cut(&clause.value, catalogue)?, true);
            times.end_span = clause.span;
        }
        if let Some(clause) = &clauses.between {
            times.base = Base::Cut(cut(&clause.value.0, catalogue)?);
            (times.end, times.end_stated) = (cut(&clause.value.1, catalogue)?, true);
            (times.base_span, times.end_span) = (clause.span, clause.span);
        }
        if let Some(clause) = &clauses.during {
            let (first, last) = extent(&clause.value, catalogue)?;
            let opening = first.previous().ok_or_else(|| diagnostics::off_calendar(clause.span))?;
            let words = words(&clause.value);
            times.base = Base::Cut(Cut::Close(opening, format!("start of {words}")));
            times.end = match &clause.value {
                Anchor::Period(period, _) if !is_date(*period) => Cut::Exact(*period),
                _ => Cut::Close(last, format!("end of {words}")),
            };
            (times.end_stated, times.extent) = (true, Extent::Window);
            (times.base_span, times.end_span) = (clause.span, clause.span);
        }
        if let Some(clause) = &clauses.at {
            let at = cut(&clause.value.anchor, catalogue)?;
            times.end = match at {
                Cut::Exact(period) if clause.value.or_before => {
                    Cut::Close(period.last_day(), words(&clause.value.anchor))
                }
                other => other,
            };
            (times.end_stated, times.extent) = (true, Extent::Single);
            times.end_span = clause.span;
        }
        if let Some(clause) = &clauses.over_last {
            let (count, frequency) = (clause.value.count, clause.value.frequency);
            times.base = Base::Back { count, frequency };
            (times.extent, times.base_span) = (Extent::Window, clause.span);
        }
        Ok(times)
    }
}

/// Of the clauses that say where a span starts or ends, those that contradict each other.
fn check_combination(clauses: &Clauses) -> Result<()> {
    let since = clauses.since.as_ref().map(|c| ("since", c.span));
    let until = clauses.until.as_ref().map(|c| ("until", c.span));
    let between = clauses.between.as_ref().map(|c| ("between", c.span));
    let during = clauses.during.as_ref().map(|c| ("during", c.span));
    let at = clauses.at.as_ref().map(|c| ("at", c.span));
    let over_last = clauses.over_last.as_ref().map(|c| ("over last", c.span));
    let alone = [between, during];
    let all = [since, until, between, during, at, over_last];
    let stated = || all.into_iter().flatten();
    for (name, span) in alone.into_iter().flatten() {
        if let Some((other, place)) = stated().find(|(other, _)| *other != name) {
            return Err(diagnostics::clashing_clauses((name, span), (other, place)));
        }
    }
    for (one, other) in [(since, at), (since, over_last), (until, at)] {
        if let (Some(one), Some(other)) = (one, other) {
            return Err(diagnostics::clashing_clauses(one, other));
        }
    }
    Ok(())
}

/// Where an anchor cuts: a period at its close and exactly, a date at its close, a milestone at
/// its opening.
pub(crate) fn cut(anchor: &Anchor, catalogue: &Catalogue) -> Result<Cut> {
    let before =
        |first: Date, span| first.previous().ok_or_else(|| diagnostics::off_calendar(span));
    Ok(match anchor {
        Anchor::Period(period, _) if is_date(*period) => {
            Cut::Close(period.last_day(), period.to_string())
        }
        Anchor::Period(period, _) => Cut::Exact(*period),
        Anchor::Latest(_) => Cut::Latest,
        Anchor::First(_) => Cut::First,
        Anchor::Name(name) => {
            let (first, _) = extent(anchor, catalogue)?;
            Cut::Close(before(first, span_of(name))?, words(anchor))
        }
        Anchor::StartOf(inner, span) => {
            let (first, _) = extent(inner, catalogue)?;
            Cut::Close(before(first, *span)?, words(anchor))
        }
        Anchor::EndOf(inner, _) => Cut::Close(extent(inner, catalogue)?.1, words(anchor)),
    })
}

/// The knowledge date of `as of`: the close of a period or date, the opening of a milestone.
pub(crate) fn knowledge_date(anchor: &Anchor, span: Span, catalogue: &Catalogue) -> Result<Date> {
    cut(anchor, catalogue)?.day().ok_or_else(|| diagnostics::needs_figures(span, "as of"))
}

/// The day whose boundaries `on boundaries` means: the close of a period or date, the first day
/// of a milestone, on which the new boundaries hold.
pub(crate) fn boundaries(anchor: &Anchor, span: Span, catalogue: &Catalogue) -> Result<Date> {
    match anchor {
        Anchor::Period(period, _) => Ok(period.last_day()),
        Anchor::Name(_) | Anchor::StartOf(..) => Ok(extent(anchor, catalogue)?.0),
        Anchor::EndOf(..) => Ok(extent(anchor, catalogue)?.1),
        Anchor::Latest(_) => Ok(Date::MAX),
        Anchor::First(_) => Err(diagnostics::needs_figures(span, "on boundaries")),
    }
}

/// The first and last day of what an anchor names.
fn extent(anchor: &Anchor, catalogue: &Catalogue) -> Result<(Date, Date)> {
    match anchor {
        Anchor::Period(period, _) => Ok((period.first_day(), period.last_day())),
        Anchor::Name(name) => milestone(name, catalogue),
        Anchor::StartOf(inner, _) => extent(inner, catalogue).map(|(first, _)| (first, first)),
        Anchor::EndOf(inner, _) => extent(inner, catalogue).map(|(_, last)| (last, last)),
        Anchor::Latest(span) => Err(diagnostics::needs_figures(*span, "latest")),
        Anchor::First(span) => Err(diagnostics::needs_figures(*span, "first")),
    }
}

fn milestone(name: &Name, catalogue: &Catalogue) -> Result<(Date, Date)> {
    let (text, span) = crate::names::literal(name)?;
    match catalogue.find_milestone(text) {
        Lookup::Found(id) => {
            let milestone = catalogue.milestone(id);
            Ok((milestone.opening(), milestone.close()))
        }
        Lookup::Ambiguous(ids) => {
            let candidates: Vec<String> = ids
                .into_iter()
                .map(|id| {
                    let milestone = catalogue.milestone(id);
                    format!("\"{}\" ({})", milestone.name, milestone.start)
                })
                .collect();
            Err(diagnostics::ambiguous("milestone", text, span, &candidates))
        }
        Lookup::Unknown => {
            let similar = catalogue.similar_milestones(text, 3);
            Err(crate::names::unknown(catalogue, "milestone", text, span, &similar))
        }
    }
}

/// Whether two spans compare: those of one frequency, and without one those of as many days.
pub(crate) fn is_as_long(one: Period, other: Period) -> bool {
    let days = |p: Period| p.last_day().day_number() - p.first_day().day_number();
    one.frequency() == other.frequency() && (one.frequency().is_some() || days(one) == days(other))
}

/// A day in a query is a date: figures are looked for at or before it.
fn is_date(period: Period) -> bool {
    period.frequency() == Some(Frequency::Day)
}

/// The anchor as it reads in a sentence.
pub(crate) fn words(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Period(period, _) => period.to_string(),
        Anchor::Name(Name::Literal { text, .. }) => format!("\"{text}\""),
        Anchor::Name(Name::Parameter(parameter)) => format!("${}", parameter.name),
        Anchor::Latest(_) => "latest".to_owned(),
        Anchor::First(_) => "first".to_owned(),
        Anchor::StartOf(inner, _) => format!("start of {}", words(inner)),
        Anchor::EndOf(inner, _) => format!("end of {}", words(inner)),
    }
}

fn span_of(name: &Name) -> Span {
    match name {
        Name::Literal { span, .. } => *span,
        Name::Parameter(parameter) => parameter.span,
    }
}
