//! Which periods are compared: one base and one end for the whole query, and the steps between.

use milepost_lang::ast::{Axis, Clauses, MeasureKind, Query};
use milepost_model::{Date, Frequency, Period};

use crate::answer::MissingReason;
use crate::build::Scope;
use crate::line::Timing;
use crate::pool::{Periods, Pool};
use crate::reduce::takes_all_time;
use crate::sentence::{BaseRule, Sentence, back};
use crate::steps::Steps;
use crate::time::{Base, Cut, Times, is_as_long};
use crate::{Result, diagnostics};

/// The periods of a query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// The rows of each sentence, in order.
    pub(crate) rows: Rows,
    /// The base period, where there is one.
    pub(crate) base: Option<Period>,
    /// The end period; None where no figure could be found at all.
    pub(crate) end: Option<Period>,
    /// How far the base lies before the cut that chose it, in whole native periods.
    pub(crate) base_lag: Option<(Period, Date)>,
    /// The same for the end.
    pub(crate) end_lag: Option<(Period, Date)>,
    /// Why there is no end.
    pub(crate) why: Option<MissingReason>,
    /// The last figure, where it lies after the last step.
    pub(crate) after_steps: Option<Period>,
    /// Whether every sentence has one row, whatever the figures are.
    pub(crate) is_single: bool,
}

/// Which periods the rows of a sentence have.
#[derive(Clone, Debug, Default)]
pub(crate) enum Rows {
    /// No period at all could be chosen.
    #[default]
    None,
    /// These, for every sentence.
    Periods(Vec<Period>),
    /// The periods in which the sentence itself has a figure, closing from the first day to the
    /// last; with the base and an end that the sentence names, which have rows even where they
    /// are missing.
    Natives { first: Date, last: Date, base: Option<Period>, end: Option<Period> },
}

/// The steps of `by`, where there are any, as the calendar has them.
pub(crate) fn steps_of(clauses: &Clauses) -> Result<Option<Steps>> {
    let mut found = None;
    for axis in clauses.by.iter().flat_map(|clause| &clause.value) {
        let Axis::Time { count, frequency, span } = axis else { continue };
        if let Some((_, other)) = found {
            return Err(diagnostics::two_frequencies(
                Frequency::name(other),
                frequency.name(),
                *span,
            ));
        }
        let steps = Steps::new(*count, *frequency);
        found = Some((steps.ok_or_else(|| diagnostics::long_window(*span))?, *frequency));
    }
    Ok(found.map(|(steps, _)| steps))
}

/// Whether a measure starts from a base.
pub(crate) fn needs_base(measure: MeasureKind, has_goal: bool) -> bool {
    match measure {
        MeasureKind::Change
        | MeasureKind::Growth
        | MeasureKind::Multiple
        | MeasureKind::Index
        | MeasureKind::Cagr
        | MeasureKind::Contribution
        | MeasureKind::Progress => true,
        MeasureKind::Pace => !has_goal,
        MeasureKind::Gap | MeasureKind::Revisions | MeasureKind::Share => false,
    }
}

/// Whether the base stays where it is when there are steps.
fn keeps_base(measure: MeasureKind) -> bool {
    matches!(measure, MeasureKind::Multiple | MeasureKind::Index | MeasureKind::Progress)
}

/// The period that a cut picks.
fn pick(cut: &Cut, times: &Times, pool: &Pool<'_>) -> Option<Period> {
    let newest = times.newest.unwrap_or(Date::MAX);
    match cut {
        Cut::Exact(period) => Some(*period),
        Cut::Close(day, _) => pool.last(newest.min(*day)),
        Cut::Latest => pool.last(newest),
        Cut::First => pool.first(),
    }
}

/// How far a picked period lies from its cut, where that is more than one period of its length.
fn lag(cut: &Cut, picked: Option<Period>) -> Option<(Period, Date)> {
    let (Cut::Close(day, _), Some(period)) = (cut, picked) else { return None };
    let next = period.next()?;
    (next.last_day() <= *day).then_some((period, *day))
}

