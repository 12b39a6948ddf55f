//! The desk: what the person at this device has begun and not said (drafts), and how they like things (settings).
//!
//! It lies in the vault like all else and never leaves the device. What stands in an item is the business of whoever
//! put it there.

use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::limits::MAX_DESK_KEY_BYTES;
use crate::node::{Node, scan_all};
use crate::spaces::DESK;

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// An item; `None` if there is none.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn desk_get(&self, key: &str) -> Result<Option<Vec<u8>>, NodeError> {
        Ok(self.vault.get(DESK, key.as_bytes()).await?)
    }

    /// All items whose key begins so, by key without that beginning.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn desk_all(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, NodeError> {
        let (items, _) = scan_all(&self.vault, DESK).await?;
        let mut found: Vec<(String, Vec<u8>)> = items
            .into_iter()
            .filter_map(|(key, value)| Some((core::str::from_utf8(&key).ok()?.strip_prefix(prefix)?.to_owned(), value)))
            .collect();
        found.sort();
        Ok(found)
    }

    /// Keeps an item durably, in the place of an earlier one.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] for a key over [`MAX_DESK_KEY_BYTES`]; those of the storage.
    pub async fn desk_put(&mut self, key: &str, value: Vec<u8>) -> Result<(), NodeError> {
        if key.len() > MAX_DESK_KEY_BYTES {
            return Err(NodeError::Invalid(format!("a key of {} bytes is too long for the desk", key.len())));
        }
        let mut batch = Batch::new();
        batch.put(DESK, key.as_bytes(), value);
        Ok(self.vault.apply(batch).await?)
    }

    /// Keeps an item in the place of an earlier one, of which no word can be read from the disk afterwards.
    ///
    /// # Errors
    /// As [`Node::desk_put`].
    pub async fn desk_replace(&mut self, key: &str, value: Vec<u8>) -> Result<(), NodeError> {
        self.desk_put(key, value).await?;
        self.forget_items(Batch::new(), &[], &[(DESK, key.as_bytes().to_vec())]).await
    }

    /// Takes an item away, so that no word of it can be read from the disk; one that is not there is gone already.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn desk_remove(&mut self, key: &str) -> Result<(), NodeError> {
        self.forget_items(Batch::new(), &[(DESK, key.as_bytes().to_vec())], &[]).await
    }
}
