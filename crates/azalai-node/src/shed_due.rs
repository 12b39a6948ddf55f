//! When an own report is forgotten by itself, if its owner wants that: long after it has safely arrived, and nothing more
//! was said of it. It must never be on a relay's word alone, nor on a receipt that does not count now.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::ids::derive8;
use azalai_envelope::{DocumentId, EnvelopeId, SigningPublic};
use azalai_roster::Role;
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::limits::{MAX_SHED_DAYS, SHED_AFTER_DAYS};
use crate::node::Node;
use crate::shed::HeldBy;
use crate::shed_format::Due;
use crate::spaces::DUE;

/// Key of the setting on the desk: version 1, days (2 bytes); 0 never.
const SETTING: &str = "shedding";

const DAY_MS: u64 = 86_400_000;

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// After how many days a report that has arrived is forgotten by itself; `None`: never. What nobody chose is 30
    /// days on a monitor's device, and never on others, whose owners work with what they hold.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn shedding(&self) -> Result<Option<u16>, NodeError> {
        let chosen = self.desk_get(SETTING).await?;
        let days = match chosen.as_deref() {
            Some([1, high, low]) => u16::from_be_bytes([*high, *low]),
            // One that cannot be read is a newer program's: nothing is forgotten on a guess.
            Some(_) => 0,
            None if self.role() == Role::Monitor => SHED_AFTER_DAYS,
            None => 0,
        };
        Ok((days > 0).then_some(days))
    }

    /// Chooses it.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] over [`MAX_SHED_DAYS`]; those of the storage.
    pub async fn set_shedding(&mut self, days: Option<u16>) -> Result<(), NodeError> {
        let days = days.unwrap_or(0);
        if days > MAX_SHED_DAYS {
            return Err(NodeError::Invalid(format!("{days} days are too many: choose 1 to {MAX_SHED_DAYS}, or never")));
        }
        let [high, low] = days.to_be_bytes();
        self.desk_put(SETTING, vec![1, high, low]).await
    }

    /// Forgets what may be forgotten by itself: own reports of which two readers have all, and of which nothing more was
    /// said, by anybody, for as many days as were chosen. Gives their ids.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn shed_due(&mut self, now_ms: u64) -> Result<Vec<DocumentId>, NodeError> {
        let mut shed = Vec::new();
        if self.vault.refuses().is_some() {
            // A full disk: forgetting writes, and can wait.
            return Ok(shed);
        }
        for (id, held) in self.due(now_ms).await? {
            if held.is_safe() {
                shed.extend(self.forget(id, false, now_ms).await?);
            }
        }
        Ok(shed)
    }

    /// The letters of reports that only one reader is known to have: if this relay returns them all, they are forgotten
    /// too. As many reports as fit one request, the letters of each as a whole.
    pub(crate) async fn unproved(
        &mut self,
        relay: SigningPublic,
        now_ms: u64,
    ) -> Result<BTreeMap<DocumentId, BTreeSet<EnvelopeId>>, NodeError> {
        let (mut wanted, mut count) = (BTreeMap::new(), 0);
        for (id, held) in self.due(now_ms).await? {
            if held.is_safe() || held.readers == 0 {
                continue;
            }
            let record = self.own_report(&id).await?;
            let (mut letters, mut all) = (BTreeSet::new(), true);
            for record in self.copies_of(id, &record).await?.values().chain([&record]) {
                for entry in &record.entries {
                    let outgoing = self.outgoing(&entry.statement).await?;
                    if outgoing.as_ref().is_some_and(|outgoing| self.readers_of(outgoing, record.audience) >= 2) {
                        continue;
                    }
                    let there = outgoing.filter(|outgoing| outgoing.relays.contains(&relay));
                    match there.and_then(|outgoing| outgoing.envelope) {
                        Some(envelope) => drop(letters.insert(envelope)),
                        None => all = false,
                    }
                }
            }
            if all && count + letters.len() <= azalai_sync::limits::MAX_PROOF_IDS {
                count += letters.len();
                wanted.insert(id, letters);
            }
        }
        Ok(wanted)
    }

    /// Own reports that at least one reader has all of, and of which nothing more was said for as long as was chosen.
    async fn due(&mut self, now_ms: u64) -> Result<Vec<(DocumentId, HeldBy)>, NodeError> {
        let Some(days) = self.shedding().await? else { return Ok(Vec::new()) };
        let me = self.me();
        let own: Vec<DocumentId> = {
            let index = self.index().await?.lock();
            index.reports.iter().filter(|(_, entry)| entry.author == me).map(|(id, _)| *id).collect()
        };
        let answers = self.replies().await?;
        let (mut due, mut batch) = (Vec::new(), Batch::new());
        for id in own {
            let held = self.held_by(id).await?;
            let known = self.vault.get(DUE, &id.0).await?;
            if held.readers == 0 {
                if known.is_some() {
                    batch.delete(DUE, id.0);
                }
                continue;
            }
            let answers = answers.get(&id).map_or(0, Vec::len) as u64;
            let said = derive8(
                "azalai 1 said of a report",
                &[&(held.statements as u64).to_be_bytes(), &answers.to_be_bytes()],
            );
            let now = Due { since_ms: now_ms, said: u64::from_be_bytes(said) };
            // A clock that fell back begins anew: nothing is forgotten early.
            let known = known.map(|bytes| Due::decode(&bytes)).transpose()?;
            match known.filter(|known| known.said == now.said && known.since_ms <= now_ms) {
                Some(known) if now_ms - known.since_ms >= u64::from(days) * DAY_MS => due.push((id, held)),
                Some(_) => {}
                None => drop(batch.put(DUE, id.0, now.encode())),
            }
        }
        if !batch.is_empty() {
            self.vault.apply(batch).await?;
        }
        Ok(due)
    }
}
