//! A store that many threads commit to at once: those that come while one commit goes to disk
//! go to disk together.

use std::{
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use milepost_model::{Catalogue, Fact};

use crate::{
    batch::{Batch, Receipt},
    checkpoint::Work,
    error::{Result, StoreError},
    group::{Outcome, Request},
    options::Durability,
    snapshot::{Snapshot, Statistics},
    state::State,
    store::Store,
};

/// A store that many threads commit to; clones are the same store.
///
/// A thread that commits while nobody else does is the first of a group: it writes its batch, and
/// with it those that came meanwhile, and syncs them once. Each batch is taken or refused on its
/// own, in some order, and each caller learns what came of its own. Under
/// [`Durability::Group`] the first waits for others for a while.
///
/// ```
/// use milepost_model::{Fact, Indicator, IndicatorId, Region, RegionId};
/// use milepost_store::{Batch, Store};
///
/// let mut store = Store::in_memory();
/// store.define(vec![Indicator::stock("si.participants").into(), Region::new("VN").into()])?;
/// let store = store.into_shared();
///
/// std::thread::scope(|scope| {
///     for year in 2016..2024 {
///         let store = store.clone();
///         scope.spawn(move || {
///             let period = format!("{year}").parse().unwrap();
///             let value = Some("19.5".parse().unwrap());
///             let fact = Fact::new(IndicatorId(0), RegionId(0), period, value);
///             let receipt = store.commit(Batch { facts: vec![fact], ..Batch::default() });
///             assert_eq!(receipt.unwrap().added, 1);
///         });
///     }
/// });
/// assert_eq!(store.snapshot().statistics().points, 8);
/// store.into_store().expect("nobody else has it").close()?;
/// # Ok::<(), milepost_store::StoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharedStore(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Mutex<Store>,
    /// What readers see; they never wait for a commit.
    published: Mutex<Arc<State>>,
    queue: Mutex<Queue>,
    /// Somebody has joined the queue.
    joined: Condvar,
    /// How long the first of a group waits for others.
    window: Duration,
    /// Whether it is worth asking the store for work.
    has_work: AtomicBool,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Ticket>,
    /// Whether somebody is committing, and will take care of who comes.
    is_led: bool,
}

struct Ticket {
    request: Request,
    place: Arc<Place>,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Where somebody waits.
#[derive(Debug, Default)]
struct Place {
    turn: Mutex<Turn>,
    changed: Condvar,
}

#[derive(Debug, Default)]
enum Turn {
    #[default]
    Waiting,
    /// Whoever waits here commits for all.
    Lead,
    Done(Outcome),
}

impl Store {
    /// Lets many threads commit to the store.
    pub fn into_shared(self) -> SharedStore {
        let window = match self.options().durability {
            Durability::Group(window) => window,
            _ => Duration::ZERO,
        };
        SharedStore(Arc::new(Shared {
            published: Mutex::new(Arc::clone(self.published())),
            store: Mutex::new(self),
            queue: Mutex::default(),
            joined: Condvar::new(),
            window,
            has_work: AtomicBool::new(true),
        }))
    }
}

impl SharedStore {
    /// Commits a batch, all of it or nothing. When this returns, it is on disk.
    ///
    /// # Errors
    /// Those of [`Store::commit`]. Where a write or a sync fails, all batches of the group are in
    /// doubt, and each caller is told so by an error of its own.
    pub fn commit(&self, batch: Batch) -> Result<Receipt> {
        // Nothing comes of a request that makes no batch, and this one does.
        self.outcome_of(Box::new(|_| Some(batch.boxed()))).unwrap_or(Err(StoreError::Poisoned))
    }

    /// Commits a batch that is made when its turn comes, for the catalogue it will be committed on:
    /// for who refers to what other threads may be defining.
    ///
    /// `make` is called by whichever thread commits for the group, and should not take long.
    ///
    /// ```
    /// use milepost_model::{Catalogue, Region};
    /// use milepost_store::{Batch, Store, StoreError};
    ///
    /// let store = Store::in_memory().into_shared();
    /// let next = |catalogue: &Catalogue| {
    ///     let code = format!("VN-{}", catalogue.regions().len());
    ///     Ok::<_, StoreError>(Batch { definitions: vec![Region::new(code).into()], ..Batch::default() })
    /// };
    /// for _ in 0..3 {
    ///     store.commit_made(next)?;
    /// }
    /// assert_eq!(store.snapshot().catalogue().regions().len(), 3);
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// That of `make`: nothing was done then; and those of [`SharedStore::commit`].
    pub fn commit_made<F, E>(
        &self,
        make: impl FnOnce(&Catalogue) -> Result<Batch<F>, E> + Send + 'static,
    ) -> Result<Receipt, E>
    where
        F: IntoIterator<Item = Fact, IntoIter: ExactSizeIterator + 'static>,
        E: From<StoreError> + Send + 'static,
    {
        let refused = Arc::new(Mutex::new(None));
        let told = Arc::clone(&refused);
        let request = Box::new(move |catalogue: &Catalogue| {
            make(catalogue).map(Batch::boxed).map_err(|error| *locked(&told) = Some(error)).ok()
        });
        match self.outcome_of(request) {
            Some(outcome) => outcome.map_err(E::from),
            None => Err(locked(&refused).take().unwrap_or_else(|| StoreError::Poisoned.into())),
        }
    }

