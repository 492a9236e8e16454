/// The formats of segments that this version reads (FORMAT.md, "Versions").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    One,
    /// Small sidecars stand by themselves, payloads end early, frames lean on keys.
    Two,
}

impl Format {
    /// What segments are written in.
    pub(crate) const LATEST: Format = Format::Two;

    pub(crate) fn number(self) -> u32 {
        match self {
            Format::One => 1,
            Format::Two => 2,
        }
    }

    /// `None` for a format of a later version.
    pub(crate) fn from_number(number: u32) -> Option<Format> {
        [Format::One, Format::Two].into_iter().find(|format| format.number() == number)
    }
}
