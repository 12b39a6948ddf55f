//! Who this device is, kept in the journal beside its unsent statements: what a database that is lost whole cannot give
//! back, and nobody else has.
//!
//! It must never hold what somebody said of documents, nor what tells of a passphrase for duress: the journal keeps for
//! long what the database has forgotten.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_store::{Batch, Disk, Journal, JournalEntry, Space, Store, StoreError, Vault};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;

use crate::error::NodeError;
use crate::limits::MAX_BEGINNING_BYTES;
use crate::mark::{QUIET, WORD};
use crate::node::scan_all;
use crate::spaces::{LOG, PROFILE, SECRETS};

const VERSION: u8 = 1;

/// Names the record in the journal, where all others are named by statements' ids.
pub(crate) const ID: [u8; 32] = *b"azalai 1 beginning of a device..";

/// What is in it: profile, keys, the logs as they were when it was written.
const KEPT: [Space; 3] = [PROFILE, SECRETS, LOG];

/// What is left out of it: the word for the silent mark, which is forgotten once it was used, and which envelope no count
/// shows. Neither may be found, by whoever has this profile's passphrase, in a place that is written once.
fn is_left_out(space: Space, key: &[u8]) -> bool {
    space == PROFILE && (key == WORD || key == QUIET)
}

/// Whether a record is as it should be. One of an older program may hold what must be left out.
pub(crate) fn is_fit(entry: &JournalEntry) -> bool {
    let mut fit = true;
    let read = read(&entry.bytes, |space, key, _| fit &= !is_left_out(space, key));
    fit || read.is_err()
}

/// Adds the record to a journal; asked only of one that has none.
pub(crate) async fn keep<S: Store, D: Disk>(vault: &Vault<S, D>, journal: &Journal<D>) -> Result<(), NodeError> {
    let mut writer = Writer::new();
    writer.u8(VERSION);
    for space in KEPT {
        for (key, value) in scan_all(vault, space).await?.0 {
            if is_left_out(space, &key) {
                continue;
            }
            // The logs come again from others; who this device is does not.
            if space != LOG || writer.len() + key.len() + value.len() < MAX_BEGINNING_BYTES {
                writer.u8(space.0).bytes(&key).bytes(&value);
            }
        }
    }
    Ok(journal.append(&ID, &writer.finish()).await?)
}

/// Puts what the record holds back into a database that has lost it. Says whether there was a record. Every profile holds
/// which envelope no count shows, or as many random bytes: where that was lost too, it is drawn anew, in each alike.
pub(crate) async fn put_back<S: Store, D: Disk>(
    vault: &Vault<S, D>,
    entries: &[JournalEntry],
    rng: &mut ChaCha20Rng,
) -> Result<bool, NodeError> {
    let Some(entry) = entries.iter().find(|entry| entry.id == ID) else { return Ok(false) };
    let mut batch = decode(&entry.bytes)?;
    if readable(vault, PROFILE, QUIET).await?.is_none() {
        let mut none = [0; 32];
        rng.fill_bytes(&mut none);
        batch.put(PROFILE, QUIET, none);
    }
    vault.apply(batch).await?;
    Ok(true)
}

fn decode(bytes: &[u8]) -> Result<Batch, DecodeError> {
    let mut batch = Batch::new();
    read(bytes, |space, key, value| {
        if !is_left_out(space, key) {
            batch.put(space, key, value);
        }
    })?;
    Ok(batch)
}

fn read(bytes: &[u8], mut each: impl FnMut(Space, &[u8], &[u8])) -> Result<(), DecodeError> {
    let mut reader = Reader::new(bytes);
    match reader.u8("beginning")? {
        VERSION => {}
        got => return Err(DecodeError::UnknownVersion { field: "beginning of a device", got }),
    }
    while reader.left() > 0 {
        let space = Space(reader.u8("space")?);
        if !KEPT.contains(&space) {
            return Err(reader.invalid("space", "none that a beginning holds"));
        }
        let key = reader.bytes("key", azalai_store::limits::KEY_MAX_BYTES)?;
        each(space, key, reader.bytes("value", azalai_store::limits::VAULT_VALUE_MAX_BYTES)?);
    }
    Ok(())
}

