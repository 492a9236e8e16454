//! Runs an operation with the best instructions that this processor has.
//!
//! The body of an operation must be `#[inline(always)]` all the way down: otherwise the
//! feature-enabled wrappers would silently call one shared copy compiled for the portable level.

#![allow(unsafe_code, reason = "calling a function compiled for detected processor features")]

/// A computation that exists once in source and is compiled for every [`Level`].
pub(super) trait Operation {
    type Output;

    /// The body; implementations are `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

/// What the processor can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What every processor of the compilation target has.
    Portable,
    /// 256-bit vectors on x86-64.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit vectors on x86-64.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best level of this processor; the standard library remembers what it detected.
    #[inline]
    pub(super) fn detect() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            if Level::Avx512.is_available() {
                return Level::Avx512;
            }
            if Level::Avx2.is_available() {
                return Level::Avx2;
            }
        }
        Level::Portable
    }

    #[inline]
    fn is_available(self) -> bool {
        match self {
            Level::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => is_x86_feature_detected!("avx512f"),
        }
    }

    /// Every level that this processor has.
    pub fn available() -> Vec<Level> {
        #[cfg(target_arch = "x86_64")]
        let levels = [Level::Portable, Level::Avx2, Level::Avx512];
        #[cfg(not(target_arch = "x86_64"))]
        let levels = [Level::Portable];
        levels.into_iter().filter(|level| level.is_available()).collect()
    }

    /// Runs `operation` at this level, or portably if the processor lacks it.
    #[inline]
    pub(super) fn run<O: Operation>(self, operation: O) -> O::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the guard has just detected AVX2, the only feature that `run_avx2` enables.
            Level::Avx2 if self.is_available() => unsafe { run_avx2(operation) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the guard has just detected AVX-512F, the only feature that `run_avx512`
            // enables.
            Level::Avx512 if self.is_available() => unsafe { run_avx512(operation) },
            _ => operation.run(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2<O: Operation>(operation: O) -> O::Output {
    operation.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn run_avx512<O: Operation>(operation: O) -> O::Output {
    operation.run()
}
