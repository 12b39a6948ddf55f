//! A store in memory, for tests, the simulation and the browser's first steps.
//!
//! It keeps nothing beyond its process. An applied batch counts as durable and a staged one does not until the next is
//! applied, so [`MemoryStore::crash`] gives what a restart would find.

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
    /// What stood under each key that was staged since the last batch was applied.
    undo: BTreeMap<(Space, Vec<u8>), Option<Vec<u8>>>,
    faults: Faults,
    /// It takes no writes, as a store that was opened on a full disk.
    full: bool,
    /// How many copies lie between this store and the one that was made empty.
    copies: u64,
}

impl Inner {
    /// Writes one key; gives what stood there.
    fn write(&mut self, space: Space, key: Vec<u8>, value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let items = self.spaces.entry(space).or_default();
        match value {
            Some(value) => items.insert(key, value),
            None => items.remove(&key),
        }
    }

    /// Writes a batch as its planned failure lets it.
    fn write_batch(&mut self, batch: Batch, durable: bool) -> Result<(), StoreError> {
        batch.check()?;
        if self.full && !batch.is_empty() {
            return Err(full());
        }
        let fault = self.faults.next();
        if let Some(when @ (FaultWhen::Before | FaultWhen::Torn { .. } | FaultWhen::Full)) = fault {
            return Err(failure(when, "writing to memory"));
        }
        for ((space, key), value) in batch {
            let before = self.write(space, key.clone(), value);
            if !durable {
                self.undo.entry((space, key)).or_insert(before);
            }
        }
        if durable {
            self.undo.clear();
        }
        fault.map_or(Ok(()), |when| Err(failure(when, "writing to memory")))
    }
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
        let (spaces, undo, copies) = {
            let inner = self.lock();
            (inner.spaces.clone(), inner.undo.clone(), inner.copies)
        };
        let mut found = Inner { spaces, copies, ..Inner::default() };
        for ((space, key), before) in undo {
            found.write(space, key, before);
        }
        Self(Arc::new(Mutex::new(found)))
    }

    /// What a restored backup would be: as [`MemoryStore::crash`], with another [`Store::identity`].
    #[must_use]
    pub fn restored(&self) -> Self {
        let copy = self.crash();
        copy.lock().copies += 1;
        copy
    }

    /// From now on it takes no writes, as a store that was opened on a full disk.
    pub fn fill(&self) {
        self.lock().full = true;
    }

    /// Plans the failure of a later [`Store::apply`] or [`Store::stage`], counted from now. A second plan replaces the first.
    pub fn plan(&self, fault: Fault) {
        self.lock().faults.plan(fault);
    }
}

fn full() -> StoreError {
    StoreError::Full { doing: "writing to memory".to_owned() }
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
        self.lock().write_batch(batch, true)
    }

    async fn stage(&self, batch: Batch) -> Result<(), StoreError> {
        self.lock().write_batch(batch, false)
    }

    fn identity(&self) -> Option<[u8; 16]> {
        Some(u128::from(self.lock().copies).to_be_bytes())
    }

    fn refuses(&self) -> Option<StoreError> {
        self.lock().full.then(full)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;

    /// Guards against a memory store that keeps more than a disk would: no test would see what a crash takes.
    #[test]
    fn a_crash_takes_what_was_staged_since_the_last_applied_batch() {
        let one = Space(1);
        let write = |value: &str, key: &str| {
            let mut batch = Batch::new();
            batch.put(one, key, value);
            batch
        };
        let store = MemoryStore::new();
        block_on(store.apply(write("applied", "a"))).unwrap();
        block_on(store.stage(write("staged", "a"))).unwrap();
        block_on(store.stage(write("again", "a"))).unwrap();
        block_on(store.stage(write("staged", "b"))).unwrap();
        let value = |store: &MemoryStore, key: &str| block_on(store.get(one, key.as_bytes())).unwrap();
        assert_eq!(value(&store, "a"), Some(b"again".to_vec()));
        let after = store.crash();
        assert_eq!((value(&after, "a"), value(&after, "b")), (Some(b"applied".to_vec()), None));
        block_on(store.apply(Batch::new())).unwrap();
        let after = store.crash();
        assert_eq!((value(&after, "a"), value(&after, "b")), (Some(b"again".to_vec()), Some(b"staged".to_vec())));
    }
}
