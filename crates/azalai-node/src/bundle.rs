//! Bundles: sealed letters in a file, for a card, a cable or a courier. In parts, in any order; importing one twice
//! changes nothing.
//!
//! The bytes are in `docs/spec/exchange.md`. There is no header that names a project, and no checksum of the whole: every
//! envelope shows by its own signature that it is whole.

use core::cmp::Reverse;
use std::collections::BTreeSet;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::limits::MAX_ENVELOPE_BYTES;
use azalai_envelope::{Day, Envelope, EnvelopeError, EnvelopeId, StatementId, Verified};
use azalai_store::{Disk, Store};

use crate::beginning;
use crate::error::NodeError;
use crate::limits::{ABSORB_BATCH, MAX_BUNDLE_BYTES};
use crate::node::{Node, scan_all};
use crate::spaces::{OUTBOX, space_of};
use crate::stored::{self, Outgoing};
use crate::taken::TakenIn;

/// What a bundle begins with: `derive8("azalai 1 bundle")`. No word of any language, for whoever looks into a card.
const MAGIC: [u8; 8] = [0x7d, 0xca, 0x02, 0x7b, 0xd2, 0x4c, 0xdd, 0x0b];

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
    /// The file ends inside an envelope, or is damaged there: which, in words. Everything before it was imported.
    pub cut_off: Option<String>,
}

/// A bundle, and what did not fit into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub bytes: Vec<u8>,
    /// Letters in it.
    pub letters: usize,
    /// Letters that did not fit.
    pub left: usize,
    /// If some did not: the letter after which the next bundle goes on.
    pub after: Option<EnvelopeId>,
}

/// Why a file is no bundle that this program reads.
#[derive(Debug, PartialEq, Eq)]
enum NoBundle {
    Empty,
    Foreign,
    Newer(u8),
}

impl core::fmt::Display for NoBundle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty: not an Azalai bundle; nothing was taken"),
            Self::Foreign => f.write_str("not an Azalai bundle; nothing was taken"),
            Self::Newer(version) => {
                write!(f, "a bundle of version {version} needs a newer Azalai; nothing was taken, keep the file")
            }
        }
    }
}

/// How a bundle's letters end before the file does, or after.
#[derive(Debug, PartialEq, Eq)]
enum Broken {
    Short,
    Damaged,
}

/// Reads the envelopes of a bundle as far as it goes.
fn parse(bytes: &[u8]) -> Result<(Vec<&[u8]>, Option<Broken>), NoBundle> {
    if bytes.is_empty() {
        return Err(NoBundle::Empty);
    }
    let Some(rest) = bytes.strip_prefix(&MAGIC) else {
        return if MAGIC.starts_with(bytes) { Ok((Vec::new(), Some(Broken::Short))) } else { Err(NoBundle::Foreign) };
    };
    let mut reader = Reader::new(rest);
    match reader.u8("bundle") {
        Ok(VERSION) => {}
        Ok(newer) => return Err(NoBundle::Newer(newer)),
        Err(_) => return Ok((Vec::new(), Some(Broken::Short))),
    }
    let mut envelopes = Vec::new();
    while reader.left() > 0 {
        match one(&mut reader) {
            Ok(envelope) => envelopes.push(envelope),
            Err(broken) => return Ok((envelopes, Some(broken))),
        }
    }
    Ok((envelopes, None))
}

fn one<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Broken> {
    let length = reader.u32("envelope length").map_err(|_| Broken::Short)?;
    match usize::try_from(length) {
        Ok(length) if length <= MAX_ENVELOPE_BYTES => reader.take("envelope", length).map_err(|_| Broken::Short),
        _ => Err(Broken::Damaged),
    }
}

/// Envelopes as a bundle.
#[must_use]
pub fn write(envelopes: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.raw(&MAGIC).u8(VERSION);
    for envelope in envelopes {
        write_one(&mut writer, envelope);
    }
    writer.finish()
}

