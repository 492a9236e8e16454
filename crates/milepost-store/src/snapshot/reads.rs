//! What a question reads.

use std::{
    collections::{HashMap, HashSet},
    ptr,
    sync::{Arc, Mutex, PoisonError},
};

use super::Snapshot;
use crate::{
    frame::DirectoryEntry,
    state::{Place, State},
};

/// How much was read through a snapshot that counts, and through its clones: see
/// [`Snapshot::counting`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reads {
    /// Frames, each counted once, and those that they lean on.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Frames whose sum was taken from the directory instead.
    pub sums: u64,
}

/// Remembers what is read.
#[derive(Debug, Default)]
pub(super) struct Counter(Mutex<Counted>);

/// Frames by where their entries lie, which stays the same as long as the snapshot.
#[derive(Debug, Default)]
struct Counted {
    frames: HashMap<usize, usize>,
    sums: HashSet<usize>,
}

impl Counter {
    /// Counts a frame, and of the key that it leans on the payload.
    pub(super) fn frame(&self, state: &State, place: Place<'_>) {
        self.with(|counted| {
            let own = state.entry(place).map(|entry| (entry, entry.frame_bytes()));
            let key = state.key_entry(place).map(|entry| (entry, entry.payload_bytes()));
            for (entry, bytes) in own.into_iter().chain(key) {
                let most = counted.frames.entry(address(entry)).or_default();
                *most = bytes.max(*most);
            }
        });
    }

    /// Counts a sum.
    pub(super) fn sum(&self, entry: &DirectoryEntry) {
        self.with(|counted| counted.sums.insert(address(entry)));
    }

    fn reads(&self) -> Reads {
        self.with(|Counted { frames, sums }| Reads {
            frames: crate::head::length(frames.len()),
            bytes: frames
                .values()
                .fold(0, |sum, bytes| sum.saturating_add(crate::head::length(*bytes))),
            sums: crate::head::length(sums.len()),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Counted) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn address(entry: &DirectoryEntry) -> usize {
    ptr::from_ref(entry).addr()
}

impl Snapshot {
    /// The same snapshot, which counts from now on what is read through it and its clones.
    ///
    /// ```
    /// use milepost_model::{Fact, Indicator, Region, Scenario};
    /// use milepost_store::{Batch, Store};
    ///
    /// let mut store = Store::in_memory();
    /// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
    /// let snapshot = store.snapshot();
    /// let indicator = snapshot.catalogue().indicator_named("si.participants").unwrap();
    /// let region = snapshot.catalogue().region_with_uid("VN@0").unwrap();
    /// let fact = Fact::new(indicator, region, "2024".parse()?, Some("19.5".parse()?));
    /// store.commit(Batch { facts: vec![fact], ..Batch::default() })?;
    ///
    /// let (snapshot, reported) = (store.snapshot().counting(), Scenario::reported());
    /// for _ in 0..9 {
    ///     snapshot.observation(indicator, region, &reported, "2024".parse()?, None)?;
    /// }
    /// assert_eq!((snapshot.reads().frames, snapshot.reads().sums), (1, 0));
    /// assert_eq!(snapshot.reads().bytes, snapshot.statistics().frame_bytes);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn counting(&self) -> Self {
        Self { counter: Some(Arc::default()), ..self.clone() }
    }

    /// How much was read through this snapshot since [`Snapshot::counting`] gave it; nothing is
    /// counted through others.
    pub fn reads(&self) -> Reads {
        self.counter.as_deref().map(Counter::reads).unwrap_or_default()
    }
}
