//! Opens the REPL on a store, or on the built-in figures.

fn main() {}
