//! The door: the one way from an envelope's bytes to this device's statements and documents.
//!
//! size → posting signature → opening → audience → author's signature → rights → chain → change linter → document →
//! one durable batch. What cannot be decided yet (an author or a key that is not known) waits, and is looked at
//! again when the logs or the keys have changed.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use azalai_envelope::envelope::Opened;
use azalai_envelope::{Envelope, EnvelopeId, GenerationId, Kind, SigningPublic, Statement, StatementId, Verified};
use azalai_roster::{Circle, KeyLetter, Receipt, Touched, What};
use azalai_store::{Batch, Disk, Store};

use crate::chains::Forks;
use crate::claim_notices::check_claim_notice;
use crate::door_checks::newer_or_refused;
use crate::error::NodeError;
use crate::limits::ABSORB_BATCH;
use crate::mark::check_mark;
use crate::newer::is_newer;
use crate::node::{Node, scan_all};
use crate::notices::check_notice;
pub(crate) use crate::outcome::{Outcome, refused};
use crate::packs::check_pack;
use crate::spaces::{OUTCOMES, PROFILE, STATEMENTS, space_of};
use crate::stored::{Outgoing, decode_statement};
use crate::taken::TakenIn;

/// Why an envelope is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its author, or a key in it, is not known.
    Unknown,
    /// No key opens it.
    NoKey,
    /// It is for a newer program, which looks at it when it first opens this home.
    Newer,
}

/// What the door was taught, that may decide what waits: kept until what waits was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Learnt {
    #[default]
    Nothing,
    Logs,
    Keys,
}

/// Key of [`PROFILE`] under which a device notes that what waits is to be looked at again: one byte, 1 after logs,
/// 2 after keys. A crash between learning and looking would otherwise leave letters closed for good.
const LOOK_AGAIN: &[u8] = b"look again";

impl Learnt {
    pub(crate) async fn load(vault: &impl Store) -> Result<Self, NodeError> {
        Ok(match vault.get(PROFILE, LOOK_AGAIN).await?.as_deref() {
            None => Self::Nothing,
            Some([1]) => Self::Logs,
            Some(_) => Self::Keys,
        })
    }
}

/// What one round of the door works on.
#[derive(Default)]
struct Round {
    batch: Batch,
    documents: Vec<Verified<Statement>>,
    forks: Forks,
    fresh: BTreeSet<StatementId>,
    /// Own statements as receipts of this round leave them: two receipts of one round name one statement.
    outgoing: BTreeMap<StatementId, Outgoing>,
    /// The logs or the keys have changed: what waits may now be decided.
    changed: bool,
    taken: TakenIn,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Carries envelopes durably, and takes in what they hold for this device.
    ///
    /// # Errors
    /// Those of the storage. A bad envelope is no error: it is listed.
    pub async fn take_in(&mut self, envelopes: Vec<Verified<Envelope>>) -> Result<TakenIn, NodeError> {
        let mut taken = TakenIn::default();
        // Known before anything is taken in, for which something else may be given up.
        self.waiting().await?;
        let mut rest = envelopes.into_iter();
        loop {
            let chunk: Vec<_> = rest.by_ref().take(ABSORB_BATCH).collect();
            if chunk.is_empty() {
                return Ok(taken);
            }
            self.carrier.put(chunk.clone()).await.map_err(NodeError::Store)?;
            self.look_at(chunk, Learnt::Nothing, &mut taken).await?;
            self.look_again(&mut taken).await?;
        }
    }

    /// Looks at what waits for as long as that teaches something; it ends since every such round keeps some.
    async fn look_again(&mut self, taken: &mut TakenIn) -> Result<(), NodeError> {
        while self.learnt != Learnt::Nothing {
            let again = self.owed_another_look(self.learnt).await?;
            let asked = core::mem::take(&mut self.learnt);
            // In parts, since a batch has a bound; the note that all of it is owed stands until the last.
            for part in again.chunks(ABSORB_BATCH) {
                let looked = match self.load_envelopes(part).await {
                    Ok(envelopes) => self.look_at(envelopes, asked, taken).await,
                    Err(error) => Err(error),
                };
                if looked.is_err() {
                    self.learnt = self.learnt.max(asked);
                    return looked;
                }
            }
            if self.learnt == Learnt::Nothing {
                let mut batch = Batch::new();
                batch.delete(PROFILE, LOOK_AGAIN);
                self.vault.apply(batch).await?;
            }
        }
        Ok(())
    }

