//! What others worked out from a state and want to find again.

use std::{
    any::{Any, TypeId},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Values by their type, each made once. A copy of a state becomes the next state, of which none
/// of them holds: it starts without any.
#[derive(Default)]
pub(crate) struct Derived(Mutex<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>);

impl Derived {
    /// The value of a type.
    pub(crate) fn get<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = values.iter().find(|(id, _)| *id == TypeId::of::<T>());
        if let Some(found) = own.and_then(|(_, value)| Arc::clone(value).downcast().ok()) {
            return found;
        }
        let made = Arc::<T>::default();
        values.push((TypeId::of::<T>(), made.clone()));
        made
    }
}

/// Values that were worked out from the catalogue alone: they hold for every later state until the
/// catalogue changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct DerivedOfCatalogue(Arc<Derived>);

impl DerivedOfCatalogue {
    /// The value of a type.
    pub(crate) fn get<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        self.0.get()
    }
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derived").finish_non_exhaustive()
    }
}
