//! Frames of the log, and where it ends (FORMAT.md, section 5).

use super::{
    Commit, FORMAT,
    bytes::{Fields, checksum, length, seal},
};
use crate::error::StoreError;

const MAGIC: u32 = u32::from_le_bytes(*b"MPLF");
const HEADER: usize = 40;
const COMMIT: u32 = 1;
const MARK: u32 = 2;

/// What each frame says of the commits around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Of the commit; of a mark: of the last commit before.
    pub(crate) sequence: u64,
    /// The highest commit known to be on disk.
    pub(crate) durable: u64,
}

/// Appends a commit's frame; `bytes` starts at a multiple of 8 of the file.
pub(crate) fn append_commit(bytes: &mut Vec<u8>, epoch: u64, mark: Mark, payload: &[u8]) {
    append(bytes, epoch, COMMIT, mark, payload);
}

/// Appends a frame that states what is durable, and nothing else.
pub(crate) fn append_mark(bytes: &mut Vec<u8>, epoch: u64, sequence: u64) {
    append(bytes, epoch, MARK, Mark { sequence, durable: sequence }, &[]);
}

fn append(bytes: &mut Vec<u8>, epoch: u64, kind: u32, mark: Mark, payload: &[u8]) {
    let start = bytes.len();
    bytes.reserve(payload.len().saturating_add(HEADER).saturating_add(16));
    bytes.extend_from_slice(&MAGIC.to_le_bytes());
    bytes.extend_from_slice(&kind.to_le_bytes());
    for field in [length(payload.len()), mark.sequence, mark.durable] {
        bytes.extend_from_slice(&field.to_le_bytes());
    }
    seal(bytes, start, epoch);
    bytes.extend_from_slice(payload);
    seal(bytes, start, epoch);
}

/// Where a log was read to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogEnd {
    /// Bytes of whole frames.
    pub(crate) bytes: u64,
    /// The last commit.
    pub(crate) sequence: u64,
    /// Whether bytes of no whole frame follow.
    pub(crate) torn: bool,
}

/// Why a commit of the log cannot be taken in.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// What is wrong about the log itself.
    Log(String),
    /// What the commit changes cannot be read.
    Store(StoreError),
}

/// Damage to what had been on disk: where in the log, and what.
pub(crate) type Damage = (u64, Unfit);

/// Reads frames from the first one on, each commit given to `apply`, which says what does not fit
/// about it, if anything.
pub(crate) fn read_log(
    log: &[u8],
    epoch: u64,
    after: u64,
    mut apply: impl FnMut(Commit, &[u8]) -> Result<(), Unfit>,
) -> Result<LogEnd, Damage> {
    let mut end = LogEnd { bytes: 0, sequence: after, torn: false };
    let mut rest = log;
    while !rest.is_empty() {
        let Some((frame, behind)) = next_frame(rest, epoch, end.sequence) else {
            let expected = end.sequence.saturating_add(1);
            return if is_contradicted(rest, epoch, expected) {
                let what = format!("commit {expected} had been written, but is damaged");
                Err((end.bytes, Unfit::Log(what)))
            } else {
                Ok(LogEnd { torn: true, ..end })
            };
        };
        if let Frame::Commit(payload) = frame {
            let what = match Commit::decode(FORMAT, payload) {
                Some(commit) => apply(commit, payload),
                None => Err(Unfit::Log("its payload does not follow the format".to_owned())),
            };
            end.sequence = end.sequence.saturating_add(1);
            what.map_err(|unfit| (end.bytes, unfit.of_commit(end.sequence)))?;
        }
        end.bytes = end.bytes.saturating_add(length(rest.len().saturating_sub(behind.len())));
        rest = behind;
    }
    Ok(end)
}

impl Unfit {
    fn of_commit(self, sequence: u64) -> Self {
        match self {
            Self::Log(what) => Self::Log(format!("commit {sequence}: {what}")),
            Self::Store(error) => Self::Store(error),
        }
    }
}

enum Frame<'a> {
    Commit(&'a [u8]),
    Mark,
}

