//! A store that encrypts another one: keys become keyed hashes, each item is sealed under a key of its own.
//!
//! The inner store must never see a logical key, a space or a plain value. What it does see is how many items there
//! are in each (unnamed) space, their sizes to the byte, and when they are written.

use std::sync::Arc;

use azalai_envelope::codec::{Reader, Writer};
use azalai_envelope::ids::to_hex;
use zeroize::Zeroizing;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::keyring::{Keyring, Segment};
use crate::keys::Keys;
use crate::limits::{KEY_MAX_BYTES, VALUE_MAX_BYTES, VAULT_VALUE_MAX_BYTES};
use crate::secret::{SALT, Secret};
use crate::store::{Batch, Cursor, Page, Space, Store, check_key};

pub(crate) const VERSION: u8 = 1;
const LABEL: &str = "item";

/// A logical key with its value.
pub(crate) type Item = (Vec<u8>, Vec<u8>);

/// A store over `inner`, whose items only the keyring's keys open.
#[derive(Debug)]
pub struct Vault<S, D> {
    pub(crate) inner: S,
    pub(crate) keys: Arc<Keys<D>>,
    spaces: Spaces,
    index: Secret,
}

impl<S: Store, D: Disk> Vault<S, D> {
    /// Opens the vault. It reads nothing of the store, unless a [`Vault::forget`] was interrupted: that is finished
    /// first, or left to a later time if no space is left or a newer program's item is met, since items can be read
    /// and written all the same. An empty inner store is an empty vault.
    ///
    /// # Errors
    /// Those of the inner store and of the disk.
    pub async fn unlock(inner: S, keys: Arc<Keys<D>>) -> Result<Self, StoreError> {
        let index = keys.ring.read().await.index.clone();
        let vault = Self { inner, keys, spaces: Spaces::new(&index), index };
        match vault.finish_forgetting().await {
            Ok(_) | Err(StoreError::Full { .. } | StoreError::ReadOnly { .. } | StoreError::UnknownVersion { .. }) => {
                Ok(vault)
            }
            Err(error) => Err(error),
        }
    }

    /// The store beneath.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// The keys that seal its items.
    #[must_use]
    pub fn keys(&self) -> &Arc<Keys<D>> {
        &self.keys
    }

    /// The space of the inner store for a logical one.
    pub(crate) fn physical_space(&self, space: Space) -> Space {
        self.spaces.physical(space)
    }

    /// The key of the inner store for a logical one.
    pub(crate) fn physical_key(&self, space: Space, key: &[u8]) -> [u8; 32] {
        self.index.hash("key", &[&[space.0], key])
    }

    /// Seals an item for its place.
    pub(crate) fn seal(
        &self,
        ring: &Keyring,
        physical: &[u8],
        key: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let segment = ring.segment_keys(Segment::of(physical)).next();
        let segment = segment.ok_or(StoreError::Missing { what: "the key of a segment" })?;
        let mut plain = Writer::new();
        plain.bytes(key).raw(value);
        let salt = self.keys.salt();
        let sealed = segment.seal(LABEL, &salt, &aad(physical), &Zeroizing::new(plain.finish()))?;
        let mut item = Writer::new();
        item.u8(VERSION).raw(&salt).raw(&sealed);
        Ok(item.finish())
    }

    /// What the inner store gets for a batch.
    fn seal_batch(&self, ring: &Keyring, batch: &Batch) -> Result<Batch, StoreError> {
        batch.check()?;
        let mut sealed = Batch::new();
        for (space, key, value) in batch.iter() {
            let physical = self.physical_key(space, key);
            match value {
                Some(value) if value.len() > VAULT_VALUE_MAX_BYTES => {
                    return Err(StoreError::ValueTooLarge { got: value.len(), limit: VAULT_VALUE_MAX_BYTES });
                }
                Some(value) => {
                    sealed.put(self.physical_space(space), physical, self.seal(ring, &physical, key, value)?)
                }
                None => sealed.delete(self.physical_space(space), physical),
            };
        }
        Ok(sealed)
    }
}

/// Opens an item that lies under `physical`, with the first of `keys` that does; says which one it was.
pub(crate) fn open(
    keys: impl Iterator<Item = Secret>,
    physical: &[u8],
    stored: &[u8],
) -> Result<(usize, Item), StoreError> {
    let corrupt = || StoreError::Corrupt { what: format!("the item {}", to_hex(physical)) };
    match stored.first() {
        Some(&VERSION) => {}
        Some(&got) => return Err(StoreError::UnknownVersion { what: "an item", got }),
        None => return Err(corrupt()),
    }
    let (salt, sealed) = stored.get(1..).and_then(|rest| rest.split_first_chunk::<SALT>()).ok_or_else(corrupt)?;
    for (index, key) in keys.enumerate() {
        let Some(plain) = key.open(LABEL, salt, &aad(physical), sealed) else { continue };
        let mut reader = Reader::new(&plain);
        let key = reader.bytes("logical key", KEY_MAX_BYTES).map_err(|_| corrupt())?;
        let left = reader.left();
        let value = reader.take("value", left).map_err(|_| corrupt())?;
        return Ok((index, (key.to_vec(), value.to_vec())));
    }
    Err(corrupt())
}

