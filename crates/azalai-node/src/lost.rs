//! What a relay no longer holds of this device's letters, though it gave a receipt: it gave them up for room, or they are
//! older than it keeps. As long as nobody else is known to have them, they are on this device only again.
//!
//! It must never take a relay's word for more than that: what a relay says here can make this device send again, and
//! nothing else.

use std::collections::BTreeSet;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{Day, EnvelopeId, SigningPublic};
use azalai_store::{Batch, Disk, Store};
use azalai_sync::exchange::Told;
use azalai_sync::limits::MIN_KEEP_DAYS;
use azalai_sync::{PerLane, Refusal};

use crate::error::NodeError;
use crate::node::{Node, scan_all};
use crate::spaces::{OUTBOX, PROFILE, SEALED, space_of};
use crate::stored::Outgoing;

const VERSION: u8 = 1;

/// What a relay told at the last visit, as it is kept in `PROFILE` under `told/` and the relay's key: version, mark of
/// what it had given up 16, four floor days 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RelayTold {
    pub(crate) mark: [u8; 16],
    pub(crate) floors: PerLane<Day>,
}

impl Default for RelayTold {
    fn default() -> Self {
        Self { mark: [0; 16], floors: PerLane::from_fn(|_| Day(0)) }
    }
}

impl RelayTold {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).raw(&self.mark);
        for (_, floor) in self.floors.iter() {
            writer.u16(floor.0);
        }
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("version")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "what a relay told", got }),
        }
        let mark = reader.array("mark")?;
        let mut floor = || reader.u16("floor").map(Day);
        let floors = PerLane { urgent: floor()?, text: floor()?, preview: floor()?, bulk: floor()? };
        reader.end("what a relay told")?;
        Ok(Self { mark, floors })
    }
}

fn key(relay: &SigningPublic) -> Vec<u8> {
    [b"told/".as_slice(), &relay.0].concat()
}

/// Whether a refusal says that the relay does not have the letter.
pub(crate) const fn denies(reason: Refusal) -> bool {
    matches!(reason, Refusal::Gone(_) | Refusal::BelowFloor | Refusal::Full)
}

