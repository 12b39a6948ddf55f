//! Every store of this crate does what [`azalai_store::Store`] says: the same suite over each.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use azalai_store::{Keys, MemoryDisk, MemoryStore, ProfileKey, SledStore, Store, Vault, conformance};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

async fn vault<S: Store>(inner: S, disk: MemoryDisk) -> Vault<S, MemoryDisk> {
    let profile = ProfileKey::random(&mut ChaCha20Rng::seed_from_u64(1));
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let keys = match Keys::create(disk.clone(), profile.clone(), &mut rng).await {
        Ok(keys) => keys,
        Err(_) => Keys::open(disk, profile, &mut rng).await.unwrap(),
    };
    Vault::unlock(inner, Arc::new(keys)).await.unwrap()
}

async fn sled(folder: &Path) -> SledStore {
    let opened = SledStore::open(folder).unwrap();
    assert_eq!(opened.recovery, None, "a database that was closed well was taken for a damaged one");
    opened.store
}

/// Guards against a stand-in that behaves otherwise than what it stands for.
#[test]
fn memory_conforms() {
    let store = MemoryStore::new();
    block_on(conformance::run(|| async { store.clone() }));
}

/// Guards against sled's batches, ranges or large values not being what the trait promises.
#[test]
fn sled_conforms() {
    let folder = tempfile::tempdir().unwrap();
    block_on(conformance::run(|| sled(folder.path())));
}

/// Guards against encryption that changes what a store does.
#[test]
fn a_vault_over_memory_conforms() {
    let (store, disk) = (MemoryStore::new(), MemoryDisk::new());
    block_on(conformance::run(|| vault(store.clone(), disk.clone())));
}

/// Guards against the two layers of a device not fitting each other: the largest value, the longest key.
#[test]
fn a_vault_over_sled_conforms() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), MemoryDisk::new());
    block_on(conformance::run(|| async { vault(sled(folder.path()).await, disk.clone()).await }));
}
