//! Shapes that are not compared, each with its reason.

use milepost::{Decimal, Frequency, Indicator, Kind, Period};
use milepost_lang::ast::{Anchor, Axis, Expression, Goal, Query, StatusKind};

use crate::oracle::{
    context::Context,
    facts::{Fact, World},
    series::text,
    time::named_frequency,
};

/// Whether the language leaves open, or the engine is known to get wrong, what a query means.
pub(crate) fn disputed(world: &World, query: &Query) -> bool {
    steps_outside_the_window(query)
        || steps_after_the_end(query)
        || only_targets(query)
        || quotients_over_zero(world, query)
        || targets_beside_spans(world, query)
        || spans_of_several_lengths(world, query)
        || unbegun_parts(world, query)
        || end_before_the_beginning(world, query)
        || end_without_a_figure(world, query)
        || end_under_another_label(world, query)
        || open_ends_of_finer_steps(world, query)
        || targets_of_another_length(world, query)
}

fn step(query: &Query) -> Option<Frequency> {
    query.clauses.by.as_ref()?.value.iter().find_map(|axis| match axis {
        Axis::Time { frequency, .. } => Some(*frequency),
        Axis::Word(_) => None,
    })
}

/// A list up to a close that is stored under another label: told twice.
fn end_under_another_label(world: &World, query: &Query) -> bool {
    let Some(end) = end(query).and_then(exact) else { return false };
    let other = |period: Period| period != end && period.last_day() == end.last_day();
    let clauses = &query.clauses;
    let since = clauses.since.as_ref().map(|clause| &clause.value);
    let base = since.or(clauses.between.as_ref().map(|clause| &clause.value.0)).and_then(exact);
    query.measure.is_none()
        && step(query).is_none()
        && world.facts.iter().map(|fact| fact.period).chain(base).any(other)
}

/// Steps longer than a period that the sentence names, or across the opening of a milestone:
/// refused, empty or told as missing.
fn steps_outside_the_window(query: &Query) -> bool {
    let Some(step) = step(query) else { return false };
    let clauses = &query.clauses;
    if clauses.during.as_ref().is_some_and(|during| exact(&during.value).is_none()) {
        return true;
    }
    let between = clauses.between.iter().flat_map(|c| [&c.value.0, &c.value.1]);
    let single = [&clauses.since, &clauses.until, &clauses.during];
    let mut anchors = single.into_iter().flatten().map(|clause| &clause.value).chain(between);
    anchors.any(|anchor| match anchor {
        Anchor::Period(period, _) => {
            let own = period.frequency().filter(|own| *own != Frequency::Day);
            own.is_some_and(|own| own > step)
        }
        _ => false,
    })
}

/// `until` a day: steps between the figure that it picks and the day itself are told as missing,
/// though steps cut (base, end].
fn steps_after_the_end(query: &Query) -> bool {
    step(query).is_some() && end(query).is_some_and(|end| exact(end).is_none())
}

/// The anchor that names the end.
fn end(query: &Query) -> Option<&Anchor> {
    let clauses = &query.clauses;
    let until = clauses.until.as_ref().map(|clause| &clause.value);
    let between = clauses.between.as_ref().map(|clause| &clause.value.1);
    until.or(between)
}

/// The period of an anchor that is a period and no day.
fn exact(anchor: &Anchor) -> Option<Period> {
    match anchor {
        Anchor::Period(period, _) => {
            Some(*period).filter(|period| period.frequency() != Some(Frequency::Day))
        }
        _ => None,
    }
}

/// A day before the beginning of an indicator: no data where a structural zero is due.
fn end_before_the_beginning(world: &World, query: &Query) -> bool {
    let clauses = &query.clauses;
    let during = clauses.during.as_ref().map(|clause| &clause.value);
    let at = clauses.at.as_ref().map(|clause| &clause.value.anchor);
    let placed = at.or(during).or(end(query)).is_some_and(|anchor| exact(anchor).is_none());
    let or_before = clauses.at.as_ref().is_some_and(|at| at.value.or_before);
    (placed || or_before) && used(world, query).iter().any(|indicator| indicator.begins.is_some())
}

/// A list up to a period without a figure: its base is told as missing, its end is left out.
fn end_without_a_figure(world: &World, query: &Query) -> bool {
    if query.measure.is_some() || step(query).is_some() {
        return false;
    }
    let Some(end) = end(query).and_then(exact) else { return false };
    let contexts = Context::of(world, query).unwrap_or_default();
    contexts.iter().any(|context| {
        let whole = query.clauses.percent_of.as_ref();
        let parts = [Some(&query.expression), whole.map(|whole| &whole.value)];
        let own = |part| context.figure(part, end).is_ok_and(|figure| !figure.unbegun);
        !parts.into_iter().flatten().all(own)
    })
}

/// A target for a year, figures of shorter spans: told as `no target`, though one is set.
fn targets_of_another_length(world: &World, query: &Query) -> bool {
    let target = query.clauses.to.iter().any(|to| matches!(to.value, Goal::Target { .. }));
    let shorter = |fact: &Fact| fact.period.frequency() != Some(Frequency::Year);
    target && spans(world, query) && world.facts.iter().any(shorter)
}

