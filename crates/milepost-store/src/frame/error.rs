use std::borrow::Cow;

/// Bytes that do not follow FORMAT.md.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} (at byte {offset})")]
pub(crate) struct FormatError {
    /// Where in the file (or in the frame, until the file's part is added) it was noticed.
    pub(crate) offset: u64,
    /// What was found and what would have been valid.
    pub(crate) what: Cow<'static, str>,
}

impl FormatError {
    pub(crate) fn new(offset: u64, what: impl Into<Cow<'static, str>>) -> FormatError {
        FormatError { offset, what: what.into() }
    }

    /// The same error seen from a file in which the frame begins at `start`.
    #[must_use]
    pub(crate) fn within(self, start: u64) -> FormatError {
        FormatError { offset: self.offset.saturating_add(start), ..self }
    }
}

/// Fails with `what` unless `valid`.
pub(super) fn ensure(valid: bool, offset: u64, what: &'static str) -> Result<(), FormatError> {
    if valid { Ok(()) } else { Err(FormatError::new(offset, what)) }
}
