//! What is kept of what was forgotten, and of a forgetting under way. Nothing here may hold a word of a report, its
//! category, its urgency, or when it was written beyond the day. `docs/spec/at-rest.md` fixes the bytes.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{AudienceId, Day, DocumentId, Lane, Statement, StatementId};
use azalai_store::Space;
use azalai_store::limits::KEY_MAX_BYTES;

use crate::chains::Link;
use crate::limits::{MAX_AUTHOR_STATEMENTS, MAX_FORGET_ITEMS, MAX_NAMED, MAX_OUTGOING_BYTES};
use crate::stored::Outgoing;

const VERSION: u8 = 1;
const RETRACTED: u8 = 1;

fn version(reader: &mut Reader<'_>, field: &'static str) -> Result<(), DecodeError> {
    match reader.u8(field)? {
        VERSION => Ok(()),
        got => Err(DecodeError::UnknownVersion { field, got }),
    }
}

/// What is kept of an own report that was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shed {
    pub(crate) audience: AudienceId,
    /// The day on which it was written.
    pub(crate) written: Day,
    /// The day on which it was forgotten.
    pub(crate) shed: Day,
    pub(crate) retracted: bool,
    /// Its statements, the one that opened it first.
    pub(crate) statements: Vec<StatementId>,
    /// Its copies for other named members, forgotten with it.
    pub(crate) copies: Vec<DocumentId>,
}

impl Shed {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).raw(&self.audience.0).u16(self.written.0).u16(self.shed.0);
        writer.u8(if self.retracted { RETRACTED } else { 0 });
        writer.varint(self.statements.len() as u64);
        for id in &self.statements {
            writer.raw(&id.0);
        }
        writer.varint(self.copies.len() as u64);
        for id in &self.copies {
            writer.raw(&id.0);
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader, "forgotten report")?;
        let audience = AudienceId(reader.array("audience")?);
        let (written, shed) = (Day(reader.u16("day written")?), Day(reader.u16("day forgotten")?));
        let retracted = match reader.u8("flags")? {
            0 => false,
            RETRACTED => true,
            _ => return Err(reader.invalid("flags", "neither 0 nor 1 (taken back)")),
        };
        let mut statements = Vec::new();
        for _ in 0..reader.length("statements", MAX_AUTHOR_STATEMENTS * 2)? {
            statements.push(StatementId(reader.array("statement")?));
        }
        let mut copies = Vec::new();
        for _ in 0..reader.length("copies", MAX_NAMED)? {
            copies.push(DocumentId(reader.array("copy")?));
        }
        reader.end("forgotten report")?;
        Ok(Self { audience, written, shed, retracted, statements, copies })
    }
}

/// What is kept of a statement that was forgotten: its place in its chain, and, of an own one, how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShedStatement {
    pub(crate) link: Link,
    pub(crate) outgoing: Option<Outgoing>,
}

impl ShedStatement {
    pub(crate) fn of(statement: &Statement, outgoing: Option<Outgoing>) -> Self {
        // The lane would tell how urgent it was, and the envelope is not this device's to carry any more.
        let outgoing = outgoing.map(|outgoing| Outgoing { lane: Lane::Text, envelope: None, ..outgoing });
        Self { link: (statement.seq(), statement.prev()), outgoing }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).varint(self.link.0);
        match &self.link.1 {
            Some(prev) => writer.u8(1).raw(&prev.0),
            None => writer.u8(0),
        };
        writer.bytes(&self.outgoing.as_ref().map(Outgoing::encode).unwrap_or_default());
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader, "forgotten statement")?;
        let seq = reader.varint("seq")?;
        let prev = match reader.u8("prev")? {
            0 => None,
            1 => Some(StatementId(reader.array("prev")?)),
            _ => return Err(reader.invalid("prev", "neither there nor not there")),
        };
        let outgoing = reader.bytes("outgoing statement", MAX_OUTGOING_BYTES)?;
        let outgoing = if outgoing.is_empty() { None } else { Some(Outgoing::decode(outgoing)?) };
        reader.end("forgotten statement")?;
        Ok(Self { link: (seq, prev), outgoing })
    }
}

/// What one forgetting is about, until it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Forgetting {
    /// Items to delete, with all that stood there before.
    pub(crate) items: Vec<(Space, Vec<u8>)>,
    /// Items of which only what stood there before is forgotten.
    pub(crate) earlier: Vec<(Space, Vec<u8>)>,
    /// Records of the journal.
    pub(crate) journal: Vec<[u8; 32]>,
}

impl Forgetting {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        for list in [&self.items, &self.earlier] {
            writer.varint(list.len() as u64);
            for (space, key) in list {
                writer.u8(space.0).bytes(key);
            }
        }
        writer.varint(self.journal.len() as u64);
        for id in &self.journal {
            writer.raw(id);
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader, "forgetting")?;
        let mut found = Self::default();
        for list in [&mut found.items, &mut found.earlier] {
            for _ in 0..reader.length("items", MAX_FORGET_ITEMS)? {
                let space = Space(reader.u8("space")?);
                list.push((space, reader.bytes("key", KEY_MAX_BYTES)?.to_vec()));
            }
        }
        for _ in 0..reader.length("records", MAX_FORGET_ITEMS)? {
            found.journal.push(reader.array("record")?);
        }
        reader.end("forgetting")?;
        Ok(found)
    }
}

