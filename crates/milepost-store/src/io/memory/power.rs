//! Disks that fail: syncs left out, operations refused, power cut at any moment.

use super::*;

/// What is kept apart by sectors of this many bytes when a write is cut; small, so that short
/// writes are cut in many ways too.
const SECTOR: usize = 128;

/// What the disk does wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wrongs {
    /// How many operations succeed before one fails, and how it does.
    fault: Option<(u64, Fault)>,
    /// A kind of sync that is only pretended.
    left: Option<Left>,
}

/// How operations fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// One does nothing.
    Once,
    /// One does half: a write is cut short, and what a sync was to save is never on disk.
    Half,
    /// All do nothing from then on.
    Lasting,
}

/// A sync of the commit protocol that may be left out, to see whether anyone notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Of the head, after a commit.
    Commit,
    /// Of a new head, before it is renamed.
    NewHead,
    /// Of a new head that was synced before, and written again since.
    NewHeadAgain,
    /// Of a segment.
    Segment,
    /// Of the names of segments, before a head names them.
    SegmentNames,
    /// Of the directory, after the head was replaced.
    Switch,
}

impl Contents {
    /// What comes of an operation on a disk that does wrong; `None` if it is carried out.
    pub(super) fn go_wrong(&mut self, operation: &Operation) -> Option<io::Result<()>> {
        if self.wrongs.left.is_some() && self.wrongs.left == self.kind(operation) {
            return Some(Ok(()));
        }
        let (after, fault) = self.wrongs.fault.as_mut()?;
        if let Some(left) = after.checked_sub(1) {
            *after = left;
            return None;
        }
        let fault = *fault;
        if fault != Fault::Lasting {
            self.wrongs.fault = None;
        }
        match operation {
            Operation::Write(file, offset, bytes) if fault == Fault::Half => {
                let half = bytes[..bytes.len() / 2].to_vec();
                self.apply(Operation::Write(*file, *offset, half)).unwrap();
            }
            Operation::Sync(file) if fault == Fault::Half => {
                self.apply(Operation::Loss(*file)).unwrap();
            }
            _ => {}
        }
        Some(Err(io::Error::other("the disk failed")))
    }

    pub(super) fn count(&mut self, bytes: usize) {
        self.written += bytes as u64;
    }

    fn kind(&self, operation: &Operation) -> Option<Left> {
        match operation {
            Operation::Sync(file) => {
                let (name, _) = self.names.iter().find(|(_, named)| *named == file)?;
                Some(match name.as_str() {
                    "head" => Left::Commit,
                    name if name.starts_with("head.new") => {
                        let was_synced =
                            |o: &Operation| matches!(o, Operation::Sync(f) if f == file);
                        if self.journal.as_ref()?.iter().any(was_synced) {
                            Left::NewHeadAgain
                        } else {
                            Left::NewHead
                        }
                    }
                    _ => Left::Segment,
                })
            }
            Operation::SyncNames => {
                let last = self.journal.as_ref()?.iter().rfind(|operation| is_name(operation));
                let is_switch = matches!(last, Some(Operation::Rename(..)));
                Some(if is_switch { Left::Switch } else { Left::SegmentNames })
            }
            _ => None,
        }
    }
}

fn is_name(operation: &Operation) -> bool {
    matches!(operation, Operation::Name(..) | Operation::Unname(_) | Operation::Rename(..))
}

impl Memory {
    /// A directory that remembers what is done to it.
    pub(crate) fn journalled() -> Self {
        let memory = Self::default();
        memory.contents().journal = Some(Vec::new());
        memory
    }

    /// How many operations were done.
    pub(crate) fn operations(&self) -> usize {
        self.contents().journal.as_ref().map_or(0, Vec::len)
    }

    /// Bytes written since there is this directory, whatever became of them.
    pub(crate) fn written(&self) -> u64 {
        self.contents().written
    }

