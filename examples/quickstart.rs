//! Milepost linked as a library.

fn main() {}
