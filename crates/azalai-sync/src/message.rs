//! What is asked and answered inside a capsule: a request is a list of operations, a reply one answer to each, in
//! their order. What is answered is in `answer.rs`.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::limits::MAX_ENVELOPE_BYTES;
use azalai_envelope::{EnvelopeId, Lane};

pub use crate::answer::{Answer, Reply};
use crate::limits::{
    MAX_FETCH, MAX_OPERATIONS, MAX_PROOF_BYTES, MAX_PUT, MAX_RECONCILE_BYTES, MAX_REQUEST_BYTES, MAX_WINDOW,
};
use crate::set::DayRange;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// One thing asked of a responder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Who are you, and from which days on do you compare?
    Hello {
        /// The number of the newest certificate that the requester has for this responder; 0 for none.
        certificate: u32,
    },
    /// Here is a certificate.
    Certificate(Vec<u8>),
    /// Is this the digest of your ids in these days?
    Digest {
        /// The lane.
        lane: Lane,
        /// The days.
        range: DayRange,
        /// [`crate::IdSet::digest`] of the requester's.
        digest: [u8; 32],
    },
    /// Which days do you have, with which ids?
    Days {
        /// The lane.
        lane: Lane,
        /// The days.
        range: DayRange,
    },
    /// These are all my ids in these days, shortened under the request's salt: which do you lack, and which do I?
    Window {
        /// The lane.
        lane: Lane,
        /// The days.
        range: DayRange,
        /// See [`short`].
        shorts: Vec<u64>,
    },
    /// A message of range-based reconciliation over these days.
    Reconcile {
        /// The lane.
        lane: Lane,
        /// The days.
        range: DayRange,
        /// The message.
        message: Vec<u8>,
    },
    /// Keep these envelopes.
    Put(Vec<Vec<u8>>),
    /// Give me these envelopes.
    Fetch(Vec<EnvelopeId>),
    /// What did you give up for room? With an id: name those after it; without: say only whether anything changed.
    GivenUp(Option<EnvelopeId>),
}

/// A whole request body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Random: what ids are shortened under, so that nobody can make two that look the same in advance.
    pub salt: [u8; 16],
    /// What is asked.
    pub operations: Vec<Operation>,
}