    /// Bytes of all files that have a name.
    pub(crate) fn bytes(&self) -> u64 {
        let contents = self.contents();
        contents.names.values().map(|file| contents.files[*file].len() as u64).sum()
    }

    /// After so many more operations one fails.
    pub(crate) fn fail_after(&self, operations: u64, fault: Fault) {
        self.contents().wrongs.fault = Some((operations, fault));
    }

    /// From now on a kind of sync does nothing.
    pub(crate) fn leave_out(&self, left: Left) {
        self.contents().wrongs.left = Some(left);
    }

    /// All operations succeed again.
    pub(crate) fn repair(&self) {
        self.contents().wrongs = Wrongs::default();
    }

    /// Changes a file behind everyone's back.
    pub(crate) fn patch(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut contents = self.contents();
        let file = contents.find(name).unwrap();
        change(Arc::make_mut(&mut contents.files[file]));
    }

    /// What the disk holds if the power fails after some of the operations.
    ///
    /// `fate` decides on each change that was not synced, whatever it decides on those before:
    /// asked with a number of outcomes, it gives one of them. The first is that the change is lost,
    /// the last that it is there whole.
    pub(crate) fn after_power_cut(
        &self,
        operations: usize,
        mut fate: impl FnMut(usize) -> usize,
    ) -> Self {
        let contents = self.contents();
        let journal = &contents.journal.as_ref().unwrap()[..operations];
        let mut files = vec![Vec::new(); contents.files.len()];
        let mut pending = vec![Vec::new(); files.len()];
        for operation in journal {
            match operation {
                Operation::Write(file, offset, bytes) => pending[*file].push((*offset, bytes)),
                Operation::Sync(file) => {
                    for (offset, bytes) in pending[*file].drain(..) {
                        write(&mut files[*file], offset, bytes).unwrap();
                    }
                }
                Operation::Loss(file) => pending[*file].clear(),
                _ => {}
            }
        }
        for (file, pending) in pending.into_iter().enumerate() {
            let (before, rest) = files.split_at_mut(file);
            let rubbish = before.last().map_or(&[][..], Vec::as_slice);
            keep_some(&mut rest[0], &pending, rubbish, &mut fate);
        }
        let names = surviving_names(journal, &mut fate);
        let files = files.into_iter().map(Arc::new).collect();
        let after = Contents { files, names, ..Contents::default() };
        let memory = Self(Arc::new(Mutex::new(after)));
        memory.start_journal();
        memory
    }

    /// Remembers operations from here on, what is there now being durable.
    fn start_journal(&self) {
        let mut contents = self.contents();
        let mut journal: Vec<Operation> = Vec::new();
        for (file, bytes) in contents.files.iter().enumerate() {
            journal.push(Operation::Write(file, 0, bytes.to_vec()));
            journal.push(Operation::Sync(file));
        }
        journal.extend(contents.names.iter().map(|(n, f)| Operation::Name(n.clone(), *f)));
        journal.push(Operation::SyncNames);
        contents.journal = Some(journal);
    }
}

/// Carries out as much of the writes that were not synced as fate wills.
fn keep_some(
    file: &mut Vec<u8>,
    writes: &[(u64, &Vec<u8>)],
    rubbish: &[u8],
    fate: &mut impl FnMut(usize) -> usize,
) {
    let (mut end, synced) = (file.len(), file.len());
    let mut kept = Vec::new();
    for (offset, bytes) in writes {
        let start = usize::try_from(*offset).unwrap();
        end = end.max(start + bytes.len());
        match fate(3) {
            0 => {}
            1 => {
                let sectors = (start / SECTOR..(start + bytes.len()).div_ceil(SECTOR))
                    .map(|sector| (sector * SECTOR).max(start)..((sector + 1) * SECTOR));
                for range in sectors {
                    if fate(2) == 1 {
                        let end = range.end.min(start + bytes.len());
                        kept.push((range.start as u64, &bytes[range.start - start..end - start]));
                    }
                }
            }
            _ => kept.push((*offset, bytes.as_slice())),
        }
    }
    // The length is metadata: it may be there before the bytes are.
    let is_whole = kept.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() == end - synced;
    match if is_whole { 0 } else { fate(3) } {
        0 => {}
        1 => file.resize(end, 0),
        _ => file.extend(rubbish.iter().rev().chain(&[0]).cycle().take(end - synced)),
    }
    for (offset, bytes) in kept {
        write(file, offset, bytes).unwrap();
    }
}