fn aad(physical: &[u8]) -> Vec<u8> {
    [&[VERSION], physical].concat()
}

impl<S: Store, D: Disk> Store for Vault<S, D> {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        check_key(key)?;
        let physical = self.physical_key(space, key);
        let ring = self.keys.ring.read().await;
        let Some(stored) = self.inner.get(self.physical_space(space), &physical).await? else { return Ok(None) };
        let (_, (found, value)) = open(ring.segment_keys(Segment::of(&physical)), &physical, &stored)?;
        if found != key {
            return Err(StoreError::Corrupt { what: format!("the item {}", to_hex(&physical)) });
        }
        Ok(Some(value))
    }

    async fn scan(&self, space: Space, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        let ring = self.keys.ring.read().await;
        let stored = self.inner.scan(self.physical_space(space), after, limit).await?;
        let mut page = Page { items: Vec::new(), next: stored.next, damaged: stored.damaged };
        for (physical, value) in stored.items {
            match open(ring.segment_keys(Segment::of(&physical)), &physical, &value) {
                Ok((_, (key, value))) if physical == self.physical_key(space, &key) => page.items.push((key, value)),
                _ => page.damaged += 1,
            }
        }
        Ok(page)
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        // Held until the items are written: a forgetting must find them, or come after its keys are the old ones.
        let ring = self.keys.ring.read().await;
        self.inner.apply(self.seal_batch(&ring, &batch)?).await
    }

    async fn stage(&self, batch: Batch) -> Result<(), StoreError> {
        let ring = self.keys.ring.read().await;
        self.inner.stage(self.seal_batch(&ring, &batch)?).await
    }

    fn identity(&self) -> Option<[u8; 16]> {
        self.inner.identity()
    }

    fn refuses(&self) -> Option<StoreError> {
        self.inner.refuses()
    }
}

/// The physical space for each logical one: a permutation that only the index key knows.
#[derive(Debug)]
struct Spaces(Vec<Space>);

impl Spaces {
    fn new(index: &Secret) -> Self {
        let mut order: Vec<Space> = (0..=u8::MAX).map(Space).collect();
        order.sort_by_cached_key(|space| index.hash("space", &[&[space.0]]));
        Self(order)
    }

    fn physical(&self, space: Space) -> Space {
        self.0.get(usize::from(space.0)).copied().unwrap_or(space)
    }
}

/// What sealing adds to a value at most: version, salt, length and bytes of the logical key, tag.
const _: () = assert!(VAULT_VALUE_MAX_BYTES + 1 + SALT + 2 + KEY_MAX_BYTES + crate::secret::TAG <= VALUE_MAX_BYTES);

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use futures_lite::future::block_on;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::{MemoryDisk, MemoryStore, ProfileKey};

    /// Guards against a change of the format, or of a derivation, that no old item is found or opens with.
    #[test]
    fn the_bytes_of_an_item_and_its_place_are_fixed() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let profile = ProfileKey::random(&mut rng);
        let keys = block_on(Keys::create(MemoryDisk::new(), profile, &mut rng)).unwrap();
        let vault = block_on(Vault::unlock(MemoryStore::new(), Arc::new(keys))).unwrap();
        let mut batch = Batch::new();
        batch.put(Space(7), b"key", b"value");
        block_on(vault.apply(batch)).unwrap();
        let space = vault.physical_space(Space(7));
        let page = block_on(vault.inner().scan(space, None, 9)).unwrap();
        let [(physical, item)] = &page.items[..] else { panic!("one item was written") };
        assert_eq!(
            (space, to_hex(physical).as_str()),
            (Space(244), "d56b0f071313cbce42a4b4892f6ad282a39299e7bebbc94be2fe956abb53dfda")
        );
        assert_eq!(
            to_hex(item),
            "01f8daccae5ed5f39e017a704cad71bcf00b64da70b10137e5ba277b2a0162119fbc7b0060258e7a097dc7b4837ceb8649d9"
        );
        assert_eq!(item.len(), 1 + SALT + 1 + 3 + 5 + crate::secret::TAG);
        let physical_spaces: std::collections::BTreeSet<Space> =
            (0..=u8::MAX).map(|space| vault.physical_space(Space(space))).collect();
        assert_eq!(physical_spaces.len(), 256, "two spaces share a place");
    }
}