/// The next whole frame and what follows it, if it continues after commit `last`.
fn next_frame(log: &[u8], epoch: u64, last: u64) -> Option<(Frame<'_>, &[u8])> {
    let header = FrameHeader::read(log, epoch)?;
    let payload = usize::try_from(header.length).ok()?;
    let covered = HEADER.checked_add(payload)?.checked_next_multiple_of(8)?;
    let (covered, rest) = log.split_at_checked(covered)?;
    let mut fields = Fields(rest);
    if fields.u64()? != checksum(covered, epoch) {
        return None;
    }
    let payload = covered.get(HEADER..HEADER.checked_add(payload)?)?;
    match header.kind {
        COMMIT if Some(header.mark.sequence) == last.checked_add(1) => {
            Some((Frame::Commit(payload), fields.0))
        }
        MARK if header.mark.sequence == last && payload.is_empty() => Some((Frame::Mark, fields.0)),
        _ => None,
    }
}

/// Whether any header from here on says that commit `expected` was on disk.
fn is_contradicted(log: &[u8], epoch: u64, expected: u64) -> bool {
    let mut rest = log;
    while let Some((_, behind)) = rest.split_at_checked(8) {
        if FrameHeader::read(rest, epoch).is_some_and(|header| header.mark.durable >= expected) {
            return true;
        }
        rest = behind;
    }
    false
}

struct FrameHeader {
    kind: u32,
    length: u64,
    mark: Mark,
}

impl FrameHeader {
    fn read(log: &[u8], epoch: u64) -> Option<Self> {
        let mut fields = Fields(log);
        if fields.u32()? != MAGIC {
            return None;
        }
        let (kind, length) = (fields.u32()?, fields.u64()?);
        let mark = Mark { sequence: fields.u64()?, durable: fields.u64()? };
        let header = log.get(..HEADER.saturating_sub(8))?;
        (fields.u64()? == checksum(header, epoch)).then_some(Self { kind, length, mark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: u64 = 77;

    fn log(commits: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for sequence in 1..=commits {
            let commit = Commit { strings: vec![format!("{sequence}")], ..Commit::default() };
            let mark = Mark { sequence, durable: sequence - 1 };
            append_commit(&mut bytes, EPOCH, mark, &commit.encode().unwrap());
        }
        bytes
    }

    fn texts(log: &[u8], epoch: u64) -> Result<(Vec<String>, LogEnd), Damage> {
        let mut texts = Vec::new();
        let end = read_log(log, epoch, 0, |commit, _| {
            texts.extend(commit.strings);
            Ok(())
        })?;
        Ok((texts, end))
    }

    #[test]
    fn every_truncation_is_a_torn_tail_and_leaves_a_prefix() {
        let log = log(3);
        let frame = log.len() / 3;
        for length in 0..=log.len() {
            let (texts, end) = texts(&log[..length], EPOCH).unwrap();
            assert_eq!(texts.len(), length / frame);
            assert_eq!(end.torn, !length.is_multiple_of(frame));
            assert_eq!(end.sequence, (length / frame) as u64);
        }
    }

    #[test]
    fn every_bit_flipped_before_the_durable_mark_is_damage() {
        let mut log = log(3);
        append_mark(&mut log, EPOCH, 3);
        let mark = 48;
        for bit in 0..(log.len() - mark) * 8 {
            let mut damaged = log.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let (offset, _) = texts(&damaged, EPOCH).unwrap_err();
            assert_eq!(
                usize::try_from(offset).unwrap() / ((log.len() - mark) / 3),
                bit / 8 / ((log.len() - mark) / 3)
            );
        }
        for bit in (log.len() - mark) * 8..log.len() * 8 {
            let mut damaged = log.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(texts(&damaged, EPOCH).map_or(0, |(texts, _)| texts.len()), 3);
        }
    }

    #[test]
    fn without_a_mark_damage_to_the_last_commit_is_a_torn_tail() {
        let mut log = log(3);
        let last = log.len() - 1;
        log[last] ^= 1;
        assert_eq!(texts(&log, EPOCH).unwrap().0, ["1", "2"]);
    }

    #[test]
    fn frames_of_another_epoch_are_nothing() {
        assert_eq!(texts(&log(2), EPOCH + 1).unwrap().0, Vec::<String>::new());
    }
}
