//! Forgetting items so that their old bytes, which the database keeps for long, become noise even to who has the
//! passphrase.
//!
//! Every item is under the key of its segment. To forget some, their segments get new keys in three durable steps:
//! 1. the keyring keeps old and new keys side by side; what is written from now on is under the new;
//! 2. the items are deleted, and every other item of these segments is sealed again under the new keys, in batches;
//! 3. the keyring drops the old keys.
//!
//! A crash between any two leaves every live item readable, and the next unlock goes on at step 2. An old key must
//! never be dropped while a live item may need it.

use std::collections::BTreeSet;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::keyring::{Rotation, Segment};
use crate::limits::FORGET_CHUNK_ITEMS;
use crate::store::{Batch, Cursor, Space, Store};
use crate::vault::{Vault, open};

/// What forgetting did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Items that were sealed again because they shared a key with what was forgotten.
    pub resealed: usize,
    /// Items that could not be read before and never will be now.
    pub damaged: usize,
}

impl<S: Store, D: Disk> Vault<S, D> {
    /// Forgets `keys` of `space`: deletes them, and when it returns, what the disk still holds of them opens with no
    /// key that exists. It rewrites about n / 2048 of the n items for each key, at most all of them: call it with
    /// many keys at once. Others read and write meanwhile.
    ///
    /// If it fails or is interrupted, some of the keys may be deleted, and it is finished by the next call or the
    /// next unlock, except that keys not deleted by then stay.
    ///
    /// # Errors
    /// [`StoreError::KeyTooLong`], those of the inner store and of the disk.
    pub async fn forget(&self, space: Space, keys: &[Vec<u8>]) -> Result<Forgotten, StoreError> {
        let items: Vec<(Space, Vec<u8>)> = keys.iter().map(|key| (space, key.clone())).collect();
        self.forget_all(&items, &[]).await
    }

    /// As [`Vault::forget`], for items of several spaces at once. Of those in `earlier` only what stood there before is
    /// forgotten: earlier values, or one that was deleted; what is there now stays.
    ///
    /// # Errors
    /// Those of [`Vault::forget`].
    pub async fn forget_all(
        &self,
        items: &[(Space, Vec<u8>)],
        earlier: &[(Space, Vec<u8>)],
    ) -> Result<Forgotten, StoreError> {
        let all = || items.iter().chain(earlier);
        all().try_for_each(|(_, key)| crate::store::check_key(key))?;
        if all().next().is_none() {
            return Ok(Forgotten::default());
        }
        let segments: BTreeSet<Segment> =
            all().map(|(space, key)| Segment::of(&self.physical_key(*space, key))).collect();
        let _only_one = self.keys.changing.lock().await;
        let mut done = self.reseal().await?;
        let rotation = Rotation::new(self.keys.fresh(), segments);
        self.keys.change(|ring| ring.rotation = Some(rotation)).await?;
        let mut batch = Batch::new();
        for (space, key) in items {
            batch.delete(self.physical_space(*space), self.physical_key(*space, key));
        }
        self.inner.apply(batch).await?;
        let now = self.reseal().await?;
        done.resealed += now.resealed;
        done.damaged += now.damaged;
        Ok(done)
    }

    /// Goes on where a crash interrupted [`Vault::forget`].
    pub(crate) async fn finish_forgetting(&self) -> Result<Forgotten, StoreError> {
        let _only_one = self.keys.changing.lock().await;
        self.reseal().await
    }

    /// Steps 2 (without deletions) and 3 of a rotation, if there is one. The caller holds `changing`.
    async fn reseal(&self) -> Result<Forgotten, StoreError> {
        let mut done = Forgotten::default();
        let Some(rotation) = self.keys.ring.read().await.rotation.clone() else { return Ok(done) };
        for space in (0..=u8::MAX).map(Space) {
            let first = self.inner.scan(space, None, 1).await?;
            if first.items.is_empty() && first.next.is_none() {
                continue;
            }
            for segment in rotation.segments() {
                let mut after = before(segment);
                while let Some(next) = self.reseal_chunk(space, segment, after.as_ref(), &mut done).await? {
                    after = Some(next);
                }
            }
        }
        self.keys.change(crate::keyring::Keyring::end_rotation).await?;
        Ok(done)
    }

    /// Seals a few items of one segment again, while nobody else reads or writes; says where to go on.
    async fn reseal_chunk(
        &self,
        space: Space,
        segment: Segment,
        after: Option<&Cursor>,
        done: &mut Forgotten,
    ) -> Result<Option<Cursor>, StoreError> {
        let ring = self.keys.ring.write().await;
        let page = self.inner.scan(space, after, FORGET_CHUNK_ITEMS).await?;
        done.damaged += page.damaged;
        let mut next = page.next;
        let mut batch = Batch::new();
        for (physical, stored) in page.items {
            if Segment::of(&physical) != segment {
                next = None;
                break;
            }
            match open(ring.segment_keys(segment), &physical, &stored) {
                Ok((0, _)) => {}
                Ok((_, (key, value))) => {
                    batch.put(space, physical.clone(), self.seal(&ring, &physical, &key, &value)?);
                    done.resealed += 1;
                }
                // An item of a newer version is under these keys too: an older program must not lock it away.
                Err(error @ StoreError::UnknownVersion { .. }) => return Err(error),
                Err(_) => done.damaged += 1,
            }
        }
        if !batch.is_empty() {
            self.inner.apply(batch).await?;
        }
        Ok(next)
    }
}

/// A cursor that stands before the first possible key of the segment.
fn before(segment: Segment) -> Option<Cursor> {
    let start = segment.start().checked_sub(1)?;
    let [high, low] = start.to_be_bytes();
    let mut key = vec![high, low];
    key.resize(33, 0xff);
    Some(Cursor::after(key))
}
