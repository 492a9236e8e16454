//! A store that many threads commit to at once.

use std::sync::{Arc, Mutex, PoisonError};

use milepost_store::Statistics;

use crate::resolve::resolve;
use crate::store::carry_on;
use crate::{Answer, Batch, Error, Limits, Receipt, Registered, Result, Snapshot, Store};

/// A store that many threads commit to; clones are the same store.
///
/// Batches that come while one goes to disk go to disk together, with one sync: each is taken or
/// refused on its own, and each caller learns what came of its own.
///
/// ```
/// use milepost::{Batch, Store};
///
/// let store = Store::in_memory().into_shared();
/// std::thread::scope(|scope| {
///     for year in 2016..2024 {
///         let store = store.clone();
///         scope.spawn(move || {
///             let mut batch = Batch::new();
///             batch.push("si.participants", "VN", &year.to_string(), "18300000").unwrap();
///             assert_eq!(store.commit(batch).unwrap().added, 1);
///         });
///     }
/// });
/// assert_eq!(store.query("si.participants in VN by year since 2016 until 2023")?.rows.len(), 8);
/// store.into_store().expect("nobody else has it").close()?;
/// # Ok::<(), milepost::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharedStore {
    inner: milepost_store::SharedStore,
}

impl Store {
    /// Lets many threads commit to the store.
    pub fn into_shared(self) -> SharedStore {
        SharedStore { inner: self.inner.into_shared() }
    }
}

