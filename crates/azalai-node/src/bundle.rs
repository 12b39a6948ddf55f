//! Bundles: sealed letters in a file, for a card, a cable or a courier. In parts, in any order; importing one twice
//! changes nothing.
//!
//! Bytes: version 1, then for each envelope its length (4 bytes, big endian) and its bytes. There is no header that
//! names a project, and no checksum of the whole: every envelope shows by its own signature that it is whole.

use std::collections::BTreeSet;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::limits::MAX_ENVELOPE_BYTES;
use azalai_envelope::{Day, Envelope, EnvelopeError, EnvelopeId, StatementId, Verified};
use azalai_store::{Disk, Store};

use crate::beginning;
use crate::door::TakenIn;
use crate::error::NodeError;
use crate::limits::{ABSORB_BATCH, MAX_BUNDLE_BYTES};
use crate::node::{Node, scan_all};
use crate::spaces::{OUTBOX, space_of};
use crate::stored::{self, Outgoing};

const VERSION: u8 = 1;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Envelopes in the file.
    pub envelopes: usize,
    /// Of these, new on this device.
    pub new: usize,
    /// What they brought.
    pub taken: TakenIn,
    /// Envelopes that no member of this project posted, or that are damaged.
    pub foreign: usize,
    /// The file ends inside an envelope: what is missing, in words. Everything before it was imported.
    pub cut_off: Option<String>,
}

/// Reads the envelopes of a bundle as far as it goes.
fn parse(bytes: &[u8]) -> Result<(Vec<&[u8]>, Option<DecodeError>), DecodeError> {
    let mut reader = Reader::new(bytes);
    match reader.u8("bundle")? {
        VERSION => {}
        got => return Err(DecodeError::UnknownVersion { field: "bundle", got }),
    }
    let mut envelopes = Vec::new();
    while reader.left() > 0 {
        match one(&mut reader) {
            Ok(envelope) => envelopes.push(envelope),
            Err(error) => return Ok((envelopes, Some(error))),
        }
    }
    Ok((envelopes, None))
}

