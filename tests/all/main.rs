//! One binary for all integration tests.

mod answers;
mod claims;
mod golden;
mod language;
mod laws;
mod oracle;
mod queries;
mod real;
mod script;
mod storage;
mod tidy;