fn spans(sentences: &[Sentence]) -> bool {
    sentences.iter().any(|s| !s.line.is_constant() && s.line.timing() == Timing::Span)
}

/// Chooses base, end and rows for a query over its regions, and gives every sentence its base.
/// `strict` makes a base or an end missing that lies more than one period before its anchor.
pub(crate) fn settle(
    sentences: &mut [Sentence],
    query: &Query,
    times: &Times,
    only_targets: bool,
    strict: bool,
) -> Result<Plan> {
    settle_among(sentences, None, query, times, only_targets, strict)
}

/// The same for sentences that stand for others as well, whose periods are those of `all`.
pub(crate) fn settle_among(
    sentences: &mut [Sentence],
    all: Option<&dyn Periods>,
    query: &Query,
    times: &Times,
    only_targets: bool,
    strict: bool,
) -> Result<Plan> {
    let own: &[Sentence] = sentences;
    let periods = all.unwrap_or(&own);
    let measure = query.measure.as_ref();
    let yoy = measure.is_some_and(|measure| measure.yoy);
    let kind = measure.map(|measure| measure.kind);
    // Shares and revisions are shown like levels, their base included.
    let is_level = |kind: &MeasureKind| matches!(kind, MeasureKind::Share | MeasureKind::Revisions);
    let compared = kind.filter(|kind| !is_level(kind));
    let steps = sentences.first().and_then(|sentence| sentence.steps);
    // Base and end are chosen among single periods; steps of several count from there.
    let each = steps.map(|steps| Steps::each(steps.frequency));
    if sentences.iter().all(|sentence| sentence.line.is_constant()) {
        return constant(sentences, kind, query);
    }
    if let (Some(clause), true, true) = (&query.clauses.by, steps.is_some(), times.is_single()) {
        let at = ("at", times.end_span);
        return Err(diagnostics::clashing_clauses(at, ("by", clause.span)));
    }
    let accrues = spans(sentences);
    let grain = grain(periods, times, each, compared.is_some() && accrues);
    let pool = Pool::new(periods, grain);
    let of_step =
        |period| each.filter(|_| accrues).map_or(period, |each| each.closing_with(period));
    let end = end(times, &pool)
        .or_else(|| beginning(sentences, &times.end, grain.filter(|_| accrues)))
        .map(of_step);
    let mut plan = Plan { end, ..Plan::default() };
    if end.is_none() && !pool.is_empty() {
        plan.why = Some(MissingReason::BeforeSeries);
    }
    plan.end_lag = lag(&times.end, plan.end);
    if strict && plan.end_lag.is_some() {
        plan.end = None;
    }
    check_base(query, times, steps, sentences, yoy)?;
    let natives = Pool::new(periods, None);
    let base_pool = if accrues { &pool } else { &natives };
    let of_spans = grain.filter(|_| accrues);
    let low = base(sentences, times, base_pool, (of_spans, steps), &mut plan)?;
    plan.base = plan.base.map(of_step);
    if strict && plan.base_lag.is_some() {
        plan.base = None;
    }
    check_lengths(&plan, times, compared, yoy, accrues)?;
    check_order(&mut plan, times, compared.is_some() && !yoy, query)?;
    let steps = steps.map(|steps| count_steps(steps, sentences, times, low));
    plan.base = plan.base.map(|base| as_long_as_a_step(base, steps, accrues));
    let rule = rule(&plan, times, kind, yoy, (steps, low), sentences, periods);
    plan.is_single = steps.is_none()
        && (times.is_single() || compared.is_some_and(|kind| !has_series(kind, yoy, query, times)));
    plan.rows = match (steps, plan.end) {
        (_, None) => Rows::None,
        // Without any figure there is nothing that steps could start from.
        (Some(_), Some(end)) if low == Date::MIN && pool.is_empty() => Rows::Periods(vec![end]),
        (Some(steps), Some(end)) => {
            let counted = Pool::new(periods, Some(steps));
            let pool = if steps.is_several() { &counted } else { &pool };
            let rows = stepped(steps, low, end.last_day(), pool, &plan, times, compared, query)?;
            let last = rows.last().filter(|_| steps.is_several()).unwrap_or(&end).last_day();
            let newest = || natives.last(Date::MAX).filter(|newest| newest.last_day() > last);
            plan.after_steps = if times.end_stated { None } else { newest() };
            Rows::Periods(rows)
        }
        (None, Some(end)) if plan.is_single => Rows::Periods(vec![end]),
        (None, Some(end)) => {
            let whole_series = only_targets || takes_all_time(query);
            native(end, low, &plan, times, compared, whole_series)
        }
    };
    for sentence in sentences {
        (sentence.base, sentence.steps) = (rule.clone(), steps);
    }
    Ok(plan)
}

