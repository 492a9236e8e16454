//! A way to tell work that its result is not wanted any more.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Tells a query, from another thread or a handler of signals, that its answer is not wanted any
/// more.
///
/// Clones are one token. A token stays cancelled: whoever goes on asking takes a new one.
///
/// ```
/// use milepost_store::CancelToken;
///
/// let token = CancelToken::new();
/// let elsewhere = token.clone();
/// std::thread::spawn(move || elsewhere.cancel()).join().unwrap();
/// assert!(token.is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels whatever looks at the token.
    pub fn cancel(&self) {
        // Nothing else is handed over with it.
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was cancelled.
    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