/// Since when an own report could be forgotten by itself, as it was then: milliseconds since 1970, and a digest of how
/// much was said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) since_ms: u64,
    pub(crate) said: u64,
}

impl Due {
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u64(self.since_ms).u64(self.said);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader, "since when a report is due")?;
        let due = Self { since_ms: reader.u64("since")?, said: reader.u64("said")? };
        reader.end("since when a report is due")?;
        Ok(due)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_envelope::{EnvelopeId, Kind, SigningPublic};

    use super::*;

    fn shed() -> Shed {
        Shed {
            audience: AudienceId([1; 16]),
            written: Day(2),
            shed: Day(3),
            retracted: true,
            statements: vec![StatementId([4; 32])],
            copies: vec![DocumentId([5; 16])],
        }
    }

    fn statement() -> ShedStatement {
        ShedStatement { link: (7, Some(StatementId([8; 32]))), outgoing: Some(Outgoing::new(Kind::REPORT, Lane::Text)) }
    }

    fn forgetting() -> Forgetting {
        Forgetting {
            items: vec![(Space(4), vec![9])],
            earlier: vec![(Space(0x20), b"draft/1".to_vec())],
            journal: vec![[6; 32]],
        }
    }

    /// Guards against a change of a format by which a later program takes what was forgotten in again.
    #[test]
    fn the_bytes_are_fixed_and_survive_the_trip() {
        let bytes = shed().encode();
        let wanted: Vec<u8> = [&[1][..], &[1; 16], &[0, 2, 0, 3, 1, 1], &[4; 32], &[1], &[5; 16]].concat();
        assert_eq!(bytes, wanted);
        assert_eq!(Shed::decode(&bytes), Ok(shed()));
        let bytes = statement().encode();
        let outgoing = Outgoing::new(Kind::REPORT, Lane::Text).encode();
        let length = [u8::try_from(outgoing.len()).unwrap()];
        assert_eq!(bytes, [&[1, 7, 1][..], &[8; 32], &length, &outgoing].concat());
        assert_eq!(ShedStatement::decode(&bytes), Ok(statement()));
        let first = ShedStatement { link: (0, None), outgoing: None };
        assert_eq!(first.encode(), [1, 0, 0, 0]);
        assert_eq!(ShedStatement::decode(&[1, 0, 0, 0]), Ok(first));
        let bytes = forgetting().encode();
        assert_eq!(bytes, [&b"\x01\x01\x04\x01\x09\x01\x20\x07draft/1\x01"[..], &[6; 32]].concat());
        assert_eq!(Forgetting::decode(&bytes), Ok(forgetting()));
        let due = Due { since_ms: 5, said: 6 };
        assert_eq!(due.encode(), [1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6]);
        assert_eq!(Due::decode(&due.encode()), Ok(due));
    }

    /// Guards against damaged bytes that end the program, or are read as something that was never written.
    #[test]
    fn damaged_bytes_are_an_error_and_no_panic() {
        type Reads = fn(&[u8]) -> bool;
        let all: [(Vec<u8>, Reads); 4] = [
            (shed().encode(), |bytes| Shed::decode(bytes).is_ok()),
            (statement().encode(), |bytes| ShedStatement::decode(bytes).is_ok()),
            (forgetting().encode(), |bytes| Forgetting::decode(bytes).is_ok()),
            (Due { since_ms: 5, said: 6 }.encode(), |bytes| Due::decode(bytes).is_ok()),
        ];
        for (bytes, reads) in all {
            for cut in 0..bytes.len() {
                assert!(!reads(&bytes[..cut]), "cut at {cut}");
            }
            for at in 0..bytes.len() {
                for value in 0..=255 {
                    let mut other = bytes.clone();
                    other[at] = value;
                    let _ = reads(&other);
                }
            }
            assert!(!reads(&[&[2], &bytes[1..]].concat()), "another version");
        }
    }

    /// Guards against a record that tells how urgent a forgotten report was, or which of the carried letters it is.
    #[test]
    fn what_is_kept_of_a_statement_does_not_tell_its_lane_or_letter() {
        let mut rng = <rand_chacha::ChaCha20Rng as rand_core::SeedableRng>::seed_from_u64(1);
        let keys = azalai_envelope::DeviceKeys::generate(&mut rng);
        let draft = azalai_envelope::Draft {
            kind: Kind::REPORT,
            document: DocumentId([0; 16]),
            opens: None,
            chain: azalai_envelope::ChainId([2; 8]),
            seq: 0,
            prev: None,
            authority: [0; 8],
            clock: azalai_envelope::Clock(1),
            body: b"x",
        };
        let project = azalai_envelope::ProjectId([3; 32]);
        let statement = draft.sign(&project, &AudienceId([4; 16]), &keys.signing).unwrap();
        let outgoing = Outgoing {
            envelope: Some(EnvelopeId([5; 32])),
            relays: vec![SigningPublic([6; 32])],
            ..Outgoing::new(Kind::REPORT, Lane::Urgent)
        };
        let kept = ShedStatement::of(&statement, Some(outgoing)).outgoing.unwrap();
        assert_eq!((kept.lane, kept.envelope, kept.relays.len()), (Lane::Text, None, 1));
    }
}
