//! A disagreement, told with as few figures as it needs.

use crate::oracle::facts::World;

/// Leaves out figures as long as what is left still fails.
pub(crate) fn smaller(world: &World, fails: impl Fn(&World) -> bool) -> World {
    let mut world = world.clone();
    let mut size = world.facts.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < world.facts.len() {
            let to = (from + size).min(world.facts.len());
            let less = world.without(from..to);
            if fails(&less) {
                world = less;
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    world
}
