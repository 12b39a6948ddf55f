//! An envelope: a statement sealed to its audience, with nothing on the outside but what carrying needs. Its
//! bytes are in `docs/spec/envelope.md`.

use rand_core::CryptoRng;

use crate::codec::{DecodeError, Reader, Writer};
use crate::hpke::{self, HpkeError};
use crate::ids::{AudienceId, EnvelopeId, GenerationId, ProjectId};
use crate::keys::{ReceivingPublic, ReceivingSecret, SigningPublic, SigningSecret};
use crate::limits::MAX_ENVELOPE_BYTES;
use crate::pad;
use crate::sign::{self, Domain, Signature, SignatureError, Verified};
use crate::statement::{Statement, StatementError, UnverifiedStatement};
use crate::time::Day;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// version 1, lane 1, day 2, posting epoch 4, encapsulated key 32, commit 32.
pub const HEADER_LEN: usize = 72;

/// Bytes of an envelope that are neither statement nor padding: header, tag, posting signature.
pub const OVERHEAD_LEN: usize = HEADER_LEN + hpke::TAG_LEN + Signature::LEN;

/// In which order letters travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// First: urgent reports, acts, keys, receipts.
    Urgent,
    /// Everything else that is text.
    Text,
    /// Small pictures.
    Preview,
    /// Media in chunks, by choice.
    Bulk,
}

impl Lane {
    /// All, in the order in which they travel.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::Text, Self::Preview, Self::Bulk];

    /// As on the wire.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Urgent => 0,
            Self::Text => 1,
            Self::Preview => 2,
            Self::Bulk => 3,
        }
    }

    /// Reads the byte.
    ///
    /// # Errors
    /// [`DecodeError`] if there is none or it is no lane.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let byte = reader.u8("lane")?;
        Self::ALL
            .into_iter()
            .find(|lane| lane.to_byte() == byte)
            .ok_or_else(|| reader.invalid("lane", "not a lane (0 urgent, 1 text, 2 preview, 3 bulk)"))
    }
}

impl core::fmt::Display for Lane {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Urgent => "urgent",
            Self::Text => "text",
            Self::Preview => "preview",
            Self::Bulk => "bulk",
        })
    }
}

/// The key that every current member posts with.
#[derive(Debug, Clone)]
pub struct PostingKey {
    /// Which posting epoch of the project.
    pub epoch: u32,
    /// Its secret key.
    pub secret: SigningSecret,
}

/// What shows that a member posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PostingPublic {
    /// Which posting epoch of the project.
    pub epoch: u32,
    /// Its public key.
    pub key: SigningPublic,
}

impl PostingKey {
    /// The public half.
    #[must_use]
    pub fn public(&self) -> PostingPublic {
        PostingPublic { epoch: self.epoch, key: self.secret.public() }
    }
}

/// To whom a statement is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient {
    /// The audience that the statement was signed for.
    pub audience: AudienceId,
    /// The newest key of that audience.
    pub key: ReceivingPublic,
}

/// A key that an envelope may be opened with.
#[derive(Debug, Clone)]
pub struct OpeningKey {
    /// The audience whose key it is.
    pub audience: AudienceId,
    /// Which generation of its keys.
    pub generation: GenerationId,
    /// The key.
    pub secret: ReceivingSecret,
}

impl OpeningKey {
    /// Names the key by its audience and public half.
    #[must_use]
    pub fn new(audience: AudienceId, secret: ReceivingSecret) -> Self {
        Self { audience, generation: secret.public().generation(&audience), secret }
    }
}

/// Why bytes are no envelope of this project, or could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The bytes do not have the form.
    #[error("envelope: {0}")]
    Decode(#[from] DecodeError),
    /// The length is none of the size classes.
    #[error("envelope: {0} bytes are no size class")]
    Size(usize),
    /// The posting key at hand is of another epoch.
    #[error("envelope: posted in epoch {named}, the key at hand is of epoch {given}")]
    Epoch {
        /// The epoch on the envelope.
        named: u32,
        /// The epoch of the key.
        given: u32,
    },
    /// No member of that epoch posted it.
    #[error("envelope: {0}")]
    Posting(#[from] SignatureError),
    /// The statement was signed for another audience than it would be sealed to.
    #[error("envelope: the statement is for another audience")]
    Audience,
    /// Sealing or opening failed.
    #[error("envelope: {0}")]
    Hpke(#[from] HpkeError),
    /// What was sealed has not the form of a padded statement.
    #[error("envelope: {0}")]
    Statement(#[from] StatementError),
}

/// The outside of an envelope, with its bytes. Reachable only as [`Verified<Envelope>`], but for
/// [`UnverifiedEnvelope`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    id: EnvelopeId,
    lane: Lane,
    day: Day,
    epoch: u32,
    encapsulated: [u8; 32],
    commit: [u8; 32],
    bytes: Vec<u8>,
}

/// Bytes with the form of an envelope.
#[derive(Debug, Clone)]
pub struct UnverifiedEnvelope(Envelope);

/// What came out of an envelope, not yet checked.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The statement inside.
    pub statement: UnverifiedStatement,
    /// The audience whose key opened it: what the author must have signed for.
    pub audience: AudienceId,
}

fn info(project: &ProjectId, epoch: u32, generation: &GenerationId) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.raw(b"azalai/1/envelope").u8(VERSION).raw(&project.0).u32(epoch).raw(&generation.0);
    writer.finish()
}

const COMMIT: &[u8] = b"azalai/1/commit";

