//! What a newer program wrote: it is kept as it came, carried, and put through the door again by the first program that
//! may understand more.
//!
//! Nothing here decides what is understood of a letter: the door does, each time anew.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::{DecodeError, Writer};
use azalai_envelope::statement::VERSION;
use azalai_envelope::{EnvelopeId, Kind, StatementId};
use azalai_roster::Circle;
use azalai_store::{Batch, Cursor, Disk, Store};

use crate::claim_notices::check_claim_notice;
use crate::door::Why;
use crate::error::NodeError;
use crate::limits::{ABSORB_BATCH, MAX_NEWER_BYTES};
use crate::mark::check_mark;
use crate::node::{Node, SCAN_PAGE, scan_all};
use crate::notices::check_notice;
use crate::outcome::Outcome;
use crate::packs::check_pack;
use crate::spaces::{CLAIM_NOTICES, MARKS, NOTICES, OUTBOX, OUTCOMES, PACKS, PROFILE, STATEMENTS};
use crate::stored;
use crate::taken::TakenIn;

/// Key in the profile's space: what the program understood that last looked at all that is kept as newer.
const UNDERSTOOD: &[u8] = b"understood";

/// The kinds of statements that the door does something with.
const KINDS: [Kind; 10] = [
    Kind::REPORT,
    Kind::INCIDENT,
    Kind::NOTICE,
    Kind::PACK,
    Kind::AUTHORITY,
    Kind::REGISTRY,
    Kind::KEYS,
    Kind::RECEIPT,
    Kind::CLAIM_NOTICE,
    Kind::MARK,
];

/// What this program understands of statements.
#[derive(Debug, Clone)]
pub(crate) struct Understands {
    version: u8,
    kinds: BTreeSet<u8>,
}

impl Default for Understands {
    fn default() -> Self {
        Self { version: VERSION, kinds: KINDS.iter().map(|kind| kind.0).collect() }
    }
}

impl Understands {
    pub(crate) fn statements(&self) -> bool {
        self.version >= VERSION
    }

    pub(crate) fn kind(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind.0)
    }

    /// The highest version of statements, the program (schemas and bodies have versions of their own), and the kinds.
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let kinds: Vec<u8> = self.kinds.iter().copied().collect();
        writer.u8(self.version).text(env!("CARGO_PKG_VERSION")).bytes(&kinds);
        writer.finish()
    }
}

