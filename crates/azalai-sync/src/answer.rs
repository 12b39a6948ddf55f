//! What is answered inside a capsule: one answer to each operation, in their order.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::limits::MAX_ENVELOPE_BYTES;
use azalai_envelope::{Day, EnvelopeId};

use crate::carrier::Refusal;
use crate::index::Why;
use crate::key::Role;
use crate::lanes::PerLane;
use crate::limits::{
    MAX_DAYS, MAX_FETCH, MAX_OPERATIONS, MAX_PROOF_BYTES, MAX_PUT, MAX_RECONCILE_BYTES, MAX_REPLY_BYTES, MAX_WINDOW,
    MAX_WINDOW_MISSING,
};
use crate::message::{VERSION, list, place, put_list, put_place, version, within};

/// The answer to one [`Operation`](crate::message::Operation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Not done: too much was asked at once.
    TooMuch,
    /// Not done: the reconciliation message could not be read.
    Unreadable,
    /// To a hello.
    Hello {
        /// What answers.
        role: Role,
        /// Its day.
        day: Day,
        /// The first day of each lane that it compares.
        floors: PerLane<Day>,
        /// The largest request that it takes, in bytes.
        max_request: u32,
        /// The number of its certificate for this project; 0 for none.
        number: u32,
        /// The certificate, if it is newer than the requester's.
        certificate: Option<Vec<u8>>,
    },
    /// To a certificate: it is held now, or a newer one is.
    Certified,
    /// To a certificate: it is none for this responder and project.
    NotCertified,
    /// To a digest: mine is the same.
    Same,
    /// To a digest: mine is another.
    Differs {
        /// How many ids I have in these days.
        count: u32,
        /// My digest.
        digest: [u8; 32],
    },
    /// The days with ids: day, how many, the first 16 bytes of the hash of the day's ids.
    Days(Vec<(Day, u32, [u8; 16])>),
    /// To a window.
    Window {
        /// A bit for each of the requester's ids, in order, lowest bit first: set where the responder lacks it.
        lacking: Vec<u8>,
        /// What the requester lacks, newest day first.
        missing: Vec<(Day, EnvelopeId)>,
        /// Whether there are more than fit.
        more: bool,
    },
    /// To a reconciliation message: the next.
    Reconcile(Vec<u8>),
    /// To a put.
    Put {
        /// The signed receipt for those that are held: [`azalai_envelope::RelayReceipt`].
        receipt: Vec<u8>,
        /// Those that were not taken: position in the put, and why.
        refused: Vec<(u32, Refusal)>,
    },
    /// To a fetch. What is in neither list did not fit: ask again.
    Envelopes {
        /// The envelopes.
        envelopes: Vec<Vec<u8>>,
        /// Those that the responder does not hold: position in the fetch, and why, if it knows.
        missing: Vec<(u32, Option<Why>)>,
    },
    /// To the question what was given up for room.
    GivenUp {
        /// [`crate::Index::given_up`]: another one when something was given up, or taken again.
        mark: [u8; 16],
        /// Whether there is so little room that nothing that was given up is wanted back.
        full: bool,
        /// Ids of what was given up, shortened under the request's salt ([`crate::message::short`]).
        shorts: Vec<u64>,
        /// After which id to go on, if that was not all.
        next: Option<EnvelopeId>,
    },
}

/// A whole reply body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// One answer for each operation.
    pub answers: Vec<Answer>,
}

const REFUSALS: [(u8, Refusal); 11] = [
    (1, Refusal::Malformed),
    (2, Refusal::Version),
    (3, Refusal::Epoch),
    (4, Refusal::NotPosted),
    (5, Refusal::BelowFloor),
    (6, Refusal::Gone(Why::Declined)),
    (7, Refusal::Gone(Why::Shed)),
    (8, Refusal::Gone(Why::Evicted)),
    (9, Refusal::Full),
    (10, Refusal::Budget),
    (11, Refusal::Ahead),
];

fn position(reader: &mut Reader<'_>, limit: usize) -> Result<u32, DecodeError> {
    Ok(reader.length("position", limit)? as u32)
}