    /// Takes in whatever this device carries and has not looked at: what a neighbour put, or a crash interrupted.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn catch_up(&mut self) -> Result<TakenIn, NodeError> {
        let mut taken = TakenIn::default();
        // Asked every second while neighbours are served: nothing is read as long as the carrier took nothing new.
        let carried = self.carrier.taken();
        if self.caught_up != Some(carried) {
            let new: Vec<EnvelopeId> = match &self.looked_at {
                Some(seen) => self.held_ids().into_iter().filter(|id| !seen.contains(id)).collect(),
                None => {
                    let (seen, _) = scan_all(&self.vault, OUTCOMES).await?;
                    let seen: BTreeSet<EnvelopeId> =
                        seen.iter().filter_map(|(key, _)| EnvelopeId::from_slice(key)).collect();
                    let new = self.held_ids().into_iter().filter(|id| !seen.contains(id)).collect();
                    self.looked_at = Some(seen);
                    new
                }
            };
            for chunk in new.chunks(ABSORB_BATCH) {
                let envelopes = self.load_envelopes(chunk).await?;
                taken.add(self.take_in(envelopes).await?);
            }
            self.caught_up = Some(carried);
        }
        self.look_again(&mut taken).await?;
        self.take_in_kept(&mut taken).await?;
        Ok(taken)
    }

    /// Looks again at letters that are carried, and at what waits for what they teach.
    pub(crate) async fn look_at_carried(&mut self, ids: &[EnvelopeId], taken: &mut TakenIn) -> Result<(), NodeError> {
        let envelopes = self.load_envelopes(ids).await?;
        self.look_at(envelopes, Learnt::Nothing, taken).await?;
        self.look_again(taken).await
    }

    async fn load_envelopes(&self, ids: &[EnvelopeId]) -> Result<Vec<Verified<Envelope>>, NodeError> {
        let found = self.carried(ids).await?;
        Ok(found.into_iter().filter_map(|bytes| self.check_posting(bytes).ok()).collect())
    }

    /// The envelopes that wait, and those that no key opened if there are new keys.
    async fn owed_another_look(&mut self, learnt: Learnt) -> Result<Vec<EnvelopeId>, NodeError> {
        let waiting = self.waiting().await?.iter();
        let owed = |why: Why| why == Why::Unknown || (why == Why::NoKey && learnt == Learnt::Keys);
        Ok(waiting.filter(|(_, why)| owed(**why)).map(|(id, _)| *id).collect())
    }

    pub(crate) async fn waiting(&mut self) -> Result<&mut BTreeMap<EnvelopeId, Why>, NodeError> {
        if self.waiting.is_none() {
            let (outcomes, _) = scan_all(&self.vault, OUTCOMES).await?;
            let mut waiting = BTreeMap::new();
            for (key, value) in outcomes {
                let why = match Outcome::decode(&value) {
                    Ok(Outcome::Waits) => Why::Unknown,
                    Ok(Outcome::NotForUs) => Why::NoKey,
                    outcome if is_newer(&outcome) => Why::Newer,
                    _ => continue,
                };
                waiting.extend(EnvelopeId::from_slice(&key).map(|id| (id, why)));
            }
            self.waiting = Some(waiting);
            self.keep_carried();
        }
        Ok(self.waiting.get_or_insert_default())
    }

    /// One round: opens and checks envelopes, logs and keys first, and writes all that follows in one batch. What was
    /// learnt that may decide what waits is noted with it, and in memory before it: a batch that fails may be durable.
    /// `owed`: what is being looked at again for, and not done with before the last part.
    async fn look_at(
        &mut self,
        envelopes: Vec<Verified<Envelope>>,
        owed: Learnt,
        taken: &mut TakenIn,
    ) -> Result<(), NodeError> {
        let mut round = Round::default();
        let mut outcomes: BTreeMap<EnvelopeId, Outcome> = BTreeMap::new();
        let mut opened: Vec<(EnvelopeId, Opened)> = Vec::new();
        let mut keys = self.opening_keys();
        // By what they are and not by their number: one may have come while another went.
        let known: BTreeSet<GenerationId> = keys.iter().map(|key| key.generation).collect();
        keys.sort_by_key(|key| core::cmp::Reverse(self.hits.get(&key.generation).copied().unwrap_or_default()));
        for envelope in &envelopes {
            match envelope.open(&self.project, &keys) {
                Ok(None) => drop(outcomes.insert(envelope.id(), Outcome::NotForUs)),
                Ok(Some(_)) if !self.understands.statements() => {
                    outcomes
                        .insert(envelope.id(), Outcome::Newer("statement: this program is an older one".to_owned()));
                }
                Ok(Some(inside)) => {
                    if let Some(key) = keys.iter().find(|key| key.audience == inside.audience) {
                        *self.hits.entry(key.generation).or_default() += 1;
                    }
                    opened.push((envelope.id(), inside));
                }
                Err(error) => drop(outcomes.insert(envelope.id(), newer_or_refused(&error))),
            }
        }
        let log_kind = |kind: Kind| matches!(kind, Kind::AUTHORITY | Kind::REGISTRY | Kind::KEYS);
        let (logs, others): (Vec<_>, Vec<_>) =
            opened.into_iter().partition(|(_, inside)| log_kind(inside.statement.claimed_kind()));
        for (envelope, inside) in logs.into_iter().chain(others) {
            let outcome = self.receive(inside, &mut round).await?;
            outcomes.insert(envelope, outcome);
        }
        if self.stale {
            self.rebuild_roster();
        }
        let documents = core::mem::take(&mut round.documents);
        self.index_documents(&documents, &round.forks, &mut round.batch).await?;
        for (envelope, outcome) in &outcomes {
            round.batch.put(OUTCOMES, envelope.0, outcome.encode());
        }
        let learnt = match round.changed {
            _ if self.opening_keys().iter().any(|key| !known.contains(&key.generation)) => Learnt::Keys,
            true => Learnt::Logs,
            false => Learnt::Nothing,
        };
        self.learnt = self.learnt.max(learnt);
        if learnt != Learnt::Nothing {
            round.batch.put(PROFILE, LOOK_AGAIN, [self.learnt.max(owed) as u8]);
        }
        let again = self.forget_again(&outcomes, &mut round.batch);
        self.packs_stale |= !round.forks.is_empty();
        if let Err(error) = self.vault.apply(round.batch).await {
            // It may be durable all the same: what waits is read anew.
            (self.waiting, self.looked_at) = (None, None);
            return Err(error.into());
        }
        self.touched = Touched::default();
        if self.packs_stale {
            self.gather_packs().await?;
        }
        if again {
            // It is noted durably, and finished at the next opening if not now: one letter that came again stops nothing.
            let _later = self.finish_forgetting().await;
        }
        if let Some(seen) = &mut self.looked_at {
            seen.extend(outcomes.keys().copied());
        }
        let waiting = self.waiting().await?;
        for (envelope, outcome) in outcomes {
            match outcome {
                Outcome::Waits => drop(waiting.insert(envelope, Why::Unknown)),
                Outcome::NotForUs => drop(waiting.insert(envelope, Why::NoKey)),
                Outcome::Kept(_) => drop(waiting.remove(&envelope)),
                Outcome::Newer(_) => {
                    waiting.insert(envelope, Why::Newer);
                    round.taken.newer += 1;
                }
                Outcome::Refused(why) => {
                    waiting.remove(&envelope);
                    round.taken.refused.push((envelope, why));
                }
            }
        }
        if round.taken.newer > 0 {
            self.keep_carried();
        }
        taken.add(round.taken);
        Ok(())
    }

    /// Checks one opened statement and does what its kind asks for.
    async fn receive(&mut self, inside: Opened, round: &mut Round) -> Result<Outcome, NodeError> {
        // The logs are added up again only when someone unknown speaks, or something else than a log's act is read.
        let known = self.authors.contains_key(&inside.statement.claimed_author());
        if self.stale && (!known || !matches!(inside.statement.claimed_kind(), Kind::AUTHORITY | Kind::REGISTRY)) {
            self.rebuild_roster();
        }
        let statement = match self.verify(inside) {
            Ok(statement) => statement,
            Err(outcome) => return Ok(outcome),
        };
        let id = statement.id();
        let space = space_of(statement.kind());
        if round.fresh.contains(&id) || self.shed.contains(&id) || self.vault.get(space, &id.0).await?.is_some() {
            return Ok(Outcome::Kept(id));
        }
        if !self.understands.kind(statement.kind()) {
            return Ok(Outcome::Newer(format!("a statement of kind {}", statement.kind().0)));
        }
        match statement.kind() {
            Kind::AUTHORITY | Kind::REGISTRY => {
                let circle = if statement.kind() == Kind::AUTHORITY { Circle::Everyone } else { Circle::Staff };
                if statement.audience() != self.audience(&circle) {
                    return Ok(refused(&"an act of a log, sealed to another audience than the log's"));
                }
                self.log.insert(id, statement.clone());
                self.stale = true;
                round.changed = true;
                // It may admit somebody, or grant a role, to whom keys of this device's making are owed.
                self.letters_owed = true;
            }
            Kind::KEYS => {
                let body = match statement.body() {
                    Ok(body) => body,
                    Err(error) => return Ok(refused(&error)),
                };
                let letter = match KeyLetter::decode(body.get(32..).unwrap_or_default()) {
                    Ok(letter) => letter,
                    Err(error) => return Ok(refused(&error)),
                };
                let whole = letter.circles.len() + letter.posting.len() + usize::from(letter.carrier.is_some());
                let letter = letter.accept(&self.roster);
                let known = letter.circles.len() + letter.posting.len() + usize::from(letter.carrier.is_some());
                let new = self.secrets.add_letter(&self.project, letter, &mut round.batch);
                round.changed |= new;
                if known < whole {
                    let granted = self.roster.may_write(&statement.author(), Kind::KEYS, statement.audience()).is_ok();
                    if !new && !granted && !self.may_wait(&statement.id()) {
                        return Ok(refused(&"a letter with keys that nobody named, beside too many like it"));
                    }
                    return Ok(Outcome::Waits);
                }
            }
            Kind::RECEIPT => {
                let body = match statement.body() {
                    Ok(body) => body,
                    Err(error) => return Ok(refused(&error)),
                };
                let receipt = match Receipt::decode(&body) {
                    Ok(receipt) => receipt,
                    Err(error) => return Ok(refused(&error)),
                };
                if let Err(denied) = self.roster.may_write(&statement.author(), Kind::RECEIPT, statement.audience()) {
                    return Ok(refused(&denied));
                }
                self.note_receipt(&receipt, statement.author(), round).await?;
            }
            Kind::CLAIM_NOTICE => {
                if let Err(denied) = self.roster.may_write(&statement.author(), statement.kind(), statement.audience())
                {
                    return Ok(refused(&denied));
                }
                if let Err(outcome) = check_claim_notice(&statement) {
                    return Ok(outcome);
                }
            }
            Kind::NOTICE => match check_notice(&statement) {
                Ok(()) => drop(round.taken.notices.insert(statement.document())),
                Err(outcome) => return Ok(outcome),
            },
            Kind::PACK => match check_pack(&statement, self.audience(&Circle::Everyone)) {
                Ok(()) => self.packs_stale = true,
                Err(outcome) => return Ok(outcome),
            },
            Kind::MARK => match check_mark(&self.project, &statement) {
                Ok(()) => {}
                Err(outcome) => return Ok(outcome),
            },
            Kind::REPORT | Kind::INCIDENT => {
                round.documents.push(statement.clone());
                round.taken.of_documents += 1;
                round.taken.documents.insert(statement.document());
            }
            _ => {}
        }
        self.note_place(&statement, &mut round.forks, &mut round.batch).await?;
        self.write_statement(&statement, &mut round.batch);
        round.fresh.insert(id);
        round.taken.statements += 1;
        Ok(Outcome::Kept(id))
    }

    /// Notes a coordinator's receipt on the own statements that it names.
    async fn note_receipt(&self, receipt: &Receipt, by: SigningPublic, round: &mut Round) -> Result<(), NodeError> {
        for id in &receipt.statements {
            let outgoing = match round.outgoing.entry(*id) {
                btree_map::Entry::Occupied(slot) => slot.into_mut(),
                btree_map::Entry::Vacant(slot) => {
                    let Some(outgoing) = self.outgoing(id).await? else { continue };
                    slot.insert(outgoing)
                }
            };
            let list = match receipt.what {
                What::Opened => &mut outgoing.opened_by,
                What::ActedOn => &mut outgoing.acted_by,
            };
            if Outgoing::note(list, by) {
                self.put_outgoing(id, outgoing, &mut round.batch).await?;
                if outgoing.kind == Kind::REPORT
                    && let Some(bytes) = self.vault.get(STATEMENTS, &id.0).await?
                {
                    round.taken.documents.insert(decode_statement(&self.project, &bytes)?.document());
                }
            }
        }
        Ok(())
    }
}
