//! The trait that everything durable goes through: spaces of keys and values, atomic batches, pages.
//!
//! An implementation must never answer [`Store::apply`] before the batch is durable, and never show half of one
//! after a crash.

use std::collections::BTreeMap;
use std::future::Future;

use crate::error::StoreError;
use crate::limits::{BATCH_MAX_BYTES, KEY_MAX_BYTES, VALUE_MAX_BYTES};

/// A key space. Who opens a store keeps one table of all its spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Space(pub u8);

/// Where a scan goes on: opaque to callers, the last key of the page before to the store that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// Goes on after `key`: for implementations of [`Store`].
    #[must_use]
    pub fn after(key: Vec<u8>) -> Self {
        Self(key)
    }

    /// The key to go on after: for implementations of [`Store`].
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.0
    }
}

/// One page of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Keys with their values.
    pub items: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where to go on; `None` at the end. A page with a `next` may be short or even empty.
    pub next: Option<Cursor>,
    /// Items of this page that are there and cannot be read. They are left out of `items`.
    pub damaged: usize,
}

/// Writes that become visible and durable together. Of two writes of one key the last counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    writes: BTreeMap<(Space, Vec<u8>), Option<Vec<u8>>>,
}

impl Batch {
    /// An empty batch. Applied, it waits until everything that was applied before is durable.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a put.
    pub fn put(&mut self, space: Space, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> &mut Self {
        self.writes.insert((space, key.into()), Some(value.into()));
        self
    }

    /// Adds a deletion; a key that is not there may be deleted.
    pub fn delete(&mut self, space: Space, key: impl Into<Vec<u8>>) -> &mut Self {
        self.writes.insert((space, key.into()), None);
        self
    }

    /// Adds the writes of `other` after those of this one.
    pub fn extend(&mut self, other: Self) -> &mut Self {
        self.writes.extend(other.writes);
        self
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// How many keys are written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// The bytes of all keys and values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.writes.iter().map(|((_, key), value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum()
    }

    /// The writes by space and key; `None` deletes.
    pub fn iter(&self) -> impl Iterator<Item = (Space, &[u8], Option<&[u8]>)> {
        self.writes.iter().map(|((space, key), value)| (*space, key.as_slice(), value.as_deref()))
    }

    /// Checks the limits that hold for every store (a vault takes a little less: [`crate::limits::VAULT_VALUE_MAX_BYTES`]).
    ///
    /// # Errors
    /// [`StoreError::KeyTooLong`], [`StoreError::ValueTooLarge`], [`StoreError::BatchTooLarge`].
    pub fn check(&self) -> Result<(), StoreError> {
        for (_, key, value) in self.iter() {
            check_key(key)?;
            let got = value.map_or(0, <[u8]>::len);
            if got > VALUE_MAX_BYTES {
                return Err(StoreError::ValueTooLarge { got, limit: VALUE_MAX_BYTES });
            }
        }
        let got = self.bytes();
        if got > BATCH_MAX_BYTES {
            return Err(StoreError::BatchTooLarge { got, limit: BATCH_MAX_BYTES });
        }
        Ok(())
    }
}

impl IntoIterator for Batch {
    type Item = ((Space, Vec<u8>), Option<Vec<u8>>);
    type IntoIter = std::collections::btree_map::IntoIter<(Space, Vec<u8>), Option<Vec<u8>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.writes.into_iter()
    }
}

/// Refuses a key over the limit.
pub(crate) fn check_key(key: &[u8]) -> Result<(), StoreError> {
    if key.len() > KEY_MAX_BYTES {
        return Err(StoreError::KeyTooLong { got: key.len(), limit: KEY_MAX_BYTES });
    }
    Ok(())
}

/// Keys and values in spaces, kept durably.
///
/// A batch that another caller is still applying may be visible to reads before it is durable. Who finds something
/// and acknowledges it to somebody applies an empty [`Batch`] first.
pub trait Store: Send + Sync {
    /// The value of `key`, at most [`KEY_MAX_BYTES`] long; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::KeyTooLong`], [`StoreError::Corrupt`], [`StoreError::Io`].
    fn get(&self, space: Space, key: &[u8]) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;

    /// The values of `keys`, in their order.
    ///
    /// # Errors
    /// As [`Store::get`]: the first that occurs.
    fn get_many(
        &self,
        space: Space,
        keys: &[Vec<u8>],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, StoreError>> + Send {
        async move {
            let mut values = Vec::with_capacity(keys.len());
            for key in keys {
                values.push(self.get(space, key).await?);
            }
            Ok(values)
        }
    }

    /// A page of the whole space: at most `limit` items (at least one is allowed for, and never more than
    /// [`crate::limits::PAGE_MAX_ITEMS`]) that follow the cursor. Callers may rely on no order. Without writes in
    /// between, the pages hold each item exactly once.
    ///
    /// For implementations: pages go up by the bytes of the keys that are stored (a vault's are hashes), and a
    /// cursor may be made from any bytes. A vault relies on that of the store beneath it.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Corrupt`] if the store cannot go on.
    fn scan(
        &self,
        space: Space,
        after: Option<&Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Applies all of `batch` or nothing. When it returns `Ok`, the batch is durable, and so is all that was applied
    /// before. A call that is dropped while it waits may still take effect.
    ///
    /// # Errors
    /// Those of [`Batch::check`], [`StoreError::Full`], [`StoreError::Io`], [`StoreError::Stopped`].
    fn apply(&self, batch: Batch) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Applies all of `batch` or nothing, visible to every read when it returns `Ok`, and perhaps not durable yet: the
    /// next [`Store::apply`] that succeeds makes it so, and so does closing the store. A crash before that takes it,
    /// and all that was staged after it, whole. Only for what can be made again from something that is durable, as an
    /// own statement from the journal.
    ///
    /// # Errors
    /// As [`Store::apply`].
    fn stage(&self, batch: Batch) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.apply(batch)
    }

    /// What this database shares with no copy of it and with none that was rebuilt from it, and keeps for as long as
    /// it lives; `None` where that cannot be told. Who notes it in the database finds out at the next opening whether
    /// a backup was restored or something was lost: then what it says must not go on where it seems to have stopped.
    fn identity(&self) -> Option<[u8; 16]> {
        None
    }

    /// Why this store takes no writes until it is opened again, if that is so: then what goes with a write elsewhere
    /// should not be begun.
    fn refuses(&self) -> Option<StoreError> {
        None
    }
}

impl<S: Store> Store for std::sync::Arc<S> {
    fn get(&self, space: Space, key: &[u8]) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send {
        (**self).get(space, key)
    }

    fn get_many(
        &self,
        space: Space,
        keys: &[Vec<u8>],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, StoreError>> + Send {
        (**self).get_many(space, keys)
    }

    fn scan(
        &self,
        space: Space,
        after: Option<&Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send {
        (**self).scan(space, after, limit)
    }

    fn apply(&self, batch: Batch) -> impl Future<Output = Result<(), StoreError>> + Send {
        (**self).apply(batch)
    }

    fn stage(&self, batch: Batch) -> impl Future<Output = Result<(), StoreError>> + Send {
        (**self).stage(batch)
    }

    fn identity(&self) -> Option<[u8; 16]> {
        (**self).identity()
    }

    fn refuses(&self) -> Option<StoreError> {
        (**self).refuses()
    }
}