/// The end that was chosen before, or the one that the sentence picks.
fn end(times: &Times, pool: &Pool<'_>) -> Option<Period> {
    times.chosen.map(|(_, end)| end).or_else(|| pick(&times.end, times, pool))
}

/// A query whose every part says when: one row.
fn constant(sentences: &[Sentence], kind: Option<MeasureKind>, query: &Query) -> Result<Plan> {
    let period = sentences
        .iter()
        .filter_map(|sentence| sentence.line.fixed_period())
        .max()
        .ok_or_else(|| diagnostics::no_indicator(query.span))?;
    if let Some(kind) = kind.filter(|kind| needs_base(*kind, query.clauses.to.is_some())) {
        return Err(diagnostics::one_number(kind, query.span));
    }
    let rows = Rows::Periods(vec![period]);
    Ok(Plan { rows, end: Some(period), is_single: true, ..Plan::default() })
}

/// The frequency in which figures are compared. What holds at a close compares whatever its
/// label, so only steps restrict it; what accrues compares over spans of equal length: those of
/// `by`, of a period that the sentence names, or of the latest figure.
fn grain(
    periods: &dyn Periods,
    times: &Times,
    steps: Option<Steps>,
    compares_spans: bool,
) -> Option<Steps> {
    if steps.is_some() || !compares_spans {
        return steps;
    }
    let exact = |cut: &Cut| match cut {
        Cut::Exact(period) => period.frequency(),
        _ => None,
    };
    let base = match &times.base {
        Base::Cut(cut) => exact(cut),
        Base::None | Base::Back { .. } => None,
    };
    let chosen = times.chosen.and_then(|(_, end)| end.frequency());
    let frequency = exact(&times.end).or(base).or(chosen).or_else(|| {
        let pool = Pool::new(periods, None);
        let natives = pool.all();
        let latest = natives.last()?.last_day();
        natives
            .iter()
            .rev()
            .take_while(|p| p.last_day() == latest)
            .filter_map(|p| p.frequency())
            .max()
    });
    frequency.map(Steps::each)
}

/// The steps of a sentence, counted forwards from its base; without one they are those of the
/// calendar, so that a figure before the first one moves none.
fn count_steps(steps: Steps, sentences: &[Sentence], times: &Times, low: Date) -> Steps {
    if !steps.is_several() {
        return steps;
    }
    let has_base = times.base != Base::None && low != Date::MIN;
    let steps = if has_base { steps.counted_from(low) } else { steps };
    let wide = sentences.iter().any(|sentence| sentence.line.adds_up_over_steps());
    if wide { steps.wide() } else { steps }
}

/// Of spans, where a step is several periods, as many of them up to the base: wherever the steps
/// start, they are compared with what is as long.
fn as_long_as_a_step(base: Period, steps: Option<Steps>, accrues: bool) -> Period {
    let several = steps.filter(|steps| steps.is_several() && accrues);
    several.map_or(base, |steps| steps.counted_from(base.last_day()).closing_with(base))
}

