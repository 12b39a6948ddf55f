//! Encapsulation: a request sealed to its responder with the proof of membership inside, and the reply under a key
//! that only the two of them have. RFC 9458 is the model.
//!
//! Someone who listens sees lengths. Nothing in here may be said to a requester whose membership was not checked,
//! but that it was not.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::hpke::{self, HpkeError};
use azalai_envelope::ids::{derive, derive16};
use azalai_envelope::sign::{self, Domain, Signature, SignatureError};
use azalai_envelope::{DeviceKeys, DevicePublic, PostingKey, PostingPublic, ProjectId};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use rand_core::CryptoRng;

use crate::limits::{MAX_REPLY_BYTES, MAX_REQUEST_BYTES};

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// The one route that requests are made for, as it is signed.
pub const EXCHANGE_ROUTE: &str = "/azalai/1/exchange";

/// Bytes of a request that are not its body: version 1, key 32, tag 16, epoch 4, signature 64, authentication 16.
pub const REQUEST_OVERHEAD: usize = 1 + hpke::ENCAPSULATED_LEN + 16 + 4 + Signature::LEN + hpke::TAG_LEN;

/// Bytes of a reply that are not its body: version 1, salt 32, authentication 16.
pub const REPLY_OVERHEAD: usize = 1 + 32 + hpke::TAG_LEN;

/// Why a request or reply could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapsuleError {
    /// The bytes have another form.
    #[error("{0}")]
    Decode(#[from] DecodeError),
    /// It was sealed to another responder, or changed.
    #[error("request: {0}")]
    Hpke(#[from] HpkeError),
    /// The reply is not one to this request, or was changed.
    #[error("reply: not the responder's to this request")]
    Reply,
    /// It is larger than may be.
    #[error("{what}: {got} bytes, at most {limit} are possible")]
    TooLarge {
        /// Request or reply.
        what: &'static str,
        /// Its bytes.
        got: usize,
        /// How many there may be.
        limit: usize,
    },
}

/// What opens the reply to one request.
#[derive(Clone)]
pub struct ReplyKey {
    secret: [u8; 32],
    encapsulated: [u8; 32],
}

impl core::fmt::Debug for ReplyKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ReplyKey(…)")
    }
}

/// A request that was opened; its membership is not yet checked.
#[derive(Debug, Clone)]
pub struct OpenRequest {
    /// Which project, in a form that only its members and the responder can tell.
    pub tag: [u8; 16],
    /// The posting epoch that the requester claims to be a member of.
    pub epoch: u32,
    signature: Signature,
    body: Vec<u8>,
    reply: ReplyKey,
}

/// A request of a member.
#[derive(Debug, Clone)]
pub struct MemberRequest {
    /// The body.
    pub body: Vec<u8>,
    /// Seals the reply.
    pub reply: ReplyKey,
}

/// How a request names a project to a responder.
#[must_use]
pub fn project_tag(responder: &DevicePublic, project: &ProjectId) -> [u8; 16] {
    derive16("azalai 1 project tag", &[&responder.signing.0, project.as_bytes()])
}

fn route() -> [u8; 32] {
    derive("azalai 1 route", &[EXCHANGE_ROUTE.as_bytes()])
}

fn info(responder: &DevicePublic) -> Vec<u8> {
    [b"azalai/1/request".as_slice(), &responder.signing.0, &responder.receiving.0].concat()
}

const REPLY: &[u8] = b"azalai/1/reply";

