//! How long parsing a query takes.

fn main() {}