/// The names that are on disk: those that were synced, changed as fate wills.
fn surviving_names(
    journal: &[Operation],
    fate: &mut impl FnMut(usize) -> usize,
) -> BTreeMap<String, usize> {
    let synced = journal.iter().rposition(|o| matches!(o, Operation::SyncNames)).unwrap_or(0);
    let (mut names, mut cached) = (BTreeMap::new(), BTreeMap::new());
    for (position, operation) in journal.iter().enumerate().filter(|(_, o)| is_name(o)) {
        let is_kept = position < synced || fate(2) == 1;
        match operation {
            Operation::Name(name, file) => {
                cached.insert(name, *file);
                if is_kept {
                    names.insert(name.clone(), *file);
                }
            }
            Operation::Unname(name) => {
                cached.remove(name);
                if is_kept {
                    names.remove(name);
                }
            }
            Operation::Rename(from, to) => {
                let file = cached.remove(from).unwrap();
                cached.insert(to, file);
                if is_kept {
                    // Whatever has the name on disk gets the other one; where its own name is not
                    // yet there, the file itself.
                    let file = names.remove(from).unwrap_or(file);
                    names.insert(to.clone(), file);
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn what_was_synced_survives_and_the_rest_may() {
    let memory = Memory::journalled();
    let file = memory.create_new("a").unwrap();
    file.write_at(b"one", 0).unwrap();
    file.sync().unwrap();
    memory.sync_dir().unwrap();
    file.write_at(b"two", 3).unwrap();
    memory.rename("a", "b").unwrap();
    let content = |fates: &[usize], name| {
        let mut fates = fates.iter();
        let after = memory.after_power_cut(memory.operations(), |_| *fates.next().unwrap());
        assert!(fates.next().is_none(), "every fate was asked for");
        after.open(name).map(|file| file.read_at(0, 99).unwrap())
    };
    assert_eq!(content(&[0, 0, 0], "a").unwrap(), b"one");
    assert!(content(&[0, 0, 0], "b").is_err());
    assert_eq!(content(&[0, 1, 0], "a").unwrap(), b"one\0\0\0", "grown");
    assert_eq!(content(&[1, 1, 0], "a").unwrap(), b"onetwo", "one sector");
    assert_eq!(content(&[2, 1], "b").unwrap(), b"onetwo");
}

#[test]
fn a_sealed_file_is_in_memory_once() {
    let memory = Memory::default();
    memory.create_new("a").unwrap().write_at(b"sealed", 0).unwrap();
    let [one, two] = [(), ()].map(|()| memory.map("a", 6, Backend::Mmap).unwrap());
    assert_eq!((&*one, one.as_ptr()), (&b"sealed"[..], two.as_ptr()));
    assert!(memory.map("a", 7, Backend::Mmap).is_err());
    memory.remove("a").unwrap();
    assert_eq!(&*one, b"sealed", "as long as it is open");
}

#[test]
fn a_sync_that_failed_saves_nothing_ever() {
    let memory = Memory::journalled();
    let file = memory.create_new("a").unwrap();
    memory.sync_dir().unwrap();
    file.write_at(b"one", 0).unwrap();
    memory.fail_after(0, Fault::Half);
    assert!(file.sync().is_err());
    file.sync().unwrap();
    assert_eq!(file.read_at(0, 9).unwrap(), b"one", "as if all was well");
    let after = memory.after_power_cut(memory.operations(), |outcomes| outcomes - 1);
    assert_eq!(after.open("a").unwrap().length().unwrap(), 0);
}
