//! Ctrl-C while a question is being answered.

use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use milepost::CancelToken;

/// How a program ends that was interrupted, as shells have it.
const INTERRUPTED: i32 = 130;

/// What Ctrl-C does at a prompt: it cancels the question that is being answered and, pressed once
/// more while that still goes on, ends the program. While nothing is asked, the line editor has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<Mutex<Option<CancelToken>>>);

/// A question that is being answered, until it is dropped.
#[derive(Debug)]
pub(crate) struct Busy<'i> {
    interrupt: &'i Interrupt,
    pub(crate) token: CancelToken,
}

impl Interrupt {
    /// Takes Ctrl-C from the operating system. Where that is not possible, it ends the program as
    /// it does everywhere else.
    pub(crate) fn install() -> Self {
        let interrupt = Self::default();
        let pressed = interrupt.clone();
        let _ = ctrlc::set_handler(move || {
            if pressed.press() {
                process::exit(INTERRUPTED);
            }
        });
        interrupt
    }

    /// Begins a question.
    pub(crate) fn begin(&self) -> Busy<'_> {
        let token = CancelToken::new();
        *self.asked() = Some(token.clone());
        Busy { interrupt: self, token }
    }

    /// Cancels what is being answered; whether it was cancelled before, so that patience is over.
    fn press(&self) -> bool {
        match &*self.asked() {
            Some(token) if token.is_cancelled() => true,
            Some(token) => {
                token.cancel();
                false
            }
            // Between an answer and the prompt there is nothing to cancel.
            None => false,
        }
    }

    fn asked(&self) -> MutexGuard<'_, Option<CancelToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        *self.interrupt.asked() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_time_is_one_too_many() {
        let interrupt = Interrupt::default();
        assert!(!interrupt.press(), "nothing is asked");
        let busy = interrupt.begin();
        assert!(!busy.token.is_cancelled());
        assert!(!interrupt.press());
        assert!(busy.token.is_cancelled());
        assert!(interrupt.press());
        drop(busy);
        assert!(!interrupt.press(), "it has ended");
        let next = interrupt.begin();
        assert!(!next.token.is_cancelled(), "each question has its own");
        assert!(!interrupt.press());
    }
}
