//! The outbox: what this device has said and not yet sealed, what was acknowledged, and the receipts that a
//! coordinator's device owes.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{
    Certificate, Day, Envelope, EnvelopeId, Kind, Lane, PostingKey, ReceivingPublic, Recipient, SigningPublic,
    Statement, StatementId, Verified,
};
use azalai_roster::{Act, Circle, LogEntry, MemberState, Receipt, Role, What};
use azalai_store::{Batch, Disk, Store};

use crate::documents::{Built, Fate, Past};
use crate::error::NodeError;
use crate::limits::{ABSORB_BATCH, FIRST_LETTERS};
use crate::node::{Node, scan_all};
use crate::spaces::{FORKS, OPENED, OUTBOX, OUTCOMES, SEALED, SEALED_TO, STATEMENTS, space_of};
use crate::stored::{self, Outgoing};

/// Of a kept [`OPENED`] record, behind the author: the "opened" receipt was written.
const OPENED_SENT: u8 = 1;
/// The report was acted on.
const ACTED: u8 = 2;
/// The "acted on" receipt was written.
const ACTED_SENT: u8 = 4;
/// It was sealed to this device alone: whoever is named owes a receipt, whatever its role.
const NAMED: u8 = 8;

/// What sealing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Statements that went into an envelope.
    pub statements: usize,
    /// Statements that stay here, and why.
    pub stay: Vec<(StatementId, String)>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Seals every own statement that has not left this device, under the newest keys, and carries it from now on: also
    /// what is sealed and no longer carried, while nobody else is known to have it.
    ///
    /// # Errors
    /// Those of the storage. A statement whose audience has no usable key stays, and is listed.
    pub async fn seal_pending(&mut self, now_ms: u64) -> Result<Sealed, NodeError> {
        let mut sealed = Sealed::default();
        let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
        let dead = self.sealed_to_dead_keys().await?;
        let day = Day::of_ms(now_ms).clamped(self.certified_day());
        // The letter that no count shows: nobody else has it, as far as this device may know.
        let (mut pending, mut keep) = (Vec::new(), BTreeSet::from_iter(self.quiet));
        for (key, value) in outbox {
            let outgoing = Outgoing::decode(&value)?;
            let Some(id) = StatementId::from_slice(&key) else { continue };
            match outgoing.envelope {
                // It was given up or damaged here, or sealed while the clock was so far ahead that no relay takes it:
                // as long as nobody else is known to have it, it leaves anew.
                Some(envelope) if !outgoing.is_safe() && !self.may_leave(&envelope, day) => {
                    pending.push((id, outgoing))
                }
                Some(_) if dead.contains(&id) => pending.push((id, outgoing)),
                Some(envelope) if !outgoing.is_safe() => drop(keep.insert(envelope)),
                Some(_) => {}
                None => pending.push((id, outgoing)),
            }
        }
        // A fixed order, whatever order the store scans in: the same device with the same randomness does the same.
        pending.sort_by_key(|(id, _)| *id);
        let never = pending.iter().filter(|(_, outgoing)| outgoing.envelope.is_none());
        let unsent: BTreeSet<StatementId> = never.map(|(id, _)| *id).collect();
        for chunk in pending.chunks(ABSORB_BATCH) {
            self.seal_chunk(chunk, (&unsent, day), &mut keep, &mut sealed).await?;
        }
        self.kept_own = keep;
        self.keep_carried();
        Ok(sealed)
    }

    async fn seal_chunk(
        &mut self,
        chunk: &[(StatementId, Outgoing)],
        (unsent, day): (&BTreeSet<StatementId>, Day),
        keep: &mut BTreeSet<EnvelopeId>,
        sealed: &mut Sealed,
    ) -> Result<(), NodeError> {
        let posting = self.secrets.posting(&self.roster).cloned();
        let posting = posting.ok_or_else(|| NodeError::NoKey("this device holds no posting key".to_owned()))?;
        let mut envelopes: Vec<Verified<Envelope>> = Vec::new();
        let mut said = Vec::new();
        for (id, outgoing) in chunk {
            let space = space_of(outgoing.kind);
            let Some(bytes) = self.vault.get(space, &id.0).await? else {
                sealed.stay.push((*id, "its bytes are gone from this device".to_owned()));
                continue;
            };
            let statement = stored::decode_statement(&self.project, &bytes)?;
            if let Some(why) = self.kept_from(&statement).await? {
                sealed.stay.push((*id, why));
                continue;
            }
            match self.seal_one(&statement, outgoing.lane, (unsent, day), &posting).await? {
                Ok((envelope, key)) => {
                    said.push((envelope.id(), *id, outgoing, key));
                    envelopes.push(envelope);
                }
                Err(why) => sealed.stay.push((*id, why)),
            }
        }
        // First the envelopes, then the word that they exist: a crash in between seals again, which others drop as
        // a duplicate; the other way round a statement would never leave. None of them makes room for the next.
        keep.extend(said.iter().map(|(envelope, ..)| *envelope));
        self.kept_own.clone_from(keep);
        self.keep_carried();
        let carried = self.carrier.put(envelopes).await.map_err(NodeError::Store)?;
        let carried: BTreeSet<EnvelopeId> = carried.held.into_iter().collect();
        let mut batch = Batch::new();
        for (envelope, id, outgoing, key) in said {
            if !carried.contains(&envelope) {
                sealed.stay.push((id, "there is no room on this device to carry it".to_owned()));
                continue;
            }
            let sent = Outgoing { envelope: Some(envelope), ..outgoing.clone() };
            batch.put(OUTBOX, id.0, sent.encode());
            batch.put(SEALED, envelope.0, id.0);
            batch.put(SEALED_TO, id.0, key.0);
            batch.put(OUTCOMES, envelope.0, crate::door::Outcome::Kept(id).encode());
            sealed.statements += 1;
        }
        Ok(self.vault.apply(batch).await?)
    }

    /// Seals one statement, or says why it stays.
    pub(crate) async fn seal_one(
        &mut self,
        statement: &Verified<Statement>,
        lane: Lane,
        (unsent, day): (&BTreeSet<StatementId>, Day),
        posting: &PostingKey,
    ) -> Result<Result<(Verified<Envelope>, ReceivingPublic), String>, NodeError> {
        let again = self.posting_again(statement, gives(statement)?).await?;
        let (recipient, older) = match self.keys_before(statement, unsent)? {
            Some(before) => before,
            None => match self.recipient(&statement.audience()) {
                Ok(recipient) => (recipient, self.invited_with(statement)?),
                Err(why) => return Ok(Err(why)),
            },
        };
        let posting = again.or(older).unwrap_or_else(|| posting.clone());
        let envelope = Envelope::seal(statement, &self.project, &recipient, &posting, lane, day, &mut self.rng)?;
        Ok(Ok((envelope, recipient.key)))
    }

    /// For an act that gives everyone a new key: the keys that it takes the place of. Under the new ones nobody could
    /// open it, and no device that has not read it would take it for a member's letter. The newest of those that this
    /// device holds, since what it does not hold perhaps nobody does; and none that was made since the last exchange,
    /// whose letters are posted with a key that only this act names. So it is with an act that gives another circle a new
    /// key while everyone's is waited for, or those who may not give everyone's could not give their own.
    fn keys_before(
        &self,
        statement: &Verified<Statement>,
        unsent: &BTreeSet<StatementId>,
    ) -> Result<Option<(Recipient, Option<PostingKey>)>, NodeError> {
        if statement.kind() != Kind::AUTHORITY {
            return Ok(None);
        }
        let (acts, number) = (LogEntry::decode(&statement.body()?)?.acts, gives(statement)?);
        let keys_only = acts.iter().all(|act| matches!(act, Act::NewGeneration { .. }));
        if number.is_none() && !(keys_only && self.roster.newest_key(&Circle::Everyone).is_err()) {
            return Ok(None);
        }
        let (keys, postings) = self.roster.before_generation(&Circle::Everyone, number, unsent);
        let held = keys.iter().find(|recipient| self.secrets.holds(recipient)).or(keys.first()).copied();
        let mut posting = postings.iter().filter_map(|public| self.secrets.posting_of(public));
        // Without a new posting key in the act itself the current one is everybody's.
        let posting = posting.next().filter(|_| number.is_some()).cloned();
        Ok(held.map(|recipient| (recipient, posting)))
    }

    /// The posting key for the first letters with keys to a newcomer, and for what is said to it before: the newest that whoever invited it knew. A newer one
    /// is named in an act that only these letters let it open.
    fn invited_with(&self, statement: &Verified<Statement>) -> Result<Option<PostingKey>, NodeError> {
        let first = statement.kind() == Kind::KEYS && statement.seq() < FIRST_LETTERS;
        if !first && statement.kind() != Kind::CLAIM_NOTICE {
            return Ok(None);
        }
        let member = self.roster.members().find(|member| member.device.signing.audience() == statement.audience());
        let Some(invited) = member.and_then(|member| member.invite) else { return Ok(None) };
        let (mut open, mut known) = (Vec::new(), Vec::new());
        for said in self.log.values().filter(|said| said.kind() == Kind::REGISTRY) {
            let acts = LogEntry::decode(&said.body()?).map(|entry| entry.acts).unwrap_or_default();
            if acts.iter().any(|act| matches!(act, Act::Invite { id, .. } if *id == invited)) {
                open.push(said.id());
            }
        }
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let Some(said) = self.log.get(&id).filter(|_| seen.insert(id)) else { continue };
            let Ok(entry) = LogEntry::decode(&said.body()?) else { continue };
            open.extend(entry.after.iter().copied().chain(said.prev()));
            for act in entry.acts {
                if let Act::NewGeneration { posting: Some(posting), number, .. } = act {
                    known.push((number, posting));
                }
            }
        }
        known.sort_unstable();
        Ok(known.iter().rev().find_map(|(_, public)| self.secrets.posting_of(public)).cloned())
    }

    /// The day of the newest certificate that a steward made known, or else of the founding: the clock is not trusted
    /// below it. Every member's device knows these acts alike, so the day of an envelope does not tell whose it is;
    /// the clocks of other acts (a stranger's claim, which only staff read) would.
    pub(crate) fn certified_day(&self) -> Day {
        let certificates = self.roster.relays().iter().filter_map(|relay| relay.certificate.as_deref());
        let certified = certificates.filter_map(|bytes| Certificate::parse(bytes).ok()).map(|it| it.day).max();
        let by_root = self.log.values().filter(|statement| statement.author() == self.profile.root);
        let founded = by_root.map(|statement| Day::of_ms(statement.clock().ms())).min();
        certified.max(founded).unwrap_or(Day(0))
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

    /// Writes the receipts that this device owes: "opened" for what a coordinator's device opened, "acted on" for
    /// what was linked to an incident. A device that is removed or suspended gets none, and nobody for a statement that
    /// a fork sets aside: it stays owed, for the case that it is taken back in.
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
            let state = self.roster.member(&author).map(|member| member.state);
            if matches!(state, None | Some(MemberState::Removed | MemberState::Suspended)) {
                continue;
            }
            let statements = self.unforked(&author, statements).await?;
            let what = if sent == OPENED_SENT { What::Opened } else { What::ActedOn };
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

    /// Of an author's statements those that no fork sets aside.
    async fn unforked(
        &self,
        author: &SigningPublic,
        statements: BTreeSet<StatementId>,
    ) -> Result<Vec<StatementId>, NodeError> {
        let (forks, _) = scan_all(&self.vault, FORKS).await?;
        if !forks.iter().any(|(key, _)| key.starts_with(&author.0)) {
            return Ok(statements.into_iter().collect());
        }
        let mut kept = Vec::new();
        for id in statements {
            let Some(bytes) = self.vault.get(STATEMENTS, &id.0).await? else { continue };
            if !self.is_forked(&stored::decode_statement(&self.project, &bytes)?).await? {
                kept.push(id);
            }
        }
        Ok(kept)
    }

    /// Notes others' statements of a report that count and can be read here, for the receipt. One that is set aside, waits
    /// for another or breaks a rule is not "opened": its author would let go of the only copy that can be read.
    pub(crate) async fn note_opened(&self, built: &Built, batch: &mut Batch) -> Result<(), NodeError> {
        let read = |past: &&Past| past.fate == Fate::Applied && past.statement.author() != self.me();
        for Past { statement, .. } in built.history.iter().filter(read) {
            if self.vault.get(OPENED, &statement.id().0).await?.is_none() {
                let named = statement.audience() == self.me().audience();
                batch.put(OPENED, statement.id().0, opened_record(&statement.author(), named));
            }
        }
        Ok(())
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
            if Outgoing::decode(&bytes)?.is_safe() {
                safe.insert(entry.id);
            }
        }
        Ok(self.journal.remove(&safe).await?)
    }
}

/// The number of the key that a statement gives everyone, if it does.
fn gives(statement: &Verified<Statement>) -> Result<Option<u32>, NodeError> {
    if statement.kind() != Kind::AUTHORITY {
        return Ok(None);
    }
    let acts = LogEntry::decode(&statement.body()?)?.acts;
    Ok(acts.iter().find_map(|act| match act {
        Act::NewGeneration { circle: Circle::Everyone, number, .. } => Some(*number),
        _ => None,
    }))
}

/// A statement of another's report that was opened here, for the receipt: author 32, then what was sent.
fn opened_record(author: &SigningPublic, named: bool) -> Vec<u8> {
    let mut record = author.0.to_vec();
    record.push(if named { NAMED } else { 0 });
    record
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
