//! How an own letter gets on once it is sealed: who has it, and what becomes of one that is refused.

use azalai_envelope::envelope::UnverifiedEnvelope;
use std::collections::BTreeSet;

use azalai_envelope::{
    Day, EnvelopeId, Kind, PostingKey, ReceivingPublic, SigningPublic, Statement, StatementId, Verified,
};
use azalai_roster::Circle;
use azalai_store::{Batch, Disk, Store};
use azalai_sync::limits::MAX_PUT_DAYS_AHEAD;

use crate::error::NodeError;
use crate::node::{Node, scan_all};
use crate::spaces::{OUTBOX, SEALED, SEALED_TO, space_of};
use crate::stored::{self, Outgoing};

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Whether a relay can be given an envelope of this device: it is carried, and no day that a relay refuses.
    pub(crate) fn may_leave(&self, envelope: &EnvelopeId, today: Day) -> bool {
        let latest = today.0.saturating_add(MAX_PUT_DAYS_AHEAD);
        self.carrier.read(|index| index.holds(envelope) && index.entry(envelope).is_some_and(|it| it.day.0 <= latest))
    }

    /// Notes that a relay acknowledged envelopes in a signed receipt, or that a neighbour's device took them.
    ///
    /// # Errors
    /// Those of the storage.
    pub(crate) async fn note_acknowledged(
        &mut self,
        envelopes: &[EnvelopeId],
        relay: Option<SigningPublic>,
    ) -> Result<(), NodeError> {
        let mut batch = Batch::new();
        for envelope in envelopes {
            let Some(id) = self.vault.get(SEALED, &envelope.0).await? else { continue };
            let Some(bytes) = self.vault.get(OUTBOX, &id).await? else { continue };
            let mut outgoing = Outgoing::decode(&bytes)?;
            let new = match relay {
                Some(relay) => Outgoing::note(&mut outgoing.relays, relay),
                None => !core::mem::replace(&mut outgoing.handed_on, true),
            };
            if new {
                batch.put(OUTBOX, id, outgoing.encode());
            }
        }
        if batch.is_empty() { Ok(()) } else { Ok(self.vault.apply(batch).await?) }
    }

    /// Has an own letter leave anew under another posting key, where the other side does not know the one that it bears:
    /// that one was certified for others, by stewards who were apart from those who gave this side's. Says whether it will:
    /// once for each key at most, since whoever refuses all of them lies, and not if that side has the statement in another
    /// letter.
    pub(crate) async fn leaves_anew(
        &mut self,
        envelope: &EnvelopeId,
        relay: Option<SigningPublic>,
    ) -> Result<bool, NodeError> {
        let Some(id) = self.vault.get(SEALED, &envelope.0).await? else { return Ok(false) };
        let Some(bytes) = self.vault.get(OUTBOX, &id).await? else { return Ok(false) };
        let outgoing = Outgoing::decode(&bytes)?;
        let there = match relay {
            Some(relay) => outgoing.relays.contains(&relay),
            None => outgoing.has_left(),
        };
        let Some(id) = StatementId::from_slice(&id).filter(|_| !there && outgoing.envelope == Some(*envelope)) else {
            // It has left in another letter since.
            return Ok(outgoing.envelope != Some(*envelope));
        };
        let letter = self.carried(&[*envelope]).await?.into_iter().find_map(|it| UnverifiedEnvelope::parse(it).ok());
        let Some(letter) = letter else { return Ok(false) };
        let bears = |key: &PostingKey| letter.clone().verify(&self.project, &key.public()).is_ok();
        let Some(borne) = self.secrets.all_posting().find(|key| bears(key)).map(PostingKey::public) else {
            return Ok(false);
        };
        if !self.not_taken.entry(id).or_default().insert(borne) {
            return Ok(false);
        }
        let mut batch = Batch::new();
        batch.put(OUTBOX, id.0, Outgoing { envelope: None, ..outgoing }.encode());
        self.vault.apply(batch).await?;
        Ok(true)
    }

    /// The posting key for a letter that was refused for others: letters with keys, and acts that give everyone one
    /// (of the number `gives`), under one that others know, or they could learn of the new key from nothing; all else
    /// under the current one.
    pub(crate) async fn posting_again(
        &self,
        statement: &Verified<Statement>,
        gives: Option<u32>,
    ) -> Result<Option<PostingKey>, NodeError> {
        let Some(refused) = self.not_taken.get(&statement.id()) else { return Ok(None) };
        if statement.kind() != Kind::KEYS && gives.is_none() {
            return Ok(self.secrets.posting(&self.roster).filter(|key| !refused.contains(&key.public())).cloned());
        }
        let mut here_alone = BTreeSet::new();
        for said in self.log.values().filter(|said| said.author() == self.me()) {
            let outgoing = self.outgoing(&said.id()).await?;
            if outgoing.is_some_and(|outgoing| !outgoing.has_left()) {
                here_alone.insert(said.id());
            }
        }
        let (_, postings) = self.roster.before_generation(&Circle::Everyone, gives, &here_alone);
        let known = postings.iter().filter(|public| !refused.contains(public));
        Ok(known.filter_map(|public| self.secrets.posting_of(public)).next().cloned())
    }

    /// Own statements for a circle whose letters are sealed to a key that an act gave which is set aside now, as of a
    /// steward who was in other hands by then: who has not had that key would never read them. Only those that can be
    /// sealed anew: the circle has a key that counts, and the words are still here.
    pub(crate) async fn sealed_to_dead_keys(&self) -> Result<BTreeSet<StatementId>, NodeError> {
        let mut dead = BTreeSet::new();
        let aside: BTreeSet<ReceivingPublic> = self.roster.keys_set_aside();
        if aside.is_empty() {
            return Ok(dead);
        }
        for (id, key) in scan_all(&self.vault, SEALED_TO).await?.0 {
            let Ok(key) = <[u8; 32]>::try_from(key).map(ReceivingPublic) else { continue };
            let Some(id) = StatementId::from_slice(&id).filter(|_| aside.contains(&key)) else { continue };
            let Some(outgoing) = self.outgoing(&id).await? else { continue };
            let Some(bytes) = self.vault.get(space_of(outgoing.kind), &id.0).await? else { continue };
            let audience = stored::decode_statement(&self.project, &bytes)?.audience();
            let circle = self.roster.circle_of(audience);
            if circle.is_some_and(|circle| self.roster.newest_key(&circle).is_ok()) {
                dead.insert(id);
            }
        }
        Ok(dead)
    }
}
