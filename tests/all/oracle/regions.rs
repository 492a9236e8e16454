//! Regions over time: the engine beside a naive oracle of roll-ups, and the laws of both.
//!
//! A world is a country whose provinces merge, split, exchange ground, are renamed, end and begin,
//! with figures at any level. Every question about it is answered twice: refusals with their code,
//! rows with region, period, base, value, unit, status, day of publication and coverage, or with
//! the reason why a value is missing.

mod answer;
mod ask;
mod compare;
mod dice;
mod map;
mod own;
mod question;
mod rollup;
mod rows;
mod smaller;
mod world;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use self::compare::agree;
use self::dice::Dice;
pub(crate) use self::smaller::smaller;
use super::tally::Tally;

/// Questions about each world.
const QUESTIONS: usize = 40;

#[test]
fn figures_of_regions_are_put_together_as_the_oracle_does() {
    let mut tally = Tally::of_regions();
    let mut seed = tally.seed().unwrap_or_else(|| RandomState::new().hash_one(0) >> 1);
    while !tally.is_full() {
        let mut dice = Dice::new(seed);
        let world = world::world(&mut dice);
        let snapshot = world.store().snapshot();
        for _ in 0..QUESTIONS {
            let question = ask::question(&mut dice, &world);
            if agree(&world, &snapshot, &question).is_err() {
                let asked = |world: &_| agree(world, &world.store().snapshot(), &question);
                let world = smaller(&world, |world| asked(world).is_err());
                let told = asked(&world).err().unwrap_or_default();
                tally.differ(format!("world {seed}: {told}\n{world:?}\nquery\n{question}\n----\n"));
            }
            tally.count();
        }
        seed += 1;
    }
    tally.tell("regions");
}
