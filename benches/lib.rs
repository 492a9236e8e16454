//! Criterion suites; see the files beside this one.
