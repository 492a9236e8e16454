//! The semantics of sentences, checked against printed figures and the rules of the language.

mod figures;
mod goals;
mod laws;
mod limits;
mod names;
mod reads;
mod refusals;
mod rows;
mod side_by_side;
mod time;