fn write_one(writer: &mut Writer, envelope: &[u8]) {
    writer.u32(u32::try_from(envelope.len()).unwrap_or(u32::MAX)).raw(envelope);
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// The first bundle of all that this device carries: [`Node::export_bundle_after`] nothing, up to the size of a
    /// bundle. Gives the bytes and how many letters are in them.
    ///
    /// # Errors
    /// As there.
    pub async fn export_bundle(&mut self, now_ms: u64) -> Result<(Vec<u8>, usize), NodeError> {
        let exported = self.export_bundle_after(None, MAX_BUNDLE_BYTES, now_ms).await?;
        Ok((exported.bytes, exported.letters))
    }

    /// What this device carries, as a bundle of at most `limit` bytes: own letters that nobody else is known to have
    /// first, then by lane, the newest days first. What does not fit goes into a next bundle, which begins `after` the
    /// last letter of this one. What this device took up meanwhile may belong before that: it is in the first of the next
    /// time.
    ///
    /// From a device whose database takes no writes too: what it has not sealed yet is sealed into the first bundle alone,
    /// and again when there is room. Others know it by its statement and drop the second letter.
    ///
    /// # Errors
    /// Those of the storage; [`NodeError::NotFound`] if `after` is no letter that this device knows.
    pub async fn export_bundle_after(
        &mut self,
        after: Option<EnvelopeId>,
        limit: u64,
        now_ms: u64,
    ) -> Result<Exported, NodeError> {
        let unkept = match self.vault.refuses() {
            Some(_) if after.is_some() => Vec::new(),
            Some(_) => self.seal_unkept(now_ms).await?,
            None => {
                self.get_ready(now_ms).await?;
                Vec::new()
            }
        };
        let order = self.bundle_order(after).await?;
        let mut writer = Writer::new();
        writer.raw(&MAGIC).u8(VERSION);
        let fits = |writer: &Writer, envelope: &[u8]| (writer.len() + 4 + envelope.len()) as u64 <= limit;
        let (mut letters, mut left, mut last) = (0, 0, after);
        for envelope in &unkept {
            if left > 0 || !fits(&writer, envelope.bytes()) {
                left += 1;
                continue;
            }
            write_one(&mut writer, envelope.bytes());
            letters += 1;
        }
        let shown = |id: &EnvelopeId| usize::from(self.quiet != Some(*id));
        for chunk in order.chunks(ABSORB_BATCH) {
            if left > 0 {
                left += chunk.iter().map(shown).sum::<usize>();
                continue;
            }
            for id in chunk {
                let Some(envelope) = self.carried(core::slice::from_ref(id)).await?.pop() else { continue };
                if left > 0 || !fits(&writer, &envelope) {
                    // One that no count shows is taken next time, with what is counted after it.
                    left += shown(id);
                    continue;
                }
                write_one(&mut writer, &envelope);
                letters += shown(id);
                last = Some(*id);
            }
        }
        Ok(Exported { bytes: writer.finish(), letters, left, after: last.filter(|_| left > 0) })
    }

    /// The letters that are held in the order in which bundles take them, those after one of them alone.
    async fn bundle_order(&self, after: Option<EnvelopeId>) -> Result<Vec<EnvelopeId>, NodeError> {
        let mine = self.unsent(None).await?;
        self.carrier.read(|index| {
            let place = |id: EnvelopeId| index.entry(&id).map(|it| (!mine.contains(&id), it.lane, Reverse(it.day), id));
            let begin = match after {
                Some(id) => Some(place(id).ok_or_else(|| {
                    NodeError::NotFound(format!("this device knows no letter {id}: begin again with a first bundle"))
                })?),
                None => None,
            };
            let held = index.iter().map(|(id, _)| *id).filter(|id| index.holds(id));
            let mut order: Vec<_> = held.filter_map(place).filter(|it| begin.is_none_or(|begin| *it > begin)).collect();
            order.sort_unstable();
            Ok(order.into_iter().map(|(.., id)| id).collect())
        })
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
            let sealed = self.seal_one(statement, *lane, (&unsent, day), &posting).await?;
            envelopes.extend(sealed.map(|(envelope, _)| envelope));
        }
        Ok(envelopes)
    }

    /// Takes in the letters of a bundle.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] if the file is no bundle; those of the storage. Foreign and damaged envelopes are
    /// counted, and a file that is cut off is imported as far as it goes.
    pub async fn import_bundle(&mut self, bytes: &[u8]) -> Result<Imported, NodeError> {
        let (envelopes, broken) = parse(bytes).map_err(|error| NodeError::Invalid(error.to_string()))?;
        let whole = envelopes.len();
        let taken = match whole {
            0 => "before its first letter; nothing was taken".to_owned(),
            1 => "after 1 letter; that one was taken".to_owned(),
            more => format!("after {more} letters; those were taken"),
        };
        let cut_off = broken.map(|broken| match broken {
            Broken::Short => format!("cut short {taken}"),
            Broken::Damaged => format!("damaged {taken}"),
        });
        let mut imported = Imported { envelopes: whole, cut_off, ..Imported::default() };
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
        let (more, others) = self.take_in_bytes(new).await?;
        taken.add(more);
        taken.left += left;
        let foreign = others.len();
        // They are told as foreign: whether this device had room to keep them matters to nobody.
        let _ = self.keep_unposted(others).await;
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
        let whole = write(&[b"abc".to_vec(), b"de".to_vec()]);
        assert_eq!(parse(&whole).unwrap(), (vec![&b"abc"[..], b"de"], None));
        assert_eq!(parse(&whole[..whole.len() - 1]).unwrap(), (vec![&b"abc"[..]], Some(Broken::Short)));
        for end in 1..whole.len() {
            let (found, broken) = parse(&whole[..end]).unwrap();
            assert!(found.len() < 2 && (broken == Some(Broken::Short) || [9, 16].contains(&end)), "{end}");
        }
        let damaged = [&whole[..9], &[0xff; 4]].concat();
        assert_eq!(parse(&damaged).unwrap(), (vec![], Some(Broken::Damaged)));
    }

    /// Guards against a picture that is called a damaged bundle, and a newer bundle that is called a picture.
    #[test]
    fn a_bundle_begins_with_fixed_bytes_and_what_does_not_is_named() {
        assert_eq!(MAGIC, azalai_envelope::ids::derive8("azalai 1 bundle", &[]));
        let whole = write(&[b"abc".to_vec()]);
        assert_eq!(whole, [&MAGIC[..], &[1, 0, 0, 0, 3], b"abc"].concat());
        assert_eq!(parse(b""), Err(NoBundle::Empty));
        assert_eq!(parse(b"\x89PNG"), Err(NoBundle::Foreign));
        assert_eq!(parse(&whole[1..]), Err(NoBundle::Foreign));
        assert_eq!(parse(&[&MAGIC[..], &[9]].concat()), Err(NoBundle::Newer(9)));
    }
}
