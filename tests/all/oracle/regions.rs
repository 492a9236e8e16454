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

/// Questions about each world.
const QUESTIONS: usize = 40;

/// Seeds of worlds: as many fresh ones as the environment says, otherwise the same few.
fn seeds(worlds: u64) -> std::ops::Range<u64> {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let first = asked.map_or(0, |_: u64| RandomState::new().hash_one(worlds) >> 1);
    first..first + asked.unwrap_or(worlds)
}

#[test]
fn figures_of_regions_are_put_together_as_the_oracle_does() {
    for seed in seeds(80) {
        let mut dice = Dice::new(seed);
        let world = world::world(&mut dice);
        let store = world.store();
        let snapshot = store.snapshot();
        for _ in 0..QUESTIONS {
            let question = ask::question(&mut dice, &world);
            if agree(&world, &snapshot, &question).is_err() {
                let difference = |world: &_| agree(world, &store_of(world), &question);
                let world = smaller::smaller(&world, |world| difference(world).is_err());
                let told = difference(&world).err().unwrap_or_default();
                panic!("world {seed}: {told}\n{world:?}\nquery\n{question}\n----\n");
            }
        }
    }
}

fn store_of(world: &crate::oracle::facts::World) -> milepost::Snapshot {
    world.store().snapshot()
}
