//! The side of a new home that nothing opens: noise of the same shape as the side in use, made by the same means under a
//! key that is thrown away.
//!
//! It must never be told from a profile that was made and not used since. What grows afterwards grows on one side alone:
//! SECURITY.md says so.

use std::sync::Arc;

use azalai_store::{Batch, Cursor, Disk, Journal, Keys, ProfileKey, Space, Store};
use rand_core::Rng as _;

use crate::error::NodeError;
use crate::founding::empty;
use crate::node::{Home, Node, SCAN_PAGE};

/// The version byte that stands before every sealed item.
const ITEM: u8 = 1;

/// Fills a side: as many items of the same sizes as this profile has in its store and its journal, each in a space of
/// the same number of items.
pub(crate) async fn fill<S: Store, D: Disk + Clone>(node: &mut Node<S, D>, other: Home<S, D>) -> Result<(), NodeError> {
    let key = ProfileKey::random(&mut node.rng);
    let keys = Arc::new(Keys::create(other.disk, key, &mut node.rng).await?);
    let journal = Journal::begin(keys).await?;
    for entry in node.journal.entries().await?.0 {
        let (mut id, mut bytes) = ([0; 32], vec![0; entry.bytes.len()]);
        node.rng.fill_bytes(&mut id);
        node.rng.fill_bytes(&mut bytes);
        journal.append(&id, &bytes).await?;
    }
    // Twice, as a second profile is put in the place of noise: the database keeps what was replaced.
    fill_store(node, &other.store).await?;
    empty(&other.store).await?;
    fill_store(node, &other.store).await
}

async fn fill_store<S: Store, D: Disk + Clone>(node: &mut Node<S, D>, other: &S) -> Result<(), NodeError> {
    let mut free: Vec<u8> = (0..=u8::MAX).collect();
    for space in (0..=u8::MAX).map(Space) {
        let sizes = sizes(node.vault.inner(), space).await?;
        if sizes.is_empty() {
            continue;
        }
        let chosen = node.rng.next_u32() as usize % free.len();
        let there = Space(free.swap_remove(chosen));
        let mut batch = Batch::new();
        for size in sizes {
            let (mut place, mut item) = ([0; 32], vec![0; size]);
            node.rng.fill_bytes(&mut place);
            node.rng.fill_bytes(&mut item);
            if let Some(version) = item.first_mut() {
                *version = ITEM;
            }
            batch.put(there, place, item);
        }
        other.apply(batch).await?;
    }
    Ok(())
}

/// The sizes of all items of a space.
async fn sizes<S: Store>(store: &S, space: Space) -> Result<Vec<usize>, NodeError> {
    let (mut sizes, mut after): (Vec<usize>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = store.scan(space, after.as_ref(), SCAN_PAGE).await?;
        sizes.extend(page.items.iter().map(|(_, value)| value.len()));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(sizes),
        }
    }
}