impl UnverifiedEnvelope {
    /// Reads the outside: size, version, lane.
    ///
    /// # Errors
    /// [`EnvelopeError::Size`] or [`EnvelopeError::Decode`].
    pub fn parse(bytes: Vec<u8>) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_ENVELOPE_BYTES || !pad::is_class(bytes.len()) {
            return Err(EnvelopeError::Size(bytes.len()));
        }
        let mut reader = Reader::new(&bytes);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "envelope", got: version }.into());
        }
        let lane = Lane::read(&mut reader)?;
        let day = Day(reader.u16("day")?);
        let epoch = reader.u32("posting epoch")?;
        let encapsulated = reader.array("encapsulated key")?;
        let commit = reader.array("commit")?;
        let id = EnvelopeId(*blake3::hash(sign::unsigned(&bytes)).as_bytes());
        Ok(Self(Envelope { id, lane, day, epoch, encapsulated, commit, bytes }))
    }

    /// The posting epoch it names, to choose the key to check it with.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.0.epoch
    }

    /// Its id, to know whether it is held already.
    #[must_use]
    pub fn id(&self) -> EnvelopeId {
        self.0.id
    }

    /// Checks that a member of the epoch posted it.
    ///
    /// # Errors
    /// [`EnvelopeError::Epoch`] or [`EnvelopeError::Posting`].
    pub fn verify(self, project: &ProjectId, posting: &PostingPublic) -> Result<Verified<Envelope>, EnvelopeError> {
        if posting.epoch != self.0.epoch {
            return Err(EnvelopeError::Epoch { named: self.0.epoch, given: posting.epoch });
        }
        let (signed, signature) = self.0.bytes.split_last_chunk().ok_or(EnvelopeError::Size(self.0.bytes.len()))?;
        sign::check(&posting.key, Domain::Posting, &[&project.0, signed], &Signature(*signature))?;
        Ok(Verified::new(self.0))
    }
}

impl Envelope {
    /// Seals a statement to its audience under the newest keys and posts it under the posting key.
    ///
    /// # Errors
    /// [`EnvelopeError::Audience`] if the statement was signed for another; [`EnvelopeError::Hpke`] if the
    /// recipient's key is unusable; [`EnvelopeError::Size`] if it would be over [`MAX_ENVELOPE_BYTES`].
    pub fn seal(
        statement: &Verified<Statement>,
        project: &ProjectId,
        recipient: &Recipient,
        posting: &PostingKey,
        lane: Lane,
        day: Day,
        rng: &mut impl CryptoRng,
    ) -> Result<Verified<Self>, EnvelopeError> {
        if statement.audience() != recipient.audience {
            return Err(EnvelopeError::Audience);
        }
        let mut plaintext = Writer::new();
        plaintext.bytes(statement.bytes());
        let mut plaintext = plaintext.finish();
        let size = pad::class_of(plaintext.len() + OVERHEAD_LEN);
        if size > MAX_ENVELOPE_BYTES {
            return Err(EnvelopeError::Size(size));
        }
        plaintext.resize(size - OVERHEAD_LEN, 0);

        let generation = recipient.key.generation(&recipient.audience);
        let mut sender = hpke::sender(&recipient.key, &info(project, posting.epoch, &generation), rng)?;
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(lane.to_byte()).u16(day.0).u32(posting.epoch);
        writer.raw(&sender.encapsulated).raw(&sender.export(COMMIT));
        let mut bytes = writer.finish();
        let ciphertext = sender.seal(&plaintext, &bytes)?;
        bytes.extend_from_slice(&ciphertext);
        let signature = sign::sign(&posting.secret, Domain::Posting, &[&project.0, &bytes]);
        bytes.extend_from_slice(&signature.0);
        // The bytes are our own: read back for one layout, known to be signed.
        Ok(Verified::new(UnverifiedEnvelope::parse(bytes)?.0))
    }

    /// BLAKE3-256 of all but the posting signature.
    #[must_use]
    pub const fn id(&self) -> EnvelopeId {
        self.id
    }

    /// Its lane.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        self.lane
    }

    /// Its day.
    #[must_use]
    pub const fn day(&self) -> Day {
        self.day
    }

    /// The epoch it was posted in.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// All its bytes, as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Verified<Envelope> {
    /// Tries keys in the order given (the likeliest first): one decapsulation each, the commit tells which fits.
    /// `None` means that it was sealed to someone else.
    ///
    /// # Errors
    /// [`EnvelopeError`] if a key fits and yet the inside is not a padded statement: its sender is at fault.
    pub fn open<'k>(
        &self,
        project: &ProjectId,
        keys: impl IntoIterator<Item = &'k OpeningKey>,
    ) -> Result<Option<Opened>, EnvelopeError> {
        for key in keys {
            let Ok(mut receiver) =
                hpke::receiver(&key.secret, &self.encapsulated, &info(project, self.epoch, &key.generation))
            else {
                continue;
            };
            if receiver.export(COMMIT) != self.commit {
                continue;
            }
            let unsigned = sign::unsigned(&self.bytes);
            let (header, ciphertext) =
                unsigned.split_at_checked(HEADER_LEN).ok_or(EnvelopeError::Size(self.bytes.len()))?;
            let plaintext = receiver.open(ciphertext, header)?;
            let mut reader = Reader::new(&plaintext);
            let statement = reader.bytes("statement", MAX_ENVELOPE_BYTES)?.to_vec();
            let padding = reader.take("padding", reader.left())?;
            if padding.iter().any(|byte| *byte != 0) {
                return Err(reader.invalid("padding", "not all zero").into());
            }
            let statement = UnverifiedStatement::parse(statement)?;
            return Ok(Some(Opened { statement, audience: key.audience }));
        }
        Ok(None)
    }
}
