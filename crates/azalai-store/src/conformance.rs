//! What every store must do, whatever it is made of.
//!
//! A backend's tests call [`run`] with a way to open it. Nothing here is for use outside tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is a test that is shared")]

use std::collections::BTreeMap;
use std::future::Future;

use crate::{Batch, Space, Store, StoreError, limits};

const ONE: Space = Space(1);
const TWO: Space = Space(2);
const LAST: Space = Space(255);

/// Checks a store. `open` opens the same, at first empty, content each time it is called; the store that it gave
/// before has been dropped by then.
///
/// # Panics
/// When the store does not do what [`Store`] says.
pub async fn run<S: Store, F: Future<Output = S>>(mut open: impl FnMut() -> F) {
    let store = open().await;
    spaces_are_apart(&store).await;
    the_last_write_counts(&store).await;
    a_refused_batch_changes_nothing(&store).await;
    values_of_every_size_come_back(&store).await;
    a_staged_batch_is_visible_at_once_and_there_after_the_next(&store).await;
    drop(store);
    let store = open().await;
    everything_is_there_after_reopening(&store).await;
    pages_hold_each_item_once(&store).await;
    deleted_is_deleted(&store).await;
    drop(store);
    let store = open().await;
    for space in [ONE, TWO, LAST] {
        assert!(all(&store, space, 10).await.is_empty(), "what was deleted came back after reopening");
    }
}

async fn put(store: &impl Store, space: Space, key: &[u8], value: &[u8]) {
    let mut batch = Batch::new();
    batch.put(space, key, value);
    store.apply(batch).await.unwrap();
}

