//! A statement: what a device says, signed. Its bytes are in `docs/spec/envelope.md`.
//!
//! [`UnverifiedStatement`] gives no access to the content; [`UnverifiedStatement::verify`] is the only way from
//! received bytes to [`Verified<Statement>`], and the received bytes are kept as they came.

use std::borrow::Cow;

use crate::codec::{DecodeError, Reader, Writer};
use crate::compress::{Coding, CompressError, compress, decompress};
use crate::ids::{AudienceId, AuthorId, ChainId, DocumentId, ProjectId, StatementId, derive, derive16};
use crate::keys::{SigningPublic, SigningSecret};
use crate::limits::MAX_BODY_BYTES;
use crate::sign::{self, Domain, Signature, SignatureError, Verified};
use crate::time::Clock;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// What a statement is about. A kind that this program does not know is kept, not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u8);

impl Kind {
    /// What one monitor saw or heard: an Automerge change.
    pub const REPORT: Self = Self(1);
    /// What coordinators believe happened: an Automerge change.
    pub const INCIDENT: Self = Self(2);
    /// A dated written picture: an Automerge change.
    pub const ASSESSMENT: Self = Self(3);
    /// An actor, or an assertion about one: a record.
    pub const ACTOR: Self = Self(4);
    /// A market, or an assertion about one: a record.
    pub const MARKET: Self = Self(5);
    /// A route, or an assertion about one: a record.
    pub const ROUTE: Self = Self(6);
    /// An alert or an answer: a record.
    pub const NOTICE: Self = Self(7);
    /// Categories, questions, icons, routing: a record.
    pub const PACK: Self = Self(8);
    /// A gazetteer entry: a record.
    pub const PLACE: Self = Self(9);
    /// An act of the authority log.
    pub const AUTHORITY: Self = Self(16);
    /// An act of the registry log.
    pub const REGISTRY: Self = Self(17);
    /// Secret keys for one member.
    pub const KEYS: Self = Self(18);
    /// A coordinator's receipt for one author.
    pub const RECEIPT: Self = Self(19);
    /// What holds a newcomer's claim up, for that device.
    pub const CLAIM_NOTICE: Self = Self(20);
    /// A device says that it was opened under duress: a record for coordinators and stewards.
    pub const MARK: Self = Self(21);
}

/// Why bytes are no statement of this project, audience and author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The bytes do not have the form.
    #[error("statement: {0}")]
    Decode(#[from] DecodeError),
    /// The key offered is not the one that the statement names.
    #[error("statement: names author {named}, the key at hand is {given}")]
    Author {
        /// The author named inside.
        named: AuthorId,
        /// The author of the key.
        given: AuthorId,
    },
    /// The signature does not hold for this project, audience and author.
    #[error("statement: {0}")]
    Signature(#[from] SignatureError),
    /// A draft would open a document that is not the one its nonce gives.
    #[error("statement: document {0} is not this author's to open")]
    ForeignDocument(DocumentId),
    /// It introduces nobody.
    #[error("statement: its author's key is not in it")]
    NoIntroduction,
    /// The body is larger than a statement may carry.
    #[error("statement: a body of {0} bytes is over the limit of {MAX_BODY_BYTES}")]
    BodyTooLarge(usize),
    /// The body cannot be decompressed.
    #[error("statement: {0}")]
    Body(#[from] CompressError),
}

/// The id of a document: bound to its project, kind, audience and creator, so that nobody can post first into
/// another's.
#[must_use]
pub fn document_id(
    project: &ProjectId,
    kind: Kind,
    audience: &AudienceId,
    creator: &SigningPublic,
    nonce: &[u8; 16],
) -> DocumentId {
    let parts: [&[u8]; 5] = [project.as_bytes(), &[kind.0], audience.as_bytes(), &creator.0, nonce];
    DocumentId(derive16("azalai 1 document", &parts))
}

/// What a device wants to say.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// What it is about.
    pub kind: Kind,
    /// The document it belongs to.
    pub document: DocumentId,
    /// The nonce of [`document_id`], in the document's first statement only.
    pub opens: Option<[u8; 16]>,
    /// The device's chain for this audience.
    pub chain: ChainId,
    /// The place in the chain, from 0.
    pub seq: u64,
    /// The statement before it in the chain; none at `seq` 0.
    pub prev: Option<StatementId>,
    /// First bytes of the hash of the authority log's heads that the author knew.
    pub authority: [u8; 8],
    /// When, by the author's clock.
    pub clock: Clock,
    /// The payload; compressed here if that helps.
    pub body: &'a [u8],
}

impl Draft<'_> {
    /// Signs the draft for one project and audience.
    ///
    /// # Errors
    /// [`StatementError::BodyTooLarge`]; [`StatementError::Decode`] if `prev` is missing or too many;
    /// [`StatementError::ForeignDocument`] if the nonce of a first statement does not give the document: every
    /// reader would take it for another one's.
    pub fn sign(
        &self,
        project: &ProjectId,
        audience: &AudienceId,
        secret: &SigningSecret,
    ) -> Result<Verified<Statement>, StatementError> {
        if self.body.len() > MAX_BODY_BYTES {
            return Err(StatementError::BodyTooLarge(self.body.len()));
        }
        let author = secret.public();
        if let Some(nonce) = &self.opens
            && document_id(project, self.kind, audience, &author, nonce) != self.document
        {
            return Err(StatementError::ForeignDocument(self.document));
        }
        let (coding, body) = compress(self.body);
        let mut writer = Writer::new();
        let coding_bits = match coding {
            Coding::Raw => 0,
            Coding::Brotli1 => 2,
        };
        writer.u8(VERSION).u8(self.kind.0).u8(u8::from(self.opens.is_some()) | coding_bits);
        writer.raw(self.opens.as_ref().unwrap_or(self.document.as_bytes()));
        writer.raw(author.author_id().as_bytes()).raw(self.chain.as_bytes()).varint(self.seq);
        match (self.seq, &self.prev) {
            (0, None) => {}
            (1.., Some(prev)) => {
                writer.raw(prev.as_bytes());
            }
            _ => return Err(Reader::new(&[]).invalid("prev", "exactly the first of a chain has none").into()),
        }
        writer.raw(&self.authority).u64(self.clock.0).bytes(&body);
        let signed = writer.finish();
        let signature = sign::sign(secret, Domain::Statement, &[&project.0, &audience.0, &author.0, &signed]);
        let mut bytes = signed;
        bytes.extend_from_slice(&signature.0);
        // The bytes are our own: read back for one layout, known to be signed.
        let unverified = UnverifiedStatement::parse(bytes)?;
        Ok(Verified::new(unverified.into_statement(project, audience, author)))
    }
}

