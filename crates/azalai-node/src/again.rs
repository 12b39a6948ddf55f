//! What a device does by itself so that nobody who was removed comes back by what others did apart: it says overtaken
//! removals again, and finds keys of its own giving in hands that should not have them.

use std::collections::BTreeSet;

use azalai_envelope::{AudienceId, Kind};
use azalai_roster::limits::MAX_ACTS;
use azalai_roster::{Act, Circle, KeyLetter, MemberState};
use azalai_store::{Disk, Store};

use crate::error::NodeError;
use crate::node::{Node, scan_all};
use crate::spaces::{OUTBOX, STATEMENTS};
use crate::stored::{self, Outgoing};

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Says removals of monitors again in the authority log, if this is a steward's device, where somebody who had not
    /// heard of them granted the removed device a role.
    pub(crate) async fn say_overtaken(&mut self, now_ms: u64) -> Result<(), NodeError> {
        let me = self.me();
        let mine = self.roster.overtaken().iter().filter(|(key, _)| self.roster.may_remove(&me, key).is_ok());
        let again: Vec<Act> = mine.map(|(device, cuts)| Act::Remove { device: *device, cuts: cuts.clone() }).collect();
        for acts in again.chunks(MAX_ACTS) {
            self.say_acts(Kind::AUTHORITY, acts.to_vec(), now_ms).await?;
        }
        Ok(())
    }

    /// Circles whose newest key this device wrote to somebody who is removed now: it did not know of the removal, though
    /// the key follows it, as when a relay withheld the removal alone.
    pub(crate) async fn in_wrong_hands(&self) -> Result<Vec<Circle>, NodeError> {
        let gone = self.roster.members().filter(|member| member.state == MemberState::Removed);
        let gone: BTreeSet<AudienceId> = gone.map(|member| member.device.signing.audience()).collect();
        let mut circles = BTreeSet::new();
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
        for (key, value) in outbox {
            if Outgoing::decode(&value)?.kind != Kind::KEYS {
                continue;
            }
            let Some(bytes) = self.vault.get(STATEMENTS, &key).await? else { continue };
            let letter = stored::decode_statement(&self.project, &bytes)?;
            if !gone.contains(&letter.audience()) {
                continue;
            }
            let Ok(held) = KeyLetter::decode(letter.body()?.get(32..).unwrap_or_default()) else { continue };
            for (circle, secret) in held.circles {
                if self.roster.newest_key(&circle).is_ok_and(|newest| newest.key == secret.public()) {
                    circles.insert(circle);
                }
            }
        }
        Ok(circles.into_iter().collect())
    }
}