fn unread(outgoing: &Outgoing) -> bool {
    outgoing.opened_by.is_empty() && outgoing.acted_by.is_empty()
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What a relay told last. What cannot be read is nothing: then the relay is asked for all of it again.
    pub(crate) async fn relay_told(&self, relay: &SigningPublic) -> Result<RelayTold, NodeError> {
        let kept = self.vault.get(PROFILE, &key(relay)).await?;
        Ok(kept.and_then(|bytes| RelayTold::decode(&bytes).ok()).unwrap_or_default())
    }

    async fn keep_told(&self, relay: &SigningPublic, told: RelayTold) -> Result<(), NodeError> {
        if self.relay_told(relay).await? == told {
            return Ok(());
        }
        let mut batch = Batch::new();
        batch.put(PROFILE, key(relay), told.encode());
        Ok(self.vault.apply(batch).await?)
    }

    /// What to ask a relay about: its mark, and the letters that it said it holds and that nobody is known to have read.
    pub(crate) async fn told_by(&self, relay: &SigningPublic) -> Result<Told, NodeError> {
        let mut held = BTreeSet::new();
        for (_, value) in scan_all(&self.vault, OUTBOX).await?.0 {
            let outgoing = Outgoing::decode(&value)?;
            if unread(&outgoing) && outgoing.relays.contains(relay) {
                held.extend(outgoing.envelope);
            }
        }
        Ok(Told { mark: self.relay_told(relay).await?.mark, held })
    }

    /// Notes the mark of what a relay gave up, after its whole list was read.
    pub(crate) async fn note_mark(&self, relay: &SigningPublic, mark: [u8; 16]) -> Result<(), NodeError> {
        let told = self.relay_told(relay).await?;
        self.keep_told(relay, RelayTold { mark, ..told }).await
    }

    /// Notes that a relay does not hold these letters any more. Says how many own statements that concerns.
    pub(crate) async fn note_gone(&self, envelopes: &[EnvelopeId], relay: &SigningPublic) -> Result<usize, NodeError> {
        let mut changed = Vec::new();
        for envelope in envelopes {
            let Some(id) = self.vault.get(SEALED, &envelope.0).await? else { continue };
            let Some(bytes) = self.vault.get(OUTBOX, &id).await? else { continue };
            let outgoing = Outgoing::decode(&bytes)?;
            if outgoing.relays.contains(relay) {
                changed.push((id, outgoing, false));
            }
        }
        let count = changed.len();
        self.take_back(changed, relay).await?;
        Ok(count)
    }

    /// Notes from which days on a relay keeps letters. Of older own ones that nobody is known to have read the relay has
    /// none; if no other relay has them, they leave anew, as letters of today. Says how many. A floor that is too near is
    /// taken for one of the least age, so nothing is sealed twice in that time.
    pub(crate) async fn note_floors(
        &self,
        relay: &SigningPublic,
        floors: PerLane<Day>,
        today: Day,
    ) -> Result<usize, NodeError> {
        let told = self.relay_told(relay).await?;
        self.keep_told(relay, RelayTold { floors, ..told }).await?;
        if floors.iter().all(|(_, floor)| floor.0 == 0) {
            return Ok(0);
        }
        let nearest = Day(today.0.saturating_sub(MIN_KEEP_DAYS));
        let mut changed = Vec::new();
        for (id, value) in scan_all(&self.vault, OUTBOX).await?.0 {
            let outgoing = Outgoing::decode(&value)?;
            let Some(envelope) = outgoing.envelope.filter(|_| unread(&outgoing)) else { continue };
            let entry = self.carrier.read(|index| index.entry(&envelope).copied());
            let Some(entry) = entry.filter(|entry| entry.day < *floors.get(entry.lane)) else { continue };
            let elsewhere = outgoing.relays.iter().any(|other| other != relay);
            let anew = entry.day < nearest && !elsewhere;
            if anew || outgoing.relays.contains(relay) {
                changed.push((id, outgoing, anew));
            }
        }
        let count = changed.len();
        self.take_back(changed, relay).await?;
        Ok(count)
    }

    /// Takes a relay off the list of those that hold these statements, and the letter off those that are to be sealed
    /// anew. What is not safe any more goes back into the journal, first.
    async fn take_back(
        &self,
        statements: Vec<(Vec<u8>, Outgoing, bool)>,
        relay: &SigningPublic,
    ) -> Result<(), NodeError> {
        let mut batch = Batch::new();
        let mut journal: Option<BTreeSet<[u8; 32]>> = None;
        for (key, outgoing, anew) in statements {
            let mut now = outgoing.clone();
            now.relays.retain(|other| other != relay);
            now.envelope = now.envelope.filter(|_| !anew);
            if outgoing.is_safe() && !now.is_safe() {
                let there = match &mut journal {
                    Some(there) => there,
                    None => {
                        let (entries, _) = self.journal.entries().await?;
                        journal.insert(entries.into_iter().map(|entry| entry.id).collect())
                    }
                };
                if let Some(id) = key.first_chunk::<32>().filter(|id| !there.contains(*id))
                    && let Some(statement) = self.vault.get(space_of(now.kind), id).await?
                {
                    self.journal.append(id, &[&[now.lane.to_byte()], statement.as_slice()].concat()).await?;
                }
            }
            batch.put(OUTBOX, key, now.encode());
        }
        if batch.is_empty() { Ok(()) } else { Ok(self.vault.apply(batch).await?) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Guards against a change of the bytes, and against damaged ones that are read as something.
    #[test]
    fn the_bytes_are_fixed_and_damaged_ones_are_refused() {
        let floors = PerLane { urgent: Day(1), text: Day(2), preview: Day(3), bulk: Day(260) };
        let told = RelayTold { mark: [9; 16], floors };
        let bytes = told.encode();
        assert_eq!(bytes, [&[1][..], &[9; 16], &[0, 1, 0, 2, 0, 3, 1, 4]].concat());
        assert_eq!(RelayTold::decode(&bytes), Ok(told));
        for cut in 0..bytes.len() {
            assert!(RelayTold::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(RelayTold::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(matches!(RelayTold::decode(&[2; 25]), Err(DecodeError::UnknownVersion { got: 2, .. })));
    }
}