/// Refuses a measure without a base and a base without a use.
fn check_base(
    query: &Query,
    times: &Times,
    steps: Option<Steps>,
    sentences: &[Sentence],
    yoy: bool,
) -> Result<()> {
    let Some(measure) = &query.measure else { return Ok(()) };
    let has_goal = query.clauses.to.is_some();
    let flow_progress = measure.kind == MeasureKind::Progress && spans(sentences);
    let steps_are_bases = steps.is_some() && measure.kind != MeasureKind::Progress;
    let from_nothing = flow_progress && steps.is_none();
    let has_base = times.base != Base::None || yoy || steps_are_bases || from_nothing;
    if needs_base(measure.kind, has_goal) && !has_base {
        return Err(diagnostics::needs_base(measure.kind, measure.span));
    }
    let uses_base = needs_base(measure.kind, has_goal)
        || matches!(measure.kind, MeasureKind::Pace | MeasureKind::Share | MeasureKind::Revisions);
    if !uses_base && times.base != Base::None && steps.is_none() {
        return Err(diagnostics::unused_base(measure.kind, times.base_span));
    }
    Ok(())
}

/// Chooses the base and returns the close from which rows start.
fn base(
    sentences: &[Sentence],
    times: &Times,
    pool: &Pool<'_>,
    (grain, steps): (Option<Steps>, Option<Steps>),
    plan: &mut Plan,
) -> Result<Date> {
    match &times.base {
        Base::None if steps.is_none() => Ok(Date::MIN),
        Base::None => {
            let first = pool.first().and_then(|p| p.last_day().previous()).unwrap_or(Date::MIN);
            Ok(first)
        }
        Base::Cut(cut) => {
            plan.base = match times.chosen {
                Some((base, _)) => base,
                None => pick(cut, times, pool).or_else(|| beginning(sentences, cut, grain)),
            };
            plan.base_lag = lag(cut, plan.base);
            let day = cut.day().or(plan.base.map(Period::last_day)).unwrap_or(Date::MIN);
            let picked = plan.base.map_or(day, Period::last_day);
            Ok(if times.is_window() { day } else { picked })
        }
        Base::Back { count, frequency } => {
            let Some(end) = plan.end else { return Ok(Date::MIN) };
            let base = back(end, *count, *frequency)
                .ok_or_else(|| diagnostics::uneven_window(end, times.base_span))?;
            plan.base = Some(base);
            Ok(base.last_day())
        }
    }
}

/// Where no figure lies before a cut: the cut itself, if the indicator did not exist then and
/// counts as zero.
fn beginning(sentences: &[Sentence], cut: &Cut, grain: Option<Steps>) -> Option<Period> {
    let Cut::Close(day, _) = cut else { return None };
    let period = match grain {
        None => Period::day(*day),
        Some(steps) => {
            let period = steps.containing(*day)?;
            if period.last_day() == *day { period } else { period.previous()? }
        }
    };
    // A figure that is no step of `by` is no beginning, nor is a sum of other regions.
    let is_zero = |sentence: &Sentence| {
        sentence.line.leaves().iter().all(|series| series.is_before_beginning(period))
            && sentence.line.read(period).is_ok()
    };
    sentences.iter().any(is_zero).then_some(period)
}

/// Figures over spans of different lengths do not compare.
fn check_lengths(
    plan: &Plan,
    times: &Times,
    kind: Option<MeasureKind>,
    yoy: bool,
    accrues: bool,
) -> Result<()> {
    let (Some(base), Some(end), Some(_), true, false) = (plan.base, plan.end, kind, accrues, yoy)
    else {
        return Ok(());
    };
    if is_as_long(base, end) {
        Ok(())
    } else {
        Err(diagnostics::different_lengths(base, end, times.base_span))
    }
}

