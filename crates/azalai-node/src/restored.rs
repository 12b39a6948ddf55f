//! A home that is not where its chains were written last: a backup that was restored, a copied folder, a database that
//! lost its newest pages, a journal that was damaged. It must never go on in a chain whose end it may have forgotten,
//! nor be left with one copy of what nobody else has.

use std::collections::BTreeSet;

use azalai_envelope::StatementId;
use azalai_store::{Batch, Disk, Store};

use crate::beginning::readable;
use crate::error::NodeError;
use crate::node::{Node, scan_all};
use crate::spaces::{LOG, OUTBOX, OWN_CHAINS, PROFILE, STATEMENTS, space_of};
use crate::stored::Outgoing;

/// Key in the profile's space: which database this home was in when it last spoke.
const DATABASE: &[u8] = b"database";

/// Notes in which database a home begins.
pub(crate) fn note_database<S: Store>(store: &S, batch: &mut Batch) {
    if let Some(here) = store.identity() {
        batch.put(PROFILE, DATABASE, here);
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Whether the database holds all of an own statement, or it was forgotten. One of which a part was lost is put back
    /// as a whole: that others acknowledged it is learnt again.
    pub(crate) async fn is_kept(&self, id: &[u8; 32]) -> Result<bool, NodeError> {
        if self.shed.contains(&StatementId(*id)) {
            return Ok(true);
        }
        if readable(&self.vault, OUTBOX, id).await?.is_none() {
            return Ok(false);
        }
        let said = readable(&self.vault, STATEMENTS, id).await?.is_some();
        Ok(said || readable(&self.vault, LOG, id).await?.is_some())
    }

    /// Adds to the journal what it must have and lacks, after damage: own statements that only this device is known to
    /// hold. Says how many.
    pub(crate) async fn complete_journal(&mut self) -> Result<usize, NodeError> {
        let (entries, _) = self.journal.entries().await?;
        let there: BTreeSet<[u8; 32]> = entries.into_iter().map(|entry| entry.id).collect();
        let mut added = 0;
        for (key, value) in scan_all(&self.vault, OUTBOX).await?.0 {
            let outgoing = Outgoing::decode(&value)?;
            let Some(id) = key.first_chunk::<32>().filter(|id| !there.contains(*id)) else { continue };
            if outgoing.is_safe() {
                continue;
            }
            let space = space_of(outgoing.kind);
            let Some(statement) = self.vault.get(space, id).await? else { continue };
            self.journal.append(id, &[&[outgoing.lane.to_byte()], statement.as_slice()].concat()).await?;
            added += 1;
        }
        Ok(added)
    }

    /// Leaves every chain of this device if the database is not the one that they were written in, before anything is
    /// said: two statements with one place would set aside all that follows, with everybody. What is said next begins
    /// new chains.
    pub(crate) async fn leave_chains_of_another(&mut self) -> Result<(), NodeError> {
        let Some(here) = self.vault.identity() else { return Ok(()) };
        if self.vault.get(PROFILE, DATABASE).await?.as_deref() == Some(here.as_slice()) {
            return Ok(());
        }
        let (chains, _) = scan_all(&self.vault, OWN_CHAINS).await?;
        let mut batch = Batch::new();
        for (audience, _) in chains {
            batch.delete(OWN_CHAINS, audience);
        }
        note_database(&*self.vault, &mut batch);
        Ok(self.vault.apply(batch).await?)
    }
}