    /// What the store holds now, unchanging; waits for no commit.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(Arc::clone(&locked(&self.0.published)))
    }

    /// What the store holds, counted.
    pub fn statistics(&self) -> Statistics {
        self.snapshot().statistics()
    }

    /// [`Store::sync`].
    ///
    /// # Errors
    /// [`StoreError::Io`]; the writer is then of no use.
    pub fn sync(&self) -> Result<()> {
        self.with_store(Store::sync)
    }

    /// [`Store::checkpoint`]; commits wait for it.
    ///
    /// # Errors
    /// [`StoreError::Io`]; what was committed is safe all the same.
    pub fn checkpoint(&self) -> Result<()> {
        self.with_store(Store::checkpoint)
    }

    /// [`Store::merge`]; commits wait for it.
    ///
    /// # Errors
    /// [`StoreError::Io`]; what was committed is safe all the same.
    pub fn merge(&self) -> Result<()> {
        self.with_store(Store::merge)
    }

    /// [`Store::settle`].
    ///
    /// # Errors
    /// Those of [`Store::settle`].
    pub fn settle(&self) -> Result<()> {
        self.with_store(Store::settle)
    }

    /// [`Store::work`]; waits for no commit unless there is something to do.
    pub fn work(&self) -> Option<Work> {
        if self.0.has_work.swap(false, Ordering::AcqRel) {
            return locked(&self.0.store).work();
        }
        None
    }

    /// The store, if this is its last handle.
    ///
    /// # Errors
    /// This handle, if there are others.
    pub fn into_store(self) -> Result<Store, Self> {
        let shared = Arc::try_unwrap(self.0).map_err(Self)?;
        Ok(shared.store.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn with_store<T>(&self, change: impl FnOnce(&mut Store) -> Result<T>) -> Result<T> {
        let mut store = locked(&self.0.store);
        let outcome = change(&mut store);
        self.publish(&store);
        outcome
    }

    fn publish(&self, store: &Store) {
        let state = Arc::clone(store.published());
        let former = mem::replace(&mut *locked(&self.0.published), state);
        // Not while readers wait for the lock.
        drop(former);
        self.0.has_work.store(store.has_work(), Ordering::Release);
    }

    /// Joins the queue, and commits for all who are in it when it is this one's turn.
    fn outcome_of(&self, request: Request) -> Outcome {
        let place = Arc::new(Place::default());
        let leads = {
            let mut queue = locked(&self.0.queue);
            queue.waiting.push(Ticket { request, place: Arc::clone(&place) });
            !mem::replace(&mut queue.is_led, true)
        };
        if leads {
            self.lead();
        } else {
            self.0.joined.notify_one();
        }
        match place.next_turn() {
            Turn::Done(outcome) => outcome,
            Turn::Lead | Turn::Waiting => {
                self.lead();
                match place.next_turn() {
                    Turn::Done(outcome) => outcome,
                    Turn::Lead | Turn::Waiting => Some(Err(StoreError::Poisoned)),
                }
            }
        }
    }

    /// Commits what waits.
    fn lead(&self) {
        self.wait_for_others();
        let tickets = mem::take(&mut locked(&self.0.queue).waiting);
        let (requests, places) = tickets.into_iter().map(|t| (t.request, t.place)).unzip();
        let mut led = Led { queue: &self.0.queue, places, outcomes: Vec::new() };
        let mut store = locked(&self.0.store);
        led.outcomes = store.commit_all(requests);
        self.publish(&store);
    }

    /// Gives others the time that the options allow for, unless all who may come are there.
    fn wait_for_others(&self) {
        let deadline = Instant::now().checked_add(self.0.window);
        let handles = Arc::strong_count(&self.0);
        let mut queue = locked(&self.0.queue);
        while !self.0.window.is_zero() && queue.waiting.len() < handles {
            let left = deadline.and_then(|at| at.checked_duration_since(Instant::now()));
            let Some(left) = left.filter(|left| !left.is_zero()) else { break };
            let waited = self.0.joined.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A group that somebody leads. When it is dropped, even because its leader panicked, everyone in
/// it has been told, and somebody else leads those who came meanwhile.
struct Led<'a> {
    queue: &'a Mutex<Queue>,
    places: Vec<Arc<Place>>,
    outcomes: Vec<Outcome>,
}

impl Drop for Led<'_> {
    fn drop(&mut self) {
        let mut outcomes = mem::take(&mut self.outcomes).into_iter();
        for place in &self.places {
            let outcome = outcomes.next().unwrap_or(Some(Err(StoreError::Poisoned)));
            place.give(Turn::Done(outcome));
        }
        let mut queue = locked(self.queue);
        match queue.waiting.first() {
            Some(next) => next.place.give(Turn::Lead),
            None => queue.is_led = false,
        }
    }
}

impl Place {
    fn give(&self, turn: Turn) {
        *locked(&self.turn) = turn;
        self.changed.notify_one();
    }

    /// Waits until it is this one's turn.
    fn next_turn(&self) -> Turn {
        let mut turn = locked(&self.turn);
        loop {
            match mem::take(&mut *turn) {
                Turn::Waiting => {}
                other => return other,
            }
            turn = self.changed.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A thread that panicked while it held a lock left nothing half done that counts.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
