//! A home that is not where its chains were written last: a backup that was restored, a copied folder, a database that
//! lost its newest pages, a journal that was damaged. It must never go on in a chain whose end it may have forgotten,
//! nor be left with one copy of what nobody else has.

use std::collections::BTreeSet;

use azalai_envelope::codec::Reader;
use azalai_envelope::{Kind, Lane, Statement, StatementId, Verified};
use azalai_store::{Batch, Disk, JournalEntry, JournalReport, Store};

use crate::beginning;
use crate::chains::Forks;
use crate::error::NodeError;
use crate::node::{Node, scan_all};
use crate::spaces::{LOG, OUTBOX, OWN_CHAINS, PROFILE, STATEMENTS, space_of};
use crate::stored::{self, Outgoing, OwnChain};

/// Key in the profile's space: which database this home was in when it last spoke.
const DATABASE: &[u8] = b"database";

/// Notes in which database a home begins.
pub(crate) fn note_database<S: Store>(store: &S, batch: &mut Batch) {
    if let Some(here) = store.identity() {
        batch.put(PROFILE, DATABASE, here);
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Brings journal and database to agree at opening. A database that takes no writes leaves that to the opening that
    /// finds room: until then nothing is said ([`Node::may_write`]), so that nothing can disagree more.
    /// `entries`: what the journal holds, as it was just read.
    pub(crate) async fn agree(&mut self, entries: Vec<JournalEntry>) -> Result<(), NodeError> {
        let beginning = entries.iter().find(|entry| entry.id == beginning::ID);
        let (has_beginning, fit) = (beginning.is_some(), beginning.is_none_or(beginning::is_fit));
        self.put_back(entries).await?;
        if self.vault.refuses().is_some() {
            return Ok(());
        }
        if self.report.journal != JournalReport::default() {
            self.report.put_in_journal = self.complete_journal().await?;
        }
        self.leave_chains_of_another().await?;
        if !fit {
            // Under a new key: what an older program wrote into it opens with none that is left.
            self.journal.remove(&BTreeSet::from([beginning::ID])).await?;
        }
        if !has_beginning || !fit {
            beginning::keep(&self.vault, &self.journal).await?;
        }
        self.understand_more().await?;
        Ok(())
    }

    /// Refuses to say anything while the database takes no writes: the journal alone would take it, and whoever is told
    /// that it failed would say it again.
    pub(crate) fn may_write(&self) -> Result<(), NodeError> {
        self.vault.refuses().map_or(Ok(()), |error| Err(error.into()))
    }

    /// Puts own statements back that the journal holds and the database lost, in the order in which they were said, with
    /// all that [`Node::keep`] writes for them. It is staged as there, since the journal goes on holding them.
    async fn put_back(&mut self, entries: Vec<JournalEntry>) -> Result<(), NodeError> {
        for entry in entries {
            if entry.id == beginning::ID || self.is_kept(&entry.id).await? {
                continue;
            }
            if self.vault.refuses().is_some() {
                self.report.waiting_for_room += 1;
                continue;
            }
            let Ok((statement, lane)) = self.read_entry(&entry) else {
                self.report.damaged += 1;
                continue;
            };
            let mut batch = Batch::new();
            self.write_own(&statement, lane, &mut batch);
            let chain = OwnChain { chain: statement.chain(), seq: statement.seq() + 1, prev: Some(statement.id()) };
            let known = self.own_chain(&statement.audience()).await?;
            if known.chain != chain.chain || known.seq < chain.seq {
                batch.put(OWN_CHAINS, statement.audience().0, chain.encode());
            }
            if matches!(statement.kind(), Kind::AUTHORITY | Kind::REGISTRY) {
                self.log.insert(statement.id(), statement.clone());
                self.rebuild_roster();
            }
            self.index_documents(core::slice::from_ref(&statement), &Forks::default(), &mut batch).await?;
            self.clock = self.clock.max(statement.clock());
            batch.put(PROFILE, b"clock".to_vec(), self.clock.0.to_be_bytes());
            self.vault.stage(batch).await?;
            self.touched = azalai_roster::Touched::default();
            self.report.put_back += 1;
        }
        Ok(())
    }

    /// An own statement of the journal, with its lane.
    pub(crate) fn read_entry(&self, entry: &JournalEntry) -> Result<(Verified<Statement>, Lane), NodeError> {
        let mut reader = Reader::new(&entry.bytes);
        let lane = Lane::read(&mut reader)?;
        let statement = reader.take("statement", reader.left())?;
        Ok((stored::decode_statement(&self.project, statement)?, lane))
    }

    /// Whether the database holds all of an own statement, or it was forgotten. One of which a part was lost is put back
    /// as a whole: that others acknowledged it is learnt again.
    pub(crate) async fn is_kept(&self, id: &[u8; 32]) -> Result<bool, NodeError> {
        if self.shed.contains(&StatementId(*id)) {
            return Ok(true);
        }
        if beginning::readable(&self.vault, OUTBOX, id).await?.is_none() {
            return Ok(false);
        }
        let said = beginning::readable(&self.vault, STATEMENTS, id).await?.is_some();
        Ok(said || beginning::readable(&self.vault, LOG, id).await?.is_some())
    }

    /// Brings the database to agree with the journal after a statement was saved only half way: it is said, with its
    /// place in its chain, if the journal holds all of it; else it never was. Whoever says something calls this first,
    /// or two statements would take one place.
    pub(crate) async fn settle(&mut self) -> Result<(), NodeError> {
        self.may_write()?;
        if !self.unsettled {
            return Ok(());
        }
        let (entries, _) = self.journal.entries().await?;
        self.put_back(entries).await?;
        let (kept, _) = scan_all(&self.vault, LOG).await?;
        for (_, value) in kept {
            let statement = stored::decode_statement(&self.project, &value)?;
            self.log.insert(statement.id(), statement);
        }
        self.rebuild_roster();
        self.gather_packs().await?;
        self.unsettled = false;
        Ok(())
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