/// A value, where an item that cannot be read is as good as none.
pub(crate) async fn readable<S: Store, D: Disk>(
    vault: &Vault<S, D>,
    space: Space,
    key: &[u8],
) -> Result<Option<Vec<u8>>, NodeError> {
    match vault.get(space, key).await {
        Err(StoreError::Corrupt { .. }) => Ok(None),
        other => Ok(other?),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_store::{MemoryDisk, MemoryStore};
    use futures_lite::future::block_on;

    use super::*;
    use crate::testing::{founded, opened};

    /// Guards against the word for the silent mark, and the letter that no count shows, kept for whoever opens this profile
    /// later: after the word was used the database has forgotten it.
    #[test]
    fn what_tells_of_duress_is_left_out_and_an_older_record_with_it_is_not_fit() {
        let entry = |items: &[(Space, &[u8])]| {
            let mut writer = Writer::new();
            writer.u8(VERSION);
            for (space, key) in items {
                writer.u8(space.0).bytes(key).bytes(&[7]);
            }
            JournalEntry { id: ID, bytes: writer.finish() }
        };
        let new = entry(&[(PROFILE, b""), (PROFILE, b"clock"), (SECRETS, WORD)]);
        assert!(is_fit(&new));
        assert_eq!(decode(&new.bytes).unwrap().iter().count(), 3);
        for left_out in [WORD, QUIET] {
            let old = entry(&[(PROFILE, b""), (PROFILE, left_out), (LOG, b"9")]);
            assert!(!is_fit(&old));
            assert!(decode(&old.bytes).unwrap().iter().all(|(_, key, _)| key != left_out));
        }
    }

    /// Guards against what an older program wrote into the journal, which stays there for ever; and against a device that
    /// lost its database and shows by what it lacks which profile it is.
    #[test]
    fn an_older_record_is_written_anew_and_what_was_left_out_is_drawn_anew() {
        let (store, disk) = (MemoryStore::new(), MemoryDisk::new());
        let mut node = founded(&store, &disk);
        block_on(node.hold_quiet()).unwrap();
        let quiet = block_on(readable(&node.vault, PROFILE, QUIET)).unwrap();
        let old = block_on(node.journal.entries()).unwrap().0.into_iter().find(|entry| entry.id == ID).unwrap();
        block_on(node.journal.remove(&[ID].into())).unwrap();
        let mut more = Writer::new();
        more.u8(PROFILE.0).bytes(WORD).bytes(b"a word").u8(PROFILE.0).bytes(QUIET).bytes(&[9; 32]);
        block_on(node.journal.append(&ID, &[old.bytes, more.finish()].concat())).unwrap();
        drop(node);
        let node = opened(&store, &disk, 2);
        let records: Vec<_> = block_on(node.journal.entries()).unwrap().0;
        let records: Vec<_> = records.iter().filter(|entry| entry.id == ID).collect();
        assert!(records.len() == 1 && is_fit(records[0]));
        assert_eq!(block_on(readable(&node.vault, PROFILE, QUIET)).unwrap(), quiet, "what is there stays");
        let me = node.me();
        drop(node);
        let node = opened(&MemoryStore::new(), &disk, 3);
        assert!(node.report.begun_anew && node.me() == me);
        let drawn = block_on(readable(&node.vault, PROFILE, QUIET)).unwrap();
        assert!(drawn.as_ref().is_some_and(|drawn| drawn.len() == 32) && drawn != quiet && drawn != Some(vec![9; 32]));
        assert_eq!(block_on(readable(&node.vault, PROFILE, WORD)).unwrap(), None);
    }

    /// Guards against a change of the format by which a device that lost its database cannot say who it is.
    #[test]
    fn the_bytes_are_fixed_and_damaged_ones_are_refused() {
        let bytes = [1, 1, 0, 2, 7, 8, 2, 1, 9, 1, 5];
        let batch = decode(&bytes).unwrap();
        let items: Vec<_> =
            batch.iter().map(|(space, key, value)| (space, key.to_vec(), value.map(<[u8]>::to_vec))).collect();
        assert_eq!(items, [(PROFILE, vec![], Some(vec![7, 8])), (SECRETS, vec![9], Some(vec![5]))]);
        for cut in [0, 2, 4, 5, 7, 9, 10] {
            assert!(decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(matches!(decode(&[2]), Err(DecodeError::UnknownVersion { got: 2, .. })));
        assert!(decode(&[1, crate::spaces::OWN_CHAINS.0, 0, 0]).is_err(), "a space that it never holds");
    }
}