async fn all(store: &impl Store, space: Space, limit: usize) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let (mut found, mut after) = (BTreeMap::new(), None);
    loop {
        let page = store.scan(space, after.as_ref(), limit).await.unwrap();
        assert!(page.items.len() <= limit.max(1), "a page holds more than was asked for");
        assert_eq!(page.damaged, 0, "something is damaged");
        for (key, value) in page.items {
            assert!(found.insert(key, value).is_none(), "a scan showed one key twice");
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

async fn spaces_are_apart(store: &impl Store) {
    for space in [ONE, TWO, LAST] {
        put(store, space, b"key", &[space.0]).await;
    }
    for space in [ONE, TWO, LAST] {
        assert_eq!(store.get(space, b"key").await.unwrap(), Some(vec![space.0]));
        assert_eq!(all(store, space, 10).await.len(), 1, "a scan left its space");
    }
    assert_eq!(store.get(Space(3), b"key").await.unwrap(), None);
    assert_eq!(store.get(ONE, b"ke").await.unwrap(), None);
    assert_eq!(store.get(ONE, b"key\0").await.unwrap(), None);
}

async fn the_last_write_counts(store: &impl Store) {
    let mut batch = Batch::new();
    batch.put(ONE, b"a", b"first").put(ONE, b"a", b"second").put(ONE, b"gone", b"x").delete(ONE, b"gone");
    batch.delete(ONE, b"back").put(ONE, b"back", b"again").delete(ONE, b"never there");
    store.apply(batch).await.unwrap();
    let keys = [b"a".to_vec(), b"gone".to_vec(), b"back".to_vec(), b"never there".to_vec()];
    let values = store.get_many(ONE, &keys).await.unwrap();
    assert_eq!(values, [Some(b"second".to_vec()), None, Some(b"again".to_vec()), None]);
    put(store, ONE, b"a", b"third").await;
    assert_eq!(store.get(ONE, b"a").await.unwrap(), Some(b"third".to_vec()));
    store.apply(Batch::new()).await.unwrap();
}

async fn a_refused_batch_changes_nothing(store: &impl Store) {
    let long = vec![7; limits::KEY_MAX_BYTES + 1];
    let mut batch = Batch::new();
    batch.put(ONE, b"beside a long key", b"x").put(ONE, long.clone(), b"x");
    let refused = store.apply(batch).await;
    assert_eq!(refused, Err(StoreError::KeyTooLong { got: long.len(), limit: limits::KEY_MAX_BYTES }));
    assert!(matches!(store.get(ONE, &long).await, Err(StoreError::KeyTooLong { .. })));
    let mut batch = Batch::new();
    batch.put(ONE, b"beside a large value", b"x").put(ONE, b"large", vec![0; limits::VALUE_MAX_BYTES + 1]);
    assert!(matches!(store.apply(batch).await, Err(StoreError::ValueTooLarge { .. })));
    for key in [&b"beside a long key"[..], b"beside a large value", b"large"] {
        assert_eq!(store.get(ONE, key).await.unwrap(), None, "a part of a refused batch is there");
    }
}

fn sized() -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    [0, 1, 640, 4095, 4096, 4097, 8192, 200_000, limits::VAULT_VALUE_MAX_BYTES]
        .into_iter()
        .map(|size| (size.to_string().into_bytes(), (0..size).map(|i| (i % 251) as u8).collect()))
}

async fn values_of_every_size_come_back(store: &impl Store) {
    put(store, TWO, b"", b"the empty key").await;
    put(store, TWO, &[0xff; limits::KEY_MAX_BYTES], b"the longest key").await;
    for (key, value) in sized() {
        put(store, TWO, &key, b"something before").await;
        put(store, TWO, &key, &value).await;
        assert!(store.get(TWO, &key).await.unwrap() == Some(value), "a value came back changed");
    }
    // A large value that is replaced by a small one, and by nothing, must leave nothing behind.
    put(store, TWO, b"shrinks", &[1; 50_000]).await;
    put(store, TWO, b"shrinks", b"small").await;
    put(store, TWO, b"ends", &[1; 50_000]).await;
    let mut batch = Batch::new();
    batch.delete(TWO, b"ends");
    store.apply(batch).await.unwrap();
}

async fn everything_is_there_after_reopening(store: &impl Store) {
    assert_eq!(store.get(ONE, b"a").await.unwrap(), Some(b"third".to_vec()));
    assert_eq!(store.get(ONE, b"staged").await.unwrap(), Some(b"second".to_vec()));
    assert_eq!(store.get(ONE, b"large and staged").await.unwrap(), Some(vec![3; 50_000]));
    let mut expected: BTreeMap<Vec<u8>, Vec<u8>> = sized().collect();
    expected.insert(Vec::new(), b"the empty key".to_vec());
    expected.insert(vec![0xff; limits::KEY_MAX_BYTES], b"the longest key".to_vec());
    expected.insert(b"shrinks".to_vec(), b"small".to_vec());
    expected.insert(b"key".to_vec(), vec![TWO.0]);
    assert!(all(store, TWO, 5).await == expected, "a reopened store does not hold what was written");
}

async fn pages_hold_each_item_once(store: &impl Store) {
    let mut expected: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::from([(b"key".to_vec(), vec![LAST.0])]);
    let mut batch = Batch::new();
    for n in 0..500_u32 {
        batch.put(LAST, n.to_be_bytes(), n.to_string());
        expected.insert(n.to_be_bytes().to_vec(), n.to_string().into_bytes());
    }
    store.apply(batch).await.unwrap();
    for limit in [0, 1, 7, 501, 502, usize::MAX] {
        assert!(all(store, LAST, limit).await == expected, "pages of {limit} miss something or show too much");
    }
}

async fn deleted_is_deleted(store: &impl Store) {
    for space in [ONE, TWO, LAST] {
        let mut batch = Batch::new();
        let keys: Vec<Vec<u8>> = all(store, space, 100).await.into_keys().collect();
        assert!(!keys.is_empty());
        for key in &keys {
            batch.delete(space, key.clone());
        }
        store.apply(batch).await.unwrap();
        assert!(store.get_many(space, &keys).await.unwrap().iter().all(Option::is_none));
        assert!(all(store, space, 10).await.is_empty());
    }
}

async fn a_staged_batch_is_visible_at_once_and_there_after_the_next(store: &impl Store) {
    let mut batch = Batch::new();
    batch.put(ONE, b"staged", b"first").put(ONE, b"large and staged", vec![3; 50_000]);
    store.stage(batch).await.unwrap();
    assert_eq!(store.get(ONE, b"staged").await.unwrap(), Some(b"first".to_vec()));
    put(store, ONE, b"staged", b"second").await;
    let mut batch = Batch::new();
    batch.put(ONE, b"too long", b"x").put(ONE, vec![7; limits::KEY_MAX_BYTES + 1], b"x");
    assert!(matches!(store.stage(batch).await, Err(StoreError::KeyTooLong { .. })));
    assert_eq!(store.get(ONE, b"too long").await.unwrap(), None, "a part of a refused batch is there");
}
