//! Values under numbers.

use std::{borrow::Borrow, collections::HashMap, hash::Hash};

use super::CatalogueError;

/// Values, each under one number, in the order in which they came.
#[derive(Clone, Debug)]
pub(super) struct Numbered<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
    /// The number given last: neighbours are alike more often than not.
    last: u32,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new(), last: 0 }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    /// The number of a value, a new one for one that is not there yet.
    pub(super) fn number<B>(&mut self, value: &B) -> Result<u32, CatalogueError>
    where
        B: ToOwned<Owned = T> + Eq + Hash + ?Sized,
        T: Borrow<B>,
    {
        if let Some((number, last)) = self.last()
            && last.borrow() == value
        {
            return Ok(number);
        }
        let known = self.numbers.get(value).copied();
        self.last = if let Some(number) = known {
            number
        } else {
            let next = u32::try_from(self.values.len()).map_err(|_| CatalogueError::Full)?;
            self.values.push(value.to_owned());
            self.numbers.insert(value.to_owned(), next);
            next
        };
        Ok(self.last)
    }

    /// The value whose number was given last.
    pub(super) fn last(&self) -> Option<(u32, &T)> {
        Some((self.last, self.get(self.last)?))
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.iter()
    }
}
