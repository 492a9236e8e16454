//! Power cuts: what a disk may hold once the journal of a directory in memory stops.

use super::*;

/// What of the changes that were not synced a disk still has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// How many of the writes to each file since its last sync.
    pub(crate) writes: usize,
    /// How many bytes of the one after those, in percent.
    pub(crate) torn: usize,
    /// How many of the changes of names since the last sync of the directory.
    pub(crate) names: usize,
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

    /// From now on only so many operations succeed.
    pub(crate) fn fail_after(&self, operations: u64) {
        self.contents().operations_left = Some(operations);
    }

    /// From now on syncs of names, or of files, do nothing.
    pub(crate) fn lie(&self, names: bool, files: bool) {
        self.contents().lies = (names, files);
    }

    /// All operations succeed again, and the lock is free.
    pub(crate) fn repair(&self) {
        self.contents().operations_left = None;
    }

    /// Changes a file behind everyone's back.
    pub(crate) fn patch(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut contents = self.contents();
        let file = contents.find(name).unwrap();
        change(&mut contents.files[file]);
    }

    /// What the disk holds if the power fails after some of the operations.
    pub(crate) fn after_power_cut(&self, operations: usize, kept: Kept) -> Self {
        let contents = self.contents();
        let journal = &contents.journal.as_ref().unwrap()[..operations];
        let mut files = vec![Vec::new(); contents.files.len()];
        for (file, bytes) in files.iter_mut().enumerate() {
            let synced =
                journal.iter().rposition(|o| matches!(o, Operation::Sync(f) if *f == file));
            let mut pending = kept.writes;
            for (position, operation) in journal.iter().enumerate() {
                let Operation::Write(f, offset, data) = operation else { continue };
                if *f != file {
                    continue;
                }
                if synced.is_some_and(|synced| position < synced) {
                    write(bytes, *offset, data).unwrap();
                } else if pending > 0 {
                    write(bytes, *offset, data).unwrap();
                    pending -= 1;
                } else {
                    write(bytes, *offset, &data[..data.len() * kept.torn / 100]).unwrap();
                    break;
                }
            }
        }
        let synced = journal.iter().rposition(|o| matches!(o, Operation::SyncNames)).unwrap_or(0);
        let is_name = |o: &&Operation| {
            matches!(o, Operation::Name(..) | Operation::Unname(_) | Operation::Rename(..))
        };
        let mut after = Contents { files, journal: None, ..Contents::default() };
        let later = journal[synced..].iter().filter(is_name).take(kept.names);
        for operation in journal[..synced].iter().filter(is_name).chain(later) {
            after.run(operation.clone()).unwrap();
        }
        let memory = Self(Arc::new(Mutex::new(after)));
        memory.start_journal();
        memory
    }

    /// Remembers operations from here on, what is there now being durable.
    fn start_journal(&self) {
        let mut contents = self.contents();
        let mut journal: Vec<Operation> = Vec::new();
        for (file, bytes) in contents.files.iter().enumerate() {
            journal.push(Operation::Write(file, 0, bytes.clone()));
            journal.push(Operation::Sync(file));
        }
        journal.extend(contents.names.iter().map(|(n, f)| Operation::Name(n.clone(), *f)));
        journal.push(Operation::SyncNames);
        contents.journal = Some(journal);
    }
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
    let content = |kept, name| {
        let after = memory.after_power_cut(memory.operations(), kept);
        after.open(name).map(|file| file.read_at(0, 99).unwrap())
    };
    let nothing = Kept { writes: 0, torn: 0, names: 0 };
    assert_eq!(content(nothing, "a").unwrap(), b"one");
    assert_eq!(content(Kept { torn: 34, ..nothing }, "a").unwrap(), b"onet");
    assert_eq!(content(Kept { writes: 1, names: 1, ..nothing }, "b").unwrap(), b"onetwo");
    assert!(content(nothing, "b").is_err());
}
