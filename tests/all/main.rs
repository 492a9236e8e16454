//! One binary for all integration tests.

mod claims;
mod golden;
mod oracle;
mod queries;
mod real;
mod script;
mod storage;
mod tidy;