/// How a statement names its document. Its first statement shows what the id is derived from, and not the id: so
/// nobody can post first into another's document, and there is nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belongs {
    /// It is the first: the nonce of [`document_id`].
    Opens([u8; 16]),
    /// It follows.
    To(DocumentId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fields {
    kind: Kind,
    belongs: Belongs,
    author: AuthorId,
    chain: ChainId,
    seq: u64,
    prev: Option<StatementId>,
    authority: [u8; 8],
    clock: Clock,
    coding: Coding,
    body: core::ops::Range<usize>,
    signature: Signature,
}

/// Bytes with the form of a statement. Only the author's name can be read, to find the key to check it with.
#[derive(Debug, Clone)]
pub struct UnverifiedStatement {
    bytes: Vec<u8>,
    fields: Fields,
}

impl UnverifiedStatement {
    /// Reads the form, all of it, and nothing else.
    ///
    /// # Errors
    /// [`StatementError::Decode`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn parse(bytes: Vec<u8>) -> Result<Self, StatementError> {
        let mut reader = Reader::new(&bytes);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "statement", got: version }.into());
        }
        let kind = Kind(reader.u8("kind")?);
        let flags = reader.u8("flags")?;
        let coding = match flags & !1 {
            0 => Coding::Raw,
            2 => Coding::Brotli1,
            _ => return Err(DecodeError::UnknownVersion { field: "statement flags", got: flags }.into()),
        };
        let belongs = match flags & 1 {
            1 => Belongs::Opens(reader.array("nonce")?),
            _ => Belongs::To(DocumentId(reader.array("document")?)),
        };
        let author = AuthorId(reader.array("author")?);
        let chain = ChainId(reader.array("chain")?);
        let seq = reader.varint("seq")?;
        let prev = if seq == 0 { None } else { Some(StatementId(reader.array("prev")?)) };
        let authority = reader.array("authority head")?;
        let clock = Clock(reader.u64("clock")?);
        let length = reader.length("body length", MAX_BODY_BYTES)?;
        let start = reader.offset();
        reader.take("body", length)?;
        let signature = Signature(reader.array("signature")?);
        reader.end("statement")?;
        let body = start..start + length;
        let fields = Fields { kind, belongs, author, chain, seq, prev, authority, clock, coding, body, signature };
        Ok(Self { bytes, fields })
    }

    /// Who says to have written it.
    #[must_use]
    pub fn claimed_author(&self) -> AuthorId {
        self.fields.author
    }

    /// What it says to be about: enough to choose how to look for the author's key, no more.
    #[must_use]
    pub fn claimed_kind(&self) -> Kind {
        self.fields.kind
    }

    /// The document that it says to be of, were it signed for this audience with this author's key: enough to look for
    /// one of many, no more.
    #[must_use]
    pub fn claimed_document(&self, project: &ProjectId, audience: &AudienceId, author: &SigningPublic) -> DocumentId {
        match &self.fields.belongs {
            Belongs::Opens(nonce) => document_id(project, self.fields.kind, audience, author, nonce),
            Belongs::To(document) => *document,
        }
    }

    /// Checks a statement that introduces its own author: `key_in` finds the author's key in the body, and the
    /// statement is then checked against it as by [`UnverifiedStatement::verify`].
    ///
    /// # Errors
    /// As [`UnverifiedStatement::verify`], and [`StatementError::NoIntroduction`] if there is no key in the body.
    pub fn verify_introduced(
        self,
        project: &ProjectId,
        audience: &AudienceId,
        key_in: impl FnOnce(&[u8]) -> Option<SigningPublic>,
    ) -> Result<Verified<Statement>, StatementError> {
        let body = self.bytes.get(self.fields.body.clone()).unwrap_or_default();
        let body = decompress(self.fields.coding, body)?;
        let key = key_in(&body).ok_or(StatementError::NoIntroduction)?;
        drop(body);
        self.verify(project, audience, &key)
    }

    /// Checks, in this order: the key is the one named; the signature over domain, project, audience, key and all
    /// bytes before it.
    ///
    /// # Errors
    /// [`StatementError::Author`], [`StatementError::Signature`].
    pub fn verify(
        self,
        project: &ProjectId,
        audience: &AudienceId,
        author: &SigningPublic,
    ) -> Result<Verified<Statement>, StatementError> {
        let given = author.author_id();
        if given != self.fields.author {
            return Err(StatementError::Author { named: self.fields.author, given });
        }
        let signed = self.signed_bytes();
        let parts: [&[u8]; 4] = [&project.0, &audience.0, &author.0, signed];
        sign::check(author, Domain::Statement, &parts, &self.fields.signature)?;
        Ok(Verified::new(self.into_statement(project, audience, *author)))
    }

    fn signed_bytes(&self) -> &[u8] {
        sign::unsigned(&self.bytes)
    }

    fn into_statement(self, project: &ProjectId, audience: &AudienceId, author: SigningPublic) -> Statement {
        let parts: [&[u8]; 4] = [&project.0, &audience.0, &author.0, self.signed_bytes()];
        let id = StatementId(derive("azalai 1 statement", &parts));
        let document = self.claimed_document(project, audience, &author);
        Statement { id, document, audience: *audience, author, bytes: self.bytes, fields: self.fields }
    }
}