/// Seals a request.
///
/// # Errors
/// [`CapsuleError::TooLarge`] over [`MAX_REQUEST_BYTES`]; [`CapsuleError::Hpke`] if the responder's key is unusable.
pub fn seal_request(
    responder: &DevicePublic,
    project: &ProjectId,
    posting: &PostingKey,
    body: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(Vec<u8>, ReplyKey), CapsuleError> {
    let got = body.len() + REQUEST_OVERHEAD;
    if got > MAX_REQUEST_BYTES {
        return Err(CapsuleError::TooLarge { what: "request", got, limit: MAX_REQUEST_BYTES });
    }
    let signature = sign::sign(&posting.secret, Domain::Membership, &[&responder.signing.0, &route(), body]);
    let mut plaintext = Writer::new();
    plaintext.raw(&project_tag(responder, project)).u32(posting.epoch).raw(&signature.0).raw(body);
    let mut sender = hpke::sender(&responder.receiving, &info(responder), rng)?;
    let ciphertext = sender.seal(&plaintext.finish(), &[VERSION])?;
    let mut request = Writer::new();
    request.u8(VERSION).raw(&sender.encapsulated).raw(&ciphertext);
    let reply = ReplyKey { secret: sender.export(REPLY), encapsulated: sender.encapsulated };
    Ok((request.finish(), reply))
}

/// Opens a request with the responder's keys.
///
/// # Errors
/// [`CapsuleError`], checked in this order: size, version and form, decapsulation, form of the inside.
pub fn open_request(keys: &DeviceKeys, request: &[u8]) -> Result<OpenRequest, CapsuleError> {
    if request.len() > MAX_REQUEST_BYTES {
        return Err(CapsuleError::TooLarge { what: "request", got: request.len(), limit: MAX_REQUEST_BYTES });
    }
    let mut reader = Reader::new(request);
    let version = reader.u8("version")?;
    if version != VERSION {
        return Err(DecodeError::UnknownVersion { field: "request", got: version }.into());
    }
    let encapsulated = reader.array("encapsulated key")?;
    let ciphertext = reader.take("ciphertext", reader.left())?;
    let mut receiver = hpke::receiver(&keys.receiving, &encapsulated, &info(&keys.public()))?;
    let plaintext = receiver.open(ciphertext, &[VERSION])?;
    let mut reader = Reader::new(&plaintext);
    let tag = reader.array("project tag")?;
    let epoch = reader.u32("posting epoch")?;
    let signature = Signature(reader.array("membership signature")?);
    let body = reader.take("body", reader.left())?.to_vec();
    Ok(OpenRequest { tag, epoch, signature, body, reply: ReplyKey { secret: receiver.export(REPLY), encapsulated } })
}

impl OpenRequest {
    /// The body before its signature was checked: to look for a certificate in it that proves itself, for nothing else.
    pub(crate) fn unchecked_body(&self) -> &[u8] {
        &self.body
    }

    /// Checks that a member of the epoch made it for this responder.
    ///
    /// # Errors
    /// [`SignatureError`] if not.
    pub fn verify(self, responder: &DevicePublic, posting: &PostingPublic) -> Result<MemberRequest, SignatureError> {
        let parts: [&[u8]; 3] = [&responder.signing.0, &route(), &self.body];
        sign::check(&posting.key, Domain::Membership, &parts, &self.signature)?;
        Ok(MemberRequest { body: self.body, reply: self.reply })
    }
}

impl ReplyKey {
    fn cipher(&self, salt: &[u8; 32]) -> ChaCha20Poly1305 {
        // One key for each reply, since its salt is random: the nonce may be zero.
        ChaCha20Poly1305::new(&Key::from(derive("azalai 1 reply", &[&self.secret, salt])))
    }

    /// Seals the reply.
    ///
    /// # Errors
    /// [`CapsuleError::TooLarge`] over [`MAX_REPLY_BYTES`].
    pub fn seal(&self, body: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, CapsuleError> {
        let got = body.len() + REPLY_OVERHEAD;
        let too_large = CapsuleError::TooLarge { what: "reply", got, limit: MAX_REPLY_BYTES };
        if got > MAX_REPLY_BYTES {
            return Err(too_large);
        }
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let payload = Payload { msg: body, aad: &self.encapsulated };
        let ciphertext = self.cipher(&salt).encrypt(&Nonce::default(), payload).map_err(|_| too_large)?;
        let mut reply = Writer::new();
        reply.u8(VERSION).raw(&salt).raw(&ciphertext);
        Ok(reply.finish())
    }

    /// Opens the reply.
    ///
    /// # Errors
    /// [`CapsuleError`], checked in this order: size, version and form, authenticity.
    pub fn open(&self, reply: &[u8]) -> Result<Vec<u8>, CapsuleError> {
        if reply.len() > MAX_REPLY_BYTES {
            return Err(CapsuleError::TooLarge { what: "reply", got: reply.len(), limit: MAX_REPLY_BYTES });
        }
        let mut reader = Reader::new(reply);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "reply", got: version }.into());
        }
        let salt = reader.array("salt")?;
        let msg = reader.take("ciphertext", reader.left())?;
        let payload = Payload { msg, aad: &self.encapsulated };
        self.cipher(&salt).decrypt(&Nonce::default(), payload).map_err(|_| CapsuleError::Reply)
    }
}
