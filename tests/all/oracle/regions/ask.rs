//! Questions about a world, biased so that most of them meet figures.

use milepost::{Date, Frequency, Kind, Period};
use milepost_lang::ast::MeasureKind;

use super::dice::Dice;
use super::question::{Anchor, Question, Time, Written};
use super::world::CHANGES;
use crate::oracle::facts::World;

/// A question about a world.
pub(crate) fn question(dice: &mut Dice, world: &World) -> Question {
    use MeasureKind::{Cagr, Change, Contribution, Gap, Growth, Index, Multiple, Pace, Share};
    let indicator = dice.pick(&world.indicators);
    let additive = matches!(indicator.kind, Some(Kind::Stock | Kind::Flow));
    let between = dice.pick(&[Change, Change, Growth, Growth, Multiple, Index, Cagr, Pace]);
    let parts = if additive || dice.percent(5) { 3 } else { 0 };
    let measure = dice.weighted(&[
        (9, None),
        (8, Some(between)),
        (parts, Some(Share)),
        (parts, Some(Contribution)),
        (2, Some(Gap)),
    ]);
    let compares = measure.is_some_and(|kind| !matches!(kind, Share | Gap));
    let yoy = matches!(measure, Some(Change | Growth | Multiple)) && dice.percent(20);
    let frequency = frequency(dice, world, &indicator.name);
    let time = match measure {
        _ if yoy => at(dice, frequency),
        Some(Gap) => at(dice, frequency),
        _ if compares => span(dice, frequency),
        _ => {
            if dice.percent(55) {
                at(dice, frequency)
            } else {
                span(dice, frequency)
            }
        }
    };
    let steps = !matches!(time, Time::At(_)) && !yoy && measure != Some(Gap);
    // Which of several labels of one close a list shows is not a matter of regions.
    let listed = measure.is_none_or(|kind| kind == Share);
    let coarse = listed && !matches!(time, Time::Open);
    let step = (steps && (dice.percent(40) || coarse)).then_some(frequency);
    let level = dice.percent(35).then(|| level(dice, world));
    let places = if level.is_some() && dice.percent(8) { Vec::new() } else { places(dice, world) };
    let complete = match dice.below(20) {
        0..=1 => Some(100),
        2..=3 => Some(dice.pick(&[0, 30, 50, 60, 75, 90])),
        _ => None,
    };
    let plain = places.iter().all(|place| place.except.is_empty() && place.names.len() == 1);
    Question {
        measure,
        yoy,
        indicator: super::world::indicator_name(&indicator.name),
        whole: whole(dice, world, &indicator.name, measure),
        places,
        level,
        step,
        time,
        boundaries: dice.percent(15).then(|| anchor(dice, frequency)),
        complete,
        matched: plain && !matches!(measure, Some(Share | Contribution | Gap)) && dice.percent(12),
        projections: dice.percent(5),
    }
}

/// The frequency of an indicator's figures, now and then a coarser one.
fn frequency(dice: &mut Dice, world: &World, indicator: &str) -> Frequency {
    let mut facts = world.facts.iter().filter(|fact| fact.indicator == indicator);
    let own = facts.next().and_then(|fact| fact.period.frequency());
    if dice.percent(25) { Frequency::Year } else { own.unwrap_or(Frequency::Year) }
}

fn period(dice: &mut Dice, frequency: Frequency) -> Period {
    let year =
        i16::try_from(2016 + dice.weighted(&[(1, 0), (5, 1), (5, 2), (6, 3), (6, 4), (6, 5)]));
    let day = Date::new(year.expect("a year"), if dice.percent(50) { 3 } else { 9 }, 1);
    Period::containing(frequency, day.expect("a day")).expect("a period")
}

fn anchor(dice: &mut Dice, frequency: Frequency) -> Anchor {
    if dice.percent(25) {
        return Anchor::Milestone(dice.pick(&CHANGES));
    }
    Anchor::Period(period(dice, frequency))
}

fn at(dice: &mut Dice, frequency: Frequency) -> Time {
    if dice.percent(20) { Time::Open } else { Time::At(anchor(dice, frequency)) }
}

fn span(dice: &mut Dice, frequency: Frequency) -> Time {
    let mut ends = [period(dice, frequency), period(dice, frequency)];
    ends.sort();
    let [from, to] = ends;
    match dice.below(10) {
        0..=2 => Time::Since(anchor(dice, frequency)),
        3 => Time::During(to),
        4..=5 => Time::Between(Anchor::Milestone(CHANGES[0]), Anchor::Period(to)),
        _ => Time::Between(Anchor::Period(from), Anchor::Period(to)),
    }
}

fn level(dice: &mut Dice, world: &World) -> &'static str {
    let level = dice.weighted(&[
        (6, "province"),
        (4, "district"),
        (1, "municipality"),
        (1, "macro_region"),
        (1, "reporting_unit"),
        (1, "country"),
    ]);
    let known = world.regions.iter().any(|region| region.kind == level);
    if known || dice.percent(5) { level } else { "province" }
}

fn places(dice: &mut Dice, world: &World) -> Vec<Written> {
    let count = dice.weighted(&[(5, 1), (2, 2), (1, 3)]);
    (0..count).map(|_| place(dice, world)).collect()
}

fn place(dice: &mut Dice, world: &World) -> Written {
    let one = |dice: &mut Dice| if dice.percent(35) { "C".to_owned() } else { name(dice, world) };
    match dice.below(10) {
        0..=5 => Written { names: vec![one(dice)], except: Vec::new() },
        6..=7 => {
            let count = 2 + dice.below(2);
            Written { names: (0..count).map(|_| name(dice, world)).collect(), except: Vec::new() }
        }
        _ => {
            let names =
                if dice.percent(80) { vec![one(dice)] } else { vec![one(dice), name(dice, world)] };
            let count = 1 + dice.below(2);
            Written { names, except: (0..count).map(|_| name(dice, world)).collect() }
        }
    }
}

/// A code, a name, the code of another scheme or a uid.
fn name(dice: &mut Dice, world: &World) -> String {
    let region = dice.pick(&world.regions);
    match dice.below(20) {
        0..=11 => region.code.clone(),
        12..=15 => region.official_name().to_owned(),
        16..=17 if !region.codes.is_empty() => region.codes[0].1.clone(),
        _ => region.uid(),
    }
}

/// Of jobs and adults one as a percentage of the other.
fn whole(
    dice: &mut Dice,
    world: &World,
    indicator: &str,
    measure: Option<MeasureKind>,
) -> Option<&'static str> {
    let parts = matches!(measure, Some(MeasureKind::Share | MeasureKind::Contribution));
    let other = match indicator {
        "jobs" => "adults",
        "adults" => "jobs",
        _ => return None,
    };
    let known = world.indicators.iter().any(|indicator| indicator.name == other);
    (known && !parts && dice.percent(20)).then_some(other)
}