/// What a device said. Reachable only as [`Verified<Statement>`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    id: StatementId,
    document: DocumentId,
    audience: AudienceId,
    author: SigningPublic,
    bytes: Vec<u8>,
    fields: Fields,
}

impl Statement {
    /// BLAKE3-256 of all that the signature covers.
    #[must_use]
    pub const fn id(&self) -> StatementId {
        self.id
    }

    /// Who may open it, as signed.
    #[must_use]
    pub const fn audience(&self) -> AudienceId {
        self.audience
    }

    /// The key that signed it.
    #[must_use]
    pub const fn author(&self) -> SigningPublic {
        self.author
    }

    /// The bytes as they were received, signature included.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.fields.kind
    }

    /// The document it belongs to.
    #[must_use]
    pub const fn document(&self) -> DocumentId {
        self.document
    }

    /// Whether it is the document's first.
    #[must_use]
    pub const fn opens(&self) -> bool {
        matches!(self.fields.belongs, Belongs::Opens(_))
    }

    /// What the document's id was derived with, if this is the document's first statement: an author who sends one
    /// thing to several members, each in a document of its own, uses one nonce for all.
    #[must_use]
    pub const fn nonce(&self) -> Option<[u8; 16]> {
        match self.fields.belongs {
            Belongs::Opens(nonce) => Some(nonce),
            Belongs::To(_) => None,
        }
    }

    /// The author's chain for this audience.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.fields.chain
    }

    /// The place in the chain.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.fields.seq
    }

    /// The statement before it in the chain.
    #[must_use]
    pub const fn prev(&self) -> Option<StatementId> {
        self.fields.prev
    }

    /// First bytes of the hash of the authority heads that the author knew.
    #[must_use]
    pub const fn authority(&self) -> [u8; 8] {
        self.fields.authority
    }

    /// When, by the author's clock.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.fields.clock
    }

    /// The payload, decompressed; at most [`MAX_BODY_BYTES`].
    ///
    /// # Errors
    /// [`StatementError::Body`] if it cannot be decompressed.
    pub fn body(&self) -> Result<Cow<'_, [u8]>, StatementError> {
        let body = self.bytes.get(self.fields.body.clone()).unwrap_or_default();
        Ok(decompress(self.fields.coding, body)?)
    }
}