/// An end before its base is refused where it is stated, and otherwise does not exist yet.
fn check_order(plan: &mut Plan, times: &Times, compares: bool, query: &Query) -> Result<()> {
    let (Some(base), Some(end)) = (plan.base, plan.end) else { return Ok(()) };
    let backwards = end.last_day() < base.last_day();
    if backwards && times.end_stated && times.chosen.is_none() {
        return Err(diagnostics::backwards(base, end, &query.clauses, times.end_span));
    }
    if compares && (backwards || !times.end_stated && end.last_day() <= base.last_day()) {
        plan.end = None;
        plan.why = Some(MissingReason::NotYet);
    }
    Ok(())
}

/// How the base follows from the end of a row.
fn rule(
    plan: &Plan,
    times: &Times,
    kind: Option<MeasureKind>,
    yoy: bool,
    (steps, low): (Option<Steps>, Date),
    sentences: &[Sentence],
    periods: &dyn Periods,
) -> BaseRule {
    let Some(kind) = kind else { return BaseRule::None };
    if yoy {
        return BaseRule::YearBefore;
    }
    if !needs_base(kind, false) {
        return BaseRule::None;
    }
    let fixed = match plan.base {
        Some(base) => BaseRule::Fixed(base),
        None if times.base == Base::None && steps.is_none() => BaseRule::None,
        // A figure was found, and a strict session does not take it.
        None if plan.base_lag.is_some() => BaseRule::Missing(MissingReason::NoData),
        None => BaseRule::Missing(why_no_base(times, sentences)),
    };
    match steps {
        // Where nothing is there for `first` to pick, no step has a base.
        Some(_) if plan.base.is_none() && times.base != Base::None && low == Date::MIN => fixed,
        Some(steps) if !keeps_base(kind) => {
            let first = match (plan.base, &times.base) {
                (Some(base), _) => Some(Ok(base)),
                (None, Base::None) => None,
                (None, _) => Some(Err(why_no_base(times, sentences))),
            };
            BaseRule::StepBefore { first, from: low, steps }
        }
        Some(steps) if times.base == Base::None => {
            // Without a span the first step is the base.
            periods.first(Some(steps)).map_or(fixed, BaseRule::Fixed)
        }
        _ => fixed,
    }
}

/// Why a cut has no figure before it.
fn why_no_base(times: &Times, sentences: &[Sentence]) -> MissingReason {
    let Base::Cut(Cut::Close(day, _)) = &times.base else { return MissingReason::NoData };
    let reasons = sentences.iter().filter_map(|s| s.line.read(Period::day(*day)).err());
    reasons
        .into_iter()
        .find(|reason| *reason == MissingReason::BoundaryBreak)
        .unwrap_or(MissingReason::BeforeSeries)
}

/// Whether a measure without steps is taken at several ends: every one that has a figure.
fn has_series(measure: MeasureKind, yoy: bool, query: &Query, times: &Times) -> bool {
    let without_base = yoy || !needs_base(measure, query.clauses.to.is_some());
    yoy && times.base != Base::None || without_base && takes_all_time(query) && !times.is_stated()
}

/// The steps of `by` that close after `low` up to `last`; a level shows its base before them.
#[expect(clippy::too_many_arguments, reason = "one call, of what was just settled")]
fn stepped(
    steps: Steps,
    low: Date,
    last: Date,
    pool: &Pool<'_>,
    plan: &Plan,
    times: &Times,
    kind: Option<MeasureKind>,
    query: &Query,
) -> Result<Vec<Period>> {
    let mut rows = Vec::new();
    if kind.is_none()
        && !times.is_window()
        && times.base != Base::None
        && let Some(base) = plan.base
    {
        rows.push(base);
    }
    let first = match times.base {
        // The first step of a measure without a span is its base and has no row.
        Base::None => pool.first(),
        _ => low.next().and_then(|day| steps.containing(day)),
    };
    let skips_first = times.base == Base::None && kind.is_some_and(|kind| needs_base(kind, false));
    let first = if skips_first { first.and_then(|step| steps.after(step)) } else { first };
    let all = first.into_iter().flat_map(|first| steps.from(first));
    for period in all.take_while(|period| period.last_day() <= last) {
        if rows.len() > crate::execute::ROWS_MAX {
            return Err(diagnostics::too_many_rows(query.span));
        }
        rows.push(period);
    }
    Ok(rows)
}

