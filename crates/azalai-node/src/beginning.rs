//! Who this device is, kept in the journal beside its unsent statements: what a database that is lost whole cannot give
//! back, and nobody else has.
//!
//! It must never be taken out of the journal, and never hold what somebody said of documents.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_store::{Batch, Disk, Journal, Space, Store, StoreError, Vault};

use crate::error::NodeError;
use crate::limits::MAX_BEGINNING_BYTES;
use crate::node::scan_all;
use crate::spaces::{LOG, PROFILE, SECRETS};

const VERSION: u8 = 1;

/// Names the record in the journal, where all others are named by statements' ids.
pub(crate) const ID: [u8; 32] = *b"azalai 1 beginning of a device..";

/// What is in it: profile, keys, the logs as they were when it was written.
const KEPT: [Space; 3] = [PROFILE, SECRETS, LOG];

/// Adds the record to a journal; asked only of one that has none.
pub(crate) async fn keep<S: Store, D: Disk>(vault: &Vault<S, D>, journal: &Journal<D>) -> Result<(), NodeError> {
    let mut writer = Writer::new();
    writer.u8(VERSION);
    for space in KEPT {
        for (key, value) in scan_all(vault, space).await?.0 {
            // The logs come again from others; who this device is does not.
            if space != LOG || writer.len() + key.len() + value.len() < MAX_BEGINNING_BYTES {
                writer.u8(space.0).bytes(&key).bytes(&value);
            }
        }
    }
    Ok(journal.append(&ID, &writer.finish()).await?)
}

/// Puts what the record holds back into a database that has lost it. Says whether there was a record.
pub(crate) async fn put_back<S: Store, D: Disk>(vault: &Vault<S, D>, journal: &Journal<D>) -> Result<bool, NodeError> {
    let (entries, _) = journal.entries().await?;
    let Some(entry) = entries.iter().find(|entry| entry.id == ID) else { return Ok(false) };
    vault.apply(decode(&entry.bytes)?).await?;
    Ok(true)
}

fn decode(bytes: &[u8]) -> Result<Batch, DecodeError> {
    let mut reader = Reader::new(bytes);
    match reader.u8("beginning")? {
        VERSION => {}
        got => return Err(DecodeError::UnknownVersion { field: "beginning of a device", got }),
    }
    let mut batch = Batch::new();
    while reader.left() > 0 {
        let space = Space(reader.u8("space")?);
        if !KEPT.contains(&space) {
            return Err(reader.invalid("space", "none that a beginning holds"));
        }
        let key = reader.bytes("key", azalai_store::limits::KEY_MAX_BYTES)?;
        batch.put(space, key, reader.bytes("value", azalai_store::limits::VAULT_VALUE_MAX_BYTES)?);
    }
    Ok(batch)
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
    use super::*;

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
