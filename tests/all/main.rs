//! One binary for all integration tests.

mod claims;
mod golden;
mod queries;
mod script;
mod storage;
mod tidy;
