//! How long a statement may take.

use std::str::FromStr;
use std::time::Duration;

/// A time in seconds, above zero: `30`, `0.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeout(pub(crate) Duration);

/// A text that is no such time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of seconds above zero would fit, such as 30 or 0.5")]
pub(crate) struct NoTimeout;

impl FromStr for Timeout {
    type Err = NoTimeout;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds: f64 = text.parse().map_err(|_| NoTimeout)?;
        let time = Duration::try_from_secs_f64(seconds).map_err(|_| NoTimeout)?;
        if time.is_zero() { Err(NoTimeout) } else { Ok(Self(time)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read() {
        assert_eq!("30".parse(), Ok(Timeout(Duration::from_secs(30))));
        assert_eq!("0.5".parse(), Ok(Timeout(Duration::from_millis(500))));
        for text in ["0", "-1", "NaN", "inf", "1e30", "5s", ""] {
            assert_eq!(text.parse::<Timeout>(), Err(NoTimeout), "{text}");
        }
    }
}
