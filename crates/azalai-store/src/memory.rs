//! A store in memory, for tests, the simulation and the browser's first steps.
//!
//! It keeps nothing beyond its process. Every applied batch counts as durable, so [`MemoryStore::crash`] gives what
//! a restart would find.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;
use crate::faults::{Fault, FaultWhen, Faults, failure};
use crate::limits::{PAGE_MAX_BYTES, PAGE_MAX_ITEMS};
use crate::store::{Batch, Cursor, Page, Space, Store, check_key};

/// A store in memory. Clones share their content.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    spaces: BTreeMap<Space, BTreeMap<Vec<u8>, Vec<u8>>>,
    faults: Faults,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a restart would find: a store of its own with all that is durable now, without planned failures. What is
    /// still written to the old one does not reach it.
    #[must_use]
    pub fn crash(&self) -> Self {
        let spaces = self.lock().spaces.clone();
        Self(Arc::new(Mutex::new(Inner { spaces, faults: Faults::default() })))
    }

    /// Plans the failure of a later [`Store::apply`], counted from now. A second plan replaces the first.
    pub fn plan(&self, fault: Fault) {
        self.lock().faults.plan(fault);
    }
}

impl Store for MemoryStore {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        check_key(key)?;
        Ok(self.lock().spaces.get(&space).and_then(|items| items.get(key)).cloned())
    }

    async fn scan(&self, space: Space, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        let inner = self.lock();
        let Some(items) = inner.spaces.get(&space) else { return Ok(Page::default()) };
        let from = after.map_or(Bound::Unbounded, |cursor| Bound::Excluded(cursor.key()));
        let mut page = PageBuilder::new(limit);
        for (key, value) in items.range::<[u8], _>((from, Bound::Unbounded)) {
            if page.is_full() {
                return Ok(page.more());
            }
            page.push(key.clone(), value.clone());
        }
        Ok(page.end())
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        let mut inner = self.lock();
        let fault = inner.faults.next();
        if let Some(when @ (FaultWhen::Before | FaultWhen::Torn { .. } | FaultWhen::Full)) = fault {
            return Err(failure(when, "writing to memory"));
        }
        for ((space, key), value) in batch {
            let items = inner.spaces.entry(space).or_default();
            match value {
                Some(value) => items.insert(key, value),
                None => items.remove(&key),
            };
        }
        fault.map_or(Ok(()), |when| Err(failure(when, "writing to memory")))
    }
}

/// Collects a page up to its limits.
#[derive(Debug)]
pub(crate) struct PageBuilder {
    page: Page,
    limit: usize,
    bytes: usize,
    last: Option<Vec<u8>>,
}

impl PageBuilder {
    pub(crate) fn new(limit: usize) -> Self {
        Self { page: Page::default(), limit: limit.clamp(1, PAGE_MAX_ITEMS), bytes: 0, last: None }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.page.items.len() + self.page.damaged >= self.limit || self.bytes >= PAGE_MAX_BYTES
    }

    pub(crate) fn push(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.bytes += value.len();
        self.last = Some(key.clone());
        self.page.items.push((key, value));
    }

    /// Counts an item that cannot be read.
    #[cfg(feature = "native")]
    pub(crate) fn damaged(&mut self, key: Vec<u8>) {
        self.last = Some(key);
        self.page.damaged += 1;
    }

    /// The page, with more to come after it.
    pub(crate) fn more(mut self) -> Page {
        self.page.next = self.last.map(Cursor::after);
        self.page
    }

    /// The last page.
    pub(crate) fn end(self) -> Page {
        self.page
    }
}