fn one<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    let got = reader.u32("envelope length")?;
    let limit = MAX_ENVELOPE_BYTES;
    match usize::try_from(got) {
        Ok(length) if length <= limit => reader.take("envelope", length),
        _ => Err(DecodeError::TooLarge { field: "envelope length", got: got.into(), limit: limit as u64 }),
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Everything that this device carries, its own letters among it, as one bundle. From a device whose database takes
    /// no writes too: what it has not sealed yet is sealed into the bundle alone, and again when there is room. Others
    /// know it by its statement and drop the second letter.
    ///
    /// # Errors
    /// Those of the storage; [`NodeError::Invalid`] over the size of a bundle.
    pub async fn export_bundle(&mut self, now_ms: u64) -> Result<(Vec<u8>, usize), NodeError> {
        let unkept = match self.vault.refuses() {
            Some(_) => self.seal_unkept(now_ms).await?,
            None => {
                self.get_ready(now_ms).await?;
                Vec::new()
            }
        };
        let ids: Vec<EnvelopeId> = self.held_ids();
        let mut writer = Writer::new();
        writer.u8(VERSION);
        let mut count = unkept.len();
        for envelope in &unkept {
            let bytes = envelope.bytes();
            writer.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX)).raw(bytes);
        }
        for chunk in ids.chunks(ABSORB_BATCH) {
            for envelope in self.carried(chunk).await? {
                writer.u32(u32::try_from(envelope.len()).unwrap_or(u32::MAX)).raw(&envelope);
                count += 1;
            }
            if writer.len() as u64 > MAX_BUNDLE_BYTES {
                return Err(NodeError::Invalid(format!("a bundle has at most {MAX_BUNDLE_BYTES} bytes")));
            }
        }
        count -= usize::from(self.quiet.is_some_and(|quiet| ids.contains(&quiet)));
        Ok((writer.finish(), count))
    }

    /// Seals what has not left this device, that which is in the journal alone too, without noting so.
    async fn seal_unkept(&mut self, now_ms: u64) -> Result<Vec<Verified<Envelope>>, NodeError> {
        let posting = self.secrets.posting(&self.roster).cloned();
        let posting = posting.ok_or_else(|| NodeError::NoKey("this device holds no posting key".to_owned()))?;
        let day = Day::of_ms(now_ms).clamped(self.certified_day());
        let mut pending = Vec::new();
        for (key, value) in scan_all(&self.vault, OUTBOX).await?.0 {
            let outgoing = Outgoing::decode(&value)?;
            if outgoing.is_safe() || outgoing.envelope.is_some_and(|envelope| self.may_leave(&envelope, day)) {
                continue;
            }
            let Some(bytes) = self.vault.get(space_of(outgoing.kind), &key).await? else { continue };
            pending.push((stored::decode_statement(&self.project, &bytes)?, outgoing.lane));
        }
        for entry in self.journal.entries().await?.0 {
            if entry.id != beginning::ID && !self.is_kept(&entry.id).await? {
                pending.extend(self.read_entry(&entry).ok());
            }
        }
        pending.sort_by_key(|(statement, _)| statement.id());
        let unsent: BTreeSet<StatementId> = pending.iter().map(|(statement, _)| statement.id()).collect();
        let mut envelopes = Vec::new();
        for (statement, lane) in &pending {
            envelopes.extend(self.seal_one(statement, *lane, (&unsent, day), &posting)?);
        }
        Ok(envelopes)
    }

    /// Takes in the letters of a bundle.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] if the file is no bundle; those of the storage. Foreign and damaged envelopes are
    /// counted, and a file that is cut off is imported as far as it goes.
    pub async fn import_bundle(&mut self, bytes: &[u8]) -> Result<Imported, NodeError> {
        let (envelopes, cut_off) =
            parse(bytes).map_err(|error| NodeError::Invalid(format!("the file is no bundle ({error})")))?;
        let mut imported = Imported {
            envelopes: envelopes.len(),
            cut_off: cut_off.map(|error| error.to_string()),
            ..Imported::default()
        };
        let (mut new, mut left) = (Vec::new(), 0);
        for bytes in envelopes {
            match UnverifiedEnvelope::parse(bytes.to_vec()) {
                Ok(envelope) if self.carrier.contains(&envelope.id()) => {}
                Ok(_) => new.push(bytes.to_vec()),
                Err(EnvelopeError::Decode(DecodeError::UnknownVersion { .. })) => left += 1,
                Err(_) => imported.foreign += 1,
            }
        }
        let whole = new.len();
        // An import that was stopped half way may have left letters that are carried and were never looked at.
        let mut taken = self.catch_up().await?;
        let (more, foreign) = self.take_in_bytes(new).await?;
        taken.add(more);
        taken.left += left;
        (imported.taken, imported.new) = (taken, whole - foreign);
        imported.foreign += foreign;
        Ok(imported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a courier's card that was pulled out too early making the whole file useless.
    #[test]
    fn a_bundle_that_is_cut_off_gives_what_is_whole() {
        let mut writer = Writer::new();
        writer.u8(1).u32(3).raw(b"abc").u32(2).raw(b"de");
        let whole = writer.finish();
        assert_eq!(parse(&whole).unwrap(), (vec![&b"abc"[..], b"de"], None));
        let (found, cut) = parse(&whole[..whole.len() - 1]).unwrap();
        assert_eq!((found, cut.is_some()), (vec![&b"abc"[..]], true));
        for end in 0..whole.len() {
            let _ = parse(&whole[..end]);
        }
        assert!(parse(b"\x02").is_err() && parse(b"").is_err());
        assert!(parse(b"\x01\xff\xff\xff\xff").unwrap().1.is_some());
    }
}
