//! The numbers of a frame as they are packed.

/// Numbers of one width.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a> {
    /// As [`pack`](super::pack) writes them.
    pub payload: &'a [u8],
    /// In bits, 0..=64.
    pub width: u8,
}

/// Widest number of a pair: with one bit less than a word, no sum of two overflows it.
pub(crate) const MOST_IN_PAIR: u8 = 31;

/// Numbers as they are packed, or what they are on top of those of a key.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    pub(super) packed: Packed<'a>,
    /// Only if both widths are 1..=[`MOST_IN_PAIR`].
    pub(super) key: Option<Packed<'a>>,
}

impl<'a> Numbers<'a> {
    /// Numbers that stand for themselves.
    pub fn of(payload: &'a [u8], width: u8) -> Self {
        Self { packed: Packed { payload, width }, key: None }
    }

    /// What exceeds the numbers of a key. Numbers wider than those of a pair, which only a damaged
    /// file has, count alone.
    #[inline]
    pub fn over(key: Packed<'a>, packed: Packed<'a>) -> Self {
        match (key.width, packed.width) {
            (1..=MOST_IN_PAIR, 1..=MOST_IN_PAIR) => Self { packed, key: Some(key) },
            (_, 0) => Self { packed: key, key: None },
            _ => Self { packed, key: None },
        }
    }
}