/// An id in 8 bytes, under a salt that is new for each request.
#[must_use]
pub fn short(key: &[u8; 32], id: &EnvelopeId) -> u64 {
    let hash = blake3::keyed_hash(key, &id.0);
    hash.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The key that [`short`] takes, from a request's salt.
#[must_use]
pub fn short_key(salt: &[u8; 16]) -> [u8; 32] {
    azalai_envelope::ids::derive("azalai 1 short id", &[salt])
}

pub(crate) fn version(reader: &mut Reader<'_>, field: &'static str) -> Result<(), DecodeError> {
    match reader.u8("version")? {
        VERSION => Ok(()),
        got => Err(DecodeError::UnknownVersion { field, got }),
    }
}

pub(crate) fn list<T>(
    reader: &mut Reader<'_>,
    field: &'static str,
    limit: usize,
    read: impl Fn(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = reader.length(field, limit)?;
    // Every element takes at least a byte: a count cannot reserve more than was sent.
    let mut items = Vec::with_capacity(count.min(reader.left()));
    for _ in 0..count {
        items.push(read(reader)?);
    }
    Ok(items)
}

fn put_lane_range(writer: &mut Writer, lane: Lane, range: DayRange) {
    writer.u8(lane.to_byte());
    range.write(writer);
}

pub(crate) fn put_list<T>(writer: &mut Writer, items: &[T], write: impl Fn(&mut Writer, &T)) {
    writer.varint(items.len() as u64);
    items.iter().for_each(|item| write(writer, item));
}

/// A place in the order of ids: 0, or 1 and the id.
pub(crate) fn put_place(writer: &mut Writer, place: Option<&EnvelopeId>) {
    match place {
        Some(id) => writer.u8(1).raw(&id.0),
        None => writer.u8(0),
    };
}

pub(crate) fn place(reader: &mut Reader<'_>) -> Result<Option<EnvelopeId>, DecodeError> {
    match reader.u8("place")? {
        0 => Ok(None),
        1 => Ok(Some(EnvelopeId(reader.array("id")?))),
        _ => Err(reader.invalid("place", "not 0 or 1")),
    }
}

impl Operation {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Hello { certificate } => {
                writer.u8(1).u32(*certificate);
            }
            Self::Certificate(bytes) => {
                writer.u8(2).bytes(bytes);
            }
            Self::Digest { lane, range, digest } => {
                writer.u8(3);
                put_lane_range(writer, *lane, *range);
                writer.raw(digest);
            }
            Self::Days { lane, range } => {
                writer.u8(4);
                put_lane_range(writer, *lane, *range);
            }
            Self::Window { lane, range, shorts } => {
                writer.u8(5);
                put_lane_range(writer, *lane, *range);
                put_list(writer, shorts, |writer, short| {
                    writer.u64(*short);
                });
            }
            Self::Reconcile { lane, range, message } => {
                writer.u8(6);
                put_lane_range(writer, *lane, *range);
                writer.bytes(message);
            }
            Self::Put(envelopes) => {
                writer.u8(7);
                put_list(writer, envelopes, |writer, envelope| {
                    writer.bytes(envelope);
                });
            }
            Self::Fetch(ids) => {
                writer.u8(8);
                put_list(writer, ids, |writer, id| {
                    writer.raw(&id.0);
                });
            }
            Self::GivenUp(after) => {
                writer.u8(9);
                put_place(writer, after.as_ref());
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.u8("operation")? {
            1 => Self::Hello { certificate: reader.u32("certificate number")? },
            2 => Self::Certificate(reader.bytes("certificate", MAX_PROOF_BYTES)?.to_vec()),
            3 => Self::Digest {
                lane: Lane::read(reader)?,
                range: DayRange::read(reader)?,
                digest: reader.array("digest")?,
            },
            4 => Self::Days { lane: Lane::read(reader)?, range: DayRange::read(reader)? },
            5 => Self::Window {
                lane: Lane::read(reader)?,
                range: DayRange::read(reader)?,
                shorts: list(reader, "short ids", MAX_WINDOW, |reader| reader.u64("short id"))?,
            },
            6 => Self::Reconcile {
                lane: Lane::read(reader)?,
                range: DayRange::read(reader)?,
                message: reader.bytes("reconciliation message", MAX_RECONCILE_BYTES)?.to_vec(),
            },
            7 => Self::Put(list(reader, "envelopes", MAX_PUT, |reader| {
                Ok(reader.bytes("envelope", MAX_ENVELOPE_BYTES)?.to_vec())
            })?),
            8 => Self::Fetch(list(reader, "ids", MAX_FETCH, |reader| Ok(EnvelopeId(reader.array("id")?)))?),
            9 => Self::GivenUp(place(reader)?),
            _ => return Err(reader.invalid("operation", "not 1 to 9")),
        })
    }
}

impl Request {
    /// Writes it: version, salt 16, operations.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).raw(&self.salt);
        put_list(&mut writer, &self.operations, |writer, operation| operation.write(writer));
        writer.finish()
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`DecodeError`] for anything that [`Request::encode`] would not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        within(bytes, "request", MAX_REQUEST_BYTES)?;
        let mut reader = Reader::new(bytes);
        version(&mut reader, "request")?;
        let salt = reader.array("salt")?;
        let operations = list(&mut reader, "operations", MAX_OPERATIONS, Operation::read)?;
        reader.end("request")?;
        Ok(Self { salt, operations })
    }
}

pub(crate) fn within(bytes: &[u8], field: &'static str, limit: usize) -> Result<(), DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLarge { field, got: bytes.len() as u64, limit: limit as u64 });
    }
    Ok(())
}
