//! One binary for all integration tests.

mod claims;
mod golden;
mod queries;
mod real;
mod script;
mod storage;
mod tidy;