/// `first` and `latest` of steps that are finer than the figures, and zeros from before the
/// beginning at such steps: whether anything is there to pick is not said.
fn open_ends_of_finer_steps(world: &World, query: &Query) -> bool {
    let clauses = &query.clauses;
    let between = clauses.between.iter().flat_map(|c| [&c.value.0, &c.value.1]);
    let single = [&clauses.since, &clauses.until];
    let mut anchors = single.into_iter().flatten().map(|clause| &clause.value).chain(between);
    let open = anchors.any(|anchor| matches!(anchor, Anchor::First(_) | Anchor::Latest(_)));
    let used = used(world, query);
    let finer = |step: Frequency| {
        let facts = world.facts.iter().filter(|fact| !fact.target);
        facts.filter_map(|fact| fact.period.frequency()).any(|length| length < step)
    };
    let unbegun = used.iter().any(|indicator| indicator.begins.is_some());
    let length = step(query).or(named_frequency(&query.clauses));
    (open || unbegun) && spans(world, query) && length.is_some_and(finer)
}

/// `only targets` lists the targets that are set, with their scenario: a table of its own.
fn only_targets(query: &Query) -> bool {
    let only = query.clauses.only.as_ref();
    only.is_some_and(|only| only.value.iter().all(|status| status.kind == StatusKind::Target))
}

/// Targets for years beside figures of shorter spans: which length is compared is not said.
fn targets_beside_spans(world: &World, query: &Query) -> bool {
    let targets = query.clauses.including.as_ref().is_some_and(|including| {
        including.value.iter().any(|status| status.kind == StatusKind::Target)
    });
    targets && spans(world, query)
}

/// Whether an undefined quotient is the latest figure, or listed, is not said.
fn quotients_over_zero(world: &World, query: &Query) -> bool {
    let used = used(world, query);
    let zero = |fact: &Fact| {
        fact.value.is_some_and(Decimal::is_zero)
            && used.iter().any(|used| used.name == fact.indicator)
    };
    let quotient = used.len() > 1
        || query.clauses.percent_of.is_some()
        || matches!(query.expression, Expression::Product(..));
    quotient && world.facts.iter().any(zero)
}

/// Several indicators at spans of several lengths: which lengths are listed is not said, and the
/// latest is taken at the shortest. An end that is named, with figures that roll up, is compared.
fn spans_of_several_lengths(world: &World, query: &Query) -> bool {
    let used = used(world, query);
    let mut lengths = world
        .facts
        .iter()
        .filter(|fact| !fact.target && used.iter().any(|used| used.name == fact.indicator))
        .map(|fact| fact.period.frequency());
    let first = lengths.next();
    let clauses = &query.clauses;
    let at = clauses.at.as_ref().map(|clause| &clause.value.anchor);
    let during = clauses.during.as_ref().map(|clause| &clause.value);
    let at_or_before = clauses.at.as_ref().is_some_and(|at| at.value.or_before);
    let named = !at_or_before && end(query).or(at).or(during).and_then(exact).is_some();
    let listed = query.measure.is_none() && at.is_none() && step(query).is_none();
    let rolled = used.iter().all(|used| match used.kind {
        None | Some(Kind::Index | Kind::Intensity) => false,
        Some(Kind::Ratio) => used.numerator.is_some(),
        Some(_) => true,
    });
    used.len() > 1
        && spans(world, query)
        && lengths.any(|other| Some(other) != first)
        && (listed || !named || !rolled)
}

/// Whether a query uses anything but closes.
fn spans(world: &World, query: &Query) -> bool {
    used(world, query).iter().any(|used| !matches!(used.kind, Some(Kind::Stock)))
}

/// Whether an indicator before its beginning, within something computed or at a step, counts as a
/// figure.
fn unbegun_parts(world: &World, query: &Query) -> bool {
    let used = used(world, query);
    let computed = used.len() > 1
        || step(query).is_some()
        || query.clauses.percent_of.is_some()
        || !matches!(query.expression, Expression::Indicator(_));
    computed && used.iter().any(|indicator| indicator.begins.is_some())
}

/// The indicators of a query, the parts of its ratios among them.
fn used<'w>(world: &'w World, query: &Query) -> Vec<&'w Indicator> {
    let mut names = Vec::new();
    add_names(&query.expression, &mut names);
    if let Some(whole) = &query.clauses.percent_of {
        add_names(&whole.value, &mut names);
    }
    for name in names.clone() {
        let indicator = world.indicator(&name);
        names.extend([&indicator.numerator, &indicator.denominator].into_iter().flatten().cloned());
    }
    names.sort();
    names.dedup();
    names.iter().map(|name| world.indicator(name)).collect()
}

fn add_names(expression: &Expression, names: &mut Vec<String>) {
    match expression {
        Expression::Indicator(name) => names.push(text(name).to_owned()),
        Expression::Quantity(_) => {}
        Expression::Negate(inner, _) => add_names(inner, names),
        Expression::Query(inner) => add_names(&inner.expression, names),
        Expression::Sum(terms, _) => {
            for (_, term) in terms {
                add_names(term, names);
            }
        }
        Expression::Product(factors, _) => {
            for (_, factor) in factors {
                add_names(factor, names);
            }
        }
    }
}
