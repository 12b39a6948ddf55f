//! Telling a newcomer what holds its claim up: that its invite was claimed twice, or has ended. Its device holds no
//! registry and would never learn it.
//!
//! Nothing here may say anything of another claimant, or keep anything from being saved, sent or admitted.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::DecodeError;
use azalai_envelope::{AudienceId, Kind, Statement, StatementId, Verified};
use azalai_roster::{Act, ClaimNotice, HeldUp, InviteId, InviteState, LogEntry, Standing};
use azalai_store::{Disk, Store};

use crate::door::{Outcome, refused};
use crate::error::NodeError;
use crate::limits::MAX_CLAIM_NOTICES;
use crate::node::{Node, scan_all};
use crate::spaces::{CLAIM_NOTICES, STATEMENTS};
use crate::stored;

/// Whether a claim notice that came in is one.
pub(crate) fn check_claim_notice(statement: &Statement) -> Result<(), Outcome> {
    let body = statement.body().map_err(|error| refused(&error))?;
    match ClaimNotice::decode(&body) {
        Ok(_) => Ok(()),
        Err(error @ DecodeError::UnknownVersion { .. }) => Err(Outcome::Newer(error.to_string())),
        Err(error) => Err(refused(&error)),
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Writes to each who waits, whom this device may admit and whom nobody admits unseen, what holds it up; once.
    pub(crate) async fn write_claim_notices(&mut self, now_ms: u64) -> Result<(), NodeError> {
        let me = self.me();
        let mut owed = Vec::new();
        for waiting in self.roster.waiting() {
            let why = match waiting.state {
                InviteState::Admitted | InviteState::Revoked => HeldUp::InviteEnded,
                InviteState::Claimed if waiting.claims > 1 => HeldUp::ClaimedTwice,
                InviteState::Open | InviteState::Claimed => continue,
            };
            if self.roster.may_admit(&me, waiting.role, waiting.area.as_ref()).is_ok() {
                let notice = ClaimNotice { invite: waiting.invite, why };
                owed.push((waiting.claim.device.signing, notice));
            }
        }
        if owed.is_empty() {
            return Ok(());
        }
        let kept = self.claim_notices().await?;
        let own = kept.iter().filter(|(statement, _)| statement.author() == me);
        let written: BTreeSet<(AudienceId, InviteId, HeldUp)> =
            own.map(|(statement, notice)| (statement.audience(), notice.invite, notice.why)).collect();
        let mut counts: BTreeMap<InviteId, usize> = BTreeMap::new();
        for (_, invite, _) in &written {
            *counts.entry(*invite).or_default() += 1;
        }
        for (key, notice) in owed {
            if !written.contains(&(key.audience(), notice.invite, notice.why)) {
                let count = counts.entry(notice.invite).or_default();
                // Whoever holds an invite can claim it with any number of keys: honest people claim one once or twice.
                if *count >= MAX_CLAIM_NOTICES {
                    continue;
                }
                *count += 1;
                self.say_to_member(&key, Kind::CLAIM_NOTICE, &notice.encode(), now_ms).await?;
            }
        }
        Ok(())
    }

    /// What holds up the admission of this device, as somebody who might admit it has told it. None once it holds what
    /// only an admitted member is sent.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn held_up(&self) -> Result<Option<HeldUp>, NodeError> {
        if self.is_admitted() {
            return Ok(None);
        }
        let claimed = self.claimed();
        let mut found = None;
        for (statement, notice) in self.claim_notices().await? {
            let own = statement.audience() == self.me().audience() && claimed.contains(&notice.invite);
            if own && self.roster.standing(&statement) == Standing::Counts && !self.is_forked(&statement).await? {
                found = found.max(Some(notice.why));
            }
        }
        Ok(found)
    }

    /// The invites that this device claimed.
    fn claimed(&self) -> BTreeSet<InviteId> {
        let said = self.log.values().filter(|said| said.kind() == Kind::REGISTRY && said.author() == self.me());
        let acts = said.filter_map(|said| LogEntry::decode(&said.body().ok()?).ok()).flat_map(|entry| entry.acts);
        acts.filter_map(|act| if let Act::Claim { invite, .. } = act { Some(invite) } else { None }).collect()
    }

    /// The claim notices that are kept here: to this device, and by it.
    async fn claim_notices(&self) -> Result<Vec<(Verified<Statement>, ClaimNotice)>, NodeError> {
        let (kept, _) = scan_all(&self.vault, CLAIM_NOTICES).await?;
        let mut found = Vec::new();
        for id in kept.iter().filter_map(|(key, _)| StatementId::from_slice(key)) {
            let Some(bytes) = self.vault.get(STATEMENTS, &id.0).await? else { continue };
            let statement = stored::decode_statement(&self.project, &bytes)?;
            if let Ok(notice) = ClaimNotice::decode(&statement.body()?) {
                found.push((statement, notice));
            }
        }
        Ok(found)
    }
}
