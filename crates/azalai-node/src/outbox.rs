//! The outbox: what this device has said and not yet sealed, what was acknowledged, and the receipts that a
//! coordinator's device owes.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{
    Day, Envelope, EnvelopeId, Kind, PostingKey, Recipient, SigningPublic, Statement, StatementId, Verified,
};
use azalai_roster::{Act, Circle, LogEntry, MemberState, Receipt, Role, What};
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::limits::ABSORB_BATCH;
use crate::node::{Node, scan_all};
use crate::spaces::{LOG, OPENED, OUTBOX, OUTCOMES, SEALED, STATEMENTS};
use crate::stored::{self, Outgoing};

/// Of a kept [`OPENED`] record, behind the author: the "opened" receipt was written.
const OPENED_SENT: u8 = 1;
/// The report was acted on.
const ACTED: u8 = 2;
/// The "acted on" receipt was written.
const ACTED_SENT: u8 = 4;
/// It was sealed to this device alone: whoever is named owes a receipt, whatever its role.
pub(crate) const NAMED: u8 = 8;

/// What sealing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Statements that went into an envelope.
    pub statements: usize,
    /// Statements that stay here, and why.
    pub stay: Vec<(StatementId, String)>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Seals every own statement that has not left this device, under the newest keys, and carries it from now on.
    ///
    /// # Errors
    /// Those of the storage. A statement whose audience has no usable key stays, and is listed.
    pub async fn seal_pending(&mut self, now_ms: u64) -> Result<Sealed, NodeError> {
        let mut sealed = Sealed::default();
        let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
        let mut pending = Vec::new();
        for (key, value) in outbox {
            let outgoing = Outgoing::decode(&value)?;
            if let (None, Some(id)) = (outgoing.envelope, StatementId::from_slice(&key)) {
                pending.push((id, outgoing));
            }
        }
        // A fixed order, whatever order the store scans in: the same device with the same randomness does the same.
        pending.sort_by_key(|(id, _)| *id);
        for chunk in pending.chunks(ABSORB_BATCH) {
            self.seal_chunk(chunk, now_ms, &mut sealed).await?;
        }
        Ok(sealed)
    }

    async fn seal_chunk(
        &mut self,
        chunk: &[(StatementId, Outgoing)],
        now_ms: u64,
        sealed: &mut Sealed,
    ) -> Result<(), NodeError> {
        let posting = self.secrets.posting(&self.roster).cloned();
        let posting = posting.ok_or_else(|| NodeError::NoKey("this device holds no posting key".to_owned()))?;
        let day = Day::of_ms(now_ms).clamped(self.certified_day());
        let mut envelopes: Vec<Verified<Envelope>> = Vec::new();
        let mut batch = Batch::new();
        for (id, outgoing) in chunk {
            let space = if matches!(outgoing.kind, Kind::AUTHORITY | Kind::REGISTRY) { LOG } else { STATEMENTS };
            let Some(bytes) = self.vault.get(space, &id.0).await? else {
                sealed.stay.push((*id, "its bytes are gone from this device".to_owned()));
                continue;
            };
            let statement = stored::decode_statement(&self.project, &bytes)?;
            let (recipient, posting) = match self.keys_before(&statement)? {
                Some((recipient, older)) => (recipient, older.unwrap_or_else(|| posting.clone())),
                None => match self.recipient(&statement.audience()) {
                    Ok(recipient) => (recipient, posting.clone()),
                    Err(why) => {
                        sealed.stay.push((*id, why));
                        continue;
                    }
                },
            };
            let envelope =
                Envelope::seal(&statement, &self.project, &recipient, &posting, outgoing.lane, day, &mut self.rng)?;
            let sent = Outgoing { envelope: Some(envelope.id()), ..outgoing.clone() };
            batch.put(OUTBOX, id.0, sent.encode());
            batch.put(SEALED, envelope.id().0, id.0);
            batch.put(OUTCOMES, envelope.id().0, crate::door::Outcome::Kept(*id).encode());
            envelopes.push(envelope);
            sealed.statements += 1;
        }
        // First the envelopes, then the word that they exist: a crash in between seals again, which others drop as
        // a duplicate; the other way round a statement would never leave.
        self.carrier.put(envelopes).await.map_err(NodeError::Store)?;
        Ok(self.vault.apply(batch).await?)
    }

    /// For an act that gives everyone a new key: the keys that it takes the place of. Under the new ones nobody could
    /// open it, and no device that has not read it would take it for a member's letter.
    fn keys_before(
        &self,
        statement: &Verified<Statement>,
    ) -> Result<Option<(Recipient, Option<PostingKey>)>, NodeError> {
        if statement.kind() != Kind::AUTHORITY {
            return Ok(None);
        }
        let acts = LogEntry::decode(&statement.body()?)?.acts;
        let number = acts.iter().find_map(|act| match act {
            Act::NewGeneration { circle: Circle::Everyone, number, .. } => Some(*number),
            _ => None,
        });
        let before = number.and_then(|number| self.roster.before_generation(&Circle::Everyone, number));
        Ok(before.map(|(recipient, posting)| {
            let held = posting.and_then(|public| self.secrets.all_posting().find(|key| key.public() == public));
            (recipient, held.cloned())
        }))
    }

    /// The newest day that this device knows a certificate or an act of: its clock is not trusted below it.
    fn certified_day(&self) -> Day {
        let latest = self.log.values().map(|statement| statement.clock().ms()).max();
        Day::of_ms(latest.unwrap_or_default())
    }

    /// The key that an audience is sealed to now.
    fn recipient(&self, audience: &azalai_envelope::AudienceId) -> Result<Recipient, String> {
        if let Some(circle) = self.roster.circle_of(*audience) {
            return self.roster.newest_key(&circle).map_err(|error| error.to_string());
        }
        let member = self.roster.members().find(|member| member.device.signing.audience() == *audience);
        let member = member.ok_or_else(|| "its audience is nobody that this device knows".to_owned())?;
        if matches!(member.state, MemberState::Removed | MemberState::Suspended) {
            return Err(format!("{}, whom alone it is for, was removed", member.pseudonym));
        }
        Ok(Recipient { audience: *audience, key: member.device.receiving })
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

    /// Writes the receipts that this device owes: "opened" for what a coordinator's device opened, "acted on" for
    /// what was linked to an incident.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn write_receipts(&mut self, now_ms: u64) -> Result<usize, NodeError> {
        let coordinator = self.is_coordinator();
        let me = self.roster.member(&self.me());
        if !coordinator && me.is_none_or(|me| me.role != Role::Steward || me.state != MemberState::Confirmed) {
            return Ok(0);
        }
        let (opened, _) = scan_all(&self.vault, OPENED).await?;
        let mut owed: BTreeMap<(SigningPublic, u8), BTreeSet<StatementId>> = BTreeMap::new();
        for (key, value) in opened {
            let (Some(id), Some((author, flags))) = (StatementId::from_slice(&key), read_opened(&value)) else {
                continue;
            };
            // A steward reads what everyone reads, and answers for what is sealed to it alone.
            if !coordinator && flags & NAMED == 0 {
                continue;
            }
            if flags & OPENED_SENT == 0 {
                owed.entry((author, OPENED_SENT)).or_default().insert(id);
            }
            if flags & ACTED != 0 && flags & ACTED_SENT == 0 {
                owed.entry((author, ACTED_SENT)).or_default().insert(id);
            }
        }
        let mut written = 0;
        for ((author, sent), statements) in owed {
            // Nobody is sealed to whose keys are not known yet: the receipt waits for the claim.
            if self.roster.member(&author).is_none() {
                continue;
            }
            let what = if sent == OPENED_SENT { What::Opened } else { What::ActedOn };
            let statements: Vec<StatementId> = statements.into_iter().collect();
            for part in statements.chunks(azalai_roster::limits::MAX_RECEIPT_IDS) {
                let body = Receipt { what, statements: part.to_vec() }.encode()?;
                self.say_to_member(&author, Kind::RECEIPT, &body, now_ms).await?;
                let mut batch = Batch::new();
                for id in part {
                    if let Some(value) = self.vault.get(OPENED, &id.0).await? {
                        batch.put(OPENED, id.0, with_flag(&value, sent));
                    }
                }
                self.vault.apply(batch).await?;
                written += part.len();
            }
        }
        Ok(written)
    }

    /// Marks statements as acted on, for the receipts.
    pub(crate) async fn mark_acted(&self, statements: &[StatementId], batch: &mut Batch) -> Result<(), NodeError> {
        for id in statements {
            if let Some(value) = self.vault.get(OPENED, &id.0).await? {
                batch.put(OPENED, id.0, with_flag(&value, ACTED));
            }
        }
        Ok(())
    }

    /// Takes out of the journal what is safe elsewhere: reports that a coordinator opened, and everything else that a
    /// relay acknowledged. The journal is rewritten once.
    ///
    /// # Errors
    /// Those of the storage.
    pub(crate) async fn trim_journal(&mut self) -> Result<usize, NodeError> {
        let (entries, _) = self.journal.entries().await?;
        let mut safe = BTreeSet::new();
        for entry in entries {
            let Some(bytes) = self.vault.get(OUTBOX, &entry.id).await? else { continue };
            let outgoing = Outgoing::decode(&bytes)?;
            let opened = !outgoing.opened_by.is_empty() || !outgoing.acted_by.is_empty();
            if opened || (outgoing.kind != Kind::REPORT && !outgoing.relays.is_empty()) {
                safe.insert(entry.id);
            }
        }
        Ok(self.journal.remove(&safe).await?)
    }
}

fn read_opened(value: &[u8]) -> Option<(SigningPublic, u8)> {
    let (author, rest) = value.split_first_chunk::<32>()?;
    Some((SigningPublic(*author), rest.first().copied()?))
}

fn with_flag(value: &[u8], flag: u8) -> Vec<u8> {
    let mut value = value.to_vec();
    if let Some(flags) = value.last_mut() {
        *flags |= flag;
    }
    value
}