impl Answer {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::TooMuch => {
                writer.u8(0);
            }
            Self::Unreadable => {
                writer.u8(1);
            }
            Self::Hello { role, day, floors, max_request, number, certificate } => {
                writer.u8(2).u8(role.to_byte()).u16(day.0);
                floors.iter().for_each(|(_, floor)| {
                    writer.u16(floor.0);
                });
                writer.u32(*max_request).u32(*number).bytes(certificate.as_deref().unwrap_or_default());
            }
            Self::Certified => {
                writer.u8(3);
            }
            Self::NotCertified => {
                writer.u8(4);
            }
            Self::Same => {
                writer.u8(5);
            }
            Self::Differs { count, digest } => {
                writer.u8(6).varint(u64::from(*count)).raw(digest);
            }
            Self::Days(days) => {
                writer.u8(7);
                put_list(writer, days, |writer, (day, count, hash)| {
                    writer.u16(day.0).varint(u64::from(*count)).raw(hash);
                });
            }
            Self::Window { lacking, missing, more } => {
                writer.u8(8).bytes(lacking);
                put_list(writer, missing, |writer, (day, id)| {
                    writer.u16(day.0).raw(&id.0);
                });
                writer.u8(u8::from(*more));
            }
            Self::Reconcile(message) => {
                writer.u8(9).bytes(message);
            }
            Self::Put { receipt, refused } => {
                writer.u8(10).bytes(receipt);
                put_list(writer, refused, |writer, (position, refusal)| {
                    let code = REFUSALS.iter().find(|(_, other)| other == refusal).map_or(0, |(code, _)| *code);
                    writer.varint(u64::from(*position)).u8(code);
                });
            }
            Self::Envelopes { envelopes, missing } => {
                writer.u8(11);
                put_list(writer, envelopes, |writer, envelope| {
                    writer.bytes(envelope);
                });
                put_list(writer, missing, |writer, (position, why)| {
                    writer.varint(u64::from(*position)).u8(why.map_or(0, Why::to_byte));
                });
            }
            Self::GivenUp { mark, full, shorts, next } => {
                writer.u8(12).raw(mark).u8(u8::from(*full));
                put_list(writer, shorts, |writer, short| {
                    writer.u64(*short);
                });
                put_place(writer, next.as_ref());
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.u8("answer")? {
            0 => Self::TooMuch,
            1 => Self::Unreadable,
            2 => {
                let role = Role::read(reader)?;
                let day = Day(reader.u16("day")?);
                let mut floor = || reader.u16("floor").map(Day);
                let floors = PerLane { urgent: floor()?, text: floor()?, preview: floor()?, bulk: floor()? };
                let max_request = reader.u32("largest request")?;
                let number = reader.u32("certificate number")?;
                let certificate = reader.bytes("certificate", MAX_PROOF_BYTES)?;
                let certificate = (!certificate.is_empty()).then(|| certificate.to_vec());
                Self::Hello { role, day, floors, max_request, number, certificate }
            }
            3 => Self::Certified,
            4 => Self::NotCertified,
            5 => Self::Same,
            6 => Self::Differs {
                count: reader.length("count", u32::MAX as usize)? as u32,
                digest: reader.array("digest")?,
            },
            7 => Self::Days(list(reader, "days", MAX_DAYS, |reader| {
                let day = Day(reader.u16("day")?);
                Ok((day, reader.length("count", u32::MAX as usize)? as u32, reader.array("day's hash")?))
            })?),
            8 => Self::Window {
                lacking: reader.bytes("lacking", MAX_WINDOW.div_ceil(8))?.to_vec(),
                missing: list(reader, "missing ids", MAX_WINDOW_MISSING, |reader| {
                    Ok((Day(reader.u16("day")?), EnvelopeId(reader.array("id")?)))
                })?,
                more: match reader.u8("more")? {
                    0 => false,
                    1 => true,
                    _ => return Err(reader.invalid("more", "not 0 or 1")),
                },
            },
            9 => Self::Reconcile(reader.bytes("reconciliation message", MAX_RECONCILE_BYTES)?.to_vec()),
            10 => Self::Put {
                receipt: reader.bytes("receipt", MAX_PROOF_BYTES)?.to_vec(),
                refused: list(reader, "refusals", MAX_PUT, |reader| {
                    let position = position(reader, MAX_PUT)?;
                    let code = reader.u8("reason")?;
                    let refusal = REFUSALS.iter().find(|(other, _)| *other == code).map(|(_, refusal)| *refusal);
                    Ok((position, refusal.ok_or_else(|| reader.invalid("reason", "not 1 to 11"))?))
                })?,
            },
            11 => Self::Envelopes {
                envelopes: list(reader, "envelopes", MAX_FETCH, |reader| {
                    Ok(reader.bytes("envelope", MAX_ENVELOPE_BYTES)?.to_vec())
                })?,
                missing: list(reader, "missing", MAX_FETCH, |reader| {
                    let position = position(reader, MAX_FETCH)?;
                    let why = match reader.u8("reason")? {
                        0 => None,
                        byte => Some(Why::from_byte(byte).ok_or_else(|| reader.invalid("reason", "not 0 to 3"))?),
                    };
                    Ok((position, why))
                })?,
            },
            12 => Self::GivenUp {
                mark: reader.array("mark")?,
                full: match reader.u8("full")? {
                    0 => false,
                    1 => true,
                    _ => return Err(reader.invalid("full", "not 0 or 1")),
                },
                shorts: list(reader, "short ids", MAX_WINDOW_MISSING, |reader| reader.u64("short id"))?,
                next: place(reader)?,
            },
            _ => return Err(reader.invalid("answer", "not 0 to 12")),
        })
    }
}

impl Reply {
    /// Writes it: version, answers.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        put_list(&mut writer, &self.answers, |writer, answer| answer.write(writer));
        writer.finish()
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`DecodeError`] for anything that [`Reply::encode`] would not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        within(bytes, "reply", MAX_REPLY_BYTES)?;
        let mut reader = Reader::new(bytes);
        version(&mut reader, "reply")?;
        let answers = list(&mut reader, "answers", MAX_OPERATIONS, Answer::read)?;
        reader.end("reply")?;
        Ok(Self { answers })
    }
}