/// Whether an outcome, as it is kept, is one that a newer program changes, or wrote.
pub(crate) fn is_newer(outcome: &Result<Outcome, DecodeError>) -> bool {
    matches!(outcome, Ok(Outcome::Newer(_)) | Err(DecodeError::UnknownVersion { .. }))
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Puts the letters that an older program kept as newer through the door again, if this one is another than it was,
    /// after what an older one took in without understanding it. One that this program does not understand either stays
    /// as it is. A crash in between does it again.
    pub(crate) async fn understand_more(&mut self) -> Result<TakenIn, NodeError> {
        let mut taken = TakenIn::default();
        let mine = self.understands.encode();
        if self.vault.get(PROFILE, UNDERSTOOD).await?.as_deref() == Some(mine.as_slice()) {
            return Ok(taken);
        }
        self.look_through_kept().await?;
        let ids = self.newer().await?;
        for part in ids.chunks(ABSORB_BATCH) {
            self.look_at_carried(part, &mut taken).await?;
        }
        let mut batch = Batch::new();
        batch.put(PROFILE, UNDERSTOOD, mine);
        self.vault.stage(batch).await?;
        Ok(taken)
    }

    /// Lists the kept notices, packs and marks that an older program took in and had no list for. What it took in and this one
    /// does not understand either is kept as its letter, as the door does now.
    async fn look_through_kept(&mut self) -> Result<(), NodeError> {
        let (mut strange, mut after): (BTreeSet<StatementId>, Option<Cursor>) = (BTreeSet::new(), None);
        loop {
            let page = self.vault.scan(STATEMENTS, after.as_ref(), SCAN_PAGE).await?;
            let mut batch = Batch::new();
            for (key, value) in page.items {
                let (Some(id), Some(kind)) = (StatementId::from_slice(&key), stored::kind_of(&value)) else { continue };
                let list = match kind {
                    _ if !self.understands.kind(kind) => {
                        strange.insert(id);
                        continue;
                    }
                    Kind::NOTICE => NOTICES,
                    Kind::CLAIM_NOTICE => CLAIM_NOTICES,
                    Kind::PACK => PACKS,
                    Kind::MARK => MARKS,
                    _ => continue,
                };
                if self.vault.get(list, &key).await?.is_some() {
                    continue;
                }
                match self.may_be_listed(&value) {
                    Some(Ok(())) => drop(batch.put(list, key, [1])),
                    Some(Err(Outcome::Newer(_))) => drop(strange.insert(id)),
                    Some(Err(_)) | None => {}
                }
            }
            self.vault.apply(batch).await?;
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        self.keep_as_letters(&strange).await
    }

    /// What the door would say of a kept notice, pack or mark; `None` if it cannot be read.
    fn may_be_listed(&self, kept: &[u8]) -> Option<Result<(), Outcome>> {
        let statement = stored::decode_statement(&self.project, kept).ok()?;
        Some(match statement.kind() {
            Kind::NOTICE => check_notice(&statement),
            Kind::CLAIM_NOTICE => check_claim_notice(&statement),
            Kind::PACK => check_pack(&statement, self.audience(&Circle::Everyone)),
            _ => check_mark(&self.project, &statement),
        })
    }

    /// Lets go of statements of which the letters are held, and notes these as newer. Own ones stay.
    async fn keep_as_letters(&mut self, strange: &BTreeSet<StatementId>) -> Result<(), NodeError> {
        if strange.is_empty() {
            return Ok(());
        }
        let mut letters: BTreeMap<StatementId, Vec<EnvelopeId>> = BTreeMap::new();
        for (key, value) in scan_all(&self.vault, OUTCOMES).await?.0 {
            if let (Some(envelope), Ok(Outcome::Kept(id))) = (EnvelopeId::from_slice(&key), Outcome::decode(&value))
                && strange.contains(&id)
                && self.carrier.contains(&envelope)
            {
                letters.entry(id).or_default().push(envelope);
            }
        }
        let mut batch = Batch::new();
        for (id, envelopes) in letters {
            if self.vault.get(OUTBOX, &id.0).await?.is_some() {
                continue;
            }
            batch.delete(STATEMENTS, id.0);
            for envelope in envelopes {
                let what = "kept by an older program, which did not understand it".to_owned();
                batch.put(OUTCOMES, envelope.0, Outcome::Newer(what).encode());
            }
        }
        self.waiting = None;
        Ok(self.vault.apply(batch).await?)
    }

    /// The letters that need a newer program, or whose outcome one wrote that this program cannot read.
    async fn newer(&mut self) -> Result<Vec<EnvelopeId>, NodeError> {
        let waiting = self.waiting().await?.iter().filter(|(_, why)| **why == Why::Newer);
        let newer: Vec<EnvelopeId> = waiting.map(|(id, _)| *id).collect();
        Ok(newer.into_iter().filter(|id| self.carrier.contains(id)).collect())
    }

    /// How many letters this device carries and keeps for a newer program.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn needs_newer(&mut self) -> Result<usize, NodeError> {
        Ok(self.newer().await?.len())
    }

    /// The same of a device that is only looked at.
    pub(crate) async fn count_newer(&self) -> Result<usize, NodeError> {
        let held = |id: &EnvelopeId| self.carrier.contains(id);
        if let Some(waiting) = &self.waiting {
            return Ok(waiting.iter().filter(|(id, why)| **why == Why::Newer && held(id)).count());
        }
        let (outcomes, _) = scan_all(&self.vault, OUTCOMES).await?;
        let newer = outcomes.iter().filter(|(_, value)| is_newer(&Outcome::decode(value)));
        Ok(newer.filter_map(|(key, _)| EnvelopeId::from_slice(key)).filter(held).count())
    }

    /// Tells the carrier what is never given up for room: own letters that nobody else is known to have, and those that
    /// are kept for a newer program, of which nobody here can say what they are worth; of these so many bytes, since an
    /// insider can write them without end.
    pub(crate) fn keep_carried(&self) {
        let mut keep = self.kept_own.clone();
        let newer = self.waiting.iter().flatten().filter(|(_, why)| **why == Why::Newer);
        self.carrier.read(|index| {
            let held = newer.filter_map(|(id, _)| Some((*id, index.entry(id).filter(|_| index.holds(id))?.len)));
            let sums = held.scan(0_u64, |sum, (id, len)| {
                *sum += u64::from(len);
                (*sum <= MAX_NEWER_BYTES).then_some(id)
            });
            keep.extend(sums);
        });
        self.carrier.keep(keep);
    }

    /// For tests: from now on, until it is opened again, this device understands statements up to `version` only, as an
    /// older program would.
    ///
    /// # Errors
    /// Those of the storage.
    #[doc(hidden)]
    pub async fn pretend_older(&mut self, version: u8) -> Result<(), NodeError> {
        self.understands.version = version;
        self.understand_more().await.map(drop)
    }

    /// For tests: as [`Node::pretend_older`], a program that knows no statements of this kind.
    ///
    /// # Errors
    /// Those of the storage.
    #[doc(hidden)]
    pub async fn pretend_without(&mut self, kind: Kind) -> Result<(), NodeError> {
        self.understands.kinds.remove(&kind.0);
        self.understand_more().await.map(drop)
    }

    /// For tests: leaves what is kept as a program did that took in every kind and had lists for none.
    ///
    /// # Errors
    /// Those of the storage.
    #[doc(hidden)]
    pub async fn pretend_unlisted(&mut self) -> Result<(), NodeError> {
        let mut batch = Batch::new();
        for list in [NOTICES, CLAIM_NOTICES, MARKS] {
            for (key, _) in scan_all(&self.vault, list).await?.0 {
                batch.delete(list, key);
            }
        }
        batch.put(PROFILE, UNDERSTOOD, b"an older program's");
        Ok(self.vault.apply(batch).await?)
    }

    /// For tests: has room for so many bytes of letters from now on.
    ///
    /// # Errors
    /// Those of the storage.
    #[doc(hidden)]
    pub async fn pretend_small(&mut self, quota_bytes: u64) -> Result<(), NodeError> {
        let vault = std::sync::Arc::clone(&self.vault);
        self.carrier = std::sync::Arc::new(azalai_sync::Carrier::open(vault, self.project, quota_bytes).await?);
        self.keep_carried();
        Ok(())
    }
}
