//! Since, the query language of milepost: lexer, parser, printer, diagnostics, completion.
//!
//! A query is a noun phrase about statistical series:
//! `growth of voluntary_si.participants in VN since "Resolution 28"`. The text is read
//! without a catalogue, so it means the same tree everywhere; names are resolved by
//! whoever runs the query. `LANGUAGE.md` beside this crate is the normative description.
//!
//! ```
//! # fn main() -> Result<(), milepost_lang::QueryError> {
//! let query = milepost_lang::parse_query("since 2015 until 2019 growth of si.participants");
//! assert!(query.is_err(), "the noun phrase stands first");
//! let query = milepost_lang::parse_query("growth of si.participants until 2019 since 2015")?;
//! assert_eq!(query.to_string(), "growth of si.participants since 2015 until 2019");
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation
    )
)]

pub mod ast;
mod complete;
mod diagnostic;
mod highlight;
mod hints;
mod lexer;
mod pages;
mod parser;
mod phrasebook;
mod print;
mod render;
mod span;
mod token;
mod words;

pub use crate::complete::{Candidate, complete, is_complete};
pub use crate::diagnostic::{Diagnostic, Fix, QueryError, Related, Severity, code_title, codes};
pub use crate::highlight::{Class, highlight};
pub use crate::hints::name_hint;
pub use crate::lexer::tokenize;
pub use crate::pages::{Page, page};
pub use crate::parser::{Expectation, parse, parse_query};
pub use crate::span::Span;
pub use crate::token::{Token, TokenKind};
