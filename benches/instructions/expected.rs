//! The counts that are expected, as a file has them.

use std::fmt;
use std::str::FromStr;

use milepost_benches::Failure;

/// How far from what is expected a count may be, in percent: what depends on the machine, such as
/// the seeds of hash tables, comes to much less.
const TOLERANCE: u64 = 5;

/// Instructions by what takes them, and the compiler that made them.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) compiler: String,
    pub(crate) counts: Vec<(String, u64)>,
}

/// A count beside the one that is expected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    Alike { expected: u64, counted: u64 },
    Cheaper { expected: u64, counted: u64 },
    Dearer { expected: u64, counted: u64 },
    Unexpected { counted: u64 },
    NotCounted,
}

impl Verdict {
    fn of(expected: Option<u64>, counted: Option<u64>) -> Self {
        match (expected, counted) {
            (_, None) => Self::NotCounted,
            (None, Some(counted)) => Self::Unexpected { counted },
            (Some(expected), Some(counted)) if counted * 100 > expected * (100 + TOLERANCE) => {
                Self::Dearer { expected, counted }
            }
            (Some(expected), Some(counted)) if counted * 100 < expected * (100 - TOLERANCE) => {
                Self::Cheaper { expected, counted }
            }
            (Some(expected), Some(counted)) => Self::Alike { expected, counted },
        }
    }

    /// Whether it is a fault.
    pub(crate) fn is_worse(self) -> bool {
        !matches!(self, Self::Alike { .. } | Self::Cheaper { .. })
    }
}

impl fmt::Display for Verdict {
    #[expect(clippy::cast_precision_loss, reason = "a percentage")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, expected, counted) = match *self {
            Self::Alike { expected, counted } => ("", expected, counted),
            Self::Cheaper { expected, counted } => ("CHEAPER", expected, counted),
            Self::Dearer { expected, counted } => ("DEARER", expected, counted),
            Self::Unexpected { counted } => return write!(f, "{counted:>12}  not expected   "),
            Self::NotCounted => return write!(f, "  not counted                "),
        };
        let percent = 100.0 * (counted as f64 / expected as f64 - 1.0);
        write!(f, "{counted:>12} {percent:>+7.2} % {word:<7}")
    }
}

impl Counts {
    /// Each count beside its own among those that are expected.
    pub(crate) fn compare<'a>(&'a self, others: &'a Self) -> Vec<(&'a str, Verdict)> {
        let find = |counts: &[(String, u64)], name: &str| {
            counts.iter().find(|(other, _)| other == name).map(|(_, count)| *count)
        };
        let counted = others
            .counts
            .iter()
            .map(|(name, count)| (name, find(&self.counts, name), Some(*count)));
        let absent = self.counts.iter().filter(|(name, _)| find(&others.counts, name).is_none());
        counted
            .chain(absent.map(|(name, count)| (name, Some(*count), None)))
            .map(|(name, expected, counted)| (name.as_str(), Verdict::of(expected, counted)))
            .collect()
    }
}

/// The compiler on the first line, then a count and a name on each.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.compiler)?;
        self.counts.iter().try_for_each(|(name, count)| writeln!(f, "{count:>12}  {name}"))
    }
}

impl FromStr for Counts {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let mut lines = text.lines();
        let compiler = lines.next().unwrap_or_default().to_owned();
        let counts = lines.map(|line| {
            let (count, name) = line.trim_start().split_once("  ").ok_or("a count has no name")?;
            Ok((name.to_owned(), count.parse()?))
        });
        Ok(Self { compiler, counts: counts.collect::<Result<_, Failure>>()? })
    }
}