/// The rows of a level without steps, or of a series of year-on-year measures.
fn native(
    end: Period,
    low: Date,
    plan: &Plan,
    times: &Times,
    kind: Option<MeasureKind>,
    whole_series: bool,
) -> Rows {
    if times.base != Base::None {
        let inclusive = kind.is_none() && !times.is_window();
        let base = plan.base.filter(|_| inclusive);
        let first = low.next().unwrap_or(low);
        let named = matches!(times.end, Cut::Exact(_)) && inclusive;
        let last = end.last_day();
        return Rows::Natives { first, last, base, end: Some(end).filter(|_| named) };
    }
    let all = (!times.is_stated() && whole_series) || (times.end_stated && !times.is_single());
    if all {
        Rows::Natives { first: Date::MIN, last: end.last_day(), base: None, end: None }
    } else {
        Rows::Periods(vec![end])
    }
}

/// Gives a sentence inside an expression its base, and its period where it says so.
pub(crate) fn settle_inner(sentence: &mut Sentence, query: &Query, scope: &Scope) -> Result<()> {
    let own = has_own_times(&query.clauses);
    let times = &scope.times;
    let kind = query.measure.as_ref().map(|measure| measure.kind);
    let yoy = query.measure.as_ref().is_some_and(|measure| measure.yoy);
    if kind.is_none() && own && times.base != Base::None {
        return Err(diagnostics::span_inside(times.base_span));
    }
    let counts = sentence.steps.is_some_and(Steps::is_several);
    if sentence.measure.is_none() && !own && !counts {
        return Ok(());
    }
    let one = std::slice::from_ref(sentence);
    let each = sentence.steps.map(|steps| Steps::each(steps.frequency));
    check_base(query, times, sentence.steps, one, yoy)?;
    let accrues = spans(one);
    let grain = grain(&one, times, each, kind.is_some() && accrues);
    let pool = Pool::new(&one, grain);
    let end = pick(&times.end, times, &pool);
    let mut plan = Plan { end, ..Plan::default() };
    let natives = Pool::new(&one, None);
    let base_pool = if accrues { &pool } else { &natives };
    let over_last = matches!(times.base, Base::Back { .. });
    let low = if over_last {
        Date::MIN
    } else {
        base(one, times, base_pool, (grain.filter(|_| accrues), sentence.steps), &mut plan)?
    };
    check_lengths(&plan, times, kind, yoy, accrues)?;
    let steps = sentence.steps.map(|steps| count_steps(steps, one, times, low));
    plan.base = plan.base.map(|base| as_long_as_a_step(base, steps, accrues));
    let mut settled = rule(&plan, times, kind, yoy, (steps, low), one, &one);
    if let (Base::Back { count, frequency }, Some(kind), false) = (&times.base, kind, yoy)
        && needs_base(kind, query.clauses.to.is_some())
    {
        settled = BaseRule::Back { count: *count, frequency: *frequency };
    }
    (sentence.base, sentence.steps) = (settled, steps);
    sentence.fixed = end.filter(|_| own && times.end_stated);
    Ok(())
}

/// Whether a sentence has a time clause itself.
pub(crate) fn has_own_times(clauses: &Clauses) -> bool {
    clauses.since.is_some()
        || clauses.until.is_some()
        || clauses.between.is_some()
        || clauses.during.is_some()
        || clauses.at.is_some()
        || clauses.over_last.is_some()
}