impl SharedStore {
    /// Commits a batch: all of it or nothing. When it returns, it is on the disk. Its names mean
    /// what they mean when its turn comes.
    ///
    /// # Errors
    /// Those of [`Store::commit`]. Where the disk fails, all batches that were on their way are in
    /// doubt, and each caller is told so.
    pub fn commit(&self, batch: Batch) -> Result<Receipt> {
        let registered = Arc::new(Mutex::new(Registered::default()));
        let told = Arc::clone(&registered);
        let receipt = self.inner.commit_made(move |catalogue| {
            let (batch, registered) = resolve(batch, catalogue)?;
            *told.lock().unwrap_or_else(PoisonError::into_inner) = registered;
            Ok::<_, Error>(batch)
        })?;
        if let Some(work) = self.inner.work() {
            carry_on(work);
        }
        let mut registered = registered.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Receipt::new(receipt, std::mem::take(&mut *registered)))
    }

    /// Asks one question of the latest commit, within the default [`Limits`].
    ///
    /// # Errors
    /// [`Error::Query`] with the place and the cause.
    pub fn query(&self, text: &str) -> Result<Answer> {
        self.snapshot().query(text)
    }

    /// [`SharedStore::query`] within other limits. A query waits for no commit and no commit for
    /// it, however long it takes.
    ///
    /// # Errors
    /// Those of [`SharedStore::query`], and the limit that was met, with a code of its own.
    ///
    /// ```
    /// use milepost::{Batch, CancelToken, Error, Limits, Store};
    ///
    /// let store = Store::in_memory().into_shared();
    /// let mut batch = Batch::new();
    /// batch.push("si.participants", "VN", "2023", "18200000")?;
    /// store.commit(batch)?;
    ///
    /// let token = CancelToken::new(); // a clone of it goes to whoever may cancel
    /// let limits = Limits::default().cancel(&token);
    /// assert_eq!(store.query_with("si.participants in VN at 2023", &limits)?.rows.len(), 1);
    /// token.cancel();
    /// let error = store.query_with("si.participants in VN at 2023", &limits).unwrap_err();
    /// let Error::Query(error) = error else { panic!("{error}") };
    /// assert_eq!(error.diagnostics[0].code, "MP0604");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn query_with(&self, text: &str, limits: &Limits) -> Result<Answer> {
        self.snapshot().query_with(text, limits)
    }

    /// The contents at this moment, which later commits do not change; waits for no commit.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.inner.snapshot())
    }

    /// How large the store is.
    pub fn statistics(&self) -> Statistics {
        self.inner.statistics()
    }

    /// [`Store::checkpoint`]; commits wait for it.
    ///
    /// # Errors
    /// [`Error::Io`]; what was committed is safe all the same.
    pub fn checkpoint(&self) -> Result<()> {
        Ok(self.inner.checkpoint()?)
    }

    /// [`Store::merge`]; commits wait for it.
    ///
    /// # Errors
    /// [`Error::Io`]; what was committed is safe all the same.
    pub fn merge(&self) -> Result<()> {
        Ok(self.inner.merge()?)
    }

    /// The store, if this is its last handle.
    ///
    /// # Errors
    /// This handle, if there are others.
    pub fn into_store(self) -> Result<Store, Self> {
        match self.inner.into_store() {
            Ok(inner) => Ok(Store { inner }),
            Err(inner) => Err(Self { inner }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{Batch, CancelToken, Error, Limits, Options, Store};

    fn batch(indicator: &str, region: &str, year: u32, value: &str) -> Batch {
        let mut batch = Batch::new();
        batch.push(indicator, region, &year.to_string(), value).unwrap();
        batch
    }

    #[test]
    fn names_that_several_threads_register_at_once_are_each_registered_once() {
        let directory = tempfile::tempdir().unwrap();
        let options = Options::default().with_log_bound(20, 1 << 20);
        let store = Store::create_with(directory.path(), options).unwrap().into_shared();
        let registered: usize = std::thread::scope(|scope| {
            let work = |thread: u32| {
                let store = store.clone();
                scope.spawn(move || {
                    let commit = |n: u32| {
                        let region = format!("r{}", (n * 7 + thread) % 40);
                        let batch = batch("i", &region, 1000 + thread * 40 + n, "1");
                        store.commit(batch).unwrap().registered.regions.len()
                    };
                    (0..40).map(commit).sum::<usize>()
                })
            };
            let threads: Vec<_> = (0..6).map(work).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(registered, 40);
        assert_eq!(store.snapshot().catalogue().regions().len(), 40);
        for (thread, n) in (0..6u32).flat_map(|thread| (0..40u32).map(move |n| (thread, n))) {
            let region = (n * 7 + thread) % 40;
            let query = format!("i in r{region} at {}", 1000 + thread * 40 + n);
            let answer = store.query(&query).unwrap();
            assert_eq!(answer.rows[0].value.unwrap().to_string(), "1", "{query}");
        }
        store.into_store().unwrap().close().unwrap();
        let store = Store::open(directory.path()).unwrap();
        assert!(store.statistics().segments > 0, "checkpoints went on beside");
        assert_eq!(store.verify().unwrap().points, 240);
    }

    #[test]
    fn a_query_has_the_limits_of_its_caller_alone() {
        let store = Store::in_memory().into_shared();
        store.commit(batch("i", "r", 2020, "1")).unwrap();
        let code = |limits: &Limits| match store.query_with("i in r at 2020", limits) {
            Err(Error::Query(error)) => error.diagnostics[0].code,
            other => panic!("{other:?}"),
        };
        let token = CancelToken::new();
        token.cancel();
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(code(&Limits::default().deadline(Duration::ZERO)), "MP0603"));
            scope.spawn(|| assert_eq!(code(&Limits::default().cancel(&token)), "MP0604"));
            scope.spawn(|| assert_eq!(code(&Limits::default().memory_bytes(10)), "MP0605"));
            scope.spawn(|| assert_eq!(store.query("i in r at 2020").unwrap().rows.len(), 1));
        });
        store.commit(batch("i", "r", 2021, "1")).unwrap();
        assert_eq!(store.query("i in r by year since 2020 until 2021").unwrap().rows.len(), 2);
    }

    #[test]
    fn a_batch_that_is_refused_says_why() {
        let store = Store::in_memory().into_shared();
        let refused = store.commit(batch("i", "r", 2020, "1").strict());
        assert!(matches!(refused, Err(Error::Name { what: "indicator", .. })));
        store.commit(batch("i", "r", 2020, "1")).unwrap();
        let refused = store.commit(batch("i", "r", 2020, "2"));
        assert!(matches!(refused, Err(Error::Conflict(_))));
        let other = store.clone();
        assert!(store.into_store().is_err());
        other.checkpoint().unwrap();
        other.merge().unwrap();
        assert_eq!(other.statistics().points, 1);
    }
}
